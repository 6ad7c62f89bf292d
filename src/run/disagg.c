#include "run/disagg.h"

#include "hazard/disagg_sums.h"
#include "stats/realize.h"
#include "stats/weights.h"

#include <math.h>
#include <string.h>

struct kr_calc_disagg {
    kr_disagg_edges *edges;
    kr_results_disagg stored;
    size_t nlevels;    /* measures x probabilities, or measures */
    double *levels;    /* sites x nlevels */
    uint32_t *rlzs;    /* sites x stored.nrlzs */
    size_t at_once;    /* realizations whose tables are held together */
    double *weights;   /* of component rates in the mean of all realizations */
    size_t site_bytes; /* that the rates of a site take */
};

/* All realizations are stored unasked up to so many, and so many bytes of their tables. */
enum { RLZS_UNASKED = 10000 };
static const double BYTES_UNASKED = 1e9;

/* More are not compared one by one with the mean. */
static const double RLZS_COMPARED = 1e7;

/* Bytes of tables that are held together. */
static const double TABLES_HELD = 32e6;

/* ------------------------------------------------------------------ before the run */

static kr_status check_sites(const kr_calc *calc)
{
    size_t n = calc->sites->n, most = calc->job->max_sites_disagg;
    if (n <= most)
        return KR_OK;
    return kr_fail(calc->ctx, KR_EINPUT,
                   "%s: %zu sites are to be disaggregated, and max_sites_disagg is %zu; write "
                   "max_sites_disagg = %zu",
                   calc->job->path, n, most, n);
}

/* Those that rlz_index names. */
static kr_status named_rlzs(const kr_calc *calc, struct kr_calc_disagg *d)
{
    const kr_numbers *index = &calc->job->disagg.rlz_index;
    if (calc->tree->nrlzs == KR_UNNUMBERED)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: rlz_index: the tree has %.10g realizations, too many to be numbered; "
                       "leave it out for the mean of all",
                       calc->job->path, calc->tree->rlzs);
    for (size_t i = 0; i < index->n; i++)
        if (!(index->x[i] < fmin(calc->tree->rlzs, (double)UINT32_MAX)))
            return kr_fail(calc->ctx, KR_EINPUT,
                           "%s: rlz_index holds %.0f; the tree has %.10g realizations, numbered "
                           "from 0",
                           calc->job->path, index->x[i], calc->tree->rlzs);
    d->stored.nrlzs = index->n;
    return KR_OK;
}

static kr_status choose_rlzs(kr_calc *calc, struct kr_calc_disagg *d)
{
    const kr_job *job = calc->job;
    double all = calc->tree->rlzs, asked = (double)job->disagg.rlzs;
    double each =
        (double)calc->sites->n * (double)kr_disagg_sums_bytes(d->edges, job, d->nlevels, 1);
    if (job->disagg.rlz_index.n)
        return named_rlzs(calc, d);
    if (asked > all)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: num_rlzs_disagg is %.0f; the tree has %.10g realizations", job->path,
                       asked, all);
    if (asked > 0 && all > RLZS_COMPARED)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: num_rlzs_disagg: %.10g realizations are too many to be compared with "
                       "their mean; leave it out for the mean of all, or write rlz_index",
                       job->path, all);
    if (asked == 0 && (all > RLZS_UNASKED || all * each > BYTES_UNASKED)) {
        kr_info(calc->ctx,
                "disaggregation: the mean of %.10g realizations alone; single ones with "
                "num_rlzs_disagg or rlz_index",
                all);
        return KR_OK;
    }
    d->stored.nrlzs = asked > 0 ? job->disagg.rlzs : calc->tree->nrlzs;
    return KR_OK;
}

/* Of the limit: where a site may take more than this part of it, it is looked at more closely. */
enum { LIMIT_PART = 4 };

