/* A job whose tree has a bit of everything: a branch set that follows one branch only, a correlated
 * one, two tectonic region types, weights by measure. */
#ifndef KR_TESTS_TREE_FOREST_H
#define KR_TESTS_TREE_FOREST_H

#include "tree/make.h"

#define KT_R1 KT_BRANCH("r1", "a.xml", "0.4")
#define KT_R2 KT_BRANCH("r2", "b.xml", "0.6")
#define KT_U1 KT_BRANCH("u1", "-0.1", "0.2")
#define KT_U2 KT_BRANCH("u2", "0", "0.5")
#define KT_U3 KT_BRANCH("u3", "0.1", "0.3")
#define KT_V                                                                                       \
    KT_SET("maxMagGRRelative", "v",                                                                \
           "applyToSources='y' applyToBranches='u1 u2 u3' correlatedWith='u' "                     \
           "correlatedBranches='u1~v2 u2~v1 u3~v2'",                                               \
           KT_BRANCH("v1", "0.1", "0.5") KT_BRANCH("v2", "0.2", "0.5"))
#define KT_SETS(r, u)                                                                              \
    KT_SET("sourceModel", "r", "", r)                                                              \
    KT_SET("bGRRelative", "u", "applyToSources='x' applyToBranches='r1'", u)                       \
    KT_V KT_SET("maxMagGRRelative", "w", "applyToTectonicRegionType='" KT_ASC "'",                 \
                KT_BRANCH("w1", "0", "0.25") KT_BRANCH("w10", "0.2", "0.75"))
#define KT_WEIGHTED(id, model, weight, sa)                                                         \
    "<logicTreeBranch branchID='" id "'><uncertaintyModel>" model "</uncertaintyModel>"            \
    "<uncertaintyWeight>" weight "</uncertaintyWeight><uncertaintyWeight imt='SA(0.5)'>" sa        \
    "</uncertaintyWeight></logicTreeBranch>\n"
#define KT_G1(weight, sa) KT_WEIGHTED("g1", "BooreAtkinson2008", weight, sa)
#define KT_G2(weight, sa) KT_WEIGHTED("g2", "ChiouYoungs2008", weight, sa)
#define KT_H                                                                                       \
    KT_GLT(KT_SCC, KT_WEIGHTED("h1", "ToroEtAl2002", "0.3", "0.5")                                 \
                       KT_WEIGHTED("h2", "Campbell2003", "0.7", "0.5"))
#define KT_MODELS KT_GLT(KT_ASC, KT_G1("0.9", "0.2") KT_G2("0.1", "0.8")) KT_H

/* One more group of one source. */
static inline void kt_forest_group(char *text, size_t size, const char *id, const char *trt,
                                   double a)
{
    size_t n = strlen(text);
    n += (size_t)snprintf(text + n, size - n, "<sourceGroup tectonicRegion='%s'>\n", trt);
    kt_source(text + n, size - n, id, trt, a);
    n = strlen(text);
    snprintf(text + n, size - n, "</sourceGroup>\n");
}

static inline void kt_forest_read(kt_tree *t, const char *extra, kr_compat compat)
{
    char a[8192] = "", b[8192] = "";
    kt_tree_begin(t);
    kt_forest_group(a, sizeof a, "x", KT_ASC, 3);
    kt_forest_group(a, sizeof a, "y", KT_SCC, 2);
    kt_forest_group(a, sizeof a, "z", KT_ASC, 2.5);
    kt_forest_group(b, sizeof b, "x", KT_ASC, 2);
    kt_forest_group(b, sizeof b, "z", KT_ASC, 2.5);
    kt_tree_file(t, "a.xml", "sourceModel", a);
    kt_tree_file(t, "b.xml", "sourceModel", b);
    kt_tree_file(t, "smlt.xml", "logicTree", KT_SETS(KT_R1 KT_R2, KT_U1 KT_U2 KT_U3));
    kt_tree_file(t, "glt.xml", "logicTree", KT_MODELS);
    kt_ok(t->ctx, kt_tree_read(t, extra, compat));
}

/* Are the realizations of two trees the same, in the same order, with the same weights? `rates`:
 * the number in a of every component rate of b; NULL: the same. Returns how many there are. */
static inline size_t kt_same_realizations(const kr_tree *a, const kr_tree *b, const uint32_t *rates,
                                          double tolerance)
{
    uint32_t x[KT_PATH_COMPONENTS], y[KT_PATH_COMPONENTS];
    char p[KT_PATH_TEXT], q[KT_PATH_TEXT];
    assert_int_equal(a->nrlzs, b->nrlzs);
    assert_int_equal(a->npaths, b->npaths);
    assert_int_equal(a->nweights, b->nweights);
    for (size_t r = 0; r < a->nrlzs; r++) {
        size_t n = kt_rates(a, r, x), m = kt_rates(b, r, y);
        kt_rlz_name(a, r, p, sizeof p);
        kt_rlz_name(b, r, q, sizeof q);
        assert_string_equal(p, q);
        assert_int_equal(n, m);
        for (size_t w = 0; w < a->nweights; w++)
            kt_close(kr_tree_weight(b, r, w), kr_tree_weight(a, r, w), tolerance, 0);
        kt_close(kr_tree_weight_exported(b, r), kr_tree_weight_exported(a, r), tolerance, 0);
        for (size_t i = 0; i < n; i++) { /* each of a's is found once among b's */
            size_t k = 0;
            while (k < m && (rates && y[k] != UINT32_MAX ? rates[y[k]] : y[k]) != x[i])
                k++;
            assert_true(k < m);
            y[k] = UINT32_MAX;
        }
    }
    for (size_t w = 0; w < a->nweights; w++)
        kt_close(kr_structure_total(&b->structure, w), kr_structure_total(&a->structure, w), 1e-12,
                 0);
    assert_true(a->structure.realizations == b->structure.realizations);
    return a->nrlzs;
}

#endif
