#include "rupture/compound.h"
#include "rupture/multi_int.h"
#include "rupture/surfaces_int.h"

#include <math.h>

/* ---- parameters of several parts ---- */

static kr_status too_far_apart(kr_ctx *ctx, const kr_geometry *g)
{
    return kr_fail_at(ctx, g->file, g->line,
                      "the parts of a surface are more than 180 degrees of longitude apart; they "
                      "must be closer");
}

/* The greatest depth of the nodes that are there: the reference has a depth that is no number where
 * a single kite surface lacks a node. */
static double deepest(const kr_compound *c)
{
    double zbot = -INFINITY;

    for (size_t p = 0; p < c->nparts; p++) {
        const kr_mesh *m = &c->parts[p]->mesh;
        for (size_t i = 0; i < m->rows; i++)
            for (size_t j = 0; j < m->cols; j++)
                zbot = fmax(zbot, m->depth[i * m->stride + j]);
    }
    return zbot;
}

/* The middle of the part that is nearest to the centre of the box. */
static kr_status find_middle(kr_ctx *ctx, kr_compound *c)
{
    kr_status s = KR_OK;
    const kr_bbox *b = &c->params.box;
    kr_lonlat at = kr_middle_point(b->west, b->north, b->east, b->south);
    kr_surface_work work = {0};
    kr_site_soa site = {0};
    _Alignas(64) double rrup[8];
    kr_dist_out out = {.of = {[KR_DIST_RRUP] = rrup}};
    double least = INFINITY;
    bool ok = true;

    KR_TRY(kr_surface_work_init(ctx, &work));
    KR_TRY(kr_site_soa_init(&site, ctx, KR_ACCOUNT_RUPTURES, 1));
    kr_site_soa_fill(&site, &at.lon, &at.lat, NULL, 1);
    for (size_t i = 0; i < c->nparts; i++) {
        KR_TRY(kr_surface_distances(c->parts[i], &site, KR_DIST_BIT(RRUP), &work, &out, &ok));
        if (rrup[0] < least)
            c->params.middle = c->parts[i]->params.middle;
        least = fmin(least, rrup[0]);
    }
out:
    kr_site_soa_clear(&site);
    kr_surface_work_clear(&work);
    return s;
}

static kr_section_params single_params(const kr_surface_params *p)
{
    return (kr_section_params){.area = (float)p->area,
                               .dip = (float)p->dip,
                               .strike = (float)p->strike,
                               .width = (float)p->width,
                               .ztor = (float)p->ztor,
                               .west = (float)p->box.west,
                               .east = (float)p->box.east,
                               .north = (float)p->box.north,
                               .south = (float)p->box.south};
}

/* The parts are taken like the sections of a multi-fault rupture. */
static kr_status join_params(kr_ctx *ctx, const kr_geometry *g, kr_compound *c)
{
    kr_status s = KR_OK;
    size_t n = c->nparts;
    kr_section_params *params = NULL;
    uint32_t *number = NULL;
    kr_multi_scratch scratch = {0};
    kr_sections sections = {.n = n};

    KR_TRY(kr_multi_scratch_init(&scratch, ctx, n));
    KR_NEW(params, ctx, KR_ACCOUNT_RUPTURES, n);
    KR_NEW(number, ctx, KR_ACCOUNT_RUPTURES, n);
    for (size_t i = 0; i < n; i++) {
        params[i] = single_params(&c->parts[i]->params);
        number[i] = (uint32_t)i;
    }
    sections.params = params;
    kr_multi_means(&sections, (kr_parts){number, n}, true, &scratch, &c->params);
    if (!kr_multi_box(&sections, (kr_parts){number, n}, &scratch, &c->params.box)) {
        s = too_far_apart(ctx, g);
        goto out;
    }
    KR_TRY(find_middle(ctx, c));
out:
    kr_free(params);
    kr_free(number);
    kr_multi_scratch_clear(&scratch);
    return s;
}

/* ---- generalized coordinates ---- */

