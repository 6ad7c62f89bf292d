/* Chunks that are packed outside the HDF5 library, read back by the library's own filters. */
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

static uint64_t random_bits(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return *state >> 33 ^ *state << 20;
}

static const struct {
    kr_h5_type type;
    size_t size;
} types[] = {{KR_H5_F64, 8}, {KR_H5_F32, 4}, {KR_H5_I64, 8}, {KR_H5_I32, 4},
             {KR_H5_U32, 4}, {KR_H5_U16, 2}, {KR_H5_U8, 1}};
enum { TYPES = sizeof types / sizeof types[0] };

/* Bytes that cannot be packed, or zeros with some of them. NaNs are none of the random ones'
 * trouble: numbers are copied, never computed with. */
static unsigned char *make_bytes(size_t n, bool dense, uint64_t *state)
{
    unsigned char *x = malloc(n + 8);

    assert_non_null(x);
    for (size_t i = 0; i < n; i++) {
        uint64_t r = random_bits(state);
        x[i] = dense || r % 13 == 0 ? (unsigned char)(r >> 24) : 0;
    }
    return x;
}

enum { A = 7, B = 50, C = 11 };

/* Slabs of whole chunks, of parts of chunks, and of all, of every type: the same bytes come back.
 */
static void test_slabs(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    const size_t dims[3] = {A, B, C};
    const size_t chunks[][3] = {{A, B, C}, {1, 16, C}, {3, 50, 11}, {2, 7, 4}, {7, 1, 11}};
    const size_t cuts[][2] = {{0, A}, {0, 6}, {6, 1}, {1, 2}, {3, 4}}; /* in the first dimension */
    uint64_t random = 1;

    for (size_t t = 0; t < TYPES; t++)
        for (size_t c = 0; c < sizeof chunks / sizeof chunks[0]; c++)
            for (size_t k = 0; k < sizeof cuts / sizeof cuts[0]; k++) {
                kr_h5 *f;
                size_t row = B * C * types[t].size, bytes = A * row;
                unsigned char *x = make_bytes(bytes, c % 2 == 0, &random), *y = malloc(bytes);
                const char *path = kt_path(dir, "slabs.h5");
                assert_non_null(y);
                kt_ok(ctx, kr_h5_create(ctx, path, &f));
                kt_ok(ctx, kr_h5_make(f, "x", types[t].type, 3, dims, chunks[c]));
                kt_ok(ctx,
                      kr_h5_write_slab(f, "x", types[t].type, (const size_t[]){cuts[k][0], 0, 0},
                                       (const size_t[]){cuts[k][1], B, C}, x + cuts[k][0] * row));
                kt_ok(ctx, kr_h5_close(&f));
                kt_ok(ctx, kr_h5_open(ctx, path, &f));
                kt_ok(ctx,
                      kr_h5_read_slab(f, "x", types[t].type, (const size_t[]){0, 0, 0}, dims, y));
                kt_ok(ctx, kr_h5_close(&f));
                memset(x, 0, cuts[k][0] * row);
                memset(x + (cuts[k][0] + cuts[k][1]) * row, 0, (A - cuts[k][0] - cuts[k][1]) * row);
                assert_memory_equal(x, y, bytes);
                free(x);
                free(y);
            }
    kt_ctx_end(&ctx);
}

/* Packed one by one, put in any order; the last one sticks out of the dataset. */
static void test_chunks(void **state)
{
    (void)state;
    enum { ROWS = 95, WIDTH = 33, CHUNK = 20 };
    kr_ctx *ctx = kt_ctx();
    const size_t dims[2] = {ROWS, WIDTH}, chunk[2] = {CHUNK, WIDTH};
    const size_t order[] = {3, 0, 4, 2, 1};
    const char *path = kt_path(dir, "chunks.h5");
    uint64_t random = 2;
    kr_h5 *f;
    kr_h5_packer *packer;
    float *x = (void *)make_bytes(sizeof *x * ROWS * WIDTH, true, &random), y[ROWS * WIDTH];

    assert_true(kr_h5_is_cut(KR_H5_F32, (size_t)ROWS * WIDTH));
    assert_true(!kr_h5_is_cut(KR_H5_F64, 128) && kr_h5_is_cut(KR_H5_F64, 129));
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_make(f, "x", KR_H5_F32, 2, dims, chunk));
    kt_ok(ctx, kr_h5_packer_create(ctx, sizeof *x * CHUNK * WIDTH, &packer));
    for (size_t i = 0; i < 5; i++) {
        const size_t start[2] = {order[i] * CHUNK, 0};
        size_t rows = order[i] == 4 ? ROWS - 4 * CHUNK : CHUNK;
        kr_h5_packed packed =
            kr_h5_pack(packer, KR_H5_F32, x + start[0] * WIDTH, rows * WIDTH, CHUNK * WIDTH);
        kt_ok(ctx, kr_h5_put_chunk(f, "x", start, packed));
    }
    kr_h5_packer_destroy(&packer);
    kr_h5_packer_destroy(&packer);
    const size_t misplaced[2] = {CHUNK + 1, 0};
    kt_fails(ctx, kr_h5_put_chunk(f, "x", misplaced, (kr_h5_packed){x, 8}), KR_EIO,
             "cannot write the dataset 'x'");
    kt_ok(ctx, kr_h5_close(&f));
    kt_ok(ctx, kr_h5_open(ctx, path, &f));
    kt_ok(ctx, kr_h5_read_slab(f, "x", KR_H5_F32, (const size_t[]){0, 0}, dims, y));
    kt_ok(ctx, kr_h5_close(&f));
    assert_memory_equal(x, y, sizeof y);
    free(x);
    kt_ctx_end(&ctx);
}

