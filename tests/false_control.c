/* Preloaded, this takes what was received as data for the control messages as well: so a peer can
 * make any, which the kernel would not. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdarg.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void replace_control(struct msghdr *header, size_t room, size_t received)
{
    const struct iovec *part = header->msg_iov;

    if (received > part->iov_len)
        received = part->iov_len;
    header->msg_controllen = received < room ? received : room;
    if (header->msg_controllen > 0)
        memcpy(header->msg_control, part->iov_base, header->msg_controllen);
}

ssize_t recvmsg(int fd, struct msghdr *header, int flags)
{
    size_t room = header->msg_controllen;
    ssize_t n = REAL(recvmsg)(fd, header, flags);

    if (n >= 0)
        replace_control(header, room, (size_t)n);
    return n;
}

/* By which the shim makes the calls for many messages. */
long syscall(long number, ...)
{
    long a[6], result;
    size_t rooms[1024];
    va_list list;

    va_start(list, number);
    for (int i = 0; i < 6; i++)
        a[i] = va_arg(list, long);
    va_end(list);
    if (number == SYS_recvmmsg)
        for (long i = 0; i < a[2] && i < 1024; i++)
            rooms[i] = ((struct mmsghdr *)a[1])[i].msg_hdr.msg_controllen;
    result = REAL(syscall)(number, a[0], a[1], a[2], a[3], a[4], a[5]);
    if (number == SYS_recvmmsg)
        for (long i = 0; i < result && i < 1024; i++) {
            struct mmsghdr *message = (struct mmsghdr *)a[1] + i;

            replace_control(&message->msg_hdr, rooms[i], message->msg_len);
        }
    return result;
}
