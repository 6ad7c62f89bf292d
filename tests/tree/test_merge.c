/* Trees that were pruned and merged again are what they were, realization by realization. */
#include "tree/forest.h"
#include "tree/merge.h"

enum { MOST_PARTS = 4, MOST_RATES = 512 };

/* A part of the whole tree: some branches, some models; with the whole's numbers of its rates. */
typedef struct part {
    kr_source_weights weights;
    kr_arena arena;
    kr_tree *tree;
    kr_merge_rate *rates;
} part;

static void write_file(kt_tree *t, const char *name, const char *sets)
{
    kt_tree_file(t, name, "logicTree", sets);
}

/* Merge some trees with the weights of files in the folder; NULL: without. */
static kr_status merge(kt_tree *t, const kr_merge_part *parts, size_t n, const char *sources,
                       const char *gsims, part *out)
{
    kr_status s = KR_OK;
    kr_merge m = {.parts = parts, .nparts = n, .job = t->job};
    char gsim_path[512];
    *out = (part){.tree = NULL};
    kr_arena_init(&out->arena, t->ctx, KR_ACCOUNT_OTHER);
    if (sources) {
        char *path = kr_arena_strdup(&out->arena, kt_path(t->dir, sources));
        KR_TRY(kr_source_weights_read(t->ctx, path, &out->arena, &out->weights));
        m.weights = &out->weights;
    }
    if (gsims) {
        snprintf(gsim_path, sizeof gsim_path, "%s", kt_path(t->dir, gsims));
        m.gsim_tree = gsim_path;
    }
    KR_TRY(kr_tree_merge(t->ctx, &m, &out->tree, &out->rates));
out:
    if (sources)
        kr_source_weights_clear(&out->weights);
    return s;
}

static void part_end(part *p)
{
    kr_tree_destroy(&p->tree);
    kr_free(p->rates);
    kr_arena_clear(&p->arena);
}

static void prune(kt_tree *t, const char *sources, const char *gsims, part *out)
{
    const kr_merge_part whole = {t->tree, "whole"};
    kt_ok(t->ctx, merge(t, &whole, 1, sources, gsims, out));
}

/* Merge the parts; the rates must be those of the whole tree. */
static void join(kt_tree *t, const part *parts, size_t n, const char *sources, const char *gsims)
{
    static const char *const names[] = {"one", "two", "three", "four"};
    kr_merge_part list[MOST_PARTS];
    uint32_t rates[MOST_RATES];
    part all;
    for (size_t i = 0; i < n; i++)
        list[i] = (kr_merge_part){parts[i].tree, names[i]};
    kt_ok(t->ctx, merge(t, list, n, sources, gsims, &all));
    assert_true(all.tree->nrates <= MOST_RATES);
    for (size_t k = 0; k < all.tree->nrates; k++)
        rates[k] = parts[all.rates[k].part].rates[all.rates[k].rate].rate;
    assert_int_equal(kt_same_realizations(t->tree, all.tree, rates, 1e-15), t->tree->nrlzs);
    part_end(&all);
}

static void begin(kt_tree *t)
{
    kt_forest_read(t, "", KR_COMPAT_EXACT);
    assert_int_equal(t->tree->nrlzs, (3 * 2 + 2) * 4);
    write_file(t, "all.xml", KT_SETS(KT_R1 KT_R2, KT_U1 KT_U2 KT_U3));
    write_file(t, "models.xml", KT_MODELS);
    write_file(t, "r1.xml", KT_SETS(KT_BRANCH("r1", "", "1"), KT_U1 KT_U2 KT_U3));
    write_file(t, "r2.xml", KT_SETS(KT_BRANCH("r2", "", "1"), KT_U1 KT_U2 KT_U3));
    write_file(t, "u1.xml", KT_SETS(KT_BRANCH("r1", "", "1"), KT_BRANCH("u1", "", "1")));
    write_file(
        t, "u23.xml",
        KT_SETS(KT_BRANCH("r1", "", "1"), KT_BRANCH("u3", "", "0.5") KT_BRANCH("u2", "", "0.5")));
    write_file(t, "g1.xml", KT_GLT(KT_ASC, KT_G1("1", "1")) KT_H);
    write_file(t, "g2.xml", KT_GLT(KT_ASC, KT_G2("1", "1")) KT_H);
}

