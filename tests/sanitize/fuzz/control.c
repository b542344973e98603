/* Control messages of one message: recvmsg(2). */
#include "kernel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    cs_addr from;
    size_t room = number(&in, 600), len = number(&in, 40);
    cs_msg msg; /* all but two fields never written */
    char *memory = exactly(len);
    int64_t n;
    int descriptors;

    msg.control = exactly(room);
    msg.addr = &from;
    kernel = &in;
    n = cs_recvmsg(&nobody, memory, len, &msg, room, 0, 0);
    SHOULD(n >= 0);
    SHOULD(msg.extras.len == n % CS_MORE);
    SHOULD(msg.control_len <= room);
    SHOULD(from.len <= sizeof from.storage);
    look(&msg.extras, sizeof msg.extras);
    look(from.storage, from.len);
    descriptors = read_all_control(&msg);
    closed = 0;
    cs_close_received(&msg);
    SHOULD(closed == descriptors);
    kernel = NULL;
    free(memory);
    free(msg.control);
    return 0;
}
