/* What is checked of a tile before it is stored: numbers changed after they were computed. */
#include "run/check.h"

#include "output/digests.h"
#include "support/model.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SITES = 3, IMTS = 2, LEVELS = 12, TOTAL = IMTS * LEVELS };

typedef struct setting {
    char *dir;
    kr_ctx *ctx;
    kr_run_options options;
    char job[4096];
    kr_calc calc;
    size_t nrates, nstats;
    double *rates;
    float *stats;
    kr_results_tile tile;
} setting;

static void write_model(const char *dir, const char *more)
{
    static const char *const one[] = {"source.xml"}, *const db[] = {"-0.1", "0.0", "0.1"};
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997", "ChiouYoungs2008"};
    char job[2048], sources[6000], sets[4096];
    snprintf(job, sizeof job,
             "[general]\ncalculation_mode = classical\ndescription = test\n"
             "sites = 0 0, 0.3 0.1, 0.2 -0.4\nsource_model_logic_tree_file = source_tree.xml\n"
             "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
             "truncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = 0.2\n"
             "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
             "reference_depth_to_2pt5km_per_sec = 1\nintensity_measure_types_and_levels = "
             "{'PGA': logscale(0.005, 0.5, %d), 'SA(0.5)': logscale(0.005, 0.5, %d)}\n%s",
             LEVELS, LEVELS, more);
    snprintf(sources, sizeof sources, "%s%s", kt_point_source("a", NULL, 0.1, 0),
             kt_point_source("b", NULL, 0.3, 0.6));
    snprintf(sets, sizeof sets, "%s%s", kt_branch_set("m", "sourceModel", "", 1, one),
             kt_branch_set("u", "bGRRelative", "applyToSources='a'", 3, db));
    kt_model_write(dir, job, sources, sets,
                   kt_branch_set("g", "gmpeModel",
                                 "applyToTectonicRegionType='Active Shallow Crust'", 3, gmms));
}

static void begin(setting *x, const char *more)
{
    memset(x, 0, sizeof *x);
    x->dir = kt_dir_create();
    x->ctx = kt_ctx();
    write_model(x->dir, more);
    snprintf(x->job, sizeof x->job, "%s", kt_path(x->dir, "job.ini"));
    x->options = (kr_run_options){.job = x->job, .threads = 1};
    kt_ok(x->ctx, kr_calc_read(&x->calc, x->ctx, &x->options));
    kt_ok(x->ctx, kr_calc_prepare(&x->calc));
    assert_int_equal(x->calc.sites->n, SITES);
    kt_ok(x->ctx, kr_calc_plan(&x->calc));
    x->nrates = x->calc.tree->nrates;
    x->nstats = x->calc.nstats;
    x->rates = calloc(x->nrates * SITES * TOTAL, sizeof *x->rates);
    x->stats = calloc(x->nstats * SITES * TOTAL, sizeof *x->stats);
    kt_ok(x->ctx, kr_hazard_tile(x->calc.hazard, 0, SITES, 1, x->rates, &x->calc.work, NULL));
    kr_statistics_scratch *scratch;
    kt_ok(x->ctx, kr_statistics_scratch_create(x->ctx, x->calc.statistics, &scratch));
    for (size_t i = 0; i < SITES; i++) {
        const kr_site_rates site = {i, x->rates + i * TOTAL, SITES * TOTAL};
        kr_statistics_site(x->calc.statistics, scratch, &site, x->stats + i * x->nstats * TOTAL,
                           NULL);
    }
    kr_statistics_scratch_destroy(&scratch);
    x->tile = (kr_results_tile){.nsites = SITES, .component_rates = x->rates, .stats = x->stats};
}

static void end(setting *x)
{
    free(x->rates);
    free(x->stats);
    kr_calc_clear(&x->calc);
    kt_ctx_end(&x->ctx);
    kt_dir_remove(&x->dir);
}

static const char ALL[] = "mean = true\nstd = true\nmax = true\nmin = true\ncov = true\n"
                          "quantiles = 0.1 0.5 0.9\n";

