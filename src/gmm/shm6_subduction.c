/* Models of subduction in Canada's sixth seismic hazard model (shm6.h): Zhao et al. (2006),
 * Atkinson and Boore (2003), Garcia et al. (2005), Atkinson and Macias (2009), Ghofrani and
 * Atkinson (2014).
 *
 * They have fixed depths of slabs, site terms that are continuous in vs30, and periods up to 10 s,
 * where they follow the ratios of Abrahamson et al. (2016). PGV is that of spectral acceleration at
 * one period where the model has none. Garcia et al. have hypocentral distances for all magnitudes;
 * rake, rjb and z1pt0 are asked for where the reference asks for them, but do not count. */
#include "atkinson_boore_2003_cascadia.tab.h"
#include "boore_2014.tab.h"
#include "ghofrani_atkinson_2014.tab.h"
#include "gmm/atkinson_boore_2003.h"
#include "gmm/seyhan_stewart.h"
#include "gmm/shm6.h"
#include "zhao_2006.tab.h"

static const kr_gmm_table zhao_table = KR_GMM_TABLE(zhao_2006, ZHAO_2006);
static const kr_gmm_table cascadia_table =
    KR_GMM_TABLE(atkinson_boore_2003_cascadia, ATKINSON_BOORE_2003_CASCADIA);
static const kr_gmm_table boore_table = KR_GMM_TABLE(boore_2014, BOORE_2014);
static const kr_gmm_table ghofrani_table =
    KR_GMM_TABLE(ghofrani_atkinson_2014, GHOFRANI_ATKINSON_2014);

enum { NODES = 6 }; /* of vs30: 160, 250, 450, 760, 1100, 2000 m/s */

typedef enum site_kind { ZHAO, ATKINSON_BOORE, GARCIA, ATKINSON_MACIAS, GHOFRANI } site_kind;

typedef struct variant {
    site_kind site;
    const char *name, *beyond;     /* the model, and the one that extends it */
    double period_min, period_max; /* s: those of the model */
    double depth;                  /* km, of slabs; 0: the hypocentre's */
    bool by_rrup;                  /* rrup stands for rhypo in the one that extends it */
    shm6_velocity velocity;        /* a period of 0: the model has PGV */
} variant;

/* What one measure has beside the model's own. */
typedef struct part {
    kr_imt imt;            /* that the model is evaluated for */
    const kr_gmm *beyond;  /* its value at the period asked for and that of `imt`; or NULL */
    double at_node[NODES]; /* ZHAO, ATKINSON_BOORE: ln of the site's factor */
    double weakening;      /* ATKINSON_BOORE: by strong motion */
    seyhan_stewart soil;   /* GARCIA, ATKINSON_MACIAS */
    shm6_rock rock;        /* ATKINSON_MACIAS, GHOFRANI */
} part;

typedef struct state {
    const kr_gmm *base, *pga; /* pga is NULL where it is not needed */
    seyhan_stewart pga_soil;
    part *parts;
} state;

/* What all measures share. */
typedef struct shared {
    shm6_sites sites;
    double share[NODES - 1][KR_GMM_BATCH]; /* of ln(vs30) between two nodes; 0 below, 1 above */
    double strong[KR_GMM_BATCH];           /* rock PGA from 100 to 500 cm/s2 as 0 to 1 */
    seyhan_stewart_sites soil;
} shared;

static seyhan_stewart soil_of(const kr_imt *imt)
{
    double row[BOORE_2014_NCOL] = {0};
    kr_gmm_row(&boore_table, imt, row);
    boore_2014_row c = boore_2014_load(row);
    return seyhan_stewart_of(c.c, c.Vc, c.f4, c.f5);
}

static void set_zhao(part *p)
{
    double row[ZHAO_2006_NCOL] = {0};
    kr_gmm_row(&zhao_table, &p->imt, row);
    zhao_2006_row c = zhao_2006_load(row);
    double middle = 0.5 * (c.CH + c.C1);
    double hard = fmin(middle, fmax(c.CH, c.C1 + shm6_factor(&p->imt)));
    const double nodes[NODES] = {c.C4, c.C3, c.C2, c.C1, middle, hard};
    for (size_t k = 0; k < NODES; k++)
        p->at_node[k] = nodes[k] - c.CH; /* the model is evaluated on hard rock */
}

static void set_atkinson_boore(part *p)
{
    double row[ATKINSON_BOORE_2003_CASCADIA_NCOL] = {0};
    kr_gmm_row(&cascadia_table, &p->imt, row);
    atkinson_boore_2003_cascadia_row c = atkinson_boore_2003_cascadia_load(row);
    double at_760 = 0.41367 * c.c5;
    double hard = fmin(0.0, shm6_factor(&p->imt) / M_LN10 + at_760);
    const double nodes[NODES] = {c.c7, c.c6, c.c5, at_760, 0.0, hard};
    for (size_t k = 0; k < NODES; k++)
        p->at_node[k] = M_LN10 * nodes[k];
    p->weakening = atkinson_boore_2003_weakening(&p->imt);
}

