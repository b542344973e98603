/* Options: getsockopt(2), setsockopt(2). */
#include "internal.h"

int cs_setsockopt(const cs_socket *sock, int level, int name, const char *value, size_t len)
{
    return shim_done(shim_setsockopt(shim_fd(sock), level, name, value, (socklen_t)len));
}

/* The options of AF_VSOCK are of 64 bits. */
int cs_setsockopt_int(const cs_socket *sock, int level, int name, int value)
{
    cs_socket fd = shim_fd(sock);
    uint64_t wide = (uint64_t)value;

    if (level == SHIM_WIDE_LEVEL)
        return shim_done(shim_setsockopt(fd, level, name, &wide, sizeof wide));
    return shim_done(shim_setsockopt(fd, level, name, &value, sizeof value));
}

int cs_getsockopt(const cs_socket *sock, int level, int name, char *value, size_t len)
{
    cs_socket fd = shim_fd(sock);
    socklen_t size = (socklen_t)len;

    if (shim_getsockopt(fd, level, name, value, &size) < 0)
        return -shim_errno();
    return (int)size;
}

int64_t cs_getsockopt_int(const cs_socket *sock, int level, int name)
{
    cs_socket fd = shim_fd(sock);
    int value = 0;
    uint64_t wide = 0;
    int is_wide = level == SHIM_WIDE_LEVEL;
    socklen_t len = is_wide ? sizeof wide : sizeof value;

    if (shim_getsockopt(fd, level, name, is_wide ? (void *)&wide : &value, &len) < 0)
        return CS_NO_VALUE - shim_errno();
    return is_wide ? (int64_t)wide : value;
}
