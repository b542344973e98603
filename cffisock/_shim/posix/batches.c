/* Many messages in one call: recvmmsg(2), sendmmsg(2), and trains of datagrams, which UDP's
 * segmentation offload makes and takes: udp(7). */
#include "messages.h"

#include <netinet/udp.h>

/* The ABI of the kernel that has them, where the C library's headers are older. */
#ifndef UDP_SEGMENT
#define UDP_SEGMENT 103
#endif
#ifndef UDP_GRO
#define UDP_GRO 104
#endif

/* How many of `left` messages are for one system call. */
static size_t group_of(size_t left, int blocking)
{
    if (left > SHIM_GROUP)
        left = SHIM_GROUP;
    return blocking && left > SHIM_GROUP_THAT_WAITS ? SHIM_GROUP_THAT_WAITS : left;
}

/* --- receiving --------------------------------------------------------------------- */

size_t cs_train_control(void)
{
    /* UDP puts its own after these: the time, from software and hardware, where the packet was
     * stamped, how many were dropped, the mark and the priority. */
    return CMSG_SPACE(2 * sizeof(int64_t)) + CMSG_SPACE(6 * sizeof(int64_t)) +
           CMSG_SPACE(4 * sizeof(int32_t)) + 3 * CMSG_SPACE(sizeof(int32_t)) +
           CMSG_SPACE(sizeof(int));
}

/* Cuts the control messages to `size` bytes, as the kernel would have. */
static void cut_control(cs_msg *msg, size_t size)
{
    const cs_extras *extras = &msg->extras;

    shim_close_behind(msg, size); /* UDP has none, but Python may be wrong about the family */
    SHIM_EACH_CONTROL(msg)
    {
        size_t offset = (size_t)extras->start - CMSG_LEN(0);

        if ((size_t)extras->end <= size)
            continue;
        msg->extras.flags |= MSG_CTRUNC;
        if (offset + CMSG_LEN(0) <= size) {
            struct cmsghdr header = {.cmsg_level = (int)extras->level,
                                     .cmsg_type = (int)extras->type,
                                     .cmsg_len = size - offset};

            memcpy(msg->control + offset, &header, sizeof header);
        }
        break;
    }
    if (msg->control_len > size)
        msg->control_len = size;
}

/* Takes UDP_GRO out of the control messages: the size of the datagrams in a train, or 0. */
static int take_segment(cs_msg *msg)
{
    const cs_extras *extras = &msg->extras;
    int segment;

    SHIM_EACH_CONTROL(msg)
    {
        size_t offset = (size_t)extras->start - CMSG_LEN(0);
        size_t next = extras->next > 0 ? (size_t)extras->next : msg->control_len;

        if (extras->level != IPPROTO_UDP || extras->type != UDP_GRO ||
            extras->end - extras->start != sizeof segment)
            continue;
        memcpy(&segment, msg->control + extras->start, sizeof segment);
        memmove(msg->control + offset, msg->control + next, msg->control_len - next);
        msg->control_len -= next - offset;
        return segment;
    }
    return 0;
}

/* The buffer that message `i` goes to. */
static struct iovec buffer_for(const cs_incoming *in, size_t i)
{
    if (in->buffers != NULL)
        return (struct iovec){.iov_base = in->buffers[i].base, .iov_len = in->buffers[i].len};
    return (struct iovec){.iov_base = in->data + i * in->size, .iov_len = in->size};
}

