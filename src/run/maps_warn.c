/* What maps and spectra of a run do not tell by themselves. */
#include "run/calc.h"

#include <stdio.h>

/* Pairs of measure and probability that are told one by one. */
enum { PAIRS_TOLD = 3 };

static bool has_maps(const kr_calc *calc)
{
    return calc->job->poes.n && (calc->job->hazard_maps || calc->job->uniform_hazard_spectra);
}

static bool is_spread(const kr_stat *stat)
{
    return stat->kind == KR_STAT_STD || stat->kind == KR_STAT_COV;
}

void kr_calc_warn_spread(const kr_calc *calc)
{
    bool std = false, cov = false;
    for (size_t i = 0; i < calc->nstats; i++) {
        std |= calc->stats[i].kind == KR_STAT_STD;
        cov |= calc->stats[i].kind == KR_STAT_COV;
    }
    if (has_maps(calc) && (std || cov))
        kr_warn(calc->ctx,
                "maps and spectra of %s%s%s are no spread of motions: the level where this curve "
                "falls to a probability, 0 where it is below; quantiles tell the spread",
                std ? "std" : "", std && cov ? " and " : "", cov ? "cov" : "");
}

kr_status kr_calc_note_beyond(kr_calc *calc, size_t nsites, const float *stats)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t levels = kr_job_curve_levels(job), npoes = job->poes.n;
    if (!has_maps(calc))
        return KR_OK;
    if (!calc->beyond)
        KR_ANEW(calc->beyond, &calc->arena, job->nimts * npoes);
    for (size_t i = 0; i < nsites; i++)
        for (size_t k = 0; k < job->nimts * npoes; k++) {
            bool beyond = false;
            for (size_t j = 0; j < calc->nstats && !beyond; j++) {
                const float *curve =
                    stats + ((i * calc->nstats + j) * job->nimts + k / npoes) * levels;
                beyond = !is_spread(&calc->stats[j]) &&
                         curve[levels - 1] > (float)job->poes.x[k % npoes];
            }
            calc->beyond[k] += beyond;
        }
out:
    return s;
}

void kr_calc_warn_beyond(const kr_calc *calc)
{
    const kr_job *job = calc->job;
    size_t npoes = job->poes.n, told = 0, more = 0;
    for (size_t k = 0; calc->beyond && k < job->nimts * npoes; k++) {
        const char *imt = job->imts[k / npoes].name;
        if (calc->beyond[k] == 0)
            continue;
        if (told++ < PAIRS_TOLD)
            kr_warn(calc->ctx,
                    "%s: curves end above the probability %g at %zu of %zu sites: maps and spectra "
                    "have the last level there; more levels or a greater one of poes were expected",
                    imt, job->poes.x[k % npoes], calc->beyond[k], calc->sites->n);
        else
            more++;
    }
    if (more)
        kr_warn(calc->ctx, "so it is for %zu more pair%s of measure and probability", more,
                more == 1 ? "" : "s");
}
