/* What the shim has on Windows alone, declared as in shim.h: for C, and for cffi. */

/* Starts winsock, which everything else needs. */
int cs_startup(void);

/* Gives the code of control `code`, with `len` bytes of `data`, to WSAIoctl(): how many bytes of
 * `answer`, which has `size`, it filled. */
int cs_ioctl(const cs_socket *sock, uint32_t code, const char *data, size_t len, char *answer,
             size_t size);

/* How many bytes describe a socket that another process, or this one, is to make a duplicate of. */
size_t cs_share_size(void);
/* Describes the socket for the process `pid`, in so many bytes. */
int cs_share(const cs_socket *sock, uint32_t pid, char *description);
/* Makes the duplicate; its family, type and protocol are then those of the description. */
int cs_from_share(const char *description, cs_socket *made, int *family, int *type, int *proto);
