/* The tree by hand: names, filters, quirks, ground-motion models, components, failing allocations.
 */
#include "tree/make.h"

#include "base/str.h"
#include "tree/name.h"

static void add_file(kt_tree *t, const char *name, size_t n, const char *const ids[],
                     const char *const trts[], const double a[])
{
    char one[2048], text[16384] = "";
    size_t len = 0;

    for (size_t i = 0; i < n; i++) {
        kt_source(one, sizeof one, ids[i], trts[i], a[i]);
        len += (size_t)snprintf(text + len, sizeof text - len,
                                "<sourceGroup name='g' tectonicRegion='%s'>%s</sourceGroup>\n",
                                trts[i], one);
    }
    kt_tree_file(t, name, "sourceModel", text);
}

static void one_source(kt_tree *t, const char *name, const char *id, double a)
{
    const char *trt = KT_ASC;
    add_file(t, name, 1, &id, &trt, &a);
}

static const char one_gsim[] = KT_GLT(KT_ASC, KT_BRANCH("g", "BooreAtkinson2008", "1"));
static const char two_files[] = KT_SET(
    "sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "0.25") KT_BRANCH("b2", "b.xml", "0.75"));

static void trees(kt_tree *t, const char *smlt, const char *glt)
{
    kt_tree_file(t, "smlt.xml", "logicTree", smlt);
    kt_tree_file(t, "glt.xml", "logicTree", glt);
}

/* Path and name of every source-model path, one a line. */
static const char *paths_of(const kr_tree *tree)
{
    static char text[8192];
    size_t n = 0;

    text[0] = '\0';
    for (size_t p = 0; p < tree->npaths; p++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s %s\n", kt_path_at(tree, p)->path,
                              kt_path_at(tree, p)->name);
    return text;
}

/* Ids of the sources of every component, one component a line. */
static const char *components_of(const kr_tree *tree)
{
    static char text[8192];
    size_t n = 0;

    text[0] = '\0';
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t i = 0; i < tree->components[c].nsources; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, "%s%s",
                                  tree->components[c].sources[i].id,
                                  i + 1 == tree->components[c].nsources ? "\n" : " ");
    return text;
}

static void letters(void **state)
{
    char out[2 * KR_LETTER_MAX + 1];

    (void)state;
    out[kr_letter(0, out)] = '\0';
    assert_string_equal(out, "A");
    out[kr_letter(26, out)] = '\0';
    assert_string_equal(out, "[");
    out[kr_letter(88, out)] = '\0';
    assert_string_equal(out, "@");
    out[kr_letter(89, out)] = '\0';
    assert_string_equal(out, "\xc2\xa1");
    out[kr_letter(101, out)] = '\0';
    assert_string_equal(out, "\xc2\xae"); /* the soft hyphen is left out */
    out[kr_letter(182, out)] = '\0';
    assert_string_equal(out, "\xc3\xbf");
    out[kr_letter(183, out)] = '\0';
    assert_string_equal(out, "\xc4\x80");
    out[kr_letter(183 + 0xd800 - 0x100, out)] = '\0';
    assert_string_equal(out, "\xee\x80\x80");
    out[kr_letter_pair(184, out)] = '\0';
    assert_string_equal(out, "BB");
    assert_int_equal(kr_letter(2000000, out), 4);
}

static void dummies(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "2", 3);
    trees(&t,
          KT_SET("sourceModel", "s", "",
                 KT_BRANCH("b1", "a.xml", "0.25") KT_BRANCH("b2", "b.xml", "0.75"))
              KT_SET("bGRRelative", "u", "applyToBranches='b1'",
                     KT_BRANCH("x1", "0.1", "0.5") KT_BRANCH("x2", "-0.1", "0.5"))
                  KT_SET("maxMagGRRelative", "v", "",
                         KT_BRANCH("y1", "0.1", "0.5") KT_BRANCH("y2", "0.2", "0.5")),
          one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(paths_of(t.tree), "b1~x1~y1 AAAA\nb1~x1~y2 AAAB\nb1~x2~y1 AABA\n"
                                          "b1~x2~y2 AABB\nb2~.~y1 AB.A\nb2~.~y2 AB.B\n");
    assert_string_equal(components_of(t.tree), "1;0\n1;1\n1;2\n1;3\n2\n");
    assert_non_null(strstr(t.log, "the branch set 'v' comes after one"));
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    assert_string_equal(components_of(t.tree), "1;0\n1;1\n1;2\n1;3\n2;0\n2;1\n");
    kt_tree_end(&t);
}

