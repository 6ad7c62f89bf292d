/* The distribution of the rate of a tree, of any number of realizations, rounded to a grid.
 *
 * The rate T of every realization is rounded down to a cell L of the grid, part by part. What that
 * takes away, T - L, is bounded for all of them (0 <= T - L <= spread), and more narrowly for all
 * but a weight of KR_GRID_TAIL on either side: it is a sum of independent remainders, and for any
 * tilt a > 0 (Chernoff)
 *     P(T - L >= r) <= E exp(a (T - L)) exp(-a r),   P(T - L <= r) <= E exp(-a (T - L)) exp(a r).
 * Cells far up that nobody asks for and ends that are very improbable are left away. */
#ifndef KR_STATS_GRID_H
#define KR_STATS_GRID_H

#include "stats/states.h"

enum { KR_GRID_TILTS = 6 };

#define KR_GRID_TAIL 1e-14
#define KR_GRID_LOST 1e-13 /* share of the weight that is left away at improbable ends */

typedef struct kr_cells {
    double *mass;      /* weight of each cell, with the structure's scale */
    size_t n;          /* cells */
    double step, base; /* cell i is the rate base + i step */
    double weight;     /* of all realizations */
    double lost;       /* weight of those that are in no cell, whatever their rate */
    double complete;   /* those that are in no cell otherwise have rates of this or more */
    double roundings;  /* relative rounding error of masses, in units of DBL_EPSILON, at most */
    double spread;     /* 0 <= T - L <= spread */
    double up[KR_GRID_TILTS], down[KR_GRID_TILTS]; /* log E exp(+-tilt (T - L)), at most */
} kr_cells;

typedef struct kr_grid kr_grid;

/** Numbers of scratch for grids of `most` cells at most. */
size_t kr_grid_scratch(const kr_structure *structure, size_t most);

/** A grid in the scratch, with the extents of all parts at a point. */
kr_grid *kr_grid_make(const kr_point *point, size_t most, double *scratch);

/** The extent of the whole tree, with the structure's scale in its weights. */
kr_extent kr_grid_extent(const kr_grid *grid);

/** The distribution on a grid with this step, of rates up to `top` at least, if it has no more
 * cells than there is room for. The masses stay until the next call. */
kr_cells kr_grid_distribute(kr_grid *grid, double step, double top);

/** The same without masses: how much rounding takes away. */
kr_cells kr_grid_measure(kr_grid *grid, double step, double top);

/** Products of weights that the last distribution took. */
double kr_grid_work(const kr_grid *grid);

/** Bounds of T - L that hold for all realizations but for the weight KR_GRID_TAIL x weight beyond
 * either of them. */
double kr_cells_least(const kr_cells *cells);
double kr_cells_most(const kr_cells *cells);

/** Parts that add up along a realization, at most: what is rounded. */
size_t kr_grid_parts(const kr_structure *structure);

#endif
