/* One element of a source model into a source. */
#include "base/str.h"
#include "geo/polygon.h"
#include "geo/sphere.h"
#include "model/source_fault.h"

#include <math.h>
#include <string.h>

#define SAME_POINT_KM 1e-3

static kr_status read_location(kr_source_reader *r, const kr_node *geometry, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *point = NULL, *pos = NULL;
    double *xy = NULL;
    const char *bad = NULL;
    size_t n = 0;

    KR_TRY(kr_node_need(r->ctx, geometry, "Point", &point));
    KR_TRY(kr_node_need(r->ctx, point, "pos", &pos));
    s = kr_parse_doubles(r->arena, pos->text, pos->text_len, true, &xy, &n, &bad);
    if (s == KR_EINPUT || (s == KR_OK && n != 2))
        s = kr_fail_at(r->ctx, pos->file, pos->line,
                       "<pos> holds '%.40s'; a longitude and a latitude are needed", pos->text);
    KR_TRY(s);
    KR_TRY(kr_round_lon_lat(r->ctx, pos, &xy[0], &xy[1]));
    out->lon = &xy[0];
    out->lat = &xy[1];
    out->npoints = 1;
out:
    return s;
}

/* The pairs of a posList, rounded and checked, in two arrays of their own. */
static kr_status read_pairs(kr_source_reader *r, const kr_node *parent, double **lon, double **lat,
                            size_t *n)
{
    kr_status s = KR_OK;
    kr_node *list = NULL;
    double *xy = NULL;
    size_t count = 0;

    KR_TRY(kr_node_need(r->ctx, parent, "posList", &list));
    KR_TRY(kr_node_doubles(r->ctx, list, &r->scratch, &xy, &count));
    if (count == 0 || count % 2 != 0)
        return kr_fail_at(r->ctx, list->file, list->line,
                          "<posList> holds %zu numbers; pairs of longitude and latitude are needed",
                          count);
    *n = count / 2;
    KR_ANEW(*lon, r->arena, *n);
    KR_ANEW(*lat, r->arena, *n);
    for (size_t i = 0; i < *n; i++) {
        (*lon)[i] = xy[2 * i];
        (*lat)[i] = xy[2 * i + 1];
        KR_TRY(kr_round_lon_lat(r->ctx, list, &(*lon)[i], &(*lat)[i]));
    }
out:
    return s;
}

/* Neighbouring vertices that are the same within a metre count once; the ring is not closed. */
static size_t clean_ring(double *lon, double *lat, size_t n)
{
    size_t kept = 1;
    for (size_t i = 1; i < n; i++) {
        double km = kr_geodetic_km(lon[kept - 1], lat[kept - 1], lon[i], lat[i]);
        if (km <= SAME_POINT_KM)
            continue;
        lon[kept] = lon[i];
        lat[kept++] = lat[i];
    }
    if (kept > 1 && lon[kept - 1] == lon[0] && lat[kept - 1] == lat[0])
        kept--;
    return kept;
}

static kr_status read_polygon(kr_source_reader *r, const kr_node *geometry, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *node = NULL;
    double *lon = NULL, *lat = NULL;
    size_t n = 0;

    KR_TRY(kr_node_need(r->ctx, geometry, "Polygon", &node));
    KR_TRY(kr_node_need(r->ctx, node, "exterior", &node));
    KR_TRY(kr_node_need(r->ctx, node, "LinearRing", &node));
    KR_TRY(read_pairs(r, node, &lon, &lat, &n));
    n = clean_ring(lon, lat, n);
    const char *problem;
    KR_TRY(kr_polygon_check(r->ctx, lon, lat, n, &problem));
    if (problem)
        return kr_fail_at(r->ctx, node->file, node->line, "polygon of areaSource '%s': %s", out->id,
                          problem);
    out->lon = lon;
    out->lat = lat;
    out->npoints = n;

    out->discretization_km = r->job->area_source_discretization_km;
    if (kr_node_attr(geometry, "discretization"))
        KR_TRY(kr_node_attr_double(r->ctx, geometry, "discretization", &out->discretization_km));
    if (isnan(out->discretization_km))
        return kr_fail_at(r->ctx, geometry->file, geometry->line,
                          "areaSource '%s' has no attribute discretization and the job no "
                          "area_source_discretization; one of them is needed, in km",
                          out->id);
    if (!(out->discretization_km > 0))
        s = kr_fail_at(r->ctx, geometry->file, geometry->line,
                       "discretization %g km; it must be more than 0", out->discretization_km);
out:
    return s;
}

static kr_status read_layer(kr_source_reader *r, const kr_node *geometry, kr_source *out)
{
    kr_status s = KR_OK;

    KR_TRY(kr_child_double(r->ctx, geometry, "upperSeismoDepth", &out->upper_depth_km));
    KR_TRY(kr_child_double(r->ctx, geometry, "lowerSeismoDepth", &out->lower_depth_km));
    if (!(out->lower_depth_km > out->upper_depth_km))
        return kr_fail_at(r->ctx, geometry->file, geometry->line,
                          "lowerSeismoDepth %g km is not below upperSeismoDepth %g km; it must be "
                          "greater",
                          out->lower_depth_km, out->upper_depth_km);
    if (!(out->upper_depth_km > KR_ELEVATION_MAX_KM))
        return kr_fail_at(r->ctx, geometry->file, geometry->line,
                          "upperSeismoDepth %g km is above all mountains; it must be more than %g",
                          out->upper_depth_km, KR_ELEVATION_MAX_KM);
    if (!(out->lower_depth_km < KR_EARTH_RADIUS_KM))
        return kr_fail_at(
            r->ctx, geometry->file, geometry->line,
            "lowerSeismoDepth %g km is below the centre of the Earth; it must be less "
            "than %g",
            out->lower_depth_km, KR_EARTH_RADIUS_KM);
out:
    return s;
}

