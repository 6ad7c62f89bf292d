/* CSV tables byte for byte, and what a table that fails leaves behind: nothing. */
#include "output/table.h"
#include "support/support.h"

#include "base/file.h"

#include <fcntl.h>
#include <math.h>
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

static void assert_text(const char *name, const char *wanted)
{
    size_t n;
    char *text = (char *)kt_read_file(kt_path(dir, name), &n);
    assert_int_equal(n, strlen(text));
    assert_string_equal(text, wanted);
    free(text);
}

static void assert_missing(const char *name)
{
    struct stat st;
    assert_int_not_equal(lstat(kt_path(dir, name), &st), 0);
}

/* Gives a complete table its name. */
static kr_status place(kr_ctx *ctx, const char *name)
{
    char *path = strdup(kt_path(dir, name));
    kr_status s = kr_tables_place(ctx, dir, &path, 1);
    free(path);
    return s;
}

static void test_bytes(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    kt_ok(ctx, kr_table_begin(ctx, dir, "a.csv", &t));
    kr_table_comment(&t, 5, "kind='mean', imt='PGA'");
    kr_table_text(&t, "lon");
    kr_table_text(&t, "with space");
    kr_table_text(&t, "a,b");
    kr_table_text(&t, "say \"x\"");
    kr_table_text(&t, "two\nlines");
    kr_table_end_row(&t);
    kr_table_degrees(&t, -180);
    kr_table_degrees(&t, 12.345678);
    kr_table_degrees(&t, -0.0);
    kr_table_text(&t, "");
    kr_table_integer(&t, -9000000000LL);
    kr_table_end_row(&t);
    kr_table_end_row(&t);
    kt_ok(ctx, kr_table_finish(&t, KR_OK));
    kt_ok(ctx, place(ctx, "a.csv"));
    assert_text("a.csv", "#,,,,\"kind='mean', imt='PGA'\"\r\n"
                         "lon,with space,\"a,b\",\"say \"\"x\"\"\",\"two\nlines\"\r\n"
                         "-180.00000,12.34568,0.00000,,-9000000000\r\n"
                         "\r\n");
    kt_ctx_end(&ctx);
}

static void test_numbers(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    static const double numbers[] = {0,      -0.0,  1,      -1.5,      1234567.5, 1.2345675e-3,
                                     1e-300, 1e300, 5e-324, 9.9999996, -1e-20};
    kt_ok(ctx, kr_table_begin(ctx, dir, "n.csv", &t));
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        kr_table_number(&t, numbers[i]);
        kr_table_end_row(&t);
    }
    kr_table_format(&t, "poe-%.7f", 0.005);
    kr_table_format(&t, "%.7e", -0.0);
    kr_table_end_row(&t);
    kt_ok(ctx, kr_table_finish(&t, KR_OK));
    kt_ok(ctx, place(ctx, "n.csv"));
    assert_text("n.csv", "0.000000E+00\r\n0.000000E+00\r\n1.000000E+00\r\n-1.500000E+00\r\n"
                         "1.234568E+06\r\n1.234567E-03\r\n1.000000E-300\r\n1.000000E+300\r\n"
                         "4.940656E-324\r\n1.000000E+01\r\n-1.000000E-20\r\n"
                         "poe-0.0050000,0.0000000e+00\r\n");
    kt_ctx_end(&ctx);
}

/* A name never leaves its folder. */
static void test_slash(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    kt_ok(ctx, kr_table_begin(ctx, dir, "../a/b.csv", &t));
    kr_table_comment(&t, 2, "x");
    kt_ok(ctx, kr_table_finish(&t, KR_OK));
    kt_ok(ctx, place(ctx, "..-a-b.csv"));
    assert_text("..-a-b.csv", "#,x\r\n");
    kt_ctx_end(&ctx);
}

/* An older table stays until the new one is complete, and where that fails. */
static void test_failed_table(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    kt_write_text(kt_path(dir, "old.csv"), "old");
    kt_ok(ctx, kr_table_begin(ctx, dir, "old.csv", &t));
    kr_table_text(&t, "new");
    assert_text("old.csv", "old");
    assert_int_equal(kr_table_finish(&t, KR_EDIFFER), KR_EDIFFER);
    assert_text("old.csv", "old");
    assert_missing("old.csv.part");
    kt_ok(ctx, kr_table_begin(ctx, dir, "old.csv", &t));
    kr_table_text(&t, "new");
    kt_ok(ctx, kr_table_finish(&t, KR_OK));
    assert_text("old.csv", "old");
    kt_ok(ctx, place(ctx, "old.csv"));
    assert_text("old.csv", "new");
    assert_missing("old.csv.part");
    kt_ctx_end(&ctx);
}

/* A device without room, at the end of the table and in the middle of it. */
/* A limit on the size of files stands for a full disk. */
static void test_disk_full(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    none = before;
    none.rlim_cur = 0;
    signal(SIGXFSZ, SIG_IGN);
    for (size_t rows = 1; rows <= 100000; rows *= 100000 - 1) {
        kt_ok(ctx, kr_table_begin(ctx, dir, "full.csv", &t));
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
        for (size_t i = 0; i < rows; i++) {
            kr_table_number(&t, 1);
            kr_table_end_row(&t);
        }
        kr_status s = kr_table_finish(&t, KR_OK);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
        kt_fails(ctx, s, KR_EIO, "full.csv: writing failed: File too large");
        assert_missing("full.csv");
        assert_missing("full.csv.part");
    }
    kt_ctx_end(&ctx);
}

static void test_no_place(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    kr_status s = kr_table_begin(ctx, kt_path(dir, "none"), "a.csv", &t);
    assert_int_equal(kr_table_finish(&t, s), KR_EIO); /* clean-up paths call it */
    kt_fails(ctx, s, KR_EIO, "none/a.csv: cannot be written");
    assert_int_equal(mkdir(kt_path(dir, "taken.csv"), 0777), 0);
    kt_ok(ctx, kr_table_begin(ctx, dir, "taken.csv", &t));
    kt_ok(ctx, kr_table_finish(&t, KR_OK));
    kt_fails(ctx, place(ctx, "taken.csv"), KR_EIO, "taken.csv: cannot be put in place");
    assert_missing("taken.csv.part");
    kt_ctx_end(&ctx);
}

/* Texts that could not be made for lack of memory fail the table, nothing else. */
static void test_missing_text(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_table t;
    kr_status s = kr_table_begin(ctx, dir, NULL, &t);
    assert_int_equal(kr_table_finish(&t, s), KR_ENOMEM);
    kt_ok(ctx, kr_table_begin(ctx, dir, "a.csv", &t));
    kr_table_comment(&t, 3, NULL);
    kr_table_text(&t, NULL);
    kr_table_end_row(&t);
    assert_int_equal(kr_table_finish(&t, KR_OK), KR_ENOMEM);
    assert_missing("a.csv");
    assert_missing("a.csv.part");
    kt_ctx_end(&ctx);
}

static kr_status whole_way(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_table t = {0};
    (void)user;
    KR_TRY(kr_table_begin(ctx, dir, "a.csv", &t));
    kr_table_comment(&t, 3, "text");
out:
    s = kr_table_finish(&t, s);
    return s == KR_OK ? place(ctx, "a.csv") : s;
}

static void test_allocations(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(whole_way, NULL) > 0);
    assert_missing("a.csv.part");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_bytes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_numbers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_slash, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_table, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_disk_full, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_no_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_missing_text, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_allocations, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
