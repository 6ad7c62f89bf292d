/* Tables of disaggregation against sums over a plain list of all contributions. */
#include "hazard/disagg_sums.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

enum { TRTS = 2, MAGS = 3, DISTS = 4, LONS = 2, LATS = 3, EPS = 3, LEVELS = 2, TARGETS = 2 };
enum { COMPONENTS = 3, MODELS = 2, RATES = COMPONENTS * MODELS, CELLS = 9 };

/* A disaggregation with random rates. */
typedef struct scene {
    kr_ctx *ctx;
    kr_disagg_edges edges;
    kr_job job;
    kr_tree tree;
    kr_component components[COMPONENTS];
    kr_group group;
    const kr_disagg_kind *kinds[KR_DISAGG_KINDS];
    size_t trt_of[COMPONENTS];
    kr_disagg disagg;
    kr_disagg_part parts[COMPONENTS];
    kr_disagg_cell cells[COMPONENTS][CELLS];
    double rates[COMPONENTS][MODELS * CELLS * LEVELS * EPS];
} scene;

static void make(scene *z, kr_ctx *ctx)
{
    uint64_t seed = 7;
    memset(z, 0, sizeof *z);
    z->ctx = ctx;
    z->edges.trt_of = z->trt_of;
    const size_t n[KR_DIMS] = {TRTS, MAGS, DISTS, LONS, LATS, EPS};
    memcpy(z->edges.n, n, sizeof n);
    for (size_t i = 0; i < KR_DISAGG_KINDS; i++)
        z->kinds[i] = &kr_disagg_kinds[i];
    z->job.disagg.kinds = z->kinds;
    z->job.disagg.nkinds = KR_DISAGG_KINDS;
    z->tree.ncomponents = COMPONENTS;
    z->tree.nrates = RATES;
    z->tree.components = z->components;
    z->disagg =
        (kr_disagg){.ncomponents = COMPONENTS, .nlevels = LEVELS, .neps = EPS, .parts = z->parts};
    for (size_t c = 0; c < COMPONENTS; c++) {
        z->components[c].ngsims = MODELS;
        z->components[c].first_rate = c * MODELS;
        z->trt_of[c] = c % TRTS;
        z->parts[c] = (kr_disagg_part){.ncells = CELLS, .cells = z->cells[c], .rates = z->rates[c]};
        for (size_t i = 0; i < CELLS; i++)
            z->cells[c][i] = (kr_disagg_cell){
                (uint32_t)(i % MAGS), (uint32_t)(kt_random(&seed) % DISTS),
                (uint32_t)(kt_random(&seed) % LONS), (uint32_t)(kt_random(&seed) % LATS)};
        for (size_t i = 0; i < MODELS * CELLS * LEVELS * EPS; i++)
            z->rates[c][i] = 0.01 * kt_random_unit(&seed);
    }
}

/* The sum over all contributions that fall on one place of a table. */
static double slow_sum(const scene *z, const kr_disagg_kind *kind, const size_t at[KR_DIMS],
                       size_t level, const double *weights)
{
    double sum = 0;
    for (size_t c = 0; c < COMPONENTS; c++)
        for (size_t k = 0; k < MODELS; k++)
            for (size_t i = 0; i < CELLS; i++)
                for (size_t e = 0; e < EPS; e++) {
                    const kr_disagg_cell *cell = &z->cells[c][i];
                    const size_t mine[KR_DIMS] = {z->trt_of[c], cell->mag, cell->dist,
                                                  cell->lon,    cell->lat, e};
                    bool same = true;
                    for (size_t d = 0; d < kind->ndims; d++)
                        same = same && mine[kind->dims[d]] == at[kind->dims[d]];
                    if (same)
                        sum += weights[c * MODELS + k] *
                               z->rates[c][((k * CELLS + i) * LEVELS + level) * EPS + e];
                }
    return sum;
}

static void check_table(const scene *z, const kr_disagg_sums *sums, size_t kind, size_t target,
                        const double *weights)
{
    const kr_disagg_kind *k = sums->kinds[kind];
    for (size_t cell = 0; cell < sums->cells[kind]; cell++) {
        size_t at[KR_DIMS] = {0}, rest = cell;
        for (size_t d = k->ndims; d-- > 0; rest /= z->edges.n[k->dims[d]])
            at[k->dims[d]] = rest % z->edges.n[k->dims[d]];
        for (size_t l = 0; l < LEVELS; l++)
            kt_close(sums->rates[kind][(cell * LEVELS + l) * TARGETS + target],
                     slow_sum(z, k, at, l, weights), 1e-13, 1e-300);
    }
}

/* Over all bins of any table the sum is the total: the curve at that level. */
static void check_totals(const kr_disagg_sums *sums, size_t target)
{
    for (size_t i = 0; i < sums->nkinds; i++)
        for (size_t l = 0; l < LEVELS; l++) {
            double sum = 0;
            for (size_t cell = 0; cell < sums->cells[i]; cell++)
                sum += sums->rates[i][(cell * LEVELS + l) * TARGETS + target];
            kt_close(sum, sums->total[l * TARGETS + target], 1e-12, 0);
        }
}

