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
    return wait > INT64_MAX - start ? -INT64_MAX : -(start + wait);
}

/* Milliseconds until `deadline` for poll(2), rounded up so that it never ends early. */
static int poll_timeout(int64_t deadline)
{
    int64_t left = deadline - now();

    if (left <= 0)
        return 0;
    left = (left - 1) / NS_PER_MS + 1;
    return left > INT_MAX ? INT_MAX : (int)left;
}

int64_t cs_wait(int fd, short events, int64_t *wait)
{
    struct pollfd p = {.fd = fd, .events = events};
    int timeout, ready;

    *wait = cs_deadline(*wait);
    do {
        timeout = *wait == -1 ? -1 : poll_timeout(-*wait);
        ready = poll(&p, 1, timeout);
    } while (ready == 0 && timeout == INT_MAX);
    if (ready > 0)
        return 0;
    if (ready == 0)
        return CS_TIMED_OUT;
    return errno == EINTR && *wait < CS_TIMED_OUT ? *wait : -errno;
}

/* poll(2) said ready and yet the operation was not: another thread was faster, or the queue
 * of a datagram's receiver is full, which poll(2) does not see.  0 after a pause, in which
 * signals are noticed, or a result to hand on. */
static int64_t pause_before_poll(int64_t deadline)
{
    if (now() >= -deadline)
        return CS_TIMED_OUT;
    return poll(NULL, 0, 1) < 0 && errno == EINTR ? deadline : 0;
}

int64_t cs_again(int fd, short events, int64_t *wait, int round)
{
    int timed = *wait != -1 && *wait != 0;
    int64_t stop;

    if (errno == EINTR && timed)
        return *wait = cs_deadline(*wait);
    if ((errno != EAGAIN && errno != EWOULDBLOCK) || !timed)
        return -errno;
    if (round > 0 && (stop = pause_before_poll(*wait)) != 0)
        return stop;
    return cs_wait(fd, events, wait);
}
