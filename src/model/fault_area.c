#include "model/fault_area.h"

#include "geo/fault_mesh.h"
#include "geo/surface.h"

#include <math.h>
#include <stdio.h>

#define SIMPLE_SPACING_KM  1.0
#define COMPLEX_SPACING_KM 2.0

/* A mesh or a surface in the making. */
typedef struct maker {
    kr_ctx *ctx;
    kr_arena arena;
    const char *problem;
} maker;

static kr_status area_of_mesh(maker *m, const kr_geometry *g, double spacing, double *out)
{
    kr_status s = KR_OK;
    kr_mesh mesh = {0};

    if (g->kind == KR_GEOMETRY_SIMPLE) {
        const kr_simple_fault fault = {g->lines[0], g->dip, g->upper_km, g->lower_km};
        s = kr_simple_fault_mesh(m->ctx, &fault, spacing, &m->arena, &mesh, &m->problem);
    } else {
        s = kr_complex_fault_mesh(m->ctx, g->lines, g->nlines, spacing, &m->arena, &mesh,
                                  &m->problem);
    }
    if (s == KR_OK && !m->problem)
        *out = kr_mesh_area_km2(&mesh);
    return s;
}

static kr_status area_of_planar(maker *m, const kr_geometry *g, double *out)
{
    kr_surface surface = {0};
    kr_status s = kr_surface_make_planar(m->ctx, g->lines[0].p, &m->arena, &surface, &m->problem);
    if (s == KR_OK && !m->problem)
        *out = surface.params.area;
    return s;
}

static kr_status area_of_kite(maker *m, const kr_geometry *g, double *out)
{
    kr_status s = KR_OK;
    kr_mesh mesh = {0};
    kr_surface_params params = {0};

    KR_TRY(kr_kite_mesh(m->ctx, g->lines, g->nlines, g->profile_km, g->spacing_km, &m->arena, &mesh,
                        &m->problem));
    if (m->problem)
        return KR_OK;
    kr_surface_params_of(KR_SURFACE_KITE, &mesh, &params);
    *out = params.area;
out:
    return s;
}

static kr_status area_of_part(maker *m, kr_source_kind kind, const kr_geometry *g, double *out)
{
    bool whole = kind == KR_SOURCE_CHARACTERISTIC; /* its own mesh, not one for its area */

    switch (g->kind) {
    case KR_GEOMETRY_SIMPLE:
        return area_of_mesh(m, g, whole ? g->spacing_km : SIMPLE_SPACING_KM, out);
    case KR_GEOMETRY_COMPLEX:
        return area_of_mesh(m, g, whole ? g->spacing_km : COMPLEX_SPACING_KM, out);
    case KR_GEOMETRY_PLANAR:
        return area_of_planar(m, g, out);
    case KR_GEOMETRY_KITE:
        return area_of_kite(m, g, out);
    case KR_GEOMETRY_GRIDDED:
        m->problem = "no area is known of a set of nodes; another geometry is needed";
        break;
    }
    return KR_OK;
}

kr_status kr_source_area_km2(kr_ctx *ctx, const kr_source *source, kr_compat compat,
                             const char *file, int line, double *out)
{
    kr_status s = KR_OK;
    maker m = {.ctx = ctx};
    char what[200];
    bool single = source->ngeometries > 1 && compat != KR_COMPAT_EXACT;

    *out = 0;
    if (source->kind != KR_SOURCE_SIMPLE_FAULT && source->kind != KR_SOURCE_COMPLEX_FAULT &&
        source->kind != KR_SOURCE_CHARACTERISTIC)
        return kr_fail_at(ctx, file, line,
                          "the area of %s '%s' is not known; simple, complex and characteristic "
                          "faults have one",
                          kr_source_tag(source->kind), source->id);
    kr_arena_init(&m.arena, ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < source->ngeometries; i++) {
        double area = 0;
        s = area_of_part(&m, source->kind, &source->geometries[i], &area);
        if (s == KR_OK && m.problem)
            s = kr_fail(ctx, KR_EINPUT, "%s", m.problem);
        snprintf(what, sizeof what, "area of %s '%s', %s", kr_source_tag(source->kind), source->id,
                 kr_geometry_tag(source->geometries[i].kind));
        KR_TRY(kr_fail_place(ctx, s, file, line, what));
        *out = single ? (double)((float)*out + (float)area) : *out + area;
    }
    if (!(*out > 0))
        s = kr_fail_at(ctx, file, line, "the area of %s '%s' is %g km2; it must be more than 0",
                       kr_source_tag(source->kind), source->id, *out);
out:
    kr_arena_clear(&m.arena);
    return s;
}
