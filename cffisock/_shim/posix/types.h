/* What a socket is on these systems: for C, and for cffi. */

/* A socket: memory that has its descriptor, -1 once it is closed.  It belongs to one object for as
 * long as that lives.  The functions read it themselves, and once, when nothing is left to do
 * before the kernel is called: by a number that Python has read beforehand a thread could be
 * overtaken by another that closes it and opens something else. */
typedef int cs_socket;