/* Sets for one branch after the other: the reference forgets the branch that neither names. */
static void dummies_again(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "2", 3);
    one_source(&t, "c.xml", "3", 3);
    trees(&t,
          KT_SET("sourceModel", "s", "",
                 KT_BRANCH("b1", "a.xml", "0.3") KT_BRANCH("b2", "b.xml", "0.5")
                     KT_BRANCH("b3", "c.xml", "0.2"))
              KT_SET("bGRRelative", "u", "applyToBranches='b1'",
                     KT_BRANCH("x1", "0.1", "0.5") KT_BRANCH("x2", "-0.1", "0.5"))
                  KT_SET("bGRRelative", "v", "applyToBranches='b2'",
                         KT_BRANCH("y1", "0.1", "0.5") KT_BRANCH("y2", "-0.1", "0.5"))
                      KT_SET("maxMagGRRelative", "w", "",
                             KT_BRANCH("z1", "0.1", "0.5") KT_BRANCH("z2", "-0.1", "0.5")),
          one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(paths_of(t.tree),
                        "b1~x1~.~z1 AAA.A\nb1~x1~.~z2 AAA.B\nb1~x2~.~z1 AAB.A\nb1~x2~.~z2 AAB.B\n"
                        "b2~y1~z1 ABAA\nb2~y1~z2 ABAB\nb2~y2~z1 ABBA\nb2~y2~z2 ABBB\nb3~. AC.\n");
    assert_non_null(strstr(t.log, "leaves out branches that an earlier"));
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    assert_int_equal(t.tree->npaths, 10);
    assert_string_equal(kt_path_at(t.tree, 9)->path, "b3~.~.~z2");
    kt_tree_end(&t);
}

static void extend(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "2", 3);
    one_source(&t, "e.xml", "3", 3);
    trees(&t,
          KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1"))
              KT_SET("bGRRelative", "u", "", KT_BRANCH("x1", "0.1", "1"))
                  KT_SET("extendModel", "v", "",
                         KT_BRANCH("e1", "b.xml", "0.5") KT_BRANCH("e2", "e.xml", "0.5")),
          one_gsim);
    kt_fails(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21), KR_EINPUT,
             "must come right after the sourceModel set");
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    assert_string_equal(components_of(t.tree), "2\n1\n3\n");
    kt_tree_end(&t);
}

/* An id with two contents is renamed before uncertainties are applied, so that they miss it. */
static void renamed(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "1", 4);
    trees(&t,
          KT_SET("sourceModel", "s", "",
                 KT_BRANCH("b1", "a.xml", "0.25") KT_BRANCH("b2", "b.xml", "0.75"))
              KT_SET("maxMagGRAbsolute", "u", "applyToSources='1' applyToBranches='b1 b2'",
                     KT_BRANCH("x1", "7", "0.5") KT_BRANCH("x2", "7.5", "0.5")),
          one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(components_of(t.tree), "1!b1\n1!b2\n");
    assert_string_equal(t.tree->components[0].sources[0].base_id, "1");
    assert_int_equal(t.tree->nduplicate_ids, 1);
    assert_non_null(strstr(t.log, "is not applied to the source '1'"));
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    assert_string_equal(components_of(t.tree), "1;0\n1;1\n1;2\n1;3\n");
    kt_tree_end(&t);
}

