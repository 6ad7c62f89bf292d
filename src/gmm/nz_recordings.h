/* The uncertainty of the median that New Zealand's seismic hazard model of 2022 gives to the models
 * of NGA-West2 and to Bradley (2013), from the numbers of its recordings, as in
 *
 * Petersen, M. D. et al. (2014). Documentation for the 2014 update of the United States national
 * seismic hazard maps. USGS Open-File Report 2014-1091. doi:10.3133/ofr20141091
 *
 * Its standard deviation is 0.4 sqrt(2 / N) for all measures; N is the number of recordings in a
 * bin of magnitude and rupture distance. Magnitudes below 5 are in the bin of those above 7, as in
 * OpenQuake 3.21. */
#ifndef KR_GMM_NZ_RECORDINGS_H
#define KR_GMM_NZ_RECORDINGS_H

#include "gmm/gmm.h"
#include "num/vmath.h"

#include <string.h>

/* Fill `out` with the standard deviation of the median, in units of ln. */
static inline void nz_recordings_fill(double *restrict out, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    static const double recordings[3][3] = {
        {11.0, 38.0, 94.0}, /* M 5 to 6; at most 10 km, below 30 km, beyond */
        {2.0, 7.0, 13.0},   /* M 6 to 7 */
        {2.0, 2.0, 4.0},    /* all other magnitudes */
    };
    double s[3][3];

    for (size_t i = 0; i < 9; i++)
        s[i / 3][i % 3] = 0.4 * sqrt(2.0 / recordings[i / 3][i % 3]);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double five = rrup[i] < 30.0 ? s[0][1] : s[0][2];
        double six = rrup[i] < 30.0 ? s[1][1] : s[1][2];
        double other = rrup[i] < 30.0 ? s[2][1] : s[2][2];
        five = rrup[i] <= 10.0 ? s[0][0] : five;
        six = rrup[i] <= 10.0 ? s[1][0] : six;
        other = rrup[i] <= 10.0 ? s[2][0] : other;
        double low = mag[i] < 6.0 ? five : six;
        low = mag[i] < 7.0 ? low : other;
        out[i] = mag[i] >= 5.0 ? low : other;
    }
}

/* The shift of the models that have it. */
static inline void nz_recordings_shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out,
                                       size_t stride)
{
    size_t n = kr_gmm_padded(batch->n);
    nz_recordings_fill(out, n, batch);
    for (size_t m = 1; m < gmm->nimts; m++)
        memcpy(out + m * stride, out, n * sizeof *out);
}
#define NZ_RECORDINGS_SHIFT .shift_by = "sigma_mu_epsilon", .shift = nz_recordings_shift

/* The argument of the models that have it. */
#define NZ_RECORDINGS_PARAM                                                                        \
    {                                                                                              \
        .name = "sigma_mu_epsilon", .kind = KR_PARAM_NUMBER,                                       \
        .about = "standard deviations of the median added to it"                                   \
    }

#endif
