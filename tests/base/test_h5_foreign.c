/* HDF5 files that others wrote: what h5py and the reference make, and what is damaged. */
#include "base/h5.h"
#include "support/support.h"

#include <hdf5.h>
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

static void put(hid_t file, const char *name, hid_t type, hid_t space, const void *data)
{
    hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);

    assert_true(id >= 0);
    if (data)
        assert_true(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(id);
}

static void put_attr(hid_t file, const char *name, hid_t type, hid_t space, const void *data)
{
    hid_t id = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);

    assert_true(id >= 0);
    assert_true(H5Awrite(id, type, data) >= 0);
    H5Aclose(id);
}

static hid_t string_type(size_t size, H5T_str_t padding, H5T_cset_t cset)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, size);
    H5Tset_strpad(type, padding);
    H5Tset_cset(type, cset);
    return type;
}

static void put_strings(hid_t file, hid_t space)
{
    const char *texts[] = {"variable", ""};
    hid_t type = string_type(4, H5T_STR_NULLPAD, H5T_CSET_ASCII);

    put(file, "nullpad", type, space, "abcdx\0\0\0");
    put_attr(file, "nullpads", type, space, "abcdx\0\0\0");
    H5Tclose(type);
    type = string_type(4, H5T_STR_SPACEPAD, H5T_CSET_ASCII);
    put(file, "spacepad", type, space, "abcdx   ");
    H5Tclose(type);
    type = string_type(4, H5T_STR_NULLTERM, H5T_CSET_UTF8);
    put(file, "nullterm", type, space, "abc\0x\0yz");
    hsize_t one = 1;
    hid_t single = H5Screate_simple(1, &one, NULL);
    put_attr(file, "nullterm", type, single, "abc");
    H5Sclose(single);
    H5Tclose(type);
    type = string_type(H5T_VARIABLE, H5T_STR_NULLTERM, H5T_CSET_ASCII);
    put(file, "ascii", type, space, texts);
    put(file, "unwritten", type, space, NULL);
    single = H5Screate(H5S_SCALAR);
    put_attr(file, "ascii", type, single, texts);
    H5Sclose(single);
    H5Tclose(type);
}

/* Datasets in chunks: of never written numbers; in a piece far larger than what is stored. And one
 * whose numbers stand in another file. */
