/* For the files of this folder that send and receive messages. */
#ifndef CS_MESSAGES_H
#define CS_MESSAGES_H

#include "internal.h"
#include "posix.h"

/* Whether there is an error that the next call on `fd` would report and so take away. */
int shim_error_waits(int fd);

/* Makes the descriptors that came with `msg` close-on-exec where recvmsg(2) has not. */
void shim_shut_out(cs_msg *msg);

/* Closes those that are not within the first `offset` bytes of the control messages. */
void shim_close_behind(cs_msg *msg, size_t offset);

/* Reads the control message at `offset` of msg->control into msg->extras. */
void shim_read_control(cs_msg *msg, size_t offset);

/* How many messages go into one system call: the headers for them are on the stack. */
#define SHIM_GROUP 128
/* What one message may carry as a train: as many segments as every kernel takes, and as many
 * bytes as fit, under the longest IPv4 header, into a packet that no device has to divide. */
#define SHIM_TRAIN_SEGMENTS 64
#define SHIM_TRAIN_BYTES (65535 - 60 - 8)

/* Goes through the control messages of `msg`; each is in msg->extras in turn. */
#define SHIM_EACH_CONTROL(msg)                                                                     \
    for (shim_read_control(msg, 0); (msg)->extras.start > 0; cs_next_control(msg))

#endif
