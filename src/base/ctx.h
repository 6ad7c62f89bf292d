/* The inside of a context: failing, logging, progress, interruption. */
#ifndef KR_BASE_CTX_H
#define KR_BASE_CTX_H

#include "kauri/context.h"
#include "kauri/status.h"

#include <stdbool.h>

/* Inside a function with `kr_status s = KR_OK;` and a label `out:`. */
#define KR_TRY(call)                                                                               \
    do {                                                                                           \
        s = (call);                                                                                \
        if (s != KR_OK)                                                                            \
            goto out;                                                                              \
    } while (0)

/** Record a failure as one line of text and return `status`. The first failure is kept. */
kr_status kr_fail(kr_ctx *ctx, kr_status status, const char *format, ...) KR_PRINTF(3, 4);

/** Record wrong input: the text becomes "file:line: ..." (line 0: "file: ..."). Returns KR_EINPUT.
 * The text names what is wrong and what would be right. */
kr_status kr_fail_at(kr_ctx *ctx, const char *file, int line, const char *format, ...)
    KR_PRINTF(4, 5);

/** Say where: wrong input that was recorded without a place becomes "file:line: what: ...". Returns
 * `status`; any other than KR_EINPUT stays as it is. */
kr_status kr_fail_place(kr_ctx *ctx, kr_status status, const char *file, int line,
                        const char *what);

/** Forget the failure (for callers that try an alternative). */
void kr_ctx_clear_error(kr_ctx *ctx);

void kr_log(kr_ctx *ctx, kr_log_level level, const char *format, ...) KR_PRINTF(3, 4);
#define kr_detail(ctx, ...) kr_log(ctx, KR_LOG_DEBUG, __VA_ARGS__)
#define kr_info(ctx, ...)   kr_log(ctx, KR_LOG_INFO, __VA_ARGS__)
#define kr_warn(ctx, ...)   kr_log(ctx, KR_LOG_WARNING, __VA_ARGS__)

/** A warning about an input: "file:line: ...". */
void kr_warn_at(kr_ctx *ctx, const char *file, int line, const char *format, ...) KR_PRINTF(4, 5);

/** Drop lines of log from now on, or no longer: for what is done a second time. Returns what was
 * set before. */
bool kr_ctx_set_quiet(kr_ctx *ctx, bool quiet);

/* Who gets the lines of log. */
typedef struct kr_log_taker {
    kr_log_fn log;
    void *user;
} kr_log_taker;

/** Give the lines to another from now on. Returns who got them before. Like any taker it is called
 * by the thread that logs, by one at a time. */
kr_log_taker kr_ctx_swap_log(kr_ctx *ctx, kr_log_taker taker);

/* Told of progress before it is forwarded: `part` of the phase is done. Returns the seconds that
 * are left of the whole; NaN where nobody knows, infinity where nobody knows yet. */
typedef double (*kr_left_fn)(void *user, const char *phase, double part);

/** From now on this function tells the time left (NULL: nobody does). */
void kr_ctx_set_left(kr_ctx *ctx, kr_left_fn left, void *user);

/** Report progress; cheap when called often (it forwards ten times a second at most). */
void kr_progress(kr_ctx *ctx, const char *phase, double done, double total);

bool kr_interrupted(const kr_ctx *ctx);

#endif
