/* Reading results.h5: datasets whose sizes are known, told apart from those of a damaged file. */
#ifndef KR_OUTPUT_STORED_INT_H
#define KR_OUTPUT_STORED_INT_H

#include "output/stored.h"

typedef struct kr_reader {
    kr_ctx *ctx;
    const char *path; /* for messages */
    kr_h5 *file;
    kr_arena *arena; /* of what is read */
} kr_reader;

/** A dataset of n numbers in the arena (and one element more); n = 0: it may be missing.
 * KR_EINPUT. */
KR_MUST_CHECK kr_status kr_reader_numbers(const kr_reader *r, const char *name, kr_h5_type type,
                                          size_t n, void *out);

/** A dataset of u4 numbers, each below `end`. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_reader_indices(const kr_reader *r, const char *name, size_t n,
                                          size_t end, uint32_t **out);

/** A dataset of i8 numbers from -1 on, below `end`, as u4: -1 becomes UINT32_MAX. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_reader_links(const kr_reader *r, const char *name, size_t n, size_t end,
                                        uint32_t **out);

/** A dataset of n + 1 numbers that begins with 0 and never falls. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_reader_firsts(const kr_reader *r, const char *name, size_t n,
                                         size_t **out);

/** A dataset of n texts; n = 0: it may be missing. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_reader_texts(const kr_reader *r, const char *name, size_t n,
                                        const char ***out);

/** The elements of a one-dimensional dataset, 0 if it is missing; the rows of one with `columns`.
 */
KR_MUST_CHECK kr_status kr_reader_count(const kr_reader *r, const char *name, size_t *out);
KR_MUST_CHECK kr_status kr_reader_rows(const kr_reader *r, const char *name, size_t columns,
                                       size_t *out);

/** The file is damaged. */
kr_status kr_reader_damaged(const kr_reader *r, const char *name);

enum { KR_STORED_DEPTH_KM = 12000 }; /* of a site, up or down: beyond is no place on Earth */

/** Numbers, and shapes of the datasets that need no tree; those that do. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_stored_check(const kr_reader *r, const kr_stored *stored);
KR_MUST_CHECK kr_status kr_stored_check_tree(const kr_reader *r, const kr_stored *stored);

#endif