static kr_status measure_sites(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    kr_disagg_bins bins = kr_disagg_edges_at(d->edges, 0);
    size_t most = kr_disagg_bytes(calc->hazard, &bins, d->nlevels, calc->threads);
    d->site_bytes = most;
    if (most < kr_calc_limit(calc) / LIMIT_PART)
        return KR_OK;
    kr_calc_phase(calc, "measuring the disaggregation");
    d->site_bytes = 0;
    for (size_t i = 0; i < calc->sites->n; i++) {
        size_t bytes;
        bins = kr_disagg_edges_at(d->edges, i);
        KR_TRY(kr_disagg_measure(calc->hazard, i, &bins, d->nlevels, calc->threads, &bytes));
        d->site_bytes = bytes > d->site_bytes ? bytes : d->site_bytes;
    }
out:
    return s;
}

kr_status kr_calc_disagg_begin(kr_calc *calc)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    struct kr_calc_disagg *d;
    size_t n = calc->sites->n;
    if (job->mode != KR_MODE_DISAGGREGATION || calc->disagg)
        return KR_OK;
    KR_TRY(check_sites(calc));
    KR_NEW(d, calc->ctx, KR_ACCOUNT_STATS, 1);
    calc->disagg = d;
    KR_TRY(kr_disagg_edges_create(calc->ctx, job, calc->tree, calc->sites, &d->edges));
    d->stored.edges = d->edges;
    d->stored.npoes = job->disagg.levels_given ? 1 : job->poes.n;
    d->nlevels = job->nimts * d->stored.npoes;
    KR_TRY(choose_rlzs(calc, d));
    d->stored.mean = d->stored.nrlzs != 1;
    KR_NEW(d->levels, calc->ctx, KR_ACCOUNT_STATS, n * d->nlevels);
    KR_NEW(d->rlzs, calc->ctx, KR_ACCOUNT_STATS, n * d->stored.nrlzs);
    double each = (double)kr_disagg_sums_bytes(d->edges, job, d->nlevels, 1);
    d->at_once = each < TABLES_HELD ? (size_t)(TABLES_HELD / each) : 1;
    if (d->at_once > d->stored.nrlzs)
        d->at_once = d->stored.nrlzs ? d->stored.nrlzs : 1;
    d->stored.rlzs_at_once = d->at_once;
    KR_TRY(measure_sites(calc, d));
out:
    return s;
}

void kr_calc_disagg_end(kr_calc *calc)
{
    struct kr_calc_disagg *d = calc->disagg;
    if (!d)
        return;
    kr_disagg_edges_destroy(&d->edges);
    kr_free(d->levels);
    kr_free(d->rlzs);
    kr_free(d->weights);
    kr_free(d);
    calc->disagg = NULL;
}

const kr_results_disagg *kr_calc_disagg_stored(const kr_calc *calc)
{
    return calc->disagg ? &calc->disagg->stored : NULL;
}

size_t kr_calc_disagg_bytes(const kr_calc *calc)
{
    const struct kr_calc_disagg *d = calc->disagg;
    if (!d)
        return 0;
    const kr_tree *tree = calc->tree;
    return d->site_bytes + d->nlevels * (sizeof(kr_disagg_level) + sizeof(double)) +
           kr_disagg_sums_bytes(d->edges, calc->job, d->nlevels, d->at_once) +
           (1 + tree->nweights) * tree->nrates * sizeof(double) +
           (tree->nsets + tree->most_components + 2) * sizeof(uint32_t);
}

/* ------------------------------------------------------------------ with a tile */

static size_t mean_of(const kr_calc *calc)
{
    size_t i = 0;
    while (i + 1 < calc->nstats && calc->stats[i].kind != KR_STAT_MEAN)
        i++;
    return i;
}

/* Levels of hazard maps of the mean curve; in single precision, as the curve is stored. */
static kr_status map_levels(const kr_calc *calc, const float *curves, double *out)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t nlevels = job->nlevels, npoes = job->poes.n;
    double *ln_levels = NULL;
    KR_NEW(ln_levels, calc->ctx, KR_ACCOUNT_STATS, nlevels);
    for (size_t m = 0; m < job->nimts; m++) {
        for (size_t l = 0; l < nlevels; l++)
            ln_levels[l] = log(job->levels[m * nlevels + l]);
        for (size_t p = 0; p < npoes; p++)
            out[m * npoes + p] = kr_map_level(curves + m * nlevels, ln_levels, nlevels,
                                              job->poes.x[p], log(job->poes.x[p]));
    }
out:
    kr_free(ln_levels);
    return s;
}

