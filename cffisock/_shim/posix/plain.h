/* What is POSIX's own, by the names that the shim has for it on each system: after system.h's
 * headers. */
#ifndef CS_PLAIN_H
#define CS_PLAIN_H

#include <arpa/inet.h>
#include <pthread.h>
#include <time.h>

/* --- errors, time, threads ----------------------------------------------------------------------
 */

static inline int shim_errno(void)
{
    return errno;
}

static inline void shim_set_errno(int error)
{
    errno = error;
}

/* Returns the nanoseconds on a clock that nobody sets. */
static inline int64_t shim_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

/* Sleeps for a millisecond. */
static inline void shim_rest(void)
{
    poll(NULL, 0, 1);
}

typedef pthread_mutex_t shim_lock;

#define SHIM_LOCK PTHREAD_MUTEX_INITIALIZER

static inline void shim_lock_take(shim_lock *lock)
{
    pthread_mutex_lock(lock);
}

static inline void shim_lock_give(shim_lock *lock)
{
    pthread_mutex_unlock(lock);
}

/* Starts a thread that the process's signals pass by: 0 or an errno. */
int shim_start_thread(void *(*work)(void *));

typedef pthread_once_t shim_once;

#define SHIM_ONCE PTHREAD_ONCE_INIT

static inline void shim_do_once(shim_once *once, void (*task)(void))
{
    pthread_once(once, task);
}

/* Lets these run before each fork and after it. */
static inline void shim_at_fork(void (*before)(void), void (*after)(void), void (*in_child)(void))
{
    pthread_atfork(before, after, in_child);
}

/* --- descriptors ------------------------------------------------------------------------------ */

static inline int shim_dup(int fd)
{
    return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static inline int shim_close(int fd)
{
    return close(fd);
}

static inline int shim_set_blocking(int fd, int blocking)
{
    int nonblocking = !blocking;

    return ioctl(fd, FIONBIO, &nonblocking);
}

/* As poll(2), of one descriptor and with so many milliseconds; -1 is for ever. */
static inline int shim_poll_once(int fd, short events, int timeout)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, timeout);
}

/* --- data ------------------------------------------------------------------------------------- */

/* The flag for a call that is not to block. */
#define SHIM_DONTWAIT MSG_DONTWAIT

/* As the calls of these names; some systems' take other types. */

static inline ssize_t shim_recv(int fd, char *buf, size_t len, int flags)
{
    return recv(fd, buf, len, flags);
}

static inline ssize_t shim_recvfrom(int fd, char *buf, size_t len, int flags, struct sockaddr *from,
                                    socklen_t *size)
{
    return recvfrom(fd, buf, len, flags, from, size);
}

static inline ssize_t shim_send(int fd, const char *buf, size_t len, int flags)
{
    return send(fd, buf, len, flags);
}

static inline ssize_t shim_sendto(int fd, const char *buf, size_t len, int flags,
                                  const struct sockaddr *to, socklen_t size)
{
    return sendto(fd, buf, len, flags, to, size);
}

static inline int shim_getsockopt(int fd, int level, int name, void *value, socklen_t *len)
{
    return getsockopt(fd, level, name, value, len);
}

static inline int shim_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
    return setsockopt(fd, level, name, value, len);
}

/* --- names ------------------------------------------------------------------------------------ */

/* Returns the errno of a look-up that has found no interface. */
static inline int shim_no_interface(void)
{
    return errno;
}

static inline int shim_inet_aton(const char *text, struct in_addr *in)
{
    return inet_aton(text, in);
}

static inline int shim_gethostname(char *name, size_t len)
{
    return gethostname(name, len);
}

static inline const char *shim_gai_strerror(int code)
{
    return gai_strerror(code);
}

static inline const char *shim_hstrerror(int code)
{
    return hstrerror(code);
}

#endif
