/* Windows: winsock, where others have POSIX's sockets.  It has the same names as the file in the
 * folder posix, and here too each difference is at one place. */
#ifndef CS_SYSTEM_H
#define CS_SYSTEM_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0602 /* Windows 8 */
#endif
#define WIN32_LEAN_AND_MEAN
#define _WINSOCK_DEPRECATED_NO_WARNINGS

#include <winsock2.h>
#include <ws2tcpip.h>

#include <windows.h>

#include <iphlpapi.h>
#include <mswsock.h>

#include <errno.h>
#include <limits.h>
#include <netioapi.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef unsigned short sa_family_t;

#ifdef _MSC_VER
typedef int64_t ssize_t;
#define strdup _strdup
#endif

/* --- errors, time, threads ----------------------------------------------------------------------
 * The errors are winsock's, with numbers of their own: those of <errno.h> that the shim asks for
 * are theirs here.  Connecting takes time where it would block. */

#undef EAGAIN
#undef EBADF
#undef ECONNRESET
#undef EINPROGRESS
#undef EINTR
#undef EINVAL
#undef EISCONN
#undef ENOTSOCK
#undef EWOULDBLOCK
#define EAGAIN WSAEWOULDBLOCK
#define EBADF WSAEBADF
#define ECONNRESET WSAECONNRESET
#define EINPROGRESS WSAEWOULDBLOCK
#define EINTR WSAEINTR
#define EINVAL WSAEINVAL
#define EISCONN WSAEISCONN
#define ENOTSOCK WSAENOTSOCK
#define EWOULDBLOCK WSAEWOULDBLOCK

static inline int shim_errno(void)
{
    return WSAGetLastError();
}

static inline void shim_set_errno(int error)
{
    WSASetLastError(error);
}

static inline int64_t shim_now(void)
{
    LARGE_INTEGER frequency, count;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&count);
    return count.QuadPart / frequency.QuadPart * 1000000000 +
           count.QuadPart % frequency.QuadPart * 1000000000 / frequency.QuadPart;
}

static inline void shim_rest(void)
{
    Sleep(1);
}

typedef SRWLOCK shim_lock;

#define SHIM_LOCK SRWLOCK_INIT

static inline void shim_lock_take(shim_lock *lock)
{
    AcquireSRWLockExclusive(lock);
}

static inline void shim_lock_give(shim_lock *lock)
{
    ReleaseSRWLockExclusive(lock);
}

int shim_start_thread(void *(*work)(void *));

/* There is no fork(). */
typedef char shim_once;

#define SHIM_ONCE 0

static inline void shim_do_once(shim_once *once, void (*task)(void))
{
    (void)once, (void)task;
}

static inline void shim_at_fork(void (*before)(void), void (*after)(void), void (*in_child)(void))
{
    (void)before, (void)after, (void)in_child;
}

/* --- descriptors ------------------------------------------------------------------------------
 * New ones are not inherited, and block. */

static inline cs_socket shim_fd(const cs_socket *sock)
{
    return *(const volatile cs_socket *)sock;
}

static inline cs_socket shim_take_fd(cs_socket *sock)
{
    return InterlockedExchange64((volatile LONG64 *)sock, -1);
}

cs_socket shim_socket(int family, int type, int proto);
cs_socket shim_accept(cs_socket fd, struct sockaddr *addr, socklen_t *len);
cs_socket shim_dup(cs_socket fd);

static inline int shim_close(cs_socket fd)
{
    return closesocket((SOCKET)fd);
}

static inline int shim_set_blocking(cs_socket fd, int blocking)
{
    u_long nonblocking = !blocking;

    return ioctlsocket((SOCKET)fd, FIONBIO, &nonblocking);
}

int shim_poll_once(cs_socket fd, short events, int timeout);

/* winsock has no option for the protocol alone. */
int shim_ask_protocol(cs_socket fd, int *proto);

/* A datagram socket that is connected to itself: what one thread sends, the other's poll sees. */
typedef struct {
    cs_socket wait;
} shim_wakeup;

#define SHIM_NO_WAKEUP {-1}

int shim_wakeup_open(shim_wakeup *wakeup);

