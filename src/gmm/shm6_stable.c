/* The tabulated models of stable crust in Canada's sixth seismic hazard model (shm6.h): those of
 * Atkinson and Adams (2013) for vs30 = 450 m/s, and 13 of NGA-East (Goulet et al., 2017, PEER
 * report 2017/03) for 3000 m/s with the deviations of the former.
 *
 * The site term of the latter is, for spectral acceleration, the larger of two:
 * - Boore and Campbell (2017, boore_campbell_2017.h) down to 2000 m/s, Atkinson and Adams (2013) to
 *   760 m/s, Boore and Atkinson (2008) below;
 * - Harmon, J., Hashash, Y. M. A., Stewart, J. P., Rathje, E. M., Campbell, K. W., Silva, W. J. and
 *   Ilhan, O. (2019). Site amplification functions for central and eastern North America - part II.
 *   Earthquake Spectra 35(2), 815-847, doi:10.1193/091117EQS179M, with the non-linear term of
 *   nga_east.h, which here refers to 3000 m/s from 0.4 s on.
 * For PGA and PGV it is the first.
 *
 * Tables of PGV are in other units: 9.81 and 980.665 of them are 1 cm/s. */
#include "base/str.h"
#include "gmm/aa13_site.h"
#include "gmm/boore_campbell_2017.h"
#include "gmm/shm6.h"
#include "nga_east_site.tab.h"
#include "shm6_stable_2000.tab.h"
#include "shm6_stable_harmon.tab.h"

static const kr_gmm_table harmon_table = KR_GMM_TABLE(shm6_stable_harmon, SHM6_STABLE_HARMON);
static const kr_gmm_table rock_table = KR_GMM_TABLE(shm6_stable_2000, SHM6_STABLE_2000);
static const kr_gmm_table site_table = KR_GMM_TABLE(nga_east_site, NGA_EAST_SITE);

/* The table "<before><submodel><after>". */
static kr_status load(kr_ctx *ctx, kr_gmm *gmm, const char *before, const char *submodel,
                      const char *after, aa13_state *st)
{
    char name[256];
    kr_status s = shm6_check_periods(ctx, gmm);

    snprintf(name, sizeof name, "%s%s%s", before, submodel, after);
    return s == KR_OK ? aa13_load(ctx, gmm, "shm6.hdf5", name, st) : s;
}

/* The submodel of NGA-East as two digits; trees may give a number. */
static kr_status read_submodel(kr_ctx *ctx, const kr_gmm *gmm, char out[3])
{
    const kr_value *value = kr_gmm_arg_of(gmm, "submodel")->value;
    double number = value->kind == KR_VALUE_INT ? value->number : 0.0;

    if (value->kind == KR_VALUE_TEXT && strlen(value->text) == 2)
        kr_parse_double(value->text, &number);
    for (int k = 1; k <= 13; k++)
        if (number == k) {
            out[0] = (char)('0' + k / 10);
            out[1] = (char)('0' + k % 10);
            out[2] = '\0';
            return KR_OK;
        }
    return kr_gmm_fail(ctx, gmm, "argument 'submodel' of %s: one of 01 to 13 is needed",
                       gmm->cls->name);
}

static kr_status init_aa13(kr_ctx *ctx, kr_gmm *gmm)
{
    static const char *const models[] = {"low", "central", "high"};
    size_t which;
    kr_status s = kr_gmm_choice(ctx, gmm, "submodel", models, 3, &which);
    return s == KR_OK ? load(ctx, gmm, "ENA_", models[which], "_cl450.hdf5", gmm->state) : s;
}

static void eval_aa13(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const aa13_state *st = gmm->state;
    const double pgv_unit = -log(9.81);
    size_t n = kr_gmm_padded(batch->n);
    aa13_shared sh;

    aa13_fill(&sh, gmm, st, batch);
    for (size_t m = 0; m < gmm->nimts; m++)
        aa13_eval(st, m, gmm->imts[m].kind == KR_IMT_PGV ? pgv_unit : 0.0, n, &sh, out);
}

/* What the site term of NGA-East has for one measure. */
typedef struct part {
    double ln_2000, ln_760; /* ln of motion at 2000 over 3000 m/s, and at 760 over 2000 m/s */
    shm6_stable_harmon_row harmon;
    nga_east_site_row site;
    double v_ref; /* m/s, of the non-linear term */
} part;

typedef struct state {
    aa13_state tables; /* PGA follows the measures */
    part *parts;
} state;