/* Takes over what the kernel made of message `i`. */
static void received(const cs_incoming *in, size_t i, const shim_mmsghdr *message)
{
    cs_addr *from = &in->addrs[i];
    cs_msg *msg = &in->msgs[i];
    int segment = 0;

    shim_addr_received(from, message->msg_hdr.msg_namelen);
    msg->addr = from;
    msg->control = in->control + i * (in->control_size + in->train_control);
    msg->control_len = message->msg_hdr.msg_controllen;
    msg->extras.len = message->msg_len;
    msg->extras.flags = message->msg_hdr.msg_flags;
    msg->extras.addr_len = from->len;
    in->lengths[i] = (int32_t)message->msg_len;
    if (in->buffers == NULL && message->msg_len > in->size) /* MSG_TRUNC was asked for */
        in->lengths[i] = (int32_t)in->size;
    if (in->train_control > 0) {
        segment = take_segment(msg);
        cut_control(msg, in->control_size);
    }
    shim_shut_out(msg);
    shim_read_control(msg, 0);
    in->numbers[i] = from->family == AF_INET ? cs_inet_number(from) : -1;
    in->segments[i] = segment;
    in->news[i] = 0;
    if (i == 0 || from->len != from[-1].len ||
        memcmp(from->storage, from[-1].storage, from->len) != 0)
        in->news[i] |= CS_NEW_SENDER;
    if (segment > 0 || msg->control_len > 0 || msg->extras.flags != 0)
        in->news[i] |= CS_MORE_THAN_DATA;
}

/* One recvmmsg(2), into the buffers from `first` on.  Its own timeout is not used: the kernel
 * looks at it only when a message has come. */
static int receive_group(int fd, const cs_incoming *in, size_t first, size_t count, int flags)
{
    shim_mmsghdr messages[SHIM_GROUP];
    struct iovec buffers[SHIM_GROUP];
    size_t control_size = in->control_size + in->train_control;
    int n;

    for (size_t i = 0; i < count; i++) {
        buffers[i] = buffer_for(in, first + i);
        messages[i].msg_hdr = (struct msghdr){
            .msg_name = in->addrs[first + i].storage,
            .msg_namelen = sizeof in->addrs->storage,
            .msg_iov = &buffers[i],
            .msg_iovlen = 1,
            .msg_control = control_size > 0 ? in->control + (first + i) * control_size : NULL,
            .msg_controllen = control_size,
        };
    }
    n = shim_recvmmsg(fd, messages, (unsigned int)count, flags);
    for (int i = 0; i < n; i++)
        received(in, first + (size_t)i, &messages[i]);
    return n;
}

/* The result of a batch that has `done` something and then came to a `stop`: it goes on where
 * poll(2) says so, else the part is the result. */
static int64_t stopped(int64_t done, int64_t stop)
{
    return done > 0 && !shim_is_ready(stop) ? done : stop;
}

/* The result of a batch after one call of the kernel that may have waited: another one, on the
 * descriptor that the caller has by then, is for the rest. */
static int64_t after_waiting(int64_t done, int more)
{
    return more ? -EINTR : done;
}

int64_t cs_recvmmsg(const cs_socket *sock, cs_incoming *in, size_t count, int flags, int64_t wait)
{
    int fd = shim_fd(sock);
    int blocking = wait == -1;

    if (shim_is_over(wait))
        return stopped((int64_t)in->done, CS_TIMED_OUT);
    while (in->done < count) {
        size_t asked = group_of(count - in->done, blocking);
        int n;

        /* It is left to the caller's next call. */
        if (in->done > 0 && shim_error_waits(fd))
            break;
        if (in->done > 0 && (flags & SHIM_WAITFORONE))
            wait = 0;
        /* Linux, if a signal ends its wait for more, keeps ERESTARTSYS, of which nobody is to know,
         * as an error of the socket: so it waits for the first one alone. */
        n = receive_group(fd, in, in->done, asked, flags | SHIM_WAITFORONE | shim_dontwait(wait));
        if (n > 0) {
            in->done += (size_t)n;
            wait = flags & SHIM_WAITFORONE ? 0 : shim_progressed(wait);
            errno = EAGAIN; /* what kept the kernel from taking more it does not tell */
        }
        if (blocking && (n == (int)asked || (n > 0 && !(flags & SHIM_WAITFORONE))))
            return after_waiting((int64_t)in->done, in->done < count);
        if (n < (int)asked)
            return stopped((int64_t)in->done, shim_failed(fd, POLLIN, wait));
    }
    return (int64_t)in->done;
}

