/* The logic trees of New Zealand's model as nzshm-model writes them in JSON. */
#include "tree/reader.h"

#include "base/str.h"

#define NZ_INTER "Subduction Interface"
#define NZ_SLAB  "Subduction Intraslab"

/* A file of tests/tree/data; free() it. */
static char *data(const char *name)
{
    const char *root = getenv("KAURI_SOURCE_DIR");
    char path[4096], *text;
    size_t n;

    snprintf(path, sizeof path, "%s/tests/tree/data/%s", root ? root : ".", name);
    text = (char *)kt_read_file(path, &n);
    text = realloc(text, n + 1);
    assert_non_null(text);
    text[n] = '\0';
    return text;
}

/* The text with the first `from` made `to`; free() it. */
static char *changed(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);

    assert_non_null(at);
    assert_non_null(out);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

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
    char *json = data("nshm_source.json");
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
#define SMALL(sets, rest)   "{\"logic_tree_version\": 2, \"branch_sets\": [\n" sets "]" rest "}"
#define SET(name, branches) "{\"short_name\": \"" name "\", \"branches\": [\n" branches "]}\n"
#define BRANCH(id, weight, source)                                                                 \
    "{\"branch_id\": \"" id "\", \"weight\": " weight ", \"sources\": [{\"nrml_id\": \"" source    \
    "\"}]}\n"
    kt_reader r;

    (void)state;
    begin(&r);
    kt_ok(r.at.ctx,
          read_tree(&r,
                    SMALL(SET("A", BRANCH("x", "0.5", "inv-cru-0") "," BRANCH(
                                       "y", "0.5", "inv-cru-1")) "," SET("B", BRANCH("z", "1",
                                                                                     "dis-slab")),
                          ""),
                    MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: x y\nextendModel B: z\n");
    kt_ok(r.at.ctx,
          read_tree(
              &r,
              SMALL(SET("A", BRANCH("", "0.5", "inv-cru-0") "," BRANCH(
                                 "", "0.5", "inv-cru-1")) "," SET("B", BRANCH("", "1", "dis-slab")),
                    ", \"correlations\": []"),
              MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: A0 A1\nextendModel B: B0\n");
    /* two branches of the same files: alternatives that differ in nothing here */
    kt_ok(r.at.ctx,
          read_tree(
              &r,
              SMALL(SET("A", BRANCH("x", "0.5", "inv-cru-1") "," BRANCH("y", "0.5", "inv-cru-1")),
                    ""),
              MAP));
    assert_string_equal(sets_of(&r), "sourceModel A: x y\n");
    kt_reader_end(&r);
}

static void wrong(void **state)
{
#define ONE             SET("A", BRANCH("x", "1", "inv-cru-1"))
#define TWO(name, a, b) SET(name, BRANCH(a, "0.5", "inv-cru-0") "," BRANCH(b, "0.5", "inv-cru-1"))
#define TIED(pairs)     SMALL(TWO("A", "x", "y") "," TWO("B", "u", "v"), ", \"correlations\":\n" pairs)
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
        {SMALL(SET("A", ""), ""), MAP, "tree:2: the branch set 'A' is empty"},
        {SMALL(SET("A B", BRANCH("x", "1", "inv-cru-1")), ""), MAP,
         "the short_name 'A B' cannot be used"},
        {SMALL(SET("A", BRANCH("x~y", "1", "inv-cru-1")), ""), MAP,
         "tree:3: the branch_id 'x~y' cannot be used"},
        {SMALL(SET("A", "[]"), ""), MAP, "tree:3: a branch is a list; an object was expected"},
        {SMALL(SET("A", "{\"weight\": 1}"), ""), MAP, "tree:3: a branch has no 'sources'"},
        {SMALL(SET("A", "{\"weight\": \"1\", \"sources\": []}"), ""), MAP,
         "'weight' of a branch is a text; a number was expected"},
        {SMALL(SET("A", "{\"sources\": []}"), ""), MAP, "a branch has no 'weight'"},
        {SMALL(SET("A", BRANCH("x", "0.9", "inv-cru-1")), ""), MAP,
         "tree:2: the weights of branch set 'A' sum to 0.9"},
        {SMALL(SET("A", BRANCH("x", "2", "inv-cru-1")), ""), MAP,
         "tree:3: the weight 2 is outside of 0 to 1"},
        {SMALL(SET("A", BRANCH("x", "1", "inv-xyz")), ""), MAP,
         "tree:3: the nrml_id 'inv-xyz' is not in "},
        {SMALL(SET("A", "{\"weight\": 1, \"sources\": [{\"type\": \"inversion\"}]}"), ""), MAP,
         "a source has no 'nrml_id'"},
        {SMALL(SET("A", "{\"weight\": 1, \"sources\": [], \"rupture_rate_scaling\": 0.9}"), ""),
         MAP, "'rupture_rate_scaling' of a branch is 0.9 and cannot be applied yet"},
        {SMALL(SET("A", "{\"weight\": 1, \"sources\": [{\"nrml_id\": \"inv-cru-1\",\n"
                        "\"rupture_rate_scaling\": 2}]}"),
               ""),
         MAP, "tree:4: 'rupture_rate_scaling' of a source is 2"},
        {SMALL(SET("A", "{\"weight\": 1, \"sources\": [], \"tectonic_region_types\": [1]}"), ""),
         MAP, "'tectonic_region_types' holds something else than texts"},
        {SMALL(TWO("A", "x", "x"), ""), MAP, "tree:4: a second branch 'x' in branch set 'A'"},
        {SMALL(ONE "," ONE, ""), MAP, "a second branch 'x' in branch set 'A'"},
        {SMALL(SET("A", "{\"weight\": 1, \"sources\": [{\"nrml_id\": \"inv-cru-1\"}, "
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
          read_tree(&r,
                    SMALL(SET("A", "{\"weigth\": 2, \"weight\": 0.5, \"sources\": [{\"nrml_id\": "
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

/* ------------------------------------------------------------------ ground motion */

static kr_status read_gsims(kt_reader *r, const char *json)
{
    static const char *trts[] = {KT_ASC, NZ_INTER, NZ_SLAB};

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
    char *json = data("nshm_gsim.json"), xml[8192] = "", set[4096];
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
    {
        static const char *trts[] = {KT_ASC, NZ_INTER, NZ_SLAB};
        kt_ok(r.at.ctx, kt_reader_gsims(&r, trts, 3));
    }
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
    char *json = data("nshm_gsim.json"), *next;
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        next = changed(json, changes[i][0], changes[i][1]);
        free(json);
        json = next;
    }
    while (strstr(json, ",\n      \"modified_sigma\": \"true\"")) {
        next = changed(json, ",\n      \"modified_sigma\": \"true\"", "");
        free(json);
        json = next;
    }
    kt_ok(r.at.ctx, read_gsims(&r, json));
    check_gsims(&r);
    assert_non_null(strstr(r.infos, "'AbrahamsonGulerce2020SInter' is a name of the OpenQuake "
                                    "patched for New Zealand"));
    /* other regions, and files without an old name, are taken as they are */
    next = changed(json, "\"GLO\"", "\"NZL\"");
    kt_ok(r.at.ctx, read_gsims(&r, next));
    assert_string_equal(r.tree.gsims[4].uncertainty,
                        "[AbrahamsonGulerce2020SInter]\n"
                        "region = \"NZL\"\nsigma_mu_epsilon = 1.28155");
    free(next);
    free(json);
    json = data("nshm_gsim.json");
    next = changed(json, ",\n      \"modified_sigma\": \"true\"", "");
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
    static const char *trts[] = {KT_ASC};
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    kt_write_text(kt_path(r.at.dir, "g.json"),
                  GSIMS(SET("A", GSIM("BooreAtkinson2008",
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
                  GSIMS(SET("A", GSIM("BooreAtkinson2008", "{}", KT_ASC))));
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
        {GSIMS(SET("A", "")), "the branch set 'A' is empty"},
        {GSIMS(SET("A", "{\"weight\": 1}")), "g.json:3: a branch has no 'gsim_name'"},
        {GSIMS(SET("A", "{\"weight\": 1, \"gsim_name\": \"x\"}")),
         "a branch has no 'tectonic_region_type'"},
        {GSIMS(SET("A", GSIM("x y", "{}", KT_ASC))), "g.json:3: gsim_name 'x y' is no name"},
        {GSIMS(SET("A", GSIM("x", "{\"a b\": 1}", KT_ASC))),
         "g.json:4: 'a b' is no name of an argument"},
        {GSIMS(SET("A", GSIM("x", "{\"a\": null}", KT_ASC))), "the argument 'a' is null"},
        {GSIMS(SET("A", GSIM("x", "{\"a\": {}}", KT_ASC))), "the argument 'a' is an object"},
        {GSIMS(SET("A", GSIM("x", "[]", KT_ASC))), "'gsim_args' of a branch is a list"},
        {GSIMS(SET("A", B1 "," GSIM("x", "{}", NZ_SLAB))),
         "a branch for '" NZ_SLAB "' in a branch set for '" KT_ASC "'"},
        {GSIMS(SET("A", B1 "," B1)), "the model 'BooreAtkinson2008' is repeated"},
        {GSIMS(SET("A", B1) "," SET("B", B1)), "a second branch set for '" KT_ASC "'"},
        {GSIMS(SET("A", B1)), "no branch set for the tectonic region type '" NZ_INTER "'"},
        {GSIMS(SET("A", B1 "," GSIM("x", "{}", KT_ASC))), "the weights of branch set 'A' sum to 2"},
    };
    kt_reader r;

    (void)state;
    kt_reader_begin(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        kt_fails(r.at.ctx, read_gsims(&r, cases[i].json), KR_EINPUT, cases[i].message);
    kt_reader_end(&r);
}

/* ------------------------------------------------------------------ damage, memory */

/* One byte changed, or a piece left out: an error in one line that names the file, or a tree. */
static void damaged(void **state)
{
    static const char *trts[] = {KT_ASC, NZ_INTER, NZ_SLAB};
    char *source = data("nshm_source.json"), *gsim = data("nshm_gsim.json");
    uint64_t random = 3;
    size_t nfailed = 0;
    kt_reader r;

    (void)state;
    begin(&r);
    for (size_t k = 0; k < 400; k++) {
        const char *from = k % 2 ? source : gsim;
        size_t len = strlen(from), at = kt_random(&random) % len;
        size_t n = kt_random(&random) % 2 ? 1 : 1 + kt_random(&random) % 40;
        char *text = strdup(from);
        kr_status s;

        n = at + n < len ? n : len - at;
        if (kt_random(&random) % 2)
            memmove(text + at, text + at + n, len - at - n + 1);
        else
            text[at] = "0z{}[]\",:-\n"[kt_random(&random) % 11];
        kt_write_text(kt_path(r.at.dir, "x.json"), text);
        kt_ok(r.at.ctx, kt_reader_job(&r, "x.json", "x.json", MAP, KR_COMPAT_OQ_3_21));
        s = k % 2 ? kt_reader_sources(&r) : kt_reader_gsims(&r, trts, 3);
        assert_true(s == KR_OK || s == KR_EINPUT);
        if (s != KR_OK) {
            nfailed++;
            assert_non_null(strstr(kr_ctx_error(r.at.ctx), "x.json"));
            assert_null(strchr(kr_ctx_error(r.at.ctx), '\n'));
        }
        free(text);
    }
    assert_in_range(nfailed, 100, 400);
    free(source);
    free(gsim);
    kt_reader_end(&r);
}

static kr_status read_again(kr_ctx *ctx, void *user)
{
    static const char *trts[] = {KT_ASC, NZ_INTER, NZ_SLAB};
    kt_reader *r = user;
    kr_tree tree = {0};
    kr_glt glt = {0};
    kr_smlt smlt;
    kr_status s;

    kr_arena_init(&tree.arena, ctx, KR_ACCOUNT_TREE);
    s = kr_smlt_read(ctx, r->at.job, &tree.arena, &smlt);
    if (s == KR_OK)
        s = kr_glt_read(ctx, r->at.job, trts, 3, &tree, &glt);
    kr_smlt_clear(&smlt);
    kr_glt_clear(&glt);
    kr_arena_clear(&tree.arena);
    return s;
}

static void allocations(void **state)
{
    char *json = data("nshm_source.json"), *gsim = data("nshm_gsim.json");
    kt_reader r;

    (void)state;
    begin(&r);
    kt_write_text(kt_path(r.at.dir, "s.json"), json);
    kt_write_text(kt_path(r.at.dir, "g.json"), gsim);
    kt_ok(r.at.ctx, kt_reader_job(&r, "s.json", "g.json", MAP, KR_COMPAT_OQ_3_21));
    assert_true(kt_fail_each_allocation(read_again, &r) > 50);
    free(json);
    free(gsim);
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(source_tree), cmocka_unit_test(names),       cmocka_unit_test(wrong),
        cmocka_unit_test(maps),        cmocka_unit_test(told),        cmocka_unit_test(gsim_tree),
        cmocka_unit_test(old_names),   cmocka_unit_test(gsim_values), cmocka_unit_test(gsim_wrong),
        cmocka_unit_test(damaged),     cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
