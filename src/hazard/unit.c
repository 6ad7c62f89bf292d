/* One unit of work: the contexts of a block of points at a block of sites, their ground motion, and
 * the rates that follow. */
#include "hazard/collapse.h"
#include "hazard/hazard_int.h"

#include <assert.h>
#include <math.h>
#include <string.h>

static size_t curve_size(const kr_hazard *h)
{
    return h->job->nimts * h->padded;
}

static size_t most_models(const kr_hazard *h)
{
    size_t most = 0;
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        if (h->tree->components[c].ngsims > most)
            most = h->tree->components[c].ngsims;
    return most;
}

static bool any_atomic(const kr_hazard *h)
{
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        if (h->tree->components[c].group)
            return true;
    return false;
}

static size_t sums_size(const kr_hazard *h)
{
    return most_models(h) * KR_SITE_BLOCK * curve_size(h);
}

size_t kr_unit_bytes(const kr_hazard *h)
{
    size_t batch = h->job->nimts * KR_GMM_BATCH;
    size_t contexts = (size_t)KR_CONTEXTS_CAPACITY * (h->job->collapse_level >= 0 ? 100 : 36);
    return (sums_size(h) * (any_atomic(h) ? 2 : 1) + (KR_GMM_BATCH + 1) * curve_size(h) +
            3 * batch + h->scratch + contexts) *
               sizeof(double) +
           h->fault_room;
}

kr_status kr_unit_init(const kr_hazard *h, const kr_section_table *sections, size_t first,
                       kr_unit *unit)
{
    kr_status s = KR_OK;
    *unit = (kr_unit){.hazard = h, .sections = sections, .first_in_table = first};
    KR_NEW(unit->sums, h->ctx, KR_ACCOUNT_RATES, sums_size(h));
    if (any_atomic(h))
        KR_NEW(unit->group, h->ctx, KR_ACCOUNT_RATES, sums_size(h));
    KR_NEW(unit->poes, h->ctx, KR_ACCOUNT_RATES, (KR_GMM_BATCH + 1) * curve_size(h));
    if (h->job->collapse_level >= 0 && h->job->compat == KR_COMPAT_OQ_3_21)
        KR_NEW(unit->rounded, h->ctx, KR_ACCOUNT_RATES, KR_COL_COUNT * KR_CONTEXTS_CAPACITY);
    KR_NEW(unit->mean, h->ctx, KR_ACCOUNT_GMM, h->job->nimts * KR_GMM_BATCH);
    KR_NEW(unit->sigma, h->ctx, KR_ACCOUNT_GMM, h->job->nimts * KR_GMM_BATCH);
    KR_NEW(unit->shift, h->ctx, KR_ACCOUNT_GMM, h->job->nimts * KR_GMM_BATCH);
    if (h->scratch > 0)
        KR_NEW(unit->scratch, h->ctx, KR_ACCOUNT_GMM, h->scratch);
out:
    return s;
}

void kr_unit_clear(kr_unit *unit)
{
    kr_point_maker_destroy(&unit->points);
    kr_fault_maker_destroy(&unit->faults);
    kr_free(unit->sums);
    kr_free(unit->group);
    kr_free(unit->poes);
    kr_free(unit->rounded);
    kr_free(unit->mean);
    kr_free(unit->sigma);
    kr_free(unit->shift);
    kr_free(unit->scratch);
    *unit = (kr_unit){0};
}

/* The makers hold the sites and the columns: new ones where these change. */
static void set_sites(kr_unit *u, const kr_work_component *w, size_t first, size_t nsites)
{
    const kr_hazard *h = u->hazard;
    if (u->component == w && u->first_site == first && u->nsites == nsites)
        return;
    kr_point_maker_destroy(&u->points);
    kr_fault_maker_destroy(&u->faults);
    u->component = w;
    u->first_site = first;
    u->nsites = nsites;
    u->sites = *h->sites;
    u->sites.n = nsites;
    u->sites.lon += first;
    u->sites.lat += first;
    u->sites.depth += first;
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (u->sites.param[c])
            u->sites.param[c] += first;
    if (u->sites.custom_site_id)
        u->sites.custom_site_id += first;
    kr_hazard_soa(h, first, nsites, &u->soa);
}

static kr_columns columns_wanted(const kr_unit *u)
{
    return u->component->columns | (u->rounded ? KR_BIT(RRUP) : 0);
}

static kr_status need_points(kr_unit *u)
{
    const kr_hazard *h = u->hazard;
    kr_point_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, u->component),
                            .columns = columns_wanted(u),
                            .sites = &u->sites,
                            .tile = &u->soa,
                            .job_sites = &h->soa};
    return u->points ? KR_OK : kr_point_maker_create(h->ctx, &setup, &u->points);
}

