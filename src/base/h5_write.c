/* HDF5: writing datasets. */
#include "base/h5_int.h"

#include <string.h>

enum {
    PACK_FROM_BYTES = 1024, /* larger datasets are chunked and deflated */
    CHUNK_TARGET_BYTES = 512 * 1024,
    DEFLATE_LEVEL = 1
};

hid_t kr_h5_stored(kr_h5_type type)
{
    switch (type) {
    case KR_H5_F64:
        return H5T_IEEE_F64LE;
    case KR_H5_F32:
        return H5T_IEEE_F32LE;
    case KR_H5_I64:
        return H5T_STD_I64LE;
    case KR_H5_I32:
        return H5T_STD_I32LE;
    case KR_H5_I16:
        return H5T_STD_I16LE;
    case KR_H5_U32:
        return H5T_STD_U32LE;
    case KR_H5_U16:
        return H5T_STD_U16LE;
    case KR_H5_U8:
        return H5T_STD_U8LE;
    }
    return H5I_INVALID_HID;
}

/* Halve the leading dimensions until a chunk is small: the last ones, which are written and read
 * together, stay whole. */
static void h5_choose_chunk(const kr_h5_shape *shape, size_t size, hsize_t chunk[KR_H5_MAX_RANK])
{
    hsize_t bytes = shape->count * size;

    memcpy(chunk, shape->dims, sizeof shape->dims);
    for (int i = 0; i < shape->rank && bytes > CHUNK_TARGET_BYTES; i++) {
        hsize_t row = bytes / chunk[i];
        hsize_t fits = CHUNK_TARGET_BYTES / row;
        chunk[i] = fits > 0 ? fits : 1;
        bytes = row * chunk[i];
    }
}

static kr_status h5_shape(kr_h5 *file, const char *name, int rank, const size_t *dims,
                          kr_h5_shape *shape)
{
    *shape = (kr_h5_shape){.rank = rank, .count = 1};
    if (rank < 0 || rank > KR_H5_MAX_RANK)
        return kr_fail(file->ctx, KR_EINTERNAL, "%s: '%s' with %d dimensions cannot be written",
                       file->path, name, rank);
    for (int i = 0; i < rank; i++) {
        shape->dims[i] = dims[i];
        if (__builtin_mul_overflow(shape->count, dims[i], &shape->count) ||
            shape->count > (size_t)1 << 56)
            return kr_fail(file->ctx, KR_EINTERNAL, "%s: '%s' is too large to be written",
                           file->path, name);
    }
    return KR_OK;
}

