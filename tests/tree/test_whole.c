/* Whole trees of a kind that is seldom: New Zealand's in JSON, 70,000 branches in a set, long ids.
 */
#include "tree/nshm_data.h"

#include "stats/moments.h"

#include <time.h>

enum { MANY = 70000 };

static kr_status read_whole(kt_tree *t, const char *smlt, const char *glt, const char *extra)
{
    char text[4096];
    kr_status s;

    snprintf(text, sizeof text,
             "[general]\ndescription = test\ncalculation_mode = classical\nsites = 0 0\n"
             "investigation_time = 1\ntruncation_level = 4\nmaximum_distance = 200\n"
             "width_of_mfd_bin = 0.5\nreference_vs30_value = 760\n"
             "source_model_logic_tree_file = %s\ngsim_logic_tree_file = %s\n"
             "intensity_measure_types_and_levels = {'PGA': [0.1, 0.2]}\n%s\n",
             smlt, glt, extra);
    kt_write_text(kt_path(t->dir, "job.ini"), text);
    s = kr_job_read(t->ctx, kt_path(t->dir, "job.ini"), NULL, 0, KR_COMPAT_OQ_3_21, &t->job);
    if (s == KR_OK)
        s = kr_model_create(t->ctx, &t->model);
    if (s == KR_OK)
        s = kr_tree_read(t->ctx, t->job, t->model, &t->tree);
    return s;
}

static void source_file(kt_tree *t, const char *name, const char *id, const char *trt)
{
    char one[2048], text[4096];

    kt_source(one, sizeof one, id, trt, 3);
    snprintf(text, sizeof text, "<sourceGroup name='g' tectonicRegion='%s'>%s</sourceGroup>", trt,
             one);
    kt_tree_file(t, name, "sourceModel", text);
}

/* A file for every source of tests/tree/data/nshm_source.json. */
static void new_zealand_files(kt_tree *t)
{
    static const struct {
        const char *what, *trt;
        int n;
    } kinds[] = {{"inv-puy", NZ_INTER, 3}, {"dis-puy", NZ_INTER, 3}, {"inv-hik", NZ_INTER, 9},
                 {"dis-hik", NZ_INTER, 9}, {"inv-cru", KT_ASC, 4},   {"dis-cru", KT_ASC, 2}};
    char map[4096] = "id,file\ndis-slab,slab.xml\n", id[64], name[80];
    size_t n = strlen(map);

    source_file(t, "slab.xml", "slab", NZ_SLAB);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int k = 0; k < kinds[i].n; k++) {
            snprintf(id, sizeof id, "%s-%d", kinds[i].what, k);
            snprintf(name, sizeof name, "%s.xml", id);
            source_file(t, name, id, kinds[i].trt);
            n += (size_t)snprintf(map + n, sizeof map - n, "%s,%s\n", id, name);
        }
    kt_write_text(kt_path(t->dir, "map.csv"), map);
}

/* Weights: HIK's and the crust's; PUY's are dropped. Paths in the order HIK, PUY, CRU, SLAB. */
static void new_zealand(void **state)
{
    static const double hik[] = {.147216637218474,  .281154911079988,  .148371277510384,
                                 .0887399956599006, .169475991711261,  .0894359956258606,
                                 .0192986223768806, .0368565846962387, .019449984121013};
    static const double cru[] = {.147, .353, .147, .353};
    char *source = nshm_data("nshm_source.json"), *gsim = nshm_data("nshm_gsim.json");
    double total = 0;
    kr_arena arena;
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    new_zealand_files(&t);
    kt_write_text(kt_path(t.dir, "s.json"), source);
    kt_write_text(kt_path(t.dir, "g.json"), gsim);
    kt_ok(t.ctx, read_whole(&t, "s.json", "g.json", "source_map_file = map.csv"));
    assert_int_equal(t.tree->npaths, 36);
    assert_int_equal(t.tree->nrlzs, 36 * 4 * 3 * 2);
    for (size_t p = 0; p < 36; p++) {
        kr_source_path path;
        char id[64];
        kt_ok(t.ctx, kr_tree_path(t.tree, p, &arena, &path));
        snprintf(id, sizeof id, "HIK%zu~PUY%zu~CRU%zu~SLAB0", p / 4, p / 4 % 3, p % 4);
        assert_string_equal(path.path, id);
        kt_close(path.weight, hik[p / 4] * cru[p % 4], 1e-15, 0);
    }
    for (size_t r = 0; r < t.tree->nrlzs; r++)
        total += kr_tree_weight(t.tree, r, 0);
    kt_close(total, 1, 1e-12, 0);
    /* inversion and distributed sources that are always together are one component */
    assert_int_equal(t.tree->ncomponents, 9 + 3 + 4 + 2 + 1);
    assert_int_equal(t.tree->nrates, 12 * 3 + 6 * 4 + 2);
    kt_close(t.tree->structure.realizations, 864, 0, 0);
    kt_close(kr_structure_total(&t.tree->structure, 0), 1, 1e-12, 0);
    kr_arena_clear(&arena);
    free(source);
    free(gsim);
    kt_tree_end(&t);
}

