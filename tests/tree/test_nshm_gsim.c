/* The ground-motion tree of New Zealand's model as nzshm-model writes it in JSON. */
#include "tree/nshm_data.h"

static const char *trts[] = {KT_ASC, NZ_INTER, NZ_SLAB};

static kr_status read_gsims(kt_reader *r, const char *json)
{
    kt_write_text(kt_path(r->at.dir, "g.json"), json);
    kt_ok(r->at.ctx, kt_reader_job(r, "g.json", "g.json", "", KR_COMPAT_OQ_3_21));
    return kt_reader_gsims(r, trts, 3);
}

static const char *const gsims[][2] = {
    {"[Stafford2022]\nmu_branch = \"Upper\"", "0.3"},
    {"[Stafford2022]\nmu_branch = \"Central\"", "0.4"},
    {"[Atkinson2022Crust]\nepistemic = \"Lower\"\nmodified_sigma = \"true\"", "0.2"},
    {"[AbrahamsonEtAl2014]\nsigma_mu_epsilon = -1.28155", "0.1"},
    {"[NZNSHM2022_AbrahamsonGulerce2020SInter]\nregion = \"GLO\"\nsigma_mu_epsilon = 1.28155",
     "0.5"},
    {"[NZNSHM2022_ParkerEtAl2020SInter]\nsigma_mu_epsilon = 0.0\nmodified_sigma = \"true\"", "0.3"},
    {"[NZNSHM2022_KuehnEtAl2020SInter]\nregion = \"GLO\"\nsigma_mu_epsilon = -1.28155\n"
     "modified_sigma = \"true\"",
     "0.2"},
    {"[Atkinson2022SSlab]\nepistemic = \"Upper\"\nmodified_sigma = \"true\"", "0.6"},
    {"[NZNSHM2022_KuehnEtAl2020SSlab]\nregion = \"GLO\"\nsigma_mu_epsilon = 0.0\n"
     "modified_sigma = \"true\"",
     "0.4"},
};

static void check_gsims(const kt_reader *r)
{
    assert_int_equal(r->tree.ngsims, 9);
    for (size_t i = 0; i < 9; i++) {
        assert_string_equal(r->tree.gsims[i].uncertainty, gsims[i][0]);
        kt_same(r->tree.gsims[i].weights[0], atof(gsims[i][1]));
        assert_true(r->tree.gsims[i].parts[0].table);
    }
    assert_string_equal(r->tree.gsims[0].branch_id, "gA0");
    assert_string_equal(r->tree.gsims[4].branch_id, "gA1");
    assert_int_equal(r->tree.first_gsim[1], 4);
    assert_int_equal(r->tree.first_gsim[2], 7);
}

static void gsim_tree(void **state)
{
    char *json = nshm_data("nshm_gsim.json"), xml[8192] = "", set[4096];
    static const struct {
        const char *trt;
        size_t first, end;
    } sets[] = {{KT_ASC, 0, 4}, {NZ_INTER, 4, 7}, {NZ_SLAB, 7, 9}};
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    kt_ok(r.at.ctx, read_gsims(&r, json));
    check_gsims(&r);
    assert_string_equal(r.at.log, "");
    /* the same as NRML */
    for (size_t k = 0; k < 3; k++) {
        size_t n = (size_t)snprintf(set, sizeof set,
                                    "<logicTreeBranchSet uncertaintyType='gmpeModel' branchSetID="
                                    "'g%zu' applyToTectonicRegionType='%s'>",
                                    k, sets[k].trt);
        for (size_t i = sets[k].first; i < sets[k].end; i++)
            n += (size_t)snprintf(set + n, sizeof set - n,
                                  "<logicTreeBranch branchID='b%zu'><uncertaintyModel>%s"
                                  "</uncertaintyModel><uncertaintyWeight>%s</uncertaintyWeight>"
                                  "</logicTreeBranch>",
                                  i, gsims[i][0], gsims[i][1]);
        snprintf(xml + strlen(xml), sizeof xml - strlen(xml), "%s</logicTreeBranchSet>", set);
    }
    kt_tree_file(&r.at, "g.xml", "logicTree", xml);
    kt_ok(r.at.ctx, kt_reader_job(&r, "g.xml", "g.xml", "", KR_COMPAT_OQ_3_21));
    kt_ok(r.at.ctx, kt_reader_gsims(&r, trts, 3));
    check_gsims(&r);
    free(json);
    kt_reader_end(&r);
}

