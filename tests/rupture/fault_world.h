/* Jobs with the models of tests/rupture/figures, their surfaces, and the pairs of their faults. */
#ifndef KR_TESTS_FAULT_WORLD_H
#define KR_TESTS_FAULT_WORLD_H

#include "rupture/fault.h"
#include "support/support.h"

#include "base/str.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const kr_column rupture_columns[] = {
    KR_COL_MAG,   KR_COL_RAKE,       KR_COL_DIP,      KR_COL_STRIKE,   KR_COL_ZTOR,   KR_COL_ZBOT,
    KR_COL_WIDTH, KR_COL_HYPO_DEPTH, KR_COL_HYPO_LON, KR_COL_HYPO_LAT, KR_COL_IN_CSHM};
static const kr_column distance_columns[] = {
    KR_COL_RRUP,    KR_COL_RJB,       KR_COL_RX,    KR_COL_RY0,  KR_COL_RHYPO, KR_COL_REPI,
    KR_COL_AZIMUTH, KR_COL_AZIMUTHCP, KR_COL_RVOLC, KR_COL_CLON, KR_COL_CLAT};

enum {
    NRUPTURE = sizeof rupture_columns / sizeof rupture_columns[0],
    NDISTANCE = sizeof distance_columns / sizeof distance_columns[0],
    NCOLUMNS = NRUPTURE + NDISTANCE,
    FIXED = 5, /* rupture, site, rate, number of probabilities, their sum weighted by 1, 2, ... */
    WIDTH = FIXED + NCOLUMNS,
    NSITES = 7
};

static inline kr_column column_of(size_t v)
{
    return v < NRUPTURE ? rupture_columns[v] : distance_columns[v - NRUPTURE];
}

/* ---- a job of one model ---- */

typedef struct world {
    kr_ctx *ctx;
    kr_arena arena;
    kr_job job;
    kr_magdist limits;
    kr_model *model;
    kr_surfaces *surfaces;
    kr_sites sites;
    kr_site_soa soa;
    double lon[NSITES], lat[NSITES], depth[NSITES];
    const double *figure;
    size_t nfigures, at;
} world;

static double limit_mags[] = {5.5, 6.5, 8.0}, limit_km[] = {25.0, 70.0, 190.0};

static inline const char *path_of(const char *name, const char *ending)
{
    static char path[2][1024];
    static size_t next;
    char *out = path[next++ % 2];

    assert_non_null(getenv("KAURI_SOURCE_DIR"));
    snprintf(out, 1024, "%s/tests/rupture/figures/%s.%s", getenv("KAURI_SOURCE_DIR"), name, ending);
    return out;
}

static inline void read_figures(world *w, const char *name)
{
    const char *bad = NULL;
    double *value = NULL;
    bool remark = false;
    size_t size = 0;
    char *text = (char *)kt_read_file(path_of(name, "txt"), &size);

    for (size_t i = 0; i < size; i++) {
        remark = text[i] != '\n' && (remark || text[i] == '#');
        if (remark)
            text[i] = ' ';
    }
    kt_ok(w->ctx, kr_parse_doubles(&w->arena, text, size, false, &value, &w->nfigures, &bad));
    w->figure = value;
    free(text);
}

static inline double figure(world *w)
{
    assert_true(w->at < w->nfigures);
    return w->figure[w->at++];
}

static inline void set_job(world *w)
{
    w->limits = (kr_magdist){"default", 0, 3, limit_mags, limit_km};
    w->job = (kr_job){.path = "job.ini",
                      .maximum_distance = &w->limits,
                      .nmaximum_distance = 1,
                      .investigation_time = 50,
                      .max_sites_disagg = 10,
                      .split_sources = true,
                      .rupture_mesh_spacing_km = 3,
                      .complex_fault_mesh_spacing_km = 6,
                      .width_of_mfd_bin = 0.1,
                      .area_source_discretization_km = 10};
}

static inline void begin(world *w, const char *name)
{
    size_t file = 0;

    memset(w, 0, sizeof *w);
    w->ctx = kt_ctx();
    kr_arena_init(&w->arena, w->ctx, KR_ACCOUNT_RUPTURES);
    set_job(w);
    read_figures(w, name);
    kt_ok(w->ctx, kr_model_create(w->ctx, &w->model));
    kt_ok(w->ctx, kr_model_read(w->ctx, w->model, &w->job, path_of(name, "xml"), &file));
    kt_ok(w->ctx, kr_surfaces_create(w->ctx, &w->job, w->model, &w->surfaces));
    assert_int_equal((int)figure(w), NSITES);
    for (size_t i = 0; i < NSITES; i++) {
        w->lon[i] = figure(w);
        w->lat[i] = figure(w);
        w->depth[i] = figure(w);
    }
    w->sites = (kr_sites){.n = NSITES, .lon = w->lon, .lat = w->lat, .depth = w->depth};
    kt_ok(w->ctx, kr_site_soa_init(&w->soa, w->ctx, KR_ACCOUNT_RUPTURES, NSITES));
    kr_site_soa_fill(&w->soa, w->lon, w->lat, w->depth, NSITES);
}

