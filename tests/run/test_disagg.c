/* Whole runs with calculation_mode = disaggregation: what the tables sum up to, interruptions,
 * memory. */
/* timeout: 480 */
/* costly */
#include "run/disagg_job.h"

#include "stats/weights.h"

/* ---- sums ---- */

/* Rates of all components at the only level: [rate][site][measure]. */
static double *read_rates(kr_stored *x)
{
    void *rates;
    size_t n;
    kt_ok(x->ctx, kr_h5_read(x->file, "component_rates", KR_H5_F64, &x->arena, &rates, &n));
    assert_int_equal(n, x->tree->nrates * 2 * 2);
    return rates;
}

/* The rate of a site and measure over all bins of a table: target of `ntargets`. */
static double sum_bins(kr_stored *x, const char *name, size_t site, size_t measure, size_t target)
{
    size_t dims[KR_H5_MAX_RANK], cells = 1, n;
    int rank;
    void *p;
    double sum = 0;
    kt_ok(x->ctx, kr_h5_dims(x->file, name, dims, &rank));
    kt_ok(x->ctx, kr_h5_read(x->file, name, KR_H5_F64, &x->arena, &p, &n));
    for (int d = 1; d < rank - 3; d++)
        cells *= dims[d];
    assert_int_equal(dims[rank - 3], 2);
    assert_int_equal(dims[rank - 2], 1);
    for (size_t c = 0; c < cells; c++)
        sum -= log1p(-((double *)p)[((site * cells + c) * 2 + measure) * dims[rank - 1] + target]);
    return sum;
}

/* Over all bins of any table the rate is that of the hazard curve. */
static void test_sums(void **state)
{
    kr_ctx *ctx = kt_ctx();
    kr_stored *x = run(ctx, LEVELS, true);
    const double *rates = read_rates(x);
    uint32_t branches[16], list[16], *best;
    void *read;
    size_t n;
    (void)state;
    kt_ok(ctx, kr_h5_read(x->file, "best_rlzs", KR_H5_U32, &x->arena, &read, &n));
    best = read;
    assert_int_equal(n, 2 * 4);
    for (size_t site = 0; site < 2; site++)
        for (size_t m = 0; m < 2; m++)
            for (size_t i = 0; i < KR_DISAGG_KINDS; i++) {
                double mean = 0;
                char name[64];
                snprintf(name, sizeof name, "disagg-rlzs/%s", kr_disagg_kinds[i].name);
                for (size_t z = 0; z < 4; z++) {
                    uint32_t r = best[site * 4 + z];
                    double want = 0;
                    size_t nlist = kr_tree_rates(x->tree, r, branches, list);
                    for (size_t k = 0; k < nlist; k++)
                        want += rates[(list[k] * 2 + site) * 2 + m];
                    assert_true(want > 1e-4);
                    kt_close(sum_bins(x, name, site, m, z), want, 1e-10, 0);
                    mean += (double)(float)kr_tree_weight(x->tree, r, 0) * want;
                }
                snprintf(name, sizeof name, "disagg-stats/%s", kr_disagg_kinds[i].name);
                kt_close(sum_bins(x, name, site, m, 0), mean, 1e-10, 0);
            }
    kr_stored_close(&x);
    kt_ctx_end(&ctx);
}

/* ---- tables ---- */