/* Parts of chunks, forwards, across several chunks, and back again: whoever unpacks them. */
static void test_parts(void **state)
{
    (void)state;
    const size_t dims[3] = {A, B, C}, chunk[3] = {1, 20, C};
    uint64_t random = 3;

    for (size_t t = 0; t < TYPES; t++) {
        kr_ctx *ctx = kt_ctx();
        kr_h5 *f;
        size_t size = types[t].size;
        const char *path = kt_path(dir, "parts.h5");
        unsigned char *x = make_bytes(A * B * C * size, t % 2, &random), y[4 * C * 8];
        kt_ok(ctx, kr_h5_create(ctx, path, &f));
        kt_ok(ctx, kr_h5_make(f, "x", types[t].type, 3, dims, chunk));
        kt_ok(ctx, kr_h5_write_slab(f, "x", types[t].type, (const size_t[]){0, 0, 0},
                                    (const size_t[]){A - 1, B, C}, x));
        kt_ok(ctx, kr_h5_close(&f));
        memset(x + (A - 1) * B * C * size, 0, B * C * size); /* never written */
        kt_ok(ctx, kr_h5_open(ctx, path, &f));
        for (size_t turn = 0; turn < 2; turn++)
            for (size_t at = 0; at + 4 <= A * B; at += 3) {
                size_t row = turn ? A * B - 4 - at : at, first = at % 4;
                const size_t start[3] = {row / B, row % B, first};
                const size_t count[3] = {1, B - row % B < 4 ? B - row % B : 4, C - first};
                kt_ok(ctx, kr_h5_read_slab(f, "x", types[t].type, start, count, y));
                for (size_t k = 0; k < count[1]; k++)
                    assert_memory_equal(y + k * count[2] * size, x + ((row + k) * C + first) * size,
                                        count[2] * size);
            }
        kt_ok(ctx, kr_h5_close(&f));
        free(x);
        kt_ctx_end(&ctx);
    }
}

/* Numbers of many kinds take a fraction of their bytes, with filters that every reader has. */
static void test_filters(void **state)
{
    (void)state;
    enum { N = 100000 };
    kr_ctx *ctx = kt_ctx();
    const size_t n = N;
    const char *path = kt_path(dir, "filters.h5");
    double *x = malloc(sizeof *x * N);
    kr_h5 *f;

    assert_non_null(x);
    for (size_t i = 0; i < N; i++)
        x[i] = (double)(i / 100) / 7;
    kt_ok(ctx, kr_h5_create(ctx, path, &f));
    kt_ok(ctx, kr_h5_write(f, "x", KR_H5_F64, 1, &n, x));
    kt_ok(ctx, kr_h5_close(&f));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hid_t data = H5Dopen2(file, "x", H5P_DEFAULT), plan = H5Dget_create_plist(data);
    unsigned flags;
    assert_int_equal(H5Pget_nfilters(plan), 2);
    assert_int_equal(H5Pget_filter2(plan, 0, &flags, NULL, NULL, 0, NULL, NULL),
                     H5Z_FILTER_SHUFFLE);
    assert_int_equal(H5Pget_filter2(plan, 1, &flags, NULL, NULL, 0, NULL, NULL),
                     H5Z_FILTER_DEFLATE);
    assert_true(H5Dget_storage_size(data) < sizeof *x * N / 10);
    H5Pclose(plan);
    H5Dclose(data);
    H5Fclose(file);
    free(x);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slabs),
        cmocka_unit_test(test_chunks),
        cmocka_unit_test(test_parts),
        cmocka_unit_test(test_filters),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
