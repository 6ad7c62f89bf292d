/* Sections and the ruptures that are made of them, from XML and from HDF5. */
#include "model/nrml_text.h"

#include "base/h5.h"

#define MF_HEAD                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n"                                                     \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"
#define MF_MODEL MF_HEAD "<sourceModel name='test' investigation_time='1'>\n" NT_GROUP
#define MF_SOURCE                                                                                  \
    "<multiFaultSource id='mf' name='system'>\n"                                                   \
    "<multiPlanesRupture probs_occur='0.9 0.1'><magnitude>6.1349</magnitude>"                      \
    "<sectionIndexes indexes='a1,a2,a3'/><rake>90</rake></multiPlanesRupture>\n"                   \
    "<multiPlanesRupture probs_occur='0.75 .25'><magnitude> 7.125 </magnitude>"                    \
    "<sectionIndexes indexes='a3,a2,7'/><rake>-33.3</rake></multiPlanesRupture>\n"                 \
    "<multiPlanesRupture probs_occur='0.5,0.5'><magnitude>7.135</magnitude>"                       \
    "<sectionIndexes indexes='7'/><rake>180</rake></multiPlanesRupture>\n"                         \
    "</multiFaultSource>\n"
#define MF_DOC MF_MODEL MF_SOURCE NT_TAIL

#define MF_PROFILE(x, y)                                                                           \
    "<profile><gml:LineString><gml:posList>" x " 0 0 " y " 0 10</gml:posList></gml:LineString>"    \
    "</profile>"
#define MF_KITE                                                                                    \
    "<kiteSurface>" MF_PROFILE("0.123456", "0.2") MF_PROFILE("0.3", "0.4") "</kiteSurface>"
#define MF_PLANE                                                                                   \
    "<planarSurface><topLeft lon='0' lat='0' depth='0'/><topRight lon='0' lat='0.1' depth='0'/>"   \
    "<bottomLeft lon='0.1' lat='0' depth='10'/><bottomRight lon='0.1' lat='0.1' depth='10'/>"      \
    "</planarSurface>"
#define MF_SECTIONS                                                                                \
    MF_HEAD "<geometryModel name='s'>\n<section id='a3' name='third'>\n" MF_KITE "</section>\n"    \
            "<section id='a1'>" MF_PLANE MF_PLANE "</section>\n"                                   \
            "<section id='a2'>" MF_KITE MF_KITE MF_KITE "</section>\n"                             \
            "<section id='7'>" MF_PLANE "</section>\n</geometryModel>\n</nrml>\n"

typedef struct desk {
    kr_ctx *ctx;
    char *dir;
    kr_job job;
    kr_model *model;
} desk;

static desk open_desk(void)
{
    desk d = {.ctx = kt_ctx(), .dir = kt_dir_create(), .job = nt_job()};
    d.job.investigation_time = 1;
    d.job.rupture_mesh_spacing_km = 5;
    kt_ok(d.ctx, kr_model_create(d.ctx, &d.model));
    return d;
}

static void close_desk(desk *d)
{
    kr_model_destroy(&d->model);
    kt_dir_remove(&d->dir);
    kt_ctx_end(&d->ctx);
}

static kr_status put(desk *d, const char *name, const char *text)
{
    size_t index = 0;
    kt_write_text(kt_path(d->dir, name), text);
    return kr_model_read(d->ctx, d->model, &d->job, kt_path(d->dir, name), &index);
}

static const kr_multi_fault *multi_of(const desk *d, size_t file)
{
    return d->model->files[file].groups[0].sources[0]->multi;
}

/* The ids of the sections of a rupture, joined. */
static const char *names(const desk *d, const kr_multi_fault *m, size_t rupture)
{
    static char text[200];
    text[0] = '\0';
    for (uint32_t k = m->first[rupture]; k < m->first[rupture + 1]; k++) {
        strcat(text, d->model->sections[m->section[k]].id);
        strcat(text, " ");
    }
    return text;
}

static void check_values(const desk *d, size_t file)
{
    const kr_multi_fault *m = multi_of(d, file);
    assert_int_equal(m->n, 3);
    assert_int_equal(m->nprobs, 2);
    kt_same(m->mag[0], 6.13F);
    kt_same(m->mag[1], 7.12F); /* halves go to the even digit */
    kt_same(m->mag[2], 7.14F); /* 100 times 7.135 is rounded to 713.5 */
    kt_same(m->rake[1], -33.3F);
    kt_same(m->probs[0], 0.9);
    kt_same(m->probs[3], 0.25);
    kt_same(m->probs[4], 0.5);
    assert_string_equal(names(d, m, 0), "a1 a2 a3 ");
    assert_string_equal(names(d, m, 1), "a3 a2 7 ");
    assert_string_equal(names(d, m, 2), "7 ");
}

