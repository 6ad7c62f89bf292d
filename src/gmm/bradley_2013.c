/* Bradley, B. A. (2013). A New Zealand-specific pseudospectral acceleration ground-motion
 * prediction equation for active shallow crustal earthquakes based on foreign models. Bull. Seism.
 * Soc. Am. 103(3), 1801-1822. doi:10.1785/0120120021
 *
 * Departures, all as in OpenQuake 3.21: main shocks only; no path through the Taupo volcanic zone,
 * or, in ...Volc, the whole path; sigma_mu_epsilon (nz_recordings.h), which the models of
 * Christchurch leave out.
 *
 * ...LHC is the larger of two horizontal components:
 * Boore, D. M. and Kishida, T. (2016). Relations between some horizontal-component ground-motion
 * intensity measures used in practice. Bull. Seism. Soc. Am. 107(1), 334-343.
 * doi:10.1785/0120160250
 *
 * ...bChch are its non-ergodic forms for parts of Christchurch:
 * Bradley, B. A. (2013). Systematic ground motion observations in the Canterbury earthquakes and
 * region-specific non-ergodic empirical ground motion modelling. University of Canterbury Research
 * Report 2013-03. Also Earthquake Spectra 31(3), 1735-1761 (2015). doi:10.1193/053013EQS137M
 * ...bChchMaps applies that of the central city to sites in it and ruptures in Canterbury, with the
 * term of the site twice and without that of the location (as OpenQuake does by mistake). It is
 * from Van Houtte, C. and Abbott, E. (2019). Implementation of the GNS Canterbury seismic hazard
 * model in the OpenQuake engine. GNS Science report 2019/11. doi:10.21420/1AEM-PZ85
 *
 * ...AdditionalSigma has 0.35 more in the standard deviation:
 * Gerstenberger, M., McVerry, G., Rhoades, D. and Stirling, M. (2014). Seismic hazard modeling for
 * the recovery of Christchurch. Earthquake Spectra 30(1), 17-29. doi:10.1193/021913EQS037M */
#include "bradley_2013.tab.h"
#include "gmm/gmm.h"
#include "gmm/hyperbolic.h"
#include "gmm/nz_recordings.h"
#include "num/vmath.h"

typedef bradley_2013_row coeffs;

static const kr_gmm_table table = KR_GMM_TABLE(bradley_2013, BRADLEY_2013);

/* The coefficients that are the same for all measures. */
static const double c2 = 1.06, c4 = -2.1, c4a = -0.5;
static const double crb = 50.0, chm = 3.0, cg3 = 4.0;

static const double ref_vs30 = 1130.0;
static const double additional = 0.35;

typedef enum part { PART_NONE, PART_CBD, PART_WEST, PART_EAST, PART_NORTH, PART_MAPS } part;

typedef struct variant {
    part part; /* of Christchurch */
    bool volcanic, larger, additional;
} variant;

/* One measure. */
typedef struct measure {
    coeffs row;
    double ln_v1;           /* ln(v1 / 1130), equation 2 */
    double larger;          /* added to the mean everywhere */
    double shift;           /* added in Christchurch */
    double sigma, phi, tau; /* factors of the deviations in Christchurch */
} measure;

typedef struct state {
    double more; /* variance that is added to the total one */
    measure *each;
} state;

/* What all measures share. */
typedef struct shared {
    double reverse[KR_GMM_BATCH], normal[KR_GMM_BATCH];
    double near[KR_GMM_BATCH];   /* the part of the mean that has no coefficient of a measure */
    double mag_hm[KR_GMM_BATCH]; /* max(M - chm, 0) */
    double gamma[KR_GMM_BATCH];  /* rrup / cosh(max(M - cg3, 0)) */
    double wall[KR_GMM_BATCH];   /* hanging wall: all but the factor with rx */
    double rx_dip[KR_GMM_BATCH]; /* rx cos^2 dip, at least 0 */
    double inside[KR_GMM_BATCH]; /* 1 where the terms of Christchurch apply */
    double vs30[KR_GMM_BATCH], z1pt0[KR_GMM_BATCH]; /* as the model sees them */
    double ln_vs30[KR_GMM_BATCH];                   /* ln(vs30 / 1130) */
    double shallow[KR_GMM_BATCH];                   /* 1 / cosh(0.15 max(z1 - 15, 0)) */
    double mag_tau[KR_GMM_BATCH];                   /* 0 at M 5 to 1 at M 7 */
    double known[KR_GMM_BATCH];                     /* 1 if vs30 is measured */
} shared;

