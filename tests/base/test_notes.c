/* Notes: what was put is there again, whole, in whatever state the file was left. */
#include "base/file.h"
#include "base/notes.h"
#include "support/support.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
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

enum { NOTES = 40 };

/* Note i: its key, and its size from nothing to more than any buffer. */
static kr_note key_of(size_t i)
{
    return (kr_note){(uint32_t)(1 + i % 3), i * 7 % NOTES, i};
}

static size_t size_of(size_t i)
{
    return i % 8 == 7 ? 300000 + i : i % 5 == 0 ? 0 : 1 + i * i * 13;
}

static unsigned char *content_of(size_t i)
{
    unsigned char *bytes = malloc(size_of(i) + 1);
    uint64_t state = i;
    for (size_t k = 0; k < size_of(i); k++)
        bytes[k] = (unsigned char)kt_random(&state);
    return bytes;
}

static void put(kr_ctx *ctx, kr_notes *notes, size_t i)
{
    unsigned char *bytes = content_of(i);
    kt_ok(ctx, kr_notes_put(notes, key_of(i), bytes, size_of(i)));
    free(bytes);
}

/* Notes first .. last - 1 into the file. */
static void write_notes(const char *path, size_t first, size_t last)
{
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    kt_ok(ctx, kr_notes_open(ctx, path, &notes));
    for (size_t i = first; i < last; i++)
        put(ctx, notes, i);
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
}

/* The first of the notes are there and right; returns how many. */
static size_t check_notes(const char *path)
{
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    size_t n = 0, bytes;
    kt_ok(ctx, kr_notes_open(ctx, path, &notes));
    for (; n < NOTES && kr_notes_find(notes, key_of(n), &bytes); n++) {
        unsigned char *wanted = content_of(n), *got = malloc(bytes + 1);
        assert_int_equal(bytes, size_of(n));
        assert_true(kr_notes_read(notes, key_of(n), 0, bytes, got));
        assert_int_equal(memcmp(got, wanted, bytes), 0);
        if (bytes > 10) {
            assert_true(kr_notes_read(notes, key_of(n), 10, bytes - 10, got));
            assert_int_equal(memcmp(got, wanted + 10, bytes - 10), 0);
        }
        assert_false(kr_notes_read(notes, key_of(n), 1, bytes, got));
        free(wanted);
        free(got);
    }
    assert_int_equal(kr_notes_count(notes), n);
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
    return n;
}

static void test_there_again(void **state)
{
    (void)state;
    const char *path = kt_path(dir, "n");
    assert_int_equal(check_notes(path), 0);
    assert_false(kr_file_exists(path)); /* looking makes no file */
    write_notes(path, 0, 15);
    assert_int_equal(check_notes(path), 15);
    write_notes(path, 15, NOTES);
    assert_int_equal(check_notes(path), NOTES);
}

static void test_kinds(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    kr_note note;
    size_t bytes, n = 0;
    write_notes(kt_path(dir, "n"), 0, NOTES);
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "n"), &notes));
    for (size_t i = 0; kr_notes_next(notes, 2, &i, &note, &bytes); n++) {
        assert_int_equal(note.kind, 2);
        assert_int_equal(bytes, size_of(note.b));
    }
    assert_int_equal(n, (NOTES + 1) / 3);
    assert_false(kr_notes_find(notes, (kr_note){9, 0, 0}, &bytes));
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
}

static void test_last_counts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    char text[8] = "";
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "n"), &notes));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){1, 2, 3}, "older", 6));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){1, 2, 4}, "other", 6));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){1, 2, 3}, "newer", 6));
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "n"), &notes));
    assert_int_equal(kr_notes_count(notes), 2);
    assert_true(kr_notes_read(notes, (kr_note){1, 2, 3}, 0, 6, text));
    assert_string_equal(text, "newer");
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
}

/* Cut anywhere, or with a byte changed anywhere, the file gives the notes before that place, and
 * can be written on. */