static void test_tables(void **state)
{
    static const double weights[TARGETS][RATES] = {{1, 0, 0, 1, 0, 2},
                                                   {0.25, 0.75, 0.5, 0.5, 0.1, 0.3}};
    scene z;
    kr_ctx *ctx = kt_ctx();
    kr_disagg_sums *sums;
    (void)state;
    make(&z, ctx);
    kt_ok(ctx, kr_disagg_sums_create(ctx, &z.edges, &z.job, &z.tree, LEVELS, TARGETS, &sums));
    assert_true((size_t)kr_ctx_memory(ctx).current <=
                kr_disagg_sums_bytes(&z.edges, &z.job, LEVELS, TARGETS));
    for (int twice = 0; twice < 2; twice++) { /* nothing is left from before */
        kr_disagg_sums_clear(sums);
        for (size_t t = 0; t < TARGETS; t++)
            kr_disagg_sums_add(sums, &z.disagg, weights[t], 0, t);
    }
    for (size_t t = 0; t < TARGETS; t++) {
        for (size_t i = 0; i < KR_DISAGG_KINDS; i++)
            check_table(&z, sums, i, t, weights[t]);
        check_totals(sums, t);
    }
    double rate = sums->rates[0][0], total = sums->total[0];
    kr_disagg_sums_finish(sums);
    kt_close(sums->rates[0][0], 1 - exp(-rate), 1e-12, 0);
    kt_close(sums->total[0], 1 - exp(-total), 1e-12, 0);
    kr_disagg_sums_destroy(&sums);
    kt_ctx_end(&ctx);
}

/* A mean of a group of exclusive sources averages probabilities, unless all is exact. */
static void test_exclusive(void **state)
{
    double weights[RATES] = {0.25, 0.75};
    scene z;
    kr_ctx *ctx = kt_ctx();
    kr_disagg_sums *sums;
    (void)state;
    make(&z, ctx);
    z.group.mutex_sources = true;
    z.components[0].group = &z.group;
    z.parts[0].ncells = 1; /* of both models */
    for (int exact = 0; exact < 2; exact++) {
        double want = 0;
        z.job.compat = exact ? KR_COMPAT_EXACT : KR_COMPAT_OQ_3_21;
        kt_ok(ctx, kr_disagg_sums_create(ctx, &z.edges, &z.job, &z.tree, LEVELS, 1, &sums));
        sums->mean = true;
        kr_disagg_sums_add(sums, &z.disagg, weights, 0, 0);
        for (size_t e = 0; e < EPS; e++) {
            double a = z.rates[0][e], b = z.rates[0][LEVELS * EPS + e];
            want +=
                exact ? 0.25 * a + 0.75 * b : -log(1 - 0.25 * (1 - exp(-a)) - 0.75 * (1 - exp(-b)));
        }
        kt_close(sums->total[0], want, 1e-12, 0);
        kr_disagg_sums_destroy(&sums);
    }
    kt_ctx_end(&ctx);
}

/* Whether it is a mean does not follow from the weights: those of the one model of a region sum to
 * 1. The mean is weighed once more by the sources that have contexts of the bin of magnitude. */
static void test_exclusive_whole(void **state)
{
    double weights[RATES] = {1, 0}, exclusive[MAGS];
    scene z;
    kr_ctx *ctx = kt_ctx();
    kr_disagg_sums *sums;
    (void)state;
    make(&z, ctx);
    z.group.mutex_sources = true;
    z.components[0].group = &z.group;
    z.parts[0].ncells = 1;
    z.parts[0].exclusive = exclusive;
    z.job.compat = KR_COMPAT_OQ_3_21;
    for (size_t m = 0; m < MAGS; m++)
        exclusive[m] = 0.5;
    for (int mean = 0; mean < 2; mean++) {
        double want = 0;
        kt_ok(ctx, kr_disagg_sums_create(ctx, &z.edges, &z.job, &z.tree, LEVELS, 1, &sums));
        sums->mean = mean;
        kr_disagg_sums_add(sums, &z.disagg, weights, 0, 0);
        for (size_t e = 0; e < EPS; e++)
            want += mean ? -log1p(0.5 * expm1(-z.rates[0][e])) : z.rates[0][e];
        kt_close(sums->total[0], want, 1e-12, 0);
        kr_disagg_sums_destroy(&sums);
    }
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *c, void *user)
{
    const scene *z = user;
    kr_disagg_sums *sums = NULL;
    kr_status s = kr_disagg_sums_create(c, &z->edges, &z->job, &z->tree, LEVELS, TARGETS, &sums);
    kr_disagg_sums_destroy(&sums);
    return s;
}

static void test_memory(void **state)
{
    scene z;
    kr_ctx *ctx = kt_ctx();
    (void)state;
    make(&z, ctx);
    assert_true(kt_fail_each_allocation(scenario, &z) > 5);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_exclusive),
        cmocka_unit_test(test_exclusive_whole),
        cmocka_unit_test(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
