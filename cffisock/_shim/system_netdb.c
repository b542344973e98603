/* The databases of names where the C library's functions keep what they found in memory of their
 * own: asked by one thread at a time, and copied into the caller's.  The results are those of
 * gethostbyname_r(3) and its kin: 0, or an errno. */
#include "internal.h"

#if !defined HAVE_GETHOSTBYNAME_R || !defined HAVE_GETSERVBYNAME_R || !defined HAVE_GETPROTOBYNAME_R
static shim_lock lock = SHIM_LOCK;
#endif

#if !defined HAVE_GETHOSTBYNAME_R || !defined HAVE_GETSERVBYNAME_R
/* The caller's memory: what is left of it. */
struct room {
    char *at;
    size_t left;
};

/* Takes `len` bytes of the room, where a pointer may be: NULL if it has not that many. */
static void *take(struct room *room, size_t len)
{
    size_t padding = (size_t)-(uintptr_t)room->at % sizeof(void *);
    char *taken = room->at + padding;

    if (room->left < padding || room->left - padding < len)
        return NULL;
    room->at = taken + len;
    room->left -= padding + len;
    return taken;
}

static char *copy(struct room *room, const char *data, size_t len)
{
    char *copied = take(room, len);

    return copied == NULL ? NULL : memcpy(copied, data, len);
}
#endif

#ifndef HAVE_GETHOSTBYNAME_R
/* Copies a list that ends with NULL, of texts, or of `len` bytes each. */
static char **copy_list(struct room *room, char **list, size_t len)
{
    size_t count = 0;
    char **copied;

    while (list[count] != NULL)
        count++;
    copied = take(room, (count + 1) * sizeof *copied);
    for (size_t i = 0; copied != NULL && i < count; i++) {
        copied[i] = copy(room, list[i], len > 0 ? len : strlen(list[i]) + 1);
        if (copied[i] == NULL)
            return NULL;
    }
    if (copied != NULL)
        copied[count] = NULL;
    return copied;
}

/* Gives up the lock, once `host`, which may be NULL, is in the caller's memory. */
static int hand_over_host(const struct hostent *host, int error, struct hostent *entry, char *buf,
                          size_t len, struct hostent **found, int *h_error)
{
    struct room room = {buf, len};

    *found = NULL;
    *h_error = error;
    if (host != NULL) {
        *entry = *host;
        entry->h_name = copy(&room, host->h_name, strlen(host->h_name) + 1);
        entry->h_aliases = copy_list(&room, host->h_aliases, 0);
        entry->h_addr_list = copy_list(&room, host->h_addr_list, (size_t)host->h_length);
        if (entry->h_name != NULL && entry->h_aliases != NULL && entry->h_addr_list != NULL)
            *found = entry;
    }
    shim_lock_give(&lock);
    return host != NULL && *found == NULL ? ERANGE : 0;
}

int shim_gethostbyname(const char *name, struct hostent *entry, char *buf, size_t len,
                       struct hostent **found, int *h_error)
{
    const struct hostent *host;

    shim_lock_take(&lock);
    host = gethostbyname(name);
    return hand_over_host(host, h_errno, entry, buf, len, found, h_error);
}

int shim_gethostbyaddr(const void *addr, socklen_t addr_len, int family, struct hostent *entry,
                       char *buf, size_t len, struct hostent **found, int *h_error)
{
    const struct hostent *host;

    shim_lock_take(&lock);
    host = gethostbyaddr(addr, addr_len, family);
    return hand_over_host(host, h_errno, entry, buf, len, found, h_error);
}
#endif

#ifndef HAVE_GETSERVBYNAME_R
/* Gives up the lock, once name and port of `service`, which may be NULL, are the caller's. */
static int hand_over_service(const struct servent *service, struct servent *entry, char *buf,
                             size_t len, struct servent **found)
{
    struct room room = {buf, len};

    *found = NULL;
    if (service != NULL) {
        *entry = (struct servent){.s_port = service->s_port};
        entry->s_name = copy(&room, service->s_name, strlen(service->s_name) + 1);
        if (entry->s_name != NULL)
            *found = entry;
    }
    shim_lock_give(&lock);
    return service != NULL && *found == NULL ? ERANGE : 0;
}

int shim_getservbyname(const char *name, const char *proto, struct servent *entry, char *buf,
                       size_t len, struct servent **found)
{
    shim_lock_take(&lock);
    return hand_over_service(getservbyname(name, proto), entry, buf, len, found);
}

int shim_getservbyport(int port, const char *proto, struct servent *entry, char *buf, size_t len,
                       struct servent **found)
{
    shim_lock_take(&lock);
    return hand_over_service(getservbyport(port, proto), entry, buf, len, found);
}
#endif

#ifndef HAVE_GETPROTOBYNAME_R
int shim_getprotobyname(const char *name, struct protoent *entry, char *buf, size_t len,
                        struct protoent **found)
{
    const struct protoent *protocol;

    (void)buf, (void)len; /* a number is all that is asked for */
    *found = NULL;
    shim_lock_take(&lock);
    protocol = getprotobyname(name);
    if (protocol != NULL) {
        *entry = (struct protoent){.p_proto = protocol->p_proto};
        *found = entry;
    }
    shim_lock_give(&lock);
    return 0;
}
#endif