static kr_status need_faults(kr_unit *u)
{
    const kr_hazard *h = u->hazard;
    kr_fault_setup setup = {.job = h->job,
                            .trt = kr_hazard_trt(h, u->component),
                            .columns = columns_wanted(u),
                            .sites = &u->sites,
                            .tile = &u->soa,
                            .job_sites = &h->soa,
                            .sections = u->sections,
                            .first_in_table = u->first_site - u->first_in_table};
    return u->faults ? KR_OK : kr_fault_maker_create(h->ctx, &setup, &u->faults);
}

static bool in_cluster(const kr_unit *u)
{
    return u->component->component->group && u->component->component->group->cluster;
}

static bool has_exclusive_ruptures(const kr_unit *u)
{
    return u->component->component->group && u->component->component->group->mutex_ruptures;
}

static bool is_linear(const kr_unit *u, const kr_contexts *b)
{
    return !in_cluster(u) && !has_exclusive_ruptures(u) && b->nprobs == 0 &&
           b->source->tom == KR_TOM_POISSON;
}

/* Probabilities of exceedance of context i become -ln(probability of no exceedance), added to
 * `sums`. */
static void add_rates(const kr_unit *u, const kr_contexts *b, size_t i, const double *poes,
                      double *sums)
{
    static const double certain[] = {0, 1}; /* the rupture occurs whenever the cluster does */
    const kr_hazard *h = u->hazard;
    double mean = b->rate[i] * h->job->investigation_time, alpha = b->source->tom_alpha;
    size_t size = curve_size(h);
    if (in_cluster(u))
        h->kernels->add_pmf(poes, size, certain, 2, sums);
    else if (b->nprobs)
        h->kernels->add_pmf(poes, size, b->probs[i], b->nprobs, sums);
    else if (b->source->tom == KR_TOM_NEGATIVE_BINOMIAL)
        /* sum over k of NB(k) (1 - poe)^k in closed form: (1 + alpha r T poe)^(-1 / alpha) */
        for (size_t l = 0; l < size; l++)
            sums[l] += log1p(alpha * mean * poes[l]) / alpha;
    else
        for (size_t l = 0; l < size; l++)
            sums[l] += mean * poes[l];
}

/* Of exclusive ruptures the probabilities add, by the ruptures' weights. `room` is overwritten. */
static void add_weighted(const kr_unit *u, const kr_contexts *b, size_t i, const double *poes,
                         double *room, double *sums)
{
    size_t size = curve_size(u->hazard);
    memset(room, 0, size * sizeof *room);
    add_rates(u, b, i, poes, room);
    for (size_t l = 0; l < size; l++)
        sums[l] += b->weight[i] * -expm1(-room[l]);
}

/* A context of mean and sigma: where in a batch, its amplification or NULL, the epsilon that its
 * mean is shifted by, the factor of sigma. */
typedef struct in_batch {
    size_t j;
    const double *soil;
    double epsilon, sigma_factor;
} in_batch;

/* Add weight x poe of a context. */
static void add_part(kr_unit *u, const kr_motion *motion, const in_batch *place, double weight,
                     double *curve)
{
    const kr_hazard *h = u->hazard;
    for (size_t k = 0; k < motion->nimts; k++) {
        size_t at = k * KR_GMM_BATCH + place->j, m = motion->measures[k];
        double mean = u->mean[at], sigma = place->sigma_factor * u->sigma[at];
        double *to = curve + m * h->padded;
        if (place->epsilon != 0)
            mean += place->epsilon * u->shift[at];
        if (place->soil)
            kr_soil_add_poes(h->soil, place->soil, m, h->kernels, &h->truncation,
                             (const double[]){mean, sigma}, weight, to);
        else
            h->kernels->add_poes(&h->truncation, h->levels + m * h->padded, h->padded, mean, sigma,
                                 weight, to);
    }
}

static kr_status check_mags(const kr_unit *u, const kr_gmm *gmm, const double *mag, size_t n)
{
    for (size_t j = 0; j < n && isfinite(gmm->mag_min); j++)
        if (mag[j] < gmm->mag_min)
            return kr_fail_at(u->hazard->ctx, gmm->file, gmm->line,
                              "magnitude %g is below the smallest of the table of %s, %g; use "
                              "minimum_magnitude to leave such ruptures out",
                              mag[j], gmm->cls->name, gmm->mag_min);
    return KR_OK;
}

static kr_status check_sigma(const kr_unit *u, const kr_gmm *gmm, size_t n)
{
    double level = u->hazard->truncation.level;
    if (level == 1e-9 || level == 99)
        return KR_OK;
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t j = 0; j < n; j++)
            if (!(u->sigma[m * KR_GMM_BATCH + j] > 0))
                return kr_fail_at(u->hazard->ctx, gmm->file, gmm->line,
                                  "the total standard deviation of %s for %s is %g: it must be "
                                  "positive unless truncation_level is 0 or 99",
                                  gmm->cls->name, gmm->imts[m].name,
                                  u->sigma[m * KR_GMM_BATCH + j]);
    return KR_OK;
}

