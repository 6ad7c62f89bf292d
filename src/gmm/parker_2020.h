/* Parker, G. A., Stewart, J. P., Boore, D. M., Atkinson, G. M. and Hassani, B. (2022).
 * NGA-subduction global ground motion models with regional adjustment factors. Earthquake Spectra
 * 38(1), 456-493. doi:10.1177/87552930211034889. The classes ParkerEtAl2020... have the
 * coefficients of PEER report 2020/03.
 *
 * The classes of New Zealand's assessment of 2022 have those of the paper, add the term of the
 * back-arc, which acts on intraslab earthquakes, and change the variability where soil yields:
 *
 * Bradley, B. A. et al. (2024). The ground-motion characterization model for the 2022 New Zealand
 * National Seismic Hazard Model. Bull. Seism. Soc. Am. 114(1), 329-349. doi:10.1785/0120230170
 *
 * Departures, all as in OpenQuake 3.21: the classes of 2020 have no non-linear site term from 3 s
 * on; modified_sigma leaves out the part of phi that vs30 changes; the term of the basin is given
 * by the classes ...B only. A depth to 2.5 km/s that is 0 or negative is unknown and has no term.
 */
#ifndef KR_GMM_PARKER_2020_H
#define KR_GMM_PARKER_2020_H

#include "base/str.h"
#include "gmm/gmm.h"
#include "gmm/nz_backarc.h"
#include "gmm/soil_variability.h"
#include "num/vmath.h"
#include "parker_2020.tab.h"
#include "parker_2020_nz.tab.h"

typedef parker_2020_row coefficients;

static const kr_gmm_table table = KR_GMM_TABLE(parker_2020, PARKER_2020);
static const kr_gmm_table nz_table = KR_GMM_TABLE(parker_2020_nz, PARKER_2020_NZ);

static const double b4 = 0.1, f3 = 0.05, v1 = 270.0, vs30_ref = 760.0;
static const double ln_10 = 2.302585092994046;

enum { REGION_COUNT = 7, SATURATION_COUNT = 11 };
typedef enum region { AK, CAM, CASCADIA, JP, SA, TW, WORLD } region;
static const char *const region_name[] = {"AK", "CAM", "Cascadia", "JP", "SA", "TW"};

/* The parts of regions that have constants and breaks in magnitude of their own. */
typedef enum saturation {
    SAT_AK,
    SAT_ALEUTIAN,
    SAT_CASCADIA,
    SAT_CAM_N,
    SAT_CAM_S,
    SAT_JP_PAC,
    SAT_JP_PHI,
    SAT_SA_N,
    SAT_SA_S,
    SAT_TW_E,
    SAT_TW_W,
    SAT_NONE
} saturation;
static const char *const saturation_name[] = {"AK",    "Aleutian", "Cascadia", "CAM_N",
                                              "CAM_S", "JP_Pac",   "JP_Phi",   "SA_N",
                                              "SA_S",  "TW_E",     "TW_W"};

typedef enum basin { BASIN_ANY, BASIN_OUT, BASIN_SEATTLE } basin;
static const char *const basin_name[] = {"out", "Seattle"};

typedef struct variant {
    bool slab, nz, basin;
} variant;

/* The coefficients of one measure for the place and the kind of earthquake. */
typedef struct terms {
    double constant, c4, c5, c6, depth_slope, depth_break; /* source */
    double c1, a0;                                         /* path */
    double s1, s2, ln_v2, f4, f5, rock;                    /* site */
    double e1, e2, e3, lowest, highest;                    /* basin; where it is e1 and e2 */
    double tau, phi21, phi22, phi2v;
    soil_correlation correlation;
    nz_backarc_terms arc;
} terms;

typedef struct state {
    region region;
    saturation saturation;
    basin basin;
    bool modified_sigma, has_basin;
    double break_mag;
    terms pga;
    terms *terms; /* one for each measure */
} state;

