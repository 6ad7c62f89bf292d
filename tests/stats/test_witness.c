/* Statistics held against realizations: they agree, and what is changed does not. */
#include "tree/forest.h"

#include "stats/witness.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEVELS = 40, IMTS = 2, TOTAL = LEVELS * IMTS };

/* A tree, statistics and made-up rates at one site. */
typedef struct setting {
    kt_tree t;
    kr_statistics_spec spec;
    kr_stat *stats;
    double *rates; /* nrates x TOTAL */
    float *made;   /* nstats x TOTAL */
    kr_site_rates site;
} setting;

static const char STATS[] = "mean = true\nstd = true\nmax = true\nmin = true\ncov = true\n"
                            "quantiles = 0.05 0.16 0.5 0.84 0.95\n";

static double uniform(void)
{
    static uint64_t state = 88172645463325252U;
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (double)(state >> 11) * 0x1p-53;
}

/* Rates that fall with the level from 10 to 1e-14, some equal to others, so that values tie. */
static void make_rates(setting *x)
{
    size_t n = x->t.tree->nrates;
    x->rates = malloc(n * TOTAL * sizeof *x->rates);
    for (size_t k = 0; k < n; k++)
        for (size_t l = 0; l < TOTAL; l++) {
            double level = (double)(l % LEVELS) / (LEVELS - 1);
            double u = k % 7 == 6 ? 0.5 : uniform();
            x->rates[k * TOTAL + l] = pow(10, 1 - 15 * level) * (0.2 + u);
        }
    x->site = (kr_site_rates){0, x->rates, TOTAL};
}

static void compute(setting *x)
{
    kr_statistics *statistics;
    kr_statistics_scratch *scratch;
    kt_ok(x->t.ctx, kr_statistics_create(x->t.ctx, &x->spec, &statistics));
    kt_ok(x->t.ctx, kr_statistics_scratch_create(x->t.ctx, statistics, &scratch));
    kr_statistics_site(statistics, scratch, &x->site, x->made, NULL);
    kr_statistics_scratch_destroy(&scratch);
    kr_statistics_destroy(&statistics);
}

/* Statistics of the tree that was read, with the keys STATS. */
static void make(setting *x)
{
    size_t n;
    kt_ok(x->t.ctx, kr_stats_of_job(x->t.job, &x->t.job->arena, &x->stats, &n));
    x->spec = kr_statistics_of_job(x->t.job, x->t.tree, x->stats, n);
    x->spec.nlevels = LEVELS;
    assert_int_equal(x->spec.nimts, IMTS);
    x->made = malloc(n * TOTAL * sizeof *x->made);
    make_rates(x);
    compute(x);
}

static void begin(setting *x, const char *more, kr_compat compat, bool use_rates)
{
    char extra[1024];
    memset(x, 0, sizeof *x);
    snprintf(extra, sizeof extra, "%s%s", STATS, more);
    kt_forest_read(&x->t, extra, KR_COMPAT_EXACT);
    x->t.job->compat = compat; /* of the statistics */
    x->t.job->use_rates = use_rates;
    make(x);
}

static void end(setting *x)
{
    free(x->rates);
    free(x->made);
    kt_tree_end(&x->t);
}

static kr_witness *witness_of(setting *x, size_t samples)
{
    kr_witness *w;
    long long before = kr_ctx_memory(x->t.ctx).current;
    kt_ok(x->t.ctx, kr_witness_create(x->t.ctx, x->t.tree, &x->spec, samples, &w));
    /* what is planned for it is at least what it takes, but for heads of blocks */
    assert_true(kr_ctx_memory(x->t.ctx).current - before <=
                (long long)kr_witness_bytes(x->t.tree, &x->spec, samples) + 2048);
    return w;
}

static size_t disagreeing(setting *x, size_t samples)
{
    kr_witness *w = witness_of(x, samples);
    size_t n = 0;
    for (size_t l = 0; l < TOTAL; l++) {
        kr_testimony t = kr_witness_level(w, &x->site, l, x->made + l, NULL, l);
        n += !t.agrees;
        assert_true(t.agrees == (*t.what == '\0'));
    }
    kr_witness_destroy(&w);
    assert_null(w);
    return n;
}