/* The same content in two files is one source; values that change nothing make no variant. */
static void shared(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "1", 3);
    trees(&t,
          KT_SET("sourceModel", "s", "",
                 KT_BRANCH("b1", "a.xml", "0.25") KT_BRANCH("b2", "b.xml", "0.75"))
              KT_SET("maxMagGRAbsolute", "u", "applyToSources='1' applyToBranches='b1 b2'",
                     KT_BRANCH("x1", "6.5", "0.5") KT_BRANCH("x2", "6.50", "0.5")),
          one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(components_of(t.tree), "1\n");
    assert_int_equal(t.tree->components[0].sources[0].shared_by, 4);
    assert_int_equal(t.tree->nrlzs, 4);
    assert_int_equal(t.tree->nrates, 1);
    kt_tree_end(&t);
}

/* The same source twice in one branch counts twice, as in the reference. */
static void twice(void **state)
{
    kt_tree t;
    uint32_t rates[4];

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "1", 3);
    trees(&t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml b.xml", "1")), one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(components_of(t.tree), "1\n");
    assert_int_equal(kt_rates(t.tree, 0, rates), 2);
    assert_int_equal(rates[0], rates[1]);
    assert_non_null(strstr(t.log, "both count"));
    kt_tree_end(&t);
}

static void reductions(void **state)
{
    kt_tree t;
    const char *ids[] = {"1", "2"}, *trts[] = {KT_ASC, KT_SCC};
    const double a[] = {3, 3};
    char name[64];

    (void)state;
    kt_tree_begin(&t);
    add_file(&t, "a.xml", 2, ids, trts, a);
    one_source(&t, "b.xml", "3", 3);
    trees(&t, two_files,
          KT_GLT(KT_ASC, KT_BRANCH("g1", "BooreAtkinson2008", "0.5")
                             KT_BRANCH("g2", "SadighEtAl1997", "0.5"))
              KT_GLT(KT_SCC, KT_BRANCH("g3", "ToroEtAl2002", "1")));
    kt_ok(t.ctx, kt_tree_read(&t, "source_id = 2", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->ntrts, 1);
    assert_string_equal(t.tree->trts[0], KT_SCC);
    assert_int_equal(t.tree->nrlzs, 2);
    assert_string_equal(components_of(t.tree), "2\n");
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "discard_trts = " KT_SCC, KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->ntrts, 1);
    assert_string_equal(components_of(t.tree), "1\n3\n");
    kt_rlz_name(t.tree, 3, name, sizeof name);
    assert_string_equal(name, "AB~B");
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "smlt_branch = b2", KR_COMPAT_EXACT));
    assert_int_equal(t.tree->npaths, 2); /* the branch left out keeps its weight, without sources */
    assert_int_equal(kt_path_at(t.tree, 0)->ncomponents, 0);
    kt_close(kt_path_at(t.tree, 1)->weight, 0.75, 0, 0);
    kt_tree_end(&t);
}

static void gsim_texts(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    trees(
        &t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")),
        KT_GLT(
            KT_ASC,
            KT_BRANCH(
                "g1", "\n [GMPETable]\n   gmpe_table = \"x.hdf5\"\n ",
                "0.25") "<logicTreeBranch branchID='g2'><uncertaintyModel b='0.30' c='word' n='5' "
                        "t='True' l='[1, 2]'>\n  BooreAtkinson2008\n</uncertaintyModel>"
                        "<uncertaintyWeight>0.75</uncertaintyWeight></logicTreeBranch>"));
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->ngsims, 2);
    assert_string_equal(t.tree->gsims[0].uncertainty, "[GMPETable]\ngmpe_table = \"x.hdf5\"");
    assert_string_equal(t.tree->gsims[0].parts[0].name, "GMPETable");
    assert_string_equal(kr_value_get(&t.tree->gsims[0].parts[0].args, "gmpe_table")->text,
                        "x.hdf5");
    assert_string_equal(t.tree->gsims[1].uncertainty,
                        "[BooreAtkinson2008]\nb = 0.3\nc = 'word'\nn = 5\nt = true\nl = [1, 2]");
    assert_string_equal(t.tree->gsims[1].branch_id, "gB0");
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "gsim = SadighEtAl1997", KR_COMPAT_OQ_3_21));
    assert_string_equal(t.tree->trts[0], "*");
    assert_string_equal(t.tree->gsims[0].uncertainty, "[SadighEtAl1997]");
    assert_string_equal(t.tree->components[0].source_trt, KT_ASC);
    kt_tree_end(&t);
}

