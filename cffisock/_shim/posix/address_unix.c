/* AF_UNIX: unix(7). */
#include "internal.h"
#include "posix.h"

#include <sys/un.h>

#define PATH_AT offsetof(struct sockaddr_un, sun_path)

_Static_assert(sizeof(struct sockaddr_un) <= sizeof(((cs_addr *)0)->storage),
               "cs_addr holds the longest socket address");

/* A path gets its NUL byte; an abstract name, which begins with one, does not, nor the
 * empty name, for which bind(2) chooses one.  -ENAMETOOLONG where it does not fit, -EINVAL for a
 * path with a NUL byte, which the kernel would take for its end. */
int cs_put_unix(cs_addr *addr, const char *path, size_t len)
{
    struct sockaddr_un sun = {.sun_family = AF_UNIX};
    int abstract = SHIM_ABSTRACT_NAMES && (len == 0 || path[0] == '\0');

    if (len + !abstract > sizeof sun.sun_path)
        return -ENAMETOOLONG;
    if (!abstract && memchr(path, '\0', len) != NULL)
        return -EINVAL;
    memcpy(sun.sun_path, path, len);
    shim_addr_set(addr, &sun, PATH_AT + len + !abstract);
    return 0;
}

/* The text is empty for a socket without a name; a path loses its NUL byte. */
int cs_take_unix(const cs_addr *addr, cs_fields *fields)
{
    struct sockaddr_un sun;
    size_t len = addr->len > PATH_AT ? addr->len - PATH_AT : 0;

    if (len > sizeof sun.sun_path)
        len = sizeof sun.sun_path;
    shim_addr_get(addr, &sun, sizeof sun);
    if (!SHIM_ABSTRACT_NAMES || (len > 0 && sun.sun_path[0] != '\0'))
        len = strnlen(sun.sun_path, len);
    memcpy(fields->text, sun.sun_path, len);
    fields->len = (uint32_t)len;
    return 0;
}
