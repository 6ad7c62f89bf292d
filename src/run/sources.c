/* The sources of a job as maps. */
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "output/geopackage.h"
#include "run/calc.h"
#include "run/shapes.h"
#include "run/source_map.h"

#include <math.h>
#include <string.h>

enum { MOST_PROPERTIES = 16 };

/* The files, and what goes into them. */
typedef enum layer { POINTS, AREAS, TRACES, OUTLINES, SECTION_TRACES, SECTIONS, NLAYERS } layer;
static const char *const layer_names[NLAYERS] = {"points",         "areas",          "fault_traces",
                                                 "fault_outlines", "section_traces", "sections"};
static const char PACKAGE[] = "sources.gpkg"; /* all of them */

/* What ruptures use of a section. */
typedef struct section_use {
    double ruptures, rate; /* rate: expected occurrences a year, over all sources */
} section_use;

typedef struct map {
    kr_ctx *ctx;
    const kr_job *job;
    const kr_model *model;
    kr_arena scratch; /* of one source */
    kr_geojson files[NLAYERS];
    size_t nopen;
    kr_geopackage *package;
    section_use *uses; /* one for each section */
    kr_shape_fn *take; /* gets the shapes instead of the files; or NULL */
    void *user;
} map;

/* ---- what is told about a source ---- */

typedef struct telling {
    kr_property of[MOST_PROPERTIES];
    size_t n;
} telling;

static void tell_text(telling *t, const char *name, const char *text)
{
    t->of[t->n++] = (kr_property){.name = name, .text = text ? text : ""};
}

static void tell_number(telling *t, const char *name, double number)
{
    t->of[t->n++] = (kr_property){.name = name, .number = number};
}

/* Magnitudes and expected occurrences a year. */
typedef struct activity {
    double least, most, rate;
} activity;

static void add_occurrences(activity *a, double mag, const double *probs, size_t nprobs,
                            double years)
{
    for (size_t k = 1; k < nprobs; k++)
        a->rate += (double)k * probs[k] / years;
    a->least = fmin(a->least, mag);
    a->most = fmax(a->most, mag);
}

static kr_status activity_of(map *m, const kr_source *source, activity *out)
{
    kr_status s = KR_OK;
    double years = m->job->investigation_time;
    *out = (activity){INFINITY, -INFINITY, 0};
    for (size_t i = 0; i < source->nmfds; i++) {
        double *mag, *rate;
        size_t n;
        KR_TRY(kr_mfd_bins(m->ctx, &source->mfds[i], &m->scratch, &mag, &rate, &n));
        for (size_t k = 0; k < n; k++) {
            out->least = fmin(out->least, mag[k]);
            out->most = fmax(out->most, mag[k]);
            out->rate += rate[k];
        }
    }
    for (size_t i = 0; source->multi && i < source->multi->n; i++)
        add_occurrences(out, (double)source->multi->mag[i],
                        source->multi->probs + i * source->multi->nprobs, source->multi->nprobs,
                        years);
    for (size_t i = 0; i < source->ngiven; i++)
        add_occurrences(out, source->given[i].mag, source->given[i].probs, source->given[i].nprobs,
                        years);
    if (out->least > out->most)
        out->least = out->most = NAN;
out:
    return s;
}

static kr_status tell_source(map *m, const kr_source *source, telling *t)
{
    kr_status s = KR_OK;
    activity a;
    t->n = 0;
    if (m->take)
        return KR_OK;
    KR_TRY(activity_of(m, source, &a));
    tell_text(t, "id", source->id);
    tell_text(t, "name", source->name);
    tell_text(t, "type", kr_source_tag(source->kind));
    tell_text(t, "tectonic_region", source->trt);
    tell_text(t, "file", kr_path_base(source->file));
    tell_number(t, "min_mag", a.least);
    tell_number(t, "max_mag", a.most);
    tell_number(t, "annual_rate", a.rate);
out:
    return s;
}

static void tell_depths(telling *t, double upper_km, double lower_km)
{
    tell_number(t, "upper_depth_km", upper_km);
    tell_number(t, "lower_depth_km", lower_km);
}

/* Depths of surfaces: as written for simple faults, those of the points of others. */
static void tell_depths_of(telling *t, const kr_geometry *g, size_t n)
{
    double upper = INFINITY, lower = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        bool simple = g[i].kind == KR_GEOMETRY_SIMPLE;
        for (size_t k = 0; k < g[i].nlines; k++)
            for (size_t j = 0; j < g[i].lines[k].n; j++) {
                double depth = g[i].lines[k].p[j].depth;
                upper = fmin(upper, simple ? g[i].upper_km : depth);
                lower = fmax(lower, simple ? g[i].lower_km : depth);
            }
    }
    tell_depths(t, upper, lower);
}

