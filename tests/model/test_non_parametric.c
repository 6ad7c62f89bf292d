/* Sources whose ruptures are given one by one, from XML and from HDF5. */
#include "model/nrml_text.h"

#include "base/h5.h"

#define NP_HEAD                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n"                                                     \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"                                               \
    "<sourceModel name='test' investigation_time='1'>\n" NT_GROUP
#define NP_MARK(probs, mag, rake)                                                                  \
    " probs_occur='" probs "'><magnitude>" mag "</magnitude><rake>" rake "</rake>"                 \
    "<hypocenter lon='10.123456' lat='45' depth='8.1234567'/>"
#define NP_PLANE                                                                                   \
    "<planarSurface><topLeft lon='0' lat='0' depth='0'/>"                                          \
    "<topRight lon='0' lat='0.1' depth='0'/>"                                                      \
    "<bottomLeft lon='0.1' lat='0' depth='10'/>"                                                   \
    "<bottomRight lon='0.1' lat='0.1' depth='10'/></planarSurface>"
#define NP_KITE                                                                                    \
    "<kiteSurface><profile>"                                                                       \
    "<gml:LineString><gml:posList>0 0 0 0.1 0 10</gml:posList></gml:LineString>"                   \
    "</profile><profile>"                                                                          \
    "<gml:LineString><gml:posList>0 0.2 0 0.1 0.2 10</gml:posList></gml:LineString>"               \
    "</profile></kiteSurface>"
#define NP_TRACE                                                                                   \
    "<simpleFaultGeometry>"                                                                        \
    "<gml:LineString><gml:posList>10 45 10.2 45.1</gml:posList></gml:LineString>"                  \
    "<dip>60</dip><upperSeismoDepth>0</upperSeismoDepth>"                                          \
    "<lowerSeismoDepth>12</lowerSeismoDepth></simpleFaultGeometry>"
#define NP_EDGES                                                                                   \
    "<complexFaultGeometry><faultTopEdge>"                                                         \
    "<gml:LineString><gml:posList>10 45 0 10.2 45 0</gml:posList></gml:LineString>"                \
    "</faultTopEdge><faultBottomEdge>"                                                             \
    "<gml:LineString><gml:posList>10 44.9 10 10.2 44.9 10</gml:posList></gml:LineString>"          \
    "</faultBottomEdge></complexFaultGeometry>"
#define NP_GRID                                                                                    \
    "<griddedSurface><gml:posList>10 45 5 10.1 45 6 10.1 45.1 7</gml:posList>"                     \
    "</griddedSurface>"
#define NP_SIMPLE                                                                                  \
    "<simpleFaultRupture" NP_MARK("0.9 0.1", "6.12345", "90") NP_TRACE "</simpleFaultRupture>\n"
#define NP_COMPLEX                                                                                 \
    "<complexFaultRupture" NP_MARK("0.8 0.2", "7", "-90") NP_EDGES "</complexFaultRupture>\n"
#define NP_SINGLE                                                                                  \
    "<singlePlaneRupture" NP_MARK("0.7 0.3", "6.5", "180") NP_PLANE "</singlePlaneRupture>\n"
#define NP_TWO NP_PLANE NP_PLANE
#define NP_PLANES                                                                                  \
    "<multiPlanesRupture" NP_MARK("0.6 0.4", "6.6", "0") NP_TWO "</multiPlanesRupture>\n"
#define NP_KITES                                                                                   \
    "<multiPlanesRupture" NP_MARK("0.5 0.5", "6.7", "0") NP_KITE NP_KITE NP_KITE                   \
        "</multiPlanesRupture>\n"
#define NP_GRIDDED          "<griddedRupture" NP_MARK("0.25 0.75", "6.8", "1") NP_GRID "</griddedRupture>\n"
#define NP_ALL              NP_SIMPLE NP_COMPLEX NP_SINGLE NP_PLANES NP_KITES NP_GRIDDED
#define NP_END              "</nonParametricSeismicSource>\n"
#define NP_SOURCE(ruptures) "<nonParametricSeismicSource id='np' name='given'>\n" ruptures NP_END
#define NP_DOC                                                                                     \
    NP_HEAD NP_SOURCE(NP_ALL)                                                                      \
    NT_TAIL

