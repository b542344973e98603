/* AF_TIPC: the kernel's Documentation/networking/tipc.rst, tipc(7) of tipc-utils. */
#include "families.h"

/* As struct sockaddr_tipc of <linux/tipc.h>, whose union has three words in each form. */
struct tipc_address {
    sa_family_t family;
    unsigned char type;
    signed char scope;
    uint32_t word[3];
};

enum { SERVICE_RANGE = 1, SERVICE = 2, SOCKET_ID = 3 };

/* The words of a SERVICE are its type, the instance and the domain to look it up in; those of
 * a SOCKET_ID are the reference and the node, which Python's tuple has the other way round. */
int cs_put_tipc(cs_addr *addr, uint32_t type, uint32_t v1, uint32_t v2, uint32_t v3, uint32_t scope)
{
    struct tipc_address sa = {
        .family = AF_TIPC,
        .type = (unsigned char)type,
        .scope = (signed char)scope,
        .word = {v1, v2, 0},
    };

    if (type < SERVICE_RANGE || type > SOCKET_ID)
        return -EINVAL;
    if (type == SERVICE_RANGE) {
        sa.word[2] = v3;
    } else if (type == SOCKET_ID) {
        sa.word[0] = v2;
        sa.word[1] = v1;
    }
    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_tipc(const cs_addr *addr, cs_fields *fields)
{
    struct tipc_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    if (sa.type < SERVICE_RANGE || sa.type > SOCKET_ID)
        return -EINVAL;
    fields->number[0] = sa.type;
    fields->number[1] = sa.word[sa.type == SOCKET_ID ? 1 : 0];
    fields->number[2] = sa.word[sa.type == SOCKET_ID ? 0 : 1];
    fields->number[3] = sa.type == SERVICE_RANGE ? sa.word[2] : sa.type == SERVICE ? sa.word[1] : 0;
    fields->number[4] = (uint32_t)sa.scope;
    return 0;
}
