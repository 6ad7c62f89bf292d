/* HDF5, as far as Kauri needs it; the only place that touches libhdf5. Names are paths inside the
 * file. All calls are serialised by the caller (one thread). Messages of the library itself are
 * silenced; every failure is recorded with the file and the dataset's name. */
#ifndef KR_BASE_H5_H
#define KR_BASE_H5_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

enum { KR_H5_MAX_RANK = 8 };

typedef struct kr_h5 kr_h5;

typedef enum kr_h5_type {
    KR_H5_F64,
    KR_H5_F32,
    KR_H5_I64,
    KR_H5_I32,
    KR_H5_I16,
    KR_H5_U32,
    KR_H5_U16,
    KR_H5_U8
} kr_h5_type;

/** Open for reading (KR_EINPUT if it is no HDF5 file) or create anew, replacing a file (KR_EIO). */
KR_MUST_CHECK kr_status kr_h5_open(kr_ctx *ctx, const char *path, kr_h5 **out);
KR_MUST_CHECK kr_status kr_h5_create(kr_ctx *ctx, const char *path, kr_h5 **out);

/** Open the size bytes of an HDF5 file in memory for reading; `name` is for messages. The bytes
 * stay the caller's and in place until it is closed. */
KR_MUST_CHECK kr_status kr_h5_open_image(kr_ctx *ctx, const char *name, const void *bytes,
                                         size_t size, kr_h5 **out);

/** Close; when writing, errors of the last flush come back. Accepts NULL, sets it NULL. */
KR_MUST_CHECK kr_status kr_h5_close(kr_h5 **file);
void kr_h5_discard(kr_h5 **file); /* close, ignoring errors (clean-up paths) */

/** Whether there is a dataset or a group of that name. True also where the library fails to tell:
 * who opens it then learns why. */
bool kr_h5_exists(kr_h5 *file, const char *name);

/** Names of the members of a group, sorted, in the arena. */
KR_MUST_CHECK kr_status kr_h5_list(kr_h5 *file, const char *group, kr_arena *arena, char ***names,
                                   size_t *n);

/** Extent of a dataset. */
KR_MUST_CHECK kr_status kr_h5_dims(kr_h5 *file, const char *name, size_t dims[KR_H5_MAX_RANK],
                                   int *rank);

/** Whether a dataset holds floating point numbers of 32 bits. */
KR_MUST_CHECK kr_status kr_h5_is_single(kr_h5 *file, const char *name, bool *out);

/** A whole dataset converted to `type`, in the arena; *n elements. Refuses sizes above 2^31
 * elements, and sizes that what is stored cannot unfold to. */
KR_MUST_CHECK kr_status kr_h5_read(kr_h5 *file, const char *name, kr_h5_type type, kr_arena *arena,
                                   void **out, size_t *n);

/** Part of a dataset (start, count per dimension) converted to `type` into the caller's buffer. */
KR_MUST_CHECK kr_status kr_h5_read_slab(kr_h5 *file, const char *name, kr_h5_type type,
                                        const size_t *start, const size_t *count, void *out);

/** The same for double or single precision where each number is an amount: one that is negative or
 * none at all means that the file is damaged, KR_EINPUT. */
KR_MUST_CHECK kr_status kr_h5_read_amounts(kr_h5 *file, const char *name, kr_h5_type type,
                                           const size_t *start, const size_t *count, void *out);

/** A dataset (or scalar) of strings, fixed or variable length. */
KR_MUST_CHECK kr_status kr_h5_read_strings(kr_h5 *file, const char *name, kr_arena *arena,
                                           char ***out, size_t *n);

/** Attributes of an object (a group or dataset; "/" for the root). A missing one: *out = NULL,
 * KR_OK. Setting one replaces it, and creates a missing object as a group. */
KR_MUST_CHECK kr_status kr_h5_attr_text(kr_h5 *file, const char *object, const char *attr,
                                        kr_arena *arena, char **out);
KR_MUST_CHECK kr_status kr_h5_attr_double(kr_h5 *file, const char *object, const char *attr,
                                          double *out, bool *found);