/* What all measures share. */
typedef struct shared {
    double r[KR_GMM_BATCH], ln_r[KR_GMM_BATCH];         /* with the pseudo-depth */
    double ln_ratio[KR_GMM_BATCH];                      /* b4 M ln(R / Rref) */
    double above[KR_GMM_BATCH];                         /* M less the break */
    double ln_low[KR_GMM_BATCH], ln_high[KR_GMM_BATCH]; /* min(ln(v / v1), 0); v >= v1: v / 760 */
    double soft[KR_GMM_BATCH];                          /* min(vs30, 760) - 200 */
    double ln_pga[KR_GMM_BATCH];                        /* ln((PGA on rock + f3) / f3) */
    double yield[KR_GMM_BATCH];                         /* PGA on rock / (PGA on rock + f3) */
    double basin[KR_GMM_BATCH];                         /* ln of the depth against the usual */
    double has_basin[KR_GMM_BATCH];                     /* 1 where that is known, otherwise 0 */
    double far[KR_GMM_BATCH];                           /* 0 at 200 km to 1 at 500 km */
    double slow[KR_GMM_BATCH];                          /* near: 1 at 200 m/s to 0 at 500 m/s */
    nz_backarc arc;
} shared;

/* The constant c0, NAN where the model has none for the place. */
static double c0_of(const state *st, bool slab, const coefficients *c)
{
    const double inter[] = {c->ak_c0,    c->aleutian_c0, c->cascadia_c0, c->cam_n_c0,
                            c->cam_s_c0, c->jp_pac_c0,   c->jp_phi_c0,   c->sa_n_c0,
                            c->sa_s_c0,  c->tw_e_c0,     c->tw_w_c0};
    const bool split = st->saturation != SAT_NONE;
    if (!slab)
        return split ? inter[st->saturation] : st->region == WORLD ? c->c0 : NAN;
    switch (st->region) {
    case WORLD:
        return split ? NAN : c->c0slab;
    case CAM:
        return c->cam_c0slab;
    case CASCADIA:
        return c->cascadia_c0slab;
    case JP:
        return c->jp_c0slab;
    case TW:
        return c->tw_c0slab;
    default:
        break;
    }
    switch (st->saturation) {
    case SAT_AK:
        return c->ak_c0slab;
    case SAT_ALEUTIAN:
        return c->aleutian_c0slab;
    case SAT_CASCADIA:
        return c->cascadia_c0slab;
    case SAT_SA_N:
        return c->sa_n_c0slab;
    case SAT_SA_S:
        return c->sa_s_c0slab;
    default:
        return NAN;
    }
}

static void set_region(terms *t, const state *st, bool slab, const coefficients *c)
{
    const double inter[] = {c->ak_a0, c->cam_a0, c->a0, c->jp_a0, c->sa_a0, c->tw_a0, c->a0};
    const double in_slab[] = {c->ak_a0slab, c->cam_a0slab, c->cascadia_a0slab, c->jp_a0slab,
                              c->sa_a0slab, c->tw_a0slab,  c->a0slab};
    const double s2[] = {c->ak_s2, c->s2, c->cascadia_s2, c->jp_s2, c->sa_s2, c->tw_s2, c->s2};
    t->a0 = slab ? in_slab[st->region] : inter[st->region];
    t->s2 = s2[st->region];
    t->s1 = st->region == JP ? c->jp_s1 : st->region == TW ? c->tw_s1 : t->s2;
    if (st->region == JP) {
        t->e1 = c->j_e1;
        t->e2 = c->j_e2;
        t->e3 = c->j_e3;
    } else if (st->region == CASCADIA) {
        double shift = st->basin == BASIN_OUT       ? c->del_none
                       : st->basin == BASIN_SEATTLE ? c->del_seattle
                                                    : 0.0;
        t->e1 = c->c_e1;
        t->e2 = c->c_e2 + shift;
        t->e3 = c->c_e3 + shift;
    }
    t->lowest = t->e3 != 0.0 ? t->e1 / t->e3 : -INFINITY;
    t->highest = t->e3 != 0.0 ? t->e2 / t->e3 : INFINITY;
}

