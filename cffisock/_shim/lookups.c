/* Look-ups of hosts in threads of their own, so that who waits for one can stop waiting.
 *
 * getaddrinfo(3) cannot be interrupted, and may take as long as a name server is silent.  There are
 * WORKERS threads at most, and a look-up that none has begun goes when nobody waits for it any
 * more: so what is there is bounded by the number of callers. */
#include "internal.h"

#include <stdlib.h>

#define WORKERS 16

struct cs_lookup {
    struct cs_lookup *next; /* in the queue */
    char *host;
    char *service;
    struct addrinfo hints;
    shim_wakeup done; /* once there is a result */
    int owners; /* who may use it yet: the caller, and a worker or the queue */
    int result;
    int error; /* errno, for EAI_SYSTEM */
    struct addrinfo *found;
};

/* Guards all that is below, and `owners`. */
static shim_lock lock = SHIM_LOCK;
static struct cs_lookup *queue;
static int workers;

/* Frees `lookup` once nobody owns it any more; `owners` of them go now. */
static void let_go(struct cs_lookup *lookup, int owners)
{
    lookup->owners -= owners;
    if (lookup->owners > 0)
        return;
    if (lookup->found != NULL)
        freeaddrinfo(lookup->found);
    shim_wakeup_close(&lookup->done);
    free(lookup->host);
    free(lookup->service);
    free(lookup);
}

static void *work(void *unused)
{
    struct cs_lookup *lookup;

    shim_lock_take(&lock);
    while ((lookup = queue) != NULL) {
        queue = lookup->next;
        shim_lock_give(&lock);
        lookup->result = shim_getaddrinfo(lookup->host, lookup->service, &lookup->hints,
                                          &lookup->found);
        lookup->error = shim_errno();
        shim_lock_take(&lock);
        /* With the lock, so that a caller who goes now is the last, and nothing is open then. */
        shim_wakeup_wake(&lookup->done);
        let_go(lookup, 1);
    }
    workers--;
    shim_lock_give(&lock);
    return unused;
}

/* Puts `lookup` at the end of the queue, and sees that somebody comes for it: 0 or an errno. */
static int enqueue(struct cs_lookup *lookup)
{
    struct cs_lookup **end = &queue;
    int error = 0;

    shim_lock_take(&lock);
    if (workers < WORKERS && (error = shim_start_thread(work)) == 0)
        workers++;
    if (workers > 0) { /* if there are any, they will do */
        error = 0;
        while (*end != NULL)
            end = &(*end)->next;
        *end = lookup;
        lookup->owners++;
    }
    shim_lock_give(&lock);
    return error;
}

static void before_fork(void)
{
    shim_lock_take(&lock);
}

static void after_fork(void)
{
    shim_lock_give(&lock);
}

/* The workers stay with the parent. */
static void after_fork_in_child(void)
{
    queue = NULL;
    workers = 0;
    shim_lock_give(&lock);
}

static void prepare_for_fork(void)
{
    shim_at_fork(before_fork, after_fork, after_fork_in_child);
}

static char *copy_of(const char *text)
{
    return text == NULL ? NULL : strdup(text);
}

int cs_lookup_start(const char *host, const char *service, int family, int type, int proto,
                    int flags, cs_lookup **started)
{
    static shim_once once = SHIM_ONCE;
    struct cs_lookup *lookup = calloc(1, sizeof *lookup);
    int error = 0;

    if (lookup == NULL)
        return -ENOMEM;
    shim_do_once(&once, prepare_for_fork);
    lookup->owners = 1;
    lookup->done = (shim_wakeup)SHIM_NO_WAKEUP;
    lookup->hints.ai_flags = flags;
    lookup->hints.ai_family = family;
    lookup->hints.ai_socktype = type;
    lookup->hints.ai_protocol = proto;
    lookup->host = copy_of(host);
    lookup->service = copy_of(service);
    if (shim_wakeup_open(&lookup->done) < 0)
        error = shim_errno();
    else if ((host != NULL && lookup->host == NULL) || (service != NULL && lookup->service == NULL))
        error = ENOMEM;
    if (error == 0)
        error = enqueue(lookup);
    if (error != 0) {
        let_go(lookup, 1);
        return -error;
    }
    *started = lookup;
    return 0;
}

int64_t cs_lookup_wait(cs_lookup *lookup, int64_t wait)
{
    int ready = shim_poll(lookup->done.wait, POLLIN);

    if (ready < 0)
        return shim_failed(lookup->done.wait, POLLIN, wait);
    return ready > 0 ? 0 : shim_wait(lookup->done.wait, POLLIN, wait);
}

/* The result of a look-up that has one, an EAI_ code, with its errno; `found` may be read then. The
 * lock is what makes this thread see all that the worker wrote before it let go of it. */
static int result_of(cs_lookup *lookup)
{
    int result, error;

    shim_lock_take(&lock);
    result = lookup->result;
    error = lookup->error;
    shim_lock_give(&lock);
    shim_set_errno(error);
    return shim_gai_result(result);
}

int cs_lookup_take(cs_lookup *lookup, char *buf, size_t len)
{
    int result = result_of(lookup);

    return result != 0 ? result : shim_copy_answers(lookup->found, buf, len);
}

int cs_lookup_take_first(cs_lookup *lookup, cs_addr *addr)
{
    int result = result_of(lookup);

    if (result == 0)
        shim_addr_set(addr, lookup->found->ai_addr, lookup->found->ai_addrlen);
    return result;
}

void cs_lookup_end(cs_lookup **started)
{
    struct cs_lookup *lookup = *started, **place = &queue;
    int owners = 1;

    if (lookup == NULL)
        return;
    *started = NULL;
    shim_lock_take(&lock);
    while (*place != NULL && *place != lookup)
        place = &(*place)->next;
    if (*place != NULL) { /* nobody has begun */
        *place = lookup->next;
        owners = 2;
    }
    let_go(lookup, owners);
    shim_lock_give(&lock);
}
