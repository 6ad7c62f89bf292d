#include "model/mfd.h"

#include <math.h>

#define MAG_MAX   15.0
#define FAIL(...) return kr_fail_at(ctx, file, line, __VA_ARGS__)

static kr_status check_rates(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line)
{
    bool some = false;

    if (mfd->n == 0)
        FAIL("no occurrence rates; at least one is needed");
    for (size_t i = 0; i < mfd->n; i++) {
        if (!(mfd->rates[i] >= 0))
            FAIL("occurrence rate %g is negative; rates are 0 or more", mfd->rates[i]);
        if (mfd->mags && !(mfd->mags[i] >= 0))
            FAIL("magnitude %g is negative; magnitudes are 0 or more", mfd->mags[i]);
        some = some || mfd->rates[i] > 0;
    }
    if (!some)
        FAIL("all occurrence rates are 0; at least one must be more than 0");
    return KR_OK;
}

static kr_status check_grid(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line)
{
    if (isnan(mfd->bin_width))
        FAIL("this distribution needs the job's parameter width_of_mfd_bin, which is absent");
    if (!(mfd->bin_width > 0))
        FAIL("bin width %g; it must be more than 0", mfd->bin_width);
    if (!(mfd->min_mag >= 0))
        FAIL("minimum magnitude %g; it must be 0 or more", mfd->min_mag);
    return KR_OK;
}

static kr_status check_gr(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line)
{
    kr_status s = check_grid(ctx, mfd, file, line);
    if (s != KR_OK)
        return s;
    if (!(mfd->max_mag >= mfd->min_mag + mfd->bin_width))
        FAIL("maximum magnitude %g; it must be at least one bin (%g) above the minimum %g",
             mfd->max_mag, mfd->bin_width, mfd->min_mag);
    if (!(mfd->max_mag <= MAG_MAX))
        FAIL("maximum magnitude %g; no magnitude is above %g", mfd->max_mag, MAG_MAX);
    if (!(mfd->b > 0))
        FAIL("b value %g; it must be more than 0", mfd->b);
    if (!isfinite(mfd->a))
        FAIL("a value %g; it must be a finite number", mfd->a);
    if (!isfinite(pow(10, mfd->a - mfd->b * (mfd->min_mag - mfd->bin_width))))
        FAIL("a value %g and b value %g; rates of magnitude %g would not be finite", mfd->a, mfd->b,
             mfd->min_mag);
    if (mfd->kind == KR_MFD_TAPERED_GR && !(mfd->corner_mag >= mfd->min_mag + mfd->bin_width))
        FAIL("corner magnitude %g; it must be at least one bin (%g) above the minimum %g",
             mfd->corner_mag, mfd->bin_width, mfd->min_mag);
    return KR_OK;
}

static kr_status check_yc(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line)
{
    if (!(mfd->min_mag > 0))
        FAIL("minimum magnitude %g; it must be more than 0", mfd->min_mag);
    if (!(mfd->b > 0))
        FAIL("b value %g; it must be more than 0", mfd->b);
    if (!(mfd->char_mag > 0))
        FAIL("characteristic magnitude %g; it must be more than 0", mfd->char_mag);
    if (!(mfd->bin_width > 0 && mfd->bin_width <= 0.5))
        FAIL("bin width %g; it must be more than 0 and at most 0.5", mfd->bin_width);
    if (!(mfd->char_mag - 0.25 >= mfd->min_mag + mfd->bin_width))
        FAIL("characteristic magnitude %g; less 0.25 it must be at least one bin (%g) above the "
             "minimum %g",
             mfd->char_mag, mfd->bin_width, mfd->min_mag);
    if (!(mfd->char_rate > 0) || !isfinite(mfd->a))
        FAIL("characteristic rate %g; it must be more than 0", mfd->char_rate);
    double incremental = mfd->a + log10(mfd->b * log(10));
    double got = pow(10, incremental - mfd->b * (mfd->char_mag - 1.25));
    if (!(fabs(got - mfd->char_rate / 0.5) <= 1e-7))
        FAIL("the rate %g at the characteristic magnitude less 1.25 differs from the "
             "characteristic one %g; they must be equal within 1e-7",
             got, mfd->char_rate / 0.5);
    return KR_OK;
}

kr_status kr_mfd_check(kr_ctx *ctx, const kr_mfd *mfd, const char *file, int line)
{
    kr_status s = KR_OK;
    double lo = 0, hi = 0;

    switch (mfd->kind) {
    case KR_MFD_INCREMENTAL:
        s = check_grid(ctx, mfd, file, line);
        if (s == KR_OK)
            s = check_rates(ctx, mfd, file, line);
        break;
    case KR_MFD_ARBITRARY:
        s = check_rates(ctx, mfd, file, line);
        break;
    case KR_MFD_TRUNC_GR:
    case KR_MFD_TAPERED_GR:
        s = check_gr(ctx, mfd, file, line);
        break;
    case KR_MFD_YOUNGS_COPPERSMITH:
        s = check_yc(ctx, mfd, file, line);
        break;
    }
    if (s != KR_OK)
        return s;
    kr_mfd_range(mfd, &lo, &hi);
    if (!(hi <= MAG_MAX))
        FAIL("magnitude %g; no magnitude is above %g", hi, MAG_MAX);
    if (mfd->kind != KR_MFD_ARBITRARY && !(hi - lo <= 1e6 * mfd->bin_width))
        FAIL("more than a million magnitudes; a bin width above %g is needed", mfd->bin_width);
    return KR_OK;
}
