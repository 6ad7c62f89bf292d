#include "run/disagg_int.h"
#include "stats/realize.h"
#include "stats/shares.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

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
                   "%s: %zu sites are to be disaggregated, and max_sites_disagg is %zu; give "
                   "fewer with sites or site_count = %zu, or write max_sites_disagg = %zu",
                   calc->job->path, n, most, most, n);
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

/* Which statistics of the whole tree, and at the levels of which curves. */
static kr_status choose_statistics(kr_calc *calc, struct kr_calc_disagg *d)
{
    const kr_job_disagg *asked = &calc->job->disagg;
    kr_status s = KR_OK;
    kr_disagg_statistic *all;
    size_t n = 0, nquantiles = asked->tree_quantiles ? calc->job->quantiles.n : 0;
    if (asked->tree_branches && calc->tree->sampled)
        return kr_fail(calc->ctx, KR_EINPUT,
                       "%s: disagg_statistics: the tree is sampled, and samples are no choice of "
                       "branches; leave branches out, or set number_of_logic_tree_samples = 0",
                       calc->job->path);
    KR_ANEW(all, &calc->arena, 4 + nquantiles);
    if (asked->tree_mean)
        all[n++] = (kr_disagg_statistic){"mean", 1, 0};
    if (asked->tree_variance)
        all[n++] = (kr_disagg_statistic){"variance", 1, 0};
    if (asked->tree_branches) {
        const kr_structure *structure = &calc->tree->structure;
        d->nstates = kr_shares_first_state(structure, structure->nchoices);
        all[n++] = (kr_disagg_statistic){"branches", d->nstates, 0};
    }
    d->stored.nsets = 1;
    for (size_t i = 0; i < calc->nstats && nquantiles; i++)
        if (calc->stats[i].kind == KR_STAT_QUANTILE) {
            all[n] = (kr_disagg_statistic){"", 1, d->stored.nsets++};
            snprintf(all[n].name, sizeof all[n].name, "%s", calc->stats[i].name);
            n++;
        }
    if (asked->tree_occurrence) { /* between two levels, below and above that of the mean */
        all[n++] = (kr_disagg_statistic){"occurrence", 1, d->stored.nsets};
        d->between = d->stored.nsets;
        d->stored.nsets += 2;
    }
    d->stored.nstatistics = n;
    d->stored.statistics = all;
out:
    return s;
}

/* Where a site may take more than this part of the limit, or so many bytes, it is looked at more
 * closely. */
enum { LIMIT_PART = 4, BYTES_UNMEASURED = 64 << 20 };

/* Tables that are held together: as many as fit, and are wanted. */
static size_t tables_at_once(const kr_calc *calc, const struct kr_calc_disagg *d)
{
    size_t most = d->stored.nrlzs > d->nstates ? d->stored.nrlzs : d->nstates;
    double held = fmin(TABLES_HELD, (double)kr_calc_limit(calc) / LIMIT_PART);
    double fit = held / (double)kr_disagg_sums_bytes(d->edges, calc->job, d->nlevels, 1);
    if (fit < (double)most)
        most = fit > KR_DISAGG_RLZS ? (size_t)fit / KR_DISAGG_RLZS * KR_DISAGG_RLZS : (size_t)fit;
    return most ? most : 1;
}

void kr_disagg_note_size(struct kr_calc_disagg *d, size_t bare, size_t level)
{
    d->bare_bytes = bare > d->bare_bytes ? bare : d->bare_bytes;
    d->level_bytes = level > d->level_bytes ? level : d->level_bytes;
}

static kr_status measure_sites(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    kr_disagg_bins bins = kr_disagg_edges_at(d->edges, 0);
    if (calc->job->disagg.cells_precision != KR_PRECISION_NONE)
        return kr_disagg_cells_begin(calc, d);
    size_t none = kr_disagg_bytes(calc->hazard, &bins, 0, calc->threads);
    size_t most = kr_disagg_bytes(calc->hazard, &bins, d->together, calc->threads);
    if (most < kr_calc_limit(calc) / LIMIT_PART && most < BYTES_UNMEASURED) {
        kr_disagg_note_size(d, none, (most - none) / d->together);
        return KR_OK;
    }
    kr_calc_phase(calc, "measuring the disaggregation");
    for (size_t i = 0; i < calc->sites->n; i++) {
        kr_disagg_size size;
        bins = kr_disagg_edges_at(d->edges, i);
        KR_TRY(kr_disagg_measure(calc->hazard, i, &bins, calc->threads, &size));
        kr_disagg_note_size(d, size.bytes, size.level_bytes);
    }
out:
    return s;
}

