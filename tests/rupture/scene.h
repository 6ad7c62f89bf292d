/* Small jobs, sites and sources for the tests of the rupture room. */
#ifndef KR_TESTS_SCENE_H
#define KR_TESTS_SCENE_H

#include "rupture/rupture.h"
#include "support/support.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SCENE_SITES = 24, SCENE_MAGS = 5 };

typedef struct scene {
    kr_job job;
    kr_magdist limits;
    double limit_mag[3], limit_km[3];
    const char *region;
    double close_km;
    kr_sites sites;
    double lon[SCENE_SITES], lat[SCENE_SITES], depth[SCENE_SITES], vs30[SCENE_SITES];
    kr_site_soa soa;
    kr_source source;
    kr_mfd mfd;
    double mags[SCENE_MAGS], rates[SCENE_MAGS];
    kr_nodal_plane planes[2];
    kr_hypo_depth depths[2];
    double point_lon[6], point_lat[6];
    kr_mfd mfds[6];
    kr_columns columns, extra;
    bool source_mags;
} scene;

static const kr_columns scene_columns = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(ZTOR) | KR_BIT(WIDTH) |
                                        KR_BIT(HYPO_DEPTH) | KR_BIT(HYPO_LON) | KR_BIT(RRUP) |
                                        KR_BIT(RJB) | KR_BIT(RX) | KR_BIT(RHYPO) | KR_BIT(AZIMUTH) |
                                        KR_BIT(VS30) | KR_BIT(LON) | KR_BIT(CLON) | KR_BIT(CLAT);

/* No model that jumps. */
static const kr_jumps scene_jumps = {0, NULL};

static inline void scene_job(scene *sc)
{
    static const double mag[] = {4.5, 6, 7}, km[] = {60, 120, 300};

    memcpy(sc->limit_mag, mag, sizeof mag);
    memcpy(sc->limit_km, km, sizeof km);
    sc->region = "default";
    sc->close_km = 40;
    sc->limits = (kr_magdist){"default", 0, 3, sc->limit_mag, sc->limit_km};
    sc->job.maximum_distance = &sc->limits;
    sc->job.nmaximum_distance = 1;
    sc->job.pointsource_distance = (kr_by_trt){1, &sc->region, &sc->close_km};
    sc->job.max_sites_disagg = 10;
    sc->job.split_sources = true;
}

/* A multi-point source of n points at the place, with 2 planes and 2 depths. */
static inline void scene_source(scene *sc, double lon, double lat, size_t n)
{
    uint64_t seed = 11;

    for (int m = 0; m < SCENE_MAGS; m++) {
        sc->mags[m] = 4.75 + 0.5 * m;
        sc->rates[m] = 0.1 / (m + 1);
    }
    sc->planes[0] = (kr_nodal_plane){0.25, 30, 60, 90};
    sc->planes[1] = (kr_nodal_plane){0.75, 250, 90, 10};
    sc->depths[0] = (kr_hypo_depth){0.5, 3};
    sc->depths[1] = (kr_hypo_depth){0.5, 12};
    for (size_t i = 0; i < 6; i++) {
        sc->mfds[i] = (kr_mfd){.kind = KR_MFD_ARBITRARY,
                               .n = SCENE_MAGS - i % 3,
                               .mags = sc->mags,
                               .rates = sc->rates};
        sc->point_lon[i] = kr_wrap_lon(lon + 0.5 * kt_random_unit(&seed));
        sc->point_lat[i] = lat + 0.5 * kt_random_unit(&seed);
    }
    sc->source = (kr_source){.kind = KR_SOURCE_MULTIPOINT,
                             .id = "1",
                             .trt = "Crust",
                             .file = "model.xml",
                             .line = 7,
                             .upper_depth_km = 0,
                             .lower_depth_km = 15,
                             .aspect = 1.5,
                             .nplanes = 2,
                             .planes = sc->planes,
                             .ndepths = 2,
                             .depths = sc->depths,
                             .npoints = n,
                             .lon = sc->point_lon,
                             .lat = sc->point_lat,
                             .nmfds = n,
                             .mfds = sc->mfds,
                             .mutex_weight = 1};
    assert_true(kr_msr_find("WC1994", &sc->source.msr));
}

