/* The clients of tests.load: many connections to an echo server, some of which misbehave.
 *
 *     client CONNECTIONS SECONDS IPV4:PORT
 *
 * Each byte that a connection sends is told by the connection's name and the byte's place in its
 * stream, and each byte that comes back has to be that.  All connections are there from the first
 * second to the last.  By chance one of those that rest is the next to send a message, so that up
 * to IN_FLIGHT of them are on their way all the time; and by chance a connection
 *
 *     stalls    sends much more than the buffers take, and reads nothing of it for some seconds
 *     resets    sends a message and ends with RST
 *     vanishes  sends a message and is gone without a word, as by TCP_REPAIR, which needs rights
 *     leaves    sends a message and its end, and has to get the message and the server's end
 *
 * Those that end are replaced.  When all are connected, and each second then, it prints the seconds
 * since, and how many messages and bytes have come back whole, how many connections have stalled,
 * reset, vanished and left, and how many were made; the last line comes when nothing is on its way
 * any more.  The status is 1 if a byte is wrong, comes too early or not within PATIENCE seconds, or
 * if the server ends a connection.
 */
#include "../client.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define IN_FLIGHT 256
#define STALLED_AT_ONCE 64
#define PART 65536
#define PATIENCE 30
#define EVENTS 256
/* Clients have so many addresses, 127.0.0.2 and on: enough ports for those that vanish. */
#define ADDRESSES 32

enum state { RESTS, BUSY, STALLS, LEAVES };

/* A connection, the `events` for which it is `watched`, and its stream: `name` tells the bytes,
 * which are `sent` and `received` up to those places; up to `goal` they are to be sent.  Times are
 * in seconds: `moved`, the last byte's, and when one that stalls will `wake`. */
struct connection {
    int fd, watched;
    enum state state;
    uint32_t events;
    uint64_t name, sent, received, goal;
    double moved, wake;
};

static struct connection *connections, *stalled[STALLED_AT_ONCE];
static struct sockaddr_in server;
static uint32_t count, made, in_flight, stalled_now;
static uint64_t messages, bytes, stalls, resets, vanished, left;
static int epoll, can_vanish = 1;
static double start, end;

/* Up to PART bytes of the stream of that name, from a place on; they stay until the next call. */
static const char *stream(uint64_t name, uint64_t at, size_t n)
{
    static uint64_t words[PART / sizeof(uint64_t) + 2];
    uint64_t first = at / sizeof *words, last = (at + n) / sizeof *words;

    for (uint64_t i = first; i <= last; i++)
        words[i - first] = mixed(name + i * 0x9e3779b97f4a7c15);
    return (const char *)words + at % sizeof *words;
}

/* --- making and ending connections ---------------------------------------------------------- */

static void watch(struct connection *one, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = one};
    int how = one->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;

    if (one->watched && events == one->events)
        return;
    if (epoll_ctl(epoll, how, one->fd, &event) < 0)
        give_up("epoll_ctl");
    one->watched = 1;
    one->events = events;
}

