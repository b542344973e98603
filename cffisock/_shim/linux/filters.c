/* Programs that choose what a socket receives: SO_ATTACH_FILTER in socket(7). */
#include "families.h"

#include <linux/filter.h>

_Static_assert(sizeof(struct sock_filter) == sizeof(uint64_t), "an instruction has 8 bytes");

int cs_attach_filter(int fd, int option, const char *program, size_t count)
{
    struct sock_filter instructions[BPF_MAXINSNS];
    struct sock_fprog value;

    if (count > BPF_MAXINSNS)
        return -EINVAL;
    memset(&value, 0, sizeof value); /* also between its members: the kernel reads all of it */
    value.len = (unsigned short)count;
    value.filter = instructions;
    memcpy(instructions, program, count * sizeof instructions[0]);
    return shim_done(setsockopt(fd, SOL_SOCKET, option, &value, sizeof value));
}
