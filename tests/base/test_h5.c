#include "base/file.h"
#include "base/h5.h"
#include "support/support.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
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

enum { ROWS = 300, COLUMNS = 70 };

static double cell(size_t row, size_t column)
{
    return (double)row / 7 - (double)column * 1e-12;
}

static double *make_table(void)
{
    double *x = malloc(sizeof *x * ROWS * COLUMNS);

    assert_non_null(x);
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < COLUMNS; k++)
            x[i * COLUMNS + k] = cell(i, k);
    return x;
}

static void test_write_and_read_numbers(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "numbers.h5");
    double *table = make_table(), special[] = {NAN, -0.0, INFINITY, 5e-324, -1.5};
    float single[] = {0.1F, -3e38F};
    int64_t big[] = {INT64_MIN, INT64_MAX, 0};
    uint8_t bytes[] = {0, 1, 255};
    size_t n, dims[KR_H5_MAX_RANK], size[] = {ROWS, COLUMNS}, none[] = {0, 5}, one = 1;
    int rank;
    void *data;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write(f, "a/deep/table", KR_H5_F64, 2, size, table));
    kt_ok(ctx, kr_h5_write(f, "special", KR_H5_F64, 1, (size_t[]){5}, special));
    kt_ok(ctx, kr_h5_write(f, "single", KR_H5_F32, 1, (size_t[]){2}, single));
    kt_ok(ctx, kr_h5_write(f, "big", KR_H5_I64, 1, (size_t[]){3}, big));
    kt_ok(ctx, kr_h5_write(f, "bytes", KR_H5_U8, 1, (size_t[]){3}, bytes));
    kt_ok(ctx, kr_h5_write(f, "none", KR_H5_I32, 2, none, NULL));
    kt_ok(ctx, kr_h5_write(f, "scalar", KR_H5_F64, 0, NULL, &special[4]));
    kt_ok(ctx, kr_h5_write(f, "onebyone", KR_H5_U16, 1, &one, (uint16_t[]){65535}));
    kt_ok(ctx, kr_h5_close(&f));
    assert_null(f);
    kt_ok(ctx, kr_h5_close(&f));

    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read(f, "/a/deep/table", KR_H5_F64, &arena, &data, &n));
    assert_int_equal(n, ROWS * COLUMNS);
    assert_memory_equal(data, table, n * sizeof *table);
    kt_ok(ctx, kr_h5_dims(f, "a/deep/table", dims, &rank));
    assert_int_equal(rank, 2);
    assert_int_equal(dims[0], ROWS);
    assert_int_equal(dims[1], COLUMNS);
    kt_ok(ctx, kr_h5_read(f, "special", KR_H5_F64, &arena, &data, &n));
    assert_memory_equal(data, special, sizeof special);
    kt_ok(ctx, kr_h5_read(f, "single", KR_H5_F64, &arena, &data, &n)); /* converted */
    kt_same(((double *)data)[0], 0.1F);
    kt_ok(ctx, kr_h5_read(f, "big", KR_H5_I64, &arena, &data, &n));
    assert_memory_equal(data, big, sizeof big);
    kt_ok(ctx, kr_h5_read(f, "bytes", KR_H5_I32, &arena, &data, &n));
    assert_int_equal(((int32_t *)data)[2], 255);
    kt_ok(ctx, kr_h5_read(f, "none", KR_H5_I32, &arena, &data, &n));
    assert_int_equal(n, 0);
    kt_ok(ctx, kr_h5_dims(f, "none", dims, &rank));
    assert_int_equal(dims[1], 5);
    kt_ok(ctx, kr_h5_read(f, "scalar", KR_H5_F64, &arena, &data, &n));
    assert_int_equal(n, 1);
    kt_same(*(double *)data, -1.5);
    kt_ok(ctx, kr_h5_dims(f, "scalar", dims, &rank));
    assert_int_equal(rank, 0);
    kt_ok(ctx, kr_h5_read(f, "onebyone", KR_H5_U32, &arena, &data, &n));
    assert_int_equal(*(uint32_t *)data, 65535);
    kr_h5_discard(&f);
    kr_h5_discard(&f);
    free(table);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_slabs(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_h5 *f;
    const char *path = kt_path(dir, "slabs.h5");
    double *table = make_table(), got[6] = {0}, zero = 7;
    size_t size[] = {ROWS, COLUMNS}, chunk[] = {7, 1000};

    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_make(f, "t", KR_H5_F64, 2, size, chunk));
    kt_ok(ctx, kr_h5_make(f, "half", KR_H5_F32, 2, size, NULL));
    kt_ok(ctx, kr_h5_make(f, "small", KR_H5_F64, 1, (size_t[]){3}, chunk));
    kt_ok(ctx, kr_h5_make(f, "point", KR_H5_I32, 0, NULL, NULL));
    for (size_t i = 0; i + 1 < ROWS; i += 5) { /* rows 0 to 299, in fives */
        kt_ok(ctx, kr_h5_write_slab(f, "t", KR_H5_F64, (size_t[]){i, 0}, (size_t[]){5, COLUMNS},
                                    table + i * COLUMNS));
        kt_ok(ctx, kr_h5_write_slab(f, "half", KR_H5_F64, (size_t[]){i, 0}, (size_t[]){5, 2},
                                    table + i * COLUMNS));
    }
    kt_ok(ctx, kr_h5_write_slab(f, "t", KR_H5_F64, (size_t[]){0, 0}, (size_t[]){0, 5}, NULL));
    kt_ok(ctx, kr_h5_write_slab(f, "point", KR_H5_I32, NULL, NULL, (int32_t[]){-4}));
    kt_fails(ctx, kr_h5_write_slab(f, "t", KR_H5_F64, (size_t[]){299, 0}, (size_t[]){2, 1}, table),
             KR_EINTERNAL, "'t' has 300 rows in dimension 0, not 2 from 299");
    kt_fails(ctx,
             kr_h5_write_slab(f, "t", KR_H5_F64, (size_t[]){0, SIZE_MAX}, (size_t[]){1, 2}, table),
             KR_EINTERNAL, "in dimension 1");
    kt_fails(ctx, kr_h5_write_slab(f, "u", KR_H5_F64, NULL, NULL, table), KR_EINPUT,
             "no dataset 'u'");
    kt_ok(ctx, kr_h5_close(&f));

    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read_slab(f, "t", KR_H5_F64, (size_t[]){123, 45}, (size_t[]){2, 3}, got));
    for (size_t i = 0; i < 6; i++)
        kt_same(got[i], cell(123 + i / 3, 45 + i % 3));
    kt_ok(ctx, kr_h5_read_slab(f, "half", KR_H5_F64, (size_t[]){4, 1}, (size_t[]){3, 2}, got));
    kt_same(got[2], (float)cell(5, 1));
    kt_same(got[3], 0); /* never written */
    kt_ok(ctx, kr_h5_read_slab(f, "small", KR_H5_F64, (size_t[]){2}, (size_t[]){1}, &zero));
    kt_same(zero, 0);
    kt_ok(ctx, kr_h5_read_slab(f, "point", KR_H5_F64, NULL, NULL, &zero));
    kt_same(zero, -4);
    kt_fails(ctx, kr_h5_read_slab(f, "t", KR_H5_F64, (size_t[]){0, 68}, (size_t[]){1, 3}, got),
             KR_EINPUT, "slabs.h5: 't' has 70 rows in dimension 1");
    kr_h5_discard(&f);
    free(table);
    kt_ctx_end(&ctx);
}

