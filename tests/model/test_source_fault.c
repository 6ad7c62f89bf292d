/* Sources on faults: what is read, what is said of wrong ones, digests. */
#include "model/fault_text.h"

#define DOC(source) NT_HEAD NT_GROUP source NT_TAIL
#define PLANES      FT_PLANAR("-1", "0") FT_PLANAR("0", "1")

typedef struct setting {
    char *dir;
    kr_ctx *ctx;
    kr_job job;
    kr_model *model;
    int warnings;
} setting;

static void count_warnings(void *user, kr_log_level level, const char *line)
{
    (void)line;
    *(int *)user += level == KR_LOG_WARNING;
}

static void begin(setting *t)
{
    memset(t, 0, sizeof *t);
    t->dir = kt_dir_create();
    t->ctx = kt_ctx();
    t->job = ft_job();
    kr_ctx_set_log(t->ctx, count_warnings, &t->warnings);
}

static void end(setting *t)
{
    kr_model_destroy(&t->model);
    kt_ctx_end(&t->ctx);
    kt_dir_remove(&t->dir);
}

static const kr_source *read(setting *t, const char *doc)
{
    kr_model_destroy(&t->model);
    kt_ok(t->ctx, nt_read(t->ctx, &t->job, t->dir, doc, &t->model));
    assert_int_equal(t->model->files[0].ngroups, 1);
    assert_int_equal(t->model->files[0].groups[0].nsources, 1);
    return t->model->files[0].groups[0].sources[0];
}

static const kr_source *read_changed(setting *t, const char *doc, const char *what,
                                     const char *with)
{
    char *text = nt_replace(doc, what, with);
    const kr_source *source = read(t, text);
    free(text);
    return source;
}

static void test_simple(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    const kr_source *s = read(&t, DOC(FT_SIMPLE));
    assert_int_equal(s->kind, KR_SOURCE_SIMPLE_FAULT);
    assert_string_equal(s->id, "s");
    assert_string_equal(s->trt, "Stable Shallow Crust");
    assert_string_equal(s->msr.name, "WC1994");
    kt_same(s->aspect, 2);
    kt_same(s->rake, 90);
    assert_int_equal(s->ngeometries, 1);
    kt_same(s->geometries->dip, 60);
    kt_same(s->geometries->spacing_km, 2);
    assert_int_equal(s->geometries->lines[0].n, 3);
    assert_int_equal(s->nmfds, 1);
    kt_same(s->mfds->max_mag, 7);
    assert_int_equal(s->nhypos + s->nslips, 0);
    s = read_changed(&t, DOC(FT_SIMPLE), "<rake>", FT_PLACES "<rake>");
    assert_int_equal(s->nhypos, 2);
    kt_same(s->hypos[1].along_strike, 0.75);
    kt_same(s->hypos[1].down_dip, 1);
    kt_same(s->hypos[1].weight, 0.6);
    assert_int_equal(s->nslips, 2);
    kt_same(s->slips[0].angle, 90);
    kt_same(s->slips[1].weight, 0.7);
    end(&t);
}

static void test_complex_and_kite(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    const kr_source *s = read(&t, DOC(FT_COMPLEX));
    assert_int_equal(s->kind, KR_SOURCE_COMPLEX_FAULT);
    assert_int_equal(s->geometries->nlines, 3);
    kt_same(s->geometries->spacing_km, 4);
    kt_same(s->rake, -90);
    s = read(&t, DOC(FT_KITE_SOURCE(FT_KITE)));
    assert_int_equal(s->kind, KR_SOURCE_KITE_FAULT);
    assert_int_equal(s->geometries->kind, KR_GEOMETRY_KITE);
    kt_same(s->geometries->spacing_km, 2);
    kt_same(s->geometries->profile_km, 1); /* the spacing over the aspect */
    kt_same(s->rake, -180);                /* of kites the range is not looked at closely */
    s = read(&t, DOC(FT_KITE_SOURCE(FT_SIMPLE_GEOMETRY)));
    assert_int_equal(s->geometries->kind, KR_GEOMETRY_SIMPLE);
    kt_same(s->geometries->profile_km, 1);
    end(&t);
}

