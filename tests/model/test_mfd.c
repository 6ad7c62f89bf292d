#include "base/str.h"
#include "model/mfd.h"
#include "model/source_change.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *next_word(char **p)
{
    char *word = *p + strspn(*p, " ");
    size_t len = strcspn(word, " ");
    *p = word[len] ? word + len + 1 : word + len;
    word[len] = '\0';
    return word;
}

static double next_number(char **p)
{
    double x = NAN;
    assert_true(kr_parse_double(next_word(p), &x));
    return x;
}

static size_t next_numbers(char **p, double *x)
{
    size_t n = (size_t)next_number(p);
    assert_true(n < 400);
    for (size_t i = 0; i < n; i++)
        x[i] = next_number(p);
    return n;
}

static kr_mfd mfd_of(const char *kind, const double *x, size_t n)
{
    kr_mfd m = {.slip_rate_mm = NAN, .rigidity_gpa = NAN};
    if (strcmp(kind, "truncGR") == 0 || strcmp(kind, "taperedGR") == 0) {
        m.kind = n == 6 ? KR_MFD_TAPERED_GR : KR_MFD_TRUNC_GR;
        m.a = x[0], m.b = x[1], m.min_mag = x[2], m.max_mag = x[3], m.bin_width = x[4];
        m.corner_mag = n == 6 ? x[5] : 0;
    } else if (strcmp(kind, "YoungsCoppersmith") == 0) {
        m.kind = KR_MFD_YOUNGS_COPPERSMITH;
        m.min_mag = x[0], m.b = x[1], m.char_mag = x[2], m.bin_width = x[3];
        if (x[4] > 0)
            kr_mfd_set_char_rate(&m, x[4]);
        else
            assert_true(kr_mfd_set_moment_rate(&m, x[5]));
    } else if (strcmp(kind, "incremental") == 0) {
        m.kind = KR_MFD_INCREMENTAL;
        m.min_mag = x[0], m.bin_width = x[1], m.rates = x + 2, m.n = n - 2;
    } else {
        m.kind = KR_MFD_ARBITRARY;
        m.mags = x, m.rates = x + n / 2, m.n = n / 2;
    }
    return m;
}

static bool change(kr_mfd *m, const char *type, const double *v, size_t n)
{
    switch (kr_change_find(type)) {
    case KR_CHANGE_AB_ABSOLUTE:
        return kr_mfd_set_ab(m, v[0], v[1]);
    case KR_CHANGE_B_ABSOLUTE:
        return kr_mfd_set_b(m, v[0]);
    case KR_CHANGE_B_RELATIVE:
        return kr_mfd_increment_b(m, v[0]);
    case KR_CHANGE_MAX_MAG_ABSOLUTE:
        return kr_mfd_set_max_mag(m, v[0]);
    case KR_CHANGE_MAX_MAG_RELATIVE:
        return kr_mfd_increment_max_mag(m, v[0]);
    case KR_CHANGE_MAX_MAG_RELATIVE_NO_BALANCE:
        return kr_mfd_increment_max_mag_no_balance(m, v[0]);
    case KR_CHANGE_INCREMENTAL_MFD:
        return kr_mfd_set_incremental(m, v[0], v[1], v + 2, n - 2);
    default:
        return false;
    }
}

static void check_row(kr_ctx *ctx, kr_arena *arena, char *line)
{
    double x[400], v[400], want_mags[400], want_rates[400], after[400];
    double *mags = NULL, *rates = NULL;
    size_t n = 0;
    char *p = line;
    const char *kind = next_word(&p);
    kr_mfd m = mfd_of(kind, x, next_numbers(&p, x));

    kt_ok(ctx, kr_mfd_check(ctx, &m, "figures", 1));
    for (size_t changes = (size_t)next_number(&p); changes > 0; changes--) {
        const char *type = next_word(&p);
        size_t nv = next_numbers(&p, v);
        assert_true(change(&m, type, v, nv));
        kt_ok(ctx, kr_mfd_check(ctx, &m, "figures", 1));
    }
    kt_ok(ctx, kr_mfd_bins(ctx, &m, arena, &mags, &rates, &n));
    size_t bins = (size_t)next_number(&p);
    assert_int_equal(n, bins);
    for (size_t i = 0; i < n; i++)
        want_mags[i] = next_number(&p);
    for (size_t i = 0; i < n; i++)
        want_rates[i] = next_number(&p);
    for (size_t i = 0; i < n; i++) {
        kt_same(mags[i], want_mags[i]);
        kt_close(rates[i], want_rates[i], 1e-12, 0);
    }
    size_t nafter = next_numbers(&p, after);
    if (nafter == 3) {
        kt_close(m.a, after[0], 1e-14, 1e-14);
        kt_same(m.b, after[1]);
        kt_same(m.max_mag, after[2]);
    } else if (nafter == 1) {
        kt_close(m.char_rate, after[0], 1e-13, 0);
    }
}