static void check_sections(const desk *d)
{
    static const struct {
        const char *id;
        size_t n;
        kr_geometry_kind kind;
        int line;
    } rows[] = {{"a3", 1, KR_GEOMETRY_KITE, 4},
                {"a1", 2, KR_GEOMETRY_PLANAR, 6},
                {"a2", 3, KR_GEOMETRY_KITE, 7},
                {"7", 1, KR_GEOMETRY_PLANAR, 8}};
    assert_int_equal(d->model->nsections, 4);
    for (size_t i = 0; i < 4; i++) {
        int64_t k = -1;
        assert_true(kr_map_get(&d->model->section_of, rows[i].id, &k));
        const kr_section *section = &d->model->sections[k];
        assert_string_equal(section->id, rows[i].id);
        assert_int_equal(section->ngeometries, rows[i].n);
        assert_int_equal(section->geometries[0].kind, rows[i].kind);
        assert_int_equal(section->line, rows[i].line);
        kt_same(section->geometries[0].lines[0].p[0].lon, rows[i].n % 2 && i != 3 ? 0.12346 : 0);
    }
}

/* Sections may come before or after the ruptures that name them. */
static void test_xml(void **state)
{
    (void)state;
    for (size_t first = 0; first < 2; first++) {
        desk d = open_desk();
        kt_ok(d.ctx, first == 0 ? put(&d, "s.xml", MF_SECTIONS) : put(&d, "m.xml", MF_DOC));
        if (first == 1)
            kt_fails(d.ctx, kr_model_check_sections(d.ctx, d.model), KR_EINPUT,
                     "m.xml:5: rupture 1 of multiFaultSource 'mf' names the section 'a1', which "
                     "no file has");
        kt_ok(d.ctx, first == 0 ? put(&d, "m.xml", MF_DOC) : put(&d, "s.xml", MF_SECTIONS));
        kt_ok(d.ctx, kr_model_check_sections(d.ctx, d.model));
        assert_int_equal(d.model->files[first].ngroups, 0);
        assert_int_equal(d.model->files[1 - first].ngroups, 1);
        check_values(&d, 1 - first);
        check_sections(&d);
        const kr_source *source = d.model->files[1 - first].groups[0].sources[0];
        assert_int_equal(source->kind, KR_SOURCE_MULTI_FAULT);
        assert_string_equal(source->id, "mf");
        assert_string_equal(source->trt, "Stable Shallow Crust");
        assert_int_equal(source->line, 5);
        close_desk(&d);
    }
}

/* Of sources with the same ruptures only what differs is kept twice. */
static void test_sharing(void **state)
{
    (void)state;
    desk d = open_desk();
    char *rates = nt_replace(MF_DOC, "0.9 0.1", "0.8 0.2");
    char *mags = nt_replace(MF_DOC, "6.1349", "6.2");
    char *lists = nt_replace(MF_DOC, "a1,a2,a3", "a3,a2,a1");
    kt_ok(d.ctx, put(&d, "0.xml", MF_DOC));
    kt_ok(d.ctx, put(&d, "1.xml", rates));
    kt_ok(d.ctx, put(&d, "2.xml", mags));
    kt_ok(d.ctx, put(&d, "3.xml", lists));
    kt_ok(d.ctx, put(&d, "4.xml", MF_DOC));
    const kr_multi_fault *m[5];
    for (size_t i = 0; i < 5; i++) {
        m[i] = multi_of(&d, i);
        const kr_source *a = d.model->files[0].groups[0].sources[0];
        const kr_source *b = d.model->files[i].groups[0].sources[0];
        assert_int_equal(kr_hash_equal(a->digest, b->digest), i == 0 || i == 4);
    }
    assert_ptr_equal(m[0]->mag, m[1]->mag);
    assert_ptr_equal(m[0]->section, m[1]->section);
    assert_ptr_not_equal(m[0]->probs, m[1]->probs);
    kt_same(m[1]->probs[0], 0.8);
    assert_ptr_not_equal(m[0]->mag, m[2]->mag);
    assert_ptr_equal(m[0]->probs, m[2]->probs);
    assert_ptr_not_equal(m[0]->first, m[3]->first);
    assert_string_equal(names(&d, m[3], 0), "a3 a2 a1 ");
    assert_ptr_equal(m[0]->mag, m[4]->mag);
    assert_ptr_equal(m[0]->probs, m[4]->probs);
    free(rates);
    free(mags);
    free(lists);
    close_desk(&d);
}