static void test_characteristic(void **state)
{
    (void)state;
    static const struct {
        const char *doc;
        kr_geometry_kind kind;
        size_t n;
        int warnings;
        double spacing;
    } rows[] = {
        {DOC(FT_CHARACTERISTIC(FT_SIMPLE_GEOMETRY)), KR_GEOMETRY_SIMPLE, 1, 0, 2},
        {DOC(FT_CHARACTERISTIC(FT_COMPLEX_GEOMETRY)), KR_GEOMETRY_COMPLEX, 1, 0, 4},
        {DOC(FT_CHARACTERISTIC(FT_GRIDDED)), KR_GEOMETRY_GRIDDED, 1, 0, 0},
        {DOC(FT_CHARACTERISTIC(FT_KITE)), KR_GEOMETRY_KITE, 1, 0, 2},
        {DOC(FT_CHARACTERISTIC(FT_KITE FT_KITE)), KR_GEOMETRY_KITE, 2, 0, 2},
        {DOC(FT_CHARACTERISTIC(PLANES)), KR_GEOMETRY_PLANAR, 2, 0, 0},
        {DOC(FT_CHARACTERISTIC(FT_GRIDDED FT_GRIDDED)), KR_GEOMETRY_GRIDDED, 1, 1, 0},
    };
    setting t;
    begin(&t);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        t.warnings = 0;
        const kr_source *s = read(&t, rows[i].doc);
        assert_int_equal(s->kind, KR_SOURCE_CHARACTERISTIC);
        assert_int_equal(s->geometries->kind, rows[i].kind);
        assert_int_equal(s->ngeometries, rows[i].n);
        assert_int_equal(t.warnings, rows[i].warnings);
        if (rows[i].spacing > 0)
            kt_same(s->geometries->spacing_km, rows[i].spacing);
        assert_string_equal(s->msr.name, "");
    }
    end(&t);
}

/* NRML 0.4: a list of sources, each with its tectonic region type. */
static void test_version_04(void **state)
{
    (void)state;
    setting t;
    begin(&t);
    char *text = nt_replace(NT_HEAD FT_SIMPLE "</sourceModel>\n</nrml>\n", "nrml/0.5", "nrml/0.4");
    const kr_source *s = read_changed(&t, text, "id='s'", "id='s' tectonicRegion='Volcanic'");
    assert_string_equal(s->trt, "Volcanic");
    assert_int_equal(s->kind, KR_SOURCE_SIMPLE_FAULT);
    free(text);
    end(&t);
}

/* Whatever changes ruptures or rates changes the digest; ids and names do not. */
static void test_digest(void **state)
{
    (void)state;
    static const char *const changes[][3] = {
        {DOC(FT_SIMPLE), ">90<", ">91<"},
        {DOC(FT_SIMPLE), "10.1 45.3", "10.1 45.30001"},
        {DOC(FT_SIMPLE), ">60<", ">59<"},
        {DOC(FT_SIMPLE), "WC1994", "PeerMSR"},
        {DOC(FT_SIMPLE), ">2<", ">2.5<"},
        {DOC(FT_SIMPLE), "aValue='4'", "aValue='4.1'"},
        {DOC(FT_SIMPLE), "<rake>", FT_PLACES "<rake>"},
        {DOC(FT_SIMPLE FT_PLACES), "0.25", "0.3"},
        {DOC(FT_SIMPLE FT_PLACES), ">\n 90 <", ">\n 80 <"},
        {DOC(FT_COMPLEX), "0.2 0.5 20", "0.2 0.5 21"},
        {DOC(FT_KITE_SOURCE(FT_KITE)), "0.2 1 15", "0.2 1 15.5"},
        {DOC(FT_KITE_SOURCE(FT_SIMPLE_GEOMETRY)), ">2<", ">3<"},
        {DOC(FT_CHARACTERISTIC(PLANES)), FT_PLANAR("0", "1"), ""},
    };
    setting t;
    begin(&t);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        char *doc = nt_replace(changes[i][0], NULL, NULL), *places = strstr(doc, FT_PLACES);
        if (places) { /* they belong into the source */
            free(doc);
            doc = nt_replace(DOC(FT_SIMPLE), "<rake>", FT_PLACES "<rake>");
        }
        kr_hash128 before = read(&t, doc)->digest;
        assert_false(
            kr_hash_equal(before, read_changed(&t, doc, changes[i][1], changes[i][2])->digest));
        assert_true(kr_hash_equal(before, read_changed(&t, doc, "name='", "name='other ")->digest));
        free(doc);
    }
    end(&t);
}

typedef struct wrong {
    const char *doc, *what, *with, *says;
} wrong;

static void check(const wrong *rows, size_t n)
{
    setting t;
    begin(&t);
    for (size_t i = 0; i < n; i++) {
        char *text = nt_replace(rows[i].doc, rows[i].what, rows[i].with), says[300];
        (void)snprintf(says, sizeof says, "model.xml:%s", rows[i].says);
        kt_fails(t.ctx, nt_read(t.ctx, &t.job, t.dir, text, &t.model), KR_EINPUT, says);
        kr_model_destroy(&t.model);
        free(text);
    }
    end(&t);
}

