/* recvmsg(2), sendmsg(2), and control messages: cmsg(3). */
#include "internal.h"

#include <stdlib.h>
#include <sys/uio.h>

_Static_assert(sizeof(cs_iov) == sizeof(struct iovec) &&
                   offsetof(cs_iov, base) == offsetof(struct iovec, iov_base) &&
                   offsetof(cs_iov, len) == offsetof(struct iovec, iov_len),
               "cs_iov is struct iovec");

static struct msghdr to_msghdr(const cs_msg *msg)
{
    struct msghdr header = {
        .msg_iov = (struct iovec *)msg->iov,
        .msg_iovlen = msg->iov_count,
        .msg_control = msg->control_len > 0 ? msg->control : NULL,
        .msg_controllen = msg->control_len,
    };

    return header;
}

int64_t cs_recvmsg(int fd, cs_msg *msg, int flags, int64_t wait)
{
    for (int round = 0;; round++) {
        struct msghdr header = to_msghdr(msg);
        ssize_t n;
        int64_t stop;

        header.msg_name = msg->addr->storage;
        header.msg_namelen = sizeof msg->addr->storage;
        if ((n = recvmsg(fd, &header, flags)) >= 0) {
            cs_addr_received(msg->addr, header.msg_namelen);
            msg->control_len = header.msg_controllen;
            msg->flags = header.msg_flags;
            return n;
        }
        if ((stop = cs_again(fd, POLLIN, &wait, round)) != 0)
            return stop;
    }
}

int64_t cs_sendmsg(int fd, const cs_msg *msg, int flags, int64_t wait)
{
    struct msghdr header = to_msghdr(msg);

    if (msg->addr != NULL) {
        header.msg_name = msg->addr->storage;
        header.msg_namelen = msg->addr->len;
    }
    for (int round = 0;; round++) {
        ssize_t n = sendmsg(fd, &header, flags);
        int64_t stop;

        if (n >= 0)
            return n;
        if ((stop = cs_again(fd, POLLOUT, &wait, round)) != 0)
            return stop;
    }
}

size_t cs_cmsg_len(size_t len)
{
    return CMSG_LEN(len);
}

size_t cs_cmsg_space(size_t len)
{
    return CMSG_SPACE(len);
}

int64_t cs_cmsg_put(const cs_msg *msg, size_t offset, int level, int type, const char *data,
                    size_t len)
{
    struct cmsghdr header = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};
    char *at = msg->control + offset;

    if (offset > msg->control_len || CMSG_SPACE(len) > msg->control_len - offset)
        return -ENOSPC;
    memset(at, 0, CMSG_SPACE(len));
    memcpy(at, &header, sizeof header);
    memcpy(at + CMSG_LEN(0), data, len);
    return (int64_t)(offset + CMSG_SPACE(len));
}

int64_t cs_cmsg_get(const cs_msg *msg, size_t offset, cs_cmsg *item)
{
    struct cmsghdr header;
    size_t room, next;

    if (offset > msg->control_len || msg->control_len - offset < CMSG_LEN(0))
        return 0;
    memcpy(&header, msg->control + offset, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0))
        return 0;
    room = msg->control_len - offset - CMSG_LEN(0);
    item->level = header.cmsg_level;
    item->type = header.cmsg_type;
    item->data = msg->control + offset + CMSG_LEN(0);
    item->len = header.cmsg_len - CMSG_LEN(0);
    item->cut = item->len > room;
    if (item->cut)
        item->len = room;
    next = offset + CMSG_SPACE(item->len);
    return (int64_t)(next < msg->control_len ? next : msg->control_len);
}

void cs_close_received(const cs_msg *msg)
{
    cs_cmsg item;
    size_t offset = 0;
    int64_t next;

    while ((next = cs_cmsg_get(msg, offset, &item)) > 0) {
        if (item.level == SOL_SOCKET && item.type == SCM_RIGHTS) {
            for (size_t i = 0; i + sizeof(int) <= item.len; i += sizeof(int)) {
                int fd;

                memcpy(&fd, item.data + i, sizeof fd);
                close(fd);
            }
        }
        offset = (size_t)next;
    }
}