typedef struct desk {
    kr_ctx *ctx;
    char *dir;
    kr_job job;
    kr_model *model;
} desk;

static kr_job np_job(void)
{
    kr_job job = nt_job();
    job.investigation_time = 1;
    job.rupture_mesh_spacing_km = 2;
    job.complex_fault_mesh_spacing_km = 4;
    return job;
}

static desk open_desk(void)
{
    return (desk){.ctx = kt_ctx(), .dir = kt_dir_create(), .job = np_job()};
}

static kr_status put(desk *d, const char *text)
{
    return nt_read(d->ctx, &d->job, d->dir, text, &d->model);
}

static void close_desk(desk *d)
{
    kr_model_destroy(&d->model);
    kt_dir_remove(&d->dir);
    kt_ctx_end(&d->ctx);
}

static void test_xml(void **state)
{
    (void)state;
    static const struct {
        double mag, rake, prob;
        size_t n;
        kr_geometry_kind kind;
    } rows[] = {{6.12345, 90, 0.9, 1, KR_GEOMETRY_SIMPLE}, {7, -90, 0.8, 1, KR_GEOMETRY_COMPLEX},
                {6.5, 180, 0.7, 1, KR_GEOMETRY_PLANAR},    {6.6, 0, 0.6, 2, KR_GEOMETRY_PLANAR},
                {6.7, 0, 0.5, 3, KR_GEOMETRY_KITE},        {6.8, 1, 0.25, 1, KR_GEOMETRY_GRIDDED}};
    desk d = open_desk();

    kt_ok(d.ctx, put(&d, NP_DOC));
    const kr_source *source = d.model->files[0].groups[0].sources[0];
    assert_int_equal(source->kind, KR_SOURCE_NON_PARAMETRIC);
    assert_string_equal(source->name, "given");
    assert_false(source->weighted_ruptures);
    assert_int_equal(source->ngiven, 6);
    for (size_t i = 0; i < 6; i++) {
        const kr_given_rupture *rupture = &source->given[i];
        kt_same(rupture->mag, rows[i].mag);
        kt_same(rupture->rake, rows[i].rake);
        assert_int_equal(rupture->nprobs, 2);
        kt_same(rupture->probs[0], rows[i].prob);
        kt_same(rupture->hypo.lon, 10.12346);
        kt_same(rupture->hypo.lat, 45);
        kt_same(rupture->hypo.depth, 8.1234567);
        assert_true(isnan(rupture->weight));
        assert_int_equal(rupture->ngeometries, rows[i].n);
        assert_int_equal(rupture->geometries[rows[i].n - 1].kind, rows[i].kind);
    }
    /* Complex faults too have the spacing of the others here. */
    kt_same(source->given[0].geometries[0].spacing_km, 2);
    kt_same(source->given[1].geometries[0].spacing_km, 2);
    kt_same(source->given[5].geometries[0].lines[0].p[2].depth, 7);
    assert_false(source->given[5].geometries[0].single);
    close_desk(&d);
}

static void test_weights(void **state)
{
    (void)state;
    desk d = open_desk();
    char *group = nt_replace(NP_HEAD NP_SOURCE(NP_SINGLE NP_PLANES) NT_TAIL, "<sourceGroup",
                             "<sourceGroup rup_interdep='mutex'");
    char *text = nt_replace(group, "id='np'", "id='np' rup_weights=' 0.25  0.75'");

    kt_ok(d.ctx, put(&d, text));
    const kr_group *g = &d.model->files[0].groups[0];
    assert_true(g->mutex_ruptures);
    assert_true(g->sources[0]->weighted_ruptures);
    kt_same(g->sources[0]->given[0].weight, 0.25);
    kt_same(g->sources[0]->given[1].weight, 0.75);
    kr_model_destroy(&d.model);
    kt_fails(d.ctx, put(&d, group), KR_EINPUT,
             "model.xml:5: nonParametricSeismicSource 'np' has no rup_weights; in a group with");
    kr_model_destroy(&d.model);
    free(text);
    text = nt_replace(NP_HEAD NP_SOURCE(NP_SINGLE) NT_TAIL, "id='np'", "id='np' rup_weights='1'");
    kt_ok(d.ctx, put(&d, text)); /* without an effect */
    assert_false(d.model->files[0].groups[0].sources[0]->weighted_ruptures);
    free(text);
    free(group);
    close_desk(&d);
}

