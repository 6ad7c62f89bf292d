/* The cost of a job from pieces of its work: with many pieces the counters and the rates come near
 * those of the whole. Which pieces are drawn does not depend on the clock. */
#include "hazard/pace.h"
#include "hazard/sample.h"

#include "support/model.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char SITES[] = "10 45, 10.4 45.1, 9.2 44.7, 11.5 45.5, 10.1 44.1";
static const char JOB[] =
    "[general]\ncalculation_mode = classical\ndescription = test\n"
    "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"
    "investigation_time = 50\nwidth_of_mfd_bin = 0.3\nreference_vs30_value = 500\n"
    "reference_depth_to_1pt0km_per_sec = 80\nreference_depth_to_2pt5km_per_sec = 1\n"
    "truncation_level = 3\nmaximum_distance = 120\nrupture_mesh_spacing = 5\n"
    "intensity_measure_types_and_levels = {'PGA': [0.002, 0.05, 0.3], 'SA(0.5)': [0.002, 0.05, "
    "0.3]}\n";

/* A fault whose greater magnitudes have fewer places. */
static const char FAULT[] =
    "<simpleFaultSource id='f' name='f' tectonicRegion='Active Shallow Crust'>"
    "<simpleFaultGeometry><gml:LineString><gml:posList>10.2 44.8 10.7 45.3</gml:posList>"
    "</gml:LineString><dip>60</dip><upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>15"
    "</lowerSeismoDepth></simpleFaultGeometry><magScaleRel>WC1994</magScaleRel>"
    "<ruptAspectRatio>1.5</ruptAspectRatio><truncGutenbergRichterMFD aValue='3' bValue='1' "
    "minMag='5.5' maxMag='7'/><rake>90</rake></simpleFaultSource>";

typedef struct prepared {
    kt_model m;
    kr_hazard *hazard;
    kr_sites *sites;
} prepared;

static void prepare_with(prepared *p, const char *sites, const char *sources, const char *gmms)
{
    static char job[32768];
    static const char *const one[] = {"source.xml"};
    snprintf(job, sizeof job, "%ssites = %s\n", JOB, sites);
    kt_model_make(&p->m, job, sources, kt_branch_set("m", "sourceModel", "", 1, one), gmms);
    kt_ok(p->m.ctx, kr_hazard_create(p->m.ctx, p->m.job, p->m.model, p->m.tree, &p->hazard));
    kt_ok(p->m.ctx,
          kr_sites_read(p->m.ctx, p->m.job, kr_hazard_site_columns(p->hazard), &p->sites));
    kt_ok(p->m.ctx, kr_hazard_prepare(p->hazard, p->sites, 1));
}

static void prepare_sources(prepared *p, const char *sites, const char *sources)
{
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    prepare_with(p, sites, sources,
                 kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'",
                               2, gmms));
}

static void prepare(prepared *p)
{
    static char sources[8192];
    size_t used = 0;
    for (int i = 0; i < 6; i++) {
        char id[8];
        snprintf(id, sizeof id, "p%d", i);
        used += (size_t)snprintf(sources + used, sizeof sources - used, "%s",
                                 kt_point_source(id, NULL, 9.5 + 0.45 * i, 44.6 + 0.2 * i));
    }
    snprintf(sources + used, sizeof sources - used, "%s", FAULT);
    prepare_sources(p, SITES, sources);
}

static void end(prepared *p)
{
    kr_hazard_destroy(&p->hazard);
    kr_sites_destroy(&p->sites);
    kt_model_end(&p->m);
}

static void test_many_pieces(void **state)
{
    (void)state;
    prepared p;
    kr_hazard_cost cost;
    kr_hazard_work work = {0};
    prepare(&p);
    size_t curve = p.m.job->nimts * p.m.job->nlevels, n = p.sites->n;
    double *rates = calloc(p.m.tree->nrates * n * curve, sizeof *rates);
    kt_ok(p.m.ctx, kr_hazard_sample(p.hazard, 1, 1e9, 1e9, &cost)); /* all rounds */
    kt_ok(p.m.ctx, kr_hazard_tile(p.hazard, 0, n, 1, rates, &work, NULL));
    assert_true(work.contexts > 100);
    kt_close(cost.work.contexts, work.contexts, 0.05, 0);
    kt_close(cost.work.computed, work.computed, 0.05, 0);
    kt_close(cost.work.means, work.means, 0.05, 0);
    kt_close(cost.work.exceedances, work.exceedances, 0.1, 0);
    assert_true(cost.units > 0 && cost.spent > 0 && cost.pieces > 1000);
    assert_int_equal(cost.nsites, 1);
    for (size_t r = 0; r < p.m.tree->nrates; r++)
        for (size_t l = 0; l < curve; l++)
            kt_close(cost.rates[r * curve + l], rates[r * n * curve + l], 0.15, 1e-9);
    kr_hazard_cost_clear(&cost);
    free(rates);
    end(&p);
}

