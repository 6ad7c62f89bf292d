/* Lanzano, G., Luzi, L., Pacor, F., Felicetta, C., Puglia, R., Sgobba, S. and D'Amico, M. (2019). A
 * revised ground-motion prediction model for shallow crustal earthquakes in Italy. Bull. Seism.
 * Soc. Am. 109(2), 525-540. doi:10.1785/0120180210
 *
 * ...scaled is for the larger of two components. ...RefRock goes from generic to reference rock
 * with Lanzano, G., Felicetta, C., Pacor, F., Spallarossa, D. and Traversa, P. (2022).
 * Generic-to-reference rock scaling factors for seismic ground motion in Italy. Bull. Seism. Soc.
 * Am. 112(3), 1583-1606. doi:10.1785/0120210063
 *
 * Departures: the term of distance is c3 R, without a reference distance. */
#include "gmm/hinged_form.h"
#include "lanzano_2019_rjb.tab.h"
#include "lanzano_2019_rjb_scaled.tab.h"
#include "lanzano_2019_rock.tab.h"
#include "lanzano_2019_rrup.tab.h"

_Static_assert((int)LANZANO_2019_RJB_NCOL == (int)LANZANO_2019_RRUP_NCOL, "the same columns");
_Static_assert((int)LANZANO_2019_RJB_NCOL == (int)LANZANO_2019_RJB_SCALED_NCOL, "the same columns");

static const kr_gmm_table rjb_table = KR_GMM_TABLE(lanzano_2019_rjb, LANZANO_2019_RJB);
static const kr_gmm_table rrup_table = KR_GMM_TABLE(lanzano_2019_rrup, LANZANO_2019_RRUP);
static const kr_gmm_table scaled_table =
    KR_GMM_TABLE(lanzano_2019_rjb_scaled, LANZANO_2019_RJB_SCALED);
static const kr_gmm_table rock_table = KR_GMM_TABLE(lanzano_2019_rock, LANZANO_2019_ROCK);

typedef struct rock_state {
    double *rows; /* of rock_table */
    bool fixed;   /* kappa0 for all sites */
    double kappa0;
} rock_state;

/* Equations 1 to 5. */
static hinged coeffs_of(const double *row, const kr_imt *imt)
{
    lanzano_2019_rjb_row c = lanzano_2019_rjb_load(row);
    hinged h = {.constant = c.a + c.c3,
                .mag_hinge = c.Mh,
                .below1 = c.b1,
                .above1 = c.b2,
                .slope = c.c2,
                .slope_by_mag = c.c1,
                .mag_ref = c.Mref,
                .by_km = c.c3,
                .depth = c.h,
                .by_ln_site = c.k,
                .slip = c.f1,
                .reverse = c.f2,
                .tau = c.tau,
                .phi = sqrt(c.phi_S2S * c.phi_S2S + c.phi_0 * c.phi_0),
                .sigma = sqrt(c.tau * c.tau + c.phi_S2S * c.phi_S2S + c.phi_0 * c.phi_0)};
    return hinged_log10(h, hinged_earth(imt));
}

/* `variant` is the column of the distance. */
static void begin(const kr_gmm *gmm, hinged_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const kr_column *distance = gmm->cls->variant;
    hinged_begin(sh, n, batch, *distance);
    hinged_styles(sh, n, batch->col[KR_COL_RAKE]);
    hinged_vs30(sh, n, 1500.0, 800.0, batch->col[KR_COL_VS30]);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;

    begin(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm->rows + m * LANZANO_2019_RJB_NCOL, &gmm->imts[m]);
        hinged_eval(&c, m, n, &sh, out);
    }
}

