/* The functions that all address families share, and the addresses of families that have no
 * file of their own. */
#include "internal.h"

void shim_addr_received(cs_addr *addr, size_t len)
{
    /* The kernel's length is that of the whole address, also where it was cut. */
    addr->len = (uint32_t)(len < sizeof addr->storage ? len : sizeof addr->storage);
    addr->family = len >= offsetof(struct sockaddr, sa_data) ? shim_sockaddr(addr)->sa_family
                                                             : AF_UNSPEC;
}

void shim_addr_set(cs_addr *addr, const void *sa, size_t len)
{
    memcpy(addr->storage, sa, len < sizeof addr->storage ? len : sizeof addr->storage);
    shim_put_length(shim_sockaddr(addr), len);
    shim_addr_received(addr, len);
}

int64_t shim_addr_renew(cs_addr *addr, const cs_addr *now)
{
    if (addr->len == now->len && memcmp(addr->storage, now->storage, now->len) == 0)
        return 0;
    shim_addr_set(addr, now->storage, now->len);
    return CS_MORE;
}

void shim_addr_get(const cs_addr *addr, void *sa, size_t len)
{
    memset(sa, 0, len);
    memcpy(sa, addr->storage, addr->len < len ? addr->len : len);
}

int cs_put_bytes(cs_addr *addr, const char *data, size_t len)
{
    if (len > sizeof addr->storage)
        return -EINVAL;
    shim_addr_set(addr, data, len);
    return 0;
}

int cs_put_raw(cs_addr *addr, int family, const char *data, size_t len)
{
    const size_t start = offsetof(struct sockaddr, sa_data);

    if (len > sizeof addr->storage - start)
        return -EINVAL;
    memcpy((char *)addr->storage + start, data, len);
    shim_sockaddr(addr)->sa_family = (sa_family_t)family;
    shim_put_length(shim_sockaddr(addr), start + len);
    shim_addr_received(addr, start + len);
    return 0;
}

int cs_take_raw(const cs_addr *addr, cs_fields *fields)
{
    const size_t start = offsetof(struct sockaddr, sa_data);

    if (addr->len < start)
        return -EINVAL;
    fields->number[0] = addr->family;
    fields->len = addr->len - (uint32_t)start;
    memcpy(fields->text, (const char *)addr->storage + start, fields->len);
    return 0;
}
