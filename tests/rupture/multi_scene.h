/* Scenes of fault sections, ruptures and sites for the tests of multi-fault sources. */
#ifndef KR_TESTS_MULTI_SCENE_H
#define KR_TESTS_MULTI_SCENE_H

#include "base/str.h"
#include "rupture/fault.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MULTI_SITES = 40, MULTI_VALUES = 22 };

/* The columns, in the order of the figures. */
static const kr_column multi_cols[MULTI_VALUES - 2] = {
    KR_COL_MAG,     KR_COL_RAKE,  KR_COL_DIP,        KR_COL_STRIKE,   KR_COL_ZTOR,
    KR_COL_ZBOT,    KR_COL_WIDTH, KR_COL_HYPO_DEPTH, KR_COL_HYPO_LON, KR_COL_HYPO_LAT,
    KR_COL_IN_CSHM, KR_COL_RRUP,  KR_COL_RJB,        KR_COL_RX,       KR_COL_RY0,
    KR_COL_RHYPO,   KR_COL_REPI,  KR_COL_AZIMUTH,    KR_COL_CLON,     KR_COL_CLAT};

static inline kr_columns multi_columns(void)
{
    kr_columns all = 0;

    for (size_t c = 0; c < MULTI_VALUES - 2; c++)
        all |= (kr_columns)1 << multi_cols[c];
    return all;
}

typedef struct multi_scene {
    kr_arena arena; /* of everything below */
    kr_job job;
    kr_magdist limits;
    const double *number; /* of the file */
    size_t nnumbers, at;
    kr_sites sites;
    kr_site_soa soa;
    kr_model model;
    kr_multi_fault multi;
    kr_source source;
    size_t nexpected;
    const double *expected; /* nexpected x (2 + MULTI_VALUES - 1): rupture, site, columns, rate or
                               first probability */
} multi_scene;

/* ---- reading ---- */

static inline double multi_number(multi_scene *m)
{
    assert_true(m->at < m->nnumbers);
    return m->number[m->at++];
}

static inline void *multi_room(multi_scene *m, size_t n, size_t size)
{
    void *p = kr_arena_alloc(&m->arena, n ? n : 1, size);

    assert_non_null(p);
    return p;
}

static inline void multi_read_sites(multi_scene *m, kr_ctx *ctx)
{
    size_t n = (size_t)multi_number(m);
    double *xyz[3];

    for (int k = 0; k < 3; k++)
        xyz[k] = multi_room(m, n, sizeof(double));
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++)
            xyz[k][i] = multi_number(m);
    }
    m->sites = (kr_sites){.n = n, .lon = xyz[0], .lat = xyz[1], .depth = xyz[2]};
    kt_ok(ctx, kr_site_soa_init(&m->soa, ctx, KR_ACCOUNT_SITES, n));
    kr_site_soa_fill(&m->soa, xyz[0], xyz[1], xyz[2], n);
}

static inline void multi_read_job(multi_scene *m)
{
    memset(&m->job, 0, sizeof m->job);
    m->job.path = "job.ini";
    m->job.max_sites_disagg = (size_t)multi_number(m);
    m->job.infer_occur_rates = multi_number(m) != 0.0;
    m->job.minimum_distance_km = multi_number(m);
    m->job.split_sources = true;
    m->job.investigation_time = 1;
    m->limits = (kr_magdist){.trt = "default", .n = (size_t)multi_number(m)};
    m->limits.mag = multi_room(m, m->limits.n, sizeof(double));
    m->limits.dist_km = multi_room(m, m->limits.n, sizeof(double));
    for (size_t i = 0; i < m->limits.n; i++) {
        m->limits.mag[i] = multi_number(m);
        m->limits.dist_km[i] = multi_number(m);
    }
    m->job.maximum_distance = &m->limits;
    m->job.nmaximum_distance = 1;
}

static inline kr_line multi_read_line(multi_scene *m)
{
    size_t n = (size_t)multi_number(m);
    kr_point3 *p = multi_room(m, n, sizeof *p);

    for (size_t i = 0; i < n; i++) {
        p[i].lon = multi_number(m);
        p[i].lat = multi_number(m);
        p[i].depth = multi_number(m);
    }
    return (kr_line){n, p};
}

