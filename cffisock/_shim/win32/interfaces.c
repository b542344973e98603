/* Network interfaces: GetIfTable2(). */
#include "internal.h"

int cs_if_nameindex(cs_interface *interfaces, size_t size)
{
    MIB_IF_TABLE2 *table;
    DWORD error = GetIfTable2(&table);
    size_t count = 0;

    if (error != NO_ERROR)
        return -(int)error;
    for (ULONG i = 0; i < table->NumEntries; i++) {
        NET_LUID luid = table->Table[i].InterfaceLuid;
        char name[CS_INTERFACE_NAME];

        if (ConvertInterfaceLuidToNameA(&luid, name, sizeof name) != NO_ERROR)
            continue;
        if (count < size) {
            interfaces[count].index = table->Table[i].InterfaceIndex;
            memcpy(interfaces[count].name, name, sizeof name);
        }
        count++;
    }
    FreeMibTable(table);
    return (int)count;
}
