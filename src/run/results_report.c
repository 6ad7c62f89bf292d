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

/* ------------------------------------------------------------------ warnings */

/* What a run and new statistics of it both say is told once. */
static void keep_text(kr_warnings *w, const char *line)
{
    for (size_t i = 0; i < w->n; i++)
        if (kr_str_eq(w->texts[i], line))
            return;
    if (w->n == KR_WARNINGS_KEPT) {
        w->left++;
        return;
    }
    const char *text = kr_arena_strdup(&w->arena, line);
    if (text)
        w->texts[w->n++] = text;
    w->lost = w->lost || !text;
}

static void keep(void *user, kr_log_level level, const char *line)
{
    kr_warnings *w = user;
    if (level == KR_LOG_WARNING)
        keep_text(w, line);
    if (w->taker.log)
        w->taker.log(w->taker.user, level, line);
}

void kr_warnings_begin(kr_warnings *w, kr_ctx *ctx)
{
    *w = (kr_warnings){.n = 0};
    kr_arena_init(&w->arena, ctx, KR_ACCOUNT_OUTPUT);
    w->taker = kr_ctx_swap_log(ctx, (kr_log_taker){keep, w});
}

void kr_warnings_stored(kr_warnings *w)
{
    if (w)
        w->stored = (kr_warned){.n = w->n, .left = w->left, .texts = w->texts};
}

kr_status kr_calc_put_warnings(kr_calc *calc)
{
    kr_warnings *w = calc->warnings;
    if (!w)
        return KR_OK;
    kr_warnings_stored(w);
    return w->lost ? KR_ENOMEM : kr_results_put_warnings(calc->results, &w->stored);
}

void kr_warnings_add(kr_warnings *w, const kr_warned *of)
{
    for (size_t i = 0; i < of->n; i++)
        keep_text(w, of->texts[i]);
    w->left += of->left;
}

void kr_warnings_end(kr_warnings *w, kr_ctx *ctx)
{
    kr_ctx_swap_log(ctx, w->taker);
    kr_arena_clear(&w->arena);
}

/* ------------------------------------------------------------------ at the end of a run */

/* What results.h5 has, and what came since. */
static kr_status gather_warnings(kr_calc *calc, const char *path, kr_warned *out)
{
    kr_status s = KR_OK;
    kr_h5 *file = NULL;
    const kr_warned *stored;
    const kr_warnings *w = calc->warnings;
    const char **texts;
    *out = (kr_warned){.n = 0};
    KR_TRY(kr_h5_open(calc->ctx, path, &file));
    KR_TRY(kr_warned_read(calc->ctx, path, file, &calc->arena, &stored));
    size_t before = stored ? stored->n : 0;
    KR_ANEW(texts, &calc->arena, before + w->n + 1);
    for (size_t i = 0; i < before; i++)
        texts[i] = stored->texts[i];
    for (size_t i = w->stored.n; i < w->n; i++)
        texts[before + i - w->stored.n] = w->texts[i];
    *out = (kr_warned){.n = before + w->n - w->stored.n,
                       .left = (stored ? stored->left : 0) + w->left - w->stored.left,
                       .texts = texts};
out:
    kr_h5_discard(&file);
    return s;
}

static kr_status write_report(kr_calc *calc)
{
    kr_status s = KR_OK;
    const char *dir = calc->spec.dir, *path, *file;
    kr_warned warned;
    KR_TRY((file = kr_path_join(&calc->arena, dir, "results.h5")) ? KR_OK : KR_ENOMEM);
    KR_TRY((path = kr_path_join(&calc->arena, dir, KR_REPORT_NAME)) ? KR_OK : KR_ENOMEM);
    kr_report_spec spec = {.results = &calc->spec, .file = file};
    if (calc->source_map.ctx)
        spec.ground = &calc->source_map.ground;
    if (calc->warnings) {
        KR_TRY(calc->warnings->lost ? KR_ENOMEM : KR_OK);
        KR_TRY(gather_warnings(calc, file, &warned));
        spec.warnings = &warned;
    }
    KR_TRY(kr_report_write(calc->ctx, &spec, path));
    calc->report = path;
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

kr_status kr_report_results(kr_ctx *ctx, const char *dir, const char *output)
{
    kr_status s = KR_OK;
    kr_stored *stored = NULL;
    kr_results_spec results;
    kr_arena arena;
    kr_report_spec spec = {.results = &results};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kr_phase_begin(ctx, "reading results");
    KR_TRY(kr_stored_open(ctx, dir, &stored));
    KR_TRY(kr_stored_tree(stored));
    KR_TRY(kr_stored_spec(stored, &arena, &results));
    bool beside = !output;
    if (beside)
        output = kr_path_join(&arena, dir, KR_REPORT_NAME);
    const char *flame = kr_path_join(&arena, dir, "memory-top-down.svg");
    KR_TRY(output && flame ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_drawn_read(ctx, stored->path, stored->file, &arena, &results.drawn));
    KR_TRY(kr_warned_read(ctx, stored->path, stored->file, &arena, &spec.warnings));
    spec.file = stored->path;
    spec.any_file = !beside;
    if (kr_file_exists(flame))
        spec.flame = flame;
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
