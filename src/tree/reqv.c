/* The equivalent-distance option: in classical calculations its only effect is that the sources of
 * the listed tectonic region types get the means of their nodal planes and depths, and ruptures
 * without extent. */
#include "base/str.h"
#include "tree/build.h"

static bool reqv_listed(const kr_job *job, const char *trt)
{
    for (size_t i = 0; i < job->nreqv; i++)
        if (kr_str_eq(job->reqv[i].trt, trt))
            return true;
    return false;
}

/* The reference compares the id with its suffixes. */
static bool reqv_ignored(const kr_job *job, const kr_tree_source *source)
{
    const char *id = job->compat == KR_COMPAT_EXACT ? source->source->id : source->id;

    for (size_t i = 0; i < job->reqv_ignore_sources.n; i++)
        if (kr_str_eq(job->reqv_ignore_sources.name[i], id))
            return true;
    return false;
}

static kr_status reqv_planes(kr_arena *arena, kr_source *source)
{
    kr_status s = KR_OK;
    double sum = 0;
    kr_nodal_plane mean = {0, 0, 0, 0}, *plane;

    for (size_t i = 0; i < source->nplanes; i++) {
        const kr_nodal_plane *p = &source->planes[i];
        sum += p->prob;
        mean.strike += p->strike * p->prob;
        mean.dip += p->dip * p->prob;
        mean.rake += p->rake * p->prob;
    }
    KR_ANEW(plane, arena, 1);
    *plane = (kr_nodal_plane){1, mean.strike / sum, mean.dip / sum, mean.rake / sum};
    source->planes = plane;
    source->nplanes = 1;
out:
    return s;
}

static kr_status reqv_depths(kr_arena *arena, kr_source *source)
{
    kr_status s = KR_OK;
    double sum = 0, mean = 0;
    kr_hypo_depth *depth;

    for (size_t i = 0; i < source->ndepths; i++) {
        sum += source->depths[i].prob;
        mean += source->depths[i].depth_km * source->depths[i].prob;
    }
    KR_ANEW(depth, arena, 1);
    *depth = (kr_hypo_depth){1, mean / sum};
    source->depths = depth;
    source->ndepths = 1;
out:
    return s;
}

static kr_status reqv_collapse(kr_build *b, const kr_source *from, const kr_source **out)
{
    kr_status s = KR_OK;
    kr_source *copy;

    KR_ANEW(copy, &b->tree->arena, 1);
    *copy = *from;
    if (copy->nplanes > 1)
        KR_TRY(reqv_planes(&b->tree->arena, copy));
    if (copy->ndepths > 1)
        KR_TRY(reqv_depths(&b->tree->arena, copy));
    if (!kr_msr_find("PointMSR", &copy->msr))
        return kr_fail(b->ctx, KR_EINTERNAL,
                       "PointMSR is missing among the magnitude-scaling relationships");
    kr_source_hash(copy);
    *out = copy;
out:
    return s;
}

kr_status kr_build_reqv(kr_build *b)
{
    kr_status s = KR_OK;
    kr_tree *tree = b->tree;

    if (b->job->nreqv == 0)
        return KR_OK;
    kr_info(b->ctx,
            "Using equivalent distance approximation and collapsing hypocenters and nodal planes");
    for (size_t c = 0; c < tree->ncomponents; c++) {
        kr_component *component = &tree->components[c];
        kr_tree_source *sources;

        if (!reqv_listed(b->job, component->source_trt))
            continue;
        KR_ANEW(sources, &tree->arena, component->nsources);
        for (size_t i = 0; i < component->nsources; i++) {
            sources[i] = component->sources[i];
            if (!reqv_ignored(b->job, &sources[i]))
                KR_TRY(reqv_collapse(b, component->sources[i].source, &sources[i].source));
        }
        component->sources = sources;
    }
out:
    return s;
}
