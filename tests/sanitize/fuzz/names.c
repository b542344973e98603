/* What the C library found: answers to look-ups, names of services and hosts, interfaces; and the
 * texts that the shim reads itself. */
#include "names.h"

#include <arpa/inet.h>
#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A length of 0 to `most`, often just what is needed, and memory of that size. */
static char *room(struct input *in, size_t most, size_t *len)
{
    *len = number(in, most);
    return exactly(*len);
}

/* A look-up, the answers of which go to memory that may be too small. */
static void answers(struct input *in)
{
    char *host = text(in, 20), *service = text(in, 8);
    size_t len, used;
    char *buf = room(in, 1000, &len);
    int count = cs_getaddrinfo(host, service, 0, 0, 0, 0, buf, len);

    SHOULD(listed == NULL); /* what was found is freed, or there was nothing */
    if (count > 0) {
        used = (size_t)count * sizeof(cs_answer);
        SHOULD(used < len);
        look(buf, used + strnlen(buf + used, len - used) + 1);
        SHOULD(memchr(buf + used, '\0', len - used) != NULL);
    }
    free(host);
    free(service);
    free(buf);
}

static void first_answer(struct input *in)
{
    char *host = text(in, 20);
    cs_addr *addr = exactly(sizeof *addr);

    if (cs_resolve(addr, AF_UNSPEC, host) == 0)
        look(addr->storage, addr->len);
    SHOULD(listed == NULL);
    free(host);
    free(addr);
}

static void service_name(struct input *in)
{
    size_t len;
    char *buf = room(in, 60, &len);
    int size = cs_getservbyport((int)number(in, UINT16_MAX), NULL, buf, len);

    if (size >= 0) {
        SHOULD((size_t)size < len);
        look(buf, (size_t)size + 1);
        SHOULD(buf[size] == '\0');
    }
    free(buf);
}

static void interfaces(struct input *in)
{
    size_t size = number(in, 5);
    cs_interface *found = exactly(size * sizeof *found);
    int count = cs_if_nameindex(found, size);

    for (int i = 0; i < count && i < (int)size; i++)
        look(found[i].name, strlen(found[i].name) + 1);
    SHOULD(listed == NULL);
    free(found);
}

static void interface_addresses(struct input *in)
{
    size_t size = number(in, 5);
    cs_ifaddr *found = exactly(size * sizeof *found);
    int count = cs_getifaddrs(found, size);

    for (int i = 0; i < count && i < (int)size; i++) {
        look(found[i].name, strlen(found[i].name) + 1);
        look(found[i].addr.storage, found[i].addr.len);
        look(found[i].netmask.storage, found[i].netmask.len);
        look(found[i].other.storage, found[i].other.len);
        SHOULD(found[i].len <= (int)sizeof found[i].hardware);
        if (found[i].len > 0)
            look(found[i].hardware, (size_t)found[i].len);
    }
    SHOULD(listed == NULL);
    free(found);
}

/* Numeric addresses: what is read is written, and that is read as the same. */
static void numeric(struct input *in)
{
    static const int families[] = {AF_INET, AF_INET6};
    int family = families[number(in, 1)], len;
    char *host = text(in, 60), *packed = exactly(16), *again = exactly(16);
    char *written = exactly(INET6_ADDRSTRLEN);
    cs_addr addr;

    len = cs_inet_pton(family, host, packed);
    SHOULD((len > 0) == (cs_put_host(&addr, family, host) == 1));
    if (len > 0) {
        look(packed, (size_t)len);
        SHOULD(cs_inet_ntop(family, packed, written) > 0);
        SHOULD(cs_inet_pton(family, written, again) == len);
        SHOULD(memcmp(packed, again, (size_t)len) == 0);
    }
    if (cs_inet_aton(host, packed) > 0)
        look(packed, 4);
    free(host);
    free(packed);
    free(again);
    free(written);
}

/* Bluetooth's devices, algorithms, paths. */
static void other_texts(struct input *in)
{
    char *one = text(in, 120), *two = text(in, 80);
    cs_addr addr;

    if (cs_put_sco(&addr, one) == 0)
        look(addr.storage, addr.len);
    if (cs_put_alg(&addr, one, two, 1, 2) == 0)
        look(addr.storage, addr.len);
    if (cs_put_unix(&addr, one, strlen(one)) == 0)
        look(addr.storage, addr.len);
    free(one);
    free(two);
}

static void (*const asked[])(struct input *in) = {
    answers, first_answer, service_name, interfaces, interface_addresses, numeric, other_texts,
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    size_t i = number(&in, sizeof asked / sizeof *asked - 1);

    kernel = &in;
    asked[i](&in);
    kernel = NULL;
    return 0;
}
