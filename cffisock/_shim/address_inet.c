/* AF_INET and AF_INET6: ip(7), ipv6(7). */
#include "internal.h"

int cs_put_host(cs_addr *addr, int family, const char *host)
{
    struct sockaddr_in sin = {.sin_family = AF_INET};
    struct sockaddr_in6 sin6 = {.sin6_family = AF_INET6};

    if (family != AF_INET6 && inet_pton(AF_INET, host, &sin.sin_addr) == 1) {
        shim_addr_set(addr, &sin, sizeof sin);
        return 1;
    }
    if (family != AF_INET && inet_pton(AF_INET6, host, &sin6.sin6_addr) == 1) {
        shim_addr_set(addr, &sin6, sizeof sin6);
        return 1;
    }
    return 0;
}

int cs_resolve(cs_addr *addr, int family, const char *host)
{
    struct addrinfo hints = {
        .ai_family = family,
        .ai_socktype = SOCK_DGRAM, /* one answer for each address, not for each type */
        .ai_flags = host == NULL ? AI_PASSIVE : 0,
    };
    struct addrinfo *found;
    int error = getaddrinfo(host, host == NULL ? "0" : NULL, &hints, &found);

    if (error == 0) {
        shim_addr_set(addr, found->ai_addr, found->ai_addrlen);
        freeaddrinfo(found);
    }
    return shim_gai_result(error);
}

void cs_put_inet(cs_addr *addr, int port)
{
    struct sockaddr_in sin;

    shim_addr_get(addr, &sin, sizeof sin);
    sin.sin_port = htons((uint16_t)port);
    shim_addr_set(addr, &sin, sizeof sin);
}

void cs_put_inet6(cs_addr *addr, int port, uint32_t flowinfo, uint32_t scope)
{
    struct sockaddr_in6 sin6;

    shim_addr_get(addr, &sin6, sizeof sin6);
    sin6.sin6_port = htons((uint16_t)port);
    sin6.sin6_flowinfo = htonl(flowinfo);
    if (scope != 0)
        sin6.sin6_scope_id = scope;
    shim_addr_set(addr, &sin6, sizeof sin6);
}

int64_t cs_inet_number(const cs_addr *addr)
{
    struct sockaddr_in sin;

    shim_addr_get(addr, &sin, sizeof sin);
    return (int64_t)ntohl(sin.sin_addr.s_addr) << 16 | ntohs(sin.sin_port);
}

int cs_take_inet6(const cs_addr *addr, cs_fields *fields)
{
    struct sockaddr_in6 sin6;

    shim_addr_get(addr, &sin6, sizeof sin6);
    inet_ntop(AF_INET6, &sin6.sin6_addr, fields->text, sizeof fields->text);
    fields->len = (uint32_t)strlen(fields->text);
    fields->number[0] = ntohs(sin6.sin6_port);
    fields->number[1] = ntohl(sin6.sin6_flowinfo);
    fields->number[2] = sin6.sin6_scope_id;
    return 0;
}