/* nz_row: c6 (interface) and f4 of the paper. */
static terms terms_of(const kr_gmm *gmm, const double *row, const double *nz_row, const kr_imt *imt)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const coefficients c = parker_2020_load(row);
    const parker_2020_nz_row nz = parker_2020_nz_load(nz_row);
    const bool late = !v->nz && imt->kind == KR_IMT_SA && imt->period >= 3.0;
    const double f4 = v->nz ? nz.f4 : c.f4;
    terms t = {
        .constant = c0_of(st, v->slab, &c) + (v->slab ? c.d : 0.0),
        .c4 = v->slab ? c.c4slab : c.c4,
        .c5 = v->slab ? c.c5slab : c.c5,
        .c6 = v->slab ? c.c6slab
              : v->nz ? nz.c6
                      : c.c6,
        .depth_slope = v->slab ? c.m : 0.0,
        .depth_break = c.db,
        .c1 = v->slab ? c.c1slab : c.c1,
        .ln_v2 = log(c.v2 / vs30_ref),
        .f4 = late ? 0.0 : f4,
        .f5 = c.f5,
        .rock = exp(c.f5 * 560.0),
        .tau = c.tau,
        .phi21 = c.phi21,
        .phi22 = c.phi22,
        .phi2v = st->modified_sigma ? 0.0 : c.phi2v,
        .correlation = soil_correlation_of(imt),
        .arc = nz_backarc_terms_of(imt),
    };
    set_region(&t, st, v->slab, &c);
    return t;
}

static double break_mag_of(const state *st, bool slab)
{
    static const double inter[] = {8.6, 8.0, 7.7, 7.4, 7.4, 8.5, 7.7, 8.5, 8.6, 7.1, 7.1, 7.9};
    static const double in_slab[] = {7.2,  7.98, 7.2,  7.4, 7.6, 7.65,
                                     7.55, 7.3,  7.25, 7.7, 7.7, 7.6};
    return slab ? in_slab[st->saturation] : inter[st->saturation];
}

static kr_status read_place(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    size_t i;

    st->region = WORLD;
    st->saturation = SAT_NONE;
    if (kr_gmm_arg_of(gmm, "region")->text) {
        KR_TRY(kr_gmm_choice(ctx, gmm, "region", region_name, REGION_COUNT - 1, &i));
        st->region = (region)i;
        if (st->region == AK || st->region == CASCADIA)
            st->saturation = st->region == AK ? SAT_AK : SAT_CASCADIA;
    }
    if (kr_gmm_arg_of(gmm, "saturation_region")->text) {
        KR_TRY(kr_gmm_choice(ctx, gmm, "saturation_region", saturation_name, SATURATION_COUNT, &i));
        st->saturation = (saturation)i;
    }
    if (kr_gmm_arg_of(gmm, "basin")->text) {
        KR_TRY(kr_gmm_choice(ctx, gmm, "basin", basin_name, 2, &i));
        st->basin = i == 0 ? BASIN_OUT : BASIN_SEATTLE;
    }
out:
    return s;
}

static kr_status fail_place(kr_ctx *ctx, const kr_gmm *gmm)
{
    const char *where = kr_gmm_arg_of(gmm, "region")->text;
    const char *part = kr_gmm_arg_of(gmm, "saturation_region")->text;
    return kr_gmm_fail(ctx, gmm,
                       "arguments 'region' and 'saturation_region' of %s: there is no model for "
                       "'%s' and '%s'; regions and their parts are AK (Aleutian), Cascadia, CAM "
                       "(CAM_N, CAM_S), JP (JP_Pac, JP_Phi), SA (SA_N, SA_S), TW (TW_E, TW_W)",
                       gmm->cls->name, where ? where : "", part ? part : "");
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    double pga[PARKER_2020_NCOL] = {0}, nz_pga[PARKER_2020_NZ_NCOL] = {0};
    double *nz_rows;

    KR_TRY(read_place(ctx, gmm, st));
    if (v->nz)
        st->modified_sigma = kr_gmm_arg_of(gmm, "modified_sigma")->number != 0.0;
    if (st->region != WORLD)
        gmm->epsilon = 0.0;
    st->has_basin = v->basin && (st->region == JP || st->region == CASCADIA);
    st->break_mag = break_mag_of(st, v->slab);
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    KR_TRY(kr_gmm_rows(ctx, gmm, &nz_table, &nz_rows));
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    kr_gmm_row(&nz_table, &kr_gmm_pga, nz_pga);
    st->pga = terms_of(gmm, pga, nz_pga, &kr_gmm_pga);
    if (isnan(st->pga.constant))
        return fail_place(ctx, gmm);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m] = terms_of(gmm, gmm->rows + m * PARKER_2020_NCOL,
                                nz_rows + m * PARKER_2020_NZ_NCOL, &gmm->imts[m]);
out:
    return s;
}

