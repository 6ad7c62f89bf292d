/* Tables of HDF5: the rows that h5py reads as numpy's records. */
#include "base/h5.h"
#include "support/support.h"

#include <hdf5.h>
#include <stdio.h>
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

static const char TEXTS[2][5] = {{'a', 'b', 'c', 'd', 'e'}, {'f', 0, 0, 0, 0}};
static const double NUMBERS[2] = {-1.5, 5e-324};
static const int64_t BIG[2] = {INT64_MIN, 7};
static const int16_t SMALL[2] = {-1, 32767};

static const kr_h5_column COLUMNS[] = {
    {.name = "operation", .text_bytes = 5, .values = TEXTS},
    {.name = "seconds", .type = KR_H5_F64, .values = NUMBERS},
    {.name = "counts", .type = KR_H5_I64, .values = BIG},
    {.name = "task", .type = KR_H5_I16, .values = SMALL},
};

enum { ROW_BYTES = 5 + 8 + 8 + 2 }; /* without gaps, as numpy has them */

static void check_member(hid_t type, unsigned i, const char *name, size_t offset, hid_t same)
{
    char *found = H5Tget_member_name(type, i);
    hid_t member = H5Tget_member_type(type, i);
    assert_string_equal(found, name);
    assert_int_equal(H5Tget_member_offset(type, i), offset);
    if (same >= 0)
        assert_true(H5Tequal(member, same) > 0);
    else
        assert_true(H5Tget_class(member) == H5T_STRING && H5Tget_size(member) == 5 &&
                    H5Tget_strpad(member) == H5T_STR_NULLPAD);
    H5Tclose(member);
    H5free_memory(found);
}

static void test_rows_are_packed(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_h5 *f;
    char path[4096], rows[2 * ROW_BYTES];

    snprintf(path, sizeof path, "%s", kt_path(dir, "rows.h5"));
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write_rows(f, "group/rows", COLUMNS, 4, 2));
    kt_ok(ctx, kr_h5_write_rows(f, "none", COLUMNS, 4, 0));
    kt_fails(ctx, kr_h5_write_rows(f, "none", COLUMNS, 4, 2), KR_EIO, "'none'");
    kt_ok(ctx, kr_h5_close(&f));

    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t dataset = H5Dopen2(file, "group/rows", H5P_DEFAULT);
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    assert_int_equal(H5Sget_simple_extent_npoints(space), 2);
    assert_int_equal(H5Tget_class(type), H5T_COMPOUND);
    assert_int_equal(H5Tget_size(type), ROW_BYTES);
    assert_int_equal(H5Tget_nmembers(type), 4);
    check_member(type, 0, "operation", 0, H5I_INVALID_HID);
    check_member(type, 1, "seconds", 5, H5T_IEEE_F64LE);
    check_member(type, 2, "counts", 13, H5T_STD_I64LE);
    check_member(type, 3, "task", 21, H5T_STD_I16LE);

    hid_t native = H5Tget_native_type(type, H5T_DIR_ASCEND); /* this machine's, with gaps or not */
    H5Tpack(native);
    assert_true(H5Dread(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) >= 0);
    for (size_t r = 0; r < 2; r++) {
        assert_memory_equal(rows + r * ROW_BYTES, TEXTS[r], 5);
        assert_memory_equal(rows + r * ROW_BYTES + 5, &NUMBERS[r], 8);
        assert_memory_equal(rows + r * ROW_BYTES + 13, &BIG[r], 8);
        assert_memory_equal(rows + r * ROW_BYTES + 21, &SMALL[r], 2);
    }
    H5Tclose(native);
    H5Sclose(space);
    H5Tclose(type);
    H5Dclose(dataset);
    H5Fclose(file);
    kt_ctx_end(&ctx);
}

static kr_status write_rows(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_h5 *f = NULL;
    (void)user;
    KR_TRY(kr_h5_create(ctx, kt_path(dir, "again.h5"), &f));
    KR_TRY(kr_h5_write_rows(f, "rows", COLUMNS, 4, 2));
    KR_TRY(kr_h5_close(&f));
out:
    kr_h5_discard(&f);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    assert_true(kt_fail_each_allocation(write_rows, NULL) > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_are_packed),
        cmocka_unit_test(test_each_allocation_can_fail),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
