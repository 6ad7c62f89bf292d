/* The files that hold the sources of a description which names them by ids. */
#ifndef KR_TREE_NSHM_MAP_H
#define KR_TREE_NSHM_MAP_H

#include "base/map.h"
#include "input/csv.h"

typedef struct kr_nshm_map {
    kr_csv csv;
    size_t id, file; /* columns */
    kr_map rows;     /* row of an id */
} kr_nshm_map;

/** Read a table with the columns `id` and `file`, a file or several with blanks between them, into
 * the arena. To be cleared in any case. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_nshm_map_read(kr_ctx *ctx, const char *path, kr_arena *arena,
                                         kr_nshm_map *out);
void kr_nshm_map_clear(kr_nshm_map *map);

/** The files of an id as written, or NULL. */
const char *kr_nshm_map_find(const kr_nshm_map *map, const char *id);

#endif
