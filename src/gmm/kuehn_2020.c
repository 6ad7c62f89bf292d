/* Kuehn, N., Bozorgnia, Y., Campbell, K. W. and Gregor, N. (2020). Partially non-ergodic
 * ground-motion model for subduction regions using the NGA-Subduction database. PEER report
 * 2020/04. Summary: A regionalized partially nonergodic ground-motion model for subduction
 * earthquakes using the NGA-Sub database. Earthquake Spectra 39(3), 1625-1657 (2023).
 * doi:10.1177/87552930231180906
 *
 * The classes of New Zealand's assessment of 2022 add the term of the back-arc, which acts on
 * intraslab earthquakes, change the variability where soil yields, and have no basins in New
 * Zealand:
 *
 * Bradley, B. A. et al. (2024). The ground-motion characterization model for the 2022 New Zealand
 * National Seismic Hazard Model. Bull. Seism. Soc. Am. 114(1), 329-349. doi:10.1785/0120230170
 *
 * Departures, all as in OpenQuake 3.21: one anelastic attenuation for each region, whichever parts
 * of it a path crosses; sigma_mu is linear in distance; up to 0.1 s SA is not below PGA, before
 * sigma_mu is added. A basin's depth that is 0 or negative is unknown and has no term. */
#include "gmm/gmm.h"
#include "gmm/gmm_kuehn_2020_mu.h"
#include "gmm/nz_backarc.h"
#include "gmm/soil_variability.h"
#include "kuehn_2020.tab.h"
#include "num/vmath.h"

typedef kuehn_2020_row coefficients;

static const kr_gmm_table table = KR_GMM_TABLE(kuehn_2020, KUEHN_2020);

static const double n_site = 1.18, c_site = 1.88, rock_vs30 = 1100.0;
static const double ln_10 = 2.302585092994046, by_delta_m = 10.0;

enum { REGION_COUNT = 8 };
typedef enum region { GLO, USA_AK, CAS, CAM, JPN, NZL, SAM, TWN } region;
static const char *const region_name[REGION_COUNT] = {"GLO", "USA-AK", "CAS", "CAM",
                                                      "JPN", "NZL",    "SAM", "TWN"};

typedef struct variant {
    bool slab, nz;
} variant;

/* The coefficients of one measure for the region and the kind of earthquake. */
typedef struct terms {
    double constant, break_mag, c4, bend; /* magnitude */
    double c2, c3, ln_h, ln_h_mag, c6;    /* path */
    double c9, break_depth;               /* ztor */
    double c7, k1, k2, ln_k1, c12, c11;   /* site */
    double by_k1_n;                       /* k1^-n */
    double by_break;                      /* exp(middle - break_depth) */
    double tau, phi;
    bool at_least_pga;
    soil_correlation correlation;
    nz_backarc_terms arc;
    const double *mu; /* standard deviation of the median at nodes; NULL without epsilon */
} terms;

typedef struct state {
    region region;
    bool modified_sigma, has_basin, moves; /* moves: the break in magnitude varies by measure */
    terms pga;
    terms *terms; /* one for each measure */
} state;

/* What all measures share. */
typedef struct shared {
    double hinge[KR_GMM_BATCH];     /* ln(1 + exp(10 (M - break))) / 10 */
    double below[KR_GMM_BATCH];     /* exp(ztor - middle) */
    double ln_vs30[KR_GMM_BATCH];   /* of the site */
    double vs30_n[KR_GMM_BATCH];    /* vs30^n */
    double pga[KR_GMM_BATCH];       /* on rock */
    double by_stiff[KR_GMM_BATCH];  /* 1 / (PGA on rock + c) */
    double ln_pga[KR_GMM_BATCH];    /* on the soil of the site */
    double basin[KR_GMM_BATCH];     /* ln of the depth against the usual, otherwise 0 */
    double has_basin[KR_GMM_BATCH]; /* 1 where the depth is known, otherwise 0 */
    nz_backarc arc;
} shared;

