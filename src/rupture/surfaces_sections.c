/* The surfaces of fault sections and their parameters in single precision. */
#include "rupture/surfaces_int.h"

#include <math.h>
#include <omp.h>
#include <stdatomic.h>
#include <stdio.h>

struct kr_section_store {
    kr_sections view;
    const kr_surface **surface;
    kr_section_params *params;
    kr_gc2_line *straight;
};

/* Where a thread makes surfaces. */
typedef struct bench {
    const kr_surfaces *surfaces;
    kr_arena *arena; /* of what stays */
    kr_arena *scratch;
    bool together; /* others are made meanwhile: what is wrong is told later, by one thread */
} bench;

/* ---- one section ---- */

static kr_status bad_section(kr_ctx *ctx, const kr_section *section, const char *problem)
{
    return kr_fail_at(ctx, section->file, section->line, "section '%s': %s", section->id, problem);
}

static kr_status kite_surface(const bench *at, const kr_section *section, kr_surface *out)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = at->surfaces->ctx;
    const kr_geometry *g = section->geometries;
    bool exact = at->surfaces->job->compat == KR_COMPAT_EXACT;
    const char *problem = NULL;
    char what[100];
    kr_mesh mesh, stored;

    KR_TRY(kr_kite_mesh(ctx, g->lines, g->nlines, g->profile_km, g->spacing_km,
                        exact ? at->arena : at->scratch, &mesh, &problem));
    if (problem) {
        s = kr_fail(ctx, KR_EINPUT, "%s", problem);
        goto out;
    }
    if (!exact) { /* the reference writes the mesh in single precision and reads it again */
        KR_TRY(kr_kite_mesh_single(ctx, &mesh, at->arena, &stored));
        mesh = stored;
    }
    KR_TRY(kr_surface_make(ctx, KR_SURFACE_KITE, &mesh, at->arena, out));
out:
    if (at->together)
        return s;
    snprintf(what, sizeof what, "section '%s'", section->id);
    return kr_fail_place(ctx, s, section->file, section->line, what);
}

static kr_status planar_surface(const bench *at, const kr_section *section, kr_surface *out)
{
    kr_status s = KR_OK;
    const char *problem = NULL;

    KR_TRY(kr_surface_make_planar(at->surfaces->ctx, section->geometries->lines[0].p, at->arena,
                                  out, &problem));
    if (problem)
        s = bad_section(at->surfaces->ctx, section, problem);
out:
    return s;
}