#define KT_IMT_BRANCH(id, value, weight, pga)                                                      \
    "<logicTreeBranch branchID='" id "'><uncertaintyModel>" value "</uncertaintyModel>"            \
    "<uncertaintyWeight>" weight "</uncertaintyWeight><uncertaintyWeight imt='PGA'>" pga           \
    "</uncertaintyWeight></logicTreeBranch>"

static void imt_weights(void **state)
{
    kt_tree t;
    const char *ids[] = {"1", "2"}, *trts[] = {KT_ASC, KT_SCC};
    const double a[] = {3, 3};

    (void)state;
    kt_tree_begin(&t);
    add_file(&t, "a.xml", 2, ids, trts, a);
    trees(&t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")),
          KT_GLT(KT_ASC, KT_IMT_BRANCH("g1", "BooreAtkinson2008", "0.5", "1")
                             KT_IMT_BRANCH("g2", "SadighEtAl1997", "0.5", "0"))
              KT_GLT(KT_SCC, KT_BRANCH("g3", "ToroEtAl2002", "0.5")
                                 KT_BRANCH("g4", "Campbell2003", "0.5")));
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->nweights, 3);
    kt_close(kr_tree_weight(t.tree, 0, 0), 0.25, 0, 0);
    kt_close(kr_tree_weight(t.tree, 0, 1), 1, 0, 0); /* the other type has no weight for PGA */
    kt_close(kr_tree_weight(t.tree, 0, 2), 0.25, 0, 0);
    kt_close(kr_tree_weight(t.tree, 2, 1), 0, 0, 0);
    assert_null(t.tree->gsims[0].zero_for_imt);
    assert_int_equal(t.tree->gsims[1].zero_for_imt[0], 1);
    assert_int_equal(t.tree->gsims[1].zero_for_imt[1], 0);
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_EXACT));
    kt_close(kr_tree_weight(t.tree, 0, 1), 0.5, 0, 0);
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "number_of_logic_tree_samples = 5", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->nweights, 1);
    assert_non_null(strstr(t.log, "cannot be sampled"));
    kt_tree_end(&t);
}

static void collapse(void **state)
{
    kt_tree t;
    const char *ids[] = {"1", "2"}, *trts[] = {KT_ASC, KT_SCC};
    const double a[] = {3, 3};

    (void)state;
    kt_tree_begin(&t);
    add_file(&t, "a.xml", 2, ids, trts, a);
    trees(&t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")),
          KT_SET("gmpeModel", "A", "applyToTectonicRegionType='" KT_ASC "'",
                 KT_BRANCH("g1", "BooreAtkinson2008", "0.25")
                     KT_BRANCH("g2", "SadighEtAl1997", "0.75"))
              KT_GLT(KT_SCC, KT_BRANCH("g3", "ToroEtAl2002", "0.5")
                                 KT_BRANCH("g4", "Campbell2003", "0.5")));
    kt_ok(t.ctx, kt_tree_read(&t, "collapse_gsim_logic_tree = A", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->ngsims, 2); /* and the reference drops all but the last of the other */
    assert_int_equal(t.tree->gsims[0].nparts, 2);
    kt_close(t.tree->gsims[0].parts[1].weight, 0.75, 0, 0);
    assert_string_equal(t.tree->gsims[0].parts[1].name, "SadighEtAl1997");
    assert_string_equal(t.tree->gsims[1].parts[0].name, "Campbell2003");
    kt_close(kr_tree_weight(t.tree, 0, 0), 1, 0, 0);
    assert_non_null(strstr(t.log, "drops all but the last branch"));
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "collapse_gsim_logic_tree = A", KR_COMPAT_EXACT));
    assert_int_equal(t.tree->ngsims, 3);
    kt_tree_end(&t);
}