/* A cluster, as in models of repeating sequences. */
static void test_cluster(void **state)
{
    (void)state;
    desk d = open_desk();
    char *text = nt_replace(NP_HEAD NP_SOURCE(NP_SINGLE) NT_TAIL, "<sourceGroup",
                            "<sourceGroup cluster='true' occurrence_rate='0.002' tom='PoissonTOM'");
    kt_ok(d.ctx, put(&d, text));
    assert_true(d.model->files[0].groups[0].cluster);
    kt_same(d.model->files[0].groups[0].occurrence_rate, 0.002);
    free(text);
    close_desk(&d);
}

static kr_hash128 digest_of(const char *what, const char *with)
{
    desk d = open_desk();
    char *text = nt_replace(NP_DOC, what, with);
    kt_ok(d.ctx, put(&d, text));
    kr_hash128 h = d.model->files[0].groups[0].sources[0]->digest;
    free(text);
    close_desk(&d);
    return h;
}

static void test_digest(void **state)
{
    (void)state;
    static const char *const other[][2] = {{"6.12345", "6.12346"},
                                           {">-90<", ">-91<"},
                                           {"0.9 0.1", "0.1 0.9"},
                                           {"depth='8.1", "depth='8.2"},
                                           {NP_KITE NP_KITE NP_KITE, NP_KITE NP_KITE},
                                           {"10.1 45.1 7", "10.1 45.1 8"},
                                           {"<dip>60<", "<dip>61<"},
                                           {NP_SINGLE NP_PLANES, NP_PLANES NP_SINGLE}};
    kr_hash128 plain = digest_of("id='np'", "id='other'");
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(kr_hash_equal(plain, digest_of(other[i][0], other[i][1])));
    assert_true(kr_hash_equal(plain, digest_of("6.12345", "6.123450")));
}

/* ------------------------------------------------------------------ HDF5 */

typedef struct given_file {
    double mag[2], rake[2], probs[4];
    float hypo[6], mesh[15];
    uint32_t slice[4];
    const char *without, *flat; /* a dataset left out; one of another shape */
} given_file;

static const given_file good = {{7.25, 8.123456},
                                {90, -90},
                                {0.9, 0.1, 0.99999995, 0.00000006},
                                {138.1234F, 33.1F, 10.5F, 139, 34, 20},
                                {138, 33, 5, 138.1F, 33, 6, 138.2F, 33, 7, 139, 34, 8, 139, 34, 9},
                                {0, 3, 3, 5},
                                "",
                                ""};

static void add(const desk *d, kr_h5 *file, const given_file *x, const char *name, kr_h5_type type,
                size_t rows, size_t columns, const void *data)
{
    char full[60];
    const size_t dims[] = {rows, columns};
    int rank = columns == 1 ? 1 : 2;
    (void)snprintf(full, sizeof full, "np:1/%s", name);
    if (strcmp(x->without, name) == 0)
        return;
    if (strcmp(x->flat, name) == 0)
        rank = 3 - rank;
    kt_ok(d->ctx, kr_h5_write(file, full, type, rank, dims, data));
}

static kr_status put_h5(desk *d, const given_file *x, const char *weights)
{
    kr_h5 *file = NULL;
    char text[1000];
    kt_ok(d->ctx, kr_h5_create(d->ctx, kt_path(d->dir, "model.hdf5"), &file));
    add(d, file, x, "magnitude", KR_H5_F64, 2, 1, x->mag);
    add(d, file, x, "rake", KR_H5_F64, 2, 1, x->rake);
    add(d, file, x, "probs_occur", KR_H5_F64, 2, 2, x->probs);
    add(d, file, x, "hypocenter", KR_H5_F32, 2, 3, x->hypo);
    add(d, file, x, "mesh3d", KR_H5_F32, 5, 3, x->mesh);
    add(d, file, x, "slice", KR_H5_U32, 2, 2, x->slice);
    kt_ok(d->ctx, kr_h5_close(&file));
    (void)snprintf(text, sizeof text,
                   NP_HEAD "<nonParametricSeismicSource id='np:1' name='n'%s/>\n" NT_TAIL, weights);
    return put(d, text);
}

