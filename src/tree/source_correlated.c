/* Correlated branch sets: which branches of one set are taken with which of another.
 *
 *     <logicTreeBranchSet branchSetID="puy" uncertaintyType="extendModel"
 *                         correlatedWith="hik" correlatedBranches="h1~p1 h2~p2 h3~p1">
 *
 * A path that takes h1 in hik takes p1 in puy, and its weight is that of h1 alone. */
#include "base/str.h"
#include "tree/source_tree.h"

#include <math.h>
#include <string.h>

/* Weights that say something else than those that count. */
static const double weight_tolerance = 1e-3;

kr_status kr_smlt_leader(kr_smlt *t, const kr_node *node)
{
    const char *with = kr_node_attr(node, "correlatedWith");

    return with ? kr_map_put(&t->leaders, with, 0) : KR_OK;
}

/* What the file calls the list of pairs. */
static const char *correlated_list(const kr_smlt *t)
{
    return t->described ? "'correlations'" : "correlatedBranches";
}

/* The earlier set that a set moves with. */
static kr_status correlated_find(kr_smlt *t, const char *with, uint32_t set, uint32_t *leader)
{
    int64_t k;

    if (set == 0)
        return kr_fail_at(t->ctx, t->path, t->sets[set].line,
                          "correlatedWith in the first branch set; only later ones can move with "
                          "an earlier one");
    if (!kr_map_get(&t->set_map, with, &k))
        return kr_fail_at(t->ctx, t->path, t->sets[set].line,
                          "correlatedWith names '%.60s', which is no earlier branch set; name one "
                          "that stands before this one",
                          with);
    if (k == set)
        return kr_fail_at(t->ctx, t->path, t->sets[set].line,
                          "the branch set '%.60s' is correlated with itself; name an earlier one",
                          with);
    *leader = (uint32_t)k;
    return KR_OK;
}

/* The branch of that id (n bytes), which must be of that set. */
static kr_status correlated_branch(kr_smlt *t, char *id, size_t n, uint32_t of, int line,
                                   uint32_t *out)
{
    int64_t k = -1;
    char end = id[n];

    id[n] = '\0';
    if (!kr_map_get(&t->branch_map, id, &k) || t->branches[k].set != of)
        return kr_fail_at(t->ctx, t->path, line,
                          "correlatedBranches names '%.60s', which is no branch of '%.60s'", id,
                          t->sets[of].id);
    id[n] = end;
    *out = (uint32_t)k;
    return KR_OK;
}

/* One pair, "branch of the other set~branch of this one". */
static kr_status correlated_pair(kr_smlt *t, char *pair, uint32_t leader, uint32_t set,
                                 uint32_t *taken)
{
    kr_status s = KR_OK;
    int line = t->sets[set].line;
    char *mark = strchr(pair, '~');
    uint32_t with, branch;

    if (!mark || strchr(mark + 1, '~'))
        return kr_fail_at(t->ctx, t->path, line,
                          "correlatedBranches holds '%.60s'; pairs like %.40s~%.40s were expected",
                          pair, t->branches[t->sets[leader].branches[0]].id,
                          t->branches[t->sets[set].branches[0]].id);
    KR_TRY(correlated_branch(t, pair, (size_t)(mark - pair), leader, line, &with));
    KR_TRY(correlated_branch(t, mark + 1, strlen(mark + 1), set, line, &branch));
    if (taken[t->branches[with].number] != KR_LT_NONE)
        return kr_fail_at(t->ctx, t->path, line,
                          "correlatedBranches names '%.60s' of '%.60s' twice; one branch is taken "
                          "with each",
                          t->branches[with].id, t->sets[leader].id);
    taken[t->branches[with].number] = branch;
out:
    return s;
}

/* Every branch of the other set has a partner, every branch of this set is one. */
static kr_status correlated_complete(kr_smlt *t, uint32_t leader, uint32_t set,
                                     const uint32_t *taken, const bool *used)
{
    const kr_lt_set *other = &t->sets[leader], *own = &t->sets[set];

    for (size_t i = 0; i < other->nbranches; i++)
        if (taken[i] == KR_LT_NONE)
            return kr_fail_at(t->ctx, t->path, own->line,
                              "%s leaves out '%.60s' of '%.60s'; name the branch "
                              "that is taken with it",
                              correlated_list(t), t->branches[other->branches[i]].id, other->id);
    for (size_t i = 0; i < own->nbranches; i++)
        if (!used[i])
            return kr_fail_at(t->ctx, t->path, own->line,
                              "%s leaves out '%.60s' of '%.60s', which would never "
                              "be taken; remove the branch or name it",
                              correlated_list(t), t->branches[own->branches[i]].id, own->id);
    return KR_OK;
}

static kr_status correlated_pairs(kr_smlt *t, const char *text, uint32_t leader, uint32_t set,
                                  uint32_t *taken)
{
    kr_status s = KR_OK;
    const kr_lt_set *other = &t->sets[leader], *own = &t->sets[set];
    kr_arena scratch;
    char **words;
    size_t n;
    bool *used;

    kr_arena_init(&scratch, t->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < other->nbranches; i++)
        taken[i] = KR_LT_NONE;
    KR_TRY(kr_split_words(&scratch, text, false, &words, &n));
    KR_ANEW(used, &scratch, own->nbranches);
    for (size_t i = 0; i < n; i++)
        KR_TRY(correlated_pair(t, words[i], leader, set, taken));
    for (size_t i = 0; i < other->nbranches; i++)
        if (taken[i] != KR_LT_NONE)
            used[t->branches[taken[i]].number] = true;
    KR_TRY(correlated_complete(t, leader, set, taken, used));
out:
    kr_arena_clear(&scratch);
    return s;
}

