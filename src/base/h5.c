/* HDF5 files: opening, closing, what they hold. */
#include "base/h5.h"
#include "base/create.h"

#include "base/file.h"
#include "base/h5_int.h"
#include "base/zip.h"

#include <errno.h>
#include <string.h>

enum {
    CACHE_BYTES = 16 * 1024 * 1024,        /* chunk cache of the dataset in use */
    WRITING_CACHE_BYTES = 2 * 1024 * 1024, /* slabs fill whole chunks of up to 1 MB */
    FREE_LIST_BYTES = 1024 * 1024,         /* freed blocks that the library keeps, of each kind */
    CACHE_SLOTS = 10007,
    TEXT_BUFFER_BYTES = 32 * 1024, /* references to texts on their way */
    IMAGE_GROWS_BYTES = 1 << 16
};

/* What the library says of an error. */
typedef struct h5_reason {
    const char *text; /* of the innermost error, where the cause stands */
    bool memory, io;  /* memory ran out; the system failed to read, to write, ... */
} h5_reason;

static const char quoted[] = "error message = '"; /* the system's own words follow */

static herr_t h5_add_reason(unsigned n, const H5E_error2_t *error, void *data)
{
    h5_reason *reason = data;

    if (n == 0) { /* property lists do not come from files */
        reason->text = error->desc ? error->desc : "no reason given";
        reason->memory = error->maj_num == H5E_PLIST;
    }
    reason->memory =
        reason->memory || (error->maj_num == H5E_RESOURCE && error->min_num != H5E_OVERFLOW) ||
        error->min_num == H5E_NOSPACE ||
        (error->desc &&
         (strstr(error->desc, "memory allocation failed") || strstr(error->desc, "H5MM_")));
    reason->io = reason->io || (error->desc && (strstr(error->desc, quoted) ||
                                                strstr(error->desc, "can't retrieve stat info")));
    return 0;
}

static h5_reason h5_why(void)
{
    /* Nothing is told where there was no memory for that either. */
    h5_reason reason = {"no reason given", true, false};

    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, h5_add_reason, &reason);
    return reason;
}

static kr_status h5_status(h5_reason reason, kr_status otherwise)
{
    return reason.io ? KR_EIO : reason.memory ? KR_ENOMEM : otherwise;
}

/* Whether the last call of the library failed for lack of memory or by the system: what it asked
 * for may be there. */
static bool h5_cannot_tell(void)
{
    return h5_status(h5_why(), KR_OK) != KR_OK;
}

kr_status kr_h5_fail(const kr_h5 *file, kr_status status, const char *what, const char *name)
{
    h5_reason reason = h5_why();
    size_t len = strlen(reason.text);
    const char *system = strstr(reason.text, quoted);
    if (system) { /* without addresses and times */
        reason.text = system + sizeof quoted - 1;
        len = strcspn(reason.text, "'");
    }
    return kr_fail(file->ctx, h5_status(reason, status), "%s: %s '%s': %.*s", file->path, what,
                   name, (int)(len < 1000 ? len : 1000), reason.text);
}

kr_status kr_h5_fail_absent(const kr_h5 *file, const char *what, const char *name)
{
    if (file->unsure != KR_OK)
        return kr_fail(file->ctx, file->unsure, "%s: cannot be read: %s '%s' was not found",
                       file->path, what, name);
    return kr_fail(file->ctx, KR_EINPUT, "%s: there is no %s '%s'", file->path, what, name);
}

/* Name of the file as kr_h5 keeps it, and nothing opened yet. */
static kr_status h5_new(kr_ctx *ctx, const char *path, kr_h5 **out)
{
    kr_status s = KR_OK;
    kr_h5 *file = NULL;

    *out = NULL;
    /* Files are closed here. At exit the library would touch again those whose writing failed. */
    H5dont_atexit();
    if (H5open() < 0) {
        return kr_fail(ctx, KR_ENOMEM, "out of memory: the HDF5 library cannot be started");
    }
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0); /* no file has code loaded to unpack it */
    H5set_free_list_limits(FREE_LIST_BYTES, FREE_LIST_BYTES / 8, FREE_LIST_BYTES,
                           FREE_LIST_BYTES / 8, FREE_LIST_BYTES, FREE_LIST_BYTES / 8);
    KR_NEW(file, ctx, KR_ACCOUNT_OUTPUT, 1);
    file->ctx = ctx;
    file->id = file->dataset = H5I_INVALID_HID;
    KR_NEW(file->path, ctx, KR_ACCOUNT_OUTPUT, strlen(path) + 1);
    memcpy(file->path, path, strlen(path));
    *out = file;
    file = NULL;
