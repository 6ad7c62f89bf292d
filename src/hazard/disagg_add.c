/* From contexts to rates by cell and band of epsilon.
 *
 * Rates of Poissonian ruptures add: a context has rate x (probability of a band) in each band. Of
 * others each band has -ln of its own probability of no exceedance (docs/theory.md, 16), so that
 * the bands' rates do not sum up to that of the context. */
#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"

#include <math.h>
#include <string.h>

/* Contexts [first, first + n) of a batch, at most KR_GMM_BATCH. */
typedef struct stretch {
    const kr_contexts *all;
    size_t first, n;
    kr_gmm_batch batch;
    bool changes; /* bands change with the alternative, by change() */
} stretch;

/* The contexts and the measure at work. */
typedef struct piece {
    const stretch *at;
    const kr_motion *motion;
    const kr_disagg_levels *levels;
    size_t model, k, first, n;
    size_t stride; /* levels x bands, padded for the kernels */
    bool shared;
} piece;

/* ---- what a stretch is ---- */

/* Without rates of occurrence; the reference forgets the model of a source where it infers rates.
 */
static bool is_binomial(const kr_disagg_unit *u, const kr_contexts *b)
{
    return b->nprobs == 0 && b->source->tom == KR_TOM_NEGATIVE_BINOMIAL &&
           (u->of->exact || !u->of->hazard->job->infer_occur_rates);
}

static bool in_cluster(const kr_disagg_unit *u)
{
    return u->group && u->group->cluster;
}

/* By what the bands of context i are multiplied for a member that has it. */
static double weight_of(const kr_disagg_unit *u, const stretch *at, size_t i, size_t member)
{
    double rate;
    if (at->changes)
        return 1;
    rate = kr_annual_rate(at->all, i, member);
    if (!u->of->exact)
        rate = (double)(float)rate;
    return rate * u->of->hazard->job->investigation_time;
}

/* The cell of each context, and its place among the cells of each member that has it. */
static void find_places(kr_disagg_unit *u, const stretch *at)
{
    const kr_contexts *b = at->all;
    const kr_binner *binner = &u->of->binner;
    bool places = kr_binner_wants_place(binner);
    for (size_t j = 0; j < at->n; j++) {
        size_t i = at->first + j;
        uint32_t cell = kr_binner_cell(binner, b->col[KR_COL_MAG][i], b->col[KR_COL_RRUP][i],
                                       places ? b->col[KR_COL_CLON][i] : 0,
                                       places ? b->col[KR_COL_CLAT][i] : 0);
        for (size_t k = 0; k < u->work->nmembers; k++) {
            size_t to = k * KR_GMM_BATCH + j;
            bool has = cell != KR_NO_CELL && kr_disagg_has(b, i, k);
            u->places[to] =
                has ? kr_cell_set_place(&u->of->sets[u->work->members[k]], cell) : KR_NO_CELL;
            u->weights[to] = has ? weight_of(u, at, i, k) : 0;
        }
    }
}

/* ---- bands ---- */

/* Where a member's numbers of context j of the stretch begin. */
static double *numbers_of(const kr_disagg_unit *u, size_t model, size_t member, size_t j)
{
    size_t component = u->work->members[member];
    size_t cell = u->places[member * KR_GMM_BATCH + j];
    double *all = u->source ? u->source : u->of->out->parts[component].rates;
    return all + (model * u->of->sets[component].n + cell) * kr_disagg_stride(u->of);
}

/* Probabilities of exceedance of the piece by one occurrence under one part. */
static void make_poes(kr_disagg_unit *u, const piece *p, const double *motion[2])
{
    const kr_hazard *h = u->of->hazard;
    h->kernels->poes(&h->truncation, p->levels->x, p->levels->padded, p->n, motion[0], motion[1], 1,
                     false, p->levels->padded, u->poes);
}

/* How many parts a model has here: the reference leaves the mixture_model of a single model out. */
static size_t count_parts(const kr_disagg_unit *u, const piece *p)
{
    bool mixture = p->motion->ngmms == 1 && p->motion->nparts > 1;
    return mixture && !u->of->exact ? 1 : p->motion->nparts;
}

static void part_of(kr_disagg_unit *u, const piece *p, size_t part, const double *motion[2],
                    double *weight)
{
    kr_motions_part(&u->motions, p->motion, part, p->shared, p->k, p->first, p->n, motion);
    *weight = p->motion->parts[part].weight;
    if (count_parts(u, p) == p->motion->nparts)
        return;
    motion[1] = u->motions.sigma + p->k * KR_GMM_BATCH + p->first; /* without its factor */
    *weight = 1;
}

/* The bands of the contexts of the piece: u->bands[(context * levels of the measure + level) *
 * bands
 * + band], rows padded. */