/* What follows from the job, once bins are there. */
static kr_status choose(kr_calc *calc, struct kr_calc_disagg *d)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t n = calc->sites->n;
    d->stored.edges = d->edges;
    d->stored.npoes = job->disagg.levels_given ? 1 : job->poes.n;
    d->stored.nimts = job->nimts;
    d->nlevels = job->nimts * d->stored.npoes;
    KR_TRY(choose_rlzs(calc, d));
    d->stored.mean = d->stored.nrlzs != 1;
    KR_TRY(choose_statistics(calc, d));
    KR_TRY(kr_disagg_shares_begin(calc, d));
    KR_NEW(d->levels, calc->ctx, KR_ACCOUNT_STATS, n * d->stored.nsets * d->nlevels);
    KR_NEW(d->rlzs, calc->ctx, KR_ACCOUNT_STATS, n * d->stored.nrlzs);
    KR_NEW(d->own, calc->ctx, KR_ACCOUNT_STATS, n * d->nlevels);
    d->at_once = tables_at_once(calc, d);
    d->together = d->stored.nsets * d->nlevels;
out:
    return s;
}

kr_status kr_calc_disagg_begin(kr_calc *calc)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    struct kr_calc_disagg *d;
    if (job->mode != KR_MODE_DISAGGREGATION || calc->disagg)
        return KR_OK;
    KR_TRY(check_sites(calc));
    KR_TRY(kr_hazard_check_disagg(calc->hazard));
    KR_NEW(d, calc->ctx, KR_ACCOUNT_STATS, 1);
    calc->disagg = d;
    d->cells.precision = KR_PRECISION_NONE;
    KR_TRY(kr_disagg_edges_create(calc->ctx, job, calc->tree, calc->sites, &d->edges));
    KR_TRY(choose(calc, d));
    KR_TRY(measure_sites(calc, d));
out:
    return s;
}

kr_status kr_calc_disagg_again(kr_calc *calc, kr_disagg_edges **edges, const kr_stored_cells *cells,
                               kr_cells_of of, const size_t *site_of)
{
    kr_status s = KR_OK;
    struct kr_calc_disagg *d;
    KR_NEW(d, calc->ctx, KR_ACCOUNT_STATS, 1);
    calc->disagg = d;
    *d = (struct kr_calc_disagg){.edges = *edges, .from = cells, .of = of, .site_of = site_of};
    *edges = NULL;
    d->cells.precision = KR_PRECISION_NONE;
    KR_TRY(choose(calc, d));
    for (size_t i = 0; i < calc->sites->n; i++) {
        size_t none = kr_stored_cells_bytes(cells, site_of[i], &d->of, 0);
        size_t one = kr_stored_cells_bytes(cells, site_of[i], &d->of, 1);
        kr_disagg_note_size(d, none, one - none);
    }
out:
    kr_disagg_edges_destroy(edges);
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
    kr_free(d->own);
    kr_free(d);
    calc->disagg = NULL;
}

const kr_results_disagg *kr_calc_disagg_stored(const kr_calc *calc)
{
    return calc->disagg ? &calc->disagg->stored : NULL;
}

/* ------------------------------------------------------------------ with a tile */

static size_t mean_of(const kr_calc *calc)
{
    size_t i = 0;
    while (i + 1 < calc->nstats && calc->stats[i].kind != KR_STAT_MEAN)
        i++;
    return i;
}

/* The n-th quantile, from 0. */
static size_t quantile_of(const kr_calc *calc, size_t n)
{
    size_t i = 0;
    for (;; i++)
        if (calc->stats[i].kind == KR_STAT_QUANTILE && n-- == 0)
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
        double *levels = d->levels + (first + i) * d->stored.nsets * d->nlevels;
        uint32_t *rlzs = d->rlzs + (first + i) * n;
        KR_TRY(mean_curve(calc, &site, stored, single, mean));
        if (job->disagg.levels_given)
            memcpy(levels, job->disagg.levels.n ? job->disagg.levels.x : job->levels,
                   d->nlevels * sizeof *levels);
        else
            KR_TRY(map_levels(calc, single, levels));
        kr_disagg_note_levels(calc, first + i, single);
        for (size_t k = 1; k < (d->between ? d->between : d->stored.nsets); k++)
            KR_TRY(map_levels(calc, stats + (i * calc->nstats + quantile_of(calc, k - 1)) * total,
                              levels + k * d->nlevels));
        for (size_t l = 0; l < d->nlevels && d->between; l++) {
            levels[d->between * d->nlevels + l] = levels[l] * (1 - KR_DISAGG_STEP);
            levels[(d->between + 1) * d->nlevels + l] = levels[l] * (1 + KR_DISAGG_STEP);
        }
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
