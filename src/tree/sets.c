/* The sets and branches of a tree as it keeps them, from the tree as read. */
#include "base/str.h"
#include "tree/inside.h"
#include "tree/name.h"

#include <stdlib.h>
#include <string.h>

/* A branch by its place in the ids of paths, "b1~b2". */
typedef struct branch_key {
    const char *id;
    bool last; /* nothing follows it */
    uint32_t read;
} branch_key;

static int compare_keys(const void *pa, const void *pb)
{
    const branch_key *a = pa, *b = pb;
    int c = kr_branch_order(a->id, a->last, b->id, b->last);

    return c != 0 ? c : a->read < b->read ? -1 : a->read > b->read;
}

static void add_branch(kr_tree *tree, const kr_smlt *t, uint32_t set, uint32_t read)
{
    const kr_lt_branch *b = &t->branches[read];

    tree->branches[tree->nbranches++] = (kr_tree_branch){.branch_set = t->sets[set].id,
                                                         .branch = b->id,
                                                         .type = t->sets[set].type,
                                                         .value = b->text,
                                                         .weight = b->weight,
                                                         .set = set,
                                                         .number = b->number,
                                                         .next = b->child};
}

static kr_status make_set(kr_tree *tree, kr_tree_inside *in, uint32_t i, branch_key *keys)
{
    kr_status s = KR_OK;
    const kr_smlt *t = &in->smlt;
    const kr_lt_set *from = &t->sets[i];
    uint32_t *branches;

    for (size_t k = 0; k < from->nbranches; k++) {
        const kr_lt_branch *b = &t->branches[from->branches[k]];
        keys[k] = (branch_key){b->id, b->child == KR_LT_NONE, from->branches[k]};
    }
    qsort(keys, from->nbranches, sizeof *keys, compare_keys);
    for (size_t k = 0; k < from->nbranches; k++) {
        in->made[keys[k].read] = (uint32_t)tree->nbranches;
        in->read[tree->nbranches] = keys[k].read;
        add_branch(tree, t, i, keys[k].read);
    }
    KR_ANEW(branches, &tree->arena, from->nbranches + 1);
    for (size_t k = 0; k < from->nbranches; k++)
        branches[k] = in->made[from->branches[k]];
    tree->sets[i] = (kr_tree_set){.id = from->id,
                                  .type = from->type,
                                  .nbranches = from->nbranches,
                                  .branches = branches,
                                  .moves_with = from->moves_with};
out:
    return s;
}

static kr_status make_moves(kr_tree *tree, const kr_tree_inside *in, uint32_t i)
{
    kr_status s = KR_OK;
    const kr_lt_set *from = &in->smlt.sets[i];
    uint32_t *taken;
    size_t n;

    if (from->moves_with == KR_LT_NONE)
        return KR_OK;
    n = tree->sets[from->moves_with].nbranches;
    KR_ANEW(taken, &tree->arena, n + 1);
    for (size_t k = 0; k < n; k++)
        taken[k] = in->made[from->taken[k]];
    tree->sets[i].taken = taken;
out:
    return s;
}

kr_status kr_sets_make(kr_ctx *ctx, kr_tree *tree, kr_tree_inside *in)
{
    kr_status s = KR_OK;
    const kr_smlt *t = &in->smlt;
    branch_key *keys = NULL;

    KR_NEW(keys, ctx, KR_ACCOUNT_READING, t->nbranches + 1);
    KR_ANEW(in->made, &tree->arena, t->nbranches + 1);
    KR_ANEW(in->read, &tree->arena, t->nbranches + 1);
    KR_ANEW(tree->sets, &tree->arena, t->nsets + 1);
    KR_ANEW(tree->branches, &tree->arena, t->nbranches + 1);
    tree->nsets = t->nsets;
    for (uint32_t i = 0; i < t->nsets; i++)
        KR_TRY(make_set(tree, in, i, keys));
    for (uint32_t i = 0; i < t->nsets; i++)
        KR_TRY(make_moves(tree, in, i));
out:
    kr_free(keys);
    return s;
}
