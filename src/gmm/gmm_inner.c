/* Models that are made of others: the inner instances, and averages of exceedance probabilities. */
#include "gmm/gmm.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

const char kr_gmm_mixture[] = "mixture_model";

static bool is_among(const char *key, const char *const *names)
{
    for (; names && *names; names++)
        if (kr_str_eq(key, *names))
            return true;
    return false;
}

/* The dict `args` without some of its keys. */
static kr_status copy_without(kr_arena *arena, const kr_value *args, const char *const *without,
                              kr_value *out)
{
    kr_status s = KR_OK;
    memset(out, 0, sizeof *out);
    out->kind = KR_VALUE_DICT;
    for (size_t i = 0; args && i < args->n; i++)
        if (!is_among(args->keys[i], without))
            KR_TRY(kr_value_add(arena, out, args->keys[i], &args->items[i]));
out:
    return s;
}

kr_status kr_gmm_inner(kr_ctx *ctx, kr_gmm *gmm, const kr_gmm_inner_spec *spec, const kr_gmm **out)
{
    kr_status s = KR_OK;
    kr_value args;
    const kr_gmm *inner;
    kr_gmm_spec create = {.name = spec->name,
                          .lenient = gmm->lenient,
                          .args = &args,
                          .file = gmm->file,
                          .dir = gmm->dir,
                          .line = gmm->line,
                          .to_geometric_mean = spec->averages && gmm->to_geometric_mean,
                          .forget_preset = gmm->forget_inner,
                          .forget_inner = gmm->forget_inner,
                          .change_preset = true,
                          .files = gmm->files};

    KR_TRY(copy_without(gmm->arena, spec->args, spec->without, &args));
    KR_TRY(kr_gmm_create(ctx, &create, spec->imts, spec->nimts, gmm->arena, &inner));
    if (inner->nparts > 0 && !spec->averages)
        return kr_gmm_fail(ctx, gmm,
                           "%s cannot change an average of probabilities (%s%s); put it inside",
                           gmm->cls->name, spec->name,
                           kr_value_get(&args, kr_gmm_mixture) ? " with mixture_model" : "");
    gmm->needs |= inner->needs;
    if (isnan(gmm->rock_vs30))
        gmm->rock_vs30 = isnan(inner->rock_vs30) ? INFINITY : inner->rock_vs30;
    gmm->mag_min = fmax(gmm->mag_min, inner->mag_min);
    if (inner->vs30_gap[0] < inner->vs30_gap[1])
        memcpy(gmm->vs30_gap, inner->vs30_gap, sizeof gmm->vs30_gap);
    if (inner->scratch > gmm->scratch)
        gmm->scratch = inner->scratch;
    *out = inner;
out:
    return s;
}

kr_status kr_gmm_inner_named(kr_ctx *ctx, kr_gmm *gmm, const kr_imt *imts, size_t nimts,
                             const kr_gmm **out)
{
    const char *own[18] = {kr_gmm_mixture};
    size_t n = 1;
    for (size_t i = 0; gmm->cls->params[i].name && n < sizeof own / sizeof own[0] - 1; i++)
        own[n++] = gmm->cls->params[i].name;
    kr_gmm_inner_spec spec = {.name = kr_gmm_arg_of(gmm, "gmpe_name")->text,
                              .args = gmm->cls->takes_all ? gmm->given : NULL,
                              .without = own,
                              .imts = imts,
                              .nimts = nimts};
    return kr_gmm_inner(ctx, gmm, &spec, out);
}

kr_status kr_gmm_inner_table(kr_ctx *ctx, const kr_gmm *gmm, const char *key, const kr_value *table,
                             kr_gmm_inner_spec *out)
{
    if (table->kind != KR_VALUE_DICT || table->n != 1 || table->items[0].kind != KR_VALUE_DICT)
        return kr_gmm_fail(ctx, gmm, "%s: '%s' does not hold one model; write %s.Name = {}",
                           gmm->cls->name, key, key);
    out->name = table->keys[0];
    out->args = &table->items[0];
    return KR_OK;
}

size_t kr_gmm_own_scratch(kr_gmm *gmm, size_t doubles)
{
    size_t own = (doubles + 7) / 8 * 8;
    gmm->scratch += own;
    return own;
}

/* ---- mixture_model ---- */

static kr_status mixture_list(kr_ctx *ctx, const kr_gmm *gmm, const kr_value *mixture,
                              const char *key, const kr_value **out)
{
    const kr_value *list = mixture->kind == KR_VALUE_DICT ? kr_value_get(mixture, key) : NULL;
    bool good = list && list->kind == KR_VALUE_LIST && list->n > 0;
    for (size_t i = 0; good && i < list->n; i++)
        good = kr_value_is_number(&list->items[i]) && list->items[i].number >= 0.0;
    if (!good)
        return kr_gmm_fail(ctx, gmm, "mixture_model of %s needs '%s', a list of positive numbers",
                           gmm->cls->name, key);
    *out = list;
    return KR_OK;
}

static kr_status check_mixture(kr_ctx *ctx, const kr_gmm *gmm, const kr_value *mixture)
{
    for (size_t i = 0; i < mixture->n; i++)
        if (!kr_str_eq(mixture->keys[i], "factors") && !kr_str_eq(mixture->keys[i], "weights"))
            return kr_gmm_fail(ctx, gmm, "mixture_model has no '%s'; it takes factors and weights",
                               mixture->keys[i]);
    if (gmm->nparts > 0)
        return kr_gmm_fail(ctx, gmm,
                           "mixture_model cannot be given to %s; give it to the models in "
                           "it",
                           gmm->cls->name);
    return KR_OK;
}

kr_status kr_gmm_read_mixture(kr_ctx *ctx, kr_gmm *gmm, const kr_value *mixture)
{
    kr_status s = KR_OK;
    const kr_value *factors, *weights;
    kr_gmm_part *parts;
    double sum = 0.0;

    KR_TRY(mixture_list(ctx, gmm, mixture, "factors", &factors));
    KR_TRY(mixture_list(ctx, gmm, mixture, "weights", &weights));
    KR_TRY(check_mixture(ctx, gmm, mixture));
    KR_ANEW(parts, gmm->arena, factors->n);
    for (size_t i = 0; i < weights->n; i++)
        sum += weights->items[i].number;
    if (factors->n != weights->n || !(fabs(sum - 1.0) < 1e-6))
        return kr_gmm_fail(ctx, gmm,
                           "mixture_model of %s has %zu factors and %zu weights of the sum %g; as "
                           "many of each are needed, and the sum 1",
                           gmm->cls->name, factors->n, weights->n, sum);
    for (size_t i = 0; i < factors->n; i++)
        parts[i] = (kr_gmm_part){.gmm = gmm,
                                 .weight = weights->items[i].number,
                                 .sigma_factor = factors->items[i].number};
    gmm->parts = parts;
    gmm->nparts = factors->n;
out:
    return s;
}
