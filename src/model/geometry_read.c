#include "model/geometry_read.h"

#include "base/str.h"

#include <math.h>

#define FAIL(node, ...) return kr_fail_at(r->ctx, (node)->file, (node)->line, __VA_ARGS__)

static kr_status check_depth(kr_source_reader *r, const kr_node *node, double depth)
{
    if (!(depth > KR_ELEVATION_MAX_KM && depth < KR_EARTH_RADIUS_KM))
        FAIL(node, "depth %g km of <%s> is out of range; it must be between %g and %g", depth,
             node->tag, KR_ELEVATION_MAX_KM, KR_EARTH_RADIUS_KM);
    return KR_OK;
}

/* The posList inside an element: pairs (width 2, at depth 0) or triples. */
static kr_status read_points(kr_source_reader *r, const kr_node *parent, size_t width,
                             kr_point3 **out, size_t *n)
{
    kr_status s = KR_OK;
    kr_node *list = NULL;
    double *x = NULL;
    size_t count = 0;

    KR_TRY(kr_node_need(r->ctx, parent, "posList", &list));
    KR_TRY(kr_node_doubles(r->ctx, list, &r->scratch, &x, &count));
    if (count == 0 || count % width != 0)
        FAIL(list, "<posList> holds %zu numbers; %s are needed", count,
             width == 2 ? "pairs of longitude and latitude"
                        : "triples of longitude, latitude and depth");
    *n = count / width;
    KR_ANEW(*out, r->arena, *n);
    for (size_t i = 0; i < *n; i++) {
        kr_point3 *p = &(*out)[i];
        p->lon = x[width * i];
        p->lat = x[width * i + 1];
        p->depth = width == 3 ? x[width * i + 2] + 0.0 : 0;
        KR_TRY(kr_round_lon_lat(r->ctx, list, &p->lon, &p->lat));
        KR_TRY(check_depth(r, list, p->depth));
    }
out:
    return s;
}

static kr_status read_line(kr_source_reader *r, const kr_node *node, size_t width, kr_line *out)
{
    kr_status s = KR_OK;
    kr_node *string = NULL;
    kr_point3 *p = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "LineString", &string));
    KR_TRY(read_points(r, string, width, &p, &out->n));
    out->n = kr_line_clean(p, out->n);
    out->p = p;
    if (out->n < 2)
        FAIL(string,
             "the line of <%s> has %zu point%s; at least two are needed, a metre or more "
             "apart",
             node->tag, out->n, out->n == 1 ? "" : "s");
out:
    return s;
}

/* Edges and profiles: every child is a line. */
static kr_status read_lines(kr_source_reader *r, const kr_node *node, kr_geometry *out)
{
    kr_status s = KR_OK;
    kr_line *lines = NULL;
    size_t n = 0;

    for (const kr_node *child = node->first; child; child = child->next)
        n++;
    KR_ANEW(lines, r->arena, n);
    n = 0;
    for (const kr_node *child = node->first; child; child = child->next)
        KR_TRY(read_line(r, child, 3, &lines[n++]));
    out->lines = lines;
    out->nlines = n;
out:
    return s;
}

/* The one line of the geometries that have no more. */
static kr_status one_line(kr_source_reader *r, kr_geometry *out, kr_line **line)
{
    kr_status s = KR_OK;

    KR_ANEW(*line, r->arena, 1);
    out->lines = *line;
    out->nlines = 1;
out:
    return s;
}

static kr_status read_simple(kr_source_reader *r, const kr_node *node, kr_geometry *out)
{
    kr_status s = KR_OK;
    kr_line *trace = NULL;

    KR_TRY(one_line(r, out, &trace));
    KR_TRY(read_line(r, node, 2, trace));
    KR_TRY(kr_child_double(r->ctx, node, "dip", &out->dip));
    KR_TRY(kr_child_double(r->ctx, node, "upperSeismoDepth", &out->upper_km));
    KR_TRY(kr_child_double(r->ctx, node, "lowerSeismoDepth", &out->lower_km));
out:
    return s;
}

/* Attributes that say nothing the corners do not say; the reference looks at their range only. */
static kr_status check_angle(kr_source_reader *r, const kr_node *node, const char *name, double max)
{
    kr_status s = KR_OK;
    double angle = 0;

    if (!kr_node_attr(node, name))
        return KR_OK;
    KR_TRY(kr_node_attr_double(r->ctx, node, name, &angle));
    if (!(angle >= 0 && angle <= max))
        FAIL(node, "%s %g of <%s> is out of range; it must be between 0 and %g", name, angle,
             node->tag, max);
out:
    return s;
}