static kr_status make_surface(const bench *at, const kr_section *section, kr_surface *out)
{
    if (section->ngeometries != 1)
        return bad_section(at->surfaces->ctx, section,
                           "it has several surfaces; give each of them a section of its own");
    switch (section->geometries->kind) {
    case KR_GEOMETRY_KITE:
        return kite_surface(at, section, out);
    case KR_GEOMETRY_PLANAR:
        return planar_surface(at, section, out);
    default:
        return bad_section(at->surfaces->ctx, section,
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

static kr_status make_section(const bench *at, size_t k)
{
    kr_status s = KR_OK;
    const kr_surfaces *surfaces = at->surfaces;
    struct kr_section_store *store = surfaces->sections;
    const kr_section *section = &surfaces->model->sections[k];
    kr_section_params *p = &store->params[k];
    kr_surface *made = NULL;

    kr_arena_reset(at->scratch);
    KR_ANEW(made, at->arena, 1);
    KR_TRY(make_surface(at, section, made));
    if (made->tor.nsegments == 0) {
        s = bad_section(surfaces->ctx, section, "its top has no length");
        goto out;
    }
    *p = params_of(made, surfaces->job->compat);
    kr_point3 ends[2] = {{(double)p->tl_lon, (double)p->tl_lat, 0.0},
                         {(double)p->tr_lon, (double)p->tr_lat, 0.0}};
    KR_TRY(kr_gc2_line_make(surfaces->ctx, (kr_line){2, ends}, at->arena, &store->straight[k]));
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
    const bench at = {surfaces, &surfaces->arena, &surfaces->scratch, false};

    if (!surfaces->sections)
        KR_TRY(make_store(surfaces));
    for (size_t i = 0; i < m->first[m->n]; i++) {
        if (!surfaces->sections->surface[m->section[i]])
            KR_TRY(make_section(&at, m->section[i]));
    }
out:
    return s;
}

/* ---- many at once ---- */

/* Sections that are not made yet, in the order in which ruptures name them. */
static kr_status list_sections(kr_surfaces *x, const kr_source *const *sources, size_t n,
                               uint32_t *list, size_t *count)
{
    kr_status s = KR_OK;
    bool *listed = NULL;

    KR_NEW(listed, x->ctx, KR_ACCOUNT_RUPTURES, x->model->nsections);
    for (size_t i = 0; i < n; i++) {
        const kr_multi_fault *m = sources[i]->multi;
        if (i > 0 && m->section == sources[i - 1]->multi->section)
            continue;
        for (size_t k = 0; k < m->first[m->n]; k++) {
            uint32_t section = m->section[k];
            if (!listed[section] && !x->sections->surface[section])
                list[(*count)++] = section;
            listed[section] = true;
        }
    }
out:
    kr_free(listed);
    return s;
}

static kr_status make_arenas(kr_surfaces *x, int threads)
{
    kr_status s = KR_OK;

    KR_ANEW(x->arenas, &x->arena, 2 * (size_t)threads);
    for (; x->narenas < 2 * (size_t)threads; x->narenas++)
        kr_arena_init(&x->arenas[x->narenas], x->ctx, KR_ACCOUNT_RUPTURES);
out:
    return s;
}

static void clear_arenas(kr_surfaces *x)
{
    for (size_t t = 0; t < x->narenas; t++)
        kr_arena_clear(&x->arenas[t]);
}

/* False after a failure. */
static bool make_together(kr_surfaces *x, const uint32_t *list, size_t n, int threads)
{
    atomic_bool failed;
    atomic_init(&failed, false);

#pragma omp parallel for num_threads(threads) schedule(dynamic, 8)
    for (size_t i = 0; i < n; i++) {
        size_t t = 2 * (size_t)omp_get_thread_num();
        const bench at = {x, &x->arenas[t], &x->arenas[t + 1], true};
        if (!atomic_load(&failed) && make_section(&at, list[i]) != KR_OK)
            atomic_store(&failed, true);
    }
    return !atomic_load(&failed);
}

kr_status kr_surfaces_make_sections(kr_surfaces *surfaces, const kr_source *const *sources,
                                    size_t n, int threads)
{
    kr_status s = KR_OK;
    kr_surfaces *x = surfaces;
    uint32_t *list = NULL;
    size_t count = 0;

    if (n == 0 || threads < 2 || x->narenas)
        return KR_OK;
    if (!x->sections)
        KR_TRY(make_store(x));
    KR_NEW(list, x->ctx, KR_ACCOUNT_RUPTURES, x->model->nsections);
    KR_TRY(list_sections(x, sources, n, list, &count));
    KR_TRY(make_arenas(x, threads));
    if (!make_together(x, list, count, threads)) {
        kr_ctx_clear_error(x->ctx);
        for (size_t i = 0; i < count; i++)
            x->sections->surface[list[i]] = NULL;
        clear_arenas(x);
    }
    for (size_t t = 1; t < x->narenas; t += 2) /* scratch */
        kr_arena_clear(&x->arenas[t]);
out:
    kr_free(list);
    return s;
}

const kr_sections *kr_surfaces_sections(const kr_surfaces *surfaces)
{
    static const kr_sections none;

    return surfaces->sections ? &surfaces->sections->view : &none;
}

void kr_section_store_clear(kr_surfaces *surfaces)
{
    surfaces->sections = NULL; /* all is in the arenas */
    clear_arenas(surfaces);
}
