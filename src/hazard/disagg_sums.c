#include "hazard/disagg_sums.h"

#include "hazard/disagg_between.h"

#include <math.h>
#include <string.h>

static size_t cells_of(const kr_disagg_edges *edges, const kr_disagg_kind *kind)
{
    size_t n = 1;
    for (size_t i = 0; i < kind->ndims; i++)
        n *= edges->n[kind->dims[i]];
    return n;
}

size_t kr_disagg_sums_bytes(const kr_disagg_edges *edges, const kr_job *job, size_t nlevels,
                            size_t ntargets)
{
    size_t n = 3;
    for (size_t i = 0; i < job->disagg.nkinds; i++)
        n += cells_of(edges, job->disagg.kinds[i]);
    return (n * ntargets + edges->n[KR_DIM_EPS]) * nlevels * sizeof(double) +
           sizeof(kr_disagg_sums) + (KR_DISAGG_KINDS + 5) * (size_t)128;
}

kr_status kr_disagg_sums_create(kr_ctx *ctx, const kr_disagg_edges *edges, const kr_job *job,
                                const kr_tree *tree, size_t nlevels, size_t ntargets,
                                kr_disagg_sums **out)
{
    kr_status s = KR_OK;
    kr_disagg_sums *z;
    *out = NULL;
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    z->edges = edges;
    z->job = job;
    z->tree = tree;
    z->nkinds = job->disagg.nkinds;
    z->kinds = job->disagg.kinds;
    z->nlevels = nlevels;
    z->ntargets = ntargets;
    KR_NEW(z->total, ctx, KR_ACCOUNT_STATS, nlevels * ntargets);
    KR_NEW(z->below, ctx, KR_ACCOUNT_STATS, nlevels * ntargets);
    KR_NEW(z->above, ctx, KR_ACCOUNT_STATS, nlevels * ntargets);
    KR_NEW(z->cell, ctx, KR_ACCOUNT_STATS, nlevels * edges->n[KR_DIM_EPS]);
    for (size_t i = 0; i < z->nkinds; i++) {
        z->cells[i] = cells_of(edges, z->kinds[i]);
        KR_NEW(z->rates[i], ctx, KR_ACCOUNT_STATS, z->cells[i] * nlevels * ntargets);
    }
    *out = z;
    z = NULL;
out:
    kr_disagg_sums_destroy(&z);
    return s;
}

void kr_disagg_sums_destroy(kr_disagg_sums **sums)
{
    kr_disagg_sums *z = *sums;
    if (!z)
        return;
    for (size_t i = 0; i < z->nkinds; i++)
        kr_free(z->rates[i]);
    kr_free(z->total);
    kr_free(z->below);
    kr_free(z->above);
    kr_free(z->cell);
    kr_free(z);
    *sums = NULL;
}

void kr_disagg_sums_clear(kr_disagg_sums *z)
{
    size_t n = z->nlevels * z->ntargets;
    memset(z->total, 0, n * sizeof *z->total);
    memset(z->below, 0, n * sizeof *z->below);
    memset(z->above, 0, n * sizeof *z->above);
    z->between = NULL;
    for (size_t i = 0; i < z->nkinds; i++)
        memset(z->rates[i], 0, z->cells[i] * n * sizeof *z->rates[i]);
}

/* ------------------------------------------------------------------ adding */

/* One component on its way. */
typedef struct adding {
    kr_disagg_sums *sums;
    const kr_disagg *disagg;
    const kr_disagg_part *part;
    const double *weights; /* of the component's models, of the first level */
    size_t stride;         /* to those of the next */
    size_t nmodels, trt, target;
    bool averaged; /* probabilities are added with their weights, not rates */
} adding;

/* The weighted sum over the models in one cell. The reference weighs the mean of exclusive sources
 * once more by those that have contexts of the bin of magnitude. */
static void sum_models(const adding *a, size_t cell)
{
    kr_disagg_sums *z = a->sums;
    size_t neps = z->edges->n[KR_DIM_EPS], n = z->nlevels * neps;
    memset(z->cell, 0, n * sizeof *z->cell);
    for (size_t k = 0; k < a->nmodels; k++)
        for (size_t l = 0; l < z->nlevels; l++) {
            size_t row = (k * a->part->ncells + cell) * a->disagg->nlevels + z->first_level + l;
            const double *rates = a->part->rates + row * neps;
            double w = a->weights[l * a->stride + k];
            for (size_t e = 0; e < neps && w != 0; e++)
                z->cell[l * neps + e] += w * (a->averaged ? -expm1(-rates[e]) : rates[e]);
        }
    double again =
        a->averaged && a->part->exclusive ? a->part->exclusive[a->part->cells[cell].mag] : 1;
    for (size_t i = 0; i < n && a->averaged; i++)
        z->cell[i] = -log1p(-z->cell[i] * again);
}

