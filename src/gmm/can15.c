/* The models of Canada's hazard maps of 2015, made of others:
 *
 * Atkinson, G. M. and Adams, J. (2013). Ground motion prediction equations for application to the
 * 2015 Canadian national seismic hazard maps. Can. J. Civ. Eng. 40(10), 988-998.
 * doi:10.1139/cjce-2012-0544
 *
 * Atkinson, G. M. (2012). White paper on proposed ground-motion prediction equations (GMPEs) for
 * 2015 national seismic hazard maps: distances to the rupture for epicentral ones (appendix A).
 *
 * Low and Upp are lower and upper by the uncertainty of the median; Oceanic has magnitudes less by
 * 0.5. Departures: all as in OpenQuake 3.21: the deviation is one for all, PGV's that of short
 * periods; the uncertainty of the interface is not converted from common logarithms. An epicentral
 * distance below 1 m counts as 1 m. */
#include "can15_east.tab.h"
#include "can15_sinter.tab.h"
#include "can15_sslab.tab.h"
#include "gmm/constant_sigma.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table east_table = KR_GMM_TABLE(can15_east, CAN15_EAST);
static const kr_gmm_table sinter_table = KR_GMM_TABLE(can15_sinter, CAN15_SINTER);
static const kr_gmm_table sslab_table = KR_GMM_TABLE(can15_sslab, CAN15_SSLAB);

enum { MAX_MEMBERS = 5 };

typedef enum region { WEST, EAST, SLAB, INTERFACE } region;

/* One of the models that make up another. */
typedef struct member {
    const char *name;
    double weight;
    bool corrected; /* to B/C sites */
    bool deep;      /* the rupture's top is not less deep than 21 - 2.5 M km */
} member;

typedef struct variant {
    region region;
    member members[MAX_MEMBERS];
    size_t nmembers;
    double sign;      /* of the uncertainty of the median */
    double delta_mag; /* added to magnitudes */
    bool by_rjb;      /* else by the epicentral distance */
} variant;

typedef struct state {
    const kr_gmm *members[MAX_MEMBERS];
    double *corrections; /* ln, one for each measure; EAST: not that of PGA */
    double sign;
    size_t inner; /* where the members' scratch begins */
} state;

/* Distances that stand for the epicentral one, and the magnitude with its change. */
typedef struct distances {
    double mag[KR_GMM_BATCH];
    double rjb[KR_GMM_BATCH], rrup[KR_GMM_BATCH];
    double deep_rrup[KR_GMM_BATCH];
} distances;

static const kr_gmm_table *table_of(region where)
{
    return where == EAST ? &east_table : where == SLAB ? &sslab_table : &sinter_table;
}

static kr_status set_corrections(kr_ctx *ctx, const kr_gmm *gmm, state *st)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    double row[1] = {0};

    KR_ANEW(st->corrections, gmm->arena, gmm->nimts);
    for (size_t m = 0; v->region != WEST && m < gmm->nimts; m++) {
        if (v->region == EAST && gmm->imts[m].kind == KR_IMT_PGA)
            continue;
        if (!kr_gmm_row(table_of(v->region), &gmm->imts[m], row))
            return kr_gmm_fail(ctx, gmm, "%s is out of the period range defined for %s",
                               gmm->imts[m].name, gmm->cls->name);
        st->corrections[m] = v->region == INTERFACE ? log(row[0]) : ln_10 * row[0];
    }
out:
    return s;
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;
    const kr_columns needs = gmm->needs;

    if (kr_gmm_arg_of(gmm, "sgn")->given)
        kr_warn_at(ctx, gmm->file, gmm->line,
                   "argument 'sgn' of %s does nothing, as in the reference; the names that end in "
                   "Low and Upp have the limits of the median",
                   gmm->cls->name);
    st->sign = v->sign;
    KR_TRY(set_corrections(ctx, gmm, st));
    for (size_t k = 0; k < v->nmembers; k++) {
        kr_gmm_inner_spec spec = {
            .name = v->members[k].name, .imts = gmm->imts, .nimts = gmm->nimts};
        KR_TRY(kr_gmm_inner(ctx, gmm, &spec, &st->members[k]));
    }
    gmm->needs = needs;
    st->inner = kr_gmm_own_scratch(gmm, 2 * gmm->nimts * KR_GMM_BATCH);
out:
    return s;
}

