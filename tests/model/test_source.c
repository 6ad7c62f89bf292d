#include "model/nrml_text.h"

static void test_point(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;

    kt_ok(ctx, nt_read(ctx, &job, dir, NT_HEAD NT_GROUP NT_POINT NT_TAIL, &model));
    assert_int_equal(model->files[0].ngroups, 1);
    const kr_group *g = &model->files[0].groups[0];
    assert_string_equal(g->name, "g");
    assert_string_equal(g->trt, "Stable Shallow Crust");
    assert_int_equal(g->line, 4);
    assert_int_equal(g->nsources, 1);
    const kr_source *p = g->sources[0];
    assert_int_equal(p->kind, KR_SOURCE_POINT);
    assert_string_equal(p->id, "p");
    assert_string_equal(p->name, "a point");
    assert_string_equal(p->trt, g->trt);
    assert_int_equal(p->line, 5);
    kt_same(p->lon[0], -122.12346);
    kt_same(p->lat[0], 38.5);
    kt_same(p->lower_depth_km, 20);
    kt_same(p->aspect, 1.5);
    assert_string_equal(p->msr.name, "WC1994");
    assert_int_equal(p->nmfds, 1);
    kt_same(p->mfds[0].a, 4);
    kt_same(p->mfds[0].bin_width, 0.1);
    assert_ptr_equal(p->mfds, p->mfds_written);
    assert_int_equal(p->nplanes, 1);
    kt_same(p->planes[0].dip, 90);
    kt_same(p->depths[0].depth_km, 10);
    kt_same(p->mutex_weight, 1);
    size_t again = 7;
    kt_ok(ctx, kr_model_read(ctx, model, &job, model->files[0].path, &again));
    assert_int_equal(again, 0);
    assert_int_equal(model->nfiles, 1);
    kr_model_destroy(&model);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void test_area_and_multi(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;

    kt_ok(ctx, nt_read(ctx, &job, dir, NT_HEAD NT_GROUP NT_AREA NT_MULTI NT_TAIL, &model));
    const kr_source *a = model->files[0].groups[0].sources[0];
    const kr_source *m = model->files[0].groups[0].sources[1];
    assert_int_equal(a->npoints, 4);
    kt_same(a->discretization_km, 10);
    kt_same(a->lon[2], 1);
    assert_int_equal(m->npoints, 3);
    assert_int_equal(m->nmfds, 3);
    kt_same(m->lat[1], 0.12346);
    kt_same(m->mfds[2].max_mag, 6.7);
    kt_same(m->mfds[2].min_mag, 4.5);
    kt_same(m->mfds[1].a, 4.1);
    kt_same(m->mfds[1].b, 1);
    kt_same(m->mfds[1].bin_width, 0.1);
    assert_ptr_equal(a->planes, m->planes); /* shared */
    assert_ptr_equal(a->depths, m->depths);
    kr_model_destroy(&model);

    char *text = nt_replace(NT_HEAD NT_GROUP NT_AREA NT_TAIL, "0 0  1 0  1 1  0 1",
                            "0 0  0.000001 0  1 0 1 1  1.000004 1 0 1 0 0");
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    assert_int_equal(model->files[0].groups[0].sources[0]->npoints, 4);
    kr_model_destroy(&model);
    free(text);
    text = nt_replace(NT_HEAD NT_GROUP NT_AREA NT_TAIL, " discretization='10'", "");
    job.area_source_discretization_km = 7;
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    kt_same(model->files[0].groups[0].sources[0]->discretization_km, 7);
    kr_model_destroy(&model);
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static const kr_source *read_multi(kr_ctx *ctx, const char *dir, const char *mfd, kr_model **model)
{
    kr_job job = nt_job();
    char *text = nt_replace(NT_HEAD NT_GROUP NT_MULTI NT_TAIL,
                            "<multiMFD kind='truncGutenbergRichterMFD' size='3'>\n"
                            "<min_mag>4.5</min_mag><max_mag>6.5 6.6 6.7</max_mag>\n"
                            "<a_val>4 4.1 4.2</a_val><b_val>[1]</b_val></multiMFD>\n",
                            mfd);
    kt_ok(ctx, nt_read(ctx, &job, dir, text, model));
    free(text);
    return (*model)->files[0].groups[0].sources[0];
}

static void test_multi_mfds(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_model *model = NULL;
    const kr_source *m = read_multi(ctx, dir,
                                    "<multiMFD kind='incrementalMFD' size='3'><min_mag>5</min_mag>"
                                    "<bin_width>0.2</bin_width><lengths>2 1 3</lengths>"
                                    "<occurRates>1 2 3 4 5 6</occurRates></multiMFD>",
                                    &model);
    assert_int_equal(m->nmfds, 3);
    assert_int_equal(m->mfds[2].n, 3);
    kt_same(m->mfds[1].rates[0], 3);
    kt_same(m->mfds[2].rates[2], 6);
    kt_same(m->mfds[2].bin_width, 0.2);
    kr_model_destroy(&model);
    m = read_multi(ctx, dir,
                   "<multiMFD kind='arbitraryMFD' size='3'><lengths>1</lengths>"
                   "<magnitudes>5 6 7</magnitudes><occurRates>1 2 3</occurRates></multiMFD>",
                   &model);
    kt_same(m->mfds[1].mags[0], 6);
    kt_same(m->mfds[2].rates[0], 3);
    kr_model_destroy(&model);
    m = read_multi(ctx, dir,
                   "<multiMFD kind='truncGutenbergRichterMFD' size='3'><min_mag>5</min_mag>"
                   "<max_mag>7</max_mag><bin_width>0.5</bin_width><a_val>3</a_val>"
                   "<b_val>0.9</b_val></multiMFD>",
                   &model);
    assert_int_equal(m->nmfds, 1); /* all the same: kept once */
    kt_same(m->mfds[0].bin_width, 0.5);
    kr_model_destroy(&model);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* Repeated values are merged, and the list is then sorted by probability and value. */
static void test_distributions(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;
    char *text =
        nt_replace(NT_HEAD NT_GROUP NT_POINT NT_TAIL, "<hypoDepth probability='1' depth='10'/>",
                   "<hypoDepth probability='0.2' depth='2'/>"
                   "<hypoDepth probability='0.2' depth='10'/>"
                   "<hypoDepth probability='0.2' depth='8'/>"
                   "<hypoDepth probability='0.2' depth='2'/>"
                   "<hypoDepth probability='0.2' depth='6'/>");

    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    const kr_source *p = model->files[0].groups[0].sources[0];
    assert_int_equal(p->ndepths, 4);
    const double want[4][2] = {{0.2, 6}, {0.2, 8}, {0.2, 10}, {0.4, 2}};
    for (size_t i = 0; i < 4; i++) {
        kt_same(p->depths[i].prob, want[i][0]);
        kt_same(p->depths[i].depth_km, want[i][1]);
    }
    kr_model_destroy(&model);
    free(text);
    text = nt_replace(NT_HEAD NT_GROUP NT_POINT NT_TAIL,
                      "<nodalPlane probability='1' strike='0' dip='90' rake='0'/>",
                      "<nodalPlane probability='0.6' strike='90' dip='90' rake='0'/>"
                      "<nodalPlane probability='0.4' strike='0' dip='45' rake='-90'/>");
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    p = model->files[0].groups[0].sources[0];
    assert_int_equal(p->nplanes, 2); /* nothing repeated: the order of the file */
    kt_same(p->planes[0].strike, 90);
    kt_same(p->planes[1].rake, -90);
    kr_model_destroy(&model);
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

#define V04                                                                                        \
    "<nrml xmlns:gml='http://www.opengis.net/gml' "                                                \
    "xmlns='http://openquake.org/xmlns/nrml/0.4'><sourceModel>\n"

static void test_version_04(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;
    char *z = nt_replace(NT_POINT, "id='p'", "id='z' tectonicRegion='Volcanic'");
    char *b = nt_replace(NT_POINT, "id='p'", "id='b' tectonicRegion='Active Shallow Crust'");
    char *a = nt_replace(NT_AREA, "id='a'", "id='A1' tectonicRegion='Active Shallow Crust'");
    char *text = malloc(20000);

    (void)snprintf(text, 20000, V04 "%s%s%s</sourceModel></nrml>", b, z, a);
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    const kr_source_file *f = &model->files[0];
    assert_int_equal(f->ngroups, 2); /* fewer sources first; in a group by id */
    assert_string_equal(f->groups[0].trt, "Volcanic");
    assert_string_equal(f->groups[1].sources[0]->id, "A1");
    assert_string_equal(f->groups[1].sources[1]->id, "b");
    kr_model_destroy(&model);

    /* The job leaves sources out. */
    const char *ids[] = {"z", "A1"}, *tags[] = {"areaSource"}, *trts[] = {"Active Shallow Crust"};
    job.source_id = (kr_names){2, ids};
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    assert_int_equal(model->files[0].groups[1].nsources, 1);
    kr_model_destroy(&model);
    job.source_nodes = (kr_names){1, tags};
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    assert_int_equal(model->files[0].ngroups, 1);
    kr_model_destroy(&model);
    job.discard_trts = (kr_names){1, trts};
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    assert_int_equal(model->files[0].ngroups, 0);
    kr_model_destroy(&model);
    free(z), free(b), free(a), free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static void test_groups(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;
    char *one = nt_replace(NT_POINT, "id='p'", "id='m:1'");
    char *two = nt_replace(NT_POINT, "id='p'", "id='m:2'");
    char *text = malloc(20000);

    (void)snprintf(text, 20000,
                   "<nrml xmlns:gml='g'><sourceModel investigation_time='50'>"
                   "<sourceGroup tectonicRegion='V' src_interdep='mutex' srcs_weights='0.3 0.7' "
                   "grp_probability='0.5'>%s%s</sourceGroup>"
                   "<sourceGroup tectonicRegion='V' cluster='true' tom='PoissonTOM' "
                   "occurrence_rate='0.001'>" NT_POINT "</sourceGroup>"
                   "<sourceGroup tectonicRegion='W'/></sourceModel></nrml>",
                   one, two);
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model)); /* no namespace: told by the groups */
    const kr_source_file *f = &model->files[0];
    kt_same(f->investigation_time, 50);
    assert_int_equal(f->ngroups, 2);
    assert_true(f->groups[0].cluster);
    kt_same(f->groups[0].occurrence_rate, 0.001);
    assert_true(f->groups[1].mutex_sources);
    kt_same(f->groups[1].grp_probability, 0.5);
    kt_same(f->groups[1].sources[0]->mutex_weight, 0.3);
    kt_same(f->groups[1].sources[1]->mutex_weight, 0.7);
    assert_false(kr_hash_equal(f->groups[1].sources[0]->digest, f->groups[1].sources[1]->digest));
    kr_model_destroy(&model);
    free(one), free(two), free(text);

    text = nt_replace(NT_HEAD NT_GROUP NT_POINT NT_TAIL, "id='p'",
                      "id='p' tom='NegativeBinomialTOM' alpha='0.5' mu='2'");
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    const kr_source *p = model->files[0].groups[0].sources[0];
    assert_int_equal(p->tom, KR_TOM_NEGATIVE_BINOMIAL);
    kt_same(p->tom_alpha, 0.5);
    kr_model_destroy(&model);
    free(text);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static kr_hash128 digest_of(kr_ctx *ctx, const char *dir, const char *what, const char *with)
{
    kr_job job = nt_job();
    kr_model *model = NULL;
    char *text = nt_replace(NT_HEAD NT_GROUP NT_POINT NT_TAIL, what, with);
    kt_ok(ctx, nt_read(ctx, &job, dir, text, &model));
    kr_hash128 h = model->files[0].groups[0].sources[0]->digest;
    kr_model_destroy(&model);
    free(text);
    return h;
}

static void test_digest(void **state)
{
    (void)state;
    static const char *const same[][2] = {{"id='p'", "id='q'"},
                                          {"a point", "another"},
                                          {"38.5<", "38.500001<"},
                                          {"<magScaleRel>", "\n\n<magScaleRel> "}};
    static const char *const other[][2] = {
        {"38.5<", "38.6<"},
        {"-122", "-121"},
        {">20<", ">21<"},
        {"WC1994", "PeerMSR"},
        {">1.5<", ">2<"},
        {"aValue='4'", "aValue='4.1'"},
        {"maxMag='7'", "maxMag='8'"},
        {"dip='90'", "dip='80'"},
        {"depth='10'", "depth='11'"},
        {"id='p'", "id='p' tom='NegativeBinomialTOM' alpha='1' mu='1'"},
        {"Stable", "Active"},
    };
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_hash128 plain = digest_of(ctx, dir, "id='p'", "id='p'");
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        assert_true(kr_hash_equal(plain, digest_of(ctx, dir, same[i][0], same[i][1])));
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        assert_false(kr_hash_equal(plain, digest_of(ctx, dir, other[i][0], other[i][1])));
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

static kr_status scenario(kr_ctx *ctx, void *user)
{
    kr_job job = nt_job();
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
    char *dir = kt_dir_create();
    char *path = strdup(kt_path(dir, "model.xml"));
    kt_write_text(path, NT_HEAD NT_GROUP NT_POINT NT_AREA NT_MULTI NT_TAIL);
    assert_true(kt_fail_each_allocation(scenario, path) > 4);
    free(path);
    kt_dir_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_point),      cmocka_unit_test(test_area_and_multi),
        cmocka_unit_test(test_multi_mfds), cmocka_unit_test(test_distributions),
        cmocka_unit_test(test_version_04), cmocka_unit_test(test_groups),
        cmocka_unit_test(test_digest),     cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
