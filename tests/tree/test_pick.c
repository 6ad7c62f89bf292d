/* Realizations named by number, by path and models, and by short name. */
#include "tree/forest.h"
#include "tree/pick.h"

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The pick is realization r, with its rates. */
static void check(kt_tree *t, kr_arena *arena, const char *text, size_t r)
{
    uint32_t want[KT_PATH_COMPONENTS], got[KT_PATH_COMPONENTS];
    kr_pick pick;
    kt_ok(t->ctx, kr_tree_pick(t->ctx, t->tree, text, arena, &pick));
    assert_int_equal(pick.rlz, r);
    size_t n = kt_rates(t->tree, r, want);
    assert_int_equal(kr_pick_rates(t->tree, &pick, NULL), n);
    assert_int_equal(kr_pick_rates(t->tree, &pick, got), n);
    qsort(want, n, sizeof *want, compare);
    qsort(got, n, sizeof *got, compare);
    assert_memory_equal(got, want, n * sizeof *got);
    assert_string_equal(pick.name, pick.label);
}

static void full(void **state)
{
    kt_tree t;
    kr_arena arena;
    (void)state;
    kt_forest_read(&t, "", KR_COMPAT_EXACT);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    for (size_t r = 0; r < t.tree->nrlzs; r++) {
        char name[KT_PATH_TEXT];
        size_t gsims[8];
        kr_realization rlz;
        kt_rlz_name(t.tree, r, name, sizeof name);
        check(&t, &arena, name, r);
        check(&t, &arena, kr_arena_printf(&arena, "%zu", r), r);
        kr_tree_realization(t.tree, r, gsims, &rlz);
        check(&t, &arena,
              kr_arena_printf(&arena, "%s/%s~%s", kt_path_at(t.tree, rlz.path)->path,
                              t.tree->gsims[gsims[0]].branch_id, t.tree->gsims[gsims[1]].branch_id),
              r);
    }
    kr_arena_clear(&arena);
    kt_tree_end(&t);
}

/* Of samples that are the same the first is found by name. */
static void sampled(void **state)
{
    kt_tree t;
    kr_arena arena;
    size_t first = 0;
    (void)state;
    kt_forest_read(&t, "number_of_logic_tree_samples = 30", KR_COMPAT_EXACT);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    for (size_t r = 0; r < t.tree->nrlzs; r++) {
        char name[KT_PATH_TEXT], other[KT_PATH_TEXT];
        kt_rlz_name(t.tree, r, name, sizeof name);
        for (first = 0; first < r; first++) {
            kt_rlz_name(t.tree, first, other, sizeof other);
            if (strcmp(name, other) == 0)
                break;
        }
        check(&t, &arena, name, first);
        check(&t, &arena, kr_arena_printf(&arena, "%zu", r), r);
    }
    kr_arena_clear(&arena);
    kt_tree_end(&t);
}

static void misses(void **state)
{
    static const char *const wrong[][2] = {
        {"32", "they are numbered from 0 to 31"},
        {"-1", "there is no realization '-1'"},
        {"", "there is no realization ''"},
        {"r1/gA0~gA1", "its path is too short"},
        {"r2~u1~.~w1/gA0~gA1", "a branch is not one of those that can stand there"},
        {"foo", "there is no realization 'foo': it has a letter that no branch there has"},
        {"r2~.~.~w1~w1/gA0~gA1", "its path is too long"},
        {"r1~u1~v1~w1/gA0~gA1", "branch sets that move together take other branches"},
        {"r1~u1~v2~w1/gA0", "more tectonic region types than models"},
        {"r1~u1~v2~w1/gA0~gA1~gA1", "more models than tectonic region types"},
        {"r1~u1~v2~w1/gA0~gC1", "not 'gC1'"},
        {"AAAAA~", "a letter of its models"},
        {"AAAZA~AA", "it has a letter that no branch there has"},
        {"AA~AA", "it has a letter that no branch there has"},
    };
    kt_tree t;
    kr_arena arena;
    kr_pick pick;
    (void)state;
    kt_forest_read(&t, "", KR_COMPAT_EXACT);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        kt_fails(t.ctx, kr_tree_pick(t.ctx, t.tree, wrong[i][0], &arena, &pick), KR_EINPUT,
                 wrong[i][1]);
    kr_arena_clear(&arena);
    kt_tree_end(&t);
}

/* Too many to be numbered: by the path alone, and with a name of its own. */
static void unnumbered(void **state)
{
    kt_tree t;
    kr_arena arena;
    kr_pick pick;
    (void)state;
    kt_forest_read(&t, "", KR_COMPAT_EXACT);
    kr_arena_init(&arena, t.ctx, KR_ACCOUNT_OTHER);
    size_t nrlzs = t.tree->nrlzs;
    t.tree->nrlzs = KR_UNNUMBERED;
    kt_ok(t.ctx, kr_tree_pick(t.ctx, t.tree, "r1~u1~v2~w10/gB0~gA1", &arena, &pick));
    assert_int_equal(pick.rlz, KR_UNNUMBERED);
    assert_int_equal(strlen(pick.name), strlen("rlz-") + 8);
    assert_string_equal(pick.label, "rlz-r1~u1~v2~w10/gB0~gA1");
    assert_true(kr_pick_rates(t.tree, &pick, NULL) > 0);
    kt_fails(t.ctx, kr_tree_pick(t.ctx, t.tree, "3", &arena, &pick), KR_EINPUT,
             "too many to be numbered");
    t.tree->nrlzs = nrlzs;
    kr_arena_clear(&arena);
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(full),
        cmocka_unit_test(sampled),
        cmocka_unit_test(misses),
        cmocka_unit_test(unnumbered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
