/* AF_BLUETOOTH: the layouts that the kernel fixed in include/net/bluetooth/, so that BlueZ's
 * headers are not needed. */
#include "families.h"

#include <endian.h>
#include <stdio.h>

/* The six bytes of a device's address, the last one first. */
struct device {
    uint8_t byte[6];
};

/* As struct sockaddr_l2. */
struct l2cap_address {
    sa_family_t family;
    uint16_t psm;
    struct device device;
    uint16_t cid;
    uint8_t type;
    uint8_t pad;
};

/* As struct sockaddr_rc. */
struct rfcomm_address {
    sa_family_t family;
    struct device device;
    uint8_t channel;
    uint8_t pad;
};

/* As struct sockaddr_sco. */
struct sco_address {
    sa_family_t family;
    struct device device;
};

/* As struct sockaddr_hci. */
struct hci_address {
    sa_family_t family;
    uint16_t dev;
    uint16_t channel;
};

/* Reads "XX:XX:XX:XX:XX:XX": 0, or -EINVAL where `text` is anything else. */
static int read_device(const char *text, struct device *device)
{
    unsigned int part[6];
    int end = 0;

    if (sscanf(text, "%x:%x:%x:%x:%x:%x%n", &part[5], &part[4], &part[3], &part[2], &part[1],
               &part[0], &end) != 6 ||
        text[end] != '\0')
        return -EINVAL;
    for (int i = 0; i < 6; i++) {
        if (part[i] > 0xff)
            return -EINVAL;
        device->byte[i] = (uint8_t)part[i];
    }
    return 0;
}

static void write_device(const struct device *device, cs_fields *fields)
{
    const uint8_t *byte = device->byte;

    fields->len = (uint32_t)snprintf(fields->text, sizeof fields->text,
                                     "%02X:%02X:%02X:%02X:%02X:%02X", byte[5], byte[4], byte[3],
                                     byte[2], byte[1], byte[0]);
}

int cs_put_l2cap(cs_addr *addr, const char *device, uint16_t psm, uint16_t cid, uint8_t type)
{
    struct l2cap_address sa = {
        .family = AF_BLUETOOTH, .psm = htole16(psm), .cid = htole16(cid), .type = type};
    int result = read_device(device, &sa.device);

    if (result == 0)
        shim_addr_set(addr, &sa, sizeof sa);
    return result;
}

int cs_take_l2cap(const cs_addr *addr, cs_fields *fields)
{
    struct l2cap_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    write_device(&sa.device, fields);
    fields->number[0] = le16toh(sa.psm);
    fields->number[1] = le16toh(sa.cid);
    fields->number[2] = sa.type;
    return 0;
}

int cs_put_rfcomm(cs_addr *addr, const char *device, uint8_t channel)
{
    struct rfcomm_address sa = {.family = AF_BLUETOOTH, .channel = channel};
    int result = read_device(device, &sa.device);

    if (result == 0)
        shim_addr_set(addr, &sa, sizeof sa);
    return result;
}

int cs_take_rfcomm(const cs_addr *addr, cs_fields *fields)
{
    struct rfcomm_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    write_device(&sa.device, fields);
    fields->number[0] = sa.channel;
    return 0;
}

int cs_put_sco(cs_addr *addr, const char *device)
{
    struct sco_address sa = {.family = AF_BLUETOOTH};
    int result = read_device(device, &sa.device);

    if (result == 0)
        shim_addr_set(addr, &sa, sizeof sa);
    return result;
}

int cs_take_sco(const cs_addr *addr, cs_fields *fields)
{
    struct sco_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    write_device(&sa.device, fields);
    return 0;
}

int cs_put_hci(cs_addr *addr, uint16_t dev, uint16_t channel)
{
    struct hci_address sa = {.family = AF_BLUETOOTH, .dev = dev, .channel = channel};

    shim_addr_set(addr, &sa, sizeof sa);
    return 0;
}

int cs_take_hci(const cs_addr *addr, cs_fields *fields)
{
    struct hci_address sa;

    shim_addr_get(addr, &sa, sizeof sa);
    fields->number[0] = sa.dev;
    fields->number[1] = sa.channel;
    return 0;
}
