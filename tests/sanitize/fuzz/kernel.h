/* What stands for the kernel and the C library while a target runs: it hands over what the input
 * says, within the bounds that the real ones keep to, and never more than the caller has room for.
 * The linker puts it in their place, by --wrap. */
#ifndef KERNEL_H
#define KERNEL_H

#include "messages.h"

#include <stdlib.h>

/* What is left of the input.  It belongs to the fuzzer. */
struct input {
    const uint8_t *at;
    size_t left;
};

/* Nothing happens in the place of the kernel while it is NULL. */
extern struct input *kernel;

/* The socket that the targets receive from. */
extern const cs_socket nobody;

/* The next byte, 0 once there is none; that, or the next two, as a number of `most` at most. */
uint8_t byte(struct input *in);
size_t number(struct input *in, size_t most);
/* Fills `len` bytes at `to`, with zeros once there is no more. */
void fill(struct input *in, void *to, size_t len);
/* A new text of up to `most` bytes without NUL, which the caller frees. */
char *text(struct input *in, size_t most);

/* Memory of exactly that many bytes, so that one more is noticed; the caller frees it. */
void *exactly(size_t len);

/* Ends the process, with the condition, where it does not hold. */
#define SHOULD(condition) should(!!(condition), #condition, __LINE__)
void should(int holds, const char *condition, int line);

/* Reads all the bytes, for the sanitizers to see: whether they are there and were written. */
void look(const void *data, size_t len);

/* How many descriptors were closed since `kernel` was set. */
extern int closed;

/* Reads the control messages of a received message, as Python does: the number of descriptors in
 * them. */
int read_all_control(cs_msg *msg);

#endif
