/* Statistics over realizations, hazard maps and uniform hazard spectra.
 *
 * Realizations are never held: the tree's structure says how the rates of its components combine,
 * and mean, deviation, range and quantiles follow from its parts. */
#ifndef KR_STATS_STATS_H
#define KR_STATS_STATS_H

#include "hazard/soil.h"
#include "model/job.h"
#include "stats/quantile.h"
#include "tree/tree.h"

typedef enum kr_stat_kind {
    KR_STAT_MEAN,
    KR_STAT_STD,
    KR_STAT_QUANTILE,
    KR_STAT_MAX,
    KR_STAT_MIN,
    KR_STAT_COV /* std / mean; 0 where the mean is 0 */
} kr_stat_kind;

typedef struct kr_stat {
    kr_stat_kind kind;
    double q;      /* of a quantile */
    char name[48]; /* the reference's: "mean", "std", "quantile-0.1", "max"; and "min", "cov" */
} kr_stat;

/** The statistics that a job asks for, in the reference's order (mean, std, quantiles, max), then
 * min and cov, in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_stats_of_job(const kr_job *job, kr_arena *arena, kr_stat **out,
                                        size_t *n);

/** Weighted mean, sum(w x) / sum(w). */
double kr_weighted_mean(const double *x, const double *w, size_t n);

/** Weighted standard deviation as the reference defines it, sqrt(sum(w (mean - x)^2)), not
 * renormalised. */
double kr_weighted_std(const double *x, const double *w, size_t n);

/* A value and its weight. */
typedef struct kr_weighted {
    double x, w;
} kr_weighted;

/** Order by value, equal values by weight, as the reference orders them. */
void kr_weighted_sort(kr_weighted *v, size_t n);

/** Quantile of sorted values: linear interpolation of x over the cumulative weights (numpy.interp),
 * no half-weight shift, no normalisation. */
double kr_weighted_quantile(const kr_weighted *sorted, size_t n, double q);

/** With equal values merged before interpolating (the result cannot depend on the order of
 * summation). */
double kr_weighted_quantile_merged(const kr_weighted *sorted, size_t n, double q);

/* The component rates of one site: an element for each (component rate, level) at
 * [rate * stride + level] over all levels of all measures. */
typedef struct kr_site_rates {
    size_t site; /* of the job */
    const double *rates;
    size_t stride;
} kr_site_rates;

/* What statistics are wanted and what they are taken of. */
typedef struct kr_statistics_spec {
    const kr_structure *structure;
    const kr_stat *stats;
    size_t nstats;
    size_t nimts, nlevels;
    bool use_rates; /* statistics of rates, brought back to probabilities */
    bool exact;     /* --compat exact: nothing rounded to single precision, deviations
                       normalised and not brought back from rates */
    bool fast_mean; /* the reference's short way for a mean of rates alone */
    kr_quantile_rule rule;
    double bracket; /* relative width wanted where quantiles can only be bracketed */
    bool visited;   /* realizations one by one, though parts of the tree would do */
} kr_statistics_spec;

/** What a job asks for. `stats` and the tree must outlive it. */
kr_statistics_spec kr_statistics_of_job(const kr_job *job, const kr_tree *tree,
                                        const kr_stat *stats, size_t nstats);

/* Made once, shared by threads. */
typedef struct kr_statistics kr_statistics;

/** KR_EINPUT where more than KR_VISITED_MAX realizations are to be visited. */
KR_MUST_CHECK kr_status kr_statistics_create(kr_ctx *ctx, const kr_statistics_spec *spec,
                                             kr_statistics **out);
void kr_statistics_destroy(kr_statistics **statistics);
kr_way kr_statistics_way(const kr_statistics *statistics);
size_t kr_statistics_quantiles(const kr_statistics *statistics); /* how many are asked for */

/** Bytes that one thread's scratch takes. */
size_t kr_statistics_scratch_bytes(const kr_statistics *statistics);

typedef struct kr_statistics_scratch kr_statistics_scratch;
KR_MUST_CHECK kr_status kr_statistics_scratch_create(kr_ctx *ctx, const kr_statistics *statistics,
                                                     kr_statistics_scratch **out);
void kr_statistics_scratch_destroy(kr_statistics_scratch **scratch);

/** All statistics of one site: out[stat * nimts * nlevels + level] as probabilities (deviations and
 * their ratio as such). `brackets`, if not NULL: [(quantile * nimts * nlevels + level) * 2] lower
 * and upper bound of each quantile, in the order of the quantiles. Where no model of the tree is
 * for a measure, zeros. */
void kr_statistics_site(const kr_statistics *statistics, kr_statistics_scratch *scratch,
                        const kr_site_rates *rates, float *out, double *brackets);

/** Those of one measure: the rest of `out` and `brackets` stays as it is. */
void kr_statistics_measure(const kr_statistics *statistics, kr_statistics_scratch *scratch,
                           const kr_site_rates *rates, size_t measure, float *out,
                           double *brackets);

/* ------------------------------------------------------------------ curves on soil */

/* Site amplification by convolution changes the curve of every realization, which is no sum of
 * parts any more: realizations are visited one by one. */
typedef struct kr_amplifier kr_amplifier;

/** KR_EINPUT where the tree has more realizations than can be visited, or quantiles by half weights
 * are asked for. `soil` must outlive it. */
KR_MUST_CHECK kr_status kr_amplifier_create(kr_ctx *ctx, const kr_tree *tree, const kr_job *job,
                                            const kr_soil *soil, kr_amplifier **out);
void kr_amplifier_destroy(kr_amplifier **amplifier);

/** Bytes that one thread's scratch takes. */
size_t kr_amplifier_scratch_bytes(const kr_amplifier *amplifier);

typedef struct kr_amplifier_scratch kr_amplifier_scratch;
KR_MUST_CHECK kr_status kr_amplifier_scratch_create(kr_ctx *ctx, const kr_amplifier *amplifier,
                                                    kr_amplifier_scratch **out);
void kr_amplifier_scratch_destroy(kr_amplifier_scratch **scratch);

/** All statistics of one site at the levels on soil, as kr_statistics_site. If `rlzs` is not NULL
 * it receives the curve of each realization at [rlz * nimts * levels + level]. */
void kr_amplifier_site(const kr_amplifier *amplifier, kr_amplifier_scratch *scratch,
                       const kr_site_rates *rates, const kr_stat *stats, size_t nstats, float *out,
                       float *rlzs);

/** Hazard map values of one curve: the level at which it falls to each probability, by
 * interpolation in log-log as the reference does (docs/theory.md, 14). `levels` increase;
 * `scratch` has room for nlevels numbers. */
void kr_hazard_map(const float *curve, const double *levels, size_t nlevels, const double *poes,
                   size_t npoes, double *scratch, float *out);

/** One of them, with the logarithms of the levels and of the probability given; and before it is
 * brought to single precision. */
float kr_map_value(const float *curve, const double *ln_levels, size_t nlevels, double poe,
                   double ln_poe);
double kr_map_level(const float *curve, const double *ln_levels, size_t nlevels, double poe,
                    double ln_poe);

/** The probability that a falling curve has at a level: on straight lines in logarithms; beyond its
 * levels that of the nearest. */
double kr_map_poe(const float *curve, const double *levels, size_t nlevels, double level);

#endif
