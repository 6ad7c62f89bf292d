#include "input/csv.h"
#include "support/support.h"

#include <string.h>

static char *dir;
static kr_ctx *ctx;

static kr_status read_text(const char *text, bool header, kr_arena *arena, kr_csv *csv)
{
    const char *path = kt_path(dir, "table.csv");

    kt_write_text(path, text);
    return kr_csv_read(ctx, path, header, arena, csv);
}

static void test_table(void **state)
{
    kr_arena arena;
    kr_csv csv;
    double x = 0;
    (void)state;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_ok(ctx,
          read_text("\xef\xbb\xbf#,,\"made by\"\r\nlon, lat ,name\r\n1.5,2,\"a, \"\"b\"\"\"\r\n\r\n"
                    "3,4e1,\n",
                    true, &arena, &csv));
    assert_string_equal(csv.comment, "#,,\"made by\"");
    assert_int_equal(csv.ncols, 3);
    assert_int_equal(csv.nrows, 2);
    assert_int_equal(kr_csv_column(&csv, "lat"), 1);
    assert_int_equal(kr_csv_column(&csv, "depth"), -1);
    assert_string_equal(csv.fields[2], "a, \"b\"");
    assert_string_equal(csv.fields[5], "");
    assert_int_equal(csv.lines[0], 3);
    assert_int_equal(csv.lines[1], 5);
    kt_ok(ctx, kr_csv_double(ctx, &csv, 1, 1, &x));
    kt_same(x, 40);
    kt_fails(ctx, kr_csv_double(ctx, &csv, 1, 2, &x), KR_EINPUT,
             "table.csv:5: name is ''; a number was expected");
    kr_arena_clear(&arena);

    kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
    kt_ok(ctx, read_text("1,2\n3,4", false, &arena, &csv));
    assert_null(csv.header);
    assert_int_equal(csv.nrows, 2);
    assert_string_equal(csv.fields[3], "4");
    kr_arena_clear(&arena);
}

static void test_errors(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "table.csv: the file is empty; a header was expected"},
        {"a,b\n1\n", "table.csv:2: 1 fields; 2 were expected"},
        {"a,b\n1,2,3\n", "table.csv:2: 3 fields; 2 were expected"},
        {"a,a\n", "table.csv:1: column 'a' is given twice"},
        {"a,b\n\"1,2\n", "a quoted field has no closing \""},
        {"a,b\n\"1\"x,2\n", "table.csv:2: a ',' was expected after a quoted field"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kr_arena arena;
        kr_csv csv;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_READING);
        kt_fails(ctx, read_text(cases[i].text, true, &arena, &csv), KR_EINPUT, cases[i].message);
        kr_arena_clear(&arena);
    }
}

static kr_status scenario(kr_ctx *c, void *user)
{
    kr_arena arena;
    kr_csv csv;

    kr_arena_init(&arena, c, KR_ACCOUNT_READING);
    kr_status s = kr_csv_read(c, user, true, &arena, &csv);
    kr_arena_clear(&arena);
    return s;
}

static void test_memory(void **state)
{
    char path[256];
    (void)state;

    strncpy(path, kt_path(dir, "memory.csv"), sizeof path - 1);
    path[sizeof path - 1] = '\0';
    kt_write_text(path, "a,b\n1,2\n3,4\n");
    assert_true(kt_fail_each_allocation(scenario, path) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table),
        cmocka_unit_test(test_errors),
        cmocka_unit_test(test_memory),
    };
    dir = kt_dir_create();
    ctx = kt_ctx();
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kt_ctx_end(&ctx);
    kt_dir_remove(&dir);
    return failed;
}
