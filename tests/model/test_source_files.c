/* Files that are read side by side: what comes of it is what one thread makes. */
#include "model/nrml_text.h"

#define SF_HEAD                                                                                    \
    "<?xml version='1.0' encoding='utf-8'?>\n"                                                     \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"
#define SF_PLANE                                                                                   \
    "<planarSurface><topLeft lon='0' lat='0' depth='0'/><topRight lon='0' lat='0.1' depth='0'/>"   \
    "<bottomLeft lon='0.1' lat='0' depth='10'/><bottomRight lon='0.1' lat='0.1' depth='10'/>"      \
    "</planarSurface>"
#define SF_SECTIONS                                                                                \
    SF_HEAD "<geometryModel name='s'>\n<section id='s2'>" SF_PLANE "</section>\n"                  \
            "<section id='s1'>" SF_PLANE "</section>\n</geometryModel>\n</nrml>\n"

/* A multi-fault source with an attribute that is told of, its rate the one thing that differs. */
#define SF_SOURCE                                                                                  \
    SF_HEAD "<sourceModel name='test' investigation_time='1'>\n"                                   \
            "<sourceGroup name='g' colour='red' tectonicRegion='A'>\n"                             \
            "<multiFaultSource id='mf%d' name='system'>\n"                                         \
            "<multiPlanesRupture probs_occur='0.%d 0.%d'><magnitude>6.5</magnitude>"               \
            "<sectionIndexes indexes='%s'/><rake>90</rake></multiPlanesRupture>\n"                 \
            "</multiFaultSource>\n</sourceGroup>\n</sourceModel>\n</nrml>\n"

enum { FILES = 9, SECTIONS = 4 }; /* the number of the file of sections */

typedef struct desk {
    kr_ctx *ctx;
    char *dir;
    kr_job job;
    kr_model *model;
    kr_file_wanted wanted[FILES];
    char path[FILES][300];
    char log[8192];
} desk;

static void keep(void *user, kr_log_level level, const char *line)
{
    desk *d = user;
    size_t n = strlen(d->log);
    (void)snprintf(d->log + n, sizeof d->log - n, "%d %s\n", (int)level, line);
}

static void write_file(desk *d, int i, const char *sections)
{
    char text[2048];
    (void)snprintf(d->path[i], sizeof d->path[i], "%s/%d.xml", d->dir, i);
    (void)snprintf(text, sizeof text, SF_SOURCE, i, i + 1, 9 - i, sections);
    kt_write_text(d->path[i], i == SECTIONS ? SF_SECTIONS : text);
    d->wanted[i] = (kr_file_wanted){d->path[i], i == SECTIONS, 0};
}

static void open_desk(desk *d)
{
    *d = (desk){.dir = kt_dir_create(), .job = nt_job()};
    d->job.investigation_time = 1;
    for (int i = 0; i < FILES; i++)
        write_file(d, i, "s1,s2");
}

static kr_status read_all(kr_ctx *ctx, desk *d, int threads)
{
    kr_status s = kr_model_create(ctx, &d->model);
    if (s != KR_OK)
        return s;
    d->model->threads = threads;
    s = kr_model_read_all(ctx, d->model, &d->job, d->wanted, FILES);
    if (s == KR_OK)
        s = kr_model_check_sections(ctx, d->model);
    return s;
}

static void forget(desk *d)
{
    kr_model_destroy(&d->model);
    d->log[0] = '\0';
}

static void check_read(const desk *d)
{
    const kr_model *m = d->model;
    const kr_multi_fault *first = m->files[0].groups[0].sources[0]->multi;

    assert_int_equal(m->nfiles, FILES);
    assert_int_equal(m->nsections, 2);
    assert_string_equal(m->sections[0].id, "s2");
    assert_int_equal(first->section[0], 1);
    for (size_t i = 0; i < FILES; i++) {
        assert_int_equal(d->wanted[i].file, i);
        assert_string_equal(m->files[i].path, d->path[i]);
        if (i == SECTIONS)
            continue;
        const kr_source *source = m->files[i].groups[0].sources[0];
        assert_int_equal(source->id[2], '0' + (int)i);
        kt_same(source->multi->probs[0], (double)(i + 1) / 10);
        assert_ptr_equal(source->multi->mag, first->mag);
        assert_ptr_equal(source->multi->section, first->section);
    }
}

