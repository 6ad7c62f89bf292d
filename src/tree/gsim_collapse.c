/* Averages of exceedance probabilities: branch sets that the job collapses, and [AvgPoeGMPE]
 * written by hand. */
#include "base/str.h"
#include "tree/gsim_tree.h"

#include <string.h>

kr_status kr_glt_average(kr_glt *g, kr_glt_branch *branch)
{
    kr_status s = KR_OK;
    const kr_value *args = &branch->part.args;
    kr_gsim_part *parts;

    KR_ANEW(parts, g->arena, args->n + 1);
    for (size_t i = 0; i < args->n; i++) {
        const kr_value *model = &args->items[i], *weight;
        if (model->kind != KR_VALUE_DICT || model->n != 1 || model->items[0].kind != KR_VALUE_DICT)
            return kr_fail_at(
                g->ctx, branch->part.file, branch->part.line,
                "AvgPoeGMPE: '%s' does not hold one model; write %s.Name.weight = number",
                args->keys[i], args->keys[i]);
        parts[i] = branch->part;
        parts[i].name = model->keys[0];
        memset(&parts[i].args, 0, sizeof parts[i].args);
        parts[i].args.kind = KR_VALUE_DICT;
        weight = kr_value_get(&model->items[0], "weight");
        if (!weight || !kr_value_is_number(weight))
            return kr_fail_at(g->ctx, branch->part.file, branch->part.line,
                              "AvgPoeGMPE: '%s' has no weight", args->keys[i]);
        parts[i].weight = weight->number;
        for (size_t k = 0; k < model->items[0].n; k++)
            if (!kr_str_eq(model->items[0].keys[k], "weight"))
                KR_TRY(kr_value_add(g->arena, &parts[i].args, model->items[0].keys[k],
                                    &model->items[0].items[k]));
    }
    if (args->n == 0)
        return kr_fail_at(g->ctx, branch->part.file, branch->part.line,
                          "AvgPoeGMPE without models; name at least one");
    branch->parts = parts;
    branch->nparts = args->n;
out:
    return s;
}

/* The table of one part: its parameters, then its weight. */
static char *collapse_text(kr_arena *arena, const char *text, const kr_glt_branch *b,
                           const char *id)
{
    const char *lines = strchr(b->text, '\n');
    char number[32];

    return kr_arena_printf(arena, "%s%s[AvgPoeGMPE.%s.%s]%s\nweight = %s\n", text,
                           *text ? "\n" : "", id, b->part.name, lines ? lines : "",
                           kr_repr_double(b->weight, number));
}

/* Branches [first, first + n) as one. */
static kr_status collapse_set(kr_glt *g, size_t first, size_t n, size_t trti, kr_glt_branch *out)
{
    kr_status s = KR_OK;
    kr_gsim_part *parts;
    const char *text = "";

    *out = g->branches[first];
    KR_ANEW(parts, g->arena, n);
    out->weight = 0;
    for (size_t i = 0; i < n; i++) {
        const kr_glt_branch *b = &g->branches[first + i];
        parts[i] = b->part;
        parts[i].weight = b->weight;
        out->weight += b->weight;
        text = collapse_text(g->arena, text, b, b->id);
        if (!text)
            return KR_ENOMEM;
        if (kr_str_eq(b->part.name, "AvgPoeGMPE"))
            return kr_fail_at(
                g->ctx, g->path, b->part.line,
                "collapse_gsim_logic_tree on a set that holds an AvgPoeGMPE; leave that set out");
    }
    out->text = text;
    out->parts = parts;
    out->nparts = n;
    out->number = 0;
    out->nimts = 0;
    out->id = kr_arena_printf(g->arena, "gA%zu", trti);
    if (!out->id)
        s = KR_ENOMEM;
out:
    return s;
}

static bool collapse_named(const kr_glt *g, const char *set)
{
    for (size_t i = 0; i < g->job->collapse_gsim_logic_tree.n; i++)
        if (kr_str_eq(set, g->job->collapse_gsim_logic_tree.name[i]))
            return true;
    return false;
}

/* The reference keeps only the last branch of every set that is not collapsed. */
static void collapse_keep(kr_glt *g, size_t first, size_t n, size_t *kept)
{
    size_t from = 0;

    if (n > 1 && g->job->compat != KR_COMPAT_EXACT) {
        kr_warn_at(g->ctx, g->branches[first + n - 1].part.file,
                   g->branches[first + n - 1].part.line,
                   "collapse_gsim_logic_tree drops all but the last branch of the set '%s', which "
                   "it does not name, "
                   "as in the reference; --compat exact keeps them",
                   g->branches[first].set_id);
        from = n - 1;
    }
    for (size_t i = from; i < n; i++)
        g->branches[(*kept)++] = g->branches[first + i];
}

kr_status kr_glt_collapse(kr_glt *g)
{
    kr_status s = KR_OK;
    size_t kept = 0, trti = 0;

    for (size_t first = 0, n; first < g->n; first += n, trti++) {
        n = 1;
        while (first + n < g->n && kr_str_eq(g->branches[first + n].trt, g->branches[first].trt))
            n++;
        if (n > 1 && collapse_named(g, g->branches[first].set_id)) {
            kr_glt_branch one;
            KR_TRY(collapse_set(g, first, n, trti, &one));
            g->branches[kept++] = one;
        } else {
            collapse_keep(g, first, n, &kept);
        }
    }
    g->n = kept;
out:
    return s;
}
