/* Lanzano, G., Felicetta, C., Pacor, F., Spallarossa, D. and Traversa, P. (2020). Methodology to
 * identify the reference rock sites in regions of medium-to-high seismicity: an application in
 * Central Italy. Geophys. J. Int. 222(3), 2053-2067. doi:10.1093/gji/ggaa261
 *
 * Three ways of telling sites apart, by siteclass: reference rock (A) and others, classes of
 * Eurocode 8, and nine clusters (1 to 9). Departures: a class that is not known counts as the
 * first, in ..._ref as another. */
#include "gmm/hinged_form.h"
#include "lanzano_2020_cluster.tab.h"
#include "lanzano_2020_ec8.tab.h"
#include "lanzano_2020_ref.tab.h"

static const kr_gmm_table ref_table = KR_GMM_TABLE(lanzano_2020_ref, LANZANO_2020_REF);
static const kr_gmm_table ec8_table = KR_GMM_TABLE(lanzano_2020_ec8, LANZANO_2020_EC8);
static const kr_gmm_table cluster_table = KR_GMM_TABLE(lanzano_2020_cluster, LANZANO_2020_CLUSTER);

enum { MAX_CLASSES = 9 };

/* The names of the classes, and that of all others. */
typedef struct variant {
    const char *names; /* one letter each */
    int other;
} variant;

static const variant of_rock = {"A", 1}, of_ec8 = {"ABCDE", 0}, of_cluster = {"123456789", 0};

typedef struct state {
    double code[MAX_CLASSES];
} state;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    const variant *v = gmm->cls->variant;
    state *st = gmm->state;

    (void)ctx;
    for (size_t k = 0; v->names[k]; k++)
        st->code[k] = kr_column_code((const char[]){v->names[k], '\0'});
    return KR_OK;
}

typedef struct deviations {
    double tau, phi_s2s, phi_0;
} deviations;

static hinged form_of(double a, double b1, double b2, const double c[3], double mag_ref,
                      const deviations *d)
{
    double within = d->phi_s2s * d->phi_s2s + d->phi_0 * d->phi_0;
    return (hinged){.constant = a,
                    .mag_hinge = 5.0,
                    .below1 = b1,
                    .above1 = b2,
                    .slope = c[1],
                    .slope_by_mag = c[0],
                    .mag_ref = mag_ref,
                    .by_km = c[2],
                    .depth = 6.0,
                    .tau = d->tau,
                    .phi = sqrt(within),
                    .sigma = sqrt(d->tau * d->tau + within)};
}

#define FORM(c)                                                                                    \
    form_of((c).a, (c).b1, (c).b2, (const double[]){(c).c1, (c).c2, (c).c3}, (c).Mref,             \
            &(deviations){(c).tau, (c).phi_S2S, (c).phi_0})

static hinged coeffs_of(const kr_gmm *gmm, const double *row)
{
    hinged h;
    if (gmm->cls->table == &ref_table) {
        lanzano_2020_ref_row c = lanzano_2020_ref_load(row);
        h = FORM(c);
        h.of_class[1] = c.s_other;
    } else if (gmm->cls->table == &ec8_table) {
        lanzano_2020_ec8_row c = lanzano_2020_ec8_load(row);
        const double of_class[] = {0.0, c.sB, c.sC, c.sD, c.sE};
        h = FORM(c);
        memcpy(h.of_class, of_class, sizeof of_class);
    } else {
        lanzano_2020_cluster_row c = lanzano_2020_cluster_load(row);
        const double of_class[] = {0.0, c.s2, c.s3, c.s4, c.s5, c.s6, c.s7, c.s8, c.s9};
        h = FORM(c);
        memcpy(h.of_class, of_class, sizeof of_class);
    }
    return hinged_log10(h, 9.80665);
}

static void fill_classes(const kr_gmm *gmm, hinged_shared *sh, size_t n,
                         const double *restrict siteclass)
{
    const variant *v = gmm->cls->variant;
    const state *st = gmm->state;

    for (size_t i = 0; i < n; i++) {
        sh->class_of[i] = v->other;
        for (int k = 0; v->names[k]; k++)
            sh->class_of[i] = siteclass[i] == st->code[k] ? k : sh->class_of[i];
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n), ncol = gmm->cls->table->ncol;
    hinged_shared sh;

    hinged_begin(&sh, n, batch, KR_COL_RJB);
    fill_classes(gmm, &sh, n, batch->col[KR_COL_SITECLASS]);
    for (size_t m = 0; m < gmm->nimts; m++) {
        hinged c = coeffs_of(gmm, gmm->rows + m * ncol);
        hinged_eval(&c, m, n, &sh, out);
    }
}

#define LANZANO_2020                                                                               \
    .title = "Lanzano, Felicetta, Pacor, Spallarossa and Traversa (2020), GJI 222(3)",             \
    .doi = "10.1093/gji/ggaa261", .trt = "Active Shallow Crust",                                   \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .needs = KR_BIT(MAG) | KR_BIT(RJB) | KR_BIT(SITECLASS),                                        \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(SA), .has_tau_phi = true,                             \
    .state_size = sizeof(state), .mag_lo = 3.0, .mag_hi = 6.5, .dist_hi = 250.0, .init = init,     \
    .eval = eval

KR_GMM(lanzano_2020_ref) = {
    LANZANO_2020,
    .name = "LanzanoEtAl2020_ref",
    .table = &ref_table,
    .variant = &of_rock,
};

KR_GMM(lanzano_2020_ec8) = {
    LANZANO_2020,
    .name = "LanzanoEtAl2020_EC8",
    .table = &ec8_table,
    .variant = &of_ec8,
};

KR_GMM(lanzano_2020_cluster) = {
    LANZANO_2020,
    .name = "LanzanoEtAl2020_Cluster",
    .table = &cluster_table,
    .variant = &of_cluster,
};