/* A node of a piecewise linear function of period; the function ends with the last node. */
typedef struct node {
    double period, value;
} node;

static double at(const node *nodes, size_t n, double period)
{
    size_t i = 0;
    while (i < n - 2 && period >= nodes[i + 1].period)
        i++;
    double slope = (nodes[i + 1].value - nodes[i].value) / (nodes[i + 1].period - nodes[i].period);
    return nodes[i].value + slope * (period - nodes[i].period);
}

/* The ratio of the larger component to GMRotI50, natural logarithm. */
static double larger_component(double period)
{
    const double t = period > 0.0 ? period : 0.01;
    double low = fmin(1.106 + (1.158 - 1.106) / log(0.56 / 0.08) * log(t / 0.08),
                      1.158 + (1.178 - 1.158) / log(4.40 / 0.56) * log(t / 0.56));
    double high = fmin(1.178 + (1.241 - 1.178) / log(8.70 / 4.40) * log(t / 4.40), 1.241);
    return log(fmax(1.106, fmax(low, high)));
}

/* Report 2013-03, tables 3 and 4 and figures 8 to 10: terms of the location and the site. */
static double shift_of(part where, double period)
{
    static const node location[] = {{0.0, -0.06}, {0.18, -0.06}, {0.35, 0.12}, {10.0, 0.65}};
    static const node cbd[] = {{0.0, 0.05}, {0.15, -0.15}, {0.45, 0.4},
                               {3.2, 0.4},  {5.0, 0.08},   {10.0, 0.08}};
    static const node west[] = {{0.0, -0.2},  {0.85, -0.55}, {1.4, -0.18},
                                {3.2, -0.18}, {5.0, 0.22},   {10.0, 0.22}};
    static const node east[] = {{0.0, 0.05}, {0.25, 0.05}, {1.5, 0.15}, {10.0, 0.1}};
    static const node north[] = {{0.0, -0.31}, {0.2, -0.4}, {0.6, 0.2}, {10.0, 0.2}};
    double shift = at(location, 4, period);

    if (where == PART_WEST)
        return shift + at(west, 6, period);
    if (where == PART_EAST)
        return shift + at(east, 4, period);
    if (where == PART_NORTH)
        return shift + at(north, 4, period);
    if (where == PART_MAPS) /* OpenQuake's sum has the site twice and not the location */
        return 2.0 * at(cbd, 6, period);
    return shift + at(cbd, 6, period);
}

static void set_christchurch(part where, double period, measure *m)
{
    static const node phi[] = {{0.0, 0.8}, {0.6, 0.8}, {1.0, 0.7}, {10.0, 0.6}};
    static const node tau[] = {{0.0, 0.87}, {1.0, 0.87}, {5.0, 0.58}, {10.0, 0.58}};
    m->shift = shift_of(where, period);
    m->sigma = m->phi = at(phi, 4, period);
    m->tau = where == PART_MAPS ? 1.0 : at(tau, 4, period);
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;

    if (v->part != PART_NONE && gmm->epsilon != 0.0) {
        kr_warn_at(ctx, gmm->file, gmm->line, "%s leaves 'sigma_mu_epsilon' out", gmm->cls->name);
        gmm->epsilon = 0.0;
    }
    st->more = v->additional ? additional * additional : 0.0;
    KR_ANEW(st->each, gmm->arena, gmm->nimts);
    for (size_t i = 0; i < gmm->nimts; i++) {
        measure *m = &st->each[i];
        double period = gmm->imts[i].kind == KR_IMT_SA ? gmm->imts[i].period : 0.0;
        double v1 = period > 0.0 ? ref_vs30 * pow(period / 0.75, -0.11) : 1800.0;
        m->row = bradley_2013_load(gmm->rows + i * BRADLEY_2013_NCOL);
        m->ln_v1 = log(fmin(fmax(v1, ref_vs30), 1800.0) / ref_vs30);
        m->larger = v->larger ? larger_component(period) : 0.0;
        m->sigma = m->phi = m->tau = 1.0;
        if (v->part != PART_NONE)
            set_christchurch(v->part, period, m);
    }
out:
    return s;
}

