#include "model/column.h"
#include "model/imt.h"
#include "support/support.h"

#include <string.h>

static void test_names(void **state)
{
    static const struct {
        const char *text, *name;
        kr_imt_kind kind;
        double period, order;
    } cases[] = {
        {"PGA", "PGA", KR_IMT_PGA, 0, 0},
        {" PGV ", "PGV", KR_IMT_PGV, 0, 0},
        {"SA(0.10)", "SA(0.1)", KR_IMT_SA, 0.1, 0.1},
        {"SA(1)", "SA(1.0)", KR_IMT_SA, 1, 1},
        {"SA(1.0", "SA(1.0)", KR_IMT_SA, 1, 1},
        {"0.2", "SA(0.2)", KR_IMT_SA, 0.2, 0.2},
        {"SA(1e-2)", "SA(0.01)", KR_IMT_SA, 0.01, 0.01},
        {"AvgSA", "AvgSA", KR_IMT_AVGSA, 0, 0},
        {"AvgSA(2)", "AvgSA(2.0)", KR_IMT_AVGSA, 2, 2},
        {"EAS(10)", "EAS(10.000000)", KR_IMT_EAS, 10, 0.1},
        {"FAS(0.5)", "FAS(0.500000)", KR_IMT_FAS, 0.5, 2},
        {"SDi(0.5,2)", "SDi(0.5,2.0)", KR_IMT_SDI, 0.5, 0.5},
        {"MMI", "MMI", KR_IMT_MMI, 0, 0},
        {"RSD", "RSD", KR_IMT_RSD595, 0, 0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kr_imt imt;
        assert_true(kr_imt_parse(cases[i].text, &imt));
        assert_string_equal(imt.name, cases[i].name);
        assert_int_equal(imt.kind, cases[i].kind);
        kt_same(imt.period, cases[i].period);
        kt_same(kr_imt_order(&imt), cases[i].order);
        kt_same(imt.damping, 5);
    }
}

static void test_refused(void **state)
{
    static const char *const texts[] = {"",       " ",      "SA",      "SA()",     "SA(x)",
                                        "SA(-1)", "SA(0)",  "SA(0.25", "PGA(1)",   "pga",
                                        "XYZ",    "SDi(1)", "SA(1,2",  "SA(1)(2)", "SDi(1,2,3"};
    char long_name[400];
    kr_imt imt;
    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        assert_false(kr_imt_parse(texts[i], &imt));
    memset(long_name, '1', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    assert_false(kr_imt_parse(long_name, &imt));
}

static void test_columns(void **state)
{
    (void)state;
    assert_int_equal(kr_column_find("vs30"), KR_COL_VS30);
    assert_int_equal(kr_column_find("rjb"), KR_COL_RJB);
    assert_int_equal(kr_column_find("vs31"), KR_COL_COUNT);
    assert_string_equal(kr_column_name(KR_COL_Z1PT0), "z1pt0");
    assert_int_equal(kr_column_kind_of(KR_COL_MAG), KR_COLUMN_RUPTURE);
    assert_int_equal(kr_column_kind_of(KR_COL_RX), KR_COLUMN_DISTANCE);
    assert_int_equal(kr_column_kind_of(KR_COL_BACKARC), KR_COLUMN_SITE);
    assert_true(kr_column_is_word(KR_COL_SITECLASS));
    assert_false(kr_column_is_word(KR_COL_VS30));
    for (unsigned c = 0; c < KR_COL_COUNT; c++)
        assert_int_equal(kr_column_find(kr_column_name((kr_column)c)), c);
    kt_same(kr_column_code(""), 0);
    assert_true(kr_column_code("A") != kr_column_code("B"));
    double code = kr_column_code("QUATERNARY");
    assert_true(code > 0 && code < 4503599627370496.0 && code == (double)(uint64_t)code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
