/* What the shim's own files share: the public interface, the headers that all
 * of them need, and the few helpers behind the public functions. */
#ifndef CS_INTERNAL_H
#define CS_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include "shim.h"

_Static_assert(sizeof(struct sockaddr_storage) <= sizeof(((cs_addr *)0)->storage),
               "cs_addr holds every socket address");

/* The result for what a system call returned. */
static inline int cs_done(int result)
{
    return result < 0 ? -errno : result;
}

static inline struct sockaddr *cs_sockaddr(cs_addr *addr)
{
    return (struct sockaddr *)addr->storage;
}

static inline const struct sockaddr *cs_sockaddr_const(const cs_addr *addr)
{
    return (const struct sockaddr *)addr->storage;
}

/* Waits until `fd` has one of the poll(2) `events`: 0 once it has, else a
 * result to hand on.  A `*wait` in nanoseconds becomes a deadline. */
int64_t cs_wait(int fd, short events, int64_t *wait);

/* After an operation on `fd` failed, in its `round`, counted from 0: 0 when it is worth
 * trying again, else the result to hand on.  Waits for `events` if the failure was EAGAIN. */
int64_t cs_again(int fd, short events, int64_t *wait, int round);

/* Takes over an address that the kernel wrote into addr->storage, `len` as the
 * kernel set it. */
void cs_addr_received(cs_addr *addr, socklen_t len);

/* Fills `addr` with a copy of `len` bytes of the sockaddr at `sa`. */
void cs_addr_set(cs_addr *addr, const void *sa, size_t len);

/* Puts the address `now` into `addr`: 1, or 0 where it was there. */
int cs_addr_renew(cs_addr *addr, const cs_addr *now);

/* Copies the sockaddr out of `addr`, into the `len` bytes at `sa`, zero where
 * the address is shorter. */
void cs_addr_get(const cs_addr *addr, void *sa, size_t len);

/* Reads the control message at `offset` of msg->control into msg->extras. */
void cs_read_control(cs_msg *msg, size_t offset);

/* Makes the text of `fields` the name of the interface `index`, empty where the network
 * namespace of the socket `fd` has none: the length of the name. */
size_t cs_put_interface_name(cs_fields *fields, int fd, int index);

#endif
