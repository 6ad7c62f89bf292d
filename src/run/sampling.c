/* The sampling error of a calculation whose logic tree is sampled. */
#include "run/sampling.h"

#include "run/journal.h"

#include "base/mem.h"
#include "tree/whole.h"

#include <math.h>
#include <stdatomic.h>

struct kr_calc_sampling {
    kr_whole whole;
    kr_sampling_error *error;
    double *spread, *off; /* of each measure; see note_largest */
};

static size_t level_count(const kr_calc *calc)
{
    return calc->job->nimts * calc->job->nlevels;
}

static size_t stat_count(const kr_calc *calc)
{
    const size_t *which;
    return kr_sampling_error_stats(calc->sampling->error, &which);
}

/* Has it a mean or quantiles, of sums of component rates? */
static bool is_wanted(const kr_calc *calc)
{
    bool any = false;
    for (size_t i = 0; i < calc->nstats; i++)
        any = any || calc->stats[i].kind == KR_STAT_MEAN || calc->stats[i].kind == KR_STAT_QUANTILE;
    return calc->tree->sampled && calc->statistics && any;
}

kr_status kr_calc_sampling_begin(kr_calc *calc)
{
    kr_status s = KR_OK;
    kr_calc_sampling *x;
    const kr_statistics_spec spec =
        kr_statistics_of_job(calc->job, calc->tree, calc->stats, calc->nstats);
    if (!is_wanted(calc))
        return KR_OK;
    KR_NEW(x, calc->ctx, KR_ACCOUNT_STATS, 1);
    calc->sampling = x;
    KR_NEW(x->spread, calc->ctx, KR_ACCOUNT_STATS, calc->job->nimts);
    KR_NEW(x->off, calc->ctx, KR_ACCOUNT_STATS, calc->job->nimts);
    KR_TRY(kr_whole_read(calc->ctx, calc->job, calc->model, calc->tree, &x->whole));
    KR_TRY(kr_sampling_error_create(calc->ctx, &spec,
                                    x->whole.tree ? &x->whole.tree->structure : NULL,
                                    x->whole.rates, &x->error));
    kr_info(calc->ctx, "sampling: %zu samples are worth %.1f of equal weight", calc->tree->nrlzs,
            kr_sampling_error_effective(x->error));
    if (x->whole.tree)
        kr_info(calc->ctx,
                "sampling: all components of the whole tree, of %.6g realizations, were met; the "
                "error is told against it",
                x->whole.tree->rlzs);
    else
        kr_info(calc->ctx, "sampling: the error cannot be told against the whole tree: %s",
                x->whole.why_not);
out:
    return s;
}

void kr_calc_sampling_end(kr_calc *calc)
{
    kr_calc_sampling *x = calc->sampling;
    if (!x)
        return;
    kr_sampling_error_destroy(&x->error);
    kr_whole_end(&x->whole);
    kr_free(x->spread);
    kr_free(x->off);
    kr_free(x);
    calc->sampling = NULL;
}

const kr_sampling_error *kr_calc_sampling_error(const kr_calc *calc)
{
    return calc->sampling ? calc->sampling->error : NULL;
}

size_t kr_calc_sampling_bytes(const kr_calc *calc, size_t nsites, int threads)
{
    if (!calc->sampling)
        return 0;
    return nsites * 3 * stat_count(calc) * level_count(calc) * sizeof(float) +
           (size_t)threads * kr_sampling_scratch_bytes(calc->sampling->error);
}

/* ------------------------------------------------------------------ a tile */

static kr_status sites_of_tile(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                               float *ranges, float *whole)
{
    size_t total = level_count(calc), n = stat_count(calc) * total;
    atomic_int status;
    atomic_init(&status, KR_OK);
#pragma omp parallel num_threads(calc->stats_threads)
    {
        kr_sampling_scratch *scratch = NULL;
        kr_status mine = kr_sampling_scratch_create(calc->ctx, calc->sampling->error, &scratch);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < nsites; i++) {
            if (mine == KR_OK && kr_interrupted(calc->ctx))
                mine = kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted");
            if (mine != KR_OK)
                continue;
            const kr_site_rates site = {first + i, rates + i * total, nsites * total};
            kr_sampling_error_site(calc->sampling->error, scratch, &site, ranges + 2 * i * n,
                                   whole ? whole + i * n : NULL);
        }
        if (mine != KR_OK)
            atomic_store(&status, (int)mine);
        kr_sampling_scratch_destroy(&scratch);
    }
    return (kr_status)atomic_load(&status);
}