/* No times are stored, so that the same results make the same file. */
kr_status kr_h5_create_dataset(kr_h5 *file, const char *name, hid_t type, const kr_h5_shape *shape,
                               const hsize_t *chunk, hid_t *dataset)
{
    kr_status s = KR_OK;
    hid_t space =
        shape->rank ? H5Screate_simple(shape->rank, shape->dims, NULL) : H5Screate(H5S_SCALAR);
    hid_t links = H5Pcreate(H5P_LINK_CREATE), plan = H5Pcreate(H5P_DATASET_CREATE);

    H5Pset_create_intermediate_group(links, 1);
    H5Pset_obj_track_times(plan, 0);
    if (chunk) {
        H5Pset_chunk(plan, shape->rank, chunk);
        H5Pset_shuffle(plan);
        H5Pset_deflate(plan, DEFLATE_LEVEL);
    }
    *dataset = H5Dcreate2(file->id, name, type, space, links, plan, H5P_DEFAULT);
    if (*dataset < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot create the dataset", name);
    H5Pclose(plan);
    H5Pclose(links);
    H5Sclose(space);
    return s;
}

bool kr_h5_is_cut(kr_h5_type type, size_t count)
{
    return count * kr_h5_type_size(type) > PACK_FROM_BYTES;
}

/* A new dataset, to be closed. */
static kr_status h5_make(kr_h5 *file, const char *name, kr_h5_type type, int rank,
                         const size_t *dims, const size_t *chunk, hid_t *dataset)
{
    kr_status s = KR_OK;
    kr_h5_shape shape;
    hsize_t sizes[KR_H5_MAX_RANK] = {0};
    size_t size = kr_h5_type_size(type);

    *dataset = H5I_INVALID_HID;
    KR_TRY(h5_shape(file, name, rank, dims, &shape));
    bool packed = rank > 0 && kr_h5_is_cut(type, shape.count);
    if (packed)
        h5_choose_chunk(&shape, size, sizes);
    for (int i = 0; packed && chunk && i < rank; i++) {
        sizes[i] = chunk[i] < dims[i] ? chunk[i] : dims[i];
        sizes[i] += sizes[i] == 0;
    }
    KR_TRY(kr_h5_create_dataset(file, name, kr_h5_stored(type), &shape, packed ? sizes : NULL,
                                dataset));
out:
    return s;
}

kr_status kr_h5_make(kr_h5 *file, const char *name, kr_h5_type type, int rank, const size_t *dims,
                     const size_t *chunk)
{
    hid_t dataset;
    kr_status s = h5_make(file, name, type, rank, dims, chunk, &dataset);

    if (s == KR_OK && H5Dclose(dataset) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot create the dataset", name);
    return s;
}

kr_status kr_h5_write(kr_h5 *file, const char *name, kr_h5_type type, int rank, const size_t *dims,
                      const void *data)
{
    kr_status s = KR_OK;
    const size_t zeros[KR_H5_MAX_RANK] = {0};

    /* It stays open: to look it up and open it again takes longer than to write it. */
    KR_TRY(kr_h5_settle(file));
    KR_NEW(file->dataset_name, file->ctx, KR_ACCOUNT_OUTPUT, strlen(name) + 1);
    memcpy(file->dataset_name, name, strlen(name));
    s = h5_make(file, name, type, rank, dims, NULL, &file->dataset);
    if (s != KR_OK)
        (void)!kr_h5_settle(file);
    KR_TRY(s);
    KR_TRY(kr_h5_write_slab(file, name, type, zeros, dims, data));
out:
    return s;
}

kr_status kr_h5_select(kr_h5 *file, const char *name, hid_t dataset, const kr_h5_part *part,
                       kr_h5_selection *out)
{
    kr_status s = KR_OK;
    kr_h5_shape shape;
    hsize_t from[KR_H5_MAX_RANK], count[KR_H5_MAX_RANK];

    *out = (kr_h5_selection){H5Dget_space(dataset), H5I_INVALID_HID, 1};
    KR_TRY(kr_h5_space_shape(file, name, out->file, &shape));
    for (int i = 0; i < shape.rank; i++) {
        from[i] = part->start[i];
        count[i] = part->count[i];
        if (count[i] > shape.dims[i] || from[i] > shape.dims[i] - count[i]) {
            s = kr_fail(file->ctx, file->writing ? KR_EINTERNAL : KR_EINPUT,
                        "%s: '%s' has %llu rows in dimension %d, not %llu from %llu", file->path,
                        name, (unsigned long long)shape.dims[i], i, (unsigned long long)count[i],
                        (unsigned long long)from[i]);
            goto out;
        }
        out->count *= part->count[i];
    }
    if (shape.rank == 0 || out->count == 0) {
        out->memory = H5Scopy(out->file);
        goto out;
    }
    out->memory = H5Screate_simple(shape.rank, count, NULL);
    if (H5Sselect_hyperslab(out->file, H5S_SELECT_SET, from, NULL, count, NULL) < 0)
        s = kr_h5_fail(file, KR_EINTERNAL, "cannot select a part of", name);
out:
    return s;
}

void kr_h5_deselect(kr_h5_selection *selection)
{
    if (selection->memory >= 0)
        H5Sclose(selection->memory);
    if (selection->file >= 0)
        H5Sclose(selection->file);
}

kr_status kr_h5_write_slab(kr_h5 *file, const char *name, kr_h5_type type, const size_t *start,
                           const size_t *count, const void *data)
{
    kr_status s = KR_OK;
    hid_t dataset;
    kr_h5_part part = {start, count};
    kr_h5_selection sel = {H5I_INVALID_HID, H5I_INVALID_HID, 0};
    bool done;

    KR_TRY(kr_h5_dataset(file, name, &dataset));
    KR_TRY(kr_h5_write_chunks(file, name, type, dataset, &part, data, &done));
    if (done)
        goto out;
    KR_TRY(kr_h5_select(file, name, dataset, &part, &sel));
    if (sel.count > 0 &&
        H5Dwrite(dataset, kr_h5_native(type), sel.memory, sel.file, H5P_DEFAULT, data) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
out:
    kr_h5_deselect(&sel);
    return s;
}

kr_status kr_h5_write_strings(kr_h5 *file, const char *name, const char *const *texts, size_t n,
                              bool scalar)
{
    kr_status s = KR_OK;
    kr_h5_shape shape;
    hid_t type = kr_h5_text_type(), dataset = H5I_INVALID_HID;
    hid_t transfer = kr_h5_text_transfer();

    KR_TRY(h5_shape(file, name, scalar ? 0 : 1, &n, &shape));
    KR_TRY(kr_h5_create_dataset(file, name, type, &shape, NULL, &dataset));
    if (shape.count > 0 && H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, transfer, texts) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
    if (H5Dclose(dataset) < 0 && s == KR_OK)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
out:
    H5Pclose(transfer);
    H5Tclose(type);
    return s;
}

/* A text of variable length: a reference of 16 bytes, and its place in a heap. */
enum { VARIABLE_BYTES = 40 };

size_t kr_h5_names_width(const char *const *texts, size_t n)
{
    size_t width = 1, variable = 0;
    for (size_t i = 0; i < n; i++) {
        size_t length = strlen(texts[i]);
        width = length > width ? length : width;
        variable += VARIABLE_BYTES + length;
    }
    return width <= variable / (n ? n : 1) ? width : 0;
}

kr_status kr_h5_write_names(kr_h5 *file, const char *name, const char *const *texts, size_t n)
{
    kr_status s = KR_OK;
    size_t width = kr_h5_names_width(texts, n);
    hid_t type = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    kr_h5_shape shape;
    hsize_t chunk[KR_H5_MAX_RANK];
    char *side = NULL;

    if (width == 0 || n == 0)
        return kr_h5_write_strings(file, name, texts, n, false);
    KR_TRY(h5_shape(file, name, 1, &n, &shape));
    KR_NEW(side, file->ctx, KR_ACCOUNT_OUTPUT, n * width);
    for (size_t i = 0; i < n; i++)
        memcpy(side + i * width, texts[i], strlen(texts[i]));
    type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_cset(type, H5T_CSET_UTF8);
    H5Tset_strpad(type, H5T_STR_NULLPAD);
    h5_choose_chunk(&shape, width, chunk);
    KR_TRY(kr_h5_create_dataset(file, name, type, &shape,
                                n * width > PACK_FROM_BYTES ? chunk : NULL, &dataset));
    if (H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, side) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
    if (H5Dclose(dataset) < 0 && s == KR_OK)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
out:
    if (type >= 0)
        H5Tclose(type);
    kr_free(side);
    return s;
}