/* Lists of all forms: what comes out is what was written. */
static void test_lists(void **state)
{
    (void)state;
    enum { N = 500, LONGEST = 124 };
    static uint32_t lists[N][LONGEST];
    static size_t length[N];
    uint64_t random = 5;
    char *text = malloc(N * (LONGEST * 6 + 200) + 1000), *p = text;
    desk d = open_desk();

    p += sprintf(p, "%s<multiFaultSource id='mf' name='m'>", MF_MODEL);
    for (size_t i = 0; i < N; i++) {
        uint32_t at = (uint32_t)(kt_random(&random) % 10000);
        length[i] = 1 + kt_random(&random) % LONGEST;
        p += sprintf(p,
                     "<multiPlanesRupture probs_occur='1'><magnitude>%g</magnitude><rake>0</rake>"
                     "<sectionIndexes indexes='",
                     6 + 0.001 * (double)i);
        for (size_t k = 0; k < length[i]; k++) {
            lists[i][k] = at;
            p += sprintf(p, "%s%u", k > 0 ? "," : "", at);
            uint64_t hop = kt_random(&random) % 8;
            at = hop == 0   ? (uint32_t)(kt_random(&random) % 10000)
                 : hop == 1 ? at
                 : i % 3    ? at + 1
                            : at - (at > 0);
        }
        p += sprintf(p, "'/></multiPlanesRupture>\n");
    }
    sprintf(p, "</multiFaultSource>" NT_TAIL);
    kt_ok(d.ctx, put(&d, "m.xml", text));
    const kr_multi_fault *m = multi_of(&d, 0);
    assert_int_equal(m->n, N);
    for (size_t i = 0; i < N; i++) {
        assert_int_equal(m->first[i + 1] - m->first[i], length[i]);
        for (size_t k = 0; k < length[i]; k++) {
            char id[20];
            sprintf(id, "%u", lists[i][k]);
            assert_string_equal(d.model->sections[m->section[m->first[i] + k]].id, id);
        }
    }
    free(text);
    close_desk(&d);
}

/* The group of the source "mf" in m.hdf5; `without` names a dataset that is left out. */
static void write_h5(const desk *d, bool single, const char *without, const char *last)
{
    static const double mag[] = {6.1349, 4.015, 7.135}, rake[] = {90, -33.3, 180};
    static const float mag_single[] = {6.1349F, 4.015F, 7.135F};
    static const double probs[] = {0.9, 0.1, 0.75, 0.25, 0.5, 0.5};
    static const size_t dims[] = {3, 2};
    const char *lists[] = {"a1 a2 a3", "a3  a2 7 ", last};
    kr_h5 *file = NULL;

    kt_ok(d->ctx, kr_h5_create(d->ctx, kt_path(d->dir, "m.hdf5"), &file));
    if (strcmp(without, "mag") != 0)
        kt_ok(d->ctx, kr_h5_write(file, "mf/mag", single ? KR_H5_F32 : KR_H5_F64, 1, dims,
                                  single ? (const void *)mag_single : (const void *)mag));
    if (strcmp(without, "rake") != 0)
        kt_ok(d->ctx, kr_h5_write(file, "mf/rake", KR_H5_F64, 1, dims, rake));
    if (strcmp(without, "probs_occur") != 0)
        kt_ok(d->ctx, kr_h5_write(file, "mf/probs_occur", KR_H5_F64, 2, dims, probs));
    if (strcmp(without, "rupture_idxs") != 0)
        kt_ok(d->ctx, kr_h5_write_strings(file, "mf/rupture_idxs", lists, 3, false));
    kt_ok(d->ctx, kr_h5_close(&file));
}

