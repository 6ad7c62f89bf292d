#include "hazard/collapse.h"

#include "geo/sphere.h"

#include <math.h>
#include <stdbool.h>

double kr_round_half_precision(double x)
{
    int exponent;
    if (x == 0 || !isfinite(x))
        return x;
    frexp(x, &exponent);
    double unit = ldexp(1, exponent > -13 ? exponent - 11 : -24); /* subnormals below 2^-14 */
    double rounded = rint(x / unit) * unit;
    return fabs(rounded) > 65504 ? copysign(INFINITY, x) : rounded;
}

/* Columns that the reference holds as double precision: words, flags and counts are not rounded. */
static bool is_rounded(kr_column c)
{
    return !kr_column_is_word(c) && c != KR_COL_VS30MEASURED && c != KR_COL_BACKARC &&
           c != KR_COL_SOILTYPE && c != KR_COL_BAS && c != KR_COL_REGION && c != KR_COL_IN_CSHM;
}

/* Distances far away fall on 256 edges: 80 + (k d)^2 km, the last one 1000. */
static double round_far_distance(double km)
{
    enum { EDGES = 256 };
    const double step = sqrt(1000.0 - 80.0) / (EDGES - 1);
    double k = km > 80 ? ceil(sqrt(km - 80) / step) : 0;
    return k < EDGES - 1 ? 80 + step * k * step * k : 1000;
}

static double round_near(double x, kr_column c, int level)
{
    if (level == 2 && kr_column_kind_of(c) == KR_COLUMN_DISTANCE)
        return ceil(x);
    return c == KR_COL_VS30 ? rint(x) : kr_round_half_precision(x);
}

static double round_far(double x, kr_column c, int level)
{
    if (level == 2 && kr_column_kind_of(c) == KR_COLUMN_DISTANCE)
        return round_far_distance(x);
    return c == KR_COL_VS30 ? kr_round(x, 1) : rint(x);
}

static void round_column(int level, kr_column c, double *x, const double *mag, const double *rrup,
                         size_t n)
{
    for (size_t i = 0; i < n; i++) {
        double near_km = (level == 1 ? 2 : 5) * mag[i] * mag[i];
        if (level == 0)
            x[i] = kr_round_half_precision(x[i]);
        else if (level == 2 && c == KR_COL_RX)
            x[i] = rint(x[i]);
        else
            x[i] = rrup[i] < near_km ? round_near(x[i], c, level) : round_far(x[i], c, level);
    }
}

void kr_collapse(int level, kr_columns columns, double *const col[KR_COL_COUNT], size_t n)
{
    /* rrup decides what is near, so it is rounded last; magnitudes are rounded at level 0 only */
    for (int c = 0; c < KR_COL_COUNT; c++)
        if (((columns >> c) & 1) && is_rounded((kr_column)c) && c != KR_COL_RRUP && c != KR_COL_MAG)
            round_column(level, (kr_column)c, col[c], col[KR_COL_MAG], col[KR_COL_RRUP], n);
    if (KR_HAS(columns, RRUP))
        round_column(level, KR_COL_RRUP, col[KR_COL_RRUP], col[KR_COL_MAG], col[KR_COL_RRUP], n);
    if (level == 0 && KR_HAS(columns, MAG))
        for (size_t i = 0; i < n; i++)
            col[KR_COL_MAG][i] = kr_round_half_precision(col[KR_COL_MAG][i]);
}
