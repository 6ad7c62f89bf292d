/* Odd trees: very many branches, very long ids, weights that do not quite sum to 1, weights of 0.
 */
#include "tree/reader.h"

#include "base/str.h"

#include <math.h>
#include <time.h>

enum { MANY = 70000 };

#define ROOT                                                                                       \
    KT_SET("sourceModel", "r", "", KT_BRANCH("r1", "a.xml", "0.5") KT_BRANCH("r2", "b.xml", "0.5"))

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

/* A set of that many branches, ids "letter number" and values k * step. */
static void add_set(text *t, const char *id, const char *filter, const char *letter, size_t n)
{
    add(t, "<logicTreeBranchSet uncertaintyType='bGRRelative' branchSetID='%s' %s>\n", id, filter);
    for (size_t k = 0; k < n; k++)
        add(t,
            "<logicTreeBranch branchID='%s%zu'><uncertaintyModel>%.9f</uncertaintyModel>"
            "<uncertaintyWeight>%.17g</uncertaintyWeight></logicTreeBranch>\n",
            letter, k, 1e-6 * (double)k, 1.0 / (double)n);
    add(t, "</logicTreeBranchSet>\n");
}

static void begin(kt_reader *r)
{
    kt_reader_begin(r);
    kt_reader_source(r, "a.xml", "a", KT_ASC);
    kt_reader_source(r, "b.xml", "b", KT_ASC);
}

static kr_status read_tree(kt_reader *r, const char *smlt, kr_compat compat)
{
    kt_tree_file(&r->at, "smlt.xml", "logicTree", smlt);
    kt_ok(r->at.ctx, kt_reader_job(r, "smlt.xml", "smlt.xml", "", compat));
    return kt_reader_sources(r);
}

static double seconds(void)
{
    return (double)clock() / CLOCKS_PER_SEC;
}

/* Sets of 70,000 branches: one after the other, by applyToBranches, and moving with each other. A
 * loop over pairs of branches would take hours. */
static void many_branches(void **state)
{
    text t = {0}, to = {0};
    kt_reader r;
    double start;

    (void)state;
    begin(&r);
    add(&t, "%s", ROOT);
    add_set(&t, "u", "", "u", MANY);
    add(&to, "correlatedWith='u' applyToBranches='");
    for (size_t k = 0; k < MANY; k++)
        add(&to, "u%zu ", k);
    add(&to, "'");
    add_set(&t, "v", to.text, "v", MANY);
    /* only behind the first thousand of them; the others get a place holder each */
    to.n = 0;
    add(&to, "applyToBranches='");
    for (size_t k = 0; k < 1000; k++)
        add(&to, "v%zu ", k);
    add(&to, "'");
    add_set(&t, "w", to.text, "w", 2);
    start = seconds();
    kt_ok(r.at.ctx, read_tree(&r, t.text, KR_COMPAT_OQ_3_21));
    assert_true(seconds() - start < 60);
    assert_int_equal(r.smlt.sets[1].nbranches, MANY);
    assert_int_equal(r.smlt.sets[2].moves_with, 1);
    for (size_t k = 0; k < MANY; k += 777) {
        assert_int_equal(r.smlt.sets[2].taken[k], r.smlt.sets[2].branches[k]);
        assert_int_equal(r.smlt.branches[r.smlt.sets[1].branches[k]].number, k);
    }
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "v999")].child, 3);
    assert_int_equal(r.smlt.sets[r.smlt.branches[kt_reader_branch(&r, "v1000")].child].kind,
                     KR_LT_DUMMY);
    free(t.text);
    free(to.text);
    kt_reader_end(&r);
}