static kr_status init_rock(kr_ctx *ctx, kr_gmm *gmm)
{
    rock_state *st = gmm->state;
    const kr_gmm_arg *kappa0 = kr_gmm_arg_of(gmm, "kappa0");

    st->fixed = kappa0->value && kappa0->value->kind != KR_VALUE_NONE;
    if (st->fixed) {
        if (!kr_value_is_number(kappa0->value))
            return kr_gmm_fail(ctx, gmm, "argument 'kappa0' of %s: a number is needed",
                               gmm->cls->name);
        st->kappa0 = kappa0->value->number;
    }
    return kr_gmm_rows(ctx, gmm, &rock_table, &st->rows);
}

static void add_rock(const double *row, size_t n, const double *restrict ln_vs30,
                     const double *restrict kappa0, double *restrict mean)
{
    const lanzano_2019_rock_row c = lanzano_2019_rock_load(row);
    const double ln10 = 2.302585092994045684;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += c.b * ln_vs30[i] + ln10 * (c.a + c.c * kappa0[i]);
}

static void eval_rock(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const rock_state *st = gmm->state;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n);
    hinged_shared sh;
    double kappa0[KR_GMM_BATCH], ln_vs30[KR_GMM_BATCH];

    begin(gmm, &sh, n, batch);
    for (size_t i = 0; i < n; i++)
        kappa0[i] = st->fixed ? st->kappa0 : batch->col[KR_COL_KAPPA0][i];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        ln_vs30[i] = log(vs30[i] / 800.0);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm->rows + m * LANZANO_2019_RJB_NCOL, &gmm->imts[m]);
        hinged_eval(&c, m, n, &sh, out);
        add_rock(st->rows + m * LANZANO_2019_ROCK_NCOL, n, ln_vs30, kappa0,
                 out->mean + m * out->stride);
    }
}

static const kr_column of_rjb = KR_COL_RJB, of_rrup = KR_COL_RRUP;

static const kr_gmm_param rock_params[] = {
    {.name = "kappa0", .kind = KR_PARAM_ANY, .about = "s, of all sites in place of that of each"},
    {.name = NULL},
};

#define LANZANO_2019                                                                               \
    .title = "Lanzano, Luzi, Pacor, Felicetta, Puglia and others (2019), BSSA 109(2)",             \
    .doi = "10.1785/0120180210", .trt = "Active Shallow Crust", .component = KR_COMPONENT_ROTD50,  \
    .has_tau_phi = true, .mag_lo = 4.0, .mag_hi = 8.0, .dist_hi = 200.0
#define LANZANO_2019_MEASURES (KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA))
#define LANZANO_2019_NEEDS    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30))

KR_GMM(lanzano_2019_rjb) = {
    LANZANO_2019,
    .name = "LanzanoEtAl2019_RJB_OMO",
    .needs = LANZANO_2019_NEEDS | KR_BIT(RJB),
    .measures = LANZANO_2019_MEASURES,
    .table = &rjb_table,
    .variant = &of_rjb,
    .eval = eval,
};

KR_GMM(lanzano_2019_rrup) = {
    LANZANO_2019,
    .name = "LanzanoEtAl2019_RUP_OMO",
    .needs = LANZANO_2019_NEEDS | KR_BIT(RRUP),
    .measures = LANZANO_2019_MEASURES,
    .table = &rrup_table,
    .variant = &of_rrup,
    .eval = eval,
};

KR_GMM(lanzano_2019_rjb_scaled) = {
    LANZANO_2019,
    .name = "LanzanoEtAl2019_RJB_OMOscaled",
    .needs = LANZANO_2019_NEEDS | KR_BIT(RJB),
    .measures = LANZANO_2019_MEASURES,
    .table = &scaled_table,
    .variant = &of_rjb,
    .eval = eval,
};

KR_GMM(lanzano_2019_rjb_rock) = {
    LANZANO_2019,
    .name = "LanzanoEtAl2019_RJB_OMO_RefRock",
    .needs = LANZANO_2019_NEEDS | KR_BIT(RJB) | KR_BIT(KAPPA0),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .params = rock_params,
    .table = &rjb_table,
    .state_size = sizeof(rock_state),
    .variant = &of_rjb,
    .init = init_rock,
    .eval = eval_rock,
};
