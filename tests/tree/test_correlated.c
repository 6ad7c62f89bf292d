/* Correlated branch sets of the source-model tree: what is read, and every misuse. */
#include "tree/reader.h"

#define ROOT                                                                                       \
    KT_SET("sourceModel", "r", "", KT_BRANCH("r1", "a.xml", "0.5") KT_BRANCH("r2", "b.xml", "0.5"))
#define LEADER                                                                                     \
    KT_SET("extendModel", "hik", "",                                                               \
           KT_BRANCH("h1", "h1.xml", "0.2") KT_BRANCH("h2", "h2.xml", "0.3")                       \
               KT_BRANCH("h3", "h3.xml", "0.5"))
#define PUY(filter)                                                                                \
    KT_SET("extendModel", "puy", filter,                                                           \
           KT_BRANCH("p1", "p1.xml", "0.7") KT_BRANCH("p2", "p2.xml", "0.3"))
#define GR(id, filter, b1, b2, b3)                                                                 \
    KT_SET("bGRRelative", id, filter,                                                              \
           KT_BRANCH(b1, "0.1", "0.2") KT_BRANCH(b2, "0.2", "0.3") KT_BRANCH(b3, "0.3", "0.5"))

static const char *const files[][2] = {{"a.xml", "a"},   {"b.xml", "b"},   {"h1.xml", "h1"},
                                       {"h2.xml", "h2"}, {"h3.xml", "h3"}, {"p1.xml", "p1"},
                                       {"p2.xml", "p2"}};

static void begin(kt_reader *r)
{
    kt_reader_begin(r);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        kt_reader_source(r, files[i][0], files[i][1], KT_ASC);
}

static kr_status read_tree(kt_reader *r, const char *smlt, const char *extra)
{
    kt_tree_file(&r->at, "smlt.xml", "logicTree", smlt);
    kt_ok(r->at.ctx, kt_reader_job(r, "smlt.xml", "smlt.xml", extra, KR_COMPAT_OQ_3_21));
    return kt_reader_sources(r);
}

static void pairs(void **state)
{
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r,
                              ROOT LEADER PUY("correlatedWith='hik' "
                                              "correlatedBranches='h3~p2 h1~p1\n  h2~p1'"),
                              ""));
    assert_string_equal(kt_reader_pairs(&r, "puy"), "h1~p1 h2~p1 h3~p2");
    assert_string_equal(kt_reader_pairs(&r, "hik"), "");
    assert_string_equal(kt_reader_pairs(&r, "r"), "");
    assert_non_null(strstr(r.infos, "branch set 'puy' moves with 'hik'; the weights of its "
                                    "branches do not count"));
    assert_non_null(strstr(r.at.log, "smlt.xml:13: the weight of branch 'p1' is 0.7, but the "
                                     "branches of 'hik' that it is taken with have 0.5 in all, "
                                     "which counts; likewise for others of the set"));
    kt_reader_end(&r);
}

static void positions(void **state)
{
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r,
                              ROOT GR("u", "applyToTectonicRegionType='" KT_ASC "'", "u1", "u2",
                                      "u3") GR("v", "correlatedWith='u'", "v1", "v2", "v3"),
                              ""));
    assert_string_equal(kt_reader_pairs(&r, "v"), "u1~v1 u2~v2 u3~v3");
    assert_string_equal(r.at.log, ""); /* the weights are the same */
    kt_reader_end(&r);
}

/* A set that moves with one that moves: told in terms of the first; its weights are compared with
 * those that count. */
static void chains(void **state)
{
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx,
          read_tree(&r,
                    ROOT LEADER PUY("correlatedWith='hik' correlatedBranches='h1~p1 h2~p1 h3~p2'")
                        KT_SET("bGRRelative", "b",
                               "correlatedWith='puy' correlatedBranches='p1~b2 p2~b1'",
                               KT_BRANCH("b1", "0.1", "0.5") KT_BRANCH("b2", "-0.1", "0.5")),
                    ""));
    assert_string_equal(kt_reader_pairs(&r, "b"), "h1~b2 h2~b2 h3~b1");
    assert_null(strstr(r.at.log, "'b"));
    kt_reader_end(&r);
}