static void test_h5(void **state)
{
    (void)state;
    desk d = open_desk();
    kt_ok(d.ctx, put_h5(&d, &good, ""));
    const kr_source *source = d.model->files[0].groups[0].sources[0];
    assert_int_equal(source->ngiven, 2);
    const kr_given_rupture *a = &source->given[0], *b = &source->given[1];
    kt_same(a->mag, 7.25);
    kt_same(b->mag, 8.123456);
    kt_same(b->rake, -90);
    kt_same(a->hypo.lon, 138.1234F);
    kt_same(a->hypo.depth, 10.5);
    kt_same(b->probs[0], 0.99999995);
    assert_int_equal(b->nprobs, 2);
    assert_int_equal(a->geometries[0].kind, KR_GEOMETRY_GRIDDED);
    assert_true(a->geometries[0].single);
    assert_int_equal(a->geometries[0].lines[0].n, 3);
    kt_same(a->geometries[0].lines[0].p[2].lon, 138.2F);
    assert_int_equal(b->geometries[0].lines[0].n, 2);
    kt_same(b->geometries[0].lines[0].p[0].depth, 8);
    kr_model_destroy(&d.model);
    kt_fails(d.ctx, put_h5(&d, &good, " rup_weights='1'"), KR_EINPUT,
             "model.xml:5: 1 rup_weights for 2 ruptures; there must be as many");
    close_desk(&d);
}

#define WRONG(says, ...)                                                                           \
    do {                                                                                           \
        desk d_ = open_desk();                                                                     \
        given_file x = good;                                                                       \
        __VA_ARGS__;                                                                               \
        kt_fails(d_.ctx, put_h5(&d_, &x, ""), KR_EINPUT, says);                                    \
        close_desk(&d_);                                                                           \
    } while (0)

static void test_h5_errors(void **state)
{
    (void)state;
    static const char *const names[] = {"magnitude",  "rake",   "probs_occur",
                                        "hypocenter", "mesh3d", "slice"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char says[100];
        (void)snprintf(says, sizeof says, "model.hdf5: group 'np:1' has no dataset '%s'", names[i]);
        WRONG(says, x.without = names[i]);
        (void)snprintf(says, sizeof says, "model.hdf5: 'np:1/%s' has %d dimensions; it must have",
                       names[i], i < 2 ? 2 : 1);
        if (i >= 2) /* two columns need more data than a flat dataset has */
            WRONG(says, x.flat = names[i]);
    }
    WRONG("'np:1/magnitude' of rupture 2 is nan", x.mag[1] = NAN);
    WRONG("'np:1/magnitude' of rupture 1 is 0", x.mag[0] = 0);
    WRONG("'np:1/rake' of rupture 2 is -180", x.rake[1] = -180);
    WRONG("'np:1/probs_occur' of rupture 1 is 1.9", x.probs[0] = 1.9);
    WRONG("probs_occur of rupture 1 in the HDF5 file sum to 1.05", x.probs[0] = 0.95);
    WRONG("hypocentre 181 33.1 of rupture 1", x.hypo[0] = 181);
    WRONG("hypocentral depth 7000 km is out of range", x.hypo[2] = 7000);
    WRONG("point 2 of 'np:1/mesh3d' is not finite", x.mesh[4] = NAN);
    WRONG("'np:1/slice' of rupture 2 is 3 to 6", x.slice[3] = 6);
    WRONG("'np:1/slice' of rupture 2 is 3 to 3", x.slice[3] = 3);
}

