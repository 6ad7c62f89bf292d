#include "base/str.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void test_comparing(void **state)
{
    (void)state;
    for (int c = 0; c < 256; c++)
        assert_int_equal(kr_is_space((char)c), c != 0 && strchr(" \t\n\v\f\r", c) != NULL);
    assert_true(kr_str_eq("PGA", "PGA"));
    assert_false(kr_str_eq("PGA", "pga"));
    assert_true(kr_str_ieq("PGA", "pga"));
    assert_false(kr_str_ieq("PGA", "PGAs"));
    assert_false(kr_str_ieq("PGAs", "PGA"));
    assert_true(kr_str_ieq("", ""));
    assert_false(kr_str_ieq("\xc4", "\xe4")); /* ASCII only */
    assert_false(kr_str_ieq("@", "`"));
    assert_true(kr_str_starts("sourceModel", "source"));
    assert_true(kr_str_starts("x", ""));
    assert_false(kr_str_starts("so", "source"));
    assert_true(kr_str_ends("model.xml", ".xml"));
    assert_true(kr_str_ends("x", ""));
    assert_false(kr_str_ends("ml", ".xml"));
}

static void test_trim(void **state)
{
    (void)state;
    char a[] = " \t a b \r\n", b[] = "", c[] = " \n ", d[] = "x";

    assert_string_equal(kr_trim(a), "a b");
    assert_string_equal(kr_trim(b), "");
    assert_string_equal(kr_trim(c), "");
    assert_string_equal(kr_trim(d), "x");
}

static void test_split(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    char **words;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_ok(ctx, kr_split_words(&arena, "", false, &words, &n));
    assert_int_equal(n, 0);
    kt_ok(ctx, kr_split_words(&arena, " \n ,, ", true, &words, &n));
    assert_int_equal(n, 0);
    kt_ok(ctx, kr_split_words(&arena, " a, b\n\tc,,d ", true, &words, &n));
    assert_int_equal(n, 4);
    assert_string_equal(words[0], "a");
    assert_string_equal(words[3], "d");
    kt_ok(ctx, kr_split_words(&arena, "a, b", false, &words, &n));
    assert_int_equal(n, 2);
    assert_string_equal(words[0], "a,");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_parse_doubles(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    double *x;
    const char *bad, *text;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    text = "\n 1 2.5e-3,-4\t.5 ";
    kt_ok(ctx, kr_parse_doubles(&arena, text, strlen(text), true, &x, &n, &bad));
    assert_int_equal(n, 4);
    assert_null(bad);
    kt_same(x[1], 2.5e-3);
    kt_same(x[2], -4);
    kt_same(x[3], 0.5);
    kt_ok(ctx, kr_parse_doubles(&arena, text, 4, true, &x, &n, &bad)); /* "\n 1 " and no more */
    assert_int_equal(n, 1);
    kt_ok(ctx, kr_parse_doubles(&arena, "", 0, true, &x, &n, &bad));
    assert_int_equal(n, 0);

    static const char *const wrong[][2] = {
        {"1 2 O.85 3", "O.85"}, {"1 2x", "2x"}, {"1..2", "1..2"}, {"1 -", "-"},
        {"1 2 0x10", "0x10"},   {"1;2", "1;2"}, {"1e", "1e"},     {"1 2 #", "#"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        text = wrong[i][0];
        kr_status s = kr_parse_doubles(&arena, text, strlen(text), true, &x, &n, &bad);
        assert_int_equal(s, KR_EINPUT);
        assert_string_equal(bad, wrong[i][1]);
        assert_string_equal(kr_ctx_error(ctx), ""); /* the caller knows file and line */
    }
    text = "1,2";
    assert_int_equal(kr_parse_doubles(&arena, text, 3, false, &x, &n, &bad), KR_EINPUT);
    assert_string_equal(bad, "1,2");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Text without a NUL behind it, in a block of its own: a sanitizer would see a step too far. */
static void test_parse_doubles_stays_inside(void **state)
{
    (void)state;
    static const char text[] = " 1.5 inf 2e5 nan 77 infinit 1e+ -";
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    for (size_t len = 0; len < sizeof text; len++) {
        char *copy = malloc(len + 1);
        double *x;
        const char *bad;
        size_t n;
        memcpy(copy + 1, text, len);
        kr_status s = kr_parse_doubles(&arena, copy + 1, len, false, &x, &n, &bad);
        assert_true(s == KR_OK || (s == KR_EINPUT && bad));
        free(copy);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_nearest(void **state)
{
    (void)state;
    static const char *const names[] = {"AbrahamsonEtAl2014", "BooreEtAl2014",
                                        "CampbellBozorgnia2014", "ChiouYoungs2014", "sites"};
    size_t n = sizeof names / sizeof names[0];
    char long_word[400];

    assert_string_equal(kr_nearest("BoreEtAl2014", names, n), "BooreEtAl2014");
    assert_string_equal(kr_nearest("booreetal2014", names, n), "BooreEtAl2014");
    assert_string_equal(kr_nearest("ChoiuYoungs2014", names, n), "ChiouYoungs2014"); /* a swap */
    assert_string_equal(kr_nearest("site", names, n), "sites");
    assert_string_equal(kr_nearest("sties", names, n), "sites");
    assert_null(kr_nearest("McVerry2006", names, n));
    assert_null(kr_nearest("si", names, n));
    assert_null(kr_nearest_within("BoreEtAl214", names, n, 1));
    assert_string_equal(kr_nearest_within("BoreEtAl214", names, n, 2), "BooreEtAl2014");
    assert_null(kr_nearest("", names, n));
    assert_null(kr_nearest("sites", names, 0));
    memset(long_word, 'x', sizeof long_word);
    long_word[sizeof long_word - 1] = '\0';
    assert_null(kr_nearest(long_word, names, n));
    const char *const longer[] = {long_word, "xxxxx"};
    assert_string_equal(kr_nearest("xxxxxx", longer, 2), "xxxxx");
}

static kr_status str_scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    char **words;
    double *x;
    const char *bad;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_split_words(&arena, user, true, &words, &n));
    for (int i = 0; i < 100; i++)
        KR_TRY(kr_parse_doubles(&arena, user, strlen(user), true, &x, &n, &bad));
    if (kr_parse_doubles(&arena, "bad", 3, true, &x, &n, &bad) != KR_EINPUT)
        s = KR_ENOMEM;
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    char text[] = "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20";

    assert_in_range(kt_fail_each_allocation(str_scenario, text), 2, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_comparing),
        cmocka_unit_test(test_trim),
        cmocka_unit_test(test_split),
        cmocka_unit_test(test_parse_doubles),
        cmocka_unit_test(test_parse_doubles_stays_inside),
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
