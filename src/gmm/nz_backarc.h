/* New Zealand's assessment of 2022: motion behind the volcanic arc, for intraslab earthquakes.
 *
 * Bradley, B. A. et al. (2024). The ground-motion characterization model for the 2022 New Zealand
 * National Seismic Hazard Model. Bull. Seism. Soc. Am. 114(1), 329-349. doi:10.1785/0120230170
 * Abrahamson, N., Gregor, N. and Addo, K. (2016). BC Hydro ground motion prediction equations for
 * subduction earthquakes. Earthquake Spectra 32(1), 23-44. doi:10.1193/051712EQS188MR, equation 4
 *
 * As in OpenQuake 3.21, the distance is rrup (not that to the hypocentre) and PGV has the term of
 * PGA. */
#ifndef KR_GMM_NZ_BACKARC_H
#define KR_GMM_NZ_BACKARC_H

#include "gmm/gmm.h"
#include "num/vmath.h"
#include "nz_backarc.tab.h"

/* A measure's term is constant + slope * nz_backarc.ln at a site of the back-arc. */
typedef struct nz_backarc_terms {
    double constant, slope;
} nz_backarc_terms;

typedef struct nz_backarc {
    double is[KR_GMM_BATCH]; /* 1 in the back-arc, otherwise 0 */
    double ln[KR_GMM_BATCH]; /* ln(distance / 40 km) there, otherwise 0 */
} nz_backarc;

static inline nz_backarc_terms nz_backarc_terms_of(const kr_imt *imt)
{
    static const kr_gmm_table table = KR_GMM_TABLE(nz_backarc, NZ_BACKARC);
    const double weight = 1.008;
    double row[NZ_BACKARC_NCOL];
    if (imt->kind != KR_IMT_SA || imt->period < 0.02 || !kr_gmm_row(&table, imt, row))
        memcpy(row, table.data, sizeof row);
    nz_backarc_row c = nz_backarc_load(row);
    return (nz_backarc_terms){weight * c.theta7, weight * c.theta8};
}

static inline void nz_backarc_fill(nz_backarc *arc, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict backarc = batch->col[KR_COL_BACKARC];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double is = backarc[i] != 0.0 ? 1.0 : 0.0;
        arc->is[i] = is;
        arc->ln[i] = is * log((rrup[i] > 85.0 ? rrup[i] : 85.0) / 40.0);
    }
}

/* Where a model has no such term. */
static inline void nz_backarc_none(nz_backarc *arc, size_t n)
{
    for (size_t i = 0; i < n; i++)
        arc->is[i] = arc->ln[i] = 0.0;
}

#endif
