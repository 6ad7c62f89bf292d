/* Hazard maps as points with the columns of their tables, for geographic information systems. */
#include "output/export_int.h"

#include "base/str.h"

#include <stdio.h>
#include <string.h>

enum { OWN_PROPERTIES = 3 }; /* number, id and depth of the site */

/* The maps of one statistic or realization. */
typedef struct features {
    kr_exporter *e;
    const char *name, *kind; /* "hazard_map-mean"; "mean" */
    float *maps;
    size_t ncolumns, *order;
    const char **columns;
    kr_property *properties;
} features;

static kr_status read_features(kr_exporter *e, const kr_export_kind *k, features *out)
{
    kr_status s = KR_OK;
    size_t size = e->spec->job->nimts * e->spec->job->poes.n;
    bool quantile = kr_str_starts(k->name, "quantile-");
    *out = (features){.e = e, .kind = k->name};
    out->name = quantile ? kr_arena_printf(&e->arena, "quantile_map-%s", k->name + 9)
                         : kr_arena_printf(&e->arena, "hazard_map-%s", k->name);
    KR_TRY(out->name ? KR_OK : KR_ENOMEM);
    KR_ANEW(out->order, &e->arena, size);
    KR_ANEW(out->columns, &e->arena, size);
    KR_ANEW(out->properties, &e->arena, size + OWN_PROPERTIES);
    KR_TRY(kr_export_read_maps(e, k, &out->maps));
    out->ncolumns = kr_export_map_columns(e, false, out->order, out->columns);
    for (size_t c = 0; c < out->ncolumns; c++)
        if (!out->columns[c])
            s = KR_ENOMEM;
out:
    return s;
}

/* What is told of a site; returns how many. */
static size_t tell_site(const features *f, size_t site)
{
    const kr_exporter *e = f->e;
    const kr_sites *sites = e->spec->sites;
    size_t size = e->spec->job->nimts * e->spec->job->poes.n, n = 0;
    f->properties[n++] = (kr_property){.name = "site", .number = (double)site};
    if (sites->custom_site_id)
        f->properties[n++] =
            (kr_property){.name = "custom_site_id", .text = sites->custom_site_id[site]};
    if (e->depths)
        f->properties[n++] = (kr_property){.name = "depth", .number = sites->depth[site]};
    for (size_t c = 0; c < f->ncolumns; c++)
        f->properties[n++] = (kr_property){.name = f->columns[c],
                                           .number = (double)f->maps[site * size + f->order[c]]};
    return n;
}

