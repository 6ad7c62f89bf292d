/* Making an instance of a ground-motion model: its arguments, its coefficients for the measures of
 * the job, its state. Everything that can be wrong is found here, before anything is computed. */
#include "gmm/gmm.h"

#include "base/file.h"
#include "base/str.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_text[] = {
    [KR_PARAM_NUMBER] = "a number", [KR_PARAM_BOOL] = "true or false",
    [KR_PARAM_TEXT] = "a text",     [KR_PARAM_FILE] = "the name of a file",
    [KR_PARAM_ANY] = "a value",
};

static size_t count_params(const kr_gmm_class *cls)
{
    size_t n = 0;
    while (cls->params && cls->params[n].name)
        n++;
    return n;
}

/* "a, b, c" of the parameters' names. */
static void list_params(const kr_gmm_class *cls, char *text, size_t size)
{
    size_t used = 0, n = count_params(cls);
    text[0] = '\0';
    for (size_t i = 0; i < n && used < size; i++)
        used +=
            (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", cls->params[i].name);
}

static kr_status fail_unknown_class(kr_ctx *ctx, const kr_gmm_spec *spec)
{
    const kr_gmm_alias *alias = kr_gmm_alias_find(spec->name);
    const char *nearest = kr_gmm_nearest(spec->name);
    if (alias)
        return kr_fail_at(ctx, spec->file, spec->line,
                          "%s stands for %s, a ground-motion model that is not available; `kauri "
                          "gmm --list` has those that are",
                          alias->name, alias->model);
    if (kr_gmm_is_absent(spec->name))
        return kr_fail_at(
            ctx, spec->file, spec->line,
            "the ground-motion model %s of OpenQuake is not available yet; `kauri gmm "
            "--list` has those that are",
            spec->name);
    if (nearest)
        return kr_fail_at(ctx, spec->file, spec->line,
                          "unknown ground-motion model '%s'; did you mean '%s'%s? `kauri gmm "
                          "--list` has those that are available",
                          spec->name, nearest,
                          kr_gmm_is_absent(nearest) ? ", which is not available yet" : "");
    return kr_fail_at(ctx, spec->file, spec->line,
                      "unknown ground-motion model '%s': OpenQuake 3.21 has none of this name, "
                      "either; `kauri gmm --list` has those that are available",
                      spec->name);
}

static const char lenient_hint[] = "lenient_gsim_arguments = true leaves it out with a warning";

static kr_status fail_unknown_arg(kr_ctx *ctx, const kr_gmm *gmm, const char *key)
{
    const kr_gmm_class *cls = gmm->cls;
    const char *nearest = NULL;
    char known[1024];
    size_t n = count_params(cls);

    for (size_t i = 0; i < n; i++) {
        const char *const both[] = {nearest ? nearest : cls->params[i].name, cls->params[i].name};
        const char *near = kr_nearest(key, both, 2);
        nearest = near ? near : nearest;
    }
    if (nearest)
        return kr_gmm_fail(ctx, gmm, "%s has no argument '%s'; did you mean '%s'?", cls->name, key,
                           nearest);
    if (n == 0)
        return kr_gmm_fail(ctx, gmm, "%s has no argument '%s'; it takes none; %s", cls->name, key,
                           lenient_hint);
    list_params(cls, known, sizeof known);
    return kr_gmm_fail(ctx, gmm, "%s has no argument '%s'; it takes %s; %s", cls->name, key, known,
                       lenient_hint);
}

/* The text "true". */
static bool is_true(const kr_value *value)
{
    return value->kind == KR_VALUE_TEXT && kr_str_ieq(value->text, "true");
}

static bool kind_matches(kr_gmm_param_kind kind, const kr_value *value)
{
    switch (kind) {
    case KR_PARAM_NUMBER:
        return value->kind == KR_VALUE_INT || value->kind == KR_VALUE_FLOAT;
    case KR_PARAM_BOOL: /* Python's, so that 0 and 1 are common; trees write "true", too */
        return value->kind == KR_VALUE_BOOL || is_true(value) ||
               (value->kind == KR_VALUE_INT && (value->number == 0.0 || value->number == 1.0));
    case KR_PARAM_TEXT:
    case KR_PARAM_FILE:
        return value->kind == KR_VALUE_TEXT;
    default:
        return true;
    }
}

static kr_status note_file(const kr_gmm *gmm, const char *path)
{
    kr_status s = KR_OK;
    kr_gmm_file *file;
    if (!gmm->files)
        return KR_OK;
    KR_ANEW(file, gmm->arena, 1);
    *file = (kr_gmm_file){.path = path, .next = *gmm->files};
    *gmm->files = file;
out:
    return s;
}

static kr_status read_arg(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm_param *param,
                          const kr_value *value, kr_gmm_arg *arg)
{
    arg->number = param->number;
    arg->text = param->text;
    if (value) {
        if (!kind_matches(param->kind, value))
            return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: %s is needed", param->name,
                               gmm->cls->name, kind_text[param->kind]);
        arg->given = true;
        arg->value = value;
        arg->number = kr_value_is_number(value) ? value->number : is_true(value) ? 1.0 : NAN;
        arg->text = value->kind == KR_VALUE_TEXT ? value->text : NULL;
    } else if (param->required) {
        return kr_gmm_fail(ctx, gmm, "%s needs the argument '%s', %s", gmm->cls->name, param->name,
                           kind_text[param->kind]);
    }
    if (param->kind == KR_PARAM_FILE && arg->text) {
        arg->text = kr_path_join(gmm->arena, gmm->dir, arg->text);
        if (!arg->text)
            return KR_ENOMEM;
        if (!kr_file_exists(arg->text))
            return kr_gmm_fail(ctx, gmm,
                               "argument '%s' of %s: no such file, or it cannot be read: %s",
                               param->name, gmm->cls->name, arg->text);
        return note_file(gmm, arg->text);
    }
    return KR_OK;
}

