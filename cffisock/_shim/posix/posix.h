/* What the shim has on POSIX's systems alone, declared as in shim.h: for C, and for cffi. */

/* --- descriptors.c ------------------------------------------------------------------- */

int cs_socketpair(int family, int type, int proto, cs_socket made[2]);
/* Sends from a file, at `offset`.  With a `wait` of -1 it waits also where the open file of
 * the socket is non-blocking. */
int64_t cs_sendfile(const cs_socket *sock, int file, int64_t offset, size_t count, int64_t wait);

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

/* --- host.c: the host's name and addresses -------------------------------------------- */

int cs_sethostname(const char *name, size_t len);

/* An address of an interface; `other` is its broadcast address or its peer's.  What there is not
 * has no bytes.  For one of the hardware it is the `len` bytes of `hardware`, else `len` is -1. */
typedef struct {
    char name[CS_INTERFACE_NAME];
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

/* --- address_unix.c ------------------------------------------------------------------- */

int cs_put_unix(cs_addr *addr, const char *path, size_t len);
int cs_take_unix(const cs_addr *addr, cs_fields *fields);