static void set_site(const variant *v, part *p)
{
    if (v->site == ZHAO)
        set_zhao(p);
    if (v->site == ATKINSON_BOORE)
        set_atkinson_boore(p);
    if (v->site == GARCIA || v->site == ATKINSON_MACIAS) {
        p->soil = soil_of(&p->imt);
        p->rock = (shm6_rock){.slope = p->soil.c, .cap = p->soil.ln_vc};
    }
    if (v->site == GHOFRANI) {
        double row[GHOFRANI_ATKINSON_2014_NCOL] = {0};
        kr_gmm_row(&ghofrani_table, &p->imt, row);
        p->rock = (shm6_rock){.slope = ghofrani_atkinson_2014_load(row).c3, .cap = INFINITY};
    }
}

/* The measure that the model is evaluated for; beyond its periods another model's ratio follows. */
static kr_status set_part(kr_ctx *ctx, kr_gmm *gmm, const kr_imt *imt, part *p)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;

    p->imt = v->velocity.period > 0.0 ? shm6_stand_in(&v->velocity, imt) : *imt;
    if (p->imt.kind == KR_IMT_SA) {
        double nearest = fmin(fmax(p->imt.period, v->period_min), v->period_max);
        if (nearest != p->imt.period) {
            kr_imt pair[2] = {*imt, shm6_spectral(nearest)};
            KR_TRY(shm6_other(ctx, gmm, v->beyond, pair, 2, &p->beyond));
            p->imt = pair[1];
        }
    }
    set_site(v, p);
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    kr_imt *imts;

    KR_TRY(shm6_check_periods(ctx, gmm));
    KR_ANEW(st->parts, gmm->arena, gmm->nimts);
    KR_ANEW(imts, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        KR_TRY(set_part(ctx, gmm, &gmm->imts[m], &st->parts[m]));
        imts[m] = st->parts[m].imt;
    }
    KR_TRY(shm6_other(ctx, gmm, v->name, imts, gmm->nimts, &st->base));
    if (v->site == ATKINSON_BOORE || v->site == GARCIA || v->site == ATKINSON_MACIAS)
        KR_TRY(shm6_other(ctx, gmm, v->name, &kr_gmm_pga, 1, &st->pga));
    st->pga_soil = soil_of(&kr_gmm_pga);
out:
    return s;
}

/* The mean of the only measure of an instance. */
static void eval_one(const kr_gmm *one, const kr_gmm_batch *batch, double *mean)
{
    double sigma[KR_GMM_BATCH];
    kr_gmm_out out = {.mean = mean, .sigma = sigma, .stride = KR_GMM_BATCH};
    kr_gmm_eval(one, batch, &out);
}

static void fill_shares(shared *sh, size_t n, const double *restrict vs30)
{
    static const double nodes[NODES] = {160.0, 250.0, 450.0, 760.0, 1100.0, 2000.0};
    for (size_t k = 0; k + 1 < NODES; k++) {
        const double from = log(nodes[k]), length = log(nodes[k + 1]) - from;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double x = (log(vs30[i]) - from) / length;
            x = x > 0.0 ? x : 0.0;
            sh->share[k][i] = x < 1.0 ? x : 1.0;
        }
    }
}

static void fill_strong(shared *sh, size_t n, const double *restrict ln_pga)
{
    const double cm_s2 = 980.665;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double strong = (cm_s2 * exp(ln_pga[i]) - 100.0) / 400.0;
        strong = strong > 0.0 ? strong : 0.0;
        sh->strong[i] = strong < 1.0 ? strong : 1.0;
    }
}

static void fill_shared(const kr_gmm *gmm, shared *sh, const kr_gmm_batch *batch,
                        const double *vs30)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    double ln_pga[KR_GMM_BATCH];

    shm6_fill(&sh->sites, n, vs30);
    kr_gmm_fill(sh->strong, n, 0.0);
    if (v->site == ZHAO || v->site == ATKINSON_BOORE)
        fill_shares(sh, n, vs30);
    if (st->pga)
        eval_one(st->pga, batch, ln_pga);
    if (v->site == ATKINSON_BOORE)
        fill_strong(sh, n, ln_pga);
    if (v->site == GARCIA || v->site == ATKINSON_MACIAS)
        seyhan_stewart_fill(&sh->soil, &st->pga_soil, v->site == GARCIA ? 1100.0 : 760.0, batch->n,
                            vs30, ln_pga);
}

