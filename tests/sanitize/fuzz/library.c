/* The C library's look-ups, with what the input says for their answers. */
#include "names.h"

#include <ifaddrs.h>

#define ENTRIES 4
#define HARDWARE_AT offsetof(struct sockaddr_ll, sll_addr)

void *listed;

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
void __wrap_freeaddrinfo(struct addrinfo *found);
int __wrap_getservbyport_r(int port, const char *proto, struct servent *entry, char *buf,
                           size_t len, struct servent **found);
struct if_nameindex *__wrap_if_nameindex(void);
void __wrap_if_freenameindex(struct if_nameindex *list);
unsigned int __wrap_if_nametoindex(const char *name);
int __wrap_getifaddrs(struct ifaddrs **list);
void __wrap_freeifaddrs(struct ifaddrs *list);

/* A new address of some length, which is that of its family where that has one. */
static struct sockaddr *new_address(size_t *len)
{
    static const struct {
        sa_family_t family;
        size_t len;
    } known[] = {
        {AF_INET, sizeof(struct sockaddr_in)},
        {AF_INET6, sizeof(struct sockaddr_in6)},
        {AF_PACKET, sizeof(struct sockaddr_ll)},
        {AF_UNSPEC, sizeof(struct sockaddr)},
    };
    size_t i = number(kernel, sizeof known / sizeof *known - 1);
    struct sockaddr_ll ll = {0};
    struct sockaddr *made;

    *len = known[i].len;
    fill(kernel, &ll, sizeof ll);
    ll.sll_halen %= 33; /* the kernel's MAX_ADDR_LEN */
    if (known[i].family == AF_PACKET && HARDWARE_AT + ll.sll_halen > *len)
        *len = HARDWARE_AT + ll.sll_halen;
    made = exactly(*len);
    fill(kernel, made, *len);
    if (known[i].family == AF_PACKET)
        memcpy(made, &ll, HARDWARE_AT);
    made->sa_family = known[i].family;
    return made;
}

int __wrap_getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found)
{
    struct addrinfo **end = found;
    size_t count = number(kernel, ENTRIES);

    (void)host, (void)service, (void)hints;
    if (count == 0)
        return -(int)byte(kernel) - 1;
    for (size_t i = 0; i < count; i++) {
        struct addrinfo *made = calloc(1, sizeof *made);
        size_t len;

        SHOULD(made != NULL);
        made->ai_addr = new_address(&len);
        made->ai_addrlen = (socklen_t)len;
        made->ai_family = made->ai_addr->sa_family;
        if (i == 0 && byte(kernel) & 1)
            made->ai_canonname = text(kernel, 300);
        *end = made;
        end = &made->ai_next;
    }
    listed = *found;
    return 0;
}

void __wrap_freeaddrinfo(struct addrinfo *found)
{
    SHOULD(found == listed);
    listed = NULL;
    while (found != NULL) {
        struct addrinfo *next = found->ai_next;

        free(found->ai_addr);
        free(found->ai_canonname);
        free(found);
        found = next;
    }
}

/* The name is somewhere in the caller's memory, as with the C library. */
int __wrap_getservbyport_r(int port, const char *proto, struct servent *entry, char *buf,
                           size_t len, struct servent **found)
{
    size_t start = number(kernel, 20), size = number(kernel, 40);

    (void)port, (void)proto;
    *found = NULL;
    if (start + size >= len)
        return ERANGE;
    if (size == 0)
        return 0;
    memset(buf + start, 'n', size);
    buf[start + size] = '\0';
    entry->s_name = buf + start;
    *found = entry;
    return 0;
}

/* A new name, as long as the kernel has them. */
static char *new_name(void)
{
    return text(kernel, IF_NAMESIZE - 1);
}

struct if_nameindex *__wrap_if_nameindex(void)
{
    size_t count = number(kernel, ENTRIES);
    struct if_nameindex *made = exactly((count + 1) * sizeof *made);

    for (size_t i = 0; i < count; i++)
        made[i] = (struct if_nameindex){.if_index = (unsigned int)i + 1, .if_name = new_name()};
    made[count] = (struct if_nameindex){0};
    listed = made;
    return made;
}

void __wrap_if_freenameindex(struct if_nameindex *list)
{
    SHOULD(list == listed);
    listed = NULL;
    for (size_t i = 0; list[i].if_index != 0; i++)
        free(list[i].if_name);
    free(list);
}

unsigned int __wrap_if_nametoindex(const char *name)
{
    look(name, strlen(name));
    return byte(kernel);
}

/* Each of the three addresses may be missing. */
int __wrap_getifaddrs(struct ifaddrs **list)
{
    struct ifaddrs **end = list;
    size_t count = number(kernel, ENTRIES), len;

    *list = NULL;
    for (size_t i = 0; i < count; i++) {
        struct ifaddrs *made = calloc(1, sizeof *made);
        uint8_t there = byte(kernel);

        SHOULD(made != NULL);
        made->ifa_name = new_name();
        made->ifa_flags = byte(kernel);
        made->ifa_addr = there & 1 ? new_address(&len) : NULL;
        made->ifa_netmask = there & 2 ? new_address(&len) : NULL;
        made->ifa_dstaddr = there & 4 ? new_address(&len) : NULL;
        *end = made;
        end = &made->ifa_next;
    }
    listed = *list;
    return 0;
}

void __wrap_freeifaddrs(struct ifaddrs *list)
{
    SHOULD(list == listed);
    listed = NULL;
    while (list != NULL) {
        struct ifaddrs *next = list->ifa_next;

        free(list->ifa_name);
        free(list->ifa_addr);
        free(list->ifa_netmask);
        free(list->ifa_dstaddr);
        free(list);
        list = next;
    }
}
