#include "input/value.h"
#include "support/support.h"

#include <math.h>
#include <string.h>

static kr_ctx *ctx;
static kr_arena arena;
static kr_value value;

static const kr_value *read_value(const char *text)
{
    kt_ok(ctx, kr_value_read_python(ctx, "job.ini", 7, text, &arena, &value));
    return &value;
}

static void test_scalars(void **state)
{
    static const struct {
        const char *text;
        kr_value_kind kind;
        double number;
    } cases[] = {
        {"1", KR_VALUE_INT, 1},
        {" -3 ", KR_VALUE_INT, -3},
        {"+2", KR_VALUE_INT, 2},
        {"1e-3", KR_VALUE_FLOAT, 1e-3},
        {".5", KR_VALUE_FLOAT, 0.5},
        {"5.", KR_VALUE_FLOAT, 5},
        {"-1.5E+2", KR_VALUE_FLOAT, -150},
        {"True", KR_VALUE_BOOL, 1},
        {"False", KR_VALUE_BOOL, 0},
        {"(4)", KR_VALUE_INT, 4},
        {"0.1", KR_VALUE_FLOAT, 0.1},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const kr_value *v = read_value(cases[i].text);
        assert_int_equal(v->kind, cases[i].kind);
        kt_same(v->number, cases[i].number);
    }
    assert_int_equal(read_value("None")->kind, KR_VALUE_NONE);
    assert_string_equal(read_value("'a\\'b' \"c\\n\"")->text, "a'bc\n");
}

static void test_containers(void **state)
{
    (void)state;
    const kr_value *v =
        read_value("{'a': [1, 2.5, (3,)], \"b\": {},\n 0: None, # comment\n 'c': (),}");
    assert_int_equal(v->kind, KR_VALUE_DICT);
    assert_int_equal(v->n, 4);
    const kr_value *a = kr_value_get(v, "a");
    assert_int_equal(a->n, 3);
    assert_int_equal(a->items[2].kind, KR_VALUE_LIST);
    kt_same(a->items[2].items[0].number, 3);
    assert_int_equal(kr_value_get(v, "c")->line, 9);
    assert_int_equal(kr_value_get(v, "a")->line, 7);
    assert_null(kr_value_get(v, "d"));
    v = read_value("[(6.5, 200), (7.0, 250)]");
    kt_same(v->items[1].items[1].number, 250);
    v = read_value("1, 2, 3");
    assert_int_equal(v->n, 3);
    v = read_value("{'a': 1, 'a': 2}"); /* as in Python, with a warning */
    assert_int_equal(v->n, 1);
    kt_same(v->items[0].number, 2);
}

static void test_logscale(void **state)
{
    (void)state;
    const kr_value *v = read_value("{'PGA': logscale(0.01, 2, 5)}");
    const double expected[] = {0.01, 0.03760603093086393, 0.14142135623730948, 0.5318295896944986,
                               1.9999999999999991};
    v = kr_value_get(v, "PGA");
    assert_int_equal(v->n, 5);
    for (size_t i = 0; i < 5; i++)
        assert_true(kt_ulps(v->items[i].number, expected[i]) <= 2);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "job.ini:7: a value was expected at the end of the line"},
        {"[1, 2", "job.ini:7: ',' or a closing bracket was expected at the end of the line"},
        {"[1 2]", "job.ini:7: ',' or a closing bracket was expected at '2]'"},
        {"{'a' 1}", "job.ini:7: ':' was expected at '1}'"},
        {"{'a': 1\n 'b': 2}", "job.ini:8: ',' or '}' was expected at ''b': 2}'"},
        {"{[1]: 1}", "a key must be a string or a number"},
        {"'abc", "job.ini:7: a string has no closing '"},
        {"1x", "a number was expected at '1x'"},
        {"nan", "a value was expected at 'nan'"},
        {"1 2", "nothing more was expected at '2'"},
        {"f(1)", "a value was expected at 'f(1)'"},
        {"logscale(1, 2)", "logscale needs two numbers and a count"},
        {"logscale(1, 2, 3.0)", "logscale needs two numbers and a count"},
        {"logscale(0, 2, 3)", "logscale begins with 0; it must be above 0"},
        {"logscale(2, 1, 3)", "logscale goes from 2 to 1; it must go up"},
        {"logscale(1, 2, 1)", "the count must be between 2 and 1000000"},
        {"logscale(1, 2, 9999999)", "the count must be between 2 and 1000000"},
    };
    char nested[200];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(ctx, kr_value_read_python(ctx, "job.ini", 7, cases[i].text, &arena, &value),
                 KR_EINPUT, cases[i].message);
    memset(nested, '[', sizeof nested - 1);
    nested[sizeof nested - 1] = '\0';
    kt_fails(ctx, kr_value_read_python(ctx, "job.ini", 7, nested, &arena, &value), KR_EINPUT,
             "brackets are nested more than 50 deep");
}

static kr_status scenario(kr_ctx *c, void *user)
{
    kr_arena a;
    kr_value v;
    (void)user;

    kr_arena_init(&a, c, KR_ACCOUNT_JOB);
    kr_status s =
        kr_value_read_python(c, "f", 1, "{'a': [1, 'x', logscale(1, 2, 3)], 'b': 2}", &a, &v);
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
        cmocka_unit_test(test_scalars),  cmocka_unit_test(test_containers),
        cmocka_unit_test(test_logscale), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    ctx = kt_ctx();
    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return failed;
}
