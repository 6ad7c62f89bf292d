/* From contexts to rates by cell and band of epsilon. The contexts of a batch are taken in the
 * order of their cells: what a few of them add to the numbers of a cell is summed up before. */
#include "hazard/disagg_int.h"

#include <stdlib.h>
#include <string.h>

/* Contexts [first, first + n) of a batch, at most KR_GMM_BATCH. */
typedef struct stretch {
    const kr_contexts *all;
    size_t first, n;
    kr_gmm_batch batch;
    bool changes; /* bands change with the alternative, by kr_disagg_change */
} stretch;

/* Contexts [first, first + n) of a stretch, a model. */
typedef struct piece {
    const stretch *at;
    const kr_motion *motion;
    size_t model, first, n;
    bool shared;
} piece;

/* ---- cells ---- */

static int by_number(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

/* The contexts by cell, those of a cell as they come; what has no cell is the last. */
static const kr_contexts *sort(kr_disagg_unit *u, const kr_contexts *b)
{
    const kr_binner *binner = &u->of->binner;
    bool places = kr_binner_wants_place(binner);
    for (size_t i = 0; i < b->n; i++) {
        uint64_t cell = kr_binner_cell(binner, b->col[KR_COL_MAG][i], b->col[KR_COL_RRUP][i],
                                       places ? b->col[KR_COL_CLON][i] : 0,
                                       places ? b->col[KR_COL_CLAT][i] : 0);
        u->keys[i] = cell << 32 | i;
    }
    qsort(u->keys, b->n, sizeof *u->keys, by_number);
    for (size_t i = 0; i < b->n; i++) {
        u->gathered.order[i] = (uint32_t)u->keys[i];
        u->cells[i] = (uint32_t)(u->keys[i] >> 32);
    }
    return kr_gather(&u->gathered, b);
}

/* Of each member: the number of occurrences to expect (1 where there is more to it), 0 for what it
 * has not. */
static void take_weights(kr_disagg_unit *u, const stretch *at)
{
    for (size_t k = 0; k < u->work->nmembers; k++)
        for (size_t j = 0; j < at->n; j++) {
            size_t i = at->first + j;
            bool has = u->cells[i] != KR_NO_CELL && kr_disagg_has(at->all, i, k);
            u->weights[k * KR_GMM_BATCH + j] =
                !has ? 0 : (at->changes ? 1 : kr_disagg_rate(u->of, at->all, i, k));
        }
}

/* ---- bands ---- */

/* The exceedance of a measure, number k of the model, by band: u->bands[context * row + level *
 * bands + band], the levels as in the result. */
static void make_bands(kr_disagg_unit *u, const piece *p, size_t k)
{
    const kr_hazard *h = u->of->hazard;
    const kr_bands *bands = &u->of->bands;
    const kr_disagg_levels *levels = &u->of->levels[p->motion->measures[k]];
    for (size_t part = 0; part < kr_disagg_count_parts(u->of, p->motion); part++) {
        const double *motion[2];
        double weight = kr_disagg_part_of(u->of, &u->motions, p->motion, part, p->shared, k,
                                          p->first, p->n, motion);
        h->kernels->poes(&h->truncation, levels->x, levels->padded, p->n, motion[0], motion[1], 1,
                         false, levels->padded, u->poes);
        for (size_t j = 0; j < p->n; j++) {
            const double *poes = u->poes + j * levels->padded;
            double *to = u->bands + j * u->row;
            for (size_t l = 0; l < levels->n && poes[l] > 0; l++) /* levels increase */
                kr_bands_add(bands, (levels->x[l] - motion[0][j]) / motion[1][j], poes[l],
                             weight * u->factor, to + levels->number[l] * bands->n);
        }
    }
}

/* ---- numbers ---- */

/* Where a member's numbers of a cell begin. */
static double *numbers_of(const kr_disagg_unit *u, size_t model, size_t member, uint32_t cell)
{
    size_t component = u->work->members[member];
    const kr_cell_set *set = &u->of->sets[component];
    double *all = u->source ? u->source : u->of->out->parts[component].rates;
    return all + (model * set->n + kr_cell_set_place(set, cell)) * kr_disagg_stride(u->of);
}

static void add_row(double *restrict to, const double *restrict row, double weight, size_t n)
{
#pragma omp simd
    for (size_t e = 0; e < n; e++)
        to[e] += weight * row[e];
}

/* The members that have any of the contexts [first, first + n) of a stretch. */
static size_t find_members(kr_disagg_unit *u, size_t first, size_t n)
{
    size_t count = 0;
    for (size_t k = 0; k < u->work->nmembers; k++) {
        const double *weights = u->weights + k * KR_GMM_BATCH + first;
        size_t j = 0;
        while (j < n && weights[j] == 0)
            j++;
        if (j < n)
            u->members[count++] = (uint32_t)k;
    }
    return count;
}

/* Contexts [first, first + n) of a piece, all of one cell, whose bands are multiplied by rates. */
static void add_together(kr_disagg_unit *u, const piece *p, size_t first, size_t n, uint32_t cell)
{
    size_t nnumbers = kr_disagg_stride(u->of), at = p->first + first;
    size_t nmembers = find_members(u, at, n);
    const double *rows = u->bands + first * u->row;
    if (n > 1) {
        kr_summing sum = {.poes = rows,
                          .stride = u->row,
                          .nlevels = u->row,
                          .rows = u->rows,
                          .n = n,
                          .weights = u->weights + at,
                          .weights_stride = KR_GMM_BATCH,
                          .members = u->members,
                          .nmembers = nmembers,
                          .sums = u->sums,
                          .sums_stride = u->row};
        for (size_t i = 0; i < nmembers; i++)
            memset(u->sums + u->members[i] * u->row, 0, u->row * sizeof *u->sums);
        u->of->hazard->kernels->add_rates(&sum);
    }
    for (size_t i = 0; i < nmembers; i++) {
        size_t k = u->members[i];
        double weight = n > 1 ? 1 : u->weights[k * KR_GMM_BATCH + at];
        add_row(numbers_of(u, p->model, k, cell), n > 1 ? u->sums + k * u->row : rows, weight,
                nnumbers);
    }
}

/* Those whose bands change with the member. */
static void add_changed(kr_disagg_unit *u, const piece *p, size_t first, size_t n, uint32_t cell)
{
    const kr_disagg_occurrence occurrence = {u->of, p->at->all, u->group};
    for (size_t k = 0; k < u->work->nmembers; k++)
        for (size_t j = first; j < first + n; j++) {
            if (u->weights[k * KR_GMM_BATCH + p->first + j] == 0)
                continue;
            memcpy(u->changed, u->bands + j * u->row, u->row * sizeof *u->changed);
            kr_disagg_change(&occurrence, p->at->first + p->first + j, k, u->row, u->changed);
            add_row(numbers_of(u, p->model, k, cell), u->changed, 1, kr_disagg_stride(u->of));
        }
}

static void add_piece(kr_disagg_unit *u, const piece *p)
{
    const uint32_t *cells = u->cells + p->at->first + p->first;
    memset(u->bands, 0, p->n * u->row * sizeof *u->bands);
    for (size_t k = 0; k < p->motion->nimts; k++)
        make_bands(u, p, k);
    for (size_t first = 0, end; first < p->n && cells[first] != KR_NO_CELL; first = end) {
        end = first + 1;
        while (end < p->n && cells[end] == cells[first])
            end++;
        (p->at->changes ? add_changed : add_together)(u, p, first, end - first, cells[first]);
    }
}

/* ---- models ---- */

static void add_model(kr_disagg_unit *u, const stretch *at, size_t model, bool shared)
{
    piece p = {.at = at,
               .motion = &u->motions.of[u->work->component->gsims[model]],
               .model = model,
               .shared = shared};
    for (; p.first < at->n; p.first += KR_POES_ROWS) {
        size_t left = at->n - p.first;
        p.n = left < KR_POES_ROWS ? left : KR_POES_ROWS;
        add_piece(u, &p);
    }
}

static kr_status add_stretch(kr_disagg_unit *u, stretch *at)
{
    kr_status s = KR_OK;
    const kr_component *c = u->work->component;
    at->changes = kr_disagg_changes(&(kr_disagg_occurrence){u->of, at->all, u->group});
    take_weights(u, at);
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

void kr_disagg_round(const kr_contexts *b)
{
    for (int c = 0; c < KR_COL_COUNT; c++) {
        if (!b->col[c] || kr_column_kind_of((kr_column)c) == KR_COLUMN_SITE)
            continue;
        for (size_t i = 0; i < (b->n + 7) / 8 * 8; i++)
            b->col[c][i] = (double)(float)b->col[c][i];
    }
}

kr_status kr_disagg_add(void *user, const kr_contexts *b)
{
    kr_status s = KR_OK;
    kr_disagg_unit *u = user;
    if (kr_interrupted(u->of->hazard->ctx))
        return kr_fail(u->of->hazard->ctx, KR_EINTERRUPTED, "interrupted");
    if (!u->of->exact)
        kr_disagg_round(b);
    b = sort(u, b);
    for (size_t first = 0; first < b->n; first += KR_GMM_BATCH) {
        stretch at = {.all = b, .first = first, .n = b->n - first};
        if (at.n > KR_GMM_BATCH)
            at.n = KR_GMM_BATCH;
        at.batch = kr_motions_batch(b, first, at.n);
        KR_TRY(add_stretch(u, &at));
    }
out:
    return s;
}
