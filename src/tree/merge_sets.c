/* Branch sets and branches of merged trees. */
#include "base/str.h"
#include "tree/merge_int.h"
#include "tree/name.h"

#include <math.h>
#include <stdlib.h>

static const double weight_tolerance = 1e-7;

static bool stands_in(const kr_tree *tree, uint32_t set)
{
    return tree->sets[set].nbranches == 1 &&
           kr_str_eq(tree->branches[tree->sets[set].branches[0]].branch, ".");
}

/* ------------------------------------------------------------------ collecting */

static kr_status add_set(kr_merger *m, const kr_tree_set *from, bool is_stand_in, uint32_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(m->sets, m->sets_cap, m->nsets + 1, m->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)m->nsets;
    m->sets[m->nsets++] = (kr_merged_set){.id = from->id,
                                          .type = from->type,
                                          .stands_in = is_stand_in,
                                          .moves_with = KR_NO_SET,
                                          .first_branch = KR_NO_SET,
                                          .place = KR_NO_SET};
    if (!is_stand_in)
        KR_TRY(kr_map_put(&m->set_ids, from->id, *out));
out:
    return s;
}

/* The merged set of one that branches have ids; one with a new id is added. */
static kr_status find_set(kr_merger *m, const kr_tree_set *from, uint32_t *out)
{
    int64_t known;

    if (!kr_map_get(&m->set_ids, from->id, &known))
        return add_set(m, from, false, out);
    *out = (uint32_t)known;
    return KR_OK;
}

static kr_status find_branch(kr_merger *m, size_t part, uint32_t set, const kr_tree_branch *from,
                             uint32_t *out)
{
    kr_status s = KR_OK;
    bool dot = m->sets[set].stands_in;
    int64_t known = m->sets[set].first_branch;

    if (dot ? known != KR_NO_SET : kr_map_get(&m->branch_ids, from->branch, &known)) {
        *out = (uint32_t)known;
        if (m->branches[known].set != set)
            return kr_fail(m->ctx, KR_EINPUT,
                           "%s: the branch '%s' is of the set '%s'; in another run it is of '%s'",
                           m->of->parts[part].name, from->branch, m->sets[set].id,
                           m->sets[m->branches[known].set].id);
        if (!m->of->weights && m->branches[known].weight != from->weight)
            return kr_fail(m->ctx, KR_EINPUT,
                           "%s: the branch '%s' weighs %g, in another run %g; give the weights "
                           "with --source-tree",
                           m->of->parts[part].name, from->branch, from->weight,
                           m->branches[known].weight);
        return KR_OK;
    }
    KR_GROW(m->branches, m->branches_cap, m->nbranches + 1, m->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)m->nbranches;
    m->branches[m->nbranches++] = (kr_merged_branch){.from = from,
                                                     .set = set,
                                                     .next = KR_NO_SET,
                                                     .kept = true,
                                                     .weight = from->weight,
                                                     .position = *out};
    if (dot)
        m->sets[set].first_branch = *out;
    else
        KR_TRY(kr_map_put(&m->branch_ids, from->branch, *out));
out:
    return s;
}

static kr_status disagree(const kr_merger *m, size_t part, const char *branch)
{
    return kr_fail(m->ctx, KR_EINPUT,
                   "%s: what follows the branch '%s' differs between the runs: they are not of one "
                   "logic tree",
                   m->of->parts[part].name, branch);
}

/* What follows a branch must be the same set in all runs that have it. */
static kr_status link_branch(kr_merger *m, size_t part, uint32_t branch, uint32_t next)
{
    kr_status s = KR_OK;
    const kr_tree *tree = m->of->parts[part].tree;
    uint32_t *of = m->set_of[part], known = m->branches[branch].next, set = KR_NO_SET;
    bool linked = m->branches[branch].linked;

    if (next != KR_NO_SET && of[next] != KR_NO_SET) {
        set = of[next];
    } else if (next != KR_NO_SET && stands_in(tree, next)) {
        set = known;
        if (linked && (known == KR_NO_SET || !m->sets[known].stands_in))
            return disagree(m, part, m->branches[branch].from->branch);
        if (!linked)
            KR_TRY(add_set(m, &tree->sets[next], true, &set));
    } else if (next != KR_NO_SET) {
        KR_TRY(find_set(m, &tree->sets[next], &set));
    }
    if (linked && set != known)
        return disagree(m, part, m->branches[branch].from->branch);
    if (next != KR_NO_SET)
        of[next] = set;
    m->branches[branch].linked = true;
    m->branches[branch].next = set;
out:
    return s;
}

