/* Until bracket.c is here. */
#include "stats/quantile.h"
size_t kr_bracket_scratch(const kr_structure *s, const kr_quantile_spec *q)
{
    (void)s;
    (void)q;
    return 0;
}
void kr_bracket_quantiles(const kr_structure *st, const kr_quantile_spec *spec, const double *rates,
                          size_t column, double *scratch, double *lower, double *upper)
{
    (void)st;
    (void)spec;
    (void)rates;
    (void)column;
    (void)scratch;
    (void)lower;
    (void)upper;
}
