/* Convertito, V., Maercklin, N., Sharma, N. and Zollo, A. (2012). From induced seismicity to direct
 * time-dependent seismic hazard. Bull. Seism. Soc. Am. 102(6), 2563-2573. doi:10.1785/0120120036
 *
 * Departures: none. The distance of the anelastic term is hypocentral, without the depth. */
#include "convertito_2012.tab.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(convertito_2012, CONVERTITO_2012);

static void eval_mean(const double *row, size_t n, const kr_gmm_batch *batch, double *restrict mean)
{
    const convertito_2012_row c = convertito_2012_load(row);
    const double ln10 = 2.302585092994045684, ln_unit = log(9.80665);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double square = rhypo[i] * rhypo[i] + c.h * c.h;
        double site = vs30[i] < 760.0 ? c.e : 0.0;
        mean[i] = ln10 * (c.a + c.b * mag[i] + c.d * rhypo[i] + site) + c.c * (0.5 * log(square)) -
                  ln_unit;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * CONVERTITO_2012_NCOL;
        eval_mean(row, n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, log(10.0) * convertito_2012_load(row).sigma);
    }
}

KR_GMM(convertito_2012) = {
    .name = "ConvertitoEtAl2012Geysers",
    .title = "Convertito, Maercklin, Sharma and Zollo (2012), Bull. Seism. Soc. Am. 102(6)",
    .doi = "10.1785/0120120036",
    .trt = "Geothermal",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = KR_BIT(MAG) | KR_BIT(RHYPO) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA),
    .table = &table,
    .mag_lo = 1.0,
    .mag_hi = 5.0,
    .dist_hi = 50.0,
    .eval = eval,
};
