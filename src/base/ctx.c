#include "base/ctx.h"

#include "base/clock.h"
#include "base/ctx_int.h"

#include <math.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROGRESS_PERIOD_MS = 100 };

kr_status kr_ctx_create(kr_ctx **out)
{
    kr_ctx *ctx = calloc(1, sizeof *ctx);

    *out = NULL;
    if (!ctx)
        return KR_ENOMEM;
    if (pthread_mutex_init(&ctx->error_lock, NULL) != 0) {
        free(ctx);
        return KR_ENOMEM;
    }
    if (pthread_mutex_init(&ctx->report_lock, NULL) != 0) {
        pthread_mutex_destroy(&ctx->error_lock);
        free(ctx);
        return KR_ENOMEM;
    }
    if (!kr_ledger_init(&ctx->ledger)) {
        pthread_mutex_destroy(&ctx->error_lock);
        pthread_mutex_destroy(&ctx->report_lock);
        free(ctx);
        return KR_ENOMEM;
    }
    ctx->began = kr_wall_seconds();
    atomic_store(&ctx->limit, SIZE_MAX);
    atomic_store(&ctx->phases.now, KR_PHASES_MAX);
    *out = ctx;
    return KR_OK;
}

void kr_ctx_destroy(kr_ctx **ctx)
{
    if (!ctx || !*ctx)
        return;
    pthread_mutex_destroy(&(*ctx)->error_lock);
    pthread_mutex_destroy(&(*ctx)->report_lock);
    kr_ledger_end(&(*ctx)->ledger);
    free(*ctx);
    *ctx = NULL;
}

kr_log_taker kr_ctx_swap_log(kr_ctx *ctx, kr_log_taker taker)
{
    pthread_mutex_lock(&ctx->report_lock);
    kr_log_taker before = {ctx->log, ctx->log_user};
    ctx->log = taker.log;
    ctx->log_user = taker.user;
    pthread_mutex_unlock(&ctx->report_lock);
    return before;
}

void kr_ctx_set_log(kr_ctx *ctx, kr_log_fn log, void *user)
{
    (void)kr_ctx_swap_log(ctx, (kr_log_taker){log, user});
}

void kr_ctx_set_progress(kr_ctx *ctx, kr_progress_fn progress, void *user)
{
    pthread_mutex_lock(&ctx->report_lock);
    ctx->progress = progress;
    ctx->progress_user = user;
    pthread_mutex_unlock(&ctx->report_lock);
}

const char *kr_ctx_error(const kr_ctx *ctx)
{
    return atomic_load_explicit(&ctx->failed, memory_order_acquire) ? ctx->error : "";
}

void kr_ctx_clear_error(kr_ctx *ctx)
{
    pthread_mutex_lock(&ctx->error_lock);
    atomic_store(&ctx->failed, false);
    ctx->error[0] = '\0';
    pthread_mutex_unlock(&ctx->error_lock);
}

kr_status kr_fail_place(kr_ctx *ctx, kr_status status, const char *file, int line, const char *what)
{
    char text[sizeof ctx->error];

    if (status != KR_EINPUT)
        return status;
    snprintf(text, sizeof text, "%s", kr_ctx_error(ctx));
    kr_ctx_clear_error(ctx);
    return kr_fail_at(ctx, file, line, "%s: %s", what, text);
}

void kr_ctx_interrupt(kr_ctx *ctx)
{
    atomic_store(&ctx->interrupted, 1);
}

bool kr_interrupted(const kr_ctx *ctx)
{
    return atomic_load_explicit(&ctx->interrupted, memory_order_relaxed) != 0;
}

/* Write "file:line: " and the text into buf as one line: input cited in a message may hold line
 * ends or control characters, which must not reach a terminal. Allocates nothing. */
