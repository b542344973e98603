/* Numeric addresses as text and packed in network byte order: inet(3), inet_pton(3),
 * inet_ntop(3). */
#include "internal.h"

int cs_inet_aton(const char *text, char *packed)
{
    struct in_addr in;

    if (shim_inet_aton(text, &in) == 0)
        return -EINVAL;
    memcpy(packed, &in, sizeof in);
    return sizeof in;
}

int cs_inet_pton(int family, const char *text, char *packed)
{
    int result = inet_pton(family, text, packed);

    if (result == 1)
        return family == AF_INET ? sizeof(struct in_addr) : sizeof(struct in6_addr);
    return result == 0 ? -EINVAL : -shim_errno();
}

int cs_inet_ntop(int family, const char *packed, char *text)
{
    if (inet_ntop(family, packed, text, INET6_ADDRSTRLEN) == NULL)
        return -shim_errno();
    return (int)strlen(text);
}
