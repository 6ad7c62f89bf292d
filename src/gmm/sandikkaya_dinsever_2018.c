/* Sandikkaya, M. A. and Dinsever, L. D. (2018). A site amplification model for crustal earthquakes.
 * Geosciences 8(7), 264. doi:10.3390/geosciences8070264
 *
 * Motion of another model on rock, with the site term and the deviations of this one added.
 *
 * Departures, as in OpenQuake 3.21: the level of the nonlinear term is 0.1 g for motion in g with
 * the number of g in m/s2, 0.980665; within an event the deviation of the inner model counts 85 %
 * unless phi_0 is given. The region TRGR, which fails there, has the paper's coefficients. */
#include "gmm/gmm.h"
#include "gmm/gmm_by_measure.h"
#include "num/vmath.h"
#include "sandikkaya_dinsever_2018.tab.h"

typedef sandikkaya_dinsever_2018_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(sandikkaya_dinsever_2018, SANDIKKAYA_DINSEVER_2018);

static const double level = 0.980665;

typedef struct state {
    const kr_gmm *inner;
    double rock_vs30;
    double *region; /* what the region adds to b1, for each measure */
    double *phi_0;  /* for each measure; NULL: not given */
} state;

/* What all measures share. */
typedef struct shared {
    double ln_vs30[KR_GMM_BATCH];     /* over 760 m/s, of at most 1000 m/s */
    double ln_z1pt0[KR_GMM_BATCH];    /* m */
    double soft[KR_GMM_BATCH];        /* factor of the nonlinear term */
    double ln_sigma_vs[KR_GMM_BATCH]; /* of 150 to 600 m/s */
} shared;

static kr_status read_region(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    static const char *const names[] = {"USNZ", "JP", "TW", "CH", "WA", "TRGR", "WMT", "NWE"};
    kr_status s = KR_OK;
    size_t k = 0;
    bool given = kr_gmm_arg_of(gmm, "region")->text;

    KR_ANEW(st->region, gmm->arena, gmm->nimts);
    if (!given)
        return KR_OK;
    KR_TRY(kr_gmm_choice(ctx, gmm, "region", names, 8, &k));
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = sandikkaya_dinsever_2018_load(gmm->rows + m * SANDIKKAYA_DINSEVER_2018_NCOL);
        const double of[] = {c.ckUSNZ, c.ckJP, c.ckTW, c.ckCH, c.ckWA, c.ckGRTR, c.ckWMT, c.ckNWE};
        st->region[m] = of[k];
    }
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    st->rock_vs30 = kr_gmm_arg_of(gmm, "reference_velocity")->number;
    if (st->rock_vs30 == 0.0)
        st->rock_vs30 = 760.0;
    if (!(st->rock_vs30 > 0.0))
        return kr_gmm_fail(ctx, gmm,
                           "argument 'reference_velocity' of %s: a number greater than 0 is needed",
                           gmm->cls->name);
    KR_TRY(read_region(ctx, gmm, st));
    KR_TRY(kr_gmm_by_measure(ctx, gmm, "phi_0", &st->phi_0));
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    gmm->vs30_gap[0] = gmm->vs30_gap[1]; /* it is evaluated on rock */
    if (!st->inner->has_tau_phi)
        return kr_gmm_fail(ctx, gmm,
                           "%s needs a model with deviations between and within events; "
                           "%s has none",
                           gmm->cls->name, st->inner->cls->name);
    kr_gmm_own_scratch(gmm, 4 * KR_GMM_BATCH * gmm->nimts);
    gmm->has_tau_phi = true;
out:
    return s;
}

static void fill_shared(shared *sh, size_t n, const double *restrict vs30,
                        const double *restrict z1pt0)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i] < 600.0 ? vs30[i] : 600.0;
        sh->ln_vs30[i] = log((vs30[i] < 1000.0 ? vs30[i] : 1000.0) / 760.0);
        sh->ln_z1pt0[i] = log(z1pt0[i] > 1e-300 ? z1pt0[i] : 1e-300);
        sh->soft[i] = exp(-exp(2.0 * log(vs30[i]) - 11.0));
        sh->ln_sigma_vs[i] = log(v > 150.0 ? v : 150.0);
    }
}

