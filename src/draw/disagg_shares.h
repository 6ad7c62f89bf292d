/* What figures of a disaggregation show: the shares of bins in the rate of exceedance of one level,
 * in percent. */
#ifndef KR_DRAW_DISAGG_SHARES_H
#define KR_DRAW_DISAGG_SHARES_H

#include "draw/figure.h"
#include "output/stored_disagg.h"

typedef struct kr_disagg_shares {
    kr_figure *f;
    kr_stored_disagg *d;
    size_t site, measure, poe;
    const char *group, *name; /* of the tables; "mean", "realization 3" */
    size_t rlz, set;          /* in the order of d->rlzs; of levels */
    double level;
} kr_disagg_shares;

/** The site, measure, probability and statistic of a figure; no probability chosen: the first that
 * is reached. KR_EINPUT: the run was no
 * disaggregation, or the site does not reach the probability; KR_EUSAGE: what was chosen was not
 * disaggregated. */
KR_MUST_CHECK kr_status kr_disagg_shares_choose(kr_figure *f, kr_disagg_shares *out);

/** Shares of the bins of some axes, in the order of kr_disagg_dim, in the arena; they sum to 100.
 * KR_EINPUT: no stored table keeps these axes (`tables` would: names for disagg_outputs). */
KR_MUST_CHECK kr_status kr_disagg_shares_read(const kr_disagg_shares *shares, unsigned axes,
                                              const char *tables, double **out);

/** "site 0 (174.2°E, 41°S), PGA = 0.57 g, 10 % in 50 years, mean; description". NULL: KR_ENOMEM. */
const char *kr_disagg_shares_where(const kr_disagg_shares *shares);

/* A bin and the means of an axis. */

/** The mean of the middles of bins, weighed with shares (of n bins, sum 100). */
double kr_disagg_shares_mean(const double *edges, size_t n, const double *shares);

/** The number of the largest, the first of equals. */
size_t kr_disagg_shares_largest(const double *shares, size_t n);

#endif
