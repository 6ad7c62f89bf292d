/* Changes of faults in trees: what is read, what each variant is, and that it exists once. */
#include "model/fault_text.h"
#include "tree/make.h"

#define BASE KT_SET("sourceModel", "base", "", KT_BRANCH("b", "faults.xml", "1"))
#define GEOMETRY(before, spacing, text)                                                            \
    "<" before " spacing='" spacing "'>\n" text "</" before ">\n"
#define TRACE(upper)                                                                               \
    GEOMETRY("simpleFaultGeometry", "1.5",                                                         \
             FT_LINE("10 45 10 45.3") "<dip>70</dip><upperSeismoDepth>" upper                      \
                                      "</upperSeismoDepth><lowerSeismoDepth>9</lowerSeismoDepth>")
#define EDGES(lower)                                                                               \
    GEOMETRY("complexFaultGeometry", "3",                                                          \
             "<faultTopEdge>" FT_LINE("0 0 1 0 1 1") "</faultTopEdge>\n<faultBottomEdge>" FT_LINE( \
                 "0.2 0 " lower " 0.2 1 " lower) "</faultBottomEdge>\n")
#define PLANE                                                                                      \
    GEOMETRY("planarSurface", "4",                                                                 \
             FT_CORNER("topLeft", "1", "-1", "0") FT_CORNER("topRight", "1", "1", "0")             \
                 FT_CORNER("bottomLeft", "1", "-1", "20")                                          \
                     FT_CORNER("bottomRight", "1", "1", "20"))
#define SURFACE(parts)         "<surface>\n" parts "</surface>\n"
#define SLIP(rate)             "<faultActivityData slipRate='" rate "' rigidity='32' constant_term='9.05'/>"
#define ON(id)                 "applyToSources='" id "'"
#define TWO(id, first, second) KT_BRANCH(id "1", first, "0.4") KT_BRANCH(id "2", second, "0.6")

static kr_status read(kt_tree *t, const char *sets)
{
    kt_tree_forget(t);
    kt_tree_file(t, "faults.xml", "sourceModel",
                 "<sourceGroup tectonicRegion='" KT_ASC
                 "'>\n" FT_SIMPLE FT_COMPLEX FT_CHARACTERISTIC(
                     FT_PLANAR("-1", "0") FT_PLANAR("0", "1")) "</sourceGroup>\n");
    kt_tree_file(t, "glt.xml", "logicTree",
                 KT_GLT(KT_ASC, KT_BRANCH("g", "BooreAtkinson2008", "1")));
    kt_tree_file(t, "smlt.xml", "logicTree", sets);
    return kt_tree_read(t, "rupture_mesh_spacing = 2\ncomplex_fault_mesh_spacing = 4",
                        KR_COMPAT_OQ_3_21);
}

/* The variant number `which` of the source, in the order of the tree; NULL if there are fewer. */
static const kr_source *variant(const kt_tree *t, const char *id, size_t which)
{
    for (size_t c = 0; c < t->tree->ncomponents; c++) {
        const kr_component *component = &t->tree->components[c];
        for (size_t i = 0; i < component->nsources; i++)
            if (strcmp(component->sources[i].source->id, id) == 0 && which-- == 0)
                return component->sources[i].source;
    }
    return NULL;
}

/* Three sets of two branches: 8 paths, but two variants of each source. */
static void test_variants(void **state)
{
    (void)state;
    kt_tree t;
    kt_tree_begin(&t);
    kt_ok(t.ctx,
          read(&t, BASE KT_SET("simpleFaultGeometryAbsolute", "sets", ON("s"),
                               TWO("s", TRACE("0"), TRACE("2")))
                       KT_SET("complexFaultGeometryAbsolute", "setc", ON("c"),
                              TWO("c", EDGES("15"), EDGES("20")))
                           KT_SET("characteristicFaultGeometryAbsolute", "setx", ON("x"),
                                  TWO("x", SURFACE(TRACE("1")), SURFACE(PLANE EDGES("9"))))));
    assert_int_equal(t.tree->npaths, 8);
    const kr_source *s = variant(&t, "s", 0), *other = variant(&t, "s", 1);
    assert_null(variant(&t, "s", 2));
    kt_same(s->geometries->spacing_km, 1.5);
    kt_same(s->geometries->dip, 70);
    kt_same(s->geometries->upper_km + other->geometries->upper_km, 2);
    assert_ptr_equal(s->mfds, other->mfds);
    s = variant(&t, "c", 0);
    assert_null(variant(&t, "c", 2));
    assert_int_equal(s->geometries->nlines, 2);
    kt_same(s->geometries->spacing_km, 3);
    s = variant(&t, "x", 0);
    other = variant(&t, "x", 1);
    assert_null(variant(&t, "x", 2));
    assert_int_equal(s->ngeometries + other->ngeometries, 3);
    other = s->ngeometries == 2 ? s : other;
    assert_int_equal(other->geometries[0].kind, KR_GEOMETRY_PLANAR);
    assert_int_equal(other->geometries[1].kind, KR_GEOMETRY_COMPLEX);
    kt_same(other->geometries[1].spacing_km, 3);
    kt_tree_end(&t);
}

