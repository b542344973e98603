/* AF_NETLINK: netlink(7). */
#include "internal.h"

/* As struct sockaddr_nl of <linux/netlink.h>. */
struct netlink_address {
    sa_family_t family;
    unsigned short pad;
    uint32_t pid;
    uint32_t groups;
};

int cs_put_netlink(cs_addr *addr, uint32_t pid, uint32_t groups)
{
    struct netlink_address sa = {.family = AF_NETLINK, .pid = pid, .groups = groups};

    cs_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_netlink(const cs_addr *addr, cs_fields *fields)
{
    struct netlink_address sa;

    cs_addr_get(addr, &sa, sizeof sa);
    fields->number[0] = sa.pid;
    fields->number[1] = sa.groups;
    return 0;
}
