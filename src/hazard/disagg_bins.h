/* The bins of a disaggregation: which cell a context is in, and what of its exceedance belongs to
 * which band of epsilon. */
#ifndef KR_HAZARD_DISAGG_BINS_H
#define KR_HAZARD_DISAGG_BINS_H

#include "hazard/disagg.h"

#define KR_NO_CELL UINT32_MAX

/* The four axes of cells. */
typedef struct kr_binner {
    bool exact, crossing; /* the latter: longitudes as the reference has them over the date line */
    kr_disagg_axis mag, dist, lon, lat;
    uint32_t ncells;
} kr_binner;

/** Edges are copied where they change. */
KR_MUST_CHECK kr_status kr_binner_make(const kr_disagg_bins *bins, bool exact, kr_arena *arena,
                                       kr_binner *out);

/** The cell of a context, numbered by mag, dist, lon, lat; KR_NO_CELL where it is left out. Without
 * several bins of longitude or latitude neither is looked at. */
uint32_t kr_binner_cell(const kr_binner *binner, double mag, double rrup, double lon, double lat);
kr_disagg_cell kr_binner_place(const kr_binner *binner, uint32_t cell);
bool kr_binner_wants_place(const kr_binner *binner);

/* Bands of epsilon: what a band has of the truncated distribution, and what it and all above it
 * have; of the latter one more, 0. */
typedef struct kr_bands {
    size_t n;
    bool star, open; /* the latter: the outermost bands have no outer edges */
    const double *edges, *part, *rest;
} kr_bands;

/** `exact`: what lies beyond the edges is in the outermost bands. */
KR_MUST_CHECK kr_status kr_bands_make(const kr_disagg_bins *bins, double truncation_level,
                                      bool exact, kr_arena *arena, kr_bands *out);

/** Add what a level at epsilon `x` that is exceeded with probability `poe` has in each band, times
 * a weight. */
static inline void kr_bands_add(const kr_bands *b, double x, double poe, double weight, double *to)
{
    size_t band = 0; /* of edges below x: bands from here on are exceeded as a whole */
    while (band <= b->n && b->edges[band] < x)
        band++;
    if (b->star) {
        if (b->open || (b->edges[0] <= x && x < b->edges[b->n]))
            to[band == 0 ? 0 : band > b->n ? b->n - 1 : band - 1] += weight * poe;
        return;
    }
    if (0 < band && band <= b->n)
        to[band - 1] += weight * (poe - b->rest[band]);
    for (size_t e = band; e < b->n; e++)
        to[e] += weight * b->part[e];
}

/* A set of cells, and the place of each among them. */
typedef struct kr_cell_set {
    uint64_t *bits;
    uint32_t *before; /* cells in the words before this one */
    size_t n;
} kr_cell_set;

static inline size_t kr_cell_words(const kr_binner *binner)
{
    return (binner->ncells + (size_t)63) / 64;
}

static inline void kr_cell_set_add(kr_cell_set *set, uint32_t cell)
{
    set->bits[cell / 64] |= (uint64_t)1 << cell % 64;
}

static inline bool kr_cell_set_has(const kr_cell_set *set, uint32_t cell)
{
    return set->bits[cell / 64] >> cell % 64 & 1;
}

/* The place of a cell of the set. */
static inline uint32_t kr_cell_set_place(const kr_cell_set *set, uint32_t cell)
{
    uint64_t below = set->bits[cell / 64] & (((uint64_t)1 << cell % 64) - 1);
    return set->before[cell / 64] + (uint32_t)__builtin_popcountll(below);
}

#endif
