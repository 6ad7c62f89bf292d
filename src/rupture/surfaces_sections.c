/* The surfaces of fault sections and their parameters in single precision. */
#include "rupture/surfaces_int.h"

#include <math.h>
#include <stdio.h>

struct kr_section_store {
    kr_sections view;
    const kr_surface **surface;
    kr_section_params *params;
    kr_gc2_line *straight;
};

/* ---- one section ---- */

static kr_status bad_section(kr_ctx *ctx, const kr_section *section, const char *problem)
{
    return kr_fail_at(ctx, section->file, section->line, "section '%s': %s", section->id, problem);
}

static kr_status kite_surface(kr_surfaces *surfaces, const kr_section *section, kr_surface *out)
{
    kr_status s = KR_OK;
    const kr_geometry *g = section->geometries;
    bool exact = surfaces->job->compat == KR_COMPAT_EXACT;
    const char *problem = NULL;
    char what[100];
    kr_mesh mesh, stored;

    KR_TRY(kr_kite_mesh(surfaces->ctx, g->lines, g->nlines, g->profile_km, g->spacing_km,
                        exact ? &surfaces->arena : &surfaces->scratch, &mesh, &problem));
    if (problem) {
        s = kr_fail(surfaces->ctx, KR_EINPUT, "%s", problem);
        goto out;
    }
    if (!exact) { /* the reference writes the mesh in single precision and reads it again */
        KR_TRY(kr_kite_mesh_single(surfaces->ctx, &mesh, &surfaces->arena, &stored));
        mesh = stored;
    }
    KR_TRY(kr_surface_make(surfaces->ctx, KR_SURFACE_KITE, &mesh, &surfaces->arena, out));
out:
    snprintf(what, sizeof what, "section '%s'", section->id);
    return kr_fail_place(surfaces->ctx, s, section->file, section->line, what);
}

static kr_status planar_surface(kr_surfaces *surfaces, const kr_section *section, kr_surface *out)
{
    kr_status s = KR_OK;
    const char *problem = NULL;

    KR_TRY(kr_surface_make_planar(surfaces->ctx, section->geometries->lines[0].p, &surfaces->arena,
                                  out, &problem));
    if (problem)
        s = bad_section(surfaces->ctx, section, problem);
out:
    return s;
}

static kr_status make_surface(kr_surfaces *surfaces, const kr_section *section, kr_surface *out)
{
    if (section->ngeometries != 1)
        return bad_section(surfaces->ctx, section,
                           "it has several surfaces; give each of them a section of its own");
    switch (section->geometries->kind) {
    case KR_GEOMETRY_KITE:
        return kite_surface(surfaces, section, out);
    case KR_GEOMETRY_PLANAR:
        return planar_surface(surfaces, section, out);
    default:
        return bad_section(surfaces->ctx, section,
                           "its surface must be a kiteSurface or a planarSurface");
    }
}

static kr_section_params params_of(const kr_surface *surface, kr_compat compat)
{
    const kr_surface_params *p = &surface->params;
    const kr_gc2_line *tor = &surface->tor;
    double zbot = p->zbot;

    if (compat == KR_COMPAT_EXACT && isnan(zbot)) /* a node is missing */
        for (size_t i = 0; i < surface->mesh.rows * surface->mesh.stride; i++)
            zbot = fmax(zbot, surface->mesh.depth[i]);
    return (kr_section_params){
        .area = (float)p->area,
        .dip = (float)p->dip,
        .strike = (float)p->strike,
        .width = (float)p->width,
        .ztor = (float)p->ztor,
        .zbot = (float)zbot,
        .tl_lon = (float)tor->first.lon,
        .tl_lat = (float)tor->first.lat,
        .tr_lon = (float)tor->last.lon,
        .tr_lat = (float)tor->last.lat,
        .west = (float)p->box.west,
        .east = (float)p->box.east,
        .north = (float)p->box.north,
        .south = (float)p->box.south,
    };
}

static kr_status make_section(kr_surfaces *surfaces, size_t k)
{
    kr_status s = KR_OK;
    struct kr_section_store *store = surfaces->sections;
    const kr_section *section = &surfaces->model->sections[k];
    kr_section_params *p = &store->params[k];
    kr_surface *made = NULL;

    kr_arena_reset(&surfaces->scratch);
    KR_ANEW(made, &surfaces->arena, 1);
    KR_TRY(make_surface(surfaces, section, made));
    if (made->tor.nsegments == 0) {
        s = bad_section(surfaces->ctx, section, "its top has no length");
        goto out;
    }
    *p = params_of(made, surfaces->job->compat);
    kr_point3 ends[2] = {{(double)p->tl_lon, (double)p->tl_lat, 0.0},
                         {(double)p->tr_lon, (double)p->tr_lat, 0.0}};
    KR_TRY(
        kr_gc2_line_make(surfaces->ctx, (kr_line){2, ends}, &surfaces->arena, &store->straight[k]));
    store->surface[k] = made;
out:
    return s;
}

/* ---- the store ---- */

static kr_status make_store(kr_surfaces *surfaces)
{
    kr_status s = KR_OK;
    struct kr_section_store *store = NULL;
    size_t n = surfaces->model ? surfaces->model->nsections : 0;

    KR_ANEW(store, &surfaces->arena, 1);
    KR_ANEW(store->surface, &surfaces->arena, n);
    KR_ANEW(store->params, &surfaces->arena, n);
    KR_ANEW(store->straight, &surfaces->arena, n);
    store->view = (kr_sections){
        .n = n, .surface = store->surface, .params = store->params, .straight = store->straight};
    surfaces->sections = store;
out:
    return s;
}

kr_status kr_surfaces_need_sections(kr_surfaces *surfaces, const kr_source *source)
{
    kr_status s = KR_OK;
    const kr_multi_fault *m = source->multi;

    if (!surfaces->sections)
        KR_TRY(make_store(surfaces));
    for (size_t i = 0; i < m->first[m->n]; i++) {
        if (!surfaces->sections->surface[m->section[i]])
            KR_TRY(make_section(surfaces, m->section[i]));
    }
out:
    return s;
}

const kr_sections *kr_surfaces_sections(const kr_surfaces *surfaces)
{
    static const kr_sections none;

    return surfaces->sections ? &surfaces->sections->view : &none;
}

void kr_section_store_clear(kr_surfaces *surfaces)
{
    surfaces->sections = NULL; /* all is in the arena */
}
