#include "rupture/plan.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

void kr_plan_init(kr_plan *plan, kr_ctx *ctx, const kr_magdist *limits, bool shift_hypo)
{
    memset(plan, 0, sizeof *plan);
    plan->ctx = ctx;
    plan->limits = limits;
    plan->shift_hypo = shift_hypo;
}

void kr_plan_clear(kr_plan *plan)
{
    kr_free(plan->parts);
    kr_free(plan->mags);
    kr_free(plan->blocks);
    memset(plan, 0, sizeof *plan);
}

static bool same_plane(const kr_nodal_plane *a, const kr_nodal_plane *b)
{
    return a->prob == b->prob && a->strike == b->strike && a->dip == b->dip &&
           (a->rake == b->rake || (isnan(a->rake) && isnan(b->rake)));
}

static bool same_geometry(const kr_plan *plan, const kr_source *source)
{
    if (plan->made == 0 || plan->nparts != source->nplanes * source->ndepths ||
        plan->upper_km != source->upper_depth_km || plan->lower_km != source->lower_depth_km ||
        plan->aspect != source->aspect || plan->msr.id != source->msr.id ||
        plan->msr.c != source->msr.c)
        return false;
    for (size_t k = 0; k < plan->nparts; k++) {
        const kr_hypo_depth *d = &source->depths[k % source->ndepths];
        if (!same_plane(&plan->parts[k].plane, &source->planes[k / source->ndepths]) ||
            plan->parts[k].depth.prob != d->prob || plan->parts[k].depth.depth_km != d->depth_km)
            return false;
    }
    return true;
}

/* How many of the first magnitudes agree. */
static size_t common_mags(const kr_plan *plan, const kr_bins *bins)
{
    size_t n = plan->made < bins->n ? plan->made : bins->n, k = 0;

    while (k < n && plan->mags[k].mag == bins->mag[k])
        k++;
    return k;
}

static kr_status take_geometry(kr_plan *plan, const kr_source *source)
{
    kr_status s = KR_OK;
    size_t n = source->nplanes * source->ndepths;

    plan->made = 0;
    KR_GROW(plan->parts, plan->parts_cap, n, plan->ctx, KR_ACCOUNT_RUPTURES);
    for (size_t k = 0; k < n; k++)
        plan->parts[k] = (kr_plan_part){source->planes[k / source->ndepths],
                                        source->depths[k % source->ndepths]};
    plan->nparts = n;
    plan->upper_km = source->upper_depth_km;
    plan->lower_km = source->lower_depth_km;
    plan->aspect = source->aspect;
    plan->msr = source->msr;
out:
    return s;
}

/* The shapes of magnitude number m. */
static void make_mag(kr_plan *plan, size_t m, double mag)
{
    kr_plan_mag *out = &plan->mags[m];
    double length = 0.0, across = 0.0;
    bool point = kr_str_eq(plan->msr.name, "PointMSR");

    *out = (kr_plan_mag){mag, kr_round(mag, 3), kr_magdist_at(plan->limits, mag), 0.0, 0.0};
    for (size_t k = 0; k < plan->nparts; k++) {
        const kr_nodal_plane *p = &plan->parts[k].plane;
        size_t e = m * plan->nparts + k;
        kr_shapes *block = &plan->blocks[e / KR_PLANAR_BLOCK];
        kr_shape_spec spec = {.strike = p->strike,
                              .dip = p->dip,
                              .rake = p->rake,
                              .upper_km = plan->upper_km,
                              .lower_km = plan->lower_km,
                              .zhypo_km = plan->parts[k].depth.depth_km,
                              .shift_hypo = plan->shift_hypo};
        kr_planar_dims(kr_msr_area_km2(&plan->msr, mag, p->rake), plan->aspect, p->dip,
                       plan->upper_km, plan->lower_km, &spec.length_km, &spec.width_km);
        kr_shape_make(&spec, block, e % KR_PLANAR_BLOCK);
        out->reach_km = fmax(out->reach_km, block->reach[e % KR_PLANAR_BLOCK]);
        length = fmax(length, spec.length_km);
        across = fmax(across, spec.width_km * cos(p->dip * (3.14159265358979323846 / 180.0)));
    }
    if (!point)
        out->radius_km = sqrt(length * length + across * across) / 2.0;
}

static void pad_last_block(kr_plan *plan)
{
    size_t n = plan->made * plan->nparts, last = n % KR_PLANAR_BLOCK;

    if (last)
        kr_shapes_pad(&plan->blocks[n / KR_PLANAR_BLOCK], last);
}

kr_status kr_plan_set(kr_plan *plan, const kr_source *source, const kr_bins *bins)
{
    kr_status s = KR_OK;
    size_t have = 0, blocks;

    if (same_geometry(plan, source))
        have = common_mags(plan, bins);
    else
        KR_TRY(take_geometry(plan, source));
    plan->nmags = bins->n;
    if (have == bins->n)
        goto out;
    plan->made = have;
    blocks = (bins->n * plan->nparts + KR_PLANAR_BLOCK - 1) / KR_PLANAR_BLOCK;
    KR_GROW(plan->mags, plan->mags_cap, bins->n, plan->ctx, KR_ACCOUNT_RUPTURES);
    KR_GROW(plan->blocks, plan->blocks_cap, blocks, plan->ctx, KR_ACCOUNT_RUPTURES);
    for (size_t m = have; m < bins->n; m++)
        make_mag(plan, m, bins->mag[m]);
    plan->made = bins->n;
    pad_last_block(plan);
out:
    return s;
}

double kr_plan_greatest_cut(const kr_plan *plan)
{
    double mag = -INFINITY, cut = 0.0;

    for (size_t m = 0; m < plan->nmags; m++) {
        if (plan->mags[m].cut_km > 0.0 && plan->mags[m].mag > mag) {
            mag = plan->mags[m].mag;
            cut = plan->mags[m].cut_km;
        }
    }
    return cut;
}