static kr_status correlated_positions(kr_smlt *t, uint32_t leader, uint32_t set, uint32_t *taken)
{
    const kr_lt_set *other = &t->sets[leader], *own = &t->sets[set];

    if (own->nbranches != other->nbranches)
        return kr_fail_at(t->ctx, t->path, own->line,
                          "'%.60s' has %zu branches, and '%.60s', which it moves with, %zu; tell "
                          "which go together, as in correlatedBranches=\"%.40s~%.40s ...\"",
                          own->id, own->nbranches, other->id, other->nbranches,
                          t->branches[other->branches[0]].id, t->branches[own->branches[0]].id);
    for (size_t i = 0; i < own->nbranches; i++)
        taken[i] = own->branches[i];
    return KR_OK;
}

/* A set that moves with one that itself moves moves with the first of them. */
static kr_status correlated_first(kr_smlt *t, uint32_t *leader, const uint32_t **taken)
{
    kr_status s = KR_OK;
    const kr_lt_set *between = &t->sets[*leader];
    uint32_t *list;

    if (between->moves_with == KR_LT_NONE)
        return KR_OK;
    *leader = between->moves_with;
    KR_ANEW(list, t->arena, t->sets[*leader].nbranches);
    for (size_t i = 0; i < t->sets[*leader].nbranches; i++)
        list[i] = (*taken)[t->branches[between->taken[i]].number];
    *taken = list;
out:
    return s;
}

/* The weights of the set do not count; say so where they differ from those that do. */
static kr_status correlated_weights(kr_smlt *t, uint32_t set)
{
    kr_status s = KR_OK;
    const kr_lt_set *own = &t->sets[set], *other = &t->sets[own->moves_with];
    double *sums = NULL;
    size_t ndiffer = 0, first = 0;

    KR_NEW(sums, t->ctx, KR_ACCOUNT_READING, own->nbranches);
    for (size_t i = 0; i < other->nbranches; i++)
        sums[t->branches[own->taken[i]].number] += t->branches[other->branches[i]].weight;
    for (size_t i = own->nbranches; i-- > 0;)
        if (fabs(t->branches[own->branches[i]].weight - sums[i]) > weight_tolerance) {
            ndiffer++;
            first = i;
        }
    kr_info(t->ctx,
            "%s:%d: branch set '%.60s' moves with '%.60s'; the weights of its branches do "
            "not count",
            t->path, own->line, own->id, other->id);
    if (ndiffer > 0 && !t->described)
        kr_warn_at(t->ctx, t->path, own->line,
                   "the weight of branch '%.60s' is %g, but the branches of '%.60s' that it is "
                   "taken with have %g in all, which counts%s",
                   t->branches[own->branches[first]].id, t->branches[own->branches[first]].weight,
                   other->id, sums[first], ndiffer > 1 ? "; likewise for others of the set" : "");
out:
    kr_free(sums);
    return s;
}

kr_status kr_smlt_correlate(kr_smlt *t, const kr_node *node, uint32_t set)
{
    kr_status s = KR_OK;
    const char *with = kr_node_attr(node, "correlatedWith");
    const char *pairs = kr_node_attr(node, "correlatedBranches");
    const uint32_t *taken;
    uint32_t leader = 0, *list;

    if (!with && pairs)
        return kr_fail_at(t->ctx, t->path, node->line,
                          "correlatedBranches without correlatedWith, which names the branch set "
                          "that this one moves with");
    if (!with)
        return KR_OK;
    KR_TRY(correlated_find(t, with, set, &leader));
    KR_ANEW(list, t->arena, t->sets[leader].nbranches);
    KR_TRY(pairs ? correlated_pairs(t, pairs, leader, set, list)
                 : correlated_positions(t, leader, set, list));
    taken = list;
    KR_TRY(correlated_first(t, &leader, &taken));
    t->sets[set].moves_with = leader;
    t->sets[set].taken = taken;
    KR_TRY(correlated_weights(t, set));
out:
    return s;
}

/* What follows a branch stands after its set: one pass finds the sets that can be reached from the
 * root without the leader. */
kr_status kr_smlt_check_correlated(kr_smlt *t)
{
    kr_status s = KR_OK;
    bool *reached = NULL;

    KR_NEW(reached, t->ctx, KR_ACCOUNT_READING, t->nsets);
    for (size_t f = 0; f < t->nsets; f++) {
        uint32_t leader = t->sets[f].moves_with;
        if (leader == KR_LT_NONE)
            continue;
        memset(reached, 0, t->nsets * sizeof *reached);
        reached[0] = leader != 0;
        for (size_t i = 0; i < f; i++)
            for (size_t b = 0; reached[i] && b < t->sets[i].nbranches; b++) {
                uint32_t child = t->branches[t->sets[i].branches[b]].child;
                if (child != KR_LT_NONE && child != leader)
                    reached[child] = true;
            }
        if (reached[f]) {
            s = kr_fail_at(t->ctx, t->path, t->sets[f].line,
                           "'%.60s' moves with '%.60s', but is also on paths without it; let it "
                           "follow the branches of '%.60s' alone (applyToBranches)",
                           t->sets[f].id, t->sets[leader].id, t->sets[leader].id);
            goto out;
        }
    }
out:
    kr_free(reached);
    return s;
}
