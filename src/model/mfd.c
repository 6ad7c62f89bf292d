#include "model/mfd.h"

#include "geo/sphere.h"

#include <math.h>

#define BINS_MAX   1000000
#define CHAR_WIDTH 0.5 /* of the characteristic box of Youngs and Coppersmith */

/* Where the bins of a functional distribution lie. */
typedef struct grid {
    double first;
    size_t n;
} grid;

static grid grid_of(double min_mag, double max_mag, double width, bool keep_point)
{
    double m0 = kr_round_half_up(min_mag / width, 0) * width;
    double m1 = kr_round_half_up(max_mag / width, 0) * width;
    if (!keep_point || m0 != m1) {
        m0 += width / 2;
        m1 -= width / 2;
    }
    double steps = kr_round_half_up((m1 - m0) / width, 0);
    /* One bin whose ends differ by rounding errors may give -1; the reference then has none, and
     * the source no rupture. That is chance, not meant: the bin is kept. */
    return (grid){m0, (size_t)fmax(fmin(steps, 2.0 * BINS_MAX), 0) + 1};
}

static double gr_rate(const kr_mfd *mfd, double mag)
{
    double lo = mag - mfd->bin_width / 2, hi = mag + mfd->bin_width / 2;
    return pow(10, mfd->a - mfd->b * lo) - pow(10, mfd->a - mfd->b * hi);
}

static double moment(double mag)
{
    return pow(10, 1.5 * mag + 9.05);
}

static double pareto(double mo, double corner, double beta)
{
    double mo4 = moment(4);
    return pow(mo4 / mo, beta) * exp((mo4 - mo) / corner);
}

static double tapered_rate(const kr_mfd *mfd, double mag)
{
    double lo = moment(mag - mfd->bin_width / 2), hi = moment(mag + mfd->bin_width / 2);
    double corner = moment(mfd->corner_mag), large = moment(9.05), beta = 2.0 / 3.0 * mfd->b;
    double taper = pareto(lo, corner, beta) - pareto(hi, corner, beta);
    return gr_rate(mfd, mag) * (taper / (pareto(lo, large, beta) - pareto(hi, large, beta)));
}

static double yc_rate(const kr_mfd *mfd, double mag)
{
    if (mag >= mfd->min_mag && mag < mfd->char_mag - CHAR_WIDTH / 2)
        return gr_rate(mfd, mag);
    return mfd->char_rate / CHAR_WIDTH * mfd->bin_width;
}

bool kr_mfd_has_bins(const kr_mfd *mfd)
{
    double m0 = kr_round_half_up(mfd->min_mag / mfd->bin_width, 0);
    double m1 = kr_round_half_up(mfd->max_mag / mfd->bin_width, 0);
    return (mfd->kind != KR_MFD_TRUNC_GR && mfd->kind != KR_MFD_TAPERED_GR) || m1 >= m0;
}

static grid mfd_grid(const kr_mfd *mfd)
{
    switch (mfd->kind) {
    case KR_MFD_TRUNC_GR:
    case KR_MFD_TAPERED_GR:
        return grid_of(mfd->min_mag, mfd->max_mag, mfd->bin_width, true);
    case KR_MFD_YOUNGS_COPPERSMITH:
        return grid_of(mfd->min_mag, mfd->char_mag + CHAR_WIDTH / 2, mfd->bin_width, false);
    case KR_MFD_INCREMENTAL:
    case KR_MFD_ARBITRARY:
        break;
    }
    return (grid){mfd->min_mag, mfd->n};
}

kr_status kr_mfd_bins(kr_ctx *ctx, const kr_mfd *mfd, kr_arena *arena, double **mags,
                      double **rates, size_t *n)
{
    kr_status s = KR_OK;
    grid g = mfd_grid(mfd);
    double mag = g.first, rate = 0, *m = NULL, *r = NULL;

    *n = 0;
    if (g.n > BINS_MAX)
        return KR_EINPUT;
    (void)ctx;
    KR_ANEW(m, arena, g.n);
    KR_ANEW(r, arena, g.n);
    for (size_t i = 0; i < g.n; i++) {
        switch (mfd->kind) {
        case KR_MFD_INCREMENTAL:
            mag = mfd->min_mag + (double)i * mfd->bin_width;
            rate = mfd->rates[i];
            break;
        case KR_MFD_ARBITRARY:
            mag = mfd->mags[i];
            rate = mfd->rates[i];
            break;
        case KR_MFD_TRUNC_GR:
            rate = gr_rate(mfd, mag);
            break;
        case KR_MFD_TAPERED_GR:
            rate = tapered_rate(mfd, mag);
            break;
        case KR_MFD_YOUNGS_COPPERSMITH:
            rate = yc_rate(mfd, mag);
            break;
        }
        if (!isfinite(rate) || !isfinite(mag))
            return KR_EINPUT;
        if (rate > 0) {
            m[*n] = mag;
            r[*n] = rate;
            ++*n;
        }
        mag += mfd->bin_width; /* the functional kinds add up, as the reference does */
    }
    *mags = m;
    *rates = r;
out:
    return s;
}

