/* Kotha, S. R., Weatherill, G., Bindi, D. and Cotton, F. (2020). A regionally-adaptable
 * ground-motion model for shallow crustal earthquakes in Europe. Bull. Earthq. Eng. 18, 4091-4125.
 * doi:10.1007/s10518-020-00869-1
 *
 * ...Site and ...Slope add the paper's site terms. ...ESHM20 is the form of the European hazard
 * model: Weatherill, G., Kotha, S. R. and Cotton, F. (2020). A regionally-adaptable "scaled
 * backbone" ground motion logic tree for shallow seismicity in Europe. Bull. Earthq. Eng. 18,
 * 5087-5117. doi:10.1007/s10518-020-00899-9; its deviations follow Al Atik, L. (2015), PEER report
 * 2015/07. ...ESHM20SlopeGeology has the site term of slope and geology in place of vs30.
 * Weatherill2024... are the same for average spectral acceleration, with coefficients of their own.
 * ...regional takes what is particular to source and path from the paper's maps.
 *
 * Departures: the argument c3 works without regions, too. In ...ESHM20 PGV has no regions. In
 * ...regional the arguments c3 and dl2l do nothing, and only the periods of the maps are known, as
 * in OpenQuake 3.21 (there the latter fail where a place is in a region). */
#include "gmm/gmm.h"
#include "gmm/gmm_by_measure.h"
#include "gmm/gmm_region_map.h"
#include "kotha_2020.tab.h"
#include "num/vmath.h"
#include "weatherill_2024.tab.h"

#include <stdint.h>
#include <string.h>

_Static_assert((int)KOTHA_2020_NCOL == (int)WEATHERILL_2024_NCOL, "the same columns");

typedef kotha_2020_row coeffs;

static const kr_gmm_table kotha_table = KR_GMM_TABLE(kotha_2020, KOTHA_2020);
static const kr_gmm_table average_table = KR_GMM_TABLE(weatherill_2024, WEATHERILL_2024);

enum {
    UNITS = 8,  /* geological units */
    REGIONS = 6 /* of attenuation in ESHM20: 0 is none */
};

static const double mag_ref = 4.5, mag_hinge = 5.7, dist_ref = 30.0;
static const double ln_unit = 6.88823091296769522; /* ln(100 * 9.80665): cm/s2 to g */

typedef enum site { SITE_NONE, SITE_VS30, SITE_SLOPE, SITE_MEASURED, SITE_GEOLOGY } site;

typedef struct variant {
    site site;
    bool regions; /* of attenuation */
    bool by_mag;  /* deviations vary with magnitude */
    bool average; /* AvgSA */
    bool maps;    /* of source and path */
} variant;

typedef struct state {
    const kr_gmm_table *table;
    double *rows;
    bool ergodic;
    double *c3;     /* nimts x nregions */
    double *source; /* nimts x nsources, NULL: 0 */
    size_t nregions, nsources;
    const kr_region_map *path_map, *source_map; /* may be NULL */
    double unit_code[UNITS];
} state;

/* What all measures share. */
typedef struct shared {
    double ln_r[KR_GMM_BATCH], over[KR_GMM_BATCH]; /* of distances to the reference's */
    double dm[KR_GMM_BATCH];                       /* M - Mh */
    double site[KR_GMM_BATCH];                     /* ln of vs30 or slope */
    int64_t region[KR_GMM_BATCH];                  /* of c3 */
    int64_t source[KR_GMM_BATCH];
    int64_t unit[KR_GMM_BATCH];    /* UNITS: none that is known */
    double measured[KR_GMM_BATCH]; /* 1 or 0 */
} shared;

static kr_status load_rows(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    size_t ncol = st->table->ncol;

    if (st->table == &kotha_table)
        return kr_gmm_rows(ctx, gmm, st->table, &st->rows);
    KR_ANEW(st->rows, gmm->arena, gmm->nimts * ncol);
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_imt as_sa = gmm->imts[m];
        as_sa.kind = KR_IMT_SA;
        if (!kr_gmm_row(st->table, &as_sa, st->rows + m * ncol))
            return kr_gmm_fail(ctx, gmm,
                               "%s is not defined for %s, which has AvgSA(0.05) to "
                               "AvgSA(5.0) with a damping of 5 percent",
                               gmm->imts[m].name, gmm->cls->name);
    }