static void fill_rupture(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict rrup = batch->col[KR_COL_RRUP];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i], m_tau = positive(m - 5.0) / 2.0;
        double rv = rake[i] >= 30.0 ? 1.0 : 0.0, nm = rake[i] >= -120.0 ? 1.0 : 0.0;
        sh->reverse[i] = rake[i] <= 150.0 ? rv : 0.0;
        sh->normal[i] = rake[i] <= -60.0 ? nm : 0.0;
        sh->near[i] = c2 * (m - 6.0) + (c4a - c4) * 0.5 * log(rrup[i] * rrup[i] + crb * crb);
        sh->mag_hm[i] = positive(m - chm);
        sh->gamma[i] = rrup[i] * sech(positive(m - cg3));
        sh->mag_tau[i] = m_tau < 1.0 ? m_tau : 1.0;
    }
}

static void fill_wall(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict dip = batch->col[KR_COL_DIP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    const double *restrict rx = batch->col[KR_COL_RX];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double cos_dip = cos(dip[i] * (M_PI / 180.0));
        double wall = 1.0 - sqrt(rjb[i] * rjb[i] + ztor[i] * ztor[i]) / (rrup[i] + 0.001);
        sh->wall[i] = rx[i] >= 0.0 ? wall : 0.0;
        sh->rx_dip[i] = positive(rx[i]) * (cos_dip * cos_dip);
    }
}

/* Where a place is inside the central city of Christchurch, its edge left out (Van Houtte and
 * Abbott 2019, figure 4.4): 1.0. A ray to the east crosses the edge an odd number of times. */
KR_GMM_INLINE double in_central_city(double lon, double lat)
{
    static const double edge[8][2] = {
        {172.6259, -43.5209}, {172.6505, -43.5209}, {172.6505, -43.5399}, {172.6124, -43.5400},
        {172.6123, -43.5289}, {172.6124, -43.5245}, {172.6220, -43.5233}, {172.6259, -43.5209}};
    double odd = 0.0, on_edge = 0.0;

#pragma GCC unroll 7
    for (size_t i = 0; i < 7; i++) {
        const double *a = edge[i], *b = edge[i + 1];
        double cross = (b[0] - a[0]) * (lat - a[1]) - (lon - a[0]) * (b[1] - a[1]);
        double left = b[1] > a[1] ? cross : -cross;
        double above_a = a[1] > lat ? 1.0 : 0.0, above_b = b[1] > lat ? 1.0 : 0.0;
        double crosses = fabs(above_a - above_b);
        crosses = left > 0.0 ? crosses : 0.0;
        odd = fabs(odd - crosses);
        double near = (lon - a[0]) * (lon - b[0]) <= 0.0 ? 1.0 : 0.0;
        near = (lat - a[1]) * (lat - b[1]) <= 0.0 ? near : 0.0;
        on_edge += cross == 0.0 ? near : 0.0;
    }
    return on_edge > 0.0 ? 0.0 : odd;
}

/* The site as the model sees it: in Christchurch its terms belong to vs30 = 250 m/s and z1.0 = 330
 * m. */
static void fill_maps(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict lon = batch->col[KR_COL_LON];
    const double *restrict lat = batch->col[KR_COL_LAT];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const double *restrict in_cshm = batch->col[KR_COL_IN_CSHM];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double city = in_central_city(lon[i], lat[i]);
        sh->vs30[i] = city > 0.0 ? 250.0 : vs30[i];
        sh->z1pt0[i] = city > 0.0 ? 330.0 : z1pt0[i];
        sh->inside[i] = in_cshm[i] != 0.0 ? city : 0.0;
    }
}

static void fill_place(shared *sh, size_t n, part where, const kr_gmm_batch *batch)
{
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict z1pt0 = batch->col[KR_COL_Z1PT0];
    const bool city = where != PART_NONE;

    if (where == PART_MAPS) {
        fill_maps(sh, n, batch);
        return;
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->vs30[i] = city ? 250.0 : vs30[i];
        sh->z1pt0[i] = city ? 330.0 : z1pt0[i];
        sh->inside[i] = city ? 1.0 : 0.0;
    }
}

static void fill_site(shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const double *restrict measured = batch->col[KR_COL_VS30MEASURED];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sh->ln_vs30[i] = log(sh->vs30[i] / ref_vs30);
        sh->shallow[i] = sech(0.15 * positive(sh->z1pt0[i] - 15.0));
        sh->known[i] = measured[i] > 0.0 ? 1.0 : 0.0;
    }
}

