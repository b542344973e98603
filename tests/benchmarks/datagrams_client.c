/* The other side of benchmarks with UDP: the same program, whatever the server runs on.
 *
 *     datagrams_client echo    SOCKETS UNDER_WAY SIZE SECONDS IPV4:PORT
 *     datagrams_client send    SOCKETS TRAIN     SIZE SECONDS IPV4:PORT
 *     datagrams_client receive 1       0         SIZE SECONDS IPV4:PORT
 *
 * Says "ready" and the address of its first socket, and waits for a line of input.  Then for that
 * many seconds it
 *
 *     echo     keeps UNDER_WAY messages of SIZE bytes on their way, each from a socket chosen by
 *              chance that has none, and all with the same right.  One that has not come back
 *              after a second counts as lost, and is sent again.  An echo that is not what was
 *              sent ends the program with status 1;
 *     send     sends as much as it can, in trains of so many datagrams, 1 for none;
 *     receive  takes what comes.
 *
 * It prints how many messages came back, were sent or were received, how many bytes those were, how
 * many were lost, the seconds that it took, and for how many of them this program used a
 * processor.  The sockets stay until the end of input; SIGALRM ends what takes a minute longer.
 */
#include "../client.h"

#include <errno.h>
#include <netinet/udp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* The kernel's ABI, where the C library's headers are older. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

#define SIZE_MAX_UDP 65507
#define EVENTS 256
#define GRACE 60
#define LOST_AFTER 1.0
#define RECEIVE_BUFFER (4 * 1024 * 1024)

/* `sent` is when its message went, 0 while nothing is on its way; `seed` is what that is made of.
 */
struct peer {
    int fd;
    double sent;
    uint64_t seed;
};

static struct peer *peers;
static uint32_t count;
static size_t size;
static uint64_t messages, bytes, lost;
static char out[SIZE_MAX_UDP + 8], in[SIZE_MAX_UDP + 8];

static void open_all(int epoll, struct sockaddr_in addr)
{
    int room = RECEIVE_BUFFER;

    for (uint32_t i = 0; i < count; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &peers[i]};
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = addr.sin_addr.s_addr};

        peers[i].fd = socket(AF_INET, SOCK_DGRAM, 0);
        if (peers[i].fd < 0)
            give_up("socket");
        if (setsockopt(peers[i].fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof room) < 0)
            give_up("SO_RCVBUF");
        if (bind(peers[i].fd, (struct sockaddr *)&here, sizeof here) < 0)
            give_up("bind");
        if (addr.sin_port != 0 && connect(peers[i].fd, (struct sockaddr *)&addr, sizeof addr) < 0)
            give_up("connect");
        if (epoll_ctl(epoll, EPOLL_CTL_ADD, peers[i].fd, &event) < 0)
            give_up("epoll_ctl");
    }
}

static void say_ready(void)
{
    struct sockaddr_in here;
    socklen_t len = sizeof here;

    if (getsockname(peers[0].fd, (struct sockaddr *)&here, &len) < 0)
        give_up("getsockname");
    printf("ready %s:%d\n", inet_ntoa(here.sin_addr), ntohs(here.sin_port));
    fflush(stdout);
    while (getchar() != '\n')
        if (feof(stdin))
            exit(1);
}

/* --- echo ------------------------------------------------------------------------- */

static void fill(char *buffer, uint64_t seed)
{
    for (size_t i = 0; i < size; i += sizeof seed) {
        uint64_t word = next_word(&seed);

        memcpy(buffer + i, &word, sizeof word);
    }
}

static void send_message(struct peer *to)
{
    to->seed = chance();
    to->sent = now();
    fill(out, to->seed);
    if (send(to->fd, out, size, 0) != (ssize_t)size)
        give_up("send");
}

/* Whether this is the echo that is waited for: one that was given up may come after all. */
static int receive(struct peer *from)
{
    ssize_t n = recv(from->fd, in, sizeof in, MSG_DONTWAIT | MSG_TRUNC);

    if (n < 0 && errno == EAGAIN)
        return 0;
    if (n < 0)
        give_up("recv");
    fill(out, from->seed);
    if (from->sent == 0 || (size_t)n != size || memcmp(in, out, size) != 0) {
        if (lost > 0)
            return 0;
        errno = EBADMSG;
        give_up("echo");
    }
    messages++;
    bytes += (uint64_t)n;
    from->sent = 0;
    return 1;
}

