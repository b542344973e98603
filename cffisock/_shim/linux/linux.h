/* What the shim has on Linux alone, declared as in shim.h: for C, and for cffi.  The layouts of
 * these addresses are the kernel's ABI, and here, since C libraries need not have headers for them.
 */

/* AF_NETLINK, AF_QIPCRTR and AF_VSOCK, whose addresses are two numbers. */
int cs_put_pair(cs_addr *addr, int family, uint32_t first, uint32_t second);
int cs_take_pair(const cs_addr *addr, cs_fields *fields);
/* Both are -EINVAL for an address type that is none of TIPC's. */
int cs_put_tipc(cs_addr *addr, uint32_t type, uint32_t v1, uint32_t v2, uint32_t v3,
                uint32_t scope);
int cs_take_tipc(const cs_addr *addr, cs_fields *fields);
/* -EINVAL for a type, -ENAMETOOLONG for a name that is too long. */
int cs_put_alg(cs_addr *addr, const char *type, const char *name, uint32_t feat, uint32_t mask);
/* The text is the type, as long as the third number says, and the name. */
int cs_take_alg(const cs_addr *addr, cs_fields *fields);

/* `hardware` has up to 8 bytes, else -EINVAL. */
int cs_put_packet(cs_addr *addr, int ifindex, int protocol, int pkttype, int hatype,
                  const char *hardware, size_t len);
/* The text is the interface's name, as long as the fourth number says, and the hardware
 * address.  The name is empty where the socket knows none. */
int cs_take_packet(const cs_addr *addr, cs_fields *fields, const cs_socket *sock);
int cs_put_can(cs_addr *addr, int ifindex);
int cs_put_can_isotp(cs_addr *addr, int ifindex, uint32_t rx_id, uint32_t tx_id);
int cs_put_can_j1939(cs_addr *addr, int ifindex, uint64_t name, uint32_t pgn, uint8_t address);
/* The text is the interface's name, as above; J1939's name is a number without a sign. */
int cs_take_can(const cs_addr *addr, cs_fields *fields, const cs_socket *sock);
int cs_take_can_isotp(const cs_addr *addr, cs_fields *fields, const cs_socket *sock);
int cs_take_can_j1939(const cs_addr *addr, cs_fields *fields, const cs_socket *sock);

/* Bluetooth's protocols.  A device is written "XX:XX:XX:XX:XX:XX", else -EINVAL. */
int cs_put_l2cap(cs_addr *addr, const char *device, uint16_t psm, uint16_t cid, uint8_t type);
int cs_take_l2cap(const cs_addr *addr, cs_fields *fields);
int cs_put_rfcomm(cs_addr *addr, const char *device, uint8_t channel);
int cs_take_rfcomm(const cs_addr *addr, cs_fields *fields);
int cs_put_sco(cs_addr *addr, const char *device);
int cs_take_sco(const cs_addr *addr, cs_fields *fields);
int cs_put_hci(cs_addr *addr, uint16_t dev, uint16_t channel);
int cs_take_hci(const cs_addr *addr, cs_fields *fields);

/* Attaches a program of `count` struct sock_filter by SO_ATTACH_FILTER or an option like it. */
int cs_attach_filter(int fd, int option, const char *program, size_t count);
