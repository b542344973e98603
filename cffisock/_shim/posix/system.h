/* What differs between systems, each at one place: how to ask this one for what the rest of the
 * shim wants.  HAVE_ and a name are what build_socket.py has found; where it has found nothing the
 * functions of POSIX do, on any system. */
#ifndef CS_SYSTEM_H
#define CS_SYSTEM_H

/* macOS's headers have the options of RFC 3542 for who asks for them. */
#define __APPLE_USE_RFC_3542

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#ifdef AF_PACKET
#include <netpacket/packet.h>
#endif
#ifdef AF_LINK
#include <net/if_dl.h>
#endif
#ifdef HAVE_EVENTFD
#include <sys/eventfd.h>
#endif
#ifdef HAVE_MMSG
#include <sys/syscall.h>
#endif
#ifdef HAVE_SENDFILE
#include <sys/sendfile.h>
#endif

#include "plain.h"

/* --- descriptors ------------------------------------------------------------------------------
 * New ones are close-on-exec, and block. */

/* Returns the descriptor of a socket, which another thread may close at any moment. */
static inline int shim_fd(const cs_socket *sock)
{
    return __atomic_load_n(sock, __ATOMIC_ACQUIRE);
}

/* Takes the descriptor out of a socket: it is the caller's, -1 where somebody else was faster. */
static inline int shim_take_fd(cs_socket *sock)
{
    return __atomic_exchange_n(sock, -1, __ATOMIC_ACQ_REL);
}

