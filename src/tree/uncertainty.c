/* The values of uncertainties. */
#include "base/str.h"
#include "model/geometry_read.h"
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

    KR_TRY(kr_node_need(t->ctx, model, "faultActivityData", &fault));
    KR_TRY(kr_attr_positive(t->ctx, fault, "slipRate", &out->slip_rate));
    KR_TRY(kr_attr_positive(t->ctx, fault, "rigidity", &out->rigidity));
    out->moment_constant = 9.1;
    if (kr_node_attr(fault, "constant_term"))
        KR_TRY(kr_node_attr_double(t->ctx, fault, "constant_term", &out->moment_constant));
out:
    return s;
}

/* The mesh spacing of a geometry, which the attribute must give here. */
static kr_status value_spacing(kr_smlt *t, const kr_node *node, kr_geometry *out)
{
    kr_status s = KR_OK;
    double spacing = 0;

    KR_TRY(kr_attr_positive(t->ctx, node, "spacing", &spacing));
    if (spacing == 0)
        return kr_fail_at(t->ctx, t->path, node->line,
                          "spacing=0 of <%s>; it must be more than 0, in km", node->tag);
    if (out->kind == KR_GEOMETRY_PLANAR)
        return KR_OK; /* asked for by the reference, but of no effect */
    out->spacing_km = spacing;
    kr_geometry_hash(out);
out:
    return s;
}

static kr_status value_geometry(kr_smlt *t, kr_source_reader *r, const kr_node *node,
                                kr_geometry *out)
{
    kr_status s = KR_OK;

    KR_TRY(kr_geometry_read(r, node, out));
    KR_TRY(value_spacing(t, node, out));
    for (size_t i = 0; out->kind == KR_GEOMETRY_PLANAR && i < out->lines[0].n; i++)
        if (!(out->lines[0].p[i].depth >= 0))
            return kr_fail_at(t->ctx, t->path, node->line,
                              "a corner of <%s> is at %g km; in a logic tree depths must be 0 or "
                              "more",
                              node->tag, out->lines[0].p[i].depth);
out:
    return s;
}

static bool value_in_surface(kr_geometry_kind kind)
{
    return kind == KR_GEOMETRY_SIMPLE || kind == KR_GEOMETRY_COMPLEX || kind == KR_GEOMETRY_PLANAR;
}

/* The parts of a surface may be of several kinds here. */
static kr_status value_surface(kr_smlt *t, kr_source_reader *r, const kr_node *surface,
                               kr_change *out)
{
    kr_status s = KR_OK;
    kr_geometry *list = NULL;
    kr_geometry_kind kind;
    size_t n = 0;

    for (const kr_node *child = surface->first; child; child = child->next)
        n++;
    if (n == 0)
        return kr_fail_at(t->ctx, t->path, surface->line,
                          "<surface> is empty; a geometry is needed in it");
    KR_ANEW(list, t->arena, n);
    n = 0;
    for (const kr_node *child = surface->first; child; child = child->next) {
        if (!kr_geometry_kind_find(child->tag, &kind) || !value_in_surface(kind))
            return kr_fail_at(t->ctx, t->path, child->line,
                              "<%s> in the value of %s; simpleFaultGeometry, complexFaultGeometry "
                              "and planarSurface are allowed",
                              child->tag, kr_change_name(out->type));
        KR_TRY(value_geometry(t, r, child, &list[n++]));
    }
    out->geometries = list;
    out->ngeometries = n;
out:
    return s;
}

static kr_status value_geometries(kr_smlt *t, const kr_node *model, kr_change *out)
{
    kr_status s = KR_OK;
    kr_source_reader r = {.ctx = t->ctx, .job = t->job, .arena = t->arena};
    kr_geometry *geometry = NULL;
    kr_node *inside = NULL;
    const char *tag = kr_geometry_tag(out->type == KR_CHANGE_SIMPLE_GEOMETRY ? KR_GEOMETRY_SIMPLE
                                                                             : KR_GEOMETRY_COMPLEX);

    kr_arena_init(&r.scratch, t->ctx, KR_ACCOUNT_READING);
    if (out->type == KR_CHANGE_CHARACTERISTIC_GEOMETRY) {
        KR_TRY(kr_node_need(t->ctx, model, "surface", &inside));
        KR_TRY(value_surface(t, &r, inside, out));
        goto out;
    }
    KR_TRY(kr_node_need(t->ctx, model, tag, &inside));
    KR_ANEW(geometry, t->arena, 1);
    KR_TRY(value_geometry(t, &r, inside, geometry));
    out->geometries = geometry;
    out->ngeometries = 1;
out:
    kr_arena_clear(&r.scratch);
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
    case KR_CHANGE_SIMPLE_GEOMETRY:
    case KR_CHANGE_COMPLEX_GEOMETRY:
    case KR_CHANGE_CHARACTERISTIC_GEOMETRY:
        return value_geometries(t, model, out);
    default:
        return KR_OK;
    }
}
