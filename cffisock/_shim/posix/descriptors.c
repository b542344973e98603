/* Pairs of sockets, and files that are sent: socketpair(2), sendfile(2). */
#include "internal.h"
#include "posix.h"

int cs_socketpair(int family, int type, int proto, cs_socket made[2])
{
    int fds[2];

    if (shim_socketpair(family, type, proto, fds) < 0)
        return -errno;
    made[0] = fds[0];
    made[1] = fds[1];
    return 0;
}

/* Whether calls on the open file wait: O_NONBLOCK is shared with who else has it. */
static int is_blocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);

    return flags >= 0 && (flags & O_NONBLOCK) == 0;
}

int64_t cs_sendfile(const cs_socket *sock, int file, int64_t offset, size_t count, int64_t wait)
{
    int fd = shim_fd(sock);
    off_t from = (off_t)offset;
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    /* sendfile(2) has no MSG_DONTWAIT. */
    if (wait != -1 && is_blocking(fd))
        n = shim_copy_part(fd, file, from, count, MSG_DONTWAIT);
    else
        n = shim_sendfile(fd, file, from, count);
    if (n >= 0)
        return n;
    return wait == -1 && errno == EAGAIN ? shim_wait(fd, POLLOUT, wait)
                                         : shim_failed(fd, POLLOUT, wait);
}
