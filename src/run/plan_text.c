/* What a calculation will take, as text. */
#include "run/plan.h"
#include "run/text.h"

/* Parts below this share of the peak are not named. */
static const double TOLD_FROM = 0.005;

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
    if (p->peak > p->limit)
        kr_text_row(out, "memory",
                    "needs %.1f MB, more than the limit of %.1f MB: it would be refused",
                    (double)p->peak / 1e6, (double)p->limit / 1e6);
    else
        kr_text_row(out, "memory",
                    "%.1f MB accounted at the peak, of at most %.1f MB; about %.1f MB resident",
                    (double)p->peak / 1e6, (double)p->limit / 1e6, (double)p->resident / 1e6);
    kr_text_row(out, "", "tiles of %zu sites, %d threads%s", p->tile_sites, p->threads,
                p->stats_threads < p->threads ? ", fewer for the statistics" : "");
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if ((double)parts[i].bytes >= TOLD_FROM * (double)p->peak)
            kr_text_row(out, "", "%.1f MB: %s", (double)parts[i].bytes / 1e6, parts[i].text);
    kr_text_row(
        out, "", "at most %.1f MB while reading, %.1f MB in the hazard, %.1f MB in the statistics",
        (double)p->reading / 1e6, (double)p->hazard_phase / 1e6, (double)p->statistics_phase / 1e6);
}