out:
    if (file)
        kr_free(file->path);
    kr_free(file);
    return s;
}

static void h5_delete(kr_h5 **file)
{
    kr_free((*file)->dataset_name);
    kr_free((*file)->path);
    kr_free(*file);
    *file = NULL;
}

/* How files are opened: closing one closes all that is open in it, and a file system without
 * locks is no obstacle. */
static hid_t h5_access(void)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);

    if (access >= 0) {
        H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7) && !(H5_VERS_MINOR == 12 && H5_VERS_RELEASE == 0)
        H5Pset_file_locking(access, 1, 1);
#endif
    }
    return access;
}

static bool h5_is_foreign(const char *path)
{
    htri_t is = H5Fis_hdf5(path);

    return is == 0 || (is < 0 && !h5_cannot_tell());
}

kr_status kr_h5_open(kr_ctx *ctx, const char *path, kr_h5 **out)
{
    kr_status s = h5_new(ctx, path, out);

    if (s != KR_OK)
        return s;
    kr_h5 *file = *out;
    if (!kr_file_exists(path)) {
        s = kr_fail(ctx, KR_EINPUT, "%s: no such file, or it cannot be read", path);
    } else if (kr_zip_part(path)) {
        s = kr_fail(ctx, KR_EINPUT, "%s: HDF5 files are not read from archives: unpack it", path);
    } else if (h5_is_foreign(path)) {
        s = kr_fail(ctx, KR_EINPUT, "%s: not an HDF5 file", path);
    } else {
        hid_t access = h5_access();
        file->id = H5Fopen(path, H5F_ACC_RDONLY, access);
        if (file->id < 0)
            s = kr_h5_fail(file, KR_EINPUT, "cannot open the HDF5 file", kr_path_base(path));
        H5Pclose(access);
    }
    if (s != KR_OK)
        h5_delete(out);
    return s;
}

/* The library would copy the image twice. These callbacks make it work on the caller's bytes, which
 * it only reads. */
static void *h5_image_malloc(size_t size, H5FD_file_image_op_t op, void *user)
{
    (void)size;
    (void)op;
    return user;
}

static void *h5_image_memcpy(void *to, const void *from, size_t size, H5FD_file_image_op_t op,
                             void *user)
{
    (void)op;
    (void)user;
    return to == from ? to : memcpy(to, from, size);
}

static herr_t h5_image_free(void *image, H5FD_file_image_op_t op, void *user)
{
    (void)image;
    (void)op;
    (void)user;
    return 0;
}

static void *h5_image_same(void *user)
{
    return user;
}

static herr_t h5_image_leave(void *user)
{
    (void)user;
    return 0;
}

static bool h5_set_image(hid_t access, const void *bytes, size_t size)
{
    H5FD_file_image_callbacks_t calls = {
        .image_malloc = h5_image_malloc,
        .image_memcpy = h5_image_memcpy,
        .image_free = h5_image_free,
        .udata_copy = h5_image_same,
        .udata_free = h5_image_leave,
    };
    memcpy(&calls.udata, &bytes, sizeof bytes);
    void *image = calls.udata;
    return H5Pset_fapl_core(access, IMAGE_GROWS_BYTES, 0) >= 0 &&
           H5Pset_file_image_callbacks(access, &calls) >= 0 &&
           H5Pset_file_image(access, image, size) >= 0;
}

kr_status kr_h5_open_image(kr_ctx *ctx, const char *name, const void *bytes, size_t size,
                           kr_h5 **out)
{
    kr_status s = h5_new(ctx, name, out);

    if (s != KR_OK)
        return s;
    kr_h5 *file = *out;
    file->image = bytes;
    hid_t access = h5_access();
    if (!h5_set_image(access, bytes, size))
        s = kr_h5_fail(file, KR_EINTERNAL, "cannot take in the HDF5 file", name);
    if (s == KR_OK)
        file->id = H5Fopen(name, H5F_ACC_RDONLY, access);
    if (s == KR_OK && file->id < 0)
        s = kr_h5_fail(file, KR_EINPUT, "cannot open the HDF5 file", name);
    H5Pclose(access);
    if (s != KR_OK)
        h5_delete(out);
    return s;
}

