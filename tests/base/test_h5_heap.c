/* HDF5: texts of variable length, in every way that they may stand in a file, and damaged. */
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

enum { MANY = 5000, LONG = 100000, BLOCK = 512 };

/* Texts of 0 to 12 bytes, none at all, and one that fills a heap of its own. */
static char **make_texts(void)
{
    char **texts = calloc(MANY, sizeof *texts);

    for (size_t i = 0; i < MANY; i++) {
        if (i % 7 == 3)
            continue;
        texts[i] = calloc(1, i == 77 ? LONG + 1 : 20);
        if (i == 77)
            memset(texts[i], 'x', LONG);
        else if (i % 5)
            snprintf(texts[i], 20, "%.*zu", (int)(i % 12), i);
    }
    return texts;
}

static void free_texts(char **texts)
{
    for (size_t i = 0; i < MANY; i++)
        free(texts[i]);
    free(texts);
}

/* The bytes of the file that hold the references. */
static haddr_t put(hid_t file, const char *name, hid_t plan, char *const *texts)
{
    hsize_t n = MANY;
    hid_t space = H5Screate_simple(1, &n, NULL), type = H5Tcopy(H5T_C_S1);

    H5Tset_size(type, H5T_VARIABLE);
    hid_t id = H5Dcreate2(file, name, type, space, H5P_DEFAULT, plan, H5P_DEFAULT);
    assert_true(H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts) >= 0);
    haddr_t at = H5Dget_offset(id);
    H5Dclose(id);
    H5Sclose(space);
    space = H5Screate(H5S_SCALAR);
    id = H5Acreate_by_name(file, name, "text", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Awrite(id, type, &texts[1]) >= 0);
    H5Aclose(id);
    H5Sclose(space);
    H5Tclose(type);
    return at;
}

static haddr_t make_file(const char *path, size_t bytes_of_sizes, hsize_t block, char *const *texts)
{
    hsize_t chunk = 300;
    hid_t how = H5Pcreate(H5P_FILE_CREATE), plan = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_sizes(how, bytes_of_sizes, bytes_of_sizes);
    H5Pset_userblock(how, block);
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, how, H5P_DEFAULT);
    assert_true(file >= 0);
    haddr_t at = put(file, "contiguous", H5P_DEFAULT, texts);
    H5Pset_chunk(plan, 1, &chunk);
    H5Pset_shuffle(plan);
    H5Pset_deflate(plan, 6);
    put(file, "packed", plan, texts);
    H5Pclose(plan);
    H5Pclose(how);
    assert_true(H5Fclose(file) >= 0);
    return at;
}

static void check(kr_ctx *ctx, kr_h5 *f, const char *name, char *const *texts)
{
    kr_arena arena;
    char **got, *text;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    kt_ok(ctx, kr_h5_read_strings(f, name, &arena, &got, &n));
    assert_int_equal(n, MANY);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(got[i], texts[i] ? texts[i] : "");
    kt_ok(ctx, kr_h5_attr_text(f, name, "text", &arena, &text));
    assert_string_equal(text, texts[1]);
    kr_arena_clear(&arena);
}

static void test_layouts(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "layouts.h5");
    static const struct {
        size_t bytes_of_sizes;
        hsize_t block;
    } kinds[] = {{8, 0}, {8, BLOCK}, {4, 0}};
    char **texts = make_texts();
    kr_h5 *f;
    size_t size;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        make_file(path, kinds[i].bytes_of_sizes, kinds[i].block, texts);
        kt_ok(ctx, kr_h5_open(ctx, path, &f));
        check(ctx, f, "contiguous", texts);
        check(ctx, f, "packed", texts);
        kr_h5_discard(&f);
        unsigned char *bytes = kt_read_file(path, &size);
        kt_ok(ctx, kr_h5_open_image(ctx, "image", bytes, size, &f));
        check(ctx, f, "contiguous", texts);
        check(ctx, f, "packed", texts);
        kr_h5_discard(&f);
        free(bytes);
    }
    free_texts(texts);
    kt_ctx_end(&ctx);
}

