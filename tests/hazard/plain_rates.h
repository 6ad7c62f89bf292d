/* The rates of every component the slow and obvious way: rupture by rupture, site by site, one
 * context at a time, probabilities of exceedance combined as the reference's text says
 * (docs/theory.md). What kr_hazard_tile is compared with. */
#ifndef KR_TESTS_PLAIN_RATES_H
#define KR_TESTS_PLAIN_RATES_H

#include "gmm/gmm.h"
#include "hazard/collapse.h"
#include "hazard/plain_rupture.h"
#include "rupture/rupture.h"
#include "support/model.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

/* The probability of exceedance and its complement: both are held, so that neither a small nor a
 * large probability loses digits. */
typedef struct plain_chance {
    long double poe, pne;
} plain_chance;

typedef struct plain_rates {
    const kt_model *model;
    const kr_sites *sites;
    kr_arena arena;
    const kr_gmm ***parts; /* for each of the tree's models, its parts */
    size_t curve;          /* measures x levels */
    double contexts;       /* pairs found */
    long double *rates;    /* [(rate * sites + site) * curve + level] */
    /* the component at work */
    const kr_component *component;
    const kr_source *source;
    kr_columns needs;
    plain_chance *of_source, *of_group; /* models x sites x curve */
} plain_rates;

/* ---- exceedance ---- */

static inline long double plain_phi(long double x)
{
    return 0.5L * (1 + erfl(x * sqrtl(0.5L)));
}

static inline long double plain_exceedance(const kr_job *job, const kr_imt *imt, double level,
                                           double mean, double sigma)
{
    long double bound = plain_phi((long double)job->truncation_level);
    long double x = imt->kind == KR_IMT_MMI ? (long double)level : logl((long double)level);
    long double poe =
        (bound - plain_phi((x - (long double)mean) / (long double)sigma)) / (2 * bound - 1);
    return fminl(fmaxl(poe, 0), 1);
}

static const plain_chance plain_never = {0, 1};

/* One or the other, independent of each other. */
static inline plain_chance plain_either(plain_chance a, plain_chance b)
{
    return (plain_chance){a.poe + b.poe - a.poe * b.poe, a.pne * b.pne};
}

/* 1 - (1 - poe)^n. */
static inline long double plain_at_least_once(long double poe, int n)
{
    if (poe < 1)
        return -expm1l((long double)n * log1pl(-poe));
    return n > 0;
}

static inline plain_chance plain_negative_binomial(long double alpha, long double rt,
                                                   long double poe)
{
    long double tau = 1 / alpha, pmf = powl(tau / (tau + rt), tau);
    plain_chance sum = {0, 0};
    for (int k = 0; k < 1000; k++) {
        sum.poe += pmf * plain_at_least_once(poe, k);
        sum.pne += pmf * powl(1 - poe, (long double)k);
        pmf *= ((long double)k + tau) / ((long double)k + 1) * (rt / (tau + rt));
    }
    return sum;
}

/* The chance that a rupture exceeds at least once in the investigation time. */
static inline plain_chance plain_of_rupture(const plain_rates *o, const plain_rupture *r,
                                            long double poe)
{
    long double rt = (long double)r->rate * (long double)o->model->job->investigation_time;
    if (o->component->group && o->component->group->cluster)
        return (plain_chance){poe, 1 - poe};
    if (o->source->tom == KR_TOM_POISSON)
        return (plain_chance){-expm1l(-rt * poe), expl(-rt * poe)};
    return plain_negative_binomial((long double)o->source->tom_alpha, rt, poe);
}

/* ---- one rupture at one site ---- */

typedef struct plain_context {
    _Alignas(64) double col[KR_COL_COUNT][8];
} plain_context;

static inline void plain_set(plain_context *c, kr_column column, double x)
{
    for (int i = 0; i < 8; i++)
        c->col[column][i] = x;
}

