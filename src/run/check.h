/* What is checked of the numbers of every run before they are stored. */
#ifndef KR_RUN_CHECK_H
#define KR_RUN_CHECK_H

#include "run/calc.h"

/** Look at all numbers of a tile: rates and statistics are finite, probabilities are within 0 and
 * 1, curves do not increase; and hold some levels of it against the realizations themselves
 * (stats/witness.h). Which levels, and how many realizations, follows from the job alone; it takes
 * less than a hundredth of the work of the run. KR_EINTERNAL: the sentence names site, measure,
 * level and what disagrees. KR_EINPUT where stored rates are read that are no rates. */
KR_MUST_CHECK kr_status kr_calc_check_tile(kr_calc *calc, const kr_results_tile *tile);

/** Look at single realizations first .. first + n - 1 of a site: curves[rlz][measure][level]. Any
 * thread. KR_EINTERNAL. */
KR_MUST_CHECK kr_status kr_calc_check_curves(const kr_calc *calc, size_t site, size_t first,
                                             size_t n, const float *curves);

/** Tell in the log and in the results what was checked. */
KR_MUST_CHECK kr_status kr_calc_put_checks(kr_calc *calc);

void kr_calc_checks_end(kr_calc *calc);

/** Bytes that the checks take beside a tile and its statistics. */
size_t kr_calc_checks_bytes(const kr_calc *calc);

/** The cheap part of kr_calc_check_tile (run/guard.c). */
KR_MUST_CHECK kr_status kr_calc_guard_tile(const kr_calc *calc, const kr_results_tile *tile);

/** Of the curves of one component rate, ncurves x nlevels: finite, not negative, not rising? */
bool kr_rates_are_sound(const double *rates, size_t ncurves, size_t nlevels);

/** "site 3 at 174.8 -41.3, SA(0.2) at level 12 (0.35)", in a buffer of the caller. */
void kr_calc_name_level(const kr_calc *calc, size_t site, size_t measure, size_t level, bool soil,
                        char *out, size_t size);

#endif