/* A group whose sums are no rates is one piece, with the rates of the whole. */
static void test_group(void **state)
{
    (void)state;
    static char sources[4096];
    prepared p;
    kr_hazard_cost cost;
    kr_hazard_work work = {0};
    snprintf(sources, sizeof sources,
             "<sourceGroup name='g' tectonicRegion='Active Shallow Crust' src_interdep='mutex' "
             "srcs_weights='1' grp_probability='0.7'>%s</sourceGroup>",
             kt_point_source("p:1", NULL, 10.2, 45));
    prepare_sources(&p, SITES, sources);
    size_t curve = p.m.job->nimts * p.m.job->nlevels, n = p.sites->n;
    double *rates = calloc(p.m.tree->nrates * n * curve, sizeof *rates);
    kt_ok(p.m.ctx, kr_hazard_sample(p.hazard, 1, 0, 0, &cost));
    kt_ok(p.m.ctx, kr_hazard_tile(p.hazard, 0, n, 1, rates, &work, NULL));
    assert_true(rates[0] > 0.01);
    for (size_t r = 0; r < p.m.tree->nrates; r++)
        for (size_t l = 0; l < curve; l++)
            kt_close(cost.rates[r * curve + l], rates[r * n * curve + l], 1e-12, 0);
    kr_hazard_cost_clear(&cost);
    free(rates);
    end(&p);
}

/* Of many sites, some are computed whole: one of each place where they are a hundredth of all. */
static void test_whole_sites(void **state)
{
    (void)state;
    static char sites[32768];
    enum { SITES_N = 640, PLACES = 6 };
    prepared p;
    kr_hazard_cost cost;
    kr_hazard_work work = {0};
    size_t used = 0;
    for (int i = 0; i < SITES_N; i++)
        used += (size_t)snprintf(sites + used, sizeof sites - used, "%s%.2f %.2f", i ? ", " : "",
                                 9 + 0.1 * (i % 25), 44 + 0.1 * (double)(i / 25));
    prepare_sources(&p, sites, FAULT);
    size_t size = p.m.tree->nrates * p.m.job->nimts * p.m.job->nlevels;
    double *rates = calloc(SITES_N * size, sizeof *rates);
    kt_ok(p.m.ctx, kr_hazard_sample(p.hazard, 1, 0, 1e9, &cost));
    kt_ok(p.m.ctx, kr_hazard_tile(p.hazard, 0, SITES_N, 1, rates, &work, NULL));
    assert_true(cost.computed);
    assert_int_equal(cost.nsites, PLACES);
    size_t curve = p.m.job->nimts * p.m.job->nlevels, positive = 0;
    for (size_t at = 0; at < PLACES; at++)
        for (size_t r = 0; r < p.m.tree->nrates; r++)
            for (size_t l = 0; l < curve; l++) {
                size_t site = (2 * at + 1) * (SITES_N / 8) / (2 * PLACES) * 8;
                double rate = cost.rates[(at * p.m.tree->nrates + r) * curve + l];
                kt_close(rate, rates[(r * SITES_N + site) * curve + l], 1e-12, 0);
                positive += rate > 0;
            }
    assert_true(positive > PLACES * curve);
    kr_hazard_cost_clear(&cost);
    free(rates);
    end(&p);
}

/* Sampling leaves nothing behind: the rates have the same bits after it. */
static void test_leaves_no_trace(void **state)
{
    (void)state;
    prepared p;
    kr_hazard_work work = {0};
    double *rates[2];
    for (int sampled = 0; sampled < 2; sampled++) {
        prepare(&p);
        size_t size = p.m.tree->nrates * p.sites->n * p.m.job->nimts * p.m.job->nlevels;
        rates[sampled] = calloc(size, sizeof *rates[0]);
        kr_hazard_cost cost;
        if (sampled) {
            kt_ok(p.m.ctx, kr_hazard_sample(p.hazard, 1, 0, 0, &cost));
            assert_int_equal(cost.pieces, 8); /* one round at the one place */
            kr_hazard_cost_clear(&cost);
        }
        kt_ok(p.m.ctx, kr_hazard_tile(p.hazard, 0, p.sites->n, 1, rates[sampled], &work, NULL));
        if (sampled)
            assert_memory_equal(rates[0], rates[1], size * sizeof *rates[0]);
        end(&p);
    }
    free(rates[0]);
    free(rates[1]);
}

static kr_status sample_once(kr_ctx *ctx, void *user)
{
    kr_hazard_cost cost;
    kr_status s = kr_hazard_sample(user, 1, 0, 0, &cost);
    (void)ctx;
    kr_hazard_cost_clear(&cost);
    return s;
}

