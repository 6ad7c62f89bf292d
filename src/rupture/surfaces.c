/* The surfaces of geometries. */
#include "rupture/surfaces_int.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Bytes of outlines to keep where nobody says otherwise. */
static const size_t most_of_outlines = (size_t)128 << 20;

kr_status kr_surfaces_create(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                             kr_surfaces **out)
{
    kr_status s = KR_OK;
    kr_surfaces *surfaces = NULL;

    KR_NEW(surfaces, ctx, KR_ACCOUNT_RUPTURES, 1);
    surfaces->ctx = ctx;
    surfaces->job = job;
    surfaces->model = model;
    kr_arena_init(&surfaces->arena, ctx, KR_ACCOUNT_RUPTURES);
    kr_arena_init(&surfaces->scratch, ctx, KR_ACCOUNT_RUPTURES);
    kr_map_init(&surfaces->by_digest, ctx, KR_ACCOUNT_RUPTURES);
    kr_map_init(&surfaces->by_size, ctx, KR_ACCOUNT_RUPTURES);
    *out = surfaces;
out:
    return s;
}

void kr_surfaces_destroy(kr_surfaces **surfaces)
{
    kr_surfaces *x = *surfaces;

    if (!x)
        return;
    kr_section_store_clear(x);
    kr_outlines_destroy(&x->outlines);
    kr_map_clear(&x->by_digest);
    kr_map_clear(&x->by_size);
    kr_free(x->made);
    kr_free(x->floats);
    kr_free(x->mirrors);
    kr_arena_clear(&x->scratch);
    kr_arena_clear(&x->arena);
    kr_free(x);
    *surfaces = NULL;
}

/* ---- one surface ---- */

static kr_simple_fault simple_fault_of(const kr_geometry *g)
{
    return (kr_simple_fault){
        .trace = g->lines[0], .dip = g->dip, .upper_km = g->upper_km, .lower_km = g->lower_km};
}

static kr_status simple_mesh(kr_surfaces *x, const kr_geometry *g, kr_mesh *mesh,
                             const char **problem)
{
    kr_simple_fault fault = simple_fault_of(g);

    *problem = kr_simple_fault_problem(&fault, g->spacing_km);
    return *problem ? KR_OK
                    : kr_simple_fault_mesh(x->ctx, &fault, g->spacing_km, &x->arena, mesh, problem);
}

static kr_status complex_mesh(kr_surfaces *x, const kr_geometry *g, kr_mesh *mesh,
                              const char **problem)
{
    *problem = kr_complex_fault_problem(g->lines, g->nlines, g->spacing_km);
    return *problem ? KR_OK
                    : kr_complex_fault_mesh(x->ctx, g->lines, g->nlines, g->spacing_km, &x->arena,
                                            mesh, problem);
}

/* The profiles of a kite surface are given, or follow from a trace and a dip. */
static kr_status kite_mesh(kr_surfaces *x, const kr_geometry *g, kr_mesh *mesh,
                           const char **problem)
{
    kr_status s = KR_OK;
    kr_line *made = NULL;
    const kr_line *profiles = g->lines;
    size_t n = g->nlines;
    double profile_km = isnan(g->profile_km) ? g->spacing_km : g->profile_km;

    if (g->kind == KR_GEOMETRY_SIMPLE) {
        kr_simple_fault fault = simple_fault_of(g);
        *problem = kr_simple_fault_problem(&fault, g->spacing_km);
        if (!*problem)
            KR_TRY(kr_kite_profiles_of_simple(x->ctx, &fault, g->spacing_km, &x->scratch, &made, &n,
                                              problem));
        profiles = made;
    }
    if (!*problem)
        *problem = kr_kite_problem(profiles, n);
    if (!*problem)
        KR_TRY(
            kr_kite_mesh(x->ctx, profiles, n, profile_km, g->spacing_km, &x->arena, mesh, problem));
out:
    return s;
}

static kr_surface_kind kind_of(const kr_geometry *g)
{
    switch (g->kind) {
    case KR_GEOMETRY_SIMPLE:
        return isnan(g->profile_km) ? KR_SURFACE_SIMPLE : KR_SURFACE_KITE;
    case KR_GEOMETRY_COMPLEX:
        return KR_SURFACE_COMPLEX;
    case KR_GEOMETRY_PLANAR:
        return KR_SURFACE_PLANAR;
    case KR_GEOMETRY_GRIDDED:
        return KR_SURFACE_GRIDDED;
    case KR_GEOMETRY_KITE:
        break;
    }
    return KR_SURFACE_KITE;
}