/* Appendix A: a rupture 10 km deep in the crust. `scale` is that of its size. */
static void fill_crust(distances *d, double scale, size_t n, const double *restrict repi)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double length = scale * exp(ln_10 * (-2.44 + 0.59 * d->mag[i]));
        double width = scale * exp(ln_10 * (-1.01 + 0.32 * d->mag[i]));
        double near = repi[i] - 0.3 * length, top = 10.0 - 0.5 * width;
        double deep = 21.0 - 2.5 * d->mag[i];
        near = near > 0.1 ? near : 0.1;
        deep = deep > top ? deep : top;
        top = top > 0.0 ? top : 0.0;
        deep = deep > 0.0 ? deep : 0.0;
        d->rjb[i] = near;
        d->rrup[i] = sqrt(near * near + top * top);
        d->deep_rrup[i] = sqrt(near * near + deep * deep);
    }
}

/* A round rupture 50 km deep. */
static void fill_slab(distances *d, size_t n, const double *restrict repi)
{
    const double depth = 50.0;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double area = exp(ln_10 * (-3.225 + 0.89 * d->mag[i]));
        double rjb = repi[i] - sqrt(area / M_PI);
        rjb = rjb > 0.0 ? rjb : 0.0;
        d->rjb[i] = rjb;
        d->rrup[i] = d->deep_rrup[i] = sqrt(rjb * rjb + depth * depth);
    }
}

static void fill(const variant *v, distances *d, kr_gmm_batch *batch)
{
    size_t n = kr_gmm_padded(batch->n);
    const double *mag = batch->col[KR_COL_MAG];
    const double eastern = 0.6; /* ruptures of the east over those of the west */

    for (size_t i = 0; i < n; i++)
        d->mag[i] = mag[i] + v->delta_mag;
    batch->col[KR_COL_MAG] = d->mag;
    if (v->region == INTERFACE || v->by_rjb)
        return;
    if (v->region == SLAB)
        fill_slab(d, n, batch->col[KR_COL_REPI]);
    else
        fill_crust(d, v->region == EAST ? eastern : 1.0, n, batch->col[KR_COL_REPI]);
    batch->col[KR_COL_RJB] = d->rjb;
    batch->col[KR_COL_RRUP] = d->rrup;
}

/* To B/C sites, times the weight. */
static void correct(const kr_gmm *gmm, const member *one, size_t m, size_t n,
                    const double *restrict repi, double *restrict mean)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const double by_table = one->weight * st->corrections[m], weight = one->weight;

    if (!one->corrected)
        return;
    if (v->region == EAST && gmm->imts[m].kind == KR_IMT_PGA) {
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            mean[i] += weight * (-0.3 * ln_10 + 0.15 * log(repi[i] > 1e-3 ? repi[i] : 1e-3));
        return;
    }
    for (size_t i = 0; i < n; i++)
        mean[i] += by_table;
}

/* Add a member to the means, and its deviation to their sum in out->sigma. */
static void add_member(const kr_gmm *gmm, size_t k, const kr_gmm_batch *batch, double *room,
                       const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    const member *one = &v->members[k];
    const double weight = one->weight;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_out part = {
        .mean = room, .sigma = room + gmm->nimts * KR_GMM_BATCH, .stride = KR_GMM_BATCH};

    kr_gmm_eval(st->members[k], batch, &part);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *restrict from = part.mean + m * KR_GMM_BATCH;
        const double *restrict sigma = part.sigma + m * KR_GMM_BATCH;
        double *restrict mean = out->mean + m * out->stride;
        double *restrict sum = out->sigma + m * out->stride;
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            mean[i] += weight * from[i];
            sum[i] += weight * exp(sigma[i]);
        }
        correct(gmm, one, m, n, batch->col[KR_COL_REPI], mean);
    }
}

/* The uncertainty of the median; `sum` is that of the members' deviations. */
static void add_uncertainty(const variant *v, double sign, size_t n, const double *restrict dist,
                            const double *restrict sum, double *restrict mean)
{
    for (size_t i = 0; i < n; i++) {
        double delta = 0.0;
        if (v->region == WEST)
            delta = ln_10 * fmin(0.1 + 0.0007 * dist[i], 0.3);
        if (v->region == EAST)
            delta = log(sum[i]) + fmax(0.1 - 0.001 * dist[i], 0.0);
        if (v->region == SLAB)
            delta = 0.15 * ln_10;
        if (v->region == INTERFACE)
            delta = fmin(0.15 - 0.0007 * dist[i], 0.35);
        mean[i] += sign * delta;
    }
}

