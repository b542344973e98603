/* Echo servers with nothing between them and the kernel: what the others are measured against.
 *
 *     echo tcp     one thread, epoll, level-triggered, non-blocking sockets
 *     echo udp     recvfrom and sendto, one datagram after the other
 *
 * Says its address, and serves until it is terminated.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 4096
#define BACKLOG 4096
#define EVENTS 256

static char data[SIZE];

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static int bound(int type)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    socklen_t len = sizeof addr;
    int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);

    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        give_up("bind");
    if (type != SOCK_DGRAM && listen(fd, BACKLOG) < 0)
        give_up("listen");
    if (getsockname(fd, (struct sockaddr *)&addr, &len) < 0)
        give_up("getsockname");
    printf("127.0.0.1:%d\n", ntohs(addr.sin_port));
    fflush(stdout);
    return fd;
}

static void watch(int epoll, int fd)
{
    struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};

    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        give_up("epoll_ctl");
}

static void echo_stream(int fd)
{
    ssize_t n = recv(fd, data, sizeof data, 0);

    if (n <= 0)
        close(fd);
    else if (send(fd, data, (size_t)n, MSG_NOSIGNAL) != n)
        give_up("send");
}

static void serve_streams(void)
{
    struct epoll_event events[EVENTS];
    int listener = bound(SOCK_STREAM | SOCK_NONBLOCK), epoll = epoll_create1(EPOLL_CLOEXEC);

    watch(epoll, listener);
    for (;;) {
        int count = epoll_wait(epoll, events, EVENTS, -1);

        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;

            if (fd != listener)
                echo_stream(fd);
            else if ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0)
                watch(epoll, fd);
        }
    }
}

static void serve_datagrams(void)
{
    int fd = bound(SOCK_DGRAM);

    for (;;) {
        struct sockaddr_storage peer;
        socklen_t len = sizeof peer;
        ssize_t n = recvfrom(fd, data, sizeof data, 0, (struct sockaddr *)&peer, &len);

        if (n < 0 || sendto(fd, data, (size_t)n, 0, (struct sockaddr *)&peer, len) != n)
            give_up("echo");
    }
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "tcp") == 0)
        serve_streams();
    if (argc == 2 && strcmp(argv[1], "udp") == 0)
        serve_datagrams();
    fprintf(stderr, "usage: echo tcp|udp\n");
    return 2;
}
