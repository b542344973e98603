/* AF_QIPCRTR: the IPC router of Qualcomm's chips. */
#include "internal.h"

#ifndef AF_QIPCRTR
#define AF_QIPCRTR 42
#endif

/* As struct sockaddr_qrtr of <linux/qrtr.h>. */
struct qipcrtr_address {
    sa_family_t family;
    unsigned short pad;
    uint32_t node;
    uint32_t port;
};

int cs_put_qipcrtr(cs_addr *addr, uint32_t node, uint32_t port)
{
    struct qipcrtr_address sa = {.family = AF_QIPCRTR, .node = node, .port = port};

    cs_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_qipcrtr(const cs_addr *addr, cs_fields *fields)
{
    struct qipcrtr_address sa;

    cs_addr_get(addr, &sa, sizeof sa);
    fields->number[0] = sa.node;
    fields->number[1] = sa.port;
    return 0;
}
