/* Which statistics a job asks for. */
#include "base/str.h"
#include "stats/stats.h"

#include <stdio.h>

static void put(kr_stat *stat, kr_stat_kind kind, double q)
{
    static const char *const names[] = {"mean", "std", "quantile-", "max", "min", "cov"};
    char number[32] = "";
    stat->kind = kind;
    stat->q = q;
    if (kind == KR_STAT_QUANTILE)
        kr_repr_double(q, number);
    snprintf(stat->name, sizeof stat->name, "%s%s", names[kind], number);
}

kr_status kr_stats_of_job(const kr_job *job, kr_arena *arena, kr_stat **out, size_t *n)
{
    kr_status s = KR_OK;
    kr_stat *stats;
    KR_ANEW(stats, arena, job->quantiles.n + 5);
    *n = 0;
    if (job->mean)
        put(&stats[(*n)++], KR_STAT_MEAN, 0);
    if (job->std)
        put(&stats[(*n)++], KR_STAT_STD, 0);
    for (size_t i = 0; i < job->quantiles.n; i++)
        put(&stats[(*n)++], KR_STAT_QUANTILE, job->quantiles.x[i]);
    if (job->max)
        put(&stats[(*n)++], KR_STAT_MAX, 0);
    if (job->min)
        put(&stats[(*n)++], KR_STAT_MIN, 0);
    if (job->cov)
        put(&stats[(*n)++], KR_STAT_COV, 0);
    *out = stats;
out:
    return s;
}
