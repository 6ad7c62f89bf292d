#include "base/clock.h"
#include "base/str.h"
#include "support/support.h"

#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Read text by kr_read_double and by strtod: same number, same end. */
static void check_as_strtod(const char *text)
{
    char *stop;
    double got = -99, want = strtod(text, &stop);
    const char *end = kr_read_double(text, text + strlen(text), &got);

    if (end != stop || memcmp(&got, &want, sizeof got) != 0)
        fail_msg("'%s': %.17g (%d bytes) instead of %.17g (%d)", text, got,
                 end ? (int)(end - text) : -1, want, (int)(stop - text));
}

static void test_special_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "0",
        "-0",
        "+0.0",
        "0e5",
        "0e999999999999999999999",
        "-.0",
        "1",
        "+1",
        "-1.5",
        "1.",
        ".5",
        "1e5",
        "1E5",
        "1e+05",
        "1e-05",
        "12e",
        "12e+",
        "12e-x",
        "1.2.3",
        "1-2",
        "00012.500",
        "1e22",
        "1e23",
        "1e-22",
        "1e-23",
        "9007199254740992",
        "9007199254740993",
        "9007199254740994",
        "9007199254740995",
        "9007199254740993.0000000000000000000000001",
        "18446744073709551615",
        "18446744073709551616",
        "9999999999999999999",
        "99999999999999999999",
        "1e27",
        "1e28",
        "1e-27",
        "1e-28",
        "9999999999999999999e27",
        "9999999999999999999e-27",
        "1.7976931348623157e308",
        "1.7976931348623158e308",
        "1.7976931348623159e308",
        "1e308",
        "1e309",
        "-1e309",
        "1e99999",
        "1e-99999",
        "2.2250738585072014e-308",
        "2.2250738585072011e-308",
        "2.2250738585072012e-308",
        "4.9406564584124654e-324",
        "2.4703282292062327e-324",
        "2.4703282292062328e-324",
        "1e-324",
        "3e-324",
        "0.1",
        "0.2",
        "0.3",
        "123456789.123456789",
        "0.000001234567890123456789",
        "8.5e-17",
        "6.02214076e23",
        "1e9223372036854775808",
        "1e-9223372036854775809",
        "infinity",
        "-INF",
        "Inf",
        "nan",
        "infin",
        "1_000",
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        check_as_strtod(texts[i]);
}

static void test_no_number(void **state)
{
    (void)state;
    static const char *const texts[] = {"",  "-",  "+",   ".",  "-.", "e5",  ".e5",
                                        "x", " 1", "+-1", "in", "na", "--1", ","};
    double x = 7;

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_null(kr_read_double(texts[i], texts[i] + strlen(texts[i]), &x));
    kt_same(x, 7);
    const char *hex = "0x10"; /* strtod would read sixteen */
    assert_ptr_equal(kr_read_double(hex, hex + 4, &x), hex + 1);
    kt_same(x, 0);
}

/* Only [p, end) counts, whatever follows. */
static void test_bounded(void **state)
{
    (void)state;
    const char *text = "123.456e7";
    static const double want[] = {1, 12, 123, 123, 123.4, 123.45, 123.456, 123.456, 123.456e7};
    double x;

    for (size_t n = 1; n <= 9; n++) {
        const char *end = kr_read_double(text, text + n, &x);
        assert_ptr_equal(end, text + (n == 8 ? 7 : n));
        kt_same(x, want[n - 1]);
    }
}

static void test_random_doubles(void **state)
{
    (void)state;
    uint64_t seed = 42;
    char text[64];

    for (int i = 0; i < 100000; i++) {
        uint64_t bits = kt_random(&seed);
        double x;
        memcpy(&x, &bits, sizeof x);
        if (isnan(x))
            continue;
        int digits = (int)(kt_random(&seed) % 25);
        snprintf(text, sizeof text, "%.*e", digits, x);
        check_as_strtod(text);
        snprintf(text, sizeof text, "%.17g", x);
        check_as_strtod(text);
        x = ldexp(x / fabs(x), (int)(bits % 80) - 40) * kt_random_unit(&seed);
        snprintf(text, sizeof text, "%.*f", digits, x); /* the sizes that input files hold */
        check_as_strtod(text);
        snprintf(text, sizeof text, "%.*g", 1 + digits % 19, x);
        check_as_strtod(text);
    }
}

