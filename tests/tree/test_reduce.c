/* branch_count: the tree that is read is the one that somebody would write with fewer branches. */
#include "tree/reader.h"

#define BRANCH(id, text, weight)     KT_BRANCH(id, text, weight)
#define EXTEND(id, filter, branches) KT_SET("extendModel", id, filter, branches)
#define GR(id, filter, b1, b2)                                                                     \
    KT_SET("bGRRelative", id, filter, BRANCH(b1, "0.1", "0.5") BRANCH(b2, "0.2", "0.5"))

static const char *const files[][3] = {{"a.xml", "a", KT_ASC},          {"b.xml", "b", KT_ASC},
                                       {"c.xml", "c", "Volcanic"},      {"d.xml", "d", KT_ASC},
                                       {"e.xml", "e", "Stable Region"}, {"f.xml", "f", KT_ASC}};

#define ASC "applyToTectonicRegionType='" KT_ASC "'"

static const char whole[] = KT_SET("sourceModel", "s", "",
                                   BRANCH("s1", "a.xml", "0.2") BRANCH("s2", "b.xml", "0.3")
                                       BRANCH("s3", "c.xml", "0.5"))
    EXTEND("x", "",
           BRANCH("x1", "d.xml", "0.1") BRANCH("x2", "e.xml", "0.3") BRANCH("x3", "f.xml", "0.6"))
        EXTEND("y", "correlatedWith='x' correlatedBranches='x1~y2 x2~y2 x3~y1'",
               BRANCH("y1", "d.xml e.xml", "0.6") BRANCH("y2", "d.xml f.xml", "0.4"))
            GR("both", "applyToBranches='y1 y2' " ASC, "m1", "m2")
                GR("of_c", "applyToSources='c'", "n1", "n2")
                    GR("volcanic", "applyToTectonicRegionType='Volcanic'", "o1", "o2")
                        GR("all", ASC, "p1", "p2");

/* With two branches. */
static const char two[] =
    KT_SET("sourceModel", "s", "", BRANCH("s1", "a.xml", "0.4") BRANCH("s2", "b.xml", "0.6"))
        EXTEND("x", "", BRANCH("x1", "d.xml", "0.25") BRANCH("x2", "e.xml", "0.75"))
            EXTEND("y", "correlatedWith='x' correlatedBranches='x1~y2 x2~y2'",
                   BRANCH("y2", "d.xml f.xml", "1"))
                GR("both", "applyToBranches='y2' " ASC, "m1", "m2") GR("all", ASC, "p1", "p2");

/* A set for one branch, which can go, and one for the others. */
static const char split[] =
    KT_SET("sourceModel", "s", "",
           BRANCH("s1", "a.xml", "0.2") BRANCH("s2", "b.xml", "0.3") BRANCH("s3", "f.xml", "0.5"))
        GR("last", "applyToBranches='s3' " ASC, "m1", "m2")
            GR("first", "applyToBranches='s1 s2' " ASC, "n1", "n2");

static const char split_one[] = KT_SET("sourceModel", "s", "", BRANCH("s1", "a.xml", "1"))
    GR("first", "applyToBranches='s1' " ASC, "n1", "n2");

static void begin(kt_reader *r, const char *tree)
{
    kt_reader_begin(r);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        kt_reader_source(r, files[i][0], files[i][1], files[i][2]);
    kt_tree_file(&r->at, "smlt.xml", "logicTree", tree);
}

static kr_status read_tree(kt_reader *r, const char *extra)
{
    kt_ok(r->at.ctx, kt_reader_job(r, "smlt.xml", "smlt.xml", extra, KR_COMPAT_EXACT));
    return kt_reader_sources(r);
}

static void check_same(const kr_smlt *a, const kr_smlt *b)
{
    assert_int_equal(a->nsets, b->nsets);
    assert_int_equal(a->nbranches, b->nbranches);
    for (size_t i = 0; i < a->nsets; i++) {
        assert_string_equal(a->sets[i].id, b->sets[i].id);
        assert_int_equal(a->sets[i].nbranches, b->sets[i].nbranches);
        assert_int_equal(a->sets[i].moves_with, b->sets[i].moves_with);
    }
    for (size_t i = 0; i < a->nbranches; i++) {
        assert_string_equal(a->branches[i].id, b->branches[i].id);
        assert_int_equal(a->branches[i].child, b->branches[i].child);
        kt_close(a->branches[i].weight, b->branches[i].weight, 1e-15, 0);
        assert_int_equal(a->branches[i].nfiles, b->branches[i].nfiles);
    }
    assert_int_equal(a->nfiles, b->nfiles); /* the others are not even opened */
    kt_same(kr_smlt_count(a), kr_smlt_count(b));
}

static void check(const char *from, const char *job, const char *to)
{
    kt_reader reduced, written;
    begin(&reduced, from);
    begin(&written, to);
    kt_ok(reduced.at.ctx, read_tree(&reduced, job));
    kt_ok(written.at.ctx, read_tree(&written, ""));
    check_same(&reduced.smlt, &written.smlt);
    kt_reader_end(&reduced);
    kt_reader_end(&written);
}

static void first_branches(void **state)
{
    (void)state;
    check(whole, "branch_count = 2", two);
    check(split, "branch_count = 1", split_one);
}

static void all_branches(void **state)
{
    (void)state;
    kt_reader r;
    check(whole, "branch_count = 3", whole);
    check(split, "branch_count = 3", split);
    begin(&r, whole);
    kt_fails(r.at.ctx, read_tree(&r, "branch_count = 4"), KR_EINPUT,
             "branch_count is 4, but no sourceModel or extendModel branch set of ");
    kt_reader_end(&r);
}

/* Without correlatedBranches those at the same places go together. */
static void positions(void **state)
{
    (void)state;
    static const char tree[] =
        KT_SET("sourceModel", "s", "",
               BRANCH("s1", "a.xml", "0") BRANCH("s2", "b.xml", "0.5") BRANCH("s3", "c.xml", "0.5"))
            EXTEND("y", "correlatedWith='s'",
                   BRANCH("y1", "d.xml", "0.2") BRANCH("y2", "e.xml", "0.2")
                       BRANCH("y3", "f.xml", "0.6"));
    kt_reader r;
    begin(&r, tree);
    kt_ok(r.at.ctx, read_tree(&r, "branch_count = 2"));
    assert_string_equal(kt_reader_pairs(&r, "y"), "s1~y1 s2~y2");
    kt_fails(r.at.ctx, read_tree(&r, "branch_count = 1"), KR_EINPUT,
             "the first 1 branches of 's' have no weight");
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_branches),
        cmocka_unit_test(all_branches),
        cmocka_unit_test(positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
