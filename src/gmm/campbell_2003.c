/* Campbell, K. W. (2003). Prediction of strong ground motion using the hybrid empirical method and
 * its use in the development of ground-motion (attenuation) relations in eastern North America.
 * Bull. Seism. Soc. Am. 93(3), 1012-1033. doi:10.1785/0120020002
 *
 * Departures: equation 34 as the erratum of 2004 has it. Otherwise none in the base model. ...SHARE
 * adds the style of faulting and rock of SHARE (share_adjustment.h). ...NSHMP2008 have the
 * coefficients for firm rock, the magnitude conversions and the limits of the U.S. maps of 2008
 * (magnitude_mblg.h). */
#include "campbell_2003.tab.h"
#include "campbell_2003_nshmp.tab.h"
#include "campbell_2003_share.tab.h"
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "gmm/share_adjustment.h"
#include "num/vmath.h"

_Static_assert((int)CAMPBELL_2003_NCOL == (int)CAMPBELL_2003_NSHMP_NCOL, "the same columns");

static const kr_gmm_table table = KR_GMM_TABLE(campbell_2003, CAMPBELL_2003);
static const kr_gmm_table nshmp_table = KR_GMM_TABLE(campbell_2003_nshmp, CAMPBELL_2003_NSHMP);
static const kr_gmm_table share_table = KR_GMM_TABLE(campbell_2003_share, CAMPBELL_2003_SHARE);

static const double sigma_mag = 7.16; /* above it sigma is constant */

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH];    /* moment magnitude */
    double far[KR_GMM_BATCH];    /* ln(R / 70), at least 0 */
    double beyond[KR_GMM_BATCH]; /* ln(R / 130), at least 0 */
} shared;

static void fill_shared(shared *sh, size_t n, const double *rrup)
{
    const double ln_r1 = 4.248495242049359, ln_r2 = 4.867534450455582; /* ln 70, ln 130 */
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_r = log(rrup[i] > 70.0 ? rrup[i] : 70.0);
        double beyond = ln_r - ln_r2;
        sh->far[i] = ln_r - ln_r1;
        sh->beyond[i] = beyond > 0.0 ? beyond : 0.0;
    }
}

/* Equations 30 to 32 and 34, and the standard deviation. */
static void eval_one(const double *row, size_t n, const double *restrict rrup, const shared *sh,
                     double *restrict mean, double *restrict sigma)
{
    const campbell_2003_row c = campbell_2003_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i], d = 8.5 - m, near = c.c7 * exp(c.c8 * m);
        double ln_r = 0.5 * log(rrup[i] * rrup[i] + near * near);
        mean[i] = c.c1 + c.c2 * m + c.c3 * (d * d) + c.c4 * ln_r + (c.c5 + c.c6 * m) * rrup[i] +
                  c.c9 * sh->far[i] + c.c10 * sh->beyond[i];
        double with_mag = c.c11 + c.c12 * m;
        sigma[i] = m < sigma_mag ? with_mag : c.c13;
    }
}

static void eval_as(mblg_kind kind, const kr_gmm *gmm, const kr_gmm_batch *batch,
                    const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *rrup = batch->col[KR_COL_RRUP];
    shared sh;

    mblg_convert(kind, n, batch->col[KR_COL_MAG], sh.mag);
    fill_shared(&sh, n, rrup);
    for (size_t m = 0; m < gmm->nimts; m++)
        eval_one(gmm->rows + m * CAMPBELL_2003_NCOL, n, rrup, &sh, out->mean + m * out->stride,
                 out->sigma + m * out->stride);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    eval_as(MBLG_NONE, gmm, batch, out);
}

static kr_status init_share(kr_ctx *ctx, kr_gmm *gmm)
{
    double **rows = gmm->state;
    return kr_gmm_rows(ctx, gmm, &share_table, rows);
}

static void eval_share(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    double *const *rows = gmm->state;

    eval_as(MBLG_NONE, gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        campbell_2003_share_row c = campbell_2003_share_load(*rows + m * CAMPBELL_2003_SHARE_NCOL);
        share_adjust(c.Frss, c.AFrock, n, batch->col[KR_COL_RAKE], out->mean + m * out->stride);
    }
}

static void eval_nshmp(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    const mblg_kind *kind = gmm->cls->variant;

    eval_as(*kind, gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++)
        mblg_limit(&gmm->imts[m], n, out->mean + m * out->stride);
}

static const mblg_kind mblg_ab87 = MBLG_ATKINSON_BOORE_87, mblg_j96 = MBLG_JOHNSTON_96,
                       mblg_mw = MBLG_NONE;

#define CAMPBELL_2003                                                                              \
    .title = "Campbell (2003), Bull. Seism. Soc. Am. 93(3)", .doi = "10.1785/0120020002",          \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 5.0, .mag_hi = 8.2, .dist_hi = 1000.0

KR_GMM(campbell_2003) = {
    CAMPBELL_2003,   .name = "Campbell2003", .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &table, .eval = eval,
};

KR_GMM(campbell_2003_share) = {
    CAMPBELL_2003,
    .name = "Campbell2003SHARE",
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP),
    .table = &table,
    .state_size = sizeof(double *),
    .init = init_share,
    .eval = eval_share,
};

KR_GMM(campbell_2003_mblg_ab1987_nshmp2008) = {
    CAMPBELL_2003,
    .name = "Campbell2003MblgAB1987NSHMP2008",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &nshmp_table,
    .variant = &mblg_ab87,
    .eval = eval_nshmp,
};

KR_GMM(campbell_2003_mblg_j1996_nshmp2008) = {
    CAMPBELL_2003,
    .name = "Campbell2003MblgJ1996NSHMP2008",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &nshmp_table,
    .variant = &mblg_j96,
    .eval = eval_nshmp,
};

KR_GMM(campbell_2003_mw_nshmp2008) = {
    CAMPBELL_2003,
    .name = "Campbell2003MwNSHMP2008",
    .needs = KR_BIT(MAG) | KR_BIT(RRUP),
    .table = &nshmp_table,
    .variant = &mblg_mw,
    .eval = eval_nshmp,
};