static kr_status read_args(kr_ctx *ctx, kr_gmm *gmm, const kr_value *dict, bool lenient)
{
    kr_status s = KR_OK;
    size_t n = count_params(gmm->cls);
    kr_gmm_arg *args;

    KR_ANEW(args, gmm->arena, n);
    for (size_t k = 0; dict && k < dict->n; k++) {
        size_t i = 0;
        while (i < n && !kr_str_eq(gmm->cls->params[i].name, dict->keys[k]))
            i++;
        if (i < n || gmm->cls->takes_all || kr_str_eq(dict->keys[k], kr_gmm_mixture))
            continue;
        if (!lenient)
            return fail_unknown_arg(ctx, gmm, dict->keys[k]);
        kr_warn_at(ctx, gmm->file, gmm->line, "%s has no argument '%s'; it is left out",
                   gmm->cls->name, dict->keys[k]);
    }
    for (size_t i = 0; i < n; i++) {
        const kr_gmm_param *param = &gmm->cls->params[i];
        const kr_value *value = dict ? kr_value_get(dict, param->name) : NULL;
        KR_TRY(read_arg(ctx, gmm, param, value, &args[i]));
    }
    gmm->args = args;
    gmm->given = dict;
out:
    return s;
}

static kr_status check_measures(kr_ctx *ctx, const kr_gmm *gmm)
{
    char known[1024];
    for (size_t m = 0; m < gmm->nimts; m++) {
        if (gmm->cls->measures >> gmm->imts[m].kind & 1u)
            continue;
        kr_gmm_list_measures(gmm->cls->measures, known, sizeof known);
        return kr_gmm_fail(ctx, gmm, "%s is not a measure of %s, which gives %s", gmm->imts[m].name,
                           gmm->cls->name, known);
    }
    return KR_OK;
}

static kr_status set_conversion(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    double *factors;

    KR_ANEW(factors, gmm->arena, 3 * gmm->nimts);
    for (size_t m = 0; m < gmm->nimts; m++) {
        int found = kr_gmm_component_factors(gmm->component, &gmm->imts[m], factors + 3 * m);
        if (found < 0)
            return kr_gmm_fail(ctx, gmm,
                               "horiz_comp_to_geom_mean: no conversion of %s is known for the "
                               "component of %s",
                               gmm->imts[m].name, gmm->cls->name);
        if (found == 0)
            return KR_OK;
    }
    gmm->conversion = factors;
out:
    return s;
}

