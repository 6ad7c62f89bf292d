/* Lin, P.-S., Lee, C.-T., Cheng, C.-T. and Sung, C.-H. (2011). Response spectral attenuation
 * relations for shallow crustal earthquakes in Taiwan. Eng. Geol. 121(3-4), 150-164.
 * doi:10.1016/j.enggeo.2011.06.003
 *
 * One model for sites on the hanging wall, one for others; rock is vs30 of 360 m/s and more.
 * Departures: none. */
#include "gmm/gmm.h"
#include "lin_2011_foot.tab.h"
#include "lin_2011_hanging.tab.h"
#include "num/vmath.h"

_Static_assert((int)LIN_2011_FOOT_NCOL == (int)LIN_2011_HANGING_NCOL, "the same columns");

static const kr_gmm_table foot_table = KR_GMM_TABLE(lin_2011_foot, LIN_2011_FOOT);
static const kr_gmm_table hanging_table = KR_GMM_TABLE(lin_2011_hanging, LIN_2011_HANGING);

static const double rock_vs30 = 360.0;

/* Equations 10 and 11. */
static void eval_one(const double *row, size_t n, const kr_gmm_batch *batch, double *restrict mean,
                     double *restrict sigma)
{
    const lin_2011_foot_row c = lin_2011_foot_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], r = rrup[i];
        double rock =
            c.C1_rock + c.C2_rock * m + c.C3_rock * log(r + c.C4_rock * exp(c.C5_rock * m));
        double soil =
            c.C1_soil + c.C2_soil * m + c.C3_soil * log(r + c.C4_soil * exp(c.C5_soil * m));
        mean[i] = vs30[i] < rock_vs30 ? soil : rock;
        sigma[i] = vs30[i] < rock_vs30 ? c.sigma_soil : c.sigma_rock;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++)
        eval_one(gmm->rows + m * LIN_2011_FOOT_NCOL, n, batch, out->mean + m * out->stride,
                 out->sigma + m * out->stride);
}

#define LIN_2011                                                                                   \
    .title = "Lin et al. (2011), Eng. Geol. 121(3-4)", .doi = "10.1016/j.enggeo.2011.06.003",      \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),                                            \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0,  \
    .eval = eval

KR_GMM(lin_2011_foot) = {
    LIN_2011,
    .name = "Lin2011foot",
    .table = &foot_table,
};

KR_GMM(lin_2011_hanging) = {
    LIN_2011,
    .name = "Lin2011hanging",
    .table = &hanging_table,
};
