/* Models of rock with the site term of another added: NRCan15SiteTerm and NRCan15SiteTermLinear
 * (nrcan15_site.h), CY14SiteTerm (cy14_site.h). */
#include "base/str.h"
#include "gmm/cy14_site.h"
#include "gmm/gmm.h"
#include "gmm/nrcan15_site.h"
#include "num/vmath.h"

typedef enum kind { BASE, LINEAR, CY14 } kind;

static const kind of_base = BASE, of_linear = LINEAR, of_cy14 = CY14;

typedef struct state {
    const kr_gmm *inner;
    kind kind;
    nrcan15_site nrcan15;
    double *cy14; /* rows of the measures */
} state;

/* The model must be one of the term's rock. */
static kr_status check_rock(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm *inner)
{
    const state *st = gmm->state;
    double rock = isinf(inner->rock_vs30) ? NAN : inner->rock_vs30;
    if (st->kind == CY14 && !(rock >= 1100.0 && rock <= 1160.0))
        return kr_gmm_fail(ctx, gmm,
                           "%s needs a model of rock with vs30 of 1100 to 1160 m/s; %s is none",
                           gmm->cls->name, inner->cls->name);
    if (st->kind != CY14 &&
        !(rock > 0.0 ? rock >= 760.0 && rock <= 820.0 : KR_HAS(inner->needs, VS30)))
        return kr_gmm_fail(ctx, gmm,
                           "%s needs a model of rock with vs30 of 760 to 820 m/s; %s is none",
                           gmm->cls->name, inner->cls->name);
    return KR_OK;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    st->kind = *(const kind *)gmm->cls->variant;
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    gmm->vs30_gap[0] = gmm->vs30_gap[1]; /* it is evaluated on rock */
    KR_TRY(check_rock(ctx, gmm, st->inner));
    gmm->component = st->inner->component;
    gmm->has_tau_phi = st->inner->has_tau_phi;
    if (st->kind == CY14)
        KR_TRY(kr_gmm_rows(ctx, gmm, &cy14_site_table, &st->cy14));
    else
        KR_TRY(nrcan15_site_init(ctx, gmm, st->kind == LINEAR, &st->nrcan15));
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_batch inner = *batch;
    const double *vs30 = batch->col[KR_COL_VS30];
    double rock[KR_GMM_BATCH];
    nrcan15_shared sh;

    kr_gmm_fill(rock, n, st->kind == CY14 ? CY14_SITE_ROCK_VS30 : NRCAN15_ROCK_VS30);
    inner.col[KR_COL_VS30] = rock;
    kr_gmm_eval(st->inner, &inner, out);
    if (st->kind != CY14)
        nrcan15_site_fill(&st->nrcan15, n, vs30, &sh);
    for (size_t m = 0; m < gmm->nimts; m++)
        if (st->kind == CY14)
            cy14_site_add(st->cy14 + m * CHIOU_YOUNGS_2014_NCOL, n, vs30,
                          out->mean + m * out->stride);
        else
            nrcan15_site_add(&st->nrcan15, m, n, &sh, out->mean + m * out->stride);
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "the model; it takes all other arguments"},
    {.name = NULL},
};

#define SITE_TERM                                                                                  \
    .trt = "of the model", .component = KR_COMPONENT_UNKNOWN, .needs = KR_BIT(MAG) | KR_BIT(VS30), \
    .params = params, .takes_all = true,                                                           \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .own_total = true,             \
    .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 300.0, .init = init,     \
    .eval = eval

KR_GMM(nrcan15_site_term) = {
    SITE_TERM,
    .name = "NRCan15SiteTerm",
    .title = "A model of rock with the site term of Canada's assessment of 2015",
    .doi = "10.1193/1.2830434",
    .variant = &of_base,
};

KR_GMM(nrcan15_site_term_linear) = {
    SITE_TERM,
    .name = "NRCan15SiteTermLinear",
    .title = "The same, linear in ln vs30 on rock harder than 760 m/s",
    .doi = "10.1785/0120050245",
    .variant = &of_linear,
};

KR_GMM(cy14_site_term) = {
    SITE_TERM,
    .name = "CY14SiteTerm",
    .title = "A model of rock with the site term of Chiou and Youngs (2014)",
    .doi = "10.1193/072813EQS219M",
    .variant = &of_cy14,
};
