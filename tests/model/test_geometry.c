/* Geometry of faults: what is read from NRML, what is said of wrong elements, digests. */
#include "model/fault_text.h"
#include "model/geometry_read.h"

typedef struct setting {
    char *dir;
    kr_ctx *ctx;
    kr_job job;
    kr_arena arena;
    kr_source_reader reader;
} setting;

static void begin(setting *t)
{
    memset(t, 0, sizeof *t);
    t->dir = kt_dir_create();
    t->ctx = kt_ctx();
    t->job = ft_job();
    kr_arena_init(&t->arena, t->ctx, KR_ACCOUNT_MODEL);
    t->reader = (kr_source_reader){.ctx = t->ctx, .job = &t->job, .arena = &t->arena};
    kr_arena_init(&t->reader.scratch, t->ctx, KR_ACCOUNT_READING);
}

static void end(setting *t)
{
    kr_arena_clear(&t->reader.scratch);
    kr_arena_clear(&t->arena);
    kt_ctx_end(&t->ctx);
    kt_dir_remove(&t->dir);
}

/* The elements inside <surface>, which is on line 2. */
static kr_status read(setting *t, const char *inside, kr_geometry **out, size_t *n)
{
    size_t size = strlen(inside) + 256;
    char *text = malloc(size);
    kr_node *root = NULL;
    const char *path = kt_path(t->dir, "surface.xml");

    (void)snprintf(text, size,
                   "<nrml xmlns='http://openquake.org/xmlns/nrml/0.5' "
                   "xmlns:gml='http://www.opengis.net/gml'>\n<surface>\n%s</surface></nrml>\n",
                   inside);
    kt_write_text(path, text);
    free(text);
    kt_ok(t->ctx, kr_xml_load(t->ctx, path, &t->arena, &root));
    return kr_geometries_read(&t->reader, kr_node_child(root, "surface"), out, n);
}

static kr_geometry *read_ok(setting *t, const char *inside, size_t want)
{
    kr_geometry *list = NULL;
    size_t n = 0;
    kt_ok(t->ctx, read(t, inside, &list, &n));
    assert_int_equal(n, want);
    return list;
}

static void same_point(kr_point3 p, double lon, double lat, double depth)
{
    kt_same(p.lon, lon);
    kt_same(p.lat, lat);
    kt_same(p.depth, depth);
}

static void test_simple(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    kr_geometry *g = read_ok(&t, FT_SIMPLE_GEOMETRY, 1);
    assert_int_equal(g->kind, KR_GEOMETRY_SIMPLE);
    assert_int_equal(g->nlines, 1);
    assert_int_equal(g->lines[0].n, 3); /* the third is 80 cm from the second */
    same_point(g->lines[0].p[0], 10, 45, 0);
    same_point(g->lines[0].p[1], 10, 45.2, 0);
    same_point(g->lines[0].p[2], 10.1, 45.3, 0);
    kt_same(g->dip, 60);
    kt_same(g->upper_km, 1);
    kt_same(g->lower_km, 12.5);
    kt_same(g->spacing_km, 2);
    assert_true(isnan(g->profile_km));
    assert_int_equal(g->line, 3);
    end(&t);
}

static void test_edges_and_profiles(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    kr_geometry *g = read_ok(&t, FT_COMPLEX_GEOMETRY, 1);
    assert_int_equal(g->nlines, 3);
    same_point(g->lines[0].p[0], 0, 0, 1.000001); /* depths are not rounded */
    same_point(g->lines[0].p[1], 0, 1, 1.5);
    same_point(g->lines[1].p[1], 0.1, 1, 5);
    assert_int_equal(g->lines[2].n, 3);
    kt_same(g->spacing_km, 4);
    assert_true(isnan(g->dip) && isnan(g->profile_km));
    g = read_ok(&t, FT_KITE FT_KITE, 2);
    assert_int_equal(g[1].kind, KR_GEOMETRY_KITE);
    assert_int_equal(g[1].nlines, 2);
    same_point(g[1].lines[1].p[0], 0, 1, -1.5);
    kt_same(g[1].spacing_km, 2);
    kt_same(g[1].profile_km, 2);
    assert_true(kr_hash_equal(g[0].digest, g[1].digest));
    assert_int_equal(g[1].line, 9);
    end(&t);
}

static void test_corners_and_nodes(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    kr_geometry *g = read_ok(&t, FT_PLANAR("-1", "1.000004"), 1);
    assert_int_equal(g->nlines, 1);
    assert_int_equal(g->lines[0].n, 4);
    same_point(g->lines[0].p[1], 1, 1, 0);
    same_point(g->lines[0].p[2], 1, -1, 21.5); /* bottom left before bottom right */
    same_point(g->lines[0].p[3], 1, 1, 21.5);
    assert_true(isnan(g->spacing_km));
    g = read_ok(&t, FT_GRIDDED, 1);
    assert_int_equal(g->lines[0].n, 3); /* repeated nodes stay */
    same_point(g->lines[0].p[2], 1, 0, 6);
    end(&t);
}

