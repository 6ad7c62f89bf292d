/* Misspelt names in source models are told, private ones are not. */
#include "model/fault_text.h"

#define DOC(source) NT_HEAD NT_GROUP source NT_TAIL
#define GRID                                                                                       \
    "<griddedRupture probs_occur='0.5 0.5'><magnitude>6</magnitude><rake>0</rake>"                 \
    "<hypocenter lon='10' lat='45' depth='8'/><griddedSurface>"                                    \
    "<gml:posList>10 45 5 10.1 45 6 10.1 45.1 7</gml:posList></griddedSurface></griddedRupture>\n"
#define GIVEN                                                                                      \
    "<?xml version='1.0' encoding='utf-8'?>\n"                                                     \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.5'>\n"                                               \
    "<sourceModel name='test' investigation_time='1'>\n" NT_GROUP                                  \
    "<nonParametricSeismicSource id='n' name='given'>\n" GRID GRID                                 \
    "</nonParametricSeismicSource>\n" NT_TAIL

typedef struct desk {
    char *dir;
    kr_ctx *ctx;
    kr_job job;
    kr_model *model;
    char log[8192]; /* warnings, one a line */
} desk;

static void keep_warnings(void *user, kr_log_level level, const char *line)
{
    desk *d = user;
    size_t n = strlen(d->log);
    if (level == KR_LOG_WARNING)
        (void)snprintf(d->log + n, sizeof d->log - n, "%s\n", line);
}

static void begin(desk *d)
{
    memset(d, 0, sizeof *d);
    d->dir = kt_dir_create();
    d->ctx = kt_ctx();
    d->job = ft_job();
    d->job.investigation_time = 1;
    kr_ctx_set_log(d->ctx, keep_warnings, d);
}

static void end(desk *d)
{
    kr_model_destroy(&d->model);
    kt_ctx_end(&d->ctx);
    kt_dir_remove(&d->dir);
}

static const char *warnings_of(desk *d, const char *doc)
{
    kr_model_destroy(&d->model);
    d->log[0] = '\0';
    kt_ok(d->ctx, nt_read(d->ctx, &d->job, d->dir, doc, &d->model));
    return d->log;
}

static const char *warnings_of_changed(desk *d, const char *doc, const char *what, const char *with)
{
    char *text = nt_replace(doc, what, with);
    const char *log = warnings_of(d, text);
    free(text);
    return log;
}

/* One warning, at the line, with the text. */
static void is_one(const char *log, int line, const char *text)
{
    char place[32];
    const char *stop = strchr(log, '\n');

    (void)snprintf(place, sizeof place, "model.xml:%d: ", line);
    if (!stop || stop[1] || !strstr(log, place) || !strstr(log, text))
        fail_msg("warnings are '%s'; one is expected: %s%s", log, place, text);
}

static void test_misspelt(void **state)
{
    static const struct {
        const char *doc, *what, *with;
        int line;
        const char *text;
    } rows[] = {
        {DOC(NT_POINT), "<sourceModel", "<sourceModel investigation_tim='50'", 3,
         "attribute 'investigation_tim' of <sourceModel> is not known and has no effect; did you "
         "mean investigation_time?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup grp_probabilty='0.5'", 4,
         "attribute 'grp_probabilty' of <sourceGroup> is not known and has no effect; did you mean "
         "grp_probability?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup src_interdp='mutex'", 4,
         "did you mean src_interdep?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup rup_interdp='mutex'", 4,
         "did you mean rup_interdep?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup clusterr='true'", 4, "did you mean cluster?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup srcs_weigths='1'", 4,
         "did you mean srcs_weights?"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup colour='red'", 4,
         "attribute 'colour' of <sourceGroup> is not known and has no effect; grp_probability, "
         "src_interdep, rup_interdep, srcs_weights, cluster, occurrence_rate, tom would be known"},
        {DOC(NT_POINT), "<pointSource", "<pointSource tectonicRegio='Volcanic'", 5,
         "attribute 'tectonicRegio' of <pointSource> is not known and has no effect; did you mean "
         "tectonicRegion?"},
        {DOC(NT_POINT), "<pointSource", "<pointSource ton='NegativeBinomialTOM'", 5,
         "did you mean tom?"},
        {GIVEN, "name='given'", "name='given' rup_weigths='1'", 5, "did you mean rup_weights?"},
        {DOC(NT_MULTI), "<min_mag>", "<bin_widht>0.2</bin_widht><min_mag>", 10,
         "<bin_widht> in <multiMFD> is not known and has no effect; did you mean <bin_width>?"},
    };
    desk d;

    (void)state;
    begin(&d);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const char *log = warnings_of_changed(&d, rows[i].doc, rows[i].what, rows[i].with);
        is_one(log, rows[i].line, rows[i].text);
    }
    end(&d);
}

