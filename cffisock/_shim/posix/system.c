/* What system.h says and takes more than a line. */
#include "messages.h"

#include <signal.h>

int shim_start_thread(void *(*work)(void *))
{
    pthread_attr_t detached;
    pthread_t thread;
    sigset_t all, before;
    int error;

    if ((error = pthread_attr_init(&detached)) != 0)
        return error;
    pthread_attr_setdetachstate(&detached, PTHREAD_CREATE_DETACHED);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    error = pthread_create(&thread, &detached, work, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&detached);
    return error;
}

int shim_error_waits(int fd)
{
    struct pollfd p = {.fd = fd};

    return poll(&p, 1, 0) > 0 && (p.revents & (POLLERR | POLLNVAL)) != 0;
}

/* Many messages, one after the other. */
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
