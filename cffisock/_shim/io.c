/* Data in and out: recv(2), send(2) and their kin, waiting where they must. */
#include "internal.h"

#include <sys/sendfile.h>

int64_t cs_recv(int fd, char *buf, size_t len, int flags, int64_t wait)
{
    for (int round = 0;; round++) {
        ssize_t n = recv(fd, buf, len, flags);
        int64_t stop;

        if (n >= 0)
            return n;
        if ((stop = cs_again(fd, POLLIN, &wait, round)) != 0)
            return stop;
    }
}

int64_t cs_recvfrom(int fd, char *buf, size_t len, int flags, cs_addr *from, int64_t wait)
{
    for (int round = 0;; round++) {
        cs_addr now;
        socklen_t size = sizeof now.storage;
        ssize_t n = recvfrom(fd, buf, len, flags, cs_sockaddr(&now), &size);
        int64_t stop;

        if (n >= 0) {
            cs_addr_received(&now, size);
            return cs_addr_renew(from, &now) ? n + CS_NEW_ADDRESS : n;
        }
        if ((stop = cs_again(fd, POLLIN, &wait, round)) != 0)
            return stop;
    }
}

int64_t cs_send(int fd, const char *buf, size_t len, int flags, int64_t wait)
{
    for (int round = 0;; round++) {
        ssize_t n = send(fd, buf, len, flags);
        int64_t stop;

        if (n >= 0)
            return n;
        if ((stop = cs_again(fd, POLLOUT, &wait, round)) != 0)
            return stop;
    }
}

int64_t cs_sendto(int fd, const char *buf, size_t len, int flags, const cs_addr *to, int64_t wait)
{
    for (int round = 0;; round++) {
        ssize_t n = sendto(fd, buf, len, flags, cs_sockaddr_const(to), to->len);
        int64_t stop;

        if (n >= 0)
            return n;
        if ((stop = cs_again(fd, POLLOUT, &wait, round)) != 0)
            return stop;
    }
}

int64_t cs_sendfile(int fd, int file, int64_t offset, size_t count, int64_t wait)
{
    for (int round = 0;; round++) {
        off_t from = (off_t)offset;
        ssize_t n = sendfile(fd, file, &from, count);
        int64_t stop;

        if (n >= 0)
            return n;
        if ((stop = cs_again(fd, POLLOUT, &wait, round)) != 0)
            return stop;
    }
}