KR_MUST_CHECK kr_status kr_h5_set_attr_text(kr_h5 *file, const char *object, const char *attr,
                                            const char *text);
KR_MUST_CHECK kr_status kr_h5_set_attr_double(kr_h5 *file, const char *object, const char *attr,
                                              double x);
KR_MUST_CHECK kr_status kr_h5_set_attr_strings(kr_h5 *file, const char *object, const char *attr,
                                               const char *const *texts, size_t n);

/** Write a whole dataset (parent groups are created); the name must be new. Datasets over 1 KiB are
 * chunked, shuffled and deflated. */
KR_MUST_CHECK kr_status kr_h5_write(kr_h5 *file, const char *name, kr_h5_type type, int rank,
                                    const size_t *dims, const void *data);

/* A column of a table: numbers one after another, or texts of `text_bytes` bytes each, filled up
 * with zeros. */
typedef struct kr_h5_column {
    const char *name;
    kr_h5_type type;   /* of numbers */
    size_t text_bytes; /* of texts; 0: numbers */
    const void *values;
} kr_h5_column;

/** Write a table, whose rows stand in the file one after another (a compound type); the name must
 * be new. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_h5_write_rows(kr_h5 *file, const char *name, const kr_h5_column *columns,
                                         size_t ncolumns, size_t nrows);

/** Create a dataset filled with zeros, to be written by slabs; chunk NULL: chosen here (the leading
 * dimensions are cut, the last stay whole). `type` is how it is stored. Slabs that fill whole
 * chunks are written fastest. */
KR_MUST_CHECK kr_status kr_h5_make(kr_h5 *file, const char *name, kr_h5_type type, int rank,
                                   const size_t *dims, const size_t *chunk);

/** Write part of a dataset from memory of type `type` (converted to the stored type). */
KR_MUST_CHECK kr_status kr_h5_write_slab(kr_h5 *file, const char *name, kr_h5_type type,
                                         const size_t *start, const size_t *count,
                                         const void *data);

/* A chunk as it stands in the file. */
typedef struct kr_h5_packed {
    const void *bytes;
    size_t n;
} kr_h5_packed;

/* Makes chunks ready for the file, for one thread: any thread, while another one writes. */
typedef struct kr_h5_packer kr_h5_packer;

/** For chunks of `bytes` bytes at most. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_h5_packer_create(kr_ctx *ctx, size_t bytes, kr_h5_packer **out);
void kr_h5_packer_destroy(kr_h5_packer **packer); /* accepts NULL in *packer */
size_t kr_h5_packer_bytes(size_t bytes);          /* that it takes */

/** A chunk of `whole` numbers of a dataset made with this type: the n that are given, then zeros
 * (where it sticks out of the dataset). It stays until the next call. */
kr_h5_packed kr_h5_pack(kr_h5_packer *packer, kr_h5_type type, const void *data, size_t n,
                        size_t whole);

/** Put a packed chunk, which begins at `start`, into a chunked dataset made by kr_h5_make. */
KR_MUST_CHECK kr_status kr_h5_put_chunk(kr_h5 *file, const char *name, const size_t *start,
                                        kr_h5_packed packed);

/** Whether kr_h5_make cuts a dataset of so many numbers into chunks. */
bool kr_h5_is_cut(kr_h5_type type, size_t count);

/** A dataset of variable-length UTF-8 strings; rank 0 for one string (n = 1). */
KR_MUST_CHECK kr_status kr_h5_write_strings(kr_h5 *file, const char *name, const char *const *texts,
                                            size_t n, bool scalar);

/** A dataset of n short UTF-8 strings, filled up with zeros to the length of the longest, chunked
 * and deflated: many texts are written and read at once, where those of variable length go one by
 * one. Where a few long ones would make that larger they are of variable length. KR_EIO, KR_ENOMEM.
 */
KR_MUST_CHECK kr_status kr_h5_write_names(kr_h5 *file, const char *name, const char *const *texts,
                                          size_t n);

/** Bytes of each string that kr_h5_write_names fills up, in memory meanwhile; 0: of variable
 * length. */
size_t kr_h5_names_width(const char *const *texts, size_t n);

#endif