out:
    return s;
}

/* The coefficient c3 of each measure and region. */
static kr_status fill_c3(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    double epsilon = kr_gmm_arg_of(gmm, "c3_epsilon")->number, *given;

    KR_TRY(kr_gmm_by_measure(ctx, gmm, "c3", &given));
    st->nregions = REGIONS;
    KR_ANEW(st->c3, gmm->arena, gmm->nimts * REGIONS);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = kotha_2020_load(st->rows + m * st->table->ncol);
        double c3[REGIONS] = {c.c3, c.c3_1, c.c3_2, c.c3_3, c.c3_4, c.c3_5};
        double tau[REGIONS] = {c.tau_c3,   c.tau_c3_1, c.tau_c3_2,
                               c.tau_c3_3, c.tau_c3_4, c.tau_c3_5};
        for (size_t k = 0; k < REGIONS; k++) {
            size_t from = v->regions ? k : 0;
            st->c3[m * REGIONS + k] = given ? given[m] : c3[from] + epsilon * tau[from];
        }
    }
out:
    return s;
}

/* What the maps add to c3 and to the median, for each measure and region. */
static kr_status read_maps(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    double path_epsilon = kr_gmm_arg_of(gmm, "delta_c3_epsilon")->number;
    double source_epsilon = kr_gmm_arg_of(gmm, "delta_l2l_epsilon")->number;

    KR_TRY(kr_region_map_read(ctx, gmm, "kotha_2020_attenuation.txt", &st->path_map));
    KR_TRY(kr_region_map_read(ctx, gmm, "kotha_2020_tectonic.txt", &st->source_map));
    st->nregions = kr_region_map_count(st->path_map) + 1;
    st->nsources = kr_region_map_count(st->source_map) + 1;
    KR_ANEW(st->c3, gmm->arena, gmm->nimts * st->nregions);
    KR_ANEW(st->source, gmm->arena, gmm->nimts * st->nsources);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const kr_imt *imt = &gmm->imts[m];
        double *c3 = st->c3 + m * st->nregions, *source = st->source + m * st->nsources;
        if (!kr_region_map_values(st->path_map, imt, path_epsilon, c3) ||
            !kr_region_map_values(st->source_map, imt, source_epsilon, source))
            return kr_gmm_fail(ctx, gmm, "%s is not among the measures of the maps of %s",
                               imt->name, gmm->cls->name);
        for (size_t k = 0; k < st->nregions; k++)
            c3[k] += kotha_2020_load(st->rows + m * KOTHA_2020_NCOL).c3;
    }
out:
    return s;
}

static kr_status read_adjustments(kr_ctx *ctx, kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;

    KR_TRY(fill_c3(ctx, gmm, st));
    KR_TRY(kr_gmm_by_measure(ctx, gmm, "dl2l", &st->source));
    st->nsources = 1;
    if (st->source)
        gmm->epsilon = 0.0;
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    static const char *const units[UNITS] = {"CENOZOIC",    "HOLOCENE",  "JURASSIC-TRIASSIC",
                                             "CRETACEOUS",  "PALEOZOIC", "PLEISTOCENE",
                                             "PRECAMBRIAN", "UNKNOWN"};
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;

    st->table = v->average ? &average_table : &kotha_table;
    st->ergodic = kr_gmm_arg_of(gmm, "ergodic")->number != 0.0;
    for (size_t k = 0; k < UNITS; k++)
        st->unit_code[k] = kr_column_code(units[k]);
    KR_TRY(load_rows(ctx, gmm, st));
    if (v->maps)
        KR_TRY(read_maps(ctx, gmm, st));
    else
        KR_TRY(read_adjustments(ctx, gmm, st));
out:
    return s;
}

