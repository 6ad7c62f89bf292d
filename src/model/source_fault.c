#include "model/source_fault.h"

#include "model/fault_area.h"
#include "model/geometry_read.h"

#include <math.h>

#define WEIGHTS_TOLERANCE 1e-7
#define FAIL(node, ...)   return kr_fail_at(r->ctx, (node)->file, (node)->line, __VA_ARGS__)

/* ---- geometry ---- */

static kr_status read_one_geometry(kr_source_reader *r, const kr_node *node, const char *tag,
                                   kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *child = NULL;
    kr_geometry *geometry = NULL;

    KR_TRY(kr_node_need(r->ctx, node, tag, &child));
    KR_ANEW(geometry, r->arena, 1);
    KR_TRY(kr_geometry_read(r, child, geometry));
    out->geometries = geometry;
    out->ngeometries = 1;
out:
    return s;
}

/* Profiles, or a simple fault of which profiles are made. The nodes along them are closer (or
 * farther) than those along strike by the aspect of the ruptures. */
static kr_status read_kite(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    bool simple = kr_node_child(node, "simpleFaultGeometry") != NULL;
    kr_geometry *geometry = NULL;

    KR_TRY(read_one_geometry(r, node, simple ? "simpleFaultGeometry" : "kiteSurface", out));
    KR_ANEW(geometry, r->arena, 1);
    *geometry = out->geometries[0];
    geometry->profile_km = geometry->spacing_km / out->aspect;
    kr_geometry_hash(geometry);
    out->geometries = geometry;
out:
    return s;
}

/* The surface of a characteristic fault: one geometry, or parts that are planar or kites. */
static kr_status read_surface(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *surface = NULL;
    kr_geometry *list = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "surface", &surface));
    KR_TRY(kr_geometries_read(r, surface, &list, &out->ngeometries));
    out->geometries = list;
    if (out->ngeometries > 1 && list->kind != KR_GEOMETRY_PLANAR &&
        list->kind != KR_GEOMETRY_KITE) {
        kr_warn_at(r->ctx, list[1].file, list[1].line,
                   "only the first %s of '%s' counts, as in the reference; surfaces in parts are "
                   "those of several planarSurface or kiteSurface",
                   kr_geometry_tag(list->kind), out->id);
        out->ngeometries = 1;
    }
out:
    return s;
}

/* ---- hypocentres and slip ---- */

/* The children of a list, of which there must be some. */
static kr_status count_children(kr_source_reader *r, const kr_node *list, size_t *n)
{
    *n = 0;
    for (const kr_node *child = list->first; child; child = child->next)
        ++*n;
    if (*n == 0)
        FAIL(list, "<%s> is empty; leave it out or give it values with weights", list->tag);
    return KR_OK;
}

static kr_status read_fraction(kr_source_reader *r, const kr_node *node, const char *name,
                               double *out)
{
    kr_status s = kr_node_attr_double(r->ctx, node, name, out);
    if (s == KR_OK && !(*out >= 0 && *out <= 1))
        FAIL(node, "%s=%g of <%s> is out of range; it must be between 0 and 1", name, *out,
             node->tag);
    return s;
}

static kr_status check_weights(kr_source_reader *r, const kr_node *list, double sum)
{
    if (!(fabs(sum - 1) <= WEIGHTS_TOLERANCE))
        FAIL(list, "weights of <%s> sum to %.10g; they must sum to 1", list->tag, sum);
    return KR_OK;
}

static kr_status read_hypos(kr_source_reader *r, const kr_node *list, kr_source *out)
{
    kr_status s = KR_OK;
    kr_hypo_place *places = NULL, *place = NULL;
    double sum = 0;

    KR_TRY(count_children(r, list, &out->nhypos));
    KR_ANEW(places, r->arena, out->nhypos);
    place = places;
    for (const kr_node *child = list->first; child; child = child->next, place++) {
        KR_TRY(read_fraction(r, child, "alongStrike", &place->along_strike));
        KR_TRY(read_fraction(r, child, "downDip", &place->down_dip));
        KR_TRY(read_fraction(r, child, "weight", &place->weight));
        sum += place->weight;
    }
    KR_TRY(check_weights(r, list, sum));
    out->hypos = places;
out:
    return s;
}

static kr_status read_slips(kr_source_reader *r, const kr_node *list, kr_source *out)
{
    kr_status s = KR_OK;
    kr_slip_angle *slips = NULL, *slip = NULL;
    double sum = 0;

    KR_TRY(count_children(r, list, &out->nslips));
    KR_ANEW(slips, r->arena, out->nslips);
    slip = slips;
    for (const kr_node *child = list->first; child; child = child->next, slip++) {
        KR_TRY(kr_node_double(r->ctx, child, &slip->angle));
        if (!(slip->angle >= 0 && slip->angle <= 360))
            FAIL(child, "slip angle %g is out of range; it must be between 0 and 360", slip->angle);
        KR_TRY(read_fraction(r, child, "weight", &slip->weight));
        sum += slip->weight;
    }
    KR_TRY(check_weights(r, list, sum));
    out->slips = slips;
out:
    return s;
}