kr_status kr_h5_create(kr_ctx *ctx, const char *path, kr_h5 **out)
{
    kr_status s = h5_new(ctx, path, out);

    if (s != KR_OK)
        return s;
    kr_h5 *file = *out;
    file->writing = true;
    hid_t access = h5_access();
    if (!kr_clear_way(path))
        s = kr_file_fail_made(ctx, path, "taken out of the way");
    else if ((file->id = H5Fcreate(path, H5F_ACC_EXCL, H5P_DEFAULT, access)) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot create the HDF5 file", kr_path_base(path));
    H5Pclose(access);
    if (s != KR_OK)
        h5_delete(out);
    return s;
}

kr_status kr_h5_settle(kr_h5 *file)
{
    kr_status s = KR_OK;

    if (file->dataset >= 0 && H5Dclose(file->dataset) < 0 && file->writing)
        s = kr_h5_fail(file, KR_EIO, "cannot finish the dataset", file->dataset_name);
    file->dataset = H5I_INVALID_HID;
    kr_free(file->dataset_name);
    file->dataset_name = NULL;
    kr_h5_packer_destroy(&file->packer);
    kr_h5_unpacker_destroy(&file->unpacker);
    kr_free(file->chunk);
    file->chunk = NULL;
    return s;
}

static kr_status h5_end(kr_h5 **file, bool report)
{
    if (!file || !*file)
        return KR_OK;
    kr_h5 *f = *file;
    if (!report)
        f->writing = false; /* kr_h5_settle keeps silent then */
    kr_status s = kr_h5_settle(f);
    if (s == KR_OK && f->writing && H5Fflush(f->id, H5F_SCOPE_LOCAL) < 0)
        s = kr_h5_fail(f, KR_EIO, "cannot write the HDF5 file", kr_path_base(f->path));
    if (H5Fclose(f->id) < 0 && s == KR_OK && f->writing)
        s = kr_h5_fail(f, KR_EIO, "cannot close the HDF5 file", kr_path_base(f->path));
    h5_delete(file);
    return s;
}

kr_status kr_h5_close(kr_h5 **file)
{
    return h5_end(file, true);
}

void kr_h5_discard(kr_h5 **file)
{
    h5_end(file, false);
}

bool kr_h5_exists(kr_h5 *file, const char *name)
{
    char part[1024];
    size_t n = strlen(name);

    if (n == 0 || n >= sizeof part)
        return false;
    /* The library fails on a path whose parents are missing: look link by link. */
    for (size_t i = 1; i <= n; i++) {
        if ((name[i] != '/' && name[i] != '\0') || name[i - 1] == '/')
            continue;
        memcpy(part, name, i);
        part[i] = '\0';
        htri_t is = H5Lexists(file->id, part, H5P_DEFAULT);
        if (is > 0)
            is = H5Oexists_by_name(file->id, part, H5P_DEFAULT);
        if (is < 0 && h5_cannot_tell()) {
            file->unsure = h5_status(h5_why(), KR_OK);
            return true;
        }
        if (is <= 0)
            return false;
    }
    return true;
}

typedef struct h5_names {
    kr_arena *arena;
    char **names;
    size_t n, capacity;
} h5_names;

static herr_t h5_count_name(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    h5_names *list = data;

    (void)group;
    (void)name;
    (void)info;
    list->capacity++;
    return 0;
}

static herr_t h5_add_name(hid_t group, const char *name, const H5L_info_t *info, void *data)
{
    h5_names *list = data;

    (void)group;
    (void)info;
    if (list->n == list->capacity)
        return -1;
    list->names[list->n] = kr_arena_strdup(list->arena, name);
    return list->names[list->n++] ? 0 : -1;
}

kr_status kr_h5_list(kr_h5 *file, const char *group, kr_arena *arena, char ***names, size_t *n)
{
    kr_status s = KR_OK;
    h5_names list = {arena, NULL, 0, 0};
    hid_t id = H5Gopen2(file->id, group, H5P_DEFAULT);

    *names = NULL;
    *n = 0;
    if (id < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot open the group", group);
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, h5_count_name, &list) < 0) {
        s = kr_h5_fail(file, KR_EINPUT, "cannot list the group", group);
        goto out;
    }
    KR_ANEW(list.names, arena, list.capacity);
    if (H5Literate(id, H5_INDEX_NAME, H5_ITER_INC, NULL, h5_add_name, &list) < 0) {
        s = list.n > 0 && !list.names[list.n - 1]
                ? KR_ENOMEM
                : kr_h5_fail(file, KR_EINPUT, "cannot list the group", group);
        goto out;
    }
    *names = list.names;
    *n = list.n;
out:
    H5Gclose(id);
    return s;
}

