/* The shim's whole interface.  Every .c file includes it through internal.h,
 * and build_socket.py feeds the same text to cffi: nothing is declared twice,
 * so nothing here may need a preprocessor beyond integer #defines.
 *
 * Results.  Unless its comment says otherwise a function returns a number >= 0,
 * or a negative one:
 *     -1 .. -65534     -errno;
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

/* Windows' errors go up to 11999. */
#define CS_TIMED_OUT -65535
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

/* --- data.c: data in and out --------------------------------------------------- */

int64_t cs_recv(const cs_socket *sock, char *buf, size_t len, int flags, int64_t wait);
/* Puts the sender's address into `from`; adds CS_MORE if that had another one in it. */
int64_t cs_recvfrom(const cs_socket *sock, char *buf, size_t len, int flags, cs_addr *from,
                    int64_t wait);
int64_t cs_send(const cs_socket *sock, const char *buf, size_t len, int flags, int64_t wait);
int64_t cs_sendto(const cs_socket *sock, const char *buf, size_t len, int flags, const cs_addr *to,
                  int64_t wait);
/* --- wait.c: time ------------------------------------------------------------- */

/* Returns `wait` as a deadline that starts now: for an operation that takes several calls. */
int64_t cs_deadline(int64_t wait);
/* Returns the nanoseconds until a deadline, negative once it has passed. */
int64_t cs_left(int64_t deadline);

/* --- base.c: the life of a descriptor --------------------------------------
 * New descriptors are close-on-exec, and go into `*made` or `made`, the caller's from then on. */

int cs_new_socket(int family, int type, int proto, cs_socket *made);
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
 * `scope`.  Returns 0, an EAI_ code, -EMLINK for more than one address, or CS_NO_IPV6 where
 * `ipv6` asks for one and it is not. */
#define CS_NO_IPV6 -65534
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

/* --- netif.c: interfaces -------------------------------------------------------- */

/* Windows' names are the longest. */
#define CS_INTERFACE_NAME 257

typedef struct {
    unsigned int index;
    char name[CS_INTERFACE_NAME];
} cs_interface;

/* Returns how many interfaces there are; fills in up to `size` of them. */
int cs_if_nameindex(cs_interface *interfaces, size_t size);
int64_t cs_if_nametoindex(const char *name);

/* Puts the name into the CS_INTERFACE_NAME bytes at `name`. */
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