static inline void end(world *w)
{
    kr_site_soa_clear(&w->soa);
    kr_surfaces_destroy(&w->surfaces);
    kr_model_destroy(&w->model);
    kr_arena_clear(&w->arena);
    kt_ctx_end(&w->ctx);
}

/* ---- pairs ---- */

typedef struct pairs {
    size_t n, cap;
    double *row; /* WIDTH numbers each */
    kr_columns columns;
    size_t first_site, every; /* number of the tile's first site; keep every so many-th (0: all) */
} pairs;

static inline kr_status take(void *user, const kr_contexts *c)
{
    pairs *p = user;

    assert_true(c->n > 0 && c->n <= c->capacity);
    for (size_t k = 0; k < c->n; k++) {
        if (p->every && c->site[k] % p->every)
            continue;
        if (p->n == p->cap) {
            p->cap = p->cap ? 2 * p->cap : 256;
            p->row = realloc(p->row, p->cap * WIDTH * sizeof *p->row);
            assert_non_null(p->row);
        }
        double *row = p->row + p->n++ * WIDTH;
        row[0] = c->rupture[k];
        row[1] = (double)(c->site[k] + p->first_site);
        row[2] = c->rate[k];
        row[3] = (double)c->nprobs;
        row[4] = 0;
        for (size_t i = 0; i < c->nprobs; i++)
            row[4] += (double)(i + 1) * c->probs[k][i];
        for (size_t v = 0; v < NCOLUMNS; v++)
            row[FIXED + v] = c->col[column_of(v)] ? c->col[column_of(v)][k] : 0.0;
        assert_true(c->weight[k] == 1.0);
    }
    return KR_OK;
}

static inline int by_rupture_and_site(const void *a, const void *b)
{
    const double *x = a, *y = b;

    if (x[0] != y[0])
        return x[0] < y[0] ? -1 : 1;
    return x[1] < y[1] ? -1 : x[1] > y[1];
}

static inline kr_columns columns_for(const kr_source *source)
{
    kr_columns columns = 0;

    for (size_t v = 0; v < NCOLUMNS; v++)
        columns |= (kr_columns)1 << column_of(v);
    if (strstr(source->id, "grid"))
        columns &= ~(KR_BIT(WIDTH) | KR_BIT(RX) | KR_BIT(RY0) | KR_BIT(RJB));
    return columns;
}

/* All pairs of a fault with sites [first, first + n) as a tile of their own. */
static inline void run_tile(world *w, const kr_fault *fault, size_t first, size_t n, pairs *out)
{
    kr_site_soa tile = {0};
    kr_sites sites = {
        .n = n, .lon = w->lon + first, .lat = w->lat + first, .depth = w->depth + first};
    kr_fault_maker *maker = NULL;
    const kr_source *source = kr_fault_source(fault);

    kt_ok(w->ctx, kr_site_soa_init(&tile, w->ctx, KR_ACCOUNT_RUPTURES, n));
    kr_site_soa_fill(&tile, sites.lon, sites.lat, sites.depth, n);
    kr_fault_setup setup = {.job = &w->job,
                            .trt = source->trt,
                            .columns = columns_for(source),
                            .sites = &sites,
                            .tile = &tile,
                            .job_sites = &w->soa};
    kt_ok(w->ctx, kr_fault_maker_create(w->ctx, &setup, &maker));
    out->first_site = first;
    kt_ok(w->ctx, kr_fault_maker_run(maker, fault, 0, kr_fault_nitems(fault), take, out));
    assert_true(kr_fault_maker_estimate(maker, fault) >= 0.0);
    kr_fault_maker_destroy(&maker);
    kr_site_soa_clear(&tile);
}

static inline pairs all_pairs(world *w, const kr_fault *fault)
{
    pairs p = {0};

    run_tile(w, fault, 0, NSITES, &p);
    if (p.n)
        qsort(p.row, p.n, WIDTH * sizeof *p.row, by_rupture_and_site);
    return p;
}

static inline const kr_source *source_of(const world *w, const char *id)
{
    const kr_source_file *file = &w->model->files[0];

    for (size_t g = 0; g < file->ngroups; g++)
        for (size_t i = 0; i < file->groups[g].nsources; i++)
            if (kr_str_eq(file->groups[g].sources[i]->id, id))
                return file->groups[g].sources[i];
    fail_msg("no source %s", id);
    return NULL;
}

#endif
