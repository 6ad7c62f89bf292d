/* Chiou, B. S.-J. and Youngs, R. R. (2014). Update of the Chiou and Youngs NGA model for the
 * average horizontal component of peak ground motion and response spectra. Earthquake Spectra
 * 30(3), 1117-1153. doi:10.1193/072813EQS219M
 *
 * Departures, all as in OpenQuake 3.21: spectral acceleration up to 0.3 s is at least PGA, as the
 * paper says on page 1144; a depth z1.0 of 0 or less is the usual one for vs30; Japan and Italy
 * have the variability of California; directivity in ...NearFaultEffect only, for every context
 * (OpenQuake drops it where none of the contexts at hand has a positive one); sigma_mu_epsilon
 * (nz_recordings.h). ...PEER has a sigma of 0.65, as the PEER verification problems ask (for PGA;
 * OpenQuake has tables for other measures but refuses them in jobs).
 *
 * Arguments that adjust it to another region:
 *
 * Boore, D. M. et al. (2022). Construction of a ground-motion logic tree through host-to-target
 * region adjustments applied to an adaptable ground-motion prediction model. Bull. Seism. Soc. Am.
 * 112(6), 3063-3080. doi:10.1785/0120220056 */
#include "gmm/chiou_youngs_2014.h"
#include "chiou_youngs_2014_source.tab.h"
#include "gmm/nz_recordings.h"

static const kr_gmm_table table = KR_GMM_TABLE(chiou_youngs_2014, CHIOU_YOUNGS_2014);
static const kr_gmm_table source_table =
    KR_GMM_TABLE(chiou_youngs_2014_source, CHIOU_YOUNGS_2014_SOURCE);

typedef enum region { REGION_CALIFORNIA, REGION_JAPAN, REGION_ITALY, REGION_WENCHUAN } region;

typedef struct variant {
    region region;
    bool directive, peer;
} variant;

/* One measure with its adjustments. */
typedef struct measure {
    cy14_row row;
    cy14_adjust adjust;
    double period; /* s; 0 for PGA and PGV */
    bool limited;  /* by PGA */
} measure;

typedef struct state {
    bool long_period, limited;
    measure pga, *each;
} state;

static cy14_adjust adjust_of(const variant *v, const cy14_row *row)
{
    cy14_adjust a = cy14_unadjusted;
    if (v->region == REGION_WENCHUAN)
        a.far = a.far_band = row->gwn;
    else if (v->region != REGION_CALIFORNIA)
        a.far_band = row->gjpit;
    return a;
}

static void set_measure(const kr_gmm *gmm, const kr_imt *imt, const double *row, measure *m)
{
    bool spectral = imt->kind == KR_IMT_SA;
    m->row = chiou_youngs_2014_load(row);
    m->adjust = adjust_of(gmm->cls->variant, &m->row);
    m->adjust.normal = kr_gmm_arg_of(gmm, "alpha_nm")->number;
    m->adjust.wall = kr_gmm_arg_of(gmm, "use_hw")->number;
    m->period = spectral ? imt->period : 0.0;
    m->limited = spectral && imt->period <= 0.3;
}

/* Boore et al. (2022), equation A19: cm for another stress parameter. */
static kr_status set_stress(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const kr_gmm_arg *host = kr_gmm_arg_of(gmm, "stress_par_host");
    const kr_gmm_arg *target = kr_gmm_arg_of(gmm, "stress_par_target");
    state *st = gmm->state;
    double *rows, pga[CHIOU_YOUNGS_2014_SOURCE_NCOL];

    if (!target->given && !host->given)
        return KR_OK;
    if (!target->given || !host->given || !(target->number > 0.0) || !(host->number > 0.0))
        return kr_gmm_fail(ctx, gmm,
                           "arguments 'stress_par_host' and 'stress_par_target' of %s: both are "
                           "needed, greater than 0",
                           gmm->cls->name);
    const double by = 2.0 / 3.0 * log10(target->number / host->number);
    const size_t column = target->number > host->number ? 1 : 0;
    KR_TRY(kr_gmm_rows(ctx, gmm, &source_table, &rows));
    kr_gmm_row(&source_table, &kr_gmm_pga, pga);
    st->pga.adjust.cm = pga[column] * by;
    for (size_t m = 0; m < gmm->nimts; m++)
        st->each[m].adjust.cm = rows[m * CHIOU_YOUNGS_2014_SOURCE_NCOL + column] * by;
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double pga[CHIOU_YOUNGS_2014_NCOL];

    st->long_period = kr_gmm_arg_of(gmm, "add_delta_c1")->number != 0.0;
    kr_gmm_row(&table, &kr_gmm_pga, pga);
    set_measure(gmm, &kr_gmm_pga, pga, &st->pga);
    KR_ANEW(st->each, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        set_measure(gmm, &gmm->imts[m], gmm->rows + m * CHIOU_YOUNGS_2014_NCOL, &st->each[m]);
        st->limited |= st->each[m].limited;
    }
    KR_TRY(set_stress(ctx, gmm));
out:
    return s;
}

