#include "rupture/mean.h"

#include <math.h>

kr_nodal_plane kr_mean_plane(const kr_source *source)
{
    kr_weighted strike = {0, 0}, dip = {0, 0}, rake = {0, 0};

    for (size_t i = 0; i < source->nplanes; i++) {
        const kr_nodal_plane *p = &source->planes[i];
        kr_weighted_add(&strike, p->strike, p->prob);
        kr_weighted_add(&dip, p->dip, p->prob);
        kr_weighted_add(&rake, p->rake, p->prob);
    }
    return (kr_nodal_plane){1.0, kr_weighted_mean(&strike), kr_weighted_mean(&dip),
                            kr_weighted_mean(&rake)};
}

double kr_mean_depth(const kr_source *source)
{
    kr_weighted depth = {0, 0};

    for (size_t i = 0; i < source->ndepths; i++)
        kr_weighted_add(&depth, source->depths[i].depth_km, source->depths[i].prob);
    return kr_weighted_mean(&depth);
}

void kr_mean_source_make(const kr_source *source, kr_mean_source *out)
{
    out->source = *source;
    out->plane = kr_mean_plane(source);
    out->depth = (kr_hypo_depth){1.0, kr_mean_depth(source)};
    out->source.nplanes = out->source.ndepths = 1;
    out->source.planes = &out->plane;
    out->source.depths = &out->depth;
}

static bool is_at_jump(const kr_jumps *jumps, kr_column column, double x)
{
    for (size_t i = 0; i < jumps->n; i++)
        if (jumps->of[i].column == column && fabs(x - jumps->of[i].at) <= 1e-9)
            return true;
    return false;
}

/* Does the relationship tell the rakes apart? Its lines cross once at the most. */
static bool differ_in_area(const kr_msr *msr, double rake, double other)
{
    return kr_msr_area_km2(msr, 5.0, rake) != kr_msr_area_km2(msr, 5.0, other) ||
           kr_msr_area_km2(msr, 7.0, rake) != kr_msr_area_km2(msr, 7.0, other);
}

void kr_mean_source_weigh(kr_mean_source *mean, double total_rate, const kr_jumps *jumps)
{
    kr_nodal_plane *p = &mean->plane;
    double *depth = &mean->depth.depth_km;
    double rake = p->rake * total_rate / total_rate;

    if (!jumps)
        return;
    if (is_at_jump(jumps, KR_COL_RAKE, p->rake) || differ_in_area(&mean->source.msr, p->rake, rake))
        p->rake = rake;
    if (is_at_jump(jumps, KR_COL_DIP, p->dip))
        p->dip = p->dip * total_rate / total_rate;
    if (is_at_jump(jumps, KR_COL_HYPO_DEPTH, *depth))
        *depth = *depth * total_rate / total_rate;
}