static void same_weights(void **state)
{
    kt_tree t;
    part one;
    (void)state;
    begin(&t);
    prune(&t, "all.xml", "models.xml", &one);
    join(&t, &one, 1, NULL, NULL);
    assert_true(kr_tree_equal(one.tree, one.tree));
    part_end(&one);
    kt_tree_end(&t);
}

static void branches(void **state)
{
    kt_tree t;
    part parts[3];
    (void)state;
    begin(&t);
    prune(&t, "r1.xml", NULL, &parts[0]);
    prune(&t, "r2.xml", NULL, &parts[1]);
    assert_int_equal(parts[0].tree->nrlzs, 6 * 4);
    assert_int_equal(parts[1].tree->nrlzs, 2 * 2); /* no source of stable crust is left */
    assert_int_equal(parts[1].tree->ntrts, 1);
    join(&t, parts, 2, "all.xml", "models.xml");
    part_end(&parts[0]);
    prune(&t, "u23.xml", NULL, &parts[0]);
    prune(&t, "u1.xml", NULL, &parts[2]);
    join(&t, parts, 3, "all.xml", "models.xml");
    assert_false(kr_tree_equal(parts[0].tree, parts[2].tree));
    for (size_t i = 0; i < 3; i++)
        part_end(&parts[i]);
    kt_tree_end(&t);
}

static void models(void **state)
{
    kt_tree t;
    part parts[4];
    (void)state;
    begin(&t);
    prune(&t, NULL, "g1.xml", &parts[0]);
    prune(&t, NULL, "g2.xml", &parts[1]);
    join(&t, parts, 2, NULL, "models.xml");
    part_end(&parts[0]);
    part_end(&parts[1]);
    prune(&t, "r1.xml", "g1.xml", &parts[0]);
    prune(&t, "r2.xml", "g2.xml", &parts[1]);
    prune(&t, "r1.xml", "g2.xml", &parts[2]);
    prune(&t, "r2.xml", "g1.xml", &parts[3]);
    join(&t, parts, 4, "all.xml", "models.xml");
    for (size_t i = 0; i < 4; i++)
        part_end(&parts[i]);
    kt_tree_end(&t);
}

/* New weights only: as if the tree had been read with them. */
static void weights(void **state)
{
    kt_tree t, other;
    part one;
    uint32_t rates[MOST_RATES];
    (void)state;
    begin(&t);
    kt_forest_read(&other, "", KR_COMPAT_EXACT);
    kt_tree_forget(&other);
    write_file(&other, "smlt.xml",
               KT_SETS(KT_BRANCH("r1", "a.xml", "0.1") KT_BRANCH("r2", "b.xml", "0.9"),
                       KT_U1 KT_U2 KT_U3));
    write_file(&other, "glt.xml", KT_GLT(KT_ASC, KT_G1("0.5", "0") KT_G2("0.5", "1")) KT_H);
    kt_ok(other.ctx, kt_tree_read(&other, "", KR_COMPAT_EXACT));
    write_file(&t, "new.xml",
               KT_SETS(KT_BRANCH("r2", "", "0.9") KT_BRANCH("r1", "", "0.1"), KT_U1 KT_U2 KT_U3));
    write_file(&t, "gnew.xml", KT_GLT(KT_ASC, KT_G1("0.5", "0") KT_G2("0.5", "1")) KT_H);
    write_file(&t, "newer.xml",
               KT_SETS(KT_BRANCH("r1", "", "0.1") KT_BRANCH("r2", "", "0.9"), KT_U1 KT_U2 KT_U3));
    prune(&t, "newer.xml", "gnew.xml", &one);
    for (size_t k = 0; k < one.tree->nrates; k++)
        rates[k] = one.rates[k].rate;
    kt_same_realizations(other.tree, one.tree, rates, 1e-15);
    part_end(&one);
    prune(&t, "new.xml", NULL, &one); /* the letters follow the file */
    assert_int_equal(one.tree->branches[one.tree->sets[0].branches[0]].weight * 10, 9);
    part_end(&one);
    kt_tree_end(&other);
    kt_tree_end(&t);
}