static void fill_source(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double deep = depth[i] > 20.0 ? 12.0 : 8.0;
        double h = depth[i] <= 10.0 ? 4.0 : deep;
        double r = sqrt(rjb[i] * rjb[i] + h * h), ref = sqrt(dist_ref * dist_ref + h * h);
        sh->dm[i] = mag[i] - mag_hinge;
        sh->ln_r[i] = log(r / ref);
        sh->over[i] = (r - ref) / 100.0;
    }
}

static void fill_region(shared *sh, size_t n, const double *restrict region)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double known = region[i] >= 1.0 ? region[i] : 0.0;
        sh->region[i] = known <= 5.0 ? (int64_t)known : 0;
    }
}

static void fill_regions(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;

    memset(sh->region, 0, n * sizeof sh->region[0]);
    memset(sh->source, 0, n * sizeof sh->source[0]);
    if (v->regions)
        fill_region(sh, n, batch->col[KR_COL_REGION]);
    if (!v->maps)
        return;
    kr_region_map_find(st->path_map, n, batch->col[KR_COL_LON], batch->col[KR_COL_LAT], sh->region);
    kr_region_map_find(st->source_map, n, batch->col[KR_COL_HYPO_LON], batch->col[KR_COL_HYPO_LAT],
                       sh->source);
}

static void fill_vs30(shared *sh, size_t n, double most, double unit, const double *restrict vs30)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->site[i] = log((vs30[i] < most ? vs30[i] : most) / unit);
}

static void fill_slope(shared *sh, size_t n, double least, double most, double unit,
                       const double *restrict slope)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double at_most = slope[i] < most ? slope[i] : most;
        sh->site[i] = log((at_most > least ? at_most : least) / unit);
    }
}

static void fill_unit(shared *sh, size_t n, const double *code, const double *restrict geology)
{
    for (size_t i = 0; i < n; i++) {
        int64_t unit = UNITS;
        for (int k = 0; k < UNITS; k++)
            unit = geology[i] == code[k] ? k : unit;
        sh->unit[i] = unit;
    }
}

/* The site's part, to which fill_vs30 and fill_slope give the reference values. */
static void fill_site(shared *sh, const state *st, site kind, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];

    switch (kind) {
    case SITE_NONE:
        kr_gmm_fill(sh->site, n, 0.0);
        break;
    case SITE_VS30:
        fill_vs30(sh, n, INFINITY, 800.0, batch->col[KR_COL_VS30]);
        break;
    case SITE_SLOPE: /* a slope of 0 has no logarithm */
        fill_slope(sh, n, 1e-30, INFINITY, 0.1, batch->col[KR_COL_SLOPE]);
        break;
    case SITE_MEASURED:
        fill_vs30(sh, n, 1100.0, 1.0, batch->col[KR_COL_VS30]);
        for (size_t i = 0; i < n; i++)
            sh->measured[i] = measured[i] != 0.0 ? 1.0 : 0.0;
        break;
    case SITE_GEOLOGY:
        fill_slope(sh, n, 0.0005, 0.3, 1.0, batch->col[KR_COL_SLOPE]);
        fill_unit(sh, n, st->unit_code, batch->col[KR_COL_GEOLOGY]);
        break;
    }
}

/* Equations 1 to 4. */
static void eval_rock(const coeffs *row, const double *c3_of, double offset, size_t n,
                      const kr_gmm_batch *batch, const shared *sh, double *restrict mean)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = sh->dm[i], below = dm * (c.b1 + c.b2 * dm), above = dm * c.b3;
        double path = (c.c1 + c.c2 * (mag[i] - mag_ref)) * sh->ln_r[i];
        double anelastic = c3_of[sh->region[i]] * sh->over[i];
        mean[i] = c.e1 + (dm <= 0.0 ? below : above) + path + anelastic + offset;
    }
}

static void add_source(const double *source_of, size_t n, const shared *sh, double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += source_of[sh->source[i]];
}

static void add_polynomial(double g0, double g1, double g2, size_t n, const shared *sh,
                           double *restrict mean)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += g0 + sh->site[i] * (g1 + g2 * sh->site[i]);
}

