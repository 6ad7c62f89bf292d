/* What is said of wrong source models: line and text. */
#include "model/nrml_text.h"

#define DOC NT_HEAD NT_GROUP NT_POINT NT_TAIL

typedef struct wrong {
    const char *what, *with, *says;
} wrong;

static void check(kr_ctx *ctx, const char *dir, const char *doc, const wrong *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kr_job job = nt_job();
        kr_model *model = NULL;
        char *text = nt_replace(doc, rows[i].what, rows[i].with);
        char says[300];
        (void)snprintf(says, sizeof says, "model.xml:%s", rows[i].says);
        kt_fails(ctx, nt_read(ctx, &job, dir, text, &model), KR_EINPUT, says);
        kr_model_destroy(&model);
        free(text);
    }
}

#define CHECK(doc, rows)                                                                           \
    do {                                                                                           \
        kr_ctx *ctx = kt_ctx();                                                                    \
        char *dir = kt_dir_create();                                                               \
        check(ctx, dir, doc, rows, sizeof(rows) / sizeof *(rows));                                 \
        kt_dir_remove(&dir);                                                                       \
        kt_ctx_end(&ctx);                                                                          \
    } while (0)

static void test_values(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {"id='p'", "", "5: <pointSource> has no attribute 'id'"},
        {"id='p'", "id='a b'", "5: the id 'a b' is not valid"},
        {"id='p'", "id=''", "5: the id '' has 0 characters"},
        {"id='p'", "id='\xc3\xa9'", "5: the id"},
        {" name='a point'", "", "5: <pointSource> has no attribute 'name'"},
        {"-122", "-222", "6: longitude -222.123 is out of range"},
        {"38.5<", "90.1<", "6: latitude 90.1 is out of range"},
        {"38.5<", "<", "6: <pos> holds"},
        {"38.5<", "nan<", "6: latitude"},
        {">0<", ">20<", "6: lowerSeismoDepth 20 km is not below"},
        {">0<", ">-9<", "6: upperSeismoDepth -9 km is above"},
        {">0<", ">x<", "7: <upperSeismoDepth> holds 'x'"},
        {">20<", ">7000<", "6: lowerSeismoDepth 7000 km is below"},
        {">20<", "><", "8: <lowerSeismoDepth> holds ''"},
        {"WC1994", "WC1995", "9: 'WC1995' is no magnitude-scaling relationship; did you mean"},
        {"WC1994", "CScalingMSR", "9: 'CScalingMSR' is no magnitude-scaling"},
        {">1.5<", ">0<", "5: ruptAspectRatio 0"},
        {">1.5<", ">1.5 1<", "10: <ruptAspectRatio> holds '1.5 1'"},
        {"aValue='4' ", "", "11: <truncGutenbergRichterMFD> has no attribute 'aValue'"},
        {"bValue='1'", "bValue='-1'", "11: bValue=-1 of <truncGutenbergRichterMFD> is negative"},
        {"bValue='1'", "bValue='0'", "11: b value 0"},
        {"maxMag='7'", "maxMag='5.05'", "11: maximum magnitude 5.05"},
        {"maxMag='7'", "maxMag='1e9'", "11: maximum magnitude 1e+09"},
        {"aValue='4'", "slipRate='1' rigidity='3'", "11: slipRate needs the area of a fault"},
        {"strike='0'", "strike='360'", "12: strike 360 is out of range"},
        {"dip='90'", "dip='0'", "12: dip 0 is out of range"},
        {"rake='0'", "rake='-180'", "12: rake -180 is out of range"},
        {"rake='0'", "rake='undefined'", "12: rake='undefined' of <nodalPlane>; a number"},
        {"probability='1'", "probability='0.9'",
         "12: probabilities of <nodalPlaneDist> sum to 0.9"},
        {"probability='1'", "probability='0'", "12: <nodalPlane> has probability 0"},
        {"probability='1'", "probability='1.5'", "12: probability 1.5 of <nodalPlane>"},
        {"probability='1' depth='10'", "probability='0.5' depth='10'",
         "13: probabilities of <hypoDepthDist> sum to 0.5"},
        {"depth='10'", "depth='25'", "13: hypocentral depth 25 km is outside"},
        {"<hypoDepth probability='1' depth='10'/>",
         "<hypoDepth probability='0.5' depth='1'/><hypoDepth probability='0.49999' depth='1'/>",
         "13: probabilities of <hypoDepthDist> sum to 0.99999; with repeated values"},
        {"<hypoDepth probability='1' depth='10'/>", "", "13: <hypoDepthDist> is empty"},
    };
    CHECK(DOC, rows);
}

