/* Two passes over all realizations: weights, means and extremes, then squared deviations. */
#include "stats/visited.h"

#include "stats/stairs.h"
#include "stats/stream.h"

#include <math.h>

typedef struct pass {
    kr_moments m;
    kr_adder weight, rate, poe, pne, rate_squares, poe_squares;
} pass;

static void add_means(void *user, double *rate, double *weight, size_t n)
{
    pass *p = user;
    for (size_t i = 0; i < n; i++) {
        double r = rate[i], w = weight[i];
        p->m.rate_min = fmin(p->m.rate_min, r);
        p->m.rate_max = fmax(p->m.rate_max, r);
        kr_adder_add(&p->weight, w);
        kr_adder_add(&p->rate, w * r);
        kr_adder_add(&p->poe, w * -expm1(-r));
        kr_adder_add(&p->pne, w * exp(-r));
    }
}

/* Deviations of the probability from the end where it is small. */
static void add_squares(void *user, double *rate, double *weight, size_t n)
{
    pass *p = user;
    bool small = p->m.poe_mean < 0.5;
    for (size_t i = 0; i < n; i++) {
        double r = rate[i], w = weight[i], d = r - p->m.rate_mean;
        double e = small ? -expm1(-r) - p->m.poe_mean : exp(-r) - p->m.pne_mean;
        kr_adder_add(&p->rate_squares, w * d * d);
        kr_adder_add(&p->poe_squares, w * e * e);
    }
}

size_t kr_visited_scratch(const kr_structure *structure)
{
    kr_stream_limits limits = kr_stream_limits_of(structure);
    return kr_visit_scratch(structure, &limits.visit);
}

kr_moments kr_visited_moments(const kr_structure *structure, double *scratch, const double *rates,
                              size_t column)
{
    kr_point point = {structure, rates, column};
    kr_stream_limits limits = kr_stream_limits_of(structure);
    pass p = {.m = {.rate_min = INFINITY, .rate_max = -INFINITY}};

    kr_visit(&point, &limits.visit, scratch, add_means, &p);
    double weight = kr_adder_value(&p.weight);
    if (weight == 0)
        return p.m;
    p.m.rate_mean = kr_adder_value(&p.rate) / weight;
    p.m.poe_mean = kr_adder_value(&p.poe) / weight;
    p.m.pne_mean = kr_adder_value(&p.pne) / weight;
    kr_visit(&point, &limits.visit, scratch, add_squares, &p);
    p.m.rate_variance = kr_adder_value(&p.rate_squares) / weight;
    p.m.poe_variance = kr_adder_value(&p.poe_squares) / weight;
    p.m.weight = weight / structure->scale;
    return p.m;
}
