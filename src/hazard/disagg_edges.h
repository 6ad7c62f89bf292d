/* The bins of a disaggregation: given by the job, or made from the magnitudes of its sources, its
 * distances and its sites, as the reference makes them (docs/theory.md). */
#ifndef KR_HAZARD_DISAGG_EDGES_H
#define KR_HAZARD_DISAGG_EDGES_H

#include "hazard/disagg.h"

/* No more bins of all axes together, as in the reference. */
#define KR_DISAGG_MOST_CELLS 1e6

typedef struct kr_disagg_edges {
    kr_arena arena;
    size_t n[KR_DIMS]; /* bins of each axis */
    size_t ntrts;      /* n[KR_DIM_TRT] */
    const char **trts; /* of the sources, sorted */
    size_t *trt_of;    /* of each component of the tree */
    double *mag, *dist, *eps;
    size_t nsites;
    double *lon, *lat; /* nsites x (n + 1) */
    bool epsilon_star;
} kr_disagg_edges;

/** The bins of all sites of a job. Owned by the caller: kr_disagg_edges_destroy. KR_EINPUT: too
 * many bins; edges of longitude for several sites; no magnitude is left. */
KR_MUST_CHECK kr_status kr_disagg_edges_create(kr_ctx *ctx, const kr_job *job, const kr_tree *tree,
                                               const kr_sites *sites, kr_disagg_edges **out);
void kr_disagg_edges_destroy(kr_disagg_edges **edges);

/** Those of one site; borrowed. */
kr_disagg_bins kr_disagg_edges_at(const kr_disagg_edges *edges, size_t site);

/** Do n numbers increase, all of them finite? */
bool kr_disagg_increase(const double *x, size_t n);

/* ---- their parts, for tests ---- */

/** Multiples of `width` around magnitudes that are rounded to two decimals: a greatest one on an
 * edge has a bin of its own above it. *n bins, n + 1 edges in the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_disagg_mag_edges(double least, double greatest, double width,
                                            kr_arena *arena, double **out, size_t *n);

/** 0, width, ... up to `farthest_km` or beyond it; width NaN: one bin. */
KR_MUST_CHECK kr_status kr_disagg_dist_edges(double farthest_km, double width, kr_arena *arena,
                                             double **out, size_t *n);

/** Edges around a site as far as `farthest_km` reaches: `lat_deg` is that of the site for
 * longitudes, 0 for latitudes; `most_deg` cuts the reach. */
KR_MUST_CHECK kr_status kr_disagg_degree_edges(double centre_deg, double lat_deg,
                                               double farthest_km, double width_deg,
                                               double most_deg, kr_arena *arena, double **out,
                                               size_t *n);

/** Longitudes that go more than once over the date line, brought to 0 .. 360. */
void kr_disagg_wrap(double *lon, size_t n);

#endif