static void test_structure(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {"nrml/0.5", "nrml/0.3", "2: the namespace 'http://openquake.org/xmlns/nrml/0.3'"},
        {"nrml/0.5", "nrml/0.4", "4: <sourceGroup> in NRML 0.4"},
        {"<sourceModel name='test'>", "<logicTree/><sourceModel>", "3: <nrml> holds <logicTree>"},
        {NT_GROUP, NT_POINT NT_GROUP, "4: <pointSource> outside of a <sourceGroup>"},
        {"</nrml>", "<sourceModel/></nrml>", "17: a second <sourceModel>"},
        {"tectonicRegion='Stable Shallow Crust'", "", "4: <sourceGroup> has no attribute 'tect"},
        {"id='p'", "id='p' tectonicRegion='Other'", "5: tectonicRegion 'Other' of 'p' is not"},
        {"id='p'", "id='p' tom='FatedTOM'", "5: tom='FatedTOM' is not available"},
        {"id='p'", "id='p' tom='NegativeBinomialTOM' mu='1'",
         "5: <pointSource> has no attribute "
         "'alpha'"},
        {"id='p'", "id='p' tom='NegativeBinomialTOM' mu='1' alpha='0'", "5: alpha=0 and mu=1"},
        {"name='g'", "src_interdep='maybe'", "4: src_interdep='maybe'"},
        {"name='g'", "src_interdep='mutex'", "4: <sourceGroup> has no attribute 'srcs_weights'"},
        {"name='g'", "src_interdep='mutex' srcs_weights='1 1'", "4: 2 srcs_weights for 1 sources"},
        {"name='g'", "src_interdep='mutex' srcs_weights='0.9'", "4: srcs_weights sum to 0.9"},
        {"name='g'", "src_interdep='mutex' srcs_weights='1'", "5: the id 'p' in a group of mut"},
        {"name='g'", "rup_interdep='mutex'", "5: pointSource 'p' in a group with rup_interdep"},
        {"name='g'", "grp_probability='2'", "4: grp_probability 2 is out of range"},
        {"name='g'", "cluster='true'", "4: the group is a cluster without tom"},
        {"name='g'", "cluster='true' tom='PoissonTOM'", "4: the group is a cluster without occ"},
        {"<pointSource id", "<pointySource id", "5: <pointySource> is no source"},
        {"<pointGeometry>", "<pointGeo>", "8: an end tag that does not match; </pointGeo>"},
        {"</nrml>", "", "18: the file ends inside <nrml> of line 2"},
        {"<magScaleRel>WC1994</magScaleRel>\n", "", "5: <pointSource> has no <magScaleRel>"},
        {"<magScaleRel>WC1994</magScaleRel>\n", "<magScalRel>WC1994</magScalRel>\n",
         "5: <pointSource> has no <magScaleRel>; exactly one is needed, not the <magScalRel> of "
         "line"},
        {"<gml:Point><gml:pos>-122.123456 38.5</gml:pos></gml:Point>", "",
         "6: <pointGeometry> has no <Point>"},
    };
    CHECK(DOC, rows);
}

