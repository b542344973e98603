#include "kernel.h"

#include <stdarg.h>
#include <stdio.h>
#include <sys/syscall.h>

struct input *kernel;
const cs_socket nobody = 0;
int closed;

uint8_t byte(struct input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

size_t number(struct input *in, size_t most)
{
    size_t low = byte(in);

    return (most > UINT8_MAX ? low | (size_t)byte(in) << 8 : low) % (most + 1);
}

void fill(struct input *in, void *to, size_t len)
{
    size_t there = len < in->left ? len : in->left;

    if (len == 0)
        return;
    memset(to, 0, len);
    memcpy(to, in->at, there);
    in->at += there;
    in->left -= there;
}

char *text(struct input *in, size_t most)
{
    size_t len = number(in, most);
    char *made = exactly(len + 1);

    fill(in, made, len);
    made[len] = '\0';
    for (size_t i = 0; i < len; i++)
        if (made[i] == '\0')
            made[i] = '0';
    return made;
}

void *exactly(size_t len)
{
    void *made = malloc(len);

    SHOULD(made != NULL || len == 0);
    return made;
}

void should(int holds, const char *condition, int line)
{
    if (holds)
        return;
    fprintf(stderr, "it should hold, line %d: %s\n", line, condition);
    abort();
}

void look(const void *data, size_t len)
{
    static volatile unsigned int sum;
    const uint8_t *at = data;

    for (size_t i = 0; i < len; i++)
        if (at[i] == 0x55) /* a branch, which is what tells of memory that nobody wrote */
            sum++;
}

int read_all_control(cs_msg *msg)
{
    int64_t before = 0;
    int descriptors = 0;

    for (shim_read_control(msg, 0); msg->extras.start > 0; cs_next_control(msg)) {
        const cs_extras *extras = &msg->extras;

        look(extras, sizeof *extras);
        SHOULD(extras->start >= before + (int64_t)CMSG_LEN(0));
        SHOULD(extras->end >= extras->start && extras->end <= (int64_t)msg->control_len);
        SHOULD(extras->next == 0 || extras->next >= extras->end);
        look(msg->control + extras->start, (size_t)(extras->end - extras->start));
        if (extras->level == SOL_SOCKET &&
            (extras->type == SCM_RIGHTS || extras->type == SHIM_PIDFD))
            descriptors += (int)((size_t)(extras->end - extras->start) / sizeof(int));
        before = extras->next;
    }
    look(&msg->extras, sizeof msg->extras);
    return descriptors;
}

/* --- the kernel's calls --------------------------------------------------------------------- */

ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags);
long __wrap_syscall(long call, ...);
int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout);
int __real_poll(struct pollfd *fds, nfds_t count, int timeout);
int __wrap_close(int fd);
int __real_close(int fd);
int __wrap_ioctl(int fd, unsigned long request, ...);

/* Fills in a message: its length. */
static size_t receive(struct msghdr *header)
{
    size_t len = 0, used = number(kernel, header->msg_controllen);

    header->msg_flags = byte(kernel);
    header->msg_namelen = (socklen_t)number(kernel, 200); /* that of the whole, if it was cut */
    fill(kernel, header->msg_name,
         header->msg_namelen < sizeof(cs_addr) - 8 ? header->msg_namelen : sizeof(cs_addr) - 8);
    fill(kernel, header->msg_control, used);
    header->msg_controllen = used;
    for (size_t i = 0; i < (size_t)header->msg_iovlen; i++) {
        size_t part = number(kernel, header->msg_iov[i].iov_len);

        fill(kernel, header->msg_iov[i].iov_base, part);
        len += part;
    }
    if (header->msg_flags & MSG_TRUNC) /* the length of the whole */
        len += byte(kernel);
    return len;
}

ssize_t __wrap_recvmsg(int fd, struct msghdr *header, int flags)
{
    (void)fd, (void)flags;
    return (ssize_t)receive(header);
}

/* recvmmsg(2), which the shim does not call by its function. */
long __wrap_syscall(long call, ...)
{
    va_list arguments;
    struct mmsghdr *messages;
    unsigned int count, done;

    va_start(arguments, call);
    (void)va_arg(arguments, int);
    messages = va_arg(arguments, struct mmsghdr *);
    count = va_arg(arguments, unsigned int);
    va_end(arguments);
    SHOULD(call == SYS_recvmmsg);
    for (done = 0; done < count && kernel->left > 0; done++)
        messages[done].msg_len = (unsigned int)receive(&messages[done].msg_hdr);
    errno = EAGAIN;
    return done > 0 ? done : -1;
}

int __wrap_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (kernel == NULL)
        return __real_poll(fds, count, timeout);
    return fds[0].revents = 0;
}

int __wrap_close(int fd)
{
    if (kernel == NULL)
        return __real_close(fd);
    closed++;
    return 0;
}

/* SIOCGIFNAME: a name as long as there can be one, also without NUL. */
int __wrap_ioctl(int fd, unsigned long request, ...)
{
    va_list arguments;
    struct ifreq *asked;

    (void)fd;
    va_start(arguments, request);
    asked = va_arg(arguments, struct ifreq *);
    va_end(arguments);
    SHOULD(request == SIOCGIFNAME);
    fill(kernel, asked->ifr_name, sizeof asked->ifr_name);
    return asked->ifr_name[0] == '\0' ? -1 : 0;
}
