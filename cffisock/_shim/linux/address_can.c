/* AF_CAN: the kernel's Documentation/networking/can.rst, iso15765-2.rst and j1939.rst. */
#include "families.h"

/* As struct sockaddr_can of <linux/can.h>, which has had the last member since Linux 5.4. */
struct can_address {
    sa_family_t family;
    int ifindex;
    union {
        struct {
            uint32_t rx_id;
            uint32_t tx_id;
        } isotp;
        struct {
            uint64_t name;
            uint32_t pgn;
            uint8_t addr;
        } j1939;
    };
};

/* An address without the part that is the protocol's own. */
static void start(struct can_address *sa, int ifindex)
{
    memset(sa, 0, sizeof *sa); /* an initializer need not reach all of a union */
    sa->family = AF_CAN;
    sa->ifindex = ifindex;
}

int cs_put_can(cs_addr *addr, int ifindex)
{
    struct can_address sa;

    start(&sa, ifindex);
    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_put_can_isotp(cs_addr *addr, int ifindex, uint32_t rx_id, uint32_t tx_id)
{
    struct can_address sa;

    start(&sa, ifindex);
    sa.isotp.rx_id = rx_id;
    sa.isotp.tx_id = tx_id;
    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_put_can_j1939(cs_addr *addr, int ifindex, uint64_t name, uint32_t pgn, uint8_t address)
{
    struct can_address sa;

    start(&sa, ifindex);
    sa.j1939.name = name;
    sa.j1939.pgn = pgn;
    sa.j1939.addr = address;
    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

/* Reads `addr` into `*sa`, and the name of its interface into the text of `fields`. */
static void take(const cs_addr *addr, cs_fields *fields, int fd, struct can_address *sa)
{
    shim_addr_get(addr, sa, sizeof *sa);
    shim_put_interface_name(fields, fd, sa->ifindex);
}

int cs_take_can(const cs_addr *addr, cs_fields *fields, const cs_socket *sock)
{
    int fd = shim_fd(sock);
    struct can_address sa;

    take(addr, fields, fd, &sa);
    return 0;
}

int cs_take_can_isotp(const cs_addr *addr, cs_fields *fields, const cs_socket *sock)
{
    int fd = shim_fd(sock);
    struct can_address sa;

    take(addr, fields, fd, &sa);
    fields->number[0] = sa.isotp.rx_id;
    fields->number[1] = sa.isotp.tx_id;
    return 0;
}

/* The name in the first number has 64 bits, and no sign. */
int cs_take_can_j1939(const cs_addr *addr, cs_fields *fields, const cs_socket *sock)
{
    int fd = shim_fd(sock);
    struct can_address sa;

    take(addr, fields, fd, &sa);
    fields->number[0] = (int64_t)sa.j1939.name;
    fields->number[1] = sa.j1939.pgn;
    fields->number[2] = sa.j1939.addr;
    return 0;
}
