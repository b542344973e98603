/* Preloaded, this notes in the file WATCH_LOG, a line each, which descriptors the shim makes that
 * are not close-on-exec, which addresses the process uses and looks up, and what it creates. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

static void note(const char *format, ...)
{
    const char *path = getenv("WATCH_LOG");
    char line[1024];
    int error = errno;
    va_list arguments;
    int fd, n;

    va_start(arguments, format);
    n = vsnprintf(line, sizeof line - 1, format, arguments);
    va_end(arguments);
    if (n > (int)sizeof line - 2)
        n = (int)sizeof line - 2;
    line[n++] = '\n';
    /* Not by the functions that are watched. */
    if (path != NULL && (fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_APPEND)) >= 0) {
        if (write(fd, line, (size_t)n) != n)
            abort();
        close(fd);
    }
    errno = error;
}

/* The function that this library stands before. */
#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* --- descriptors ------------------------------------------------------------------------------ */

/* Notes a new descriptor that programs would inherit, if it is the shim that has made it. */
static int made(int fd, const char *call, const void *caller)
{
    Dl_info where;

    if (fd < 0 || !dladdr(caller, &where) || strstr(where.dli_fname, "/_cffi.") == NULL)
        return fd;
    note("made %s %s", call, fcntl(fd, F_GETFD) & FD_CLOEXEC ? "close-on-exec" : "inherited");
    return fd;
}

#define MADE(call) made(REAL(call) arguments, #call, __builtin_return_address(0))

int socket(int family, int type, int proto)
{
#define arguments (family, type, proto)
    return MADE(socket);
#undef arguments
}

int socketpair(int family, int type, int proto, int fds[2])
{
    int result = REAL(socketpair)(family, type, proto, fds);

    for (int i = 0; result == 0 && i < 2; i++)
        made(fds[i], "socketpair", __builtin_return_address(0));
    return result;
}

int accept4(int fd, struct sockaddr *addr, socklen_t *len, int flags)
{
#define arguments (fd, addr, len, flags)
    return MADE(accept4);
#undef arguments
}

int eventfd(unsigned int value, int flags);

int eventfd(unsigned int value, int flags)
{
#define arguments (value, flags)
    return MADE(eventfd);
#undef arguments
}

static int duplicate(int fd, int command, long argument, const void *caller)
{
    int result = REAL(fcntl)(fd, command, argument);

    if (command == F_DUPFD || command == F_DUPFD_CLOEXEC)
        made(result, "fcntl", caller);
    return result;
}

#define FCNTL(name)                                                                                \
    int name(int fd, int command, ...)                                                             \
    {                                                                                              \
        va_list list;                                                                              \
        long argument;                                                                             \
                                                                                                   \
        va_start(list, command);                                                                   \
        argument = va_arg(list, long);                                                             \
        va_end(list);                                                                              \
        return duplicate(fd, command, argument, __builtin_return_address(0));                      \
    }

FCNTL(fcntl)
#ifdef __GLIBC__
FCNTL(fcntl64)
#endif

/* --- addresses -------------------------------------------------------------------------------- */

static void used(const char *call, const struct sockaddr *addr, socklen_t len)
{
    char text[INET6_ADDRSTRLEN] = "";

    if (addr == NULL || len < sizeof addr->sa_family)
        return;
    if (addr->sa_family == AF_INET)
        inet_ntop(AF_INET, &((const struct sockaddr_in *)addr)->sin_addr, text, sizeof text);
    else if (addr->sa_family == AF_INET6)
        inet_ntop(AF_INET6, &((const struct sockaddr_in6 *)addr)->sin6_addr, text, sizeof text);
    else if (addr->sa_family == AF_UNIX) {
        note("%s path %.*s", call, (int)(len - offsetof(struct sockaddr_un, sun_path)),
             ((const struct sockaddr_un *)addr)->sun_path);
        return;
    }
    note("%s family-%d %s", call, addr->sa_family, text);
}

int connect(int fd, const struct sockaddr *addr, socklen_t len)
{
    used("connect", addr, len);
    return REAL(connect)(fd, addr, len);
}

int bind(int fd, const struct sockaddr *addr, socklen_t len)
{
    used("bind", addr, len);
    return REAL(bind)(fd, addr, len);
}

ssize_t sendto(int fd, const void *data, size_t size, int flags, const struct sockaddr *addr,
               socklen_t len)
{
    used("sendto", addr, len);
    return REAL(sendto)(fd, data, size, flags, addr, len);
}

ssize_t sendmsg(int fd, const struct msghdr *header, int flags)
{
    used("sendmsg", header->msg_name, header->msg_namelen);
    return REAL(sendmsg)(fd, header, flags);
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    note("look-up %s", host != NULL ? host : "-");
    return REAL(getaddrinfo)(host, service, hints, found);
}

/* --- files ------------------------------------------------------------------------------------ */

static void creates(const char *path, int flags, mode_t mode)
{
    if (flags & O_CREAT)
        note("create %o %s", mode, path);
}

#define OPEN(name)                                                                                 \
    int name(const char *path, int flags, ...)                                                     \
    {                                                                                              \
        va_list list;                                                                              \
        mode_t mode;                                                                               \
                                                                                                   \
        va_start(list, flags);                                                                     \
        mode = va_arg(list, mode_t);                                                               \
        va_end(list);                                                                              \
        creates(path, flags, mode);                                                                \
        return REAL(name)(path, flags, mode);                                                      \
    }

OPEN(open)
#ifdef __GLIBC__
OPEN(open64)
#endif

int mkdir(const char *path, mode_t mode)
{
    note("mkdir %o %s", mode, path);
    return REAL(mkdir)(path, mode);
}
