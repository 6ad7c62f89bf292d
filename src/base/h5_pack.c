/* Chunks made ready for a file outside the HDF5 library: shuffled and deflated as its own filters
 * do, so that any reader unpacks them, but on any thread, and at half the cost of zlib. */
#include "base/h5_int.h"

#include <libdeflate.h>
#include <string.h>

/* Single realizations: level 1 takes half of zlib's time at its level 1, and a fifth less room;
 * higher levels take twice that time for a twentieth of the room. */
enum { DEFLATE_LEVEL = 1 };

struct kr_h5_packer {
    size_t most, bound; /* bytes of a chunk, and of it packed */
    uint8_t *planes, *packed;
    struct libdeflate_compressor *deflate;
};

/* A stored block of 65,535 bytes has a head of 5; the stream has 6 bytes of its own, and libdeflate
 * asks for a little more. */
static size_t packed_bound(size_t bytes)
{
    return bytes + 5 * (bytes / 5000 + 1) + 64;
}

size_t kr_h5_packer_bytes(size_t bytes)
{
    return sizeof(kr_h5_packer) + bytes + packed_bound(bytes);
}

kr_status kr_h5_packer_create(kr_ctx *ctx, size_t bytes, kr_h5_packer **out)
{
    kr_status s = KR_OK;
    kr_h5_packer *it;

    *out = NULL;
    KR_NEW(it, ctx, KR_ACCOUNT_OUTPUT, 1);
    it->most = bytes;
    it->deflate = libdeflate_alloc_compressor(DEFLATE_LEVEL);
    if (!it->deflate) {
        s = kr_fail(ctx, KR_ENOMEM, "out of memory");
        goto out;
    }
    it->bound = libdeflate_zlib_compress_bound(it->deflate, bytes);
    if (it->bound < packed_bound(bytes))
        it->bound = packed_bound(bytes);
    KR_NEW(it->planes, ctx, KR_ACCOUNT_OUTPUT, bytes);
    KR_NEW(it->packed, ctx, KR_ACCOUNT_OUTPUT, it->bound);
    *out = it;
    it = NULL;
out:
    kr_h5_packer_destroy(&it);
    return s;
}

void kr_h5_packer_destroy(kr_h5_packer **packer)
{
    kr_h5_packer *it = *packer;

    if (!it)
        return;
    if (it->deflate)
        libdeflate_free_compressor(it->deflate);
    kr_free(it->planes);
    kr_free(it->packed);
    kr_free(it);
    *packer = NULL;
}

/* Byte b of number i goes to planes[b * whole + i], the lowest byte first whatever the machine. */

static void shuffle_4(const uint32_t *restrict x, size_t n, size_t whole, uint8_t *restrict planes)
{
    uint8_t *restrict a = planes, *restrict b = a + whole, *restrict c = b + whole;
    uint8_t *restrict d = c + whole;

    for (size_t i = 0; i < n; i++) {
        a[i] = (uint8_t)x[i];
        b[i] = (uint8_t)(x[i] >> 8);
        c[i] = (uint8_t)(x[i] >> 16);
        d[i] = (uint8_t)(x[i] >> 24);
    }
}

static void shuffle_2(const uint16_t *restrict x, size_t n, size_t whole, uint8_t *restrict planes)
{
    uint8_t *restrict a = planes, *restrict b = a + whole;

    for (size_t i = 0; i < n; i++) {
        a[i] = (uint8_t)x[i];
        b[i] = (uint8_t)(x[i] >> 8);
    }
}

static void shuffle_8(const uint64_t *restrict x, size_t n, size_t whole, uint8_t *restrict planes)
{
    for (int byte = 0; byte < 8; byte++, planes += whole)
        for (size_t i = 0; i < n; i++)
            planes[i] = (uint8_t)(x[i] >> 8 * byte);
}

static void shuffle(const void *data, size_t size, size_t n, size_t whole, uint8_t *planes)
{
    for (size_t byte = 0; n < whole && byte < size; byte++)
        memset(planes + byte * whole + n, 0, whole - n);
    switch (size) {
    case 8:
        shuffle_8(data, n, whole, planes);
        break;
    case 4:
        shuffle_4(data, n, whole, planes);
        break;
    case 2:
        shuffle_2(data, n, whole, planes);
        break;
    default:
        memcpy(planes, data, n);
        break;
    }
}

kr_h5_packed kr_h5_pack(kr_h5_packer *it, kr_h5_type type, const void *data, size_t n, size_t whole)
{
    size_t size = kr_h5_type_size(type), bytes = whole * size;

    shuffle(data, size, n, whole, it->planes);
    bytes = libdeflate_zlib_compress(it->deflate, it->planes, bytes, it->packed, it->bound);
    return (kr_h5_packed){it->packed, bytes};
}

kr_status kr_h5_put_chunk(kr_h5 *file, const char *name, const size_t *start, kr_h5_packed packed)
{
    hsize_t from[KR_H5_MAX_RANK] = {0};
    size_t dims[KR_H5_MAX_RANK];
    hid_t dataset;
    int rank;
    kr_status s = kr_h5_dims(file, name, dims, &rank);

    if (s == KR_OK)
        s = kr_h5_dataset(file, name, &dataset);
    if (s != KR_OK)
        return s;
    for (int i = 0; i < rank; i++)
        from[i] = start[i];
    if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, from, packed.n, packed.bytes) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
    return s;
}

/* ---- slabs of whole chunks ---- */