static kr_status make_mesh(kr_surfaces *x, const kr_geometry *g, kr_surface_kind kind,
                           kr_mesh *mesh, const char **problem)
{
    switch (kind) {
    case KR_SURFACE_SIMPLE:
        return simple_mesh(x, g, mesh, problem);
    case KR_SURFACE_COMPLEX:
        return complex_mesh(x, g, mesh, problem);
    case KR_SURFACE_KITE:
        return kite_mesh(x, g, mesh, problem);
    case KR_SURFACE_GRIDDED:
        if (g->lines[0].n > 0 && g->single && x->job->compat != KR_COMPAT_EXACT)
            return kr_mesh_make_single(x->ctx, g->lines[0].p, g->lines[0].n, &x->arena, mesh);
        if (g->lines[0].n > 0)
            return kr_mesh_make(x->ctx, g->lines[0].p, 1, g->lines[0].n, false, &x->arena, mesh);
        *problem = "a gridded surface has no nodes; at least one is needed";
        return KR_OK;
    case KR_SURFACE_PLANAR:
        break;
    }
    return KR_OK;
}

static kr_status make_surface(kr_surfaces *x, const kr_geometry *g, kr_surface *out)
{
    kr_status s = KR_OK;
    kr_surface_kind kind = kind_of(g);
    const char *problem = NULL;
    kr_mesh mesh = {0};

    if (kind == KR_SURFACE_PLANAR) {
        if (g->lines[0].n == 4)
            KR_TRY(kr_surface_make_planar(x->ctx, g->lines[0].p, &x->arena, out, &problem));
        else
            problem = "a planar surface has four corners";
    } else {
        KR_TRY(make_mesh(x, g, kind, &mesh, &problem));
        if (!problem)
            KR_TRY(kr_surface_make(x->ctx, kind, &mesh, &x->arena, out));
        if (!x->outlines && kind != KR_SURFACE_KITE)
            KR_TRY(kr_outlines_create(x->ctx, most_of_outlines, &x->outlines));
    }
    if (problem)
        s = kr_fail(x->ctx, KR_EINPUT, "%s", problem);
out:
    kr_arena_reset(&x->scratch);
    return kr_fail_place(x->ctx, s, g->file, g->line, kr_geometry_tag(g->kind));
}

kr_status kr_surfaces_get(kr_surfaces *surfaces, const kr_geometry *geometry,
                          const kr_surface **out)
{
    kr_status s = KR_OK;
    char name[40];
    char *key = NULL;
    kr_surface *made = NULL;
    int64_t at = 0;

    snprintf(name, sizeof name, "%016" PRIx64 "%016" PRIx64, geometry->digest.a,
             geometry->digest.b);
    if (kr_map_get(&surfaces->by_digest, name, &at)) {
        *out = surfaces->made[at];
        goto out;
    }
    KR_ANEW(made, &surfaces->arena, 1);
    KR_TRY(make_surface(surfaces, geometry, made));
    KR_GROW(surfaces->made, surfaces->cap, surfaces->n + 1, surfaces->ctx, KR_ACCOUNT_RUPTURES);
    KR_ASTR(key, &surfaces->arena, name);
    KR_TRY(kr_map_put(&surfaces->by_digest, key, (int64_t)surfaces->n));
    surfaces->made[surfaces->n++] = made;
    *out = made;
out:
    return s;
}

kr_outlines *kr_surfaces_outlines(const kr_surfaces *surfaces)
{
    return surfaces->outlines;
}

/* ---- places of ruptures ---- */

typedef struct numbered {
    kr_float at;
    uint32_t number;
} numbered;

static int by_rows_and_columns(const void *x, const void *y)
{
    const numbered *a = x, *b = y;
    uint32_t a_rows = a->at.row1 - a->at.row0, b_rows = b->at.row1 - b->at.row0;
    uint32_t a_cols = a->at.col1 - a->at.col0, b_cols = b->at.col1 - b->at.col0;

    if (a_rows != b_rows)
        return a_rows < b_rows ? -1 : 1;
    if (a_cols != b_cols)
        return a_cols < b_cols ? -1 : 1;
    return a->number < b->number ? -1 : 1;
}

