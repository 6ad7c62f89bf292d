/* Atkinson, G. M. and Boore, D. M. (2006). Earthquake ground-motion prediction equations for
 * eastern North America. Bull. Seism. Soc. Am. 96(6), 2181-2205. doi:10.1785/0120050245
 *
 * Atkinson, G. M. and Boore, D. M. (2011). Modifications to existing ground-motion prediction
 * equations in light of new data. Bull. Seism. Soc. Am. 101(3), 1121-1135. doi:10.1785/0120100270
 * (...Modified2011: a stress parameter that falls with magnitude.)
 *
 * Departures, all as in OpenQuake 3.21: distances below 1 km count as 1 km (5 km in ...SGS); sites
 * with vs30 of 2000 m/s and more are hard rock without site amplification; the PGA that drives the
 * non-linear amplification is adjusted for stress with the coefficients of the measure at hand.
 * Where mag_eq is given, the magnitude conversions and the limits of the U.S. maps of 2008 hold
 * (magnitude_mblg.h), and the limit of PGA is also applied to PGV. */
#include "atkinson_boore_2006_bc.tab.h"
#include "atkinson_boore_2006_rock.tab.h"
#include "atkinson_boore_2006_stress.tab.h"
#include "base/str.h"
#include "boore_atkinson_site.tab.h"
#include "gmm/boore_atkinson_site.h"
#include "gmm/gmm.h"
#include "gmm/magnitude_mblg.h"
#include "num/vmath.h"

_Static_assert((int)ATKINSON_BOORE_2006_BC_NCOL == (int)ATKINSON_BOORE_2006_ROCK_NCOL,
               "the same columns");

static const kr_gmm_table rock_table =
    KR_GMM_TABLE(atkinson_boore_2006_rock, ATKINSON_BOORE_2006_ROCK);
static const kr_gmm_table bc_table = KR_GMM_TABLE(atkinson_boore_2006_bc, ATKINSON_BOORE_2006_BC);
static const kr_gmm_table stress_table =
    KR_GMM_TABLE(atkinson_boore_2006_stress, ATKINSON_BOORE_2006_STRESS);
static const kr_gmm_table site_table = KR_GMM_TABLE(boore_atkinson_site, BOORE_ATKINSON_SITE);

static const double sigma_total = 0.3 * M_LN10;                      /* table 6 */
static const double ln_cm_to_g = -2.0 * M_LN10 - 2.2830607269796044; /* 1 cm/s2 in g */
static const double hard_rock_vs30 = 2000.0;

typedef enum stress_kind { STRESS_NONE, STRESS_FIXED, STRESS_BY_MAGNITUDE } stress_kind;

typedef struct state {
    double *bc, *stress, *site; /* rows of the further tables */
    double bc_pga[ATKINSON_BOORE_2006_BC_NCOL];
    mblg_kind magnitude;
    bool limited; /* the limits of the U.S. maps hold */
    stress_kind stress_kind;
    double stress_scale; /* of STRESS_FIXED: log2(stress / 140 bar) */
} state;

typedef struct variant {
    double dist_min; /* km */
    bool modified;   /* 2011 */
} variant;

/* What all measures share: equation 5's terms of distance, in logarithms to base 10. */
typedef struct shared {
    double mag[KR_GMM_BATCH], dist[KR_GMM_BATCH];
    double f0[KR_GMM_BATCH], f1[KR_GMM_BATCH], f2[KR_GMM_BATCH];
    double scale[KR_GMM_BATCH];  /* log2(stress / 140 bar) */
    double ln_pga[KR_GMM_BATCH]; /* on the B/C boundary, g, without stress adjustment */
} shared;

