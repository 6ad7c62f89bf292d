#include "rupture/mean.h"

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

void kr_mean_source_weigh(kr_mean_source *mean, double total_rate)
{
    kr_nodal_plane *p = &mean->plane;

    p->strike = p->strike * total_rate / total_rate;
    p->dip = p->dip * total_rate / total_rate;
    p->rake = p->rake * total_rate / total_rate;
    mean->depth.depth_km = mean->depth.depth_km * total_rate / total_rate;
}
