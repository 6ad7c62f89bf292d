/* The states of a part rounded down to a grid. */
#ifndef KR_STATS_ROUND_H
#define KR_STATS_ROUND_H

#include "stats/convolve.h"
#include "stats/grid.h"

/* So many states are ordered, and the grid is put where the widest gap between their remainders
 * is; of more, the smallest is put on a cell. */
enum { KR_ROUND_SMALL = 64 };

typedef struct kr_rounding {
    double step, most; /* of the grid: its cells at most */
    double top;        /* greater rates are left away */
} kr_rounding;

/* State x is base + shift x step, and a remainder of 0 .. spread. */
typedef struct kr_rounded {
    double *mass;    /* room for the taps */
    uint32_t *shift; /* room */
    kr_taps taps;    /* of the states that have a weight and are not left away */
    double base;
    double left_away; /* the least rate that is; or infinity */
    double spread;
    double up[KR_GRID_TILTS], down[KR_GRID_TILTS]; /* log E exp(+-tilt x remainder), at most */
} kr_rounded;

/** The tilts on a grid. */
static inline double kr_round_tilt(size_t k, double step)
{
    static const double times[KR_GRID_TILTS] = {1, 2, 4, 8, 12, 20};
    return times[k] / (4 * step);
}

/** Round n states, some of which have a weight; their arrays and the cells of `dense` are written
 * over. */
void kr_round_states(const kr_rounding *how, double *rate, double *weight, size_t n, double *dense,
                     kr_rounded *out);

/** What rounding takes away from many states over a range of rates, by a guess; no taps. */
void kr_round_guess(const kr_rounding *how, double range, kr_rounded *out);

#endif
