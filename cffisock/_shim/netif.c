/* Network interfaces: if_nameindex(3), if_nametoindex(3), getifaddrs(3). */
#include "internal.h"

#include <ifaddrs.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>

_Static_assert(sizeof(((cs_interface *)0)->name) == IF_NAMESIZE,
               "cs_interface holds every interface's name");

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

int64_t cs_if_nametoindex(const char *name)
{
    unsigned int index = if_nametoindex(name);

    return index != 0 ? (int64_t)index : -errno;
}

int cs_if_indextoname(unsigned int index, char *name)
{
    return if_indextoname(index, name) != NULL ? 0 : -errno;
}

/* Puts in what getifaddrs(3) gives; it tells no lengths. */
static void put_sockaddr(cs_addr *addr, const struct sockaddr *sa)
{
    size_t len = 0;

    if (sa != NULL && sa->sa_family == AF_INET)
        len = sizeof(struct sockaddr_in);
    else if (sa != NULL && sa->sa_family == AF_INET6)
        len = sizeof(struct sockaddr_in6);
    else if (sa != NULL && sa->sa_family == AF_PACKET)
        len = sizeof(struct sockaddr_ll);
    shim_addr_set(addr, sa, len);
}

int cs_getifaddrs(cs_ifaddr *addresses, size_t size)
{
    struct ifaddrs *list;
    size_t count = 0;

    if (getifaddrs(&list) < 0)
        return -errno;
    for (struct ifaddrs *each = list; each != NULL; each = each->ifa_next, count++) {
        cs_ifaddr *address = &addresses[count];

        if (count >= size)
            continue;
        strncpy(address->name, each->ifa_name, IF_NAMESIZE - 1);
        address->name[IF_NAMESIZE - 1] = '\0';
        address->index = if_nametoindex(each->ifa_name);
        address->flags = each->ifa_flags;
        put_sockaddr(&address->addr, each->ifa_addr);
        put_sockaddr(&address->netmask, each->ifa_netmask);
        put_sockaddr(&address->other, each->ifa_ifu.ifu_broadaddr);
    }
    freeifaddrs(list);
    return (int)count;
}
