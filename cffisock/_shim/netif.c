/* Network interfaces: if_nametoindex(3), if_indextoname(3). */
#include "internal.h"

_Static_assert(sizeof(((cs_interface *)0)->name) >= IF_NAMESIZE,
               "cs_interface holds every interface's name");

int64_t cs_if_nametoindex(const char *name)
{
    unsigned int index = if_nametoindex(name);

    return index != 0 ? (int64_t)index : -shim_no_interface();
}

int cs_if_indextoname(unsigned int index, char *name)
{
    return if_indextoname(index, name) != NULL ? 0 : -shim_no_interface();
}

int cs_interface_index(const cs_socket *sock, const char *name, size_t len)
{
    cs_socket fd = shim_fd(sock);
    char text[IF_NAMESIZE] = "";
    int index;

    if (len >= sizeof text)
        return -ENODEV;
    memcpy(text, name, len);
    index = shim_interface_index(fd, text);
    return index < 0 ? -shim_errno() : index;
}