static void add_measured(const coeffs *row, size_t n, const shared *sh, double *restrict mean)
{
    const coeffs c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double observed = c.d0_obs + c.d1_obs * sh->site[i];
        double inferred = c.d0_inf + c.d1_inf * sh->site[i];
        mean[i] += sh->measured[i] > 0.0 ? observed : inferred;
    }
}

static void add_geology(const coeffs *c, size_t n, const shared *sh, double *restrict mean)
{
    const double v1[UNITS + 1] = {c->V1_cenozoic,    c->V1_holocene,  c->V1_jurassic,
                                  c->V1_cretaceous,  c->V1_paleozoic, c->V1_pleistocene,
                                  c->V1_precambrian, c->V1_unknown,   0.0};
    const double v2[UNITS + 1] = {c->V2_cenozoic,    c->V2_holocene,  c->V2_jurassic,
                                  c->V2_cretaceous,  c->V2_paleozoic, c->V2_pleistocene,
                                  c->V2_precambrian, c->V2_unknown,   0.0};
    const double fixed1 = c->V1, fixed2 = c->V2;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += fixed1 + v1[sh->unit[i]] + (fixed2 + v2[sh->unit[i]]) * sh->site[i];
}

static void add_site(const coeffs *c, site kind, size_t n, const shared *sh, double *restrict mean)
{
    if (kind == SITE_VS30)
        add_polynomial(c->g0_vs30, c->g1_vs30, c->g2_vs30, n, sh, mean);
    else if (kind == SITE_SLOPE)
        add_polynomial(c->g0_slope, c->g1_slope, c->g2_slope, n, sh, mean);
    else if (kind == SITE_MEASURED)
        add_measured(c, n, sh, mean);
    else if (kind == SITE_GEOLOGY)
        add_geology(c, n, sh, mean);
}

/* Al Atik (2015), equations 5.6 and 5.14. */
static void fill_by_mag(const coeffs *row, size_t n, const double *restrict mag,
                        double *restrict tau, double *restrict phi)
{
    const coeffs c = *row;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i];
        double t = m > 4.5 ? c.tau1 + (c.tau2 - c.tau1) * (m - 4.5) / 0.5 : c.tau1;
        t = m > 5.0 ? c.tau2 + (c.tau3 - c.tau2) * (m - 5.0) / 0.5 : t;
        t = m > 5.5 ? c.tau3 + (c.tau4 - c.tau3) * (m - 5.5) : t;
        double p = c.phi0_a + (m - 5.0) * ((c.phi0_b - c.phi0_a) / 1.5);
        p = m > 6.5 ? c.phi0_b : p;
        tau[i] = m > 6.5 ? c.tau4 : t;
        phi[i] = m <= 5.0 ? c.phi0_a : p;
    }
}

/* The variance between sites: of sites whose vs30 is measured, and of others. */
static void site_variances(const coeffs *c, const kr_gmm *gmm, double *measured, double *other)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    double phi = c->phi_s2s, at_measured = 0.0;

    if (v->site == SITE_VS30)
        phi = c->phi_s2s_vs30;
    else if (v->site == SITE_SLOPE)
        phi = c->phi_s2s_slope;
    else if (v->site == SITE_MEASURED)
        phi = c->phi_s2s_inf;
    else if (v->site == SITE_GEOLOGY)
        phi = c->phi_s2s_geology;
    at_measured = v->site == SITE_MEASURED ? c->phi_s2s_obs : phi;
    *other = st->ergodic ? phi * phi : 0.0;
    *measured = st->ergodic ? at_measured * at_measured : 0.0;
}

