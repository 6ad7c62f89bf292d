/* Brackets of quantiles with the sizes of the grids; for kr_bracket_* and tests. */
#ifndef KR_STATS_BRACKET_H
#define KR_STATS_BRACKET_H

#include "stats/grid.h"
#include "stats/quantile.h"

typedef struct kr_bracket_limits {
    size_t cells; /* of a grid, at most; 64 at least */
    double work;  /* products of weights for one grid, about */
} kr_bracket_limits;

/** As kr_bracket_quantiles uses them. */
kr_bracket_limits kr_bracket_limits_of(const kr_structure *structure, const kr_quantile_spec *spec);

size_t kr_bracket_scratch_within(const kr_structure *structure, const kr_quantile_spec *spec,
                                 const kr_bracket_limits *limits);
void kr_bracket_quantiles_within(const kr_point *point, const kr_quantile_spec *spec,
                                 const kr_bracket_limits *limits, double *scratch, double *lower,
                                 double *upper);

#endif
