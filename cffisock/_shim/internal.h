/* Shared by the shim's own files: the interface, the headers that all of them need, and helpers.
 * Python calls what begins with cs_; what begins with shim_ is for these files alone. */
#ifndef CS_INTERNAL_H
#define CS_INTERNAL_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <stddef.h>
#include <stdint.h>

#include "types.h"

#include "shim.h"

#include "system.h"

/* The result for what a system call returned. */
static inline int shim_done(int result)
{
    return result < 0 ? -shim_errno() : result;
}

static inline struct sockaddr *shim_sockaddr(cs_addr *addr)
{
    return (struct sockaddr *)addr->storage;
}

static inline const struct sockaddr *shim_sockaddr_const(const cs_addr *addr)
{
    return (const struct sockaddr *)addr->storage;
}

/* The flag for a call of the kernel that shall not block, unless `wait` is -1. */
static inline int shim_dontwait(int64_t wait)
{
    return wait == -1 ? 0 : SHIM_DONTWAIT;
}

/* Whether a result says that poll(2) found the descriptor ready: the operation is to be tried
 * again.  Only the last bit tells such a deadline from that of a call that a signal ended. */
static inline int shim_is_ready(int64_t result)
{
    return result < CS_TIMED_OUT && (result & 1) != 0;
}

/* Whether `wait` is a deadline that has passed, so that there is to be no try. */
static inline int shim_is_over(int64_t wait)
{
    return wait < CS_TIMED_OUT && !shim_is_ready(wait) && cs_left(wait) <= 0;
}

/* `wait` for an operation that has made progress: what it waits for next is something new. */
static inline int64_t shim_progressed(int64_t wait)
{
    return wait < CS_TIMED_OUT ? wait & ~(int64_t)1 : wait;
}

/* As poll(2), which fails with EINTR also where it is not to wait: 1 if `fd` has one of the
 * `events` now, or an operation on it would fail. */
int shim_poll(cs_socket fd, short events);

/* Waits until `fd` has one of the `events`: a result to hand on, never 0. */
int64_t shim_wait(cs_socket fd, short events, int64_t wait);

/* What is before a try of an operation that takes `events`: 0, or a result to hand on. */
static inline int64_t shim_before(cs_socket fd, short events, int64_t wait)
{
    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    if (SHIM_DONTWAIT != 0 || wait == -1 || wait == 0 || shim_is_ready(wait))
        return 0;
    /* Without the flag a try may block, if somebody with a duplicate changed the mode. */
    if (shim_poll(fd, events) == 0)
        return shim_wait(fd, events, wait);
    return 0;
}

/* Waits a millisecond: a result to hand on, never 0. */
int64_t shim_pause(int64_t wait);

/* The result for an operation that failed: -errno, or what came of waiting for `events`. */
int64_t shim_failed(cs_socket fd, short events, int64_t wait);

/* Takes over an address that the kernel wrote into addr->storage, `len` as the
 * kernel set it. */
void shim_addr_received(cs_addr *addr, size_t len);

/* Fills `addr` with a copy of `len` bytes of the sockaddr at `sa`. */
void shim_addr_set(cs_addr *addr, const void *sa, size_t len);

/* Puts the address `now` into `addr`: CS_MORE, or 0 if it was there. */
int64_t shim_addr_renew(cs_addr *addr, const cs_addr *now);

/* Copies the sockaddr out of `addr`, into the `len` bytes at `sa`, zero where
 * the address is shorter. */
void shim_addr_get(const cs_addr *addr, void *sa, size_t len);

/* As getaddrinfo(3), but no number that is no port is a service. */
int shim_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                     struct addrinfo **found);

/* EAI_ codes are negative on some systems and positive on others: in results they are negative, so
 * that none passes for a number of answers. */
static inline int shim_gai_result(int code)
{
    return code > 0 ? -code : code;
}

/* Copies what `found` lists into `buf`, the canonical name behind the last answer: the number of
 * answers, or -ERANGE. */
int shim_copy_answers(const struct addrinfo *found, char *buf, size_t len);

#endif
