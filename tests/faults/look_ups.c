/* The C library's look-ups, each of which tells in its own way what went wrong. */
#include "faults.h"

#include <netdb.h>
#include <unistd.h>

WRAP(int, gethostname, meet(CALL_gethostname), (char *name, size_t len), (name, len), NOTHING,
     NOTHING)
WRAP(int, __gethostname_chk, meet(CALL_gethostname), (char *name, size_t len, size_t size),
     (name, len, size), NOTHING, NOTHING)

/* A function whose result is 0 or what went wrong, and may be EAI_SYSTEM with an errno. */
#define LOOK_UP(name, call, parameters, arguments, failing)                                        \
    int name parameters                                                                            \
    {                                                                                              \
        static int(*real) parameters;                                                              \
        const struct rule *rule = meet(CALL_##call);                                               \
                                                                                                   \
        if (real == NULL)                                                                          \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        if (rule == NULL)                                                                          \
            return real arguments;                                                                 \
        errno = rule->value;                                                                       \
        failing;                                                                                   \
        return rule->kind == FAIL ? EAI_SYSTEM : rule->value;                                      \
    }

LOOK_UP(getaddrinfo, getaddrinfo,
        (const char *host, const char *service, const struct addrinfo *hints,
         struct addrinfo **found),
        (host, service, hints, found), NOTHING)
LOOK_UP(getnameinfo, getnameinfo,
        (const struct sockaddr *addr, socklen_t len, char *host, socklen_t host_len, char *service,
         socklen_t service_len, int flags),
        (addr, len, host, host_len, service, service_len, flags), NOTHING)

/* Those of hosts say by h_errno what went wrong, and find nothing. */
#define HOST(name, call, parameters, arguments)                                                    \
    LOOK_UP(name, call, parameters, arguments, *found = NULL; *h_error = rule->value;              \
            return rule->kind == FAIL ? rule->value : 0)
HOST(gethostbyname_r, gethostbyname,
     (const char *name, struct hostent *entry, char *buf, size_t len, struct hostent **found,
      int *h_error),
     (name, entry, buf, len, found, h_error))
HOST(gethostbyaddr_r, gethostbyaddr,
     (const void *addr, socklen_t size, int family, struct hostent *entry, char *buf, size_t len,
      struct hostent **found, int *h_error),
     (addr, size, family, entry, buf, len, found, h_error))

#define FOUND(name, call, kind, parameters, arguments)                                             \
    LOOK_UP(name, call, parameters, arguments, *found = NULL; return rule->value)
FOUND(getservbyname_r, getservbyname, servent,
      (const char *name, const char *proto, struct servent *entry, char *buf, size_t len,
       struct servent **found),
      (name, proto, entry, buf, len, found))
FOUND(getservbyport_r, getservbyport, servent,
      (int port, const char *proto, struct servent *entry, char *buf, size_t len,
       struct servent **found),
      (port, proto, entry, buf, len, found))
FOUND(getprotobyname_r, getprotobyname, protoent,
      (const char *name, struct protoent *entry, char *buf, size_t len, struct protoent **found),
      (name, entry, buf, len, found))

/* A function that gives a pointer, or 0, and then errno or h_errno says why. */
#define POINTER(type, name, call, parameters, arguments)                                           \
    type name parameters                                                                           \
    {                                                                                              \
        static type(*real) parameters;                                                             \
        const struct rule *rule = meet(CALL_##call);                                               \
                                                                                                   \
        if (real == NULL)                                                                          \
            *(void **)&real = dlsym(RTLD_NEXT, #name);                                             \
        if (rule == NULL)                                                                          \
            return real arguments;                                                                 \
        errno = h_errno = rule->value;                                                             \
        return 0;                                                                                  \
    }

POINTER(struct hostent *, gethostbyname, gethostbyname, (const char *name), (name))
POINTER(struct hostent *, gethostbyaddr, gethostbyaddr,
        (const void *addr, socklen_t size, int family), (addr, size, family))
POINTER(struct servent *, getservbyname, getservbyname, (const char *name, const char *proto),
        (name, proto))
POINTER(struct servent *, getservbyport, getservbyport, (int port, const char *proto),
        (port, proto))
POINTER(struct protoent *, getprotobyname, getprotobyname, (const char *name), (name))
POINTER(unsigned int, if_nametoindex, if_nametoindex, (const char *name), (name))
POINTER(char *, if_indextoname, if_indextoname, (unsigned int index, char *name), (index, name))
