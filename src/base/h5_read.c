/* HDF5: reading datasets. */
#include "base/h5_int.h"

#include <string.h>

enum { STRINGS_MAX_BYTES = 1 << 30 };

static const size_t elements_max = (size_t)1 << 31;

/* Deflate makes at most 1,032 bytes of one. Below the second number nothing is asked: what was
 * never written is there without room. */
enum { UNFOLD = 1100, UNASKED_BYTES = 16 * 1024 * 1024 };

/* The dataset and its shape, if it is not absurdly large. */
static kr_status h5_open_shape(kr_h5 *file, const char *name, hid_t *dataset, kr_h5_shape *shape)
{
    kr_status s = kr_h5_dataset(file, name, dataset);

    if (s != KR_OK)
        return s;
    hid_t space = H5Dget_space(*dataset);
    if (space < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot measure the dataset", name);
    s = kr_h5_space_shape(file, name, space, shape);
    H5Sclose(space);
    return s;
}

kr_status kr_h5_type_of(kr_h5 *file, const char *name, hid_t dataset, hid_t *type)
{
    *type = H5Dget_type(dataset);
    return *type >= 0 ? KR_OK : kr_h5_fail(file, KR_EINPUT, "cannot tell the type of", name);
}

/* Whether so many bytes can come from what is stored of the dataset. */
static bool h5_can_unfold(hid_t dataset, double bytes)
{
    return bytes <= UNASKED_BYTES || bytes <= UNFOLD * (double)H5Dget_storage_size(dataset);
}

/* Sizes in headers are not believed: memory is taken for what the file can hold. */
static kr_status h5_check_size(kr_h5 *file, const char *name, hid_t dataset,
                               const kr_h5_shape *shape)
{
    if (shape->count > elements_max)
        return kr_fail(file->ctx, KR_EINPUT, "%s: '%s' has %zu elements, too many to read at once",
                       file->path, name, shape->count);
    hid_t type;
    kr_status s = kr_h5_type_of(file, name, dataset, &type);
    if (s != KR_OK)
        return s;
    size_t size = H5Tget_size(type);
    H5Tclose(type);
    if (h5_can_unfold(dataset, (double)shape->count * (double)(size > 8 ? size : 8)))
        return KR_OK;
    return kr_fail(
        file->ctx, KR_EINPUT,
        "%s: '%s' claims %zu elements, but only %llu bytes of it are stored: the file is "
        "damaged",
        file->path, name, shape->count, (unsigned long long)H5Dget_storage_size(dataset));
}

kr_status kr_h5_check_layout(kr_h5 *file, const char *name, hid_t dataset)
{
    kr_status s = KR_OK;
    hsize_t chunk[H5S_MAX_RANK];
    hid_t plan = H5Dget_create_plist(dataset), type = H5I_INVALID_HID;

    if (plan < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot examine the dataset", name);
    KR_TRY(kr_h5_type_of(file, name, dataset, &type));
    H5D_layout_t layout = H5Pget_layout(plan);
    double bytes = (double)H5Tget_size(type);
    int rank = layout == H5D_CHUNKED ? H5Pget_chunk(plan, H5S_MAX_RANK, chunk) : 0;
    for (int i = 0; i < rank; i++)
        bytes *= (double)chunk[i];
    if (layout == H5D_VIRTUAL || H5Pget_external_count(plan) > 0)
        s = kr_fail(file->ctx, KR_EINPUT,
                    "%s: '%s' stands in other files; copy it into this one (h5repack does)",
                    file->path, name);
    else if (rank > 0 && !h5_can_unfold(dataset, bytes))
        s = kr_fail(file->ctx, KR_EINPUT,
                    "%s: '%s' claims pieces of %.0f bytes, but only %llu bytes of it are stored: "
                    "the file is damaged",
                    file->path, name, bytes, (unsigned long long)H5Dget_storage_size(dataset));
out:
    H5Tclose(type);
    H5Pclose(plan);
    return s;
}

/* Numbers, and h5py's booleans, which are enumerations. */
static kr_status h5_check_numeric(kr_h5 *file, const char *name, hid_t dataset)
{
    hid_t type;
    kr_status s = kr_h5_type_of(file, name, dataset, &type);
    if (s != KR_OK)
        return s;
    H5T_class_t kind = H5Tget_class(type);

    H5Tclose(type);
    if (kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM)
        return KR_OK;
    return kr_fail(file->ctx, KR_EINPUT, "%s: '%s' does not hold numbers", file->path, name);
}

kr_status kr_h5_is_single(kr_h5 *file, const char *name, bool *out)
{
    hid_t dataset;
    kr_status s = kr_h5_dataset(file, name, &dataset);

    *out = false;
    if (s != KR_OK)
        return s;
    hid_t type;
    s = kr_h5_type_of(file, name, dataset, &type);
    if (s != KR_OK)
        return s;
    *out = H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == 4;
    H5Tclose(type);
    return KR_OK;
}

kr_status kr_h5_read(kr_h5 *file, const char *name, kr_h5_type type, kr_arena *arena, void **out,
                     size_t *n)
{
    kr_status s = KR_OK;
    kr_h5_shape shape = {0};
    hid_t dataset;

    *out = NULL;
    *n = 0;
    KR_TRY(h5_open_shape(file, name, &dataset, &shape));
    KR_TRY(h5_check_size(file, name, dataset, &shape));
    KR_TRY(h5_check_numeric(file, name, dataset));
    void *data = kr_arena_alloc(arena, shape.count, kr_h5_type_size(type));
    if (!data)
        return KR_ENOMEM;
    if (shape.count > 0 &&
        H5Dread(dataset, kr_h5_native(type), H5S_ALL, H5S_ALL, H5P_DEFAULT, data) < 0)
        return kr_h5_fail(file, KR_EIO, "cannot read the dataset", name);
    *out = data;
    *n = shape.count;
out:
    return s;
}

kr_status kr_h5_read_slab(kr_h5 *file, const char *name, kr_h5_type type, const size_t *start,
                          const size_t *count, void *out)
{
    kr_status s = KR_OK;
    hid_t dataset;
    kr_h5_part part = {start, count};
    kr_h5_selection sel = {H5I_INVALID_HID, H5I_INVALID_HID, 0};
    bool done;

    KR_TRY(kr_h5_dataset(file, name, &dataset));
    KR_TRY(kr_h5_read_packed(file, type, dataset, &part, out, &done));
    if (done)
        goto out;
    KR_TRY(h5_check_numeric(file, name, dataset));
    KR_TRY(kr_h5_select(file, name, dataset, &part, &sel));
    if (sel.count > 0 &&
        H5Dread(dataset, kr_h5_native(type), sel.memory, sel.file, H5P_DEFAULT, out) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot read the dataset", name);
out:
    kr_h5_deselect(&sel);
    return s;
}

kr_status kr_h5_read_amounts(kr_h5 *file, const char *name, kr_h5_type type, const size_t *start,
                             const size_t *count, void *out)
{
    kr_status s = kr_h5_read_slab(file, name, type, start, count, out);
    hid_t dataset;
    kr_h5_shape shape;
    size_t n = 1;
    bool ok = true;

    if (s != KR_OK)
        return s;
    KR_TRY(h5_open_shape(file, name, &dataset, &shape));
    for (int i = 0; i < shape.rank; i++)
        n *= count[i];
    for (size_t i = 0; i < n && type == KR_H5_F64; i++)
        ok &= ((const double *)out)[i] >= 0;
    for (size_t i = 0; i < n && type == KR_H5_F32; i++)
        ok &= ((const float *)out)[i] >= 0;
    if (!ok)
        s = kr_fail(file->ctx, KR_EINPUT,
                    "%s: '%s' holds a number that is negative or none: the file is damaged",
                    file->path, name);
out:
    return s;
}

/* Strings of one length: read them side by side, then copy each without its padding. */
static kr_status h5_read_fixed(kr_h5 *file, const char *name, hid_t dataset, hid_t type,
                               kr_arena *arena, size_t n, char **texts)
{
    kr_status s = KR_OK;
    size_t size = H5Tget_size(type);
    char *raw = NULL;

    if (size == 0 || n > STRINGS_MAX_BYTES / size) {
        s = kr_fail(file->ctx, KR_EINPUT, "%s: '%s' has %zu strings of %zu bytes, too many",
                    file->path, name, n, size);
        goto out;
    }
    KR_NEW(raw, file->ctx, arena->account, n * size);
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0) {
        s = kr_h5_fail(file, KR_EIO, "cannot read the dataset", name);
        goto out;
    }
    for (size_t i = 0; i < n; i++) {
        const char *p = raw + i * size;
        texts[i] = kr_arena_strndup(arena, p, kr_h5_fixed_length(p, size, H5Tget_strpad(type)));
        if (!texts[i]) {
            s = KR_ENOMEM;
            goto out;
        }
    }
out:
    kr_free(raw);
    return s;
}

static kr_status h5_read_variable(kr_h5 *file, const char *name, hid_t dataset, kr_arena *arena,
                                  size_t n, char **texts)
{
    kr_status s = KR_OK;
    unsigned char *raw = NULL;
    hid_t type;

    KR_TRY(kr_h5_reference_type(file, name, &type));
    KR_NEW(raw, file->ctx, arena->account, n * H5Tget_size(type));
    if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) < 0) {
        s = kr_h5_fail(file, KR_EIO, "cannot read the dataset", name);
        goto out;
    }
    s = kr_h5_follow(file, name, raw, n, arena, texts);
out:
    kr_free(raw);
    H5Tclose(type);
    return s;
}