/* Gives `fd`, which may be -1, what the calls that made it could not: itself, or -1 with errno. */
static inline int shim_new_fd(int fd)
{
    int nonblocking = 0; /* some systems' accept(2) hands on what the listener has */

    if (fd >= 0 && (fcntl(fd, F_SETFD, FD_CLOEXEC) < 0 || ioctl(fd, FIONBIO, &nonblocking) < 0)) {
        int error = errno;

        close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

static inline int shim_socket(int family, int type, int proto)
{
#ifdef HAVE_ACCEPT4
    return socket(family, type | SOCK_CLOEXEC, proto);
#else
    return shim_new_fd(socket(family, type, proto));
#endif
}

static inline int shim_socketpair(int family, int type, int proto, int fds[2])
{
#ifdef HAVE_ACCEPT4
    return socketpair(family, type | SOCK_CLOEXEC, proto, fds);
#else
    if (socketpair(family, type, proto, fds) < 0)
        return -1;
    if (shim_new_fd(fds[0]) < 0) { /* which has closed it */
        close(fds[1]);
        return -1;
    }
    if (shim_new_fd(fds[1]) < 0) {
        close(fds[0]);
        return -1;
    }
    return 0;
#endif
}

static inline int shim_accept(int fd, struct sockaddr *addr, socklen_t *len)
{
#ifdef HAVE_ACCEPT4
    return accept4(fd, addr, len, SOCK_CLOEXEC);
#else
    return shim_new_fd(accept(fd, addr, len));
#endif
}

/* By this flag recvmsg(2) makes descriptors that come close-on-exec; Linux gives it back. */
#ifdef MSG_CMSG_CLOEXEC
#define SHIM_CLOEXEC MSG_CMSG_CLOEXEC
#else
#define SHIM_CLOEXEC 0
#endif

/* The type of control messages with a descriptor that is not sent as one, SCM_PIDFD: the ABI of
 * Linux 6.5, which headers may lack. */
#ifdef __linux__
#define SHIM_PIDFD 4
#else
#define SHIM_PIDFD SCM_RIGHTS
#endif

/* Puts the protocol of a socket into `*proto`, 0 where the system does not tell: 0, or -1 with
 * errno. */
static inline int shim_ask_protocol(int fd, int *proto)
{
#ifdef SO_PROTOCOL
    socklen_t len = sizeof *proto;

    return getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, proto, &len);
#else
    (void)fd;
    *proto = 0;
    return 0;
#endif
}

/* Tells a thread that waits with poll(2): `wait` is to be polled, and `wake` makes it readable.
 * With eventfd(2) they are one. */
typedef struct {
    int wait;
    int wake;
} shim_wakeup;

#define SHIM_NO_WAKEUP {-1, -1}

/* Returns 0, or -1 with errno. */
static inline int shim_wakeup_open(shim_wakeup *wakeup)
{
#ifdef HAVE_EVENTFD
    wakeup->wait = wakeup->wake = eventfd(0, EFD_CLOEXEC);
    return wakeup->wait < 0 ? -1 : 0;
#else
    int ends[2];

    if (pipe(ends) < 0)
        return -1;
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    wakeup->wait = ends[0];
    wakeup->wake = ends[1];
    return 0;
#endif
}

static inline void shim_wakeup_wake(const shim_wakeup *wakeup)
{
    uint64_t one = 1; /* what eventfd(2) wants; a pipe takes anything, and has room for it */
    ssize_t n = write(wakeup->wake, &one, sizeof one);

    (void)n;
}

static inline void shim_wakeup_close(const shim_wakeup *wakeup)
{
    if (wakeup->wait >= 0)
        close(wakeup->wait);
    if (wakeup->wake >= 0 && wakeup->wake != wakeup->wait)
        close(wakeup->wake);
}

/* --- addresses -------------------------------------------------------------------------------- */

/* Where a name without a path may begin with a NUL byte, and an empty one lets bind(2) choose. */
#ifdef __linux__
#define SHIM_ABSTRACT_NAMES 1
#else
#define SHIM_ABSTRACT_NAMES 0
#endif

/* Writes the length of an address into it, where a sockaddr has a member for it: RFC 3493. */
static inline void shim_put_length(struct sockaddr *sa, size_t len)
{
#ifdef SIN6_LEN
    if (len >= offsetof(struct sockaddr, sa_data))
        sa->sa_len = (uint8_t)len;
#else
    (void)sa, (void)len;
#endif
}

/* Returns the length of an address that comes without it, 0 for a family that is not known. */
static inline size_t shim_length(const struct sockaddr *sa)
{
#ifdef SIN6_LEN
    return sa->sa_len;
#else
    return sa->sa_family == AF_INET    ? sizeof(struct sockaddr_in)
           : sa->sa_family == AF_INET6 ? sizeof(struct sockaddr_in6)
#ifdef AF_PACKET
           : sa->sa_family == AF_PACKET ? sizeof(struct sockaddr_ll)
#endif
                                        : 0;
#endif
}

/* Copies the address of an interface's hardware, up to `size` bytes: its length, or -1 if `sa`,
 * which may be NULL, is another kind of address. */
static inline int shim_hardware(const struct sockaddr *sa, unsigned char *into, size_t size)
{
    const void *from = NULL;
    size_t len = 0;

#if defined AF_PACKET
    if (sa != NULL && sa->sa_family == AF_PACKET) {
        from = ((const struct sockaddr_ll *)sa)->sll_addr;
        len = ((const struct sockaddr_ll *)sa)->sll_halen;
    }
#elif defined AF_LINK
    if (sa != NULL && sa->sa_family == AF_LINK) {
        from = LLADDR((const struct sockaddr_dl *)sa);
        len = ((const struct sockaddr_dl *)sa)->sdl_alen;
    }
#else
    (void)sa;
#endif
    if (from == NULL)
        return -1;
    len = len < size ? len : size;
    memcpy(into, from, len);
    return (int)len;
}

/* Returns the index of an interface, -1 with errno where there is none; `name` is as long as the
 * system's names can be.  Where sockets have namespaces it is one in that of the socket `fd`. */
static inline int shim_interface_index(int fd, const char name[IF_NAMESIZE])
{
#ifdef SIOCGIFNAME
    struct ifreq request = {0};

    memcpy(request.ifr_name, name, sizeof request.ifr_name);
    return ioctl(fd, SIOCGIFINDEX, &request) < 0 ? -1 : request.ifr_ifindex;
#else
    unsigned int index = if_nametoindex(name);

    (void)fd;
    return index == 0 ? -1 : (int)index;
#endif
}

/* --- data ------------------------------------------------------------------------------------- */

/* The level whose options are of 64 bits: vsock(7). */
#ifdef AF_VSOCK
#define SHIM_WIDE_LEVEL AF_VSOCK
#else
#define SHIM_WIDE_LEVEL -1
#endif

/* Sends a part of `file` by way of this process: as send(2) with those `flags`. */
static inline ssize_t shim_copy_part(int fd, int file, off_t from, size_t count, int flags)
{
    char data[16 * 1024];
    ssize_t n = pread(file, data, count < sizeof data ? count : sizeof data, from);

    return n <= 0 ? n : send(fd, data, (size_t)n, flags);
}

/* Sends `count` bytes of `file` at most, from `from` on: how many went, -1 for none. */
static inline ssize_t shim_sendfile(int fd, int file, off_t from, size_t count)
{
#if defined HAVE_SENDFILE
    return sendfile(fd, file, &from, count);
#elif defined HAVE_SENDFILE_SENT
    off_t sent = 0;
    int result = count > 0 ? sendfile(file, fd, from, count, NULL, &sent, 0) : 0; /* not all */

    return sent > 0 ? (ssize_t)sent : result;
#elif defined HAVE_SENDFILE_LENGTH
    off_t length = (off_t)count;
    int result;

    if (count == 0) /* which would be all that there is */
        return 0;
    result = sendfile(file, fd, from, &length, NULL, 0);
    return result == 0 || ((errno == EAGAIN || errno == EINTR) && length > 0) ? (ssize_t)length
                                                                              : -1;
#else
    return shim_copy_part(fd, file, from, count, 0);
#endif
}

/* Many messages in one call.  Not by the functions of the C library, which with some of them is a
 * loop that goes on after it has waited.  Where there is no such call, system.c has the loop, and
 * lets it wait for one message alone. */
#ifdef HAVE_MMSG
typedef struct mmsghdr shim_mmsghdr;
#define SHIM_GROUP_THAT_WAITS SIZE_MAX

static inline int shim_recvmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags)
{
    return (int)syscall(SYS_recvmmsg, fd, messages, count, flags, NULL);
}

