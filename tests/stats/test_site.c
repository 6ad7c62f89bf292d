/* The statistics of a site against realizations listed one by one. */
#include "stats/realize.h"
#include "stats/stats.h"
#include "stats/weights.h"
#include "support/model.h"
#include "support/paths.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const JOB =
    "[general]\ncalculation_mode = classical\ndescription = test\nsites = 0 0, 0.1 0.2\n"
    "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"
    "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = "
    "0.2\n"
    "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
    "reference_depth_to_2pt5km_per_sec = 1\n"
    "intensity_measure_types_and_levels = {'PGA': [0.01, 0.1, 0.5], 'SA(1.0)': [0.01, 0.1, 0.5]}\n"
    "mean = true\nstd = true\nmax = true\nmin = true\ncov = true\nquantiles = 0.05 0.5 0.84\n%s";

static void make(kt_model *m, const char *more)
{
    static const char *const one[] = {"source.xml"}, *const db[] = {"-0.1", "0.0", "0.1"};
    static const char *const dm[] = {"-0.2", "0.2"}, *const crust[] = {"BooreAtkinson2008",
                                                                       "SadighEtAl1997"};
    static const char *const stable[] = {"ToroEtAl2002", "Campbell2003", "AtkinsonBoore2006"};
    char job[2048], sources[8000], sets[8000], gmms[8000];
    snprintf(job, sizeof job, JOB, more);
    snprintf(sources, sizeof sources, "%s%s%s", kt_point_source("a", NULL, 0.1, 0),
             kt_point_source("b", NULL, 0, 0.3), kt_point_source("c", "Stable", 0.4, 0.1));
    snprintf(sets, sizeof sets, "%s%s%s", kt_branch_set("m", "sourceModel", "", 1, one),
             kt_branch_set("b", "bGRRelative", "applyToSources='a'", 3, db),
             kt_branch_set("x", "maxMagGRRelative", "applyToSources='b c'", 2, dm));
    snprintf(gmms, sizeof gmms, "%s%s",
             kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2,
                           crust),
             kt_branch_set("h", "gmpeModel", "applyToTectonicRegionType='Stable'", 3, stable));
    kt_model_make(m, job, sources, sets, gmms);
}

/* The rates of all realizations at one level, one by one. */
static void plain_rates(const kr_tree *tree, const double *components, double *out)
{
    uint32_t *rates = malloc(2 * tree->nrates * sizeof *rates);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        size_t n = kt_rates(tree, r, rates);
        out[r] = 0;
        for (size_t i = 0; i < n; i++)
            out[r] += components[rates[i]];
    }
    free(rates);
}

static double plain_stat(const kr_stat *stat, const double *x, const double *w, size_t n)
{
    double mean = 0, total = 0, square = 0, max = 0, min = INFINITY;
    kr_weighted *v = malloc(n * sizeof *v);
    for (size_t r = 0; r < n; r++) {
        v[r] = (kr_weighted){x[r], w[r]};
        mean += w[r] * x[r];
        total += w[r];
        max = fmax(max, x[r]);
        min = fmin(min, x[r]);
    }
    mean /= total;
    for (size_t r = 0; r < n; r++)
        square += w[r] * (x[r] - mean) * (x[r] - mean);
    kr_weighted_sort(v, n);
    double quantile = kr_weighted_quantile(v, n, stat->q);
    free(v);
    const double by_kind[] = {mean, sqrt(square), quantile, max, min, sqrt(square) / mean};
    return by_kind[stat->kind];
}

typedef struct statistics {
    kr_arena arena;
    kr_stat *stats;
    size_t nstats;
    kr_statistics *statistics;
    kr_statistics_scratch *scratch;
} statistics;

