#include "model/sites_int.h"

#include "base/str.h"
#include "geo/polygon.h"
#include "geo/sphere.h"

#include <assert.h>
#include <math.h>
#include <string.h>

/* ------------------------------------------------------------------ where the sites are */

static kr_status sites_from_points(kr_sites_reader *r, const kr_site_point *points, size_t n)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;

    sites->n = n;
    KR_ANEW(sites->lon, r->arena, n);
    KR_ANEW(sites->lat, r->arena, n);
    KR_ANEW(sites->depth, r->arena, n);
    for (size_t i = 0; i < n; i++) {
        sites->lon[i] = points[i].lon;
        sites->lat[i] = points[i].lat;
        sites->depth[i] = points[i].depth;
    }
out:
    return s;
}

static kr_status sites_from_text(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_site_point *points = NULL;
    size_t n = 0;
    const char *file = r->job->sites_line ? r->job->path : "-p sites";

    KR_TRY(
        kr_points_parse(r->ctx, &r->scratch, file, r->job->sites_line, r->job->sites, &points, &n));
    kr_points_sort(points, n);
    KR_TRY(sites_from_points(r, points, n));
out:
    return s;
}

/* A grid by (lon, lat). */
static kr_status sites_from_grid(kr_sites_reader *r, const kr_grid *grid)
{
    kr_status s = KR_OK;
    kr_site_point *points = NULL;
    size_t n = grid->n;

    if (n == 0)
        return kr_fail_at(
            r->ctx, r->job->path, r->job->region_line,
            "the grid of %g km has no site; a smaller region_grid_spacing was expected",
            r->job->region_grid_spacing_km);
    KR_ANEW(points, &r->scratch, n);
    for (size_t i = 0; i < n; i++)
        points[i] = (kr_site_point){grid->lon[i], grid->lat[i], 0, 0};
    kr_points_sort(points, n);
    KR_TRY(sites_from_points(r, points, n));
out:
    return s;
}

static kr_status sites_from_region(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->job;
    const char *file = job->region_line ? job->path : "-p region";
    kr_site_point *ring = NULL;
    double *lon = NULL, *lat = NULL;
    kr_grid grid = {0, NULL, NULL};
    size_t n = 0;

    KR_TRY(kr_points_parse(r->ctx, &r->scratch, file, job->region_line, job->region, &ring, &n));
    KR_ANEW(lon, &r->scratch, n);
    KR_ANEW(lat, &r->scratch, n);
    for (size_t i = 0; i < n; i++) {
        lon[i] = ring[i].lon;
        lat[i] = ring[i].lat;
    }
    const char *problem;
    KR_TRY(kr_polygon_check(r->ctx, lon, lat, n, &problem));
    if (problem)
        return kr_fail_at(r->ctx, file, job->region_line, "region: %s", problem);
    KR_TRY(kr_polygon_dilate_discretize(r->ctx, lon, lat, n, job->region_grid_spacing_km,
                                        &r->scratch, &grid));
    KR_TRY(sites_from_grid(r, &grid));
out:
    return s;
}

/* A grid over the assets, else over the site model. */
static kr_status sites_from_hull(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    double *lon = r->model.lon, *lat = r->model.lat;
    kr_grid grid = {0, NULL, NULL};
    size_t n = r->model.n;

    if (r->nassets) {
        n = r->nassets;
        KR_ANEW(lon, &r->scratch, n);
        KR_ANEW(lat, &r->scratch, n);
        for (size_t i = 0; i < n; i++) {
            lon[i] = r->assets[i].lon;
            lat[i] = r->assets[i].lat;
        }
    }
    if (n == 0)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "region_grid_spacing needs a region, a site model or an exposure");
    KR_TRY(kr_hull_dilate_discretize(r->ctx, lon, lat, n, r->job->region_grid_spacing_km,
                                     &r->scratch, &grid));
    KR_TRY(sites_from_grid(r, &grid));
out:
    return s;
}

static kr_status sites_from_model(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;
    const kr_site_table *model = &r->model;

    sites->n = model->n;
    KR_ANEW(sites->lon, r->arena, model->n);
    KR_ANEW(sites->lat, r->arena, model->n);
    KR_ANEW(sites->depth, r->arena, model->n);
    memcpy(sites->lon, model->lon, model->n * sizeof *sites->lon);
    memcpy(sites->lat, model->lat, model->n * sizeof *sites->lat);
    if (model->depth)
        memcpy(sites->depth, model->depth, model->n * sizeof *sites->depth);
    sites->custom_site_id = model->custom_site_id;
out:
    return s;
}

static kr_status sites_make(kr_sites_reader *r)
{
    const kr_job *job = r->job;

    if (job->sites)
        return sites_from_text(r);
    if (!isnan(job->region_grid_spacing_km))
        return job->region ? sites_from_region(r) : sites_from_hull(r);
    if (r->model.n)
        return sites_from_model(r);
    if (r->nassets)
        return sites_from_points(r, r->assets, r->nassets);
    return kr_fail_at(
        r->ctx, job->path, 0,
        "sites are missing; write sites, sites_csv, site_model_file, exposure_file, or "
        "region with region_grid_spacing");
}

/* ------------------------------------------------------------------ what is done with them */