/* ---- what does not go together ---- */

static void refuse(kt_tree *t, const part *parts, size_t n, const char *sources, const char *gsims,
                   const char *text)
{
    static const char *const names[] = {"one", "two", "three", "four"};
    kr_merge_part list[MOST_PARTS];
    part all;
    for (size_t i = 0; i < n; i++)
        list[i] = (kr_merge_part){parts[i].tree, names[i]};
    kt_fails(t->ctx, merge(t, list, n, sources, gsims, &all), KR_EINPUT, text);
    part_end(&all);
}

static void misfits(void **state)
{
    kt_tree t;
    part whole, r1, r2, u1, g1, both[4];
    (void)state;
    begin(&t);
    prune(&t, "all.xml", NULL, &whole);
    prune(&t, "r1.xml", NULL, &r1);
    prune(&t, "r2.xml", NULL, &r2);
    prune(&t, "u1.xml", NULL, &u1);
    prune(&t, "r1.xml", "g1.xml", &g1);
    refuse(&t, (both[0] = r1, both[1] = r2, both), 2, NULL, NULL,
           "the weights of the branch set 'r' sum to 2 over all runs; give the weights with "
           "--source-tree");
    refuse(&t, (both[0] = whole, both[1] = r2, both), 2, NULL, NULL,
           "two: the branch 'r2' weighs 1, in another run 0.6");
    refuse(&t, (both[0] = whole, both[1] = r2, both), 2, "all.xml", NULL,
           "the path 'r2~.~.~w1' is in several of the runs");
    refuse(&t, (both[0] = r2, both[1] = u1, both), 2, "all.xml", NULL,
           "the runs have no branch 'u2' in the set 'u'");
    refuse(&t, (both[0] = g1, both[1] = r2, both), 2, "all.xml", "models.xml",
           "for the model '[ChiouYoungs2008]'");
    write_file(&t, "no_v.xml",
               KT_SET("sourceModel", "r", "", KT_R1 KT_R2)
                   KT_SET("bGRRelative", "u", "", KT_U1 KT_U2 KT_U3)
                       KT_SET("maxMagGRRelative", "w", "", KT_BRANCH("w1", "", "1")));
    refuse(&t, &whole, 1, "no_v.xml", NULL,
           "no_v.xml: no branch set 'v', of which the runs have 2");
    write_file(&t, "v0.xml",
               KT_SET("sourceModel", "r", "", KT_BRANCH("r1", "", "0.4") KT_BRANCH("r2", "", "0.6"))
                   KT_SET("maxMagGRRelative", "v", "", KT_BRANCH("v1", "", "1")));
    refuse(&t, &whole, 1, "v0.xml", NULL, "'v' moves with 'u', here with no other");
    write_file(&t, "v1.xml",
               KT_SET("sourceModel", "r", "", KT_R1 KT_R2) KT_SET("bGRRelative", "u", "",
                                                                  KT_U1 KT_U2 KT_U3)
                   KT_SET("maxMagGRRelative", "v", "correlatedWith='u'", KT_BRANCH("v1", "", "1"))
                       KT_SET("maxMagGRRelative", "w", "", KT_BRANCH("w1", "", "1")));
    refuse(&t, &whole, 1, "v1.xml", NULL,
           "'v' needs a branch that was left out where 'u1' is taken");
    write_file(&t, "twice.xml", KT_SET("sourceModel", "r", "", KT_R1 KT_R1));
    refuse(&t, &whole, 1, "twice.xml", NULL, "the branchID 'r1' is not unique");
    write_file(&t, "models2.xml",
               KT_GLT(KT_ASC, KT_WEIGHTED("g1", "SadighEtAl1997", "1", "1")) KT_H);
    refuse(&t, &whole, 1, NULL, "models2.xml", "the runs have no model 'SadighEtAl1997'");
    part *const all[] = {&whole, &r1, &r2, &u1, &g1};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        part_end(all[i]);
    kt_tree_end(&t);
}