static kr_status read_places(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    const kr_node *hypos = kr_node_child(node, "hypoList");
    const kr_node *slips = kr_node_child(node, "slipList");

    if (!hypos != !slips)
        FAIL(hypos ? hypos : slips, "<%s> without <%s>; both must be given, or none",
             hypos ? "hypoList" : "slipList", hypos ? "slipList" : "hypoList");
    if (!hypos || !slips)
        return KR_OK;
    KR_TRY(read_hypos(r, hypos, out));
    KR_TRY(read_slips(r, slips, out));
out:
    return s;
}

/* ---- the source ---- */

/* A distribution from a slip rate waits for the fault's area. */
static kr_status finish_slip(kr_source_reader *r, kr_source *out)
{
    kr_status s = KR_OK;
    kr_mfd *mfd = NULL;
    double area = 0;

    if (isnan(out->mfds->slip_rate_mm))
        return KR_OK;
    KR_TRY(kr_source_area_km2(r->ctx, out, r->job->compat, out->file, out->line, &area));
    KR_ANEW(mfd, r->arena, 1);
    *mfd = *out->mfds;
    kr_mfd_set_slip(mfd, mfd->slip_rate_mm, mfd->rigidity_gpa, area, 9.1);
    KR_TRY(kr_mfd_check(r->ctx, mfd, out->file, out->line));
    out->mfds = out->mfds_written = mfd;
out:
    return s;
}

static kr_status read_rake(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;
    kr_node *child = NULL;

    KR_TRY(kr_node_need(r->ctx, node, "rake", &child));
    KR_TRY(kr_node_double(r->ctx, child, &out->rake));
    /* kites: the reference does not look closer than NRML does */
    bool above = out->kind == KR_SOURCE_KITE_FAULT ? out->rake >= -180 : out->rake > -180;
    if (!above || !(out->rake <= 180))
        FAIL(child, "rake %g is out of range; it must be more than -180 and at most 180",
             out->rake);
out:
    return s;
}

/* A rupture of the least magnitude, on a fault without ends, must have two nodes in both
 * directions. */
static kr_status check_spacing(kr_source_reader *r, const kr_source *source)
{
    double spacing = source->geometries[0].spacing_km, min_mag = 0, max_mag = 0;

    kr_mfd_range(source->mfds, &min_mag, &max_mag);
    double area = kr_msr_area_km2(&source->msr, min_mag, source->rake);
    double length = sqrt(area * source->aspect), width = area / length;
    if (!(kr_round_half_up(length / spacing, 0) >= 1 && kr_round_half_up(width / spacing, 0) >= 1))
        return kr_fail_at(r->ctx, source->file, source->line,
                          "simpleFaultSource '%s': ruptures of magnitude %g (%.3g km by %.3g km) "
                          "are too small for a mesh spacing of %g km; a smaller "
                          "rupture_mesh_spacing is needed",
                          source->id, min_mag, length, width, spacing);
    return KR_OK;
}

kr_status kr_source_fault(kr_source_reader *r, const kr_node *node, kr_source *out)
{
    kr_status s = KR_OK;

    out->upper_depth_km = out->lower_depth_km = out->discretization_km = NAN;
    out->aspect = NAN;
    out->msr.name = ""; /* of characteristic faults, which have none */
    if (out->kind != KR_SOURCE_CHARACTERISTIC) {
        KR_TRY(kr_source_msr(r, node, out));
        KR_TRY(kr_source_aspect(r, node, out));
    }
    switch (out->kind) {
    case KR_SOURCE_SIMPLE_FAULT:
        s = read_one_geometry(r, node, "simpleFaultGeometry", out);
        break;
    case KR_SOURCE_COMPLEX_FAULT:
        s = read_one_geometry(r, node, "complexFaultGeometry", out);
        break;
    case KR_SOURCE_KITE_FAULT:
        s = read_kite(r, node, out);
        break;
    default:
        s = read_surface(r, node, out);
        break;
    }
    KR_TRY(s);
    KR_TRY(read_rake(r, node, out));
    KR_TRY(kr_source_mfds(r, node, out));
    KR_TRY(finish_slip(r, out));
    if (out->kind == KR_SOURCE_SIMPLE_FAULT) {
        KR_TRY(read_places(r, node, out));
        KR_TRY(check_spacing(r, out));
    }
out:
    return s;
}
