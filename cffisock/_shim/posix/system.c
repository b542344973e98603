/* What system.h says and this system has no call for: many messages, one after the other. */
#include "internal.h"

#ifndef HAVE_MMSG

int shim_recvmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags)
{
    unsigned int done = 0;

    flags &= ~SHIM_WAITFORONE; /* the caller sees to it */
    /* An error is left to the next call, since the messages that came before it are the result. */
    for (; done < count && (done == 0 || !shim_error_waits(fd)); done++) {
        ssize_t n = recvmsg(fd, &messages[done].msg_hdr, flags);

        if (n < 0)
            return done > 0 ? (int)done : -1;
        messages[done].msg_len = (unsigned int)n;
    }
    return (int)done;
}

int shim_sendmmsg(int fd, shim_mmsghdr *messages, unsigned int count, int flags)
{
    unsigned int done = 0;

    for (; done < count; done++) {
        ssize_t n = sendmsg(fd, &messages[done].msg_hdr, flags);

        if (n < 0)
            return done > 0 ? (int)done : -1;
        messages[done].msg_len = (unsigned int)n;
    }
    return (int)done;
}

#endif
