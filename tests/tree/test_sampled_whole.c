/* The whole tree beside a sampled one: its rates are those of the samples, or it is said why not.
 */
#include "tree/whole.h"

#include "tree/make.h"

/* Two files of different sources, the first with two values of b for one of its sources; two
 * models.
 */
static void write_trees(kt_tree *t)
{
    char a[4096], b[2048], text[8192];
    kt_source(a, sizeof a, "s1", KT_ASC, 4.0);
    kt_source(b, sizeof b, "s2", KT_ASC, 3.0);
    snprintf(text, sizeof text,
             "<sourceGroup name='g' tectonicRegion='" KT_ASC "'>%s%s</sourceGroup>", a, b);
    kt_tree_file(t, "a.xml", "sourceModel", text);
    kt_source(b, sizeof b, "s3", KT_ASC, 3.5);
    snprintf(text, sizeof text,
             "<sourceGroup name='g' tectonicRegion='" KT_ASC "'>%s</sourceGroup>", b);
    kt_tree_file(t, "b.xml", "sourceModel", text);
    kt_tree_file(t, "smlt.xml", "logicTree",
                 KT_SET("sourceModel", "s", "",
                        KT_BRANCH("b1", "a.xml", "0.5") KT_BRANCH("b2", "b.xml", "0.5"))
                     KT_SET("bGRRelative", "c", "applyToSources='s1' applyToBranches='b1'",
                            KT_BRANCH("c1", "0.1", "0.5") KT_BRANCH("c2", "-0.1", "0.5")));
    kt_tree_file(t, "glt.xml", "logicTree",
                 KT_GLT(KT_ASC, KT_BRANCH("g1", "BooreAtkinson2008", "0.5")
                                    KT_BRANCH("g2", "SadighEtAl1997", "0.5")));
}

static kr_whole read_both(kt_tree *t, const char *samples)
{
    kr_whole whole;
    kt_tree_begin(t);
    write_trees(t);
    kt_ok(t->ctx, kt_tree_read(t, samples, KR_COMPAT_OQ_3_21));
    assert_true(t->tree->sampled);
    kt_ok(t->ctx, kr_whole_read(t->ctx, t->job, t->model, t->tree, &whole));
    return whole;
}

static void test_all_were_met(void **state)
{
    (void)state;
    kt_tree t;
    kr_whole whole = read_both(&t, "number_of_logic_tree_samples = 60\n");
    assert_non_null(whole.tree);
    assert_null(whole.why_not);
    assert_false(whole.tree->sampled);
    assert_int_equal(whole.tree->nrlzs, 6);
    assert_int_equal(whole.tree->nrates, t.tree->nrates);
    /* a component's rates are those of the same sources and models */
    for (size_t c = 0; c < whole.tree->ncomponents; c++) {
        const kr_component *a = &whole.tree->components[c];
        for (size_t k = 0; k < a->ngsims; k++) {
            uint32_t rate = whole.rates[a->first_rate + k];
            size_t d = 0;
            while (rate >= t.tree->components[d].first_rate + t.tree->components[d].ngsims)
                d++;
            const kr_component *b = &t.tree->components[d];
            assert_int_equal(b->gsims[rate - b->first_rate], a->gsims[k]);
            assert_int_equal(a->nsources, b->nsources);
            for (size_t i = 0; i < a->nsources; i++)
                assert_true(
                    kr_hash_equal(a->sources[i].source->digest, b->sources[i].source->digest));
        }
    }
    kr_whole_end(&whole);
    kt_tree_end(&t);
}

static void test_too_few_samples(void **state)
{
    (void)state;
    kt_tree t;
    kr_whole whole = read_both(&t, "number_of_logic_tree_samples = 1\n");
    assert_null(whole.tree);
    assert_string_equal(whole.why_not, "some branches were never sampled");
    kr_whole_end(&whole);
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_were_met),
        cmocka_unit_test(test_too_few_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
