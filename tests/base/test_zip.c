/* Files in zip archives. tests/cli/archives.sh tries whole jobs. */
#include "base/file.h"
#include "base/zip.h"

#include "support/support.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <zip.h>

static char *dir;
static char archive[256];

static void add(zip_t *zip, const char *name, const char *text)
{
    zip_source_t *source = zip_source_buffer(zip, text, strlen(text), 0);
    assert_true(zip_file_add(zip, name, source, 0) >= 0);
}

static int begin(void **state)
{
    (void)state;
    dir = kt_dir_create();
    (void)snprintf(archive, sizeof archive, "%s", kt_path(dir, "a.zip"));
    zip_t *zip = zip_open(archive, ZIP_CREATE, NULL);
    add(zip, "job.ini", "one");
    add(zip, "sub/job.ini", "three");
    add(zip, "sub/deep/tree.xml", "");
    add(zip, "../out.ini", "out");
    return zip_close(zip);
}

static int end(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

static const char *in_archive(const char *name)
{
    static char path[512];
    (void)snprintf(path, sizeof path, "%s/%s", archive, name);
    return path;
}

static void test_paths(void **state)
{
    (void)state;
    assert_int_equal(kr_zip_part(in_archive("job.ini")), strlen(archive));
    assert_int_equal(kr_zip_part(archive), 0);
    assert_int_equal(kr_zip_part(kt_path(dir, "b.zip/job.ini")), 0);
    assert_int_equal(kr_file_size(in_archive("job.ini")), 3);
    assert_int_equal(kr_file_size(in_archive("sub//./deep/../job.ini")), 5);
    assert_int_equal(kr_file_size(in_archive("sub/deep/tree.xml")), 0);
    static const char *const none[] = {
        "", "sub", "no.ini", "../out.ini", "sub/../../out.ini", "./../a.zip/job.ini", ".."};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_false(kr_file_exists(in_archive(none[i])));
    assert_true(kr_file_exists(in_archive("job.ini")));
}

static kr_status read_all(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    const char **names;
    char *text, digest[65];
    size_t n;
    (void)user;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_zip_list(ctx, archive, ".ini", &arena, &names, &n));
    assert_int_equal(n, 3);
    assert_string_equal(names[1] + strlen(archive), "/sub/job.ini");
    KR_TRY(kr_file_read(ctx, names[1], 0, &arena, &text, &n));
    assert_int_equal(n, 5);
    assert_string_equal(text, "three");
    KR_TRY(kr_file_digest(ctx, names[1], digest));
    assert_string_equal(digest, "8b5b9db0c13db24256c829aa364aa90c6d2eba318b9232a4ab9313b954d3555f");
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_reading(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(read_all, NULL) > 2);
}

static void test_failures(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    int64_t size;
    int fd;
    kt_fails(ctx, kr_file_open(ctx, in_archive("../out.ini"), &fd, &size), KR_EINPUT,
             "no such file in the archive");
    assert_int_equal(fd, -1);
    kt_fails(ctx, kr_file_open(ctx, in_archive("sub"), &fd, &size), KR_EINPUT,
             "no such file in the archive");
    kt_write_text(kt_path(dir, "b.zip"), "no archive");
    kt_fails(ctx, kr_file_open(ctx, kt_path(dir, "b.zip/job.ini"), &fd, &size), KR_EINPUT,
             "not a zip archive that can be read");
    assert_int_equal(kr_file_size(kt_path(dir, "b.zip/job.ini")), -1);
    kt_fails(ctx, kr_file_open(ctx, kt_path(dir, "c.zip/job.ini"), &fd, &size), KR_EINPUT,
             "No such file");
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_reading),
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