static kr_status add(map *m, layer where, kr_feature_kind kind, const kr_line *parts, size_t nparts,
                     const telling *t)
{
    kr_status s = KR_OK;
    const kr_feature feature = {
        .kind = kind, .nparts = nparts, .parts = parts, .nproperties = t->n, .properties = t->of};
    if (m->take)
        return m->take(m->user, kind, parts, nparts);
    KR_TRY(kr_geojson_add(&m->files[where], &feature));
    KR_TRY(kr_geopackage_add(m->package, where, &feature));
out:
    return s;
}

static kr_status add_shapes(map *m, const kr_geometry *g, size_t n, layer outlines, layer traces,
                            const telling *t)
{
    kr_status s = KR_OK;
    kr_shapes all;
    KR_TRY(kr_shapes_of(m->ctx, &m->scratch, g, n, &all));
    if (all.noutlines)
        KR_TRY(add(m, outlines, all.kind, all.outlines, all.noutlines, t));
    if (all.ntraces)
        KR_TRY(add(m, traces, KR_FEATURE_LINES, all.traces, all.ntraces, t));
out:
    return s;
}

/* ---- sources ---- */

static kr_status add_pointlike(map *m, const kr_source *source)
{
    kr_status s = KR_OK;
    bool area = source->kind == KR_SOURCE_AREA;
    telling t;
    kr_point3 *p;
    kr_line line;
    KR_TRY(tell_source(m, source, &t));
    tell_depths(&t, source->upper_depth_km, source->lower_depth_km);
    KR_ANEW(p, &m->scratch, source->npoints);
    for (size_t i = 0; i < source->npoints; i++)
        p[i] = (kr_point3){source->lon[i], source->lat[i], 0};
    line = (kr_line){source->npoints, p};
    KR_TRY(add(m, area ? AREAS : POINTS, area ? KR_FEATURE_POLYGONS : KR_FEATURE_POINTS, &line, 1,
               &t));
out:
    return s;
}

static kr_status add_fault(map *m, const kr_source *source)
{
    kr_status s = KR_OK;
    telling t;
    const kr_geometry *g = source->geometries;
    KR_TRY(tell_source(m, source, &t));
    tell_number(&t, "rake", source->rake);
    tell_number(&t, "dip", g->dip);
    tell_depths_of(&t, g, source->ngeometries);
    KR_TRY(add_shapes(m, g, source->ngeometries, OUTLINES, TRACES, &t));
out:
    return s;
}

/* The surfaces of all ruptures of a non-parametric source, each on its own. */
static kr_status add_given(map *m, const kr_source *source)
{
    kr_status s = KR_OK;
    telling t, of_rupture;
    KR_TRY(tell_source(m, source, &t));
    for (size_t i = 0; i < source->ngiven; i++) {
        const kr_given_rupture *r = &source->given[i];
        of_rupture = t;
        tell_number(&of_rupture, "rupture", (double)i);
        tell_number(&of_rupture, "mag", r->mag);
        tell_number(&of_rupture, "rake", r->rake);
        KR_TRY(add_shapes(m, r->geometries, r->ngeometries, OUTLINES, TRACES, &of_rupture));
    }
out:
    return s;
}

static void count_sections(map *m, const kr_source *source)
{
    const kr_multi_fault *f = source->multi;
    for (size_t i = 0; i < f->n && !m->take; i++) {
        activity a = {0};
        add_occurrences(&a, (double)f->mag[i], f->probs + i * f->nprobs, f->nprobs,
                        m->job->investigation_time);
        for (uint32_t k = f->first[i]; k < f->first[i + 1]; k++) {
            m->uses[f->section[k]].ruptures++;
            m->uses[f->section[k]].rate += a.rate;
        }
    }
}

static kr_status add_source(map *m, const kr_source *source)
{
    kr_status s = KR_OK;
    if (kr_source_is_pointlike(source->kind))
        s = add_pointlike(m, source);
    else if (source->kind == KR_SOURCE_MULTI_FAULT)
        count_sections(m, source);
    else if (source->kind == KR_SOURCE_NON_PARAMETRIC)
        s = add_given(m, source);
    else
        s = add_fault(m, source);
    kr_arena_reset(&m->scratch);
    return s;
}

static kr_status add_group(map *m, const kr_group *group)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < group->nsources; i++) {
        if (kr_interrupted(m->ctx))
            return kr_fail(m->ctx, KR_EINTERRUPTED, "interrupted");
        KR_TRY(add_source(m, group->sources[i]));
    }
out:
    return s;
}

