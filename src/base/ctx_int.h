/* The struct behind kr_ctx; for src/base only. */
#ifndef KR_BASE_CTX_INT_H
#define KR_BASE_CTX_INT_H

#include "base/ledger.h"
#include "base/phase.h"

#include <pthread.h>
#include <stdatomic.h>

enum { KR_ERROR_BYTES = 2048 };

typedef struct kr_counter {
    atomic_llong current;
    atomic_llong peak;
} kr_counter;

typedef struct kr_phase_table {
    kr_phase_use use[KR_PHASES_MAX];
    unsigned n;
    atomic_uint now;              /* KR_PHASES_MAX: none */
    atomic_llong peak;            /* bytes held at most since the phase under way began */
    double began;                 /* the first of them */
    double wall_began, cpu_began; /* when one began or ended last, and what was resident then */
    size_t resident;
    void (*watch)(void *user); /* told of each beginning; NULL: nobody */
    void *watcher;
} kr_phase_table;

struct kr_ctx {
    pthread_mutex_t error_lock;
    atomic_bool failed; /* set after the text is complete, so that readers need no lock */
    char error[KR_ERROR_BYTES];

    pthread_mutex_t report_lock; /* held while a callback runs */
    kr_log_fn log;
    void *log_user;
    bool quiet; /* lines are dropped */
    kr_progress_fn progress;
    void *progress_user;
    kr_left_fn left;
    void *left_user;
    double seconds_left;       /* for the callback under way */
    atomic_llong progress_due; /* milliseconds of the monotonic clock */

    kr_counter accounts[KR_ACCOUNT_COUNT];
    kr_counter total;
    kr_ledger ledger;
    atomic_size_t limit;    /* SIZE_MAX: none */
    atomic_size_t resident; /* bytes of the process, the most that was seen */
    atomic_long allocated;  /* allocations asked for so far */
    atomic_long fail_at;    /* 1: the next allocation fails; 0: off */

    kr_phase_table phases;
    double began; /* wall seconds */

    atomic_int interrupted;
};

#endif
