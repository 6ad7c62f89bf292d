/* Disaggregation the slow and obvious way: component by component and context by context into dense
 * arrays, each number as it is defined (docs/theory.md, 16). The contexts
 * are those of the makers of a hazard that shares nothing. */
#ifndef KR_TESTS_SLOW_DISAGG_H
#define KR_TESTS_SLOW_DISAGG_H

#include "hazard/disagg.h"
#include "hazard/makers.h"
#include "hazard/worlds.h"

typedef struct slow {
    computed *c;
    kr_disagg_bins bins;
    const kr_disagg_level *levels;
    size_t nlevels, site, ncells, stride; /* of a cell: levels x bands */
    bool exact;
    long double *rates; /* [(rate * ncells + cell) * stride + level * bands + band] */
    long double *once;  /* the same of one model: sums of a source */
    double *weight;     /* [component * ncells + cell]: of contexts; 0: there are none */
    double *exclusive;  /* [component * magnitudes + bin] */
    /* at work */
    const kr_work *work;
    size_t component, model;
    bool *mags;
} slow;

/* ---- bins ---- */

/* numpy's searchsorted. */
static inline size_t slow_count(const double *edges, size_t n, double x, bool right)
{
    size_t count = 0;
    for (size_t i = 0; i <= n; i++)
        count += right ? edges[i] <= x : edges[i] < x;
    return count;
}

static inline size_t slow_bin(const slow *o, const kr_disagg_axis *a, double x)
{
    size_t count = slow_count(a->edges, a->n, x, true);
    if (count == 0)
        return o->exact ? 0 : a->n - 1;
    return count > a->n ? a->n - 1 : count - 1;
}

/* The number of the cell; ncells: left out. */
static inline size_t slow_cell(const slow *o, const kr_contexts *b, size_t i)
{
    const kr_disagg_bins *s = &o->bins;
    double x[4] = {b->col[KR_COL_MAG][i], b->col[KR_COL_RRUP][i], b->col[KR_COL_CLON][i],
                   b->col[KR_COL_CLAT][i]};
    for (int k = 0; k < 4 && !o->exact; k++)
        x[k] = (double)(float)x[k];
    size_t mag = slow_count(s->mag.edges, s->mag.n, x[0], false);
    if (mag > s->mag.n && !o->exact)
        return o->ncells;
    mag = mag == 0 ? 0 : (mag > s->mag.n ? s->mag.n - 1 : mag - 1);
    return ((mag * s->dist.n + slow_bin(o, &s->dist, x[1])) * s->lon.n +
            slow_bin(o, &s->lon, x[2])) *
               s->lat.n +
           slow_bin(o, &s->lat, x[3]);
}

static inline size_t slow_mag_of(const slow *o, size_t cell)
{
    return cell / (o->bins.dist.n * o->bins.lon.n * o->bins.lat.n);
}

/* ---- epsilon ---- */

static inline long double slow_above(const slow *o, long double x)
{
    long double level = (long double)o->c->model.job->truncation_level, root = sqrtl(0.5L);
    if (x >= level)
        return 0;
    if (x <= -level)
        return 1;
    return (erfcl(x * root) - erfcl(level * root)) / (2 * erfl(level * root));
}

/* Add the probabilities by band of a level at epsilon x. */
static inline void slow_bands(const slow *o, long double x, long double weight, long double *to)
{
    const double *edges = o->bins.eps.edges;
    size_t n = o->bins.eps.n, j = slow_count(edges, n, (double)x, false);
    if (o->c->model.job->compat == KR_COMPAT_EXACT) { /* the outermost bands have no end */
        for (size_t e = 0; e < n; e++) {
            long double low = e == 0 ? -1e9L : (long double)edges[e];
            long double high = e + 1 == n ? 1e9L : (long double)edges[e + 1];
            if (o->bins.epsilon_star)
                to[e] += low < x && x <= high ? weight * slow_above(o, x) : 0;
            else if (x < high)
                to[e] += weight * (slow_above(o, fmaxl(low, x)) - slow_above(o, high));
        }
        return;
    }
    if (o->bins.epsilon_star) {
        if ((double)x >= edges[0] && (double)x < edges[n])
            to[j - 1] += weight * slow_above(o, x);
        return;
    }
    for (size_t e = 0; e < n; e++) {
        long double low = (long double)edges[e], high = (long double)edges[e + 1], rest = 0;
        for (size_t k = j; k < n; k++)
            rest += slow_above(o, (long double)edges[k]) - slow_above(o, (long double)edges[k + 1]);
        if (j <= e)
            to[e] += weight * (slow_above(o, low) - slow_above(o, high));
        else if (j == e + 1)
            to[e] += weight * (slow_above(o, x) - rest);
    }
}

/* ---- contexts ---- */

