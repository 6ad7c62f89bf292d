/* What the tree knows of the source files is the same whoever read them, and how many at a time. */
#include "tree/reader.h"

enum { MOST = 4 }; /* threads */

#define SOURCE(id, trt) "<pointSource id='" id "' name='s' tectonicRegion='" trt "'/>\n"
#define TREE                                                                                       \
    "<logicTreeBranchingLevel branchingLevelID='l'>" KT_SET(                                       \
        "sourceModel", "m", "",                                                                    \
        KT_BRANCH("a", "one.xml x/../sections.xml", "0.5")                                         \
            KT_BRANCH("b", "./one.xml  old.xml sections.xml",                                      \
                      "0.5")) "</logicTreeBranchingLevel>"                                         \
                              "<logicTreeBranchingLevel branchingLevelID='e'>" KT_SET(             \
                                  "extendModel", "x", "",                                          \
                                  KT_BRANCH("c", "more.xml", "0.5")                                \
                                      KT_BRANCH("d", "", "0.5")) "</logicTreeBranchingLevel>"

static void write_files(kt_reader *r)
{
    char text[400];
    kt_tree_file(&r->at, "smlt.xml", "logicTree", TREE);
    kt_tree_file(&r->at, "one.xml", "sourceModel",
                 "<sourceGroup tectonicRegion='B'>" SOURCE("s1:1", "Z") SOURCE("s1:2", "Z")
                     SOURCE("s2", "Z") "<what/></sourceGroup>\n"
                                       "<sourceGroup>" SOURCE("s3", "A") "</sourceGroup>\n");
    kt_tree_file(&r->at, "more.xml", "sourceModel",
                 "<sourceGroup tectonicRegion='C'>" SOURCE("s2", "C") "</sourceGroup>\n");
    kt_tree_file(&r->at, "sections.xml", "geometryModel", "<section id='k'/>");
    snprintf(text, sizeof text, "%s",
             "<nrml xmlns='http://openquake.org/xmlns/nrml/0.4'><sourceModel>\n" SOURCE("o1", "D")
                 SOURCE("o2", "A") "</sourceModel></nrml>");
    kt_write_text(kt_path(r->at.dir, "old.xml"), text);
}

static kr_status read_by(kt_reader *r, int threads, const char *extra)
{
    kt_ok(r->at.ctx, kt_reader_job(r, "smlt.xml", "smlt.xml", extra, KR_COMPAT_OQ_3_21));
    return kr_smlt_read(r->at.ctx, r->at.job, threads, &r->tree.arena, &r->smlt);
}

/* All that the scan gives, as text. */
static void describe(const kr_smlt *t, char *out, size_t size)
{
    size_t n = 0;
    for (size_t f = 0; f < t->nfiles; f++)
        n += (size_t)snprintf(out + n, size - n, "%s of %s%s, %zu%s\n", t->files[f].name,
                              t->files[f].branch, t->files[f].shared ? " and others" : "",
                              t->files[f].nids, t->files[f].sections ? ", sections" : "");
    for (size_t i = 0; i < t->nids; i++) {
        n += (size_t)snprintf(out + n, size - n, "%s:", t->ids[i].id);
        for (size_t f = 0; f < t->ids[i].nfiles; f++)
            n += (size_t)snprintf(out + n, size - n, " %u", t->ids[i].files[f]);
        n += (size_t)snprintf(out + n, size - n, "\n");
    }
    for (size_t i = 0; i < t->ntrts; i++)
        n += (size_t)snprintf(out + n, size - n, "%s ", t->trts[i]);
    assert_true(n < size);
}

static void test_same(void **state)
{
    (void)state;
    kt_reader r;
    char text[1000];
    kt_reader_begin(&r);
    write_files(&r);
    for (int threads = 1; threads <= MOST; threads++)
        for (int again = 0; again < 5; again++) {
            kt_ok(r.at.ctx, read_by(&r, threads, ""));
            describe(&r.smlt, text, sizeof text);
            assert_string_equal(text, "one.xml of a and others, 4\n"
                                      "sections.xml of a and others, 0, sections\n"
                                      "old.xml of b, 2\nmore.xml of c, 1\n"
                                      "s1: 0\ns2: 0 3\ns3: 0\no1: 2\no2: 2\nB A D C ");
        }
    for (int threads = 1; threads <= MOST; threads++) {
        kt_ok(r.at.ctx, read_by(&r, threads, "source_id = s2"));
        describe(&r.smlt, text, sizeof text);
        assert_string_equal(text, "one.xml of a and others, 1\n"
                                  "sections.xml of a and others, 0, sections\n"
                                  "old.xml of b, 0\nmore.xml of c, 1\n"
                                  "s1: 0\ns2: 0 3\ns3: 0\no1: 2\no2: 2\nB C ");
    }
    kt_reader_end(&r);
}

/* The first file that is wrong in the order of the tree is told of. */
static void test_wrong(void **state)
{
    (void)state;
    kt_reader r;
    kt_reader_begin(&r);
    for (int threads = 1; threads <= MOST; threads++) {
        write_files(&r);
        kt_write_text(kt_path(r.at.dir, "more.xml"), "<nrml>\n<a></b></nrml>");
        kt_fails(r.at.ctx, read_by(&r, threads, ""), KR_EINPUT, "more.xml:2: an end tag");
        kt_write_text(kt_path(r.at.dir, "old.xml"), "<nrml>\n\n");
        kt_fails(r.at.ctx, read_by(&r, threads, ""), KR_EINPUT, "old.xml:3: the file ends");
        kt_tree_file(&r.at, "smlt.xml", "logicTree",
                     KT_SET("sourceModel", "m", "", KT_BRANCH("a", "/x.xml more.xml", "1")));
        kt_fails(r.at.ctx, read_by(&r, threads, ""), KR_EINPUT, "'/x.xml' is an absolute path");
    }
    kt_reader_end(&r);
}

/* Each allocation fails once; what fails ahead is done again in order. */
static void test_failing_memory(void **state)
{
    (void)state;
    kt_reader r;
    char text[1000], right[1000];
    int failed = 0, passed = 0;
    kt_reader_begin(&r);
    write_files(&r);
    kt_ok(r.at.ctx, read_by(&r, 1, ""));
    describe(&r.smlt, right, sizeof right);
    for (long k = 1; passed < 20; k++) {
        kr_ctx *ctx = kt_ctx();
        kr_smlt t;
        kr_arena arena;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_TREE);
        kr_mem_fail_at(ctx, k);
        kr_status s = kr_smlt_read(ctx, r.at.job, 3, &arena, &t);
        assert_true(s == KR_OK || s == KR_ENOMEM);
        assert_int_equal(s == KR_OK, kr_ctx_error(ctx)[0] == '\0');
        if (s == KR_OK) {
            describe(&t, text, sizeof text);
            assert_string_equal(text, right);
        }
        failed += s != KR_OK;
        passed += s == KR_OK && kr_mem_count(ctx) < k;
        kr_smlt_clear(&t);
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
    assert_true(failed > 10);
    kt_reader_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same),
        cmocka_unit_test(test_wrong),
        cmocka_unit_test(test_failing_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