static kr_status read_damaged(kr_ctx *ctx, const unsigned char *bytes, size_t size)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_h5 *f = NULL;
    char **got;
    size_t n;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_h5_open_image(ctx, "damaged.h5", bytes, size, &f));
    KR_TRY(kr_h5_read_strings(f, "contiguous", &arena, &got, &n));
    assert_int_equal(n, MANY);
out:
    kr_h5_discard(&f);
    kr_arena_clear(&arena);
    return s;
}

/* Each byte of some references, and of the head of the heap that they lead to, has other values:
 * the texts are others or are refused, and nothing that is not of the file is read. */
static void test_damage(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "damage.h5");
    char **texts = make_texts();
    haddr_t at = make_file(path, 8, 0, texts);
    size_t size, refused = 0, tried = 0, heap = 0;
    unsigned char *bytes = kt_read_file(path, &size);

    for (size_t i = 0; i < 8; i++)
        heap |= (size_t)bytes[at + 16 + 4 + i] << 8 * i;
    assert_memory_equal(bytes + heap, "GCOL", 4);
    for (size_t i = 0; i < 160; i++) {
        unsigned char *p = i < 80 ? &bytes[at + 16 + i] : &bytes[heap + i - 80], was = *p;
        for (int k = 0; k < 3; k++, tried++) {
            *p = (unsigned char[]){(unsigned char)(was + 1), 0xff, (unsigned char)(was ^ 0x10)}[k];
            kr_status s = read_damaged(ctx, bytes, size);
            if (s != KR_OK) {
                assert_int_equal(s, KR_EINPUT);
                assert_non_null(strstr(kr_ctx_error(ctx), "'contiguous'"));
                kr_ctx_clear_error(ctx);
                refused++;
            }
        }
        *p = was;
    }
    kt_ok(ctx, read_damaged(ctx, bytes, size));
    assert_in_range(refused, tried / 3, tried);
    free(bytes);
    free_texts(texts);
    kt_ctx_end(&ctx);
}

/* So many references lead to one long text that together they are more than is taken. */
static void test_too_many(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "many.h5");
    char **texts = make_texts();
    haddr_t at = make_file(path, 8, 0, texts);
    size_t size;
    unsigned char *bytes = kt_read_file(path, &size);

    for (size_t i = 0; i < MANY; i++) {
        memmove(bytes + at + 16 * i, bytes + at + 16 * 77, 16);
        bytes[at + 16 * i + 2] = 4; /* of the length: 363 kB or so */
    }
    kt_fails(ctx, read_damaged(ctx, bytes, size), KR_EINPUT, "5000 strings of");
    free(bytes);
    free_texts(texts);
    kt_ctx_end(&ctx);
}

/* What damage makes the library ask for is no lack of memory. */
static void test_damaged_attribute(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const char *path = kt_path(dir, "attribute.h5");
    size_t size, told = 0;
    kr_h5 *f;

    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_set_attr_text(f, "/", "engine", "kauri"));
    kt_ok(ctx, kr_h5_close(&f));
    unsigned char *bytes = kt_read_file(path, &size), *name = memmem(bytes, size, "engine", 7);
    assert_non_null(name);
    for (unsigned char *p = name + 8; p < name + 56; p++) { /* its type, its shape, its value */
        kr_arena arena;
        char *text;
        *p ^= 0x10;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_OUTPUT);
        kr_status s = kr_h5_open_image(ctx, "image", bytes, size, &f);
        if (s == KR_OK)
            s = kr_h5_attr_text(f, "/", "engine", &arena, &text);
        told += s != KR_OK;
        if (s != KR_OK)
            assert_true(s == KR_EINPUT || s == KR_EIO);
        kr_ctx_clear_error(ctx);
        kr_h5_discard(&f);
        kr_arena_clear(&arena);
        *p ^= 0x10;
    }
    assert_true(told > 10);
    free(bytes);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_layouts),
        cmocka_unit_test(test_damage),
        cmocka_unit_test(test_too_many),
        cmocka_unit_test(test_damaged_attribute),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