static kr_status add_section(map *m, size_t k)
{
    kr_status s = KR_OK;
    const kr_section *section = &m->model->sections[k];
    telling t = {.n = 0};
    if (!section->file)
        return KR_OK;
    tell_text(&t, "id", section->id);
    tell_text(&t, "file", kr_path_base(section->file));
    tell_number(&t, "ruptures", m->uses[k].ruptures);
    tell_number(&t, "annual_rate", m->uses[k].rate);
    tell_depths_of(&t, section->geometries, section->ngeometries);
    KR_TRY(add_shapes(m, section->geometries, section->ngeometries, SECTIONS, SECTION_TRACES, &t));
out:
    kr_arena_reset(&m->scratch);
    return s;
}

static kr_status add_all(map *m)
{
    kr_status s = KR_OK;
    KR_NEW(m->uses, m->ctx, KR_ACCOUNT_OUTPUT, m->model->nsections);
    for (size_t f = 0; f < m->model->nfiles; f++) {
        const kr_source_file *file = &m->model->files[f];
        for (size_t g = 0; g < file->ngroups; g++)
            KR_TRY(add_group(m, &file->groups[g]));
        if (!m->take)
            kr_progress(m->ctx, "writing", (double)(f + 1), (double)m->model->nfiles);
    }
    for (size_t k = 0; k < m->model->nsections; k++)
        KR_TRY(add_section(m, k));
out:
    return s;
}

static kr_status begin_maps(map *m, const char *dir)
{
    kr_status s = KR_OK;
    for (; m->nopen < NLAYERS; m->nopen++) {
        char name[64];
        snprintf(name, sizeof name, "%s.geojson", layer_names[m->nopen]);
        KR_TRY(kr_geojson_begin(m->ctx, dir, name, NULL, &m->files[m->nopen]));
    }
    KR_TRY(kr_geopackage_begin(m->ctx, dir, PACKAGE, NULL, &m->package));
    for (size_t i = 0; i < NLAYERS; i++)
        KR_TRY(kr_geopackage_layer(m->package, layer_names[i], m->job->description));
out:
    return s;
}

static void tell(FILE *out, const char *name, const char *ending, size_t n)
{
    if (out && n > 0)
        fprintf(out, "%s%s%*s  %zu feature%s\n", name, ending,
                (int)(22 - strlen(name) - strlen(ending)), "", n, n == 1 ? "" : "s");
}

static kr_status write_maps(map *m, const char *dir, FILE *out)
{
    kr_status s = KR_OK;
    size_t all = 0;
    KR_TRY(kr_make_dirs(m->ctx, dir));
    KR_TRY(begin_maps(m, dir));
    KR_TRY(add_all(m));
    for (size_t i = 0; i < NLAYERS; i++)
        KR_TRY(kr_geojson_end(&m->files[i]));
    KR_TRY(kr_geopackage_end(m->package));
out:
    for (size_t i = 0; i < m->nopen; i++) {
        size_t n = m->files[i].nfeatures;
        s = kr_geojson_finish(&m->files[i], s);
        if (s == KR_OK)
            tell(out, layer_names[i], ".geojson", n);
        all += n;
    }
    s = kr_geopackage_finish(&m->package, s, false);
    if (s == KR_OK)
        tell(out, PACKAGE, "", all);
    return s;
}

kr_status kr_sources_shapes(kr_ctx *ctx, const kr_job *job, const kr_model *model,
                            kr_shape_fn *take, void *user)
{
    map m = {.ctx = ctx, .job = job, .model = model, .take = take, .user = user};
    kr_arena_init(&m.scratch, ctx, KR_ACCOUNT_OUTPUT);
    kr_status s = add_all(&m);
    kr_free(m.uses);
    kr_arena_clear(&m.scratch);
    return s;
}

kr_status kr_sources_write(kr_ctx *ctx, const kr_run_options *options, FILE *out)
{
    kr_status s = KR_OK;
    map m = {.ctx = ctx};
    kr_job *job = NULL;
    kr_model *model = NULL;
    kr_tree *tree = NULL;

    kr_arena_init(&m.scratch, ctx, KR_ACCOUNT_OUTPUT);
    KR_TRY(kr_options_job(ctx, options, &job));
    KR_TRY(kr_model_create(ctx, &model));
    KR_TRY(kr_tree_read(ctx, job, model, &tree));
    m.job = job;
    m.model = model;
    KR_TRY(write_maps(&m, options->dir, out));
out:
    kr_tree_destroy(&tree);
    kr_model_destroy(&model);
    kr_job_destroy(&job);
    kr_free(m.uses);
    kr_arena_clear(&m.scratch);
    return s;
}
