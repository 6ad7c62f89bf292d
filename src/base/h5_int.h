/* What the files h5*.c share. */
#ifndef KR_BASE_H5_INT_H
#define KR_BASE_H5_INT_H

#include "base/h5.h"

#include <hdf5.h>

struct kr_h5 {
    kr_ctx *ctx;
    hid_t id;
    bool writing;
    kr_status unsure; /* why it could not be told once whether something is there; or KR_OK */
    char *path;
    const unsigned char *image; /* the file, where it is in memory; else NULL */
    /* The dataset used last stays open: slab by slab, its chunk cache saves unpacking and packing
     * a chunk again for every call. */
    hid_t dataset;
    char *dataset_name;
    kr_h5_packer *packer;            /* of kr_h5_write_chunks, for that dataset */
    char *chunk;                     /* gathered; NULL where chunks stand in slabs as they are */
    struct kr_h5_unpacker *unpacker; /* of kr_h5_read_packed, for that dataset */
};

/* The shape of a dataset or attribute. */
typedef struct kr_h5_shape {
    int rank;
    hsize_t dims[KR_H5_MAX_RANK];
    size_t count; /* elements in all */
} kr_h5_shape;

/** Record "path: what 'name': why", the reason from the library's error stack. */
kr_status kr_h5_fail(const kr_h5 *file, kr_status status, const char *what, const char *name);

/** Record that a dataset or what else is not there: KR_EINPUT, or why that is not sure. */
kr_status kr_h5_fail_absent(const kr_h5 *file, const char *what, const char *name);

/** The dataset, opened; owned by `file`. A missing one is KR_EINPUT. */
KR_MUST_CHECK kr_status kr_h5_dataset(kr_h5 *file, const char *name, hid_t *dataset);

/** The type of a dataset's elements, to be closed. */
KR_MUST_CHECK kr_status kr_h5_type_of(kr_h5 *file, const char *name, hid_t dataset, hid_t *type);

/** Whether a dataset stands in the file itself, in pieces that can be what is stored. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_h5_check_layout(kr_h5 *file, const char *name, hid_t dataset);

/** Close the dataset kept open. KR_EIO if that loses data. */
KR_MUST_CHECK kr_status kr_h5_settle(kr_h5 *file);

/** The shape of a dataspace; too many dimensions or elements are KR_EINPUT. */
KR_MUST_CHECK kr_status kr_h5_space_shape(kr_h5 *file, const char *name, hid_t space,
                                          kr_h5_shape *shape);

/* Part of a dataset as the caller asks for it, and as the library wants it. */
typedef struct kr_h5_part {
    const size_t *start, *count; /* per dimension */
} kr_h5_part;
typedef struct kr_h5_selection {
    hid_t file, memory; /* dataspaces, ended by kr_h5_deselect even after a failure */
    size_t count;       /* elements */
} kr_h5_selection;
KR_MUST_CHECK kr_status kr_h5_select(kr_h5 *file, const char *name, hid_t dataset,
                                     const kr_h5_part *part, kr_h5_selection *out);
void kr_h5_deselect(kr_h5_selection *selection);

/* How a dataset is cut into chunks. */
typedef struct kr_h5_cut {
    int rank;
    hsize_t dims[KR_H5_MAX_RANK], chunk[KR_H5_MAX_RANK];
} kr_h5_cut;

/** How a dataset is cut, if it is packed as kr_h5_make does and its numbers are of this type. */
bool kr_h5_cut_of(hid_t dataset, kr_h5_type type, kr_h5_cut *cut);

typedef struct kr_h5_unpacker kr_h5_unpacker;
void kr_h5_unpacker_destroy(kr_h5_unpacker **unpacker); /* accepts NULL in *unpacker */

/** Read a part that lies in one chunk of numbers of the type that is stored; *done false: nothing
 * was read, and the library is to do it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_h5_read_packed(kr_h5 *file, kr_h5_type type, hid_t dataset,
                                          const kr_h5_part *part, void *out, bool *done);

/** Write a part that is whole chunks (those at the end of the dataset may stick out) of numbers of
 * the type that is stored; *done false: it is not, and nothing was written. */
KR_MUST_CHECK kr_status kr_h5_write_chunks(kr_h5 *file, const char *name, kr_h5_type type,
                                           hid_t dataset, const kr_h5_part *part, const void *data,
                                           bool *done);

/** The type in this machine's memory, and in the file; borrowed from the library. */
hid_t kr_h5_native(kr_h5_type type);
hid_t kr_h5_stored(kr_h5_type type);
size_t kr_h5_type_size(kr_h5_type type);

/** Create a dataset with its parents; chunk NULL: in one piece, not packed. The caller closes it.
 * KR_EIO. */
KR_MUST_CHECK kr_status kr_h5_create_dataset(kr_h5 *file, const char *name, hid_t type,
                                             const kr_h5_shape *shape, const hsize_t *chunk,
                                             hid_t *dataset);

/** A new variable-length UTF-8 string type, to be closed; negative on failure. */
hid_t kr_h5_text_type(void);

/** How texts are written, to be closed: otherwise the library clears two buffers of 1 MB
 * for each dataset, however few its texts are. */
hid_t kr_h5_text_transfer(void);

/** A type that has references to texts of variable length read as they stand in the file; to be
 * closed, also after a failure (KR_EIO; KR_EINPUT where they have more than the bytes below). */
KR_MUST_CHECK kr_status kr_h5_reference_type(kr_h5 *file, const char *name, hid_t *type);
enum { KR_H5_REFERENCE_BYTES = 16 };

/** The texts that n such references lead to, in the arena. `name` of what holds them is for
 * messages. KR_EINPUT where they lead nowhere, KR_EIO. */
KR_MUST_CHECK kr_status kr_h5_follow(kr_h5 *file, const char *name, const void *raw, size_t n,
                                     kr_arena *arena, char **texts);

/** The text of the fixed-length string of `size` bytes at p: its length without padding. */
size_t kr_h5_fixed_length(const char *p, size_t size, H5T_str_t padding);

#endif
