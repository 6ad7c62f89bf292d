/* From contexts to rates: means and sigmas of a batch, probabilities of exceedance of some contexts
 * at a time, and these times the rates of all alternatives: a product of matrices.
 *
 * Where ruptures have probabilities of occurrence instead of rates, -ln of the product of the
 * probabilities of no exceedance is wanted. What is kept is none = 1 - product, by
 * none += p (P - P none) for a rupture that occurs with probability p and exceeds with P: no digit
 * of a small probability is lost. The sum is turned into a rate, -ln(1 - none), and begun anew,
 * before the bound 1 - product of (1 - p), which holds for all levels, passes 1/2: 1 - none then
 * has no relative error above that of a sum of as many terms. Where that happens depends on the
 * ruptures near a site alone. */
#include "hazard/collapse.h"
#include "hazard/occurrence.h"
#include "hazard/unit.h"
#include "num/vmath.h"

#include <math.h>
#include <string.h>

/* Contexts [first, first + n) of a batch, at most KR_GMM_BATCH. */
typedef struct stretch {
    const kr_contexts *all;
    size_t first, n;
    kr_gmm_batch batch; /* their columns */
    kr_occurrence occurrence;
    bool changes; /* probabilities change with the alternative, by change() */
    size_t nruns;
} stretch;

/* ---- rates and probabilities of a stretch ---- */

static const kr_group *group_of(const kr_unit *u)
{
    return u->work->component->group;
}

static bool in_cluster(const kr_unit *u)
{
    return group_of(u) && group_of(u)->cluster;
}

static bool has_exclusive_ruptures(const kr_unit *u)
{
    return group_of(u) && group_of(u)->mutex_ruptures;
}

/* Probabilities of no and of one occurrence that have no more to them. */
static bool is_pair(const double *probs, size_t nprobs)
{
    return nprobs == 2 && fabs(1 - (probs[0] + probs[1])) <= 4e-16;
}

static void choose_occurrence(const kr_unit *u, stretch *at)
{
    const kr_contexts *b = at->all;
    bool binomial = b->nprobs == 0 && b->source->tom == KR_TOM_NEGATIVE_BINOMIAL;
    at->occurrence = b->nprobs || in_cluster(u) ? KR_OCCUR_PROBS : KR_OCCUR_RATES;
    if (has_exclusive_ruptures(u))
        at->occurrence = KR_OCCUR_EXCLUSIVE;
    at->changes = !in_cluster(u) && (binomial || at->occurrence == KR_OCCUR_EXCLUSIVE);
    for (size_t j = at->first; b->nprobs && !in_cluster(u) && j < at->first + at->n; j++)
        for (size_t k = 0; k < u->work->nmembers && !at->changes; k++)
            at->changes = !is_pair(b->probs[j] + k * b->nprobs, b->nprobs);
}

/* The probability that a rupture occurs at all: no number of `none` grows by more. */
static double any_occurrence(const kr_unit *u, const kr_contexts *b, size_t i, size_t member)
{
    return in_cluster(u) ? 1 : kr_any_occurrence(b->probs[i] + member * b->nprobs, b->nprobs);
}

/* By what the probabilities of exceedance of context i are multiplied for a member. */
static double weight_of(const kr_unit *u, const stretch *at, size_t i, size_t member)
{
    const kr_contexts *b = at->all;
    const double *probs = b->nprobs ? b->probs[i] + member * b->nprobs : NULL;
    if (at->occurrence == KR_OCCUR_EXCLUSIVE)
        return b->weight[i];
    if (in_cluster(u))
        return 1; /* the rupture occurs whenever the cluster does */
    if (probs)
        return at->changes ? any_occurrence(u, b, i, member) > 0 : probs[1];
    if (at->changes)
        return kr_annual_rate(b, i, member) > 0;
    return kr_annual_rate(b, i, member) * u->hazard->job->investigation_time;
}

