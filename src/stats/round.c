#include "stats/round.h"

#include "stats/list.h"

#include <math.h>
#include <string.h>

/* States that have a weight, to the front. Returns how many, and the sum of their weights. */
static size_t pick(double *rate, double *weight, size_t n, double *total)
{
    size_t k = 0;
    *total = 0;
    for (size_t i = 0; i < n; i++) {
        if (weight[i] == 0)
            continue;
        rate[k] = rate[i];
        weight[k++] = weight[i];
        *total += weight[i];
    }
    return k;
}

/* States are kept up to here: below the top, and in cells that the grid can have. */
static double last_kept(const kr_rounding *how, double least)
{
    return fmin(how->top, least + (how->most - 3) * how->step);
}

static void no_states(kr_rounded *out)
{
    out->taps = (kr_taps){0, out->shift, out->mass};
    out->base = out->spread = 0;
    for (size_t k = 0; k < KR_GRID_TILTS; k++)
        out->up[k] = out->down[k] = 0;
}

/* The middle of the widest gap between remainders x / step - floor(x / step), on the circle, of n
 * increasing rates above the first. */
static double widest_gap(const double *rate, size_t n, double step)
{
    double part[KR_ROUND_SMALL];
    for (size_t i = 0; i < n; i++) {
        double cells = (rate[i] - rate[0]) / step, r = cells - floor(cells);
        size_t k = i;
        for (; k > 0 && part[k - 1] > r; k--)
            part[k] = part[k - 1];
        part[k] = r;
    }
    double middle = (1 + part[n - 1]) / 2, gap = 1 - part[n - 1]; /* part[0] is 0 */
    for (size_t i = 1; i < n; i++)
        if (part[i] - part[i - 1] > gap) {
            gap = part[i] - part[i - 1];
            middle = (part[i] + part[i - 1]) / 2;
        }
    return middle;
}

/* log sum(w / total exp(+-tilt r)), r = remainder - least. The tilts are 1, 2, 4, 8, 12 and 20
 * times the first. */
static void find_tilts(const double *remainder, const double *weight, size_t n, double total,
                       double least, double step, kr_rounded *out)
{
    double up[KR_GRID_TILTS] = {0}, down[KR_GRID_TILTS] = {0};
    for (size_t i = 0; i < n; i++) {
        double e = exp(kr_round_tilt(0, step) * (remainder[i] - least));
        double e2 = e * e, e4 = e2 * e2, e8 = e4 * e4, e12 = e4 * e8;
        const double power[KR_GRID_TILTS] = {e, e2, e4, e8, e12, e8 * e12};
        for (size_t k = 0; k < KR_GRID_TILTS; k++) {
            up[k] += weight[i] * power[k];
            down[k] += weight[i] / power[k];
        }
    }
    for (size_t k = 0; k < KR_GRID_TILTS; k++) {
        out->up[k] = log(up[k] / total);
        out->down[k] = log(down[k] / total);
    }
}

/* n > 0 states in order, all of them kept. */
static void round_small(const kr_rounding *how, double *rate, double *weight, size_t n,
                        double total, kr_rounded *out)
{
    double step = how->step, least = INFINITY, most = 0;
    double origin = rate[0] + (widest_gap(rate, n, step) - 1) * step;
    double first = floor((rate[0] - origin) / step);
    size_t ntaps = 0;
    for (size_t i = 0; i < n; i++) {
        double cell = floor((rate[i] - origin) / step);
        uint32_t shift = (uint32_t)(cell - first);
        rate[i] -= origin + cell * step;
        least = fmin(least, rate[i]);
        most = fmax(most, rate[i]);
        if (ntaps > 0 && out->shift[ntaps - 1] == shift) {
            out->mass[ntaps - 1] += weight[i];
        } else {
            out->shift[ntaps] = shift;
            out->mass[ntaps++] = weight[i];
        }
    }
    out->taps = (kr_taps){ntaps, out->shift, out->mass};
    out->base = origin + first * step + least;
    out->spread = most - least;
    find_tilts(rate, weight, n, total, least, step, out);
}

/* Of remainders 0 .. spread with this mean, whatever their distribution: exp is below its chord. */
static void bound_tilts(double mean, double spread, double step, kr_rounded *out)
{
    double share = spread > 0 ? mean / spread : 0;
    for (size_t k = 0; k < KR_GRID_TILTS; k++) {
        double tilt = kr_round_tilt(k, step);
        out->up[k] = log1p(share * expm1(tilt * spread));
        out->down[k] = log1p(share * expm1(-tilt * spread));
    }
}

static void compress(const double *dense, size_t ncells, kr_rounded *out)
{
    size_t ntaps = 0;
    for (size_t i = 0; i < ncells; i++)
        if (dense[i] > 0) {
            out->shift[ntaps] = (uint32_t)i;
            out->mass[ntaps++] = dense[i];
        }
    out->taps = (kr_taps){ntaps, out->shift, out->mass};
}

/* States up to `last` are kept; some are, the least of which is `first`. */
static void round_large(const kr_rounding *how, const double *rate, const double *weight, size_t n,
                        double first, double last, double *dense, kr_rounded *out)
{
    double step = how->step, least = INFINITY, most = 0, sum = 0, kept = 0, highest = 0;
    for (size_t i = 0; i < n; i++)
        if (rate[i] <= last && rate[i] > highest)
            highest = rate[i];
    size_t ncells = (size_t)((highest - first) / step) + 2;
    memset(dense, 0, ncells * sizeof *dense);
    for (size_t i = 0; i < n; i++) {
        if (rate[i] > last)
            continue;
        size_t cell = (size_t)((rate[i] - first) / step);
        double remainder = rate[i] - (first + (double)cell * step);
        least = fmin(least, remainder);
        most = fmax(most, remainder);
        sum += weight[i] * remainder;
        kept += weight[i];
        dense[cell] += weight[i];
    }
    compress(dense, ncells, out);
    out->base = first + least;
    out->spread = most - least;
    bound_tilts(sum / kept - least, out->spread, step, out);
}

void kr_round_states(const kr_rounding *how, double *rate, double *weight, size_t n, double *dense,
                     kr_rounded *out)
{
    double total, first = INFINITY;
    n = pick(rate, weight, n, &total);
    for (size_t i = 0; i < n; i++)
        first = fmin(first, rate[i]);
    double last = last_kept(how, first);
    out->left_away = INFINITY;
    size_t nkept = 0;
    for (size_t i = 0; i < n; i++)
        if (rate[i] <= last)
            nkept++;
        else
            out->left_away = fmin(out->left_away, rate[i]);
    if (nkept == 0) {
        no_states(out);
    } else if (n <= KR_ROUND_SMALL) {
        kr_list_order(rate, weight, n);
        round_small(how, rate, weight, nkept, total, out);
    } else {
        round_large(how, rate, weight, n, first, last, dense, out);
    }
}

void kr_round_guess(const kr_rounding *how, double range, kr_rounded *out)
{
    no_states(out);
    out->left_away = INFINITY;
    out->spread = fmin(range, how->step);
    bound_tilts(out->spread / 2, out->spread, how->step, out);
}
