#include "input/value.h"
#include "support/support.h"

#include <string.h>

static kr_ctx *ctx;
static kr_arena arena;
static const char *name;
static kr_value dict;

static kr_status read_toml(const char *text)
{
    return kr_value_read_toml(ctx, "tree.xml", 3, text, &arena, &name, &dict);
}

static void test_names(void **state)
{
    (void)state;
    kt_ok(ctx, read_toml("  BooreAtkinson2008\n "));
    assert_string_equal(name, "BooreAtkinson2008");
    assert_int_equal(dict.n, 0);
    kt_ok(ctx, read_toml("[GMPETable]\ngmpe_table = \"a b.hdf5\"\n"));
    assert_string_equal(name, "GMPETable");
    assert_string_equal(kr_value_get(&dict, "gmpe_table")->text, "a b.hdf5");
    kt_ok(ctx, read_toml("CScalingMSR.C=4.7"));
    assert_string_equal(name, "CScalingMSR");
    kt_same(kr_value_get(&dict, "C")->number, 4.7);
}

static void test_values(void **state)
{
    (void)state;
    kt_ok(ctx, read_toml("[M] # comment\n"
                         "  i = 1_000\n"
                         "  f = -1.5e-3 # more\n"
                         "  t = true\n  u = false\n"
                         "  s = 'a\\b'\n  d = \"a\\\"b\"\n"
                         "  l = [1, 2.0,\n    3,]\n"
                         "  o = {a = 1, b = {c = \"x\"}}\n"
                         "  \"quoted key\" = 2\n"));
    assert_int_equal(kr_value_get(&dict, "i")->kind, KR_VALUE_INT);
    kt_same(kr_value_get(&dict, "i")->number, 1000);
    kt_same(kr_value_get(&dict, "f")->number, -1.5e-3);
    kt_same(kr_value_get(&dict, "t")->number, 1);
    assert_int_equal(kr_value_get(&dict, "u")->kind, KR_VALUE_BOOL);
    assert_string_equal(kr_value_get(&dict, "s")->text, "a\\b");
    assert_string_equal(kr_value_get(&dict, "d")->text, "a\"b");
    assert_int_equal(kr_value_get(&dict, "l")->n, 3);
    assert_string_equal(kr_value_get(kr_value_get(kr_value_get(&dict, "o"), "b"), "c")->text, "x");
    kt_same(kr_value_get(&dict, "quoted key")->number, 2);
    assert_int_equal(kr_value_get(&dict, "f")->line, 5);
}

static void test_tables(void **state)
{
    (void)state;
    kt_ok(ctx, read_toml("[ModifiableGMPE]\n"
                         "gmpe.Sadigh.x = 1\n"
                         "[ModifiableGMPE.set.vector]\n"
                         "\"SA(0.1)\" = 2\n"
                         "[ModifiableGMPE.empty]\n"));
    assert_int_equal(dict.n, 3);
    const kr_value *model = kr_value_get(kr_value_get(&dict, "gmpe"), "Sadigh");
    kt_same(kr_value_get(model, "x")->number, 1);
    const kr_value *vector = kr_value_get(kr_value_get(&dict, "set"), "vector");
    kt_same(kr_value_get(vector, "SA(0.1)")->number, 2);
    assert_int_equal(kr_value_get(&dict, "empty")->kind, KR_VALUE_DICT);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "tree.xml:3: a name is needed"},
        {"[A]\n[B]\n", "a name is needed"},
        {"[A\n", "tree.xml:3: ']' was expected at the end of the line"},
        {"[A]\nx = \n", "tree.xml:4: a value was expected at the end of the line"},
        {"[A]\nx 1\n", "tree.xml:4: '=' was expected at '1'"},
        {"[A]\nx = 1 2\n", "tree.xml:4: the end of the line was expected at '2'"},
        {"[A]\nx = 1\nx = 2\n", "tree.xml:5: 'x' is given twice"},
        {"[A]\nx = word\n",
         "tree.xml:4: a value was expected (text is written in quotes) at 'word'"},
        {"[A]\nx = \"open\n", "tree.xml:4: a string has no closing \""},
        {"[A]\nx = [1 2]\n", "tree.xml:4: ',' or ']' was expected at '2]'"},
        {"[A]\nx = 1\nx.y = 2\n", "tree.xml:5: 'x' is a value and a table at once"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(ctx, read_toml(cases[i].text), KR_EINPUT, cases[i].message);
}

static kr_status scenario(kr_ctx *c, void *user)
{
    kr_arena a;
    kr_value v;
    const char *n;
    (void)user;

    kr_arena_init(&a, c, KR_ACCOUNT_JOB);
    kr_status s =
        kr_value_read_toml(c, "f", 1, "[A]\nx = [1, \"y\"]\n[A.b]\nc = {d = 1}\n", &a, &n, &v);
    kr_arena_clear(&a);
    return s;
}

static void test_memory(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(scenario, NULL) >= 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),  cmocka_unit_test(test_values), cmocka_unit_test(test_tables),
        cmocka_unit_test(test_errors), cmocka_unit_test(test_memory),
    };
    ctx = kt_ctx();
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return failed;
}