/* Where `none` is to be emptied before a context. */
static bool find_breaks(kr_unit *u, const stretch *at, size_t member)
{
    bool any = false;
    for (size_t j = 0; j < at->n; j++) {
        size_t i = at->first + j;
        double *bound = &u->bound[member * u->work->site_block + at->all->site[i]];
        double p = any_occurrence(u, at->all, i, member);
        double next = *bound + p * (1 - *bound);
        bool full = *bound > 0 && next > 0.5;
        *bound = full ? p : next;
        u->breaks[member * KR_GMM_BATCH + j] = full;
        any = any || full;
    }
    return any;
}

static void take_weights(kr_unit *u, stretch *at)
{
    u->nactive = u->nplain = 0;
    for (size_t k = 0; k < u->work->nmembers; k++) {
        double *weights = u->weights + k * KR_GMM_BATCH;
        size_t n = 0;
        for (size_t j = 0; j < at->n; j++) {
            weights[j] = weight_of(u, at, at->first + j, k);
            n += weights[j] > 0;
        }
        u->state[k] = n ? KR_MEMBER_HAS : KR_MEMBER_LACKS;
        if (n && at->occurrence == KR_OCCUR_PROBS && find_breaks(u, at, k))
            u->state[k] = KR_MEMBER_BREAKS;
        u->nactive += u->state[k] != KR_MEMBER_LACKS;
        if (u->state[k] == KR_MEMBER_HAS && !at->changes)
            u->plain[u->nplain++] = (uint32_t)k;
        u->done.contexts += (double)(u->work->nmembers == 1 ? at->n : n);
    }
}

/* Runs of contexts at one site; none goes over a multiple of KR_POES_ROWS. */
static void find_runs(kr_unit *u, stretch *at)
{
    const uint32_t *site = at->all->site + at->first;
    at->nruns = 0;
    for (size_t j = 0; j < at->n; j++) {
        if (j % KR_POES_ROWS == 0 || site[j] != site[j - 1])
            u->runs[at->nruns++] = (kr_site_run){.site = site[j], .first = (uint32_t)j};
        u->runs[at->nruns - 1].n++;
    }
}

/* ---- probabilities to rates ---- */

/* Of contexts [first, first + n) of a stretch: probabilities of exceedance by one occurrence become
 * what is multiplied by the weights of a member. */
static void change(const kr_unit *u, const stretch *at, size_t member, size_t first, size_t n)
{
    const kr_hazard *h = u->hazard;
    const kr_contexts *b = at->all;
    double alpha = b->source->tom_alpha;
    for (size_t j = 0; j < n; j++) {
        double *poes = u->changed + j * h->padded;
        size_t i = at->first + first + j;
        double mean = kr_annual_rate(b, i, member) * h->job->investigation_time;
        if (b->nprobs) {
            h->kernels->occur(h->padded, b->probs[i] + member * b->nprobs, b->nprobs, poes);
            continue;
        }
        /* sum over k of NB(k) (1 - poe)^k in closed form: (1 + alpha r T poe)^(-1 / alpha) */
        for (size_t l = 0; l < h->padded; l++)
            poes[l] = b->source->tom == KR_TOM_NEGATIVE_BINOMIAL
                          ? log1p(alpha * mean * poes[l]) / alpha
                          : mean * poes[l];
        for (size_t l = 0; at->occurrence == KR_OCCUR_EXCLUSIVE && l < h->padded; l++)
            poes[l] = -expm1(-poes[l]);
    }
}

/* Contexts [first, first + n) of a stretch whose probabilities are there, and what they are for. */
typedef struct addition {
    const stretch *at;
    size_t model, measure, first, n, run, last_run;
} addition;

/* The contexts of a run, with probabilities among `poes`; the members are to be set. */
static kr_summing summing_of(const kr_unit *u, const addition *a, const kr_site_run *run,
                             const double *poes)
{
    const kr_hazard *h = u->hazard;
    const kr_work *w = u->work;
    double *sums = a->at->occurrence == KR_OCCUR_PROBS ? u->none : u->sums->rates;
    return (kr_summing){.poes = poes + (run->first - a->first) * h->padded,
                        .stride = h->padded,
                        .nlevels = h->padded,
                        .rows = u->rows,
                        .n = run->n,
                        .weights = u->weights + run->first,
                        .weights_stride = KR_GMM_BATCH,
                        .sums = sums + (a->model * w->site_block + run->site) * kr_curve_size(h) +
                                a->measure * h->padded,
                        .sums_stride = w->component->ngsims * w->site_block * kr_curve_size(h)};
}