/* The place of a cell in a table; epsilon, always the last axis, left out. */
static size_t place(const adding *a, const kr_disagg_kind *kind, size_t cell)
{
    const kr_disagg_cell *c = &a->part->cells[cell];
    const size_t at[KR_DIMS] = {a->trt, c->mag, c->dist, c->lon, c->lat, 0};
    size_t index = 0;
    for (size_t i = 0; i < kind->ndims; i++)
        if (kind->dims[i] != KR_DIM_EPS)
            index = index * a->sums->edges->n[kind->dims[i]] + at[kind->dims[i]];
    return index;
}

static void add_cell(const adding *a, size_t cell)
{
    kr_disagg_sums *z = a->sums;
    size_t neps = z->edges->n[KR_DIM_EPS], step = z->ntargets;
    sum_models(a, cell);
    for (size_t i = 0; i < z->nkinds; i++) {
        bool eps = kr_disagg_kind_has(z->kinds[i], KR_DIM_EPS);
        size_t first = place(a, z->kinds[i], cell) * (eps ? neps : 1);
        for (size_t l = 0; l < z->nlevels; l++)
            for (size_t e = 0; e < neps; e++)
                z->rates[i][((first + (eps ? e : 0)) * z->nlevels + l) * step + a->target] +=
                    z->cell[l * neps + e];
    }
    for (size_t l = 0; l < z->nlevels; l++)
        for (size_t e = 0; e < neps; e++)
            z->total[l * step + a->target] += z->cell[l * neps + e];
}

static bool has_weight(const adding *a)
{
    for (size_t l = 0; l < (a->stride ? a->sums->nlevels : 1); l++)
        for (size_t k = 0; k < a->nmodels; k++)
            if (a->weights[l * a->stride + k] != 0)
                return true;
    return false;
}

/* What the component has at the two levels around. */
static void add_ends(const adding *a, size_t first_rate)
{
    kr_disagg_sums *z = a->sums;
    const kr_disagg_chord *chord = a->disagg->chord;
    z->between = chord;
    for (size_t l = 0; chord && l < z->nlevels; l++)
        for (size_t k = 0; k < a->nmodels; k++) {
            size_t from = (z->first_level + l) * z->tree->nrates + first_rate + k;
            double w = a->weights[l * a->stride + k];
            z->below[l * z->ntargets + a->target] += w * chord->below[from];
            z->above[l * z->ntargets + a->target] += w * chord->above[from];
        }
}

void kr_disagg_sums_add(kr_disagg_sums *sums, const kr_disagg *disagg, const double *weights,
                        size_t stride, size_t target)
{
    for (size_t c = 0; c < disagg->ncomponents; c++) {
        const kr_component *component = &sums->tree->components[c];
        adding a = {.sums = sums,
                    .disagg = disagg,
                    .part = &disagg->parts[c],
                    .weights = weights + component->first_rate,
                    .stride = stride,
                    .nmodels = component->ngsims,
                    .trt = sums->edges->trt_of[c],
                    .target = target};
        if (!has_weight(&a))
            continue;
        bool exclusive = (component->group && component->group->mutex_sources) ||
                         a.part->exclusive; /* stored components have no groups */
        a.averaged = sums->mean && sums->job->compat == KR_COMPAT_OQ_3_21 && exclusive;
        add_ends(&a, component->first_rate);
        for (size_t cell = 0; cell < a.part->ncells; cell++)
            add_cell(&a, cell);
    }
}

/* What the rates of a level and target are multiplied with. */
static double to_curve(const kr_disagg_sums *z, size_t i)
{
    double part = z->between->part[z->first_level + i / z->ntargets];
    if (part == 0 || !(z->total[i] > 0))
        return 1;
    return kr_disagg_on_chord(z->below[i], z->above[i], part) / z->total[i];
}

static void bring_to_curve(kr_disagg_sums *z)
{
    size_t n = z->nlevels * z->ntargets;
    for (size_t i = 0; i < n; i++) {
        double factor = to_curve(z, i);
        z->total[i] *= factor;
        for (size_t kind = 0; kind < z->nkinds; kind++)
            for (size_t k = 0; k < z->cells[kind]; k++)
                z->rates[kind][k * n + i] *= factor;
    }
}

void kr_disagg_sums_finish(kr_disagg_sums *z)
{
    size_t n = z->nlevels * z->ntargets;
    if (z->between)
        bring_to_curve(z);
    for (size_t i = 0; i < n; i++)
        z->total[i] = -expm1(-z->total[i]);
    for (size_t i = 0; i < z->nkinds; i++)
        for (size_t k = 0; k < z->cells[i] * n; k++)
            z->rates[i][k] = -expm1(-z->rates[i][k]);
}
