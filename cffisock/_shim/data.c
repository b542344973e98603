/* Data in and out: recv(2), send(2) and their kin, waiting where they must. */
#include "internal.h"

int64_t cs_recv(const cs_socket *sock, char *buf, size_t len, int flags, int64_t wait)
{
    int fd = shim_fd(sock);
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = recv(fd, buf, len, flags | shim_dontwait(wait));
    return n >= 0 ? n : shim_failed(fd, POLLIN, wait);
}

int64_t cs_recvfrom(const cs_socket *sock, char *buf, size_t len, int flags, cs_addr *from,
                    int64_t wait)
{
    int fd = shim_fd(sock);
    cs_addr now;
    socklen_t size = sizeof now.storage;
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = recvfrom(fd, buf, len, flags | shim_dontwait(wait), shim_sockaddr(&now), &size);
    if (n < 0)
        return shim_failed(fd, POLLIN, wait);
    shim_addr_received(&now, size);
    return n + shim_addr_renew(from, &now);
}

int64_t cs_send(const cs_socket *sock, const char *buf, size_t len, int flags, int64_t wait)
{
    int fd = shim_fd(sock);
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = send(fd, buf, len, flags | shim_dontwait(wait));
    return n >= 0 ? n : shim_failed(fd, POLLOUT, wait);
}

int64_t cs_sendto(const cs_socket *sock, const char *buf, size_t len, int flags, const cs_addr *to,
                  int64_t wait)
{
    int fd = shim_fd(sock);
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = sendto(fd, buf, len, flags | shim_dontwait(wait), shim_sockaddr_const(to), to->len);
    return n >= 0 ? n : shim_failed(fd, POLLOUT, wait);
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
