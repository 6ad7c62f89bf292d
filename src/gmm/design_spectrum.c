/* Motion on a site as the design spectrum of a code: PGA and SA(1.0) of another model on rock, the
 * code's amplification of each, and the spectrum through both.
 *
 * Pitilakis, K., Riga, E., Anastasiadis, A., Fotopoulou, S. and Karafagka, S. (2019). Towards the
 * revision of EC8: proposal for an alternative site classification scheme and associated intensity
 * dependent spectral amplification factors. Soil Dyn. Earthq. Eng. 126, 105137.
 * doi:10.1016/j.soildyn.2018.03.030. PitilakisEtAl2020 has the factors of Pitilakis, K., Riga, E.
 * and Anastasiadis, A. (2020), 17th World Conference on Earthquake Engineering, paper C002895.
 * Eurocode8... follow the second draft of the revised Eurocode 8 (CEN 2018), from vs30 and h800 or
 * from the class alone.
 *
 * Departures: the plateau is anchored to PGA, as F0 times that; deviations are the inner model's,
 * as in OpenQuake 3.21. A class that is not known counts as rock (A). At a plateau of 1.25 g to the
 * last digit the factor of Pitilakis et al. is 1. */
#include "gmm/gmm.h"
#include "num/vmath.h"

static const double earth = 9.80665, plateau = 2.5, kappa = 5.0, t_a = 0.03;

enum { LEVELS = 6, P18_CLASSES = 7, EC8_CLASSES = 6, MAX_CLASSES = 8 };

typedef enum kind { P18, P20, EC8, EC8_CLASS } kind;

static const kind is_p18 = P18, is_p20 = P20, is_ec8 = EC8, is_ec8_class = EC8_CLASS;

/* Amplification of short and long periods, by class and level of the plateau (g). */
typedef struct factors {
    double level[MAX_CLASSES][LEVELS];
} factors;

static const char *const p18_names[P18_CLASSES] = {"B1", "B2", "C1", "C2", "C3", "D", "E"};
static const factors p18_short = {{{1.3, 1.3, 1.2, 1.2, 1.2, 1.2},
                                   {1.4, 1.3, 1.3, 1.2, 1.1, 1.1},
                                   {1.7, 1.6, 1.4, 1.3, 1.3, 1.2},
                                   {1.6, 1.5, 1.3, 1.2, 1.1, 1.0},
                                   {1.8, 1.6, 1.4, 1.2, 1.1, 1.0},
                                   {2.2, 1.9, 1.6, 1.4, 1.2, 1.0},
                                   {1.7, 1.6, 1.6, 1.5, 1.5, 1.5},
                                   {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}}};
static const factors p18_long = {{{1.4, 1.4, 1.4, 1.4, 1.3, 1.3},
                                  {1.6, 1.5, 1.5, 1.5, 1.4, 1.3},
                                  {1.7, 1.6, 1.5, 1.5, 1.4, 1.3},
                                  {2.1, 2.0, 1.9, 1.8, 1.8, 1.7},
                                  {3.2, 3.0, 2.7, 2.5, 2.4, 2.3},
                                  {4.1, 3.8, 3.3, 3.0, 2.8, 2.7},
                                  {1.3, 1.3, 1.2, 1.2, 1.2, 1.2},
                                  {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}}};
static const factors p20_short = {{{1.3, 1.3, 1.3, 1.2, 1.2, 1.2},
                                   {1.3, 1.3, 1.2, 1.2, 1.2, 1.1},
                                   {1.7, 1.7, 1.6, 1.5, 1.5, 1.4},
                                   {1.6, 1.5, 1.3, 1.2, 1.1, 1.0},
                                   {1.7, 1.6, 1.4, 1.2, 1.2, 1.1},
                                   {1.8, 1.7, 1.5, 1.4, 1.3, 1.2},
                                   {1.7, 1.6, 1.6, 1.5, 1.5, 1.4},
                                   {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}}};
