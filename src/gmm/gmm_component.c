/* From the horizontal component of a model to the geometric mean of two components.
 *
 * Beyer, K. and Bommer, J. J. (2006). Relationships between median values and between aleatory
 * variabilities for different definitions of the horizontal component of motion. Bull. Seism. Soc.
 * Am. 96(4A), 1512-1522. doi:10.1785/0120050210 (GMRotI50 and random component: tables 2 and 3)
 * Boore, D. M. and Kishida, T. (2017). Relations between some horizontal-component ground-motion
 * intensity measures used in practice. Bull. Seism. Soc. Am. 107(1), 334-343.
 * doi:10.1785/0120160250 (RotD50 and greater of two: equation 6) */
#include "gmm/gmm.h"

#include <math.h>

/* Beyer and Bommer (2006): ratios at short (up to 0.15 s) and long (above 0.8 s) periods. */
typedef struct beyer {
    double median_short, median_long, sigma_short, sigma_long, ratio;
    double pga_sigma, pga_ratio;
} beyer;

static const beyer gmroti50 = {1.0, 1.0, 0.03, 0.04, 1.0, 0.02, 1.0};
static const beyer random_component = {1.0, 1.0, 0.07, 0.11, 1.05, 0.07, 1.03};

/* Boore and Kishida (2017): knots (period, ratio) and the largest ratio. */
typedef struct kishida {
    double period[4], ratio[4], largest;
} kishida;

static const kishida greater_of_two = {
    {0.1, 0.53, 4.48, 8.70}, {1.117, 1.165, 1.195, 1.266}, 1.266};
static const kishida rotd50 = {{0.09, 0.58, 4.59, 8.93}, {1.009, 1.028, 1.042, 1.077}, 1.077};

static void beyer_factors(const beyer *b, const kr_imt *imt, double out[3])
{
    double share; /* of the long-period value */
    if (imt->kind == KR_IMT_PGA) {
        out[0] = 1.0;
        out[1] = b->pga_sigma;
        out[2] = b->pga_ratio;
        return;
    }
    if (imt->kind == KR_IMT_PGV) { /* given for GMRotI50 only */
        out[0] = 1.0;
        out[1] = 0.03;
        out[2] = 1.0;
        return;
    }
    if (imt->period <= 0.15)
        share = 0.0;
    else if (imt->period > 0.8)
        share = 1.0;
    else
        share = log10(imt->period / 0.15) / log10(0.8 / 0.15);
    out[0] = b->median_short + (b->median_long - b->median_short) * share;
    out[1] = b->sigma_short + (b->sigma_long - b->sigma_short) * share;
    out[2] = b->ratio;
}

/* The line through knots i and i + 1 in logarithmic period. */
static double kishida_line(const kishida *k, int i, double period)
{
    double slope = (k->ratio[i + 1] - k->ratio[i]) / log(k->period[i + 1] / k->period[i]);
    return k->ratio[i] + slope * log(period / k->period[i]);
}

static double kishida_ratio(const kishida *k, double period)
{
    double rising = fmin(kishida_line(k, 0, period), kishida_line(k, 1, period));
    double ratio = fmax(rising, fmin(kishida_line(k, 2, period), k->largest));
    return fmax(k->ratio[0], ratio);
}

static void kishida_factors(const kishida *k, const kr_imt *imt, double out[3])
{
    out[0] = k->ratio[0];
    if (imt->kind == KR_IMT_PGV)
        out[0] = 1.0;
    else if (imt->kind != KR_IMT_PGA && imt->period > 0.0)
        out[0] = kishida_ratio(k, imt->period);
    out[1] = 0.0;
    out[2] = 1.0;
}

int kr_gmm_component_factors(kr_gmm_component component, const kr_imt *imt, double out[3])
{
    switch (component) {
    case KR_COMPONENT_GMROTI50:
        beyer_factors(&gmroti50, imt, out);
        return 1;
    case KR_COMPONENT_RANDOM_HORIZONTAL:
        if (imt->kind == KR_IMT_PGV)
            return -1;
        beyer_factors(&random_component, imt, out);
        return 1;
    case KR_COMPONENT_GREATER_OF_TWO:
        kishida_factors(&greater_of_two, imt, out);
        return 1;
    case KR_COMPONENT_ROTD50:
        kishida_factors(&rotd50, imt, out);
        return 1;
    default:
        return 0;
    }
}

void kr_gmm_component_convert(const double *conversion, size_t nimts, size_t n,
                              const kr_gmm_out *out)
{
    for (size_t m = 0; m < nimts; m++) {
        const double *c = conversion + 3 * m;
        double ln_ratio = log(c[0]);
        double *mean = out->mean + m * out->stride;
        double *sigma = out->sigma + m * out->stride;
        for (size_t i = 0; i < n; i++) {
            mean[i] -= ln_ratio;
            sigma[i] = sqrt((sigma[i] * sigma[i] - c[1] * c[1]) / (c[2] * c[2]));
        }
    }
}