/* A model that was left out for a measure, where its weight was 0, cannot come back there. */
static void not_computed(void **state)
{
    kt_tree t;
    part one;
    const kr_merge_part whole = {NULL, "whole"};
    (void)state;
    kt_forest_read(&t, "", KR_COMPAT_EXACT);
    kt_tree_forget(&t);
    write_file(&t, "glt.xml", KT_GLT(KT_ASC, KT_G1("0.5", "0") KT_G2("0.5", "1")) KT_H);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    write_file(&t, "models.xml", KT_MODELS);
    kr_merge_part list = whole;
    list.tree = t.tree;
    kt_fails(t.ctx, merge(&t, &list, 1, NULL, "models.xml", &one), KR_EINPUT,
             "was not computed for SA(0.5), where its weight was 0");
    part_end(&one);
    kt_tree_end(&t);
}

static void samples(void **state)
{
    kt_tree t;
    part one;
    (void)state;
    kt_forest_read(&t, "number_of_logic_tree_samples = 7", KR_COMPAT_EXACT);
    write_file(&t, "all.xml", KT_SETS(KT_R1 KT_R2, KT_U1 KT_U2 KT_U3));
    const kr_merge_part whole = {t.tree, "whole"};
    kt_fails(t.ctx, merge(&t, &whole, 1, "all.xml", NULL, &one), KR_EINPUT,
             "whole: the logic tree was sampled");
    part_end(&one);
    kt_tree_end(&t);
}

/* ---- memory that runs out ---- */

typedef struct ingredients {
    const kt_tree *t;
    const kr_tree *parts[2];
} ingredients;

static kr_status merge_again(kr_ctx *ctx, void *user)
{
    const ingredients *from = user;
    kr_status s = KR_OK;
    kr_source_weights weights = {0};
    const kr_merge_part parts[] = {{from->parts[0], "one"}, {from->parts[1], "two"}};
    char gsims[512], sources[512];
    kr_merge m = {.parts = parts, .nparts = 2, .job = from->t->job, .weights = &weights};
    kr_merge_rate *rates = NULL;
    kr_tree *tree = NULL;
    kr_arena arena;
    snprintf(sources, sizeof sources, "%s", kt_path(from->t->dir, "all.xml"));
    snprintf(gsims, sizeof gsims, "%s", kt_path(from->t->dir, "models.xml"));
    m.gsim_tree = gsims;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_source_weights_read(ctx, sources, &arena, &weights));
    KR_TRY(kr_tree_merge(ctx, &m, &tree, &rates));
out:
    kr_source_weights_clear(&weights);
    kr_tree_destroy(&tree);
    kr_free(rates);
    kr_arena_clear(&arena);
    return s;
}

static void allocations(void **state)
{
    kt_tree t;
    part parts[2];
    (void)state;
    begin(&t);
    prune(&t, "r1.xml", NULL, &parts[0]);
    prune(&t, "r2.xml", NULL, &parts[1]);
    ingredients from = {&t, {parts[0].tree, parts[1].tree}};
    assert_true(kt_fail_each_allocation(merge_again, &from) > 20);
    part_end(&parts[0]);
    part_end(&parts[1]);
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_weights), cmocka_unit_test(branches),
        cmocka_unit_test(models),       cmocka_unit_test(weights),
        cmocka_unit_test(misfits),      cmocka_unit_test(not_computed),
        cmocka_unit_test(samples),      cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