static void connect_one(struct connection *one)
{
    struct sockaddr_in addr = {.sin_family = AF_INET};
    int on = 1;

    memset(one, 0, sizeof *one);
    one->name = chance();
    one->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (one->fd < 0)
        give_up("socket");
    addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + made++ % ADDRESSES);
    if (setsockopt(one->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on) < 0 ||
        bind(one->fd, (struct sockaddr *)&addr, sizeof addr) < 0)
        give_up("bind");
    if (connect(one->fd, (struct sockaddr *)&server, sizeof server) < 0)
        give_up("connect");
    if (setsockopt(one->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        give_up("TCP_NODELAY");
    watch(one, EPOLLIN);
}

static void replace(struct connection *one)
{
    close(one->fd);
    connect_one(one);
}

static void reset(struct connection *one)
{
    struct linger hard = {.l_onoff = 1};

    if (setsockopt(one->fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard) < 0)
        give_up("SO_LINGER");
    resets++;
    replace(one);
}

static void vanish(struct connection *one)
{
    int on = 1;

    if (setsockopt(one->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof on) < 0) {
        if (errno != EPERM)
            give_up("TCP_REPAIR");
        can_vanish = 0;
        return;
    }
    vanished++;
    replace(one);
}

/* --- sending and receiving ------------------------------------------------------------------ */

/* Sends what the kernel takes of what is to be sent. */
static void send_more(struct connection *to)
{
    while (to->sent < to->goal) {
        size_t n = to->goal - to->sent < PART ? (size_t)(to->goal - to->sent) : PART;
        ssize_t taken = send(to->fd, stream(to->name, to->sent, n), n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (taken < 0 && errno == EAGAIN)
            break;
        if (taken < 0)
            give_up("send");
        to->sent += (uint64_t)taken;
    }
    if (to->state == LEAVES && to->sent == to->goal && shutdown(to->fd, SHUT_WR) < 0)
        give_up("shutdown");
    watch(to, (to->state == STALLS ? 0 : EPOLLIN) | (to->sent < to->goal ? EPOLLOUT : 0));
}

static size_t size_of_a_message(void)
{
    uint64_t n = chance();

    return 1 + (size_t)(n >> 32) % (n % 16 == 0 ? 16384 : 1400);
}

/* One that rests sends: it is on its way then, or something happened to it. */
static void begin(struct connection *one)
{
    uint64_t what = chance() % 1000;

    one->goal += size_of_a_message();
    one->moved = now();
    one->state = BUSY;
    if (what == 0 && stalled_now < STALLED_AT_ONCE) {
        one->goal += 262144 + chance() % 1048576;
        one->state = STALLS;
        one->wake = one->moved + 0.5 + (double)(chance() % 2048) / 1024;
        stalled[stalled_now++] = one;
        stalls++;
    } else {
        in_flight++;
    }
    if (what == 1)
        one->state = LEAVES;
    send_more(one);
    if ((what == 2 || (what == 3 && can_vanish)) && one->state == BUSY) {
        uint32_t before = made;

        what == 2 ? reset(one) : vanish(one);
        in_flight -= made - before;
    }
}

/* Those whose time has come read on. */
static void wake(double time)
{
    for (uint32_t i = 0; i < stalled_now;) {
        struct connection *one = stalled[i];

        if (one->wake > time && time < end) {
            i++;
            continue;
        }
        stalled[i] = stalled[--stalled_now];
        one->state = BUSY;
        one->moved = time;
        in_flight++;
        send_more(one);
    }
}

static void receive(struct connection *from)
{
    static char data[PART];
    ssize_t n = recv(from->fd, data, sizeof data, MSG_DONTWAIT);

    if (n == 0 && from->state == LEAVES && from->received == from->goal) {
        left++;
        in_flight--;
        replace(from);
        return;
    }
    if (n == 0)
        errno = ECONNRESET;
    if (n <= 0)
        give_up("recv");
    if (from->received + (uint64_t)n > from->sent ||
        memcmp(data, stream(from->name, from->received, (size_t)n), (size_t)n) != 0) {
        errno = EBADMSG;
        give_up("echo");
    }
    from->received += (uint64_t)n;
    bytes += (uint64_t)n;
    from->moved = now();
    if (from->received < from->goal)
        return;
    messages++;
    if (from->state == BUSY) {
        from->state = RESTS;
        in_flight--;
    }
}

/* --- all of them ---------------------------------------------------------------------------- */

static void tell(double time)
{
    printf("%.3f %llu %llu %llu %llu %llu %llu %u\n", time - start, (unsigned long long)messages,
           (unsigned long long)bytes, (unsigned long long)stalls, (unsigned long long)resets,
           (unsigned long long)vanished, (unsigned long long)left, made);
    fflush(stdout);
}

static void find_those_that_stand_still(double time)
{
    for (uint32_t i = 0; i < count; i++)
        if ((connections[i].state == BUSY || connections[i].state == LEAVES) &&
            time - connections[i].moved > PATIENCE) {
            errno = ETIMEDOUT;
            give_up("echo");
        }
}

/* By chance, and from there on the first that rests. */
static struct connection *next_connection(void)
{
    uint32_t i = (uint32_t)(chance() % count);

    while (connections[i].state != RESTS)
        i = (i + 1) % count;
    return &connections[i];
}

static void happened(struct epoll_event *event)
{
    struct connection *one = event->data.ptr;

    if (event->events & EPOLLOUT)
        send_more(one);
    if (one->state != STALLS && event->events & ~(uint32_t)EPOLLOUT)
        receive(one);
    else if (event->events & (EPOLLERR | EPOLLHUP))
        give_up("a connection that stalls was ended");
}

static void exchange(void)
{
    double told = start;

    for (;;) {
        struct epoll_event events[EVENTS];
        double time = now();
        int ready;

        wake(time);
        while (time < end && in_flight < IN_FLIGHT && in_flight + stalled_now < count / 2)
            begin(next_connection());
        if (time >= end && in_flight == 0)
            return;
        ready = epoll_wait(epoll, events, EVENTS, 20);
        for (int i = 0; i < ready; i++)
            happened(&events[i]);
        if (time - told >= 1) {
            told += 1;
            tell(time);
            find_those_that_stand_still(time);
        }
    }
}

/* Has a byte echoed on each, so that the server has accepted them all. */
static void connect_all(void)
{
    for (uint32_t i = 0; i < count; i++) {
        struct connection *one = &connections[i];

        connect_one(one);
        one->goal = 1;
        one->state = BUSY;
        one->moved = now();
        in_flight++;
        send_more(one);
        while (one->state == BUSY) {
            struct epoll_event event;

            if (epoll_wait(epoll, &event, 1, PATIENCE * 1000) != 1) {
                errno = ETIMEDOUT;
                give_up("the first echo");
            }
            happened(&event);
        }
    }
}

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: client CONNECTIONS SECONDS IPV4:PORT\n");
        return 2;
    }
    server = parse(argv[3]);
    count = (uint32_t)atoi(argv[1]);
    connections = calloc(count, sizeof *connections);
    epoll = epoll_create1(EPOLL_CLOEXEC);
    if (count < 4 || connections == NULL || epoll < 0)
        give_up(argv[1]);
    connect_all();
    messages = bytes = 0;
    start = now();
    end = start + atof(argv[2]);
    tell(start);
    exchange();
    tell(now());
    return 0;
}
