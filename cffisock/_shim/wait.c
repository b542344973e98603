/* Waiting, with deadlines on the monotonic clock. */
#include "internal.h"

#include <limits.h>
#include <time.h>

#define NS_PER_MS 1000000
#define NS_PER_S 1000000000

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * NS_PER_S + t.tv_nsec;
}

int64_t cs_deadline(int64_t wait)
{
    int64_t start;

    if (wait <= 0)
        return wait;
    start = now();
    /* Even, since the last bit has a meaning of its own: shim_is_ready. */
    return wait >= INT64_MAX - 1 - start ? 1 - INT64_MAX : -((start + wait + 1) & ~(int64_t)1);
}

int64_t cs_left(int64_t deadline)
{
    return -deadline - now();
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

int shim_poll(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    /* poll(2) passes over a descriptor that is none. */
    return fd < 0 ? 1 : poll(&p, 1, 0);
}

int shim_error_waits(int fd)
{
    struct pollfd p = {.fd = fd};

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLNVAL)) != 0;
}

int64_t shim_wait(int fd, short events, int64_t wait)
{
    struct pollfd p = {.fd = fd, .events = events};
    int64_t deadline = cs_deadline(wait);
    int timeout, ready;

    if (wait == 0) /* there is no deadline to return */
        return CS_TIMED_OUT;
    do {
        timeout = wait == -1 ? -1 : poll_timeout(deadline);
        ready = poll(&p, 1, timeout);
    } while (ready == 0 && timeout == INT_MAX);
    if (ready == 0)
        return CS_TIMED_OUT;
    if (ready < 0 && errno != EINTR)
        return -errno;
    if (wait == -1)
        return -EINTR;
    return ready > 0 ? deadline | 1 : shim_progressed(deadline);
}

int64_t shim_pause(int64_t wait)
{
    int64_t deadline = cs_deadline(wait);

    if (cs_left(deadline) <= 0)
        return CS_TIMED_OUT;
    poll(NULL, 0, 1);
    return shim_progressed(deadline);
}

int64_t shim_failed(int fd, short events, int64_t wait)
{
    int timed = wait != -1 && wait != 0;

    if (errno == EINTR && timed)
        return shim_progressed(cs_deadline(wait));
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || !timed)
        return -errno;
    /* poll(2) said ready and yet the operation was not: another thread was faster, or the queue
     * of a datagram's receiver is full, which poll(2) does not see. */
    return shim_is_ready(wait) ? shim_pause(wait) : shim_wait(fd, events, wait);
}