/* Logarithms of a curve are not taken below this probability. */
static const double POE_FLOOR = 1e-12;

/* How near a realization is to the mean curve. */
typedef struct near_rlz {
    double distance;
    uint32_t rlz;
} near_rlz;

/* Keep the n nearest in order, the first of equals first. Returns how many are kept. */
static size_t keep_nearest(near_rlz *kept, size_t nkept, size_t n, near_rlz it)
{
    size_t low = 0, high = nkept;
    while (low < high) { /* after all that are as near */
        size_t middle = (low + high) / 2;
        if (kept[middle].distance <= it.distance)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == n)
        return nkept;
    nkept += nkept < n;
    memmove(kept + low + 1, kept + low, (nkept - 1 - low) * sizeof *kept);
    kept[low] = it;
    return nkept;
}

/* Sum of squares of what the logarithms of a curve are apart from those of the mean. The reference
 * takes them apart from every level of the mean, not only from the same one: it orders as the
 * distance from the mean of the logarithms of the mean curve does. */
static double distance_of(const double *rates, const double *ln_mean, size_t n, bool exact)
{
    double centre = 0, sum = 0;
    for (size_t l = 0; l < n; l++)
        centre += ln_mean[l] / (double)n;
    for (size_t l = 0; l < n; l++) {
        double d = log(fmax(-expm1(-rates[l]), POE_FLOOR)) - (exact ? ln_mean[l] : centre);
        sum += d * d;
    }
    return sum;
}

static kr_status nearest_rlzs(const kr_calc *calc, const kr_site_rates *site, const double *mean,
                              uint32_t *out)
{
    kr_status s = KR_OK;
    size_t total = calc->job->nimts * calc->job->nlevels, n = calc->disagg->stored.nrlzs, nkept = 0;
    bool exact = calc->job->compat == KR_COMPAT_EXACT;
    kr_realizer *realizer = NULL;
    near_rlz *kept = NULL;
    double *ln_mean = NULL;
    KR_NEW(kept, calc->ctx, KR_ACCOUNT_STATS, n + 1);
    KR_NEW(ln_mean, calc->ctx, KR_ACCOUNT_STATS, total);
    KR_TRY(kr_realizer_create(calc->ctx, calc->tree, total, !exact, &realizer));
    for (size_t l = 0; l < total; l++)
        ln_mean[l] = log(fmax(mean[l], POE_FLOOR));
    kr_realizer_site(realizer, site);
    for (size_t r = 0; r < calc->tree->nrlzs; r++) {
        const double *rates = kr_realizer_rates(realizer, r);
        const near_rlz it = {distance_of(rates, ln_mean, total, exact), (uint32_t)r};
        nkept = keep_nearest(kept, nkept, n, it);
        if (r % 4096 == 0 && kr_interrupted(calc->ctx)) {
            s = kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
    for (size_t i = 0; i < n; i++)
        out[i] = kept[i].rlz;
out:
    kr_realizer_destroy(&realizer);
    kr_free(kept);
    kr_free(ln_mean);
    return s;
}

/* The mean curve is taken again of component rates in single precision, as the reference keeps
 * them, of so many realizations at most: where a band of epsilon ends, tables depend on the last
 * digits of levels. */
enum { RLZS_AGAIN = 10000 };

static kr_status mean_of_kept(const kr_calc *calc, const kr_site_rates *site, double *out)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    const kr_tree *tree = calc->tree;
    size_t total = job->nimts * job->nlevels;
    kr_realizer *realizer = NULL;
    double *weights = NULL;
    KR_NEW(weights, calc->ctx, KR_ACCOUNT_STATS, job->nimts);
    KR_TRY(kr_realizer_create(calc->ctx, tree, total, true, &realizer));
    kr_realizer_site(realizer, site);
    memset(out, 0, total * sizeof *out);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        const double *rates = kr_realizer_rates(realizer, r);
        for (size_t l = 0; l < total; l++) {
            size_t m = l / job->nlevels;
            double w = kr_tree_weight(tree, r, tree->nweights > 1 ? 1 + m : 0);
            weights[m] += l % job->nlevels == 0 ? w : 0;
            out[l] += w * -expm1(-rates[l]);
        }
    }
    for (size_t l = 0; l < total; l++)
        out[l] /= weights[l / job->nlevels] > 0 ? weights[l / job->nlevels] : 1;
out:
    kr_realizer_destroy(&realizer);
    kr_free(weights);
    return s;
}

