/* Si, H., Midorikawa, S. and Kishida, T. (2020). Development of NGA-Sub ground-motion model of
 * 5%-damped pseudo-spectral acceleration based on database for subduction earthquakes in Japan.
 * PEER report 2020/06 (no DOI).
 *
 * Departures: the Moho is at 30 km everywhere. */
#include "gmm/gmm.h"
#include "num/vmath.h"
#include "si_2020.tab.h"

typedef si_2020_row coefficients;

static const kr_gmm_table table = KR_GMM_TABLE(si_2020, SI_2020);

static const bool interface = false, slab = true;

static const double moho = 30.0, vs30_ref = 760.0, f3 = 0.1;

/* Columns, and what all measures share. */
typedef struct shared {
    const double *mag, *depth, *rrup, *vs30, *z2pt5;
    double size[KR_GMM_BATCH]; /* 10^(M / 2), M up to 8.3 */
    double pga[KR_GMM_BATCH];  /* on rock, g */
} shared;

static coefficients row_of(const kr_imt *imt)
{
    double row[SI_2020_NCOL] = {0};
    kr_gmm_row(&table, imt, row);
    return si_2020_load(row);
}

/* Equations 3.10 and 3.13 to 3.16: log10 of the motion without the term of vs30. */
KR_GMM_INLINE double rock(const coefficients *c, double constant, double break_mag,
                          const shared *sh, size_t i)
{
    double m = sh->mag[i], r = sh->rrup[i], h = sh->depth[i], near = c->c_gs * sh->size[i];
    double above = m < break_mag ? 0.0 : m - break_mag, turn = 1.7 * h;
    double beyond = h > moho ? (r >= turn ? 1.0 : 0.0) : 0.0;
    double ln_r = log(r + near), spreading = -ln_r + beyond * 0.6 * (log(turn + near) - ln_r);
    return constant + c->a1 * m + (c->a2 - c->a1) * above + spreading * (1.0 / M_LN10) + c->Cd +
           c->Dd * sh->z2pt5[i] + c->h * h + c->c_attn * r;
}

static double constant_of(const kr_gmm *gmm, const coefficients *c)
{
    return c->e + (*(const bool *)gmm->cls->variant ? c->d1 : c->d0);
}

static void begin(const kr_gmm *gmm, size_t n, const kr_gmm_batch *batch, shared *sh)
{
    const coefficients c = row_of(&kr_gmm_pga);
    const double constant = constant_of(gmm, &c);
    sh->mag = batch->col[KR_COL_MAG];
    sh->depth = batch->col[KR_COL_HYPO_DEPTH];
    sh->rrup = batch->col[KR_COL_RRUP];
    sh->vs30 = batch->col[KR_COL_VS30];
    sh->z2pt5 = batch->col[KR_COL_Z2PT5];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i] < 8.3 ? sh->mag[i] : 8.3;
        sh->size[i] = exp(0.5 * M_LN10 * m);
        sh->pga[i] = exp(M_LN10 * rock(&c, constant, 8.3, sh, i));
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    begin(gmm, n, batch, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const coefficients c = si_2020_load(gmm->rows + m * SI_2020_NCOL);
        const double constant = constant_of(gmm, &c), ln_vc = log(c.Vc / vs30_ref);
        const double break_mag = gmm->imts[m].period < 2.0 ? 8.3 : 7.5;
        const double at_rock = exp(c.f5 * (vs30_ref - 360.0));
        double *restrict mean = kr_gmm_at(out->mean, out, m);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double v = sh.vs30[i], soft = v < vs30_ref ? v : vs30_ref, ln_v = log(v / vs30_ref);
            double f2 = 0.5 * c.f4 * (exp(c.f5 * (soft - 360.0)) - at_rock); /* 3.2 to 3.4 */
            mean[i] = M_LN10 * rock(&c, constant, break_mag, &sh, i) +
                      c.c * (v <= c.Vc ? ln_v : ln_vc) + f2 * log((sh.pga[i] + f3) / f3);
        }
        kr_gmm_fill(kr_gmm_at(out->sigma, out, m), n, sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.phi);
    }
}

#define SI_2020                                                                                    \
    .title = "Si, Midorikawa and Kishida (2020), PEER report 2020/06, no DOI",                     \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),                                \
    .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(Z2PT5),       \
    .has_tau_phi = true, .table = &table, .mag_lo = 5.0, .mag_hi = 9.5, .dist_hi = 500.0,          \
    .eval = eval

KR_GMM(si_2020_sinter) = {
    SI_2020,
    .name = "SiEtAl2020SInter",
    .trt = "Subduction Interface",
    .variant = &interface,
};

KR_GMM(si_2020_sslab) = {
    SI_2020,
    .name = "SiEtAl2020SSlab",
    .trt = "Subduction IntraSlab",
    .variant = &slab,
};
