/* The terms of Abrahamson, Gregor and Addo (2016), Earthquake Spectra 32(1),
 * doi:10.1193/051712EQS188MR, for one measure. */
#ifndef KR_GMM_ABRAHAMSON_2015_H
#define KR_GMM_ABRAHAMSON_2015_H

#include "abrahamson_2015.tab.h"
#include "gmm/bchydro.h"

/* dc1 is the shift of the break in magnitude, theta6 the anelastic attenuation. */
static inline bchydro_terms abrahamson_2015_terms(bool slab, const double *row, double dc1,
                                                  double theta6, bool ergodic)
{
    const double theta3 = 0.1, theta4 = 0.9, c1 = 7.8; /* table 2 */
    abrahamson_2015_row c = abrahamson_2015_load(row);
    return (bchydro_terms){
        .constant = c.theta1 + theta4 * dc1 + (slab ? c.theta10 : 0.0),
        .break_mag = c1 + dc1,
        .below = theta4,
        .theta13 = c.theta13,
        .theta2 = c.theta2 + (slab ? c.theta14 : 0.0),
        .theta3 = theta3,
        .c1 = c1,
        .by_km = theta6,
        .depth = slab ? c.theta11 : 0.0,
        .arc_constant = slab ? c.theta7 : c.theta15,
        .arc_slope = slab ? c.theta8 : c.theta16,
        .theta12 = c.theta12,
        .b = c.b,
        .vlin = c.vlin,
        .sigma = ergodic ? c.sigma : c.sigma_ss,
        .tau = c.tau,
        .phi = ergodic ? c.phi : sqrt(c.sigma_ss * c.sigma_ss - c.tau * c.tau),
    };
}

#endif