/* The mean curve that levels are taken from, and realizations held against. */
static kr_status mean_curve(const kr_calc *calc, const kr_site_rates *site, const float *stored,
                            float *single, double *mean)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t total = job->nimts * job->nlevels;
    for (size_t l = 0; l < total; l++)
        mean[l] = (double)stored[l];
    if (job->compat == KR_COMPAT_OQ_3_21 && !job->use_rates && calc->tree->rlzs <= RLZS_AGAIN)
        KR_TRY(mean_of_kept(calc, site, mean));
    for (size_t l = 0; l < total; l++)
        single[l] = (float)mean[l];
out:
    return s;
}

kr_status kr_calc_disagg_tile(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                              const float *stats)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    struct kr_calc_disagg *d = calc->disagg;
    size_t total = job->nimts * job->nlevels, n = d ? d->stored.nrlzs : 0;
    double *mean = NULL;
    float *single = NULL;
    if (!d)
        return KR_OK;
    KR_NEW(mean, calc->ctx, KR_ACCOUNT_STATS, total);
    KR_NEW(single, calc->ctx, KR_ACCOUNT_STATS, total);
    for (size_t i = 0; i < nsites; i++) {
        const kr_site_rates site = {first + i, rates + i * total, nsites * total};
        const float *stored = stats + (i * calc->nstats + mean_of(calc)) * total;
        double *levels = d->levels + (first + i) * d->nlevels;
        uint32_t *rlzs = d->rlzs + (first + i) * n;
        KR_TRY(mean_curve(calc, &site, stored, single, mean));
        if (job->disagg.levels_given)
            memcpy(levels, job->levels, d->nlevels * sizeof *levels);
        else
            KR_TRY(map_levels(calc, single, levels));
        for (size_t z = 0; z < job->disagg.rlz_index.n; z++)
            rlzs[z] = (uint32_t)job->disagg.rlz_index.x[z];
        if (n && !job->disagg.rlz_index.n && calc->tree->nrlzs > 1)
            KR_TRY(nearest_rlzs(calc, &site, mean, rlzs));
    }
out:
    kr_free(mean);
    kr_free(single);
    return s;
}

/* ------------------------------------------------------------------ one site */

/* A site on its way through the stage. */
typedef struct stage {
    kr_calc *calc;
    struct kr_calc_disagg *d;
    size_t site;
    kr_disagg *disagg;
    kr_disagg_sums *sums; /* of as many targets as are held together */
    double *weights;      /* of component rates */
    uint32_t *branches, *rates;
} stage;

static kr_status stage_create(stage *g)
{
    kr_status s = KR_OK;
    kr_calc *calc = g->calc;
    const kr_tree *tree = calc->tree;
    KR_TRY(kr_disagg_sums_create(calc->ctx, g->d->edges, calc->job, tree, g->d->nlevels,
                                 g->d->at_once, &g->sums));
    KR_NEW(g->weights, calc->ctx, KR_ACCOUNT_STATS, tree->nrates);
    KR_NEW(g->branches, calc->ctx, KR_ACCOUNT_STATS, tree->nsets + 1);
    KR_NEW(g->rates, calc->ctx, KR_ACCOUNT_STATS, tree->most_components + 1);
    if (g->d->stored.mean && g->d->stored.nrlzs == 0)
        KR_TRY(kr_rate_weights(calc->ctx, tree, &g->d->weights));
out:
    return s;
}

static void stage_clear(stage *g)
{
    kr_disagg_destroy(&g->disagg);
    kr_disagg_sums_destroy(&g->sums);
    kr_free(g->weights);
    kr_free(g->branches);
    kr_free(g->rates);
}

static void add_rlz(stage *g, size_t r, double weight)
{
    size_t n = kr_tree_rates(g->calc->tree, r, g->branches, g->rates);
    for (size_t i = 0; i < n; i++)
        g->weights[g->rates[i]] += weight;
}

static void no_weights(stage *g)
{
    memset(g->weights, 0, g->calc->tree->nrates * sizeof *g->weights);
}

