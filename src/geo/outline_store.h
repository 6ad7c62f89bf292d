/* The outlines of a job's meshes, each built once: shared by threads, sites and tiles. */
#ifndef KR_GEO_OUTLINE_STORE_H
#define KR_GEO_OUTLINE_STORE_H

#include "geo/joyner_boore.h"

typedef struct kr_outlines kr_outlines;

/** An empty store that keeps `most_bytes` of outlines. Owned by the caller: kr_outlines_destroy. */
KR_MUST_CHECK kr_status kr_outlines_create(kr_ctx *ctx, size_t most_bytes, kr_outlines **out);
void kr_outlines_destroy(kr_outlines **outlines);

/** Keep `most_bytes` from now on; what is kept already stays. */
void kr_outlines_limit(kr_outlines *outlines, size_t most_bytes);

/** Bytes of the outlines kept, and how many they are. */
size_t kr_outlines_bytes(const kr_outlines *outlines);
size_t kr_outlines_count(const kr_outlines *outlines);

/** kr_outline_of_mesh, out of the store if it is there: the rings are the store's then, else the
 * arena's. Windows of a mesh are known by their place in it: the arrays of the mesh must outlive
 * the store. Threads may ask at once; they may build the same outline at the same time, then one of
 * them is kept. `outlines` may be NULL: nothing is kept. */
KR_MUST_CHECK kr_status kr_outlines_get(kr_outlines *outlines, kr_ctx *ctx, const kr_mesh *mesh,
                                        kr_arena *arena, kr_outline *out);

#endif
