/* Control messages, the ancillary data of a message: cmsg(3). */
#include "messages.h"

void shim_read_control(cs_msg *msg, size_t offset)
{
    cs_extras *extras = &msg->extras;
    size_t left = msg->control_len - offset, end, next;
    struct cmsghdr header;

    /* Python reads all of them, also where there is no control message. */
    extras->level = extras->type = extras->start = extras->end = extras->cut = extras->next = 0;
    if (left < CMSG_LEN(0))
        return;
    memcpy(&header, msg->control + offset, sizeof header);
    if (header.cmsg_len < CMSG_LEN(0)) {
        extras->cut = 1; /* nobody can tell where the next one would begin */
        return;
    }
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
    if (msg->extras.next > 0)
        shim_read_control(msg, (size_t)msg->extras.next);
    else
        msg->extras.start = 0;
}

/* Does `act` with each descriptor in the control messages of `msg` that ends behind `offset`. */
static void each_descriptor(cs_msg *msg, size_t offset, void (*act)(int fd))
{
    const cs_extras *extras = &msg->extras;
    int fd;

    SHIM_EACH_CONTROL(msg)
    {
        if (extras->level != SOL_SOCKET ||
            (extras->type != SCM_RIGHTS && extras->type != SHIM_PIDFD))
            continue;
        for (int64_t at = extras->start; at + (int64_t)sizeof fd <= extras->end; at += sizeof fd) {
            if ((size_t)at + sizeof fd <= offset)
                continue;
            memcpy(&fd, msg->control + at, sizeof fd);
            act(fd);
        }
    }
}

static void close_descriptor(int fd)
{
    close(fd);
}

static void close_on_exec(int fd)
{
    fcntl(fd, F_SETFD, FD_CLOEXEC);
}

void shim_shut_out(cs_msg *msg)
{
    if (!(msg->extras.flags & SHIM_CLOEXEC))
        each_descriptor(msg, 0, close_on_exec);
}

void shim_close_behind(cs_msg *msg, size_t offset)
{
    each_descriptor(msg, offset, close_descriptor);
}

void cs_close_received(cs_msg *msg)
{
    each_descriptor(msg, 0, close_descriptor);
    msg->control_len = 0;
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