/* Linear in ln(vs30) between the nodes; below 1100 m/s strong motion weakens it. */
static void add_nodes(const part *p, size_t n, const shared *sh, const double *restrict vs30,
                      double *restrict mean)
{
    const double weak = p->weakening;
    double step[NODES - 1];

    for (size_t k = 0; k + 1 < NODES; k++)
        step[k] = p->at_node[k + 1] - p->at_node[k];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double site = p->at_node[0] + step[0] * sh->share[0][i] + step[1] * sh->share[1][i] +
                      step[2] * sh->share[2][i] + step[3] * sh->share[3][i] +
                      step[4] * sh->share[4][i];
        double soft = site * (1.0 - weak * sh->strong[i]);
        mean[i] += vs30[i] < 1100.0 ? soft : site;
    }
}

/* From 1100 m/s on the larger of the two factors relative to that. */
static void add_larger(const part *p, size_t n, const shared *sh, const double *restrict vs30,
                       double *restrict mean)
{
    const double part_of = 1.0 - log(1100.0 / 760.0) / log(2000.0 / 760.0);
    const double factor = shm6_factor(&p->imt) * part_of;
    const seyhan_stewart soil = p->soil;
    const double at_1100 = seyhan_stewart_linear(&soil, log(1100.0 / 760.0));

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double own = seyhan_stewart_linear(&soil, sh->sites.ln_vs30[i]) - at_1100;
        double more = factor * sh->sites.share[i] - own;
        more = vs30[i] >= 1100.0 ? more : 0.0;
        mean[i] += more > 0.0 ? more : 0.0;
    }
}

static void add_site(const variant *v, const part *p, size_t n, const shared *sh,
                     const double *vs30, double *mean)
{
    if (v->site == ZHAO || v->site == ATKINSON_BOORE)
        add_nodes(p, n, sh, vs30, mean);
    if (v->site == GARCIA || v->site == ATKINSON_MACIAS)
        seyhan_stewart_add(&sh->soil, &p->soil, n, vs30, mean);
    if (v->site == GARCIA)
        add_larger(p, n, sh, vs30, mean);
    if (v->site == ATKINSON_MACIAS || v->site == GHOFRANI)
        shm6_add_rock(&p->rock, &p->imt, n, &sh->sites, mean);
}

static void add_beyond(const kr_gmm *beyond, const kr_gmm_batch *batch, size_t n,
                       double *restrict mean)
{
    double both[2 * KR_GMM_BATCH], sigma[2 * KR_GMM_BATCH];
    kr_gmm_out out = {.mean = both, .sigma = sigma, .stride = KR_GMM_BATCH};

    kr_gmm_eval(beyond, batch, &out);
    for (size_t i = 0; i < n; i++)
        mean[i] += both[i] - both[KR_GMM_BATCH + i];
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const double *vs30 = batch->col[KR_COL_VS30];
    size_t n = kr_gmm_padded(batch->n);
    double depth[KR_GMM_BATCH], hard[KR_GMM_BATCH];
    kr_gmm_batch own = *batch, beyond = *batch;
    shared sh;

    kr_gmm_fill(depth, n, v->depth);
    kr_gmm_fill(hard, n, 2000.0);
    if (v->depth > 0.0)
        own.col[KR_COL_HYPO_DEPTH] = beyond.col[KR_COL_HYPO_DEPTH] = depth;
    if (v->site == ZHAO || v->site == ATKINSON_BOORE)
        own.col[KR_COL_VS30] = hard;
    if (v->site == GARCIA)
        own.col[KR_COL_RRUP] = batch->col[KR_COL_RHYPO];
    if (v->by_rrup)
        beyond.col[KR_COL_RHYPO] = batch->col[KR_COL_RRUP];
    kr_gmm_eval(st->base, &own, out);
    fill_shared(gmm, &sh, &own, vs30);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const part *p = &st->parts[m];
        double *mean = out->mean + m * out->stride;
        add_site(v, p, n, &sh, vs30, mean);
        if (p->beyond)
            add_beyond(p->beyond, &beyond, n, mean);
        if (gmm->imts[m].kind == KR_IMT_PGV && v->velocity.period > 0.0)
            shm6_to_velocity(&v->velocity, n, mean);
    }
}

#define BY_SLAB(depth_)      "CanadaSHM6_InSlab_AbrahamsonEtAl2015SSlab" #depth_
#define BY_INTERFACE         "CanadaSHM6_Interface_AbrahamsonEtAl2015SInter"
#define SLAB_VARIANT(depth_) .depth = depth_, .beyond = BY_SLAB(depth_)

#define ZHAO_SLAB(depth_)                                                                          \
    {                                                                                              \
        SLAB_VARIANT(depth_), .site = ZHAO, .name = "ZhaoEtAl2006SSlabCascadia",                   \
                              .period_min = 0.05, .period_max = 5.0, .by_rrup = true,              \
                              .velocity = SHM6_SLAB_VELOCITY                                       \
    }
