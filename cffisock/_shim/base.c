/* The life of a socket's descriptor: made, named, connected, asked, closed. */
#include "internal.h"

#include <fcntl.h>
#include <sys/ioctl.h>

int cs_socket(int family, int type, int proto)
{
    return cs_done(socket(family, type | SOCK_CLOEXEC, proto));
}

int cs_socketpair(int family, int type, int proto, int fds[2])
{
    return cs_done(socketpair(family, type | SOCK_CLOEXEC, proto, fds));
}

/* Reads the int option `name` of SOL_SOCKET into `*value` if that is -1. */
static int identify(int fd, int name, int *value)
{
    socklen_t len = sizeof *value;

    if (*value != -1)
        return 0;
    return cs_done(getsockopt(fd, SOL_SOCKET, name, value, &len));
}

int cs_identify(int fd, int *family, int *type, int *proto)
{
    cs_addr addr = {.len = 0};
    int result = cs_getsockname(fd, &addr);

    /* Some families have no getsockname (AF_ALG): only a bad descriptor, or the
     * family still being unknown, makes its failure count. */
    if (result < 0 && (*family == -1 || result == -EBADF || result == -ENOTSOCK))
        return result;
    if (*family == -1)
        *family = addr.family;
    if ((result = identify(fd, SO_TYPE, type)) < 0)
        return result;
    return identify(fd, SO_PROTOCOL, proto);
}

int64_t cs_accept(int fd, cs_addr *peer, int64_t wait)
{
    socklen_t size = sizeof peer->storage;
    int conn = -1;

    /* accept(2) has no MSG_DONTWAIT. */
    errno = EAGAIN;
    if (wait == -1 || cs_poll(fd, POLLIN))
        conn = peer == NULL ? accept4(fd, NULL, NULL, SOCK_CLOEXEC)
                            : accept4(fd, cs_sockaddr(peer), &size, SOCK_CLOEXEC);
    if (conn < 0)
        return cs_failed(fd, POLLIN, wait);
    if (peer != NULL)
        cs_addr_received(peer, size);
    return conn;
}

int cs_bind(int fd, const cs_addr *addr)
{
    return cs_done(bind(fd, cs_sockaddr_const(addr), addr->len));
}

int cs_listen(int fd, int backlog)
{
    return cs_done(listen(fd, backlog));
}

int64_t cs_connect(int fd, const cs_addr *addr, int64_t wait)
{
    int timed = wait != -1 && wait != 0;

    /* connect(2) has no MSG_DONTWAIT. */
    if (wait != -1)
        cs_set_blocking(fd, 0);
    if (connect(fd, cs_sockaddr_const(addr), addr->len) == 0)
        return 0;
    if (errno == EINTR && timed)
        return cs_deadline(wait);
    if (errno == EINPROGRESS && timed)
        return cs_wait(fd, POLLOUT, wait);
    /* The listener's queue is full, and nothing tells when it is no more. */
    if (errno == EAGAIN && addr->family == AF_UNIX && timed)
        return cs_pause(wait);
    return -errno;
}

int64_t cs_connect_again(int fd, const cs_addr *addr, int64_t wait)
{
    int error;
    socklen_t len = sizeof error;

    /* AF_UNIX connects at once or not at all.  For others the kernel goes on by itself, and
     * calling connect(2) again would be an error. */
    if (addr->family == AF_UNIX)
        return cs_connect(fd, addr, wait);
    if (!cs_poll(fd, POLLOUT))
        return cs_wait(fd, POLLOUT, wait);
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return -errno;
    return error == EISCONN ? 0 : -error;
}

int cs_getsockname(int fd, cs_addr *addr)
{
    cs_addr now;
    socklen_t size = sizeof now.storage;

    if (getsockname(fd, cs_sockaddr(&now), &size) < 0)
        return -errno;
    cs_addr_received(&now, size);
    return cs_addr_renew(addr, &now);
}

int cs_getpeername(int fd, cs_addr *addr)
{
    cs_addr now;
    socklen_t size = sizeof now.storage;

    if (getpeername(fd, cs_sockaddr(&now), &size) < 0)
        return -errno;
    cs_addr_received(&now, size);
    return cs_addr_renew(addr, &now);
}

int cs_shutdown(int fd, int how)
{
    return cs_done(shutdown(fd, how));
}

int cs_close(int fd)
{
    /* Linux has let go of the descriptor in both cases: there is nothing to do again,
     * and a peer's reset is no failure to close. */
    if (close(fd) < 0 && errno != EINTR && errno != ECONNRESET)
        return -errno;
    return 0;
}

int cs_dup(int fd)
{
    return cs_done(fcntl(fd, F_DUPFD_CLOEXEC, 0));
}

int cs_set_blocking(int fd, int blocking)
{
    int nonblocking = !blocking;

    return cs_done(ioctl(fd, FIONBIO, &nonblocking));
}

int cs_setsockopt(int fd, int level, int name, const char *value, size_t len)
{
    return cs_done(setsockopt(fd, level, name, value, (socklen_t)len));
}

/* The options of AF_VSOCK, whose level is the family, are of 64 bits. */
int cs_setsockopt_int(int fd, int level, int name, int value)
{
    uint64_t wide = (uint64_t)value;

    if (level == AF_VSOCK)
        return cs_done(setsockopt(fd, level, name, &wide, sizeof wide));
    return cs_done(setsockopt(fd, level, name, &value, sizeof value));
}

int cs_getsockopt(int fd, int level, int name, char *value, size_t len)
{
    socklen_t size = (socklen_t)len;

    if (getsockopt(fd, level, name, value, &size) < 0)
        return -errno;
    return (int)size;
}

int64_t cs_getsockopt_int(int fd, int level, int name)
{
    int value = 0;
    uint64_t wide = 0;
    int is_wide = level == AF_VSOCK;
    socklen_t len = is_wide ? sizeof wide : sizeof value;

    if (getsockopt(fd, level, name, is_wide ? (void *)&wide : &value, &len) < 0)
        return CS_NO_VALUE - errno;
    return is_wide ? (int64_t)wide : value;
}