/* Levels count where the mean is not below the smallest probability of the job's maps, or one in
 * ten thousand. */
static double least_mean(const kr_job *job)
{
    double least = job->poes.n ? 1 : 1e-4;
    for (size_t i = 0; i < job->poes.n; i++)
        least = fmin(least, job->poes.x[i]);
    return least;
}

/* Of the mean, or without one of the first quantile: the largest half-width of the range, and the
 * largest distance from the whole tree's value, relative to the middle of the range. */
static void note_largest(kr_calc *calc, const float *ranges, const float *whole)
{
    kr_calc_sampling *x = calc->sampling;
    double least = least_mean(calc->job);
    for (size_t l = 0; l < level_count(calc); l++) {
        double low = (double)ranges[2 * l], high = (double)ranges[2 * l + 1];
        double middle = (low + high) / 2;
        size_t m = l / calc->job->nlevels;
        if (middle < least)
            continue;
        x->spread[m] = fmax(x->spread[m], (high - low) / 2 / middle);
        if (whole)
            x->off[m] = fmax(x->off[m], fabs(middle - (double)whole[l]) / middle);
    }
}

static kr_status take_or_compute(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                                 float *ranges, float *whole)
{
    kr_status s = KR_OK;
    const kr_note notes[2] = {{KR_NOTE_RANGES, first, nsites}, {KR_NOTE_WHOLE, first, nsites}};
    size_t bytes = nsites * stat_count(calc) * level_count(calc) * sizeof(float);
    if (kr_journal_take(calc->journal, notes[0], ranges, 2 * bytes) &&
        (!whole || kr_journal_take(calc->journal, notes[1], whole, bytes)))
        return KR_OK;
    KR_TRY(sites_of_tile(calc, first, nsites, rates, ranges, whole));
    if (whole)
        KR_TRY(kr_journal_keep(calc->journal, notes[1], whole, bytes));
    KR_TRY(kr_journal_keep(calc->journal, notes[0], ranges, 2 * bytes));
out:
    return s;
}

kr_status kr_calc_sampling_tile(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                                float **ranges, float **whole)
{
    kr_status s = KR_OK;
    *ranges = *whole = NULL;
    if (!calc->sampling)
        return KR_OK;
    size_t n = stat_count(calc) * level_count(calc);
    KR_NEW(*ranges, calc->ctx, KR_ACCOUNT_STATS, 2 * nsites * n);
    if (calc->sampling->whole.tree)
        KR_NEW(*whole, calc->ctx, KR_ACCOUNT_STATS, nsites * n);
    KR_TRY(take_or_compute(calc, first, nsites, rates, *ranges, *whole));
    for (size_t i = 0; i < nsites; i++)
        note_largest(calc, *ranges + 2 * i * n, *whole ? *whole + i * n : NULL);
out:
    return s;
}

void kr_calc_sampling_report(const kr_calc *calc)
{
    const kr_calc_sampling *x = calc->sampling;
    const size_t *which;
    if (!x)
        return;
    kr_sampling_error_stats(x->error, &which);
    for (size_t m = 0; m < calc->job->nimts; m++) {
        const char *imt = calc->job->imts[m].name, *stat = calc->stats[which[0]].name;
        if (x->whole.tree)
            kr_info(calc->ctx,
                    "sampling error of %s: %s +-%.2g %% at most where it is above %g; off that of "
                    "the whole tree by %.2g %% at most",
                    imt, stat, 100 * x->spread[m], least_mean(calc->job), 100 * x->off[m]);
        else
            kr_info(calc->ctx, "sampling error of %s: %s +-%.2g %% at most where it is above %g",
                    imt, stat, 100 * x->spread[m], least_mean(calc->job));
    }
}