static void KR_PRINTF(5, 0)
    ctx_format(char *buf, size_t size, const char *file, int line, const char *format, va_list args)
{
    int n = 0;

    buf[0] = '\0';
    if (file && line > 0)
        n = snprintf(buf, size, "%s:%d: ", file, line);
    else if (file)
        n = snprintf(buf, size, "%s: ", file);
    size_t used = n < 0 ? 0 : (size_t)n;
    if (used < size - 1) {
        /* The analyzer takes the caller's list for uninitialized.
         * NOLINTNEXTLINE(clang-analyzer-valist.Uninitialized) */
        n = vsnprintf(buf + used, size - used, format, args);
        used += n < 0 ? 0 : (size_t)n;
    }
    if (used >= size) {
        size_t cut = size - 4;
        while (cut > 0 && ((unsigned char)buf[cut] & 0xC0) == 0x80) /* not inside a character */
            cut--;
        memcpy(buf + cut, "...", 4);
    }
    for (char *p = buf; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7F)
            *p = ' ';
    for (size_t len = strlen(buf); len > 0 && buf[len - 1] == ' '; len--)
        buf[len - 1] = '\0';
}

static void KR_PRINTF(4, 0)
    ctx_vfail(kr_ctx *ctx, const char *file, int line, const char *format, va_list args)
{
    if (!ctx)
        return;
    pthread_mutex_lock(&ctx->error_lock);
    if (!atomic_load(&ctx->failed)) {
        ctx_format(ctx->error, sizeof ctx->error, file, line, format, args);
        atomic_store_explicit(&ctx->failed, true, memory_order_release);
    }
    pthread_mutex_unlock(&ctx->error_lock);
}

kr_status kr_fail(kr_ctx *ctx, kr_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ctx_vfail(ctx, NULL, 0, format, args);
    va_end(args);
    return status;
}

kr_status kr_fail_at(kr_ctx *ctx, const char *file, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ctx_vfail(ctx, file, line, format, args);
    va_end(args);
    return KR_EINPUT;
}

static void KR_PRINTF(5, 0) ctx_vlog(kr_ctx *ctx, kr_log_level level, const char *file, int line,
                                     const char *format, va_list args)
{
    char text[KR_ERROR_BYTES];

    if (!ctx)
        return;
    pthread_mutex_lock(&ctx->report_lock);
    if (ctx->log && !ctx->quiet) {
        ctx_format(text, sizeof text, file, line, format, args);
        ctx->log(ctx->log_user, level, text);
    }
    pthread_mutex_unlock(&ctx->report_lock);
}

void kr_log(kr_ctx *ctx, kr_log_level level, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ctx_vlog(ctx, level, NULL, 0, format, args);
    va_end(args);
}

void kr_warn_at(kr_ctx *ctx, const char *file, int line, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    ctx_vlog(ctx, KR_LOG_WARNING, file, line, format, args);
    va_end(args);
}

bool kr_ctx_set_quiet(kr_ctx *ctx, bool quiet)
{
    pthread_mutex_lock(&ctx->report_lock);
    bool before = ctx->quiet;
    ctx->quiet = quiet;
    pthread_mutex_unlock(&ctx->report_lock);
    return before;
}

void kr_ctx_set_left(kr_ctx *ctx, kr_left_fn left, void *user)
{
    pthread_mutex_lock(&ctx->report_lock);
    ctx->left = left;
    ctx->left_user = user;
    pthread_mutex_unlock(&ctx->report_lock);
}

double kr_ctx_seconds_left(const kr_ctx *ctx)
{
    return ctx->seconds_left;
}

void kr_progress(kr_ctx *ctx, const char *phase, double done, double total)
{
    if (!ctx)
        return;
    bool last = total > 0 && done >= total;
    long long now = (long long)(1e3 * kr_wall_seconds());
    long long due = atomic_load_explicit(&ctx->progress_due, memory_order_relaxed);

    if (!last) {
        if (now < due)
            return;
        /* Of several threads that see the time has come, one goes on. */
        if (!atomic_compare_exchange_strong(&ctx->progress_due, &due, now + PROGRESS_PERIOD_MS))
            return;
    }
    pthread_mutex_lock(&ctx->report_lock);
    ctx->seconds_left = NAN;
    if (ctx->left && total > 0)
        ctx->seconds_left = ctx->left(ctx->left_user, phase, done / total);
    if (ctx->progress)
        ctx->progress(ctx->progress_user, phase, done, total);
    pthread_mutex_unlock(&ctx->report_lock);
}