/* The deviation of all these models. */
static double sigma_of(const kr_imt *imt)
{
    double period = imt->kind == KR_IMT_SA ? imt->period : 0.0;
    double share = fmin(fmax((period - 0.2) / 0.8, 0.0), 1.0);
    return ln_10 * (0.23 + 0.04 * share);
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_batch own = *batch;
    distances d;

    fill(v, &d, &own);
    own.scratch = batch->scratch + st->inner;
    for (size_t m = 0; m < gmm->nimts; m++) {
        kr_gmm_fill(out->mean + m * out->stride, n, 0.0);
        kr_gmm_fill(out->sigma + m * out->stride, n, 0.0);
    }
    for (size_t k = 0; k < v->nmembers; k++) {
        if (v->members[k].deep)
            own.col[KR_COL_RRUP] = d.deep_rrup;
        add_member(gmm, k, &own, batch->scratch, out);
    }
    const double *dist = v->region == WEST   ? own.col[KR_COL_RJB]
                         : v->region == EAST ? batch->col[KR_COL_REPI]
                                             : own.col[KR_COL_RRUP];
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *sigma = out->sigma + m * out->stride;
        if (st->sign != 0.0)
            add_uncertainty(v, st->sign, n, dist, sigma, out->mean + m * out->stride);
        kr_gmm_fill(sigma, n, sigma_of(&gmm->imts[m]));
    }
}

static const kr_gmm_param params[] = {
    {.name = "sgn",
     .kind = KR_PARAM_NUMBER,
     .about = "does nothing: the name says which limit of the median"},
    {.name = NULL},
};

#define WEST_VARIANT(sign_, delta_mag_, by_rjb_)                                                   \
    {                                                                                              \
        .region = WEST, .members = {{.name = "BooreAtkinson2011", .weight = 1.0}}, .nmembers = 1,  \
        .sign = sign_, .delta_mag = delta_mag_, .by_rjb = by_rjb_                                  \
    }
#define EAST_VARIANT(sign_)                                                                        \
    {                                                                                              \
        .region = EAST,                                                                            \
        .members = {{"PezeshkEtAl2011", 0.2, true, false},                                         \
                    {"Atkinson2008prime", 0.2, false, false},                                      \
                    {"SilvaEtAl2002SingleCornerSaturation", 0.2, true, false},                     \
                    {"SilvaEtAl2002DoubleCornerSaturation", 0.2, true, false},                     \
                    {"AtkinsonBoore2006Modified2011", 0.2, false, true}},                          \
        .nmembers = 5, .sign = sign_                                                               \
    }
#define SLAB_VARIANT(sign_)                                                                        \
    {                                                                                              \
        .region = SLAB, .members = {{"ZhaoEtAl2006SSlab", 1.0, true, false}}, .nmembers = 1,       \
        .sign = sign_                                                                              \
    }
#define INTERFACE_VARIANT(sign_)                                                                   \
    {                                                                                              \
        .region = INTERFACE,                                                                       \
        .members = {{"ZhaoEtAl2006SInter", 0.1, true, false},                                      \
                    {"AtkinsonMacias2009", 0.5, false, false},                                     \
                    {"AbrahamsonEtAl2015SInter", 0.2, false, false},                               \
                    {"GhofraniAtkinson2014", 0.2, true, false}},                                   \
        .nmembers = 4, .sign = sign_                                                               \
    }

static const variant west[3] = {WEST_VARIANT(-1.0, 0.0, false), WEST_VARIANT(0.0, 0.0, false),
                                WEST_VARIANT(1.0, 0.0, false)};
static const variant west_rjb[3] = {WEST_VARIANT(-1.0, 0.0, true), WEST_VARIANT(0.0, 0.0, true),
                                    WEST_VARIANT(1.0, 0.0, true)};
static const variant oceanic[3] = {WEST_VARIANT(-1.0, -0.5, false), WEST_VARIANT(0.0, -0.5, false),
                                   WEST_VARIANT(1.0, -0.5, false)};
static const variant east[3] = {EAST_VARIANT(-1.0), EAST_VARIANT(0.0), EAST_VARIANT(1.0)};
static const variant slab[3] = {SLAB_VARIANT(-1.0), SLAB_VARIANT(0.0), SLAB_VARIANT(1.0)};
static const variant interface[3] = {INTERFACE_VARIANT(-1.0), INTERFACE_VARIANT(0.0),
                                     INTERFACE_VARIANT(1.0)};

