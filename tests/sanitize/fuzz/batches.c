/* Many messages in one call, and trains: recvmmsg(2), UDP_GRO. */
#include "kernel.h"

#define MESSAGES 4

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Memory for MESSAGES messages, each part as large as it has to be. */
static void allocate(cs_incoming *batch)
{
    size_t control = batch->control_size + batch->train_control;

    batch->data = exactly(MESSAGES * batch->size);
    batch->control = exactly(MESSAGES * control);
    batch->addrs = exactly(MESSAGES * sizeof *batch->addrs);
    batch->msgs = exactly(MESSAGES * sizeof *batch->msgs);
    batch->lengths = exactly(MESSAGES * sizeof *batch->lengths);
    batch->numbers = exactly(MESSAGES * sizeof *batch->numbers);
    batch->segments = exactly(MESSAGES * sizeof *batch->segments);
    batch->news = exactly(MESSAGES * sizeof *batch->news);
}

static void release(cs_incoming *batch)
{
    void *parts[] = {batch->data,    batch->control, batch->addrs,    batch->msgs,
                     batch->lengths, batch->numbers, batch->segments, batch->news};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        free(parts[i]);
}

/* Reads message `i` as Python does. */
static void read_message(cs_incoming *batch, size_t i)
{
    cs_msg *msg = &batch->msgs[i];
    cs_addr *from = &batch->addrs[i];

    SHOULD(batch->lengths[i] >= 0 && (size_t)batch->lengths[i] <= batch->size);
    SHOULD(from->len <= sizeof from->storage);
    look(&batch->numbers[i], sizeof *batch->numbers);
    look(from->storage, from->len);
    look(&msg->extras, sizeof msg->extras);
    SHOULD(msg->control_len <= batch->control_size);
    SHOULD(batch->train_control > 0 || batch->segments[i] == 0);
    if (!(batch->news[i] & CS_MORE_THAN_DATA))
        SHOULD(batch->segments[i] <= 0 && msg->control_len == 0 && msg->extras.flags == 0);
    if (i == 0)
        SHOULD(batch->news[i] & CS_NEW_SENDER);
    else if (!(batch->news[i] & CS_NEW_SENDER))
        SHOULD(from->len == from[-1].len && memcmp(from, from - 1, from->len) == 0);
    read_all_control(msg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    cs_incoming batch = {
        .size = number(&in, 40),
        .control_size = number(&in, 120),
        .train_control = byte(&in) & 1 ? cs_train_control() : 0,
    };
    int64_t n;

    allocate(&batch);
    kernel = &in;
    n = cs_recvmmsg(&nobody, &batch, MESSAGES, 0, 0);
    SHOULD(n == (int64_t)batch.done || (n == -EAGAIN && batch.done == 0));
    for (size_t i = 0; i < batch.done; i++)
        read_message(&batch, i);
    kernel = NULL;
    release(&batch);
    return 0;
}