/* Changes of one source one after the other; equal results are one variant. */
static void test_stacked(void **state)
{
    (void)state;
    kt_tree t;
    kt_tree_begin(&t);
    kt_ok(t.ctx,
          read(&t,
               BASE KT_SET("simpleFaultDipRelative", "d", ON("s"), TWO("d", "-10", "20")) KT_SET(
                   "simpleFaultDipAbsolute", "a", ON("s"), KT_BRANCH("a1", "55", "1"))
                   KT_SET("setLowerSeismDepthAbsolute", "l", ON("s"), TWO("l", "12.5", "14"))
                       KT_SET("setMSRAbsolute", "m", ON("s"), TWO("m", "Leonard2014_SCR", "WC1994"))
                           KT_SET("truncatedGRFromSlipAbsolute", "g", ON("s"),
                                  KT_BRANCH("g1", SLIP("3"), "1"))
                               KT_SET("recomputeMmax", "r", ON("s"), KT_BRANCH("r1", "0.5", "1"))));
    assert_int_equal(t.tree->npaths, 8);
    assert_non_null(variant(&t, "s", 3));
    assert_null(variant(&t, "s", 4)); /* two depths by two relationships */
    assert_null(variant(&t, "c", 1));
    for (size_t i = 0; i < 4; i++) {
        const kr_source *s = variant(&t, "s", i);
        kt_same(s->geometries->dip, 55);
        assert_true(s->mfds->max_mag < 7 && s->mfds->a < 4);
    }
    kt_tree_end(&t);
}

/* The value stands on line 8 of the tree. */
static void test_wrong(void **state)
{
    (void)state;
    static const struct {
        const char *type, *filter, *value, *says;
    } rows[] = {
        {"simpleFaultGeometryAbsolute", ON("s"), "<trace/>",
         "smlt.xml:8: <uncertaintyModel> has no <simpleFaultGeometry>"},
        {"simpleFaultGeometryAbsolute", ON("s"), FT_SIMPLE_GEOMETRY,
         "smlt.xml:8: <simpleFaultGeometry> has no attribute 'spacing'"},
        {"complexFaultGeometryAbsolute", ON("c"), EDGES("x"), "smlt.xml:11: "},
        {"complexFaultGeometryAbsolute", ON("c"),
         GEOMETRY(
             "complexFaultGeometry", "3",
             "<faultTopEdge>" FT_LINE("0 0 1 0 1 1") "</faultTopEdge>\n<faultBottomEdge>" FT_LINE(
                 "0.2 1 9 0.2 0 9") "</faultBottomEdge>\n"),
         "smlt.xml:8: complexFaultGeometry: the points of the edges are not in the right order"},
        {"complexFaultGeometryAbsolute", ON("s"), EDGES("9"),
         "modification set_geometry is not supported by SimpleFaultSource"},
        {"characteristicFaultGeometryAbsolute", ON("x"), SURFACE(""),
         "smlt.xml:8: <surface> is empty"},
        {"characteristicFaultGeometryAbsolute", ON("x"), PLANE,
         "smlt.xml:8: <uncertaintyModel> has no <surface>"},
        {"characteristicFaultGeometryAbsolute", ON("x"), SURFACE(FT_GRIDDED),
         "smlt.xml:9: <griddedSurface> in the value of characteristicFaultGeometryAbsolute"},
        {"characteristicFaultGeometryAbsolute", ON("x"),
         SURFACE(GEOMETRY("planarSurface", "0", "")), "smlt.xml:9: <planarSurface> has no"},
        {"truncatedGRFromSlipAbsolute", ON("s"), "3", "smlt.xml:8: <uncertaintyModel> has no"},
        {"truncatedGRFromSlipAbsolute", ON("s"), SLIP("-1"), "smlt.xml:8: slipRate=-1"},
        {"truncatedGRFromSlipAbsolute", ON("s"), SLIP("0"), "smlt.xml:8: a value -inf"},
        {"truncatedGRFromSlipAbsolute", ON("s"), SLIP("fast"), "smlt.xml:8: slipRate='fast'"},
        {"setLowerSeismDepthAbsolute", ON("s"), "0.5",
         "smlt.xml:8: simpleFaultGeometry: the lower"},
        {"simpleFaultDipRelative", "", "1", "smlt.xml:7: "},
        {"simpleFaultDipAbsolute", ON("s"), "91", "smlt.xml:8: simpleFaultGeometry: the dip"},
        {"recomputeMmax", "", "1", "recompute_mmax is not supported by ComplexFaultSource"},
    };
    kt_tree t;
    kt_tree_begin(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[8192];
        (void)snprintf(text, sizeof text,
                       BASE "<logicTreeBranchSet uncertaintyType='%s' branchSetID='s' %s>\n"
                            "<logicTreeBranch branchID='w'><uncertaintyModel>%s</uncertaintyModel>"
                            "<uncertaintyWeight>1</uncertaintyWeight></logicTreeBranch>\n"
                            "</logicTreeBranchSet>\n",
                       rows[i].type, rows[i].filter, rows[i].value);
        kt_fails(t.ctx, read(&t, text), KR_EINPUT, rows[i].says);
    }
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variants),
        cmocka_unit_test(test_stacked),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
