/* A tree as a mixture of pairs of halves. */
#ifndef KR_STATS_HALVES_H
#define KR_STATS_HALVES_H

#include "stats/half.h"
#include "stats/quantile.h"

/* Halves with more combinations are divided by the mix that is their largest part. */
#define KR_HALVES_MIX_FROM 65536.0

/* A choice with a state that it is fixed in. */
typedef struct kr_fixed {
    const struct kr_fixed *before; /* NULL: the first */
    uint32_t choice, state;
} kr_fixed;

typedef struct kr_halves {
    const kr_fixed *fixed;
    const uint32_t *x_parts, *y_parts;
    size_t nx, ny; /* parts */
    kr_half x, y;  /* listed by the caller */
} kr_halves;

typedef struct kr_halves_plan {
    size_t n, cap;
    kr_halves *pairs; /* owned */
    double entries;   /* combinations of all halves */
} kr_halves_plan;

/** Which parts each half has, and which mixes are taken apart for it. What the pairs point to is in
 * the arena. KR_EINPUT if there would be more than KR_LISTS_MAX combinations; KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_halves_plan_make(kr_ctx *ctx, kr_arena *arena,
                                            const kr_structure *structure, double mix_from,
                                            kr_halves_plan *out);

/** Frees the halves that are listed, too. */
void kr_halves_plan_clear(kr_halves_plan *plan);

/** kr_shares_quantile_derivative with any other number for KR_HALVES_MIX_FROM. */
KR_MUST_CHECK kr_status kr_halves_quantile_derivative(kr_ctx *ctx, const kr_structure *structure,
                                                      const kr_quantile_spec *spec,
                                                      const double *rates, size_t column,
                                                      double mix_from, double *value, double *out);

#endif