/* Path, magnitude and the variability's dependence on distance. */
static void fill_path(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const variant *v = gmm->cls->variant;
    const double break_mag = ((const state *)gmm->state)->break_mag;
    const double ln_35 = 3.5553480614894135, ln_depth = ln_35 - 1.1378330018213911; /* 35 / 3.12 */
    const double slope = v->slab ? ln_depth / (break_mag - 4.0) : 0.252 * ln_10;
    const double at_0 = v->slab ? ln_35 - slope * break_mag : -0.82 * ln_10;
    const double most = v->slab ? ln_35 : 700.0, ln_200 = 5.298317366548036;
    const double by_ln = 1.0 / 0.9162907318741551; /* ln(500 / 200) */
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_h = at_0 + slope * mag[i], h = exp(ln_h < most ? ln_h : most), h2 = h * h;
        double r2 = rrup[i] * rrup[i] + h2;
        double far = (log(rrup[i] > 200.0 ? rrup[i] : 200.0) - ln_200) * by_ln;
        sh->r[i] = sqrt(r2);
        sh->ln_r[i] = 0.5 * log(r2);
        sh->ln_ratio[i] = b4 * mag[i] * (sh->ln_r[i] - 0.5 * log(1.0 + h2));
        sh->above[i] = mag[i] - break_mag;
        sh->far[i] = far < 1.0 ? far : 1.0;
    }
}

static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double by_ln = 1.0 / 0.9162907318741551;
    const double *restrict vs30 = batch->col[KR_COL_VS30];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double v = vs30[i], slow = log(500.0 / v) * by_ln;
        slow = slow > 0.0 ? slow : 0.0;
        sh->ln_low[i] = log((v < v1 ? v : v1) / v1);
        sh->ln_high[i] = log((v > v1 ? v : v1) / vs30_ref);
        sh->soft[i] = (v < vs30_ref ? v : vs30_ref) - 200.0;
        sh->slow[i] = (slow < 1.0 ? slow : 1.0) * (1.0 - sh->far[i]);
        sh->basin[i] = sh->has_basin[i] = 0.0;
    }
}

/* The depth to 2.5 km/s against the usual one for vs30. */
static void fill_basin(shared *sh, size_t n, region where, const kr_gmm_batch *batch)
{
    const bool japan = where == JP;
    const double theta0 = japan ? 3.05 : 3.94, theta1 = japan ? -0.8 : -0.42;
    const double mu = japan ? 500.0 : 200.0, scale = (japan ? 0.33 : 0.2) * sqrt(2.0) * ln_10;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z2pt5 = batch->col[KR_COL_Z2PT5];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double usual = ln_10 * (theta0 + theta1 * (1.0 + erf(log(vs30[i] / mu) / scale)));
        sh->has_basin[i] = z2pt5[i] > 0.0 ? 1.0 : 0.0;
        sh->basin[i] = log(z2pt5[i] > 0.0 ? z2pt5[i] : 1.0) - usual;
    }
}

/* ln of the motion on rock with vs30 = 760 m/s. */
static void eval_source(const kr_gmm *gmm, const terms *one, size_t n, const kr_gmm_batch *batch,
                        const shared *sh, double *restrict mean)
{
    const terms t = *one;
    const variant *v = gmm->cls->variant;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double d = sh->above[i], scaling = d > 0.0 ? t.c6 * d : d * (t.c4 + t.c5 * d);
        double path = t.c1 * sh->ln_r[i] + sh->ln_ratio[i] + t.a0 * sh->r[i];
        double arc = t.arc.constant * sh->arc.is[i] + t.arc.slope * sh->arc.ln[i];
        mean[i] = t.constant + scaling + path + arc;
    }
    if (!v->slab)
        return;
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double below = depth[i] < t.depth_break ? depth[i] - t.depth_break : 0.0;
        mean[i] += t.depth_slope * (depth[i] <= 20.0 ? 20.0 - t.depth_break : below);
    }
}

static void fill_rock(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    double rock[KR_GMM_BATCH];

    eval_source(gmm, &st->pga, n, batch, sh, rock);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double pga = exp(rock[i]);
        sh->ln_pga[i] = log((pga + f3) / f3);
        sh->yield[i] = pga / (pga + f3);
    }
}