/* Add up what a table has, leaving out axes: kind `from` onto kind `to`. */
static void check_finer(kr_stored *x, const char *from, const char *to)
{
    const kr_disagg_kind *a = kr_disagg_kind_find(from), *b = kr_disagg_kind_find(to);
    char names[2][64];
    size_t da[KR_H5_MAX_RANK], db[KR_H5_MAX_RANK], na, nb;
    int rank;
    void *pa, *pb;
    snprintf(names[0], sizeof names[0], "disagg-stats/%s", from);
    snprintf(names[1], sizeof names[1], "disagg-stats/%s", to);
    kt_ok(x->ctx, kr_h5_dims(x->file, names[0], da, &rank));
    kt_ok(x->ctx, kr_h5_dims(x->file, names[1], db, &rank));
    kt_ok(x->ctx, kr_h5_read(x->file, names[0], KR_H5_F64, &x->arena, &pa, &na));
    kt_ok(x->ctx, kr_h5_read(x->file, names[1], KR_H5_F64, &x->arena, &pb, &nb));
    double *sums = kr_arena_alloc(&x->arena, nb, sizeof *sums);
    assert_non_null(sums);
    for (size_t i = 0; i < na; i++) {
        size_t rest = i / 2, at[KR_DIMS] = {0}, to_cell = 0;
        for (size_t d = a->ndims; d-- > 0; rest /= da[1 + d])
            at[a->dims[d]] = rest % da[1 + d];
        to_cell = rest; /* the site */
        for (size_t d = 0; d < b->ndims; d++)
            to_cell = to_cell * db[1 + d] + at[b->dims[d]];
        sums[to_cell * 2 + i % 2] -= log1p(-((double *)pa)[i]);
    }
    for (size_t i = 0; i < nb; i++)
        kt_close(-expm1(-sums[i]), ((double *)pb)[i], 1e-10, 1e-18);
}

static void test_finer(void **state)
{
    kr_ctx *ctx = kt_ctx();
    kr_stored *x = run(ctx, LEVELS, true);
    (void)state;
    check_finer(x, "TRT_Mag_Dist_Eps", "TRT_Mag_Dist");
    check_finer(x, "TRT_Mag_Dist_Eps", "Mag_Dist_Eps");
    check_finer(x, "TRT_Mag_Dist", "TRT_Mag");
    check_finer(x, "TRT_Mag", "TRT");
    check_finer(x, "TRT_Mag", "Mag");
    check_finer(x, "Mag_Dist_Eps", "Mag_Dist");
    check_finer(x, "Mag_Dist", "Dist");
    check_finer(x, "Mag_Lon_Lat", "Lon_Lat");
    check_finer(x, "TRT_Lon_Lat", "Lon_Lat");
    kr_stored_close(&x);
    kt_ctx_end(&ctx);
}

/* ---- the whole tree ---- */

/* The total rate of each realization (in the order of best_rlzs), over the bins. */
static void find_totals(const double *rlzs, const size_t dims[KR_H5_MAX_RANK], size_t site,
                        size_t level, size_t nrlzs, double *totals)
{
    for (size_t z = 0; z < nrlzs; z++) {
        totals[z] = 0;
        for (size_t c = 0; c < dims[1]; c++)
            totals[z] += rate_of(rlzs[((site * dims[1] + c) * dims[2] + level) * nrlzs + z]);
    }
}

/* Has realization r the branch of this number among all states? Both models of the first type, then
 * both of the second. */
static bool has_state(const kr_tree *tree, uint32_t r, size_t state)
{
    size_t gsims[8];
    kr_realization rlz;
    kr_tree_realization(tree, r, gsims, &rlz);
    return rlz.gsims[state / 2] == tree->first_gsim[state / 2] + state % 2;
}

/* Weighted sums over all realizations: of a tree as a whole, and of samples. */
enum { MOST_RLZS = 16 };

typedef struct listed {
    size_t n;
    const uint32_t *best;
    double weight[MOST_RLZS], total[MOST_RLZS]; /* weights sum up to 1 */
    double mean, variance;                      /* of the totals */
} listed;

static listed list_rlzs(const kr_stored *x, const uint32_t *best, size_t n, const double *rlzs,
                        const size_t *dims, size_t site, size_t m)
{
    listed all = {.n = n, .best = best};
    double sum = 0;
    assert_true(n <= MOST_RLZS);
    find_totals(rlzs, dims, site, m, n, all.total);
    for (size_t z = 0; z < n; z++)
        sum += kr_tree_weight(x->tree, best[z], 0);
    for (size_t z = 0; z < n; z++) {
        all.weight[z] = kr_tree_weight(x->tree, best[z], 0) / sum;
        all.mean += all.weight[z] * all.total[z];
    }
    for (size_t z = 0; z < n; z++)
        all.variance += all.weight[z] * (all.total[z] - all.mean) * (all.total[z] - all.mean);
    return all;
}