/* --- sending ----------------------------------------------------------------------- */

/* The most bytes of a train that one message may carry. */
static size_t train_size(size_t segment)
{
    size_t most = SHIM_TRAIN_SEGMENTS;
    size_t fitting = SHIM_TRAIN_BYTES / segment;

    return segment * (fitting < 1 ? 1 : fitting < most ? fitting : most);
}

/* Makes a message of what comes next in the batch, and goes on behind it. */
static void next_message(cs_outgoing *out, const char *data, struct msghdr *header,
                         struct iovec *part)
{
    size_t left = out->lengths[out->message] - out->part;
    size_t len = left;
    size_t segment = out->segments != NULL ? out->segments[out->message] : 0;
    const cs_addr *to = out->addrs[out->message];
    cs_iov control = {0};

    if (segment > 0 && len > train_size(segment))
        len = train_size(segment);
    if (out->controls != NULL)
        control = out->controls[out->message];
    if (segment > 0 && len <= segment) /* no train: not without UDP_SEGMENT, its last */
        control.len -= CMSG_SPACE(sizeof(uint16_t));
    *part = (struct iovec){.iov_base = (char *)data + out->offset, .iov_len = len};
    *header = (struct msghdr){
        .msg_name = to != NULL ? (void *)to->storage : NULL,
        .msg_namelen = to != NULL ? to->len : 0,
        .msg_iov = part,
        .msg_iovlen = 1,
        .msg_control = control.len > 0 ? control.base : NULL,
        .msg_controllen = control.len,
    };
    out->offset += len;
    out->part += len;
    out->datagrams += segment > 0 && len > 0 ? (int64_t)((len - 1) / segment) + 1 : 1;
    if (len == left) {
        out->message++;
        out->part = 0;
    }
}

/* One sendmmsg(2), of `*asked` messages at most: how many it took of the `*asked` that there
 * were. */
static int send_group(int fd, const char *data, cs_outgoing *out, size_t *asked, int flags)
{
    shim_mmsghdr messages[SHIM_GROUP];
    struct iovec parts[SHIM_GROUP];
    cs_outgoing after[SHIM_GROUP];
    cs_outgoing ahead = *out;
    size_t count = 0, most = *asked;
    int n;

    for (; count < most && ahead.message < out->count; count++) {
        next_message(&ahead, data, &messages[count].msg_hdr, &parts[count]);
        after[count] = ahead;
    }
    n = shim_sendmmsg(fd, messages, (unsigned int)count, flags);
    if (n > 0)
        *out = after[n - 1];
    *asked = count;
    return n;
}

/* Whether the kernel can segment what the socket sends: 0 or -errno.  It ignores control messages
 * that it does not know, and would send a train as one datagram. */
static int can_segment(int fd)
{
    int segment;
    socklen_t len = sizeof segment;

    return shim_done(getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &segment, &len));
}

int64_t cs_sendmmsg(const cs_socket *sock, const char *data, cs_outgoing *out, int flags,
                    int64_t wait)
{
    int fd = shim_fd(sock);
    int timed = wait != -1 && wait != 0;
    int refused;

    if (shim_is_over(wait))
        return stopped(out->datagrams, CS_TIMED_OUT);
    if (out->segments != NULL && out->datagrams == 0 && (refused = can_segment(fd)) != 0)
        return refused;
    flags |= shim_dontwait(wait);
    while (out->message < out->count) {
        size_t asked = group_of(SHIM_GROUP, wait == -1);
        int n = send_group(fd, data, out, &asked, flags);

        if (n <= 0)
            return stopped(out->datagrams, shim_failed(fd, POLLOUT, wait));
        if (n < (int)asked && !timed)
            break;
        if (wait == -1)
            return after_waiting(out->datagrams, out->message < out->count);
        wait = shim_progressed(wait);
    }
    return out->datagrams;
}
