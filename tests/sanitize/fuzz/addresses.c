/* Addresses of every family that the kernel or a peer filled in: taken apart, and put together
 * again, which makes one that reads the same. */
#include "families.h"
#include "kernel.h"

#include <arpa/inet.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Takes an address apart, and puts one together of the same parts: the result of that. */
typedef int take(const cs_addr *addr, cs_fields *fields);
typedef int put(cs_addr *addr, const cs_fields *fields);

static int put_inet6(cs_addr *addr, const cs_fields *fields)
{
    SHOULD(cs_put_host(addr, AF_INET6, fields->text) == 1);
    cs_put_inet6(addr, (int)fields->number[0], (uint32_t)fields->number[1],
                 (uint32_t)fields->number[2]);
    return 0;
}

/* AF_INET has a number in the place of the parts. */
static int take_inet(const cs_addr *addr, cs_fields *fields)
{
    fields->number[0] = cs_inet_number(addr);
    return 0;
}

static int put_inet(cs_addr *addr, const cs_fields *fields)
{
    uint32_t host = htonl((uint32_t)(fields->number[0] >> 16));
    char numeric[INET_ADDRSTRLEN];

    SHOULD(cs_inet_ntop(AF_INET, (char *)&host, numeric) > 0);
    SHOULD(cs_put_host(addr, AF_INET, numeric) == 1);
    cs_put_inet(addr, (int)(fields->number[0] & UINT16_MAX));
    return 0;
}

static int put_unix(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_unix(addr, fields->text, fields->len);
}

static int put_raw(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_raw(addr, (int)fields->number[0], fields->text, fields->len);
}

static int put_pair_of(int family, cs_addr *addr, const cs_fields *fields)
{
    return cs_put_pair(addr, family, (uint32_t)fields->number[0], (uint32_t)fields->number[1]);
}

static int put_netlink(cs_addr *addr, const cs_fields *fields)
{
    return put_pair_of(AF_NETLINK, addr, fields);
}

static int put_vsock(cs_addr *addr, const cs_fields *fields)
{
    return put_pair_of(AF_VSOCK, addr, fields);
}

static int put_tipc(cs_addr *addr, const cs_fields *fields)
{
    const int64_t *word = fields->number;

    return cs_put_tipc(addr, (uint32_t)word[0], (uint32_t)word[1], (uint32_t)word[2],
                       (uint32_t)word[3], (uint32_t)word[4]);
}

static int put_alg(cs_addr *addr, const cs_fields *fields)
{
    size_t type_len = (size_t)fields->number[2];
    char type[sizeof fields->text + 1] = "", name[sizeof fields->text + 1] = "";

    SHOULD(type_len <= fields->len);
    memcpy(type, fields->text, type_len);
    memcpy(name, fields->text + type_len, fields->len - type_len);
    return cs_put_alg(addr, type, name, (uint32_t)fields->number[0], (uint32_t)fields->number[1]);
}

static int put_l2cap(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_l2cap(addr, fields->text, (uint16_t)fields->number[0],
                        (uint16_t)fields->number[1], (uint8_t)fields->number[2]);
}

static int put_rfcomm(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_rfcomm(addr, fields->text, (uint8_t)fields->number[0]);
}

static int put_sco(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_sco(addr, fields->text);
}

static int put_hci(cs_addr *addr, const cs_fields *fields)
{
    return cs_put_hci(addr, (uint16_t)fields->number[0], (uint16_t)fields->number[1]);
}

/* Those with the name of an interface, which the other way round is a question for the kernel. */
static int take_packet(const cs_addr *addr, cs_fields *fields)
{
    int result = cs_take_packet(addr, fields, &nobody);

    SHOULD(fields->number[3] >= 0 && fields->number[3] <= (int64_t)fields->len);
    return result;
}

static int take_can(const cs_addr *addr, cs_fields *fields)
{
    return cs_take_can(addr, fields, &nobody);
}

static int take_can_isotp(const cs_addr *addr, cs_fields *fields)
{
    return cs_take_can_isotp(addr, fields, &nobody);
}

static int take_can_j1939(const cs_addr *addr, cs_fields *fields)
{
    return cs_take_can_j1939(addr, fields, &nobody);
}

static const struct {
    int family; /* 0 for any */
    take *take;
    put *put; /* NULL for those that are only taken apart */
} families[] = {
    {AF_INET, take_inet, put_inet},           {AF_INET6, cs_take_inet6, put_inet6},
    {AF_UNIX, cs_take_unix, put_unix},        {0, cs_take_raw, put_raw},
    {AF_NETLINK, cs_take_pair, put_netlink},  {AF_VSOCK, cs_take_pair, put_vsock},
    {AF_TIPC, cs_take_tipc, put_tipc},        {AF_ALG, cs_take_alg, put_alg},
    {AF_BLUETOOTH, cs_take_l2cap, put_l2cap}, {AF_BLUETOOTH, cs_take_rfcomm, put_rfcomm},
    {AF_BLUETOOTH, cs_take_sco, put_sco},     {AF_BLUETOOTH, cs_take_hci, put_hci},
    {AF_PACKET, take_packet, NULL},           {AF_CAN, take_can, NULL},
    {AF_CAN, take_can_isotp, NULL},           {AF_CAN, take_can_j1939, NULL},
};

/* A cs_addr as a call of the kernel leaves it: what it has not written was never written. */
static void receive(struct input *in, int family, cs_addr *addr)
{
    size_t len = number(in, sizeof addr->storage);
    struct sockaddr *sa = (struct sockaddr *)addr->storage;

    fill(in, addr->storage, len);
    if (family != 0 && len >= sizeof sa->sa_family)
        sa->sa_family = (sa_family_t)family;
    shim_addr_received(addr, (socklen_t)len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    size_t i = number(&in, sizeof families / sizeof *families - 1);
    cs_addr *addr = exactly(sizeof *addr), *made = exactly(sizeof *made);
    cs_fields *fields = calloc(1, sizeof *fields), *again = calloc(1, sizeof *again);

    SHOULD(fields != NULL && again != NULL);
    receive(&in, families[i].family, addr);
    kernel = &in;
    if (families[i].take(addr, fields) == 0) {
        SHOULD(fields->len <= sizeof fields->text);
        look(fields, sizeof *fields);
        if (families[i].put != NULL && families[i].put(made, fields) == 0) {
            look(made->storage, made->len);
            SHOULD(families[i].take(made, again) == 0);
            SHOULD(memcmp(fields, again, sizeof *fields) == 0);
        }
    }
    kernel = NULL;
    free(addr);
    free(made);
    free(fields);
    free(again);
    return 0;
}