static kr_status collect_moves(kr_merger *m, size_t part, uint32_t set)
{
    kr_status s = KR_OK;
    const kr_tree *tree = m->of->parts[part].tree;
    const kr_tree_set *from = &tree->sets[set];
    const uint32_t *branch_of = m->branch_of[part];
    uint32_t other, merged = m->set_of[part][set], known;

    if (from->moves_with == KR_NO_SET)
        return KR_OK;
    other = m->set_of[part][from->moves_with];
    if (m->sets[merged].moves_with != KR_NO_SET && m->sets[merged].moves_with != other)
        return kr_fail(m->ctx, KR_EINPUT,
                       "%s: the branch set '%s' moves with another set than in the other runs",
                       m->of->parts[part].name, from->id);
    m->sets[merged].moves_with = other;
    for (size_t k = 0; k < tree->sets[from->moves_with].nbranches; k++) {
        uint32_t b = branch_of[tree->sets[from->moves_with].branches[k]];
        uint64_t key = kr_index_pair(merged, b);
        if (kr_index_get(&m->taken, key, &known) && known != branch_of[from->taken[k]])
            return kr_fail(m->ctx, KR_EINPUT,
                           "%s: with the branch '%s' the set '%s' takes another branch than in the "
                           "other runs",
                           m->of->parts[part].name, m->branches[b].from->branch, from->id);
        KR_TRY(kr_index_put(&m->taken, key, branch_of[from->taken[k]]));
    }
out:
    return s;
}

static kr_status collect(kr_merger *m, size_t part)
{
    kr_status s = KR_OK;
    const kr_tree *tree = m->of->parts[part].tree;
    uint32_t *set_of, *branch_of;

    KR_ANEW(set_of, &m->scratch, tree->nsets + 1);
    KR_ANEW(branch_of, &m->scratch, tree->nbranches + 1);
    m->set_of[part] = set_of;
    m->branch_of[part] = branch_of;
    for (size_t i = 0; i < tree->nsets; i++)
        set_of[i] = KR_NO_SET;
    KR_TRY(find_set(m, &tree->sets[0], &set_of[0]));
    if (set_of[0] != 0)
        return kr_fail(
            m->ctx, KR_EINPUT, "%s: the tree begins with the branch set '%s', that of %s with '%s'",
            m->of->parts[part].name, tree->sets[0].id, m->of->parts[0].name, m->sets[0].id);
    for (uint32_t i = 0; i < tree->nsets; i++) {
        if (set_of[i] == KR_NO_SET) /* no path leads there */
            KR_TRY(stands_in(tree, i) ? add_set(m, &tree->sets[i], true, &set_of[i])
                                      : find_set(m, &tree->sets[i], &set_of[i]));
        for (size_t k = 0; k < tree->sets[i].nbranches; k++) {
            uint32_t b = tree->sets[i].branches[k];
            KR_TRY(find_branch(m, part, set_of[i], &tree->branches[b], &branch_of[b]));
            KR_TRY(link_branch(m, part, branch_of[b], tree->branches[b].next));
        }
    }
    for (uint32_t i = 0; i < tree->nsets; i++)
        KR_TRY(collect_moves(m, part, i));
out:
    return s;
}

/* ------------------------------------------------------------------ weights */