/* Equation 9 and the deviation of the site, both from the motion on rock. */
static void eval_site(const coeffs *row, double region, size_t n, const shared *sh,
                      const double *restrict rock, double *restrict mean, double *restrict sigma_s)
{
    const coeffs c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double psa = exp(rock[i]), y = psa < 0.35 ? psa : 0.35;
        double linear = (c.b1 + region) * sh->ln_vs30[i] + c.b2 * sh->ln_z1pt0[i];
        double strong = c.b3 * log((psa + level) / level) * sh->soft[i];
        double ln_y = log(y > 0.005 ? y : 0.005);
        mean[i] = rock[i] + linear + strong;
        sigma_s[i] = c.sigma_s * c.c0 * (c.c1 * ln_y + c.c2 * sh->ln_sigma_vs[i]);
    }
}

/* phi_0 less than 0: 85 % of the inner model's phi, which becomes that of the whole. */
static void eval_sigma(double phi_0, size_t n, const double *restrict sigma_s,
                       const double *restrict tau, double *restrict phi, double *restrict sigma)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double single = phi_0 < 0.0 ? 0.85 * phi[i] : phi_0;
        double within = single * single + sigma_s[i] * sigma_s[i];
        phi[i] = sqrt(within);
        sigma[i] = sqrt(tau[i] * tau[i] + within);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n), part = KR_GMM_BATCH * gmm->nimts;
    double rock_vs30[KR_GMM_BATCH], sigma_s[KR_GMM_BATCH], *own = batch->scratch;
    kr_gmm_out rock = {own, own + part, own + 2 * part, own + 3 * part, KR_GMM_BATCH};
    kr_gmm_batch inner = *batch;
    shared sh;

    kr_gmm_fill(rock_vs30, n, st->rock_vs30);
    inner.col[KR_COL_VS30] = rock_vs30;
    inner.scratch = own + 4 * part;
    kr_gmm_eval(st->inner, &inner, &rock);
    fill_shared(&sh, n, batch->col[KR_COL_VS30], batch->col[KR_COL_Z1PT0]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = sandikkaya_dinsever_2018_load(gmm->rows + m * SANDIKKAYA_DINSEVER_2018_NCOL);
        const double *tau = rock.tau + m * KR_GMM_BATCH;
        double *phi = rock.phi + m * KR_GMM_BATCH;
        eval_site(&c, st->region[m], n, &sh, rock.mean + m * KR_GMM_BATCH,
                  out->mean + m * out->stride, sigma_s);
        eval_sigma(st->phi_0 ? st->phi_0[m] : -1.0, n, sigma_s, tau, phi,
                   out->sigma + m * out->stride);
        for (size_t i = 0; out->tau && i < n; i++)
            out->tau[m * out->stride + i] = tau[i];
        for (size_t i = 0; out->phi && i < n; i++)
            out->phi[m * out->stride + i] = phi[i];
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "the model; it takes all other arguments"},
    {.name = "reference_velocity",
     .kind = KR_PARAM_NUMBER,
     .number = 760.0,
     .about = "vs30 of rock in m/s"},
    {.name = "region", .kind = KR_PARAM_TEXT, .about = "USNZ, JP, TW, CH, WA, TRGR, WMT or NWE"},
    {.name = "phi_0",
     .kind = KR_PARAM_ANY,
     .about = "single-station deviation within events, for each measure"},
    {.name = NULL},
};

KR_GMM(sandikkaya_dinsever_2018) = {
    .name = "SandikkayaDinsever2018",
    .title = "Sandikkaya and Dinsever (2018), Geosciences 8(7), 264",
    .doi = "10.3390/geosciences8070264",
    .trt = "of the model",
    .component = KR_COMPONENT_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(VS30) | KR_BIT(Z1PT0),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .params = params,
    .takes_all = true,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 7.5,
    .dist_hi = 300.0,
    .init = init,
    .eval = eval,
};