static const struct {
    const char *more;
    kr_compat compat;
    bool use_rates;
} settings[] = {
    {"", KR_COMPAT_OQ_3_21, false},
    {"", KR_COMPAT_EXACT, false},
    {"", KR_COMPAT_OQ_3_21, true},
    {"", KR_COMPAT_EXACT, true},
    {"quantile_definition = half-weight\n", KR_COMPAT_OQ_3_21, false},
    {"quantile_definition = merged\n", KR_COMPAT_OQ_3_21, false},
    {"factoring = false\n", KR_COMPAT_OQ_3_21, false},
    {"number_of_logic_tree_samples = 50\n", KR_COMPAT_OQ_3_21, false},
    {"number_of_logic_tree_samples = 50\nsampling_method = late_weights\n", KR_COMPAT_OQ_3_21,
     false},
};

static void test_agrees(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        setting x;
        begin(&x, settings[i].more, settings[i].compat, settings[i].use_rates);
        assert_int_equal(disagreeing(&x, 0), 0);
        assert_int_equal(disagreeing(&x, 300), 0);
        end(&x);
    }
}

/* Each statistic of its own is changed by 1 in 10,000. */
static void test_listed_sees_all(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        setting x;
        begin(&x, settings[i].more, settings[i].compat, settings[i].use_rates);
        for (size_t k = 0; k < x.spec.nstats; k++) {
            size_t changed = 0, seen = 0;
            kr_witness *w = witness_of(&x, 0);
            for (size_t l = 0; l < TOTAL; l++) {
                float *at = &x.made[k * TOTAL + l], good = *at;
                if (good < 1e-12F || good > 0.99F)
                    continue;
                *at = good * 1.0001F;
                kr_testimony t = kr_witness_level(w, &x.site, l, x.made + l, NULL, l);
                *at = good;
                changed++;
                seen += !t.agrees;
                assert_true(t.agrees || strcmp(t.what, x.stats[k].name) == 0);
            }
            /* among values that tie a half-weight quantile may be anywhere between its neighbours,
             * others only up to the first of them */
            assert_true(changed > 10);
            if (x.stats[k].kind == KR_STAT_QUANTILE)
                assert_true(x.spec.rule == KR_QUANTILE_HALF_WEIGHT || 10 * seen > 8 * changed);
            else
                assert_int_equal(seen, changed);
            kr_witness_destroy(&w);
        }
        end(&x);
    }
}

/* Drawn realizations see a mean that is not that of the parts, extremes within what was drawn, and
 * quantiles that are far off. */
static void test_drawn(void **state)
{
    static const struct {
        kr_stat_kind kind;
        double q;
        float factor;
    } changes[] = {{KR_STAT_MEAN, 0, 1.0001F},    {KR_STAT_MAX, 0, 0.6F},
                   {KR_STAT_MIN, 0, 1.6F},        {KR_STAT_QUANTILE, 0.05, 5},
                   {KR_STAT_QUANTILE, 0.5, 0.3F}, {KR_STAT_QUANTILE, 0.5, 3},
                   {KR_STAT_QUANTILE, 0.95, 0.3F}};
    setting x;
    (void)state;
    begin(&x, "", KR_COMPAT_OQ_3_21, false);
    kr_witness *w = witness_of(&x, 300);
    for (size_t c = 0; c < sizeof changes / sizeof changes[0]; c++)
        for (size_t k = 0; k < x.spec.nstats; k++) {
            if (x.stats[k].kind != changes[c].kind || x.stats[k].q != changes[c].q)
                continue;
            for (size_t l = 10; l < 30; l++) {
                float *at = &x.made[k * TOTAL + l], good = *at;
                *at = good * changes[c].factor;
                kr_testimony t = kr_witness_level(w, &x.site, l, x.made + l, NULL, l);
                *at = good;
                assert_false(t.agrees);
                assert_string_equal(t.what, x.stats[k].name);
            }
        }
    kr_witness_destroy(&w);
    end(&x);
}

