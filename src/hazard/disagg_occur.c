/* From the exceedance of contexts to rates, as disaggregation has them.
 *
 * Rates of Poissonian ruptures add: a context has rate x (probability of a band) in each band. Of
 * others each band has -ln of its own probability of no exceedance (docs/theory.md, 16), so that
 * the bands' rates do not sum up to that of the context. */
#include "hazard/disagg_int.h"
#include "hazard/occurrence.h"
#include "num/poe.h"

#include <math.h>

static bool in_cluster(const kr_disagg_occurrence *o)
{
    return o->group && o->group->cluster;
}

bool kr_disagg_has(const kr_contexts *b, size_t i, size_t member)
{
    if (b->nprobs)
        return kr_any_occurrence(b->probs[i] + member * b->nprobs, b->nprobs) > 0;
    return kr_annual_rate(b, i, member) > 0;
}

/* The reference forgets the model of a source where it infers rates. */
bool kr_disagg_changes(const kr_disagg_occurrence *o)
{
    bool binomial = o->batch->source->tom == KR_TOM_NEGATIVE_BINOMIAL &&
                    (o->of->exact || !o->of->hazard->job->infer_occur_rates);
    return o->batch->nprobs || in_cluster(o) || binomial;
}

double kr_disagg_rate(const kr_disagg_work *d, const kr_contexts *b, size_t i, size_t member)
{
    double rate = kr_annual_rate(b, i, member);
    if (!d->exact)
        rate = (double)(float)rate;
    return rate * d->hazard->job->investigation_time;
}

void kr_disagg_change(const kr_disagg_occurrence *o, size_t i, size_t member, size_t n, double *row)
{
    const kr_contexts *b = o->batch;
    const kr_hazard *h = o->of->hazard;
    double alpha = b->source->tom_alpha;
    double mean = kr_annual_rate(b, i, member) * h->job->investigation_time;
    if (!in_cluster(o) && b->nprobs)
        h->kernels->occur(n, b->probs[i] + member * b->nprobs, b->nprobs, row);
    for (size_t e = 0; e < n; e++)
        row[e] = in_cluster(o) || b->nprobs ? kr_finite_rate_of_poe(row[e])
                                            : log1p(alpha * mean * row[e]) / alpha;
}

/* The reference leaves the mixture_model of a single model out. */
static bool forgets_mixture(const kr_disagg_work *d, const kr_motion *motion)
{
    return !d->exact && motion->ngmms == 1 && motion->nparts > 1;
}

size_t kr_disagg_count_parts(const kr_disagg_work *d, const kr_motion *motion)
{
    return forgets_mixture(d, motion) ? 1 : motion->nparts;
}

double kr_disagg_part_of(const kr_disagg_work *d, kr_motions *motions, const kr_motion *motion,
                         size_t part, bool shared, size_t k, size_t first, size_t n,
                         const double *out[2])
{
    kr_motions_part(motions, motion, part, shared, k, first, n, out);
    if (!forgets_mixture(d, motion))
        return motion->parts[part].weight;
    out[1] = motions->sigma + k * KR_GMM_BATCH + first; /* without its factor */
    return 1;
}
