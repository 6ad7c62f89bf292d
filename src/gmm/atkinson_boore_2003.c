/* Atkinson, G. M. and Boore, D. M. (2003). Empirical ground-motion relations for subduction-zone
 * earthquakes and their application to Cascadia and other regions. Bull. Seism. Soc. Am. 93(4),
 * 1703-1729. doi:10.1785/0120020156; the erratum of 2008, Bull. Seism. Soc. Am. 98(5), 2567-2569,
 * mixes the medians of interface events at 0.2 and 0.4 s.
 *
 * Departures, all as in OpenQuake 3.21: the mixture is taken at these two periods only, not where a
 * period between others is interpolated; magnitudes count up to 8.5 (interface) and 8.0 (slab);
 * SA(4.0) is that of 3 s with its logarithm (of g) divided by 0.55.
 * ...NSHMP2008 are those of the US hazard model of 2008: half the amplification of class C at more
 * than 760 m/s, and a depth of 20 km for the interface.
 * Gupta, I. D. (2010). Response spectral attenuation relations for in-slab earthquakes in
 * Indo-Burmese subduction zone. Soil Dyn. Earthq. Eng. 30(5), 368-377.
 * doi:10.1016/j.soildyn.2009.12.009 has other constants for another region. */
#include "gmm/atkinson_boore_2003.h"
#include "atkinson_boore_2003_cascadia.tab.h"
#include "atkinson_boore_2003_japan.tab.h"
#include "atkinson_boore_2003_sinter.tab.h"
#include "atkinson_boore_2003_sslab.tab.h"
#include "gmm/gmm.h"
#include "gupta_2010.tab.h"
#include "num/vmath.h"

#define NCOL ATKINSON_BOORE_2003_SINTER_NCOL
_Static_assert((int)NCOL == (int)ATKINSON_BOORE_2003_SSLAB_NCOL, "the same columns");
_Static_assert((int)NCOL == (int)ATKINSON_BOORE_2003_CASCADIA_NCOL, "the same columns");
_Static_assert((int)NCOL == (int)ATKINSON_BOORE_2003_JAPAN_NCOL, "the same columns");
_Static_assert((int)NCOL == (int)GUPTA_2010_NCOL, "the same columns");

static const kr_gmm_table sinter_table =
    KR_GMM_TABLE(atkinson_boore_2003_sinter, ATKINSON_BOORE_2003_SINTER);
static const kr_gmm_table sslab_table =
    KR_GMM_TABLE(atkinson_boore_2003_sslab, ATKINSON_BOORE_2003_SSLAB);
static const kr_gmm_table cascadia_table =
    KR_GMM_TABLE(atkinson_boore_2003_cascadia, ATKINSON_BOORE_2003_CASCADIA);
static const kr_gmm_table japan_table =
    KR_GMM_TABLE(atkinson_boore_2003_japan, ATKINSON_BOORE_2003_JAPAN);
static const kr_gmm_table gupta_table = KR_GMM_TABLE(gupta_2010, GUPTA_2010);

typedef atkinson_boore_2003_sinter_row coeffs;

static const double ln_unit = -6.888230912967695; /* ln(0.01 / 9.80665): cm/s2 to g */

typedef struct variant {
    double mag_max;
    double g0, g1;    /* geometric spreading: 10^(g0 + g1 M) */
    double depth;     /* km, in place of the hypocentre's; 0: that */
    double above_760; /* factor of c5 */
} variant;

static const variant interface = {8.5, 1.2, -0.18, 0.0, 0.0};
static const variant interface_2008 = {8.5, 1.2, -0.18, 20.0, 0.5};
static const variant slab = {8.0, 0.301, -0.01, 0.0, 0.0};
static const variant slab_2008 = {8.0, 0.301, -0.01, 0.0, 0.5};

typedef struct state {
    double pga[NCOL];
} state;

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH], depth[KR_GMM_BATCH], r[KR_GMM_BATCH];
    double spread[KR_GMM_BATCH]; /* in natural logarithms, with the unit */
    double strong[KR_GMM_BATCH]; /* rock PGA from 100 to 500 cm/s2 as 0 to 1 */
    double c5[KR_GMM_BATCH], c6[KR_GMM_BATCH], c7[KR_GMM_BATCH]; /* factors of these */
} shared;

/* The erratum's mixture as one of coefficients: the rest of the median is the same for both. */
static void mix(kr_gmm *gmm)
{
    static const kr_imt at[2] = {{.kind = KR_IMT_SA, .period = 0.2, .damping = 5.0},
                                 {.kind = KR_IMT_SA, .period = 0.4, .damping = 5.0}};
    double row[2][NCOL];

    for (size_t k = 0; k < 2; k++)
        kr_gmm_row(&sinter_table, &at[k], row[k]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        bool is_02 = gmm->imts[m].period == 0.2, is_04 = gmm->imts[m].period == 0.4;
        if (gmm->imts[m].kind != KR_IMT_SA || !(is_02 || is_04))
            continue;
        for (size_t c = 0; c < 7; c++)
            gmm->rows[m * NCOL + c] = 0.333 * row[is_02 ? 0 : 1][c] + 0.667 * row[is_02 ? 1 : 0][c];
    }
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    state *st = gmm->state;
    (void)ctx;
    kr_gmm_row(gmm->cls->table, &kr_gmm_pga, st->pga);
    if (gmm->cls->table == &sinter_table)
        mix(gmm);
    return KR_OK;
}