static kr_status read_mag_eq(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    const char *mag_eq = kr_gmm_arg_of(gmm, "mag_eq")->text;
    const variant *v = gmm->cls->variant;

    st->limited = !kr_str_eq(mag_eq, "NA");
    st->stress_scale = kr_gmm_arg_of(gmm, "scale_fac")->number;
    st->stress_kind = st->stress_scale > 0.0 || st->stress_scale < 0.0 ? STRESS_FIXED : STRESS_NONE;
    if (kr_str_eq(mag_eq, "NA"))
        st->stress_kind = v->modified ? STRESS_BY_MAGNITUDE : STRESS_NONE;
    else if (kr_str_eq(mag_eq, "Mblg87"))
        st->magnitude = MBLG_ATKINSON_BOORE_87;
    else if (kr_str_eq(mag_eq, "Mblg96"))
        st->magnitude = MBLG_JOHNSTON_96;
    else if (!kr_str_eq(mag_eq, "Mw"))
        return kr_gmm_fail(ctx, gmm,
                           "argument 'mag_eq' of %s: '%s' is none of Mblg87, Mblg96, Mw, NA",
                           gmm->cls->name, mag_eq);
    return KR_OK;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    kr_gmm_row(&bc_table, &kr_gmm_pga, st->bc_pga);
    KR_TRY(read_mag_eq(ctx, gmm, st));
    KR_TRY(kr_gmm_rows(ctx, gmm, &bc_table, &st->bc));
    KR_TRY(kr_gmm_rows(ctx, gmm, &stress_table, &st->stress));
    KR_TRY(kr_gmm_rows(ctx, gmm, &site_table, &st->site));
out:
    return s;
}

/* Equation 5 without stress adjustment, in logarithms to base 10. */
KR_GMM_INLINE double median(const atkinson_boore_2006_rock_row *c, const shared *sh, size_t i)
{
    double m = sh->mag[i];
    return c->c1 + c->c2 * m + c->c3 * (m * m) + (c->c4 + c->c5 * m) * sh->f1[i] +
           (c->c6 + c->c7 * m) * sh->f2[i] + (c->c8 + c->c9 * m) * sh->f0[i] + c->c10 * sh->dist[i];
}

static void fill_distance(shared *sh, size_t n, double dist_min, const double *restrict rrup)
{
    const double r0 = 1.0, r1 = 1.845098040014257, r2 = 2.146128035678238; /* log10 10, 70, 140 */
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rrup[i] > dist_min ? rrup[i] : dist_min;
        double lg = log(r) * M_LOG10E;
        sh->dist[i] = r;
        sh->f0[i] = r < 10.0 ? r0 - lg : 0.0;
        sh->f1[i] = lg < r1 ? lg : r1;
        sh->f2[i] = r > 140.0 ? lg - r2 : 0.0;
    }
}

static void fill_pga(shared *sh, size_t n, const double *row)
{
    const atkinson_boore_2006_rock_row c = atkinson_boore_2006_rock_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->ln_pga[i] = median(&c, sh, i) * M_LN10 + ln_cm_to_g;
}

/* Atkinson and Boore (2011), equation 6: log10(stress) = 3.45 - 0.2 M, at most that of M 5. */
static void fill_scale(const state *st, shared *sh, size_t n)
{
    const double lg_140 = 2.146128035678238;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i] > 5.0 ? sh->mag[i] : 5.0;
        double by_mag = (3.45 - 0.2 * m - lg_140) * (M_LN10 / M_LN2);
        sh->scale[i] = st->stress_kind == STRESS_BY_MAGNITUDE ? by_mag : st->stress_scale;
    }
}

static void fill_shared(const state *st, const variant *v, shared *sh, size_t n,
                        const kr_gmm_batch *batch)
{
    const double *rrup = batch->col[KR_COL_RRUP];
    mblg_convert(st->magnitude, n, batch->col[KR_COL_MAG], sh->mag);
    fill_distance(sh, n, v->dist_min, rrup);
    fill_scale(st, sh, n);
    fill_pga(sh, n, st->bc_pga);
}

/* Equation 6: the adjustment for stress, natural logarithm. */
static void eval_stress(const double *row, const shared *sh, size_t n, double *restrict out)
{
    const atkinson_boore_2006_stress_row c = atkinson_boore_2006_stress_load(row);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i] - c.M1;
        double rising = 0.05 + c.delta * (m > 0.0 ? m : 0.0) / (c.Mh - c.M1);
        double most = c.delta + 0.05;
        out[i] = sh->scale[i] * (rising < most ? rising : most) * M_LN10;
    }
}