typedef struct text {
    char *text;
    size_t n, cap;
} text;

static void add(text *t, const char *format, ...)
{
    va_list args;

    if (t->cap - t->n < 20000) {
        t->cap = 2 * t->cap + 40000;
        t->text = realloc(t->text, t->cap);
        assert_non_null(t->text);
    }
    va_start(args, format);
    t->n += (size_t)vsnprintf(t->text + t->n, t->cap - t->n, format, args);
    va_end(args);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

#define GLT                                                                                        \
    KT_GLT(KT_ASC, KT_BRANCH("g1", "BooreAtkinson2008", "0.25")                                    \
                       KT_BRANCH("g2", "ChiouYoungs2008", "0.75"))

/* 70,000 branches of a few files each: as many components as files, not as branches. */
static void many_models(void **state)
{
    enum { NFILES = 17 };
    text x = {0};
    double start, total = 0;
    kt_tree t;
    kr_moments_scratch *moments;
    double rates[2 * NFILES], mean = 0;

    (void)state;
    kt_tree_begin(&t);
    for (size_t f = 0; f < NFILES; f++) {
        char name[32], id[32];
        snprintf(name, sizeof name, "f%zu.xml", f);
        snprintf(id, sizeof id, "f%zu", f);
        source_file(&t, name, id, KT_ASC);
    }
    add(&x, "<logicTreeBranchSet uncertaintyType='sourceModel' branchSetID='r'>\n");
    for (size_t k = 1; k <= MANY; k++) {
        add(&x, "<logicTreeBranch branchID='r%zu'><uncertaintyModel>", k);
        for (size_t f = 0; f < NFILES; f++)
            if (k >> f & 1)
                add(&x, "f%zu.xml ", f);
        add(&x,
            "</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight>"
            "</logicTreeBranch>\n",
            1.0 / MANY);
    }
    add(&x, "</logicTreeBranchSet>\n");
    kt_tree_file(&t, "smlt.xml", "logicTree", x.text);
    kt_tree_file(&t, "glt.xml", "logicTree", GLT);
    start = seconds();
    kt_ok(t.ctx, read_whole(&t, "smlt.xml", "glt.xml", ""));
    assert_true(seconds() - start < 60);
    assert_int_equal(t.tree->npaths, MANY);
    assert_int_equal(t.tree->nrlzs, 2 * MANY);
    assert_int_equal(t.tree->ncomponents, NFILES);
    for (size_t r = 0; r < t.tree->nrlzs; r++)
        total += kr_tree_weight(t.tree, r, 0);
    kt_close(total, 1, 1e-9, 0);
    for (size_t i = 0; i < 2 * NFILES; i++)
        rates[i] = 1e-3 * (double)(i + 1);
    for (size_t k = 1; k <= MANY; k++) /* component c: file c, in some order; all have two rates */
        for (size_t c = 0; c < NFILES; c++) {
            size_t f = (size_t)atoi(t.tree->components[c].sources[0].base_id + 1);
            const double *y = rates + t.tree->components[c].first_rate;
            if (k >> f & 1)
                mean += (0.25 * y[0] + 0.75 * y[1]) / MANY;
        }
    kt_ok(t.ctx, kr_moments_scratch_create(t.ctx, &t.tree->structure, &moments));
    kt_close(kr_moments_compute(&t.tree->structure, moments, rates, 0).rate_mean, mean, 1e-10, 0);
    kr_moments_scratch_destroy(&moments);
    free(x.text);
    kt_tree_end(&t);
}

/* A correlated set of 70,000 branches behind one of 70,000: paths go one to one, each with two
 * variants of its own. */
static void many_correlated(void **state)
{
    text x = {0};
    double start;
    uint32_t branches[4], list[4];
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    source_file(&t, "a.xml", "a", KT_ASC);
    source_file(&t, "b.xml", "b", KT_ASC);
    add(&x, "%s", KT_SET("sourceModel", "r", "", KT_BRANCH("r1", "a.xml b.xml", "1")));
    for (int set = 0; set < 2; set++) {
        add(&x,
            "<logicTreeBranchSet uncertaintyType='maxMagGRRelative' branchSetID='u%d' "
            "applyToSources='%s' %s>\n",
            set, set ? "b" : "a", set ? "correlatedWith='u0'" : "");
        for (size_t k = 0; k < MANY; k++)
            add(&x,
                "<logicTreeBranch branchID='u%d-%05zu'><uncertaintyModel>%.9f</uncertaintyModel>"
                "<uncertaintyWeight>%.17g</uncertaintyWeight></logicTreeBranch>\n",
                set, k, 1e-5 * (double)(set ? MANY - k : k), 1.0 / MANY);
        add(&x, "</logicTreeBranchSet>\n");
    }
    kt_tree_file(&t, "smlt.xml", "logicTree", x.text);
    kt_tree_file(&t, "glt.xml", "logicTree", GLT);
    start = seconds();
    kt_ok(t.ctx, read_whole(&t, "smlt.xml", "glt.xml", ""));
    assert_true(seconds() - start < 60);
    assert_int_equal(t.tree->npaths, MANY);
    assert_int_equal(t.tree->nrlzs, 2 * MANY);
    /* the two variants of a path are always together: one component */
    assert_int_equal(t.tree->ncomponents, MANY);
    kt_close(t.tree->structure.realizations, 2 * MANY, 0, 0);
    for (size_t p = 0; p < MANY; p += 1999) {
        const kr_component *c;
        assert_int_equal(kr_tree_path_components(t.tree, p, branches, list), 1);
        c = &t.tree->components[list[0]];
        assert_int_equal(c->nsources, 2);
        kt_close(c->sources[0].source->mfds[0].max_mag + c->sources[1].source->mfds[0].max_mag,
                 2 * 6.5 + 1e-5 * MANY, 1e-12, 0); /* k and MANY - k */
    }
    free(x.text);
    kt_tree_end(&t);
}

/* Ids of 10,000 letters in a path. */
static void long_ids(void **state)
{
    enum { LONG = 10000 };
    char *id = malloc(LONG + 2), *path;
    text x = {0};
    kr_arena arena;
    kr_source_path found;
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    source_file(&t, "a.xml", "a", KT_ASC);
    source_file(&t, "b.xml", "b", KT_ASC);
    assert_non_null(id);
    memset(id, 'x', LONG);
    id[LONG] = '\0';
    for (int set = 0; set < 2; set++) {
        add(&x, "<logicTreeBranchSet uncertaintyType='%s' branchSetID='u%d'>",
            set ? "bGRRelative" : "sourceModel", set);
        for (int k = 0; k < 2; k++)
            add(&x,
                "<logicTreeBranch branchID='%s%d'><uncertaintyModel>%s</uncertaintyModel>"
                "<uncertaintyWeight>0.5</uncertaintyWeight></logicTreeBranch>\n",
                id, 2 * set + k, set ? (k ? "0.1" : "-0.1") : (k ? "b.xml" : "a.xml"));
        add(&x, "</logicTreeBranchSet>\n");
    }
    kt_tree_file(&t, "smlt.xml", "logicTree", x.text);
    kt_tree_file(&t, "glt.xml", "logicTree", GLT);
    kt_ok(t.ctx, read_whole(&t, "smlt.xml", "glt.xml", ""));
    assert_int_equal(t.tree->npaths, 4);
    path = malloc(2 * LONG + 8);
    assert_non_null(path);
    sprintf(path, "%s1~%s2", id, id);
    kt_ok(t.ctx, kr_tree_path(t.tree, 2, &arena, &found));
    assert_string_equal(found.path, path);
    assert_string_equal(found.name, "ABA");
    kr_arena_clear(&arena);
    free(path);
    free(id);
    free(x.text);
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_zealand),
        cmocka_unit_test(many_models),
        cmocka_unit_test(many_correlated),
        cmocka_unit_test(long_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
