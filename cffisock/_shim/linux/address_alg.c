/* AF_ALG: the kernel's Documentation/crypto/userspace-if.rst. */
#include "families.h"

/* As struct sockaddr_alg of <linux/if_alg.h>. */
struct alg_address {
    sa_family_t family;
    char type[14];
    uint32_t feat;
    uint32_t mask;
    char name[64];
};

int cs_put_alg(cs_addr *addr, const char *type, const char *name, uint32_t feat, uint32_t mask)
{
    struct alg_address sa = {.family = AF_ALG, .feat = feat, .mask = mask};
    size_t type_len = strlen(type), name_len = strlen(name);

    if (type_len >= sizeof sa.type)
        return -EINVAL;
    if (name_len >= sizeof sa.name)
        return -ENAMETOOLONG;
    memcpy(sa.type, type, type_len);
    memcpy(sa.name, name, name_len);
    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_alg(const cs_addr *addr, cs_fields *fields)
{
    struct alg_address sa;
    size_t type_len, name_len;

    shim_addr_get(addr, &sa, sizeof sa);
    type_len = strnlen(sa.type, sizeof sa.type);
    name_len = strnlen(sa.name, sizeof sa.name);
    memcpy(fields->text, sa.type, type_len);
    memcpy(fields->text + type_len, sa.name, name_len);
    fields->len = (uint32_t)(type_len + name_len);
    fields->number[0] = sa.feat;
    fields->number[1] = sa.mask;
    fields->number[2] = (int64_t)type_len;
    return 0;
}
