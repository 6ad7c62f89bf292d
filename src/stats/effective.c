#include "stats/effective.h"

#include "stats/block.h"
#include "stats/moments_int.h"
#include "stats/shares.h"

#include <string.h>

/* A conditional mean is linear in the rates: that of one rate of 1 is its weight. */
kr_status kr_weights_given_states(kr_ctx *ctx, const kr_structure *structure, size_t column,
                                  double *out)
{
    kr_status s = KR_OK;
    size_t n = structure->nrates, nstates = kr_shares_first_state(structure, structure->nchoices);
    kr_shares_scratch *scratch = NULL;
    double *one = NULL, *choice = NULL, *conditional = NULL;
    KR_NEW(one, ctx, KR_ACCOUNT_STATS, n);
    KR_NEW(choice, ctx, KR_ACCOUNT_STATS, structure->nchoices);
    KR_NEW(conditional, ctx, KR_ACCOUNT_STATS, nstates);
    KR_TRY(kr_shares_scratch_create(ctx, structure, &scratch));
    for (size_t i = 0; i < n; i++) {
        if (kr_interrupted(ctx)) {
            s = kr_fail(ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        kr_shares shares = {.choice = choice, .conditional = conditional};
        one[i] = 1;
        kr_shares_compute(structure, scratch, one, column, &shares);
        one[i] = 0;
        for (size_t k = 0; k < nstates; k++)
            out[k * n + i] = conditional[k];
    }
out:
    kr_shares_scratch_destroy(&scratch);
    kr_free(one);
    kr_free(choice);
    kr_free(conditional);
    return s;
}

/* ---- the variance ---- */

/* The variance of the whole is a polynomial of the component rates. Its derivatives come from one
 * pass from the root down: what it changes by with the mean and with the variance of each part. */
typedef struct slope {
    double mean, variance;
} slope;

typedef struct variance_pass {
    const kr_structure *structure;
    kr_moments_scratch *moments;
    const double *rates;
    size_t column;
    slope *slopes; /* of each part */
    double *out;   /* of each component rate */
} variance_pass;

/* Var = sum w (Var + d^2), with d = mean - mean of all; w sum up to 1, so that the mean of all does
 * not count. */
static slope with_member(slope s, double w, double d)
{
    return (slope){w * (s.mean + 2 * d * s.variance), w * s.variance};
}

static void down_mix(variance_pass *v, size_t p)
{
    const kr_part *part = &v->structure->parts[p];
    const kr_choice *choice = &v->structure->choices[part->choice];
    const double *weights = choice->weights + v->column * choice->nstates;
    const kr_moments *all = kr_moments_part(v->moments, p);
    for (size_t i = 0; i < part->nchildren; i++) {
        const kr_moments *child = kr_moments_part(v->moments, part->children[i]);
        slope one = with_member(v->slopes[p], weights[part->fixed[i]] * child->weight / all->weight,
                                child->rate_mean - all->rate_mean);
        v->slopes[part->children[i]].mean += one.mean;
        v->slopes[part->children[i]].variance += one.variance;
    }
}

static void down_sum(variance_pass *v, size_t p)
{
    const kr_part *part = &v->structure->parts[p];
    for (size_t i = 0; i < part->nchildren; i++) {
        v->slopes[part->children[i]].mean += v->slopes[p].mean;
        v->slopes[part->children[i]].variance += v->slopes[p].variance;
    }
}

static void down_block(variance_pass *v, size_t p)
{
    const kr_part *part = &v->structure->parts[p];
    const kr_moments *all = kr_moments_part(v->moments, p);
    double *values = v->moments->values, *weights = v->moments->weights;
    kr_block_values(v->structure, part, v->rates, v->moments->block, values);
    kr_block_weights(v->structure, part, v->column, weights);
    for (size_t i = 0; i < part->nstates; i++)
        values[i] =
            with_member(v->slopes[p], weights[i] / all->weight, values[i] - all->rate_mean).mean;
    kr_block_add_back(v->structure, part, values, v->moments->block, v->out);
}

static void down(variance_pass *v)
{
    size_t root = v->structure->nparts - 1;
    v->slopes[root].variance = 1;
    for (size_t p = root + 1; p-- > 0;) {
        if (!(kr_moments_part(v->moments, p)->weight > 0))
            continue;
        switch (v->structure->parts[p].kind) {
        case KR_PART_BLOCK:
            down_block(v, p);
            break;
        case KR_PART_SUM:
            down_sum(v, p);
            break;
        case KR_PART_MIX:
            down_mix(v, p);
            break;
        }
    }
}

/* The variance is a square form: its derivative with respect to a rate is twice the covariance of
 * what the rate is added to with the total. */
kr_status kr_weights_in_variance(kr_ctx *ctx, const kr_structure *structure, const double *rates,
                                 size_t column, double *out)
{
    kr_status s = KR_OK;
    double sum = 0;
    variance_pass v = {.structure = structure, .rates = rates, .column = column, .out = out};
    KR_NEW(v.slopes, ctx, KR_ACCOUNT_STATS, structure->nparts);
    KR_TRY(kr_moments_scratch_create(ctx, structure, &v.moments));
    const kr_moments all = kr_moments_compute(structure, v.moments, rates, column);
    memset(out, 0, structure->nrates * sizeof *out);
    down(&v);
    for (size_t i = 0; i < structure->nrates; i++)
        sum += out[i] * rates[i];
    /* The sum is twice the variance but for rounding. Below 1e-14 of the mean, squared, it is
     * nothing else (kr_shares_compute). */
    bool varies = all.rate_variance > 1e-28 * all.rate_mean * all.rate_mean && sum > 0;
    for (size_t i = 0; i < structure->nrates; i++)
        out[i] = varies ? out[i] / sum : 0;
out:
    kr_moments_scratch_destroy(&v.moments);
    kr_free(v.slopes);
    return s;
}

size_t kr_effective_bytes(const kr_structure *structure)
{
    size_t given = kr_shares_scratch_bytes(structure) +
                   (structure->nrates + structure->nchoices +
                    kr_shares_first_state(structure, structure->nchoices)) *
                       sizeof(double);
    size_t variance = kr_moments_scratch_bytes(structure) + structure->nparts * sizeof(slope);
    return given > variance ? given : variance;
}
