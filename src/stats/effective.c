#include "stats/effective.h"

#include "stats/moments.h"
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

/* The variance is a square form of the rates: with rate i at 2 r and at 0 it differs by 4 r Cov(i,
 * total). */
kr_status kr_weights_in_variance(kr_ctx *ctx, const kr_structure *structure, const double *rates,
                                 size_t column, double *out)
{
    kr_status s = KR_OK;
    size_t n = structure->nrates;
    kr_moments_scratch *scratch = NULL;
    double *changed = NULL, sum = 0;
    KR_NEW(changed, ctx, KR_ACCOUNT_STATS, n);
    KR_TRY(kr_moments_scratch_create(ctx, structure, &scratch));
    memcpy(changed, rates, n * sizeof *changed);
    const kr_moments all = kr_moments_compute(structure, scratch, rates, column);
    for (size_t i = 0; i < n; i++) {
        out[i] = 0;
        if (kr_interrupted(ctx)) {
            s = kr_fail(ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        if (!(rates[i] > 0) || !(all.rate_variance > 0))
            continue;
        changed[i] = 2 * rates[i];
        double high = kr_moments_compute(structure, scratch, changed, column).rate_variance;
        changed[i] = 0;
        double low = kr_moments_compute(structure, scratch, changed, column).rate_variance;
        changed[i] = rates[i];
        out[i] = (high - low) / (4 * rates[i]);
        sum += out[i] * rates[i];
    }
    /* The sum is the variance but for rounding. Below 1e-14 of the mean, squared, it is nothing
     * else (kr_shares_compute). */
    bool varies = all.rate_variance > 1e-28 * all.rate_mean * all.rate_mean && sum > 0;
    for (size_t i = 0; i < n; i++)
        out[i] = varies ? out[i] / sum : 0;
out:
    kr_moments_scratch_destroy(&scratch);
    kr_free(changed);
    return s;
}
