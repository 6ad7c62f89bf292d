/* Contexts to evaluate any ground-motion model at, and an instance to evaluate. */
#ifndef KR_TESTS_GMM_CONTEXTS_H
#define KR_TESTS_GMM_CONTEXTS_H

#include "gmm/walk.h"

enum { N = KR_GMM_BATCH, STRIDE = KR_GMM_BATCH + 8, MAX_MEASURES = 20 };

/* Random contexts with a margin, so that batches can start anywhere. */
static double columns[KR_COL_COUNT][N + 2 * KR_GMM_BATCH];

typedef struct results {
    double value[4][MAX_MEASURES * STRIDE]; /* mean, sigma, tau, phi */
} results;

static const double untouched = -12345.0;

static inline double between(uint64_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * kt_random_unit(seed);
}

/* Contexts over the declared range of the class, edges among them. */
static inline void fill_columns(const kr_gmm_class *cls)
{
    static const double rakes[] = {-180.0, -90.0, -60.0, -30.0, 0.0, 30.0, 90.0, 150.0, 180.0};
    static const char *const classes[] = {"A", "B", "C", "D"};
    static const char *const ec8[] = {"A", "B", "C", "D", "E", "F"};
    static const char *const p18[] = {"A", "B1", "B2", "C1", "C2", "C3", "D", "E"};
    static const char *const units[] = {"HOLOCENE", "CRETACEOUS", "UNKNOWN", "GRANITE"};
    static const double vs30s[] = {180.0, 300.0,  360.0,  500.0, 750.0,
                                   760.0, 1100.0, 1130.0, 2000.0};
    uint64_t seed = 42;
    for (size_t i = 0; i < sizeof columns[0] / sizeof columns[0][0]; i++) {
        bool edge = i % 4 == 0;
        double mag = rint(between(&seed, cls->mag_lo, cls->mag_hi) * 1000.0) / 1000.0;
        double rjb = i % 7 == 0 ? 0.0 : cls->dist_hi * pow(kt_random_unit(&seed), 3.0);
        double ztor = i % 5 == 0 ? 0.0 : between(&seed, 0.0, 20.0);
        double dip = i % 3 == 0 ? 90.0 : between(&seed, 15.0, 90.0);
        double rrup = fmax(sqrt(rjb * rjb + ztor * ztor), 0.01);
        columns[KR_COL_MAG][i] = edge ? rint(2.0 * mag) / 2.0 : mag;
        columns[KR_COL_RAKE][i] = edge ? rakes[i / 4 % 9] : between(&seed, -180.0, 180.0);
        columns[KR_COL_DIP][i] = dip;
        columns[KR_COL_STRIKE][i] = between(&seed, 0.0, 360.0);
        columns[KR_COL_ZTOR][i] = ztor;
        columns[KR_COL_ZBOT][i] = ztor + 10.0;
        columns[KR_COL_WIDTH][i] = between(&seed, 1.0, 30.0);
        columns[KR_COL_HYPO_DEPTH][i] = ztor + between(&seed, 0.0, 10.0);
        columns[KR_COL_RJB][i] = rjb;
        columns[KR_COL_RRUP][i] = rrup;
        columns[KR_COL_RX][i] = edge ? 0.0 : between(&seed, -rjb - 1.0, rjb + 1.0);
        columns[KR_COL_RY0][i] = 0.5 * rjb;
        columns[KR_COL_RHYPO][i] = rrup + 1.0;
        columns[KR_COL_REPI][i] = rjb + 0.5;
        columns[KR_COL_RCDPP][i] = edge ? 0.0 : between(&seed, -0.5, 1.5);
        columns[KR_COL_IN_CSHM][i] = (double)(i % 2);
        columns[KR_COL_LON][i] = between(&seed, 172.60, 172.66); /* in and around Christchurch */
        columns[KR_COL_LAT][i] = between(&seed, -43.55, -43.51);
        columns[KR_COL_VS30][i] = edge ? vs30s[i / 4 % 9] : between(&seed, 120.0, 2500.0);
        columns[KR_COL_VS30MEASURED][i] = (double)(i % 2);
        columns[KR_COL_SITECLASS][i] = kr_column_code(classes[i / 3 % 4]);
        columns[KR_COL_EC8][i] = kr_column_code(ec8[i / 3 % 6]);
        columns[KR_COL_EC8_P18][i] = kr_column_code(p18[i / 3 % 8]);
        columns[KR_COL_H800][i] = edge ? 0.0 : between(&seed, 0.0, 150.0);
        columns[KR_COL_GEOLOGY][i] = kr_column_code(units[i / 5 % 4]);
        columns[KR_COL_REGION][i] = (double)(i / 3 % 6);
        columns[KR_COL_SLOPE][i] = edge ? 0.0 : between(&seed, 0.0, 0.5);
        columns[KR_COL_KAPPA0][i] = between(&seed, 0.005, 0.06);
        columns[KR_COL_XVF][i] = edge ? 0.0 : between(&seed, -200.0, 200.0);
        columns[KR_COL_FREEFACE_RATIO][i] = edge ? between(&seed, 0.0, 20.0) : 0.0;
        columns[KR_COL_T_15][i] = between(&seed, 0.5, 15.0);
        columns[KR_COL_F_15][i] = between(&seed, 0.0, 70.0);
        columns[KR_COL_D50_15][i] = between(&seed, 0.0, 5.0);
        columns[KR_COL_AMPLFACTOR][i] = between(&seed, -0.5, 0.5);
        columns[KR_COL_BACKARC][i] = (double)(i / 2 % 2);
        columns[KR_COL_Z1PT0][i] = edge ? 0.0 : between(&seed, 0.0, 2000.0);
        columns[KR_COL_Z2PT5][i] = edge ? 0.0 : between(&seed, 0.0, 8.0);
    }
}

/* Evaluate n contexts from `start` on, as they lie in an array of their own. */
static inline void eval(const kr_gmm *gmm, size_t start, size_t n, bool all, results *r)
{
    kr_gmm_batch batch = {.n = n, .scratch = gw_scratch(gmm)};
    kr_gmm_out out = {r->value[0], r->value[1], all ? r->value[2] : NULL, all ? r->value[3] : NULL,
                      STRIDE};
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        if (gmm->needs >> c & 1u)
            batch.col[c] = columns[c] + start;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < MAX_MEASURES * STRIDE; i++)
            r->value[k][i] = untouched;
    kr_gmm_eval(gmm, &batch, &out);
}

typedef struct subject {
    kr_ctx *ctx;
    kr_arena arena;
    const kr_gmm *gmm;
} subject;

static inline void begin(subject *s, const kr_gmm_class *cls, const char *arguments)
{
    kr_imt imts[MAX_MEASURES];
    size_t n = gw_measures(cls, arguments, imts, MAX_MEASURES);
    s->ctx = kt_ctx();
    kr_arena_init(&s->arena, s->ctx, KR_ACCOUNT_GMM);
    kt_ok(s->ctx, gw_create(s->ctx, cls, arguments, imts, n, &s->arena, &s->gmm));
    fill_columns(cls);
}

static inline void end(subject *s)
{
    kr_arena_clear(&s->arena);
    kt_ctx_end(&s->ctx);
}

#endif
