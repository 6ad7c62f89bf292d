/* The adjustments of the SHARE project to models for stable continents: style of faulting, and from
 * hard rock to rock with vs30 = 800 m/s.
 *
 * Drouet, S., Delavaud, E. et al. (2012). Toward a ground-motion logic tree for probabilistic
 * seismic hazard assessment in Europe. J. Seismol. 16(3), 451-473. doi:10.1007/s10950-012-9281-z
 * Style of faulting: Bommer, J. J., Douglas, J. and Strasser, F. O. (2003). Style-of-faulting in
 * ground-motion prediction equations. Bull. Earthq. Eng. 1, 171-203. doi:10.1023/A:1026323123154 */
#ifndef KR_GMM_SHARE_ADJUSTMENT_H
#define KR_GMM_SHARE_ADJUSTMENT_H

#include "gmm/gmm.h"
#include "num/vmath.h"

/* Add the adjustment: frss is the ratio of reverse to strike slip, afrock that of rock to hard
 * rock. In the models' data 81 % of events are reverse (pR) and 1 % normal (pN). */
static inline void share_adjust(double frss, double afrock, size_t n, const double *rake,
                                double *mean)
{
    const double p_reverse = 0.81, p_normal = 0.01, ln_fnss = -0.05129329438755058; /* ln 0.95 */
    double ln_frss = log(frss);
    double strike_slip = log(afrock) - p_reverse * ln_frss - p_normal * ln_fnss;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double reverse = rake[i] > 30.0 ? ln_frss : 0.0;
        reverse = rake[i] <= 150.0 ? reverse : 0.0;
        double normal = rake[i] > -120.0 ? ln_fnss : 0.0;
        normal = rake[i] <= -60.0 ? normal : 0.0;
        mean[i] += strike_slip + reverse + normal;
    }
}

#endif