static void test_figures(void **state)
{
    (void)state;
    const char *root = getenv("KAURI_SOURCE_DIR");
    char path[4096];
    size_t n = 0, rows = 0;
    snprintf(path, sizeof path, "%s/tests/model/figures/mfd.txt", root ? root : ".");
    char *text = (char *)kt_read_file(path, &n), *line = text;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (char *end = NULL; (end = memchr(line, '\n', n - (size_t)(line - text))); line = end + 1) {
        *end = '\0';
        if (*line == '#')
            continue;
        check_row(ctx, &arena, line);
        rows++;
    }
    assert_true(rows > 90);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    free(text);
}

static kr_mfd random_gr(uint64_t *seed)
{
    kr_mfd m = {.kind = KR_MFD_TRUNC_GR, .slip_rate_mm = NAN, .rigidity_gpa = NAN};
    m.bin_width = 0.05 + 0.2 * kt_random_unit(seed);
    m.min_mag = 4 + 2 * kt_random_unit(seed);
    m.max_mag = m.min_mag + m.bin_width + 3 * kt_random_unit(seed);
    m.a = 1 + 5 * kt_random_unit(seed);
    m.b = 0.5 + kt_random_unit(seed);
    return m;
}

/* The rates of a truncated distribution sum to the number of events between its rounded ends. */
static void test_total(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    uint64_t seed = 1;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (int k = 0; k < 500; k++) {
        kr_mfd m = random_gr(&seed);
        double *mags = NULL, *rates = NULL, sum = 0, lo = 0, hi = 0;
        size_t n = 0;
        kt_ok(ctx, kr_mfd_check(ctx, &m, "x", 1));
        kt_ok(ctx, kr_mfd_bins(ctx, &m, &arena, &mags, &rates, &n));
        assert_true(n > 0);
        for (size_t i = 0; i < n; i++) {
            sum += rates[i];
            assert_true(i == 0 || mags[i] > mags[i - 1]);
        }
        kr_mfd_range(&m, &lo, &hi);
        kt_close(mags[0], lo, 1e-14, 0);
        kt_close(mags[n - 1], hi, 1e-12, 0);
        double m0 = floor(m.min_mag / m.bin_width + 0.5) * m.bin_width;
        double m1 = m0 + (double)n * m.bin_width;
        if (n > 1 || lo > m0 + m.bin_width / 4) /* one bin may stand on the edge itself */
            kt_close(sum, pow(10, m.a - m.b * m0) - pow(10, m.a - m.b * m1), 1e-9, 0);
        kr_arena_reset(&arena);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Relative changes keep the moment rate; there and back gives the numbers of before. */
static void test_moment(void **state)
{
    (void)state;
    uint64_t seed = 2;
    for (int k = 0; k < 500; k++) {
        kr_mfd m = random_gr(&seed), before = m;
        double db = 0.3 * kt_random_unit(&seed), dm = kt_random_unit(&seed);
        double moment = kr_mfd_moment_rate(&m);
        assert_true(kr_mfd_increment_b(&m, db));
        kt_close(kr_mfd_moment_rate(&m), moment, 1e-11, 0);
        assert_true(kr_mfd_increment_max_mag(&m, dm));
        kt_close(kr_mfd_moment_rate(&m), moment, 1e-11, 0);
        assert_true(kr_mfd_increment_max_mag(&m, -dm));
        assert_true(kr_mfd_increment_b(&m, -db));
        kt_close(m.a, before.a, 1e-10, 1e-10);
        kt_close(m.b, before.b, 1e-14, 0);
        assert_true(kr_mfd_increment_max_mag_no_balance(&m, 0.5));
        assert_true(kr_mfd_moment_rate(&m) > moment);
    }
    kr_mfd m = {.kind = KR_MFD_TRUNC_GR, .a = 4, .b = 1.4, .min_mag = 5, .max_mag = 7};
    double moment = kr_mfd_moment_rate(&m);
    m.bin_width = 0.1;
    m.b = 1.5; /* the case bi = 0 */
    assert_true(isfinite(kr_mfd_moment_rate(&m)));
    m.b = 1.4;
    assert_true(kr_mfd_increment_b(&m, 1.5 - 1.4));
    kt_close(kr_mfd_moment_rate(&m), moment, 1e-11, 0);
}

static void test_divide(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const double yc[] = {5, 1, 7, 0.1, 0.001}, inc[] = {5, 0.1, 0.3, 0.2, 0};
    const double arb[] = {5, 6, 0.1, 0.2}, gr[] = {4, 1, 5, 7, 0.1}, tap[] = {4, 1, 5, 8, 0.1, 7};
    const kr_mfd all[] = {mfd_of("YoungsCoppersmith", yc, 5), mfd_of("incremental", inc, 5),
                          mfd_of("arbitrary", arb, 4), mfd_of("truncGR", gr, 5)};
    kr_mfd part;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (size_t k = 0; k < 4; k++) {
        double *m0 = NULL, *r0 = NULL, *m1 = NULL, *r1 = NULL;
        size_t n0 = 0, n1 = 0;
        kt_ok(ctx, kr_mfd_divide(ctx, &all[k], 7, &arena, &part));
        kt_ok(ctx, kr_mfd_bins(ctx, &all[k], &arena, &m0, &r0, &n0));
        kt_ok(ctx, kr_mfd_bins(ctx, &part, &arena, &m1, &r1, &n1));
        assert_int_equal(n0, n1);
        for (size_t i = 0; i < n0; i++) {
            kt_same(m1[i], m0[i]);
            kt_close(7 * r1[i], r0[i], 1e-11, 0);
        }
    }
    const kr_mfd tapered = mfd_of("taperedGR", tap, 6);
    kt_fails(ctx, kr_mfd_divide(ctx, &tapered, 7, &arena, &part), KR_EINPUT, "cannot be divided");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        size_t n;
        double x[6];
        const char *text;
    } rows[] = {
        {"truncGR", 5, {4, 1, 5, 7, NAN}, "width_of_mfd_bin"},
        {"truncGR", 5, {4, 1, 5, 7, 0}, "bin width 0"},
        {"truncGR", 5, {4, 1, -1, 7, 0.1}, "minimum magnitude -1"},
        {"truncGR", 5, {4, 1, 5, 5.05, 0.1}, "maximum magnitude 5.05"},
        {"truncGR", 5, {4, 0, 5, 7, 0.1}, "b value 0"},
        {"truncGR", 5, {INFINITY, 1, 5, 7, 0.1}, "a value inf"},
        {"truncGR", 5, {4, 1, 5, 700, 0.1}, "maximum magnitude 700; no magnitude is above 15"},
        {"truncGR", 5, {4, 1, 5, 7, 1e-7}, "more than a million magnitudes"},
        {"taperedGR", 6, {4, 1, 5, 7, 0.1, 5.05}, "corner magnitude 5.05"},
        {"incremental", 2, {5, 0.1}, "no occurrence rates"},
        {"incremental", 3, {5, 0.1, -1}, "occurrence rate -1 is negative"},
        {"incremental", 4, {5, 0.1, 0, 0}, "all occurrence rates are 0"},
        {"incremental", 3, {5, 0, 1}, "bin width 0"},
        {"arbitrary", 2, {-5, 1}, "magnitude -5 is negative"},
        {"YoungsCoppersmith", 5, {0, 1, 7, 0.1, 0.01}, "minimum magnitude 0"},
        {"YoungsCoppersmith", 5, {5, 1, 7, 0.6, 0.01}, "bin width 0.6"},
        {"YoungsCoppersmith", 5, {5, 1, 5.3, 0.1, 0.01}, "characteristic magnitude 5.3"},
        {"YoungsCoppersmith", 5, {5, -1, 7, 0.1, 0.01}, "b value -1"},
    };
    kr_ctx *ctx = kt_ctx();
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        kr_mfd m = mfd_of(rows[i].kind, rows[i].x, rows[i].n);
        kt_fails(ctx, kr_mfd_check(ctx, &m, "model.xml", 9), KR_EINPUT, rows[i].text);
    }
    kt_ctx_end(&ctx);
}

static void test_hash(void **state)
{
    (void)state;
    const double inc[] = {5, 0.1, 0.3, 0.2}, same[] = {5, 0.1, 0.3, 0.2};
    const double other[] = {5, 0.1, 0.3, 0.21}, shifted[] = {5.1, 0.1, 0.3, 0.2};
    const double *all[] = {inc, same, other, shifted};
    kr_hash128 h[4];
    for (size_t i = 0; i < 4; i++) {
        kr_mfd m = mfd_of("incremental", all[i], 4);
        kr_hash_init(&h[i]);
        kr_mfd_hash(&m, &h[i]);
    }
    assert_true(kr_hash_equal(h[0], h[1]));
    assert_false(kr_hash_equal(h[0], h[2]));
    assert_false(kr_hash_equal(h[0], h[3]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures), cmocka_unit_test(test_total), cmocka_unit_test(test_moment),
        cmocka_unit_test(test_divide),  cmocka_unit_test(test_wrong), cmocka_unit_test(test_hash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