static kr_status read_planar(kr_source_reader *r, const kr_node *node, kr_geometry *out)
{
    static const char *const corners[] = {"topLeft", "topRight", "bottomLeft", "bottomRight"};
    kr_status s = KR_OK;
    kr_line *line = NULL;
    kr_point3 *p = NULL;

    KR_TRY(check_angle(r, node, "strike", 360));
    KR_TRY(check_angle(r, node, "dip", 90));
    KR_TRY(one_line(r, out, &line));
    KR_ANEW(p, r->arena, 4);
    for (size_t i = 0; i < 4; i++) {
        kr_node *corner = NULL;
        KR_TRY(kr_node_need(r->ctx, node, corners[i], &corner));
        KR_TRY(kr_node_attr_double(r->ctx, corner, "lon", &p[i].lon));
        KR_TRY(kr_node_attr_double(r->ctx, corner, "lat", &p[i].lat));
        KR_TRY(kr_node_attr_double(r->ctx, corner, "depth", &p[i].depth));
        KR_TRY(kr_round_lon_lat(r->ctx, corner, &p[i].lon, &p[i].lat));
        KR_TRY(check_depth(r, corner, p[i].depth));
        p[i].depth += 0.0; /* -0 becomes 0 */
    }
    *line = (kr_line){4, p};
out:
    return s;
}

static kr_status read_gridded(kr_source_reader *r, const kr_node *node, kr_geometry *out)
{
    kr_status s = KR_OK;
    kr_line *line = NULL;
    kr_point3 *p = NULL;

    KR_TRY(one_line(r, out, &line));
    KR_TRY(read_points(r, node, 3, &p, &line->n));
    line->p = p;
out:
    return s;
}

kr_status kr_geometry_read(kr_source_reader *r, const kr_node *node, kr_geometry *out)
{
    kr_status s = KR_OK;

    *out = (kr_geometry){.file = node->file, .line = node->line};
    out->dip = out->upper_km = out->lower_km = out->spacing_km = out->profile_km = NAN;
    if (!kr_geometry_kind_find(node->tag, &out->kind))
        FAIL(node,
             "<%s> is no geometry; simpleFaultGeometry, complexFaultGeometry, planarSurface, "
             "griddedSurface and kiteSurface are",
             node->tag);
    switch (out->kind) {
    case KR_GEOMETRY_SIMPLE:
        out->spacing_km = r->job->rupture_mesh_spacing_km;
        s = read_simple(r, node, out);
        break;
    case KR_GEOMETRY_COMPLEX:
        out->spacing_km = r->job->complex_fault_mesh_spacing_km;
        s = read_lines(r, node, out);
        break;
    case KR_GEOMETRY_PLANAR:
        s = read_planar(r, node, out);
        break;
    case KR_GEOMETRY_GRIDDED:
        s = read_gridded(r, node, out);
        break;
    case KR_GEOMETRY_KITE:
        out->spacing_km = out->profile_km = r->job->rupture_mesh_spacing_km;
        s = read_lines(r, node, out);
        break;
    }
    KR_TRY(s);
    KR_TRY(kr_geometry_check(r->ctx, out, &r->scratch, out->file, out->line));
    kr_geometry_hash(out);
out:
    return s;
}

kr_status kr_geometries_read(kr_source_reader *r, const kr_node *node, kr_geometry **out, size_t *n)
{
    kr_status s = KR_OK;
    kr_geometry *list = NULL;
    size_t count = 0;

    for (const kr_node *child = node->first; child; child = child->next)
        count++;
    if (count == 0)
        FAIL(node, "<%s> is empty; a geometry is needed in it, such as planarSurface", node->tag);
    KR_ANEW(list, r->arena, count);
    count = 0;
    for (const kr_node *child = node->first; child; child = child->next) {
        if (!kr_str_eq(child->tag, node->first->tag))
            FAIL(child, "<%s> beside <%s> of line %d; the parts of a surface must be of one kind",
                 child->tag, node->first->tag, node->first->line);
        KR_TRY(kr_geometry_read(r, child, &list[count++]));
    }
    *out = list;
    *n = count;
out:
    return s;
}