/* What all measures share. */
typedef struct shared {
    tabulated at;
    boore_atkinson_site soil;
    double rock[KR_GMM_BATCH];     /* PGA at 3000 m/s, g */
    double pga_2000[KR_GMM_BATCH]; /* ln of motion at 2000 over 3000 m/s */
    double pgv_2000[KR_GMM_BATCH];
    double pga_760[KR_GMM_BATCH]; /* ln of PGA at 760 over 2000 m/s */
    double hard[KR_GMM_BATCH];    /* 1 to 2000 m/s, 0 from 3000 m/s, in logarithms */
    double stiff[KR_GMM_BATCH];   /* 1 to 760 m/s, 0 from 2000 m/s, in logarithms */
} shared;

static kr_status init_nga(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;
    double row[NGA_EAST_SITE_NCOL], harmon[SHM6_STABLE_HARMON_NCOL];
    char submodel[3];

    KR_TRY(read_submodel(ctx, gmm, submodel));
    KR_TRY(load(ctx, gmm, "SHM6-trial_NGA-East_Model_", submodel, "_AA13_sigma.vs3000.hdf5",
                &st->tables));
    KR_ANEW(st->parts, gmm->arena, gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const kr_imt *imt = &gmm->imts[m];
        part *p = &st->parts[m];
        p->ln_760 = -shm6_factor(imt);
        if (imt->kind != KR_IMT_SA)
            continue;
        kr_gmm_row(&rock_table, imt, &p->ln_2000);
        kr_gmm_row(&harmon_table, imt, harmon);
        kr_gmm_row(&site_table, imt, row);
        p->ln_2000 = log(p->ln_2000);
        p->harmon = shm6_stable_harmon_load(harmon);
        p->site = nga_east_site_load(row);
        p->v_ref = imt->period >= 0.4 ? 3000.0 : 760.0;
    }
out:
    return s;
}

/* ln of PGA at 760 over 2000 m/s: of the epicentral distance, from that to a rupture 10 km deep
 * (Atkinson, 2012, White paper on proposed ground-motion prediction equations for 2015). */
static void fill_760(shared *sh, size_t n, const double *restrict mag, const double *restrict rrup)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double width = 0.6 * exp(M_LN10 * (-1.01 + 0.32 * mag[i]));
        double length = 0.6 * exp(M_LN10 * (-2.44 + 0.59 * mag[i]));
        double top = 10.0 - 0.5 * width;
        top = top > 0.0 ? top : 0.0;
        double r = rrup[i] < top ? top + 0.001 : rrup[i];
        double repi = sqrt(r * r - top * top) + 0.3 * length;
        sh->pga_760[i] = log(repi);
    }
}

static void fill_site(shared *sh, size_t n, const double *restrict vs30)
{
    const double ln_3000_2000 = log(3000.0 / 2000.0), ln_2000_760 = log(2000.0 / 760.0);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double hard = log(3000.0 / vs30[i]) / ln_3000_2000;
        double stiff = log(2000.0 / vs30[i]) / ln_2000_760;
        hard = hard > 0.0 ? hard : 0.0;
        stiff = stiff > 0.0 ? stiff : 0.0;
        sh->hard[i] = hard < 1.0 ? hard : 1.0;
        sh->stiff[i] = stiff < 1.0 ? stiff : 1.0;
    }
}

static void fill_shared(const kr_gmm *gmm, shared *sh, const kr_gmm_batch *batch)
{
    const state *st = gmm->state;
    const kr_gmm_h5_table *t = &st->tables.table;
    const double *mag = batch->col[KR_COL_MAG], *dist = batch->col[t->metric];
    const double lg_constant = -0.3 * M_LN10;
    size_t n = kr_gmm_padded(batch->n);
    double ln_pga[KR_GMM_BATCH];

    tabulated_find(t, false, n, mag, dist, &sh->at);
    tabulated_median(&t->mean[gmm->nimts], n, &sh->at, ln_pga);
    fill_760(sh, n, mag, dist);
    fill_site(sh, n, batch->col[KR_COL_VS30]);
    boore_atkinson_site_fill(&sh->soil, n, batch->col[KR_COL_VS30]);
    for (size_t i = 0; i < n; i++) {
        sh->pga_2000[i] = log(boore_campbell_2017(boore_campbell_2017_pga, mag[i], dist[i]));
        sh->pgv_2000[i] = log(boore_campbell_2017(boore_campbell_2017_pgv, mag[i], dist[i]));
    }
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double by_repi = 0.15 * sh->pga_760[i];
        double ln_760 = ln_pga[i] + sh->pga_2000[i] + lg_constant + by_repi;
        sh->rock[i] = exp(ln_pga[i]);
        sh->soil.pga[i] = boore_atkinson_site_pga(exp(ln_760), ln_760);
        sh->pga_760[i] = -0.690775 + by_repi;
    }
}

