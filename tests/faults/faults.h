/* Faults in the system calls of a process: preloaded, this library stands between the interpreter
 * and the C library.  Between faults_begin() and faults_end() it counts the calls and does to them
 * what its rules say; otherwise they go through.  faults.c has the rules and the system calls,
 * look_ups.c the C library's look-ups. */
#ifndef FAULTS_H
#define FAULTS_H

#define _GNU_SOURCE
#undef _FORTIFY_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>

/* Functions that do the same count as one: accept and accept4, or a name with and without _r. */
#define CALLS(X)                                                                                   \
    X(socket)                                                                                      \
    X(socketpair)                                                                                  \
    X(accept)                                                                                      \
    X(connect)                                                                                     \
    X(bind)                                                                                        \
    X(listen)                                                                                      \
    X(recv)                                                                                        \
    X(recvfrom)                                                                                    \
    X(recvmsg)                                                                                     \
    X(recvmmsg)                                                                                    \
    X(send)                                                                                        \
    X(sendto)                                                                                      \
    X(sendmsg)                                                                                     \
    X(sendmmsg)                                                                                    \
    X(sendfile)                                                                                    \
    X(pread)                                                                                       \
    X(poll)                                                                                        \
    X(getsockopt)                                                                                  \
    X(setsockopt)                                                                                  \
    X(getsockname)                                                                                 \
    X(getpeername)                                                                                 \
    X(shutdown)                                                                                    \
    X(close)                                                                                       \
    X(dup)                                                                                         \
    X(nonblock)                                                                                    \
    X(cloexec)                                                                                     \
    X(eventfd)                                                                                     \
    X(read)                                                                                        \
    X(write)                                                                                       \
    X(gethostname)                                                                                 \
    X(getaddrinfo)                                                                                 \
    X(getnameinfo)                                                                                 \
    X(gethostbyname)                                                                               \
    X(gethostbyaddr)                                                                               \
    X(getservbyname)                                                                               \
    X(getservbyport)                                                                               \
    X(getprotobyname)                                                                              \
    X(if_nametoindex)                                                                              \
    X(if_indextoname)

#define NAME_OF(name) #name " "
#define NUMBER_OF(name) CALL_##name,
enum call { CALLS(NUMBER_OF) CALL_COUNT };

/* What may happen to a call:
 *     FAIL    it is not made, and fails with errno `value`;
 *     AFTER   it is made, and fails with errno `value` all the same, as close(2) may;
 *     SHORT   it takes or gives `value` bytes, or messages of a batch, at most;
 *     LENGTH  the length that it tells of an address or an option is `value`, if it was more;
 *     RESULT  it is not made, and its result is `value`: a look-up's. */
enum kind { FAIL, AFTER, SHORT, LENGTH, RESULT };

struct rule {
    uint64_t calls; /* a bit for each that is meant */
    int skip; /* how many go through before, */
    int times; /* and how many do not after that; -1 for all */
    int kind;
    int value;
    int hits;
};

#pragma GCC visibility push(hidden)
/* Counts a call: what shall happen to it, or NULL.  The first rule for it that has its turn. */
const struct rule *meet(enum call call);
#pragma GCC visibility pop

static inline int is_kind(const struct rule *rule, enum kind kind)
{
    return rule != NULL && rule->kind == (int)kind;
}

static inline int failure(const struct rule *rule)
{
    errno = rule->value;
    return -1;
}

#define NOTHING (void)0

/* A wrapper for the function `name`, which counts as `call`.  `found` is the rule for it; `before`
 * and `after` are statements around the call, whose `result` fails if it is negative. */
#define WRAP(type, name, call, parameters, arguments, before, after)                               \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        const struct rule *rule = call;                                                            \
        type result;                                                                               \
                                                                                                   \
        if (real == NULL)                                                                          \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        if (is_kind(rule, FAIL))                                                                   \
            return failure(rule);                                                                  \
        before;                                                                                    \
        result = real arguments;                                                                   \
        after;                                                                                     \
        return is_kind(rule, AFTER) ? failure(rule) : result;                                      \
    }

#endif