/* 70,000 source models of a few files, each branch another choice of them. */
static void many_models(void **state)
{
    enum { NFILES = 17 }; /* 2^17 choices */
    text t = {0};
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t f = 0; f < NFILES; f++) {
        char name[32], id[32];
        snprintf(name, sizeof name, "f%zu.xml", f);
        snprintf(id, sizeof id, "f%zu", f);
        kt_reader_source(&r, name, id, KT_ASC);
    }
    add(&t, "<logicTreeBranchSet uncertaintyType='sourceModel' branchSetID='r'>\n");
    for (size_t k = 1; k <= MANY; k++) {
        add(&t, "<logicTreeBranch branchID='r%zu'><uncertaintyModel>", k);
        for (size_t f = 0; f < NFILES; f++)
            if (k >> f & 1)
                add(&t, "f%zu.xml ", f);
        add(&t,
            "</uncertaintyModel><uncertaintyWeight>%.17g</uncertaintyWeight>"
            "</logicTreeBranch>\n",
            1.0 / MANY);
    }
    add(&t, "</logicTreeBranchSet>\n%s",
        KT_SET("bGRRelative", "u", "applyToSources='f3' applyToBranches='r8 r9'",
               KT_BRANCH("u1", "0.1", "1")));
    kt_ok(r.at.ctx, read_tree(&r, t.text, KR_COMPAT_OQ_3_21));
    assert_int_equal(r.smlt.sets[0].nbranches, MANY);
    assert_int_equal(r.smlt.nfiles, NFILES);
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "r65535")].nfiles, 16);
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "r70000")].nfiles, 6);
    free(t.text);
    kt_reader_end(&r);
}

static void many_gsims(void **state)
{
    const char *trt = KT_ASC;
    text t = {0};
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    add(&t, "<logicTreeBranchSet uncertaintyType='gmpeModel' branchSetID='g' "
            "applyToTectonicRegionType='" KT_ASC "'>\n");
    for (size_t k = 0; k < MANY; k++)
        add(&t,
            "<logicTreeBranch branchID='g%zu'><uncertaintyModel>[AbrahamsonEtAl2014]\n"
            "sigma_mu_epsilon = %.9f</uncertaintyModel><uncertaintyWeight>%.17g"
            "</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>%.17g</uncertaintyWeight>"
            "</logicTreeBranch>\n",
            k, 1e-6 * (double)k, 1.0 / MANY, k < MANY / 2 ? 2.0 / MANY : 0.0);
    add(&t, "</logicTreeBranchSet>\n");
    kt_tree_file(&r.at, "glt.xml", "logicTree", t.text);
    kt_ok(r.at.ctx, kt_reader_job(&r, "glt.xml", "glt.xml", "", KR_COMPAT_OQ_3_21));
    kt_ok(r.at.ctx, kt_reader_gsims(&r, &trt, 1));
    assert_int_equal(r.tree.ngsims, MANY);
    assert_int_equal(r.tree.nweights, 3);
    kt_same(r.tree.gsims[69999].weights[0], 1.0 / MANY);
    kt_same(r.tree.gsims[69999].weights[2], 0);
    assert_int_equal(r.tree.gsims[69999].zero_for_imt[1], 1);
    kt_same(r.tree.gsims[34999].weights[2], 2.0 / MANY);
    free(t.text);
    kt_reader_end(&r);
}

/* Ids of 10,000 letters that differ in the last one, everywhere where an id may stand. */
static void long_ids(void **state)
{
    enum { LONG = 10000 };
    char *id = malloc(LONG + 2);
    text t = {0};
    kt_reader r;

    (void)state;
    begin(&r);
    assert_non_null(id);
    memset(id, 'x', LONG);
    id[LONG] = '\0';
    add(&t, "<logicTreeBranchSet uncertaintyType='sourceModel' branchSetID='%s'>", id);
    add(&t,
        "<logicTreeBranch branchID='%s1'><uncertaintyModel>a.xml</uncertaintyModel>"
        "<uncertaintyWeight>0.25</uncertaintyWeight></logicTreeBranch>",
        id);
    add(&t,
        "<logicTreeBranch branchID='%s2'><uncertaintyModel>b.xml</uncertaintyModel>"
        "<uncertaintyWeight>0.75</uncertaintyWeight></logicTreeBranch></logicTreeBranchSet>\n",
        id);
    add(&t, "<logicTreeBranchSet uncertaintyType='bGRRelative' branchSetID='%sb' ", id);
    add(&t, "correlatedWith='%s' ", id);
    add(&t, "correlatedBranches='%s2~b1 ", id);
    add(&t, "%s1~b2' ", id);
    add(&t, "applyToBranches='%s1 ", id);
    add(&t, "%s2'>%s</logicTreeBranchSet>", id,
        KT_BRANCH("b1", "0.1", "0.75") KT_BRANCH("b2", "0.2", "0.25"));
    kt_ok(r.at.ctx, read_tree(&r, t.text, KR_COMPAT_OQ_3_21));
    assert_int_equal(r.smlt.sets[1].moves_with, 0);
    assert_int_equal(r.smlt.sets[1].taken[0], kt_reader_branch(&r, "b2"));
    assert_int_equal(r.smlt.sets[1].taken[1], kt_reader_branch(&r, "b1"));
    id[LONG] = '2';
    id[LONG + 1] = '\0';
    assert_string_equal(r.smlt.branches[r.smlt.sets[0].branches[1]].id, id);
    /* a mistake is one line that still says what is right */
    char *mark = strstr(t.text, "2~b1");
    assert_non_null(mark);
    *mark = '3';
    kt_fails(r.at.ctx, read_tree(&r, t.text, KR_COMPAT_OQ_3_21), KR_EINPUT,
             "xxx', which is no branch of 'xxx");
    free(id);
    free(t.text);
    kt_reader_end(&r);
}

