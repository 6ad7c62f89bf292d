/* Ground motion tabulated in a file (gmm_h5_table.h, tabulated.h), as in the models of Canada's
 * building code:
 *
 * Atkinson, G. M. and Adams, J. (2013). Ground motion prediction equations for application to the
 * 2015 Canadian national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998.
 * doi:10.1139/cjce-2012-0544
 *
 * The file's distance metric is the one the model needs. A magnitude below the table's is an error
 * of the job (mag_min), here it is the smallest of the table. */
#include "gmm/gmm.h"
#include "gmm/tabulated.h"

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_gmm_h5_table *t = gmm->state;
    kr_gmm_h5_source source = {.path = kr_gmm_arg_of(gmm, "gmpe_table")->text,
                               .sigma = true,
                               .imts = gmm->imts,
                               .nimts = gmm->nimts};
    kr_status s = kr_gmm_h5_table_load(ctx, gmm, &source, t);
    if (s == KR_OK) {
        gmm->needs |= (kr_columns)1 << t->metric;
        gmm->mag_min = t->mag[0];
    }
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const kr_gmm_h5_table *t = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    tabulated at;

    tabulated_find(t, false, n, batch->col[KR_COL_MAG], batch->col[t->metric], &at);
    for (size_t m = 0; m < gmm->nimts; m++) {
        tabulated_median(&t->mean[m], n, &at, out->mean + m * out->stride);
        tabulated_sigma(&t->sigma[m], n, &at, out->sigma + m * out->stride);
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_table", .kind = KR_PARAM_FILE, .required = true, .about = "HDF5 file"},
    {.name = NULL},
};

KR_GMM(gmpe_table) = {
    .name = "GMPETable",
    .title = "Tables as of Atkinson and Adams (2013), Can. J. Civ. Eng. 40(10)",
    .doi = "10.1139/cjce-2012-0544",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_UNKNOWN,
    .needs = KR_BIT(MAG),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .params = params,
    .state_size = sizeof(kr_gmm_h5_table),
    .mag_lo = 4.5,
    .mag_hi = 8.0,
    .dist_hi = 400.0,
    .init = init,
    .eval = eval,
};
