/* Where time goes: lines of log as phases end, and the record of a run. */
#include "run/phases.h"

#include "base/clock.h"
#include "base/mem.h"
#include "output/table.h"
#include "run/check.h"
#include "run/memory.h"

#include <stdio.h>
#include <stdlib.h>

/* Shorter phases have no line of their own in the log; the table at the end has them all. */
static const double LINE_SECONDS = 1, DETAIL_SECONDS = 0.005;

/* The table of a shorter run is a detail. */
static const double TABLE_SECONDS = 10;

_Static_assert(KR_PHASES_MAX <= 32, "a bit for each");

void kr_calc_phase(kr_calc *calc, const char *name)
{
    kr_phase_use use[KR_PHASES_MAX];
    kr_phase_begin(calc->ctx, name); /* what follows is done in it */
    size_t n = kr_phases(calc->ctx, use), now = kr_phase_now(calc->ctx);
    for (size_t i = 0; i < n; i++) {
        if (i == now)
            continue;
        if (!(calc->phases_told >> i & 1U) && use[i].wall >= DETAIL_SECONDS)
            kr_log(calc->ctx, use[i].wall < LINE_SECONDS ? KR_LOG_DEBUG : KR_LOG_INFO,
                   "%s: %.2f s, accounted %.1f MB (peak %.1f), resident %.1f MB", use[i].name,
                   use[i].wall, (double)use[i].accounted / 1e6, (double)use[i].accounted_peak / 1e6,
                   (double)use[i].resident / 1e6);
        calc->phases_told |= 1U << i;
    }
}

/* What the run took so far. */
static void take(const kr_calc *calc, kr_performance *out)
{
    *out = (kr_performance){.wall = kr_phases_wall(calc->ctx),
                            .cpu = kr_cpu_seconds(),
                            .threads = calc->threads,
                            .accounted_peak = kr_ctx_memory(calc->ctx).peak,
                            .resident_peak = kr_ctx_resident_peak(calc->ctx),
                            .work = calc->work,
                            .sites = calc->site_units};
    size_t n = kr_phases(calc->ctx, out->phases), now = kr_phase_now(calc->ctx);
    for (size_t i = 0; i < n; i++) /* the one under way is not over: leave it out */
        if (i != now)
            out->phases[out->nphases++] = out->phases[i];
}

/* The flame graph of memory at the peak, as text that the caller frees. */
static kr_status draw_flame(kr_ctx *ctx, char **text, size_t *n)
{
    kr_status s = KR_OK;
    kr_memory m;
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    FILE *out = open_memstream(text, n);
    KR_TRY(out ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_memory_take(ctx, &arena, &m));
    KR_TRY(kr_memory_flame(&m, &arena, false, out));
out:
    if (out) {
        bool bad = ferror(out) != 0;
        bad = fclose(out) != 0 || bad;
        s = s == KR_OK && bad ? KR_ENOMEM : s;
    }
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_calc_close_results(kr_calc *calc)
{
    kr_status s = KR_OK;
    kr_performance p;
    char *flame = NULL;
    kr_calc_phase(calc, "closing results");
    take(calc, &p);
    KR_TRY(draw_flame(calc->ctx, &flame, &p.flame_bytes));
    p.flame = flame;
    KR_TRY(kr_calc_put_checks(calc));
    kr_calc_warn_beyond(calc);
    size_t tables = calc->options->csv ? 0 : kr_tables_count(calc->spec.dir);
    if (tables)
        kr_warn(
            calc->ctx,
            "%s: the tables of an earlier run (%zu) are removed: they are not of these results; "
            "-e csv writes new ones",
            calc->spec.dir, tables);
    KR_TRY(kr_calc_put_warnings(calc));
    KR_TRY(kr_results_put_performance(calc->results, &p));
    KR_TRY(kr_results_finish(calc->results));
out:
    free(flame); /* of the C library */
    return s;
}

/* ------------------------------------------------------------------ as text */

/* Per cent, 0 of nothing. */
static double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : 0;
}

static void phase_line(const kr_performance *p, const kr_phase_use *use, char *line, size_t size)
{
    snprintf(line, size, "%-24s %9.3f %5.1f %9.3f %5.0f %9.1f %9.1f %9.1f", use->name, use->wall,
             percent(use->wall, p->wall), use->cpu, percent(use->cpu, use->wall * p->threads),
             (double)use->accounted / 1e6, (double)use->accounted_peak / 1e6,
             (double)use->resident / 1e6);
}

/* Nothing where no unit was timed. */
static void spread_line(const char *what, const kr_spread *x, char *line, size_t size)
{
    line[0] = '\0';
    if (x->n)
        snprintf(line, size,
                 "%s: %zu, mean %.3g s, deviation %.3g s, least %.3g s, most %.3g s%s%s", what,
                 x->n, x->mean, kr_spread_deviation(x), x->least, x->most,
                 x->slowest[0] ? ": " : "", x->slowest);
}

static void work_line(const kr_hazard_work *w, char *line, size_t size)
{
    line[0] = '\0';
    if (w->contexts > 0)
        snprintf(
            line, size,
            "%.6g contexts, %.6g of them computed; %.6g means, %.6g exceedances, %.6g products",
            w->contexts, w->computed, w->means, w->exceedances, w->products);
}

/* Besides the time on the clock: what the whole took. */
static void cost_text(const kr_performance *p, char *text, size_t size)
{
    snprintf(text, size,
             "%.3f s of processor time, %d thread%s; peak accounted %.1f MB, resident %.1f MB",
             p->cpu, p->threads, p->threads == 1 ? "" : "s", (double)p->accounted_peak / 1e6,
             (double)p->resident_peak / 1e6);
}

void kr_performance_lines(const kr_performance *p, void (*put)(void *user, const char *line),
                          void *user)
{
    char line[256], cost[128];
    double sum = 0;
    snprintf(line, sizeof line, "%-24s %9s %5s %9s %5s %9s %9s %9s", "", "wall", "", "processor",
             "use", "accounted", "its peak", "resident");
    put(user, line);
    snprintf(line, sizeof line, "%-24s %9s %5s %9s %5s %9s %9s %9s", "phase", "s", "%", "s", "%",
             "MB", "MB", "MB");
    put(user, line);
    for (size_t i = 0; i < p->nphases; i++) {
        phase_line(p, &p->phases[i], line, sizeof line);
        put(user, line);
        sum += p->phases[i].wall;
    }
    cost_text(p, cost, sizeof cost);
    snprintf(line, sizeof line, "sum of phases %.3f s of %.3f s (%.1f %%), %s", sum, p->wall,
             percent(sum, p->wall), cost);
    put(user, line);
    work_line(&p->work, line, sizeof line);
    if (line[0])
        put(user, line);
    spread_line("units of hazard", &p->work.units, line, sizeof line);
    if (line[0])
        put(user, line);
    spread_line("measures of sites in statistics", &p->sites, line, sizeof line);
    if (line[0])
        put(user, line);
}

static void put_info(void *ctx, const char *line)
{
    kr_info(ctx, "%s", line);
}

static void put_detail(void *ctx, const char *line)
{
    kr_detail(ctx, "%s", line);
}

void kr_calc_performance_log(const kr_calc *calc)
{
    kr_performance p;
    char cost[128];
    take(calc, &p);
    bool is_long = p.wall >= TABLE_SECONDS;
    kr_performance_lines(&p, is_long ? put_info : put_detail, calc->ctx);
    if (is_long)
        return;
    cost_text(&p, cost, sizeof cost);
    kr_info(calc->ctx, "%.3f s, %s", p.wall, cost);
}
