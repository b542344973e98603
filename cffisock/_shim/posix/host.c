/* The host's own name, its interfaces and their addresses: sethostname(2), if_nameindex(3),
 * getifaddrs(3). */
#include "internal.h"
#include "posix.h"

#include <ifaddrs.h>

int cs_sethostname(const char *name, size_t len)
{
    return shim_done(sethostname(name, len));
}

int cs_if_nameindex(cs_interface *interfaces, size_t size)
{
    struct if_nameindex *list = if_nameindex();
    size_t count = 0;

    if (list == NULL)
        return -errno;
    for (; list[count].if_index != 0; count++) {
        if (count < size) {
            interfaces[count].index = list[count].if_index;
            strncpy(interfaces[count].name, list[count].if_name, IF_NAMESIZE - 1);
            interfaces[count].name[IF_NAMESIZE - 1] = '\0';
        }
    }
    if_freenameindex(list);
    return (int)count;
}

/* Puts in what getifaddrs(3) gives, which may be nothing. */
static void put_sockaddr(cs_addr *addr, const struct sockaddr *sa)
{
    static const struct sockaddr nothing; /* memcpy(3) takes no NULL, not even for no bytes */
    size_t len = sa != NULL ? shim_length(sa) : 0;

    if (len > sizeof addr->storage)
        len = sizeof addr->storage;
    shim_addr_set(addr, sa != NULL ? sa : &nothing, len);
}

int cs_getifaddrs(cs_ifaddr *addresses, size_t size)
{
    struct ifaddrs *list;
    size_t count = 0;

    if (getifaddrs(&list) < 0)
        return -errno;
    for (struct ifaddrs *each = list; each != NULL; each = each->ifa_next, count++) {
        cs_ifaddr *address;

        if (count >= size)
            continue;
        address = &addresses[count];
        strncpy(address->name, each->ifa_name, IF_NAMESIZE - 1);
        address->name[IF_NAMESIZE - 1] = '\0';
        address->index = if_nametoindex(each->ifa_name);
        address->flags = each->ifa_flags;
        put_sockaddr(&address->addr, each->ifa_addr);
        put_sockaddr(&address->netmask, each->ifa_netmask);
        if (address->netmask.len > 0) /* not every system says so */
            address->netmask.family = address->addr.family;
        put_sockaddr(&address->other, each->ifa_dstaddr);
        address->len = shim_hardware(each->ifa_addr, address->hardware, sizeof address->hardware);
    }
    freeifaddrs(list);
    return (int)count;
}