/* Directivity of equation 11 without what varies with the measure. */
static void fill_directive(cy14_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rcdpp = batch->col[KR_COL_RCDPP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double taper = cy14_positive(1.0 - cy14_positive(rrup[i] - 40.0) / 30.0);
        sh->directive[i] = rcdpp[i] * taper * cy14_unit((mag[i] - 5.5) / 0.8);
    }
}

static void add_directive(const cy14_row *row, size_t n, const kr_gmm_batch *batch,
                          const cy14_shared *sh, double *restrict mean)
{
    const double c8 = row->c8, c8b = row->c8b;
    const double *restrict mag = batch->col[KR_COL_MAG];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x = mag[i] - c8b;
        mean[i] += c8 * exp(-CY14_C8A * x * x) * sh->directive[i];
    }
}

/* Boore et al. (2022), equations 2 and 3: motion of long period near large earthquakes. */
static void add_long_period(double period, size_t n, const kr_gmm_batch *batch,
                            double *restrict mean)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double large = cy14_positive(mag[i] - 7.0), least = 2.0 - large;
        double s1 = 0.2704 - 0.0694 * large, s2 = -0.1342 + 0.0716 * large;
        double s3 = 0.2513 - 0.0419 * large, r = rrup[i] < 100.0 ? rrup[i] : 100.0;
        double ln_ratio = log(period > least ? period / least : 1.0);
        mean[i] += (s1 + s2 * cy14_sech(fabs(s3 * r))) * ln_ratio * ln_ratio;
    }
}

/* Mean and slope of one measure. */
static void eval_mean(const kr_gmm *gmm, const measure *m, size_t n, const kr_gmm_batch *batch,
                      const cy14_shared *sh, double *mean, double *slope)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    bool japan = v->region == REGION_JAPAN;
    cy14_site site = {japan ? m->row.phi1jp : m->row.phi1, japan ? m->row.phi5jp : m->row.phi5};

    cy14_eval_reference(&m->row, &m->adjust, n, batch, sh, mean);
    if (v->directive)
        add_directive(&m->row, n, batch, sh, mean);
    if (st->long_period && m->period > 0.0)
        add_long_period(m->period, n, batch, mean);
    cy14_add_site(&m->row, site, n, batch, sh, mean, slope);
}

/* Equation 13. */
static void eval_sigma(const cy14_row *row, size_t n, const cy14_shared *sh,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const cy14_row c = *row;
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double tau = (c.tau1 + (c.tau2 - c.tau1) * sh->mag[i]) * (1.0 + slope[i]);
        double sig = c.sig1 + (c.sig2 - c.sig1) * sh->mag[i];
        double vs30_part = c.sig3 + (0.7 - c.sig3) * sh->known[i];
        intra[i] = sig * sig * (vs30_part + (1.0 + slope[i]) * (1.0 + slope[i]));
        inter[i] = tau * tau;
        sigma[i] = sqrt(inter[i] + intra[i]);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void limit_by_pga(size_t n, const double *restrict pga, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] = mean[i] < pga[i] ? pga[i] : mean[i];
}