static void test_h5(void **state)
{
    (void)state;
    for (int single = 0; single < 2; single++) {
        desk d = open_desk();
        write_h5(&d, single, "", "7");
        kt_ok(d.ctx, put(&d, "m.xml", MF_MODEL "<multiFaultSource id='mf'/>\n" NT_TAIL));
        kt_ok(d.ctx, put(&d, "s.xml", MF_SECTIONS));
        kt_ok(d.ctx, kr_model_check_sections(d.ctx, d.model));
        const kr_multi_fault *m = multi_of(&d, 0);
        assert_int_equal(m->n, 3);
        assert_int_equal(m->nprobs, 2);
        kt_same(m->mag[0], 6.13F);
        /* 100 times 4.015 is below 401.5 in double precision, in single it is 401.5. */
        kt_same(m->mag[1], single ? 4.02F : 4.01F);
        kt_same(m->mag[2], 7.14F);
        kt_same(m->rake[1], -33.3F);
        kt_same(m->probs[3], 0.25);
        assert_string_equal(names(&d, m, 0), "a1 a2 a3 ");
        assert_string_equal(names(&d, m, 1), "a3 a2 7 ");
        assert_string_equal(d.model->files[0].groups[0].sources[0]->name, "");
        close_desk(&d);
    }
}

/* A source with ruptures of its own does not look for the file. */
static void test_h5_beside(void **state)
{
    (void)state;
    desk d = open_desk();
    write_h5(&d, false, "rake", "7");
    kt_ok(d.ctx, put(&d, "m.xml", MF_DOC));
    check_values(&d, 0);
    close_desk(&d);
}

