/* Munson, C. G. and Thurber, C. H. (1997). Analysis of the attenuation of strong ground motion on
 * the island of Hawaii. Bull. Seism. Soc. Am. 87(4), 945-960. doi:10.1785/BSSA0870040945
 *
 * Departures: ash is a vs30 of at most 200 m/s, lava anything stiffer.
 *
 * ...Hawaii grows less with magnitude from 7 on and has spectral accelerations, as in Klein, F. W.,
 * Frankel, A. D., Mueller, C. S., Wesson, R. L. and Okubo, P. G. (2001). Seismic hazard in Hawaii:
 * high rate of large earthquakes and probabilistic ground-motion maps. Bull. Seism. Soc. Am. 91(3),
 * 479-498. doi:10.1785/0120000060. As in OpenQuake 3.21 any period other than 0.2 and 0.3 s has the
 * median of PGA, and ...Vector, meant for another component, has the values of the base model. */
#include "gmm/gmm.h"
#include "num/vmath.h"

/* Equation 1, in logarithms to base 10 of g. */
static void eval_lg(size_t n, const kr_gmm_batch *batch, double *restrict lg)
{
    const double depth_2 = 11.29 * 11.29;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = rjb[i] * rjb[i] + depth_2;
        double ash = vs30[i] <= 200.0 ? 0.335 : 0.0;
        lg[i] = 0.518 + 0.387 * (mag[i] - 6.0) - 0.5 * log(square) * M_LOG10E -
                0.00256 * sqrt(square) + ash;
    }
}

/* Klein et al.: slopes of 0.216 from magnitude 7 and of 0 from 7.7 on. */
static void limit_large(size_t n, const double *restrict mag, double *restrict lg)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = mag[i] - 7.0;
        double large = mag[i] > 7.7 ? 0.1512 - 0.387 * over : -0.171 * over;
        lg[i] += mag[i] > 7.0 ? large : 0.0;
    }
}

/* The factor of a spectral acceleration. */
static double ln_factor(const kr_imt *imt)
{
    if (imt->period == 0.3)
        return log(2.2);
    return imt->period == 0.2 ? log(2.5) : 0.0;
}

/* `variant` tells whether it is ...Hawaii. */
static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *hawaii = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double lg[KR_GMM_BATCH];

    eval_lg(n, batch, lg);
    if (*hawaii)
        limit_large(n, batch->col[KR_COL_MAG], lg);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *restrict mean = out->mean + m * out->stride;
        double factor = *hawaii ? ln_factor(&gmm->imts[m]) : 0.0;
        for (size_t i = 0; i < n; i++)
            mean[i] = lg[i] * M_LN10 + factor;
        kr_gmm_fill(out->sigma + m * out->stride, n, 0.237 * M_LN10);
    }
}

static const bool original = false, hawaii = true;

#define MUNSON_THURBER_1997                                                                        \
    .title = "Munson and Thurber (1997), Bull. Seism. Soc. Am. 87(4)",                             \
    .doi = "10.1785/BSSA0870040945", .trt = "Volcanic",                                            \
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(VS30), .mag_lo = 4.0, .mag_hi = 8.2,               \
    .dist_hi = 200.0, .eval = eval

KR_GMM(munson_thurber_1997) = {
    MUNSON_THURBER_1997,         .name = "MunsonThurber1997", .component = KR_COMPONENT_HORIZONTAL,
    .measures = KR_IMT_BIT(PGA), .variant = &original,
};

KR_GMM(munson_thurber_1997_vector) = {
    MUNSON_THURBER_1997,
    .name = "MunsonThurber1997Vector",
    .component = KR_COMPONENT_PEAK_SRSS,
    .measures = KR_IMT_BIT(PGA),
    .variant = &original,
};

KR_GMM(munson_thurber_1997_hawaii) = {
    MUNSON_THURBER_1997,
    .name = "MunsonThurber1997Hawaii",
    .component = KR_COMPONENT_HORIZONTAL,
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .variant = &hawaii,
};
