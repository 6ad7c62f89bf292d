/* Who holds what: bytes held by call site, account and phase, and a copy of them from the moment of
 * the peak. Part of every context and always kept; src/base/mem.c enters and leaves the bytes.
 *
 * No lock where memory is taken: one look into a table of fixed size and one atomic addition. The
 * copy is made when memory is given back while more than KR_LEDGER_STEP and KR_LEDGER_BYTES above
 * the last copy is held: some 200 times up to 1.6 MB, and 140 times for each doubling after it. */
#ifndef KR_BASE_LEDGER_H
#define KR_BASE_LEDGER_H

#include "base/ctx.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

/* A place in the source that takes memory; static, so that its address names it. */
typedef struct kr_call_site {
    _Alignas(16) const char *file;
    const char *function;
    int line;
} kr_call_site;

#define KR_HERE                                                                                    \
    __extension__({                                                                                \
        static const kr_call_site here_ = {__FILE__, __func__, __LINE__};                          \
        &here_;                                                                                    \
    })

enum {
    KR_LEDGER_LINES = 2048,          /* a power of two; a run of all room takes some 500 */
    KR_LEDGER_REST = KR_LEDGER_LINES /* the line of what finds no other */
};

/* The moment that is copied held at least 1 / (1 + step) of the peak, or all of it but so many
 * bytes: a copy costs some 20 microseconds, most of them for the resident memory. */
#define KR_LEDGER_STEP 0.005
enum { KR_LEDGER_BYTES = 8192 };

typedef struct kr_ledger {
    atomic_uint_least64_t key[KR_LEDGER_LINES]; /* call site, account, phase; 0: free */
    atomic_llong bytes[KR_LEDGER_LINES + 1];
    atomic_llong due; /* giving back while more than this is held makes a copy first */

    pthread_mutex_t lock; /* of what follows */
    int64_t copy[KR_LEDGER_LINES + 1];
    int64_t held; /* sum of the copy */
    size_t resident;
    unsigned phase;
    double when;          /* wall seconds */
    size_t copies;        /* made so far */
    uint64_t refused_key; /* the first request that was refused, */
    size_t refused;       /* and its bytes; 0: none */
} kr_ledger;

bool kr_ledger_init(kr_ledger *ledger);
void kr_ledger_end(kr_ledger *ledger);

/** The line of (call site, account, phase); KR_LEDGER_REST where site is NULL or all lines are
 * taken. Any thread. */
unsigned kr_ledger_line(kr_ledger *ledger, const kr_call_site *site, kr_account account,
                        unsigned phase);

/** Copy the lines if more than `due` is held. Any thread. */
void kr_ledger_copy(kr_ctx *ctx);

/** Note a refused request for `bytes`; only the first counts. Any thread. */
void kr_ledger_refuse(kr_ledger *ledger, unsigned line, size_t bytes);

#endif