static void eval_sigma(const kr_gmm *gmm, const coeffs *c, size_t n, const kr_gmm_batch *batch,
                       const shared *sh, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    double tau[KR_GMM_BATCH], phi[KR_GMM_BATCH], measured, other;
    double *restrict sigma = out->sigma;

    site_variances(c, gmm, &measured, &other);
    if (v->by_mag) {
        fill_by_mag(c, n, batch->col[KR_COL_MAG], tau, phi);
    } else {
        kr_gmm_fill(tau, n, c->tau);
        kr_gmm_fill(phi, n, c->phi_0);
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double within = phi[i] * phi[i] + (sh->measured[i] > 0.0 ? measured : other);
        phi[i] = sqrt(within);
        sigma[i] = sqrt(tau[i] * tau[i] + within);
    }
    for (size_t i = 0; out->tau && i < n; i++)
        out->tau[i] = tau[i];
    for (size_t i = 0; out->phi && i < n; i++)
        out->phi[i] = phi[i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    kr_gmm_fill(sh.measured, n, 0.0);
    fill_source(&sh, n, batch);
    fill_regions(gmm, &sh, n, batch);
    fill_site(&sh, st, v->site, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = kotha_2020_load(st->rows + m * KOTHA_2020_NCOL);
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        double offset = gmm->imts[m].kind == KR_IMT_PGV ? 0.0 : -ln_unit;
        eval_rock(&c, st->c3 + m * st->nregions, offset, n, batch, &sh, one.mean);
        if (st->source)
            add_source(st->source + m * st->nsources, n, &sh, one.mean);
        add_site(&c, v->site, n, &sh, one.mean);
        eval_sigma(gmm, &c, n, batch, &sh, &one);
    }
}

/* The uncertainty of the median: that between sources, or for M > 7.4 the statistical one where it
 * is larger. */
static void fill_sigma_mu(const coeffs *row, size_t n, const kr_gmm_batch *batch,
                          double *restrict out)
{
    const coeffs c = *row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double up = depth[i] >= 20.0 ? c.mu_m8_deep : c.mu_m8_middle;
        double low = depth[i] >= 20.0 ? c.mu_m7_deep : c.mu_m7_middle;
        double share = mag[i] < 8.0 ? (mag[i] - 7.4) / 0.6 : 1.0;
        up = depth[i] < 10.0 ? c.mu_m8_shallow : up;
        low = depth[i] < 10.0 ? c.mu_m7_shallow : low;
        double mu = mag[i] < 7.4 ? 0.0 : low + (up - low) * share;
        out[i] = mu > c.tau_l2l ? mu : c.tau_l2l;
    }
}

static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);

    for (size_t m = 0; m < gmm->nimts; m++) {
        coeffs c = kotha_2020_load(st->rows + m * KOTHA_2020_NCOL);
        fill_sigma_mu(&c, n, batch, out + m * stride);
    }
}

static const kr_gmm_param params[] = {
    {.name = "sigma_mu_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations between sources, or of the median, that the median is raised "
              "by"},
    {.name = "c3_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard deviations that the coefficient of anelastic attenuation is raised by"},
    {.name = "ergodic",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "whether the deviation between sites counts"},
    {.name = "dl2l",
     .kind = KR_PARAM_ANY,
     .about = "what the source adds to ln of the median, for each measure; in place of "
              "sigma_mu_epsilon"},
    {.name = "c3",
     .kind = KR_PARAM_ANY,
     .about = "coefficient of anelastic attenuation for each measure; in place of c3_epsilon"},
    {.name = NULL},
};

static const kr_gmm_param map_params[] = {
    {.name = "delta_l2l_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard errors that the source's term is raised by"},
    {.name = "delta_c3_epsilon",
     .kind = KR_PARAM_NUMBER,
     .about = "standard errors that the path's coefficient c3 is raised by"},
    {.name = "ergodic",
     .kind = KR_PARAM_BOOL,
     .number = 1.0,
     .about = "whether the deviation between sites counts"},
    {.name = "c3", .kind = KR_PARAM_ANY, .about = "does nothing"},
    {.name = "dl2l", .kind = KR_PARAM_ANY, .about = "does nothing"},
    {.name = NULL},
};

static const variant base = {.site = SITE_NONE}, vs30 = {.site = SITE_VS30},
                     slope = {.site = SITE_SLOPE};
static const variant by_maps = {.site = SITE_VS30, .maps = true};
static const variant eshm20 = {.site = SITE_MEASURED, .regions = true, .by_mag = true};
static const variant geology = {.site = SITE_GEOLOGY, .regions = true, .by_mag = true};
static const variant average = {
    .site = SITE_MEASURED, .regions = true, .by_mag = true, .average = true};