static inline const kr_group *slow_group(const slow *o)
{
    return o->work->component->group;
}

/* -ln of the probability that the rupture does not exceed, by what it does once. */
static inline long double slow_rate(const slow *o, const kr_contexts *b, size_t i, long double poe)
{
    const kr_job *job = o->c->model.job;
    const kr_group *group = slow_group(o);
    double annual = b->rates[i] ? b->rates[i][0] * b->rate[i] : b->rate[i];
    if (!o->exact && group && group->mutex_sources)
        poe *= (long double)group->grp_probability;
    if (o->exact && group && group->cluster)
        return -log1pl(-poe);
    if (b->nprobs) {
        long double none = 0, sum = 0, any = 0;
        for (size_t k = 0; k < b->nprobs; k++) {
            none += (long double)b->probs[i][k] * powl(1 - poe, (long double)k);
            sum += (long double)b->probs[i][k];
            any += (long double)b->probs[i][k] *
                   (poe < 1 ? -expm1l((long double)k * log1pl(-poe)) : (k > 0));
        }
        if (fabsl(sum - 1) < 1e-15L)
            return -log1pl(-any);
        return none < 1 ? -logl(none) : 0;
    }
    if (b->source->tom == KR_TOM_NEGATIVE_BINOMIAL && (o->exact || !job->infer_occur_rates)) {
        long double alpha = (long double)b->source->tom_alpha;
        return log1pl(alpha * (long double)annual * (long double)job->investigation_time * poe) /
               alpha;
    }
    if (!o->exact)
        annual = (double)(float)annual;
    return (long double)annual * (long double)job->investigation_time * poe;
}

/* The bands of a context at all levels under a model: out[level * bands + band]. */
static inline void slow_motion(const slow *o, const kr_contexts *b, size_t i, size_t model,
                               long double *out)
{
    const kr_hazard *h = o->c->hazard;
    const kr_motion *motion = &h->motions[o->work->component->gsims[model]];
    static _Alignas(64) double col[KR_COL_COUNT][8], scratch[1 << 18];
    kr_gmm_batch batch = {.n = 1, .scratch = scratch};
    bool mixture = motion->ngmms == 1 && motion->nparts > 1 && !o->exact;
    for (int c = 0; c < KR_COL_COUNT; c++) {
        bool single = !o->exact && kr_column_kind_of((kr_column)c) != KR_COLUMN_SITE;
        for (size_t v = 0; b->col[c] && v < 8; v++)
            col[c][v] = single ? (double)(float)b->col[c][i] : b->col[c][i];
        batch.col[c] = b->col[c] ? col[c] : NULL;
    }
    for (size_t p = 0; p < (mixture ? 1 : motion->nparts); p++) {
        _Alignas(64) double mean[8][8], sigma[8][8];
        const kr_gmm_out to = {.mean = mean[0], .sigma = sigma[0], .stride = 8};
        kr_gmm_part part = motion->parts[p];
        if (mixture)
            part.weight = part.sigma_factor = 1;
        kr_gmm_eval(part.gmm, &batch, &to);
        for (size_t l = 0; l < o->nlevels; l++)
            for (size_t k = 0; k < motion->nimts; k++)
                if (motion->measures[k] == o->levels[l].imt && o->levels[l].level > 0)
                    slow_bands(o,
                               (logl((long double)o->levels[l].level) - (long double)mean[k][0]) /
                                   ((long double)part.sigma_factor * (long double)sigma[k][0]),
                               (long double)part.weight, out + l * o->bins.eps.n);
    }
}

static inline kr_status slow_visit(void *user, const kr_contexts *b)
{
    slow *o = user;
    long double bands[256];
    assert_in_range(o->stride, 1, 256);
    for (size_t i = 0; i < b->n; i++) {
        size_t cell = slow_cell(o, b, i);
        double annual = b->rates[i] ? b->rates[i][0] * b->rate[i] : b->rate[i];
        if (cell == o->ncells)
            continue;
        o->mags[slow_mag_of(o, cell)] = true;
        if (b->nprobs ? b->probs[i][0] == 1 : annual == 0)
            continue;
        if (o->model == 0)
            o->weight[o->component * o->ncells + cell] +=
                b->nprobs || slow_group(o) ? 1 : fmax(annual * 50, 1e-9);
        memset(bands, 0, sizeof bands);
        slow_motion(o, b, i, o->model, bands);
        for (size_t e = 0; e < o->stride; e++)
            o->once[cell * o->stride + e] += slow_rate(o, b, i, bands[e]);
    }
    return KR_OK;
}

/* ---- sources, groups ---- */

/* The source's rates into those of the component. */
static inline void slow_add_source(const slow *o, double weight, long double *to)
{
    const kr_group *group = slow_group(o);
    for (size_t e = 0; e < o->ncells * o->stride; e++) {
        if (group && group->mutex_sources)
            to[e] += (long double)weight * -expm1l(-o->once[e]);
        else
            to[e] += o->once[e];
        o->once[e] = 0;
    }
}