/* As it was written for the patched OpenQuake: other names, no modified_sigma. */
static void old_names(void **state)
{
    static const char *const changes[][2] = {
        {"\"NZNSHM2022_AbrahamsonGulerce2020SInter\"", "\"AbrahamsonGulerce2020SInter\""},
        {"\"NZNSHM2022_ParkerEtAl2020SInter\"", "\"ParkerEtAl2021SInter\""},
        {"\"NZNSHM2022_KuehnEtAl2020SInter\"", "\"KuehnEtAl2020SInter\""},
        {"\"NZNSHM2022_KuehnEtAl2020SSlab\"", "\"KuehnEtAl2020SSlab\""},
    };
    char *json = nshm_data("nshm_gsim.json"), *next;
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        next = nshm_changed(json, changes[i][0], changes[i][1]);
        free(json);
        json = next;
    }
    while (strstr(json, ",\n      \"modified_sigma\": \"true\"")) {
        next = nshm_changed(json, ",\n      \"modified_sigma\": \"true\"", "");
        free(json);
        json = next;
    }
    kt_ok(r.at.ctx, read_gsims(&r, json));
    check_gsims(&r);
    assert_non_null(strstr(r.infos, "'AbrahamsonGulerce2020SInter' is a name of the OpenQuake "
                                    "patched for New Zealand"));
    /* other regions, and files without an old name, are taken as they are */
    next = nshm_changed(json, "\"GLO\"", "\"NZL\"");
    kt_ok(r.at.ctx, read_gsims(&r, next));
    assert_string_equal(r.tree.gsims[4].uncertainty,
                        "[AbrahamsonGulerce2020SInter]\n"
                        "region = \"NZL\"\nsigma_mu_epsilon = 1.28155");
    free(next);
    free(json);
    json = nshm_data("nshm_gsim.json");
    next = nshm_changed(json, ",\n      \"modified_sigma\": \"true\"", "");
    kt_ok(r.at.ctx, read_gsims(&r, next));
    assert_string_equal(r.tree.gsims[2].uncertainty, "[Atkinson2022Crust]\nepistemic = \"Lower\"");
    assert_null(strstr(r.infos, "patched"));
    free(next);
    free(json);
    kt_reader_end(&r);
}

#define GSIMS(sets) "{\"branch_sets\": [\n" sets "]}"
#define GSIM(name, args, trt)                                                                      \
    "{\"weight\": 1, \"gsim_name\": \"" name "\",\n\"gsim_args\": " args                           \
    ", \"tectonic_region_type\": \"" trt "\"}"

static void gsim_values(void **state)
{
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    kt_write_text(
        kt_path(r.at.dir, "g.json"),
        GSIMS(NSHM_SET("A", GSIM("BooreAtkinson2008",
                                 "{\"a\": \"x\\\"\\\\\", \"b\": [1, 2.5, \"t\"], \"c\": true, "
                                 "\"d\": -3, \"e\": 1e-5}",
                                 KT_ASC))));
    kt_ok(r.at.ctx, kt_reader_job(&r, "g.json", "g.json", "", KR_COMPAT_OQ_3_21));
    kt_ok(r.at.ctx, kt_reader_gsims(&r, trts, 1));
    assert_string_equal(r.tree.gsims[0].uncertainty,
                        "[BooreAtkinson2008]\na = \"x\\\"\\\\\"\nb = [1, 2.5, \"t\"]\nc = true\n"
                        "d = -3\ne = 1e-05");
    assert_string_equal(kr_value_get(&r.tree.gsims[0].parts[0].args, "a")->text, "x\"\\");
    assert_int_equal(kr_value_get(&r.tree.gsims[0].parts[0].args, "b")->n, 3);
    kt_write_text(kt_path(r.at.dir, "g.json"),
                  GSIMS(NSHM_SET("A", GSIM("BooreAtkinson2008", "{}", KT_ASC))));
    kt_ok(r.at.ctx, kt_reader_job(&r, "g.json", "g.json", "", KR_COMPAT_OQ_3_21));
    kt_ok(r.at.ctx, kt_reader_gsims(&r, trts, 1));
    assert_string_equal(r.tree.gsims[0].uncertainty, "[BooreAtkinson2008]");
    assert_false(r.tree.gsims[0].parts[0].table);
    kt_reader_end(&r);
}

