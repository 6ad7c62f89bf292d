/* Shallow crust and upper mantle: Zhao, J. X., Zhou, S., Zhou, J., Zhao, C., Zhang, H., Zhang, Y.,
 * Gao, P., Lan, X., Rhoades, D., Fukushima, Y., Somerville, P. G., Irikura, K. and Fukushima, Y.
 * (2016a). Ground-motion prediction equations for shallow crustal and upper-mantle earthquakes in
 * Japan using site class and simple geometric attenuation functions. Bull. Seism. Soc. Am. 106(4),
 * 1552-1569. doi:10.1785/0120150063
 * Interface: Zhao, J. X., Liang, X., Jiang, F. et al. (2016b). ... for subduction interface
 * earthquakes in Japan ... Bull. Seism. Soc. Am. 106(4), 1518-1534. doi:10.1785/0120150034
 * Slab: Zhao, J. X., Jiang, F., Shi, P. et al. (2016c). ... for subduction slab earthquakes in
 * Japan ... Bull. Seism. Soc. Am. 106(4), 1535-1551. doi:10.1785/0120150056
 *
 * Departures, all as in OpenQuake 3.21: the path through volcanic zones is not told (rvolc is 0),
 * but for ...SSlabPErg, which makes it of polygons (gmm_volcanic_zones.h); the top of a slab's
 * rupture counts to 100 km, as in the authors' program; the mantle has the magnitude scaling of the
 * crust and no constant of its own; ztor = 25 km is deep but for magnitude scaling and site. */
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "gmm/gmm_volcanic_zones.h"
#include "gmm/zhao_2016_site.h"
#include "num/vmath.h"
#include "zhao_2016_crust.tab.h"
#include "zhao_2016_interface.tab.h"
#include "zhao_2016_site.tab.h"
#include "zhao_2016_slab.tab.h"

static const kr_gmm_table crust_table = KR_GMM_TABLE(zhao_2016_crust, ZHAO_2016_CRUST);
static const kr_gmm_table interface_table = KR_GMM_TABLE(zhao_2016_interface, ZHAO_2016_INTERFACE);
static const kr_gmm_table slab_table = KR_GMM_TABLE(zhao_2016_slab, ZHAO_2016_SLAB);
static const kr_gmm_table site_table = KR_GMM_TABLE(zhao_2016_site, ZHAO_2016_SITE);

static const double mag_c = 7.1, mag_sc = 6.3;

typedef enum zone { CRUST, MANTLE, INTERFACE, SLAB } zone;

typedef struct variant {
    zone zone;
    bool site_sigma; /* phi by site class */
    bool by_path;    /* rvolc of volc_arc_file */
} variant;

/* The four zones have one form; what a zone does not have is 0. */
typedef struct coeffs {
    double mag, mag_deep, square, above; /* magnitude; mag_deep in addition where deep */
    double normal, reverse, depth;
    double near_source, mag_0, mag_1; /* km: near_source + exp(mag_0 + mag_1 M) */
    double spread, spread_30;         /* logarithms: all distances; up to 30 km */
    double far, far_shallow;          /* ln(r + 200) */
    double km, km_shallow, km_deep, volcanic;
    double constant, shallow;
    double tau;
} coeffs;

typedef struct state {
    coeffs *coeffs;  /* by measure */
    zhao_site *site; /* by measure */
    const kr_volcanic_zones *zones;
} state;

/* What all measures share. */
typedef struct shared {
    double mag[KR_GMM_BATCH], above[KR_GMM_BATCH]; /* to 7.1, and beyond it */
    double normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];
    double depth[KR_GMM_BATCH];
    double shallow[KR_GMM_BATCH]; /* 1 above 25 km */
    double deep[KR_GMM_BATCH];    /* 1 below 25 km */
    double far[KR_GMM_BATCH];     /* ln(rrup + 200) */
    double steep[KR_GMM_BATCH];   /* slab below 50 km: 0 at 50 km, 1 at 100 km */
    double volcanic[KR_GMM_BATCH];
    int32_t place[KR_GMM_BATCH];
} shared;

static coeffs crust_coeffs(const double *row, bool mantle)
{
    const zhao_2016_crust_row c = zhao_2016_crust_load(row);
    return (coeffs){
        .mag = c.ccr,
        .above = c.dcr,
        .normal = mantle ? c.FN_UM : c.FN_CR,
        .reverse = mantle ? c.FRV_UM : 0.0,
        .depth = mantle ? 0.0 : c.bcr,
        .near_source = 2.0,
        .mag_0 = c.c1,
        .mag_1 = c.c2,
        .spread = mantle ? c.gUM : c.gcr,
        .spread_30 = c.gcrN,
        .far = c.gcrL,
        .km = mantle ? c.eum : c.ecr,
        .volcanic = c.ecrV,
        .constant = c.gamma_S,
        .tau = c.tau,
    };
}