static inline void scene_begin(scene *sc, kr_ctx *ctx, double lon, double lat, size_t nsites)
{
    uint64_t seed = 5;

    memset(sc, 0, sizeof *sc);
    sc->columns = scene_columns;
    scene_job(sc);
    scene_source(sc, lon, lat, 6);
    for (size_t j = 0; j < nsites; j++) {
        double km = 300 * kt_random_unit(&seed);
        kr_lonlat p = kr_point_at(lon, lat, 360 * kt_random_unit(&seed), km);
        sc->lon[j] = p.lon;
        sc->lat[j] = p.lat;
        sc->depth[j] = j % 4 == 1 ? -1 : 0;
        sc->vs30[j] = 100 + (double)j;
    }
    sc->sites.n = nsites;
    sc->sites.lon = sc->lon;
    sc->sites.lat = sc->lat;
    sc->sites.depth = sc->depth;
    sc->sites.param[KR_COL_VS30] = sc->vs30;
    kt_ok(ctx, kr_site_soa_init(&sc->soa, ctx, KR_ACCOUNT_SITES, nsites));
    kr_site_soa_fill(&sc->soa, sc->lon, sc->lat, sc->depth, nsites);
}

static inline void scene_end(scene *sc)
{
    kr_site_soa_clear(&sc->soa);
}

/* A pair as a visitor has seen it. */
typedef struct seen_pair {
    uint32_t site, rupture;
    double rate, value[16];
} seen_pair;

typedef struct seen {
    seen_pair *pair;
    size_t n, cap, first_site;
} seen;

static inline kr_status scene_visit(void *user, const kr_contexts *batch)
{
    seen *s = user;

    for (size_t k = 0; k < batch->n; k++) {
        size_t v = 0;
        if (s->n == s->cap) {
            s->cap = 2 * s->cap + 64;
            s->pair = realloc(s->pair, s->cap * sizeof *s->pair);
            assert_non_null(s->pair);
        }
        seen_pair *p = &s->pair[s->n++];
        memset(p, 0, sizeof *p);
        p->site = batch->site[k] + (uint32_t)s->first_site;
        p->rupture = batch->rupture[k];
        p->rate = batch->rate[k];
        for (int c = 0; c < KR_COL_COUNT; c++) {
            if (batch->columns >> c & 1u)
                p->value[v++] = batch->col[c][k];
        }
    }
    return KR_OK;
}

static inline int scene_by_site(const void *a, const void *b)
{
    const seen_pair *x = a, *y = b;

    if (x->site != y->site)
        return x->site < y->site ? -1 : 1;
    if (x->rupture != y->rupture)
        return x->rupture < y->rupture ? -1 : 1;
    return x->rate < y->rate ? -1 : x->rate > y->rate;
}

/* The pairs of a split (or of cells), the sites in `ntiles` tiles, sorted by site and rupture. */
static inline seen scene_run(scene *sc, kr_ctx *ctx, const kr_split *split, const kr_cells *cells,
                             size_t ntiles)
{
    seen all = {NULL, 0, 0, 0};

    for (size_t t = 0; t < ntiles; t++) {
        size_t a = sc->sites.n * t / ntiles, b = sc->sites.n * (t + 1) / ntiles;
        kr_sites part = sc->sites;
        kr_site_soa soa;
        kr_point_maker *maker = NULL;
        kr_point_setup setup = {.job = &sc->job,
                                .trt = "Crust",
                                .columns = sc->columns,
                                .sites = &part,
                                .tile = &soa,
                                .job_sites = &sc->soa,
                                .jumps = &scene_jumps,
                                .extra = sc->extra,
                                .source_mags = sc->source_mags};
        part.n = b - a;
        part.lon += a;
        part.lat += a;
        part.depth += a;
        part.param[KR_COL_VS30] += a;
        all.first_site = a;
        kt_ok(ctx, kr_site_soa_init(&soa, ctx, KR_ACCOUNT_SITES, b - a));
        kr_site_soa_fill(&soa, part.lon, part.lat, part.depth, b - a);
        kt_ok(ctx, kr_point_maker_create(ctx, &setup, &maker));
        if (cells)
            kt_ok(ctx, kr_point_maker_run_cells(maker, cells, 0, cells->n, scene_visit, &all));
        else
            kt_ok(ctx, kr_point_maker_run(maker, split, 0, split->npoints, scene_visit, &all));
        kr_point_maker_destroy(&maker);
        kr_site_soa_clear(&soa);
    }
    if (all.n)
        qsort(all.pair, all.n, sizeof *all.pair, scene_by_site);
    return all;
}

#endif