static void fails(setting *x, const char *text)
{
    kt_fails(x->ctx, kr_calc_check_tile(&x->calc, &x->tile), KR_EINTERNAL, text);
}

static void test_sound(void **state)
{
    static const char *const more[] = {"", "use_rates = true\n", "use_rates = true\nmean = true\n",
                                       "quantiles = 0.5\nquantile_definition = half-weight\n"};
    (void)state;
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++)
        for (int all = 0; all < 2 && (i != 3 || !all) && (i != 2 || !all); all++) {
            setting x;
            char text[512];
            snprintf(text, sizeof text, "%s%s", all ? ALL : "", more[i]);
            begin(&x, text);
            kt_ok(x.ctx, kr_calc_check_tile(&x.calc, &x.tile));
            assert_true(kr_calc_checks_bytes(&x.calc) > 0);
            end(&x);
        }
}

/* A rate that is none. Site, measure, level, source and model are named. */
static void test_rates(void **state)
{
    static const struct {
        double x;
        const char *text;
    } bad[] = {{NAN, "nan"}, {-1e-20, "is -1e-20"}, {INFINITY, "is inf"}, {0.9, "above"}};
    setting x;
    (void)state;
    begin(&x, ALL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        /* the second rate of the first component, site 1, SA(0.5), the last level */
        double *at = &x.rates[(1 * SITES + 1) * TOTAL + TOTAL - 1], good = *at;
        *at = bad[i].x;
        fails(&x, bad[i].text);
        kt_fails(
            x.ctx, kr_calc_check_tile(&x.calc, &x.tile), KR_EINTERNAL,
            "site 1 at 0.2 -0.4, SA(0.5) at level 11 (0.5): the rate of component 0 (1 sources "
            "from 'a;0' on) under [SadighEtAl1997]");
        *at = good;
    }
    kt_ok(x.ctx, kr_calc_check_tile(&x.calc, &x.tile));
    end(&x);
}

static size_t stat_of(const setting *x, const char *name)
{
    size_t i = 0;
    while (strcmp(x->calc.stats[i].name, name) != 0)
        i++;
    return i;
}

/* A statistic that is no probability, rises, or is out of order. */
static void test_statistics(void **state)
{
    static const struct {
        const char *stat;
        float x;
        const char *text;
    } bad[] = {{"mean", NAN, "the mean is nan"},
               {"mean", 1.5F, "the mean is 1.5"},
               {"mean", -0.5F, "the mean is -0.5"},
               {"max", 0.99999F, "above"},
               {"min", 0.99999F, "above"},
               {"std", NAN, "the std is nan"},
               {"std", -1, "the std is -1"},
               {"cov", INFINITY, "the cov is inf"},
               {"quantile-0.5", NAN, "the quantile-0.5 is nan"},
               {"quantile-0.5", 2, "the quantile-0.5 is 2"},
               {"quantile-0.5", 0.9F, "is above the quantile-0.9"}};
    setting x;
    (void)state;
    begin(&x, ALL);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        /* site 2, PGA, the tenth level */
        float *at = &x.stats[(2 * x.nstats + stat_of(&x, bad[i].stat)) * TOTAL + 9], good = *at;
        *at = bad[i].x;
        fails(&x, bad[i].text);
        kt_fails(x.ctx, kr_calc_check_tile(&x.calc, &x.tile), KR_EINTERNAL, "site 2 at 0.3 0.1");
        *at = good;
    }
    kt_ok(x.ctx, kr_calc_check_tile(&x.calc, &x.tile));
    end(&x);
}

/* A statistic that is off everywhere by 1 in 1000 looks sound, but is not what the realizations
 * say; and likewise when a component rate is changed after the statistics. */
static void test_realizations(void **state)
{
    setting x;
    (void)state;
    begin(&x, ALL);
    for (size_t k = 0; k < x.nstats; k++) {
        for (size_t i = 0; i < SITES; i++)
            for (size_t l = 0; l < TOTAL; l++)
                x.stats[(i * x.nstats + k) * TOTAL + l] *= 0.999F;
        fails(&x, x.calc.stats[k].name);
        for (size_t i = 0; i < SITES; i++)
            for (size_t l = 0; l < TOTAL; l++)
                x.stats[(i * x.nstats + k) * TOTAL + l] /= 0.999F;
    }
    kt_ok(x.ctx, kr_calc_check_tile(&x.calc, &x.tile));
    for (size_t i = 0; i < SITES * TOTAL; i++)
        x.rates[i] *= 1.01;
    fails(&x, "from the realizations themselves");
    end(&x);
}

