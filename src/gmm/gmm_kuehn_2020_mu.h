/* Standard deviations of the median of the model of Kuehn et al. (2020), by magnitude and
 * distance. */
#ifndef KR_GMM_KUEHN_2020_MU_H
#define KR_GMM_KUEHN_2020_MU_H

#include "gmm/gmm.h"

/* A row of the table: interface earthquakes, then intraslab ones; of these the magnitudes one after
 * the other, with all distances each. */
enum { KR_KUEHN_2020_MAGS = 12, KR_KUEHN_2020_DISTS = 13, KR_KUEHN_2020_CELLS = 12 * 13 };
extern const double kr_kuehn_2020_mags[KR_KUEHN_2020_MAGS];
extern const double kr_kuehn_2020_dists[KR_KUEHN_2020_DISTS]; /* km */

/** The table of a region, in the order GLO, USA-AK, CAS, CAM, JPN, NZL, SAM, TWN. */
const kr_gmm_table *kr_kuehn_2020_mu(size_t region);

#endif