/* Memory that runs out anywhere is said, and nothing stays. */
static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    prepared p;
    prepare(&p);
    assert_int_equal(sample_once(p.m.ctx, p.hazard), KR_OK);
    for (long k = 1;; k++) {
        long long before = kr_ctx_memory(p.m.ctx).current;
        kr_mem_fail_at(p.m.ctx, k);
        kr_status s = sample_once(p.m.ctx, p.hazard);
        kr_mem_fail_at(p.m.ctx, 0);
        assert_true(s == KR_OK || s == KR_ENOMEM);
        assert_int_equal(kr_ctx_memory(p.m.ctx).current, before);
        if (s == KR_OK) {
            assert_true(k > 10);
            break;
        }
    }
    end(&p);
}

/* Progress goes by time: sources out of reach of all sites, as many as those near them, count for
 * little of it once pieces have been tried; units that are over tell how long the others take. */
static void test_progress_in_time(void **state)
{
    (void)state;
    static const char *const two[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static const char *const stable[] = {"ToroEtAl2002"};
    static char sources[16384], gmms[4096];
    prepared p;
    kr_hazard_cost cost;
    kr_hazard_work work = {0};
    size_t used = 0;
    for (int i = 0; i < 3; i++) {
        used +=
            (size_t)snprintf(sources + used, sizeof sources - used, "%s",
                             kt_point_source(i ? i > 1 ? "c" : "b" : "a", NULL, 10 + 0.2 * i, 45));
        used += (size_t)snprintf(
            sources + used, sizeof sources - used, "%s",
            kt_point_source(i ? i > 1 ? "z" : "y" : "x", "Stable Shallow Crust", 30 + 0.2 * i, 45));
    }
    snprintf(
        gmms, sizeof gmms, "%s%s",
        kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2, two),
        kt_branch_set("s", "gmpeModel", "applyToTectonicRegionType='Stable Shallow Crust'", 1,
                      stable));
    prepare_with(&p, SITES, sources, gmms);
    assert_int_equal(p.hazard->nworks, 2);
    bool first = p.hazard->works[0]->component->ngsims == 2;
    const kr_work *near = p.hazard->works[!first], *far = p.hazard->works[first];
    const kr_pace *paces = p.hazard->paces;
    size_t n = p.sites->n, at = near->blocks[0].pace, there = far->blocks[0].pace;
    assert_true(at != there);
    kt_same(paces[at].cost / paces[there].cost, 3.0 / 2); /* a model more, and what is done once */
    kt_same(paces[at].cost + paces[there].cost, kr_hazard_cost_of_units(p.hazard));
    assert_true(isnan(kr_paces_foretell(p.hazard)));
    kt_ok(p.m.ctx, kr_hazard_sample(p.hazard, 1, 1e9, 1e9, &cost));
    /* Measured now; how much it takes is not a test's to say. */
    assert_true(cost.units > 0);
    kt_same(cost.units, kr_paces_foretell(p.hazard));
    kr_hazard_time time;
    kr_hazard_left(p.hazard, &time);
    kt_close(time.left, cost.units, 1e-12, 0);
    assert_true(time.spent == 0 && time.over == 0);
    /* One work is over and took twice as long as was foretold: so will the other. */
    double mean = (paces[at].tried + paces[there].tried) / (paces[at].pieces + paces[there].pieces);
    double own = paces[at].cost * (paces[at].tried + 2 * mean) / (paces[at].pieces + 2);
    assert_int_equal(near->nblocks, 1);
    kr_pace_take(p.hazard, near, 0, n, 2 * own);
    kr_hazard_left(p.hazard, &time);
    kt_same(time.spent, 2 * own);
    kt_close(time.over, 2 * own, 1e-12, 0);
    kt_close(time.left, 2 * (cost.units - own), 1e-12, 0);
    /* What an interrupted run did tells nothing of the pace. */
    kr_pace_take(p.hazard, far, 0, n / 2, NAN);
    kr_hazard_left(p.hazard, &time);
    kt_close(time.left, 2 * (cost.units - own) * (double)(n - n / 2) / (double)n, 1e-12, 0);
    double *rates = calloc(p.m.tree->nrates * n * p.m.job->nimts * p.m.job->nlevels, sizeof *rates);
    kt_ok(p.m.ctx, kr_hazard_tile(p.hazard, 0, n, 1, rates, &work, NULL));
    kt_same(work.done, 1);
    free(rates);
    kr_hazard_cost_clear(&cost);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_many_pieces),      cmocka_unit_test(test_group),
        cmocka_unit_test(test_whole_sites),      cmocka_unit_test(test_leaves_no_trace),
        cmocka_unit_test(test_progress_in_time), cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