static kr_status join_lines(kr_ctx *ctx, const kr_geometry *g, kr_compound *c, kr_arena *arena)
{
    kr_status s = KR_OK;
    double *scratch = NULL;
    void *ends = NULL;
    size_t n = c->nparts;

    KR_ANEW(c->lines, arena, n);
    KR_ANEW(c->set.order, arena, n);
    KR_ANEW(c->set.flipped, arena, n);
    KR_ANEW(c->set.shift, arena, n);
    for (size_t i = 0; i < n; i++) {
        c->lines[i] = &c->parts[i]->tor;
        if (c->lines[i]->nsegments == 0) {
            s = kr_fail_at(ctx, g->file, g->line,
                           "a part of a surface has no top edge; planarSurface and kiteSurface "
                           "can be parts");
            goto out;
        }
    }
    KR_NEW(scratch, ctx, KR_ACCOUNT_RUPTURES, 7 * n);
    if (!kr_gc2_set_order(c->lines, n, scratch, &c->set)) {
        s = too_far_apart(ctx, g);
        goto out;
    }
    ends = kr_alloc(ctx, KR_ACCOUNT_RUPTURES, kr_gc2_u_max_scratch(n), 1);
    if (!ends) {
        s = KR_ENOMEM;
        goto out;
    }
    c->u_max = kr_gc2_u_max(c->lines, &c->set, c->flipped_way, ends);
out:
    kr_free(scratch);
    kr_free(ends);
    return s;
}

/* rx = T; ry0 = how far U is from [0, u_max]. */
static void coordinates(kr_fault_maker *maker, const kr_compound *c, const kr_site_soa *sites,
                        unsigned wanted)
{
    float *t = maker->single[0], *u = maker->single[1], *w = maker->single[2];
    float *sum_t = maker->single[3], *sum_u = maker->single[4], *sum_w = maker->single[5];

    for (size_t j = 0; j < sites->n; j++)
        sum_t[j] = sum_u[j] = sum_w[j] = 0.0f;
    for (size_t k = 0; k < c->nparts; k++) {
        uint32_t i = c->set.order[k];
        kr_gc2_way way = c->set.flipped[i] ? c->flipped_way : KR_GC2_FORWARD;
        kr_gc2_line_tuw(c->lines[i], way, sites->lon, sites->lat, sites->n, t, u, w);
        kr_gc2_add(c->set.shift[k], t, u, w, sites->n, sum_t, sum_u, sum_w);
    }
    kr_gc2_finish(sum_w, sites->n, sum_t, sum_u);
    for (size_t j = 0; j < sites->n; j++) {
        float x = sum_u[j];
        if (wanted & KR_DIST_BIT(RX))
            maker->dist.of[KR_DIST_RX][j] = (double)sum_t[j];
        if (wanted & KR_DIST_BIT(RY0))
            maker->dist.of[KR_DIST_RY0][j] =
                (double)(x < 0.0f ? -x : (x > c->u_max ? x - c->u_max : 0.0f));
    }
}

/* ---- making ---- */

kr_status kr_compound_make(kr_ctx *ctx, kr_surfaces *surfaces, const kr_geometry *geometries,
                           size_t n, kr_arena *arena, kr_compound *out)
{
    kr_status s = KR_OK;

    *out = (kr_compound){.geometry = geometries, .nparts = n, .flipped_way = KR_GC2_NEGATED};
    if (surfaces->job->compat == KR_COMPAT_EXACT)
        out->flipped_way = KR_GC2_REVERSED;
    KR_ANEW(out->parts, arena, n);
    for (size_t i = 0; i < n; i++) {
        KR_TRY(kr_surfaces_get(surfaces, &geometries[i], &out->parts[i]));
        out->in_cshm = out->in_cshm || kr_mesh_in_canterbury(&out->parts[i]->mesh);
    }
    if (n == 1) {
        out->params = out->parts[0]->params;
    } else {
        KR_TRY(join_params(ctx, geometries, out));
        KR_TRY(join_lines(ctx, geometries, out, arena));
    }
    out->params.zbot = deepest(out);
out:
    return s;
}

/* ---- distances ---- */