static void set_region(terms *t, region where, bool slab, const coefficients *c)
{
    const double c1_if[] = {c->c1_if_glo, c->c1_if_ak,  c->c1_if_cas, c->c1_if_cam,
                            c->c1_if_jpn, c->c1_if_nzl, c->c1_if_sam, c->c1_if_twn};
    const double c1_slab[] = {c->c1_slab_glo, c->c1_slab_ak,  c->c1_slab_cas, c->c1_slab_cam,
                              c->c1_slab_jpn, c->c1_slab_nzl, c->c1_slab_sam, c->c1_slab_twn};
    const double c6[] = {c->c6_glo, c->c6_ak,  c->c6_cas, c->c6_cam,
                         c->c6_jpn, c->c6_nzl, c->c6_sam, c->c6_twn};
    const double c7[] = {c->c7_glo, c->c7_ak,  c->c7_cas, c->c7_cam,
                         c->c7_jpn, c->c7_nzl, c->c7_sam, c->c7_twn};
    const double c11[] = {0.0, 0.0, c->c11_cas, 0.0, c->c11_jpn, c->c11_nzl, 0.0, c->c11_twn};
    const double c12[] = {0.0, 0.0, c->c12_cas, 0.0, c->c12_jpn, c->c12_nzl, 0.0, c->c12_twn};
    t->constant = slab ? c1_slab[where] : c1_if[where];
    t->c6 = c6[where];
    t->c7 = c7[where];
    t->c11 = c11[where];
    t->c12 = c12[where];
}

static double break_mag_of(const kr_gmm *gmm, region where, bool slab)
{
    static const double inter[] = {7.9, 8.6, 8.0, 7.5, 8.5, 8.3, 8.6, 7.1};
    static const double in_slab[] = {7.6, 7.2, 7.2, 7.4, 7.6, 7.6, 7.3, 7.7};
    double given = kr_gmm_arg_of(gmm, "m_b")->number;
    if (given != 0.0)
        return given;
    return slab ? in_slab[where] : inter[where];
}

/* Where a break in depth is, about. */
static double middle_of(bool slab)
{
    return slab ? 70.0 : 40.0;
}

/* Equations 4.1 to 4.9. Of the logistic hinges a + b0 x + (b1 - b0) delta ln(1 + exp(x / delta))
 * the parts that do not vary go into the constant. */
static terms terms_of(const kr_gmm *gmm, const double *row, const kr_imt *imt)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const coefficients c = kuehn_2020_load(row);
    const bool pga = imt->kind == KR_IMT_PGA;
    terms t = {
        .c4 = v->slab ? c.c4_slab : c.c4_if,
        .c2 = v->slab ? c.c2_slab : c.c2_if,
        .c3 = c.c3,
        .ln_h = ln_10 * (c.nft_1 - 6.0 * c.nft_2),
        .ln_h_mag = ln_10 * c.nft_2,
        .c9 = v->slab ? c.c9_slab : c.c9_if,
        .break_depth = v->slab ? 80.0 + c.dz_b_slab : 30.0 + c.dz_b_if,
        .k1 = c.k1,
        .k2 = c.k2,
        .ln_k1 = log(c.k1),
        .by_k1_n = exp(-n_site * log(c.k1)),
        .tau = c.tau,
        .phi = c.phi,
        .at_least_pga = imt->kind == KR_IMT_SA && imt->period <= 0.1,
        .correlation = soil_correlation_of(imt),
        .arc = nz_backarc_terms_of(imt),
    };
    t.by_break = exp(middle_of(v->slab) - t.break_depth);
    set_region(&t, st->region, v->slab, &c);
    t.bend = c.c5 - t.c4;
    t.break_mag = break_mag_of(gmm, st->region, v->slab);
    if (st->moves && !pga)
        t.break_mag += c.dm_b;
    t.constant -= 6.0 * t.c4 + (v->slab ? 50.0 : 15.0) * t.c9;
    return t;
}