bool kr_h5_cut_of(hid_t dataset, kr_h5_type type, kr_h5_cut *cut)
{
    hid_t plan = H5Dget_create_plist(dataset), stored = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    bool yes = H5Pget_layout(plan) == H5D_CHUNKED && H5Pget_nfilters(plan) == 2 &&
               H5Tequal(stored, kr_h5_stored(type)) > 0;

    if (yes) {
        cut->rank = H5Pget_chunk(plan, KR_H5_MAX_RANK, cut->chunk);
        H5Sget_simple_extent_dims(space, cut->dims, NULL);
    }
    H5Sclose(space);
    H5Tclose(stored);
    H5Pclose(plan);
    return yes;
}

/* Does the part begin at a chunk, and end at the end of one or of the dataset? */
static bool whole_chunks(const kr_h5_cut *cut, const kr_h5_part *part)
{
    for (int i = 0; i < cut->rank; i++) {
        size_t end = part->start[i] + part->count[i];
        if (part->count[i] == 0 || part->start[i] % cut->chunk[i] != 0 || end > cut->dims[i] ||
            (end % cut->chunk[i] != 0 && end != cut->dims[i]))
            return false;
    }
    return cut->rank > 0;
}

/* Add one to a number whose digits are at[0 .. n), from..to in steps: false after the last. */
static bool step(size_t *at, const size_t *from, const size_t *to, const hsize_t *by, int n)
{
    for (int i = n; i-- > 0;) {
        at[i] += by ? by[i] : 1;
        if (at[i] < to[i])
            return true;
        at[i] = from[i];
    }
    return false;
}

/* The chunk that begins at `at`, out of the slab `data`, row by row; 0 beyond the dataset. */
static void gather(const kr_h5_cut *cut, const kr_h5_part *part, const size_t *at, const char *data,
                   size_t size, char *out, size_t bytes)
{
    size_t row[KR_H5_MAX_RANK], end[KR_H5_MAX_RANK];
    int last = cut->rank - 1;

    for (int i = 0; i <= last; i++) {
        row[i] = at[i];
        end[i] = at[i] + cut->chunk[i] < cut->dims[i] ? at[i] + cut->chunk[i] : cut->dims[i];
        if (end[i] < at[i] + cut->chunk[i])
            memset(out, 0, bytes);
    }
    do {
        size_t from = 0, to = 0;
        for (int i = 0; i <= last; i++) {
            from = from * part->count[i] + row[i] - part->start[i];
            to = to * cut->chunk[i] + row[i] - at[i];
        }
        memcpy(out + to * size, data + from * size, (end[last] - at[last]) * size);
    } while (step(row, at, end, NULL, last));
}

/* Do the numbers of a chunk stand together in a slab? Then all dimensions after the one that is cut
 * are whole, and those before it are of one element. */
static bool stands_together(const kr_h5_cut *cut, const kr_h5_part *part)
{
    int cut_at = 0;

    while (cut_at < cut->rank && cut->chunk[cut_at] == 1)
        cut_at++;
    for (int i = cut_at + 1; i < cut->rank; i++)
        if (cut->chunk[i] != part->count[i])
            return false;
    return true;
}

/* Where a chunk begins in a slab, and how much of it is there, if it stands together. */
static size_t place(const kr_h5_cut *cut, const kr_h5_part *part, const size_t *at, size_t *n)
{
    size_t from = 0;

    *n = 1;
    for (int i = 0; i < cut->rank; i++) {
        size_t left = part->start[i] + part->count[i] - at[i];
        from = from * part->count[i] + at[i] - part->start[i];
        *n *= left < cut->chunk[i] ? left : cut->chunk[i];
    }
    return from;
}

/* One chunk after the other, from the slab or gathered in file->chunk. */
static kr_status put_chunks(kr_h5 *file, const char *name, kr_h5_type type, hid_t dataset,
                            const kr_h5_cut *cut, const kr_h5_part *part, const char *data)
{
    size_t at[KR_H5_MAX_RANK], end[KR_H5_MAX_RANK], size = kr_h5_type_size(type), whole = 1;

    for (int i = 0; i < cut->rank; i++) {
        whole *= cut->chunk[i];
        at[i] = part->start[i];
        end[i] = at[i] + part->count[i];
    }
    do {
        hsize_t start[KR_H5_MAX_RANK] = {0};
        kr_h5_packed packed;
        for (int i = 0; i < cut->rank; i++)
            start[i] = at[i];
        if (file->chunk) {
            gather(cut, part, at, data, size, file->chunk, whole * size);
            packed = kr_h5_pack(file->packer, type, file->chunk, whole, whole);
        } else {
            size_t n, from = place(cut, part, at, &n);
            packed = kr_h5_pack(file->packer, type, data + from * size, n, whole);
        }
        if (H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, start, packed.n, packed.bytes) < 0)
            return kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
    } while (step(at, part->start, end, cut->chunk, cut->rank));
    return KR_OK;
}

kr_status kr_h5_write_chunks(kr_h5 *file, const char *name, kr_h5_type type, hid_t dataset,
                             const kr_h5_part *part, const void *data, bool *done)
{
    kr_status s = KR_OK;
    kr_h5_cut cut = {.rank = 0};
    size_t bytes = kr_h5_type_size(type);

    *done = kr_h5_cut_of(dataset, type, &cut) && whole_chunks(&cut, part);
    if (!*done)
        return KR_OK;
    for (int i = 0; i < cut.rank; i++)
        bytes *= cut.chunk[i];
    if (!file->packer)
        KR_TRY(kr_h5_packer_create(file->ctx, bytes, &file->packer));
    if (!file->chunk && !stands_together(&cut, part))
        KR_NEW(file->chunk, file->ctx, KR_ACCOUNT_OUTPUT, bytes);
    KR_TRY(put_chunks(file, name, type, dataset, &cut, part, data));
out:
    return s;
}
