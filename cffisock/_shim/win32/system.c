/* What system.h says and takes more than a line. */
#include "internal.h"
#include "win32.h"

int cs_startup(void)
{
    WSADATA data;

    return -WSAStartup(MAKEWORD(2, 2), &data);
}

static DWORD WINAPI run(void *work)
{
    ((void *(*)(void *))work)(NULL);
    return 0;
}

int shim_start_thread(void *(*work)(void *))
{
    HANDLE thread = CreateThread(NULL, 0, run, (void *)work, 0, NULL);

    if (thread == NULL)
        return (int)GetLastError();
    CloseHandle(thread);
    return 0;
}

/* --- descriptors -------------------------------------------------------------------------------
 */

cs_socket shim_socket(int family, int type, int proto)
{
    return (cs_socket)WSASocketW(family, type, proto, NULL, 0,
                                 WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

cs_socket shim_accept(cs_socket fd, struct sockaddr *addr, socklen_t *len)
{
    SOCKET conn = accept((SOCKET)fd, addr, len);

    /* It has the mode of the listener, and is inherited. */
    if (conn != INVALID_SOCKET) {
        SetHandleInformation((HANDLE)conn, HANDLE_FLAG_INHERIT, 0);
        shim_set_blocking((cs_socket)conn, 1);
    }
    return (cs_socket)conn;
}

/* Makes a socket of what WSADuplicateSocket() has told of one. */
static cs_socket from_info(WSAPROTOCOL_INFOW *info)
{
    return (cs_socket)WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, info,
                                 0, WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
}

cs_socket shim_dup(cs_socket fd)
{
    WSAPROTOCOL_INFOW info;

    if (WSADuplicateSocketW((SOCKET)fd, GetCurrentProcessId(), &info) != 0)
        return -1;
    return from_info(&info);
}

size_t cs_share_size(void)
{
    return sizeof(WSAPROTOCOL_INFOW);
}

int cs_share(const cs_socket *sock, uint32_t pid, char *description)
{
    WSAPROTOCOL_INFOW info;

    if (WSADuplicateSocketW((SOCKET)shim_fd(sock), pid, &info) != 0)
        return -shim_errno();
    memcpy(description, &info, sizeof info);
    return 0;
}

int cs_from_share(const char *description, cs_socket *made, int *family, int *type, int *proto)
{
    WSAPROTOCOL_INFOW info;
    cs_socket fd;

    memcpy(&info, description, sizeof info);
    fd = from_info(&info);
    if (fd < 0)
        return -shim_errno();
    *family = info.iAddressFamily;
    *type = info.iSocketType;
    *proto = info.iProtocol;
    *made = fd;
    return 0;
}

int cs_ioctl(const cs_socket *sock, uint32_t code, const char *data, size_t len, char *answer,
             size_t size)
{
    DWORD used = 0;

    if (WSAIoctl((SOCKET)shim_fd(sock), code, (void *)data, (DWORD)len, answer, (DWORD)size, &used,
                 NULL, NULL) != 0)
        return -shim_errno();
    return (int)used;
}

/* Not by WSAPoll(), which before Windows 10 2004 did not tell of connections that failed. */
int shim_poll_once(cs_socket fd, short events, int timeout)
{
    struct timeval time = {timeout / 1000, timeout % 1000 * 1000};
    fd_set set, failed;
    int n;

    FD_ZERO(&set);
    FD_ZERO(&failed);
    FD_SET((SOCKET)fd, &set);
    if (events & POLLIN)
        return select(0, &set, NULL, NULL, timeout < 0 ? NULL : &time);
    FD_SET((SOCKET)fd, &failed);
    n = select(0, NULL, &set, &failed, timeout < 0 ? NULL : &time);
    return n > 0 ? 1 : n; /* it may be in both */
}

int shim_ask_protocol(cs_socket fd, int *proto)
{
    (void)fd;
    *proto = 0;
    return 0;
}

int shim_wakeup_open(shim_wakeup *wakeup)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof own;
    cs_socket fd = shim_socket(AF_INET, SOCK_DGRAM, 0);
    int error;

    wakeup->wait = fd;
    if (fd < 0)
        return -1;
    if (bind((SOCKET)fd, (struct sockaddr *)&own, len) == 0 &&
        getsockname((SOCKET)fd, (struct sockaddr *)&own, &len) == 0 &&
        connect((SOCKET)fd, (struct sockaddr *)&own, len) == 0)
        return 0;
    error = shim_errno();
    shim_close(fd);
    wakeup->wait = -1;
    shim_set_errno(error);
    return -1;
}

/* --- names --------------------------------------------------------------------------------------
 */

int shim_inet_aton(const char *text, struct in_addr *in)
{
    in->s_addr = inet_addr(text);
    return in->s_addr != INADDR_NONE || strcmp(text, "255.255.255.255") == 0;
}