/* The table of sigma_mu for the measures. */
static kr_status read_mu(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    const kr_gmm_table *mu = kr_kuehn_2020_mu(st->region);
    const size_t from = ((const variant *)gmm->cls->variant)->slab ? KR_KUEHN_2020_CELLS : 0;
    double *rows;

    KR_TRY(kr_gmm_rows(ctx, gmm, mu, &rows));
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m].mu = rows + m * mu->ncol + from;
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    double pga[KUEHN_2020_NCOL] = {0};
    size_t where;

    KR_TRY(kr_gmm_choice(ctx, gmm, "region", region_name, REGION_COUNT, &where));
    st->region = (region)where;
    st->modified_sigma = v->nz && kr_gmm_arg_of(gmm, "modified_sigma")->number != 0.0;
    st->moves = !v->slab && (st->region == JPN || st->region == SAM);
    st->has_basin = true;
    if (st->region == CAS || st->region == JPN)
        gmm->needs |= KR_BIT(Z2PT5);
    else if (st->region == TWN || (st->region == NZL && !v->nz))
        gmm->needs |= KR_BIT(Z1PT0);
    else
        st->has_basin = false;
    KR_ANEW(st->terms, gmm->arena, gmm->nimts);
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    st->pga = terms_of(gmm, pga, &kr_gmm_pga);
    for (size_t m = 0; m < gmm->nimts; m++)
        st->terms[m] = terms_of(gmm, gmm->rows + m * KUEHN_2020_NCOL, &gmm->imts[m]);
    if (gmm->epsilon != 0.0)
        KR_TRY(read_mu(ctx, gmm));
out:
    return s;
}

/* ln(1 + exp(x)), for any x. */
KR_GMM_INLINE double softplus(double x)
{
    return (x > 0.0 ? x : 0.0) + log(1.0 + exp(-fabs(x)));
}

static void fill_hinge(shared *sh, size_t n, double break_mag, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->hinge[i] = softplus((mag[i] - break_mag) * by_delta_m) / by_delta_m;
}

static void fill_site(shared *sh, size_t n, double middle, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_v = log(vs30[i]), below = ztor[i] - middle;
        sh->below[i] = exp(below < 600.0 ? below : 600.0);
        sh->ln_vs30[i] = ln_v;
        sh->vs30_n[i] = exp(n_site * ln_v);
        sh->basin[i] = sh->has_basin[i] = 0.0;
    }
}

/* Equations 4.10 and 4.11: the depth to 2.5 or 1 km/s against the usual one for vs30. */
static void fill_basin(shared *sh, size_t n, region where, const kr_gmm_batch *batch)
{
    static const double cas[] = {8.294049640102028, 6.396929655216146, 0.27081458999999997};
    static const double jpn[] = {7.689368537500001, 6.309186400000001, 0.7528670225000001};
    static const double nzl[] = {6.859789675000001, 5.745692775, 0.91563524375};
    static const double twn[] = {6.30560665, 6.1104992125, 0.43671101999999995};
    const double *c = where == CAS ? cas : where == JPN ? jpn : where == NZL ? nzl : twn;
    const double top = c[0], middle = c[1], by_width = 1.0 / c[2];
    const bool deep = where == CAS || where == JPN;
    const double *restrict z = batch->col[deep ? KR_COL_Z2PT5 : KR_COL_Z1PT0];
    const double unit = deep ? 1000.0 : 1.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double known = z[i] > 0.0 ? 1.0 : 0.0;
        double up = 1.0 / (1.0 + exp(-(sh->ln_vs30[i] - middle) * by_width));
        double usual = top + (ln_10 - top) * up;
        double depth = log(unit * (z[i] > 0.0 ? z[i] : 1.0));
        sh->has_basin[i] = known;
        sh->basin[i] = known * (depth - usual);
    }
}

/* All but the site. */
static void eval_source(const terms *one, size_t n, const kr_gmm_batch *batch, const shared *sh,
                        double *restrict mean)
{
    const terms t = *one;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double scaling = t.c4 * mag[i] + t.bend * sh->hinge[i];
        double h = exp(t.ln_h + t.ln_h_mag * mag[i]);
        double path = (t.c2 + t.c3 * mag[i]) * log(rrup[i] + h) + t.c6 * rrup[i];
        double depth = t.c9 * (ztor[i] - log(1.0 + sh->below[i] * t.by_break));
        double arc = t.arc.constant * sh->arc.is[i] + t.arc.slope * sh->arc.ln[i];
        mean[i] = t.constant + scaling + path + depth + arc;
    }
}