/* A set that follows one branch of the root, and one below it that moves with it. */
static void below(void **state)
{
    static const char tree[] = ROOT GR("u", "applyToBranches='r1'", "u1", "u2", "u3")
        GR("v", "correlatedWith='u' applyToBranches='u1 u2 u3'", "v1", "v2", "v3");
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r, tree, ""));
    assert_string_equal(kt_reader_pairs(&r, "v"), "u1~v1 u2~v2 u3~v3");
    kt_fails(r.at.ctx,
             read_tree(&r,
                       ROOT GR("u", "applyToBranches='r1'", "u1", "u2", "u3")
                           GR("v", "correlatedWith='u'", "v1", "v2", "v3"),
                       ""),
             KR_EINPUT,
             "smlt.xml:13: 'v' moves with 'u', but is also on paths without it; let it follow the "
             "branches of 'u' alone");
    kt_fails(r.at.ctx,
             read_tree(&r,
                       ROOT GR("u", "applyToBranches='r1'", "u1", "u2", "u3")
                           GR("v", "correlatedWith='u' applyToBranches='r2'", "v1", "v2", "v3"),
                       ""),
             KR_EINPUT, "'v' moves with 'u', but is also on paths without it");
    kt_reader_end(&r);
}

/* What a job leaves out stays apart where a correlation names it. */
static void reduced(void **state)
{
    static const char tree[] =
        ROOT LEADER PUY("correlatedWith='hik' correlatedBranches='h1~p1 h2~p2 h3~p1'");
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r, tree, "source_id = p2"));
    assert_string_equal(kt_reader_pairs(&r, "puy"), "h1~p1 h2~p2 h3~p1");
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "p1")].nfiles, 0);
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "p2")].nfiles, 1);
    assert_int_equal(r.smlt.sets[0].nbranches, 1); /* the root's are merged as ever */
    kt_ok(r.at.ctx, read_tree(&r, tree, "smlt_branch = 2"));
    assert_string_equal(kt_reader_pairs(&r, "puy"), "h1~p1 h2~p2 h3~p1");
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "h1")].nfiles, 0);
    assert_int_equal(r.smlt.branches[kt_reader_branch(&r, "h2")].nfiles, 1);
    /* the leader is for a source that the job leaves out: it still leads */
    kt_ok(r.at.ctx,
          read_tree(&r,
                    ROOT GR("u", "applyToSources='a' applyToBranches='r1 r2'", "u1", "u2", "u3")
                        GR("v", "correlatedWith='u' applyToSources='b' applyToBranches='u1 u2 u3'",
                           "v1", "v2", "v3"),
                    "source_id = b"));
    assert_string_equal(kt_reader_pairs(&r, "v"), "u1~v1 u2~v2 u3~v3");
    kt_reader_end(&r);
}

