/* Network interfaces by index and name: if_nameindex(3), if_nametoindex(3). */
#include "internal.h"

#include <net/if.h>

_Static_assert(sizeof(((cs_interface *)0)->name) == IF_NAMESIZE,
               "cs_interface holds every interface's name");

int cs_if_nameindex(cs_interface *interfaces, size_t size)
{
    struct if_nameindex *list = if_nameindex();
    size_t count = 0;

    if (list == NULL)
        return -errno;
    for (; list[count].if_index != 0; count++) {
        if (count < size) {
            interfaces[count].index = list[count].if_index;
            strncpy(interfaces[count].name, list[count].if_name, IF_NAMESIZE - 1);
            interfaces[count].name[IF_NAMESIZE - 1] = '\0';
        }
    }
    if_freenameindex(list);
    return (int)count;
}

int64_t cs_if_nametoindex(const char *name)
{
    unsigned int index = if_nametoindex(name);

    return index != 0 ? (int64_t)index : -errno;
}

int cs_if_indextoname(unsigned int index, char *name)
{
    return if_indextoname(index, name) != NULL ? 0 : -errno;
}
