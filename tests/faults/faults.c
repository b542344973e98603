/* The rules, and the system calls.
 *
 * close, read, write and their kin count only where they are about a socket or an eventfd, so that
 * the interpreter's own files stay out of it. */
#include "faults.h"

#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

const char faults_calls[] = CALLS(NAME_OF);

#define RULES 8
static struct rule rules[RULES];
static int rule_count;
static int seen[CALL_COUNT];
static volatile int is_on;

void faults_rule(uint64_t calls, int skip, int times, int kind, int value)
{
    if (rule_count < RULES)
        rules[rule_count++] = (struct rule){calls, skip, times, kind, value, 0};
}

void faults_begin(void)
{
    memset(seen, 0, sizeof seen);
    is_on = 1;
}

/* How often each call was made goes into `calls`, how often each rule did something into `hits`;
 * the rules are gone then. */
void faults_end(int *calls, int *hits)
{
    is_on = 0;
    memcpy(calls, seen, sizeof seen);
    for (int i = 0; i < rule_count; i++)
        hits[i] = rules[i].hits;
    rule_count = 0;
}

const struct rule *meet(enum call call)
{
    if (!is_on)
        return NULL;
    seen[call]++;
    for (struct rule *rule = rules; rule < rules + rule_count; rule++) {
        if ((rule->calls >> call & 1) == 0)
            continue;
        if (rule->skip > 0) {
            rule->skip--;
            continue;
        }
        if (rule->times == 0)
            continue;
        if (rule->times > 0)
            rule->times--;
        rule->hits++;
        return rule;
    }
    return NULL;
}

/* As meet(), for calls that are about other files too. */
static const struct rule *meet_at(enum call call, int fd)
{
    struct stat status;

    /* An eventfd is an anonymous inode: it has no type. */
    if (!is_on || fstat(fd, &status) < 0 ||
        !(S_ISSOCK(status.st_mode) || (status.st_mode & S_IFMT) == 0))
        return NULL;
    return meet(call);
}

static void shorten(const struct rule *rule, size_t *len)
{
    if (is_kind(rule, SHORT) && *len > (size_t)rule->value)
        *len = (size_t)rule->value;
}

static void relength(const struct rule *rule, socklen_t *len, long result)
{
    if (is_kind(rule, LENGTH) && result >= 0 && len != NULL && *len > (socklen_t)rule->value)
        *len = (socklen_t)rule->value;
}

