/* What statistics and storing cost on this machine, from a few levels and realizations of some
 * sites whose rates are about known. */
#ifndef KR_RUN_CALIBRATE_H
#define KR_RUN_CALIBRATE_H

#include "hazard/sample.h"
#include "run/calc.h"

/* Seconds of one processor for the whole job. */
typedef struct kr_stats_cost {
    double statistics;
    double rlzs;    /* single realizations: sums, curves, packing */
    double others;  /* uncertainty, sampling error, rates by source */
    double storing; /* component rates and statistics */
    double tables;  /* CSV, where they are asked for */
} kr_stats_cost;

/** After kr_calc_look, with the rates of a sample, which are evened out. `budget`: seconds, about;
 * the sites alone may take more. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_calc_calibrate(const kr_calc *calc, kr_hazard_cost *sample,
                                          double budget, kr_stats_cost *out);

#endif