/* All sites into a GeoJSON file, or where that is NULL into a layer of the package. */
static kr_status write_sites(const features *f, kr_geojson *json, size_t layer)
{
    kr_status s = KR_OK;
    const kr_exporter *e = f->e;
    for (size_t row = 0; row < e->nsites; row++) {
        size_t i = e->sites[row];
        const kr_point3 place = {e->spec->sites->lon[i], e->spec->sites->lat[i], 0};
        const kr_line part = {1, &place};
        const kr_feature feature = {.kind = KR_FEATURE_POINTS,
                                    .nparts = 1,
                                    .parts = &part,
                                    .nproperties = tell_site(f, i),
                                    .properties = f->properties};
        KR_TRY(json ? kr_geojson_add(json, &feature)
                    : kr_geopackage_add(e->package, layer, &feature));
        if (kr_interrupted(e->ctx)) {
            s = kr_fail(e->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
    }
out:
    return s;
}

/* What the values are: levels, in the unit of their measure, where a curve falls to a number. Of a
 * standard deviation or a coefficient of variation that is no probability. NULL: KR_ENOMEM. */
static const char *describe(const features *f)
{
    kr_arena *arena = &f->e->arena;
    const kr_job *job = f->e->spec->job;
    const char *of =
        kr_str_eq(f->kind, "std")   ? "at which the standard deviation of the probability is"
        : kr_str_eq(f->kind, "cov") ? "at which the coefficient of variation of the probability is"
                                    : "that are exceeded with the probability that is";
    char years[32];
    const char *text = kr_arena_printf(
        arena,
        "levels of each measure %s the number after its name; probabilities are for %s years;", of,
        kr_repr_double(job->investigation_time, years));
    bool more = false;
    for (size_t m = 0; m < job->nimts && text; m++) {
        if (!kr_export_wants(f->e, m))
            continue;
        const char *unit = kr_imt_unit(&job->imts[m]);
        text =
            kr_arena_printf(arena, "%s%s %s in %s", text, more ? "," : " units:", job->imts[m].name,
                            unit[0] ? unit : "its own unit");
        more = true;
    }
    return text;
}

kr_status kr_export_geojson(kr_exporter *e, const char *name, const char *about, kr_export_put *put,
                            void *user)
{
    kr_status s = KR_OK;
    kr_geojson json = {0};
    KR_TRY(name && about ? KR_OK : KR_ENOMEM);
    KR_TRY(e->choice->stream ? kr_geojson_begin_stream(e->ctx, e->choice->stream, about, &json)
                             : kr_geojson_begin(e->ctx, e->choice->dir, name, about, &json));
    json.outfile.stays = true; /* all files of an export get their names together */
    s = json.path ? kr_export_may_write(e, json.path) : KR_OK;
    if (s == KR_OK)
        s = put(user, &json);
    if (s == KR_OK)
        s = kr_geojson_end(&json);
    bool any = json.nfeatures > 0;
    if (s == KR_OK && json.path && any)
        s = kr_export_written(e, json.path);
    s = kr_geojson_finish(&json, s);
    e->ntables += s == KR_OK && any;
out:
    return s;
}

static kr_status put_map(void *user, kr_geojson *json)
{
    return write_sites(user, json, 0);
}

static kr_status write_geojson(features *f)
{
    kr_arena *arena = &f->e->arena;
    return kr_export_geojson(f->e, kr_arena_printf(arena, "%s.geojson", f->name), describe(f),
                             put_map, f);
}

static kr_status write_layer(const features *f, const kr_export_kind *k, size_t layer)
{
    kr_status s = KR_OK;
    kr_exporter *e = f->e;
    char repr[32];
    const char *about = describe(f);
    KR_TRY(about ? KR_OK : KR_ENOMEM);
    const char *more =
        kr_arena_printf(&e->arena, ", kind='%s', investigation_time=%s, values='%s'", k->label,
                        kr_repr_double(e->spec->job->investigation_time, repr), about);
    const char *comment = kr_export_comment(e, more);
    KR_TRY(comment ? KR_OK : KR_ENOMEM);
    KR_TRY(kr_geopackage_layer(e->package, f->name, comment));
    KR_TRY(write_sites(f, NULL, layer));
out:
    return s;
}

kr_status kr_export_features(kr_exporter *e, const kr_export_kind *k)
{
    kr_status s = KR_OK;
    features f;
    KR_TRY(read_features(e, k, &f));
    if (e->choice->what & KR_EXPORT_GEOJSON)
        KR_TRY(write_geojson(&f));
    if (e->package)
        KR_TRY(write_layer(&f, k, e->nlayers++));
out:
    kr_arena_reset(&e->arena);
    return s;
}

kr_status kr_export_begin_package(kr_exporter *e)
{
    kr_status s = KR_OK;
    KR_TRY(kr_geopackage_begin(e->ctx, e->choice->dir, "hazard_maps.gpkg", e->spec->start_date,
                               &e->package));
    KR_TRY(kr_export_may_write(e, kr_geopackage_path(e->package)));
out:
    return s;
}

kr_status kr_export_end_package(kr_exporter *e, kr_status status)
{
    kr_status s = status;
    if (!e->package)
        return s;
    if (s == KR_OK)
        s = kr_geopackage_end(e->package);
    if (s == KR_OK)
        s = kr_export_written(e, kr_geopackage_path(e->package));
    s = kr_geopackage_finish(&e->package, s, true);
    e->ntables += s == KR_OK;
    return s;
}