void kr_mfd_range(const kr_mfd *mfd, double *min_mag, double *max_mag)
{
    grid g = mfd_grid(mfd);
    *min_mag = g.first;
    *max_mag = g.first + mfd->bin_width * ((double)g.n - 1);
    if (mfd->kind != KR_MFD_ARBITRARY)
        return;
    *min_mag = INFINITY;
    *max_mag = -INFINITY;
    for (size_t i = 0; i < mfd->n; i++) {
        *min_mag = fmin(*min_mag, mfd->mags[i]);
        *max_mag = fmax(*max_mag, mfd->mags[i]);
    }
}

bool kr_mfd_set_moment_rate(kr_mfd *mfd, double moment_rate)
{
    double beta = mfd->b * log(10), mu = mfd->char_mag + CHAR_WIDTH / 2, c = 1.5;
    double mo_u = pow(10, c * mu + 9.05);
    double c1 = exp(-beta * (mu - mfd->min_mag - 0.5));
    double c2 = exp(-beta * (mu - mfd->min_mag - 1.5));
    double c3 = beta * c2 / (2 * (1 - c1) + beta * c2);
    double c4 =
        mfd->b * pow(10, -c / 2) / (c - mfd->b) + mfd->b * exp(beta) * (1 - pow(10, -c / 2)) / c;
    double n_min = (1 - c1) * moment_rate / ((1 - c3) * c1 * mo_u * c4);
    mfd->char_rate = c3 * n_min;
    mfd->a = log10((n_min - mfd->char_rate) /
                   (pow(10, -mfd->b * mfd->min_mag) - pow(10, -mfd->b * (mfd->char_mag - 0.25))));
    return isfinite(mfd->a) && isfinite(mfd->char_rate);
}

void kr_mfd_set_char_rate(kr_mfd *mfd, double char_rate)
{
    mfd->char_rate = char_rate;
    mfd->a =
        mfd->b * (mfd->char_mag - 1.25) + log10(char_rate / CHAR_WIDTH) - log10(mfd->b * log(10));
}

static void divide_rates(const kr_mfd *mfd, double by, double *rates)
{
    for (size_t i = 0; i < mfd->n; i++)
        rates[i] = mfd->rates[i] / by;
}

kr_status kr_mfd_divide(kr_ctx *ctx, const kr_mfd *mfd, size_t n, kr_arena *arena, kr_mfd *out)
{
    kr_status s = KR_OK;
    double *rates = NULL;

    *out = *mfd;
    switch (mfd->kind) {
    case KR_MFD_TRUNC_GR:
        out->a = mfd->a - log10((double)n);
        break;
    case KR_MFD_INCREMENTAL:
    case KR_MFD_ARBITRARY:
        KR_ANEW(rates, arena, mfd->n);
        divide_rates(mfd, (double)n, rates);
        out->rates = rates;
        break;
    case KR_MFD_YOUNGS_COPPERSMITH:
        kr_mfd_set_char_rate(out, mfd->char_rate / (double)n);
        break;
    case KR_MFD_TAPERED_GR:
        s = kr_fail(ctx, KR_EINPUT,
                    "a taperedGutenbergRichterMFD cannot be divided among the points of an area");
        break;
    }
out:
    return s;
}

void kr_mfd_hash(const kr_mfd *mfd, kr_hash128 *h)
{
    const double numbers[] = {
        (double)mfd->kind, mfd->a,           mfd->b,         mfd->min_mag,   mfd->max_mag,
        mfd->corner_mag,   mfd->char_mag,    mfd->char_rate, mfd->bin_width, (double)mfd->n,
        mfd->slip_rate_mm, mfd->rigidity_gpa};
    kr_hash_doubles(h, numbers, sizeof numbers / sizeof numbers[0]);
    if (mfd->mags)
        kr_hash_bytes(h, mfd->mags, mfd->n * sizeof *mfd->mags);
    if (mfd->rates)
        kr_hash_bytes(h, mfd->rates, mfd->n * sizeof *mfd->rates);
}