/* The sum is taken in the order of the file and may be off by 1e-7, as in the reference. */
static void sums(void **state)
{
    static const struct {
        const char *a, *b;
        bool fine;
    } cases[] = {{"0.3", "0.7", true},
                 {"0.3", "0.70000009", true},
                 {"0.3", "0.69999991", true},
                 {"0.3", "0.7000002", false},
                 {"0.3", "0.6999998", false},
                 {"0", "1", true},
                 {"1", "0", true},
                 {"1e-300", "1", true},
                 {"0", "0", false},
                 {"-0.1", "1.1", false},
                 {"nan", "1", false},
                 {"0.3", "0.7x", false}};
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tree[2048];
        snprintf(tree, sizeof tree,
                 KT_SET("sourceModel", "r", "",
                        KT_BRANCH("r1", "a.xml", "%s") KT_BRANCH("r2", "b.xml", "%s")),
                 cases[i].a, cases[i].b);
        kr_status s = read_tree(&r, tree, KR_COMPAT_OQ_3_21);
        assert_int_equal(s, cases[i].fine ? KR_OK : KR_EINPUT);
        if (s == KR_OK) { /* as written: they are not made to sum to 1 */
            kt_same(r.smlt.branches[0].weight, atof(cases[i].a));
            kt_same(r.smlt.branches[1].weight, atof(cases[i].b));
        } else {
            assert_non_null(strstr(kr_ctx_error(r.at.ctx), "smlt.xml:"));
        }
    }
    kt_reader_end(&r);
}

/* Weights by measure: each measure has its own sum, 0 in all being allowed, as in the reference. */
static void sums_by_measure(void **state)
{
    static const struct {
        const char *a, *b, *message;
    } cases[] = {
        {"0.4", "0.6", NULL},
        {"0", "1", NULL},
        {"0", "0", NULL},
        {"0.4", "0.60000009", NULL},
        {"0.4", "0.7",
         "glt.xml:4: the weights for SA(0.5) of branch set 'g-" KT_ASC "' sum to 1.1"},
        {"0.4", "1.6", "the weight 1.6 is outside of 0 to 1"},
    };
    const char *trt = KT_ASC;
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char tree[4096];
        snprintf(
            tree, sizeof tree,
            KT_GLT(KT_ASC,
                   KT_BRANCH("g1", "BooreAtkinson2008",
                             "0.5</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>%s")
                       KT_BRANCH("g2", "ChiouYoungs2008",
                                 "0.5</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>%s")),
            cases[i].a, cases[i].b);
        kt_tree_file(&r.at, "glt.xml", "logicTree", tree);
        kt_ok(r.at.ctx, kt_reader_job(&r, "glt.xml", "glt.xml", "", KR_COMPAT_OQ_3_21));
        kr_status s = kt_reader_gsims(&r, &trt, 1);
        if (cases[i].message) {
            kt_fails(r.at.ctx, s, KR_EINPUT, cases[i].message);
            continue;
        }
        kt_ok(r.at.ctx, s);
        kt_same(r.tree.gsims[1].weights[1], 0.5); /* PGA: the default */
        kt_same(r.tree.gsims[1].weights[2], atof(cases[i].b));
    }
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_branches), cmocka_unit_test(many_models),
        cmocka_unit_test(many_gsims),    cmocka_unit_test(long_ids),
        cmocka_unit_test(sums),          cmocka_unit_test(sums_by_measure),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