static void test_brackets(void **state)
{
    setting x;
    double brackets[SITES * 3 * TOTAL * 2];
    (void)state;
    begin(&x, ALL);
    assert_int_equal(x.calc.job->quantiles.n, 3);
    for (size_t i = 0; i < SITES * 3 * TOTAL; i++) {
        brackets[2 * i] = 0;
        brackets[2 * i + 1] = 1;
    }
    x.tile.brackets = brackets;
    kt_ok(x.ctx, kr_calc_check_tile(&x.calc, &x.tile));
    brackets[2 * (1 * 3 * TOTAL + 2 * TOTAL + LEVELS + 4)] = 2;
    fails(&x, "site 1 at 0.2 -0.4, SA(0.5) at level 4");
    end(&x);
}

static void test_curves(void **state)
{
    setting x;
    float curves[4 * TOTAL];
    (void)state;
    begin(&x, "");
    for (size_t i = 0; i < 4 * TOTAL; i++)
        curves[i] = 1 - (float)(i % LEVELS) / LEVELS;
    kt_ok(x.ctx, kr_calc_check_curves(&x.calc, 0, 10, 4, curves));
    curves[2 * TOTAL + LEVELS + 3] = 0.99F;
    kt_fails(x.ctx, kr_calc_check_curves(&x.calc, 0, 10, 4, curves), KR_EINTERNAL,
             "SA(0.5) at level 3 (0.017556): the curve of realization 12 is 0.99");
    curves[2 * TOTAL + LEVELS + 3] = NAN;
    kt_fails(x.ctx, kr_calc_check_curves(&x.calc, 0, 10, 4, curves), KR_EINTERNAL, "is nan");
    end(&x);
}

/* Results that hold what no run would have written: their digests are right. */
static void verify(setting *x, kr_status status, const char *text)
{
    char said[8192] = "", out[512];
    kr_results *results = NULL;
    snprintf(out, sizeof out, "%s/out", x->dir);
    x->options.dir = out;
    kt_ok(x->ctx, kr_calc_fill_spec(&x->calc));
    kt_ok(x->ctx, kr_results_create(x->ctx, out, &results));
    kt_ok(x->ctx, kr_results_begin(results, &x->calc.spec));
    kt_ok(x->ctx, kr_results_put_tile(results, &x->tile));
    kt_ok(x->ctx, kr_results_finish(results));
    kr_results_destroy(&results);
    kt_ok(x->ctx, kr_digests_write(x->ctx, out));
    FILE *file = fmemopen(said, sizeof said - 1, "w");
    kr_status s = kr_verify(x->ctx, out, false, file);
    fclose(file);
    if (s != status || !strstr(said, text))
        fail_msg("%s, no '%s' in: %s", kr_status_text(s), text, said);
    kr_ctx_clear_error(x->ctx);
}

static void test_verify(void **state)
{
    setting x;
    (void)state;
    begin(&x, ALL);
    verify(&x, KR_OK, "curves of statistics");
    float *stat = &x.stats[(x.nstats + stat_of(&x, "mean")) * TOTAL + LEVELS + 2], good = *stat;
    *stat = NAN;
    verify(&x, KR_EDIFFER,
           "unsound    site 1 at 0.2 -0.4, SA(0.5) at level 2 (0.0115506): the mean");
    *stat = good;
    x.rates[TOTAL + 5] = -1;
    verify(&x, KR_EDIFFER, "unsound    component_rates: rate 0");
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound),      cmocka_unit_test(test_rates),
        cmocka_unit_test(test_statistics), cmocka_unit_test(test_realizations),
        cmocka_unit_test(test_brackets),   cmocka_unit_test(test_curves),
        cmocka_unit_test(test_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
