/* A disaggregation made again of the rates by cell that a run stored. */
#include "run/restat.h"

#include "base/mem.h"
#include "base/str.h"
#include "output/stored_disagg.h"
#include "run/disagg.h"

#include <string.h>

/* ------------------------------------------------------------------ the job */

static bool holds(const kr_restat *r, size_t run, const char *group)
{
    return kr_h5_exists(r->runs[run]->file, group);
}

/* What the new results do without, and why; an error where it is asked for. */
static kr_status leave_out(const kr_restat *r, const char *why)
{
    if (r->options->nparameters)
        return kr_fail(r->ctx, KR_EINPUT, "-p %s: %s", r->options->parameters[0].key, why);
    for (size_t i = 0; i < r->nruns; i++)
        if (holds(r, i, "disagg-bins")) {
            kr_info(r->ctx,
                    "%s holds a disaggregation: the new results hold curves and maps alone, no "
                    "disaggregation: %s",
                    r->runs[i]->dir, why);
            break;
        }
    return KR_OK;
}

static const char *why_not(const kr_restat *r, const kr_job *job)
{
    if (!holds(r, 0, "disagg-bins"))
        return "the run made no disaggregation (calculation_mode = disaggregation, "
               "disagg_cells_precision = float64)";
    if (!holds(r, 0, "disagg-cells"))
        return "the run stored no rates by cell; they are stored with disagg_cells_precision = "
               "float64 in the job";
    if (r->nruns > 1)
        return "it is made again of one run alone, and there are several";
    if (!job->mean)
        return "it needs the mean curves, and --statistics leaves them out";
    return NULL;
}

#define OCCURRENCE                                                                                 \
    "it is the difference between two levels next to one another, which are stored beside the "    \
    "levels of a run with disagg_statistics = occurrence alone"

/* Other levels than those of the run's tables? */
static bool levels_move(const kr_restat *r)
{
    const kr_stats_options *o = r->options;
    for (size_t i = 0; i < o->nparameters; i++)
        if (kr_str_eq(o->parameters[i].key, "poes_disagg") ||
            kr_str_eq(o->parameters[i].key, "iml_disagg"))
            return true;
    return o->source_tree || o->gsim_tree;
}

/* What the run itself asked for, but for what needs ruptures. */
static kr_status add_own(kr_restat *r, kr_job *job)
{
    static const char *const keys[] = {"disagg_outputs", "disagg_statistics", "rlz_index",
                                       "num_rlzs_disagg"};
    kr_status s = KR_OK;
    kr_override own[sizeof keys / sizeof *keys];
    size_t n = 0;
    bool named = false;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *value = kr_provenance_option(&r->runs[0]->provenance, keys[i]);
        if (!value || kr_str_eq(value, "none") || (i == 3 && named))
            continue;
        named = named || i == 2;
        own[n++] = (kr_override){keys[i], value};
    }
    KR_TRY(kr_job_change_disagg(r->ctx, job, own, n, r->runs[0]->path, &r->arena));
    if (job->disagg.tree_sources || job->disagg.tree_sections)
        kr_info(r->ctx, "%s: what sources and sections have is not made again: it needs ruptures",
                r->runs[0]->dir);
    job->disagg.tree_sources = job->disagg.tree_sections = false;
    if (job->disagg.tree_occurrence && levels_move(r)) {
        kr_info(r->ctx, "%s: disagg_statistics: occurrence is left out: " OCCURRENCE,
                r->runs[0]->dir);
        job->disagg.tree_occurrence = false;
    }
out:
    return s;
}

static bool has_eps(const kr_job *job)
{
    for (size_t i = 0; i < job->disagg.nkinds; i++)
        if (kr_disagg_kind_has(job->disagg.kinds[i], KR_DIM_EPS))
            return true;
    return false;
}

static kr_status add_given(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    const kr_stats_options *o = r->options;
    kr_override *given;
    bool eps = has_eps(job), occurrence = job->disagg.tree_occurrence;
    KR_ANEW(given, &r->arena, o->nparameters + 1);
    for (size_t i = 0; i < o->nparameters; i++)
        given[i] = (kr_override){o->parameters[i].key, o->parameters[i].value};
    KR_TRY(kr_job_change_disagg(r->ctx, job, given, o->nparameters, "-p", &r->arena));
    if (job->disagg.tree_sources || job->disagg.tree_sections)
        return kr_fail(r->ctx, KR_EINPUT,
                       "-p disagg_statistics: what sources and sections have needs ruptures, and "
                       "stored rates by cell do not tell them apart; run the job with it");
    if (job->disagg.tree_occurrence && !occurrence)
        return kr_fail(r->ctx, KR_EINPUT, "-p disagg_statistics: occurrence: " OCCURRENCE);
    if (has_eps(job) && !eps)
        return kr_fail(r->ctx, KR_EINPUT,
                       "-p disagg_outputs: no table of the run has epsilon, and its cells have one "
                       "bin of it; run the job with such a table");
out:
    return s;
}

