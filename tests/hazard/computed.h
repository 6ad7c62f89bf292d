/* The component rates that the program computes of a job in a folder. */
#ifndef KR_TESTS_COMPUTED_H
#define KR_TESTS_COMPUTED_H

#include "hazard/hazard_int.h"
#include "support/model.h"
#include "support/support.h"

#include <stdlib.h>
#include <string.h>

typedef struct computed {
    kt_model model; /* read before anything else */
    kr_hazard *hazard;
    kr_sites *sites;
    double *rates;
    size_t n; /* of rates */
    kr_hazard_work work;
} computed;

/* Everything up to the rates, which are zero. */
static inline void computed_prepare(computed *c)
{
    kt_model *m = &c->model;
    kt_ok(m->ctx, kr_hazard_create(m->ctx, m->job, m->model, m->tree, &c->hazard));
    kt_ok(m->ctx, kr_sites_read(m->ctx, m->job, kr_hazard_site_columns(c->hazard), &c->sites));
    kt_ok(m->ctx, kr_hazard_prepare(c->hazard, c->sites, 1));
    c->n = m->tree->nrates * c->sites->n * m->job->nimts * m->job->nlevels;
    c->rates = calloc(c->n, sizeof *c->rates);
    assert_non_null(c->rates);
}

/* All sites in tiles of `tile`, put together as one tile would give them. */
static inline void compute_tiles(computed *c, size_t tile, int threads)
{
    size_t n = c->sites->n, curve = c->model.job->nimts * c->model.job->nlevels;
    size_t nrates = c->model.tree->nrates;
    memset(c->rates, 0, c->n * sizeof *c->rates);
    c->work = (kr_hazard_work){0};
    for (size_t first = 0; first < n; first += tile) {
        size_t part = n - first < tile ? n - first : tile;
        double *rates = calloc(nrates * part * curve, sizeof *rates);
        assert_non_null(rates);
        kt_ok(c->model.ctx, kr_hazard_tile(c->hazard, first, part, threads, rates, &c->work, NULL));
        for (size_t r = 0; r < nrates; r++)
            memcpy(c->rates + (r * n + first) * curve, rates + r * part * curve,
                   part * curve * sizeof *rates);
        free(rates);
    }
}

static inline void end(computed *c)
{
    free(c->rates);
    kr_hazard_destroy(&c->hazard);
    kr_sites_destroy(&c->sites);
    kt_model_end(&c->model);
}

/* From a model (a kt_model) to rates and back to nothing, for kt_fail_each_allocation. */
static inline kr_status whole_way(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    const kt_model *m = user;
    kr_hazard *hazard = NULL;
    kr_sites *sites = NULL;
    double *rates = NULL;
    kr_hazard_work work = {0};
    KR_TRY(kr_hazard_create(ctx, m->job, m->model, m->tree, &hazard));
    KR_TRY(kr_sites_read(ctx, m->job, kr_hazard_site_columns(hazard), &sites));
    KR_TRY(kr_hazard_prepare(hazard, sites, 1));
    KR_TRY(kr_hazard_estimate(hazard));
    KR_NEW(rates, ctx, KR_ACCOUNT_RATES,
           m->tree->nrates * sites->n * m->job->nimts * m->job->nlevels);
    KR_TRY(kr_hazard_tile(hazard, 0, sites->n, 1, rates, &work, NULL));
out:
    kr_free(rates);
    kr_hazard_destroy(&hazard);
    kr_sites_destroy(&sites);
    return s;
}

#endif