#define ATKINSON_BOORE_SLAB(depth_)                                                                \
    {                                                                                              \
        SLAB_VARIANT(depth_), .site = ATKINSON_BOORE, .name = "AtkinsonBoore2003SSlabCascadia",    \
                              .period_min = 0.04, .period_max = 3.0, .by_rrup = true,              \
                              .velocity = SHM6_SLAB_VELOCITY                                       \
    }
#define GARCIA_SLAB(depth_)                                                                        \
    {                                                                                              \
        SLAB_VARIANT(depth_), .site = GARCIA, .name = "GarciaEtAl2005SSlab", .period_min = 0.04,   \
                              .period_max = 5.0                                                    \
    }

static const variant zhao_55 = ZHAO_SLAB(55), zhao_30 = ZHAO_SLAB(30);
static const variant atkinson_boore_55 = ATKINSON_BOORE_SLAB(55),
                     atkinson_boore_30 = ATKINSON_BOORE_SLAB(30);
static const variant garcia_55 = GARCIA_SLAB(55), garcia_30 = GARCIA_SLAB(30);
static const variant zhao_interface = {.site = ZHAO,
                                       .name = "ZhaoEtAl2006SInterCascadia",
                                       .beyond = BY_INTERFACE,
                                       .depth = 30.0,
                                       .period_min = 0.05,
                                       .period_max = 5.0,
                                       .velocity = SHM6_INTERFACE_VELOCITY};
static const variant atkinson_macias = {.site = ATKINSON_MACIAS,
                                        .name = "AtkinsonMacias2009",
                                        .period_min = 0.05,
                                        .period_max = 10.0,
                                        .velocity = SHM6_INTERFACE_VELOCITY};
static const variant ghofrani = {.site = GHOFRANI,
                                 .name = "GhofraniAtkinson2014Cascadia",
                                 .beyond = BY_INTERFACE,
                                 .period_min = 0.07,
                                 .period_max = 9.09};

#define SHM6_SUBDUCTION                                                                            \
    SHM6, .state_size = sizeof(state), .mag_lo = 5.0, .mag_hi = 9.0, .dist_hi = 400.0,             \
          .init = init, .eval = eval
#define SLAB SHM6_SUBDUCTION, .trt = "Subduction IntraSlab", .has_tau_phi = true
#define SLAB_NEEDS                                                                                 \
    (KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC))
#define INTERFACE SHM6_SUBDUCTION, .trt = "Subduction Interface"

KR_GMM(shm6_zhao_2006_sslab_55) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_ZhaoEtAl2006SSlabCascadia55",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = SLAB_NEEDS,
    .variant = &zhao_55,
};

KR_GMM(shm6_zhao_2006_sslab_30) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_ZhaoEtAl2006SSlabCascadia30",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = SLAB_NEEDS,
    .variant = &zhao_30,
};

KR_GMM(shm6_atkinson_boore_2003_55) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_AtkinsonBoore2003SSlabCascadia55",
    .component = KR_COMPONENT_RANDOM_HORIZONTAL,
    .needs = SLAB_NEEDS,
    .own_total = true,
    .variant = &atkinson_boore_55,
};

KR_GMM(shm6_atkinson_boore_2003_30) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_AtkinsonBoore2003SSlabCascadia30",
    .component = KR_COMPONENT_RANDOM_HORIZONTAL,
    .needs = SLAB_NEEDS,
    .own_total = true,
    .variant = &atkinson_boore_30,
};

KR_GMM(shm6_garcia_2005_55) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_GarciaEtAl2005SSlab55",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = SLAB_NEEDS | KR_BIT(RHYPO),
    .own_total = true,
    .variant = &garcia_55,
};

KR_GMM(shm6_garcia_2005_30) = {
    SLAB,
    .name = "CanadaSHM6_InSlab_GarciaEtAl2005SSlab30",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = SLAB_NEEDS | KR_BIT(RHYPO),
    .own_total = true,
    .variant = &garcia_30,
};

KR_GMM(shm6_zhao_2006_sinter) = {
    INTERFACE,
    .name = "CanadaSHM6_Interface_ZhaoEtAl2006SInterCascadia",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC),
    .has_tau_phi = true,
    .variant = &zhao_interface,
};

KR_GMM(shm6_atkinson_macias_2009) = {
    INTERFACE,
    .name = "CanadaSHM6_Interface_AtkinsonMacias2009",
    .component = KR_COMPONENT_RANDOM_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(RJB) | KR_BIT(VS30) | KR_BIT(Z1PT0),
    .variant = &atkinson_macias,
};

KR_GMM(shm6_ghofrani_atkinson_2014) = {
    INTERFACE,
    .name = "CanadaSHM6_Interface_GhofraniAtkinson2014Cascadia",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(VS30) | KR_BIT(BACKARC),
    .has_tau_phi = true,
    .variant = &ghofrani,
};