/* Places of one size together: their distances are found together. */
static kr_status sort_by_size(kr_surfaces *x, kr_float *at, kr_float_list *list)
{
    kr_status s = KR_OK;
    numbered *all = NULL;
    uint32_t *number = NULL;

    KR_NEW(all, x->ctx, KR_ACCOUNT_RUPTURES, list->n);
    KR_ANEW(number, &x->arena, list->n);
    for (size_t i = 0; i < list->n; i++)
        all[i] = (numbered){at[i], (uint32_t)i};
    qsort(all, list->n, sizeof *all, by_rows_and_columns);
    for (size_t i = 0; i < list->n; i++) {
        at[i] = all[i].at;
        number[i] = all[i].number;
    }
    list->at = at;
    list->number = number;
out:
    kr_free(all);
    return s;
}

kr_status kr_surfaces_floats(kr_surfaces *surfaces, const kr_surface *surface, double area_km2,
                             double length_km, kr_float_list *out)
{
    kr_status s = KR_OK;
    char name[80];
    char *key = NULL;
    kr_float *at = NULL;
    int64_t index = 0;
    kr_float_list list = {0};

    snprintf(name, sizeof name, "%p %a %a", (const void *)surface, area_km2, length_km);
    if (kr_map_get(&surfaces->by_size, name, &index)) {
        *out = surfaces->floats[index];
        goto out;
    }
    KR_TRY(kr_complex_fault_floats(surfaces->ctx, &surface->mesh, area_km2, length_km,
                                   &surfaces->arena, &at, &list.n));
    KR_TRY(sort_by_size(surfaces, at, &list));
    KR_GROW(surfaces->floats, surfaces->floats_cap, surfaces->nfloats + 1, surfaces->ctx,
            KR_ACCOUNT_RUPTURES);
    KR_ASTR(key, &surfaces->arena, name);
    KR_TRY(kr_map_put(&surfaces->by_size, key, (int64_t)surfaces->nfloats));
    surfaces->floats[surfaces->nfloats++] = list;
    *out = list;
out:
    return s;
}

kr_status kr_surfaces_mirrored(kr_surfaces *surfaces, const kr_surface *surface,
                               const kr_mesh **out)
{
    kr_status s = KR_OK;
    const kr_mesh *m = &surface->mesh;
    kr_point3 *nodes = NULL;
    kr_mesh *made = NULL;

    for (size_t i = 0; i < surfaces->nmirrors; i++) {
        if (surfaces->mirrors[i].of == surface) {
            *out = surfaces->mirrors[i].mesh;
            goto out;
        }
    }
    KR_NEW(nodes, surfaces->ctx, KR_ACCOUNT_RUPTURES, m->rows * m->cols);
    KR_ANEW(made, &surfaces->arena, 1);
    for (size_t i = 0; i < m->rows; i++)
        for (size_t j = 0; j < m->cols; j++)
            nodes[i * m->cols + j] = kr_mesh_node(m, i, m->cols - 1 - j);
    KR_TRY(kr_mesh_make(surfaces->ctx, nodes, m->rows, m->cols, false, &surfaces->arena, made));
    KR_GROW(surfaces->mirrors, surfaces->mirrors_cap, surfaces->nmirrors + 1, surfaces->ctx,
            KR_ACCOUNT_RUPTURES);
    surfaces->mirrors[surfaces->nmirrors++] = (kr_mirror){surface, made};
    *out = made;
out:
    kr_free(nodes);
    return s;
}

size_t kr_surfaces_outline_bytes(const kr_surfaces *surfaces)
{
    const size_t small = 512; /* heads, and rings of few points */
    size_t most = 0;
    for (size_t i = 0; i < surfaces->n && surfaces->outlines; i++) {
        const kr_surface *surface = surfaces->made[i];
        size_t round = 2 * (surface->mesh.rows + surface->mesh.cols);
        if (surface->kind != KR_SURFACE_KITE && surface->kind != KR_SURFACE_PLANAR && round > most)
            most = round;
    }
    return surfaces->outlines ? small + 2 * most * 2 * sizeof(double)
                              : 0; /* twice round: rings cross themselves */
}