kr_status kr_h5_read_strings(kr_h5 *file, const char *name, kr_arena *arena, char ***out, size_t *n)
{
    kr_status s = KR_OK;
    kr_h5_shape shape = {0};
    hid_t dataset, type = H5I_INVALID_HID;
    char **texts;

    *out = NULL;
    *n = 0;
    KR_TRY(h5_open_shape(file, name, &dataset, &shape));
    KR_TRY(h5_check_size(file, name, dataset, &shape));
    KR_TRY(kr_h5_type_of(file, name, dataset, &type));
    if (H5Tget_class(type) != H5T_STRING) {
        s = kr_fail(file->ctx, KR_EINPUT, "%s: '%s' does not hold strings", file->path, name);
        goto out;
    }
    KR_ANEW(texts, arena, shape.count);
    /* The file's own string type serves for the memory too: the library converts neither
     * character sets nor fixed lengths into variable ones. */
    if (shape.count > 0 && H5Tis_variable_str(type) > 0)
        s = h5_read_variable(file, name, dataset, arena, shape.count, texts);
    else if (shape.count > 0)
        s = h5_read_fixed(file, name, dataset, type, arena, shape.count, texts);
    if (s == KR_OK) {
        *out = texts;
        *n = shape.count;
    }
out:
    if (type >= 0)
        H5Tclose(type);
    return s;
}