static void check_given(const kr_stored *x, const listed *all, const double *rates,
                        const double *given, size_t nstates)
{
    for (size_t k = 0; k < nstates; k++) {
        double w = 0, sum = 0;
        for (size_t z = 0; z < all->n; z++)
            if (has_state(x->tree, all->best[z], k)) {
                w += all->weight[z];
                sum += all->weight[z] * rate_of(rates[z]);
            }
        kt_close(rate_of(given[k]), sum / w, 1e-10, 1e-18);
    }
}

/* Means, shares of the variance and, where there are any, means given branches, against sums over
 * all realizations. */
static void check_tree(kr_stored *x, size_t nstates)
{
    size_t dims[KR_H5_MAX_RANK], other[KR_H5_MAX_RANK], n;
    void *read;
    const double *rlzs = read_all(x, "disagg-rlzs/Mag", 5, dims);
    const double *mean = read_all(x, "disagg-tree/mean/Mag", 5, other);
    const double *variance = read_all(x, "disagg-tree/variance/Mag", 5, other), *given = NULL;
    kt_ok(x->ctx, kr_h5_read(x->file, "best_rlzs", KR_H5_U32, &x->arena, &read, &n));
    if (nstates) {
        given = read_all(x, "disagg-tree/branches/Mag", 5, other);
        assert_int_equal(other[4], nstates);
    }
    for (size_t site = 0; site < 2; site++)
        for (size_t m = 0; m < 2; m++) {
            size_t nrlzs = dims[4];
            const listed all =
                list_rlzs(x, (uint32_t *)read + site * nrlzs, nrlzs, rlzs, dims, site, m);
            double shares = 0;
            for (size_t c = 0; c < dims[1]; c++) {
                size_t at = (site * dims[1] + c) * 2 + m;
                double rate = 0, together = 0;
                for (size_t z = 0; z < nrlzs; z++) {
                    double one = all.weight[z] * rate_of(rlzs[at * nrlzs + z]);
                    rate += one;
                    together += one * (all.total[z] - all.mean);
                }
                kt_close(rate_of(mean[at]), rate, 1e-10, 1e-18);
                kt_close(variance[at], together / all.variance, 1e-8, 1e-12);
                shares += variance[at];
                if (nstates)
                    check_given(x, &all, rlzs + at * nrlzs, given + at * nstates, nstates);
            }
            kt_close(shares, 1, 1e-12, 0);
        }
}

static void test_tree(void **state)
{
    static const char *const sampled[] = {"early_weights", "late_weights", "early_latin"};
    kr_ctx *ctx = kt_ctx();
    kr_stored *x = run(ctx,
                       LEVELS "disagg_outputs = Mag\n"
                              "disagg_statistics = mean variance branches\n",
                       true);
    (void)state;
    check_tree(x, 4);
    kr_stored_close(&x);
    for (size_t i = 0; i < sizeof sampled / sizeof *sampled; i++) {
        char last[512];
        snprintf(last, sizeof last,
                 LEVELS "disagg_outputs = Mag\ndisagg_statistics = mean variance\n"
                        "number_of_logic_tree_samples = 11\nrandom_seed = 5\n"
                        "sampling_method = %s\n",
                 sampled[i]);
        x = run(ctx, last, true);
        assert_int_equal(x->tree->nrlzs, 11);
        check_tree(x, 0);
        kr_stored_close(&x);
    }
    kr_run_options o = options_of(write_job(LEVELS "disagg_outputs = Mag\n"
                                                   "disagg_statistics = branches\n"
                                                   "number_of_logic_tree_samples = 11\n"));
    kt_fails(ctx, kr_run(ctx, &o), KR_EINPUT,
             "the tree is sampled, and samples are no choice of branches; leave branches out");
    kt_ctx_end(&ctx);
}

