/* The shim's whole interface.  Every .c file includes it through internal.h,
 * and build_socket.py feeds the same text to cffi: nothing is declared twice,
 * so nothing here may need a preprocessor beyond integer #defines.
 *
 * Results.  Unless its comment says otherwise a function returns a number >= 0,
 * or a negative one:
 *     -1 .. -4094      -errno;
 *     CS_TIMED_OUT     the time to wait ran out;
 *     below that       call again, with the result as `wait`.
 *
 * Waiting.  Each function with a `wait` argument tries its operation first and
 * polls only when the kernel says EAGAIN, as long as `wait` allows:
 *     -1               as long as the kernel makes the call block;
 *     0                not at all;
 *     > 0              that many nanoseconds from now;
 *     < CS_TIMED_OUT   until a deadline, which the last call returned or the caller has made.
 * Having waited it does not try again, since meanwhile another thread may have closed
 * the descriptor and the kernel given its number away.  It asks to be called again,
 * with the number that holds then, just as after a signal, whose handlers run in between.
 * Where `wait` is -1 or 0 a signal gives -EINTR, and the same `wait` holds.
 *
 * A deadline that has passed gives CS_TIMED_OUT without a try, unless poll(2) has said in time that
 * the descriptor was ready.
 *
 * Unless `wait` is -1 the kernel is told in each call not to block: somebody who shares
 * the open file may have taken O_NONBLOCK off it.
 */

#define CS_TIMED_OUT -4095
/* Added to a result when there is more than the number says; the comment of the function says
 * what.  Greater than any number of bytes. */
#define CS_MORE 0x10000000000

/* A socket address: `len` bytes of a struct sockaddr, 0 for none.  `family` is
 * its sa_family, set by the functions that fill it in. */
typedef struct {
    uint64_t storage[16];
    uint32_t len;
    int32_t family;
} cs_addr;

/* An address taken apart: its numbers in the order of the Python tuple, and its
 * bytes, a name or a hardware address. */
typedef struct {
    int64_t number[5];
    uint32_t len;
    char text[128];
} cs_fields;

/* A socket: memory that has its descriptor, -1 once it is closed.  It belongs to one object for as
 * long as that lives.  The functions read it themselves, and once, when nothing is left to do
 * before the kernel is called: by a number that Python has read beforehand a thread could be
 * overtaken by another that closes it and opens something else. */
typedef int cs_socket;

/* --- data.c: data in and out --------------------------------------------------- */

int64_t cs_recv(const cs_socket *sock, char *buf, size_t len, int flags, int64_t wait);
/* Puts the sender's address into `from`; adds CS_MORE if that had another one in it. */
int64_t cs_recvfrom(const cs_socket *sock, char *buf, size_t len, int flags, cs_addr *from,
                    int64_t wait);
int64_t cs_send(const cs_socket *sock, const char *buf, size_t len, int flags, int64_t wait);
int64_t cs_sendto(const cs_socket *sock, const char *buf, size_t len, int flags, const cs_addr *to,
                  int64_t wait);
/* Sends from a file, at `offset`.  With a `wait` of -1 it waits also where the open file of
 * the socket is non-blocking. */
int64_t cs_sendfile(const cs_socket *sock, int file, int64_t offset, size_t count, int64_t wait);

/* --- wait.c: time ------------------------------------------------------------- */

/* Returns `wait` as a deadline that starts now: for an operation that takes several calls. */
int64_t cs_deadline(int64_t wait);
/* Returns the nanoseconds until a deadline, negative once it has passed. */
int64_t cs_left(int64_t deadline);

/* --- messages.c, ancillary.c: messages and what comes along ------------------------ */

/* The extras of a received message of `len` bytes: its flags, the length of its address, and one
 * control message, whose data is control[start] to control[end].  `start` is 0 if there is none,
 * `next` is 0 if it is the last one.  `cut` is 1 if the kernel's length goes past the end of the
 * buffer, or is shorter than a header.  All are int64_t: Python reads them as an array. */
typedef struct {
    int64_t len;
    int64_t flags;
    int64_t addr_len;
    int64_t level;
    int64_t type;
    int64_t start;
    int64_t end;
    int64_t cut;
    int64_t next;
} cs_extras;

/* A message to receive; the caller owns all that it points to.  Once received, `control_len` is
 * how much of `control` is used; the caller sets it to 0 when it has taken what is there. */
typedef struct {
    char *control;
    size_t control_len;
    cs_addr *addr;
    cs_extras extras;
} cs_msg;

/* Receive into one buffer, and into the `count` buffers at `bases` of the lengths `lens`, with up
 * to `control_len` bytes of control messages.  CS_MORE: there are flags, an address or a control
 * message in msg->extras. */
