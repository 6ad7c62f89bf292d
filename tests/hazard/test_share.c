/* Ruptures that several source models have in common are computed once: what comes out is what is
 * computed model by model. */
#include "hazard/worlds.h"

/* ---- comparison ---- */

static bool any_shared(const kr_hazard *h)
{
    for (size_t i = 0; i < h->nworks; i++)
        if (h->works[i]->nmembers > 1 && h->works[i]->nblocks)
            return true;
    return false;
}

static void check_works(const kr_hazard *h)
{
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        for (size_t k = 0; k < w->nmembers; k++) {
            assert_true(k == 0 || w->members[k - 1] < w->members[k]);
            assert_true(w->nmembers == 1 || !h->tree->components[w->members[k]].group);
        }
        assert_true(w->nmembers == 1 || !w->cells);
    }
}

/* The same again with sources made ready by several threads. */
static void check_prepared(computed *c, const double *rates)
{
    kr_hazard *one = c->hazard;
    kt_model *m = &c->model;
    kt_ok(m->ctx, kr_hazard_create(m->ctx, m->job, m->model, m->tree, &c->hazard));
    kt_ok(m->ctx, kr_hazard_prepare(c->hazard, c->sites, 3));
    assert_int_equal(c->hazard->nworks, one->nworks);
    compute_tiles(c, 1024, 1);
    assert_memory_equal(c->rates, rates, c->n * sizeof *rates);
    kr_hazard_destroy(&c->hazard);
    c->hazard = one;
}

/* The same bits for any threads and tiles. */
static void check_bits(computed *c)
{
    double *rates = malloc(c->n * sizeof *rates);
    kr_hazard_work work = c->work;
    assert_non_null(rates);
    memcpy(rates, c->rates, c->n * sizeof *rates);
    for (int threads = 2; threads <= 3; threads++) {
        compute_tiles(c, threads == 2 ? 64 : 1024, threads);
        assert_memory_equal(c->rates, rates, c->n * sizeof *rates);
        kt_same(c->work.contexts, work.contexts);
        kt_same(c->work.computed, work.computed);
    }
    compute_tiles(c, 64, 1);
    assert_memory_equal(c->rates, rates, c->n * sizeof *rates);
    check_prepared(c, rates);
    free(rates);
}

/* Number of contexts that sharing saves. */
static double compare(const char *job, size_t n, const br_text *groups, const char *gmms)
{
    static br_text plain;
    computed one, other;
    plain.n = 0;
    br_add(&plain, "%ssharing = false\n", job);
    br_begin(&one, plain.s, n, groups, gmms);
    compute_tiles(&one, 1024, 2);
    kt_same(one.work.computed, one.work.contexts);
    br_begin(&other, job, n, groups, gmms);
    compute_tiles(&other, 1024, 1);
    assert_int_equal(one.n, other.n);
    for (size_t i = 0; i < one.n; i++)
        kt_close(other.rates[i], one.rates[i], 1e-12, 1e-300);
    kt_same(other.work.contexts, one.work.contexts);
    assert_true(other.work.computed <= other.work.contexts);
    if (!any_shared(other.hazard))
        kt_same(other.work.computed, other.work.contexts);
    check_works(other.hazard);
    check_bits(&other);
    double saved = other.work.contexts - other.work.computed;
    end(&one);
    end(&other);
    return saved;
}

static void test_random_models(void **state)
{
    (void)state;
    static br_text groups[5];
    static const size_t counts[] = {1, 3, 8, 9, 20, 64, 65, 150};
    size_t nshared = 0, njobs = 60;
    for (size_t i = 0; i < njobs; i++) {
        world w = {.random = 1000 + i, .nplaces = 3, .nprobs = 2 + i % 4 / 3};
        size_t n = 2 + one_of(&w, 4);
        w.any = (const double[]){1e-4, 0.01, 0.3, 0.9}[one_of(&w, 4)];
        w.odd = chance(&w, 0.5);
        for (size_t b = 0; b < n; b++)
            make_branch(&w, &groups[b], b);
        const char *keys = random_keys(&w), *gmms = random_models(&w);
        size_t nsites = counts[chance(&w, 0.2) ? 7 : one_of(&w, ARRAY(counts))];
        nshared += compare(br_job(nsites, w.random, keys), n, groups, gmms) > 0;
    }
    assert_true(nshared > njobs / 3);
}

/* ---- what is shared ---- */

#define RUPTURE(mag, sections)                                                                     \
    "<multiPlanesRupture probs_occur='0.9 0.1'><magnitude>" mag "</magnitude>"                     \
    "<sectionIndexes indexes='" sections "'/><rake>0</rake></multiPlanesRupture>\n"
