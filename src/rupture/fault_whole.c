/* Ruptures that break a whole surface: characteristic faults, whatever the magnitude, and ruptures
 * that are given one by one. */
#include "rupture/compound.h"

#include <math.h>
#include <string.h>

enum { GIVEN_IN_BLOCK = 100 }; /* ruptures that the reference keeps together */

/* One surface with the ruptures that break it: the magnitudes of a characteristic fault, or a
 * single rupture. */
typedef struct whole {
    kr_compound surface;
    kr_point3 hypo;
} whole;

struct kr_wholes {
    whole *all;         /* by item */
    const double *mags; /* of all ruptures */
    double *cuts;       /* their maximum distances; -1: not computed */
};

/* ---- making ---- */

static kr_status make_wholes(kr_fault *fault, kr_surfaces *surfaces)
{
    kr_status s = KR_OK;
    const kr_source *source = fault->source;
    struct kr_wholes *w = fault->of.wholes;

    for (size_t i = 0; i < fault->nitems; i++) {
        const kr_given_rupture *given = source->ngiven ? &source->given[i] : NULL;
        const kr_geometry *g = given ? given->geometries : source->geometries;
        size_t n = given ? given->ngeometries : source->ngeometries;
        KR_TRY(kr_compound_make(fault->ctx, surfaces, g, n, &fault->arena, &w->all[i].surface));
        w->all[i].hypo = given ? given->hypo : w->all[i].surface.params.middle;
    }
out:
    return s;
}

/* Magnitudes of the ruptures, and the maximum distance that each has within its block. */
static kr_status make_cuts(kr_fault *fault)
{
    kr_status s = KR_OK;
    const kr_source *source = fault->source;
    const kr_magdist *limits = kr_job_magdist(fault->job, fault->trt);
    size_t n = source->ngiven ? source->ngiven : fault->bins.n;
    size_t block = source->ngiven ? fault->block : n;
    double *mags = NULL, *cuts = NULL;

    KR_ANEW(mags, &fault->arena, n);
    KR_ANEW(cuts, &fault->arena, n);
    for (size_t i = 0; i < n; i++) {
        mags[i] = source->ngiven ? source->given[i].mag : fault->bins.mag[i];
        cuts[i] = -1.0;
    }
    for (size_t i = 0; limits && limits->n && i < n; i += block)
        kr_fault_cuts(fault->job, limits, mags + i, block < n - i ? block : n - i, cuts + i);
    fault->of.wholes->mags = mags;
    fault->of.wholes->cuts = cuts;
out:
    return s;
}

/* Bounds of the ruptures [first, last): of the boxes of all their parts. */
static kr_status bounds_of(const kr_fault *fault, size_t first, size_t last, double *lon,
                           double *lat, kr_bbox *out)
{
    const struct kr_wholes *w = fault->of.wholes;
    const kr_source *source = fault->source;
    size_t n = 0;

    for (size_t i = first; i < last; i++) {
        const kr_compound *c = &w->all[i].surface;
        for (size_t p = 0; p < c->nparts; p++) {
            const kr_bbox *b = &c->parts[p]->params.box;
            lon[n] = b->west;
            lat[n++] = b->south;
            lon[n] = b->east;
            lat[n++] = b->north;
        }
    }
    if (!kr_bbox_of(lon, lat, n, out))
        return kr_fail_at(fault->ctx, source->file, source->line,
                          "source '%s': its surfaces are more than 180 degrees of longitude apart; "
                          "they must be closer",
                          source->id);
    return KR_OK;
}

static kr_status make_bounds(kr_fault *fault)
{
    kr_status s = KR_OK;
    struct kr_wholes *w = fault->of.wholes;
    size_t blocks = (fault->nitems + fault->block - 1) / fault->block, nparts = 0;
    double *place = NULL;
    kr_bbox *bounds = NULL;

    KR_ANEW(bounds, &fault->arena, blocks);
    fault->bounds = bounds;
    fault->by_extent = true;
    if (fault->source->ngiven == 0) { /* of several parts in single precision */
        bounds[0] = w->all[0].surface.params.box;
        goto out;
    }
    for (size_t i = 0; i < fault->nitems; i++)
        nparts += w->all[i].surface.nparts;
    KR_NEW(place, fault->ctx, KR_ACCOUNT_RUPTURES, 4 * nparts);
    for (size_t b = 0; b < blocks; b++) {
        size_t first = b * fault->block, last = first + fault->block;
        KR_TRY(bounds_of(fault, first, last < fault->nitems ? last : fault->nitems, place,
                         place + 2 * nparts, &bounds[b]));
    }
out:
    kr_free(place);
    return s;
}