static inline void multi_read_sections(multi_scene *m)
{
    size_t n = (size_t)multi_number(m);
    double spacing = multi_number(m);
    char(*id)[24] = multi_room(m, n, sizeof *id);

    m->model.nsections = n;
    m->model.sections = multi_room(m, n, sizeof *m->model.sections);
    for (size_t k = 0; k < n; k++) {
        size_t nlines = (size_t)multi_number(m);
        kr_line *lines = multi_room(m, nlines, sizeof *lines);
        kr_geometry *g = multi_room(m, 1, sizeof *g);
        for (size_t i = 0; i < nlines; i++)
            lines[i] = multi_read_line(m);
        *g = (kr_geometry){.kind = KR_GEOMETRY_KITE,
                           .nlines = nlines,
                           .lines = lines,
                           .dip = NAN,
                           .upper_km = NAN,
                           .lower_km = NAN,
                           .spacing_km = spacing,
                           .profile_km = spacing,
                           .file = "sections.xml",
                           .line = 10 + (int)k};
        snprintf(id[k], sizeof id[k], "%zu", k);
        m->model.sections[k] = (kr_section){id[k], NULL, g->file, g->line, 1, g};
    }
}

static inline void multi_read_ruptures(multi_scene *m)
{
    size_t n = (size_t)multi_number(m), nprobs = (size_t)multi_number(m), next = 0;
    float *mag = multi_room(m, n, sizeof *mag), *rake = multi_room(m, n, sizeof *rake);
    double *probs = multi_room(m, n * nprobs, sizeof *probs);
    uint32_t *first = multi_room(m, n + 1, sizeof *first);
    uint32_t *section = multi_room(m, n * m->model.nsections, sizeof *section);

    for (size_t i = 0; i < n; i++) {
        mag[i] = (float)multi_number(m);
        rake[i] = (float)multi_number(m);
        for (size_t k = 0; k < nprobs; k++)
            probs[i * nprobs + k] = multi_number(m);
        first[i] = (uint32_t)next;
        for (size_t k = (size_t)multi_number(m); k; k--)
            section[next++] = (uint32_t)multi_number(m);
    }
    first[n] = (uint32_t)next;
    m->multi = (kr_multi_fault){.n = n,
                                .nprobs = nprobs,
                                .mag = mag,
                                .rake = rake,
                                .probs = probs,
                                .first = first,
                                .section = section};
    m->source = (kr_source){.kind = KR_SOURCE_MULTI_FAULT,
                            .id = "1",
                            .name = "multi",
                            .trt = "Crust",
                            .file = "model.xml",
                            .line = 7,
                            .multi = &m->multi,
                            .mutex_weight = 1};
}

/* One scene after the other out of the numbers of a file. */
static inline void multi_begin(multi_scene *m, kr_ctx *ctx, const double *number, size_t n,
                               size_t at)
{
    memset(m, 0, sizeof *m);
    kr_arena_init(&m->arena, ctx, KR_ACCOUNT_MODEL);
    m->number = number;
    m->nnumbers = n;
    m->at = at;
    multi_read_sites(m, ctx);
    multi_read_job(m);
    multi_read_sections(m);
    multi_read_ruptures(m);
    m->nexpected = (size_t)multi_number(m);
    m->expected = &m->number[m->at];
    m->at += m->nexpected * (MULTI_VALUES + 1);
    assert_true(m->at <= m->nnumbers);
}

static inline void multi_end(multi_scene *m)
{
    kr_site_soa_clear(&m->soa);
    kr_arena_clear(&m->arena);
}

/* ---- running ---- */

/* A pair as a visitor has seen it: rupture, site, columns, rate or first probability. */
typedef struct multi_pair {
    double value[MULTI_VALUES + 1];
} multi_pair;

typedef struct multi_seen {
    multi_pair *pair;
    size_t n, cap, first_site;
    kr_columns columns;
} multi_seen;

static inline kr_status multi_visit(void *user, const kr_contexts *batch)
{
    multi_seen *s = user;

    for (size_t k = 0; k < batch->n; k++) {
        if (s->n == s->cap) {
            s->cap = 2 * s->cap + 64;
            s->pair = realloc(s->pair, s->cap * sizeof *s->pair);
            assert_non_null(s->pair);
        }
        double *v = s->pair[s->n++].value;
        *v++ = batch->rupture[k];
        *v++ = (double)(batch->site[k] + s->first_site);
        for (size_t c = 0; c < MULTI_VALUES - 2; c++)
            *v++ = s->columns >> multi_cols[c] & 1u ? batch->col[multi_cols[c]][k] : 0.0;
        *v = batch->nprobs ? batch->probs[k][0] : batch->rate[k];
        kt_same(batch->weight[k], 1);
    }
    return KR_OK;
}

