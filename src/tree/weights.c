#include "tree/weights.h"

#include "base/str.h"
#include "input/xml.h"

#include <math.h>

static const double weight_tolerance = 1e-7;

typedef struct weights_reader {
    kr_ctx *ctx;
    const char *path;
    kr_arena *arena;
} weights_reader;

static kr_status read_branch(const weights_reader *r, const kr_node *node, kr_source_weights *all,
                             kr_branch_weight *out)
{
    kr_status s = KR_OK;
    const char *id;
    kr_node *weight;

    if (!kr_str_eq(node->tag, "logicTreeBranch"))
        return kr_fail_at(r->ctx, r->path, node->line, "<%s> where a <logicTreeBranch> belongs",
                          node->tag);
    KR_TRY(kr_node_attr_text(r->ctx, node, "branchID", &id));
    if (kr_map_get(&all->branch_map, id, NULL))
        return kr_fail_at(r->ctx, r->path, node->line,
                          "the branchID '%s' is not unique; give every branch its own", id);
    KR_TRY(kr_node_need(r->ctx, node, "uncertaintyWeight", &weight));
    KR_TRY(kr_node_double(r->ctx, weight, &out->weight));
    if (!(out->weight >= 0 && out->weight <= 1))
        return kr_fail_at(r->ctx, r->path, weight->line, "the weight %g is outside of 0 to 1",
                          out->weight);
    out->line = node->line;
    KR_ASTR(out->id, r->arena, id);
out:
    return s;
}

static kr_status read_set(const weights_reader *r, const kr_node *node, kr_source_weights *all)
{
    kr_status s = KR_OK;
    const char *id;
    kr_set_weights *set = &all->sets[all->n];
    double sum = 0;
    size_t n = 0;

    if (!kr_str_eq(node->tag, "logicTreeBranchSet"))
        return kr_fail_at(r->ctx, r->path, node->line, "<%s> where a <logicTreeBranchSet> belongs",
                          node->tag);
    KR_TRY(kr_node_attr_text(r->ctx, node, "branchSetID", &id));
    if (kr_set_weights_find(all, id))
        return kr_fail_at(r->ctx, r->path, node->line,
                          "the branchSetID '%s' is not unique; give every set its own", id);
    for (const kr_node *b = node->first; b; b = b->next)
        n++;
    *set = (kr_set_weights){.line = node->line};
    KR_ASTR(set->id, r->arena, id);
    if (kr_node_attr(node, "correlatedWith"))
        KR_ASTR(set->moves_with, r->arena, kr_node_attr(node, "correlatedWith"));
    KR_ANEW(set->branches, r->arena, n + 1);
    for (const kr_node *b = node->first; b; b = b->next) {
        KR_TRY(read_branch(r, b, all, &set->branches[set->n]));
        KR_TRY(kr_map_put(&all->branch_map, set->branches[set->n].id,
                          (int64_t)(all->n << 32 | set->n)));
        sum += set->branches[set->n++].weight;
    }
    if (!(fabs(sum - 1) <= weight_tolerance))
        return kr_fail_at(r->ctx, r->path, node->line,
                          "the weights of branch set '%s' sum to %.9g; they must sum to 1", id,
                          sum);
    KR_TRY(kr_map_put(&all->set_map, set->id, (int64_t)all->n++));
out:
    return s;
}

kr_status kr_source_weights_read(kr_ctx *ctx, const char *path, kr_arena *arena,
                                 kr_source_weights *out)
{
    kr_status s = KR_OK;
    const weights_reader r = {ctx, path, arena};
    kr_node *root, *tree;
    kr_arena nodes;
    size_t n = 0;

    *out = (kr_source_weights){.path = path};
    kr_map_init(&out->set_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&out->branch_map, ctx, KR_ACCOUNT_TREE);
    kr_arena_init(&nodes, ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_xml_load(ctx, path, &nodes, &root));
    if (!kr_str_eq(root->tag, "nrml")) {
        s = kr_fail_at(ctx, path, root->line,
                       "the document is a <%s>; a NRML file begins with <nrml>", root->tag);
        goto out;
    }
    KR_TRY(kr_node_need(ctx, root, "logicTree", &tree));
    for (const kr_node *node = tree->first; node; node = node->next, n++)
        for (const kr_node *set = node->first; set; set = set->next)
            n++;
    KR_ANEW(out->sets, arena, n + 1);
    for (const kr_node *node = tree->first; node; node = node->next) {
        if (!kr_str_eq(node->tag, "logicTreeBranchingLevel")) {
            KR_TRY(read_set(&r, node, out));
            continue;
        }
        for (const kr_node *set = node->first; set; set = set->next)
            KR_TRY(read_set(&r, set, out));
    }
out:
    kr_arena_clear(&nodes);
    return s;
}

void kr_source_weights_clear(kr_source_weights *weights)
{
    kr_map_clear(&weights->set_map);
    kr_map_clear(&weights->branch_map);
}

const kr_set_weights *kr_set_weights_find(const kr_source_weights *weights, const char *id)
{
    int64_t i;

    return kr_map_get(&weights->set_map, id, &i) ? &weights->sets[i] : NULL;
}

const kr_branch_weight *kr_branch_weight_find(const kr_source_weights *weights,
                                              const kr_set_weights *set, const char *id)
{
    int64_t i;

    if (!kr_map_get(&weights->branch_map, id, &i) || &weights->sets[i >> 32] != set)
        return NULL;
    return &set->branches[i & UINT32_MAX];
}
