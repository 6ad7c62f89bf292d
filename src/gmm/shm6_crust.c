/* Boore et al. (2014), Chiou and Youngs (2014) and Abrahamson et al. (2014) in Canada's sixth
 * seismic hazard model (shm6.h): without the terms of basins, and with its factors above 1100 m/s.
 *
 * Departures, all as in OpenQuake 3.21: the factor for PGV of Boore et al. is that of PGA; to
 * Chiou and Youngs that of 1100 m/s is added for all hard rock, without taking away the model's
 * own, which is not yet constant below 1130 m/s (the reference has no values where only some of the
 * sites of a job are hard rock). */
#include "abrahamson_2014.tab.h"
#include "boore_2014.tab.h"
#include "chiou_youngs_2014.tab.h"
#include "gmm/abrahamson_2014.h"
#include "gmm/shm6.h"

static const kr_gmm_table boore_table = KR_GMM_TABLE(boore_2014, BOORE_2014);
static const kr_gmm_table chiou_table = KR_GMM_TABLE(chiou_youngs_2014, CHIOU_YOUNGS_2014);
static const kr_gmm_table abrahamson_table = KR_GMM_TABLE(abrahamson_2014, ABRAHAMSON_2014);

/* One model: its name, and what its site term is on rock. */
typedef struct variant {
    const char *name;
    const kr_gmm_table *table;
    shm6_rock (*rock)(const double *row, const kr_imt *imt);
    bool pgv_as_pga;
} variant;

typedef struct state {
    const kr_gmm *base;
    double *rows;
} state;

static shm6_rock boore(const double *row, const kr_imt *imt)
{
    boore_2014_row c = boore_2014_load(row);
    (void)imt;
    return (shm6_rock){.slope = c.c, .cap = log(c.Vc / 760.0)};
}

static shm6_rock chiou_youngs(const double *row, const kr_imt *imt)
{
    chiou_youngs_2014_row c = chiou_youngs_2014_load(row);
    const double cap = log(1130.0 / 760.0);
    (void)imt;
    return (shm6_rock){
        .slope = c.phi1, .cap = cap, .extra = -c.phi1 * cap, .kept = true, .flat = true};
}

static shm6_rock abrahamson(const double *row, const kr_imt *imt)
{
    const double n_site = 1.5;
    abrahamson_2014_row c = abrahamson_2014_load(row);
    return (shm6_rock){.slope = c.a10 + c.b * n_site,
                       .cap = abrahamson_2014_ln_v1(imt) - log(760.0)};
}

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;

    KR_TRY(shm6_check_periods(ctx, gmm));
    KR_TRY(kr_gmm_rows(ctx, gmm, v->table, &st->rows));
    KR_TRY(shm6_other(ctx, gmm, v->name, gmm->imts, gmm->nimts, &st->base));
    gmm->needs = st->base->needs & ~KR_BIT(Z1PT0);
out:
    return s;
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const variant *v = gmm->cls->variant;
    size_t n = kr_gmm_padded(batch->n);
    kr_gmm_batch without = *batch;
    double usual[KR_GMM_BATCH];
    shm6_sites sites;

    kr_gmm_fill(usual, n, -999.0); /* the depth that the model has for the site's vs30 */
    without.col[KR_COL_Z1PT0] = usual;
    kr_gmm_eval(st->base, &without, out);
    shm6_fill(&sites, n, batch->col[KR_COL_VS30]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const kr_imt *imt = &gmm->imts[m];
        shm6_rock rock = v->rock(st->rows + m * v->table->ncol, imt);
        if (v->pgv_as_pga && imt->kind == KR_IMT_PGV)
            imt = &kr_gmm_pga;
        shm6_add_rock(&rock, imt, n, &sites, out->mean + m * out->stride);
    }
}

static const variant of_boore = {"BooreEtAl2014", &boore_table, boore, true};
static const variant of_chiou = {"ChiouYoungs2014", &chiou_table, chiou_youngs, false};
static const variant of_abrahamson = {"AbrahamsonEtAl2014", &abrahamson_table, abrahamson, false};

#define SHM6_CRUST                                                                                 \
    SHM6, .trt = "Active Shallow Crust", .component = KR_COMPONENT_ROTD50, .has_tau_phi = true,    \
          .state_size = sizeof(state), .mag_lo = 3.5, .mag_hi = 8.5, .dist_hi = 300.0,             \
          .init = init, .eval = eval

KR_GMM(shm6_boore_2014) = {
    SHM6_CRUST,
    .name = "CanadaSHM6_ActiveCrust_BooreEtAl2014",
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),
    .variant = &of_boore,
};

#define HANGING_WALL                                                                               \
    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(DIP) | KR_BIT(ZTOR) | KR_BIT(RRUP) | KR_BIT(RJB) |        \
     KR_BIT(RX) | KR_BIT(VS30) | KR_BIT(VS30MEASURED))

KR_GMM(shm6_chiou_youngs_2014) = {
    SHM6_CRUST,           .name = "CanadaSHM6_ActiveCrust_ChiouYoungs2014",
    .own_total = true,    .needs = HANGING_WALL,
    .variant = &of_chiou,
};

KR_GMM(shm6_abrahamson_2014) = {
    SHM6_CRUST,
    .name = "CanadaSHM6_ActiveCrust_AbrahamsonEtAl2014",
    .needs = HANGING_WALL | KR_BIT(WIDTH) | KR_BIT(RY0),
    .variant = &of_abrahamson,
};