/* From sums to rates; the reference's come from probabilities. */
static inline long double slow_end(const slow *o, long double sum)
{
    const kr_group *group = slow_group(o);
    if (group && group->mutex_sources)
        sum = -log1pl(-sum * (o->exact ? (long double)group->grp_probability : 1));
    if (group && group->cluster && o->exact)
        sum = (long double)group->occurrence_rate *
              (long double)o->c->model.job->investigation_time * -expm1l(-sum);
    if (o->exact || sum < 18)
        return !o->exact && sum < 1e-12L ? 0 : sum;
    double poe = 1 - exp(-(double)sum);
    return poe < 1 ? -logl((long double)(1 - poe)) : 100;
}

static inline double slow_source_weight(const kr_ready *r)
{
    return (r->fault ? kr_fault_source(r->fault) : r->split->origin)->mutex_weight;
}

static inline void slow_source_end(slow *o, const kr_segment *segment, long double *to)
{
    double weight = slow_group(o) ? slow_source_weight(segment->source) : 1;
    slow_add_source(o, weight, to);
    for (size_t m = 0; m < o->bins.mag.n; m++) {
        if (o->model == 0 && slow_group(o) && slow_group(o)->mutex_sources && o->mags[m])
            o->exclusive[o->component * o->bins.mag.n + m] += weight;
        o->mags[m] = false;
    }
}

static inline void slow_model(slow *o, kr_makers *makers, const kr_site_soa *soa)
{
    const kr_work *w = o->work;
    size_t n = o->ncells * o->stride;
    long double *to = o->rates + (w->component->first_rate + o->model) * n;
    kr_makers_set(makers, w, o->site, 1, soa);
    for (size_t i = 0; i < w->nsegments; i++) {
        kt_ok(o->c->model.ctx, kr_makers_run(makers, &w->segments[i], slow_visit, o));
        if (i + 1 == w->nsegments || !w->segments[i].source ||
            w->segments[i + 1].source != w->segments[i].source)
            slow_source_end(o, &w->segments[i], to);
    }
    for (size_t e = 0; e < n; e++)
        to[e] = slow_end(o, to[e]);
}

/* Of a hazard without sharing that has met its sites. */
static inline void slow_make(slow *o)
{
    kr_hazard *h = o->c->hazard;
    const kr_tree *tree = o->c->model.tree;
    const kr_sections *sections = kr_surfaces_sections(h->surfaces);
    kr_columns of_bins = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(CLON) | KR_BIT(CLAT);
    kr_section_table table = {.nsections = 0};
    kr_site_soa soa;
    uint32_t site = (uint32_t)o->site;
    kr_makers makers = {.hazard = h,
                        .sections = &table,
                        .first_in_table = o->exact ? o->site : 0, /* of all: closest points */
                        .extra = of_bins,
                        .source_mags = !o->exact};
    o->ncells = o->bins.mag.n * o->bins.dist.n * o->bins.lon.n * o->bins.lat.n;
    o->stride = o->nlevels * o->bins.eps.n;
    o->rates = calloc(tree->nrates * o->ncells * o->stride, sizeof *o->rates);
    o->once = calloc(o->ncells * o->stride, sizeof *o->once);
    o->weight = calloc(tree->ncomponents * o->ncells, sizeof *o->weight);
    o->exclusive = calloc(tree->ncomponents * o->bins.mag.n, sizeof *o->exclusive);
    o->mags = calloc(o->bins.mag.n, sizeof *o->mags);
    assert_true(o->rates && o->once && o->weight && o->exclusive && o->mags);
    kt_ok(h->ctx, kr_hazard_meet_once(h, 1));
    kt_ok(h->ctx, kr_site_soa_init(&soa, h->ctx, KR_ACCOUNT_SITES, 1));
    kr_site_soa_gather(&soa, &h->soa, &site, 1);
    if (sections->n)
        kt_ok(h->ctx, kr_section_table_make(h->ctx, sections, kr_all_columns(h) | of_bins,
                                            o->exact ? &soa : &h->soa, 1, &table));
    for (size_t i = 0; i < h->nworks; i++) {
        o->work = h->works[i];
        assert_int_equal(o->work->nmembers, 1);
        o->component = o->work->members[0];
        for (o->model = 0; o->model < o->work->component->ngsims; o->model++)
            slow_model(o, &makers, &soa);
    }
    kr_makers_clear(&makers);
    kr_section_table_clear(&table);
    kr_site_soa_clear(&soa);
}

static inline void slow_clear(slow *o)
{
    free(o->rates);
    free(o->once);
    free(o->weight);
    free(o->exclusive);
    free(o->mags);
}

#endif