static kr_status copy_measures(kr_gmm *gmm, const kr_imt *imts, size_t nimts)
{
    kr_status s = KR_OK;
    kr_imt *copy;

    KR_ANEW(copy, gmm->arena, nimts);
    memcpy(copy, imts, nimts * sizeof *copy);
    gmm->imts = copy;
    gmm->nimts = nimts;
out:
    return s;
}

static kr_status copy_place(kr_gmm *gmm, const kr_gmm_spec *spec)
{
    kr_status s = KR_OK;
    char *file, *dir;

    KR_ASTR(file, gmm->arena, spec->file ? spec->file : "-");
    KR_ASTR(dir, gmm->arena, spec->dir ? spec->dir : "");
    gmm->file = file;
    gmm->dir = dir;
    gmm->line = spec->line;
out:
    return s;
}

kr_status kr_gmm_create(kr_ctx *ctx, const kr_gmm_spec *spec, const kr_imt *imts, size_t nimts,
                        kr_arena *arena, const kr_gmm **out)
{
    kr_status s = KR_OK;
    const kr_gmm_class *cls = kr_gmm_find(spec->name);
    const kr_gmm_alias *alias = kr_gmm_alias_find(spec->name);
    kr_gmm_spec whole = *spec;
    kr_value args;

    if (!cls)
        return fail_unknown_class(ctx, spec);
    if (alias && spec->forget_preset && alias->arguments[0]) {
        kr_warn_at(ctx, spec->file, spec->line,
                   "[%s] is %s without the arguments that the name stands for, as in the "
                   "reference; the name without brackets or --compat exact gives them",
                   alias->name, alias->model);
    } else if (alias && !spec->forget_preset) {
        KR_TRY(kr_gmm_alias_args(ctx, alias, spec, arena, &args));
        whole.args = &args;
    }
    s = kr_gmm_create_of(ctx, cls, &whole, imts, nimts, arena, out);
out:
    return s;
}

/* What tells instances apart, as text; none where an argument is neither a number nor a text. */
static kr_status set_key(kr_gmm *gmm)
{
    kr_status s = KR_OK;
    char text[512], number[32];
    size_t used = (size_t)snprintf(text, sizeof text, "%s", gmm->cls->name);
    char *key;

    if (gmm->cls->takes_all)
        return KR_OK;
    for (size_t i = 0; i < count_params(gmm->cls) && used < sizeof text; i++) {
        const kr_gmm_arg *arg = &gmm->args[i];
        const char *name = gmm->cls->params[i].name;
        if (gmm->cls->shift_by && kr_str_eq(name, gmm->cls->shift_by))
            continue;
        if (gmm->cls->params[i].kind == KR_PARAM_ANY)
            return KR_OK;
        used += (size_t)snprintf(text + used, sizeof text - used, " %s=%s,%s", name,
                                 arg->text ? arg->text : "", kr_repr_double(arg->number, number));
    }
    if (used < sizeof text) {
        KR_ASTR(key, gmm->arena, text);
        gmm->key = key;
    }
out:
    return s;
}

kr_status kr_gmm_check_vs30(kr_ctx *ctx, const kr_gmm *gmm, const double *vs30, size_t n)
{
    for (size_t i = 0; i < n && gmm->vs30_gap[0] < gmm->vs30_gap[1]; i++)
        if (vs30[i] > gmm->vs30_gap[0] && vs30[i] < gmm->vs30_gap[1])
            return kr_gmm_fail(ctx, gmm,
                               "a site has vs30 %g, and %s gives nothing between %g and %g m/s; "
                               "take another model for such sites",
                               vs30[i], gmm->cls->name, gmm->vs30_gap[0], gmm->vs30_gap[1]);
    return KR_OK;
}