int64_t cs_recvmsg(const cs_socket *sock, char *buf, size_t len, cs_msg *msg, size_t control_len,
                   int flags, int64_t wait);
int64_t cs_recvmsgv(const cs_socket *sock, char **bases, const size_t *lens, size_t count,
                    cs_msg *msg, size_t control_len, int flags, int64_t wait);
/* Reads the next control message into msg->extras. */
void cs_next_control(cs_msg *msg);
/* Closes the descriptors that a received message carries, which nobody has taken. */
void cs_close_received(cs_msg *msg);

/* Sends one buffer with one control message; `to` is NULL for no address.  -ENOBUFS if
 * `control_len` is more than CS_CONTROL_MAX. */
#define CS_CONTROL_MAX 1024
int64_t cs_sendmsg(const cs_socket *sock, const char *buf, size_t len, int level, int type,
                   const char *control, size_t control_len, const cs_addr *to, int flags,
                   int64_t wait);
/* Sends `count` such buffers, with control messages that cs_put_control made. */
int64_t cs_sendmsgv(const cs_socket *sock, char **bases, const size_t *lens, size_t count,
                    const char *control, size_t control_len, const cs_addr *to, int flags,
                    int64_t wait);
/* Puts a control message `offset` bytes into `control`, which is large enough; returns the offset
 * of the next. */
size_t cs_put_control(char *control, size_t offset, int level, int type, const char *data,
                      size_t len);
/* Return the size of a control message with `len` bytes of data, without and with padding. */
size_t cs_cmsg_len(size_t len);
size_t cs_cmsg_space(size_t len);

/* --- batches.c, datagrams.c: many messages in one call --------------------------------------
 * One that has a part done when it cannot go on, for whatever reason, returns the part. */

#define CS_NEW_SENDER 1
#define CS_MORE_THAN_DATA 2

typedef struct {
    char *base;
    size_t len;
} cs_iov;

/* Memory for messages, and what was received into it; the caller owns all that it points to.
 * `done` of them have been received: 0 at first.
 * Message i goes to buffers[i]; without buffers to the next `size` bytes of `data`.  For its
 * control messages there are `control_size` bytes, and `train_control` more where it may be a train
 * of datagrams: cs_train_control(), or 0 to leave UDP_GRO among the control messages.
 *
 * Of each message received there are the length, in `msgs` the control messages and flags, in
 * `numbers` cs_inet_number() of its sender, -1 for one that is not of AF_INET, in `segments` the
 * size of its datagrams if it is a train, else 0, and in `news`
 *     CS_NEW_SENDER       the address is not the one of the message before it;
 *     CS_MORE_THAN_DATA   there are control messages or flags, or it is a train. */
typedef struct {
    size_t done;
    cs_iov *buffers;
    char *data;
    size_t size;
    char *control;
    size_t control_size;
    size_t train_control;
    cs_addr *addrs;
    cs_msg *msgs;
    int32_t *lengths;
    int64_t *numbers;
    int32_t *segments;
    char *news;
} cs_incoming;

/* Messages to send, `count` of them: lengths[i] bytes each, to addrs[i], which NULL leaves to the
 * connection, with the control messages at controls[i], without controls none.  With segments[i],
 * if there are segments, it is a train of datagrams of so many bytes, and its control messages end
 * with UDP_SEGMENT; 0 is for none.
 * The last four tell how far the batch is, and are 0 at first: the next message, how many of
 * its bytes are sent, how many bytes that makes of all, and how many datagrams. */
typedef struct {
    size_t count;
    size_t *lengths;
    cs_addr **addrs;
    cs_iov *controls;
    uint16_t *segments;
    size_t message;
    size_t part;
    size_t offset;
    int64_t datagrams;
} cs_outgoing;

/* Returns how many messages were received. */
int64_t cs_recvmmsg(const cs_socket *sock, cs_incoming *in, size_t count, int flags, int64_t wait);
/* Returns how many datagrams were sent; `data` is that of all messages, one after the other. */
int64_t cs_sendmmsg(const cs_socket *sock, const char *data, cs_outgoing *out, int flags,
                    int64_t wait);
/* Sends `count` datagrams, lengths[i] bytes of `data` each, to addrs[i], which NULL leaves to the
 * connection; it never waits.  With `trains` those that follow each other to one address go as a
 * train where they may.  Returns how many the kernel took; -errno is for the first one. */
int64_t cs_send_datagrams(const cs_socket *sock, const char *data, const size_t *lengths,
                          cs_addr **addrs, size_t count, int trains);