/* Equation 4: on rock with vs30 = 1130 m/s. */
static void eval_reference(const measure *m, bool volcanic, size_t n, const kr_gmm_batch *batch,
                           const shared *sh, double *restrict out)
{
    const coeffs c = m->row;
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double bend = (c2 - c.c3) / c.cn, by_c9a = 1.0 / c.c9a;
    const double longer = volcanic ? 1.0 + c.ctvz : 1.0, cg1 = c.cg1 * longer, cg2 = c.cg2 * longer;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double depth = (ztor[i] < c.c8 ? ztor[i] : c.c8) - 4.0;
        double style = c.c1a * sh->reverse[i] + c.c1b * sh->normal[i] + c.c7 * depth;
        double scaling = bend * log(1.0 + exp(c.cn * (c.cm - mag[i])));
        double x = c.c6 * sh->mag_hm[i], e = exp(x);
        /* ln(rrup + c5 cosh(x)) without a division */
        double distance = c4 * (log(rrup[i] * e + 0.5 * c.c5 * (e * e + 1.0)) - x);
        double path = cg1 * rrup[i] + cg2 * sh->gamma[i];
        double wall = c.c9 * sh->wall[i] * tanh_of(sh->rx_dip[i] * by_c9a);
        out[i] = c.c1 + style + sh->near[i] + scaling + distance + path + wall;
    }
}

/* Equation 5; `mean` holds the reference value at first, `slope` becomes the derivative of the site
 * term with respect to it. */
static void add_site(const measure *m, size_t n, const shared *sh, double *restrict mean,
                     double *restrict slope)
{
    const coeffs c = m->row;
    const double rock = exp(c.phi3 * (ref_vs30 - 360.0)), ln_phi4 = log(c.phi4);
    const double ln_v1 = m->ln_v1, larger = m->larger, shift = m->shift;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double soft = sh->vs30[i] < ref_vs30 ? sh->vs30[i] : ref_vs30;
        double b = c.phi2 * (exp(c.phi3 * (soft - 360.0)) - rock);
        double y = exp(mean[i]), sum = y + c.phi4;
        double linear = c.phi1 * (sh->ln_vs30[i] < ln_v1 ? sh->ln_vs30[i] : ln_v1);
        double e = exp(-c.phi6 * positive(sh->z1pt0[i] - c.phi7)), square = 1.0 + e * e;
        double over = 1.0 / (sum * square); /* one division for sech and the slope */
        double deep = 1.0 - 2.0 * e * (sum * over);
        slope[i] = b * y * (square * over);
        mean[i] += linear + b * (log(sum) - ln_phi4) + c.phi5 * deep + c.phi8 * sh->shallow[i] +
                   larger + shift * sh->inside[i];
    }
}

/* The variability of Chiou and Youngs (2008), reduced in Christchurch. `more` is the additional
 * variance, half of it between and half within events. */
static void eval_sigma(const measure *m, double more, size_t n, const shared *sh,
                       const double *restrict slope, const kr_gmm_out *out)
{
    const coeffs c = m->row;
    const double by_sigma = m->sigma - 1.0, by_phi = m->phi - 1.0, by_tau = m->tau - 1.0;
    double *restrict sigma = out->sigma;
    double inter[KR_GMM_BATCH], intra[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = 1.0 + slope[i];
        double tau = site * (c.tau1 + (c.tau2 - c.tau1) * sh->mag_tau[i]);
        double sig = c.sig1 + (c.sig2 - c.sig1) * sh->mag_tau[i];
        double vs30_part = c.sig3 + (0.7 - c.sig3) * sh->known[i];
        double inter2 = tau * tau, intra2 = sig * sig * (vs30_part + site * site);
        double f_sigma = 1.0 + by_sigma * sh->inside[i];
        double f_phi = 1.0 + by_phi * sh->inside[i], f_tau = 1.0 + by_tau * sh->inside[i];
        intra[i] = f_phi * f_phi * intra2 + 0.5 * more;
        inter[i] = f_tau * f_tau * inter2 + 0.5 * more;
        sigma[i] = sqrt(f_sigma * f_sigma * (inter2 + intra2) + more);
    }
    kr_gmm_sqrt(out->tau, n, inter);
    kr_gmm_sqrt(out->phi, n, intra);
}