/* Of a structure that is not the tree's: one weight in it is changed, or a rate of it is another's.
 */
static void test_other_structure(void **state)
{
    setting x;
    (void)state;
    begin(&x, "", KR_COMPAT_OQ_3_21, false);
    kr_structure other = x.t.tree->structure;
    size_t seen = 0, changed = 0;
    for (size_t c = 0; c < other.nchoices; c++) {
        kr_choice *choices = malloc(other.nchoices * sizeof *choices);
        memcpy(choices, x.t.tree->structure.choices, other.nchoices * sizeof *choices);
        size_t n = choices[c].nstates * other.ncolumns;
        double *weights = malloc(n * sizeof *weights);
        memcpy(weights, choices[c].weights, n * sizeof *weights);
        for (size_t i = 0; i < n; i += choices[c].nstates)
            weights[i] *= 1.1;
        choices[c].weights = weights;
        other.choices = choices;
        x.spec.structure = &other;
        if (choices[c].nstates > 1) {
            compute(&x);
            changed += 2;
            seen += disagreeing(&x, 0) > 0;
            seen += disagreeing(&x, 300) > 0;
        }
        free(weights);
        free(choices);
    }
    assert_true(changed >= 6);
    assert_int_equal(seen, changed);
    end(&x);
}

/* What has no rates must have no hazard. */
static void test_empty(void **state)
{
    setting x;
    (void)state;
    begin(&x, "", KR_COMPAT_OQ_3_21, false);
    memset(x.rates, 0, x.t.tree->nrates * TOTAL * sizeof *x.rates);
    compute(&x);
    assert_int_equal(disagreeing(&x, 0), 0);
    x.made[3] = 1e-30F;
    assert_int_equal(disagreeing(&x, 0), 1);
    assert_int_equal(disagreeing(&x, 20), 1);
    end(&x);
}

/* A source stands five times in the one path, and counts so often. */
static void test_repeated(void **state)
{
    setting x;
    char text[8192] = "", name[16];
    (void)state;
    memset(&x, 0, sizeof x);
    kt_tree_begin(&x.t);
    kt_forest_group(text, sizeof text, "x", KT_ASC, 3);
    for (int i = 0; i < 5; i++) {
        snprintf(name, sizeof name, "%d.xml", i);
        kt_tree_file(&x.t, name, "sourceModel", text);
    }
    kt_tree_file(
        &x.t, "smlt.xml", "logicTree",
        KT_SET("sourceModel", "r", "", KT_BRANCH("r1", "0.xml 1.xml 2.xml 3.xml 4.xml", "1")));
    kt_tree_file(&x.t, "glt.xml", "logicTree",
                 KT_GLT(KT_ASC, KT_G1("0.9", "0.2") KT_G2("0.1", "0.8")));
    kt_ok(x.t.ctx, kt_tree_read(&x.t, STATS, KR_COMPAT_OQ_3_21));
    assert_int_equal(x.t.tree->ncomponents, 1);
    assert_int_equal(x.t.tree->most_components, 5);
    make(&x);
    assert_int_equal(disagreeing(&x, 0), 0);
    assert_int_equal(disagreeing(&x, 50), 0);
    end(&x);
}

static kr_status create_once(kr_ctx *ctx, void *user)
{
    setting *x = user;
    kr_witness *w;
    kr_status s = kr_witness_create(ctx, x->t.tree, &x->spec, 20, &w);
    kr_witness_destroy(&w);
    return s;
}

static void test_allocations(void **state)
{
    setting x;
    (void)state;
    begin(&x, "", KR_COMPAT_OQ_3_21, false);
    assert_true(kt_fail_each_allocation(create_once, &x) > 8);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_agrees),      cmocka_unit_test(test_listed_sees_all),
        cmocka_unit_test(test_drawn),       cmocka_unit_test(test_other_structure),
        cmocka_unit_test(test_empty),       cmocka_unit_test(test_repeated),
        cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
