/* What sources and fault sections have of the rates that a disaggregation takes apart. */
#include "run/disagg_int.h"
#include "run/shapes.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ before the run */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Has the list, with ", " between, the text? */
static bool is_listed(const char *list, const char *text)
{
    size_t n = strlen(text);
    for (const char *at = list; (at = strstr(at, text)) != NULL; at++)
        if ((at == list || at[-1] == ' ') && (at[n] == '\0' || at[n] == ','))
            return true;
    return false;
}

/* Ids of sources, and of which tectonic region types they are: in branches that differ, several. */
static kr_status list_sources(kr_calc *calc, kr_results_shares *x)
{
    kr_status s = KR_OK;
    const kr_tree *tree = calc->tree;
    const char **ids = NULL, **kept, **trts;
    KR_TRY(kr_disagg_source_ids(calc->ctx, tree, &ids, &x->nsources));
    KR_ANEW(kept, &calc->arena, x->nsources + 1);
    KR_ANEW(trts, &calc->arena, x->nsources + 1);
    if (x->nsources)
        memcpy((void *)kept, (const void *)ids, x->nsources * sizeof *kept);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t i = 0; i < tree->components[c].nsources; i++) {
            const char *trt = tree->components[c].source_trt;
            const char **found = bsearch((const void *)&tree->components[c].sources[i].base_id,
                                         (const void *)kept, x->nsources, sizeof *kept, by_text);
            const char **of = &trts[found - kept];
            if (*of && is_listed(*of, trt))
                continue;
            *of = *of ? kr_arena_printf(&calc->arena, "%s, %s", *of, trt) : trt;
            KR_TRY(*of ? KR_OK : KR_ENOMEM);
        }
    x->source = kept;
    x->trt = trts;
out:
    kr_free((void *)ids);
    return s;
}

/* Parts of sections as they are counted, then as they are kept. */
typedef struct outlines {
    kr_results_shares *of;
    uint32_t *section, *points; /* NULL while they are counted */
    uint8_t *outline;
    double *lon, *lat;
} outlines;

static void add_parts(outlines *o, size_t section, bool outline, const kr_line *parts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t part = o->of->nparts++;
        if (o->section) {
            o->section[part] = (uint32_t)section;
            o->points[part] = (uint32_t)parts[i].n;
            o->outline[part] = outline;
            for (size_t k = 0; k < parts[i].n; k++) {
                o->lon[o->of->npoints + k] = parts[i].p[k].lon;
                o->lat[o->of->npoints + k] = parts[i].p[k].lat;
            }
        }
        o->of->npoints += parts[i].n;
    }
}

/* Outlines of sections that have them; of vertical ones, in part at least, the upper edges. */
static kr_status look_at(kr_calc *calc, outlines *o)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    o->of->nparts = o->of->npoints = 0;
    kr_arena_init(&scratch, calc->ctx, KR_ACCOUNT_OUTPUT);
    for (size_t i = 0; i < calc->model->nsections; i++) {
        const kr_section *section = &calc->model->sections[i];
        kr_shapes shapes;
        if (!section->file)
            continue;
        KR_TRY(
            kr_shapes_of(calc->ctx, &scratch, section->geometries, section->ngeometries, &shapes));
        if (shapes.noutlines == section->ngeometries)
            add_parts(o, i, true, shapes.outlines, shapes.noutlines);
        else
            add_parts(o, i, false, shapes.traces, shapes.ntraces);
        kr_arena_reset(&scratch);
    }
out:
    kr_arena_clear(&scratch);
    return s;
}