static void average_by_hand(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    trees(&t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")),
          KT_GLT(KT_ASC, KT_BRANCH("g1",
                                   "[AvgPoeGMPE]\nb1.BooreAtkinson2008.weight = 0.2\n"
                                   "b2.SadighEtAl1997.weight = 0.8\nb2.SadighEtAl1997.x = 1",
                                   "1")));
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->gsims[0].nparts, 1); /* the model knows its parts */
    assert_string_equal(t.tree->gsims[0].parts[0].name, "AvgPoeGMPE");
    assert_int_equal(t.tree->gsims[0].parts[0].args.n, 2);
    assert_string_equal(t.tree->gsims[0].parts[0].args.keys[1], "b2");
    kt_tree_end(&t);
}

/* A mutually exclusive group stays one component, whatever its sources share; with disagg_by_src
 * the others split. */
static void atomic(void **state)
{
    kt_tree t;
    char x[2048], y[2048], text[8192], z[2048];

    (void)state;
    kt_tree_begin(&t);
    kt_source(x, sizeof x, "m:0", KT_ASC, 3);
    kt_source(y, sizeof y, "m:1", KT_ASC, 3);
    kt_source(z, sizeof z, "z", KT_ASC, 3);
    snprintf(
        text, sizeof text,
        "<sourceGroup name='m' tectonicRegion='" KT_ASC "' src_interdep='mutex' "
        "srcs_weights='0.5 0.5'>%s%s</sourceGroup><sourceGroup name='g' tectonicRegion='" KT_ASC
        "'>%s",
        x, y, z);
    kt_source(z, sizeof z, "a:1", KT_ASC, 3);
    snprintf(text + strlen(text), sizeof text - strlen(text), "%s</sourceGroup>", z);
    kt_tree_file(&t, "a.xml", "sourceModel", text);
    trees(&t,
          KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")) KT_SET(
              "bGRRelative", "u", "", KT_BRANCH("x1", "0.1", "0.5") KT_BRANCH("x2", "-0.1", "0.5")),
          one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21));
    assert_string_equal(components_of(t.tree), "a:1;0 z;0\na:1;1 z;1\nm:0;0 m:1;0\nm:0;1 m:1;1\n");
    assert_non_null(t.tree->components[2].group);
    assert_null(t.tree->components[1].group);
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "disagg_by_src = true", KR_COMPAT_OQ_3_21));
    assert_string_equal(components_of(t.tree),
                        "a:1;0\nz;0\na:1;1\nz;1\nm:0;0 m:1;0\nm:0;1 m:1;1\n");
    assert_int_equal(t.tree->nbase_ids, 3);
    assert_string_equal(t.tree->base_ids[0], "a");
    assert_int_equal(t.tree->components[5].base_source, 1);
    kt_tree_end(&t);
}

