/* Which ground-motion models each component is computed with, and the numbers of its rates. */
#include "tree/inside.h"

#include <string.h>

static size_t model_count(const kr_tree *tree, size_t trt)
{
    return tree->first_gsim[trt + 1] - tree->first_gsim[trt];
}

/* Which models the samples of a path use: marks, by model. */
static void mark_used(const kr_tree *tree, size_t path, unsigned char *used)
{
    for (size_t r = tree->first_sample[path]; r < tree->first_sample[path + 1]; r++)
        for (size_t t = 0; t < tree->ntrts; t++)
            used[tree->sample_gsims[r * tree->ntrts + t]] = 1;
}

/* The models of its region that the samples with a component use. */
static kr_status sampled_models(kr_tree *tree, kr_component *c, unsigned char *used)
{
    kr_status s = KR_OK;
    const kr_diagram_node *node = kr_diagram_at(&tree->diagrams, c->presence);
    size_t *list, first = tree->first_gsim[c->trt], end = tree->first_gsim[c->trt + 1];

    memset(used, 0, tree->ngsims);
    for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++)
        mark_used(tree, tree->diagrams.edges[e].branch, used);
    KR_ANEW(list, &tree->arena, end - first);
    c->gsims = list;
    c->ngsims = 0;
    for (size_t g = first; g < end; g++)
        if (used[g])
            list[c->ngsims++] = g;
out:
    return s;
}

/* How often the components can stand in one path, in all. */
static kr_status count_most(kr_ctx *ctx, kr_tree *tree)
{
    kr_status s = KR_OK;
    const kr_diagrams *d = &tree->diagrams;
    uint32_t *most = NULL; /* of each node, children before parents */

    KR_NEW(most, ctx, KR_ACCOUNT_READING, d->nnodes + KR_DIAGRAM_ENDS);
    for (uint32_t i = 0; i < KR_DIAGRAM_ENDS; i++)
        most[i] = i;
    for (size_t i = 0; i < d->nnodes; i++) {
        const kr_diagram_node *node = &d->nodes[i];
        for (size_t e = node->first_edge; e < node->first_edge + node->nedges; e++) {
            uint32_t below = most[d->edges[e].to];
            if (below > most[KR_DIAGRAM_ENDS + i])
                most[KR_DIAGRAM_ENDS + i] = below;
        }
    }
    tree->most_components = 0;
    for (size_t c = 0; c < tree->ncomponents; c++)
        tree->most_components += most[tree->components[c].presence];
out:
    kr_free(most);
    return s;
}

kr_status kr_rates_number(kr_ctx *ctx, kr_tree *tree)
{
    kr_status s = KR_OK;
    unsigned char *used = NULL;
    size_t *all;

    KR_ANEW(all, &tree->arena, tree->ngsims + 1);
    for (size_t g = 0; g < tree->ngsims; g++)
        all[g] = g;
    KR_NEW(used, ctx, KR_ACCOUNT_READING, tree->ngsims + 1);
    tree->nrates = 0;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        kr_component *component = &tree->components[c];
        component->first_rate = tree->nrates;
        component->gsims = all + tree->first_gsim[component->trt];
        component->ngsims = model_count(tree, component->trt);
        if (tree->sampled)
            KR_TRY(sampled_models(tree, component, used));
        tree->nrates += component->ngsims;
    }
    if (tree->nrates > UINT32_MAX)
        s = kr_fail(ctx, KR_EINPUT,
                    "the logic tree needs %zu component rates; at most %u can be numbered",
                    tree->nrates, UINT32_MAX);
    if (s == KR_OK)
        s = count_most(ctx, tree);
out:
    kr_free(used);
    return s;
}