#define PLAIN(name, parameters, arguments)                                                         \
    WRAP(int, name, meet(CALL_##name), parameters, arguments, NOTHING, NOTHING)

/* --- descriptors and names -------------------------------------------------------------- */

PLAIN(socket, (int family, int type, int proto), (family, type, proto))
PLAIN(socketpair, (int family, int type, int proto, int fds[2]), (family, type, proto, fds))
PLAIN(connect, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
PLAIN(bind, (int fd, const struct sockaddr *addr, socklen_t len), (fd, addr, len))
PLAIN(listen, (int fd, int backlog), (fd, backlog))
PLAIN(shutdown, (int fd, int how), (fd, how))
PLAIN(eventfd, (unsigned int count, int flags), (count, flags))
PLAIN(setsockopt, (int fd, int level, int name, const void *value, socklen_t len),
      (fd, level, name, value, len))
WRAP(int, getsockopt, meet(CALL_getsockopt),
     (int fd, int level, int name, void *value, socklen_t *len), (fd, level, name, value, len),
     NOTHING, relength(rule, len, result))
WRAP(int, getsockname, meet(CALL_getsockname), (int fd, struct sockaddr *addr, socklen_t *len),
     (fd, addr, len), NOTHING, relength(rule, len, result))
WRAP(int, getpeername, meet(CALL_getpeername), (int fd, struct sockaddr *addr, socklen_t *len),
     (fd, addr, len), NOTHING, relength(rule, len, result))
WRAP(int, accept, meet(CALL_accept), (int fd, struct sockaddr *addr, socklen_t *len),
     (fd, addr, len), NOTHING, relength(rule, len, result))
WRAP(int, accept4, meet(CALL_accept), (int fd, struct sockaddr *addr, socklen_t *len, int flags),
     (fd, addr, len, flags), NOTHING, relength(rule, len, result))
WRAP(int, close, meet_at(CALL_close, fd), (int fd), (fd), NOTHING, NOTHING)
WRAP(int, dup, meet_at(CALL_dup, fd), (int fd), (fd), NOTHING, NOTHING)
WRAP(int, dup2, meet_at(CALL_dup, fd), (int fd, int to), (fd, to), NOTHING, NOTHING)
WRAP(int, dup3, meet_at(CALL_dup, fd), (int fd, int to, int flags), (fd, to, flags), NOTHING,
     NOTHING)

static const struct rule *meet_fcntl(int fd, int command)
{
    switch (command) {
    case F_DUPFD:
    case F_DUPFD_CLOEXEC:
        return meet_at(CALL_dup, fd);
    case F_GETFL:
    case F_SETFL:
        return meet_at(CALL_nonblock, fd);
    case F_GETFD:
    case F_SETFD:
        return meet_at(CALL_cloexec, fd);
    default:
        return NULL;
    }
}

static const struct rule *meet_ioctl(int fd, unsigned long request)
{
    switch (request) {
    case FIONBIO:
        return meet_at(CALL_nonblock, fd);
    case FIOCLEX:
    case FIONCLEX:
        return meet_at(CALL_cloexec, fd);
    default:
        return NULL;
    }
}

/* The third argument, if there is one, is as large as a pointer or smaller. */
#define VARIADIC(name, type, argument, found)                                                      \
    int name(int fd, type argument, ...)                                                           \
    {                                                                                              \
        static int (*real)(int, type, ...);                                                        \
        const struct rule *rule = found;                                                           \
        va_list list;                                                                              \
        void *third;                                                                               \
                                                                                                   \
        if (real == NULL)                                                                          \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        if (is_kind(rule, FAIL))                                                                   \
            return failure(rule);                                                                  \
        va_start(list, argument);                                                                  \
        third = va_arg(list, void *);                                                              \
        va_end(list);                                                                              \
        return real(fd, argument, third);                                                          \
    }

VARIADIC(fcntl, int, command, meet_fcntl(fd, command))
#ifdef __LP64__ /* where both names are the same function */
VARIADIC(fcntl64, int, command, meet_fcntl(fd, command))
#endif
VARIADIC(ioctl, unsigned long, request, meet_ioctl(fd, request))

/* --- data ------------------------------------------------------------------------------- */

/* Fortified functions have the size of the buffer behind the length. */
#define RECEIVE(name, call, parameters, arguments)                                                 \
    WRAP(ssize_t, name, call, parameters, arguments, shorten(rule, &len), NOTHING)

RECEIVE(recv, meet(CALL_recv), (int fd, void *buf, size_t len, int flags), (fd, buf, len, flags))
RECEIVE(__recv_chk, meet(CALL_recv), (int fd, void *buf, size_t len, size_t size, int flags),
        (fd, buf, len, size, flags))
RECEIVE(read, meet_at(CALL_read, fd), (int fd, void *buf, size_t len), (fd, buf, len))
RECEIVE(__read_chk, meet_at(CALL_read, fd), (int fd, void *buf, size_t len, size_t size),
        (fd, buf, len, size))
RECEIVE(write, meet_at(CALL_write, fd), (int fd, const void *buf, size_t len), (fd, buf, len))
RECEIVE(pread, meet(CALL_pread), (int fd, void *buf, size_t len, off_t at), (fd, buf, len, at))
RECEIVE(send, meet(CALL_send), (int fd, const void *buf, size_t len, int flags),
        (fd, buf, len, flags))
RECEIVE(sendto, meet(CALL_sendto),
        (int fd, const void *buf, size_t len, int flags, const struct sockaddr *to, socklen_t size),
        (fd, buf, len, flags, to, size))
RECEIVE(sendfile, meet(CALL_sendfile), (int fd, int file, off_t *at, size_t len),
        (fd, file, at, len))
#ifdef __LP64__
RECEIVE(pread64, meet(CALL_pread), (int fd, void *buf, size_t len, off64_t at), (fd, buf, len, at))
RECEIVE(sendfile64, meet(CALL_sendfile), (int fd, int file, off64_t *at, size_t len),
        (fd, file, at, len))
#endif
WRAP(ssize_t, recvfrom, meet(CALL_recvfrom),
     (int fd, void *buf, size_t len, int flags, struct sockaddr *from, socklen_t *size),
     (fd, buf, len, flags, from, size), shorten(rule, &len), relength(rule, size, result))
WRAP(ssize_t, __recvfrom_chk, meet(CALL_recvfrom),
     (int fd, void *buf, size_t len, size_t room, int flags, struct sockaddr *from,
      socklen_t *size),
     (fd, buf, len, room, flags, from, size), shorten(rule, &len), relength(rule, size, result))

/* A message with its first buffer alone, and that cut, if the rule says so. */
static struct msghdr shortened(const struct rule *rule, const struct msghdr *msg,
                               struct iovec *part)
{
    struct msghdr copy = *msg;

    if (is_kind(rule, SHORT) && msg->msg_iovlen > 0) {
        *part = msg->msg_iov[0];
        shorten(rule, &part->iov_len);
        copy.msg_iov = part;
        copy.msg_iovlen = 1;
    }
    return copy;
}

/* What the kernel said about a message that it got a copy of. */
static void give_back(const struct rule *rule, struct msghdr *msg, const struct msghdr *copy)
{
    msg->msg_namelen = copy->msg_namelen;
    relength(rule, &msg->msg_namelen, 0);
    msg->msg_controllen = copy->msg_controllen;
    msg->msg_flags = copy->msg_flags;
}

WRAP(ssize_t, recvmsg, meet(CALL_recvmsg), (int fd, struct msghdr *msg, int flags),
     (fd, &copy, flags), struct iovec part;
     struct msghdr copy = shortened(rule, msg, &part), give_back(rule, msg, &copy))
WRAP(ssize_t, sendmsg, meet(CALL_sendmsg), (int fd, const struct msghdr *msg, int flags),
     (fd, &copy, flags), struct iovec part;
     struct msghdr copy = shortened(rule, msg, &part), NOTHING)

static void fewer(const struct rule *rule, unsigned int *count)
{
    if (is_kind(rule, SHORT) && *count > (unsigned int)rule->value)
        *count = (unsigned int)rule->value;
}

static void rename_all(const struct rule *rule, struct mmsghdr *messages, int count)
{
    for (int i = 0; i < count; i++)
        relength(rule, &messages[i].msg_hdr.msg_namelen, 0);
}

WRAP(int, recvmmsg, meet(CALL_recvmmsg),
     (int fd, struct mmsghdr *messages, unsigned int count, int flags, struct timespec *limit),
     (fd, messages, count, flags, limit), fewer(rule, &count), rename_all(rule, messages, result))
WRAP(int, sendmmsg, meet(CALL_sendmmsg),
     (int fd, struct mmsghdr *messages, unsigned int count, int flags),
     (fd, messages, count, flags), fewer(rule, &count), NOTHING)

/* What a program asks the kernel for by number, where its C library is in the way. */
long syscall(long number, ...)
{
    static long (*real)(long, ...);
    long arg[6];
    va_list list;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        arg[i] = va_arg(list, long);
    va_end(list);
    if (real == NULL)
        *(void **)&real = dlsym(RTLD_NEXT, "syscall");
    if (number == SYS_recvmmsg)
        return recvmmsg((int)arg[0], (struct mmsghdr *)arg[1], (unsigned int)arg[2], (int)arg[3],
                        (struct timespec *)arg[4]);
    if (number == SYS_sendmmsg)
        return sendmmsg((int)arg[0], (struct mmsghdr *)arg[1], (unsigned int)arg[2], (int)arg[3]);
    return real(number, arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
}

WRAP(int, poll, meet(CALL_poll), (struct pollfd * fds, nfds_t count, int timeout),
     (fds, count, timeout), NOTHING, NOTHING)
WRAP(int, __poll_chk, meet(CALL_poll),
     (struct pollfd * fds, nfds_t count, int timeout, size_t size), (fds, count, timeout, size),
     NOTHING, NOTHING)
