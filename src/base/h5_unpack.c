/* Parts of packed chunks, read without the HDF5 library's filters: libdeflate takes less than half
 * of zlib's time, and of a chunk only what is asked for is put together again. Whatever is not as
 * kr_h5_make writes it is left to the library, which also says what is wrong. */
#include "base/h5_int.h"

#include <libdeflate.h>
#include <string.h>

enum { MOST_BYTES = 1 << 20 }; /* of a chunk; larger ones are the library's, with its cache */

/* The chunk read last: of several rows of one chunk only the first has it unpacked. */
struct kr_h5_unpacker {
    kr_h5_cut cut;
    kr_h5_type type;
    bool usable; /* chunks of this dataset are read here */
    bool filled; /* with the chunk that begins at `start` */
    hsize_t start[KR_H5_MAX_RANK];
    size_t whole;    /* numbers of a chunk */
    uint8_t *planes; /* its bytes: the first ones of all numbers, then the second ones */
    uint8_t *packed;
    size_t packed_cap;
    struct libdeflate_decompressor *inflate;
};

void kr_h5_unpacker_destroy(kr_h5_unpacker **unpacker)
{
    kr_h5_unpacker *it = *unpacker;

    if (!it)
        return;
    if (it->inflate)
        libdeflate_free_decompressor(it->inflate);
    kr_free(it->planes);
    kr_free(it->packed);
    kr_free(it);
    *unpacker = NULL;
}

static kr_status unpacker_create(kr_h5 *file, kr_h5_type type, hid_t dataset)
{
    kr_status s = KR_OK;
    kr_h5_unpacker *it;
    size_t bytes = kr_h5_type_size(type);

    KR_NEW(it, file->ctx, KR_ACCOUNT_OUTPUT, 1);
    file->unpacker = it;
    it->type = type;
    it->whole = 1;
    if (!kr_h5_cut_of(dataset, type, &it->cut))
        return KR_OK;
    for (int i = 0; i < it->cut.rank; i++) {
        if (it->cut.chunk[i] > MOST_BYTES / (it->whole * bytes))
            return KR_OK;
        it->whole *= it->cut.chunk[i];
    }
    it->inflate = libdeflate_alloc_decompressor();
    if (!it->inflate)
        return kr_fail(file->ctx, KR_ENOMEM, "out of memory");
    KR_NEW(it->planes, file->ctx, KR_ACCOUNT_OUTPUT, it->whole * bytes);
    it->usable = true;
out:
    return s;
}

/* Where the only chunk that a part touches begins; false if there are several, or none. */
static bool one_chunk(const kr_h5_cut *cut, const kr_h5_part *part, hsize_t *start)
{
    for (int i = 0; i < cut->rank; i++) {
        size_t first = part->start[i], n = part->count[i];
        if (n == 0 || n > cut->dims[i] || first > cut->dims[i] - n)
            return false;
        start[i] = first - first % cut->chunk[i];
        if (first + n > start[i] + cut->chunk[i])
            return false;
    }
    return cut->rank > 0;
}

/* Does chunk a come before b in the file's order? */
static bool comes_before(const hsize_t *a, const hsize_t *b, int rank)
{
    for (int i = 0; i < rank; i++)
        if (a[i] != b[i])
            return a[i] < b[i];
    return false;
}

/* Fills it with a chunk; it stays unfilled where the library should read that. */
static kr_status fetch(kr_h5_unpacker *it, kr_h5 *file, hid_t dataset, const hsize_t *start)
{
    kr_status s = KR_OK;
    size_t bytes = it->whole * kr_h5_type_size(it->type);
    hsize_t n = 0;
    uint32_t left_out = 0;

    it->filled = false;
    if (H5Dget_chunk_storage_size(dataset, start, &n) < 0 || n == 0 || n > 2 * MOST_BYTES)
        return KR_OK;
    KR_GROW(it->packed, it->packed_cap, (size_t)n, file->ctx, KR_ACCOUNT_OUTPUT);
    it->filled =
        H5Dread_chunk(dataset, H5P_DEFAULT, start, &left_out, it->packed) >= 0 && left_out == 0 &&
        libdeflate_zlib_decompress(it->inflate, it->packed, (size_t)n, it->planes, bytes, NULL) ==
            LIBDEFLATE_SUCCESS;
    memcpy(it->start, start, sizeof it->start);
out:
    return s;
}

/* n numbers from number `first` of the chunk on, whatever the order of bytes of the machine. */
static void join(const kr_h5_unpacker *it, size_t first, size_t n, char *out)
{
    size_t size = kr_h5_type_size(it->type);
    const uint8_t *planes = it->planes + first;

    for (size_t i = 0; i < n; i++) {
        uint64_t x = 0;
        for (size_t b = 0; b < size; b++)
            x |= (uint64_t)planes[b * it->whole + i] << 8 * b;
        uint32_t x4 = (uint32_t)x;
        uint16_t x2 = (uint16_t)x;
        uint8_t x1 = (uint8_t)x;
        memcpy(out + i * size,
               size == 8   ? (void *)&x
               : size == 4 ? (void *)&x4
               : size == 2 ? (void *)&x2
                           : (void *)&x1,
               size);
    }
}

/* The rows of a part, the last dimension at a time. */
static void take_part(const kr_h5_unpacker *it, const kr_h5_part *part, char *out)
{
    const kr_h5_cut *cut = &it->cut;
    int last = cut->rank - 1;
    size_t row = part->count[last], at[KR_H5_MAX_RANK] = {0};

    for (bool more = true; more; out += row * kr_h5_type_size(it->type)) {
        size_t first = 0;
        for (int i = 0; i <= last; i++)
            first = first * cut->chunk[i] + (part->start[i] - it->start[i]) + at[i];
        join(it, first, row, out);
        more = false;
        for (int i = last; i-- > 0 && !more;) {
            more = ++at[i] < part->count[i];
            at[i] = more ? at[i] : 0;
        }
    }
}

kr_status kr_h5_read_packed(kr_h5 *file, kr_h5_type type, hid_t dataset, const kr_h5_part *part,
                            void *out, bool *done)
{
    kr_status s = KR_OK;
    hsize_t start[KR_H5_MAX_RANK] = {0};

    *done = false;
    if (file->writing)
        return KR_OK;
    if (!file->unpacker)
        KR_TRY(unpacker_create(file, type, dataset));
    kr_h5_unpacker *it = file->unpacker;
    if (!it->usable || it->type != type || !one_chunk(&it->cut, part, start))
        return KR_OK;
    if (!it->filled || memcmp(start, it->start, sizeof start) != 0) {
        /* Who goes back finds more in the library's cache of several chunks. */
        if (!it->filled || comes_before(it->start, start, it->cut.rank))
            KR_TRY(fetch(it, file, dataset, start));
        else
            it->filled = false;
        it->usable = it->filled;
        if (!it->usable)
            return KR_OK;
    }
    take_part(it, part, out);
    *done = true;
out:
    return s;
}