kr_status kr_restat_disagg_job(kr_restat *r, kr_job *job)
{
    kr_status s = KR_OK;
    const char *why = why_not(r, job);
    if (why)
        return leave_out(r, why);
    job->mode = KR_MODE_DISAGGREGATION;
    job->disagg = (kr_job_disagg){.cells_precision = KR_PRECISION_NONE, .poes = job->poes};
    job->disagg.levels_given = job->poes.n == 0;
    KR_TRY(add_own(r, job));
    KR_TRY(add_given(r, job));
    r->disaggregates = true;
out:
    return s;
}

/* ------------------------------------------------------------------ bins */

static kr_status copy(kr_arena *arena, const double *from, size_t n, double **out)
{
    kr_status s = KR_OK;
    KR_ANEW(*out, arena, n);
    memcpy(*out, from, n * sizeof *from);
out:
    return s;
}

/* Of the sites that are left. */
static kr_status copy_places(kr_arena *arena, const double *from, size_t nedges,
                             const size_t *site_of, size_t nsites, double **out)
{
    kr_status s = KR_OK;
    KR_ANEW(*out, arena, nsites * nedges);
    for (size_t i = 0; i < nsites; i++)
        memcpy(*out + i * nedges, from + site_of[i] * nedges, nedges * sizeof *from);
out:
    return s;
}

/* Which type a component counts for: as in the run. */
static size_t trt_of(const kr_restat *r, const kr_stored_cells *cells, size_t component)
{
    const kr_tree *old = cells->tree;
    size_t rate = r->calc.tree->components[component].first_rate, c = 0;
    if (r->rates)
        rate = r->rates[rate].rate;
    while (c + 1 < old->ncomponents && old->components[c + 1].first_rate <= rate)
        c++;
    return cells->trt[c];
}

static kr_status make_edges(const kr_restat *r, const kr_stored_disagg *from,
                            const kr_stored_cells *cells, const size_t *site_of,
                            kr_disagg_edges **out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = r->calc.tree;
    kr_disagg_edges *e = NULL;
    size_t n = r->calc.sites->n;
    *out = NULL;
    KR_NEW(e, r->ctx, KR_ACCOUNT_OTHER, 1);
    kr_arena_init(&e->arena, r->ctx, KR_ACCOUNT_OTHER);
    memcpy(e->n, from->n, sizeof e->n);
    e->ntrts = from->n[KR_DIM_TRT];
    e->nsites = n;
    KR_ANEW(e->trts, &e->arena, e->ntrts + 1);
    for (size_t i = 0; i < e->ntrts; i++)
        KR_ASTR(e->trts[i], &e->arena, from->trts[i]);
    KR_ANEW(e->trt_of, &e->arena, tree->ncomponents + 1);
    for (size_t c = 0; c < tree->ncomponents; c++)
        e->trt_of[c] = trt_of(r, cells, c);
    KR_TRY(copy(&e->arena, from->edges[KR_DIM_MAG], e->n[KR_DIM_MAG] + 1, &e->mag));
    KR_TRY(copy(&e->arena, from->edges[KR_DIM_DIST], e->n[KR_DIM_DIST] + 1, &e->dist));
    KR_TRY(copy(&e->arena, from->edges[KR_DIM_EPS], e->n[KR_DIM_EPS] + 1, &e->eps));
    KR_TRY(
        copy_places(&e->arena, from->edges[KR_DIM_LON], e->n[KR_DIM_LON] + 1, site_of, n, &e->lon));
    KR_TRY(
        copy_places(&e->arena, from->edges[KR_DIM_LAT], e->n[KR_DIM_LAT] + 1, site_of, n, &e->lat));
    *out = e;
    e = NULL;
out:
    kr_disagg_edges_destroy(&e);
    return s;
}

/* ------------------------------------------------------------------ all */

kr_status kr_restat_disagg(kr_restat *r)
{
    kr_status s = KR_OK;
    const kr_stored *run = r->runs[0];
    kr_stored_disagg *from;
    kr_stored_cells *cells;
    kr_disagg_edges *edges = NULL;
    size_t *site_of, n = r->calc.sites->n;
    if (!r->disaggregates)
        return KR_OK;
    KR_ANEW(site_of, &r->arena, n);
    for (size_t i = 0; i < n; i++)
        site_of[i] = r->chosen ? r->chosen[i] : i;
    KR_TRY(kr_stored_disagg_open(r->ctx, run->path, run->file, run->sites->n, run->job->nimts,
                                 &r->arena, &from));
    KR_TRY(kr_stored_cells_open(r->ctx, run->path, run->file, r->rates ? run->tree : r->calc.tree,
                                run->sites->n, run->job->imts, run->job->nimts, from->n, &r->arena,
                                &cells));
    KR_TRY(make_edges(r, from, cells, site_of, &edges));
    KR_TRY(kr_calc_disagg_again(&r->calc, &edges, cells, (kr_cells_of){r->calc.tree, r->rates},
                                site_of));
out:
    kr_disagg_edges_destroy(&edges);
    return s;
}