static inline void shim_wakeup_wake(const shim_wakeup *wakeup)
{
    send((SOCKET)wakeup->wait, "", 1, 0);
}

static inline void shim_wakeup_close(const shim_wakeup *wakeup)
{
    if (wakeup->wait >= 0)
        shim_close(wakeup->wait);
}

/* --- addresses -------------------------------------------------------------------------------- */

static inline void shim_put_length(struct sockaddr *sa, size_t len)
{
    (void)sa, (void)len;
}

static inline int shim_interface_index(cs_socket fd, const char *name)
{
    NET_IFINDEX index = if_nametoindex(name);

    (void)fd;
    return index == 0 ? -1 : (int)index;
}

/* These look-ups set no error. */
static inline int shim_no_interface(void)
{
    return ERROR_NOT_FOUND;
}

/* --- data ------------------------------------------------------------------------------------- */

/* There is no such flag: a socket with a timeout is in the mode that does not block. */
#define SHIM_DONTWAIT 0

#define SHIM_WIDE_LEVEL -1

/* Lengths are ints, and a part may always be less. */
static inline int shim_int(size_t len)
{
    return len > INT_MAX ? INT_MAX : (int)len;
}

static inline ssize_t shim_recv(cs_socket fd, char *buf, size_t len, int flags)
{
    return recv((SOCKET)fd, buf, shim_int(len), flags);
}

static inline ssize_t shim_recvfrom(cs_socket fd, char *buf, size_t len, int flags,
                                    struct sockaddr *from, socklen_t *size)
{
    int n;

    /* Of a stream's peer nothing is told, not even that there is no address. */
    from->sa_family = AF_UNSPEC;
    n = recvfrom((SOCKET)fd, buf, shim_int(len), flags, from, size);
    if (n >= 0 && from->sa_family == AF_UNSPEC) {
        memset(from, 0, sizeof *from);
        *size = sizeof *from;
    }
    return n;
}

static inline ssize_t shim_send(cs_socket fd, const char *buf, size_t len, int flags)
{
    return send((SOCKET)fd, buf, shim_int(len), flags);
}

static inline ssize_t shim_sendto(cs_socket fd, const char *buf, size_t len, int flags,
                                  const struct sockaddr *to, socklen_t size)
{
    return sendto((SOCKET)fd, buf, shim_int(len), flags, to, size);
}

static inline int shim_getsockopt(cs_socket fd, int level, int name, void *value, socklen_t *len)
{
    return getsockopt((SOCKET)fd, level, name, value, len);
}

static inline int shim_setsockopt(cs_socket fd, int level, int name, const void *value,
                                  socklen_t len)
{
    return setsockopt((SOCKET)fd, level, name, value, len);
}

/* --- names ------------------------------------------------------------------------------------ */

/* As in posix/system.h: system_netdb.c has them. */
int shim_gethostbyname(const char *name, struct hostent *entry, char *buf, size_t len,
                       struct hostent **found, int *h_error);
int shim_gethostbyaddr(const void *addr, socklen_t addr_len, int family, struct hostent *entry,
                       char *buf, size_t len, struct hostent **found, int *h_error);
int shim_getservbyname(const char *name, const char *proto, struct servent *entry, char *buf,
                       size_t len, struct servent **found);
int shim_getservbyport(int port, const char *proto, struct servent *entry, char *buf, size_t len,
                       struct servent **found);
int shim_getprotobyname(const char *name, struct protoent *entry, char *buf, size_t len,
                        struct protoent **found);

int shim_inet_aton(const char *text, struct in_addr *in);

static inline int shim_gethostname(char *name, size_t len)
{
    return gethostname(name, shim_int(len));
}

/* The texts of Windows are not those that programs know from Python. */
static inline const char *shim_gai_strerror(int code)
{
    (void)code;
    return "getaddrinfo failed";
}

static inline const char *shim_hstrerror(int code)
{
    (void)code;
    return "host not found";
}

/* All codes are winsock's errors, and none stands for another one.  But Wine lets through some of
 * the C library's below it, which are negative and small. */
static inline int shim_gai_code(int result)
{
    return result > -WSABASEERR && result != -WSA_NOT_ENOUGH_MEMORY ? result : -result;
}

#endif