/* Equations 4.8 and 4.10; `slope` becomes d ln(amplification) / d ln(PGA on rock). */
static void eval_site(const terms *one, size_t n, const shared *sh, double *restrict mean,
                      double *restrict slope)
{
    const terms t = *one;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_ratio = sh->ln_vs30[i] - t.ln_k1, soft = ln_ratio < 0.0 ? 1.0 : 0.0;
        double ratio_n = soft > 0.0 ? sh->vs30_n[i] * t.by_k1_n : 1.0;
        double yielding = sh->pga[i] + c_site * ratio_n;
        double linear = t.c7 + t.k2 * n_site * (1.0 - soft);
        double basin = t.c11 * sh->has_basin[i] + t.c12 * sh->basin[i];
        mean[i] += linear * ln_ratio + soft * t.k2 * log(yielding * sh->by_stiff[i]) + basin;
        slope[i] = soft * t.k2 * sh->pga[i] * (1.0 / yielding - sh->by_stiff[i]);
    }
}

/* The same where soil of this measure does not yield. */
static void eval_linear_site(const terms *one, size_t n, const shared *sh, double *restrict mean,
                             double *restrict slope)
{
    const terms t = *one;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double basin = t.c11 * sh->has_basin[i] + t.c12 * sh->basin[i];
        mean[i] += t.c7 * (sh->ln_vs30[i] - t.ln_k1) + basin;
        slope[i] = 0.0;
    }
}

/* PGA on rock with vs30 = 1100 m/s, on which soil is stiff, and on the soil of the site. */
static void fill_pga(const terms *pga, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double rock = (pga->c7 + pga->k2 * n_site) * log(rock_vs30 / pga->k1);
    double unused[KR_GMM_BATCH];

    eval_source(pga, n, batch, sh, sh->ln_pga);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->pga[i] = exp(sh->ln_pga[i] + rock);
        sh->by_stiff[i] = 1.0 / (sh->pga[i] + c_site);
    }
    eval_site(pga, n, sh, sh->ln_pga, unused);
}