/* Everything that the file names must be there. */
static kr_status check_given(kr_merger *m)
{
    const kr_source_weights *given = m->of->weights;
    int64_t set, branch;

    for (size_t i = 0; i < given->n; i++) {
        const kr_set_weights *from = &given->sets[i];
        if (!kr_map_get(&m->set_ids, from->id, &set))
            return kr_fail_at(m->ctx, given->path, from->line,
                              "the runs have no branch set '%s'; their weights can be changed and "
                              "branches left out, nothing can be added",
                              from->id);
        m->sets[set].given = from;
        for (size_t k = 0; k < from->n; k++)
            if (!kr_map_get(&m->branch_ids, from->branches[k].id, &branch) ||
                m->branches[branch].set != set)
                return kr_fail_at(m->ctx, given->path, from->branches[k].line,
                                  "the runs have no branch '%s' in the set '%s'; weights can be "
                                  "changed and branches left out, nothing can be added",
                                  from->branches[k].id, from->id);
    }
    return KR_OK;
}

/* Which sets move together is in the rates' combinations and cannot be changed by weights. */
static kr_status check_moves(kr_merger *m)
{
    for (size_t i = 0; i < m->nsets; i++) {
        const kr_set_weights *given = m->sets[i].given;
        uint32_t with = m->sets[i].moves_with;
        const char *is = with == KR_NO_SET ? NULL : m->sets[with].id;
        if (!given || kr_str_eq(is ? is : "", given->moves_with ? given->moves_with : ""))
            continue;
        return kr_fail_at(
            m->ctx, m->of->weights->path, given->line,
            "in the runs the branch set '%s' moves with %s%s%s, here with %s%s%s; new "
            "weights cannot change that, run the job again",
            given->id, is ? "'" : "", is ? is : "no other", is ? "'" : "",
            given->moves_with ? "'" : "", given->moves_with ? given->moves_with : "no other",
            given->moves_with ? "'" : "");
    }
    return KR_OK;
}

static void give_weights(kr_merger *m)
{
    const kr_source_weights *given = m->of->weights;

    for (size_t b = 0; b < m->nbranches; b++) {
        kr_merged_branch *branch = &m->branches[b];
        const kr_set_weights *set = m->sets[branch->set].given;
        const kr_branch_weight *w;
        if (!set)
            continue;
        w = kr_branch_weight_find(given, set, branch->from->branch);
        branch->kept = w != NULL;
        branch->weight = w ? w->weight : 0;
        branch->position = w ? w - set->branches : 0;
    }
}

/* A set that the file leaves out can stay if it has no choice, or no path has it any more; without
 * a file its weights must sum to 1. Weights of a set that moves with another do not count. */
static kr_status check_weights(kr_merger *m)
{
    kr_status s = KR_OK;
    double *sums = NULL;
    size_t *counts = NULL;

    KR_NEW(sums, m->ctx, KR_ACCOUNT_TREE, m->nsets);
    KR_NEW(counts, m->ctx, KR_ACCOUNT_TREE, m->nsets);
    for (size_t b = 0; b < m->nbranches; b++) {
        sums[m->branches[b].set] += m->branches[b].weight;
        counts[m->branches[b].set]++;
    }
    for (size_t i = 0; i < m->nsets; i++) {
        const kr_merged_set *set = &m->sets[i];
        if (set->stands_in || set->given || set->place == KR_NO_SET)
            continue;
        if (m->of->weights && counts[i] > 1) {
            s = kr_fail_at(m->ctx, m->of->weights->path, 0,
                           "no branch set '%s', of which the runs have %zu branches; name those "
                           "that are to stay, with their weights",
                           set->id, counts[i]);
            goto out;
        }
        if (set->moves_with == KR_NO_SET && !(fabs(sums[i] - 1) <= weight_tolerance)) {
            s = kr_fail(m->ctx, KR_EINPUT,
                        "the weights of the branch set '%s' sum to %.9g over all runs; give the "
                        "weights with --source-tree",
                        set->id, sums[i]);
            goto out;
        }
    }
out:
    kr_free(sums);
    kr_free(counts);
    return s;
}

/* ------------------------------------------------------------------ order */

/* Marks (place 0) the sets that some path still has. */
static void reach(kr_merger *m, uint32_t set)
{
    for (size_t i = 0; i < m->nsets; i++)
        m->sets[i].place = i == set ? 0 : KR_NO_SET;
    for (bool more = true; more;) {
        more = false;
        for (size_t b = 0; b < m->nbranches; b++) {
            const kr_merged_branch *branch = &m->branches[b];
            if (!branch->kept || branch->next == KR_NO_SET ||
                m->sets[branch->set].place == KR_NO_SET || m->sets[branch->next].place == 0)
                continue;
            m->sets[branch->next].place = 0;
            more = true;
        }
    }
}