/* Longitudes from -180 (included) to 180 (excluded), 5 decimals; no place twice. */
static kr_status sites_normalise(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;
    kr_site_point *points = NULL;

    KR_ANEW(points, &r->scratch, sites->n);
    for (size_t i = 0; i < sites->n; i++) {
        double turned = fmod(sites->lon[i] + 180, 360);
        sites->lon[i] = kr_round((turned < 0 ? turned + 360 : turned) - 180, 5);
        sites->lat[i] = kr_round(sites->lat[i], 5);
        points[i] = (kr_site_point){sites->lon[i], sites->lat[i], 0, 0};
    }
    kr_points_sort(points, sites->n);
    for (size_t i = 1; i < sites->n; i++)
        if (points[i].lon == points[i - 1].lon && points[i].lat == points[i - 1].lat)
            return kr_fail_at(r->ctx, r->job->path, 0,
                              "the site %g %g is given twice; keep one of the two", points[i].lon,
                              points[i].lat);
out:
    return s;
}

/* The geohash of a place, as the reference names the sites of tiles. */
static void sites_geohash(double lon, double lat, char out[7])
{
    static const char digits[] = "0123456789bcdefghjkmnpqrstuvwxyz";
    double west = -180, east = 180, south = -90, north = 90;
    bool even = true;

    for (int i = 0; i < 6; i++) {
        unsigned digit = 0;
        for (unsigned bit = 16; bit; bit >>= 1, even = !even) {
            double *low = even ? &west : &south, *high = even ? &east : &north;
            double middle = (*low + *high) / 2;
            bool above = (even ? lon : lat) > middle;
            digit |= above ? bit : 0;
            *(above ? low : high) = middle;
        }
        out[i] = digits[digit];
    }
    out[6] = '\0';
}

static kr_status sites_name(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;

    KR_ANEW(sites->custom_site_id, r->arena, sites->n);
    for (size_t i = 0; i < sites->n; i++) {
        char hash[7];
        sites_geohash(sites->lon[i], sites->lat[i], hash);
        KR_ASTR(sites->custom_site_id[i], r->arena, hash);
    }
out:
    return s;
}

/* Every count-th site, beginning with the number-th. */
static kr_status sites_tile(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    kr_sites *sites = r->sites;
    size_t n = 0;

    if (sites->n <= r->job->tile_count)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "tile_spec asks for %zu tiles of %zu sites; fewer tiles were expected",
                          r->job->tile_count, sites->n);
    if (!sites->custom_site_id)
        KR_TRY(sites_name(r));
    assert(sites->custom_site_id);
    for (size_t i = r->job->tile_no - 1; i < sites->n; i += r->job->tile_count, n++) {
        sites->lon[n] = sites->lon[i];
        sites->lat[n] = sites->lat[i];
        sites->depth[n] = sites->depth[i];
        sites->custom_site_id[n] = sites->custom_site_id[i];
    }
    sites->n = n;
out:
    return s;
}

/* site_count: so many of them, spread evenly over their order. */
static kr_status sites_thin(kr_sites_reader *r)
{
    kr_sites *sites = r->sites;
    size_t n = r->job->site_count;

    if (n > sites->n)
        return kr_fail_at(r->ctx, r->job->path, 0,
                          "site_count is %zu, but the job has %zu sites; give fewer", n, sites->n);
    for (size_t k = 0; k < n; k++) {
        size_t i = k * sites->n / n;
        sites->lon[k] = sites->lon[i];
        sites->lat[k] = sites->lat[i];
        sites->depth[k] = sites->depth[i];
        if (sites->custom_site_id)
            sites->custom_site_id[k] = sites->custom_site_id[i];
    }
    sites->n = n;
    return KR_OK;
}

/* ------------------------------------------------------------------ all of it */

static kr_status sites_build(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->job;

    KR_TRY(kr_site_model_read(r));
    KR_TRY(kr_exposure_read(r));
    KR_TRY(sites_make(r));
    KR_TRY(sites_normalise(r));
    if (job->tile_count)
        KR_TRY(sites_tile(r));
    if (r->nassets)
        KR_TRY(kr_exposure_associate(r));
    if (job->site_count)
        KR_TRY(sites_thin(r));
    KR_TRY(kr_sites_set_params(r));
out:
    return s;
}

kr_status kr_sites_read(kr_ctx *ctx, const kr_job *job, kr_columns required, kr_sites **out)
{
    kr_status s = KR_OK;
    kr_sites *sites = NULL;
    kr_sites_reader r = {.ctx = ctx, .job = job, .required = required};

    *out = NULL;
    kr_arena_init(&r.scratch, ctx, KR_ACCOUNT_READING);
    KR_NEW(sites, ctx, KR_ACCOUNT_SITES, 1);
    kr_arena_init(&sites->arena, ctx, KR_ACCOUNT_SITES);
    r.sites = sites;
    r.arena = &sites->arena;
    KR_TRY(sites_build(&r));
    *out = sites;
    sites = NULL;
out:
    kr_arena_clear(&r.scratch);
    kr_sites_destroy(&sites);
    return s;
}

void kr_sites_destroy(kr_sites **sites)
{
    if (!*sites)
        return;
    kr_arena_clear(&(*sites)->arena);
    kr_free(*sites);
    *sites = NULL;
}
