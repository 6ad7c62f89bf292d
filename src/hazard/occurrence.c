#include "hazard/occurrence.h"

#include "num/poe.h"

#include <math.h>

double kr_any_occurrence(const double *probs, size_t nprobs)
{
    double sum = 0;
    for (size_t k = 1; k < nprobs; k++)
        sum += probs[k];
    return fmax(1 - probs[0], sum);
}

double kr_mutex_weight(const kr_ready *source)
{
    return kr_ready_origin(source)->mutex_weight;
}

/* With exclusive sources the weighted sum of their probabilities, otherwise rates. */
void kr_group_add_source(const kr_group *group, double weight, size_t n, double *source,
                         double *sum)
{
    for (size_t i = 0; i < n; i++) {
        double x = source[i];
        if (group->mutex_sources)
            x = weight * (group->mutex_ruptures ? x : -expm1(-x));
        else if (group->mutex_ruptures)
            x = kr_finite_rate_of_poe(x);
        sum[i] += x;
        source[i] = 0;
    }
}

/* A cluster is a Poissonian occurrence of the whole group. */
void kr_group_rates(const kr_group *group, double years, size_t n, const double *sum, double *rates)
{
    for (size_t i = 0; i < n; i++) {
        double x = sum[i];
        double rate = group->mutex_sources ? kr_finite_rate_of_poe(group->grp_probability * x) : x;
        if (group->cluster)
            rate = group->occurrence_rate * years * -expm1(-rate);
        rates[i] = rate;
    }
}