static void begin(const kt_model *m, statistics *z)
{
    kr_arena_init(&z->arena, m->ctx, KR_ACCOUNT_STATS);
    kt_ok(m->ctx, kr_stats_of_job(m->job, &z->arena, &z->stats, &z->nstats));
    const kr_statistics_spec spec = kr_statistics_of_job(m->job, m->tree, z->stats, z->nstats);
    kt_ok(m->ctx, kr_statistics_create(m->ctx, &spec, &z->statistics));
    kt_ok(m->ctx, kr_statistics_scratch_create(m->ctx, z->statistics, &z->scratch));
}

static void end(statistics *z)
{
    kr_statistics_scratch_destroy(&z->scratch);
    kr_statistics_destroy(&z->statistics);
    kr_arena_clear(&z->arena);
}

/* The weight of every component rate, from the realizations. */
static void check_weights(const kt_model *m)
{
    const kr_tree *tree = m->tree;
    double *weights, *plain = calloc(tree->nrates, sizeof *plain);
    uint32_t *rates = malloc(2 * tree->nrates * sizeof *rates);
    kt_ok(m->ctx, kr_rate_weights(m->ctx, tree, &weights));
    for (size_t r = 0; r < tree->nrlzs; r++)
        for (size_t i = kt_rates(tree, r, rates); i-- > 0;)
            plain[rates[i]] += kr_tree_weight(tree, r, 0);
    for (size_t k = 0; k < tree->nrates; k++)
        kt_close(weights[k], plain[k], 1e-13, 0);
    kr_free(weights);
    free(plain);
    free(rates);
}

static void check_site(const kt_model *m)
{
    const kr_tree *tree = m->tree;
    size_t total = m->job->nimts * m->job->nlevels, n = tree->nrlzs;
    kr_realizer *realizer;
    statistics z;
    uint64_t random = 11;
    begin(m, &z);
    kt_ok(m->ctx, kr_realizer_create(m->ctx, tree, total, false, &realizer));
    double *rates = malloc(tree->nrates * total * sizeof *rates), *x = malloc(n * sizeof *x);
    double *w = malloc(n * sizeof *w), *level = malloc(tree->nrates * sizeof *level);
    float *out = malloc(z.nstats * total * sizeof *out);
    for (size_t i = 0; i < tree->nrates * total; i++) /* as single precision holds them */
        rates[i] = (double)(float)exp(-25 + 26 * kt_random_unit(&random));
    const kr_site_rates site = {0, rates, total};
    kr_statistics_site(z.statistics, z.scratch, &site, out, NULL);
    kr_realizer_site(realizer, &site);
    for (size_t l = 0; l < total; l++) {
        for (size_t k = 0; k < tree->nrates; k++)
            level[k] = rates[k * total + l];
        plain_rates(tree, level, x);
        for (size_t r = 0; r < n; r++) {
            kt_close(kr_realizer_rates(realizer, r)[l], x[r], 1e-13, 0);
            x[r] = -expm1(-x[r]);
            w[r] = kr_tree_weight(tree, r, 0);
        }
        for (size_t i = 0; i < z.nstats; i++)
            kt_close((double)out[i * total + l], plain_stat(&z.stats[i], x, w, n), 1e-6, 1e-15);
    }
    free(rates);
    free(x);
    free(w);
    free(level);
    free(out);
    kr_realizer_destroy(&realizer);
    end(&z);
    check_weights(m);
}

static void test_full_enumeration(void **state)
{
    (void)state;
    kt_model m;
    make(&m, "");
    assert_int_equal(m.tree->nrlzs, 3 * 2 * 2 * 3);
    check_site(&m);
    kt_model_end(&m);
}

static void test_visited_one_by_one(void **state)
{
    (void)state;
    kt_model m;
    statistics z;
    make(&m, "factoring = false\n");
    check_site(&m);
    begin(&m, &z);
    assert_int_equal(kr_statistics_way(z.statistics), KR_STREAMED);
    end(&z);

    kr_statistics_spec spec = kr_statistics_of_job(m.job, m.tree, NULL, 0);
    kr_structure many = m.tree->structure;
    many.realizations = 3e8;
    spec.structure = &many;
    kt_fails(m.ctx, kr_statistics_create(m.ctx, &spec, &z.statistics), KR_EINPUT,
             "factoring = false visits every one of 3e+08 realizations; at most 100000000 can be");
    kt_model_end(&m);
}