/* Sources, sections, arrays in common and the order of the lines of log. */
static void test_same(void **state)
{
    (void)state;
    desk d;
    char one[sizeof d.log];
    open_desk(&d);
    d.ctx = kt_ctx();
    kr_ctx_set_log(d.ctx, keep, &d);
    for (int threads = 1; threads <= 4; threads++)
        for (int again = 0; again < 20; again++) {
            forget(&d);
            kt_ok(d.ctx, read_all(d.ctx, &d, threads));
            check_read(&d);
            if (threads == 1)
                memcpy(one, d.log, sizeof one);
            assert_string_equal(d.log, one);
        }
    assert_non_null(strstr(one, "3.xml:4: attribute 'colour'"));
    assert_true(strstr(one, "3.xml:4") < strstr(one, "8.xml:4"));
    forget(&d);
    kt_ctx_end(&d.ctx);
    kt_dir_remove(&d.dir);
}

/* Wrong input: the first file that is wrong counts, and what was told before it is told. */
static void check_wrong(desk *d, const char *says)
{
    char one[sizeof d->log];
    for (int threads = 1; threads <= 4; threads++)
        for (int again = 0; again < 10; again++) {
            d->ctx = kt_ctx();
            kr_ctx_set_log(d->ctx, keep, d);
            kt_fails(d->ctx, read_all(d->ctx, d, threads), KR_EINPUT, says);
            if (threads == 1)
                memcpy(one, d->log, sizeof one);
            assert_string_equal(d->log, one);
            forget(d);
            kt_ctx_end(&d->ctx);
        }
}

static void test_wrong(void **state)
{
    (void)state;
    desk d;
    open_desk(&d);
    write_file(&d, 8, "s1,gone");
    check_wrong(&d, "8.xml:5: rupture 1 of multiFaultSource 'mf8' names the section 'gone'");
    write_file(&d, 7, "");
    write_file(&d, 3, ",s1");
    check_wrong(&d, "3.xml:6: the sections of a rupture are ',s1'");
    kt_dir_remove(&d.dir);
}

/* Each allocation fails once. Which are made depends on who reads what: one beyond the last fails
 * nowhere. What fails for several threads is done by one. */
static void test_failing_memory(void **state)
{
    (void)state;
    desk d;
    int failed[4] = {0};
    open_desk(&d);
    for (int threads = 1; threads <= 3; threads += 2) {
        int passed = 0;
        for (long k = 1; passed < 20; k++) {
            kr_ctx *ctx = kt_ctx();
            kr_ctx_set_log(ctx, keep, &d);
            kr_mem_fail_at(ctx, k);
            kr_status s = read_all(ctx, &d, threads);
            assert_true(s == KR_OK || s == KR_ENOMEM);
            if (s == KR_OK)
                check_read(&d);
            assert_int_equal(s == KR_OK, kr_ctx_error(ctx)[0] == 0);
            passed += s == KR_OK && kr_mem_count(ctx) < k;
            failed[threads] += s != KR_OK;
            forget(&d);
            kt_ctx_end(&ctx);
        }
    }
    assert_true(failed[1] > 50);
    assert_true(failed[3] > 10 && failed[3] < failed[1]);
    kt_dir_remove(&d.dir);
}

/* A limit that one thread keeps suffices for four, but for what they are told by. */
static void test_limit(void **state)
{
    (void)state;
    enum { DESK = 8192 };
    desk d;
    long long peak = 0;
    open_desk(&d);
    for (int threads = 1; threads <= 4; threads += 3) {
        d.ctx = kt_ctx();
        if (threads > 1)
            kr_mem_set_limit(d.ctx, (size_t)peak + DESK);
        kt_ok(d.ctx, read_all(d.ctx, &d, threads));
        check_read(&d);
        peak = kr_ctx_memory(d.ctx).peak;
        forget(&d);
        kt_ctx_end(&d.ctx);
    }
    kt_dir_remove(&d.dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_failing_memory),
        cmocka_unit_test(test_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