static kr_status read_geometry(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    static const char *const tags[] = {"pointGeometry", "multiPointGeometry", "areaGeometry"};
    kr_status s = KR_OK;
    kr_node *geometry = NULL;
    double *lon = NULL, *lat = NULL;

    out->discretization_km = NAN;
    KR_TRY(kr_node_need(r->ctx, node, tags[out->kind], &geometry));
    KR_TRY(read_layer(r, geometry, out));
    switch (out->kind) {
    case KR_SOURCE_POINT:
        s = read_location(r, geometry, out);
        break;
    case KR_SOURCE_MULTIPOINT:
        s = read_pairs(r, geometry, &lon, &lat, &out->npoints);
        out->lon = lon;
        out->lat = lat;
        break;
    case KR_SOURCE_AREA:
        s = read_polygon(r, geometry, out);
        break;
    default:
        break;
    }
out:
    return s;
}

kr_status kr_source_msr(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_node *child = NULL;
    unsigned n = 0;
    kr_status s = kr_node_need(r->ctx, node, "magScaleRel", &child);

    if (s != KR_OK || kr_msr_find(child->text, &out->msr))
        return s;
    const char *word = kr_trim(child->text);
    const char *const *names = kr_msr_names(&n);
    const char *near = kr_nearest(word, names, n);
    return kr_fail_at(r->ctx, child->file, child->line,
                      "'%.60s' is no magnitude-scaling relationship; %s%s%s", word,
                      near ? "did you mean " : "WC1994 or PointMSR would be one", near ? near : "",
                      near ? "?" : "");
}

kr_status kr_source_aspect(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = kr_child_double(r->ctx, node, "ruptAspectRatio", &out->aspect);
    if (s == KR_OK && !(out->aspect > 0))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "ruptAspectRatio %g of %s '%s'; it must be more than 0", out->aspect,
                          node->tag, out->id);
    return s;
}

static kr_status read_tom(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    const char *tom = kr_node_attr(node, "tom");

    out->tom = KR_TOM_POISSON;
    if (!tom || kr_str_eq(tom, "PoissonTOM"))
        return KR_OK;
    if (!kr_str_eq(tom, "NegativeBinomialTOM"))
        return kr_fail_at(r->ctx, node->file, node->line,
                          "tom='%.40s' is not available; PoissonTOM and NegativeBinomialTOM are",
                          tom);
    out->tom = KR_TOM_NEGATIVE_BINOMIAL;
    KR_TRY(kr_node_attr_double(r->ctx, node, "alpha", &out->tom_alpha));
    KR_TRY(kr_node_attr_double(r->ctx, node, "mu", &out->tom_mu));
    if (!(out->tom_alpha > 0 && out->tom_mu > 0))
        s = kr_fail_at(r->ctx, node->file, node->line,
                       "alpha=%g and mu=%g of NegativeBinomialTOM; both must be more than 0",
                       out->tom_alpha, out->tom_mu);
out:
    return s;
}

static kr_status read_pointlike(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;

    KR_TRY(read_geometry(r, node, out));
    KR_TRY(kr_source_msr(r, node, out));
    KR_TRY(kr_source_aspect(r, node, out));
    KR_TRY(kr_source_mfds(r, node, out));
    KR_TRY(kr_source_planes(r, node, out));
    KR_TRY(kr_source_depths(r, node, out));
out:
    return s;
}

bool kr_source_kind_find(const char *tag, kr_source_kind *out)
{
    for (int kind = 0; kind < KR_SOURCE_KINDS; kind++) {
        *out = (kr_source_kind)kind;
        if (kr_str_eq(tag, kr_source_tag(*out)))
            return true;
    }
    return false;
}

kr_status kr_source_begin(kr_source_reader *r, const kr_node *node, const char *trt,
                          kr_source_kind kind, kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *source = NULL;
    const char *text = NULL;

    KR_ANEW(source, r->arena, 1);
    source->kind = kind;
    source->trt = trt;
    source->file = node->file;
    source->line = node->line;
    source->mutex_weight = 1;
    source->discretization_km = source->rake = NAN;
    KR_TRY(kr_attr_id(r->ctx, node, &text));
    KR_ASTR(source->id, r->arena, text);
    text = kr_node_attr(node, "name");
    if (!text && kind == KR_SOURCE_MULTI_FAULT)
        text = "";
    if (!text)
        KR_TRY(kr_node_attr_text(r->ctx, node, "name", &text));
    KR_ASTR(source->name, r->arena, text);
    *out = source;
out:
    return s;
}

kr_status kr_source_convert(kr_source_reader *r, const kr_node *node, const char *trt,
                            kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *source = NULL;
    kr_source_kind kind = KR_SOURCE_POINT;

    if (!kr_source_kind_find(node->tag, &kind))
        return kr_fail_at(r->ctx, node->file, node->line, "<%s> is no source", node->tag);
    KR_TRY(kr_source_begin(r, node, trt, kind, &source));
    KR_TRY(read_tom(r, node, source));
    if (kr_source_is_fault(source->kind))
        KR_TRY(kr_source_fault(r, node, source));
    else
        KR_TRY(read_pointlike(r, node, source));
    kr_source_hash(source);
    *out = source;
out:
    return s;
}
