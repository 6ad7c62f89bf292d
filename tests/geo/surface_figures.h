/* Surfaces of the reference with sites and distances, from figures/surfaces.txt. */
#ifndef KR_TESTS_GEO_SURFACE_FIGURES_H
#define KR_TESTS_GEO_SURFACE_FIGURES_H

#include "geo/figures.h"
#include "geo/surface.h"

enum { SITES_MAX = 40, GIVEN = 8 };

static const kr_distance given[GIVEN] = {KR_DIST_RRUP, KR_DIST_RJB,     KR_DIST_RX,
                                         KR_DIST_RY0,  KR_DIST_AZIMUTH, KR_DIST_AZIMUTHCP,
                                         KR_DIST_CLON, KR_DIST_CLAT};
static const unsigned given_bits = KR_DIST_BIT(RRUP) | KR_DIST_BIT(RJB) | KR_DIST_BIT(RX) |
                                   KR_DIST_BIT(RY0) | KR_DIST_BIT(AZIMUTH) |
                                   KR_DIST_BIT(AZIMUTHCP) | KR_DIST_BIT(CLON) | KR_DIST_BIT(CLAT);

typedef struct distance_room {
    _Alignas(64) double of[KR_DIST_COUNT][SITES_MAX];
} distance_room;

static inline kr_dist_out room_out(distance_room *r)
{
    kr_dist_out out;

    for (int d = 0; d < KR_DIST_COUNT; d++)
        out.of[d] = r->of[d];
    return out;
}

/* A number, NaN where there is none. */
static inline double figure_or_nan(figures *f)
{
    double x = figure(f);

    return x == -9999 ? NAN : x;
}

static inline kr_surface_kind figure_mesh(figures *f, kr_ctx *ctx, kr_arena *arena,
                                          kr_point3 **nodes, kr_mesh *mesh)
{
    kr_surface_kind kind = (kr_surface_kind)figure_count(f);
    size_t rows = figure_count(f), cols = figure_count(f);

    *nodes = figure_points(f, rows * cols, arena);
    for (size_t k = 0; k < rows * cols; k++) {
        if ((*nodes)[k].lon == -9999)
            (*nodes)[k] = (kr_point3){NAN, NAN, NAN};
    }
    kt_ok(ctx, kr_mesh_make(ctx, *nodes, rows, cols, kind < KR_SURFACE_KITE, arena, mesh));
    return kind;
}

static inline void figure_sites(figures *f, kr_site_soa *sites)
{
    size_t n = figure_count(f);
    double x[SITES_MAX], y[SITES_MAX], z[SITES_MAX];

    assert_true(n <= sites->capacity && n <= SITES_MAX);
    for (size_t j = 0; j < n; j++) {
        kr_point3 p = figure_point(f);
        x[j] = p.lon;
        y[j] = p.lat;
        z[j] = p.depth;
    }
    kr_site_soa_fill(sites, x, y, z, n);
}

static inline kr_surface_params figure_params(figures *f)
{
    kr_surface_params p = {.strike = figure_or_nan(f)};

    p.dip = figure_or_nan(f);
    p.width = figure_or_nan(f);
    p.area = figure_or_nan(f);
    p.ztor = figure_or_nan(f);
    p.zbot = figure_or_nan(f);
    p.middle = figure_point(f);
    p.box.west = figure(f);
    p.box.south = figure(f);
    p.box.east = figure(f);
    p.box.north = figure(f);
    return p;
}

/* Distances to n sites. */
static inline void figure_distances(figures *f, size_t n, distance_room *out)
{
    for (size_t j = 0; j < n; j++) {
        for (int d = 0; d < GIVEN; d++)
            out->of[given[d]][j] = figure_or_nan(f);
    }
}

static inline void close_or_nan(double got, double expected, double rtol, double atol,
                                const char *what)
{
    if (isnan(expected) && isnan(got))
        return;
    if (!(fabs(got - expected) <= rtol * fabs(expected) + atol))
        print_error("%s: %.15g instead of %.15g\n", what, got, expected);
    kt_close(got, expected, rtol, atol);
}

static inline double turn_between(double a, double b, double turn)
{
    double d = fmod(fabs(a - b), turn);

    return fmin(d, turn - d);
}

/* The angle after which directions mean the same. Whether the mean normal of a vertical mesh leans
 * to the one or the other side, and thereby which of the two strikes it has, is decided by rounding
 * in the reference. */
static inline double turn_of(const kr_surface_params *p)
{
    return fabs(p->dip - 90) < 1e-9 ? 180 : 360;
}

static inline void same_params(const kr_surface_params *got, const kr_surface_params *expected)
{
    close_or_nan(turn_between(got->strike, expected->strike, turn_of(expected)), 0, 0, 1e-9,
                 "strike");
    close_or_nan(got->dip, expected->dip, 0, 1e-9, "dip");
    close_or_nan(got->width, expected->width, 1e-11, 0, "width");
    close_or_nan(got->area, expected->area, 1e-11, 0, "area");
    close_or_nan(got->ztor, expected->ztor, 1e-12, 0, "ztor");
    close_or_nan(got->zbot, expected->zbot, 1e-12, 0, "zbot");
    same_point3(got->middle, expected->middle, 1e-9);
    close_or_nan(got->box.west, expected->box.west, 0, 1e-12, "west");
    close_or_nan(got->box.south, expected->box.south, 0, 1e-12, "south");
    close_or_nan(got->box.east, expected->box.east, 0, 1e-12, "east");
    close_or_nan(got->box.north, expected->box.north, 0, 1e-12, "north");
}

/* The outline of a vertical fault is a few vertices of which rounding decides: the reference itself
 * moves by metres when its input does by 1e-16. */
static inline double outline_km(const kr_surface_params *p)
{
    return turn_of(p) < 360 ? 0.006 : 0;
}

/* Distances of n sites; azimuths as far as the site from where they are measured makes sense. */
static inline void same_distances(const distance_room *got, const distance_room *expected, size_t n,
                                  const kr_surface_params *p)
{
    static const char *const name[] = {"rrup",    "rjb",       "rx",   "ry0",
                                       "azimuth", "azimuthcp", "clon", "clat"};

    for (size_t j = 0; j < n; j++) {
        for (int d = 0; d < GIVEN; d++) {
            double a = got->of[given[d]][j], b = expected->of[given[d]][j];
            if (given[d] == KR_DIST_AZIMUTH || given[d] == KR_DIST_AZIMUTHCP)
                close_or_nan(turn_between(a, b, given[d] == KR_DIST_AZIMUTH ? turn_of(p) : 360), 0,
                             0, 1e-7, name[d]);
            else
                close_or_nan(a, b, 1e-11, 1e-9 + (given[d] == KR_DIST_RJB ? outline_km(p) : 0),
                             name[d]);
        }
    }
}

#endif