static void test_mfds(void **state)
{
    (void)state;
#define GR "<truncGutenbergRichterMFD aValue='4' bValue='1' minMag='5' maxMag='7'/>"
    static const wrong rows[] = {
        {GR, "", "5: pointSource 'p' has no magnitude-frequency distribution"},
        {GR, "<truncatedGR aValue='4' bValue='1' minMag='5' maxMag='6'/>",
         "11: <truncatedGR> in pointSource 'p' is no magnitude-frequency distribution that is"},
        {GR, GR GR, "11: <truncGutenbergRichterMFD> beside the"},
        {GR, "<multiMFD kind='arbitraryMFD' size='1'/>", "11: <multiMFD> in pointSource 'p'"},
        {GR, "<incrementalMFD minMag='5' binWidth='0.1'/>", "11: <incrementalMFD> has no <occurR"},
        {GR,
         "<incrementalMFD minMag='5' binWidth='0.1'><occurRates>-1</occurRates>"
         "</incrementalMFD>",
         "11: occurrence rate -1 is negative"},
        {GR,
         "<incrementalMFD minMag='5' binWidth='0'><occurRates>1</occurRates>"
         "</incrementalMFD>",
         "11: bin width 0"},
        {GR, "<incrementalMFD minMag='5' binWidth='0.1'>\n<occurRates/></incrementalMFD>",
         "12: <occurRates> is empty"},
        {GR,
         "<incrementalMFD minMag='5' binWidth='0.1'><occurRates>0 0</occurRates>"
         "</incrementalMFD>",
         "11: all occurrence rates are 0"},
        {GR, "<arbitraryMFD><magnitudes>5 6</magnitudes><occurRates>1</occurRates></arbitraryMFD>",
         "11: 2 magnitudes and 1 occurRates"},
        {GR, "<YoungsCoppersmithMFD minMag='5' bValue='1' characteristicMag='7' binWidth='0.1'/>",
         "11: <YoungsCoppersmithMFD> has neither characteristicRate nor"},
        {GR,
         "<YoungsCoppersmithMFD minMag='5' bValue='1' characteristicMag='7' binWidth='0.1' "
         "totalMomentRate='0'/>",
         "11: totalMomentRate=0 makes no rates"},
        {GR,
         "<YoungsCoppersmithMFD minMag='5' bValue='1' characteristicMag='7' binWidth='1' "
         "characteristicRate='0.1'/>",
         "11: bin width 1"},
        {GR, "<taperedGutenbergRichterMFD aValue='4' bValue='1' minMag='5' maxMag='7'/>",
         "11: <taperedGutenbergRichterMFD> has no attribute 'cornerMag'"},
    };
    CHECK(DOC, rows);
}

static void test_area(void **state)
{
    (void)state;
#define RING "0 0  1 0  1 1  0 1"
    static const wrong rows[] = {
        {RING, "0 0  1 1  1 0  0 1", "6: polygon of areaSource 'a': "},
        {RING, "0 0  1 1", "6: polygon of areaSource 'a': "},
        {RING, "0 0  1 0 0 0 1 0", "6: polygon of areaSource 'a': "},
        {RING, "0 0  1 0  1", "7: <posList> holds 5 numbers"},
        {RING, "0 0  181 0  1 1", "7: longitude 181 is out of range"},
        {RING, "", "7: <posList> holds 0 numbers"},
        {RING, "0 0 one 0 1 1", "7: <posList> holds 'one', which is not a number"},
        {" discretization='10'", "",
         "6: areaSource 'a' has no attribute discretization and the "
         "job no area_source_discretization"},
        {"discretization='10'", "discretization='0'", "6: discretization 0 km"},
        {"<incrementalMFD minMag='5' binWidth='0.1'><occurRates>0.1 0.2</occurRates>"
         "</incrementalMFD>",
         "<taperedGutenbergRichterMFD aValue='4' bValue='1' minMag='5' maxMag='8' cornerMag='7'/>",
         "11: <taperedGutenbergRichterMFD> in areaSource 'a'; its rates cannot be divided"},
    };
    CHECK(NT_HEAD NT_GROUP NT_AREA NT_TAIL, rows);
}