static void test_strings(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "strings.h5");
    const char *const texts[] = {"", "R\xc4\x81tana", "~", "a longer text, with blanks "};
    char **got;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write_strings(f, "tree/paths", texts, 4, false));
    kt_ok(ctx, kr_h5_write_strings(f, "tree/one", texts + 1, 1, true));
    kt_ok(ctx, kr_h5_write_strings(f, "tree/none", NULL, 0, false));
    kt_ok(ctx, kr_h5_write(f, "number", KR_H5_I32, 0, NULL, (int32_t[]){1}));
    kt_ok(ctx, kr_h5_close(&f));
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read_strings(f, "tree/paths", &arena, &got, &n));
    assert_int_equal(n, 4);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(got[i], texts[i]);
    kt_ok(ctx, kr_h5_read_strings(f, "tree/one", &arena, &got, &n));
    assert_int_equal(n, 1);
    assert_string_equal(got[0], texts[1]);
    kt_ok(ctx, kr_h5_read_strings(f, "tree/none", &arena, &got, &n));
    assert_int_equal(n, 0);
    kt_fails(ctx, kr_h5_read_strings(f, "number", &arena, &got, &n), KR_EINPUT,
             "'number' does not hold strings");
    void *data;
    kt_fails(ctx, kr_h5_read(f, "tree/paths", KR_H5_F64, &arena, &data, &n), KR_EINPUT,
             "'tree/paths' does not hold numbers");
    kt_fails(ctx, kr_h5_read(f, "tree", KR_H5_F64, &arena, &data, &n), KR_EINPUT,
             "cannot open the dataset 'tree'");
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* More texts than go through the library's buffer at once. */
static void test_many_strings(void **state)
{
    (void)state;
    enum { MANY = 10007 };
    static char names[MANY][16];
    static const char *texts[MANY];
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "many.h5");
    char **got;
    size_t n;

    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%.*s%zu", (int)(i % 7), "xxxxxxx", i);
        texts[i] = names[i];
    }
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write_strings(f, "many", texts, MANY, false));
    kt_ok(ctx, kr_h5_close(&f));
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read_strings(f, "many", &arena, &got, &n));
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(got[i], texts[i]);
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_attributes(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "attributes.h5");
    const char *const columns[] = {"lon", "lat"};
    char *text;
    double x = 7;
    bool found;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_set_attr_text(f, "/", "engine", "first"));
    kt_ok(ctx, kr_h5_set_attr_text(f, "/", "engine", "kauri")); /* replaces it */
    kt_ok(ctx, kr_h5_set_attr_text(f, "new/group", "empty", ""));
    kt_ok(ctx, kr_h5_set_attr_double(f, "new/group", "x", 0.1));
    kt_ok(ctx, kr_h5_write(f, "d", KR_H5_I32, 1, (size_t[]){2}, (int32_t[]){1, 2}));
    kt_ok(ctx, kr_h5_set_attr_strings(f, "d", "columns", columns, 2));
    kt_ok(ctx, kr_h5_set_attr_strings(f, "d", "nothing", NULL, 0));
    kt_ok(ctx, kr_h5_close(&f));
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_attr_text(f, "/", "engine", &arena, &text));
    assert_string_equal(text, "kauri");
    kt_ok(ctx, kr_h5_attr_text(f, "new/group", "empty", &arena, &text));
    assert_string_equal(text, "");
    kt_ok(ctx, kr_h5_attr_text(f, "d", "missing", &arena, &text));
    assert_null(text);
    kt_ok(ctx, kr_h5_attr_double(f, "new/group", "x", &x, &found));
    assert_true(found);
    kt_same(x, 0.1);
    kt_ok(ctx, kr_h5_attr_double(f, "new/group", "y", &x, &found));
    assert_false(found);
    kt_same(x, 0.1);
    kt_fails(ctx, kr_h5_attr_text(f, "d", "columns", &arena, &text), KR_EINPUT,
             "'columns' is not a single string");
    kt_fails(ctx, kr_h5_attr_double(f, "/", "engine", &x, &found), KR_EINPUT,
             "'engine' is not a single number");
    kt_fails(ctx, kr_h5_attr_text(f, "new/group", "x", &arena, &text), KR_EINPUT,
             "'x' is not a single string");
    kt_fails(ctx, kr_h5_attr_text(f, "old/group", "x", &arena, &text), KR_EINPUT,
             "there is no group or dataset 'old/group'");
    kt_fails(ctx, kr_h5_set_attr_double(f, "d", "x", 1), KR_EIO, "cannot write the attribute 'x'");
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_what_is_there(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    char **names;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, kt_path(dir, "list.h5"), &f));
    kt_ok(ctx, kr_h5_list(f, "/", &arena, &names, &n));
    assert_int_equal(n, 0);
    for (int i = 0; i < 30; i++) {
        int32_t value = i;
        kt_ok(ctx, kr_h5_write(f, kr_arena_printf(&arena, "g/m%d", (i * 7) % 30), KR_H5_I32, 0,
                               NULL, &value));
    }
    kt_ok(ctx, kr_h5_list(f, "g", &arena, &names, &n));
    assert_int_equal(n, 30);
    for (size_t i = 1; i < n; i++)
        assert_true(strcmp(names[i - 1], names[i]) < 0);
    kt_fails(ctx, kr_h5_list(f, "h", &arena, &names, &n), KR_EINPUT, "cannot open the group 'h'");
    assert_true(kr_h5_exists(f, "g/m7"));
    assert_true(kr_h5_exists(f, "/g//m7"));
    assert_true(kr_h5_exists(f, "/"));
    assert_true(kr_h5_exists(f, "g"));
    assert_false(kr_h5_exists(f, "g/m70"));
    assert_false(kr_h5_exists(f, "h/m7"));
    assert_false(kr_h5_exists(f, "g/m7/x"));
    assert_false(kr_h5_exists(f, ""));
    kt_fails(ctx, kr_h5_write(f, "g/m7", KR_H5_I32, 0, NULL, &n), KR_EIO,
             "list.h5: cannot create the dataset 'g/m7'");
    kt_ok(ctx, kr_h5_close(&f));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void write_packed(kr_ctx *ctx, const char *path)
{
    size_t n = 400000;
    double *x = calloc(n, sizeof *x);
    kr_h5 *f;

    for (size_t i = 0; i < n; i++)
        x[i] = (double)(i / 100);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write(f, "g/x", KR_H5_F64, 1, &n, x));
    kt_ok(ctx, kr_h5_set_attr_text(f, "/", "engine", "kauri"));
    kt_ok(ctx, kr_h5_write_strings(f, "names", (const char *const[]){"a", "b"}, 2, false));
    kt_ok(ctx, kr_h5_close(&f));
    free(x);
}

