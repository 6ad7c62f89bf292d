/* report.html: at the end of a run, and of a finished run again. */
#include "output/report.h"

#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "output/digests.h"
#include "output/stored.h"
#include "run/calc.h"
#include "run/memory.h"
#include "run/source_map.h"

enum { FLAME_BYTES_MAX = 1 << 22 };

/* ------------------------------------------------------------------ warnings */

static void keep(void *user, kr_log_level level, const char *line)
{
    kr_warnings *w = user;
    if (level == KR_LOG_WARNING && w->n < KR_WARNINGS_KEPT) {
        const char *text = kr_arena_strdup(&w->arena, line);
        if (text)
            w->texts[w->n++] = text;
        w->lost = w->lost || !text;
    } else if (level == KR_LOG_WARNING) {
        w->left++;
    }
    if (w->taker.log)
        w->taker.log(w->taker.user, level, line);
}

void kr_warnings_begin(kr_warnings *w, kr_ctx *ctx)
{
    *w = (kr_warnings){.n = 0};
    kr_arena_init(&w->arena, ctx, KR_ACCOUNT_OUTPUT);
    w->taker = kr_ctx_swap_log(ctx, (kr_log_taker){keep, w});
}

void kr_warnings_end(kr_warnings *w, kr_ctx *ctx)
{
    kr_ctx_swap_log(ctx, w->taker);
    kr_arena_clear(&w->arena);
}

/* ------------------------------------------------------------------ at the end of a run */

static kr_status draw_peak(void *user, FILE *out)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = user;
    kr_memory m;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_memory_take(ctx, &arena, &m));
    KR_TRY(kr_memory_flame(&m, &arena, false, out));
out:
    kr_arena_clear(&arena);
    return s;
}

static kr_status write_report(kr_calc *calc)
{
    kr_status s = KR_OK;
    const char *dir = calc->spec.dir, *path, *file;
    KR_TRY((file = kr_path_join(&calc->arena, dir, "results.h5")) ? KR_OK : KR_ENOMEM);
    KR_TRY((path = kr_path_join(&calc->arena, dir, KR_REPORT_NAME)) ? KR_OK : KR_ENOMEM);
    kr_report_spec spec = {
        .results = &calc->spec, .file = file, .flame = draw_peak, .user = calc->ctx};
    if (calc->source_map.ctx) {
        spec.sources = &calc->source_map.sources;
        spec.ground = &calc->source_map.ground;
    }
    if (calc->warnings) {
        KR_TRY(calc->warnings->lost ? KR_ENOMEM : KR_OK);
        spec.warnings = calc->warnings->texts;
        spec.nwarnings = calc->warnings->n;
        spec.nwarnings_left = calc->warnings->left;
    }
    KR_TRY(kr_report_write(calc->ctx, &spec, path));
out:
    return s;
}

kr_status kr_calc_write_report(kr_calc *calc)
{
    kr_calc_phase(calc, "report");
    kr_status s = write_report(calc);
    if (s == KR_OK || s == KR_EIO || s == KR_EINTERRUPTED)
        return s;
    const char *why = kr_ctx_error(calc->ctx);
    kr_warn(calc->ctx, "%s/" KR_REPORT_NAME " was not written: %s; kauri report writes it",
            calc->spec.dir, *why ? why : kr_status_text(s));
    kr_ctx_clear_error(calc->ctx);
    return KR_OK;
}

/* ------------------------------------------------------------------ of a finished run */

typedef struct flame {
    kr_ctx *ctx;
    const char *path;
} flame;

static kr_status copy_flame(void *user, FILE *out)
{
    kr_status s = KR_OK;
    const flame *f = user;
    kr_arena arena;
    char *text;
    size_t n;
    kr_arena_init(&arena, f->ctx, KR_ACCOUNT_OUTPUT);
    if (kr_file_size(f->path) < 0)
        goto out;
    KR_TRY(kr_file_read(f->ctx, f->path, FLAME_BYTES_MAX, &arena, &text, &n));
    fwrite(text, 1, n, out);
out:
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_report_results(kr_ctx *ctx, const char *dir, const char *output)
{
    kr_status s = KR_OK;
    kr_stored *stored = NULL;
    kr_results_spec results;
    kr_arena arena;
    flame drawn = {ctx, NULL};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_phase_begin(ctx, "reading results");
    KR_TRY(kr_stored_open(ctx, dir, &stored));
    KR_TRY(kr_stored_tree(stored));
    KR_TRY(kr_stored_spec(stored, &arena, &results));
    bool beside = !output;
    if (beside)
        output = kr_path_join(&arena, dir, KR_REPORT_NAME);
    drawn.path = kr_path_join(&arena, dir, "memory-top-down.svg");
    KR_TRY(output && drawn.path ? KR_OK : KR_ENOMEM);
    kr_report_spec spec = {
        .results = &results, .file = stored->path, .user = &drawn, .any_file = !beside};
    if (kr_file_exists(drawn.path))
        spec.flame = copy_flame;
    kr_phase_begin(ctx, "report");
    KR_TRY(kr_report_write(ctx, &spec, output));
    if (beside)
        KR_TRY(kr_digests_renew(ctx, dir, KR_REPORT_NAME));
    kr_info(ctx, "report in %s", output);
out:
    kr_stored_close(&stored);
    kr_arena_clear(&arena);
    kr_phase_end(ctx);
    return s;
}
