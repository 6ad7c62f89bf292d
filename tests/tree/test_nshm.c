/* The logic trees of New Zealand's model as nzshm-model writes them in JSON. */
#include "tree/nshm_data.h"

/* A source model for each id of the tree, in a folder of their own, and their map. */
static void begin(kt_reader *r)
{
    static const struct {
        const char *set, *trt;
        int ninversions, ndistributed;
    } sets[] = {{"puy", NZ_INTER, 3, 3}, {"hik", NZ_INTER, 9, 9}, {"cru", KT_ASC, 4, 2}};
    char map[8192] = "id,file\ndis-slab,slab.xml\n", name[80], id[64];
    size_t n = strlen(map);

    kt_reader_begin(r);
    kt_reader_source(r, "slab.xml", "slab", NZ_SLAB);
    kt_reader_source(r, "more.xml", "more", KT_ASC);
    for (size_t i = 0; i < 3; i++)
        for (int k = 0; k < sets[i].ninversions + sets[i].ndistributed; k++) {
            bool inversion = k < sets[i].ninversions;
            snprintf(id, sizeof id, "%s-%s-%d", inversion ? "inv" : "dis", sets[i].set,
                     inversion ? k : k - sets[i].ninversions);
            snprintf(name, sizeof name, "%s.xml", id);
            kt_reader_source(r, name, id, sets[i].trt);
            /* an inversion may be in several files */
            n += (size_t)snprintf(map + n, sizeof map - n, "%s,%s%s\n", id, name,
                                  strcmp(id, "inv-cru-0") == 0 ? " more.xml" : "");
        }
    kt_write_text(kt_path(r->at.dir, "map.csv"), map);
}

static kr_status read_tree(kt_reader *r, const char *json, const char *extra)
{
    kt_write_text(kt_path(r->at.dir, "tree"), json); /* known by its content */
    kt_ok(r->at.ctx, kt_reader_job(r, "tree", "tree", extra, KR_COMPAT_OQ_3_21));
    return kt_reader_sources(r);
}

#define MAP "source_map_file = map.csv"

/* The sets in their order, each with its branches. */
static const char *sets_of(const kt_reader *r)
{
    static char text[4096];
    const kr_smlt *t = &r->smlt;
    size_t n = 0;

    for (size_t i = 0; i < t->nsets; i++) {
        n += (size_t)snprintf(text + n, sizeof text - n, "%s %s:", t->sets[i].type, t->sets[i].id);
        for (size_t b = 0; b < t->sets[i].nbranches; b++)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s",
                                  t->branches[t->sets[i].branches[b]].id);
        n += (size_t)snprintf(text + n, sizeof text - n, "\n");
    }
    return text;
}

static void source_tree(void **state)
{
    static const double hik[] = {.147216637218474,  .281154911079988,  .148371277510384,
                                 .0887399956599006, .169475991711261,  .0894359956258606,
                                 .0192986223768806, .0368565846962387, .019449984121013};
    char *json = nshm_data("nshm_source.json");
    const kr_lt_branch *branch;
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r, json, MAP));
    assert_string_equal(sets_of(&r), "sourceModel HIK: HIK0 HIK1 HIK2 HIK3 HIK4 HIK5 HIK6 HIK7 "
                                     "HIK8\nextendModel PUY: PUY0 PUY1 PUY2\n"
                                     "extendModel CRU: CRU0 CRU1 CRU2 CRU3\n"
                                     "extendModel SLAB: SLAB0\n");
    assert_string_equal(kt_reader_pairs(&r, "PUY"),
                        "HIK0~PUY0 HIK1~PUY1 HIK2~PUY2 HIK3~PUY0 HIK4~PUY1 HIK5~PUY2 HIK6~PUY0 "
                        "HIK7~PUY1 HIK8~PUY2");
    assert_string_equal(kt_reader_pairs(&r, "CRU"), "");
    assert_non_null(strstr(r.infos, "branch set 'PUY' is put behind 'HIK', which it moves with"));
    assert_string_equal(r.at.log, "");
    for (size_t i = 0; i < 9; i++)
        kt_same(r.smlt.branches[r.smlt.sets[0].branches[i]].weight, hik[i]);
    branch = &r.smlt.branches[kt_reader_branch(&r, "CRU0")];
    assert_string_equal(branch->text, "inv-cru-0.xml more.xml dis-cru-0.xml");
    assert_int_equal(branch->nfiles, 3);
    assert_string_equal(r.smlt.files[branch->files[2]].name, "dis-cru-0.xml");
    branch = &r.smlt.branches[kt_reader_branch(&r, "CRU2")]; /* the same distributed file */
    assert_string_equal(branch->text, "inv-cru-2.xml dis-cru-0.xml");
    assert_int_equal(r.smlt.nfiles, 32);
    assert_int_equal(r.smlt.ntrts, 3);
    free(json);
    kt_reader_end(&r);
}

