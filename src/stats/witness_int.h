/* What the two kinds of witnesses share. */
#ifndef KR_STATS_WITNESS_INT_H
#define KR_STATS_WITNESS_INT_H

#include "stats/moments.h"
#include "stats/stairs.h"
#include "stats/witness.h"

struct kr_witness {
    kr_ctx *ctx;
    const kr_tree *tree;
    kr_statistics_spec spec;
    kr_scale scale; /* of quantiles */
    size_t samples;

    /* a realization */
    uint32_t *branches, *components;
    size_t *gsims, *chosen; /* a model for each region type; the branch that each set takes */
    double *sums[2];        /* of each model: rates of the path's components, as they are and as the
                               reference keeps them */

    /* of all realizations, or of those drawn */
    double *rate[2], *weight;
    kr_weighted *sorted;

    /* where they are drawn */
    double *held; /* of each component: how often a path has it, in the mean; NULL in a sampled
                     tree */
    double heaviest_path;        /* there: weight of the heaviest path */
    kr_moments_scratch *moments; /* NULL: not from parts */
    double *rates;               /* of the level */
};

/** Of a level whose rates and weights are not all 0. */
void kr_witness_list(kr_witness *w, const kr_site_rates *rates, size_t level, const float *stored,
                     const double *brackets, kr_testimony *t);
void kr_witness_draw(kr_witness *w, const kr_site_rates *rates, size_t level, const float *stored,
                     const double *brackets, uint64_t draw, kr_testimony *t);

/** w->held. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_witness_hold(kr_witness *w);

/** The column of weights of a level. */
static inline size_t kr_witness_column(const kr_witness *w, size_t level)
{
    return w->tree->nweights > 1 ? 1 + level / w->spec.nlevels : 0;
}

/** A statistic must be within bounds; notes the first that is not. */
void kr_witness_expect(kr_testimony *t, const char *what, double value, double low, double high);

/** A value on the scale of the quantiles as a probability. */
double kr_witness_poe(const kr_witness *w, double x);

/** A statistic of rates or probabilities as it is stored. */
double kr_witness_stored(const kr_witness *w, kr_stat_kind kind, double x);

/** What rounding to single precision, and the reference's exponential in it, may change. */
double kr_witness_slack(const kr_witness *w, double x);

#endif
