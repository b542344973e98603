/* A bind(2) that only keeps the address, and a getsockname(2) that gives it back, whatever the
 * socket: preloaded, they show what a program made of an address that the kernel would refuse. */
#include <string.h>
#include <sys/socket.h>

unsigned char name[128];
unsigned int name_len;

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    (void)fd;
    memcpy(name, addr, len);
    name_len = len;
    return 0;
}

int getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
    (void)fd;
    memcpy(addr, name, *len < name_len ? *len : name_len);
    *len = name_len;
    return 0;
}