static void test_h5_errors(void **state)
{
    (void)state;
    static const struct {
        const char *without, *last, *says;
    } rows[] = {
        {"mag", "7", "m.hdf5: group 'mf' has no dataset 'mag'"},
        {"rake", "7", "m.hdf5: group 'mf' has no dataset 'rake'"},
        {"probs_occur", "7", "m.hdf5: group 'mf' has no dataset 'probs_occur'"},
        {"rupture_idxs", "7", "m.hdf5: group 'mf' has no dataset 'rupture_idxs'"},
        {"", "", "m.xml:5: the sections of a rupture are ''"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk d = open_desk();
        write_h5(&d, false, rows[i].without, rows[i].last);
        kt_fails(d.ctx, put(&d, "m.xml", MF_MODEL "<multiFaultSource id='mf'/>\n" NT_TAIL),
                 KR_EINPUT, rows[i].says);
        kt_fails(d.ctx, put(&d, "m.xml", MF_MODEL "<multiFaultSource id='mx'/>\n" NT_TAIL),
                 KR_EINPUT, "m.xml:5: multiFaultSource 'mx' has no ruptures, and ");
        close_desk(&d);
    }
}

static void test_errors(void **state)
{
    (void)state;
    static const struct {
        const char *what, *with, *says;
    } rows[] = {
        {"0.9 0.1", "0.9 0.1 0", "7: probs_occur holds 2 numbers, that of the ruptures before 3"},
        {"0.9 0.1", "0.9 0.2", "6: probs_occur of a rupture sum to 1.1"},
        {"0.9 0.1", "1.9 -0.9", "6: probs_occur='1.9 -0.9' of <multiPlanesRupture>; numbers from"},
        {"0.9 0.1", "nan 0.1", "6: probs_occur='nan 0.1'"},
        {"0.9 0.1", "0.9x 0.1", "6: probs_occur='0.9x 0.1'"},
        {"0.9 0.1", " ", "6: probs_occur of <multiPlanesRupture> is empty"},
        {" probs_occur='0.9 0.1'", "", "6: <multiPlanesRupture> has no attribute 'probs_occur'"},
        {"<magnitude>6.1349</magnitude>", "", "6: <multiPlanesRupture> has no <magnitude>"},
        {"6.1349", "nan", "6: <magnitude> holds 'nan'; one number is needed"},
        {"6.1349", "0.004", "6: magnitude 0.004 of <multiPlanesRupture>, which is rounded"},
        {"6.1349", "-1", "6: magnitude -1 of <multiPlanesRupture>; it must be more than 0"},
        {">90<", ">190<", "6: rake 190 of <multiPlanesRupture>; it must be more than -180"},
        {">90<", ">undefined<", "6: <rake> holds 'undefined'; one number is needed"},
        {"<rake>90</rake>", "", "6: <multiPlanesRupture> has no <rake>"},
        {"indexes='a1,a2,a3'", "", "6: <sectionIndexes> has no attribute 'indexes'"},
        {"a1,a2,a3", "", "6: the sections of a rupture are ''"},
        {"a1,a2,a3", "a1,,a3", "6: the sections of a rupture are 'a1,,a3'"},
        {"a1,a2,a3", "a1,", "6: the sections of a rupture are 'a1,'"},
        {"investigation_time='1'", "",
         "3: <sourceModel> has no investigation_time; "
         "multiFaultSource 'mf' needs that of the job, 1"},
        {"investigation_time='1'", "investigation_time='50'",
         "3: investigation_time 50 of <sourceModel> is not that of the job, 1"},
        {"tectonicRegion", "rup_interdep='mutex' tectonicRegion",
         "5: multiFaultSource 'mf' in a group with rup_interdep='mutex'"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk d = open_desk();
        char *text = nt_replace(MF_DOC, rows[i].what, rows[i].with), says[200];
        (void)snprintf(says, sizeof says, "m.xml:%s", rows[i].says);
        kt_fails(d.ctx, put(&d, "m.xml", text), KR_EINPUT, says);
        free(text);
        close_desk(&d);
    }
}

static void test_section_errors(void **state)
{
    (void)state;
    static const struct {
        const char *what, *with, *says;
    } rows[] = {
        {"id='a1'", "id='a3'", "6: section 'a3' is also that of "},
        {"id='a1'", "id='a 1'", "6: the id 'a 1' is not valid"},
        {"id='a1'", "", "6: <section> has no attribute 'id'"},
        {"<section id='a1'>" MF_PLANE MF_PLANE "</section>", "<source id='a1'/>",
         "6: <geometryModel> holds <source>; it may hold <section> only"},
        {MF_PLANE MF_PLANE, "", "6: <section> has no surface; <planarSurface> or <kiteSurface>"},
        {"lon='0.1'", "lon='200'", "6: longitude 200 is out of range"},
        {"nrml/0.5", "nrml/0.4", "3: <geometryModel> in NRML 0.4"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        desk d = open_desk();
        char *text = nt_replace(MF_SECTIONS, rows[i].what, rows[i].with), says[200];
        (void)snprintf(says, sizeof says, "s.xml:%s", rows[i].says);
        kt_fails(d.ctx, put(&d, "s.xml", text), KR_EINPUT, says);
        free(text);
        close_desk(&d);
    }
    desk d = open_desk();
    kt_ok(d.ctx, put(&d, "0.xml", MF_SECTIONS));
    kt_fails(d.ctx, put(&d, "1.xml", MF_SECTIONS), KR_EINPUT,
             "1.xml:4: section 'a3' is also that of ");
    close_desk(&d);
}

/* An index with a blank is another one, as in the reference. */
static void test_missing_section(void **state)
{
    (void)state;
    static const char *const lists[][2] = {{"a1,a2,a4", "the section 'a4'"},
                                           {"a1, a2,a3", "the section ' a2'"}};
    for (size_t i = 0; i < 2; i++) {
        desk d = open_desk();
        char *text = nt_replace(MF_DOC, "a3,a2,7", lists[i][0]), says[200];
        kt_ok(d.ctx, put(&d, "s.xml", MF_SECTIONS));
        kt_ok(d.ctx, put(&d, "m.xml", text));
        (void)snprintf(says, sizeof says,
                       "m.xml:5: rupture 2 of multiFaultSource 'mf' names %s, which no file has",
                       lists[i][1]);
        kt_fails(d.ctx, kr_model_check_sections(d.ctx, d.model), KR_EINPUT, says);
        free(text);
        close_desk(&d);
    }
}

static void take_warning(void *user, kr_log_level level, const char *line)
{
    char *out = user;
    if (level == KR_LOG_WARNING)
        strcat(strcat(out, line), "\n");
}

/* Ruptures that are there twice are told once, however many sources have some. */
static void test_repeated_ruptures(void **state)
{
    (void)state;
    for (size_t files = 0; files < 3; files++) {
        desk d = open_desk();
        char said[1000] = "", says[300], name[16];
        char *text = nt_replace(MF_DOC, "a3,a2,7", "7"), *twice;
        twice = nt_replace(text, " 7.125 ", "7.135");
        kr_ctx_set_log(d.ctx, take_warning, said);
        kt_ok(d.ctx, put(&d, "s.xml", MF_SECTIONS));
        kt_ok(d.ctx, put(&d, "none.xml", MF_DOC));
        for (size_t i = 0; i < files; i++) {
            (void)snprintf(name, sizeof name, "m%zu.xml", i);
            kt_ok(d.ctx, put(&d, name, twice));
        }
        kt_ok(d.ctx, kr_model_check_sections(d.ctx, d.model));
        (void)snprintf(says, sizeof says,
                       "%s/m0.xml:5: ruptures 2 and 3 of multiFaultSource 'mf' have the same "
                       "magnitude 7.14 and the same sections%s\n",
                       d.dir, files > 1 ? "; so have ruptures of 1 other source" : "");
        assert_string_equal(said, files ? says : "");
        free(text);
        free(twice);
        close_desk(&d);
    }
}

/* With rates inferred from the first probability the others do not count. */
static void test_inferred_rates(void **state)
{
    (void)state;
    desk d = open_desk();
    char *text = nt_replace(MF_DOC, "0.9 0.1", "0.9 0");
    d.job.infer_occur_rates = true;
    kt_ok(d.ctx, put(&d, "m.xml", text));
    kt_same(multi_of(&d, 0)->probs[1], 0);
    free(text);
    close_desk(&d);
}

/* Sources that the job leaves out name no sections and need no investigation time. */
static void test_left_out(void **state)
{
    (void)state;
    desk d = open_desk();
    const char *keep = "other";
    char *text = nt_replace(MF_DOC, "investigation_time='1'", "");
    d.job.source_id = (kr_names){.n = 1, .name = &keep};
    kt_ok(d.ctx, put(&d, "m.xml", text));
    assert_int_equal(d.model->files[0].ngroups, 0);
    assert_int_equal(d.model->nsections, 0);
    free(text);
    close_desk(&d);
}

/* While a source is read, not much more is held than what stays, and nothing beside it in the end.
 */
static void test_memory(void **state)
{
    (void)state;
    enum { RUPTURES = 10000, LENGTH = 60 };
    desk d = open_desk();
    size_t index = 0;
    uint64_t random = 3;
    FILE *out = fopen(kt_path(d.dir, "m.xml"), "w");

    assert_non_null(out);
    (void)fputs(MF_MODEL "<multiFaultSource id='mf' name='m'>\n", out);
    for (int i = 0; i < RUPTURES; i++) {
        (void)fprintf(out,
                      "<multiPlanesRupture probs_occur='0.9 0.1'><magnitude>%g</magnitude>"
                      "<rake>0</rake><sectionIndexes indexes='",
                      6 + kt_random_unit(&random));
        for (int run = 0; run < LENGTH / 10; run++) {
            int first = (int)(kt_random(&random) % 3000);
            for (int k = 0; k < 10; k++)
                (void)fprintf(out, run + k > 0 ? ",%d" : "%d", first + k);
        }
        (void)fputs("'/></multiPlanesRupture>\n", out);
    }
    (void)fputs("</multiFaultSource>\n" NT_TAIL, out);
    assert_int_equal(fclose(out), 0);
    kt_ok(d.ctx, kr_model_read(d.ctx, d.model, &d.job, kt_path(d.dir, "m.xml"), &index));
    double stays = RUPTURES * (2 * sizeof(float) + 2 * sizeof(double) + sizeof(uint32_t) +
                               LENGTH * sizeof(uint32_t));
    assert_true((double)kr_ctx_memory(d.ctx).current < 1.1 * stays + 500e3);
    assert_true((double)kr_ctx_memory(d.ctx).peak < 1.35 * stays + 1e6);
    close_desk(&d);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_job job = nt_job();
    kr_model *model = NULL;
    size_t index = 0;
    char path[300];
    job.investigation_time = 1;
    job.rupture_mesh_spacing_km = 5;
    kr_status s = kr_model_create(ctx, &model);
    for (int i = 0; i < 3 && s == KR_OK; i++) {
        (void)snprintf(path, sizeof path, "%s/%d.xml", (const char *)user, i);
        s = kr_model_read(ctx, model, &job, path, &index);
    }
    if (s == KR_OK)
        s = kr_model_check_sections(ctx, model);
    kr_model_destroy(&model);
    return s;
}

static void test_failing_memory(void **state)
{
    (void)state;
    char *dir = kt_dir_create();
    kt_write_text(kt_path(dir, "0.xml"), MF_DOC);
    kt_write_text(kt_path(dir, "1.xml"), MF_SECTIONS);
    char *rates = nt_replace(MF_DOC, "0.9 0.1", "0.8 0.2");
    kt_write_text(kt_path(dir, "2.xml"), rates);
    assert_true(kt_fail_each_allocation(scenario, dir) > 10);
    free(rates);
    kt_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xml),
        cmocka_unit_test(test_sharing),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_h5),
        cmocka_unit_test(test_h5_beside),
        cmocka_unit_test(test_h5_errors),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_section_errors),
        cmocka_unit_test(test_missing_section),
        cmocka_unit_test(test_repeated_ruptures),
        cmocka_unit_test(test_inferred_rates),
        cmocka_unit_test(test_left_out),
        cmocka_unit_test(test_memory),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