static void test_sampling(void **state)
{
    (void)state;
    static const char *const methods[] = {"early_weights", "late_weights", "early_latin",
                                          "late_latin"};
    for (size_t i = 0; i < 4; i++) {
        char more[128];
        kt_model m;
        snprintf(more, sizeof more, "number_of_logic_tree_samples = 17\nsampling_method = %s\n",
                 methods[i]);
        make(&m, more);
        assert_int_equal(m.tree->nrlzs, 17);
        check_site(&m);
        kt_model_end(&m);
    }
}

static void test_zero_site(void **state)
{
    (void)state;
    kt_model m;
    statistics z;
    make(&m, "");
    size_t total = m.job->nimts * m.job->nlevels;
    begin(&m, &z);
    double *rates = calloc(m.tree->nrates * total, sizeof *rates);
    float *out = malloc(z.nstats * total * sizeof *out);
    kr_statistics_site(z.statistics, z.scratch, &(kr_site_rates){0, rates, total}, out, NULL);
    for (size_t i = 0; i < z.nstats * total; i++)
        kt_same((double)out[i], 0);
    free(rates);
    free(out);
    end(&z);
    kt_model_end(&m);
}

/* A set as kt_branch_set writes it, appended. */
static void add_set(char *sets, size_t size, const char *id, const char *type, const char *filter,
                    size_t n, const char *const *values)
{
    size_t used = strlen(sets);
    snprintf(sets + used, size - used, "%s", kt_branch_set(id, type, filter, n, values));
}

/* Three sources, the sets of `sets`, a model tree of 2 x 3. */
static void make_sets(kt_model *m, const char *sets)
{
    static const char *const crust[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static const char *const stable[] = {"ToroEtAl2002", "Campbell2003", "AtkinsonBoore2006"};
    char job[2048], sources[8000], gmms[8000];
    snprintf(job, sizeof job, JOB, "");
    snprintf(sources, sizeof sources, "%s%s%s", kt_point_source("a", NULL, 0.1, 0),
             kt_point_source("b", NULL, 0, 0.3), kt_point_source("c", "Stable", 0.4, 0.1));
    snprintf(gmms, sizeof gmms, "%s%s",
             kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2,
                           crust),
             kt_branch_set("h", "gmpeModel", "applyToTectonicRegionType='Stable'", 3, stable));
    kt_model_make(m, job, sources, sets, gmms);
}

/* Sets that follow some branches only, sets that move with others, two sets on one source. */
static void test_tied_sets(void **state)
{
    (void)state;
    static const char *const one[] = {"source.xml"}, *const db[] = {"-0.1", "0.0", "0.1"};
    static const char *const dm[] = {"-0.2", "0.2"}, *const more[] = {"-0.05", "0.07"};
    static const char *const filters[] = {
        "applyToSources='b c'",
        "applyToSources='b c' applyToBranches='b-0 b-2'",
        "applyToSources='b' correlatedWith='b'",
        "applyToTectonicRegionType='Stable' applyToBranches='b-1'",
    };
    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        char sets[8000] = "";
        kt_model m;
        add_set(sets, sizeof sets, "m", "sourceModel", "", 1, one);
        add_set(sets, sizeof sets, "b", "bGRRelative", "applyToSources='a'", 3, db);
        add_set(sets, sizeof sets, "x", "maxMagGRRelative", filters[i], i == 2 ? 3 : 2,
                i == 2 ? db : dm);
        add_set(sets, sizeof sets, "y", "bGRRelative", "applyToSources='c'", 2, more);
        make_sets(&m, sets);
        check_site(&m);
        kt_model_end(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_enumeration), cmocka_unit_test(test_visited_one_by_one),
        cmocka_unit_test(test_sampling),         cmocka_unit_test(test_zero_site),
        cmocka_unit_test(test_tied_sets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