static kr_status list_sections(kr_calc *calc, kr_results_shares *x)
{
    kr_status s = KR_OK;
    const char **ids, **names;
    outlines o = {.of = x};
    x->nsections = calc->model->nsections;
    if (x->nsections == 0)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: disagg_statistics: the job has no multi-fault sources, whose sections "
                       "could have parts of the rate; leave sections out",
                       calc->job->path);
    KR_ANEW(ids, &calc->arena, x->nsections);
    KR_ANEW(names, &calc->arena, x->nsections);
    for (size_t i = 0; i < x->nsections; i++) {
        ids[i] = calc->model->sections[i].id;
        names[i] = calc->model->sections[i].name ? calc->model->sections[i].name : "";
    }
    x->section = ids;
    x->section_name = names;
    KR_TRY(look_at(calc, &o));
    KR_ANEW(o.section, &calc->arena, x->nparts + 1);
    KR_ANEW(o.points, &calc->arena, x->nparts + 1);
    KR_ANEW(o.outline, &calc->arena, x->nparts + 1);
    KR_ANEW(o.lon, &calc->arena, x->npoints + 1);
    KR_ANEW(o.lat, &calc->arena, x->npoints + 1);
    KR_TRY(look_at(calc, &o));
    x->part_section = o.section;
    x->part_points = o.points;
    x->part_outline = o.outline;
    x->lon = o.lon;
    x->lat = o.lat;
out:
    return s;
}

kr_status kr_disagg_shares_begin(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    const kr_job_disagg *asked = &calc->job->disagg;
    kr_results_shares *x;
    if (!asked->tree_sources && !asked->tree_sections)
        return KR_OK;
    KR_ANEW(x, &calc->arena, 1);
    *x = (kr_results_shares){.sources = asked->tree_sources, .sections = asked->tree_sections};
    KR_TRY(list_sources(calc, x));
    if (asked->tree_sections)
        KR_TRY(list_sections(calc, x));
    d->stored.shares = x;
out:
    return s;
}

/* The levels that are computed together: those of so many measures, or of one where measures have
 * weights of their own. */
static size_t levels_at_once(const kr_calc *calc, const struct kr_calc_disagg *d, size_t nimts)
{
    return (calc->tree->nweights > 1 ? 1 : nimts) * d->stored.npoes;
}

size_t kr_disagg_shares_bytes(const kr_calc *calc, const struct kr_calc_disagg *d, size_t nimts)
{
    const kr_results_shares *x = d->stored.shares;
    if (!x)
        return 0;
    size_t row = x->nsources > x->nsections ? x->nsources : x->nsections;
    return kr_disagg_sources_bytes(calc->hazard, levels_at_once(calc, d, nimts), calc->threads) +
           row * sizeof(double) + d->nlevels * sizeof(kr_disagg_level);
}

/* ------------------------------------------------------------------ a site */

static bool none_reached(const double *levels, size_t n)
{
    for (size_t l = 0; l < n; l++)
        if (levels[l] > 0)
            return false;
    return true;
}

kr_status kr_disagg_put_shares(kr_disagg_stage *g)
{
    kr_status s = KR_OK;
    const kr_calc *calc = g->calc;
    const struct kr_calc_disagg *d = g->d;
    size_t npoes = d->stored.npoes, nrates = calc->tree->nrates;
    size_t most = levels_at_once(calc, d, d->stored.nimts);
    const double *levels = d->levels + g->site * d->stored.nsets * d->nlevels;
    kr_disagg_sources *shares = NULL;
    kr_disagg_level *wanted = NULL;
    if (!d->stored.shares)
        return KR_OK;
    kr_calc_turn(g->calc, "sources of the hazard");
    KR_NEW(wanted, calc->ctx, KR_ACCOUNT_STATS, most);
    for (size_t first = 0, n; first < d->nlevels; first += n) {
        n = d->nlevels - first < most ? d->nlevels - first : most;
        if (none_reached(levels + first, n)) /* zeros are there */
            continue;
        size_t measure = first / npoes, column = calc->tree->nweights > 1 ? 1 + measure : 0;
        for (size_t l = 0; l < n; l++)
            wanted[l] = (kr_disagg_level){(first + l) / npoes, levels[first + l]};
        KR_TRY(kr_hazard_disagg_sources(calc->hazard, g->site, wanted, n, g->mean + column * nrates,
                                        calc->threads, &shares));
        KR_TRY(kr_results_put_shares(calc->results, g->site, measure, n / npoes, shares));
        kr_disagg_sources_destroy(&shares);
        kr_progress(calc->ctx, "sources of the hazard",
                    (double)g->site + (double)(first + n) / (double)d->nlevels,
                    (double)calc->sites->n);
    }
out:
    kr_disagg_sources_destroy(&shares);
    kr_free(wanted);
    return s;
}