static kr_status put_rlzs(stage *g)
{
    kr_status s = KR_OK;
    const uint32_t *rlzs = g->d->rlzs + g->site * g->d->stored.nrlzs;
    for (size_t first = 0; first < g->d->stored.nrlzs; first += g->d->at_once) {
        size_t left = g->d->stored.nrlzs - first, n = left < g->d->at_once ? left : g->d->at_once;
        g->sums->ntargets = n;
        kr_disagg_sums_clear(g->sums);
        for (size_t z = 0; z < n; z++) {
            no_weights(g);
            add_rlz(g, rlzs[first + z], 1);
            kr_disagg_sums_add(g->sums, g->disagg, g->weights, z);
        }
        kr_disagg_sums_finish(g->sums);
        KR_TRY(kr_results_put_disagg(g->calc->results, g->site, false, first, g->sums));
        if (kr_interrupted(g->calc->ctx)) {
            s = kr_fail(g->calc->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
out:
    return s;
}

/* The reference's mean: over the realizations that are stored, with their weights in single
 * precision as they are. Of none, over all. */
static kr_status put_mean(stage *g)
{
    const uint32_t *rlzs = g->d->rlzs + g->site * g->d->stored.nrlzs;
    g->sums->ntargets = 1;
    kr_disagg_sums_clear(g->sums);
    no_weights(g);
    for (size_t z = 0; z < g->d->stored.nrlzs; z++)
        add_rlz(g, rlzs[z], (double)(float)kr_tree_weight(g->calc->tree, rlzs[z], 0));
    kr_disagg_sums_add(g->sums, g->disagg, g->d->weights ? g->d->weights : g->weights, 0);
    kr_disagg_sums_finish(g->sums);
    return kr_results_put_disagg(g->calc->results, g->site, true, 0, g->sums);
}

static bool is_zero(const double *x, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (x[i] != 0)
            return false;
    return true;
}

static kr_status do_site(stage *g)
{
    kr_status s = KR_OK;
    const kr_job *job = g->calc->job;
    const double *levels = g->d->levels + g->site * g->d->nlevels;
    const kr_disagg_bins bins = kr_disagg_edges_at(g->d->edges, g->site);
    kr_disagg_level *wanted = NULL;
    KR_TRY(kr_results_put_disagg_site(g->calc->results, g->site, levels,
                                      g->d->rlzs + g->site * g->d->stored.nrlzs));
    if (is_zero(levels, g->d->nlevels))
        return KR_OK;
    KR_NEW(wanted, g->calc->ctx, KR_ACCOUNT_STATS, g->d->nlevels);
    for (size_t l = 0; l < g->d->nlevels; l++)
        wanted[l] = (kr_disagg_level){l / (g->d->nlevels / job->nimts), levels[l]};
    KR_TRY(kr_hazard_disaggregate(g->calc->hazard, g->site, &bins, wanted, g->d->nlevels,
                                  g->calc->threads, &g->disagg));
    kr_calc_turn(g->calc, "disaggregation tables");
    KR_TRY(put_rlzs(g));
    if (g->d->stored.mean)
        KR_TRY(put_mean(g));
out:
    kr_disagg_destroy(&g->disagg);
    kr_free(wanted);
    return s;
}

/* ------------------------------------------------------------------ the stage */

kr_status kr_calc_disaggregate(kr_calc *calc)
{
    kr_status s = KR_OK;
    stage g = {.calc = calc, .d = calc->disagg};
    size_t n = calc->sites->n;
    if (!calc->disagg)
        return KR_OK;
    if (is_zero(g.d->levels, n * g.d->nlevels))
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: there is nothing to disaggregate: the mean curves are nowhere as high "
                       "as poes_disagg; write smaller ones",
                       calc->job->path);
    KR_TRY(stage_create(&g));
    for (g.site = 0; g.site < n; g.site++) {
        kr_calc_turn(calc, "disaggregation");
        KR_TRY(do_site(&g));
        kr_calc_turned(calc, "disaggregation", g.site + 1);
        kr_progress(calc->ctx, "disaggregation", (double)(g.site + 1), (double)n);
    }
out:
    stage_clear(&g);
    return s;
}
