/* Journals that come from elsewhere: what is no head of a run is refused, whatever it holds. */
#include "run/journal_int.h"

#include "base/file.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What the folder tells of a run whose journal begins with this text. */
static kr_status tell(kr_ctx *ctx, const char *head, bool *found)
{
    char *told = NULL;
    size_t size;
    kr_notes *notes;
    kt_write_text(kt_path(dir, "results.journal"), "");
    kt_ok(ctx, kr_notes_open(ctx, kt_path(dir, "results.journal"), &notes));
    kt_ok(ctx, kr_notes_put(notes, (kr_note){.kind = KR_NOTE_HEAD}, head, strlen(head)));
    kt_ok(ctx, kr_notes_sync(notes));
    kr_notes_close(&notes);
    FILE *out = open_memstream(&told, &size);
    kr_status s = kr_journal_info(ctx, dir, out, found);
    fclose(out);
    assert_int_equal(*found, size > 0);
    free(told);
    return s;
}

static void test_heads(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",           "no end of a line", "began\t",      "no tab\n",
        "began\t\nx", "x\ty\n",           "\nbegan\tx\n", "began\n\t\n"};
    kr_ctx *ctx = kt_ctx();
    bool found;
    kt_ok(ctx, tell(ctx, "version\t1\nbegan\t2000-01-01T00:00:00\n", &found));
    assert_true(found);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        kt_ok(ctx, tell(ctx, bad[i], &found));
        assert_false(found);
    }
    kt_ctx_end(&ctx);
}

static void test_forget(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kt_ok(ctx, kr_journal_forget(ctx, kt_path(dir, "none")));
    kt_write_text(kt_path(dir, "results.journal"), "x");
    kt_write_text(kt_path(dir, "results.tile.1"), "x");
    kt_write_text(kt_path(dir, "results.h5"), "x");
    kt_ok(ctx, kr_journal_forget(ctx, dir));
    assert_false(kr_file_exists(kt_path(dir, "results.journal")));
    assert_false(kr_file_exists(kt_path(dir, "results.tile.1")));
    assert_true(kr_file_exists(kt_path(dir, "results.h5")));
    kt_ok(ctx, kr_make_dirs(ctx, kt_path(dir, "results.tile.0/x")));
    kt_fails(ctx, kr_journal_forget(ctx, dir), KR_EIO, "cannot be removed");
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_heads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_forget, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