/* Add contexts of a run to `none` of a member, emptied where it has to be. */
static void add_probs(kr_unit *u, const kr_summing *run, size_t first, size_t member)
{
    const kr_hazard *h = u->hazard;
    const unsigned char *breaks = u->breaks + member * KR_GMM_BATCH + first;
    bool whole = u->state[member] != KR_MEMBER_BREAKS;
    kr_summing part = *run;
    for (size_t j = 0, end; j < run->n; j = end) {
        end = whole ? run->n : j + 1;
        while (end < run->n && !breaks[end])
            end++;
        if (!whole && breaks[j]) {
            double *none = run->sums + member * run->sums_stride;
            h->kernels->take_rates(h->padded, none, u->sums->rates + (none - u->none));
        }
        part.poes = run->poes + j * run->stride;
        part.weights = run->weights + j;
        part.n = end - j;
        h->kernels->add_probs(&part);
    }
}

/* Add the probabilities to the rates of all members that take them as they are. */
static void add_to_many(kr_unit *u, const addition *a)
{
    const kr_kernels *kernels = u->hazard->kernels;
    for (size_t r = a->run; r < a->last_run; r++) {
        kr_summing sum = summing_of(u, a, &u->runs[r], u->poes);
        sum.members = u->plain;
        sum.nmembers = u->nplain;
        (a->at->occurrence == KR_OCCUR_PROBS ? kernels->add_probs : kernels->add_rates)(&sum);
    }
}

/* Add them for a member for which they change, or whose `none` is emptied on the way. */
static void add_to_one(kr_unit *u, const addition *a, size_t member)
{
    const kr_hazard *h = u->hazard;
    const double *poes = u->poes;
    const uint32_t one = (uint32_t)member;
    if (a->at->changes) {
        memcpy(u->changed, u->poes, a->n * h->padded * sizeof *u->changed);
        change(u, a->at, member, a->first, a->n);
        poes = u->changed;
    }
    for (size_t r = a->run; r < a->last_run; r++) {
        kr_summing sum = summing_of(u, a, &u->runs[r], poes);
        sum.members = &one;
        sum.nmembers = 1;
        if (a->at->occurrence == KR_OCCUR_PROBS)
            add_probs(u, &sum, u->runs[r].first, member);
        else
            h->kernels->add_rates(&sum);
    }
}

static void add_poes(kr_unit *u, addition *a)
{
    size_t nmembers = u->nplain;
    a->last_run = a->run;
    while (a->last_run < a->at->nruns && u->runs[a->last_run].first < a->first + a->n)
        a->last_run++;
    if (u->nplain)
        add_to_many(u, a);
    for (size_t k = 0; k < u->work->nmembers && u->nplain < u->nactive; k++) {
        if (u->state[k] == KR_MEMBER_LACKS || (u->state[k] == KR_MEMBER_HAS && !a->at->changes))
            continue;
        add_to_one(u, a, k);
        nmembers++;
    }
    u->done.products += (double)(nmembers * a->n * u->hazard->padded);
    a->run = a->last_run;
}

/* ---- motion ---- */

/* Probabilities of exceedance on soil. */
static void soil_poes(kr_unit *u, const stretch *at, size_t m, size_t first, size_t n,
                      const double *motion[2], double weight)
{
    const kr_hazard *h = u->hazard;
    for (size_t j = 0; j < n; j++) {
        size_t i = first + j;
        const double *soil =
            kr_soil_at(h->soil, u->makers.first_site + at->all->site[at->first + i],
                       at->batch.col[KR_COL_MAG][i], at->batch.col[KR_COL_RRUP][i]);
        kr_soil_add_poes(h->soil, soil, m, h->kernels, &h->truncation,
                         (const double[]){motion[0][j], motion[1][j]}, weight,
                         u->poes + j * h->padded);
    }
}