static kr_status make(kr_fault *fault, kr_surfaces *surfaces)
{
    kr_status s = KR_OK;
    const kr_source *source = fault->source;

    fault->nitems = source->kind == KR_SOURCE_CHARACTERISTIC ? 1 : source->ngiven;
    fault->block = fault->whole || source->ngiven == 0 ? fault->nitems : GIVEN_IN_BLOCK;
    if (fault->nitems == 0)
        goto out;
    KR_ANEW(fault->of.wholes, &fault->arena, 1);
    KR_ANEW(fault->of.wholes->all, &fault->arena, fault->nitems);
    KR_TRY(make_wholes(fault, surfaces));
    KR_TRY(make_cuts(fault));
    KR_TRY(make_bounds(fault));
out:
    return s;
}

/* ---- what there is ---- */

static uint64_t ruptures(const kr_fault *fault, size_t item)
{
    (void)item;
    return fault->source->ngiven ? 1 : fault->bins.n;
}

static size_t nodes_of(const kr_compound *c)
{
    size_t n = 0;

    for (size_t p = 0; p < c->nparts; p++)
        n += c->parts[p]->kind == KR_SURFACE_PLANAR
                 ? 1
                 : c->parts[p]->mesh.rows * c->parts[p]->mesh.cols;
    return n;
}

static double cost(const kr_fault *fault, size_t item)
{
    return (double)ruptures(fault, item) +
           (double)nodes_of(&fault->of.wholes->all[item].surface) / 16.0;
}

static bool has_gridded(const kr_fault *fault)
{
    for (size_t i = 0; i < fault->nitems; i++)
        if (fault->of.wholes->all[i].surface.parts[0]->kind == KR_SURFACE_GRIDDED)
            return true;
    return false;
}

/* What the reference does not have for gridded surfaces is not asked for. */
static kr_status meet_sites(kr_fault *fault, const char *trt, kr_columns columns,
                            const kr_site_soa *job_sites, int threads)
{
    const kr_source *source = fault->source;
    const kr_column missing[] = {KR_COL_RX, KR_COL_RY0, KR_COL_WIDTH};

    (void)trt;
    (void)job_sites;
    (void)threads;
    if (KR_HAS(columns, RCDPP))
        return kr_fail_at(
            fault->ctx, source->file, source->line,
            "source '%s': a ground-motion model needs rcdpp, which only simple faults "
            "with a hypoList and a slipList have",
            source->id);
    for (size_t i = 0; i < sizeof missing / sizeof missing[0]; i++) {
        if ((columns >> missing[i] & 1u) && has_gridded(fault))
            return kr_fail_at(fault->ctx, source->file, source->line,
                              "source '%s': a ground-motion model needs %s, which gridded "
                              "surfaces do not have; a model without it is needed",
                              source->id, kr_column_name(missing[i]));
    }
    return KR_OK;
}

/* Given ruptures that are the same in several models are seldom so in rates only. */
static bool alike(const kr_fault *a, const kr_fault *b)
{
    const struct kr_wholes *v = a->of.wholes, *w = b->of.wholes;

    return a->source->ngiven == 0 && b->source->ngiven == 0 && a->bins.n == b->bins.n &&
           memcmp(v->cuts, w->cuts, a->bins.n * sizeof *v->cuts) == 0;
}

/* ---- runs ---- */

/* Ruptures [first, last) of an item. */
static void ruptures_of(const kr_fault *fault, size_t item, size_t *first, size_t *last)
{
    *first = fault->source->ngiven ? item : 0;
    *last = fault->source->ngiven ? item + 1 : fault->bins.n;
}

