/* What a socket is on Windows: for C, and for cffi. */

/* As on other systems memory that has the handle, -1 once it is closed; a handle is as wide as a
 * pointer. */
typedef int64_t cs_socket;