/* Returns the size of a train's own control message and of those that the kernel puts first. */
size_t cs_train_control(void);

/* --- base.c: the life of a descriptor --------------------------------------
 * New descriptors are close-on-exec, and go into `*made` or `made`, the caller's from then on. */

int cs_new_socket(int family, int type, int proto, cs_socket *made);
int cs_socketpair(int family, int type, int proto, cs_socket made[2]);
/* Closes what is not -1, and puts that there. */
void cs_close_arrived(cs_socket made[2]);
/* Asks the kernel for each of the three that is -1. */
int cs_identify(const cs_socket *sock, int *family, int *type, int *proto);
/* `peer` is NULL for a family in which accept(2) has no address to give. */
int64_t cs_accept(const cs_socket *sock, cs_addr *peer, cs_socket *made, int64_t wait);
int cs_bind(const cs_socket *sock, const cs_addr *addr);
int cs_listen(const cs_socket *sock, int backlog);
/* Starts to connect.  Unlike others it is not called again: cs_connect_again goes on. */
int64_t cs_connect(const cs_socket *sock, const cs_addr *addr, int64_t wait);
int64_t cs_connect_again(const cs_socket *sock, const cs_addr *addr, int64_t wait);
/* Put the name into `addr`, and return CS_NOT_INET; that of AF_INET as cs_inet_number(). */
#define CS_NOT_INET 0x1000000000000
int64_t cs_getsockname(const cs_socket *sock, cs_addr *addr);
int64_t cs_getpeername(const cs_socket *sock, cs_addr *addr);
int cs_shutdown(const cs_socket *sock, int how);
/* Take the descriptor out, which one thread alone can, and close it, or return it; with none they
 * return 0 and -1. */
int cs_close(cs_socket *sock);
cs_socket cs_detach(cs_socket *sock);
int cs_dup(const cs_socket *sock, cs_socket *made);
int cs_set_blocking(const cs_socket *sock, int blocking);

/* --- options.c ---------------------------------------------------------------------- */

int cs_setsockopt(const cs_socket *sock, int level, int name, const char *value, size_t len);
int cs_setsockopt_int(const cs_socket *sock, int level, int name, int value);
/* Returns the length of the option's value. */
int cs_getsockopt(const cs_socket *sock, int level, int name, char *value, size_t len);
/* Returns the option's int, which may be any, or CS_NO_VALUE - errno. */
#define CS_NO_VALUE -4294967296
int64_t cs_getsockopt_int(const cs_socket *sock, int level, int name);

/* --- inet.c: numeric addresses as text -----------------------------------------
 * `packed` has 16 bytes, `text` 46.  They return how many bytes they put there, not counting
 * the text's NUL, or -EINVAL for a text that is not an address. */

int cs_inet_aton(const char *text, char *packed);
int cs_inet_pton(int family, const char *text, char *packed);
int cs_inet_ntop(int family, const char *packed, char *text);

/* --- netdb.c, lookups.c: names, services, protocols -------------------------------
 * `buf` is memory of the caller, `len` bytes, for what is found; -ERANGE asks for more. */

/* The EAI_ codes that getaddrinfo(3) and getnameinfo(3) return are negative in the results below,
 * which they need not be on every system: this returns the code for such a result. */
int cs_gai_code(int result);
/* Return the texts for an EAI_ code and an h_errno, which nobody frees. */
const char *cs_gai_strerror(int code);
const char *cs_hstrerror(int code);

/* One answer to a look-up, and whether it has the canonical name; `addr` and the padding are zero
 * where they are not used. */
typedef struct {
    int family;
    int type;
    int proto;
    int named;
    cs_addr addr;
} cs_answer;

/* Looks `host` and `service` up, of which one may be NULL.  `buf` gets an array of cs_answer
 * and, behind it, the canonical name of the host, "" if there is none.  Returns the number of
 * answers, -ERANGE, or an EAI_ code. */
int cs_getaddrinfo(const char *host, const char *service, int family, int type, int proto,
                   int flags, char *buf, size_t len);

/* The same look-up in a thread of its own: cs_lookup_start() puts it into `*started`, the caller's
 * until cs_lookup_end(), which does not wait for it. */
typedef struct cs_lookup cs_lookup;

int cs_lookup_start(const char *host, const char *service, int family, int type, int proto,
                    int flags, cs_lookup **started);
/* Returns 0 once there is a result. */
int64_t cs_lookup_wait(cs_lookup *lookup, int64_t wait);
/* Takes the result as cs_getaddrinfo gives it, and the first address as cs_resolve does. */
int cs_lookup_take(cs_lookup *lookup, char *buf, size_t len);
int cs_lookup_take_first(cs_lookup *lookup, cs_addr *addr);
/* Does nothing if `*started` is NULL, and makes it so. */
void cs_lookup_end(cs_lookup **started);