static const factors p20_long = {{{1.1, 1.1, 1.1, 1.1, 1.1, 1.1},
                                  {1.4, 1.4, 1.3, 1.3, 1.3, 1.3},
                                  {1.5, 1.5, 1.4, 1.4, 1.4, 1.4},
                                  {2.3, 2.2, 2.0, 1.9, 1.9, 1.8},
                                  {2.4, 2.3, 2.1, 2.0, 2.0, 1.9},
                                  {4.0, 3.5, 3.0, 2.7, 2.4, 2.3},
                                  {1.2, 1.1, 1.1, 1.1, 1.1, 1.1},
                                  {1.0, 1.0, 1.0, 1.0, 1.0, 1.0}}};

/* Eurocode 8, table 3.4, where only the class is known. */
static const char *const ec8_names[EC8_CLASSES] = {"A", "B", "C", "D", "E", "F"};
static const double ec8_short[EC8_CLASSES] = {1.0, 1.2, 1.35, 1.5, 1.7, 1.35};
static const double ec8_long[EC8_CLASSES] = {1.0, 1.6, 2.25, 3.2, 3.0, 4.0};

typedef struct state {
    const kr_gmm *anchor; /* the inner model for PGA and SA(1.0) */
    const kr_gmm *inner;  /* and for the measures */
    double rock_vs30;
    double code[MAX_CLASSES];
} state;

/* What all measures share; all accelerations in g. */
typedef struct shared {
    double rock_s[KR_GMM_BATCH], rock_1[KR_GMM_BATCH]; /* plateau and SA(1.0) on rock */
    double s_s[KR_GMM_BATCH], s_1[KR_GMM_BATCH];       /* factors, then plateau and SA(1.0) */
    double t_b[KR_GMM_BATCH], t_c[KR_GMM_BATCH], t_d[KR_GMM_BATCH];
} shared;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const kind *k = gmm->cls->variant;
    state *st = gmm->state;
    const kr_gmm_arg *velocity = kr_gmm_arg_of(gmm, "reference_velocity");
    kr_imt anchor[2] = {kr_gmm_pga};

    kr_imt_parse("SA(1.0)", &anchor[1]);
    st->rock_vs30 = 800.0;
    if (velocity->value && kr_value_is_number(velocity->value) && velocity->value->number != 0.0)
        st->rock_vs30 = velocity->value->number;
    if (!(st->rock_vs30 > 0.0) || (velocity->value && velocity->value->kind == KR_VALUE_TEXT))
        return kr_gmm_fail(ctx, gmm,
                           "argument 'reference_velocity' of %s: a number greater than 0 is needed",
                           gmm->cls->name);
    for (size_t i = 0; i < P18_CLASSES; i++)
        st->code[i] = kr_column_code(p18_names[i]);
    for (size_t i = 0; *k == EC8_CLASS && i < EC8_CLASSES; i++)
        st->code[i] = kr_column_code(ec8_names[i]);
    KR_TRY(kr_gmm_inner_named(ctx, gmm, anchor, 2, &st->anchor));
    KR_TRY(kr_gmm_inner_named(ctx, gmm, gmm->imts, gmm->nimts, &st->inner));
    gmm->vs30_gap[0] = gmm->vs30_gap[1]; /* it is evaluated on rock */
    gmm->has_tau_phi = st->inner->has_tau_phi;
out:
    return s;
}

static void fill_rock(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    double mean[2 * KR_GMM_BATCH], sigma[2 * KR_GMM_BATCH];
    kr_gmm_out out = {mean, sigma, NULL, NULL, KR_GMM_BATCH};
    const double *restrict pga = mean, *restrict sa_1 = mean + KR_GMM_BATCH;

    kr_gmm_eval(st->anchor, batch, &out);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->rock_s[i] = plateau * exp(pga[i]);
        sh->rock_1[i] = exp(sa_1[i]);
    }
}

/* A factor of Pitilakis et al. for a level of the plateau. */
static double by_level(const double level[LEVELS], double s)
{
    if (s < 0.25)
        return level[0];
    if (s > 1.25)
        return level[LEVELS - 1];
    if (s == 1.25)
        return 1.0;
    size_t j = (size_t)(s / 0.25);
    j = j < LEVELS - 1 ? j : LEVELS - 2;
    j = s < 0.25 * (double)j ? j - 1 : j;
    return level[j] + (s - 0.25 * (double)j) * ((level[j + 1] - level[j]) / 0.25);
}