static void test_multi(void **state)
{
    (void)state;
    static const wrong rows[] = {
        {"size='3'", "size='2'", "9: the multiMFD has size 2; the source has 3 points"},
        {"size='3'", "size='many'", "9: size='many' of <multiMFD>"},
        {"size='3'", "size='-3'", "9: size='-3' of <multiMFD>"},
        {"kind='truncGutenbergRichterMFD'", "kind='YoungsCoppersmithMFD'",
         "9: a multiMFD of kind 'YoungsCoppersmithMFD' cannot be read"},
        {"kind='truncGutenbergRichterMFD'", "kind='incrementalMFD'",
         "9: <multiMFD> has no <occurRates>"},
        {"6.5 6.6 6.7", "6.5 6.6", "9: <max_mag> of the multiMFD has 2 numbers; 1 or 3"},
        {"6.5 6.6 6.7", "6.5 6.6 4.5", "9: maximum magnitude 4.5"},
        {"<b_val>[1]</b_val>", "", "9: <multiMFD> has no <b_val>"},
        {"0.123456", "", "6: <posList> holds 5 numbers"},
    };
    CHECK(NT_HEAD NT_GROUP NT_MULTI NT_TAIL, rows);
}

static void test_by_job(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;
    size_t index = 0;

    job.width_of_mfd_bin = NAN;
    kt_fails(ctx, nt_read(ctx, &job, dir, DOC, &model), KR_EINPUT,
             "model.xml:11: this distribution needs the job's parameter width_of_mfd_bin");
    kr_model_destroy(&model);
    job = nt_job();
    job.disagg_by_src = true;
    kt_fails(ctx, nt_read(ctx, &job, dir, NT_HEAD NT_GROUP NT_POINT NT_POINT NT_TAIL, &model),
             KR_EINPUT, "model.xml:15: the id 'p' is also that of line 5");
    kr_model_destroy(&model);
    job.disagg_by_src = false;
    kt_ok(ctx, nt_read(ctx, &job, dir, NT_HEAD NT_GROUP NT_POINT NT_POINT NT_TAIL, &model));
    kt_fails(ctx, kr_model_read(ctx, model, &job, kt_path(dir, "none.xml"), &index), KR_EINPUT,
             "none.xml: cannot be opened");
    assert_int_equal(model->nfiles, 1);
    kr_model_destroy(&model);

    /* A wrong source may be there if the job leaves it out. */
    char *fault = nt_replace(DOC, "<pointSource id='p'",
                             "<simpleFaultSource id='f'/>"
                             "<pointSource id='p'");
    const char *tags[] = {"pointSource"}, *ids[] = {"p"};
    kt_fails(ctx, nt_read(ctx, &job, dir, fault, &model), KR_EINPUT,
             "5: <simpleFaultSource> has no attribute 'name'");
    kr_model_destroy(&model);
    job.source_nodes = (kr_names){1, tags};
    kt_ok(ctx, nt_read(ctx, &job, dir, fault, &model));
    kr_model_destroy(&model);
    job.source_nodes.n = 0;
    job.source_id = (kr_names){1, ids};
    kt_ok(ctx, nt_read(ctx, &job, dir, fault, &model));
    kr_model_destroy(&model);
    free(fault);
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

/* However a document is cut, there is an error and no more. */
static void test_cut(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char *dir = kt_dir_create();
    kr_job job = nt_job();
    kr_model *model = NULL;
    size_t n = strlen(DOC);
    for (size_t cut = 0; cut < n - 8; cut += 7) {
        char *text = strndup(DOC, cut);
        assert_int_equal(nt_read(ctx, &job, dir, text, &model), KR_EINPUT);
        assert_non_null(strstr(kr_ctx_error(ctx), "model.xml:"));
        kr_ctx_clear_error(ctx);
        kr_model_destroy(&model);
        free(text);
    }
    kt_dir_remove(&dir);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values), cmocka_unit_test(test_structure),
        cmocka_unit_test(test_mfds),   cmocka_unit_test(test_area),
        cmocka_unit_test(test_multi),  cmocka_unit_test(test_by_job),
        cmocka_unit_test(test_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