static void fill_shared(const kr_gmm *gmm, shared *sh, size_t n, const kr_gmm_batch *batch)
{
    const variant *v = gmm->cls->variant;

    fill_rupture(sh, n, batch);
    fill_wall(sh, n, batch);
    fill_place(sh, n, v->part, batch);
    fill_site(sh, n, batch);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double slope[KR_GMM_BATCH];
    shared sh;

    fill_shared(gmm, &sh, n, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_gmm_out one = {out->mean + m * out->stride, out->sigma + m * out->stride,
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_reference(&st->each[m], v->volcanic, n, batch, &sh, one.mean);
        add_site(&st->each[m], n, &sh, one.mean, slope);
        eval_sigma(&st->each[m], st->more, n, &sh, slope, &one);
    }
}

static const kr_gmm_param params[] = {NZ_RECORDINGS_PARAM, {.name = NULL}};

#define NEEDS                                                                                      \
    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(RJB) |        \
     KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED) | KR_BIT(Z1PT0))

#define BRADLEY_2013(where)                                                                        \
    .title = "Bradley (2013), Bull. Seism. Soc. Am. 103(3)", .doi = "10.1785/0120120021",          \
    .trt = (where), .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true,             \
    .params = params, .table = &table, .state_size = sizeof(state), .mag_lo = 4.0, .mag_hi = 8.5,  \
    .dist_hi = 300.0, .jumps = &kr_gmm_jumps_30_60, .init = init, .eval = eval,                    \
    NZ_RECORDINGS_SHIFT

#define CRUST    BRADLEY_2013("Active Shallow Crust")
#define VOLCANIC BRADLEY_2013("Volcanic")

static const variant crust = {.part = PART_NONE};
static const variant volc = {.volcanic = true};
static const variant lhc = {.larger = true};
static const variant volc_lhc = {.volcanic = true, .larger = true};
static const variant lhc_more = {.larger = true, .additional = true};

/* The parts of Christchurch, without and with additional sigma. */
#define PART(p)                                                                                    \
    {                                                                                              \
        {.part = (p), .larger = true},                                                             \
        {                                                                                          \
            .part = (p), .larger = true, .additional = true                                        \
        }                                                                                          \
    }
static const variant cbd[] = PART(PART_CBD);
static const variant west[] = PART(PART_WEST);
static const variant east[] = PART(PART_EAST);
static const variant north[] = PART(PART_NORTH);
static const variant maps[] = PART(PART_MAPS);

KR_GMM(bradley_2013) = {
    CRUST,          .name = "Bradley2013", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = NEEDS, .variant = &crust,
};

KR_GMM(bradley_2013_volc) = {
    VOLCANIC,       .name = "Bradley2013Volc", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = NEEDS, .variant = &volc,
};

KR_GMM(bradley_2013_lhc) = {
    CRUST,          .name = "Bradley2013LHC", .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS, .variant = &lhc,
};

KR_GMM(bradley_2013_volc_lhc) = {
    VOLCANIC,       .name = "Bradley2013VolcLHC", .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS, .variant = &volc_lhc,
};

KR_GMM(bradley_2013_additional_sigma) = {
    CRUST,
    .name = "Bradley2013AdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &lhc_more,
};

KR_GMM(bradley_2013b_chch_cbd) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchCBD",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &cbd[0],
};

KR_GMM(bradley_2013b_chch_cbd_additional_sigma) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchCBDAdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &cbd[1],
};

KR_GMM(bradley_2013b_chch_west) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchWest",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &west[0],
};

KR_GMM(bradley_2013b_chch_west_additional_sigma) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchWestAdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &west[1],
};

KR_GMM(bradley_2013b_chch_east) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchEast",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &east[0],
};

KR_GMM(bradley_2013b_chch_east_additional_sigma) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchEastAdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &east[1],
};

KR_GMM(bradley_2013b_chch_north) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchNorth",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &north[0],
};

KR_GMM(bradley_2013b_chch_north_additional_sigma) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchNorthAdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS,
    .variant = &north[1],
};

KR_GMM(bradley_2013b_chch_maps) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchMaps",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS | KR_BIT(LON) | KR_BIT(LAT) | KR_BIT(IN_CSHM),
    .variant = &maps[0],
};

KR_GMM(bradley_2013b_chch_maps_additional_sigma) = {
    CRUST,
    .own_total = true,
    .name = "Bradley2013bChchMapsAdditionalSigma",
    .component = KR_COMPONENT_GREATER_OF_TWO,
    .needs = NEEDS | KR_BIT(LON) | KR_BIT(LAT) | KR_BIT(IN_CSHM),
    .variant = &maps[1],
};