static void put_claims(hid_t file)
{
    const double x[] = {1.5, -2};
    hsize_t many = 1 << 28, chunk = 1 << 10, few = 2, endless = H5S_UNLIMITED, large = 1 << 28;
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(1, &many, NULL);

    H5Pset_chunk(plan, 1, &chunk);
    H5Dclose(H5Dcreate2(file, "claim", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Sclose(space);
    space = H5Screate_simple(1, &few, &endless);
    H5Pset_chunk(plan, 1, &large);
    H5Dclose(H5Dcreate2(file, "piece", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    H5Sclose(space);
    H5Pclose(plan);
    plan = H5Pcreate(H5P_DATASET_CREATE);
    space = H5Screate_simple(1, &few, NULL);
    H5Pset_external(plan, "/etc/hostname", 0, sizeof x);
    H5Dclose(H5Dcreate2(file, "outside", H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, plan, H5P_DEFAULT));
    put(file, "amounts", H5T_NATIVE_DOUBLE, space, x);
    H5Sclose(space);
    H5Pclose(plan);
}

static void put_odd(hid_t file, hid_t space)
{
    const double x[] = {1.5, -2};
    const int8_t truth[] = {0, 1};
    hsize_t many[9] = {1, 1, 1, 1, 1, 1, 1, 1, 1}, huge[3] = {1U << 31, 1U << 31, 4};
    int8_t value = 0;
    hid_t type = H5Tenum_create(H5T_NATIVE_INT8);

    H5Tenum_insert(type, "FALSE", &value);
    value = 1;
    H5Tenum_insert(type, "TRUE", &value);
    put(file, "bool", type, space, truth);
    H5Tclose(type);
    type = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(type, "x", 0, H5T_NATIVE_DOUBLE);
    put(file, "compound", type, space, x);
    H5Tclose(type);
    hid_t id =
        H5Dcreate2(file, "bigendian", H5T_IEEE_F64BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0);
    H5Dclose(id);
    put_attr(file, "numbers", H5T_NATIVE_DOUBLE, space, x);
    hid_t other = H5Screate(H5S_NULL);
    put(file, "null", H5T_NATIVE_DOUBLE, other, NULL);
    H5Sclose(other);
    other = H5Screate_simple(9, many, NULL);
    put(file, "rank9", H5T_NATIVE_DOUBLE, other, x);
    H5Sclose(other);
    other = H5Screate_simple(3, huge, NULL);
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, 3, many);
    id = H5Dcreate2(file, "huge", H5T_NATIVE_UINT8, other, H5P_DEFAULT, plan, H5P_DEFAULT);
    assert_true(id >= 0);
    H5Dclose(id);
    H5Pclose(plan);
    H5Sclose(other);
    put_claims(file);
    assert_true(H5Lcreate_soft("/nowhere", file, "dangling", H5P_DEFAULT, H5P_DEFAULT) >= 0);
    assert_true(H5Lcreate_soft("/bool", file, "link", H5P_DEFAULT, H5P_DEFAULT) >= 0);
}

static void make_foreign(const char *path)
{
    hsize_t two = 2;
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    hid_t space = H5Screate_simple(1, &two, NULL);

    assert_true(file >= 0);
    put_strings(file, space);
    put_odd(file, space);
    H5Sclose(space);
    assert_true(H5Fclose(file) >= 0);
}

static void check_strings(kr_ctx *ctx, kr_h5 *f, const char *name, const char *a, const char *b)
{
    kr_arena arena;
    char **got;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_read_strings(f, name, &arena, &got, &n));
    assert_int_equal(n, 2);
    assert_string_equal(got[0], a);
    assert_string_equal(got[1], b);
    kr_arena_clear(&arena);
}

static void test_foreign_strings(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "foreign.h5");
    char *text;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    make_foreign(path);
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    check_strings(ctx, f, "nullpad", "abcd", "x");
    check_strings(ctx, f, "spacepad", "abcd", "x");
    check_strings(ctx, f, "nullterm", "abc", "x");
    check_strings(ctx, f, "ascii", "variable", "");
    check_strings(ctx, f, "unwritten", "", "");
    kt_ok(ctx, kr_h5_attr_text(f, "/", "ascii", &arena, &text));
    assert_string_equal(text, "variable");
    kt_ok(ctx, kr_h5_attr_text(f, "/", "nullterm", &arena, &text));
    assert_string_equal(text, "abc");
    kt_fails(ctx, kr_h5_attr_text(f, "/", "nullpads", &arena, &text), KR_EINPUT,
             "'nullpads' is not a single string");
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_foreign_numbers(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_h5 *f;
    const char *path = kt_path(dir, "foreign.h5");
    void *data;
    size_t n, dims[KR_H5_MAX_RANK];
    int rank;
    double x, pair[2];
    bool found;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    make_foreign(path);
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read(f, "bool", KR_H5_U8, &arena, &data, &n));
    assert_memory_equal(data, "\0\1", 2);
    kt_ok(ctx, kr_h5_read(f, "link", KR_H5_F64, &arena, &data, &n));
    kt_same(((double *)data)[1], 1);
    kt_ok(ctx, kr_h5_read(f, "bigendian", KR_H5_F64, &arena, &data, &n));
    kt_same(((double *)data)[0], 1.5);
    kt_same(((double *)data)[1], -2);
    kt_fails(ctx, kr_h5_read(f, "compound", KR_H5_F64, &arena, &data, &n), KR_EINPUT,
             "does not hold numbers");
    kt_ok(ctx, kr_h5_read(f, "null", KR_H5_F64, &arena, &data, &n));
    assert_int_equal(n, 0);
    kt_fails(ctx, kr_h5_read(f, "rank9", KR_H5_F64, &arena, &data, &n), KR_EINPUT,
             "'rank9' has 9 dimensions, at most 8");
    kt_fails(ctx, kr_h5_read(f, "huge", KR_H5_U8, &arena, &data, &n), KR_EINPUT, "impossibly many");
    kt_fails(ctx, kr_h5_dims(f, "huge", dims, &rank), KR_EINPUT, "impossibly many");
    kt_fails(ctx, kr_h5_read(f, "claim", KR_H5_U8, &arena, &data, &n), KR_EINPUT,
             "'claim' claims 268435456 elements, but only 0 bytes of it are stored");
    kt_fails(ctx, kr_h5_read(f, "piece", KR_H5_U8, &arena, &data, &n), KR_EINPUT,
             "'piece' claims pieces of 2147483648 bytes, but only 0 bytes of it are stored");
    kt_fails(ctx, kr_h5_read(f, "outside", KR_H5_U8, &arena, &data, &n), KR_EINPUT,
             "'outside' stands in other files");
    kt_fails(ctx, kr_h5_read_amounts(f, "amounts", KR_H5_F64, (size_t[]){0}, (size_t[]){2}, pair),
             KR_EINPUT, "'amounts' holds a number that is negative or none");
    kt_ok(ctx, kr_h5_read_amounts(f, "amounts", KR_H5_F64, (size_t[]){0}, (size_t[]){1}, pair));
    kt_same(pair[0], 1.5);
    assert_false(kr_h5_exists(f, "dangling"));
    kt_fails(ctx, kr_h5_read(f, "dangling", KR_H5_U8, &arena, &data, &n), KR_EINPUT,
             "there is no dataset 'dangling'");
    kt_fails(ctx, kr_h5_attr_double(f, "/", "numbers", &x, &found), KR_EINPUT,
             "is not a single number");
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A results file in small; returns its bytes. */
static unsigned char *make_sound(kr_ctx *ctx, const char *path, size_t *size)
{
    enum { N = 20000 };
    double *x = calloc(N, sizeof *x);
    uint64_t seed = 2;
    size_t n = N;
    kr_h5 *f;

    for (size_t i = 0; i < n; i++)
        x[i] = kt_random_unit(&seed);
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write(f, "g/x", KR_H5_F64, 1, &n, x));
    kt_ok(ctx, kr_h5_write(f, "g/y", KR_H5_F64, 1, (size_t[]){100}, x));
    kt_ok(ctx, kr_h5_set_attr_text(f, "/", "engine", "kauri"));
    kt_ok(ctx, kr_h5_write_strings(f, "names", (const char *const[]){"a", "b"}, 2, false));
    kt_ok(ctx, kr_h5_close(&f));
    free(x);
    return kt_read_file(path, size);
}

/* Read what there is; nothing may be worse than a failure with a text. */
static kr_status read_all(kr_ctx *ctx, const char *path)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_h5 *f = NULL;
    char **names, *text;
    void *data;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_h5_open(ctx, path, &f));
    KR_TRY(kr_h5_list(f, "/", &arena, &names, &n));
    KR_TRY(kr_h5_attr_text(f, "/", "engine", &arena, &text));
    KR_TRY(kr_h5_read(f, "g/y", KR_H5_F64, &arena, &data, &n));
    KR_TRY(kr_h5_read(f, "g/x", KR_H5_F64, &arena, &data, &n));
    KR_TRY(kr_h5_read_strings(f, "names", &arena, &names, &n));