/* Contexts [first, first + n) of a batch. */
typedef struct stretch {
    const kr_contexts *all;
    size_t first, n;
    kr_gmm_batch batch; /* their columns */
} stretch;

/* Exceedances of a part of a motion, from mean and sigma: into the component's model k, or into
 * poes where rates do not follow linearly. */
static void add_parts(kr_unit *u, const stretch *at, const kr_motion *motion,
                      const kr_gmm_part *part, double epsilon, size_t k)
{
    const kr_hazard *h = u->hazard;
    const kr_contexts *b = at->all;
    size_t size = curve_size(h);
    bool linear = is_linear(u, b);
    double *sums = u->sums + k * KR_SITE_BLOCK * size, weight = part->weight;
    for (size_t j = 0; j < at->n; j++) {
        size_t i = at->first + j;
        in_batch place = {.j = j, .epsilon = epsilon, .sigma_factor = part->sigma_factor};
        if (h->soil)
            place.soil = kr_soil_at(h->soil, u->first_site + b->site[i],
                                    at->batch.col[KR_COL_MAG][j], at->batch.col[KR_COL_RRUP][j]);
        if (linear)
            add_part(u, motion, &place, weight * b->rate[i] * h->job->investigation_time,
                     sums + b->site[i] * size);
        else
            add_part(u, motion, &place, weight, u->poes + j * size);
    }
}

/* The exceedances of one motion begin. */
static void begin_motion(kr_unit *u, const stretch *at)
{
    if (!is_linear(u, at->all))
        memset(u->poes, 0, at->n * curve_size(u->hazard) * sizeof *u->poes);
}

/* Those of all its parts are there: model k's rates. */
static void end_motion(kr_unit *u, const stretch *at, size_t k)
{
    const kr_contexts *b = at->all;
    size_t size = curve_size(u->hazard);
    double *sums = u->sums + k * KR_SITE_BLOCK * size, *room = u->poes + KR_GMM_BATCH * size;
    for (size_t j = 0; j < at->n && !is_linear(u, b); j++) {
        double *to = sums + b->site[at->first + j] * size;
        if (has_exclusive_ruptures(u))
            add_weighted(u, b, at->first + j, u->poes + j * size, room, to);
        else
            add_rates(u, b, at->first + j, u->poes + j * size, to);
    }
}

/* Mean and sigma of a model; `shared`: without its shift. */
static kr_status eval_part(kr_unit *u, const stretch *at, const kr_gmm *gmm, bool shared)
{
    kr_status s = KR_OK;
    const kr_gmm_out out = {.mean = u->mean, .sigma = u->sigma, .stride = KR_GMM_BATCH};
    KR_TRY(check_mags(u, gmm, at->batch.col[KR_COL_MAG], at->n));
    if (shared)
        kr_gmm_eval_central(gmm, &at->batch, &out);
    else
        kr_gmm_eval(gmm, &at->batch, &out);
    KR_TRY(check_sigma(u, gmm, at->n));
out:
    return s;
}

static kr_status add_evaluation(kr_unit *u, const stretch *at, const kr_evaluation *e)
{
    kr_status s = KR_OK;
    const kr_hazard *h = u->hazard;
    const size_t *gsims = u->component->component->gsims;
    const kr_motion *motion = &h->motions[gsims[e->models[0]]];
    if (!e->shared) {
        begin_motion(u, at);
        for (size_t p = 0; p < motion->nparts; p++) {
            const kr_gmm_part *part = &motion->parts[p];
            if (p == 0 || part->gmm != part[-1].gmm)
                KR_TRY(eval_part(u, at, part->gmm, false));
            add_parts(u, at, motion, part, 0, e->models[0]);
        }
        end_motion(u, at, e->models[0]);
        return KR_OK;
    }
    KR_TRY(eval_part(u, at, motion->parts[0].gmm, true));
    if (e->shifted)
        kr_gmm_shift(e->shifted, &at->batch, u->shift, KR_GMM_BATCH);
    for (size_t i = 0; i < e->n; i++) {
        motion = &h->motions[gsims[e->models[i]]];
        begin_motion(u, at);
        for (size_t p = 0; p < motion->nparts; p++)
            add_parts(u, at, motion, &motion->parts[p], motion->parts[p].gmm->epsilon,
                      e->models[i]);
        end_motion(u, at, e->models[i]);
    }
out:
    return s;
}

