/* AF_VSOCK: vsock(7). */
#include "internal.h"

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

/* As struct sockaddr_vm of <linux/vm_sockets.h>. */
struct vsock_address {
    sa_family_t family;
    unsigned short reserved;
    uint32_t port;
    uint32_t cid;
    unsigned char flags[4];
};

int cs_put_vsock(cs_addr *addr, uint32_t cid, uint32_t port)
{
    struct vsock_address sa = {.family = AF_VSOCK, .port = port, .cid = cid};

    cs_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_vsock(const cs_addr *addr, cs_fields *fields)
{
    struct vsock_address sa;

    cs_addr_get(addr, &sa, sizeof sa);
    fields->number[0] = sa.cid;
    fields->number[1] = sa.port;
    return 0;
}
