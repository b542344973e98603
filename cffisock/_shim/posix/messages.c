/* recvmsg(2), sendmsg(2), and control messages: cmsg(3). */
#include "messages.h"

#include <limits.h>
#include <sys/uio.h>

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
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = recvmsg(fd, &header, flags | shim_dontwait(wait));
    if (n < 0)
        return shim_failed(fd, POLLIN, wait);
    shim_addr_received(msg->addr, header.msg_namelen);
    msg->control_len = header.msg_controllen;
    extras->len = n;
    extras->flags = header.msg_flags;
    extras->addr_len = msg->addr->len;
    shim_shut_out(msg);
    shim_read_control(msg, 0);
    return extras->flags || extras->addr_len || extras->start || extras->cut ? n + CS_MORE : n;
}

int64_t cs_recvmsg(const cs_socket *sock, char *buf, size_t len, cs_msg *msg, size_t control_len,
                   int flags, int64_t wait)
{
    int fd = shim_fd(sock);
    struct iovec iov = {buf, len};

    return receive(fd, &iov, 1, msg, control_len, flags, wait);
}

int64_t cs_recvmsgv(const cs_socket *sock, char **bases, const size_t *lens, size_t count,
                    cs_msg *msg, size_t control_len, int flags, int64_t wait)
{
    int fd = shim_fd(sock);
    buffers iov;

    if (count > IOV_MAX)
        return -EMSGSIZE;
    gather(iov, bases, lens, count);
    return receive(fd, iov, count, msg, control_len, flags, wait);
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
    ssize_t n;

    if (shim_is_over(wait))
        return CS_TIMED_OUT;
    n = sendmsg(fd, &header, flags | shim_dontwait(wait));
    return n >= 0 ? n : shim_failed(fd, POLLOUT, wait);
}

int64_t cs_sendmsg(const cs_socket *sock, const char *buf, size_t len, int level, int type,
                   const char *control, size_t control_len, const cs_addr *to, int flags,
                   int64_t wait)
{
    int fd = shim_fd(sock);
    struct iovec iov = {(char *)buf, len};
    char packed[CMSG_SPACE(CS_CONTROL_MAX)];

    if (control_len > CS_CONTROL_MAX)
        return -ENOBUFS;
    control_len = cs_put_control(packed, 0, level, type, control, control_len);
    return transmit(fd, &iov, 1, packed, control_len, to, flags, wait);
}

int64_t cs_sendmsgv(const cs_socket *sock, char **bases, const size_t *lens, size_t count,
                    const char *control, size_t control_len, const cs_addr *to, int flags,
                    int64_t wait)
{
    int fd = shim_fd(sock);
    buffers iov;

    if (count > IOV_MAX)
        return -EMSGSIZE;
    gather(iov, bases, lens, count);
    return transmit(fd, iov, count, control, control_len, to, flags, wait);
}