/* The same results make the same file, however late; and they are packed. */
static void test_files_are_reproducible(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *a = kt_path(dir, "same-a.h5"), *b = kt_path(dir, "same-b.h5");
    char x[65], y[65];

    write_packed(ctx, a);
    sleep(1);
    write_packed(ctx, b);
    kt_ok(ctx, kr_file_digest(ctx, a, x));
    kt_ok(ctx, kr_file_digest(ctx, b, y));
    assert_string_equal(x, y);
    assert_true(kr_file_size(a) < 400000 * 8 / 10);
    kt_ctx_end(&ctx);
}

static void test_impossible_requests(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    void *data;
    size_t n, many[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, huge[] = {1 << 17, 1 << 17};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_fails(ctx, kr_h5_create(ctx, kt_path(dir, "no/such/folder.h5"), &f), KR_EIO,
             "cannot create the HDF5 file 'folder.h5'");
    assert_null(f);
    kt_fails(ctx, kr_h5_open(ctx, kt_path(dir, "none.h5"), &f), KR_EINPUT, "no such file");
    kt_fails(ctx, kr_h5_open(ctx, dir, &f), KR_EINPUT, "no such file");
    kt_write_text(kt_path(dir, "text.h5"), "not HDF5 at all");
    kt_fails(ctx, kr_h5_open(ctx, kt_path(dir, "text.h5"), &f), KR_EINPUT, "not an HDF5 file");
    kt_write_text(kt_path(dir, "empty.h5"), "");
    kt_fails(ctx, kr_h5_open(ctx, kt_path(dir, "empty.h5"), &f), KR_EINPUT, "not an HDF5 file");

    kt_ok(ctx, kr_h5_create(ctx, kt_path(dir, "odd.h5"), &f));
    kt_fails(ctx, kr_h5_write(f, "x", KR_H5_F64, 9, many, many), KR_EINTERNAL, "9 dimensions");
    kt_fails(ctx, kr_h5_make(f, "x", KR_H5_F64, 2, (size_t[]){SIZE_MAX, 2}, NULL), KR_EINTERNAL,
             "too large");
    kt_ok(ctx, kr_h5_make(f, "huge", KR_H5_U8, 2, huge, NULL)); /* costs nothing unwritten */
    kt_fails(ctx, kr_h5_read(f, "huge", KR_H5_F64, &arena, &data, &n), KR_EINPUT,
             "'huge' has 17179869184 elements, too many");
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Write a file of some 3 kB where files may have `most` bytes; 0: told as it should be. */
static int write_limited(const char *path, rlim_t most)
{
    kr_ctx *ctx = NULL;
    kr_h5 *f = NULL;
    size_t n = 100;
    double x[100] = {0};
    kr_status s = kr_ctx_create(&ctx);

    signal(SIGXFSZ, SIG_IGN);
    if (setrlimit(RLIMIT_FSIZE, &(struct rlimit){most, most}) != 0)
        return 2;
    if (s == KR_OK)
        s = kr_h5_create(ctx, path, &f);
    if (s == KR_OK)
        s = kr_h5_write(f, "x", KR_H5_F64, 1, &n, x);
    if (s == KR_OK)
        s = kr_h5_close(&f);
    else
        kr_h5_discard(&f);
    bool told = strncmp(kr_ctx_error(ctx), path, strlen(path)) == 0 &&
                strstr(kr_ctx_error(ctx), ": cannot ") &&
                strstr(kr_ctx_error(ctx), "': File too large");
    bool right = s == KR_EIO && told && kr_ctx_memory(ctx).current == 0;
    kr_ctx_destroy(&ctx);
    return right ? 0 : 1;
}

/* In a child: the library loses memory when its first write fails, which is no leak of ours. */
static void test_no_room(void **state)
{
    const rlim_t most[] = {0, 50, 500, 1500};

    (void)state;
    for (size_t i = 0; i < sizeof most / sizeof most[0]; i++) {
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            _exit(write_limited(kt_path(dir, "full.h5"), most[i]));
        int status = -1;
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
    }
}

/* A device under the name of a file is neither removed nor written to. */
static void test_device(void **state)
{
    (void)state;
    const char *path = kt_path(dir, "device.h5");
    if (mknod(path, S_IFCHR | 0600, makedev(1, 7)) != 0) /* only root may */
        skip();
    kr_ctx *ctx = kt_ctx();
    kr_h5 *f = NULL;
    struct stat st;
    kt_fails(ctx, kr_h5_create(ctx, path, &f), KR_EIO, "device.h5: cannot be taken out of the way");
    assert_int_equal(lstat(path, &st), 0);
    assert_true(S_ISCHR(st.st_mode));
    unlink(path);
    kt_ctx_end(&ctx);
}

static kr_status h5_scenario(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_h5 *f = NULL;
    char **names, *text;
    void *data;
    size_t n, size = 1000;
    double x[1000] = {0};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_h5_create(ctx, user, &f));
    KR_TRY(kr_h5_write(f, "g/x", KR_H5_F64, 1, &size, x));
    KR_TRY(kr_h5_write_strings(f, "names", (const char *const[]){"a", "b"}, 2, false));
    KR_TRY(kr_h5_set_attr_text(f, "g", "t", "text"));
    KR_TRY(kr_h5_close(&f));
    KR_TRY(kr_h5_open(ctx, user, &f));
    KR_TRY(kr_h5_list(f, "/", &arena, &names, &n));
    KR_TRY(kr_h5_read(f, "g/x", KR_H5_F64, &arena, &data, &n));
    KR_TRY(kr_h5_read_strings(f, "names", &arena, &names, &n));
    KR_TRY(kr_h5_attr_text(f, "g", "t", &arena, &text));
out:
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    char *path = strdup(kt_path(dir, "scenario.h5"));

    assert_in_range(kt_fail_each_allocation(h5_scenario, path), 8, 30);
    free(path);
}

/* A file's bytes in memory are read as the file is; others are told. */
static void test_image(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "image.h5");
    double *table = make_table();
    size_t size, n;
    void *data;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write(f, "a/table", KR_H5_F64, 2, (size_t[]){ROWS, COLUMNS}, table));
    kt_ok(ctx, kr_h5_close(&f));
    unsigned char *bytes = kt_read_file(path, &size);
    remove(path);

    kt_ok(ctx, kr_h5_open_image(ctx, "image", bytes, size, &f));
    kt_ok(ctx, kr_h5_read(f, "a/table", KR_H5_F64, &arena, &data, &n));
    assert_int_equal(n, ROWS * COLUMNS);
    assert_memory_equal(data, table, n * sizeof *table);
    kt_ok(ctx, kr_h5_close(&f));
    kt_fails(ctx, kr_h5_open_image(ctx, "image", table, 4096, &f), KR_EINPUT,
             "image: cannot open the HDF5 file");
    assert_null(f);
    kr_arena_clear(&arena);
    free(bytes);
    free(table);
    kt_ctx_end(&ctx);
}