/* The PGA that drives the site amplification, for the measure's stress adjustment. */
static void adjust_pga(const shared *sh, size_t n, const double *restrict stress,
                       boore_atkinson_site *site)
{
    double ln_pga[KR_GMM_BATCH];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        ln_pga[i] = sh->ln_pga[i] + stress[i];
    boore_atkinson_site_fill_pga(site, n, ln_pga);
}

/* Hard rock, or the B/C boundary and the site. */
static void eval_mean(const kr_gmm *gmm, size_t m, const kr_gmm_batch *batch, const shared *sh,
                      boore_atkinson_site *site, double *restrict mean)
{
    const state *st = gmm->state;
    const atkinson_boore_2006_rock_row hard =
        atkinson_boore_2006_rock_load(gmm->rows + m * ATKINSON_BOORE_2006_ROCK_NCOL);
    const atkinson_boore_2006_rock_row bc =
        atkinson_boore_2006_rock_load(st->bc + m * ATKINSON_BOORE_2006_BC_NCOL);
    const boore_atkinson_site_row c =
        boore_atkinson_site_load(st->site + m * BOORE_ATKINSON_SITE_NCOL);
    const double offset = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : ln_cm_to_g;
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n);
    double stress[KR_GMM_BATCH];

    kr_gmm_fill(stress, n, 0.0);
    if (st->stress_kind != STRESS_NONE) {
        eval_stress(st->stress + m * ATKINSON_BOORE_2006_STRESS_NCOL, sh, n, stress);
        adjust_pga(sh, n, stress, site);
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rock = median(&hard, sh, i), soil = median(&bc, sh, i);
        double amplification =
            c.blin * site->linear[i] + (c.b1 * site->one[i] + c.b2 * site->two[i]) * site->pga[i];
        rock = rock * M_LN10;
        soil = soil * M_LN10 + amplification;
        mean[i] = (vs30[i] >= hard_rock_vs30 ? rock : soil) + stress[i] + offset;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;
    boore_atkinson_site site;

    fill_shared(st, gmm->cls->variant, &sh, n, batch);
    boore_atkinson_site_fill(&site, n, batch->col[KR_COL_VS30]);
    boore_atkinson_site_fill_pga(&site, n, sh.ln_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        eval_mean(gmm, m, batch, &sh, &site, mean);
        if (st->limited)
            mblg_limit(&gmm->imts[m], n, mean);
        kr_gmm_fill(out->sigma + m * out->stride, n, sigma_total);
    }
}

static const variant original = {.dist_min = 1.0}, modified = {.dist_min = 1.0, .modified = true},
                     sgs = {.dist_min = 5.0};

static const kr_gmm_param params[] = {
    {.name = "mag_eq",
     .kind = KR_PARAM_TEXT,
     .text = "NA",
     .about = "magnitude of the sources: Mblg87, Mblg96, Mw (all with limits), or NA"},
    {.name = "scale_fac",
     .kind = KR_PARAM_NUMBER,
     .about = "log2(stress / 140 bar); only where mag_eq is not NA"},
    {.name = NULL},
};

#define ATKINSON_BOORE                                                                             \
    .trt = "Stable Shallow Crust", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                   \
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30),                                            \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .table = &rock_table,          \
    .state_size = sizeof(state), .mag_lo = 3.5, .mag_hi = 8.0, .dist_hi = 1000.0, .init = init,    \
    .eval = eval

#define ATKINSON_BOORE_2006                                                                        \
    ATKINSON_BOORE, .title = "Atkinson and Boore (2006), Bull. Seism. Soc. Am. 96(6)",             \
                    .doi = "10.1785/0120050245"

KR_GMM(atkinson_boore_2006) = {
    ATKINSON_BOORE_2006,
    .name = "AtkinsonBoore2006",
    .params = params,
    .variant = &original,
};

KR_GMM(atkinson_boore_2006_modified_2011) = {
    ATKINSON_BOORE,
    .name = "AtkinsonBoore2006Modified2011",
    .title = "Atkinson and Boore (2011), Bull. Seism. Soc. Am. 101(3)",
    .doi = "10.1785/0120100270",
    .params = params,
    .variant = &modified,
};

KR_GMM(atkinson_boore_2006_sgs) = {
    ATKINSON_BOORE_2006,
    .name = "AtkinsonBoore2006SGS",
    .params = params,
    .variant = &sgs,
};
