/* How the yielding of soil changes the variability of ground motion: motion that is stronger on
 * rock is amplified less, by as much as the logarithm of the amplification falls with that of PGA
 * on rock.
 *
 * Abrahamson, N. and Gulerce, Z. (2020). Regionalized ground-motion models for subduction
 * earthquakes based on the NGA-SUB database. PEER report 2020/25. doi:10.55461/SSXE9861,
 * section 5
 *
 * The models of New Zealand's assessment of 2022 take it over from there. */
#ifndef KR_GMM_SOIL_VARIABILITY_H
#define KR_GMM_SOIL_VARIABILITY_H

#include "gmm/gmm.h"
#include "soil_variability.tab.h"

#include <math.h>

/* Correlation of a measure's residuals with those of PGA. */
typedef struct soil_correlation {
    double within, between;
} soil_correlation;

/* Measures without a period go with PGA. */
static inline soil_correlation soil_correlation_of(const kr_imt *imt)
{
    static const kr_gmm_table table = KR_GMM_TABLE(soil_variability, SOIL_VARIABILITY);
    double row[SOIL_VARIABILITY_NCOL];
    if (imt->kind != KR_IMT_SA || imt->period < 0.01 || !kr_gmm_row(&table, imt, row))
        return (soil_correlation){1.0, 1.0};
    soil_variability_row c = soil_variability_load(row);
    return (soil_correlation){c.rho_w, c.rho_b};
}

/* The part of a variance within events that is not of the amplification, whose own deviation is
 * 0.3; as a deviation. */
KR_GMM_INLINE double soil_phi_rock(double variance)
{
    double rock = variance - 0.3 * 0.3;
    return sqrt(rock > 0.0 ? rock : 0.0);
}

/* The variance of rock motion plus slope times PGA; linear: without the latter; slope:
 * d ln(amplification) / d ln(PGA on rock); rock and rock_pga: tau, or what soil_phi_rock gives. */
KR_GMM_INLINE double soil_variance(double linear, double rock, double rock_pga, double slope,
                                   double correlation)
{
    double moved = slope * rock_pga;
    return linear + moved * moved + 2.0 * moved * rock * correlation;
}

#endif