static void test_random_digits(void **state)
{
    (void)state;
    uint64_t seed = 7;
    char text[1200];

    for (int i = 0; i < 100000; i++) {
        size_t n = 0, digits = 1 + kt_random(&seed) % (i % 1000 == 0 ? 1100 : i % 2 ? 20 : 40);
        size_t point = kt_random(&seed) % (2 * digits);
        for (size_t k = 0; k < digits; k++) {
            if (k == point)
                text[n++] = '.';
            text[n++] = (char)('0' + kt_random(&seed) % 10);
        }
        int e = (int)(kt_random(&seed) % 680) - 340;
        if (i % 3 == 0)
            e %= 30;
        text[n] = '\0';
        if (i % 5)
            snprintf(text + n, sizeof text - n, "e%d", e);
        check_as_strtod(text);
    }
}

/* Exactly between two doubles, and a little beside it: the last digit of many decides. */
static void test_halfway(void **state)
{
    (void)state;
    uint64_t seed = 3;
    char text[1200];

    for (int i = 0; i < 20000; i++) {
        uint64_t m = (kt_random(&seed) >> 11) | (uint64_t)1 << 52;
        int e = (int)(kt_random(&seed) % (i % 10 ? 100 : 1000)) - (i % 10 ? 80 : 900);
        long double half = ldexpl((long double)m + 0.5L, e);
        int n = snprintf(text, 1100, "%.*Lf", e < 0 ? 1 - e : 0, half);
        check_as_strtod(text);
        if (n > 900)
            continue;
        snprintf(text + n, 100, "%s%s", e < 0 ? "" : ".", "00000000000000000000000000001");
        check_as_strtod(text);
        text[n] = '\0';
        char *last = text + n - 1;
        if (*last > '0') {
            --*last;
            snprintf(text + n, 100, "%s", e < 0 ? "99999999999" : ".9999999999999");
            check_as_strtod(text);
        }
    }
}

/* More digits than are kept: the first that is not kept still decides a tie. */
static void test_very_long(void **state)
{
    (void)state;
    enum { N = 5000 };
    char *text = malloc(N + 100);
    double x;

    snprintf(text, N, "9007199254740993.");
    size_t n = strlen(text);
    memset(text + n, '0', N);
    text[n + N - 1] = '\0';
    check_as_strtod(text); /* a tie, to even */
    text[n + N - 2] = '1';
    check_as_strtod(text); /* above it */
    memset(text, '0', N);
    memcpy(text + 1, ".", 1);
    snprintf(text + N, 100, "123e%d", N);
    check_as_strtod(text);
    snprintf(text + N, 100, "123e%d", N - 330);
    check_as_strtod(text);
    memset(text, '9', N);
    snprintf(text + N, 100, "e-%d", N);
    check_as_strtod(text);
    text[N] = '\0';
    assert_non_null(kr_read_double(text, text + N, &x));
    assert_true(isinf(x));
    free(text);
}

static void test_whole_texts(void **state)
{
    (void)state;
    double x = 7;
    long long i = 7;

    assert_true(kr_parse_double(" \t-2.5e3\n", &x));
    kt_same(x, -2500);
    assert_true(kr_parse_double("NaN", &x));
    assert_true(isnan(x));
    x = 7;
    static const char *const bad[] = {"", " ", "1 2", "1,", "x", "1x", "0x10", "- 1", "1e"};
    for (size_t k = 0; k < sizeof bad / sizeof bad[0]; k++) {
        assert_false(kr_parse_double(bad[k], &x));
        assert_false(kr_parse_int(bad[k], &i));
    }
    kt_same(x, 7);
    assert_true(kr_parse_int(" -0042 ", &i));
    assert_int_equal(i, -42);
    assert_true(kr_parse_int("+9223372036854775807", &i));
    assert_true(i == INT64_MAX);
    assert_true(kr_parse_int("-9223372036854775808", &i));
    assert_true(i == INT64_MIN);
    assert_false(kr_parse_int("9223372036854775808", &i));
    assert_false(kr_parse_int("-9223372036854775809", &i));
    assert_false(kr_parse_int("99999999999999999999999", &i));
    assert_false(kr_parse_int("1.0", &i));
    assert_false(kr_parse_int("1e3", &i));
    assert_true(i == INT64_MIN);
}

