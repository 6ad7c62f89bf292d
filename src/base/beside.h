/* Work beside the calling thread, where threads are to be used and one has to wait otherwise. */
#ifndef KR_BASE_BESIDE_H
#define KR_BASE_BESIDE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct kr_beside {
    pthread_t thread;
    void (*work)(void *user);
    void *user;
    bool running;
} kr_beside;

/** Begin work on a thread of its own with a stack of so many bytes; signals are for the others.
 * False: no thread can be made, and nothing was begun. `it` stays in place until kr_beside_end. */
bool kr_beside_begin(kr_beside *it, void (*work)(void *user), void *user, size_t stack);

/** Wait until the work is over; nothing where none was begun. */
void kr_beside_end(kr_beside *it);

#endif