static void make_bands(kr_disagg_unit *u, const piece *p)
{
    const kr_bands *bands = &u->of->bands;
    const double *x = p->levels->x;
    memset(u->bands, 0, p->n * p->stride * sizeof *u->bands);
    for (size_t part = 0; part < count_parts(u, p); part++) {
        const double *motion[2];
        double weight;
        part_of(u, p, part, motion, &weight);
        make_poes(u, p, motion);
        for (size_t j = 0; j < p->n; j++) {
            const double *poes = u->poes + j * p->levels->padded;
            double *to = u->bands + j * p->stride;
            for (size_t l = 0; l < p->levels->n && poes[l] > 0; l++) /* levels increase */
                kr_bands_add(bands, (x[l] - motion[0][j]) / motion[1][j], poes[l],
                             weight * u->factor, to + l * bands->n);
        }
    }
}

/* ---- other occurrence than Poissonian ---- */

/* Probabilities of bands by one occurrence of a context become rates of a member, n of them. */
static void change(const kr_disagg_unit *u, const stretch *at, size_t i, size_t member, size_t n)
{
    const kr_contexts *b = at->all;
    double alpha = b->source->tom_alpha;
    double mean = kr_annual_rate(b, i, member) * u->of->hazard->job->investigation_time;
    if (!in_cluster(u) && b->nprobs)
        u->of->hazard->kernels->occur(n, b->probs[i] + member * b->nprobs, b->nprobs, u->changed);
    for (size_t e = 0; e < n; e++) {
        double x = u->changed[e];
        if (in_cluster(u) || b->nprobs)
            u->changed[e] = -log1p(-fmin(x, 1 - 0x1p-53));
        else
            u->changed[e] = log1p(alpha * mean * x) / alpha;
    }
}

/* ---- numbers ---- */

/* Add a row of bands times a weight to the numbers of a member. */
static void add_row(const kr_disagg_levels *levels, size_t nbands, double weight, const double *row,
                    double *to)
{
    for (size_t l = 0; l < levels->n; l++) {
        const double *from = row + l * nbands;
        double *at = to + levels->number[l] * nbands;
        for (size_t e = 0; e < nbands; e++)
            at[e] += weight * from[e];
    }
}

static void add_piece(kr_disagg_unit *u, const piece *p)
{
    make_bands(u, p);
    for (size_t k = 0; k < u->work->nmembers; k++)
        for (size_t j = 0; j < p->n; j++) {
            size_t at = k * KR_GMM_BATCH + p->first + j;
            const double *row = u->bands + j * p->stride;
            if (u->places[at] == KR_NO_CELL)
                continue;
            if (p->at->changes) {
                memcpy(u->changed, row, p->stride * sizeof *row);
                change(u, p->at, p->at->first + p->first + j, k, p->stride);
                row = u->changed;
            }
            add_row(p->levels, u->of->bands.n, u->weights[at], row,
                    numbers_of(u, p->model, k, p->first + j));
        }
}

/* ---- models ---- */

static void add_model(kr_disagg_unit *u, const stretch *at, size_t model, bool shared)
{
    const kr_motion *motion = &u->motions.of[u->work->component->gsims[model]];
    for (size_t k = 0; k < motion->nimts; k++) {
        const kr_disagg_levels *levels = &u->of->levels[motion->measures[k]];
        piece p = {.at = at,
                   .motion = motion,
                   .levels = levels,
                   .stride = (levels->n * u->of->bands.n + 7) / 8 * 8,
                   .model = model,
                   .k = k,
                   .shared = shared};
        for (; p.first < at->n; p.first += KR_POES_ROWS) {
            size_t left = at->n - p.first;
            p.n = left < KR_POES_ROWS ? left : KR_POES_ROWS;
            add_piece(u, &p);
        }
    }
}

static kr_status add_stretch(kr_disagg_unit *u, stretch *at)
{
    kr_status s = KR_OK;
    const kr_component *c = u->work->component;
    at->changes = at->all->nprobs || in_cluster(u) || is_binomial(u, at->all);
    find_places(u, at);
    for (size_t k = u->first; k < u->end; k++) {
        const kr_evaluation *e = &u->work->family->evaluations[k];
        if (u->motions.of[c->gsims[e->models[0]]].nimts == 0)
            continue;
        KR_TRY(kr_motions_eval(&u->motions, c, e, &at->batch));
        for (size_t i = 0; i < e->n; i++)
            add_model(u, at, e->models[i], e->shared);
    }
out:
    return s;
}

kr_status kr_disagg_add(void *user, const kr_contexts *b)
{
    kr_status s = KR_OK;
    kr_disagg_unit *u = user;
    if (kr_interrupted(u->of->hazard->ctx))
        return kr_fail(u->of->hazard->ctx, KR_EINTERRUPTED, "interrupted");
    for (size_t first = 0; first < b->n; first += KR_GMM_BATCH) {
        stretch at = {.all = b, .first = first, .n = b->n - first};
        if (at.n > KR_GMM_BATCH)
            at.n = KR_GMM_BATCH;
        at.batch = (kr_gmm_batch){.n = at.n};
        for (int c = 0; c < KR_COL_COUNT; c++)
            at.batch.col[c] = b->col[c] ? b->col[c] + first : NULL;
        KR_TRY(add_stretch(u, &at));
    }
out:
    return s;
}
