#include "stats/uncertainty.h"

#include "stats/stats.h"

#include <math.h>
#include <string.h>

static size_t point_count(const kr_uncertainty_spec *spec)
{
    return spec->nlevels + spec->npoes;
}

static size_t state_count(const kr_structure *structure)
{
    return kr_shares_first_state(structure, structure->nchoices);
}

size_t kr_uncertainty_bytes(const kr_uncertainty_spec *spec)
{
    const kr_structure *structure = spec->structure;
    size_t of_point = 4 + structure->nchoices + 1 + 3 * state_count(structure);
    return sizeof(kr_uncertainty) + kr_shares_scratch_bytes(structure) +
           (point_count(spec) * of_point + structure->nrates + state_count(structure) +
            2 * spec->nlevels) *
               sizeof(double) +
           (spec->nlevels + spec->npoes) * sizeof(float);
}

kr_status kr_uncertainty_create(kr_ctx *ctx, const kr_uncertainty_spec *spec, kr_uncertainty **out)
{
    kr_status s = KR_OK;
    kr_uncertainty *u;
    size_t n = point_count(spec), nchoices = spec->structure->nchoices,
           nstates = state_count(spec->structure);
    *out = NULL;
    KR_NEW(u, ctx, KR_ACCOUNT_STATS, 1);
    u->spec = *spec;
    u->npoints = n;
    u->nchoices = nchoices;
    u->nstates = nstates;
    u->nnumbers = n * (4 + nchoices + 1 + 3 * nstates);
    KR_NEW(u->numbers, ctx, KR_ACCOUNT_STATS, u->nnumbers);
    u->level = u->numbers;
    u->mean_poe = u->level + n;
    u->mean = u->mean_poe + n;
    u->std = u->mean + n;
    u->share = u->std + n;
    u->conditional = u->share + n * (nchoices + 1);
    u->conditional_poe = u->conditional + n * nstates;
    u->derivative = u->conditional_poe + n * nstates;
    KR_NEW(u->rates, ctx, KR_ACCOUNT_STATS, spec->structure->nrates);
    KR_NEW(u->map, ctx, KR_ACCOUNT_STATS, 2 * spec->nlevels);
    KR_NEW(u->weight, ctx, KR_ACCOUNT_STATS, nstates);
    KR_NEW(u->curve, ctx, KR_ACCOUNT_STATS, spec->nlevels + spec->npoes);
    KR_TRY(kr_shares_scratch_create(ctx, spec->structure, &u->scratch));
    *out = u;
    u = NULL;
out:
    kr_uncertainty_destroy(&u);
    return s;
}

void kr_uncertainty_destroy(kr_uncertainty **uncertainty)
{
    kr_uncertainty *u = *uncertainty;
    if (!u)
        return;
    kr_free(u->numbers);
    kr_free(u->rates);
    kr_free(u->map);
    kr_free(u->weight);
    kr_free(u->curve);
    kr_shares_scratch_destroy(&u->scratch);
    kr_free(u);
    *uncertainty = NULL;
}

/* Between (x0, y0) and (x1, y1) at x, in logarithms; as in hazard maps those of 0 are those of
 * 1e-30, so that the rates fall as the mean curve does. */
static double rate_between(double x0, double y0, double x1, double y1, double x)
{
    const double floor_rate = 1e-30;
    if (y0 == 0 && y1 == 0)
        return 0;
    double part = log(x / x0) / log(x1 / x0), ln = log(fmax(y0, floor_rate));
    return exp(ln + part * (log(fmax(y1, floor_rate)) - ln));
}

void kr_uncertainty_rates(const kr_uncertainty *u, size_t point, const double *levels,
                          const double *rates, size_t stride, double *out)
{
    size_t n = u->spec.structure->nrates, l = 0, last = u->spec.nlevels - 1;
    double x = u->level[point];
    while (l < last && (point < u->spec.nlevels ? l < point : levels[l + 1] <= x))
        l++;
    for (size_t k = 0; k < n; k++) {
        const double *y = rates + k * stride + l;
        out[k] = l == last || x <= levels[l]
                     ? y[0]
                     : rate_between(levels[l], y[0], levels[l + 1], y[1], x);
    }
}

/* The mean is a sum over the weight, and both change with the weight of a state; not so the weight
 * where the weights of every choice sum to 1. */
static void derive_mean(const kr_uncertainty *u, const kr_shares *shares, size_t column,
                        double *derivative)
{
    bool use_rates = u->spec.use_rates;
    double mean = use_rates ? shares->mean : shares->mean_poe;
    double factor = use_rates ? exp(-mean) : 1; /* of -expm1(-mean) */
    for (size_t i = 0; i < u->nstates; i++)
        derivative[i] = shares->weight > 0
                            ? factor * (derivative[i] - mean * u->weight[i]) / shares->weight
                            : 0;
    kr_shares_keep_sums(u->spec.structure, column, derivative);
}

static void compute_point(kr_uncertainty *u, size_t point, size_t column)
{
    kr_shares shares = {.choice = u->share + point * (u->nchoices + 1),
                        .conditional = u->conditional + point * u->nstates,
                        .conditional_poe = u->conditional_poe + point * u->nstates,
                        .derivative_weight = u->weight};
    double *derivative = u->derivative + point * u->nstates;
    *(u->spec.use_rates ? &shares.derivative : &shares.derivative_poe) = derivative;
    kr_shares_compute(u->spec.structure, u->scratch, u->rates, column, &shares);
    shares.choice[u->nchoices] = shares.interactions;
    u->mean_poe[point] = shares.mean_poe;
    u->mean[point] = shares.mean;
    u->std[point] = sqrt(shares.variance);
    derive_mean(u, &shares, column, derivative);
}

static void clear_point(kr_uncertainty *u, size_t point)
{
    memset(u->share + point * (u->nchoices + 1), 0, (u->nchoices + 1) * sizeof *u->share);
    memset(u->conditional + point * u->nstates, 0, u->nstates * sizeof *u->conditional);
    memset(u->conditional_poe + point * u->nstates, 0, u->nstates * sizeof *u->conditional_poe);
    memset(u->derivative + point * u->nstates, 0, u->nstates * sizeof *u->derivative);
    u->mean_poe[point] = u->mean[point] = u->std[point] = 0;
}

void kr_uncertainty_compute(kr_uncertainty *u, const double *levels, const double *rates,
                            size_t stride, size_t column)
{
    size_t nlevels = u->spec.nlevels;
    float *curve = u->curve, *map = u->curve + nlevels;
    for (size_t l = 0; l < nlevels; l++) {
        u->level[l] = levels[l];
        kr_uncertainty_rates(u, l, levels, rates, stride, u->rates);
        compute_point(u, l, column);
        curve[l] = (float)(u->spec.use_rates ? -expm1(-u->mean[l]) : u->mean_poe[l]);
    }
    kr_hazard_map(curve, levels, nlevels, u->spec.poes, u->spec.npoes, u->map, map);
    for (size_t p = nlevels; p < u->npoints; p++) {
        u->level[p] = curve[0] > 0 ? (double)map[p - nlevels] : 0;
        if (u->level[p] > 0) {
            kr_uncertainty_rates(u, p, levels, rates, stride, u->rates);
            compute_point(u, p, column);
        } else {
            clear_point(u, p);
        }
    }
}