/* At the level of a quantile curve; and the summary, of the mean at its own. */
static void test_quantiles(void **state)
{
    kr_ctx *ctx = kt_ctx();
    kr_stored *x = run(ctx,
                       CURVE "poes_disagg = 0.05\nquantiles = 0.16 0.84\n"
                             "disagg_outputs = Mag\ndisagg_statistics = quantiles mean\n",
                       true);
    size_t dims[KR_H5_MAX_RANK];
    (void)state;
    const double *levels = read_all(x, "disagg-tree/level", 4, dims);
    assert_int_equal(dims[1], 3);
    const double *low = read_all(x, "disagg-tree/quantile-0.16/Mag", 5, dims);
    const double *mean = read_all(x, "disagg-tree/mean/Mag", 5, dims);
    const double *high = read_all(x, "disagg-tree/quantile-0.84/Mag", 5, dims);
    for (size_t site = 0; site < 2; site++) {
        double sums[3] = {0, 0, 0};
        assert_true(levels[site * 3 + 1] < levels[site * 3] &&
                    levels[site * 3] < levels[site * 3 + 2]);
        for (size_t c = 0; c < dims[1]; c++) {
            sums[0] += rate_of(low[site * dims[1] + c]);
            sums[1] += rate_of(mean[site * dims[1] + c]);
            sums[2] += rate_of(high[site * dims[1] + c]);
        }
        assert_true(sums[0] > sums[1] && sums[1] > sums[2]); /* the mean there */
        kt_close(-expm1(-sums[1]), 0.05, 0.05, 0);           /* interpolated */
    }
    const double *summary = read_all(x, "disagg-tree/summary", 4, dims);
    for (size_t site = 0; site < 2; site++) {
        const double *row = summary + site * KR_DISAGG_SUMMARY;
        double centre = 0, total = 0;
        size_t n;
        void *edges;
        kt_ok(ctx, kr_h5_read(x->file, "disagg-bins/Mag", KR_H5_F64, &x->arena, &edges, &n));
        for (size_t c = 0; c + 1 < n; c++) {
            double rate = rate_of(mean[site * (n - 1) + c]);
            centre += rate * (((double *)edges)[c] + ((double *)edges)[c + 1]) / 2;
            total += rate;
        }
        kt_close(row[0], centre / total, 1e-10, 0);
        assert_true(row[1] > 0 && row[1] < 200 && isnan(row[2]) && isnan(row[5]));
        assert_true(row[6] > 0 && row[6] <= 1);
    }
    kr_stored_close(&x);
    kt_ctx_end(&ctx);
}

/* Of the rate between two levels, against a run at these levels. */
static void test_occurrence(void **state)
{
    static const double x0 = 0.15 * (1 - 0.005), x1 = 0.15 * (1 + 0.005);
    kr_ctx *ctx = kt_ctx();
    char last[256];
    double *shares, *between[2], sum = 0;
    size_t dims[KR_H5_MAX_RANK], n;
    kr_stored *x[3];
    (void)state;
    x[0] = run(ctx,
               "iml_disagg = {'PGA': 0.15}\ndisagg_outputs = Mag_Dist_Eps\n"
               "disagg_statistics = occurrence mean\n",
               true);
    shares = read_all(x[0], "disagg-tree/occurrence/Mag_Dist_Eps", 7, dims);
    n = dims[1] * dims[2] * dims[3];
    for (int i = 0; i < 2; i++) {
        snprintf(last, sizeof last,
                 "iml_disagg = {'PGA': %.17g}\ndisagg_outputs = Mag_Dist_Eps\n"
                 "disagg_statistics = mean\n",
                 i ? x1 : x0);
        x[1 + i] = run(ctx, last, true);
        between[i] = read_all(x[1 + i], "disagg-tree/mean/Mag_Dist_Eps", 7, dims);
    }
    for (size_t i = 0; i < n; i++)
        sum += rate_of(between[0][i]) - rate_of(between[1][i]);
    for (size_t i = 0; i < n; i++)
        kt_close(shares[i], (rate_of(between[0][i]) - rate_of(between[1][i])) / sum, 1e-6, 1e-9);
    for (int i = 0; i < 3; i++)
        kr_stored_close(&x[i]);
    kt_ctx_end(&ctx);
}

/* ---- which realizations ---- */