static void test_area(void **state)
{
    desk d;

    (void)state;
    begin(&d);
    d.job.area_source_discretization_km = 5;
    is_one(warnings_of_changed(&d, DOC(NT_AREA), "discretization=", "discretizatio="), 6,
           "attribute 'discretizatio' of <areaGeometry> is not known and has no effect; did you "
           "mean discretization?");
    end(&d);
}

/* Places on a fault: both lists or none must be known, so both are misspelt. */
static void test_lists(void **state)
{
    desk d;
    char *doc = nt_replace(DOC(FT_SIMPLE), "<rake>",
                           "<hypoLst><hypo/></hypoLst>\n<slpList><slip/></slpList>\n<rake>");

    (void)state;
    begin(&d);
    const char *log = warnings_of(&d, doc);
    assert_non_null(strstr(log, "<hypoLst> in <simpleFaultSource> is not known and has no effect; "
                                "did you mean <hypoList>?\n"));
    assert_non_null(strstr(log, "did you mean <slipList>?\n"));
    assert_int_equal(d.model->files[0].groups[0].sources[0]->nhypos, 0);
    free(doc);
    end(&d);
}

/* Thousands of sources with the same mistake are one warning, at the first; the next file has its
 * own. */
static void test_once(void **state)
{
    enum { SOURCES = 3000 };
    desk d;
    const char *source = NT_POINT;
    size_t len = strlen(source), size = (SOURCES + 1) * (len + 64), n = 0;
    char *doc = malloc(size);

    (void)state;
    assert_non_null(doc);
    begin(&d);
    n += (size_t)snprintf(doc, size, "%s", NT_HEAD NT_GROUP);
    for (int i = 0; i < SOURCES; i++)
        n += (size_t)snprintf(doc + n, size - n, "<pointSource id='p%d' tectonicRegin='x' %s", i,
                              strstr(source, "name="));
    (void)snprintf(doc + n, size - n, "%s", NT_TAIL);
    is_one(warnings_of(&d, doc), 5, "did you mean tectonicRegion?");
    assert_int_equal(d.model->files[0].groups[0].nsources, SOURCES);
    is_one(warnings_of(&d, doc), 5, "did you mean tectonicRegion?");
    free(doc);
    end(&d);
}

/* What private tools write, and what is known without effect. */
static void test_silent(void **state)
{
    static const struct {
        const char *doc, *what, *with;
    } rows[] = {
        {DOC(NT_POINT), NULL, ""},
        {DOC(NT_AREA), NULL, ""},
        {DOC(NT_MULTI), NULL, ""},
        {DOC(FT_SIMPLE), "<rake>", FT_PLACES "<rake>"},
        {DOC(FT_COMPLEX), NULL, ""},
        {GIVEN, NULL, ""},
        {DOC(NT_POINT), "<pointSource", "<pointSource fid='7' colour='red' gml:id='x'"},
        {DOC(NT_POINT), "<magScaleRel>", "<myNote author='me'>text</myNote><magScaleRel>"},
        {DOC(NT_POINT), "<sourceModel", "<sourceModel version='2'"},
        {DOC(NT_POINT), "<sourceGroup", "<sourceGroup gml:id='g' grp_probability='1'"},
    };
    desk d;

    (void)state;
    begin(&d);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(warnings_of_changed(&d, rows[i].doc, rows[i].what, rows[i].with), "");
    end(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_misspelt), cmocka_unit_test(test_area),
        cmocka_unit_test(test_lists),    cmocka_unit_test(test_once),
        cmocka_unit_test(test_silent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