/* `slope` becomes d ln(amplification) / d ln(PGA on rock). */
static void eval_site(const terms *one, size_t n, const shared *sh, double *restrict mean,
                      double *restrict slope)
{
    const terms t = *one;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double high = sh->ln_high[i] < t.ln_v2 ? sh->ln_high[i] : t.ln_v2;
        double f2 = t.f4 * (exp(t.f5 * sh->soft[i]) - t.rock);
        double b = sh->basin[i], depth = b >= t.highest ? t.e2 : t.e3 * b;
        depth = b <= t.lowest ? t.e1 : depth;
        slope[i] = f2 * sh->yield[i];
        mean[i] += t.s1 * sh->ln_low[i] + t.s2 * high + f2 * sh->ln_pga[i];
        mean[i] += sh->has_basin[i] > 0.0 ? depth : 0.0;
    }
}

static void eval_sigma(const terms *one, size_t n, const shared *sh, const kr_gmm_out *out)
{
    const terms t = *one;
    double *restrict sigma = out->sigma;
    double intra2[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        intra2[i] = t.phi21 + (t.phi22 - t.phi21) * sh->far[i] + t.phi2v * sh->slow[i];
        sigma[i] = sqrt(t.tau * t.tau + intra2[i]);
    }
    kr_gmm_fill(out->tau, n, t.tau);
    kr_gmm_sqrt(out->phi, n, intra2);
}

/* The variability on soil that yields. */
static void eval_modified_sigma(const terms *one, const terms *of_pga, size_t n, const shared *sh,
                                const double *restrict slope, const kr_gmm_out *out)
{
    const terms t = *one, pga = *of_pga;
    double *restrict sigma = out->sigma;
    double inter2[KR_GMM_BATCH], intra2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double phi2 = t.phi21 + (t.phi22 - t.phi21) * sh->far[i];
        double rock = soil_phi_rock(phi2);
        double rock_pga = soil_phi_rock(pga.phi21 + (pga.phi22 - pga.phi21) * sh->far[i]);
        inter2[i] = soil_variance(t.tau * t.tau, t.tau, pga.tau, slope[i], t.correlation.between);
        intra2[i] = soil_variance(phi2, rock, rock_pga, slope[i], t.correlation.within);
        sigma[i] = sqrt(inter2[i] + intra2[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter2);
    kr_gmm_sqrt(out->phi, n, intra2);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_path(gmm, &sh, n, batch);
    fill_site(&sh, n, batch);
    if (st->has_basin)
        fill_basin(&sh, n, st->region, batch);
    if (v->slab && v->nz)
        nz_backarc_fill(&sh.arc, n, batch);
    else
        nz_backarc_none(&sh.arc, n);
    fill_rock(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_source(gmm, t, n, batch, &sh, one.mean);
        eval_site(t, n, &sh, one.mean, slope);
        if (st->modified_sigma)
            eval_modified_sigma(t, &st->pga, n, &sh, slope, &one);
        else
            eval_sigma(t, n, &sh, &one);
    }
}

/* The arguments. */
#define PLACE                                                                                      \
    {.name = "region",                                                                             \
     .kind = KR_PARAM_TEXT,                                                                        \
     .about = "AK, Cascadia, CAM, JP, SA or TW; the global model without it"},                     \
        {.name = "saturation_region",                                                              \
         .kind = KR_PARAM_TEXT,                                                                    \
         .about = "part of the region: Aleutian, CAM_N, CAM_S, JP_Pac, JP_Phi, SA_N, SA_S, "       \
                  "TW_E or TW_W"},                                                                 \
    {                                                                                              \
        .name = "basin", .kind = KR_PARAM_TEXT, .about = "of Cascadia: out or Seattle"             \
    }
#define NEEDS_INTER KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30)
#define NEEDS_SLAB  NEEDS_INTER | KR_BIT(HYPO_DEPTH)
#define BASIN       KR_BIT(Z2PT5)
#define ARC         KR_BIT(BACKARC)

#define COMMON                                                                                     \
    .title = "Parker et al. (2022), Earthquake Spectra 38(1)", .doi = "10.1177/87552930211034889", \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(state), .mag_lo = 4.5, .mag_hi = 9.5, .dist_hi = 1000.0, \
    .init = init, .eval = eval
#define OF_INTER COMMON, .trt = "Subduction Interface"
#define OF_SLAB  COMMON, .trt = "Subduction IntraSlab"

#endif