kr_status kr_gmm_create_of(kr_ctx *ctx, const kr_gmm_class *cls, const kr_gmm_spec *spec,
                           const kr_imt *imts, size_t nimts, kr_arena *arena, const kr_gmm **out)
{
    kr_status s = KR_OK;
    kr_gmm *gmm;

    KR_ANEW(gmm, arena, 1);
    gmm->cls = cls;
    gmm->arena = arena;
    gmm->needs = cls->needs;
    gmm->has_tau_phi = cls->has_tau_phi;
    gmm->rock_vs30 = kr_gmm_reference_vs30(cls->name);
    gmm->component = cls->component;
    gmm->forget_inner = spec->forget_inner;
    gmm->mag_min = -INFINITY;
    gmm->to_geometric_mean = spec->to_geometric_mean;
    gmm->lenient = spec->lenient;
    gmm->files = spec->files;
    KR_TRY(copy_place(gmm, spec));
    KR_TRY(copy_measures(gmm, imts, nimts));
    KR_TRY(read_args(ctx, gmm, spec->args, spec->lenient));
    KR_TRY(check_measures(ctx, gmm));
    if (cls->shift)
        gmm->epsilon = kr_gmm_arg_of(gmm, cls->shift_by)->number;
    KR_TRY(set_key(gmm));
    if (cls->table)
        KR_TRY(kr_gmm_rows(ctx, gmm, cls->table, &gmm->rows));
    if (cls->state_size > 0) {
        gmm->state = kr_arena_alloc(arena, 1, cls->state_size);
        if (!gmm->state)
            return KR_ENOMEM;
    }
    if (cls->init)
        KR_TRY(cls->init(ctx, gmm));
    if (gmm->epsilon != 0.0)
        gmm->scratch += nimts * KR_GMM_BATCH;
    if (spec->args && kr_value_get(spec->args, kr_gmm_mixture))
        KR_TRY(kr_gmm_read_mixture(ctx, gmm, kr_value_get(spec->args, kr_gmm_mixture)));
    if (gmm->to_geometric_mean)
        KR_TRY(set_conversion(ctx, gmm));
    *out = gmm;
out:
    return s;
}

const kr_gmm_arg *kr_gmm_arg_of(const kr_gmm *gmm, const char *name)
{
    for (size_t i = 0; gmm->cls->params && gmm->cls->params[i].name; i++)
        if (kr_str_eq(gmm->cls->params[i].name, name))
            return &gmm->args[i];
    return NULL;
}

kr_status kr_gmm_choice(kr_ctx *ctx, const kr_gmm *gmm, const char *arg, const char *const *names,
                        size_t n, size_t *out)
{
    const char *text = kr_gmm_arg_of(gmm, arg)->text;
    char known[1024];
    size_t used = 0;

    for (size_t i = 0; i < n; i++) {
        if (text && kr_str_eq(text, names[i])) {
            *out = i;
            return KR_OK;
        }
    }
    known[0] = '\0';
    for (size_t i = 0; i < n && used < sizeof known; i++)
        used +=
            (size_t)snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", names[i]);
    return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: '%s' is none of %s", arg, gmm->cls->name,
                       text ? text : "", known);
}

bool kr_gmm_alike(const kr_gmm *a, const kr_gmm *b)
{
    if (a->cls != b->cls || !a->cls->shift || !a->key || !b->key || !kr_str_eq(a->key, b->key) ||
        a->nimts != b->nimts || a->to_geometric_mean != b->to_geometric_mean)
        return false;
    for (size_t m = 0; m < a->nimts; m++)
        if (!kr_str_eq(a->imts[m].name, b->imts[m].name))
            return false;
    return true;
}

void kr_gmm_eval_central(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    assert(batch->n <= KR_GMM_BATCH);
    assert(gmm->scratch == 0 || batch->scratch);
    if (batch->n == 0)
        return;
    gmm->cls->eval(gmm, batch, out);
    if (gmm->conversion)
        kr_gmm_component_convert(gmm->conversion, gmm->nimts, batch->n, out);
}

void kr_gmm_shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    gmm->cls->shift(gmm, batch, out, stride);
}

void kr_gmm_eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    kr_gmm_eval_central(gmm, batch, out);
    if (gmm->epsilon == 0.0 || batch->n == 0)
        return;
    kr_gmm_shift(gmm, batch, batch->scratch, KR_GMM_BATCH);
    for (size_t m = 0; m < gmm->nimts; m++)
        for (size_t i = 0; i < batch->n; i++)
            out->mean[m * out->stride + i] += gmm->epsilon * batch->scratch[m * KR_GMM_BATCH + i];
}