static void wrong(void **state)
{
#define WITH(text) ROOT LEADER PUY("correlatedWith='hik' correlatedBranches='" text "'")
    static const struct {
        const char *tree, *message;
    } cases[] = {
        {KT_SET("sourceModel", "r", "correlatedWith='hik'", KT_BRANCH("r1", "a.xml", "1")) LEADER,
         "smlt.xml:4: correlatedWith in the first branch set"},
        {ROOT LEADER PUY("correlatedWith='hick' correlatedBranches='h1~p1'"),
         "smlt.xml:13: correlatedWith names 'hick', which is no earlier branch set"},
        {ROOT PUY("correlatedWith='hik' correlatedBranches='h1~p1 h2~p1 h3~p2'") LEADER,
         "smlt.xml:8: correlatedWith names 'hik', which is no earlier branch set"},
        {ROOT LEADER PUY("correlatedWith='puy'"), "'puy' is correlated with itself"},
        {ROOT LEADER PUY("correlatedBranches='h1~p1 h2~p1 h3~p2'"),
         "smlt.xml:13: correlatedBranches without correlatedWith"},
        {ROOT LEADER PUY("correlatedWith='hik'"),
         "smlt.xml:13: 'puy' has 2 branches, and 'hik', which it moves with, 3; tell which go "
         "together, as in correlatedBranches=\"h1~p1 ...\""},
        {WITH("h1~p1 h2~p2"), "correlatedBranches leaves out 'h3' of 'hik'"},
        {WITH("h1~p1 h2~p1 h3~p1"), "correlatedBranches leaves out 'p2' of 'puy'"},
        {WITH("h1~p1 h2~p1 h3~p2 h1~p2"), "correlatedBranches names 'h1' of 'hik' twice"},
        {WITH("h1~p1 h2~p1 h3~p3"), "names 'p3', which is no branch of 'puy'"},
        {WITH("h1~p1 h2~p1 r1~p2"), "names 'r1', which is no branch of 'hik'"},
        {WITH("h1~p1 h2~p1 p2~h3"), "names 'p2', which is no branch of 'hik'"},
        {WITH("h1~p1 h2 h3~p2"), "holds 'h2'; pairs like h1~p1 were expected"},
        {WITH("h1~p1~h2 h3~p2"), "holds 'h1~p1~h2'; pairs like h1~p1 were expected"},
        {WITH("h1~ h2~p1 h3~p2"), "names '', which is no branch of 'puy'"},
        {WITH(""), "correlatedBranches leaves out 'h1' of 'hik'"},
        {ROOT LEADER "<logicTreeBranchSet uncertaintyType='extendModel' branchSetID='q' "
                     "correlatedWith='hik'><logicTreeBranch branchID='q1' "
                     "correlatedBranches='h1'><uncertaintyModel>p1.xml</uncertaintyModel>"
                     "<uncertaintyWeight>1</uncertaintyWeight></logicTreeBranch>"
                     "</logicTreeBranchSet>",
         "correlatedBranches on a logicTreeBranch; it belongs to its logicTreeBranchSet"},
    };
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(r.at.ctx, read_tree(&r, cases[i].tree, ""), KR_EINPUT, cases[i].message);
    /* names that are near: a warning */
    kt_ok(r.at.ctx, read_tree(&r, ROOT LEADER PUY("corelatedWith='hik'"), ""));
    assert_non_null(strstr(r.at.log, "did you mean correlatedWith?"));
    kt_ok(r.at.ctx, read_tree(&r, ROOT LEADER PUY("correlatedBranch='h1~p1 h2~p1 h3~p2'"), ""));
    assert_non_null(strstr(r.at.log, "did you mean correlatedBranches?"));
    kt_reader_end(&r);
}

static void ground_motion(void **state)
{
#define GLT(set, branch)                                                                           \
    KT_SET("gmpeModel", "g", "applyToTectonicRegionType='" KT_ASC "' " set,                        \
           "<logicTreeBranch branchID='x' " branch ">"                                             \
           "<uncertaintyModel>BooreAtkinson2008</uncertaintyModel>"                                \
           "<uncertaintyWeight>1</uncertaintyWeight></logicTreeBranch>")
    static const struct {
        const char *tree, *message;
    } cases[] = {
        {GLT("correlatedWith='f'", ""), "glt.xml:4: correlatedWith is not known in ground-motion"},
        {GLT("correlatedBranches='f'", ""), "correlatedBranches is not known in ground-motion"},
        {GLT("corelatedWith='f'", ""), "corelatedWith is not known in ground-motion"},
        {GLT("", "correlatedBranches='f'"), "correlatedBranches is not known in ground-motion"},
    };
    const char *trt = KT_ASC;
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kt_tree_file(&r.at, "glt.xml", "logicTree", cases[i].tree);
        kt_ok(r.at.ctx, kt_reader_job(&r, "glt.xml", "glt.xml", "", KR_COMPAT_OQ_3_21));
        kt_fails(r.at.ctx, kt_reader_gsims(&r, &trt, 1), KR_EINPUT, cases[i].message);
    }
    kt_reader_end(&r);
}

static kr_status read_again(kr_ctx *ctx, void *user)
{
    kt_reader *r = user;
    kr_arena arena;
    kr_smlt smlt;
    kr_status s;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
    s = kr_smlt_read(ctx, r->at.job, 1, &arena, &smlt);
    kr_smlt_clear(&smlt);
    kr_arena_clear(&arena);
    return s;
}

static void allocations(void **state)
{
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx,
          read_tree(&r,
                    ROOT LEADER PUY("correlatedWith='hik' correlatedBranches='h1~p1 h2~p1 h3~p2'"),
                    ""));
    assert_true(kt_fail_each_allocation(read_again, &r) > 20);
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pairs),         cmocka_unit_test(positions),   cmocka_unit_test(chains),
        cmocka_unit_test(below),         cmocka_unit_test(reduced),     cmocka_unit_test(wrong),
        cmocka_unit_test(ground_motion), cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