static void fill_rupture(shared *sh, const variant *v, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict hypo = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double mag_max = v->mag_max, fixed = v->depth;
    const double g0 = M_LN10 * v->g0, g1 = M_LN10 * v->g1;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] < mag_max ? mag[i] : mag_max, depth = fixed > 0.0 ? fixed : hypo[i];
        double delta = 0.00724 * exp(0.507 * M_LN10 * m),
               square = rrup[i] * rrup[i] + delta * delta;
        depth = depth > 0.0 ? depth : 0.0;
        sh->mag[i] = m;
        sh->depth[i] = depth < 100.0 ? depth : 100.0;
        sh->r[i] = sqrt(square);
        sh->spread[i] = ln_unit - exp(g0 + g1 * m) * (0.5 * log(square));
    }
}

/* Equation 1 without the site. */
KR_GMM_INLINE double rock(const coeffs *c, const shared *sh, size_t i)
{
    return M_LN10 * (c->c1 + c->c2 * sh->mag[i] + c->c3 * sh->depth[i] + c->c4 * sh->r[i]) +
           sh->spread[i];
}

static void fill_site(shared *sh, const variant *v, const double *pga_row, size_t n,
                      const double *restrict vs30)
{
    const coeffs pga_coeffs = atkinson_boore_2003_sinter_load(pga_row);
    const double hard = v->above_760;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double pga = exp(rock(&pga_coeffs, sh, i) - ln_unit);
        double strong = (pga - 100.0) / 400.0;
        double above_360 = vs30[i] > 360.0 ? 1.0 : 0.0;
        strong = strong > 0.0 ? strong : 0.0;
        sh->strong[i] = strong < 1.0 ? strong : 1.0;
        sh->c5[i] = vs30[i] > 760.0 ? hard : above_360;
        sh->c7[i] = vs30[i] < 180.0 ? 1.0 : 0.0;
        sh->c6[i] = 1.0 - above_360 - sh->c7[i];
    }
}

static void eval_mean(const coeffs *row, const kr_imt *imt, size_t n, const shared *sh,
                      double *restrict mean)
{
    const coeffs c = *row;
    const double weak = atkinson_boore_2003_weakening(imt);
    const double scale = imt->kind == KR_IMT_SA && imt->period == 4.0 ? 1.0 / 0.55 : 1.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = c.c5 * sh->c5[i] + c.c6 * sh->c6[i] + c.c7 * sh->c7[i];
        mean[i] = scale * (rock(&c, sh, i) + M_LN10 * ((1.0 - weak * sh->strong[i]) * site));
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_rupture(&sh, gmm->cls->variant, n, batch);
    fill_site(&sh, gmm->cls->variant, st->pga, n, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = atkinson_boore_2003_sinter_load(gmm->rows + m * NCOL);
        eval_mean(&c, &gmm->imts[m], n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, M_LN10 * c.sigma);
        if (!gmm->cls->has_tau_phi)
            continue;
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, M_LN10 * c.s2);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, M_LN10 * c.s1);
    }
}

#define EQUATIONS                                                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30),                       \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .state_size = sizeof(state), .mag_lo = 5.0,      \
    .mag_hi = 9.0, .dist_hi = 500.0, .init = init, .eval = eval
#define PAPER                                                                                      \
    EQUATIONS, .title = "Atkinson and Boore (2003), Bull. Seism. Soc. Am. 93(4)",                  \
               .doi = "10.1785/0120020156", .component = KR_COMPONENT_RANDOM_HORIZONTAL,           \
               .has_tau_phi = true
#define SINTER PAPER, .trt = "Subduction Interface", .table = &sinter_table
#define SSLAB  PAPER, .trt = "Subduction IntraSlab"

KR_GMM(atkinson_boore_2003_sinter) = {
    SINTER,
    .name = "AtkinsonBoore2003SInter",
    .variant = &interface,
};

KR_GMM(atkinson_boore_2003_sinter_nshmp2008) = {
    SINTER,
    .name = "AtkinsonBoore2003SInterNSHMP2008",
    .variant = &interface_2008,
};

KR_GMM(atkinson_boore_2003_sslab) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlab",
    .table = &sslab_table,
    .variant = &slab,
};

KR_GMM(atkinson_boore_2003_sslab_nshmp2008) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlabNSHMP2008",
    .table = &sslab_table,
    .variant = &slab_2008,
};

KR_GMM(atkinson_boore_2003_sslab_cascadia) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlabCascadia",
    .table = &cascadia_table,
    .variant = &slab,
};

KR_GMM(atkinson_boore_2003_sslab_cascadia_nshmp2008) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlabCascadiaNSHMP2008",
    .table = &cascadia_table,
    .variant = &slab_2008,
};

KR_GMM(atkinson_boore_2003_sslab_japan) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlabJapan",
    .table = &japan_table,
    .variant = &slab,
};

KR_GMM(atkinson_boore_2003_sslab_japan_nshmp2008) = {
    SSLAB,
    .name = "AtkinsonBoore2003SSlabJapanNSHMP2008",
    .table = &japan_table,
    .variant = &slab_2008,
};

KR_GMM(gupta_2010) = {
    EQUATIONS,
    .name = "Gupta2010SSlab",
    .title = "Gupta (2010), Soil Dyn. Earthq. Eng. 30(5)",
    .doi = "10.1016/j.soildyn.2009.12.009",
    .trt = "Subduction IntraSlab",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .table = &gupta_table,
    .variant = &slab,
};