typedef struct {
    char host[1025];
    char service[32];
} cs_names;

/* Looks up the names for a numeric `host` and `port`; an AF_INET6 address takes on `flowinfo` and
 * `scope`.  Returns 0, an EAI_ code, -EMLINK for more than one address, or -EAFNOSUPPORT where
 * `ipv6` asks for one and it is not. */
int cs_getnameinfo(const char *host, const char *port, int ipv6, uint32_t flowinfo, uint32_t scope,
                   int flags, cs_names *names);

/* A host: two lists that end with NULL, the addresses packed, `length` bytes each. */
typedef struct {
    int family;
    const char *name;
    char **aliases;
    char **addresses;
    size_t length;
} cs_host;

/* Return 0, an h_errno (of which one is -1), or -ERANGE. */
int cs_gethostbyname(const char *name, cs_host *host, char *buf, size_t len);
int cs_gethostbyaddr(const cs_addr *addr, cs_host *host, char *buf, size_t len);
/* Return a port, and a protocol's number; -ENOENT where there is none. */
int cs_getservbyname(const char *name, const char *proto, char *buf, size_t len);
int cs_getprotobyname(const char *name, char *buf, size_t len);
/* Puts the service's name at the start of `buf`; returns its length, or -ENOENT. */
int cs_getservbyport(int port, const char *proto, char *buf, size_t len);

int cs_gethostname(char *name, size_t len);
int cs_sethostname(const char *name, size_t len);

/* --- netif.c: interfaces -------------------------------------------------------- */

typedef struct {
    unsigned int index;
    char name[16];
} cs_interface;

/* Returns how many interfaces there are; fills in up to `size` of them. */
int cs_if_nameindex(cs_interface *interfaces, size_t size);
int64_t cs_if_nametoindex(const char *name);

/* An address of an interface; `other` is its broadcast address or its peer's.  What there is not
 * has no bytes.  For one of the hardware it is the `len` bytes of `hardware`, else `len` is -1. */
typedef struct {
    char name[16];
    unsigned int index;
    unsigned int flags;
    cs_addr addr;
    cs_addr netmask;
    cs_addr other;
    int len;
    unsigned char hardware[32];
} cs_ifaddr;

/* Returns how many addresses the interfaces have; fills in up to `size` of them. */
int cs_getifaddrs(cs_ifaddr *addresses, size_t size);
/* Puts the name into the 16 bytes at `name`. */
int cs_if_indextoname(unsigned int index, char *name);

/* --- address_*.c: one family each, and those of a system in its own folder
 * ---------------------------------------------- cs_put_FAMILY makes `addr` of the parts of a
 * Python address; cs_take_FAMILY takes one apart that the kernel or a peer filled in.  The parts
 * that it is too short for are 0. */

/* Puts in the address of `host` if that is a numeric one of `family`, or of any for AF_UNSPEC.
 * Returns 1, or 0 where it is not. */
int cs_put_host(cs_addr *addr, int family, const char *host);
/* Looks `host` up and puts in its first address; NULL is any address.  Returns 0 or an EAI_
 * code. */
int cs_resolve(cs_addr *addr, int family, const char *host);
/* Complete what the two above put in; a scope of 0 leaves the one that the host has. */
void cs_put_inet(cs_addr *addr, int port);
void cs_put_inet6(cs_addr *addr, int port, uint32_t flowinfo, uint32_t scope);
/* Returns the number of the host, shifted by 16 bits, and the port. */
int64_t cs_inet_number(const cs_addr *addr);
int cs_take_inet6(const cs_addr *addr, cs_fields *fields);
int cs_put_unix(cs_addr *addr, const char *path, size_t len);
int cs_take_unix(const cs_addr *addr, cs_fields *fields);
int cs_put_raw(cs_addr *addr, int family, const char *data, size_t len);
int cs_take_raw(const cs_addr *addr, cs_fields *fields);
/* Puts in the bytes of a struct sockaddr of any family; -EINVAL for more than one can have. */
int cs_put_bytes(cs_addr *addr, const char *data, size_t len);

/* Returns the index of an interface, by its name in the network namespace of the socket, where
 * sockets have one. */
int cs_interface_index(const cs_socket *sock, const char *name, size_t len);

/* --- the constants table (generated) ------------------------------------------ */

/* Returns the names, separated by spaces. */
const char *cs_constant_names(void);
/* Returns as many values as there are names, in the same order. */
const int64_t *cs_constant_values(void);