static void equivalent_distance(void **state)
{
    kt_tree t;
    const kr_source *source;

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    kt_write_text(kt_path(t.dir, "x.hdf5"), "");
    trees(&t, KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")), one_gsim);
    kt_ok(t.ctx, kt_tree_read(&t, "reqv_file = {'" KT_ASC "': 'x.hdf5'}", KR_COMPAT_OQ_3_21));
    source = t.tree->components[0].sources[0].source;
    assert_int_equal(source->nplanes, 1);
    kt_close(source->planes[0].strike, 30, 1e-14, 0);
    kt_close(source->planes[0].dip, 70, 1e-14, 0);
    kt_close(source->planes[0].rake, 45, 1e-14, 0);
    assert_int_equal(source->ndepths, 1);
    kt_close(source->depths[0].depth_km, 6, 1e-14, 0);
    assert_string_equal(source->msr.name, "PointMSR");
    kt_tree_end(&t);
}

/* A tree of one source and 60 sets of two branches: 2^60 paths. */
static void long_tree(kt_tree *t, const char *filter)
{
    char text[32768];
    size_t n;

    kt_tree_begin(t);
    one_source(t, "a.xml", "1", 3);
    n = (size_t)snprintf(text, sizeof text,
                         KT_SET("sourceModel", "s", "", KT_BRANCH("b1", "a.xml", "1")));
    for (int i = 0; i < 60; i++)
        n += (size_t)snprintf(
            text + n, sizeof text - n,
            "<logicTreeBranchSet uncertaintyType='%s' branchSetID='u%d'>"
            "<logicTreeBranch branchID='x%d'><uncertaintyModel>0.001</uncertaintyModel>"
            "<uncertaintyWeight>0.5</uncertaintyWeight></logicTreeBranch>"
            "<logicTreeBranch branchID='y%d'><uncertaintyModel>-0.001</uncertaintyModel>"
            "<uncertaintyWeight>0.5</uncertaintyWeight></logicTreeBranch></logicTreeBranchSet>",
            filter, i, i, i);
    trees(t, text, one_gsim);
}

/* A source that 60 sets change has too many variants: refused, unless sampled. */
static void too_many(void **state)
{
    kt_tree t;

    (void)state;
    long_tree(&t, "bGRRelative");
    kt_fails(t.ctx, kt_tree_read(&t, "", KR_COMPAT_OQ_3_21), KR_EINPUT, "variants of the source");
    kt_tree_forget(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "number_of_logic_tree_samples = 20", KR_COMPAT_OQ_3_21));
    assert_int_equal(t.tree->nrlzs, 20);
    assert_in_range(t.tree->ncomponents, 5, 20); /* some sums of changes are equal */
    kt_tree_end(&t);
}

static kr_status read_again(kr_ctx *ctx, void *user)
{
    const kt_tree *t = user;
    kr_model *model = NULL;
    kr_tree *tree = NULL;
    kr_status s = kr_model_create(ctx, &model);

    if (s == KR_OK)
        s = kr_tree_read(ctx, t->job, model, &tree);
    kr_tree_destroy(&tree);
    kr_model_destroy(&model);
    return s;
}

static void failing_allocations(void **state)
{
    kt_tree t;
    static const char *const jobs[] = {"disagg_by_src = true",
                                       "number_of_logic_tree_samples = 3\nsampling_method = "
                                       "late_latin",
                                       "collapse_gsim_logic_tree = g-" KT_ASC};

    (void)state;
    kt_tree_begin(&t);
    one_source(&t, "a.xml", "1", 3);
    one_source(&t, "b.xml", "1", 4);
    trees(&t,
          KT_SET("sourceModel", "s", "",
                 KT_BRANCH("b1", "a.xml", "0.25") KT_BRANCH("b2", "b.xml", "0.75"))
              KT_SET("bGRRelative", "u", "applyToBranches='b1'",
                     KT_BRANCH("x1", "0.1", "0.5") KT_BRANCH("x2", "-0.1", "0.5"))
                  KT_SET("maxMagGRAbsolute", "v", "applyToSources='1' applyToBranches='x1 x2'",
                         KT_BRANCH("y1", "7", "1")),
          KT_GLT(KT_ASC, KT_BRANCH("g1", "BooreAtkinson2008", "0.25")
                             KT_BRANCH("g2", "SadighEtAl1997", "0.75")));
    for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++) {
        kt_ok(t.ctx, kt_tree_read(&t, jobs[i], KR_COMPAT_OQ_3_21));
        assert_true(kt_fail_each_allocation(read_again, &t) > 30);
        kt_tree_forget(&t);
    }
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(letters),       cmocka_unit_test(dummies),
        cmocka_unit_test(dummies_again), cmocka_unit_test(extend),
        cmocka_unit_test(renamed),       cmocka_unit_test(shared),
        cmocka_unit_test(twice),         cmocka_unit_test(reductions),
        cmocka_unit_test(gsim_texts),    cmocka_unit_test(imt_weights),
        cmocka_unit_test(collapse),      cmocka_unit_test(average_by_hand),
        cmocka_unit_test(atomic),        cmocka_unit_test(equivalent_distance),
        cmocka_unit_test(too_many),      cmocka_unit_test(failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
