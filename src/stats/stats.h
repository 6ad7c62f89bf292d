/* Statistics over realizations, hazard maps and uniform hazard spectra.
 *
 * Realizations are never held: at one site and one level the exceedance probabilities of all of
 * them follow from the component rates there. */
#ifndef KR_STATS_STATS_H
#define KR_STATS_STATS_H

#include "hazard/soil.h"
#include "model/job.h"
#include "tree/tree.h"

typedef enum kr_stat_kind { KR_STAT_MEAN, KR_STAT_STD, KR_STAT_QUANTILE, KR_STAT_MAX } kr_stat_kind;

typedef struct kr_stat {
    kr_stat_kind kind;
    double q;      /* of a quantile */
    char name[48]; /* the reference's: "mean", "std", "quantile-0.1", "max" */
} kr_stat;

/** The statistics that a job asks for, in the reference's order (mean, std, quantiles, max), in the
 * arena. KR_ENOMEM. */
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

/* What turns component rates into realizations: made once for a tree, shared by threads. */
typedef struct kr_realizer kr_realizer;

KR_MUST_CHECK kr_status kr_realizer_create(kr_ctx *ctx, const kr_tree *tree, const kr_job *job,
                                           kr_realizer **out);
void kr_realizer_destroy(kr_realizer **realizer);

/** Convolve the curves of realizations with site amplification; before any scratch is made. `soil`
 * must outlive the realizer. */
void kr_realizer_amplify(kr_realizer *realizer, const kr_soil *soil);

/** Bytes that one thread's scratch takes. */
size_t kr_realizer_scratch_bytes(const kr_realizer *realizer);

typedef struct kr_realizer_scratch kr_realizer_scratch;
KR_MUST_CHECK kr_status kr_realizer_scratch_create(kr_ctx *ctx, const kr_realizer *realizer,
                                                   kr_realizer_scratch **out);
void kr_realizer_scratch_destroy(kr_realizer_scratch **scratch);

/** The total rates of all realizations at one site and level from the `nrates` component rates
 * there; valid until the next call with the scratch. */
const double *kr_realizer_rates(const kr_realizer *realizer, kr_realizer_scratch *scratch,
                                const double *component_rates);

/* The component rates of one site: an element for each (component rate, level) at
 * [rate * stride + level] over all levels of all measures. */
typedef struct kr_site_rates {
    size_t site; /* of the job */
    const double *rates;
    size_t stride;
} kr_site_rates;

/** All statistics of one site: out[stat * nimts * levels + level] as probabilities, at the levels
 * of kr_job_curve_levels. If `rlzs` is not NULL it receives the curve of each realization at [rlz *
 * nimts * levels + level]. */
void kr_stats_site(const kr_realizer *realizer, kr_realizer_scratch *scratch,
                   const kr_site_rates *rates, const kr_stat *stats, size_t nstats, float *out,
                   float *rlzs);

/** Hazard map values of one curve: the level at which it falls to each probability, by
 * interpolation in log-log as the reference does (reference-behaviour 6.7). `levels` increase;
 * `scratch` has room for 2 * nlevels numbers. */
void kr_hazard_map(const float *curve, const double *levels, size_t nlevels, const double *poes,
                   size_t npoes, double *scratch, float *out);

#endif