/* By chance, and from there on the first that has nothing on its way. */
static struct peer *next_peer(void)
{
    uint32_t i = (uint32_t)(chance() % count);

    while (peers[i].sent != 0)
        i = (i + 1) % count;
    return &peers[i];
}

static void send_again(double before)
{
    for (uint32_t i = 0; i < count; i++)
        if (peers[i].sent != 0 && peers[i].sent < before) {
            lost++;
            send_message(&peers[i]);
        }
}

static void echo(int epoll, uint32_t under_way, double seconds)
{
    double end = now() + seconds;
    double looked = now();
    uint32_t in_flight = 0;

    for (; in_flight < under_way && in_flight < count; in_flight++)
        send_message(next_peer());
    while (in_flight > 0) {
        struct epoll_event events[EVENTS];
        int ready = epoll_wait(epoll, events, EVENTS, 100);
        double time = now();

        for (int i = 0; i < ready; i++) {
            if (!receive(events[i].data.ptr))
                continue;
            if (time < end)
                send_message(next_peer());
            else
                in_flight--;
        }
        if (time - looked > LOST_AFTER / 4) {
            looked = time;
            if (time > end + LOST_AFTER) {
                lost += in_flight;
                return;
            }
            send_again(time - LOST_AFTER);
        }
    }
}

/* --- one direction ------------------------------------------------------------------- */

static void flood(size_t train, double seconds)
{
    double end = now() + seconds;
    int segment = (int)size;

    if (train * size > SIZE_MAX_UDP) {
        errno = EMSGSIZE;
        give_up("train");
    }
    fill(out, chance());
    for (uint32_t i = 0; train > 1 && i < count; i++)
        if (setsockopt(peers[i].fd, IPPROTO_UDP, UDP_SEGMENT, &segment, sizeof segment) < 0)
            give_up("UDP_SEGMENT");
    while (now() < end) {
        if (send(peers[chance() % count].fd, out, train * size, 0) < 0) {
            if (errno != ECONNREFUSED)
                give_up("send");
            return; /* the server has gone */
        }
        messages += train;
        bytes += train * size;
    }
}

static void drain(double seconds)
{
    double end = now() + seconds;
    int on = 1;
    struct timeval wait = {.tv_usec = 100000};

    if (setsockopt(peers[0].fd, IPPROTO_UDP, UDP_GRO, &on, sizeof on) < 0 ||
        setsockopt(peers[0].fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) < 0)
        give_up("setsockopt");
    while (now() < end) {
        ssize_t n = recv(peers[0].fd, in, sizeof in, 0);

        if (n > 0) {
            bytes += (uint64_t)n;
            messages += ((uint64_t)n + size - 1) / size;
        }
    }
}

int main(int argc, char **argv)
{
    int epoll = epoll_create1(0);
    double seconds, start, busy;
    uint32_t second;

    if (argc != 7 || epoll < 0)
        give_up(argv[0]);
    count = (uint32_t)atoi(argv[2]);
    second = (uint32_t)atoi(argv[3]);
    size = (size_t)atoi(argv[4]);
    seconds = atof(argv[5]);
    peers = calloc(count, sizeof *peers);
    if (peers == NULL || count == 0 || size == 0 || size > SIZE_MAX_UDP)
        give_up("arguments");
    open_all(epoll, parse(argv[6]));
    say_ready();
    alarm((unsigned)seconds + GRACE);
    start = now();
    busy = used();
    if (strcmp(argv[1], "echo") == 0)
        echo(epoll, second, seconds);
    else if (strcmp(argv[1], "send") == 0)
        flood(second, seconds);
    else if (strcmp(argv[1], "receive") == 0)
        drain(seconds);
    else
        give_up(argv[1]);
    printf("%llu %llu %llu %.6f %.6f\n", (unsigned long long)messages, (unsigned long long)bytes,
           (unsigned long long)lost, now() - start, used() - busy);
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