/* Ids that tell the branches apart as written stay; branches without id have their position. */
static void names(void **state)
{
#define SMALL(sets, rest) "{\"logic_tree_version\": 2, \"branch_sets\": [\n" sets "]" rest "}"
#define BRANCH(id, weight, source)                                                                 \
    "{\"branch_id\": \"" id "\", \"weight\": " weight ", \"sources\": [{\"nrml_id\": \"" source    \
    "\"}]}\n"
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx,
          read_tree(
              &r,
              SMALL(NSHM_SET("A", BRANCH("x", "0.5", "inv-cru-0") "," BRANCH(
                                      "y", "0.5",
                                      "inv-cru-1")) "," NSHM_SET("B", BRANCH("z", "1", "dis-slab")),
                    ""),
              MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: x y\nextendModel B: z\n");
    kt_ok(r.at.ctx,
          read_tree(
              &r,
              SMALL(NSHM_SET("A", BRANCH("", "0.5", "inv-cru-0") "," BRANCH(
                                      "", "0.5",
                                      "inv-cru-1")) "," NSHM_SET("B", BRANCH("", "1", "dis-slab")),
                    ", \"correlations\": []"),
              MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: A0 A1\nextendModel B: B0\n");
    /* two branches of the same files: alternatives that differ in nothing here */
    kt_ok(r.at.ctx, read_tree(&r,
                              SMALL(NSHM_SET("A", BRANCH("x", "0.5", "inv-cru-1") "," BRANCH(
                                                      "y", "0.5", "inv-cru-1")),
                                    ""),
                              MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: x y\n");
    kt_reader_end(&r);
}

static void wrong(void **state)
{
#define ONE NSHM_SET("A", BRANCH("x", "1", "inv-cru-1"))
#define TWO(name, a, b)                                                                            \
    NSHM_SET(name, BRANCH(a, "0.5", "inv-cru-0") "," BRANCH(b, "0.5", "inv-cru-1"))
#define TIED(pairs) SMALL(TWO("A", "x", "y") "," TWO("B", "u", "v"), ", \"correlations\":\n" pairs)
    static const struct {
        const char *json, *extra, *message;
    } cases[] = {
        {SMALL(ONE, ""), "",
         "tree: the tree names its sources by ids; the job needs "
         "source_map_file"},
        {"{\"branch_sets\": [1]}", MAP,
         "tree:1: no source logic tree of nzshm-model that can be "
         "read; \"logic_tree_version\": 2 was expected"},
        {"{\"logic_tree_version\": 1,\n\"branch_sets\": [1]}", MAP, "tree:1: no source logic tree"},
        {"{\"logic_tree_version\": \"2\", \"branch_sets\": [1]}", MAP, "no source logic tree"},
        {"{\"fault_systems\": []}", MAP,
         "tree:1: the logic tree has no 'branch_sets'; a list was expected"},
        {"{\"logic_tree_version\": 2, \"branch_sets\": {}}", MAP,
         "'branch_sets' of the logic tree is an object; a list was expected"},
        {SMALL("", ""), MAP, "tree:1: 'branch_sets' is empty"},
        {SMALL("7", ""), MAP, "tree:2: a branch set is a number; an object was expected"},
        {SMALL("{\"branches\": []}", ""), MAP,
         "tree:2: a branch set has no 'short_name'; a text was expected"},
        {SMALL("{\"short_name\": \"A\"}", ""), MAP, "a branch set has no 'branches'"},
        {SMALL(NSHM_SET("A", ""), ""), MAP, "tree:2: the branch set 'A' is empty"},
        {SMALL(NSHM_SET("A B", BRANCH("x", "1", "inv-cru-1")), ""), MAP,
         "the short_name 'A B' cannot be used"},
        {SMALL(NSHM_SET("A", BRANCH("x~y", "1", "inv-cru-1")), ""), MAP,
         "tree:3: the branch_id 'x~y' cannot be used"},
        {SMALL(NSHM_SET("A", "[]"), ""), MAP, "tree:3: a branch is a list; an object was expected"},
        {SMALL(NSHM_SET("A", "{\"weight\": 1}"), ""), MAP, "tree:3: a branch has no 'sources'"},
        {SMALL(NSHM_SET("A", "{\"weight\": \"1\", \"sources\": []}"), ""), MAP,
         "'weight' of a branch is a text; a number was expected"},
        {SMALL(NSHM_SET("A", "{\"sources\": []}"), ""), MAP, "a branch has no 'weight'"},
        {SMALL(NSHM_SET("A", BRANCH("x", "0.9", "inv-cru-1")), ""), MAP,
         "tree:2: the weights of branch set 'A' sum to 0.9"},
        {SMALL(NSHM_SET("A", BRANCH("x", "2", "inv-cru-1")), ""), MAP,
         "tree:3: the weight 2 is outside of 0 to 1"},
        {SMALL(NSHM_SET("A", BRANCH("x", "1", "inv-xyz")), ""), MAP,
         "tree:3: the nrml_id 'inv-xyz' is not in "},
        {SMALL(NSHM_SET("A", "{\"weight\": 1, \"sources\": [{\"type\": \"inversion\"}]}"), ""), MAP,
         "a source has no 'nrml_id'"},
        {SMALL(NSHM_SET("A", "{\"weight\": 1, \"sources\": [], \"rupture_rate_scaling\": 0.9}"),
               ""),
         MAP, "'rupture_rate_scaling' of a branch is 0.9 and cannot be applied yet"},
        {SMALL(NSHM_SET("A", "{\"weight\": 1, \"sources\": [{\"nrml_id\": \"inv-cru-1\",\n"
                             "\"rupture_rate_scaling\": 2}]}"),
               ""),
         MAP, "tree:4: 'rupture_rate_scaling' of a source is 2"},
        {SMALL(NSHM_SET("A", "{\"weight\": 1, \"sources\": [], \"tectonic_region_types\": [1]}"),
               ""),
         MAP, "'tectonic_region_types' holds something else than texts"},
        {SMALL(TWO("A", "x", "x"), ""), MAP, "tree:4: a second branch 'x' in branch set 'A'"},
        {SMALL(ONE "," ONE, ""), MAP, "a second branch 'x' in branch set 'A'"},
        {SMALL(NSHM_SET("A", "{\"weight\": 1, \"sources\": [{\"nrml_id\": \"inv-cru-1\"}, "
                             "{\"nrml_id\": \"inv-cru-1\"}]}"),
               ""),
         MAP, "the file 'inv-cru-1.xml' is named twice in one branch"},
        {TIED("{}"), MAP, "'correlations' of the logic tree is an object; a list was expected"},
        {TIED("[\"A:x\"]"), MAP, "'correlations' holds something else than lists of two branches"},
        {TIED("[[\"A:x\"]]"), MAP, "'correlations' holds something else than lists of two"},
        {TIED("[[\"A:x\", 1]]"), MAP, "'correlations' holds something else than \"SET:BRANCH\""},
        {TIED("[[\"A:x\", \"B:w\"]]"), MAP, "'correlations' names 'B:w', which is no branch"},
        {TIED("[[\"A\", \"B:u\"]]"), MAP, "'correlations' names 'A', which is no branch"},
        {TIED("[[\"A:x\", \"A:y\"]]"), MAP, "lets 'A' move with 'A', but it is that set"},
        {TIED("[[\"A:x\", \"B:u\"], [\"A:x\", \"B:v\"]]"), MAP,
         "names a second branch of 'B' for 'x'"},
        {TIED("[[\"A:x\", \"B:u\"]]"), MAP, "'correlations' leaves out 'y' of 'A'"},
        {TIED("[[\"A:x\", \"B:u\"], [\"A:y\", \"B:u\"]]"), MAP,
         "'correlations' leaves out 'v' of 'B', which would never be taken"},
        {TIED("[[\"A:x\", \"B:u\"], [\"B:u\", \"A:y\"]]"), MAP,
         "begins with a branch of 'B', which moves with 'A'"},
        {SMALL(TWO("A", "x", "y") "," TWO("B", "u", "v") "," TWO("C", "a", "b"),
               ", \"correlations\": [[\"A:x\", \"B:u\"], [\"C:a\", \"A:x\"]]"),
         MAP, "lets 'A' move with 'C', but it leads another set"},
        {SMALL(TWO("A", "x", "y") "," TWO("B", "u", "v") "," TWO("C", "a", "b"),
               ", \"correlations\": [[\"A:x\", \"C:a\"], [\"B:u\", \"C:a\"]]"),
         MAP, "lets 'C' move with 'B', but it moves with another one"},
        {"{\"logic_tree_version\": 2,\n \"branch_sets\": [", MAP,
         "tree:2: a value was expected at the end of the file"},
    };
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(r.at.ctx, read_tree(&r, cases[i].json, cases[i].extra), KR_EINPUT,
                 cases[i].message);
    kt_reader_end(&r);
}

static void maps(void **state)
{
    static const struct {
        const char *map, *message;
    } cases[] = {
        {"inv-cru-1,a.xml\n", "other.csv:1: the first line must name the columns, 'id,file'"},
        {"id,file,more\nx,y,z\n", "other.csv:1: the first line must name the columns"},
        {"id,file\ninv-cru-1,\n", "other.csv:2: a row without file"},
        {"id,file\n,a.xml\n", "other.csv:2: a row without id"},
        {"id,file\na,a.xml\na,b.xml\n", "other.csv:3: a second row for 'a'"},
        {"id,file\ninv-cru-1,gone.xml\n", "gone.xml' is not there"},
        {"id,file\ninv-cru-1,/a.xml\n", "'/a.xml' is an absolute path"},
    };
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kt_write_text(kt_path(r.at.dir, "other.csv"), cases[i].map);
        kt_fails(r.at.ctx, read_tree(&r, SMALL(ONE, ""), "source_map_file = other.csv"), KR_EINPUT,
                 cases[i].message);
    }
    /* relative to the folder of the map, not of the tree */
    assert_int_equal(system(NULL) != 0, 1);
    char command[8192];
    snprintf(command, sizeof command, "mkdir '%s/deep' && mv '%s' '%s/deep/'", r.at.dir,
             kt_path(r.at.dir, "inv-cru-1.xml"), r.at.dir);
    assert_int_equal(system(command), 0);
    kt_write_text(kt_path(r.at.dir, "deep/map.csv"), "file,id\ninv-cru-1.xml,inv-cru-1\n");
    kt_ok(r.at.ctx, read_tree(&r, SMALL(ONE, ""), "source_map_file = deep/map.csv"));
    assert_string_equal(r.smlt.files[0].name, "inv-cru-1.xml");
    kt_reader_end(&r);
}

/* What has no effect is told. */
static void told(void **state)
{
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx,
          read_tree(
              &r,
              SMALL(NSHM_SET("A", "{\"weigth\": 2, \"weight\": 0.5, \"sources\": [{\"nrml_id\": "
                                  "\"inv-cru-1\"}], \"tectonic_region_types\": [\"Volcanic\"]},"
                                  "{\"weigth\": 2, \"weight\": 0.5, \"sources\": [{\"nrml_id\": "
                                  "\"inv-cru-2\"}]}"),
                    ""),
              MAP));
    assert_non_null(strstr(r.at.log, "tree:3: 'weigth' of a branch is not known and has no effect; "
                                     "did you mean 'weight'?"));
    assert_null(strstr(strstr(r.at.log, "weigth") + 1, "weigth"));
    assert_non_null(
        strstr(r.at.log, "'tectonic_region_types' names 'Volcanic', which no source has"));
    assert_non_null(strstr(r.at.log, "sources have the tectonic region type '" KT_ASC "', which no "
                                     "'tectonic_region_types' names"));
    kt_tree_file(&r.at, "smlt.xml", "logicTree",
                 KT_SET("sourceModel", "s", "", KT_BRANCH("b", "slab.xml", "1")));
    kt_ok(r.at.ctx, kt_reader_job(&r, "smlt.xml", "smlt.xml", MAP, KR_COMPAT_OQ_3_21));
    kt_ok(r.at.ctx, kt_reader_sources(&r));
    assert_non_null(strstr(r.at.log, "source_map_file has no effect"));
    kt_reader_end(&r);
}

/* ------------------------------------------------------------------ damage, memory */

static void damaged(void **state)
{
    char *json = nshm_data("nshm_source.json"), *text;
    uint64_t random = 3;
    size_t nfailed = 0;
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t k = 0; k < 200; k++) {
        text = nshm_damaged(json, &random);
        kt_write_text(kt_path(r.at.dir, "x.json"), text);
        kt_ok(r.at.ctx, kt_reader_job(&r, "x.json", "x.json", MAP, KR_COMPAT_OQ_3_21));
        kr_status s = kt_reader_sources(&r);
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
    kr_arena arena;
    kr_smlt smlt;
    kr_status s;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
    s = kr_smlt_read(ctx, r->at.job, 1, &arena, &smlt);
    kr_smlt_clear(&smlt);
    kr_arena_clear(&arena);
    return s;
}

static void allocations(void **state)
{
    char *json = nshm_data("nshm_source.json");
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx, read_tree(&r, json, MAP));
    assert_true(kt_fail_each_allocation(read_again, &r) > 50);
    free(json);
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_tree), cmocka_unit_test(names), cmocka_unit_test(wrong),
        cmocka_unit_test(maps),        cmocka_unit_test(told),  cmocka_unit_test(damaged),
        cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
