#include "run/gmm_plane.h"

#include "model/sites.h"

#include <math.h>

static const double to_radians = 0.017453292519943295;

/* Where the hypocentre is, as a share of the width from the top. */
static const double hypo_share = 0.6;

/* What given depths may differ from the plane, km. */
static const double slack = 0.001;

typedef struct plane {
    double sin_dip, cos_dip;
    double width, ztor;
    double down, across; /* of the whole width, km */
    double epicentre;    /* rx of it */
} plane;

static bool has(kr_columns known, kr_column c)
{
    return known >> c & 1u;
}

static void set(double *x, kr_columns *known, kr_column c, double value)
{
    if (has(*known, c))
        return;
    x[c] = value;
    *known |= (kr_columns)1 << c;
}

static bool is_reverse(double rake)
{
    return rake >= 30.0 && rake <= 150.0;
}

static bool is_normal(double rake)
{
    return rake >= -150.0 && rake <= -30.0;
}

/* ---- the rupture ---- */

/* Wells and Coppersmith (1994), table 2A. */
static double usual_width(double mag, double rake)
{
    if (is_reverse(rake))
        return pow(10.0, -1.61 + 0.41 * mag);
    if (is_normal(rake))
        return pow(10.0, -1.14 + 0.35 * mag);
    return pow(10.0, -0.76 + 0.27 * mag);
}

/* Kaklamanos et al. (2011), equations for strike slip and other slip. */
static double usual_hypo_depth(double mag, double rake)
{
    return is_reverse(rake) || is_normal(rake) ? 11.24 - 0.2 * mag : 5.63 + 0.68 * mag;
}

static void fill_width(double *x, const plane *p, kr_columns *known)
{
    double width = usual_width(x[KR_COL_MAG], x[KR_COL_RAKE]);
    if (has(*known, KR_COL_ZBOT)) {
        double ztor = has(*known, KR_COL_ZTOR) ? x[KR_COL_ZTOR] : 0.0;
        double most = (x[KR_COL_ZBOT] - ztor) / p->sin_dip;
        width = has(*known, KR_COL_ZTOR) ? most : fmin(width, most);
    }
    set(x, known, KR_COL_WIDTH, width);
}

static void fill_depths(double *x, double nearest, const plane *p, kr_columns *known)
{
    const double above = has(*known, KR_COL_RHYPO) ? nearest : INFINITY;
    double hypo = fmin(usual_hypo_depth(x[KR_COL_MAG], x[KR_COL_RAKE]), above);
    if (has(*known, KR_COL_HYPO_DEPTH))
        hypo = x[KR_COL_HYPO_DEPTH];
    double ztor = fmax(hypo - hypo_share * p->down, 0.0);
    if (has(*known, KR_COL_ZBOT))
        ztor = x[KR_COL_ZBOT] - p->down;
    else if (has(*known, KR_COL_RRUP))
        ztor = fmin(ztor, nearest);
    set(x, known, KR_COL_ZTOR, ztor);
    set(x, known, KR_COL_ZBOT, x[KR_COL_ZTOR] + p->down);
    set(x, known, KR_COL_HYPO_DEPTH, fmin(x[KR_COL_ZTOR] + hypo_share * p->down, above));
}

static kr_status check_depths(kr_ctx *ctx, const double *x, const plane *p)
{
    double ztor = x[KR_COL_ZTOR], zbot = x[KR_COL_ZBOT], hypo = x[KR_COL_HYPO_DEPTH];
    if (!(p->width > 0.0) || ztor < 0.0 || fabs(ztor + p->down - zbot) > slack)
        return kr_fail(ctx, KR_EUSAGE,
                       "--scenario: no plane has ztor=%.6g, width=%.6g, dip=%.6g and zbot=%.6g",
                       ztor, p->width, x[KR_COL_DIP], zbot);
    if (hypo < ztor - slack || hypo > zbot + slack)
        return kr_fail(
            ctx, KR_EUSAGE,
            "--scenario: hypo_depth=%.6g is not on the rupture, which is %.6g to %.6g km "
            "deep",
            hypo, ztor, zbot);
    return KR_OK;
}

static kr_status fill_rupture(kr_ctx *ctx, double *x, double nearest, plane *p, kr_columns *known)
{
    set(x, known, KR_COL_RAKE, 0.0);
    double rake = x[KR_COL_RAKE];
    set(x, known, KR_COL_DIP, is_reverse(rake) ? 40.0 : is_normal(rake) ? 50.0 : 90.0);
    p->sin_dip = sin(x[KR_COL_DIP] * to_radians);
    p->cos_dip = x[KR_COL_DIP] == 90.0 ? 0.0 : cos(x[KR_COL_DIP] * to_radians);
    fill_width(x, p, known);
    p->width = x[KR_COL_WIDTH];
    p->down = p->width * p->sin_dip;
    p->across = p->width * p->cos_dip;
    fill_depths(x, nearest, p, known);
    p->ztor = x[KR_COL_ZTOR];
    p->epicentre = (x[KR_COL_HYPO_DEPTH] - p->ztor) * p->cos_dip / p->sin_dip;
    set(x, known, KR_COL_STRIKE, 0.0);
    set(x, known, KR_COL_IN_CSHM, 0.0);
    return check_depths(ctx, x, p);
}