static double greatest_cut(const kr_fault *fault, size_t item)
{
    size_t first, last;
    double cut = -1.0;

    ruptures_of(fault, item, &first, &last);
    for (size_t i = first; i < last; i++)
        cut = fmax(cut, fault->of.wholes->cuts[i]);
    return cut;
}

/* The sites that a surface needs distances for: all near ones, or a copy of those kept if that
 * saves work. */
static const kr_site_set *choose_sites(kr_fault_maker *maker, size_t kept)
{
    kr_site_set *part = &maker->part;

    if (4 * kept >= 3 * maker->near.soa.n)
        return &maker->near;
    kr_site_set_take(part, &maker->near.soa, maker->keep, kept);
    for (size_t k = 0; k < kept; k++)
        part->id[k] = maker->id[k];
    return part;
}

static void fill_row(const kr_fault *fault, const whole *w, size_t i, kr_rupture_row *row)
{
    const kr_source *source = fault->source;
    const kr_given_rupture *given = source->ngiven ? &source->given[i] : NULL;

    kr_rupture_row_fill(row, fault->of.wholes->mags[i], given ? given->rake : source->rake,
                        &w->surface.params, w->hypo, w->surface.in_cshm);
    row->number = (uint32_t)i;
    row->weight = given && !isnan(given->weight) ? given->weight : 1.0;
    row->rate = given ? 0.0 : fault->bins.rate[i];
    row->rates = NULL;
    if (fault->bins.alternatives) {
        row->rates = fault->bins.alternatives + i * fault->bins.nalternatives;
        row->rate = 1.0;
    }
    row->nprobs = given ? given->nprobs : 0;
    row->probs = given ? given->probs : NULL;
}

static kr_status run(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    kr_status s = KR_OK;
    const whole *w = &fault->of.wholes->all[item];
    const kr_site_set *sites = &maker->near;
    const double *rrup = maker->dist.of[KR_DIST_RRUP];
    double cut = greatest_cut(fault, item);
    size_t first, last, n;
    kr_rupture_row row;

    if (cut < 0.0)
        goto out;
    KR_TRY(kr_compound_distances(maker, &w->surface, &sites->soa, KR_DIST_BIT(RRUP)));
    n = kr_fault_keep(maker, sites, rrup, cut);
    if (n == 0)
        goto out;
    sites = choose_sites(maker, n);
    KR_TRY(kr_compound_distances(maker, &w->surface, &sites->soa, maker->wanted));
    if (maker->wanted & (KR_DIST_BIT(RHYPO) | KR_DIST_BIT(REPI)))
        kr_hypo_distances(w->hypo, &sites->soa, maker->dist.of[KR_DIST_RHYPO],
                          maker->dist.of[KR_DIST_REPI]);
    ruptures_of(fault, item, &first, &last);
    for (size_t i = first; i < last; i++) {
        if (fault->of.wholes->cuts[i] < 0.0)
            continue;
        n = kr_fault_keep(maker, sites, rrup, fault->of.wholes->cuts[i]);
        fill_row(fault, w, i, &row);
        KR_TRY(kr_batch_append_row(&maker->batch, &row, &maker->dist, maker->keep, maker->id, n));
    }
out:
    return s;
}

/* Sites within the maximum distance of the middle, and half the way along the surface more. */
static double estimate(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    const kr_surface_params *p = &fault->of.wholes->all[item].surface.params;
    double half = kr_geodetic_km(p->box.west, p->box.south, p->box.east, p->box.north) / 2.0;
    double sum = 0.0;
    size_t first, last;

    kr_chords(&maker->near.soa, kr_to_cartesian(p->middle.lon, p->middle.lat, p->middle.depth),
              maker->near.chord);
    ruptures_of(fault, item, &first, &last);
    for (size_t i = first; i < last; i++) {
        double reach = fault->of.wholes->cuts[i] + half;
        for (size_t j = 0; fault->of.wholes->cuts[i] > 0.0 && j < maker->near.soa.n; j++)
            sum += maker->near.chord[j] <= reach ? 1.0 : 0.0;
    }
    return sum;
}

const kr_fault_way kr_whole_way = {.make = make,
                                   .alike = alike,
                                   .ruptures = ruptures,
                                   .cost = cost,
                                   .meet_sites = meet_sites,
                                   .run = run,
                                   .estimate = estimate};