/* Names of one length: as they were, whether they fill it or not; a long one among many short ones
 * is no reason to fill up all of them. */
static void test_names(void **state)
{
    (void)state;
    enum { MANY = 50000 };
    static char ids[MANY][12];
    static const char *texts[MANY], *few[] = {"", "ä", "0123456789"};
    char longest[4001] = "", **got;
    size_t n;
    kr_h5 *f;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const char *path = kt_path(dir, "names.h5");
    for (size_t i = 0; i < MANY; i++) {
        snprintf(ids[i], sizeof ids[i], "s%zu", i * i % 100003);
        texts[i] = ids[i];
    }
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write_names(f, "many", texts, MANY));
    kt_ok(ctx, kr_h5_write_names(f, "few", few, 3));
    kt_ok(ctx, kr_h5_write_names(f, "none", few, 0));
    assert_int_equal(kr_h5_names_width(few, 3), 10);
    memset(longest, 'x', sizeof longest - 1);
    few[1] = longest;
    assert_int_equal(kr_h5_names_width(few, 3), 0);
    kt_ok(ctx, kr_h5_write_names(f, "long", few, 3));
    kt_ok(ctx, kr_h5_close(&f));
    assert_true(kr_file_size(path) < MANY * 12);
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read_strings(f, "many", &arena, &got, &n));
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < MANY; i++)
        assert_string_equal(got[i], texts[i]);
    kt_ok(ctx, kr_h5_read_strings(f, "few", &arena, &got, &n));
    assert_true(n == 3 && !*got[0] && strcmp(got[1], "ä") == 0 &&
                strcmp(got[2], "0123456789") == 0);
    kt_ok(ctx, kr_h5_read_strings(f, "long", &arena, &got, &n));
    assert_true(n == 3 && strcmp(got[1], longest) == 0);
    kt_ok(ctx, kr_h5_read_strings(f, "none", &arena, &got, &n));
    assert_int_equal(n, 0);
    kt_ok(ctx, kr_h5_close(&f));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_write_and_read_numbers),
        cmocka_unit_test(test_slabs),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_many_strings),
        cmocka_unit_test(test_attributes),
        cmocka_unit_test(test_what_is_there),
        cmocka_unit_test(test_files_are_reproducible),
        cmocka_unit_test(test_impossible_requests),
        cmocka_unit_test(test_no_room),
        cmocka_unit_test(test_device),
        cmocka_unit_test(test_each_allocation_can_fail),
        cmocka_unit_test(test_image),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
