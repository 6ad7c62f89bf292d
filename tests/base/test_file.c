#include "base/file.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

static void test_read(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    char *text;
    size_t n, big = 3000000;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_write_file(kt_path(dir, "a"), "one\0two\n", 8);
    kt_ok(ctx, kr_file_read(ctx, kt_path(dir, "a"), 0, &arena, &text, &n));
    assert_int_equal(n, 8);
    assert_memory_equal(text, "one\0two\n", 9); /* with the NUL appended */
    kt_write_text(kt_path(dir, "empty"), "");
    kt_ok(ctx, kr_file_read(ctx, kt_path(dir, "empty"), 0, &arena, &text, &n));
    assert_int_equal(n, 0);
    assert_string_equal(text, "");

    char *data = malloc(big);
    for (size_t i = 0; i < big; i++)
        data[i] = (char)(i * i >> 8);
    kt_write_file(kt_path(dir, "big"), data, big);
    kt_ok(ctx, kr_file_read(ctx, kt_path(dir, "big"), big, &arena, &text, &n));
    assert_int_equal(n, big);
    assert_memory_equal(text, data, big);
    free(data);
    kt_fails(ctx, kr_file_read(ctx, kt_path(dir, "big"), big - 1, &arena, &text, &n), KR_EINPUT,
             "/big: 3000000 bytes are too many");
    assert_null(text);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_read_fails(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    char *text, hex[65];
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    const char *none = kt_path(dir, "none.xml"), *fifo = kt_path(dir, "fifo");
    kt_fails(ctx, kr_file_read(ctx, none, 0, &arena, &text, &n), KR_EINPUT,
             "/none.xml: cannot be opened: No such file");
    kt_fails(ctx, kr_file_digest(ctx, none, hex), KR_EINPUT, "/none.xml: cannot be opened");
    kt_fails(ctx, kr_file_read(ctx, dir, 0, &arena, &text, &n), KR_EINPUT, "is a folder");
    kt_fails(ctx, kr_file_digest(ctx, dir, hex), KR_EINPUT, "is a folder");
    assert_int_equal(mkfifo(fifo, 0600), 0); /* nobody writes: it must not hang */
    kt_fails(ctx, kr_file_read(ctx, fifo, 0, &arena, &text, &n), KR_EINPUT, "not a regular file");
    if (geteuid() != 0) {
        const char *locked = kt_path(dir, "locked");
        kt_write_text(locked, "x");
        assert_int_equal(chmod(locked, 0), 0);
        assert_false(kr_file_exists(locked));
        kt_fails(ctx, kr_file_read(ctx, locked, 0, &arena, &text, &n), KR_EIO, "denied");
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_what_is_there(void **state)
{
    (void)state;
    const char *a = kt_path(dir, "there"), *none = kt_path(dir, "not-there");

    kt_write_text(a, "12345");
    assert_true(kr_file_exists(a));
    assert_false(kr_file_exists(dir));
    assert_false(kr_file_exists(none));
    assert_false(kr_file_exists(""));
    assert_true(kr_dir_exists(dir));
    assert_false(kr_dir_exists(a));
    assert_false(kr_dir_exists(none));
    assert_int_equal(kr_file_size(a), 5);
    assert_int_equal(kr_file_size(none), -1);
    assert_int_equal(kr_file_size(dir), -1);
}

static void test_paths(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_JOB);
    assert_string_equal(kr_path_join(&arena, "a/b", "c.xml"), "a/b/c.xml");
    assert_string_equal(kr_path_join(&arena, "a/b/", "c.xml"), "a/b/c.xml");
    assert_string_equal(kr_path_join(&arena, "/", "c.xml"), "/c.xml");
    assert_string_equal(kr_path_join(&arena, "", "c.xml"), "c.xml");
    assert_string_equal(kr_path_join(&arena, NULL, "c.xml"), "c.xml");
    assert_string_equal(kr_path_join(&arena, "a", "/c.xml"), "/c.xml");
    assert_string_equal(kr_path_join(&arena, ".", "../c.xml"), "../c.xml");
    assert_string_equal(kr_path_dir(&arena, "a/b/c.xml"), "a/b");
    assert_string_equal(kr_path_dir(&arena, "a/b//c.xml"), "a/b");
    assert_string_equal(kr_path_dir(&arena, "c.xml"), ".");
    assert_string_equal(kr_path_dir(&arena, "/c.xml"), "/");
    assert_string_equal(kr_path_dir(&arena, ""), ".");
    assert_string_equal(kr_path_base("a/b/c.xml"), "c.xml");
    assert_string_equal(kr_path_base("c.xml"), "c.xml");
    assert_string_equal(kr_path_base("a/"), "");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_make_dirs(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *deep = kt_path(dir, "x/y//z/"), *file = kt_path(dir, "file");
    char too_long[5000];

    kt_ok(ctx, kr_make_dirs(ctx, deep));
    assert_true(kr_dir_exists(deep));
    kt_ok(ctx, kr_make_dirs(ctx, deep));
    kt_ok(ctx, kr_make_dirs(ctx, "/"));
    kt_write_text(file, "x");
    kt_fails(ctx, kr_make_dirs(ctx, file), KR_EIO, "/file: is a file, and a folder is wanted");
    kt_fails(ctx, kr_make_dirs(ctx, kt_path(file, "below")), KR_EIO, "/file: is a file");
    kt_fails(ctx, kr_make_dirs(ctx, ""), KR_EIO, "path has 0 bytes");
    memset(too_long, 'a', sizeof too_long);
    too_long[sizeof too_long - 1] = '\0';
    kt_fails(ctx, kr_make_dirs(ctx, too_long), KR_EIO, "path has 4999 bytes");
    kt_ctx_end(&ctx);
}

static void test_digest(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    char hex[65];
    const char *path = kt_path(dir, "digest");
    char *data = calloc(1, 1000000);

    /* FIPS 180-2, appendix B */
    kt_write_text(path, "");
    kt_ok(ctx, kr_file_digest(ctx, path, hex));
    assert_string_equal(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    kt_write_text(path, "abc");
    kt_ok(ctx, kr_file_digest(ctx, path, hex));
    assert_string_equal(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    memset(data, 'a', 1000000);
    kt_write_file(path, data, 1000000);
    kt_ok(ctx, kr_file_digest(ctx, path, hex));
    assert_string_equal(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(data);
    kt_ctx_end(&ctx);
}

static kr_status file_scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    char *text, *path;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    path = kr_path_join(&arena, user, "scenario");
    if (!path) {
        s = KR_ENOMEM;
        goto out;
    }
    KR_TRY(kr_file_read(ctx, path, 0, &arena, &text, &n));
out:
    kr_arena_clear(&arena);
    return s;
}

static void test_locks(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *lock = kt_path(dir, "lock");
    int fd, other;
    assert_false(kr_is_locked(lock));
    kt_ok(ctx, kr_lock(ctx, lock, &fd));
    if (kr_file_exists("/proc/locks"))
        assert_true(kr_is_locked(lock));
    kt_fails(ctx, kr_lock(ctx, lock, &other), KR_EIO, "another run is writing into this folder");
    kr_unlock(lock, fd);
    assert_false(kr_is_locked(lock));
    kt_write_text(lock, ""); /* left by a run that was killed */
    assert_false(kr_is_locked(lock));
    kt_ctx_end(&ctx);
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    static char data[100000];

    kt_write_file(kt_path(dir, "scenario"), data, sizeof data);
    assert_int_equal(kt_fail_each_allocation(file_scenario, dir), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read),          cmocka_unit_test(test_read_fails),
        cmocka_unit_test(test_what_is_there), cmocka_unit_test(test_paths),
        cmocka_unit_test(test_make_dirs),     cmocka_unit_test(test_digest),
        cmocka_unit_test(test_locks),         cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