/* Does the branch stand on some path? */
static bool in_use(const kr_merger *m, size_t b)
{
    return m->branches[b].kept && m->sets[m->branches[b].set].place != KR_NO_SET;
}

/* Sets by the number they get: those that come before first, otherwise as they were found. */
static kr_status order_sets(kr_merger *m, uint32_t *order, size_t *n)
{
    kr_status s = KR_OK;
    uint32_t *links = NULL; /* branches by set */
    size_t *first = NULL;
    bool *done = NULL;

    *n = 0;
    KR_NEW(first, m->ctx, KR_ACCOUNT_TREE, m->nsets + 2);
    KR_NEW(links, m->ctx, KR_ACCOUNT_TREE, m->nbranches);
    KR_NEW(done, m->ctx, KR_ACCOUNT_TREE, m->nsets);
    for (size_t b = 0; b < m->nbranches; b++) {
        first[m->branches[b].set + 2]++;
        if (in_use(m, b) && m->branches[b].next != KR_NO_SET)
            m->sets[m->branches[b].next].waits++;
    }
    for (size_t i = 0; i < m->nsets; i++)
        first[i + 2] += first[i + 1];
    for (size_t b = 0; b < m->nbranches; b++)
        links[first[m->branches[b].set + 1]++] = (uint32_t)b;
    for (size_t before = SIZE_MAX; before != *n;) {
        before = *n;
        for (size_t i = 0; i < m->nsets; i++) {
            if (done[i] || m->sets[i].waits || m->sets[i].place == KR_NO_SET)
                continue;
            done[i] = true;
            order[(*n)++] = (uint32_t)i;
            for (size_t k = first[i]; k < first[i + 1]; k++)
                if (m->branches[links[k]].kept && m->branches[links[k]].next != KR_NO_SET)
                    m->sets[m->branches[links[k]].next].waits--;
        }
    }
    for (size_t i = 0; i < m->nsets; i++)
        if (m->sets[i].place != KR_NO_SET && !done[i]) {
            s = kr_fail(m->ctx, KR_EINPUT,
                        "the branch set '%s' comes before and after the same sets: the runs are "
                        "not of one logic tree",
                        m->sets[i].id);
            goto out;
        }
out:
    kr_free(first);
    kr_free(links);
    kr_free(done);
    return s;
}

/* ------------------------------------------------------------------ the new tree's arrays */

/* Sorting needs the merger. */
typedef struct branch_key {
    const kr_merged_branch *branch;
    uint32_t index;
} branch_key;

static int by_path_id(const void *pa, const void *pb)
{
    const kr_merged_branch *a = ((const branch_key *)pa)->branch, *b;

    b = ((const branch_key *)pb)->branch;
    return kr_branch_order(a->from->branch, a->next == KR_NO_SET, b->from->branch,
                           b->next == KR_NO_SET);
}

static int by_position(const void *pa, const void *pb)
{
    const branch_key *a = pa, *b = pb;

    return a->branch->position < b->branch->position ? -1
                                                     : a->branch->position > b->branch->position;
}

static kr_status make_set(kr_merger *m, uint32_t from, branch_key *keys, size_t n)
{
    kr_status s = KR_OK;
    kr_tree *tree = m->tree;
    const kr_merged_set *set = &m->sets[from];
    uint32_t *listed;

    KR_ANEW(listed, &tree->arena, n + 1);
    qsort(keys, n, sizeof *keys, by_path_id);
    for (size_t k = 0; k < n; k++) {
        kr_tree_branch *b = &tree->branches[tree->nbranches];
        kr_merged_branch *old = &m->branches[keys[k].index];
        *b = *old->from;
        b->weight = old->weight;
        b->set = set->place;
        b->next = old->next == KR_NO_SET ? KR_NO_SET : m->sets[old->next].place;
        old->place = (uint32_t)tree->nbranches++;
    }
    qsort(keys, n, sizeof *keys, by_position);
    for (size_t k = 0; k < n; k++) {
        listed[k] = keys[k].branch->place;
        tree->branches[listed[k]].number = (uint32_t)k;
    }
    tree->sets[set->place] = (kr_tree_set){
        .id = set->id,
        .type = set->type,
        .nbranches = n,
        .branches = listed,
        .moves_with = set->moves_with == KR_NO_SET ? KR_NO_SET : m->sets[set->moves_with].place};
out:
    return s;
}

