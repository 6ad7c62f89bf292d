#include "base/file.h"
#include "base/str.h"
#include "model/msr.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *figures(const char *name)
{
    static char path[4096];
    const char *root = getenv("KAURI_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/tests/model/figures/%s", root ? root : ".", name);
    return path;
}

static void test_areas(void **state)
{
    (void)state;
    size_t n = 0, rows = 0;
    char *text = (char *)kt_read_file(figures("msr.txt"), &n), *line = text;
    assert_non_null(text);
    for (char *end = NULL; (end = memchr(line, '\n', n - (size_t)(line - text))); line = end + 1) {
        char name[64], mag[32], rake[32], area[32];
        double x[3] = {0};
        kr_msr msr;
        *end = '\0';
        if (*line == '#')
            continue;
        size_t at = 0;
        char *words[4] = {name, mag, rake, area};
        for (int w = 0; w < 4; w++) {
            size_t len = strcspn(line + at, " ");
            assert_true(len < 32);
            memcpy(words[w], line + at, len);
            words[w][len] = '\0';
            at += len + (line[at + len] == ' ');
        }
        assert_true(kr_parse_double(mag, &x[0]));
        assert_true(kr_parse_double(rake, &x[1]));
        assert_true(kr_parse_double(area, &x[2]));
        assert_true(kr_msr_find(name, &msr));
        kt_close(kr_msr_area_km2(&msr, x[0], x[1]), x[2], 2e-14, 0);
        rows++;
    }
    assert_true(rows > 600);
    free(text);
}

static void test_names(void **state)
{
    (void)state;
    unsigned n = 0;
    kr_msr msr;
    const char *const *names = kr_msr_names(&n);
    assert_int_equal(n, 25);
    for (unsigned i = 0; i < n; i++) {
        assert_true(kr_msr_find(names[i], &msr));
        assert_int_equal(msr.id, (int)i);
        assert_int_equal(strncmp(names[i], msr.name, strlen(msr.name)), 0);
        assert_true(kr_msr_area_km2(&msr, 6.5, 10) > 0);
    }
    assert_true(kr_msr_find("\n  WC1994\t", &msr));
    assert_string_equal(msr.name, "WC1994");
    assert_true(kr_msr_find("[CScalingMSR]\nC = 3.9\n", &msr));
    kt_same(msr.c, 3.9);
    assert_true(kr_msr_find("CScalingMSR.C = 4.25", &msr));
    kt_same(msr.c, 4.25);
    kt_close(kr_msr_area_km2(&msr, 6, 0), pow(10, 1.75), 1e-15, 0);
    const char *wrong[] = {"",         "WC1995",      "wc1994",          "WC",
                           "WC1994 x", "CScalingMSR", "CScalingMSR.C=x", "CScalingMSR.D=4",
                           "WC19941",  "PeerMSR.",    "[WC1994",         "[]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong - 2; i++)
        assert_false(kr_msr_find(wrong[i], &msr));
    assert_false(kr_msr_find("[]", &msr));
}

/* Where a relationship gives magnitudes as the inverse of its areas, there and back is the same. */
static void test_magnitudes(void **state)
{
    (void)state;
    static const char *const inverse[] = {
        "AllenHayesInterfaceBilinear", "AllenHayesInterfaceLinear",
        "AllenHayesIntraslab",         "Leonard2010_SCR",
        "Leonard2010_SCR_M0",          "Leonard2010_SCR_MX",
        "Leonard2014_Interplate",      "Leonard2014_SCR",
        "ThingbaijamInterface",        "ThingbaijamStrikeSlip"};
    double mag = 0, sigma = 0;
    kr_msr msr;
    for (size_t i = 0; i < sizeof inverse / sizeof *inverse; i++) {
        assert_true(kr_msr_find(inverse[i], &msr));
        for (double m = 5; m < 8.55; m += 0.1) {
            for (double rake = -175; rake <= 180; rake += 5) {
                assert_true(kr_msr_mag(&msr, kr_msr_area_km2(&msr, m, rake), rake, &mag, &sigma));
                kt_close(mag, m, 1e-12, 0);
            }
        }
    }
    assert_true(kr_msr_find("WC1994", &msr));
    assert_true(kr_msr_mag(&msr, 100, 0, &mag, &sigma));
    kt_close(mag, 6.02, 1e-14, 0);
    kt_same(sigma, 0.23);
    assert_true(kr_msr_mag(&msr, 100, 135, &mag, &sigma)); /* an open interval, here only */
    kt_close(mag, 4.33 + 1.8, 1e-14, 0);
    kt_same(sigma, 0.23);
    assert_true(kr_msr_mag(&msr, 100, NAN, &mag, &sigma));
    kt_close(mag, 4.07 + 1.96, 1e-14, 0);
    assert_true(kr_msr_find("StrasserInterface", &msr));
    assert_true(kr_msr_mag(&msr, 1000, 90, &mag, &sigma));
    kt_close(mag, 4.441 + 3 * 0.846, 1e-14, 0);
    assert_true(kr_msr_find("PeerMSR", &msr));
    assert_false(kr_msr_mag(&msr, 100, 0, &mag, &sigma));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_areas),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_magnitudes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
