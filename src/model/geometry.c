#include "model/geometry.h"

#include "base/str.h"
#include "geo/fault_mesh.h"
#include "geo/surface.h"

#include <math.h>

static const char *const tags[] = {"simpleFaultGeometry", "complexFaultGeometry", "planarSurface",
                                   "griddedSurface", "kiteSurface"};

const char *kr_geometry_tag(kr_geometry_kind kind)
{
    return tags[kind];
}

bool kr_geometry_kind_find(const char *tag, kr_geometry_kind *out)
{
    for (int i = 0; i <= KR_GEOMETRY_KITE; i++) {
        if (kr_str_eq(tags[i], tag)) {
            *out = (kr_geometry_kind)i;
            return true;
        }
    }
    return false;
}

void kr_geometry_hash(kr_geometry *geometry)
{
    kr_hash128 h;
    kr_hash_init(&h);
    kr_hash_double(&h, (double)geometry->kind);
    kr_hash_double(&h, geometry->dip);
    kr_hash_double(&h, geometry->upper_km);
    kr_hash_double(&h, geometry->lower_km);
    kr_hash_double(&h, geometry->spacing_km);
    kr_hash_double(&h, geometry->profile_km);
    kr_hash_double(&h, geometry->single);
    for (size_t i = 0; i < geometry->nlines; i++) {
        kr_hash_double(&h, (double)geometry->lines[i].n);
        kr_hash_bytes(&h, geometry->lines[i].p, geometry->lines[i].n * sizeof(kr_point3));
    }
    geometry->digest = h;
}

static const char *simple_problem(const kr_geometry *g)
{
    const kr_simple_fault fault = {g->lines[0], g->dip, g->upper_km, g->lower_km};

    return kr_simple_fault_problem(&fault, g->spacing_km);
}

static kr_status planar_problem(kr_ctx *ctx, const kr_point3 *corner, kr_arena *scratch,
                                const char **problem)
{
    kr_surface surface;

    return kr_surface_make_planar(ctx, corner, scratch, &surface, problem);
}

kr_status kr_geometry_check(kr_ctx *ctx, const kr_geometry *geometry, kr_arena *scratch,
                            const char *file, int line)
{
    kr_status s = KR_OK;
    const char *problem = NULL;

    switch (geometry->kind) {
    case KR_GEOMETRY_SIMPLE:
        problem = simple_problem(geometry);
        break;
    case KR_GEOMETRY_COMPLEX:
        problem = kr_complex_fault_problem(geometry->lines, geometry->nlines, geometry->spacing_km);
        break;
    case KR_GEOMETRY_KITE:
        problem = kr_kite_problem(geometry->lines, geometry->nlines);
        if (!problem && !(geometry->spacing_km > 0))
            problem = "the rupture mesh spacing must be above 0 km";
        break;
    case KR_GEOMETRY_PLANAR:
        s = planar_problem(ctx, geometry->lines[0].p, scratch, &problem);
        break;
    case KR_GEOMETRY_GRIDDED:
        break;
    }
    if (s == KR_OK && problem)
        s = kr_fail_at(ctx, file, line, "%s: %s", kr_geometry_tag(geometry->kind), problem);
    return s;
}