static inline void plain_fill(const plain_rates *o, const plain_rupture *r, size_t site,
                              plain_context *c)
{
    const kr_sites *s = o->sites;
    plain_place at = {s->lon[site], s->lat[site], s->depth[site]};
    double least = o->model->job->minimum_distance_km;
    const double distances[][2] = {
        {KR_COL_RRUP, plain_rrup(r, at)}, {KR_COL_RJB, plain_rjb(r, at)},
        {KR_COL_RX, plain_rx(r, at)},     {KR_COL_RY0, plain_ry0(r, at)},
        {KR_COL_REPI, plain_repi(r, at)}, {KR_COL_RHYPO, plain_rhypo(r, at)}};
    const double others[][2] = {{KR_COL_MAG, rint(r->mag * 1000) / 1000},
                                {KR_COL_RAKE, r->rake},
                                {KR_COL_DIP, r->dip},
                                {KR_COL_STRIKE, r->strike},
                                {KR_COL_ZTOR, r->tl.depth},
                                {KR_COL_ZBOT, r->br.depth},
                                {KR_COL_WIDTH, r->width},
                                {KR_COL_HYPO_DEPTH, r->hypo.depth},
                                {KR_COL_HYPO_LON, r->hypo.lon},
                                {KR_COL_HYPO_LAT, r->hypo.lat},
                                {KR_COL_LON, at.lon},
                                {KR_COL_LAT, at.lat},
                                {KR_COL_DEPTH, at.depth}};
    memset(c, 0, sizeof *c);
    for (size_t i = 0; i < sizeof distances / sizeof distances[0]; i++)
        plain_set(c, (kr_column)distances[i][0],
                  least > 0 ? fmax(distances[i][1], least) : distances[i][1]);
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        plain_set(c, (kr_column)others[i][0], others[i][1]);
    for (int k = 0; k < KR_COL_COUNT; k++)
        if (s->param[k])
            plain_set(c, (kr_column)k, s->param[k][site]);
}

/* Add the context to the source's probabilities under every model of the component. */
static inline void plain_add(plain_rates *o, const plain_rupture *r, size_t site,
                             const plain_context *c)
{
    const kr_job *job = o->model->job;
    static _Alignas(64) double scratch[1 << 18];
    kr_gmm_batch batch = {.n = 1, .scratch = scratch};
    for (int k = 0; k < KR_COL_COUNT; k++)
        batch.col[k] = c->col[k];
    for (size_t k = 0; k < o->component->ngsims; k++) {
        size_t g = o->component->gsims[k];
        const kr_gsim *gsim = &o->model->tree->gsims[g];
        _Alignas(64) double mean[8][8], sigma[8][8];
        const kr_gmm_out out = {.mean = mean[0], .sigma = sigma[0], .stride = 8};
        plain_chance *sum = o->of_source + (k * o->sites->n + site) * o->curve;
        long double poe[64] = {0};
        assert_true(job->nimts <= 8 && o->curve <= 64);
        for (size_t p = 0; p < gsim->nparts; p++)
            for (size_t i = 0; i < kr_gmm_count_parts(o->parts[g][p]); i++) {
                kr_gmm_part part = kr_gmm_part_at(o->parts[g][p], i, gsim->parts[p].weight);
                assert_true(part.gmm->scratch <= sizeof scratch / sizeof scratch[0]);
                kr_gmm_eval(part.gmm, &batch, &out);
                for (size_t l = 0; l < o->curve; l++) {
                    size_t m = l / job->nlevels;
                    if (!gsim->zero_for_imt || !gsim->zero_for_imt[m])
                        poe[l] += (long double)part.weight *
                                  plain_exceedance(job, &job->imts[m], job->levels[l], mean[m][0],
                                                   part.sigma_factor * sigma[m][0]);
                }
            }
        for (size_t l = 0; l < o->curve; l++)
            sum[l] = plain_either(sum[l], plain_of_rupture(o, r, poe[l]));
    }
}

/* ---- points ---- */

/* What decides about a point: which sites are candidates, how far they are. */
typedef struct plain_point {
    plain_place at;
    size_t nmags;
    const double *mags, *rates;
    const kr_magdist *limits;
    bool *candidate;
    double least_km; /* of the candidates */
} plain_point;

/* Half of the largest projected diagonal. */
static inline double plain_radius_km(const kr_source *s, double mag)
{
    double length = 0, across = 0;
    if (strcmp(s->msr.name, "PointMSR") == 0)
        return 0;
    for (size_t i = 0; i < s->nplanes; i++) {
        double l, w;
        plain_dims(s, mag, &s->planes[i], &l, &w);
        length = fmax(length, l);
        across = fmax(across, w * cos(plain_rad(s->planes[i].dip)));
    }
    return sqrt(length * length + across * across) / 2;
}

static inline void plain_candidates(const plain_rates *o, plain_point *p)
{
    const kr_sites *s = o->sites;
    double last = p->limits->dist_km[p->limits->n - 1], cut = 0;
    double radius = plain_radius_km(o->source, p->mags[p->nmags - 1]);
    for (size_t m = 0; m < p->nmags; m++) /* magnitudes increase */
        if (kr_magdist_at(p->limits, p->mags[m]) > 0)
            cut = kr_magdist_at(p->limits, p->mags[m]);
    double around = last + fmin(radius, last / 2), reach = cut + fmin(radius, cut / 2);
    double dlat = around * 0.0089932, dlon = dlat / cos(p->at.lat * 0.01745329252);
    p->least_km = INFINITY;
    for (size_t i = 0; i < s->n; i++) {
        double chord = plain_chord(p->at, (plain_place){s->lon[i], s->lat[i], s->depth[i]});
        p->candidate[i] = cut > 0 && chord <= reach && fabs(s->lon[i] - p->at.lon) < dlon &&
                          fabs(s->lat[i] - p->at.lat) < dlat;
        if (p->candidate[i])
            p->least_km = fmin(p->least_km, chord);
    }
}

