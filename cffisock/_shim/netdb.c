/* The databases of hosts, services and protocols, and the host's own name.
 *
 * getservbyname_r(3) and its kin put what they find into the caller's buffer, and ask for a larger
 * one with ERANGE. */
#include "internal.h"

#include <stdlib.h>

_Static_assert(sizeof(((cs_names *)0)->host) >= NI_MAXHOST, "cs_names holds every host's name");
_Static_assert(sizeof(((cs_names *)0)->service) >= NI_MAXSERV, "cs_names holds every service");
/* Of h_errno, which not every C library has names for. */
#define NO_H_ERROR 0
#define INTERNAL -1

int cs_gai_code(int result)
{
    return shim_gai_code(result);
}

const char *cs_gai_strerror(int code)
{
    return shim_gai_strerror(code);
}

const char *cs_hstrerror(int code)
{
    return shim_hstrerror(code);
}

int shim_copy_answers(const struct addrinfo *found, char *buf, size_t len)
{
    const char *name = found->ai_canonname != NULL ? found->ai_canonname : "";
    size_t size = strlen(name) + 1, used = 0;
    int count = 0;

    for (; found != NULL; found = found->ai_next, count++) {
        cs_answer answer;

        if (len - used < sizeof answer)
            return -ERANGE;
        memset(&answer, 0, sizeof answer); /* equal answers are equal bytes */
        answer.family = found->ai_family;
        answer.type = found->ai_socktype;
        answer.proto = found->ai_protocol;
        answer.named = found->ai_canonname != NULL;
        shim_addr_set(&answer.addr, found->ai_addr, found->ai_addrlen);
        memcpy(buf + used, &answer, sizeof answer);
        used += sizeof answer;
    }
    if (len - used < size)
        return -ERANGE;
    memcpy(buf + used, name, size);
    return count;
}

/* Whether `service` is a number that no port has.  musl's getaddrinfo() refuses it; glibc's takes
 * the lowest 16 bits of it for the port. */
static int is_no_port(const char *service)
{
    char *end;
    /* strtoul(), which getaddrinfo() asks, makes small numbers of large negative ones. */
    long long number = strtoll(service, &end, 10);

    return end != service && *end == '\0' && (number < 0 || number > UINT16_MAX);
}

int shim_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                     struct addrinfo **found)
{
    if (service != NULL && is_no_port(service))
        return EAI_SERVICE;
    return getaddrinfo(host, service, hints, found);
}

int cs_getaddrinfo(const char *host, const char *service, int family, int type, int proto,
                   int flags, char *buf, size_t len)
{
    struct addrinfo hints = {
        .ai_flags = flags,
        .ai_family = family,
        .ai_socktype = type,
        .ai_protocol = proto,
    };
    struct addrinfo *found;
    int result = shim_gai_result(shim_getaddrinfo(host, service, &hints, &found));

    if (result == 0) {
        result = shim_copy_answers(found, buf, len);
        freeaddrinfo(found);
    }
    return result;
}

int cs_getnameinfo(const char *host, const char *port, int ipv6, uint32_t flowinfo, uint32_t scope,
                   int flags, cs_names *names)
{
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_DGRAM};
    struct addrinfo *found;
    int result, error;

    result = shim_gai_result(shim_getaddrinfo(host, port, &hints, &found));
    if (result != 0)
        return result;
    if (found->ai_next != NULL) { /* glibc takes "*" for no host at all */
        result = -EMLINK;
    } else if (found->ai_family == AF_INET6) {
        struct sockaddr_in6 *sin6 = (struct sockaddr_in6 *)found->ai_addr;

        sin6->sin6_flowinfo = htonl(flowinfo);
        sin6->sin6_scope_id = scope;
    } else if (ipv6) {
        result = CS_NO_IPV6;
    }
    if (result == 0)
        result = shim_gai_result(getnameinfo(found->ai_addr, found->ai_addrlen, names->host,
                                             sizeof names->host, names->service,
                                             sizeof names->service, flags));
    error = shim_errno();
    freeaddrinfo(found);
    shim_set_errno(error); /* EAI_SYSTEM's */
    return result;
}

/* The result for a look-up of a host that returned `error` and set `h_error`. */
static int host_result(int error, const struct hostent *found, int h_error, cs_host *host)
{
    if (error == ERANGE)
        return -ERANGE;
    if (found == NULL)
        return h_error != NO_H_ERROR ? h_error : INTERNAL;
    host->family = found->h_addrtype;
    host->name = found->h_name;
    host->aliases = found->h_aliases;
    host->addresses = found->h_addr_list;
    host->length = (size_t)found->h_length;
    return 0;
}

int cs_gethostbyname(const char *name, cs_host *host, char *buf, size_t len)
{
    struct hostent entry, *found = NULL;
    int h_error = NO_H_ERROR;
    int error = shim_gethostbyname(name, &entry, buf, len, &found, &h_error);

    return host_result(error, found, h_error, host);
}

int cs_gethostbyaddr(const cs_addr *addr, cs_host *host, char *buf, size_t len)
{
    struct sockaddr_in sin;
    struct sockaddr_in6 sin6;
    const void *packed = &sin.sin_addr;
    socklen_t size = sizeof sin.sin_addr;
    struct hostent entry, *found = NULL;
    int h_error = NO_H_ERROR, error;

    shim_addr_get(addr, &sin, sizeof sin);
    shim_addr_get(addr, &sin6, sizeof sin6);
    if (addr->family == AF_INET6) {
        packed = &sin6.sin6_addr;
        size = sizeof sin6.sin6_addr;
    }
    error = shim_gethostbyaddr(packed, size, addr->family, &entry, buf, len, &found, &h_error);
    return host_result(error, found, h_error, host);
}

/* The failure of a look-up in the other databases. */
static int not_found(int error)
{
    return error != 0 ? -error : -ENOENT;
}

int cs_getservbyname(const char *name, const char *proto, char *buf, size_t len)
{
    struct servent entry, *found = NULL;
    int error = shim_getservbyname(name, proto, &entry, buf, len, &found);

    return found != NULL ? ntohs((uint16_t)found->s_port) : not_found(error);
}

int cs_getservbyport(int port, const char *proto, char *buf, size_t len)
{
    struct servent entry, *found = NULL;
    int error = shim_getservbyport(htons((uint16_t)port), proto, &entry, buf, len, &found);
    size_t size;

    if (found == NULL)
        return not_found(error);
    size = strlen(found->s_name);
    memmove(buf, found->s_name, size + 1);
    return (int)size;
}

int cs_getprotobyname(const char *name, char *buf, size_t len)
{
    struct protoent entry, *found = NULL;
    int error = shim_getprotobyname(name, &entry, buf, len, &found);

    return found != NULL ? found->p_proto : not_found(error);
}

int cs_gethostname(char *name, size_t len)
{
    return shim_done(shim_gethostname(name, len));
}