static void test_damaged(void **state)
{
    (void)state;
    size_t size;
    uint64_t random = 5;
    write_notes(kt_path(dir, "n"), 0, NOTES);
    unsigned char *whole = kt_read_file(kt_path(dir, "n"), &size);
    for (int trial = 0; trial < 30; trial++) {
        size_t at = 14 + kt_random(&random) % (size - 14);
        bool cut = trial % 2;
        whole[at] ^= cut ? 0 : 0x10;
        kt_write_file(kt_path(dir, "d"), whole, cut ? at : size);
        whole[at] ^= cut ? 0 : 0x10;
        size_t n = check_notes(kt_path(dir, "d"));
        assert_true(n < NOTES);
        write_notes(kt_path(dir, "d"), n, NOTES);
        assert_int_equal(check_notes(kt_path(dir, "d")), NOTES);
    }
    free(whole);
}

static void limit_files(rlim_t bytes)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* Where the disk has room for the first line alone, the notes that wait in the buffer stay there;
 * the one that was refused is as if it had never been. */
static void test_first_write_fails(void **state)
{
    (void)state;
    enum { EACH = 100000 };
    static unsigned char bytes[EACH];
    const char *path = kt_path(dir, "n");
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    size_t size;
    signal(SIGXFSZ, SIG_IGN);
    kt_ok(ctx, kr_notes_open(ctx, path, &notes));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){1, 0, 0}, bytes, EACH));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){2, 0, 0}, bytes, EACH));
    limit_files(1000);
    kt_fails(ctx, kr_notes_put(notes, (kr_note){3, 0, 0}, bytes, EACH), KR_EIO,
             "cannot be written");
    limit_files(RLIM_INFINITY);
    kt_ok(ctx, kr_notes_put(notes, (kr_note){4, 0, 0}, bytes, EACH));
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    kt_ok(ctx, kr_notes_open(ctx, path, &notes));
    assert_int_equal(kr_notes_count(notes), 3);
    assert_true(kr_notes_find(notes, (kr_note){1, 0, 0}, &size));
    assert_true(kr_notes_find(notes, (kr_note){2, 0, 0}, &size));
    assert_true(kr_notes_find(notes, (kr_note){4, 0, 0}, &size));
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
}

static void test_foreign(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    kt_write_text(kt_path(dir, "x"), "something else that is longer");
    kt_fails(ctx, kr_notes_open(ctx, kt_path(dir, "x"), &notes), KR_EINPUT,
             "/x: is not the journal of a run of this Kauri; start again with --fresh");
    assert_null(notes);
    kt_write_text(kt_path(dir, "y"), "kauri no"); /* killed while the first line was written */
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "y"), &notes));
    put(ctx, notes, 0);
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    assert_int_equal(check_notes(kt_path(dir, "y")), 1);
    assert_int_equal(symlink(kt_path(dir, "y"), kt_path(dir, "link")), 0);
    kt_fails(ctx, kr_notes_open(ctx, kt_path(dir, "link"), &notes), KR_EIO, "/link: cannot");
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "none/n"), &notes));
    put(ctx, notes, 0);
    kt_fails(ctx, kr_notes_sync(notes), KR_EIO, "none/n: cannot be written");
    kr_notes_close(&notes);
    kt_ctx_end(&ctx);
}

static void test_peek(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_notes *notes;
    kr_arena arena;
    char *text;
    const kr_note head = {1, 0, 0};
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_notes_peek(kt_path(dir, "n"), head, &arena, &text));
    assert_null(text);
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "n"), &notes));
    kt_ok(ctx, kr_notes_put(notes, head, "words", 5));
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    kt_ok(ctx, kr_notes_peek(kt_path(dir, "n"), head, &arena, &text));
    assert_string_equal(text, "words");
    kt_ok(ctx, kr_notes_peek(kt_path(dir, "n"), (kr_note){2, 0, 0}, &arena, &text));
    assert_null(text);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status whole_way(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_notes *notes = NULL;
    KR_TRY(kr_notes_open(ctx, user, &notes));
    KR_TRY(kr_notes_put(notes, key_of(1), "x", 1));
    KR_TRY(kr_notes_sync(notes));
out:
    kr_notes_close(&notes);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    char *path = strdup(kt_path(dir, "n"));
    write_notes(path, 0, 10);
    assert_true(kt_fail_each_allocation(whole_way, path) > 0);
    free(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_there_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_last_counts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_damaged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_first_write_fails, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_foreign, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_peek, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_allocations, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
