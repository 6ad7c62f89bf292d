#include "model/mfd.h"

#include <math.h>

/* The total moment rate of a truncated Gutenberg-Richter distribution, N m a year.
 * Magnitudes are those written, not the rounded ones. */
static double moment_rate(const kr_mfd *mfd)
{
    double ai = 9.05 + mfd->a + log10(mfd->b), bi = 1.5 - mfd->b;
    if (bi == 0)
        return pow(10, ai) * (mfd->max_mag - mfd->min_mag);
    return pow(10, ai) / bi * (pow(10, bi * mfd->max_mag) - pow(10, bi * mfd->min_mag));
}

/* Not a number where the powers vanish or differ by nothing: kr_mfd_check tells. */
static void set_a(kr_mfd *mfd, double rate)
{
    double bi = 1.5 - mfd->b;
    double span = mfd->max_mag - mfd->min_mag;
    if (bi == 0) {
        mfd->a = span == 0 ? NAN : log10(rate / span) - 9.05 - log10(mfd->b);
        return;
    }
    double power = pow(10, bi * mfd->max_mag) - pow(10, bi * mfd->min_mag);
    mfd->a = power == 0 ? NAN : log10(rate * bi / power) - 9.05 - log10(mfd->b);
}

bool kr_mfd_set_ab(kr_mfd *mfd, double a, double b)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    mfd->a = a;
    mfd->b = b;
    return true;
}

bool kr_mfd_set_b(kr_mfd *mfd, double b)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    mfd->b = b;
    return true;
}

bool kr_mfd_increment_b(kr_mfd *mfd, double db)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    double rate = moment_rate(mfd);
    mfd->b += db;
    set_a(mfd, rate);
    return true;
}

bool kr_mfd_set_max_mag(kr_mfd *mfd, double max_mag)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    mfd->max_mag = max_mag;
    return true;
}

bool kr_mfd_increment_max_mag(kr_mfd *mfd, double dm)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    double rate = moment_rate(mfd);
    mfd->max_mag += dm;
    set_a(mfd, rate);
    return true;
}

bool kr_mfd_increment_max_mag_no_balance(kr_mfd *mfd, double dm)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    mfd->max_mag += dm;
    return true;
}

bool kr_mfd_set_incremental(kr_mfd *mfd, double min_mag, double bin_width, const double *rates,
                            size_t n)
{
    if (mfd->kind != KR_MFD_INCREMENTAL)
        return false;
    mfd->min_mag = min_mag;
    mfd->bin_width = bin_width;
    mfd->rates = rates;
    mfd->n = n;
    return true;
}

bool kr_mfd_set_slip(kr_mfd *mfd, double slip_rate_mm, double rigidity_gpa, double area_km2,
                     double moment_constant)
{
    if (mfd->kind != KR_MFD_TRUNC_GR)
        return false;
    double moment = (slip_rate_mm * 1e-3) * (rigidity_gpa * 1e9) * (area_km2 * 1e6);
    double at_max = pow(10, 1.5 * mfd->max_mag + moment_constant);
    double t =
        exp(-mfd->b * log(10) * mfd->max_mag); /* share of the rate at 0 left above the end */
    mfd->a = log10(moment * (1.5 - mfd->b) * (1 - t) / (mfd->b * at_max * t));
    mfd->slip_rate_mm = mfd->rigidity_gpa = NAN;
    return true;
}

double kr_mfd_moment_rate(const kr_mfd *mfd)
{
    return mfd->kind == KR_MFD_TRUNC_GR ? moment_rate(mfd) : NAN;
}