/* The nearest node of all parts: of planar parts only the corners count. */
static void nearest_nodes(kr_fault_maker *maker, const kr_compound *c, const kr_site_soa *sites)
{
    double *least = maker->other.of[KR_DIST_RRUP];
    double *lon = maker->other.of[KR_DIST_CLON], *lat = maker->other.of[KR_DIST_CLAT];

    for (size_t j = 0; j < sites->n; j++)
        least[j] = INFINITY;
    for (size_t p = 0; p < c->nparts; p++) {
        const kr_mesh *m = &c->parts[p]->mesh;
        for (size_t k = 0; k < m->rows * m->cols; k++) {
            size_t at = k / m->cols * m->stride + k % m->cols;
            for (size_t j = 0; j < sites->n; j++) {
                double dx = m->x[at] - sites->x[j], dy = m->y[at] - sites->y[j],
                       dz = m->z[at] - sites->z[j], d = dx * dx + dy * dy + dz * dz;
                if (d < least[j]) {
                    least[j] = d;
                    lon[j] = m->lon[at];
                    lat[j] = m->lat[at];
                }
            }
        }
    }
}

static void closest_points(kr_fault_maker *maker, const kr_compound *c, const kr_site_soa *sites,
                           unsigned wanted)
{
    const double *lon = maker->other.of[KR_DIST_CLON], *lat = maker->other.of[KR_DIST_CLAT];

    nearest_nodes(maker, c, sites);
    for (size_t j = 0; j < sites->n; j++) {
        if (wanted & KR_DIST_BIT(CLON))
            maker->dist.of[KR_DIST_CLON][j] = lon[j];
        if (wanted & KR_DIST_BIT(CLAT))
            maker->dist.of[KR_DIST_CLAT][j] = lat[j];
        if (wanted & KR_DIST_BIT(AZIMUTHCP))
            maker->dist.of[KR_DIST_AZIMUTHCP][j] =
                kr_azimuth(sites->lon[j], sites->lat[j], lon[j], lat[j]);
    }
}

static void azimuths(kr_fault_maker *maker, const kr_compound *c, const kr_site_soa *sites)
{
    kr_point3 m = c->params.middle;

    for (size_t j = 0; j < sites->n; j++) {
        double a =
            fmod(kr_azimuth(m.lon, m.lat, sites->lon[j], sites->lat[j]) - c->params.strike, 360.0);
        maker->dist.of[KR_DIST_AZIMUTH][j] = a < 0.0 ? a + 360.0 : a;
    }
}

static kr_status least_distances(kr_fault_maker *maker, const kr_compound *c,
                                 const kr_site_soa *sites, unsigned wanted)
{
    kr_status s = KR_OK;
    bool ok = true;

    for (size_t p = 0; p < c->nparts; p++) {
        KR_TRY(kr_surface_distances(c->parts[p], sites, wanted, &maker->work,
                                    p ? &maker->other : &maker->dist, &ok));
        for (int d = 0; p && d < KR_DIST_COUNT; d++)
            for (size_t j = 0; (wanted >> d & 1u) && j < sites->n; j++)
                maker->dist.of[d][j] = fmin(maker->dist.of[d][j], maker->other.of[d][j]);
    }
out:
    return s;
}

kr_status kr_compound_distances(kr_fault_maker *maker, const kr_compound *compound,
                                const kr_site_soa *sites, unsigned wanted)
{
    kr_status s = KR_OK;
    const unsigned by_part = KR_DIST_BIT(RRUP) | KR_DIST_BIT(RJB);
    const unsigned closest = KR_DIST_BIT(CLON) | KR_DIST_BIT(CLAT) | KR_DIST_BIT(AZIMUTHCP);
    bool ok = true;

    wanted &= by_part | closest | KR_DIST_BIT(RX) | KR_DIST_BIT(RY0) | KR_DIST_BIT(AZIMUTH);
    if (compound->nparts == 1) {
        KR_TRY(kr_surface_distances(compound->parts[0], sites, wanted, &maker->work, &maker->dist,
                                    &ok));
        if (!ok)
            s = kr_fail_at(maker->ctx, compound->geometry->file, compound->geometry->line,
                           "a ground-motion model needs rx, which the surface does not have: no "
                           "two nodes of its top are side by side; a narrower mesh spacing is "
                           "needed");
        goto out;
    }
    if (wanted & by_part)
        KR_TRY(least_distances(maker, compound, sites, wanted & by_part));
    if (wanted & (KR_DIST_BIT(RX) | KR_DIST_BIT(RY0)))
        coordinates(maker, compound, sites, wanted);
    if (wanted & closest)
        closest_points(maker, compound, sites, wanted);
    if (wanted & KR_DIST_BIT(AZIMUTH))
        azimuths(maker, compound, sites);
out:
    return s;
}