#define R1                 RUPTURE("6.1", "s0,s1")
#define R2                 RUPTURE("6.5", "s0,s1,s2")
#define R3                 RUPTURE("6.9", "s2,s3,s4,s5")
#define R4                 RUPTURE("6.9", "s3,s4,s5")
#define SYSTEM(id, inside) "<multiFaultSource id='" id "' name='m'>" inside "</multiFaultSource>\n"
#define POINT(id, place, mag, rate)                                                                \
    "<pointSource id='" id "' name='p'><pointGeometry><gml:Point><gml:pos>" place "</gml:pos>"     \
    "</gml:Point>" DEPTHS "</pointGeometry><magScaleRel>WC1994</magScaleRel>"                      \
    "<ruptAspectRatio>1</ruptAspectRatio><incrementalMFD minMag='" mag "' binWidth='0.4'>"         \
    "<occurRates>" rate "</occurRates></incrementalMFD><nodalPlaneDist>"                           \
    "<nodalPlane probability='1' strike='35' dip='50' rake='90'/></nodalPlaneDist><hypoDepthDist>" \
    "<hypoDepth probability='1' depth='8'/></hypoDepthDist></pointSource>\n"
#define SIMPLE(id, rate)                                                                           \
    "<simpleFaultSource id='" id "' name='f'>" FAULT "<magScaleRel>WC1994</magScaleRel>"           \
    "<ruptAspectRatio>1</ruptAspectRatio><incrementalMFD minMag='6' binWidth='0.4'><occurRates>"   \
    "0.001 " rate "</occurRates></incrementalMFD><rake>90</rake></simpleFaultSource>\n"

/* The branch of a component, which is the last character of the ids of its sources. */
static unsigned branch_bit(const kr_component *c)
{
    const char *id = c->sources[0].source->id;
    return 1U << (id[strlen(id) - 1] - '0');
}

/* The work of exactly these branches: how many sources it has, and how many points of theirs and
 * ruptures of several faults. */
static void expect_work(const kr_hazard *h, unsigned branches, size_t nready, size_t npoints,
                        size_t nruptures)
{
    size_t found = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t points = 0, ruptures = 0;
        unsigned of = 0;
        for (size_t k = 0; k < w->nmembers; k++)
            of |= branch_bit(&h->tree->components[w->members[k]]);
        if (of != branches)
            continue;
        found++;
        for (size_t k = 0; k < w->nready; k++) {
            const kr_ready *r = w->ready[k];
            points += r->split ? r->split->npoints : 0;
            if (r->fault && kr_fault_source(r->fault)->kind == KR_SOURCE_MULTI_FAULT)
                ruptures += kr_fault_nitems(r->fault);
        }
        assert_int_equal(w->nready, nready);
        assert_int_equal(points, npoints);
        assert_int_equal(ruptures, nruptures);
    }
    assert_int_equal(found, 1);
}

static const char *one_model(void)
{
    static const char *const names[] = {"AbrahamsonSilva2008"};
    return kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 1,
                         names);
}

static void put(br_text *t, const char *sources)
{
    t->n = 0;
    br_add(t, BR_GROUP "%s" BR_GROUP_END, sources);
}

static void test_works(void **state)
{
    (void)state;
    static br_text groups[3];
    computed c;
    put(&groups[0],
        POINT("a0", "10 45", "5.5", "0.01 0.002") SIMPLE("f0", "0.0002") SYSTEM("m0", R1 R2));
    put(&groups[1], POINT("a1", "10 45", "5.5", "0.02 0.001") SIMPLE("f1", "0.0003")
                        POINT("c1", "10.2 45", "5.5", "0.01") SYSTEM("m1", R2 R3 R2));
    put(&groups[2], POINT("a2", "10 45", "5.6", "0.01 0.002") SYSTEM("m2", R4 R3) POINT(
                        "c2", "10.2 45", "5.5", "0.01") POINT("d2", "10.2 45", "5.5", "0.02"));
    br_begin(&c, br_job(20, 3, ""), 3, groups, one_model());
    assert_int_equal(c.model.tree->ncomponents, 3);
    assert_int_equal(c.hazard->nworks, 6);
    expect_work(c.hazard, 3, 2, 1, 0); /* a and f */
    expect_work(c.hazard, 6, 1, 1, 0); /* c */
    expect_work(c.hazard, 7, 1, 0, 2); /* R2 and R3 */
    expect_work(c.hazard, 1, 1, 0, 1); /* R1 */
    expect_work(c.hazard, 2, 1, 0, 1); /* R2 once more */
    expect_work(c.hazard, 4, 3, 2, 1); /* a2, d2, R4 */
    check_works(c.hazard);
    end(&c);
    assert_true(compare(br_job(20, 3, ""), 3, groups, one_model()) > 0);
}