static inline int multi_by_rupture(const void *a, const void *b)
{
    const multi_pair *x = a, *y = b;

    if (x->value[0] != y->value[0])
        return x->value[0] < y->value[0] ? -1 : 1;
    return x->value[1] < y->value[1] ? -1 : x->value[1] > y->value[1];
}

/* How a scene is run. */
typedef struct multi_way {
    kr_columns columns;
    size_t ntiles;    /* each with a table of its own */
    size_t per_block; /* sites of a block of a tile; 0: all */
    size_t items;     /* of each call of the maker; 0: all */
    int threads;
} multi_way;

static inline void multi_run_block(multi_scene *m, kr_ctx *ctx, const kr_fault *fault,
                                   kr_fault_setup *setup, const multi_way *way, multi_seen *all)
{
    kr_fault_maker *maker = NULL;
    size_t n = kr_fault_nitems(fault), step = way->items ? way->items : n;

    kt_ok(ctx, kr_fault_maker_create(ctx, setup, &maker));
    for (size_t i = 0; i < n; i += step)
        kt_ok(ctx,
              kr_fault_maker_run(maker, fault, i, n - i < step ? n - i : step, multi_visit, all));
    kr_fault_maker_destroy(&maker);
    (void)m;
}

static inline void multi_run_tile(multi_scene *m, kr_ctx *ctx, const kr_fault *fault,
                                  const kr_sections *sections, const multi_way *way, size_t first,
                                  size_t n, multi_seen *all)
{
    kr_site_soa tile;
    kr_section_table table;
    size_t step = way->per_block ? way->per_block : n;

    kt_ok(ctx, kr_site_soa_init(&tile, ctx, KR_ACCOUNT_SITES, n));
    kr_site_soa_fill(&tile, m->sites.lon + first, m->sites.lat + first, m->sites.depth + first, n);
    kt_ok(ctx, kr_section_table_make(ctx, sections, way->columns, &tile, way->threads, &table));
    for (size_t i = 0; i < n; i += step) {
        kr_site_soa soa;
        kr_sites part = m->sites;
        part.n = n - i < step ? n - i : step;
        part.lon += first + i;
        part.lat += first + i;
        part.depth += first + i;
        kt_ok(ctx, kr_site_soa_init(&soa, ctx, KR_ACCOUNT_SITES, part.n));
        kr_site_soa_fill(&soa, part.lon, part.lat, part.depth, part.n);
        kr_fault_setup setup = {.job = &m->job,
                                .trt = "Crust",
                                .columns = way->columns,
                                .sites = &part,
                                .tile = &soa,
                                .job_sites = &m->soa,
                                .sections = &table,
                                .first_in_table = i};
        all->first_site = first + i;
        multi_run_block(m, ctx, fault, &setup, way, all);
        kr_site_soa_clear(&soa);
    }
    kr_section_table_clear(&table);
    kr_site_soa_clear(&tile);
}

/* All pairs, by rupture and site. */
static inline multi_seen multi_run(multi_scene *m, kr_ctx *ctx, const multi_way *way)
{
    multi_seen all = {.columns = way->columns};
    kr_surfaces *surfaces = NULL;
    kr_fault *fault = NULL;

    kt_ok(ctx, kr_surfaces_create(ctx, &m->job, &m->model, &surfaces));
    kt_ok(ctx, kr_fault_create(ctx, &m->job, surfaces, &m->source, m->source.trt, false, &fault));
    assert_int_equal(kr_fault_count_ruptures(fault), m->multi.n);
    kt_ok(ctx, kr_fault_meet_sites(ctx, fault, "Crust", way->columns, &m->soa, way->threads));
    for (size_t t = 0; t < way->ntiles; t++) {
        size_t a = m->sites.n * t / way->ntiles, b = m->sites.n * (t + 1) / way->ntiles;
        multi_run_tile(m, ctx, fault, kr_surfaces_sections(surfaces), way, a, b - a, &all);
    }
    kr_fault_destroy(&fault);
    kr_surfaces_destroy(&surfaces);
    if (all.n)
        qsort(all.pair, all.n, sizeof *all.pair, multi_by_rupture);
    return all;
}

#endif