static coeffs interface_coeffs(const double *row)
{
    const zhao_2016_interface_row c = zhao_2016_interface_load(row);
    return (coeffs){
        .mag = c.cintS,
        .mag_deep = c.cint - c.cintS,
        .above = c.dint,
        .depth = c.bint,
        .near_source = 10.0,
        .mag_0 = c.alpha,
        .mag_1 = c.beta,
        .spread = c.gint,
        .far = c.gintLD,
        .far_shallow = c.gintLS - c.gintLD,
        .km_shallow = c.eintS,
        .volcanic = c.eintV,
        .constant = c.gammaint,
        .shallow = c.gamma_ints,
        .tau = c.tau,
    };
}

static coeffs slab_coeffs(const double *row)
{
    const zhao_2016_slab_row c = zhao_2016_slab_load(row);
    return (coeffs){
        .mag = c.cSL,
        .square = c.cSL2,
        .above = c.dSL,
        .depth = c.bSLH,
        .mag_0 = c.alpha,
        .mag_1 = c.beta,
        .spread = c.gSL,
        .far = c.gLL,
        .km = c.eSL,
        .km_deep = c.eSLH,
        .volcanic = c.eSLV,
        .constant = c.gamma,
        .tau = c.tau,
    };
}

static coeffs coeffs_of(zone z, const double *row)
{
    if (z == INTERFACE)
        return interface_coeffs(row);
    return z == SLAB ? slab_coeffs(row) : crust_coeffs(row, z == MANTLE);
}

/* Rock above hard rock, the factors of the places, and phi: of all classes, then of each. */
static void site_coeffs(zone z, const double *row, double *ln_hard, double factor[ZHAO_PLACES],
                        double phi[1 + ZHAO_CLASSES])
{
#define SITE(c)                                                                                    \
    *ln_hard = (c).lnSC1AM, factor[1] = (c).S2, factor[2] = (c).S3, factor[3] = (c).S4,            \
    phi[0] = (c).sigma, phi[1] = (c).phi1, phi[2] = (c).phi2, phi[3] = (c).phi3, phi[4] = (c).phi4
    for (size_t k = 0; k < ZHAO_PLACES; k++)
        factor[k] = 0.0;
    if (z == INTERFACE) {
        const zhao_2016_interface_row c = zhao_2016_interface_load(row);
        SITE(c);
        factor[4] = c.S5;
        factor[5] = c.S6;
        factor[6] = c.S7;
    } else if (z == SLAB) {
        const zhao_2016_slab_row c = zhao_2016_slab_load(row);
        SITE(c);
    } else {
        const zhao_2016_crust_row c = zhao_2016_crust_load(row);
        SITE(c);
    }
#undef SITE
}

/* `row` of the zone's table, `amp` of the site table. */
static void fill_site(const variant *v, const double *row, const double *amp, zhao_site *site)
{
    static const double impedance[] = {(1.0 + 0.8 * 2.73) / 3.5, 3.07 / 3.0,
                                       (1.0 + 0.9 * 1.76) / 2.5, (1.0 + 0.6 * 2.02) / 3.0};
    const double *amax = amp, *src = amp + ZHAO_CLASSES;
    const double *strength = amp + (2 + (size_t)v->zone) * ZHAO_CLASSES;
    double ln_hard, factor[ZHAO_PLACES], phi[1 + ZHAO_CLASSES];

    site_coeffs(v->zone, row, &ln_hard, factor, phi);
    for (size_t place = 0; place < ZHAO_PLACES; place++) {
        size_t k = place < ZHAO_CLASSES ? place : place - ZHAO_DEEP;
        zhao_class c = {ln_hard, factor[place], amax[k], src[k], strength[k], impedance[k]};
        zhao_site_of(&c, place, site);
        site->phi[place] = phi[v->site_sigma ? 1 + k : 0];
    }
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    const kr_gmm_arg *file = kr_gmm_arg_of(gmm, "volc_arc_file");
    state *st = gmm->state;
    double *amp;

    KR_TRY(kr_gmm_rows(ctx, gmm, &site_table, &amp));
    KR_ANEW(st->coeffs, gmm->arena, gmm->nimts);
    KR_ANEW(st->site, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * gmm->cls->table->ncol;
        st->coeffs[m] = coeffs_of(v->zone, row);
        fill_site(v, row, amp + m * ZHAO_2016_SITE_NCOL, &st->site[m]);
    }
    if (v->by_path && file->text)
        KR_TRY(kr_volcanic_zones_read(ctx, gmm, file->text, &st->zones));
out:
    return s;
}