/* The variability on soil that yields. */
static void eval_sigma(const terms *one, const terms *of_pga, size_t n,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const terms t = *one, pga = *of_pga;
    const double phi2 = t.phi * t.phi, rock = soil_phi_rock(phi2);
    const double rock_pga = soil_phi_rock(pga.phi * pga.phi);
    double *restrict sigma = out->sigma;
    double inter2[KR_GMM_BATCH], intra2[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        inter2[i] = soil_variance(t.tau * t.tau, t.tau, pga.tau, slope[i], t.correlation.between);
        intra2[i] = soil_variance(phi2, rock, rock_pga, slope[i], t.correlation.within);
        sigma[i] = sqrt(inter2[i] + intra2[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter2);
    kr_gmm_sqrt(out->phi, n, intra2);
}

static void fill_shared(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;

    fill_hinge(sh, n, st->pga.break_mag, batch);
    fill_site(sh, n, middle_of(v->slab), batch);
    if (st->has_basin)
        fill_basin(sh, n, st->region, batch);
    if (v->slab && v->nz)
        nz_backarc_fill(&sh->arc, n, batch);
    else
        nz_backarc_none(&sh->arc, n);
    fill_pga(&st->pga, sh, n, batch);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_shared(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const terms *t = &st->terms[m];
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        if (st->moves)
            fill_hinge(&sh, n, t->break_mag, batch);
        eval_source(t, n, batch, &sh, one.mean);
        if (t->k2 == 0.0)
            eval_linear_site(t, n, &sh, one.mean, slope);
        else
            eval_site(t, n, &sh, one.mean, slope);
        for (size_t i = 0; t->at_least_pga && i < n; i++)
            one.mean[i] = one.mean[i] < sh.ln_pga[i] ? sh.ln_pga[i] : one.mean[i];
        if (st->modified_sigma) {
            eval_sigma(t, &st->pga, n, slope, &one);
        } else {
            kr_gmm_fill(one.sigma, n, sqrt(t->tau * t->tau + t->phi * t->phi));
            kr_gmm_fill(one.tau, n, t->tau);
            kr_gmm_fill(one.phi, n, t->phi);
        }
    }
}

/* Between nodes of sigma_mu. */
typedef struct cells {
    double mag[KR_GMM_BATCH], dist[KR_GMM_BATCH]; /* shares */
    int node[KR_GMM_BATCH];                       /* the lower one */
} cells;

/* Where magnitude and distance lie in the table of sigma_mu; beyond its ends at the ends. */
static void fill_cells(cells *at, size_t n, const kr_gmm_batch *batch)
{
    const double *mag = batch->col[KR_COL_MAG], *rrup = batch->col[KR_COL_RRUP];
    const double *mags = kr_kuehn_2020_mags, *dists = kr_kuehn_2020_dists;

    for (size_t i = 0; i < n; i++) {
        int m = 0, r = 0;
        for (int k = 1; k < KR_KUEHN_2020_MAGS - 1; k++)
            m += mag[i] >= mags[k];
        for (int k = 1; k < KR_KUEHN_2020_DISTS - 1; k++)
            r += rrup[i] >= dists[k];
        double a = (mag[i] - mags[m]) / (mags[m + 1] - mags[m]);
        double b = (rrup[i] - dists[r]) / (dists[r + 1] - dists[r]);
        at->node[i] = m * KR_KUEHN_2020_DISTS + r;
        at->mag[i] = fmin(fmax(a, 0.0), 1.0);
        at->dist[i] = fmin(fmax(b, 0.0), 1.0);
    }
}

static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    enum { ROW = KR_KUEHN_2020_DISTS };
    cells at;

    fill_cells(&at, batch->n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *mu = ((const state *)gmm->state)->terms[m].mu;
        for (size_t i = 0; i < batch->n; i++) {
            const double *node = mu + at.node[i], *next = node + ROW;
            double lower = node[0] + (node[1] - node[0]) * at.dist[i];
            double upper = next[0] + (next[1] - next[0]) * at.dist[i];
            out[m * stride + i] = lower + (upper - lower) * at.mag[i];
        }
    }
}

#define PARAMS                                                                                     \
    {.name = "region",                                                                             \
     .kind = KR_PARAM_TEXT,                                                                        \
     .text = "GLO",                                                                                \
     .about = "GLO, USA-AK, CAS, CAM, JPN, NZL, SAM or TWN"},                                      \
        {.name = "m_b",                                                                            \
         .kind = KR_PARAM_NUMBER,                                                                  \
         .about = "break of the scaling with magnitude; 0: that of the region"},                   \
    {                                                                                              \
        .name = "sigma_mu_epsilon", .kind = KR_PARAM_NUMBER,                                       \
        .about = "standard deviations of the median added to it"                                   \
    }
static const kr_gmm_param params[] = {PARAMS, {.name = NULL}};
static const kr_gmm_param nz_params[] = {
    PARAMS,
    {.name = "modified_sigma",
     .kind = KR_PARAM_BOOL,
     .about = "the variability depends on how much the soil yields"},
    {.name = NULL},
};

static const variant inter = {false, false}, slab = {true, false};
static const variant nz_inter = {false, true}, nz_slab = {true, true};

#define NEEDS KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(VS30)

#define COMMON                                                                                     \
    .title = "Kuehn et al. (2020), PEER report 2020/04", .doi = "10.1177/87552930231180906",       \
    .component = KR_COMPONENT_ROTD50,                                                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 9.5, .dist_hi = 1000.0, \
    .init = init, .eval = eval, .shift_by = "sigma_mu_epsilon", .shift = shift
#define INTER    COMMON, .trt = "Subduction Interface", .needs = NEEDS, .variant = &inter
#define SLAB     COMMON, .trt = "Subduction IntraSlab", .needs = NEEDS, .variant = &slab
#define NZ_INTER COMMON, .trt = "Subduction Interface", .needs = NEEDS, .variant = &nz_inter
#define NZ_SLAB                                                                                    \
    COMMON, .trt = "Subduction IntraSlab", .needs = NEEDS | KR_BIT(BACKARC), .variant = &nz_slab

#define CLASS(kind, title, params_)                                                                \
    {                                                                                              \
        kind, .name = (title), .params = (params_)                                                 \
    }

KR_GMM(kuehn_2020_sinter) = CLASS(INTER, "KuehnEtAl2020SInter", params);
KR_GMM(kuehn_2020_sslab) = CLASS(SLAB, "KuehnEtAl2020SSlab", params);

KR_GMM(nznshm2022_kuehn_2020_sinter) = CLASS(NZ_INTER, "NZNSHM2022_KuehnEtAl2020SInter", nz_params);
KR_GMM(nznshm2022_kuehn_2020_sslab) = CLASS(NZ_SLAB, "NZNSHM2022_KuehnEtAl2020SSlab", nz_params);
