/* Filling batches of contexts from ruptures and sites. */
#ifndef KR_RUPTURE_BATCH_H
#define KR_RUPTURE_BATCH_H

#include "geo/planar.h"
#include "rupture/rupture.h"

/* A block of ruptures in their place, with what contexts take from them. */
typedef struct kr_rupture_block {
    const kr_shapes *shapes;
    const double *of[KR_COL_COUNT]; /* rupture columns, NULL for others */
    kr_planars planars;
    double mag[KR_PLANAR_BLOCK];
    double hypo_lon[KR_PLANAR_BLOCK], hypo_lat[KR_PLANAR_BLOCK];
    double in_cshm[KR_PLANAR_BLOCK];
    double rate[KR_PLANAR_BLOCK];         /* with rates: the part of them */
    const double *rates[KR_PLANAR_BLOCK]; /* of alternatives; NULL: there is one */
    uint32_t number[KR_PLANAR_BLOCK];
} kr_rupture_block;

/* Pairs to append: of one rupture with several sites, or of several ruptures with one site. */
typedef struct kr_pairs {
    const kr_rupture_block *block;
    const kr_dist_out *dist; /* indexed by what varies */
    size_t n;
    const uint32_t *keep;  /* what varies: ruptures of the block, or positions in the distances */
    const uint32_t *sites; /* one rupture: the site of each pair */
    size_t rupture;        /* one rupture: its number in the block */
    uint32_t site;         /* one site */
    bool one_site;
} kr_pairs;

/* What contexts take from a rupture that is made on its own (extended sources). */
typedef struct kr_rupture_row {
    double of[KR_COL_COUNT]; /* rupture columns */
    double rate, weight;
    const double *rates; /* as in kr_contexts */
    uint32_t number;
    size_t nprobs; /* 0: occurs as the source's model says */
    const double *probs;
} kr_rupture_row;

typedef struct kr_batch {
    kr_contexts contexts;
    const kr_sites *tile;
    const double *site_col[KR_COL_COUNT];
    double floor_km;  /* minimum_distance */
    kr_columns as_is; /* for which it does not hold; none after kr_batch_init */
    kr_visit visit;
    void *user;
    double *block_of_memory;
    size_t ncols;
    kr_column cols[KR_COL_COUNT]; /* those wanted */
} kr_batch;

/** KR_EINPUT if the tile lacks a site column. */
KR_MUST_CHECK kr_status kr_batch_init(kr_batch *batch, kr_ctx *ctx, kr_columns columns,
                                      const kr_sites *tile, double floor_km);
void kr_batch_clear(kr_batch *batch);

/** Bytes of a batch of these columns. */
size_t kr_batch_bytes(kr_columns columns);

/** Hand what there is to the visitor. */
KR_MUST_CHECK kr_status kr_batch_flush(kr_batch *batch);

/** Say where the next pairs come from; flushes if their occurrence model differs from the last. */
KR_MUST_CHECK kr_status kr_batch_source(kr_batch *batch, const kr_source *source);

KR_MUST_CHECK kr_status kr_batch_append(kr_batch *batch, const kr_pairs *pairs);

/** Append the pairs of one rupture: its distances number keep[k] to the sites sites[k] of the tile.
 * rrup is not needed among the columns. */
KR_MUST_CHECK kr_status kr_batch_append_row(kr_batch *batch, const kr_rupture_row *row,
                                            const kr_dist_out *dist, const uint32_t *keep,
                                            const uint32_t *sites, size_t n);

/** The distance that a column holds, or KR_DIST_COUNT. */
kr_distance kr_distance_of(kr_column column);

/** The distances that a set of columns holds: the sum of their bits. */
unsigned kr_distances_of(kr_columns columns);

#endif
