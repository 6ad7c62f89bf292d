/* Disaggregation of a calculation: after the hazard of all sites, one site after another. */
#ifndef KR_RUN_DISAGG_H
#define KR_RUN_DISAGG_H

#include "output/stored_cells.h"
#include "run/calc.h"

/** Where the job asks for it: its bins and which realizations. Ended by kr_calc_disagg_end in any
 * case. KR_EINPUT: the job has too many sites or bins, or no such realizations. */
KR_MUST_CHECK kr_status kr_calc_disagg_begin(kr_calc *calc);
void kr_calc_disagg_end(kr_calc *calc);

/** The same from stored rates by cell of a finished run: its bins, which are taken over in any
 * case, whose rates are wanted, the number that each site has there. What is borrowed must outlive
 * it. */
KR_MUST_CHECK kr_status kr_calc_disagg_again(kr_calc *calc, kr_disagg_edges **edges,
                                             const kr_stored_cells *cells, kr_cells_of of,
                                             const size_t *site_of);

/** Bytes that it takes at most, beside what is held all the time; 0 without. The ruptures of a site
 * are made for as many measures at a time as fit in `room` bytes, at least one: *nimts of them. */
size_t kr_calc_disagg_bytes(const kr_calc *calc, size_t room, size_t *nimts);

/** So they will be, as kr_calc_disagg_bytes gave it: before the results are begun. Told where once
 * is not enough. */
void kr_calc_disagg_obey(kr_calc *calc, size_t nimts);

/** What of it the results are to hold; NULL without. */
const kr_results_disagg *kr_calc_disagg_stored(const kr_calc *calc);

/** While the rates and curves of a tile are there: levels from the mean curves (stats[site][stat]
 * [measure][level]), and the realizations that are nearest to them. */
KR_MUST_CHECK kr_status kr_calc_disagg_tile(kr_calc *calc, size_t first, size_t nsites,
                                            const double *rates, const float *stats);

/** All sites, into the results. KR_EINPUT: no level is exceeded as often as asked for. */
KR_MUST_CHECK kr_status kr_calc_disaggregate(kr_calc *calc);

#endif