/* `old`: the merged branches by their number in the new tree. */
static kr_status make_taken(kr_merger *m, uint32_t from, const uint32_t *old)
{
    kr_status s = KR_OK;
    kr_tree_set *set = &m->tree->sets[m->sets[from].place];
    const kr_tree_set *other;
    uint32_t *taken, b = 0;

    if (set->moves_with == KR_NO_SET)
        return KR_OK;
    other = &m->tree->sets[set->moves_with];
    KR_ANEW(taken, &m->tree->arena, other->nbranches + 1);
    for (size_t k = 0; k < other->nbranches; k++) {
        bool known = kr_index_get(&m->taken, kr_index_pair(from, old[other->branches[k]]), &b);
        if (!known || !m->branches[b].kept)
            return kr_fail(m->ctx, KR_EINPUT,
                           "the branch set '%s' needs a branch that was left out where '%s' is "
                           "taken, with which it moves",
                           set->id, m->tree->branches[other->branches[k]].branch);
        taken[k] = m->branches[b].place;
    }
    set->taken = taken;
out:
    return s;
}

static kr_status make_sets(kr_merger *m, const uint32_t *order, size_t n)
{
    kr_status s = KR_OK;
    kr_tree *tree = m->tree;
    branch_key *keys = NULL;
    uint32_t *old = NULL;
    size_t *first = NULL;

    KR_ANEW(tree->sets, &tree->arena, n + 1);
    KR_ANEW(tree->branches, &tree->arena, m->nbranches + 1);
    KR_NEW(keys, m->ctx, KR_ACCOUNT_TREE, m->nbranches);
    KR_NEW(old, m->ctx, KR_ACCOUNT_TREE, m->nbranches);
    KR_NEW(first, m->ctx, KR_ACCOUNT_TREE, m->nsets + 2);
    tree->nsets = n;
    for (size_t i = 0; i < n; i++)
        m->sets[order[i]].place = (uint32_t)i;
    for (size_t b = 0; b < m->nbranches; b++)
        first[m->branches[b].set + 2] += in_use(m, b);
    for (size_t i = 0; i < m->nsets; i++)
        first[i + 2] += first[i + 1];
    for (size_t b = 0; b < m->nbranches; b++)
        if (in_use(m, b))
            keys[first[m->branches[b].set + 1]++] = (branch_key){&m->branches[b], (uint32_t)b};
    for (size_t i = 0; i < n; i++)
        KR_TRY(
            make_set(m, order[i], keys + first[order[i]], first[order[i] + 1] - first[order[i]]));
    for (size_t b = 0; b < m->nbranches; b++)
        if (in_use(m, b))
            old[m->branches[b].place] = (uint32_t)b;
    for (size_t i = 0; i < n; i++)
        KR_TRY(make_taken(m, order[i], old));
out:
    kr_free(keys);
    kr_free(old);
    kr_free(first);
    return s;
}

kr_status kr_merge_sets(kr_merger *m)
{
    kr_status s = KR_OK;
    uint32_t *order = NULL;
    size_t n;

    for (size_t p = 0; p < m->of->nparts; p++)
        KR_TRY(collect(m, p));
    if (m->of->weights) {
        KR_TRY(check_given(m));
        KR_TRY(check_moves(m));
        give_weights(m);
    }
    reach(m, 0);
    KR_TRY(check_weights(m));
    KR_NEW(order, m->ctx, KR_ACCOUNT_TREE, m->nsets);
    KR_TRY(order_sets(m, order, &n));
    KR_TRY(make_sets(m, order, n));
out:
    kr_free(order);
    return s;
}