/* ---- distances ---- */

static double rrup_at(const plane *p, double rx)
{
    double foot = rx * p->cos_dip - p->ztor * p->sin_dip; /* of the site, down the plane */
    foot = fmin(fmax(foot, 0.0), p->width);
    return hypot(rx - foot * p->cos_dip, p->ztor + foot * p->sin_dip);
}

/* The rx on the hanging-wall side: rrup grows with it from ztor. The nearest point of the plane is
 * on its upper edge, inside, or on its lower edge. */
static double rx_of_rrup(const plane *p, double rrup)
{
    double edge = sqrt(rrup * rrup - p->ztor * p->ztor);
    if (edge * p->cos_dip <= p->ztor * p->sin_dip)
        return edge;
    double inside = (rrup - p->ztor * p->cos_dip) / p->sin_dip, zbot = p->ztor + p->down;
    if (inside * p->cos_dip - p->ztor * p->sin_dip <= p->width)
        return inside;
    return p->across + sqrt(fmax(rrup * rrup - zbot * zbot, 0.0));
}

static kr_status fail_near(kr_ctx *ctx, const char *name, double value, const char *depth, double z)
{
    return kr_fail(ctx, KR_EUSAGE,
                   "--scenario: %s=%.6g is nearer than the rupture lets: %s is %.6g km; give a "
                   "smaller one",
                   name, value, depth, z);
}

static kr_status find_rx(kr_ctx *ctx, const double *x, const plane *p, kr_columns known, double *rx)
{
    double hypo = x[KR_COL_HYPO_DEPTH], rhypo = x[KR_COL_RHYPO], rrup = x[KR_COL_RRUP];
    if (has(known, KR_COL_RRUP) && rrup < p->ztor)
        return fail_near(ctx, "rrup", rrup, "ztor", p->ztor);
    if (has(known, KR_COL_RHYPO) && rhypo < hypo)
        return fail_near(ctx, "rhypo", rhypo, "hypo_depth", hypo);
    if (has(known, KR_COL_RX))
        *rx = x[KR_COL_RX];
    else if (has(known, KR_COL_RRUP))
        *rx = rx_of_rrup(p, rrup);
    else if (has(known, KR_COL_RJB))
        *rx = p->across + x[KR_COL_RJB];
    else if (has(known, KR_COL_REPI))
        *rx = p->epicentre + x[KR_COL_REPI];
    else
        *rx = p->epicentre + sqrt(rhypo * rhypo - hypo * hypo);
    return KR_OK;
}

static kr_status fill_distances(kr_ctx *ctx, double *x, const plane *p, kr_columns *known)
{
    double rx = 0.0;
    kr_status s = find_rx(ctx, x, p, *known, &rx);
    if (s != KR_OK)
        return s;
    set(x, known, KR_COL_RX, rx);
    set(x, known, KR_COL_RJB, rx < 0.0 ? -rx : fmax(rx - p->across, 0.0));
    set(x, known, KR_COL_RRUP, rrup_at(p, rx));
    set(x, known, KR_COL_REPI, fabs(rx - p->epicentre));
    set(x, known, KR_COL_RHYPO, hypot(x[KR_COL_REPI], x[KR_COL_HYPO_DEPTH]));
    set(x, known, KR_COL_RY0, 0.0);
    set(x, known, KR_COL_AZIMUTH, rx < p->epicentre ? 270.0 : 90.0);
    set(x, known, KR_COL_RVOLC, 0.0);
    set(x, known, KR_COL_RCDPP, 0.0);
    return KR_OK;
}

/* ---- the site ---- */

static void fill_site(double *x, kr_columns *known)
{
    set(x, known, KR_COL_VS30, 760.0);
    set(x, known, KR_COL_VS30MEASURED, 0.0);
    set(x, known, KR_COL_Z1PT0, kr_site_z1pt0(x[KR_COL_VS30]));
    set(x, known, KR_COL_Z2PT5, kr_site_z2pt5(x[KR_COL_VS30]));
    set(x, known, KR_COL_BACKARC, 0.0);
    set(x, known, KR_COL_DEPTH, 0.0);
}

kr_status kr_plane_fill(kr_ctx *ctx, double x[KR_COL_COUNT], double nearest, kr_columns *known)
{
    plane p = {0};
    kr_status s = fill_rupture(ctx, x, nearest, &p, known);
    if (s == KR_OK)
        s = fill_distances(ctx, x, &p, known);
    if (s == KR_OK)
        fill_site(x, known);
    return s;
}
