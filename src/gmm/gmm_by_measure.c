/* Arguments that give one number for each measure. */
#include "gmm/gmm_by_measure.h"

#include "base/str.h"

#include <math.h>

static bool has_period(const kr_imt *imt)
{
    return imt->kind == KR_IMT_SA || imt->kind == KR_IMT_AVGSA || imt->kind == KR_IMT_SDI;
}

/* The measure's number, or NaN: its own, or that between its neighbours. */
static double value_of(const kr_imt *imt, size_t n, const kr_imt *imts, const double *values)
{
    size_t below = n, above = n;
    double found = NAN;
    for (size_t i = 0; i < n; i++) {
        if (kr_str_eq(imts[i].name, imt->name)) {
            found = values[i];
        } else if (has_period(imt) && has_period(&imts[i]) && imts[i].damping == imt->damping) {
            double p = imts[i].period;
            if (p < imt->period && (below == n || p > imts[below].period))
                below = i;
            if (p > imt->period && (above == n || p < imts[above].period))
                above = i;
        }
    }
    if (!isnan(found) || below == n || above == n)
        return found;
    double ln_below = log(imts[below].period);
    double share = (log(imt->period) - ln_below) / (log(imts[above].period) - ln_below);
    return (values[above] - values[below]) * share + values[below];
}

static kr_status read_dict(kr_ctx *ctx, const kr_gmm *gmm, const char *arg, const kr_value *dict,
                           kr_imt *imts, double *values)
{
    for (size_t i = 0; i < dict->n; i++) {
        if (!kr_imt_parse(dict->keys[i], &imts[i]))
            return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: '%s' is not a measure", arg,
                               gmm->cls->name, dict->keys[i]);
        if (!kr_value_is_number(&dict->items[i]))
            return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: a number is needed for %s", arg,
                               gmm->cls->name, dict->keys[i]);
        values[i] = dict->items[i].number;
    }
    return KR_OK;
}

kr_status kr_gmm_by_measure(kr_ctx *ctx, const kr_gmm *gmm, const char *arg, double **out)
{
    return kr_gmm_by_measure_in(ctx, gmm, arg, kr_gmm_arg_of(gmm, arg)->value, out);
}

kr_status kr_gmm_by_measure_in(kr_ctx *ctx, const kr_gmm *gmm, const char *arg,
                               const kr_value *dict, double **out)
{
    kr_status s = KR_OK;
    kr_imt *imts;
    double *values, *found;

    *out = NULL;
    if (!dict || dict->kind == KR_VALUE_NONE || (dict->kind == KR_VALUE_DICT && dict->n == 0))
        return KR_OK;
    if (dict->kind != KR_VALUE_DICT)
        return kr_gmm_fail(ctx, gmm,
                           "argument '%s' of %s: a number for each measure is needed, like "
                           "{\"PGA\" = 0.1, \"SA(0.2)\" = 0.15}",
                           arg, gmm->cls->name);
    KR_ANEW(imts, gmm->arena, dict->n);
    KR_ANEW(values, gmm->arena, dict->n);
    KR_ANEW(found, gmm->arena, gmm->nimts);
    KR_TRY(read_dict(ctx, gmm, arg, dict, imts, values));
    for (size_t m = 0; m < gmm->nimts; m++) {
        found[m] = value_of(&gmm->imts[m], dict->n, imts, values);
        if (isnan(found[m]))
            return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: nothing is given for %s", arg,
                               gmm->cls->name, gmm->imts[m].name);
    }
    *out = found;
out:
    return s;
}