static void test_repr(void **state)
{
    (void)state;
    static const struct {
        double x;
        const char *text;
    } cases[] = {
        {0.0, "0.0"},
        {-0.0, "-0.0"},
        {1, "1.0"},
        {-1.5, "-1.5"},
        {0.1, "0.1"},
        {100, "100.0"},
        {1e-4, "0.0001"},
        {1e-5, "1e-05"},
        {1.5e-5, "1.5e-05"},
        {1e15, "1000000000000000.0"},
        {1e16, "1e+16"},
        {1.25e16, "1.25e+16"},
        {9007199254740992.0, "9007199254740992.0"},
        {123456789012345680.0, "1.2345678901234568e+17"},
        {1e22, "1e+22"},
        {1e23, "1e+23"},
        {1e100, "1e+100"},
        {-1e-100, "-1e-100"},
        {0.3, "0.3"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {2.0 / 3, "0.6666666666666666"},
        {5e-324, "5e-324"},
        {1e-323, "1e-323"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {0x1p-44,
         "5.684341886080802e-14"}, /* the nearest 16 digits do not read back, the next do */
        {0x1p-1074 * 3, "1.5e-323"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {NAN, "nan"},
        {-NAN, "nan"},
        {INFINITY, "inf"},
        {-INFINITY, "-inf"},
        {12345.678, "12345.678"},
        {0.00015000000000000001, "0.00015000000000000001"},
    };
    char buf[32];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_string_equal(kr_repr_double(cases[i].x, buf), cases[i].text);
}

/* Every text reads back, and no shorter one does. */
static void test_repr_is_shortest(void **state)
{
    (void)state;
    uint64_t seed = 11;
    char buf[32], shorter[64];

    for (int i = 0; i < 30000; i++) {
        uint64_t bits = kt_random(&seed);
        double x, back;
        memcpy(&x, &bits, sizeof x);
        if (i % 3 == 1)
            x = floor(kt_random_unit(&seed) * 1e6) / 1e3;
        else if (i % 3 == 2)
            x = ldexp(1, (int)(bits % 2098) - 1074);
        if (isnan(x) || isinf(x))
            continue;
        kr_repr_double(x, buf);
        assert_true(strlen(buf) < sizeof buf);
        assert_true(kr_parse_double(buf, &back));
        kt_same(back, x);
        int digits = 0;
        for (const char *p = buf; *p && *p != 'e'; p++)
            if (*p >= '0' && *p <= '9' && (digits > 0 || *p != '0'))
                digits++;
        const char *zeros = strstr(buf, ".0");
        if (digits < 2 || !strchr(buf, 'e') || (zeros && zeros[2] == '\0'))
            continue;
        snprintf(shorter, sizeof shorter, "%.*e", digits - 2, x);
        assert_true(strtod(shorter, NULL) != x);
    }
}

/* In a locale with a decimal comma nothing changes. */
static void test_locale_does_not_matter(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "it_IT.UTF-8",
                                          "de_DE.utf8",  "es_ES.UTF-8", "pt_BR.UTF-8"};
    bool found = false;
    char buf[32];
    double x;

    for (size_t i = 0; !found && i < sizeof locales / sizeof locales[0]; i++)
        found = setlocale(LC_NUMERIC, locales[i]) && localeconv()->decimal_point[0] == ',';
    if (!found)
        skip();
    assert_true(kr_parse_double("1.2345678901234567890123456789e-300", &x));
    kt_same(x, 1.2345678901234567890123456789e-300);
    assert_false(kr_parse_double("1,5", &x));
    assert_string_equal(kr_repr_double(0.1, buf), "0.1");
    assert_string_equal(kr_repr_double(5e-324, buf), "5e-324");
    setlocale(LC_NUMERIC, "C");
}

/* Not a measurement: only that reading is not absurdly slow. */
static void test_speed(void **state)
{
    (void)state;
    enum { N = 200000 };
    char *text = malloc(N * 24);
    size_t len = 0, n = 0;
    uint64_t seed = 5;
    double x, start;

    for (int i = 0; i < N; i++)
        len +=
            (size_t)snprintf(text + len, 24, "%.*g ", i % 2 ? 17 : 7, kt_random_unit(&seed) * 1e-5);
    start = kr_cpu_seconds();
    for (const char *p = text; p < text + len; p++, n++) {
        p = kr_read_double(p, text + len, &x);
        assert_non_null(p);
    }
    double took = kr_cpu_seconds() - start;
    assert_int_equal(n, N);
    print_message("%.0f MB/s\n", (double)len / took / 1e6);
    assert_true((double)len / took > 2e6);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_special_texts),
        cmocka_unit_test(test_no_number),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_random_doubles),
        cmocka_unit_test(test_random_digits),
        cmocka_unit_test(test_halfway),
        cmocka_unit_test(test_very_long),
        cmocka_unit_test(test_whole_texts),
        cmocka_unit_test(test_repr),
        cmocka_unit_test(test_repr_is_shortest),
        cmocka_unit_test(test_locale_does_not_matter),
        cmocka_unit_test(test_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