static void gsim_wrong(void **state)
{
#define B1 GSIM("BooreAtkinson2008", "{}", KT_ASC)
    static const struct {
        const char *json, *message;
    } cases[] = {
        {"{\"logic_tree_version\": 2, \"branch_sets\": [1]}", "g.json:1: a source logic tree"},
        {"{\"branch_sets\": [1], \"correlations\": [1]}",
         "'correlations' is not known in ground-motion trees"},
        {"[]", "g.json:1: the logic tree is a list; an object was expected"},
        {GSIMS("1"), "g.json:2: a branch set is a number"},
        {GSIMS(NSHM_SET("A", "")), "the branch set 'A' is empty"},
        {GSIMS(NSHM_SET("A", "{\"weight\": 1}")), "g.json:3: a branch has no 'gsim_name'"},
        {GSIMS(NSHM_SET("A", "{\"weight\": 1, \"gsim_name\": \"x\"}")),
         "a branch has no 'tectonic_region_type'"},
        {GSIMS(NSHM_SET("A", GSIM("x y", "{}", KT_ASC))), "g.json:3: gsim_name 'x y' is no name"},
        {GSIMS(NSHM_SET("A", GSIM("x", "{\"a b\": 1}", KT_ASC))),
         "g.json:4: 'a b' is no name of an argument"},
        {GSIMS(NSHM_SET("A", GSIM("x", "{\"a\": null}", KT_ASC))), "the argument 'a' is null"},
        {GSIMS(NSHM_SET("A", GSIM("x", "{\"a\": {}}", KT_ASC))), "the argument 'a' is an object"},
        {GSIMS(NSHM_SET("A", GSIM("x", "[]", KT_ASC))), "'gsim_args' of a branch is a list"},
        {GSIMS(NSHM_SET("A", B1 "," GSIM("x", "{}", NZ_SLAB))),
         "a branch for '" NZ_SLAB "' in a branch set for '" KT_ASC "'"},
        {GSIMS(NSHM_SET("A", B1 "," B1)), "the model 'BooreAtkinson2008' is repeated"},
        {GSIMS(NSHM_SET("A", B1) "," NSHM_SET("B", B1)), "a second branch set for '" KT_ASC "'"},
        {GSIMS(NSHM_SET("A", B1)), "no branch set for the tectonic region type '" NZ_INTER "'"},
        {GSIMS(NSHM_SET("A", B1 "," GSIM("x", "{}", KT_ASC))),
         "the weights of branch set 'A' sum to 2"},
    };
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(r.at.ctx, read_gsims(&r, cases[i].json), KR_EINPUT, cases[i].message);
    kt_reader_end(&r);
}

static void damaged(void **state)
{
    char *json = nshm_data("nshm_gsim.json"), *text;
    uint64_t random = 3;
    size_t nfailed = 0;
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t k = 0; k < 200; k++) {
        text = nshm_damaged(json, &random);
        kt_write_text(kt_path(r.at.dir, "x.json"), text);
        kt_ok(r.at.ctx, kt_reader_job(&r, "x.json", "x.json", "", KR_COMPAT_OQ_3_21));
        kr_status s = kt_reader_gsims(&r, trts, 3);
        assert_true(nshm_is_told(&r, s, "x.json"));
        nfailed += s != KR_OK;
        free(text);
    }
    assert_in_range(nfailed, 50, 199);
    free(json);
    kt_reader_end(&r);
}

static kr_status read_again(kr_ctx *ctx, void *user)
{
    kt_reader *r = user;
    kr_tree tree = {0};
    kr_glt glt;
    kr_status s;

    kr_arena_init(&tree.arena, ctx, KR_ACCOUNT_TREE);
    const kr_glt_trts of = {3, trts, NULL};
    s = kr_glt_read(ctx, r->at.job, &of, &tree, &glt);
    kr_glt_clear(&glt);
    kr_arena_clear(&tree.arena);
    return s;
}

static void allocations(void **state)
{
    char *json = nshm_data("nshm_gsim.json");
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    kt_ok(r.at.ctx, read_gsims(&r, json));
    assert_true(kt_fail_each_allocation(read_again, &r) > 5);
    free(json);
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gsim_tree),  cmocka_unit_test(old_names), cmocka_unit_test(gsim_values),
        cmocka_unit_test(gsim_wrong), cmocka_unit_test(damaged),   cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
