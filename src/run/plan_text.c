/* What a calculation will take, as text. */
#include "run/plan.h"

#include "base/str.h"
#include "run/text.h"

#include <math.h>

/* Parts below this share of the peak are not named. */
static const double TOLD_FROM = 0.005;

const char *kr_plan_size(size_t bytes, char text[32])
{
    if (bytes < 100000)
        snprintf(text, 32, "%zu bytes", bytes);
    else
        snprintf(text, 32, "%.1f MB", (double)bytes / 1e6);
    return text;
}

void kr_plan_tell_memory(const kr_plan_memory *p, FILE *out)
{
    const struct {
        size_t bytes;
        const char *text;
    } parts[] = {
#define X(name, text) {p->name, text},
        KR_PLAN_LIST(X)
#undef X
    };
    char size[32];
    if (p->peak > p->limit)
        kr_text_row(out, "memory", "needs %.1f MB, more than the limit of %s: it would be refused",
                    ceil((double)p->peak / 1e5) / 10, kr_plan_size(p->limit, size));
    else
        kr_text_row(out, "memory",
                    "%.1f MB accounted at the peak, of at most %s; about %.1f MB resident",
                    (double)p->peak / 1e6, kr_plan_size(p->limit, size), (double)p->resident / 1e6);
    kr_text_row(out, "", "tiles of %zu site%s, %d thread%s%s", p->tile_sites,
                KR_PLURAL(p->tile_sites), p->threads, KR_PLURAL(p->threads),
                p->stats_threads < p->threads ? ", fewer for the statistics" : "");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if ((double)parts[i].bytes >= TOLD_FROM * (double)p->peak)
            kr_text_row(out, "", "%.1f MB: %s", (double)parts[i].bytes / 1e6, parts[i].text);
    kr_text_row(
        out, "", "at most %.1f MB while reading, %.1f MB in the hazard, %.1f MB in the statistics",
        (double)p->reading / 1e6, (double)p->hazard_phase / 1e6, (double)p->statistics_phase / 1e6);
}

const char *kr_plan_seconds(double seconds, char text[32])
{
    if (seconds < 600)
        snprintf(text, 32, "%.2f s", seconds);
    else if (seconds < 6000)
        snprintf(text, 32, "%.0f min", seconds / 60);
    else
        snprintf(text, 32, "%.0f h %02.0f min", floor(floor(seconds / 60 + 0.5) / 60),
                 fmod(floor(seconds / 60 + 0.5), 60));
    return text;
}

void kr_plan_tell_time(const kr_plan_time *p, int threads, FILE *out)
{
    const kr_hazard_cost *h = &p->hazard;
    const kr_hazard_work *w = &h->work;
    const struct {
        double seconds;
        const char *text;
    } parts[] = {
        {p->reading_cpu, "reading and preparing"},
        {p->digests, "digests of the inputs"},
        {h->meeting, "which sites the faults are near"},
        {h->sections, "distances of fault sections"},
        {h->units, "contexts, ground motion, rates"},
        {h->adding, "sums of rates"},
        {p->stats.statistics, "statistics"},
        {p->stats.rlzs, "single realizations"},
        {p->stats.others, "uncertainty, sampling error, sources"},
        {p->stats.storing, "storing"},
        {p->stats.tables, "CSV tables"},
    };
    kr_text_row(out, "work",
                "about %.3g contexts, %.3g of them computed; %.3g means, %.3g exceedances",
                w->contexts, w->computed, w->means, w->exceedances);
    char cpu[32], wall[32];
    kr_text_row(out, "time", "about %s of processor time, %s with %d thread%s",
                kr_plan_seconds(p->cpu, cpu), kr_plan_seconds(p->wall, wall), threads,
                threads == 1 ? "" : "s");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i].seconds >= 0.01 * p->cpu)
            kr_text_row(out, "", "%s: %s", kr_plan_seconds(parts[i].seconds, cpu), parts[i].text);
    kr_text_row(out, "", "from %zu pieces of the hazard, computed in %.2f s", h->pieces, h->spent);
}
