/* What stands for the C library's look-ups, in library.c, and is for names.c. */
#ifndef NAMES_H
#define NAMES_H

#include "families.h"
#include "kernel.h"

/* What a look-up has given and nobody has freed yet. */
extern void *listed;

#endif