static const variant average_geology = {
    .site = SITE_GEOLOGY, .regions = true, .by_mag = true, .average = true};
static const variant average_constant = {.site = SITE_MEASURED, .regions = true, .average = true};

#define COMMON                                                                                     \
    .trt = "Active Shallow Crust", .component = KR_COMPONENT_ROTD50, .has_tau_phi = true,          \
    .state_size = sizeof(state), .mag_lo = 3.0, .mag_hi = 8.5, .dist_hi = 550.0, .init = init,     \
    .eval = eval
#define ADJUSTED .params = params, .shift_by = "sigma_mu_epsilon", .shift = shift
#define MEASURES .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA)
#define KOTHA_2020                                                                                 \
    COMMON, MEASURES, .title = "Kotha, Weatherill, Bindi and Cotton (2020), BEE 18",               \
                      .doi = "10.1007/s10518-020-00869-1"
#define KOTHA_2020_ESHM20                                                                          \
    COMMON, MEASURES, ADJUSTED, .title = "Weatherill, Kotha and Cotton (2020), BEE 18",            \
                                .doi = "10.1007/s10518-020-00899-9"
#define WEATHERILL_2024                                                                            \
    COMMON, ADJUSTED, .measures = KR_IMT_BIT(AVGSA),                                               \
                      .title = "Weatherill (2024), A regionalised direct AvgSA model, no DOI"

#define NEEDS          (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RJB))
#define NEEDS_MEASURED (NEEDS | KR_BIT(REGION) | KR_BIT(VS30) | KR_BIT(VS30MEASURED))
#define NEEDS_GEOLOGY  (NEEDS | KR_BIT(REGION) | KR_BIT(SLOPE) | KR_BIT(GEOLOGY))

KR_GMM(kotha_2020) = {
    KOTHA_2020, ADJUSTED, .name = "KothaEtAl2020", .needs = NEEDS, .variant = &base,
};

KR_GMM(kotha_2020_site) = {
    KOTHA_2020,       ADJUSTED, .name = "KothaEtAl2020Site", .needs = NEEDS | KR_BIT(VS30),
    .variant = &vs30,
};

KR_GMM(kotha_2020_regional) = {
    KOTHA_2020,
    .name = "KothaEtAl2020regional",
    .params = map_params,
    .needs = NEEDS | KR_BIT(VS30) | KR_BIT(LON) | KR_BIT(LAT) | KR_BIT(HYPO_LON) | KR_BIT(HYPO_LAT),
    .variant = &by_maps,
};

KR_GMM(kotha_2020_slope) = {
    KOTHA_2020,        ADJUSTED, .name = "KothaEtAl2020Slope", .needs = NEEDS | KR_BIT(SLOPE),
    .variant = &slope,
};

KR_GMM(kotha_2020_eshm20) = {
    KOTHA_2020_ESHM20,
    .name = "KothaEtAl2020ESHM20",
    .needs = NEEDS_MEASURED,
    .variant = &eshm20,
};

KR_GMM(kotha_2020_eshm20_geology) = {
    KOTHA_2020_ESHM20,
    .name = "KothaEtAl2020ESHM20SlopeGeology",
    .needs = NEEDS_GEOLOGY,
    .variant = &geology,
};

KR_GMM(weatherill_2024) = {
    WEATHERILL_2024,
    .name = "Weatherill2024ESHM20AvgSA",
    .needs = NEEDS_MEASURED,
    .variant = &average,
};

KR_GMM(weatherill_2024_geology) = {
    WEATHERILL_2024,
    .name = "Weatherill2024ESHM20SlopeGeologyAvgSA",
    .needs = NEEDS_GEOLOGY,
    .variant = &average_geology,
};

KR_GMM(weatherill_2024_constant) = {
    WEATHERILL_2024,
    .name = "Weatherill2024ESHM20AvgSAHomoskedastic",
    .needs = NEEDS_MEASURED,
    .variant = &average_constant,
};
