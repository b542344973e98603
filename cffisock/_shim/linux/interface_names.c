/* Interfaces in the addresses of AF_PACKET and AF_CAN: netdevice(7).  The names are those of the
 * network namespace that the socket is in, which need not be the caller's. */
#include "families.h"

size_t shim_put_interface_name(cs_fields *fields, int fd, int index)
{
    struct ifreq request = {.ifr_ifindex = index};
    size_t len = 0;

    if (index != 0 && ioctl(fd, SIOCGIFNAME, &request) == 0)
        len = strnlen(request.ifr_name, sizeof request.ifr_name);
    memcpy(fields->text, request.ifr_name, len);
    fields->len = (uint32_t)len;
    return len;
}