static void fill_source(shared *sh, size_t n, const kr_gmm_batch *batch, bool slab)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict ztor = batch->col[KR_COL_ZTOR];
    const double *restrict rrup = batch->col[KR_COL_RRUP];
    const double depth_max = slab ? 100.0 : 1e9;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double steep = 0.02 * ztor[i] - 1.0;
        sh->mag[i] = mag[i] < mag_c ? mag[i] : mag_c;
        sh->above[i] = mag[i] > mag_c ? mag[i] - mag_c : 0.0;
        sh->depth[i] = ztor[i] < depth_max ? ztor[i] : depth_max;
        sh->shallow[i] = ztor[i] < 25.0 ? 1.0 : 0.0;
        sh->deep[i] = ztor[i] > 25.0 ? 1.0 : 0.0;
        sh->steep[i] = steep > 0.0 ? steep : 0.0;
        sh->far[i] = log(rrup[i] + 200.0);
    }
}

static void fill_style(shared *sh, size_t n, const double *restrict rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double nm = rake[i] >= -135.0 ? 1.0 : 0.0;
        double rv = rake[i] > 45.0 ? 1.0 : 0.0;
        sh->normal[i] = rake[i] <= -45.0 ? nm : 0.0;
        sh->reverse[i] = rake[i] < 135.0 ? rv : 0.0;
    }
}

static void fill_shared(const kr_gmm *gmm, const kr_gmm_batch *batch, size_t n, shared *sh)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;

    fill_source(sh, n, batch, v->zone == SLAB);
    if (v->zone == CRUST || v->zone == MANTLE) {
        fill_style(sh, n, batch->col[KR_COL_RAKE]);
    } else {
        kr_gmm_fill(sh->normal, n, 0.0);
        kr_gmm_fill(sh->reverse, n, 0.0);
    }
    zhao_places(n, batch->col[KR_COL_VS30], v->zone == INTERFACE ? sh->deep : NULL, sh->place);
    for (size_t i = 0; i < n; i++)
        sh->volcanic[i] =
            st->zones ? kr_volcanic_path_km(st->zones, batch->col[KR_COL_LON][i],
                                            batch->col[KR_COL_LAT][i], batch->col[KR_COL_CLON][i],
                                            batch->col[KR_COL_CLAT][i])
                      : batch->col[KR_COL_RVOLC][i];
}

/* Equations 1 to 6: rock. */
static void eval_rock(const coeffs *k, size_t n, const double *restrict rrup, const shared *sh,
                      double *restrict mean)
{
    const coeffs c = *k;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = sh->mag[i], dm = m - mag_sc, r = rrup[i];
        double source = m * (c.mag + c.mag_deep * sh->deep[i]) + c.square * (dm * dm) +
                        c.above * sh->above[i] + c.normal * sh->normal[i] +
                        c.reverse * sh->reverse[i] + c.depth * sh->depth[i];
        double path = c.spread * log(c.near_source + r + exp(c.mag_0 + c.mag_1 * m)) +
                      (c.far + c.far_shallow * sh->shallow[i]) * sh->far[i] +
                      (c.km + c.km_shallow * sh->shallow[i] + c.km_deep * sh->steep[i]) * r +
                      c.volcanic * sh->volcanic[i];
        mean[i] = source + path + c.constant + c.shallow * sh->shallow[i];
    }
}

/* The crust's second spreading, up to 30 km. */
static void add_near(const coeffs *c, size_t n, const double *restrict rrup, double *restrict mean)
{
    const double factor = c->spread_30;
    const double offset = c->near_source + exp(c->mag_0 + 6.5 * c->mag_1);

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += factor * log(offset + (rrup[i] < 30.0 ? rrup[i] : 30.0));
}

static void eval_sigma(const zhao_site *site, double tau, size_t n, const int32_t *restrict place,
                       const kr_gmm_out *out)
{
    double *restrict sigma = out->sigma;
    const double *restrict phi = site->phi;

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(phi[place[i]] * phi[place[i]] + tau * tau);
    kr_gmm_fill(out->tau, n, tau);
    for (size_t i = 0; out->phi && i < n; i++)
        out->phi[i] = phi[place[i]];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const double *rrup = batch->col[KR_COL_RRUP];
    size_t n = kr_gmm_padded(batch->n);
    shared sh;

    fill_shared(gmm, batch, n, &sh);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const coeffs *c = &st->coeffs[m];
        kr_gmm_out one = {kr_gmm_at(out->mean, out, m), kr_gmm_at(out->sigma, out, m),
                          kr_gmm_at(out->tau, out, m), kr_gmm_at(out->phi, out, m), out->stride};
        eval_rock(c, n, rrup, &sh, one.mean);
        if (c->spread_30 != 0.0)
            add_near(c, n, rrup, one.mean);
        zhao_amplify(&st->site[m], n, sh.place, one.mean);
        eval_sigma(&st->site[m], c->tau, n, sh.place, &one);
    }
}