kr_status kr_h5_dataset(kr_h5 *file, const char *name, hid_t *dataset)
{
    kr_status s = KR_OK;

    if (file->dataset >= 0 && strcmp(file->dataset_name, name) == 0) {
        *dataset = file->dataset;
        return KR_OK;
    }
    *dataset = H5I_INVALID_HID;
    KR_TRY(kr_h5_settle(file));
    if (!kr_h5_exists(file, name)) {
        s = kr_h5_fail_absent(file, "dataset", name);
        goto out;
    }
    KR_NEW(file->dataset_name, file->ctx, KR_ACCOUNT_OUTPUT, strlen(name) + 1);
    memcpy(file->dataset_name, name, strlen(name));
    hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, CACHE_SLOTS, file->writing ? WRITING_CACHE_BYTES : CACHE_BYTES, 1.0);
    file->dataset = H5Dopen2(file->id, name, access);
    if (file->dataset < 0)
        s = kr_h5_fail(file, KR_EINPUT, "cannot open the dataset", name);
    H5Pclose(access);
    if (s == KR_OK && !file->writing)
        s = kr_h5_check_layout(file, name, file->dataset);
    if (s != KR_OK)
        (void)!kr_h5_settle(file);
    *dataset = file->dataset;
out:
    return s;
}

kr_status kr_h5_space_shape(kr_h5 *file, const char *name, hid_t space, kr_h5_shape *shape)
{
    const uint64_t most = (uint64_t)1 << 62;
    uint64_t count = 1;

    *shape = (kr_h5_shape){0};
    if (H5Sget_simple_extent_type(space) == H5S_NULL) {
        shape->rank = 1;
        return KR_OK;
    }
    int rank = H5Sget_simple_extent_ndims(space);
    if (rank < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot measure", name);
    if (rank > KR_H5_MAX_RANK)
        return kr_fail(file->ctx, KR_EINPUT, "%s: '%s' has %d dimensions, at most %d are read",
                       file->path, name, rank, KR_H5_MAX_RANK);
    H5Sget_simple_extent_dims(space, shape->dims, NULL);
    shape->rank = rank;
    for (int i = 0; i < rank; i++)
        if (__builtin_mul_overflow(count, shape->dims[i], &count) || count > most)
            return kr_fail(file->ctx, KR_EINPUT, "%s: '%s' has impossibly many elements",
                           file->path, name);
    shape->count = (size_t)count;
    return KR_OK;
}

kr_status kr_h5_dims(kr_h5 *file, const char *name, size_t dims[KR_H5_MAX_RANK], int *rank)
{
    kr_h5_shape shape;
    hid_t dataset;

    *rank = 0;
    kr_status s = kr_h5_dataset(file, name, &dataset);
    if (s != KR_OK)
        return s;
    hid_t space = H5Dget_space(dataset);
    if (space < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot measure the dataset", name);
    s = kr_h5_space_shape(file, name, space, &shape);
    H5Sclose(space);
    if (s != KR_OK)
        return s;
    for (int i = 0; i < shape.rank; i++)
        dims[i] = (size_t)shape.dims[i];
    *rank = shape.rank;
    return KR_OK;
}

hid_t kr_h5_native(kr_h5_type type)
{
    switch (type) {
    case KR_H5_F64:
        return H5T_NATIVE_DOUBLE;
    case KR_H5_F32:
        return H5T_NATIVE_FLOAT;
    case KR_H5_I64:
        return H5T_NATIVE_INT64;
    case KR_H5_I32:
        return H5T_NATIVE_INT32;
    case KR_H5_I16:
        return H5T_NATIVE_INT16;
    case KR_H5_U32:
        return H5T_NATIVE_UINT32;
    case KR_H5_U16:
        return H5T_NATIVE_UINT16;
    case KR_H5_U8:
        return H5T_NATIVE_UINT8;
    }
    return H5I_INVALID_HID;
}

size_t kr_h5_type_size(kr_h5_type type)
{
    /* any thread: the library is not asked */
    static const size_t sizes[] = {
        [KR_H5_F64] = 8, [KR_H5_F32] = 4, [KR_H5_I64] = 8, [KR_H5_I32] = 4,
        [KR_H5_I16] = 2, [KR_H5_U32] = 4, [KR_H5_U16] = 2, [KR_H5_U8] = 1,
    };
    return sizes[type];
}

hid_t kr_h5_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);

    if (type >= 0) {
        H5Tset_size(type, H5T_VARIABLE);
        H5Tset_cset(type, H5T_CSET_UTF8);
    }
    return type;
}

hid_t kr_h5_text_transfer(void)
{
    hid_t transfer = H5Pcreate(H5P_DATASET_XFER);

    H5Pset_buffer(transfer, TEXT_BUFFER_BYTES, NULL, NULL);
    return transfer;
}

size_t kr_h5_fixed_length(const char *p, size_t size, H5T_str_t padding)
{
    size_t n = strnlen(p, size);

    while (padding == H5T_STR_SPACEPAD && n > 0 && p[n - 1] == ' ')
        n--;
    return n;
}
