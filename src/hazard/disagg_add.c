/* From contexts to rates by cell and band of epsilon. */
#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"

#include <math.h>
#include <string.h>

/* Contexts [first, first + n) of a batch, at most KR_GMM_BATCH. */
typedef struct stretch {
    const kr_contexts *all;
    size_t first, n;
    kr_gmm_batch batch;
    bool changes; /* bands change with the alternative, by kr_disagg_change */
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
            u->weights[to] = has ? (at->changes ? 1 : kr_disagg_rate(u->of, b, i, k)) : 0;
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

/* The bands of the contexts of the piece: u->bands[(context * levels of the measure + level) *
 * bands
 * + band], rows padded. */
static void make_bands(kr_disagg_unit *u, const piece *p)
{
    const kr_bands *bands = &u->of->bands;
    const double *x = p->levels->x;
    memset(u->bands, 0, p->n * p->stride * sizeof *u->bands);
    for (size_t part = 0; part < kr_disagg_count_parts(u->of, p->motion); part++) {
        const double *motion[2];
        double weight = kr_disagg_part_of(u->of, &u->motions, p->motion, part, p->shared, p->k,
                                          p->first, p->n, motion);
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
    const kr_disagg_occurrence occurrence = {u->of, p->at->all, u->group};
    make_bands(u, p);
    for (size_t k = 0; k < u->work->nmembers; k++)
        for (size_t j = 0; j < p->n; j++) {
            size_t at = k * KR_GMM_BATCH + p->first + j;
            const double *row = u->bands + j * p->stride;
            if (u->places[at] == KR_NO_CELL)
                continue;
            if (p->at->changes) {
                memcpy(u->changed, row, p->stride * sizeof *row);
                kr_disagg_change(&occurrence, p->at->first + p->first + j, k, p->stride,
                                 u->changed);
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
    at->changes = kr_disagg_changes(&(kr_disagg_occurrence){u->of, at->all, u->group});
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