/* What differs in more than rates is computed for each. */
static void test_not_alike(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {POINT("a0", "10 45", "5.5", "0.01"), POINT("a1", "10 45", "5.5", "0.01 0.002")},
        {POINT("a0", "10 45", "5.5", "0.01"), POINT("a1", "10.00001 45", "5.5", "0.01")},
        {POINT("a0", "10 45", "5.5", "0.01"), POINT("a1", "10 45", "5.501", "0.01")},
        {POINT("a0", "10 45", "5.5", "0.01"), SIMPLE("f1", "0.01")},
        {SIMPLE("f0", "0.01"), SIMPLE("f1", "0.01 0.01")},
        {SYSTEM("m0", R1 R2), SYSTEM("m1", R3 R4)},
    };
    static br_text groups[2];
    for (size_t i = 0; i < ARRAY(pairs); i++) {
        put(&groups[0], pairs[i][0]);
        put(&groups[1], pairs[i][1]);
        assert_true(compare(br_job(20, 3, ""), 2, groups, one_model()) == 0);
    }
}

/* The mean rake, 45 degrees, is one of strike-slip for the second rate and by the last digit one of
 * thrusts for the first, whose ruptures are 40 km long instead of 60: what is too far for these
 * need not be for the others. */
static void test_means_of_other_lengths(void **state)
{
    (void)state;
    static const char *const rates[] = {"0.00145", "0.001"};
    static br_text groups[2];
    for (size_t b = 0; b < ARRAY(groups); b++) {
        groups[b].n = 0;
        br_add(&groups[b],
               BR_GROUP "<pointSource id='p%zu' name='p'><pointGeometry><gml:Point><gml:pos>10 45"
                        "</gml:pos></gml:Point><upperSeismoDepth>0</upperSeismoDepth>"
                        "<lowerSeismoDepth>0.2</lowerSeismoDepth></pointGeometry>"
                        "<magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>"
                        "<incrementalMFD minMag='5' binWidth='0.4'><occurRates>%s</occurRates>"
                        "</incrementalMFD><nodalPlaneDist>"
                        "<nodalPlane probability='0.5' strike='90' dip='90' rake='0'/>"
                        "<nodalPlane probability='0.5' strike='90' dip='90' rake='90'/>"
                        "</nodalPlaneDist><hypoDepthDist><hypoDepth probability='1' depth='0.1'/>"
                        "</hypoDepthDist></pointSource>\n" BR_GROUP_END,
               b, rates[b]);
    }
    const char *job = br_job(150, 3, "maximum_distance = 60\npointsource_distance = 5\n");
    assert_true(compare(job, 2, groups, one_model()) > 0);
}

/* 576 ruptures, each in 2 of 48 branches: too few of them in each for one source of all branches.
 * They are looked for among fewer. */
static void test_sparse(void **state)
{
    (void)state;
    static br_text groups[BR_MOST];
    size_t pair = 0, widest = 0;
    computed c;
    for (size_t b = 0; b < BR_MOST; b++) {
        groups[b].n = 0;
        br_add(&groups[b], BR_GROUP "<multiFaultSource id='m%zu' name='m'>\n", b);
    }
    for (size_t i = 0; i < BR_MOST; i++)
        for (size_t k = i + 1; k < BR_MOST; k++, pair++)
            for (size_t both = 0; k % 2 != i % 2 && both < 2; both++)
                br_add(&groups[both ? k : i],
                       "<multiPlanesRupture probs_occur='0.99 0.01'><magnitude>%.4f</magnitude>"
                       "<sectionIndexes indexes='s%zu'/><rake>0</rake></multiPlanesRupture>\n",
                       5.5 + 0.001 * (double)pair, pair % BR_SECTIONS);
    for (size_t b = 0; b < BR_MOST; b++)
        br_add(&groups[b], "</multiFaultSource>\n" BR_GROUP_END);
    br_begin(&c, br_job(3, 3, ""), BR_MOST, groups, one_model());
    for (size_t i = 0; i < c.hazard->nworks; i++)
        widest = c.hazard->works[i]->nmembers > widest ? c.hazard->works[i]->nmembers : widest;
    assert_int_equal(widest, BR_MOST / 2);
    end(&c);
    assert_true(compare(br_job(3, 3, ""), BR_MOST, groups, one_model()) > 0);
}

static void test_allocations(void **state)
{
    (void)state;
    static br_text groups[2];
    kt_model m;
    put(&groups[0],
        POINT("a0", "10 45", "5.5", "0.01 0.002") SIMPLE("f0", "0.0002") SYSTEM("m0", R1 R2));
    put(&groups[1],
        POINT("a1", "10 45", "5.5", "0.02 0.001") SIMPLE("f1", "0.0003") SYSTEM("m1", R2 R3 R2));
    br_make(&m, br_job(3, 3, ""), 2, groups, one_model());
    assert_true(kt_fail_each_allocation(whole_way, &m) > 40);
    kt_model_end(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_works),         cmocka_unit_test(test_not_alike),
        cmocka_unit_test(test_random_models), cmocka_unit_test(test_sparse),
        cmocka_unit_test(test_allocations),   cmocka_unit_test(test_means_of_other_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
