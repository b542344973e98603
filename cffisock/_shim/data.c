/* Data in and out: recv(2), send(2) and their kin, waiting where they must. */
#include "internal.h"

int64_t cs_recv(const cs_socket *sock, char *buf, size_t len, int flags, int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    int64_t early = shim_before(fd, POLLIN, wait);
    ssize_t n;

    if (early != 0)
        return early;
    n = shim_recv(fd, buf, len, flags | shim_dontwait(wait));
    return n >= 0 ? n : shim_failed(fd, POLLIN, wait);
}

int64_t cs_recvfrom(const cs_socket *sock, char *buf, size_t len, int flags, cs_addr *from,
                    int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    cs_addr now;
    socklen_t size = sizeof now.storage;
    int64_t early = shim_before(fd, POLLIN, wait);
    ssize_t n;

    if (early != 0)
        return early;
    n = shim_recvfrom(fd, buf, len, flags | shim_dontwait(wait), shim_sockaddr(&now), &size);
    if (n < 0)
        return shim_failed(fd, POLLIN, wait);
    shim_addr_received(&now, size);
    return n + shim_addr_renew(from, &now);
}

int64_t cs_send(const cs_socket *sock, const char *buf, size_t len, int flags, int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    int64_t early = shim_before(fd, POLLOUT, wait);
    ssize_t n;

    if (early != 0)
        return early;
    n = shim_send(fd, buf, len, flags | shim_dontwait(wait));
    return n >= 0 ? n : shim_failed(fd, POLLOUT, wait);
}

int64_t cs_sendto(const cs_socket *sock, const char *buf, size_t len, int flags, const cs_addr *to,
                  int64_t wait)
{
    cs_socket fd = shim_fd(sock);
    int64_t early = shim_before(fd, POLLOUT, wait);
    ssize_t n;

    if (early != 0)
        return early;
    n = shim_sendto(fd, buf, len, flags | shim_dontwait(wait), shim_sockaddr_const(to), to->len);
    return n >= 0 ? n : shim_failed(fd, POLLOUT, wait);
}
