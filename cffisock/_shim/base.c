/* The life of a socket's descriptor: made, named, connected, asked, closed. */
#include "internal.h"

/* Hands over the descriptor `fd`, or that there is none: 0 or -errno. */
static int arrived(cs_socket fd, cs_socket *made)
{
    if (fd < 0)
        return -shim_errno();
    *made = fd;
    return 0;
}

int cs_new_socket(int family, int type, int proto, cs_socket *made)
{
    return arrived(shim_socket(family, type, proto), made);
}

void cs_close_arrived(cs_socket made[2])
{
    for (int i = 0; i < 2; i++)
        cs_close(&made[i]);
}

int cs_identify(const cs_socket *sock, int *family, int *type, int *proto)
{
    cs_socket fd = shim_fd(sock);
    cs_addr addr = {.len = 0};
    int64_t named = cs_getsockname(sock, &addr);
    socklen_t len = sizeof *type;

    /* Some families have no getsockname (AF_ALG): only a bad descriptor, or the
     * family still being unknown, makes its failure count. */
    if (named < 0 && (*family == -1 || named == -EBADF || named == -ENOTSOCK))
        return (int)named;
    if (*family == -1)
        *family = addr.family;
    if (*type == -1 && shim_getsockopt(fd, SOL_SOCKET, SO_TYPE, type, &len) < 0)
        return -shim_errno();
    return *proto == -1 ? shim_done(shim_ask_protocol(fd, proto)) : 0;
}

/* Returns whether the socket listens.  If not, accept(2) does not wait, but says so at once. */
static int listens(cs_socket fd)
{
    int value = 0;
    socklen_t size = sizeof value;

    return shim_getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value;
}

int64_t cs_accept(const cs_socket *sock, cs_addr *peer, cs_socket *made, int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    socklen_t size = sizeof peer->storage;
    cs_socket conn = -1;
    int ready;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    /* accept(2) has no MSG_DONTWAIT. */
    ready = wait == -1 ? 1 : shim_poll(fd, POLLIN);
    if (ready == 0 && wait == 0 && !listens(fd))
        ready = 1;
    if (ready == 0)
        shim_set_errno(EAGAIN);
    if (ready > 0)
        conn = peer == NULL ? shim_accept(fd, NULL, NULL)
                            : shim_accept(fd, shim_sockaddr(peer), &size);
    if (conn < 0)
        return shim_failed(fd, POLLIN, wait);
    if (peer != NULL)
        shim_addr_received(peer, size);
    *made = conn;
    return 0;
}

int cs_bind(const cs_socket *sock, const cs_addr *addr)
{
    return shim_done(bind(shim_fd(sock), shim_sockaddr_const(addr), addr->len));
}

int cs_listen(const cs_socket *sock, int backlog)
{
    return shim_done(listen(shim_fd(sock), backlog));
}

int64_t cs_connect(const cs_socket *sock, const cs_addr *addr, int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    int timed = wait != -1 && wait != 0;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    /* connect(2) has no MSG_DONTWAIT. */
    if (wait != -1)
        shim_set_blocking(fd, 0);
    if (connect(fd, shim_sockaddr_const(addr), addr->len) == 0)
        return 0;
    if (shim_errno() == EINTR && timed)
        return cs_deadline(wait);
    if (shim_errno() == EINPROGRESS && timed)
        return shim_wait(fd, POLLOUT, wait);
    /* The listener's queue is full, and nothing tells when it is no more. */
    if (shim_errno() == EAGAIN && addr->family == AF_UNIX && timed)
        return shim_pause(wait);
    return -shim_errno();
}

int64_t cs_connect_again(const cs_socket *sock, const cs_addr *addr, int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    int error, ready;
    socklen_t len = sizeof error;

    /* AF_UNIX connects at once or not at all.  For others the kernel goes on by itself, and
     * calling connect(2) again would be an error. */
    if (addr->family == AF_UNIX)
        return cs_connect(sock, addr, wait);
    ready = shim_poll(fd, POLLOUT);
    if (ready == 0)
        return shim_wait(fd, POLLOUT, wait);
    if (ready < 0)
        return shim_failed(fd, POLLOUT, wait);
    if (shim_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        return -shim_errno();
    return error == EISCONN ? 0 : -error;
}

/* The result for a name of `size` bytes in `addr`. */
static int64_t named(cs_addr *addr, socklen_t size)
{
    shim_addr_received(addr, size);
    return addr->family == AF_INET ? cs_inet_number(addr) : CS_NOT_INET;
}

int64_t cs_getsockname(const cs_socket *sock, cs_addr *addr)
{
    cs_socket fd = shim_fd(sock);
    socklen_t size = sizeof addr->storage;

    return getsockname(fd, shim_sockaddr(addr), &size) < 0 ? -shim_errno() : named(addr, size);
}

int64_t cs_getpeername(const cs_socket *sock, cs_addr *addr)
{
    cs_socket fd = shim_fd(sock);
    socklen_t size = sizeof addr->storage;

    return getpeername(fd, shim_sockaddr(addr), &size) < 0 ? -shim_errno() : named(addr, size);
}

int cs_shutdown(const cs_socket *sock, int how)
{
    return shim_done(shutdown(shim_fd(sock), how));
}

int cs_close(cs_socket *sock)
{
    cs_socket fd = shim_take_fd(sock);

    /* The kernel has let go of the descriptor in both cases: there is nothing to do again,
     * and a peer's reset is no failure to close. */
    if (fd != -1 && shim_close(fd) < 0 && shim_errno() != EINTR && shim_errno() != ECONNRESET)
        return -shim_errno();
    return 0;
}

cs_socket cs_detach(cs_socket *sock)
{
    return shim_take_fd(sock);
}

int cs_dup(const cs_socket *sock, cs_socket *made)
{
    return arrived(shim_dup(shim_fd(sock)), made);
}

int cs_set_blocking(const cs_socket *sock, int blocking)
{
    return shim_done(shim_set_blocking(shim_fd(sock), blocking));
}
