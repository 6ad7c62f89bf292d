/* Sites from the places of assets. Only places are read of an exposure. */
#include "model/sites_int.h"

#include "base/file.h"
#include "base/str.h"
#include "geo/sphere.h"
#include "input/csv.h"
#include "input/xml.h"

#include <math.h>
#include <string.h>

typedef struct asset_list {
    kr_site_point *points;
    size_t n, capacity;
} asset_list;

static kr_status assets_add(kr_sites_reader *r, asset_list *list, const char *file,
                            kr_site_point point)
{
    kr_status s = KR_OK;

    KR_TRY(kr_point_check(r->ctx, file, &point));
    KR_GROW(list->points, list->capacity, list->n + 1, r->ctx, KR_ACCOUNT_SITES);
    list->points[list->n++] = point;
out:
    return s;
}

/* ------------------------------------------------------------------ inline assets */

static kr_status assets_from_nodes(kr_sites_reader *r, const kr_node *first, asset_list *list)
{
    kr_status s = KR_OK;

    for (const kr_node *asset = first; asset; asset = kr_node_next(asset)) {
        kr_node *location = NULL;
        kr_site_point point = {.line = asset->line};
        KR_TRY(kr_node_need(r->ctx, asset, "location", &location));
        KR_TRY(kr_node_attr_double(r->ctx, location, "lon", &point.lon));
        KR_TRY(kr_node_attr_double(r->ctx, location, "lat", &point.lat));
        KR_TRY(assets_add(r, list, asset->file, point));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ assets in CSV files */

/* The name of a column: <exposureFields> may rename it. */
static const char *assets_column(const kr_node *exposure, const char *name)
{
    const kr_node *fields = kr_node_child(exposure, "exposureFields");

    for (const kr_node *f = fields ? fields->first : NULL; f; f = f->next) {
        const char *oq = kr_node_attr(f, "oq"), *input = kr_node_attr(f, "input");
        if (oq && input && kr_str_eq(oq, name))
            return input;
    }
    return name;
}

/* Degrees in single precision, rounded in single precision, as the reference keeps them. */
static double assets_round(double x)
{
    float scaled = (float)x * 100000.0f;

    return (double)(rintf(scaled) / 100000.0f);
}

static kr_status assets_from_csv(kr_sites_reader *r, const kr_node *exposure, const char *path,
                                 asset_list *list)
{
    kr_status s = KR_OK;
    kr_csv csv;
    const char *name[2] = {assets_column(exposure, "lon"), assets_column(exposure, "lat")};
    int column[2];

    if (!kr_file_exists(path))
        return kr_fail_at(r->ctx, exposure->file, exposure->line, "<assets>: no such file '%.200s'",
                          path);
    KR_TRY(kr_csv_read(r->ctx, path, true, &r->scratch, &csv));
    for (int k = 0; k < 2; k++) {
        column[k] = kr_csv_column(&csv, name[k]);
        if (column[k] < 0)
            return kr_fail_at(r->ctx, path, 0, "column '%s' is missing", name[k]);
    }
    if (csv.nrows == 0)
        return kr_fail_at(r->ctx, path, 0, "the file has no assets; at least one was expected");
    for (size_t i = 0; i < csv.nrows; i++) {
        kr_site_point point = {.line = csv.lines[i]};
        KR_TRY(kr_csv_double(r->ctx, &csv, i, (size_t)column[0], &point.lon));
        KR_TRY(kr_csv_double(r->ctx, &csv, i, (size_t)column[1], &point.lat));
        point.lon = assets_round(point.lon);
        point.lat = assets_round(point.lat);
        KR_TRY(assets_add(r, list, path, point));
        /* The check rounds again, in double precision; the reference does so at the end only. */
        list->points[list->n - 1].lon = point.lon;
        list->points[list->n - 1].lat = point.lat;
    }
out:
    return s;
}

static kr_status assets_from_file(kr_sites_reader *r, const char *path, asset_list *list)
{
    kr_status s = KR_OK;
    kr_node *root = NULL, *exposure = NULL, *assets = NULL;
    char **words = NULL, *dir = NULL;
    size_t n = 0;

    KR_TRY(kr_xml_load(r->ctx, path, &r->scratch, &root));
    KR_TRY(kr_node_need(r->ctx, root, "exposureModel", &exposure));
    KR_TRY(kr_node_need(r->ctx, exposure, "assets", &assets));
    const kr_node *first = kr_node_child(assets, "asset");
    if (first)
        return assets_from_nodes(r, first, list);
    KR_TRY(kr_split_words(&r->scratch, assets->text, false, &words, &n));
    if (n == 0)
        return kr_fail_at(r->ctx, path, assets->line,
                          "<assets> is empty; assets or the names of CSV files were expected");
    dir = kr_path_dir(&r->scratch, path);
    if (!dir)
        return KR_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        const char *file = kr_path_join(&r->scratch, kr_str_eq(dir, ".") ? "" : dir, words[i]);
        if (!file)
            return KR_ENOMEM;
        KR_TRY(assets_from_csv(r, exposure, file, list));
    }
out:
    return s;
}

/* ------------------------------------------------------------------ distinct places */

kr_status kr_exposure_read(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    asset_list list = {0};

    for (size_t i = 0; i < r->job->exposure_files.n; i++)
        KR_TRY(assets_from_file(r, r->job->exposure_files.name[i], &list));
    kr_points_sort(list.points, list.n);
    KR_ANEW(r->assets, r->arena, list.n);
    for (size_t i = 0; i < list.n; i++) {
        const kr_site_point *p = &list.points[i];
        kr_site_point *last = r->nassets ? &r->assets[r->nassets - 1] : NULL;
        if (last && last->lon == p->lon && last->lat == p->lat) {
            last->line++; /* from here on the number of assets */
            continue;
        }
        r->assets[r->nassets++] = (kr_site_point){p->lon, p->lat, 0, 1};
    }
out:
    kr_free(list.points);
    kr_arena_reset(&r->scratch);
    return s;
}

/* ------------------------------------------------------------------ sites near assets */

/* Strictly inside the ring, in the plane of longitude and latitude. */
static bool assets_inside(const kr_site_point *ring, size_t n, const kr_site_point *p)
{
    bool inside = false;

    for (size_t i = 0, k = n - 1; i < n; k = i++) {
        const kr_site_point *a = &ring[i], *b = &ring[k];
        if ((a->lat > p->lat) != (b->lat > p->lat) &&
            p->lon < (b->lon - a->lon) * (p->lat - a->lat) / (b->lat - a->lat) + a->lon)
            inside = !inside;
    }
    return inside;
}

static void assets_keep_sites(kr_sites *sites, const bool *keep)
{
    size_t n = 0;

    for (size_t i = 0; i < sites->n; i++) {
        if (!keep[i])
            continue;
        sites->lon[n] = sites->lon[i];
        sites->lat[n] = sites->lat[i];
        sites->depth[n] = sites->depth[i];
        if (sites->custom_site_id)
            sites->custom_site_id[n] = sites->custom_site_id[i];
        n++;
    }
    sites->n = n;
}

kr_status kr_exposure_associate(kr_sites_reader *r)
{
    kr_status s = KR_OK;
    const kr_job *job = r->job;
    kr_sites *sites = r->sites;
    kr_nearest_tree tree = {0};
    kr_site_point *ring = NULL;
    bool *keep = NULL;
    size_t nring = 0, left = 0, discarded = 0;
    double reach = isnan(job->region_grid_spacing_km) ? job->asset_hazard_distance_km
                                                      : 1.414 * job->region_grid_spacing_km;

    if (job->region)
        KR_TRY(kr_points_parse(r->ctx, &r->scratch, job->path, job->region_line, job->region, &ring,
                               &nring));
    KR_TRY(kr_nearest_build(&r->scratch, sites->lon, sites->lat, sites->depth, sites->n, &tree));
    KR_ANEW(keep, &r->scratch, sites->n);
    for (size_t i = 0; i < r->nassets; i++) {
        double chord = 0;
        if (nring && !assets_inside(ring, nring, &r->assets[i]))
            continue;
        size_t k = kr_nearest_find(&tree, r->assets[i].lon, r->assets[i].lat, &chord);
        if (chord <= reach) {
            left += !keep[k];
            keep[k] = true;
        } else {
            discarded += (size_t)r->assets[i].line;
        }
    }
    if (left == 0)
        return kr_fail_at(r->ctx, job->path, 0, "no asset is within %g km of a site", reach);
    if (discarded && !job->discard_assets)
        return kr_fail_at(r->ctx, job->path, 0,
                          "%zu assets are farther than %g km from every site; write "
                          "asset_hazard_distance with more km, or discard_assets = true",
                          discarded, reach);
    if (left < sites->n)
        kr_info(r->ctx, "%zu of %zu sites are near assets; the others are left out", left,
                sites->n);
    assets_keep_sites(sites, keep);
out:
    return s;
}
