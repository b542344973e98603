/* The load of tests.benchmarks.scale: the same program, whatever the server runs on.
 *
 *     scale_client CONNECTIONS SECONDS IPV4:PORT...
 *
 * Makes the connections, shared out among the addresses, and has one message echoed on each,
 * so that the server has accepted them all; says "connected" and waits for a line of input.
 * Then it keeps IN_FLIGHT messages on their way for that long, each on a connection chosen by
 * chance, all with the same right.  It prints how many came back, how many bytes those were,
 * the seconds that it took, and for how many of them this program used a processor.  The
 * connections stay until the end of input.  An echo that is not what was sent ends the program
 * with status 1, and SIGALRM does if the server takes a minute too long.
 */
#include "../client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 64
#define IN_FLIGHT 64
#define GRACE 60

/* `left` is how many bytes of the echo have yet to come, 0 while nothing is on its way. */
struct connection {
    int fd;
    size_t left;
    uint64_t sent[SIZE / sizeof(uint64_t)];
};

static struct connection *connections;
static uint32_t count;
static uint64_t messages, bytes;

static void send_message(struct connection *to)
{
    for (size_t i = 0; i < SIZE / sizeof to->sent[0]; i++)
        to->sent[i] = chance();
    to->left = SIZE;
    if (send(to->fd, to->sent, SIZE, MSG_NOSIGNAL) != SIZE)
        give_up("send");
}

static void receive(struct connection *from)
{
    char echo[SIZE];
    /* One byte of room too many would let an echo that is too long pass for a later one. */
    ssize_t n = recv(from->fd, echo, from->left, 0);

    if (n == 0)
        errno = ECONNRESET;
    if (n <= 0)
        give_up("recv");
    if (memcmp(echo, (char *)from->sent + SIZE - from->left, (size_t)n) != 0) {
        errno = EBADMSG;
        give_up("echo");
    }
    bytes += (uint64_t)n;
    from->left -= (size_t)n;
    messages += from->left == 0;
}

static void connect_to(struct connection *one, struct sockaddr_in addr)
{
    int on = 1;

    one->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (one->fd < 0)
        give_up("socket");
    if (connect(one->fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        give_up("connect");
    if (setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        give_up("TCP_NODELAY");
    send_message(one);
    while (one->left > 0)
        receive(one);
}

static void connect_all(int epoll, int addresses, char **address)
{
    for (uint32_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};

        connect_to(&connections[i], parse(address[i % (uint32_t)addresses]));
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, connections[i].fd, &event) < 0)
            give_up("epoll_ctl");
    }
}

/* By chance, and from there on the first that has nothing on its way. */
static struct connection *next_connection(void)
{
    uint32_t i = (uint32_t)(chance() % count);

    while (connections[i].left > 0)
        i = (i + 1) % count;
    return &connections[i];
}

static void exchange(int epoll, double seconds)
{
    double end = now() + seconds;
    uint32_t in_flight = 0;

    while (in_flight < IN_FLIGHT && in_flight < count) {
        send_message(next_connection());
        in_flight++;
    }
    while (in_flight > 0) {
        struct epoll_event events[IN_FLIGHT];
        int ready = epoll_wait(epoll, events, IN_FLIGHT, -1);
        int more = now() < end;

        for (int i = 0; i < ready; i++) {
            struct connection *from = events[i].data.ptr;

            receive(from);
            if (from->left > 0)
                continue;
            if (more)
                send_message(next_connection());
            else
                in_flight--;
        }
    }
}

int main(int argc, char **argv)
{
    int epoll = epoll_create1(0);
    double seconds, start, busy;

    if (argc < 4 || epoll < 0)
        give_up(argv[0]);
    count = (uint32_t)atoi(argv[1]);
    seconds = atof(argv[2]);
    connections = calloc(count, sizeof *connections);
    if (connections == NULL)
        give_up("calloc");
    alarm(GRACE);
    connect_all(epoll, argc - 3, argv + 3);
    puts("connected");
    fflush(stdout);
    while (getchar() != '\n')
        if (feof(stdin))
            return 1;
    alarm((unsigned)seconds + GRACE);
    messages = bytes = 0;
    start = now();
    busy = used();
    exchange(epoll, seconds);
    printf("%llu %llu %.6f %.6f\n", (unsigned long long)messages, (unsigned long long)bytes,
           now() - start, used() - busy);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