static void test_wrong_simple(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {DOC(FT_SIMPLE), FT_SIMPLE_GEOMETRY, "", "5: <simpleFaultSource> has no"},
        {DOC(FT_SIMPLE), ">90<", ">-180<", "15: rake -180 is out of range"},
        {DOC(FT_SIMPLE), ">90<", ">180.1<", "15: rake 180.1 is out of range"},
        {DOC(FT_SIMPLE), ">90<", ">undefined<", "15: <rake> holds 'undefined'"},
        {DOC(FT_SIMPLE), "<rake>90</rake>", "", "5: <simpleFaultSource> has no"},
        {DOC(FT_SIMPLE), ">2<", ">0<", "5: ruptAspectRatio 0"},
        {DOC(FT_SIMPLE), "WC1994", "WC1993", "12: 'WC1993' is no magnitude-scaling"},
        {DOC(FT_SIMPLE), "minMag='5.5'", "minMag='4'",
         "5: simpleFaultSource 's': ruptures of magnitude 4.05 ("},
        {DOC(FT_SIMPLE), FT_GR, "", "5: simpleFaultSource 's' has no magnitude-frequency"},
        {DOC(FT_SIMPLE), "<rake>", "<hypoList/><rake>", "15: <hypoList> without <slipList>"},
        {DOC(FT_SIMPLE), "<rake>", "<slipList/><rake>", "15: <slipList> without <hypoList>"},
        {DOC(FT_SIMPLE), "<rake>", "<slipList/>\n<hypoList/><rake>", "16: <hypoList> is empty"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

static void test_wrong_places(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {NULL, "'0.4'", "'0.41'", "15: weights of <hypoList> sum to 1.01"},
        {NULL, "'0.7'", "'0.69'", "18: weights of <slipList> sum to 0.99"},
        {NULL, "'0.25'", "'1.25'", "16: alongStrike=1.25 of <hypo> is out of range"},
        {NULL, "downDip='0.5' ", "", "16: <hypo> has no attribute 'downDip'"},
        {NULL, "downDip='0.5'", "downDip='-1'", "16: downDip=-1 of <hypo> is out of range"},
        {NULL, "'0.3'", "'-0.3'", "19: weight=-0.3 of <slip> is out of range"},
        {NULL, ">\n 90 <", ">\n 361 <", "19: slip angle 361 is out of range"},
        {NULL, ">\n 90 <", "><", "19: <slip> holds ''"},
    };
    wrong with[8];
    char *doc = nt_replace(DOC(FT_SIMPLE), "<rake>", FT_PLACES "<rake>");
    for (size_t i = 0; i < 8; i++) {
        with[i] = rows[i];
        with[i].doc = doc;
    }
    check(with, 8);
    free(doc);
}

static void test_wrong_others(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {DOC(FT_COMPLEX), "<faultBottomEdge>" FT_LINE("0.2 0 20 0.2 0.5 20 0.2 1 20"),
         "<faultBottomEdge>", "11: <faultBottomEdge> has no"},
        {DOC(FT_COMPLEX), ">-90<", ">200<", "17: rake 200 is out of range"},
        {DOC(FT_KITE_SOURCE(FT_KITE)), ">-180<", ">-181<", "15: rake -181"},
        {DOC(FT_KITE_SOURCE(FT_KITE)), FT_KITE, "", "5: <kiteFaultSource> has no"},
        {DOC(FT_CHARACTERISTIC(PLANES)), "<surface>\n" PLANES "</surface>", "",
         "5: <characteristicFaultSource> has no"},
        {DOC(FT_CHARACTERISTIC(PLANES)), PLANES, "", "8: <surface> is empty"},
        {DOC(FT_CHARACTERISTIC(PLANES)), FT_PLANAR("0", "1"), FT_GRIDDED,
         "15: <griddedSurface> beside <planarSurface> of line 9"},
        {DOC(FT_CHARACTERISTIC(PLANES)), "lat='0' depth='0'", "lat='0' depth='2'",
         "9: planarSurface: the ends of the top"},
    };
    check(rows, sizeof rows / sizeof rows[0]);
}

/* A job without mesh spacing. */
static void test_no_spacing(void **state)
{
    (void)state;
    static const char *const docs[] = {DOC(FT_SIMPLE), DOC(FT_COMPLEX),
                                       DOC(FT_KITE_SOURCE(FT_KITE))};
    setting t;
    begin(&t);
    t.job.rupture_mesh_spacing_km = t.job.complex_fault_mesh_spacing_km = 0;
    for (size_t i = 0; i < 3; i++) {
        kt_fails(t.ctx, nt_read(t.ctx, &t.job, t.dir, docs[i], &t.model), KR_EINPUT,
                 "the rupture mesh spacing must be above 0 km");
        kr_model_destroy(&t.model);
    }
    end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_simple),         cmocka_unit_test(test_complex_and_kite),
        cmocka_unit_test(test_characteristic), cmocka_unit_test(test_version_04),
        cmocka_unit_test(test_digest),         cmocka_unit_test(test_wrong_simple),
        cmocka_unit_test(test_wrong_places),   cmocka_unit_test(test_wrong_others),
        cmocka_unit_test(test_no_spacing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