static inline int shim_sendmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags)
{
    return (int)syscall(SYS_sendmmsg, fd, messages, count, flags);
}
#else
typedef struct {
    struct msghdr msg_hdr;
    unsigned int msg_len;
} shim_mmsghdr;
#define SHIM_GROUP_THAT_WAITS 1

int shim_recvmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags);
int shim_sendmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags);
#endif

#ifdef MSG_WAITFORONE
#define SHIM_WAITFORONE MSG_WAITFORONE
#else
#define SHIM_WAITFORONE 0
#endif

/* --- names ------------------------------------------------------------------------------------ */

/* As gethostbyname_r(3) and its kin where there are those; else system_netdb.c has the same with a
 * lock. */
#ifdef HAVE_GETHOSTBYNAME_R
#define shim_gethostbyname gethostbyname_r
#define shim_gethostbyaddr gethostbyaddr_r
#else
int shim_gethostbyname(const char *name, struct hostent *entry, char *buf, size_t len,
                       struct hostent **found, int *h_error);
int shim_gethostbyaddr(const void *addr, socklen_t addr_len, int family, struct hostent *entry,
                       char *buf, size_t len, struct hostent **found, int *h_error);
#endif

#ifdef HAVE_GETSERVBYNAME_R
#define shim_getservbyname getservbyname_r
#define shim_getservbyport getservbyport_r
#else
int shim_getservbyname(const char *name, const char *proto, struct servent *entry, char *buf,
                       size_t len, struct servent **found);
int shim_getservbyport(int port, const char *proto, struct servent *entry, char *buf, size_t len,
                       struct servent **found);
#endif

#ifdef HAVE_GETPROTOBYNAME_R
#define shim_getprotobyname getprotobyname_r
#else
int shim_getprotobyname(const char *name, struct protoent *entry, char *buf, size_t len,
                        struct protoent **found);
#endif

/* So that none is taken for an errno of the shim. */
_Static_assert(EAI_SYSTEM > -ERANGE && EAI_SYSTEM < ERANGE, "EAI_ codes are small");

/* Returns the system's code for such a result. */
static inline int shim_gai_code(int result)
{
    return EAI_SYSTEM > 0 ? -result : result;
}

#endif