static void fill_pitilakis(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const kind *k = gmm->cls->variant;
    const state *st = gmm->state;
    const double *classes = batch->col[KR_COL_EC8_P18];
    const factors *fs = *k == P20 ? &p20_short : &p18_short;
    const factors *fl = *k == P20 ? &p20_long : &p18_long;

    for (size_t i = 0; i < n; i++) {
        size_t c = 0;
        while (c < P18_CLASSES && classes[i] != st->code[c])
            c++;
        sh->s_s[i] = by_level(fs->level[c], sh->rock_s[i]);
        sh->s_1[i] = by_level(fl->level[c], sh->rock_s[i]);
        if (c == P18_CLASSES)
            sh->s_s[i] = sh->s_1[i] = 1.0;
    }
}

static void fill_ec8_class(const state *st, shared *sh, size_t n, const double *classes)
{
    for (size_t i = 0; i < n; i++) {
        sh->s_s[i] = sh->s_1[i] = 1.0;
        for (size_t c = 0; c < EC8_CLASSES; c++) {
            sh->s_s[i] = classes[i] == st->code[c] ? ec8_short[c] : sh->s_s[i];
            sh->s_1[i] = classes[i] == st->code[c] ? ec8_long[c] : sh->s_1[i];
        }
    }
}

/* The class by vs30 and the depth of rock, as a place in ec8_names. */
static size_t ec8_of(double vs30, double h800)
{
    if (vs30 >= 400.0)
        return h800 > 5.0 ? 1 : 0;
    if (vs30 >= 250.0)
        return h800 > 100.0 ? 5 : h800 > 30.0 ? 2 : h800 > 5.0 ? 4 : 0;
    return h800 > 100.0 ? 5 : h800 > 30.0 ? 3 : 4;
}

/* Eurocode 8, table 3.4. */
static void fill_ec8(shared *sh, size_t n, const double *vs30, const double *h800)
{
    double by_s[KR_GMM_BATCH], by_1[KR_GMM_BATCH]; /* what the exponents are multiplied by */
    double of_s[KR_GMM_BATCH], of_1[KR_GMM_BATCH];

    for (size_t i = 0; i < n; i++) {
        size_t c = ec8_of(vs30[i], h800[i]);
        double deep = h800[i] / 30.0;
        by_s[i] = c == 0 ? 0.0 : c == 4 ? deep * (4.0 - h800[i] / 10.0) : 1.0;
        by_1[i] = c == 0 ? 0.0 : c == 4 ? deep : 1.0;
        of_s[i] = c == 5 ? 0.9 : 1.0;
        of_1[i] = c == 5 ? 1.25 : 1.0;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double unit = 2e3 * earth / (vs30[i] * vs30[i]), ln_v = log(vs30[i] / 800.0);
        double alpha = 1.0 - unit * sh->rock_s[i], beta = 1.0 - unit * sh->rock_1[i];
        sh->s_s[i] = of_s[i] * exp(-0.25 * alpha * by_s[i] * ln_v);
        sh->s_1[i] = of_1[i] * exp(-0.7 * beta * by_1[i] * ln_v);
    }
}

static void fill_site(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const kind *k = gmm->cls->variant;
    if (*k == EC8)
        fill_ec8(sh, n, batch->col[KR_COL_VS30], batch->col[KR_COL_H800]);
    else if (*k == EC8_CLASS)
        fill_ec8_class(gmm->state, sh, n, batch->col[KR_COL_EC8]);
    else
        fill_pitilakis(gmm, sh, n, batch);
}

