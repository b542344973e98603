/* Many threads in the shim, for ThreadSanitizer to look at: threads SCENE ROUNDS.
 *
 * Each scene checks its results too.  Threads ask again as Python does, with what a call returned.
 */
#include "messages.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define THREADS 16
#define MS INT64_C(1000000)
#define LONG (20000 * MS)
#define SHOULD(condition) should(!!(condition), #condition, __LINE__)

/* What `result`, which may say so, is of: `call`, again and again, with `wait` as it asks. */
#define AGAIN(result, wait, call)                                                                  \
    do                                                                                             \
        result = call;                                                                             \
    while ((result < CS_TIMED_OUT && (wait = result) < 0) || result == -EINTR)

static int rounds;

static void should(int holds, const char *condition, int line)
{
    if (holds)
        return;
    fprintf(stderr, "it should hold, line %d: %s\n", line, condition);
    abort();
}

/* Runs `scene` in THREADS threads, each with its number. */
static void run(void *(*scene)(void *))
{
    static int numbers[THREADS];
    pthread_t threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        SHOULD(pthread_create(&threads[i], NULL, scene, &numbers[i]) == 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* --- look-ups in time: taken, given up, and with a fork in between ---------------------------- */

/* Whether the port of an address is that. */
static int has_port(const cs_addr *addr, int port)
{
    return addr->family == AF_INET && (cs_inet_number(addr) & UINT16_MAX) == port;
}

static void look_up(int port, int how)
{
    cs_answer answers[8];
    cs_lookup *lookup;
    cs_addr first;
    char service[12];
    int64_t result, wait = how == 0 ? 1 : LONG; /* a nanosecond is too little, or just enough */

    snprintf(service, sizeof service, "%d", port);
    SHOULD(cs_lookup_start("127.0.0.1", service, 0, SOCK_STREAM, 0, 0, &lookup) == 0);
    if (how == 1) {
        usleep((useconds_t)(port % 50) * 5); /* given up before, while and after it is done */
    } else if (how > 1) {
        AGAIN(result, wait, cs_lookup_wait(lookup, wait));
        SHOULD(result == 0);
    } else if (how == 0) {
        result = cs_lookup_wait(lookup, wait);
        SHOULD(result <= 0);
    }
    if (how == 2) {
        SHOULD(cs_lookup_take(lookup, (char *)answers, sizeof answers) == 1);
        SHOULD(has_port(&answers[0].addr, port));
    } else if (how > 2) {
        SHOULD(cs_lookup_take_first(lookup, &first) == 0);
        SHOULD(has_port(&first, port));
    }
    cs_lookup_end(&lookup);
}

static void fork_once(void)
{
    int status = 0;
    pid_t child = fork();

    if (child == 0)
        _exit(7);
    SHOULD(child > 0 && waitpid(child, &status, 0) == child);
    SHOULD(WIFEXITED(status) && WEXITSTATUS(status) == 7);
}

static void *look_ups(void *number)
{
    int thread = *(int *)number;

    for (int i = 0; i < rounds; i++) {
        look_up(1000 * thread + i % 1000 + 1, (thread + i) % 4);
        if (thread == 0 && i % 50 == 25)
            fork_once();
    }
    return NULL;
}

/* --- one datagram socket for all: each message comes once, and whole -------------------------- */

struct letter {
    int sender;
    int count;
    char rest[200];
};

static int ends[2];
static atomic_int arrived;
static atomic_uchar seen[THREADS][10000];

static void check(const struct letter *letter, int64_t len)
{
    SHOULD(len == sizeof *letter);
    SHOULD(letter->sender >= 0 && letter->sender < THREADS && letter->count < rounds);
    for (size_t i = 0; i < sizeof letter->rest; i++)
        SHOULD(letter->rest[i] == (char)(letter->sender + letter->count));
    SHOULD(atomic_fetch_add(&seen[letter->sender][letter->count], 1) == 0);
    atomic_fetch_add(&arrived, 1);
}

static void send_letters(int sender)
{
    for (int i = 0; i < rounds; i++) {
        struct letter letter = {.sender = sender, .count = i};
        size_t len = sizeof letter;
        char *base = (char *)&letter;
        cs_addr *nowhere = NULL;
        cs_outgoing out = {.count = 1, .lengths = &len, .addrs = &nowhere};
        int64_t wait = LONG, n;

        memset(letter.rest, sender + i, sizeof letter.rest);
        if (i % 3 == 0)
            AGAIN(n, wait, cs_send(&ends[0], base, len, 0, wait));
        else if (i % 3 == 1)
            AGAIN(n, wait, cs_sendmsgv(&ends[0], &base, &len, 1, NULL, 0, NULL, 0, wait));
        else
            AGAIN(n, wait, cs_sendmmsg(&ends[0], base, &out, 0, wait));
        SHOULD(n == (i % 3 == 2 ? 1 : (int64_t)len));
    }
}

/* Several at once, as recvmmsg() has them. */
static void receive_batch(void)
{
    struct letter letters[4];
    char control[1], news[4];
    cs_addr addrs[4];
    cs_msg msgs[4];
    int32_t lengths[4], segments[4];
    int64_t numbers[4];
    cs_incoming in = {.data = (char *)letters,
                      .size = sizeof letters[0],
                      .control = control,
                      .addrs = addrs,
                      .msgs = msgs,
                      .lengths = lengths,
                      .numbers = numbers,
                      .segments = segments,
                      .news = news};
    int64_t n, wait = MS;

    AGAIN(n, wait, cs_recvmmsg(&ends[1], &in, 4, 0, wait));
    SHOULD(n > 0 || n == CS_TIMED_OUT);
    for (int64_t i = 0; i < n; i++)
        check(&letters[i], lengths[i]);
}

static void receive_letters(int all)
{
    for (int i = 0; atomic_load(&arrived) < all; i++) {
        struct letter letter;
        cs_addr from = {.len = 0};
        cs_msg msg = {.addr = &from};
        int64_t n, wait = MS;

        if (i % 3 == 0) {
            receive_batch();
            continue;
        }
        if (i % 3 == 1)
            AGAIN(n, wait, cs_recv(&ends[1], (char *)&letter, sizeof letter, 0, wait));
        else
            AGAIN(n, wait, cs_recvmsg(&ends[1], (char *)&letter, sizeof letter, &msg, 0, 0, wait));
        SHOULD(n >= 0 || n == CS_TIMED_OUT);
        if (n >= 0)
            check(&letter, n % CS_MORE);
    }
}

static void *letters(void *number)
{
    int thread = *(int *)number;

    if (thread < THREADS / 2)
        send_letters(thread);
    else
        receive_letters(THREADS / 2 * rounds);
    return NULL;
}

/* --- a socket that is closed while others wait for it ------------------------------------------
 */

static cs_socket shared = -1;
static atomic_int is_over;

static void wait_for_shared(int how)
{
    int64_t wait = MS, n;
    char data[8];
    cs_addr addr;
    int made;

    if (how == 0)
        AGAIN(n, wait, cs_recv(&shared, data, sizeof data, 0, wait));
    else if (how == 1)
        AGAIN(n, wait, cs_accept(&shared, NULL, &made, wait));
    else if (how == 2)
        AGAIN(n, wait, cs_recvfrom(&shared, data, sizeof data, 0, &addr, wait));
    else
        n = cs_getsockname(&shared, &addr);
    SHOULD(n >= 0 || n == CS_TIMED_OUT || n == -EBADF || n == -EINVAL || n == -EOPNOTSUPP);
}

static void *closings(void *number)
{
    int thread = *(int *)number;

    if (thread > 0) {
        while (!atomic_load(&is_over))
            wait_for_shared(thread % 4);
        return NULL;
    }
    for (int i = 0; i < rounds; i++) {
        cs_socket fds[2];

        SHOULD(cs_socketpair(AF_UNIX, i % 2 ? SOCK_STREAM : SOCK_DGRAM, 0, fds) == 0);
        __atomic_store_n(&shared, fds[0], __ATOMIC_RELEASE);
        SHOULD(cs_send(&fds[1], "x", 1, 0, 0) == 1);
        SHOULD(cs_close(&shared) == 0);
        SHOULD(cs_close(&fds[1]) == 0);
    }
    atomic_store(&is_over, 1);
    return NULL;
}

/* --- the databases of names, which may keep an answer in memory of their own ------------------ */

static void *names(void *number)
{
    int thread = *(int *)number;

    for (int i = 0; i < rounds; i++) {
        char text[20], buf[1000], other[1000];
        unsigned char packed[4] = {127, 0, (unsigned char)(i % 256), (unsigned char)thread};
        cs_host host;
        cs_names found;

        snprintf(text, sizeof text, "127.0.%d.%d", packed[2], packed[3]);
        SHOULD(cs_gethostbyname(text, &host, buf, sizeof buf) == 0);
        SHOULD(host.length == 4 && memcmp(host.addresses[0], packed, 4) == 0);
        SHOULD(strcmp(host.name, text) == 0);
        SHOULD(cs_getservbyname(thread % 2 ? "http" : "ssh", "tcp", other, sizeof other) ==
               (thread % 2 ? 80 : 22));
        SHOULD(cs_getservbyport(thread % 2 ? 80 : 22, "tcp", other, sizeof other) > 0);
        SHOULD(strcmp(other, thread % 2 ? "http" : "ssh") == 0);
        SHOULD(cs_getprotobyname(thread % 2 ? "tcp" : "udp", other, sizeof other) ==
               (thread % 2 ? IPPROTO_TCP : IPPROTO_UDP));
        SHOULD(cs_getnameinfo(text, "80", 0, 0, 0, NI_NUMERICHOST, &found) == 0);
        SHOULD(strcmp(found.host, text) == 0);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void *(*scene)(void *);
    } scenes[] = {
        {"look-ups", look_ups}, {"letters", letters}, {"closings", closings}, {"names", names}};

    SHOULD(argc == 3);
    rounds = atoi(argv[2]);
    SHOULD(rounds > 0 && rounds <= 10000);
    SHOULD(cs_socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) == 0);
    for (size_t i = 0; i < sizeof scenes / sizeof *scenes; i++) {
        if (strcmp(scenes[i].name, argv[1]) == 0) {
            run(scenes[i].scene);
            return 0;
        }
    }
    fprintf(stderr, "there is no scene %s\n", argv[1]);
    return 2;
}
