/* Medians, ratios of pairs, power laws. */
#include "run/scaling.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static int by_size(const void *pa, const void *pb)
{
    double a = *(const double *)pa, b = *(const double *)pb;
    return (a > b) - (a < b);
}

double kr_median(double *x, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(x, n, sizeof *x, by_size);
    return n % 2 ? x[n / 2] : (x[n / 2 - 1] + x[n / 2]) / 2;
}

/* Of the number at an offset of each run. */
static double median_of_runs(const kr_setting *setting, size_t offset)
{
    double x[KR_SCALING_PAIRS_MAX];
    size_t n = 0;
    for (size_t i = 0; i < setting->nruns && i < KR_SCALING_PAIRS_MAX; i++) {
        memcpy(&x[n], (const char *)&setting->runs[i] + offset, sizeof x[n]);
        n += isnan(x[n]) ? 0 : 1;
    }
    return kr_median(x, n);
}

double kr_setting_figure(const kr_setting *setting, kr_figure figure)
{
    return median_of_runs(setting, offsetof(kr_run_figures, x) + figure * sizeof(double));
}

double kr_setting_phase(const kr_setting *setting, size_t phase, bool wall)
{
    size_t first = wall ? offsetof(kr_run_figures, wall) : offsetof(kr_run_figures, cpu);
    return median_of_runs(setting, first + phase * sizeof(double));
}

/* ------------------------------------------------------------------ pairs */

/* P(X <= k) of a fair coin tossed n times. */
static double fair_coin(size_t k, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i <= k; i++)
        sum += exp(lgamma((double)n + 1) - lgamma((double)i + 1) - lgamma((double)(n - i) + 1) -
                   (double)n * M_LN2);
    return sum < 1 ? sum : 1;
}

/* The interval between the k-th from both ends holds the median with 1 - 2 P(X <= k - 1), whatever
 * the distribution of the ratios. */
static void find_interval(const double *sorted, kr_ratios *r)
{
    size_t k = 1;
    while (2 * (k + 1) <= r->n && 1 - 2 * fair_coin(k, r->n) >= 0.95)
        k++;
    r->low = sorted[k - 1];
    r->high = sorted[r->n - k];
    r->level = 1 - 2 * fair_coin(k - 1, r->n);
}

kr_ratios kr_ratios_of(double *ratio, size_t n)
{
    kr_ratios r = {.n = n};
    size_t more = 0, less = 0;
    r.median = kr_median(ratio, n); /* in order from here on */
    r.least = ratio[0];
    r.most = ratio[n - 1];
    for (size_t i = 0; i < n; i++) {
        more += ratio[i] > 1;
        less += ratio[i] < 1;
    }
    size_t fewer = more < less ? more : less;
    r.p = more + less ? fmin(1, 2 * fair_coin(fewer, more + less)) : 1;
    find_interval(ratio, &r);
    return r;
}

/* ------------------------------------------------------------------ powers */

kr_power kr_power_of(const double *x, const double *y, size_t n)
{
    kr_power p = {0};
    double mx = 0, my = 0, xx = 0, xy = 0, last[2][2] = {{0}};
    for (size_t i = 0; i < n; i++) {
        if (!(x[i] > 0 && y[i] > 0))
            continue;
        double lx = log(x[i]), ly = log(y[i]), dx = lx - mx, dy = ly - my;
        p.n++;
        mx += dx / (double)p.n; /* sums about the means, as they grow */
        my += dy / (double)p.n;
        xx += dx * (lx - mx);
        xy += dx * (ly - my);
        for (int k = 0; k < 2; k++)
            last[0][k] = last[1][k];
        last[1][0] = lx;
        last[1][1] = ly;
    }
    if (p.n < 3 || !(xx > 0))
        return (kr_power){0};
    p.exponent = xy / xx;
    p.last = (last[1][1] - last[0][1]) / (last[1][0] - last[0][0]);
    return p;
}
