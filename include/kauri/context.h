/* The context of a calculation: where messages, progress and memory accounts go.
 *
 * A context is created by the caller, passed first to nearly every function and destroyed last.
 * The library never prints and never exits. The first failure is kept in the context as one line
 * of text; later failures of the same context do not replace it. Functions that take a context may
 * be called from several threads with the same one. */
#ifndef KAURI_CONTEXT_H
#define KAURI_CONTEXT_H

#include "kauri/status.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kr_ctx kr_ctx;

typedef enum kr_log_level { KR_LOG_DEBUG, KR_LOG_INFO, KR_LOG_WARNING } kr_log_level;

/* Receives one line of log without line end. Called under a lock: never from two threads at once.
 */
typedef void (*kr_log_fn)(void *user, kr_log_level level, const char *line);

/* Receives progress of a phase: `done` of `total` units (total may be 0: unknown). Called under the
 * log's lock, at most ten times a second and once at the end of the phase (done == total). */
typedef void (*kr_progress_fn)(void *user, const char *phase, double done, double total);

/** Seconds that are left of the whole calculation, NaN where that is not known. For a callback of
 * progress, and for the progress that it was called with. */
KR_API double kr_ctx_seconds_left(const kr_ctx *ctx);

/** Create a context. @param out owned by the caller, ended by kr_ctx_destroy. KR_ENOMEM. */
KR_API KR_MUST_CHECK kr_status kr_ctx_create(kr_ctx **out);

/** End a context; accepts NULL, sets the pointer to NULL. All else of this context must be gone. */
KR_API void kr_ctx_destroy(kr_ctx **ctx);

KR_API void kr_ctx_set_log(kr_ctx *ctx, kr_log_fn log, void *user);
KR_API void kr_ctx_set_progress(kr_ctx *ctx, kr_progress_fn progress, void *user);

/** The one line that tells what went wrong first; "" if nothing did. Borrowed from the context. */
KR_API const char *kr_ctx_error(const kr_ctx *ctx);

/** Ask a running calculation to stop at the next unit of work (safe in a signal handler). */
KR_API void kr_ctx_interrupt(kr_ctx *ctx);

/* Every allocation belongs to one of these accounts. X(name, what it holds) */
#define KR_ACCOUNT_LIST(X)                                                                         \
    X(KR_ACCOUNT_JOB, "job")                                                                       \
    X(KR_ACCOUNT_SITES, "sites")                                                                   \
    X(KR_ACCOUNT_READING, "reading")                                                               \
    X(KR_ACCOUNT_MODEL, "source model")                                                            \
    X(KR_ACCOUNT_TREE, "logic tree")                                                               \
    X(KR_ACCOUNT_RUPTURES, "ruptures")                                                             \
    X(KR_ACCOUNT_GMM, "ground motion")                                                             \
    X(KR_ACCOUNT_RATES, "component rates")                                                         \
    X(KR_ACCOUNT_STATS, "statistics")                                                              \
    X(KR_ACCOUNT_OUTPUT, "output")                                                                 \
    X(KR_ACCOUNT_OTHER, "other")

typedef enum kr_account {
#define X(name, text) name,
    KR_ACCOUNT_LIST(X)
#undef X
        KR_ACCOUNT_COUNT
} kr_account;

typedef struct kr_account_use {
    int64_t current; /* bytes held now */
    int64_t peak;    /* greatest value of current so far */
} kr_account_use;

KR_API const char *kr_account_name(kr_account account);
KR_API kr_account_use kr_ctx_account(const kr_ctx *ctx, kr_account account);

/** All accounts together; the peak is that of the sum, not the sum of peaks. */
KR_API kr_account_use kr_ctx_memory(const kr_ctx *ctx);

/* Who held memory: a place in the source, an account, and the phase of the calculation in which
 * the bytes were taken. Texts are never freed; they are "" where nothing is known. */
typedef struct kr_holder {
    const char *file, *function; /* "src/tree/walk.c" */
    int line;
    kr_account account;
    const char *phase;
    int64_t bytes;
} kr_holder;

/* No calculation has more of them. */
enum { KR_HOLDERS_MAX = 2049 };

/* The moment of the peak: one in which at least 99.5 % of the greatest sum of all accounts was
 * held. */
typedef struct kr_peak {
    int64_t bytes;   /* accounted at that moment, the sum over all holders */
    size_t resident; /* of the whole process at that moment; 0: not known */
    double seconds;  /* since the calculation began */
    const char *phase;
    size_t copies; /* how often the counters were copied, for the latest moment to be the peak */
    kr_holder refused; /* the first request that could not be met; bytes 0: none */
} kr_peak;

/** Who held what at the moment of the peak: the largest `most` of the holders, largest first.
 * Returns how many there are. Always known, and cheap enough to ask for at any time. */
KR_API size_t kr_ctx_peak(kr_ctx *ctx, kr_peak *peak, kr_holder *holders, size_t most);

#ifdef __cplusplus
}
#endif
#endif
