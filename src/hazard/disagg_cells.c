#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"

#include <string.h>

/* One thread that looks. */
typedef struct looking {
    kr_disagg_work *of;
    const kr_work *work;
    kr_makers makers;
    unsigned char *mags; /* that a source has */
    unsigned beyond;
} looking;

/* In single precision, as an edge has to be met by what the reference reads back. */
static unsigned beyond_last(const kr_disagg_axis *axis, kr_disagg_dim dim, double x)
{
    return (float)x > (float)axis->edges[axis->n] ? 1u << dim : 0;
}

static kr_status look(void *user, const kr_contexts *b)
{
    looking *l = user;
    kr_disagg_work *d = l->of;
    double *const *col = b->col;
    bool places = kr_binner_wants_place(&d->binner);
    if (kr_interrupted(d->hazard->ctx))
        return kr_fail(d->hazard->ctx, KR_EINTERRUPTED, "interrupted");
    for (size_t i = 0; i < b->n; i++) {
        uint32_t cell =
            kr_binner_cell(&d->binner, col[KR_COL_MAG][i], col[KR_COL_RRUP][i],
                           places ? col[KR_COL_CLON][i] : 0, places ? col[KR_COL_CLAT][i] : 0);
        l->beyond |= beyond_last(&d->binner.mag, KR_DIM_MAG, col[KR_COL_MAG][i]) |
                     beyond_last(&d->binner.dist, KR_DIM_DIST, col[KR_COL_RRUP][i]);
        if (cell == KR_NO_CELL) {
            l->beyond |= 1u << KR_DIM_MAG;
            continue;
        }
        l->mags[kr_binner_place(&d->binner, cell).mag] = 1;
        for (size_t k = 0; k < l->work->nmembers; k++)
            if (kr_disagg_has(b, i, k))
                kr_cell_set_add(&d->sets[l->work->members[k]], cell);
    }
    return KR_OK;
}

/* Of exclusive sources the weights count by magnitude. */
static void count_weight(looking *l, const kr_segment *segment)
{
    double *exclusive = l->of->out->parts[l->work->members[0]].exclusive;
    for (size_t m = 0; m < l->of->binner.mag.n; m++) {
        if (exclusive && l->mags[m])
            exclusive[m] += kr_mutex_weight(segment->source);
        l->mags[m] = 0;
    }
}

static kr_status look_at_work(looking *l, const kr_work *w)
{
    kr_status s = KR_OK;
    l->work = w;
    memset(l->mags, 0, l->of->binner.mag.n);
    kr_makers_set(&l->makers, w, l->of->site, 1, &l->of->soa);
    for (size_t i = 0; i < w->nsegments; i++) {
        KR_TRY(kr_makers_run(&l->makers, &w->segments[i], look, l));
        if (w->component->group &&
            (i + 1 == w->nsegments || w->segments[i + 1].source != w->segments[i].source))
            count_weight(l, &w->segments[i]);
    }
out:
    return s;
}

static kr_status look_at_family(looking *l, const kr_family *family)
{
    kr_status s = KR_OK;
    const kr_hazard *h = l->of->hazard;
    for (size_t i = 0; i < h->nworks; i++)
        if (h->works[i]->family == family)
            KR_TRY(look_at_work(l, h->works[i]));
out:
    return s;
}

/* Families have no component in common. */
static void look_at_families(kr_disagg_work *d)
{
    kr_status s = KR_OK;
    const kr_hazard *h = d->hazard;
    const kr_columns of_bins = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(CLON) | KR_BIT(CLAT);
    looking l = {.of = d,
                 .makers = {.hazard = h,
                            .sections = &d->sections,
                            .first_in_table = d->first_in_table,
                            .only = of_bins,
                            .extra = d->extra,
                            .source_mags = !d->exact}};
    KR_NEW(l.mags, h->ctx, KR_ACCOUNT_RATES, d->binner.mag.n);
    for (size_t f; s == KR_OK && (f = atomic_fetch_add(&d->next, 1)) < h->nfamilies;)
        if (atomic_load(&d->status) == KR_OK)
            s = look_at_family(&l, &h->families[f]);
out:
    kr_disagg_fail(d, s);
    atomic_fetch_or(&d->beyond, l.beyond);
    kr_makers_clear(&l.makers);
    kr_free(l.mags);
}

static kr_status make_sets(kr_disagg_work *d)
{
    kr_status s = KR_OK;
    const kr_hazard *h = d->hazard;
    size_t words = kr_cell_words(&d->binner);
    KR_ANEW(d->sets, &d->arena, h->tree->ncomponents);
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        const kr_group *group = h->tree->components[c].group;
        KR_ANEW(d->sets[c].bits, &d->arena, words);
        KR_ANEW(d->sets[c].before, &d->arena, words);
        if (group && group->mutex_sources)
            KR_NEW(d->out->parts[c].exclusive, h->ctx, KR_ACCOUNT_RATES, d->binner.mag.n);
    }
out:
    return s;
}

static void count_cells(kr_disagg_work *d, size_t component)
{
    kr_cell_set *set = &d->sets[component];
    set->n = 0;
    for (size_t i = 0; i < kr_cell_words(&d->binner); i++) {
        set->before[i] = (uint32_t)set->n;
        set->n += (size_t)__builtin_popcountll(set->bits[i]);
    }
}

static kr_status make_cells(kr_disagg_work *d, size_t component)
{
    kr_status s = KR_OK;
    const kr_cell_set *set = &d->sets[component];
    kr_disagg_part *part = &d->out->parts[component];
    KR_NEW(part->cells, d->hazard->ctx, KR_ACCOUNT_RATES, set->n);
    for (uint32_t cell = 0; cell < d->binner.ncells; cell++)
        if (kr_cell_set_has(set, cell))
            part->cells[part->ncells++] = kr_binner_place(&d->binner, cell);
out:
    return s;
}

kr_status kr_disagg_find_cells(kr_disagg_work *d, int threads)
{
    kr_status s = KR_OK;
    KR_TRY(make_sets(d));
    atomic_store(&d->next, 0);
#pragma omp parallel num_threads(threads)
    look_at_families(d);
    KR_TRY((kr_status)atomic_load(&d->status));
    d->out->beyond = atomic_load(&d->beyond);
    for (size_t c = 0; c < d->hazard->tree->ncomponents; c++) {
        count_cells(d, c);
        KR_TRY(make_cells(d, c));
    }
out:
    return s;
}
