/* The benchmark's system calls in a loop, with nothing of Python in between: what no module
 * can be faster than.  Each function runs `n` times and returns 0, or -errno. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* accept4 */
#endif
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_SIZE (256 * 1024)

static char buffer[BUFFER_SIZE];

/* Sends `size` bytes, all at once, and receives them, up to `room` at a time. */
int floor_stream(int out, int in, size_t size, size_t room, long n)
{
    while (n-- > 0) {
        size_t received = 0;

        if (send(out, buffer, size, 0) < 0)
            return -errno;
        while (received < size) {
            ssize_t got = recv(in, buffer, room, 0);

            if (got <= 0)
                return got < 0 ? -errno : -EPIPE;
            received += (size_t)got;
        }
    }
    return 0;
}

/* Sends to the address of `in`, and receives with the sender's address. */
int floor_datagram(int out, int in, size_t size, long n)
{
    struct sockaddr_storage to, from;
    socklen_t to_len = sizeof to;

    if (getsockname(in, (struct sockaddr *)&to, &to_len) < 0)
        return -errno;
    while (n-- > 0) {
        socklen_t from_len = sizeof from;

        if (sendto(out, buffer, size, 0, (struct sockaddr *)&to, to_len) < 0)
            return -errno;
        if (recvfrom(in, buffer, size, 0, (struct sockaddr *)&from, &from_len) < 0)
            return -errno;
    }
    return 0;
}

/* Sends messages with the descriptor `passed`, or with none where that is -1. */
int floor_message(int out, int in, int passed, size_t size, long n)
{
    while (n-- > 0) {
        struct iovec data = {buffer, size};
        union {
            char room[CMSG_SPACE(sizeof(int))];
            struct cmsghdr align;
        } control;
        struct msghdr msg = {.msg_iov = &data, .msg_iovlen = 1};

        if (passed != -1) {
            struct cmsghdr *item = &control.align;

            msg.msg_control = &control;
            msg.msg_controllen = sizeof control.room;
            item->cmsg_level = SOL_SOCKET;
            item->cmsg_type = SCM_RIGHTS;
            item->cmsg_len = CMSG_LEN(sizeof passed);
            memcpy(CMSG_DATA(item), &passed, sizeof passed);
        }
        if (sendmsg(out, &msg, 0) < 0 || recvmsg(in, &msg, MSG_CMSG_CLOEXEC) < 0)
            return -errno;
        if (passed != -1) {
            int received;

            memcpy(&received, CMSG_DATA(&control.align), sizeof received);
            close(received);
        }
    }
    return 0;
}

/* Connects to the address of `listener`, accepts, and closes both. */
int floor_connection(int listener, long n)
{
    struct sockaddr_storage to, from;
    socklen_t to_len = sizeof to;

    if (getsockname(listener, (struct sockaddr *)&to, &to_len) < 0)
        return -errno;
    while (n-- > 0) {
        socklen_t from_len = sizeof from;
        int client = socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        int server;

        if (client < 0 || connect(client, (struct sockaddr *)&to, to_len) < 0)
            return -errno;
        server = accept4(listener, (struct sockaddr *)&from, &from_len, SOCK_CLOEXEC);
        if (server < 0)
            return -errno;
        close(server);
        close(client);
    }
    return 0;
}

int floor_socketpair(long n)
{
    while (n-- > 0) {
        int fds[2];

        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
            return -errno;
        close(fds[0]);
        close(fds[1]);
    }
    return 0;
}

int floor_getsockopt(int fd, int level, int name, long n)
{
    while (n-- > 0) {
        int value;
        socklen_t len = sizeof value;

        if (getsockopt(fd, level, name, &value, &len) < 0)
            return -errno;
    }
    return 0;
}

int floor_setsockopt(int fd, int level, int name, int value, long n)
{
    while (n-- > 0)
        if (setsockopt(fd, level, name, &value, sizeof value) < 0)
            return -errno;
    return 0;
}

int floor_getsockname(int fd, long n)
{
    while (n-- > 0) {
        struct sockaddr_storage name;
        socklen_t len = sizeof name;

        if (getsockname(fd, (struct sockaddr *)&name, &len) < 0)
            return -errno;
    }
    return 0;
}

int floor_getpeername(int fd, long n)
{
    while (n-- > 0) {
        struct sockaddr_storage name;
        socklen_t len = sizeof name;

        if (getpeername(fd, (struct sockaddr *)&name, &len) < 0)
            return -errno;
    }
    return 0;
}
