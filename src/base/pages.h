/* Pages of fresh memory. */
#ifndef KR_BASE_PAGES_H
#define KR_BASE_PAGES_H

#include <stddef.h>

/* Large blocks come as pages that stand for zeros. One that is read before it is written gets a
 * page of its own twice: first the system's page of zeros, then a copy of it, at which all
 * processors that run a thread of the program must be interrupted. Writing at once saves both. */

/** Write a 0 into each page of the bytes [from, to) of a zeroed block that were not written yet. */
static inline void kr_pages_touch(void *block, size_t from, size_t to)
{
    enum { PAGE = 4096 };
    volatile char *bytes = block;
    for (size_t i = from; i < to; i += PAGE)
        bytes[i] = 0;
    if (to > from)
        bytes[to - 1] = 0;
}

#endif