#define CAN15                                                                                      \
    .title = "Atkinson and Adams (2013), Can. J. Civ. Eng. 40(10)",                                \
    .doi = "10.1139/cjce-2012-0544", .params = params, .state_size = sizeof(state), .mag_lo = 4.8, \
    .mag_hi = 8.5, .dist_hi = 400.0, .init = init, .eval = eval
#define WESTERN                                                                                    \
    CAN15, .trt = "Active Shallow Crust", .component = KR_COMPONENT_GMROTI50,                      \
           .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA)
#define CRUST_NEEDS (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30))
#define EASTERN                                                                                    \
    CAN15, .trt = "Stable Shallow Crust", .component = KR_COMPONENT_GMROTI50,                      \
           .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .needs = CRUST_NEEDS | KR_BIT(REPI)
#define IN_SLAB                                                                                    \
    CAN15, .trt = "Subduction IntraSlab", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,            \
           .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),                                           \
           .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(VS30) | KR_BIT(REPI)
#define AT_INTERFACE                                                                               \
    CAN15,                                                                                         \
        .trt = "Subduction Interface", .component = KR_COMPONENT_AVERAGE_HORIZONTAL,               \
        .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA),                                              \
        .needs = KR_BIT(MAG) | KR_BIT(HYPO_DEPTH) | KR_BIT(VS30) | KR_BIT(BACKARC) | KR_BIT(RRUP)

KR_GMM(can15_western_low) = {
    WESTERN,
    .name = "WesternCan15Low",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &west[0],
};

KR_GMM(can15_western_rjb_low) = {
    WESTERN,
    .name = "WesternCan15RjbLow",
    .needs = CRUST_NEEDS | KR_BIT(RJB),
    .variant = &west_rjb[0],
};

KR_GMM(can15_oceanic_low) = {
    WESTERN,
    .name = "OceanicCan15Low",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &oceanic[0],
};

KR_GMM(can15_eastern_low) = {
    EASTERN,
    .name = "EasternCan15Low",
    .variant = &east[0],
};

KR_GMM(can15_sslab_low) = {
    IN_SLAB,
    .name = "SSlabCan15Low",
    .variant = &slab[0],
};

KR_GMM(can15_sinter_low) = {
    AT_INTERFACE,
    .name = "SInterCan15Low",
    .variant = &interface[0],
};

KR_GMM(can15_western_mid) = {
    WESTERN,
    .name = "WesternCan15Mid",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &west[1],
};

KR_GMM(can15_western_rjb_mid) = {
    WESTERN,
    .name = "WesternCan15RjbMid",
    .needs = CRUST_NEEDS | KR_BIT(RJB),
    .variant = &west_rjb[1],
};

KR_GMM(can15_oceanic_mid) = {
    WESTERN,
    .name = "OceanicCan15Mid",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &oceanic[1],
};

KR_GMM(can15_eastern_mid) = {
    EASTERN,
    .name = "EasternCan15Mid",
    .variant = &east[1],
};

KR_GMM(can15_sslab_mid) = {
    IN_SLAB,
    .name = "SSlabCan15Mid",
    .variant = &slab[1],
};

KR_GMM(can15_sinter_mid) = {
    AT_INTERFACE,
    .name = "SInterCan15Mid",
    .variant = &interface[1],
};

KR_GMM(can15_western_upp) = {
    WESTERN,
    .name = "WesternCan15Upp",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &west[2],
};

KR_GMM(can15_western_rjb_upp) = {
    WESTERN,
    .name = "WesternCan15RjbUpp",
    .needs = CRUST_NEEDS | KR_BIT(RJB),
    .variant = &west_rjb[2],
};

KR_GMM(can15_oceanic_upp) = {
    WESTERN,
    .name = "OceanicCan15Upp",
    .needs = CRUST_NEEDS | KR_BIT(REPI),
    .variant = &oceanic[2],
};

KR_GMM(can15_eastern_upp) = {
    EASTERN,
    .name = "EasternCan15Upp",
    .variant = &east[2],
};

KR_GMM(can15_sslab_upp) = {
    IN_SLAB,
    .name = "SSlabCan15Upp",
    .variant = &slab[2],
};

KR_GMM(can15_sinter_upp) = {
    AT_INTERFACE,
    .name = "SInterCan15Upp",
    .variant = &interface[2],
};