/* The columns of a batch, rounded where the job asks for it; the batch itself stays as it is. */
static void columns_of(kr_unit *u, const kr_contexts *b, double *col[KR_COL_COUNT])
{
    size_t padded = (b->n + 7) / 8 * 8;
    memcpy(col, b->col, sizeof b->col);
    if (!u->rounded || has_exclusive_ruptures(u))
        return;
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (b->col[c]) {
            col[c] = u->rounded + (size_t)c * KR_CONTEXTS_CAPACITY;
            memcpy(col[c], b->col[c], padded * sizeof *col[c]);
        }
    kr_collapse(u->hazard->job->collapse_level, u->component->columns, col, padded);
}

static kr_status visit(void *user, const kr_contexts *b)
{
    kr_status s = KR_OK;
    kr_unit *u = user;
    double *col[KR_COL_COUNT];
    if (kr_interrupted(u->hazard->ctx)) /* all ruptures of a magnitude on a fault are one unit */
        return kr_fail(u->hazard->ctx, KR_EINTERRUPTED, "interrupted");
    for (size_t i = 0; i < b->n; i++)
        u->touched[b->site[i]] = 1;
    u->contexts += (double)b->n;
    columns_of(u, b, col);
    for (size_t first = 0; first < b->n; first += KR_GMM_BATCH) {
        stretch at = {.all = b, .first = first, .n = b->n - first};
        if (at.n > KR_GMM_BATCH)
            at.n = KR_GMM_BATCH;
        at.batch = (kr_gmm_batch){.n = at.n, .scratch = u->scratch};
        for (int c = 0; c < KR_COL_COUNT; c++)
            at.batch.col[c] = col[c] ? col[c] + first : NULL;
        for (size_t k = 0; k < u->component->nevaluations; k++)
            KR_TRY(add_evaluation(u, &at, &u->component->evaluations[k]));
    }
out:
    return s;
}

static kr_status run_segment(kr_unit *u, const kr_segment *segment)
{
    kr_status s = KR_OK;
    const kr_ready *source = segment->source;
    if (source && source->fault) {
        KR_TRY(need_faults(u));
        return kr_fault_maker_run(u->faults, source->fault, segment->first, segment->count, visit,
                                  u);
    }
    KR_TRY(need_points(u));
    if (!source)
        return kr_point_maker_run_cells(u->points, u->component->cells, segment->first,
                                        segment->count, visit, u);
    return kr_point_maker_run(u->points, source->split, segment->first, segment->count, visit, u);
out:
    return s;
}

/* What a source of an atomic group adds to the group (reference-behaviour 5.2): with exclusive
 * sources the weighted sum of their probabilities, otherwise rates. The sums are rates, or
 * probabilities where ruptures are exclusive. */
static void add_source_to_group(kr_unit *u, double weight, const kr_group *group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = u->sums[i];
        if (group->mutex_sources)
            x = weight * (group->mutex_ruptures ? x : -expm1(-x));
        else if (group->mutex_ruptures)
            x = -log1p(-fmin(x, 1));
        u->group[i] += x;
        u->sums[i] = 0;
    }
}

/* From the group's probability to its rate; a cluster is a Poissonian occurrence of the whole
 * group. */
static void group_to_rates(kr_unit *u, const kr_group *group, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double x = u->group[i];
        double rate = group->mutex_sources ? -log1p(-fmin(group->grp_probability * x, 1)) : x;
        if (group->cluster)
            rate = group->occurrence_rate * u->hazard->job->investigation_time * -expm1(-rate);
        u->sums[i] = rate;
    }
}

static double mutex_weight(const kr_ready *source)
{
    return (source->fault ? kr_fault_source(source->fault) : source->split->origin)->mutex_weight;
}

static kr_status run_atomic(kr_unit *u, const kr_work_component *w)
{
    kr_status s = KR_OK;
    const kr_group *group = w->component->group;
    size_t n = w->component->ngsims * KR_SITE_BLOCK * curve_size(u->hazard);
    memset(u->group, 0, n * sizeof *u->group);
    for (size_t i = 0; i < w->nsegments; i++) {
        const kr_ready *source = w->segments[i].source;
        assert(source); /* atomic groups are not put on a grid */
        KR_TRY(run_segment(u, &w->segments[i]));
        if (i + 1 < w->nsegments && w->segments[i + 1].source == source)
            continue;
        add_source_to_group(u, mutex_weight(source), group, n);
    }
    group_to_rates(u, group, n);
out:
    return s;
}

kr_status kr_unit_run(kr_unit *u, const kr_work_component *w, size_t block, size_t first,
                      size_t nsites)
{
    kr_status s = KR_OK;
    set_sites(u, w, first, nsites);
    if (w->component->group) {
        KR_TRY(run_atomic(u, w));
    } else {
        const kr_block *b = &w->blocks[block];
        for (size_t i = 0; i < b->nsegments; i++)
            KR_TRY(run_segment(u, &w->segments[b->first_segment + i]));
    }
out:
    return s;
}