static inline void plain_pair(plain_rates *o, const plain_point *p, const plain_rupture *r,
                              size_t site)
{
    const kr_sites *s = o->sites;
    plain_context c;
    plain_fill(o, r, site, &c);
    double rrup = c.col[KR_COL_RRUP][0];
    if (!KR_HAS(o->needs, RRUP)) /* raised to the minimum distance only where it is asked for */
        rrup = plain_rrup(r, (plain_place){s->lon[site], s->lat[site], s->depth[site]});
    if (!(rrup < kr_magdist_at(p->limits, r->mag)))
        return;
    o->contexts++;
    double *col[KR_COL_COUNT];
    for (int k = 0; k < KR_COL_COUNT; k++)
        col[k] = c.col[k];
    if (o->model->job->collapse_level >= 0)
        kr_collapse(o->model->job->collapse_level, o->needs, col, 8);
    plain_add(o, r, site, &c);
}

static inline void plain_full(plain_rates *o, const plain_point *p, size_t m, size_t site)
{
    const kr_source *s = o->source;
    for (size_t i = 0; i < s->nplanes; i++)
        for (size_t d = 0; d < s->ndepths; d++) {
            plain_rupture r = plain_make(
                s, p->at, p->mags[m], p->rates[m] * s->planes[i].prob * s->depths[d].prob,
                &s->planes[i], s->depths[d].depth_km, o->model->job->shift_hypo);
            plain_pair(o, p, &r, site);
        }
}

/* One rupture for all planes and depths: their means. */
static inline void plain_mean(plain_rates *o, const plain_point *p, size_t m, size_t site)
{
    const kr_source *s = o->source;
    kr_nodal_plane mean = {.prob = 1};
    double depth = 0;
    for (size_t i = 0; i < s->nplanes; i++) {
        mean.strike += s->planes[i].prob * s->planes[i].strike;
        mean.dip += s->planes[i].prob * s->planes[i].dip;
        mean.rake += s->planes[i].prob * s->planes[i].rake;
    }
    for (size_t d = 0; d < s->ndepths; d++)
        depth += s->depths[d].prob * s->depths[d].depth_km;
    plain_rupture r = plain_make(s, p->at, p->mags[m], p->rates[m], &mean, depth, false);
    plain_pair(o, p, &r, site);
}

static inline void plain_mag(plain_rates *o, const plain_point *p, size_t m)
{
    const kr_job *job = o->model->job;
    const kr_source *s = o->source;
    bool single = s->nplanes * s->ndepths == 1, few = o->sites->n <= job->max_sites_disagg;
    double mag = p->mags[m], first = p->limits->mag[0], last = p->limits->mag[p->limits->n - 1];
    double cut = kr_magdist_at(p->limits, mag);
    double close = fmin(plain_radius_km(s, mag), cut / 2) +
                   kr_by_trt_get(&job->pointsource_distance, s->trt, 100);
    if (single ? !(first < mag && mag < last) : !(first <= mag && mag <= last))
        return;
    for (size_t i = 0; i < o->sites->n; i++) {
        plain_place site = {o->sites->lon[i], o->sites->lat[i], o->sites->depth[i]};
        if (!p->candidate[i])
            continue;
        if (single || (few ? p->least_km : plain_chord(p->at, site)) <= close)
            plain_full(o, p, m, i);
        else
            plain_mean(o, p, m, i);
    }
}

/* ---- sources, groups, components ---- */

static inline void plain_source(plain_rates *o, const kr_source *s)
{
    kr_ctx *ctx = o->model->ctx;
    kr_area_grid grid = {s->npoints, s->lon, s->lat};
    plain_point p = {.limits = kr_job_magdist(o->model->job, s->trt)};
    bool area = s->kind == KR_SOURCE_AREA, multi = s->kind == KR_SOURCE_MULTIPOINT;
    double *mags, *rates;
    o->source = s;
    if (area)
        kt_ok(ctx, kr_area_grid_make(ctx, s, &o->arena, &grid));
    p.candidate = calloc(o->sites->n, sizeof *p.candidate);
    for (size_t i = 0; i < grid.n; i++) {
        p.at = (plain_place){multi ? (double)(float)grid.lon[i] : grid.lon[i],
                             multi ? (double)(float)grid.lat[i] : grid.lat[i], 0};
        kt_ok(ctx, kr_mfd_bins(ctx, &s->mfds[s->nmfds == 1 ? 0 : i], &o->arena, &mags, &rates,
                               &p.nmags));
        for (size_t m = 0; m < p.nmags && area; m++)
            rates[m] /= (double)grid.n;
        p.mags = mags;
        p.rates = rates;
        plain_candidates(o, &p);
        for (size_t m = 0; m < p.nmags; m++)
            plain_mag(o, &p, m);
    }
    free(p.candidate);
}

