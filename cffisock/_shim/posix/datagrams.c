/* Datagrams and nothing else, many in one call: sendmmsg(2), with trains of those that go to one
 * address one after the other: udp(7). */
#include "messages.h"

#include <netinet/udp.h>

/* The ABI of the kernel that has it, where the C library's headers are older. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif

/* Longer ones would not fit into a packet of most paths, and fail where they are in a train. */
#define SEGMENT_MAX 1452

/* The messages for one sendmmsg(2), and behind which of the datagrams each ends. */
struct group {
    shim_mmsghdr messages[SHIM_GROUP];
    struct iovec parts[SHIM_GROUP];
    size_t ends[SHIM_GROUP];
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(uint16_t))];
    } controls[SHIM_GROUP];
    int count;
};

/* How many of `count` datagrams can go as one train: all of the first one's size, but the last,
 * which may be shorter.  1 where there is none.  `size` is their bytes. */
static size_t train_length(const size_t *lengths, cs_addr **addrs, size_t count, size_t *size)
{
    size_t n = 1;

    *size = lengths[0];
    if (lengths[0] > SEGMENT_MAX)
        return 1;
    if (count > SHIM_TRAIN_SEGMENTS)
        count = SHIM_TRAIN_SEGMENTS;
    while (n < count && addrs[n] == addrs[0] && lengths[n - 1] == lengths[0] && lengths[n] > 0 &&
           lengths[n] <= lengths[0] && *size + lengths[n] <= SHIM_TRAIN_BYTES)
        *size += lengths[n++];
    return n;
}

/* Says in the control message of message `i` that it is a train. */
static void mark_train(struct group *group, int i, size_t segment)
{
    struct msghdr *header = &group->messages[i].msg_hdr;
    uint16_t value = (uint16_t)segment;

    header->msg_control = &group->controls[i];
    header->msg_controllen = sizeof group->controls[i];
    memset(&group->controls[i], 0, sizeof group->controls[i]);
    group->controls[i].header.cmsg_level = IPPROTO_UDP;
    group->controls[i].header.cmsg_type = UDP_SEGMENT;
    group->controls[i].header.cmsg_len = CMSG_LEN(sizeof value);
    memcpy(CMSG_DATA(&group->controls[i].header), &value, sizeof value);
}

/* Makes messages of the datagrams, as many as a group holds. */
static void fill(struct group *group, const char *data, const size_t *lengths, cs_addr **addrs,
                 size_t count, int trains)
{
    size_t next = 0;
    int i;

    for (i = 0; i < SHIM_GROUP && next < count; i++) {
        cs_addr *to = addrs[next];
        size_t size = lengths[next];
        size_t n = trains ? train_length(lengths + next, addrs + next, count - next, &size) : 1;

        group->parts[i] = (struct iovec){.iov_base = (char *)data, .iov_len = size};
        group->messages[i].msg_hdr = (struct msghdr){
            .msg_name = to != NULL ? to->storage : NULL,
            .msg_namelen = to != NULL ? to->len : 0,
            .msg_iov = &group->parts[i],
            .msg_iovlen = 1,
        };
        if (n > 1)
            mark_train(group, i, lengths[next]);
        data += size;
        next += n;
        group->ends[i] = next;
    }
    group->count = i;
}

/* Whether datagrams that failed as a train with `error` may go one by one. */
static int is_of_trains(int error)
{
    return error == EINVAL || error == EMSGSIZE || error == EIO || error == EOPNOTSUPP;
}

int64_t cs_send_datagrams(const cs_socket *sock, const char *data, const size_t *lengths,
                          cs_addr **addrs, size_t count, int trains)
{
    int fd = shim_fd(sock);
    struct group group;
    size_t done = 0;

    while (done < count) {
        int n;

        fill(&group, data, lengths + done, addrs + done, count - done, trains);
        n = shim_sendmmsg(fd, group.messages, (unsigned int)group.count, shim_dontwait(0));
        if (n < 0 && group.ends[0] > 1 && is_of_trains(errno)) {
            trains = 0;
            continue;
        }
        if (n < 0)
            return done > 0 ? (int64_t)done : -errno;
        for (size_t end = done + group.ends[n - 1]; done < end; done++)
            data += lengths[done];
        if (n < group.count)
            break;
    }
    return (int64_t)done;
}
