/* Faccioli, E., Bianchini, A. and Villani, M. (2010). New ground motion prediction equations for
 * T > 1 s and their influence on seismic hazard assessment. Proceedings of the University of Tokyo
 * Symposium on Long-Period Ground Motion and Urban Disaster Mitigation, March 17-18, no DOI.
 *
 * Departures: none. */
#include "faccioli_2010.tab.h"
#include "gmm/cauzzi_faccioli.h"
#include "gmm/gmm.h"

static const kr_gmm_table table = KR_GMM_TABLE(faccioli_2010, FACCIOLI_2010);

/* Equations 2, 3 and 5. */
static void eval_mean(const double *row, double ln_unit, size_t n, const kr_gmm_batch *batch,
                      const cauzzi_faccioli_classes *is, double *restrict mean)
{
    const faccioli_2010_row c = faccioli_2010_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = c.aB * is->b[i] + c.aC * is->c[i] + c.aD * is->d[i];
        double style = c.aN * is->normal[i] + c.aR * is->reverse[i] + c.aS * is->slip[i];
        double ln_r = log(rrup[i] + c.a4 * exp(ln_10 * c.a5 * mag[i]));
        mean[i] = ln_10 * (c.a1 + c.a2 * mag[i] + site + style) + c.a3 * ln_r + ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    cauzzi_faccioli_classes is;

    cauzzi_faccioli_site(&is, n, batch->col[KR_COL_VS30]);
    cauzzi_faccioli_style(&is, n, batch->col[KR_COL_RAKE]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * FACCIOLI_2010_NCOL;
        eval_mean(row, cauzzi_faccioli_ln_unit(&gmm->imts[m]), n, batch, &is,
                  out->mean + m * out->stride);
        constant_total(out, m, n, ln_10 * faccioli_2010_load(row).sigma);
    }
}

KR_GMM(faccioli_2010) = {
    .name = "FaccioliEtAl2010",
    .title = "Faccioli, Bianchini and Villani (2010), Proc. Univ. Tokyo Symp., no DOI",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .table = &table,
    .mag_lo = 5.0,
    .mag_hi = 7.6,
    .dist_hi = 150.0,
    .eval = eval,
};
