/* The values of uncertainties. */
#include "base/str.h"
#include "tree/source_tree.h"

static kr_status value_numbers(kr_smlt *t, const char *type, const kr_node *model, size_t want,
                               kr_change *out)
{
    kr_status s;
    double *x;
    const char *bad = NULL;

    s = kr_parse_doubles(t->arena, model->text, model->text_len, false, &x, &out->n, &bad);
    if (s == KR_EINPUT)
        return kr_fail_at(t->ctx, t->path, model->line, "'%s' is no number; the value of %s is %s",
                          bad, type, want == 1 ? "one number" : "two numbers \"a b\"");
    if (s != KR_OK)
        return s;
    if (out->n != want)
        return kr_fail_at(t->ctx, t->path, model->line,
                          "the value of %s holds %zu numbers; it is %s", type, out->n,
                          want == 1 ? "one number" : "two numbers \"a b\"");
    out->numbers = x;
    return KR_OK;
}

static kr_status value_incremental(kr_smlt *t, const kr_node *model, kr_change *out)
{
    kr_status s = KR_OK;
    kr_node *mfd, *rates;
    double *x;

    KR_TRY(kr_node_need(t->ctx, model, "incrementalMFD", &mfd));
    KR_TRY(kr_node_attr_double(t->ctx, mfd, "minMag", &out->min_mag));
    KR_TRY(kr_node_attr_double(t->ctx, mfd, "binWidth", &out->bin_width));
    KR_TRY(kr_node_need(t->ctx, mfd, "occurRates", &rates));
    KR_TRY(kr_node_doubles(t->ctx, rates, t->arena, &x, &out->n));
    out->numbers = x;
out:
    return s;
}

static kr_status value_slip(kr_smlt *t, const kr_node *model, kr_change *out)
{
    kr_status s = KR_OK;
    kr_node *fault;
    double *x;

    KR_TRY(kr_node_need(t->ctx, model, "faultActivityData", &fault));
    KR_ANEW(x, t->arena, 3);
    KR_TRY(kr_node_attr_double(t->ctx, fault, "slipRate", &x[0]));
    KR_TRY(kr_node_attr_double(t->ctx, fault, "rigidity", &x[1]));
    x[2] = 9.1;
    if (kr_node_attr(fault, "constant_term"))
        KR_TRY(kr_node_attr_double(t->ctx, fault, "constant_term", &x[2]));
    out->numbers = x;
    out->n = 3;
out:
    return s;
}

static kr_status value_msr(kr_smlt *t, const kr_node *model, kr_change *out)
{
    kr_status s = KR_OK;
    char *text;
    kr_msr msr;

    KR_ASTR(text, t->arena, model->text);
    out->msr = kr_trim(text);
    if (!kr_msr_find(out->msr, &msr)) {
        unsigned n;
        const char *const *names = kr_msr_names(&n);
        const char *near = kr_nearest(out->msr, names, n);
        return kr_fail_at(t->ctx, t->path, model->line,
                          "no magnitude-scaling relationship is named '%s'%s%s%s", out->msr,
                          near ? "; the nearest is '" : "", near ? near : "", near ? "'" : "");
    }
out:
    return s;
}

static kr_status value_unknown(kr_smlt *t, const char *type, const kr_node *model)
{
    const char *names[KR_CHANGE_COUNT];
    const char *near;

    for (int i = 0; i < KR_CHANGE_COUNT; i++)
        names[i] = kr_change_name((kr_change_type)i);
    near = kr_nearest(type, names, KR_CHANGE_COUNT);
    return kr_fail_at(t->ctx, t->path, model->line, "the uncertaintyType '%s' is unknown%s%s%s",
                      type, near ? "; the nearest is '" : "", near ? near : "", near ? "'" : "");
}

kr_status kr_smlt_value(kr_smlt *t, const char *type, const kr_node *model, kr_change *out)
{
    int n;

    out->type = kr_change_find(type);
    out->file = t->path;
    out->line = model->line;
    out->compat = t->job->compat;
    if (out->type == KR_CHANGE_COUNT)
        return value_unknown(t, type, model);
    n = kr_change_numbers(out->type);
    if (n > 0)
        return value_numbers(t, type, model, (size_t)n, out);
    switch (out->type) {
    case KR_CHANGE_INCREMENTAL_MFD:
        return value_incremental(t, model, out);
    case KR_CHANGE_GR_FROM_SLIP:
        return value_slip(t, model, out);
    case KR_CHANGE_MSR:
        return value_msr(t, model, out);
    default:
        return KR_OK; /* geometries of faults: said to be unsupported where they are applied */
    }
}