/* Probabilities of exceedance of contexts [first, first + n), the average over the parts. */
static void make_poes(kr_unit *u, const stretch *at, const kr_motion *motion, bool shared, size_t k,
                      size_t first, size_t n)
{
    const kr_hazard *h = u->hazard;
    size_t m = motion->measures[k];
    const double *of[2];
    if (h->soil)
        memset(u->poes, 0, n * h->padded * sizeof *u->poes);
    for (size_t p = 0; p < motion->nparts; p++) {
        double weight = motion->parts[p].weight;
        kr_motions_part(&u->motions, motion, p, shared, k, first, n, of);
        if (h->soil)
            soil_poes(u, at, m, first, n, of, weight);
        else
            h->kernels->poes(&h->truncation, h->levels + m * h->padded, h->padded, n, of[0], of[1],
                             weight, p > 0, h->padded, u->poes);
        u->done.exceedances += (double)(n * h->padded);
    }
}

/* The rates of a model from means and sigmas. */
static void add_model(kr_unit *u, const stretch *at, size_t model, bool shared)
{
    const kr_motion *motion = &u->hazard->motions[u->work->component->gsims[model]];
    for (size_t k = 0; k < motion->nimts; k++) {
        addition a = {.at = at, .model = model, .measure = motion->measures[k]};
        for (; a.first < at->n; a.first += KR_POES_ROWS) {
            size_t left = at->n - a.first;
            a.n = left < KR_POES_ROWS ? left : KR_POES_ROWS;
            make_poes(u, at, motion, shared, k, a.first, a.n);
            add_poes(u, &a);
        }
    }
}

static kr_status add_evaluation(kr_unit *u, stretch *at, const kr_evaluation *e)
{
    kr_status s = KR_OK;
    KR_TRY(kr_motions_eval(&u->motions, u->work->component, e, &at->batch));
    u->done.means += u->motions.means;
    u->motions.means = 0;
    for (size_t i = 0; i < e->n; i++)
        add_model(u, at, e->models[i], e->shared);
out:
    return s;
}

/* ---- the two ways in ---- */

static bool is_rounded(const kr_unit *u)
{
    const kr_job *job = u->hazard->job;
    return job->collapse_level >= 0 && job->compat == KR_COMPAT_OQ_3_21 &&
           !has_exclusive_ruptures(u);
}

kr_status kr_accumulate(void *user, const kr_contexts *b)
{
    kr_status s = KR_OK;
    kr_unit *u = user;
    const kr_hazard *h = u->hazard;
    if (kr_interrupted(h->ctx)) /* all ruptures of a magnitude on a fault are one unit */
        return kr_fail(h->ctx, KR_EINTERRUPTED, "interrupted");
    bool rounded = is_rounded(u);
    for (size_t i = 0; i < b->n; i++)
        u->sums->touched[b->site[i]] = 1;
    u->done.computed += (double)b->n;
    b = kr_arrange(u, b, rounded);
    if (rounded)
        kr_collapse(h->job->collapse_level, u->work->family->columns, u->gathered.batch.col,
                    (b->n + 7) / 8 * 8);
    for (size_t first = 0; first < b->n; first += KR_GMM_BATCH) {
        stretch at = {.all = b, .first = first, .n = b->n - first};
        if (at.n > KR_GMM_BATCH)
            at.n = KR_GMM_BATCH;
        at.batch = kr_motions_batch(b, first, at.n);
        choose_occurrence(u, &at);
        take_weights(u, &at);
        find_runs(u, &at);
        for (size_t k = 0; k < u->work->family->nevaluations; k++)
            KR_TRY(add_evaluation(u, &at, &u->work->family->evaluations[k]));
    }
out:
    return s;
}

void kr_accumulate_end(kr_unit *u)
{
    const kr_work *w = u->work;
    size_t curve = kr_curve_size(u->hazard);
    if (!u->none)
        return;
    for (size_t k = 0; k < w->nmembers; k++)
        for (size_t i = 0; i < w->site_block; i++) {
            if (u->bound[k * w->site_block + i] == 0)
                continue;
            u->bound[k * w->site_block + i] = 0;
            for (size_t model = 0; model < w->component->ngsims; model++) {
                size_t at = ((k * w->component->ngsims + model) * w->site_block + i) * curve;
                u->hazard->kernels->take_rates(curve, u->none + at, u->sums->rates + at);
            }
        }
}
