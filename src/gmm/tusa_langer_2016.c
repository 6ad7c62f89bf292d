/* Tusa, G. and Langer, H. (2016). Prediction of ground motion parameters for the volcanic area of
 * Mount Etna. J. Seismol. 20(1), 1-42. doi:10.1007/s10950-015-9508-x
 *
 * Shallow (SE) and deeper (DE) events, each in a form after Boore and Atkinson (2008), BA08, and
 * one after Sabetta and Pugliese (1987), SP87; ...Rhypo has coefficients that the authors gave in
 * 2016.
 *
 * Tusa, G., Langer, H. and Azzaro, R. (2020). Localizing ground-motion models in volcanic terranes:
 * shallow events at Mt. Etna, Italy, revisited. Bull. Seism. Soc. Am. 110(3).
 * doi:10.1785/0120190325: the form BA08 with a depth that grows with magnitude.
 *
 * Departures, as in OpenQuake 3.21: the rows of 2020 stand for periods from 0.25 to 20 s, although
 * their numbers look like frequencies in Hz (at "20 s" the motion is near PGA). The authors of 2016
 * give nothing for sites of class C (vs30 180 to 360 m/s): such a site is an error of the job. */
#include "gmm/hinged_form.h"
#include "tusa_langer_2016_ba08_de.tab.h"
#include "tusa_langer_2016_ba08_se.tab.h"
#include "tusa_langer_2016_rhypo.tab.h"
#include "tusa_langer_2016_sp87_de.tab.h"
#include "tusa_langer_2016_sp87_se.tab.h"
#include "tusa_langer_azzaro_2019_100b.tab.h"
#include "tusa_langer_azzaro_2019_60b.tab.h"

_Static_assert((int)TUSA_LANGER_2016_BA08_SE_NCOL == (int)TUSA_LANGER_2016_BA08_DE_NCOL, "alike");
_Static_assert((int)TUSA_LANGER_2016_BA08_SE_NCOL == (int)TUSA_LANGER_2016_RHYPO_NCOL, "alike");
_Static_assert((int)TUSA_LANGER_2016_SP87_SE_NCOL == (int)TUSA_LANGER_2016_SP87_DE_NCOL, "alike");
_Static_assert((int)TUSA_LANGER_AZZARO_2019_100B_NCOL == (int)TUSA_LANGER_AZZARO_2019_60B_NCOL,
               "alike");

static const kr_gmm_table ba08_se =
    KR_GMM_TABLE(tusa_langer_2016_ba08_se, TUSA_LANGER_2016_BA08_SE);
static const kr_gmm_table ba08_de =
    KR_GMM_TABLE(tusa_langer_2016_ba08_de, TUSA_LANGER_2016_BA08_DE);
static const kr_gmm_table rhypo = KR_GMM_TABLE(tusa_langer_2016_rhypo, TUSA_LANGER_2016_RHYPO);
static const kr_gmm_table sp87_se =
    KR_GMM_TABLE(tusa_langer_2016_sp87_se, TUSA_LANGER_2016_SP87_SE);
static const kr_gmm_table sp87_de =
    KR_GMM_TABLE(tusa_langer_2016_sp87_de, TUSA_LANGER_2016_SP87_DE);
static const kr_gmm_table to_100_km =
    KR_GMM_TABLE(tusa_langer_azzaro_2019_100b, TUSA_LANGER_AZZARO_2019_100B);
static const kr_gmm_table to_60_km =
    KR_GMM_TABLE(tusa_langer_azzaro_2019_60b, TUSA_LANGER_AZZARO_2019_60B);

typedef enum form { BA08, SP87, BY_MAG } form;

static const form is_ba08 = BA08, is_sp87 = SP87, is_by_mag = BY_MAG;

static const double ba08_mag_ref = 3.6;

/* Equation 9. */
static hinged coeffs_ba08(const double *row)
{
    tusa_langer_2016_ba08_se_row c = tusa_langer_2016_ba08_se_load(row);
    return (hinged){.constant = c.a,
                    .above1 = c.b1,
                    .above2 = c.b2,
                    .slope = c.c1,
                    .slope_by_mag = c.c2,
                    .mag_ref = ba08_mag_ref,
                    .by_km = c.c3,
                    .depth = c.h,
                    .of_class = {c.sA, c.sB, 0.0, c.sD},
                    .sigma = c.SigmaTot};
}

/* Equation 5. */
static hinged coeffs_sp87(const double *row)
{
    tusa_langer_2016_sp87_se_row c = tusa_langer_2016_sp87_se_load(row);
    return (hinged){.constant = c.a,
                    .above1 = c.b1,
                    .slope = c.c1,
                    .depth = c.h,
                    .of_class = {c.sA, c.sB, 0.0, c.sD},
                    .sigma = c.SigmaTot};
}