static const kr_gmm_param params[] = {
    {"volc_arc_file", KR_PARAM_FILE, 0.0, NULL, false,
     "GeoJSON with polygons of volcanic zones; used by ZhaoEtAl2016SSlabPErg"},
    {NULL, KR_PARAM_NUMBER, 0.0, NULL, false, NULL}};

static const variant crust = {CRUST, false, false}, crust_site = {CRUST, true, false};
static const variant mantle = {MANTLE, false, false}, mantle_site = {MANTLE, true, false};
static const variant interface = {INTERFACE, false, false},
                     interface_site = {INTERFACE, true, false};
static const variant slab = {SLAB, false, false}, slab_site = {SLAB, true, false};
static const variant slab_path = {SLAB, false, true};

#define NEEDS (KR_BIT(MAG) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(RVOLC) | KR_BIT(VS30))

#define ZHAO_2016(of)                                                                              \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL, .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),    \
    .has_tau_phi = true, .params = params, .state_size = sizeof(state), .variant = &(of),          \
    .mag_lo = 4.9, .mag_hi = 9.0, .dist_hi = 300.0, .init = init, .eval = eval

#define OF_CRUST(of)                                                                               \
    ZHAO_2016(of), .title = "Zhao et al. (2016), Bull. Seism. Soc. Am. 106(4), 1552-1569",         \
                   .doi = "10.1785/0120150063", .needs = NEEDS | KR_BIT(RAKE),                     \
                   .table = &crust_table
#define OF_INTERFACE(of)                                                                           \
    ZHAO_2016(of), .title = "Zhao et al. (2016), Bull. Seism. Soc. Am. 106(4), 1518-1534",         \
                   .doi = "10.1785/0120150034", .needs = NEEDS, .table = &interface_table,         \
                   .trt = "Subduction Interface"
#define OF_SLAB(of)                                                                                \
    ZHAO_2016(of), .title = "Zhao et al. (2016), Bull. Seism. Soc. Am. 106(4), 1535-1551",         \
                   .doi = "10.1785/0120150056", .table = &slab_table,                              \
                   .trt = "Subduction IntraSlab"

KR_GMM(zhao_2016_asc) = {
    OF_CRUST(crust),
    .name = "ZhaoEtAl2016Asc",
    .trt = "Active Shallow Crust",
};

KR_GMM(zhao_2016_asc_site) = {
    OF_CRUST(crust_site),
    .name = "ZhaoEtAl2016AscSiteSigma",
    .trt = "Active Shallow Crust",
};

KR_GMM(zhao_2016_mantle) = {
    OF_CRUST(mantle),
    .name = "ZhaoEtAl2016UpperMantle",
    .trt = "Upper Mantle",
};

KR_GMM(zhao_2016_mantle_site) = {
    OF_CRUST(mantle_site),
    .name = "ZhaoEtAl2016UpperMantleSiteSigma",
    .trt = "Upper Mantle",
};

KR_GMM(zhao_2016_sinter) = {
    OF_INTERFACE(interface),
    .name = "ZhaoEtAl2016SInter",
};

KR_GMM(zhao_2016_sinter_site) = {
    OF_INTERFACE(interface_site),
    .name = "ZhaoEtAl2016SInterSiteSigma",
};

KR_GMM(zhao_2016_sslab) = {
    OF_SLAB(slab),
    .name = "ZhaoEtAl2016SSlab",
    .needs = NEEDS,
};

KR_GMM(zhao_2016_sslab_site) = {
    OF_SLAB(slab_site),
    .name = "ZhaoEtAl2016SSlabSiteSigma",
    .needs = NEEDS,
};

KR_GMM(zhao_2016_sslab_perg) = {
    OF_SLAB(slab_path),
    .name = "ZhaoEtAl2016SSlabPErg",
    .needs = NEEDS | KR_BIT(LON) | KR_BIT(LAT) | KR_BIT(CLON) | KR_BIT(CLAT) | KR_BIT(HYPO_LON) |
             KR_BIT(HYPO_LAT) | KR_BIT(HYPO_DEPTH) | KR_BIT(RAKE) | KR_BIT(STRIKE) | KR_BIT(DIP),
};