/* Every change of what is read changes the digest; the place in the file does not. */
static void test_digest(void **state)
{
    (void)state;
    static const char *const changes[][2] = {
        {"10.1 45.3", "10.1 45.30001"}, {">60<", ">61<"}, {">1<", ">1.5<"}, {">12.5<", ">12<"}};
    setting t;
    begin(&t);
    kr_hash128 simple = read_ok(&t, FT_SIMPLE_GEOMETRY, 1)->digest;
    assert_true(kr_hash_equal(simple, read_ok(&t, "\n\n" FT_SIMPLE_GEOMETRY, 1)->digest));
    for (size_t i = 0; i < 4; i++) {
        char *text = nt_replace(FT_SIMPLE_GEOMETRY, changes[i][0], changes[i][1]);
        assert_false(kr_hash_equal(simple, read_ok(&t, text, 1)->digest));
        free(text);
    }
    kr_hash128 kite = read_ok(&t, FT_KITE, 1)->digest;
    t.job.rupture_mesh_spacing_km = 2.5;
    assert_false(kr_hash_equal(simple, read_ok(&t, FT_SIMPLE_GEOMETRY, 1)->digest));
    assert_false(kr_hash_equal(kite, read_ok(&t, FT_KITE, 1)->digest));
    end(&t);
}

typedef struct wrong {
    const char *text, *what, *with, *says;
} wrong;

static void test_wrong(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {FT_SIMPLE_GEOMETRY, NULL, "<pointGeometry/>", "3: <pointGeometry> is no geometry"},
        {FT_SIMPLE_GEOMETRY, FT_SIMPLE_GEOMETRY, "", "2: <surface> is empty"},
        {FT_SIMPLE_GEOMETRY, "10.1 45.3", "10.1", "4: <posList> holds 7 numbers; pairs"},
        {FT_SIMPLE_GEOMETRY, "10.1 45.3", "nan 45.3", "4: number 7 of <posList> is not finite"},
        {FT_SIMPLE_GEOMETRY, "10.1 45.3", "10.1 95", "4: latitude 95"},
        {FT_SIMPLE_GEOMETRY, "10.1 45.3", "10.1 x", "4: "},
        {FT_SIMPLE_GEOMETRY, "10.0000001 45.2 10.00001 45.2 10.1 45.3", "", "4: the line of"},
        {FT_SIMPLE_GEOMETRY, "10 45.000004 10.0000001 45.2 10.00001 45.2 10.1 45.3", "",
         "4: <posList> holds 0"},
        {FT_SIMPLE_GEOMETRY, "<dip>60</dip>", "", "3: <simpleFaultGeometry> has no"},
        {FT_SIMPLE_GEOMETRY, ">60<", "><", "5: <dip> holds ''"},
        {FT_COMPLEX_GEOMETRY, "0.1 1 5", "0.1 1", "6: <posList> holds 5 numbers; triples"},
        {FT_COMPLEX_GEOMETRY, "0.1 1 5", "0.1 1 -9", "6: depth -9 km of <posList> is out of range"},
        {FT_COMPLEX_GEOMETRY, "0.1 1 5", "0.1 1 7000", "6: depth 7000"},
        {FT_COMPLEX_GEOMETRY, "0.1 1 5", "0.1 1 nan", "6: number 6 of <posList> is not finite"},
        {FT_COMPLEX_GEOMETRY, "0.1 1 5", "0.1 0 5",
         "6: the line of <intermediateEdge> has 1 point; at least"},
        {FT_KITE, "<profile>" FT_LINE("0 0 0 0.1 0 10") "</profile>", "<profile/>",
         "4: <profile> has no"},
        {FT_KITE, NULL, FT_GRIDDED, "4: <kiteSurface> beside <griddedSurface> of line 3"},
        {FT_PLANAR("-1", "1.000004"), "strike='0'", "strike='361'",
         "3: strike 361 of <planarSurface>"},
        {FT_PLANAR("-1", "1.000004"), "dip='90'", "dip='90.1'", "3: dip 90.1 of <planarSurface>"},
        {FT_PLANAR("-1", "1.000004"), "<bottomLeft", "<bottom", "3: <planarSurface> has no"},
        {FT_PLANAR("-1", "1.000004"), "lat='1.000004'", "", "5: <topRight> has no attribute 'lat'"},
        {FT_PLANAR("-1", "1.000004"), "lon='1'", "lon='200'", "4: longitude 200"},
        {FT_PLANAR("-1", "1.000004"), "depth='0'", "depth='1'",
         "3: planarSurface: the ends of the top"},
        {FT_PLANAR("-1", "1.000004"), "lat='1.000004' depth='21.5'", "lat='1' depth='21'",
         "3: planarSurface: the ends of the top"},
        {FT_GRIDDED, "1 0 6", "1 0", "3: <posList> holds 8 numbers"},
        {FT_GRIDDED, "<gml:posList>0 0 5 0 0 5 1 0 6</gml:posList>", "",
         "3: <griddedSurface> has no"},
    };
    setting t;
    begin(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = nt_replace(rows[i].text, rows[i].what, rows[i].with), says[200];
        kr_geometry *list = NULL;
        size_t n = 0;
        (void)snprintf(says, sizeof says, "surface.xml:%s", rows[i].says);
        kt_fails(t.ctx, read(&t, text, &list, &n), KR_EINPUT, says);
        free(text);
    }
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),
        cmocka_unit_test(test_edges_and_profiles),
        cmocka_unit_test(test_corners_and_nodes),
        cmocka_unit_test(test_digest),
        cmocka_unit_test(test_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
