/* recvmsg(2), sendmsg(2), and control messages: cmsg(3). */
#include "internal.h"

#include <limits.h>
#include <sys/uio.h>

void cs_read_control(cs_msg *msg, size_t offset)
{
    cs_extras *extras = &msg->extras;
    size_t left = msg->control_len - offset, end, next;
    struct cmsghdr header;

    extras->start = extras->next = 0;
    if (left < CMSG_LEN(0))
        return;
    memcpy(&header, msg->control + offset, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0))
        return;
    extras->cut = header.cmsg_len > left;
    end = extras->cut ? left : header.cmsg_len;
    next = CMSG_SPACE(end - CMSG_LEN(0));
    extras->level = header.cmsg_level;
    extras->type = header.cmsg_type;
    extras->start = (int64_t)(offset + CMSG_LEN(0));
    extras->end = (int64_t)(offset + end);
    extras->next = next < left ? (int64_t)(offset + next) : 0;
}

void cs_next_control(cs_msg *msg)
{
    cs_read_control(msg, (size_t)msg->extras.next);
}

/* Room for as many buffers as a message may have, on the stack. */
typedef struct iovec buffers[IOV_MAX];

/* The `count` buffers at `bases`, of the lengths `lens`, as struct iovec. */
static void gather(struct iovec *iov, char **bases, const size_t *lens, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        iov[i].iov_base = bases[i];
        iov[i].iov_len = lens[i];
    }
}

static int64_t receive(int fd, struct iovec *iov, size_t count, cs_msg *msg, size_t control_len,
                       int flags, int64_t wait)
{
    cs_extras *extras = &msg->extras;
    struct msghdr header = {
        .msg_name = msg->addr->storage,
        .msg_namelen = sizeof msg->addr->storage,
        .msg_iov = iov,
        .msg_iovlen = count,
        .msg_control = control_len > 0 ? msg->control : NULL,
        .msg_controllen = control_len,
    };
    ssize_t n = recvmsg(fd, &header, flags | cs_dontwait(wait));

    if (n < 0)
        return cs_failed(fd, POLLIN, wait);
    cs_addr_received(msg->addr, header.msg_namelen);
    msg->control_len = header.msg_controllen;
    extras->len = n;
    extras->flags = header.msg_flags;
    extras->addr_len = msg->addr->len;
    cs_read_control(msg, 0);
    return extras->flags || extras->addr_len || extras->start ? CS_EXTRAS : n;
}

int64_t cs_recvmsg(int fd, char *buf, size_t len, cs_msg *msg, size_t control_len, int flags,
                   int64_t wait)
{
    struct iovec iov = {buf, len};

    return receive(fd, &iov, 1, msg, control_len, flags, wait);
}

int64_t cs_recvmsgv(int fd, char **bases, const size_t *lens, size_t count, cs_msg *msg,
                    size_t control_len, int flags, int64_t wait)
{
    buffers iov;

    if (count > IOV_MAX)
        return -EMSGSIZE;
    gather(iov, bases, lens, count);
    return receive(fd, iov, count, msg, control_len, flags, wait);
}

void cs_close_received(cs_msg *msg)
{
    const cs_extras *extras = &msg->extras;

    for (cs_read_control(msg, 0); extras->start > 0; cs_next_control(msg)) {
        if (extras->level == SOL_SOCKET && extras->type == SCM_RIGHTS) {
            for (int64_t at = extras->start; at + (int64_t)sizeof(int) <= extras->end;
                 at += sizeof(int)) {
                int fd;

                memcpy(&fd, msg->control + at, sizeof fd);
                close(fd);
            }
        }
        if (extras->next == 0)
            break;
    }
}

static int64_t transmit(int fd, struct iovec *iov, size_t count, const char *control,
                        size_t control_len, const cs_addr *to, int flags, int64_t wait)
{
    struct msghdr header = {
        .msg_name = to != NULL ? (void *)to->storage : NULL,
        .msg_namelen = to != NULL ? to->len : 0,
        .msg_iov = iov,
        .msg_iovlen = count,
        .msg_control = control_len > 0 ? (void *)control : NULL,
        .msg_controllen = control_len,
    };
    ssize_t n = sendmsg(fd, &header, flags | cs_dontwait(wait));

    return n >= 0 ? n : cs_failed(fd, POLLOUT, wait);
}

int64_t cs_sendmsg(int fd, const char *buf, size_t len, int level, int type,
                   const char *control, size_t control_len, const cs_addr *to, int flags,
                   int64_t wait)
{
    struct iovec iov = {(char *)buf, len};
    char packed[CMSG_SPACE(CS_CONTROL_MAX)];

    if (control_len > CS_CONTROL_MAX)
        return -ENOBUFS;
    control_len = cs_put_control(packed, 0, level, type, control, control_len);
    return transmit(fd, &iov, 1, packed, control_len, to, flags, wait);
}

int64_t cs_sendmsgv(int fd, char **bases, const size_t *lens, size_t count, const char *control,
                    size_t control_len, const cs_addr *to, int flags, int64_t wait)
{
    buffers iov;

    if (count > IOV_MAX)
        return -EMSGSIZE;
    gather(iov, bases, lens, count);
    return transmit(fd, iov, count, control, control_len, to, flags, wait);
}

size_t cs_put_control(char *control, size_t offset, int level, int type, const char *data,
                      size_t len)
{
    struct cmsghdr header = {.cmsg_level = level, .cmsg_type = type, .cmsg_len = CMSG_LEN(len)};
    char *at = control + offset;

    memset(at, 0, CMSG_SPACE(len));
    memcpy(at, &header, sizeof header);
    memcpy(at + CMSG_LEN(0), data, len);
    return offset + CMSG_SPACE(len);
}

size_t cs_cmsg_len(size_t len)
{
    return CMSG_LEN(len);
}

size_t cs_cmsg_space(size_t len)
{
    return CMSG_SPACE(len);
}
