/* The models of Canada's building code of 2015, tabulated for site class C, at other sites
 * (aa13_site.h):
 *
 * Atkinson, G. M. and Adams, J. (2013). Ground motion prediction equations for application to the
 * 2015 Canadian national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998.
 * doi:10.1139/cjce-2012-0544
 *
 * The table's metric is the distance that the model needs; REQUIRES_DISTANCES, which the reference
 * wants beside it, has to say the same. The tectonic region of the arguments has no effect. */
#include "gmm/aa13_site.h"
#include "gmm/gmm.h"

static kr_status check_distances(kr_ctx *ctx, const kr_gmm *gmm, kr_column metric)
{
    const kr_value *list = kr_gmm_arg_of(gmm, "REQUIRES_DISTANCES")->value;
    const char *name = kr_column_name(metric);

    for (size_t i = 0; list->kind == KR_VALUE_LIST && i < list->n; i++)
        if (list->items[i].kind == KR_VALUE_TEXT && strcmp(list->items[i].text, name) == 0)
            return KR_OK;
    return kr_gmm_fail(ctx, gmm,
                       "argument 'REQUIRES_DISTANCES' of %s: the table's distance is [\"%s\"]",
                       gmm->cls->name, name);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    aa13_state *st = gmm->state;

    KR_TRY(aa13_load(ctx, gmm, "nbcc_2015.hdf5", kr_gmm_arg_of(gmm, "gmpe_table")->text, st));
    KR_TRY(check_distances(ctx, gmm, st->table.metric));
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const aa13_state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    aa13_shared sh;

    aa13_fill(&sh, gmm, st, batch);
    for (size_t m = 0; m < gmm->nimts; m++)
        aa13_eval(st, m, 0.0, n, &sh, out);
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_table",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "ENA_med_clC.hdf5 and its like, a table that is part of the program"},
    {.name = "REQUIRES_DISTANCES",
     .kind = KR_PARAM_ANY,
     .required = true,
     .about = "a list of the table's distance"},
    {.name = "DEFINED_FOR_TECTONIC_REGION_TYPE",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "the tectonic region; without effect"},
    {.name = NULL},
};

KR_GMM(nbcc_2015) = {
    .name = "NBCC2015_AA13",
    .title = "Atkinson and Adams (2013), Can. J. Civ. Eng. 40(10)",
    .doi = "10.1139/cjce-2012-0544",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .params = params,
    .state_size = sizeof(aa13_state),
    .mag_lo = 4.5,
    .mag_hi = 8.0,
    .dist_hi = 400.0,
    .init = init,
    .eval = eval,
};