/* The first site term. */
static void first_term(const kr_gmm *gmm, size_t m, size_t n, const shared *sh,
                       double *restrict term)
{
    const state *st = gmm->state;
    const part *p = &st->parts[m];
    const boore_atkinson_site_row c =
        boore_atkinson_site_load(st->tables.soil + m * BOORE_ATKINSON_SITE_NCOL);
    const boore_atkinson_site *soil = &sh->soil;
    const kr_imt *imt = &gmm->imts[m];
    const double *restrict of_2000 = imt->kind == KR_IMT_PGV ? sh->pgv_2000 : sh->pga_2000;
    const double by_table = imt->kind == KR_IMT_SA ? 0.0 : 1.0;
    const double by_repi = imt->kind == KR_IMT_PGA ? 1.0 : 0.0;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double rock = by_table * of_2000[i] + (1.0 - by_table) * p->ln_2000;
        double stiff = by_repi * sh->pga_760[i] + (1.0 - by_repi) * p->ln_760;
        double slope = c.b1 * soil->one[i] + c.b2 * soil->two[i];
        double soft = c.blin * soil->linear[i] + slope * soil->pga[i];
        term[i] = rock * sh->hard[i] + stiff * sh->stiff[i] + (soil->linear[i] <= 0.0 ? soft : 0.0);
    }
}

/* The second one; `term` gets the larger. */
static void larger_term(const part *p, size_t n, const shared *sh, const double *restrict vs30,
                        double *restrict term)
{
    const shm6_stable_harmon_row h = p->harmon;
    const nga_east_site_row c = p->site;
    const double v_ref = p->v_ref, at_ref = exp(c.f5 * (v_ref - 360.0));

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double ln_c = log(vs30[i] / h.Vc), ln_l = log(vs30[i] / h.VL);
        double low = h.c2 * ln_l + h.c3 * (ln_l * ln_l);
        double linear = h.c1 * ln_c + (vs30[i] <= h.VL ? low : 0.0);
        double v = vs30[i] < v_ref ? vs30[i] : v_ref;
        double f2 = c.f4 * (exp(c.f5 * (v - 360.0)) - at_ref);
        double nonlinear = f2 * log((sh->rock[i] + c.f3) / c.f3);
        double second = vs30[i] < h.Vc ? linear : 0.0;
        second += vs30[i] < c.Vc ? nonlinear : 0.0;
        term[i] = term[i] > second ? term[i] : second;
    }
}

static void eval_nga(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    const kr_gmm_h5_table *t = &st->tables.table;
    const double pgv_unit = -log(980.665);
    size_t n = kr_gmm_padded(batch->n);
    double term[KR_GMM_BATCH];
    shared sh;

    fill_shared(gmm, &sh, batch);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        const double unit = gmm->imts[m].kind == KR_IMT_PGV ? pgv_unit : 0.0;
        tabulated_median(&t->mean[m], n, &sh.at, mean);
        tabulated_sigma(&t->sigma[m], n, &sh.at, out->sigma + m * out->stride);
        first_term(gmm, m, n, &sh, term);
        if (gmm->imts[m].kind == KR_IMT_SA)
            larger_term(&st->parts[m], n, &sh, batch->col[KR_COL_VS30], term);
        for (size_t i = 0; i < n; i++)
            mean[i] += term[i] + unit;
    }
}

static const kr_gmm_param aa13_params[] = {
    {.name = "submodel", .kind = KR_PARAM_TEXT, .required = true, .about = "low, central or high"},
    {.name = NULL},
};

static const kr_gmm_param nga_params[] = {
    {.name = "submodel", .kind = KR_PARAM_ANY, .required = true, .about = "01 to 13"},
    {.name = NULL},
};

KR_GMM(shm6_stable_aa13) = {
    SHM6,
    .name = "CanadaSHM6_StableCrust_AA13",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(VS30),
    .params = aa13_params,
    .state_size = sizeof(aa13_state),
    .mag_lo = 4.8,
    .mag_hi = 8.0,
    .dist_hi = 600.0,
    .init = init_aa13,
    .eval = eval_aa13,
};

KR_GMM(shm6_stable_nga_east) = {
    SHM6,
    .name = "CanadaSHM6_StableCrust_NGAEast",
    .trt = "Stable Shallow Crust",
    .component = KR_COMPONENT_ROTD50,
    .needs = KR_BIT(MAG) | KR_BIT(VS30),
    .params = nga_params,
    .state_size = sizeof(state),
    .mag_lo = 4.0,
    .mag_hi = 8.2,
    .dist_hi = 1500.0,
    .init = init_nga,
    .eval = eval_nga,
};
