/* Waiting, with deadlines on the monotonic clock. */
#include "internal.h"

#include <limits.h>

#define NS_PER_MS 1000000

int64_t cs_deadline(int64_t wait)
{
    int64_t start;

    if (wait <= 0)
        return wait;
    start = shim_now();
    /* Even, since the last bit has a meaning of its own: shim_is_ready. */
    return wait >= INT64_MAX - 1 - start ? 1 - INT64_MAX : -((start + wait + 1) & ~(int64_t)1);
}

int64_t cs_left(int64_t deadline)
{
    return -deadline - shim_now();
}

/* Milliseconds until `deadline` for poll(2), rounded up so that it never ends early. */
static int poll_timeout(int64_t deadline)
{
    int64_t left = cs_left(deadline);

    if (left <= 0)
        return 0;
    left = (left - 1) / NS_PER_MS + 1;
    return left > INT_MAX ? INT_MAX : (int)left;
}

int shim_poll(cs_socket fd, short events)
{
    /* poll(2) passes over a descriptor that is none. */
    return fd < 0 ? 1 : shim_poll_once(fd, events, 0);
}

int64_t shim_wait(cs_socket fd, short events, int64_t wait)
{
    int64_t deadline = cs_deadline(wait);
    int timeout, ready;

    if (wait == 0) /* there is no deadline to return */
        return CS_TIMED_OUT;
    do {
        timeout = wait == -1 ? -1 : poll_timeout(deadline);
        ready = shim_poll_once(fd, events, timeout);
    } while (ready == 0 && timeout == INT_MAX);
    if (ready == 0)
        return CS_TIMED_OUT;
    if (ready < 0 && shim_errno() != EINTR)
        return -shim_errno();
    if (wait == -1)
        return -EINTR;
    return ready > 0 ? deadline | 1 : shim_progressed(deadline);
}

int64_t shim_pause(int64_t wait)
{
    int64_t deadline = cs_deadline(wait);

    if (cs_left(deadline) <= 0)
        return CS_TIMED_OUT;
    shim_rest();
    return shim_progressed(deadline);
}

int64_t shim_failed(cs_socket fd, short events, int64_t wait)
{
    int timed = wait != -1 && wait != 0;

    if (shim_errno() == EINTR && timed)
        return shim_progressed(cs_deadline(wait));
    if ((shim_errno() != EAGAIN && shim_errno() != EWOULDBLOCK) || !timed)
        return -shim_errno();
    /* poll(2) said ready and yet the operation was not: another thread was faster, or the queue
     * of a datagram's receiver is full, which poll(2) does not see. */
    return shim_is_ready(wait) ? shim_pause(wait) : shim_wait(fd, events, wait);
}