static void test_no_ruptures(void **state)
{
    (void)state;
    desk d = open_desk();
    kt_fails(d.ctx, put(&d, NP_HEAD NP_SOURCE("") NT_TAIL), KR_EINPUT,
             "model.xml:5: nonParametricSeismicSource 'np' has no ruptures; they are needed in it, "
             "or in the file ");
    kr_model_destroy(&d.model);
    kt_write_text(kt_path(d.dir, "model.hdf5"), "no HDF5");
    kt_fails(d.ctx, put(&d, NP_HEAD NP_SOURCE("") NT_TAIL), KR_EINPUT, "model.hdf5");
    close_desk(&d);
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *what, *with, *says;
    } rows[] = {
        {"0.9 0.1", "0.9 0.09999999", "6: probs_occur of <simpleFaultRupture> sum to 0.99999999"},
        {"0.9 0.1", "1", "7: probs_occur holds 2 numbers, that of the ruptures before 1"},
        {"0.9 0.1", "0.9 0.1a", "6: probs_occur='0.9 0.1a' of <simpleFaultRupture>"},
        {" name='given'", "", "5: <nonParametricSeismicSource> has no attribute 'name'"},
        {"name='given'", "name='n' rup_weights='1 2'", "5: 2 rup_weights for 6 ruptures"},
        {"name='given'", "name='n' rup_weights='1 x'", "5: rup_weights holds 'x'"},
        {"name='given'", "name='n' rup_weights='1 -1'", "5: rup_weights holds -1"},
        {"name='given'", "name='n' rup_weights=''", "5: rup_weights is empty"},
        {"6.12345", "nan", "6: <magnitude> holds 'nan'"},
        {"6.12345", "0", "6: magnitude 0 of <simpleFaultRupture>"},
        {">-90<", ">-180<", "7: rake -180 of <complexFaultRupture>"},
        {"<hypocenter lon='10.123456' lat='45' depth='8.1234567'/>", "",
         "6: <simpleFaultRupture> has no <hypocenter>"},
        {" depth='8.1234567'", "", "6: <hypocenter> has no attribute 'depth'"},
        {"depth='8.1234567'", "depth='-9'", "6: hypocentral depth -9 km is out of range"},
        {"lon='10.123456'", "lon='181'", "6: longitude 181 is out of range"},
        {"investigation_time='1'", "investigation_time='50'",
         "3: investigation_time 50 of <sourceModel> is not that of the job, 1; "
         "nonParametricSeismicSource 'np' needs the same"},
        {"investigation_time='1'", "", "3: <sourceModel> has no investigation_time"},
        {NP_PLANE NP_PLANE, "", "9: <multiPlanesRupture> has no surface; <planarSurface>"},
        {NP_PLANE "</single", "</single", "8: <singlePlaneRupture> has no <planarSurface>"},
        {NP_GRIDDED, "<pointSource/>\n", "11: <pointSource> is no rupture of a nonParametric"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk d = open_desk();
        char *text = nt_replace(NP_DOC, rows[i].what, rows[i].with), says[200];
        (void)snprintf(says, sizeof says, "model.xml:%s", rows[i].says);
        kt_fails(d.ctx, put(&d, text), KR_EINPUT, says);
        free(text);
        close_desk(&d);
    }
}

/* Sums that are 1 only when what rounding loses is added too, or only when it is not. */
static void test_sums(void **state)
{
    (void)state;
    static const char *const probs[] = {
        "0.1 0.2 0.3 0.4",    "0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1 0.1", "0.7 0.2 0.1", "1", "0 1",
        "0.99999191 8.09e-06"};
    for (size_t i = 0; i < sizeof probs / sizeof *probs; i++) {
        desk d = open_desk();
        char *text = nt_replace(NP_HEAD NP_SOURCE(NP_SINGLE) NT_TAIL, "0.7 0.3", probs[i]);
        kt_ok(d.ctx, put(&d, text));
        free(text);
        close_desk(&d);
    }
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_job job = np_job();
    kr_model *model = NULL;
    size_t index = 0;
    kr_status s = kr_model_create(ctx, &model);
    if (s == KR_OK)
        s = kr_model_read(ctx, model, &job, user, &index);
    kr_model_destroy(&model);
    return s;
}

static void test_failing_memory(void **state)
{
    (void)state;
    desk d = open_desk();
    char *path = strdup(kt_path(d.dir, "model.xml"));
    kt_ok(d.ctx, put_h5(&d, &good, " rup_weights='0.5 0.5'"));
    assert_true(kt_fail_each_allocation(scenario, path) > 10);
    kt_write_text(path, NP_DOC);
    assert_true(kt_fail_each_allocation(scenario, path) > 10);
    free(path);
    close_desk(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml),         cmocka_unit_test(test_weights),
        cmocka_unit_test(test_cluster),     cmocka_unit_test(test_digest),
        cmocka_unit_test(test_h5),          cmocka_unit_test(test_h5_errors),
        cmocka_unit_test(test_no_ruptures), cmocka_unit_test(test_errors),
        cmocka_unit_test(test_sums),        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