static void test_rlzs(void **state)
{
    static const char poes[] = CURVE "poes_disagg = 0.05 0.01\ndisagg_outputs = Mag TRT\n";
    char last[256];
    kr_ctx *ctx = kt_ctx();
    void *read;
    size_t n, dims[KR_H5_MAX_RANK];
    int rank;
    (void)state;
    snprintf(last, sizeof last, "%srlz_index = 3\n", poes);
    kr_stored *x = run(ctx, last, false);
    kt_ok(ctx, kr_h5_read(x->file, "best_rlzs", KR_H5_U32, &x->arena, &read, &n));
    assert_int_equal(n, 2);
    assert_int_equal(((uint32_t *)read)[0], 3);
    assert_false(kr_h5_exists(x->file, "disagg-stats"));
    kt_ok(ctx, kr_h5_dims(x->file, "disagg-rlzs/TRT", dims, &rank));
    assert_int_equal(rank, 5);
    assert_int_equal(dims[3], 2);
    assert_true(kr_h5_exists(x->file, "disagg-rlzs/Mag"));
    assert_false(kr_h5_exists(x->file, "disagg-rlzs/Dist"));
    kr_stored_close(&x);
    for (int exact = 0; exact < 2; exact++) { /* two of four: the nearest are the first of all */
        uint32_t all[8];
        x = run(ctx, poes, exact);
        kt_ok(ctx, kr_h5_read(x->file, "best_rlzs", KR_H5_U32, &x->arena, &read, &n));
        assert_int_equal(n, 8);
        memcpy(all, read, sizeof all);
        kr_stored_close(&x);
        snprintf(last, sizeof last, "%snum_rlzs_disagg = 2\n", poes);
        x = run(ctx, last, exact);
        kt_ok(ctx, kr_h5_read(x->file, "best_rlzs", KR_H5_U32, &x->arena, &read, &n));
        assert_int_equal(n, 4);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(((uint32_t *)read)[i], all[i / 2 * 4 + i % 2]);
        assert_true(kr_h5_exists(x->file, "disagg-stats/Mag"));
        kr_stored_close(&x);
    }
    kt_ctx_end(&ctx);
}

/* ---- interruptions, memory ---- */

/* Interrupts at the first beginning of a stage. */
static const char *stop_at;

static void stop(void *user)
{
    unsigned number;
    if (kr_str_eq(kr_phase_name(user, &number), stop_at))
        kr_ctx_interrupt(user);
}

static void test_interrupted(void **state)
{
    char first[3][4096];
    (void)state;
    for (int i = 0; i < 3; i++) {
        kr_ctx *ctx = kt_ctx();
        kr_run_options o =
            options_of(write_job(CURVE "poes_disagg = 0.05\ndisagg_outputs = Mag_Dist\n"));
        if (i) {
            stop_at = i == 1 ? "disaggregation" : "disaggregation tables";
            kr_phase_watch(ctx, stop, ctx);
            kt_fails(ctx, kr_run(ctx, &o), KR_EINTERRUPTED, "interrupted");
            kt_ctx_end(&ctx);
            ctx = kt_ctx();
            o.fresh = false;
        }
        follow_sites(ctx, 2);
        kt_ok(ctx, kr_run(ctx, &o));
        assert_true(all_reached());
        size_t n;
        unsigned char *text = kt_read_file(kt_path(kt_path(dir, "out"), "Mag_Dist-mean-1.csv"), &n);
        const char *rows = strstr((char *)text, "\r\n"); /* the first line tells the time */
        snprintf(first[i], sizeof first[i], "%s", rows ? rows : "");
        assert_true(strlen(first[i]) > 200);
        free(text);
        kt_ctx_end(&ctx);
    }
    assert_string_equal(first[0], first[1]);
    assert_string_equal(first[0], first[2]);
}

/* Some of the allocations; all of them are those of test_disagg_memory_long.c. */
static void test_memory(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_memory_job());
    assert_true(kt_fail_allocations(run_with_report, &o, 9) > 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_sums),       TEST(test_finer), TEST(test_tree),        TEST(test_quantiles),
        TEST(test_occurrence), TEST(test_rlzs),  TEST(test_interrupted), TEST(test_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