static hinged coeffs_by_mag(const double *row)
{
    tusa_langer_azzaro_2019_100b_row c = tusa_langer_azzaro_2019_100b_load(row);
    return (hinged){.constant = c.a,
                    .above1 = c.b1,
                    .above2 = c.b2,
                    .slope = c.c1,
                    .slope_by_mag = c.c2,
                    .mag_ref = ba08_mag_ref,
                    .by_km = c.c3,
                    .of_class = {c.sA, c.sB, c.sCD, c.sCD},
                    .sigma = c.SigmaTot};
}

static hinged coeffs_of(form f, const double *row)
{
    hinged h = f == BA08 ? coeffs_ba08(row) : f == SP87 ? coeffs_sp87(row) : coeffs_by_mag(row);
    return hinged_log10(h, 9.80665);
}

/* Distances with the depth of Azzaro et al. (2017). */
static void fill_distance(size_t n, const double *restrict mag, const double *restrict dist,
                          double *restrict out)
{
    const double ln10 = 2.302585092994045684;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double depth = exp(ln10 * ((mag[i] - 3.391) / 2.076));
        out[i] = sqrt(dist[i] * dist[i] + depth * depth);
    }
}

static kr_status leave_out_class_c(kr_ctx *ctx, kr_gmm *gmm)
{
    (void)ctx;
    gmm->vs30_gap[0] = 180;
    gmm->vs30_gap[1] = 360;
    return KR_OK;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const form *f = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n), ncol = gmm->cls->table->ncol;
    bool epicentral = KR_HAS(gmm->needs, REPI);
    double dist[KR_GMM_BATCH];
    hinged_shared sh;

    hinged_begin(&sh, n, batch, epicentral ? KR_COL_REPI : KR_COL_RHYPO);
    hinged_ec8(&sh, n, batch->col[KR_COL_VS30]);
    if (*f == BY_MAG) {
        fill_distance(n, sh.mag, sh.dist, dist);
        sh.dist = dist;
    }
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(*f, gmm->rows + m * ncol);
        hinged_mean(&c, n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.sigma);
    }
}

#define COMMON                                                                                     \
    .trt = "Volcanic", .component = KR_COMPONENT_GREATER_OF_TWO,                                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .mag_lo = 3.0, .mag_hi = 5.0, .dist_hi = 100.0,  \
    .eval = eval
#define TUSA_LANGER_2016                                                                           \
    COMMON, .init = leave_out_class_c, .title = "Tusa and Langer (2016), J. Seismol. 20(1)",       \
            .doi = "10.1007/s10950-015-9508-x"
#define TUSA_LANGER_AZZARO_2019                                                                    \
    COMMON, .title = "Tusa, Langer and Azzaro (2020), Bull. Seism. Soc. Am. 110(3)",               \
            .doi = "10.1785/0120190325"
#define NEEDS (KR_BIT(MAG) | KR_BIT(VS30))

KR_GMM(tusa_langer_2016_ba08_se) = {
    TUSA_LANGER_2016,
    .name = "TusaLanger2016RepiBA08SE",
    .needs = NEEDS | KR_BIT(REPI),
    .table = &ba08_se,
    .variant = &is_ba08,
};

KR_GMM(tusa_langer_2016_ba08_de) = {
    TUSA_LANGER_2016,
    .name = "TusaLanger2016RepiBA08DE",
    .needs = NEEDS | KR_BIT(REPI),
    .table = &ba08_de,
    .variant = &is_ba08,
};

KR_GMM(tusa_langer_2016_sp87_se) = {
    TUSA_LANGER_2016,
    .name = "TusaLanger2016RepiSP87SE",
    .needs = NEEDS | KR_BIT(REPI),
    .table = &sp87_se,
    .variant = &is_sp87,
};

KR_GMM(tusa_langer_2016_sp87_de) = {
    TUSA_LANGER_2016,
    .name = "TusaLanger2016RepiSP87DE",
    .needs = NEEDS | KR_BIT(REPI),
    .table = &sp87_de,
    .variant = &is_sp87,
};

KR_GMM(tusa_langer_2016_rhypo) = {
    TUSA_LANGER_2016, .name = "TusaLanger2016Rhypo", .needs = NEEDS | KR_BIT(RHYPO),
    .table = &rhypo,  .variant = &is_ba08,
};

KR_GMM(tusa_langer_azzaro_2019_100b) = {
    TUSA_LANGER_AZZARO_2019,        .name = "TusaLangerAzzaro2019_100b",
    .needs = NEEDS | KR_BIT(RHYPO), .table = &to_100_km,
    .variant = &is_by_mag,
};

KR_GMM(tusa_langer_azzaro_2019_60b) = {
    TUSA_LANGER_AZZARO_2019,        .name = "TusaLangerAzzaro2019_60b",
    .needs = NEEDS | KR_BIT(RHYPO), .table = &to_60_km,
    .variant = &is_by_mag,
};
