/* Scales and their ticks: places and numbers belong together, ticks stand within the axis, labels
 * say what they stand at and are far enough apart. */
#include "draw/ruler.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_there_and_back(void **state)
{
    (void)state;
    uint64_t random = 1;
    for (int k = 0; k < 2000; k++) {
        bool log = k % 2;
        double lo =
            log ? pow(10, 12 * kt_random_unit(&random) - 9) : 200 * kt_random_unit(&random) - 100;
        double hi = log ? lo * pow(10, 0.1 + 6 * kt_random_unit(&random))
                        : lo + 0.1 + 100 * kt_random_unit(&random);
        kr_ruler r = {log, lo, hi, 500 * kt_random_unit(&random), 0};
        r.to = r.from + (k % 3 ? 300 : -300);
        kt_close(kr_ruler_at(&r, lo), r.from, 0, 1e-9);
        kt_close(kr_ruler_at(&r, hi), r.to, 0, 1e-9);
        double at = r.from + kt_random_unit(&random) * (r.to - r.from);
        kt_close(kr_ruler_at(&r, kr_ruler_value(&r, at)), at, 0, 1e-8);
    }
    kr_ruler r = {true, 0.01, 1, 10, 110};
    kt_close(kr_ruler_at(&r, 0.1), 60, 0, 1e-9);
    kt_same(kr_ruler_at(&r, 0), 10); /* has no logarithm */
    assert_true(kr_ruler_shows(&r, 0.01) && kr_ruler_shows(&r, 1) && !kr_ruler_shows(&r, 1.01));
}

/* What a label says; raised digits are those of a power of ten. */
static double read_label(const char *label)
{
    static const char *const raised[] = {"⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"};
    char plain[64] = "1e";
    bool power = false;
    for (const char *p = label; *p;) {
        bool found = false;
        if (strncmp(p, "⁻", 3) == 0) {
            strcat(plain, "-");
            p += 3;
            found = power = true;
        }
        for (int d = 0; d < 10 && !found; d++)
            if (strncmp(p, raised[d], strlen(raised[d])) == 0) {
                size_t n = strlen(plain);
                plain[n] = (char)('0' + d);
                plain[n + 1] = '\0';
                p += strlen(raised[d]);
                found = power = true;
            }
        p += !found;
    }
    return strtod(power ? plain : label, NULL);
}

static void check_ticks(const kr_ruler *r, double room)
{
    kr_tick ticks[KR_TICKS_MAX];
    size_t n = kr_ruler_ticks(r, room, ticks), labels = 0;
    double last = -INFINITY;
    assert_true(n <= KR_TICKS_MAX);
    for (size_t i = 0; i < n; i++) {
        assert_true(kr_ruler_shows(r, ticks[i].x));
        assert_true(i == 0 || ticks[i].x > ticks[i - 1].x);
        if (!ticks[i].label[0])
            continue;
        double at = kr_ruler_at(r, ticks[i].x);
        kt_close(read_label(ticks[i].label), ticks[i].x, 1e-6, 1e-9 * (r->hi - r->lo));
        assert_true(labels++ == 0 || fabs(at - last) >= room - 1e-6);
        last = at;
    }
    double decades = r->log ? log10(r->hi / r->lo) : 2;
    assert_true(labels >= 1 || decades < 1);
}

static void test_ticks(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int k = 0; k < 3000; k++) {
        double lo = pow(10, 14 * kt_random_unit(&random) - 10),
               length = 80 + 400 * kt_random_unit(&random);
        kr_ruler log = {true, lo, lo * pow(10, 0.05 + 12 * kt_random_unit(&random)), 40,
                        40 + length};
        check_ticks(&log, 15 + 30 * kt_random_unit(&random));
        double from = 2000 * kt_random_unit(&random) - 1000;
        double span = pow(10, 6 * kt_random_unit(&random) - 3);
        kr_ruler linear = {false, from, from + span, 300, 300 - length};
        check_ticks(&linear, 15 + 20 * kt_random_unit(&random));
    }
}

static bool has_label(const kr_tick *ticks, size_t n, const char *label, double x)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(ticks[i].label, label) == 0)
            return fabs(ticks[i].x - x) <= 1e-9 * fabs(x);
    return false;
}

static void test_labels(void **state)
{
    (void)state;
    kr_tick ticks[KR_TICKS_MAX];
    kr_ruler r = {true, 1e-5, 1, 300, 0};
    size_t n = kr_ruler_ticks(&r, 20, ticks);
    assert_int_equal(n, 5 * 9 + 1);
    assert_true(has_label(ticks, n, "10⁻⁵", 1e-5) && has_label(ticks, n, "10⁰", 1));
    r = (kr_ruler){true, 0.005, 2, 0, 400};
    n = kr_ruler_ticks(&r, 30, ticks);
    assert_true(has_label(ticks, n, "0.01", 0.01) && has_label(ticks, n, "1", 1));
    assert_false(has_label(ticks, n, "0.02", 0.02)); /* small, without a text */
    r = (kr_ruler){true, 0.1, 2, 0, 400};
    n = kr_ruler_ticks(&r, 30, ticks);
    assert_true(has_label(ticks, n, "0.2", 0.2) && has_label(ticks, n, "0.5", 0.5));
    r = (kr_ruler){false, 173.6, 176.4, 0, 300};
    n = kr_ruler_ticks(&r, 46, ticks);
    assert_true(has_label(ticks, n, "174.0", 174) &&
                has_label(ticks, n, "175.5", 175.5) == (n > 4));
    char text[24];
    static const struct {
        double x;
        const char *text;
    } numbers[] = {
        {0, "0"},     {0.25, "0.25"}, {1200, "1200"}, {1e-7, "10⁻⁷"},      {0.0021, "0.0021"},
        {1e6, "10⁶"}, {-3.5, "-3.5"}, {100, "100"},   {2.5e-9, "2.5e-09"}, {9.99999, "10"}};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        kr_number_text(numbers[i].x, text);
        assert_string_equal(text, numbers[i].text);
    }
}

static void test_round(void **state)
{
    (void)state;
    kr_ruler r = {.log = true, .lo = 3e-4, .hi = 0.7};
    kr_ruler_round(&r, 0);
    kt_close(r.lo, 1e-4, 1e-12, 0);
    kt_close(r.hi, 1, 1e-12, 0);
    r = (kr_ruler){.log = true, .lo = 1e-4, .hi = 1}; /* stays */
    kr_ruler_round(&r, 0);
    kt_close(r.lo, 1e-4, 1e-12, 0);
    kt_close(r.hi, 1, 1e-12, 0);
    r = (kr_ruler){.lo = 0.123, .hi = 0.387};
    kr_ruler_round(&r, 6);
    kt_close(r.lo, 0.1, 1e-12, 0);
    kt_close(r.hi, 0.4, 1e-12, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_round),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
