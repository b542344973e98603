/* Addresses that are a pair of numbers: AF_NETLINK, netlink(7); AF_VSOCK, vsock(7); AF_QIPCRTR, the
 * IPC router of Qualcomm's chips. */
#include "families.h"

/* As struct sockaddr_nl of <linux/netlink.h> and sockaddr_qrtr of <linux/qrtr.h>.  In sockaddr_vm
 * of <linux/vm_sockets.h> the numbers are the other way round, and `flags` follow. */
struct pair_address {
    sa_family_t family;
    unsigned short pad;
    uint32_t number[2];
    unsigned char flags[4];
};

int cs_put_pair(cs_addr *addr, int family, uint32_t first, uint32_t second)
{
    int is_vsock = family == AF_VSOCK;
    struct pair_address sa = {.family = (sa_family_t)family};

    sa.number[is_vsock] = first;
    sa.number[!is_vsock] = second;
    shim_addr_set(addr, &sa, is_vsock ? sizeof sa : offsetof(struct pair_address, flags));
    return 0;
}

int cs_take_pair(const cs_addr *addr, cs_fields *fields)
{
    int is_vsock = addr->family == AF_VSOCK;
    struct pair_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    fields->number[0] = sa.number[is_vsock];
    fields->number[1] = sa.number[!is_vsock];
    return 0;
}