out:
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    if (s != KR_OK)
        assert_string_not_equal(kr_ctx_error(ctx), "");
    return s;
}

static void test_truncated(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "sound.h5"), *cut = kt_path(dir, "cut.h5");
    size_t size;
    unsigned char *data = make_sound(ctx, path, &size);

    kt_ok(ctx, read_all(ctx, path));
    for (size_t i = 0; i < 60; i++) {
        kt_write_file(cut, data, i * size / 60);
        kr_status s = read_all(ctx, cut);
        assert_int_equal(s, KR_EINPUT);
        kr_ctx_clear_error(ctx);
    }
    free(data);
    kt_ctx_end(&ctx);
}

/* The packed numbers themselves are wiped: the file opens, the dataset fails. */
static void test_damaged_numbers(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "sound.h5"), *damaged = kt_path(dir, "damaged.h5");
    size_t size;
    unsigned char *data = make_sound(ctx, path, &size);

    memset(data + size / 2, 0xEE, 1000);
    kt_write_file(damaged, data, size);
    kt_fails(ctx, read_all(ctx, damaged), KR_EIO, "damaged.h5: cannot read the dataset 'g/x'");
    free(data);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_foreign_strings),
        cmocka_unit_test(test_foreign_numbers),
        cmocka_unit_test(test_truncated),
        cmocka_unit_test(test_damaged_numbers),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