static void fill_shared(const kr_gmm *gmm, cy14_shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const variant *v = gmm->cls->variant;
    cy14_fill_rupture(sh, n, batch);
    cy14_fill_wall(sh, n, batch);
    cy14_fill_site(sh, n, v->region == REGION_JAPAN, batch);
    if (v->directive)
        fill_directive(sh, n, batch);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double pga[KR_GMM_BATCH], slope[KR_GMM_BATCH];
    cy14_shared sh;

    fill_shared(gmm, &sh, n, batch);
    if (st->limited)
        eval_mean(gmm, &st->pga, n, batch, &sh, pga, slope);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const measure *each = &st->each[m];
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_mean(gmm, each, n, batch, &sh, one.mean, slope);
        if (each->limited)
            limit_by_pga(n, pga, one.mean);
        if (v->peer)
            kr_gmm_fill(one.sigma, n, 0.65);
        else
            eval_sigma(&each->row, n, &sh, slope, &one);
    }
}

static const kr_gmm_param params[] = {
    NZ_RECORDINGS_PARAM,
    {.name = "use_hw",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "whether the hanging wall counts"},
    {.name = "add_delta_c1",
     .kind = KR_PARAM_BOOL,
     .about = "whether to add the adjustment of long periods near large earthquakes"},
    {.name = "alpha_nm",
     .kind = KR_PARAM_NUMBER,
     .number = 1.0,
     .about = "factor of the term of normal faulting"},
    {.name = "stress_par_host",
     .kind = KR_PARAM_NUMBER,
     .about = "stress parameter of the region of the model, bars"},
    {.name = "stress_par_target",
     .kind = KR_PARAM_NUMBER,
     .about = "stress parameter of the region that it is adjusted to, bars"},
    {.name = NULL},
};

static const variant california = {.region = REGION_CALIFORNIA};
static const variant japan = {.region = REGION_JAPAN};
static const variant italy = {.region = REGION_ITALY};
static const variant wenchuan = {.region = REGION_WENCHUAN};
static const variant peer = {.peer = true};
static const variant near_fault = {.directive = true};

#define CHIOU_YOUNGS_2014                                                                          \
    .title = "Chiou and Youngs (2014), Earthquake Spectra 30(3)", .doi = "10.1193/072813EQS219M",  \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_ROTD50, .params = params,             \
    .table = &table, .state_size = sizeof(state), .mag_lo = 3.5, .mag_hi = 8.5, .dist_hi = 300.0,  \
    .jumps = &kr_gmm_jumps_30_60, .init = init, .eval = eval, NZ_RECORDINGS_SHIFT

#define NEEDS                                                                                      \
    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(RJB) |        \
     KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) | KR_BIT(Z1PT0))

#define MEASURES (KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA))

KR_GMM(chiou_youngs_2014) = {
    CHIOU_YOUNGS_2014,    .name = "ChiouYoungs2014", .needs = NEEDS,
    .measures = MEASURES, .has_tau_phi = true,       .variant = &california,
};

KR_GMM(chiou_youngs_2014_japan) = {
    CHIOU_YOUNGS_2014,   .name = "ChiouYoungs2014Japan",
    .needs = NEEDS,      .measures = MEASURES,
    .has_tau_phi = true, .variant = &japan,
};

KR_GMM(chiou_youngs_2014_italy) = {
    CHIOU_YOUNGS_2014,   .name = "ChiouYoungs2014Italy",
    .needs = NEEDS,      .measures = MEASURES,
    .has_tau_phi = true, .variant = &italy,
};

KR_GMM(chiou_youngs_2014_wenchuan) = {
    CHIOU_YOUNGS_2014,   .name = "ChiouYoungs2014Wenchuan",
    .needs = NEEDS,      .measures = MEASURES,
    .has_tau_phi = true, .variant = &wenchuan,
};

KR_GMM(chiou_youngs_2014_peer) = {
    CHIOU_YOUNGS_2014, .name = "ChiouYoungs2014PEER", .needs = NEEDS, .measures = MEASURES,
    .variant = &peer,
};

KR_GMM(chiou_youngs_2014_near_fault_effect) = {
    CHIOU_YOUNGS_2014,
    .name = "ChiouYoungs2014NearFaultEffect",
    .needs = NEEDS | KR_BIT(RCDPP),
    .measures = MEASURES,
    .has_tau_phi = true,
    .variant = &near_fault,
};
