/* Misspelt names in a source-model logic tree are told: their branch sets apply to everything. */
#include "tree/make.h"

static void begin(kt_tree *t, const char *filter)
{
    char source[2048], group[2200], smlt[2048];

    kt_tree_begin(t);
    kt_source(source, sizeof source, "1", KT_ASC, 4);
    snprintf(group, sizeof group, "<sourceGroup name='g' tectonicRegion='%s'>%s</sourceGroup>\n",
             KT_ASC, source);
    kt_tree_file(t, "a.xml", "sourceModel", group);
    snprintf(smlt, sizeof smlt,
             KT_SET("sourceModel", "s", "", KT_BRANCH("b", "a.xml", "1"))
                 KT_SET("bGRRelative", "r", "%s",
                        KT_BRANCH("c", "0.1", "0.5") KT_BRANCH("d", "-0.1", "0.5")),
             filter);
    kt_tree_file(t, "smlt.xml", "logicTree", smlt);
    kt_tree_file(t, "glt.xml", "logicTree",
                 KT_GLT(KT_ASC, KT_BRANCH("g", "BooreAtkinson2008", "1")));
    kt_ok(t->ctx, kt_tree_read(t, "", KR_COMPAT_OQ_3_21));
}

static void test_filters(void **state)
{
    static const struct {
        const char *filter, *text; /* NULL: nothing to say */
    } rows[] = {
        {"applyToTectonicRegionTyp='" KT_ASC "'",
         "attribute 'applyToTectonicRegionTyp' of <logicTreeBranchSet> is not known and has no "
         "effect; did you mean applyToTectonicRegionType?\n"},
        {"applyToSource='1'", "did you mean applyToSources?\n"},
        {"colour='red'", "attribute 'colour' of <logicTreeBranchSet> is not known and has no "
                         "effect; applyToTectonicRegionType, applyToSources, applyToBranches, "
                         "applyToSourceType, correlatedWith, correlatedBranches would be known\n"},
        {"applyToTectonicRegionType='" KT_ASC "' name='n'", NULL},
        {"applyToSources='1' applyToBranches='b'", NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        kt_tree t;
        begin(&t, rows[i].filter);
        if (!rows[i].text) {
            assert_string_equal(t.log, "");
        } else {
            const char *at = strstr(t.log, rows[i].text);
            assert_non_null(at);
            assert_int_equal(strlen(at), strlen(rows[i].text)); /* the only one */
            assert_non_null(strstr(t.log, "smlt.xml:"));
            assert_ptr_equal(strchr(t.log, '\n') + 1, at + strlen(at));
        }
        kt_tree_end(&t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_filters)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