/* The corners of the spectrum. */
static void fill_corners(shared *sh, size_t n)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s_s = sh->s_s[i] * sh->rock_s[i], s_1 = sh->s_1[i] * sh->rock_1[i];
        double t_c = s_1 / s_s, t_b = t_c / kappa;
        t_b = t_b < 0.05 ? 0.05 : t_b;
        sh->t_b[i] = t_b > 0.1 ? 0.1 : t_b;
        sh->t_c[i] = t_c;
        sh->t_d[i] = sh->rock_1[i] > 0.1 ? 1.0 + 10.0 * sh->rock_1[i] : 2.0;
        sh->s_s[i] = s_s;
        sh->s_1[i] = s_1;
    }
}

static void eval_mean(double t, size_t n, const shared *sh, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double s_s = sh->s_s[i], s_1 = sh->s_1[i], t_b = sh->t_b[i], t_d = sh->t_d[i];
        double rising = s_s / (t_b - t_a) * ((t - t_a) + (t_b - t) / plateau);
        double falling = s_1 / t, far = t_d * s_1 / (t * t);
        double a = t <= t_b ? rising : s_s;
        falling = t <= t_d ? falling : a;
        a = sh->t_c[i] < t ? falling : a;
        mean[i] = log(t_d < t ? far : a);
    }
}

static void eval_pga(size_t n, const shared *sh, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = log(sh->s_s[i] / plateau);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_batch on_rock = *batch;
    double rock[KR_GMM_BATCH];
    shared sh;

    kr_gmm_fill(rock, n, st->rock_vs30);
    on_rock.col[KR_COL_VS30] = rock;
    fill_rock(gmm, &sh, n, &on_rock);
    fill_site(gmm, &sh, n, batch);
    fill_corners(&sh, n);
    kr_gmm_eval(st->inner, &on_rock, out); /* for its deviations */
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        if (gmm->imts[m].kind == KR_IMT_PGA || gmm->imts[m].period <= t_a)
            eval_pga(n, &sh, mean);
        else
            eval_mean(gmm->imts[m].period, n, &sh, mean);
    }
}

static const kr_gmm_param params[] = {
    {.name = "gmpe_name",
     .kind = KR_PARAM_TEXT,
     .required = true,
     .about = "the model; it takes all other arguments"},
    {.name = "reference_velocity",
     .kind = KR_PARAM_ANY,
     .about = "vs30 of rock in m/s; 800 unless given"},
    {.name = NULL},
};

#define DESIGN_SPECTRUM                                                                            \
    .trt = "of the model", .component = KR_COMPONENT_HORIZONTAL,                                   \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .params = params, .takes_all = true,             \
    .own_total = true, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 7.5,                  \
    .dist_hi = 300.0, .init = init, .eval = eval
#define EUROCODE_8                                                                                 \
    DESIGN_SPECTRUM, .title = "CEN (2018), Eurocode 8, second draft of the revision, no DOI"

KR_GMM(pitilakis_2018) = {
    DESIGN_SPECTRUM,
    .name = "PitilakisEtAl2018",
    .title = "Pitilakis, Riga, Anastasiadis, Fotopoulou and Karafagka (2019), SDEE 126",
    .doi = "10.1016/j.soildyn.2018.03.030",
    .needs = KR_BIT(MAG) | KR_BIT(VS30) | KR_BIT(EC8_P18),
    .variant = &is_p18,
};

KR_GMM(pitilakis_2020) = {
    DESIGN_SPECTRUM,
    .name = "PitilakisEtAl2020",
    .title = "Pitilakis, Riga and Anastasiadis (2020), 17WCEE, paper C002895, no DOI",
    .needs = KR_BIT(MAG) | KR_BIT(VS30) | KR_BIT(EC8_P18),
    .variant = &is_p20,
};

KR_GMM(eurocode8) = {
    EUROCODE_8,
    .name = "Eurocode8Amplification",
    .needs = KR_BIT(MAG) | KR_BIT(VS30) | KR_BIT(H800),
    .variant = &is_ec8,
};

KR_GMM(eurocode8_class) = {
    EUROCODE_8,
    .name = "Eurocode8AmplificationDefault",
    .needs = KR_BIT(MAG) | KR_BIT(EC8),
    .variant = &is_ec8_class,
};
