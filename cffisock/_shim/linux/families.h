/* For the files of this folder. */
#ifndef CS_FAMILIES_H
#define CS_FAMILIES_H

#include "internal.h"
#include "linux.h"

#ifndef AF_VSOCK
#define AF_VSOCK 40
#endif

/* Makes the text of `fields` the name of the interface `index`, empty where the network
 * namespace of the socket `fd` has none: the length of the name. */
size_t shim_put_interface_name(cs_fields *fields, int fd, int index);

#endif
