/* Branch sets that the job collapses: averages of exceedance probabilities. */
#include "base/str.h"
#include "tree/gsim_tree.h"

#include <string.h>

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
