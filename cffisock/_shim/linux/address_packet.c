/* AF_PACKET: packet(7). */
#include "families.h"

#include <arpa/inet.h>

#define HARDWARE_AT offsetof(struct sockaddr_ll, sll_addr)
#define HARDWARE_MAX 32 /* the kernel's MAX_ADDR_LEN, more than fits into sll_addr */

int cs_put_packet(cs_addr *addr, int ifindex, int protocol, int pkttype, int hatype,
                  const char *hardware, size_t len)
{
    struct sockaddr_ll sll = {
        .sll_family = AF_PACKET,
        .sll_protocol = htons((uint16_t)protocol),
        .sll_ifindex = ifindex,
        .sll_hatype = (unsigned short)hatype,
        .sll_pkttype = (unsigned char)pkttype,
        .sll_halen = (unsigned char)len,
    };

    if (len > sizeof sll.sll_addr)
        return -EINVAL;
    memcpy(sll.sll_addr, hardware, len);
    shim_addr_set(addr, &sll, sizeof sll);
    return 0;
}

int cs_take_packet(const cs_addr *addr, cs_fields *fields, const cs_socket *sock)
{
    int fd = shim_fd(sock);
    struct sockaddr_ll sll;
    size_t name, hardware;

    shim_addr_get(addr, &sll, sizeof sll);
    hardware = addr->len > HARDWARE_AT ? addr->len - HARDWARE_AT : 0;
    if (hardware > sll.sll_halen)
        hardware = sll.sll_halen;
    if (hardware > HARDWARE_MAX)
        hardware = HARDWARE_MAX;
    name = shim_put_interface_name(fields, fd, sll.sll_ifindex);
    memcpy(fields->text + name, (const char *)addr->storage + HARDWARE_AT, hardware);
    fields->len = (uint32_t)(name + hardware);
    fields->number[0] = ntohs(sll.sll_protocol);
    fields->number[1] = sll.sll_pkttype;
    fields->number[2] = sll.sll_hatype;
    fields->number[3] = (int64_t)name;
    return 0;
}