/* A cluster occurs n times with the probability of a Poisson process, n below 50. */
static inline plain_chance plain_cluster(const plain_rates *o, plain_chance once)
{
    long double mean = (long double)o->component->group->occurrence_rate *
                       (long double)o->model->job->investigation_time;
    long double pmf = expl(-mean);
    plain_chance sum = {0, 0};
    for (int n = 0; n < 50; n++) {
        sum.poe += pmf * plain_at_least_once(once.poe, n);
        sum.pne += pmf * powl(once.pne, (long double)n);
        pmf *= mean / ((long double)n + 1);
    }
    return sum;
}

/* What a source adds to its component: exclusive sources by their weight, others independently. */
static inline plain_chance plain_add_source(const kr_group *group, plain_chance sum,
                                            const kr_source *source, plain_chance x)
{
    if (!group || !group->mutex_sources)
        return plain_either(sum, x);
    sum.poe += (long double)source->mutex_weight * x.poe;
    sum.pne = 1 - sum.poe;
    return sum;
}

static inline long double plain_rate(const plain_rates *o, plain_chance x)
{
    const kr_group *group = o->component->group;
    if (group && group->mutex_sources) {
        x.poe *= (long double)group->grp_probability;
        x.pne = 1 - x.poe;
    }
    if (group && group->cluster)
        x = plain_cluster(o, x);
    return x.poe < 0.5L ? -log1pl(-x.poe) : -logl(x.pne);
}

static inline void plain_component(plain_rates *o, const kr_component *c)
{
    size_t n = c->ngsims * o->sites->n * o->curve;
    o->component = c;
    o->needs = 0;
    o->of_source = malloc(n * sizeof *o->of_source);
    o->of_group = malloc(n * sizeof *o->of_group);
    for (size_t k = 0; k < c->ngsims; k++)
        for (size_t p = 0; p < o->model->tree->gsims[c->gsims[k]].nparts; p++)
            o->needs |= o->parts[c->gsims[k]][p]->needs;
    for (size_t l = 0; l < n; l++)
        o->of_group[l] = plain_never;
    for (size_t i = 0; i < c->nsources; i++) {
        const kr_source *source = c->sources[i].source;
        for (size_t l = 0; l < n; l++)
            o->of_source[l] = plain_never;
        plain_source(o, source);
        for (size_t l = 0; l < n; l++)
            o->of_group[l] = plain_add_source(c->group, o->of_group[l], source, o->of_source[l]);
    }
    for (size_t l = 0; l < n; l++)
        o->rates[c->first_rate * o->sites->n * o->curve + l] = plain_rate(o, o->of_group[l]);
    free(o->of_source);
    free(o->of_group);
}

/* The models of the tree, made once more. */
static inline void plain_models(plain_rates *o)
{
    const kt_model *m = o->model;
    o->parts = calloc(m->tree->ngsims, sizeof *o->parts);
    for (size_t g = 0; g < m->tree->ngsims; g++) {
        const kr_gsim *gsim = &m->tree->gsims[g];
        o->parts[g] = calloc(gsim->nparts, sizeof *o->parts[g]);
        for (size_t p = 0; p < gsim->nparts; p++) {
            kr_gmm_spec spec = {.name = gsim->parts[p].name,
                                .args = &gsim->parts[p].args,
                                .file = gsim->parts[p].file,
                                .dir = gsim->dir,
                                .line = gsim->parts[p].line};
            kt_ok(m->ctx, kr_gmm_create(m->ctx, &spec, m->job->imts, m->job->nimts, &o->arena,
                                        &o->parts[g][p]));
        }
    }
}

static inline void plain_rates_make(plain_rates *o, const kt_model *m, const kr_sites *sites)
{
    *o = (plain_rates){.model = m, .sites = sites, .curve = m->job->nimts * m->job->nlevels};
    kr_arena_init(&o->arena, m->ctx, KR_ACCOUNT_OTHER);
    o->rates = calloc(m->tree->nrates * sites->n * o->curve, sizeof *o->rates);
    plain_models(o);
    for (size_t c = 0; c < m->tree->ncomponents; c++)
        plain_component(o, &m->tree->components[c]);
}

static inline void plain_rates_end(plain_rates *o)
{
    for (size_t g = 0; g < o->model->tree->ngsims; g++)
        free(o->parts[g]);
    free(o->parts);
    free(o->rates);
    kr_arena_clear(&o->arena);
}

#endif
