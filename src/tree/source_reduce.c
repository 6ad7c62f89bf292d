/* branch_count: of each branch set that chooses sources the first branches only, with weights that
 * sum to 1 again; what names the others forgets them. Done on the nodes of the document, so that
 * all that follows reads a smaller tree. */
#include "base/str.h"
#include "tree/source_tree.h"

#include <stdio.h>
#include <string.h>

typedef struct reducer {
    kr_smlt *t;
    kr_arena *nodes;
    kr_map dropped; /* ids of branches */
} reducer;

/* The branch set of a child of <logicTree>; NULL where the reading will find it wrong. */
static kr_node *set_of(kr_node *child)
{
    return kr_str_eq(child->tag, "logicTreeBranchingLevel") ? child->first : child;
}

static const char *attr(const kr_node *node, const char *name)
{
    const char *text = kr_node_attr(node, name);
    return text ? text : "";
}

static bool is_dropped(const reducer *r, const char *id)
{
    return kr_map_get(&r->dropped, id, NULL);
}

static size_t count_branches(const kr_node *set)
{
    size_t n = 0;
    for (const kr_node *b = set->first; b; b = b->next)
        n++;
    return n;
}

static bool chooses_sources(const kr_node *set)
{
    const char *type = attr(set, "uncertaintyType");
    return kr_str_eq(type, "sourceModel") || kr_str_eq(type, "extendModel");
}

/* ------------------------------------------------------------------ what goes */

static const kr_node *set_named(const kr_node *tree, const char *id)
{
    for (kr_node *child = tree->first; child; child = child->next) {
        const kr_node *set = set_of(child);
        if (set && kr_str_eq(attr(set, "branchSetID"), id))
            return set;
    }
    return NULL;
}

/* Is a branch of a correlated set taken with one that stays? */
static kr_status is_taken(reducer *r, const char *pairs, const char *id, bool *out)
{
    kr_status s = KR_OK;
    char **words;
    size_t n;

    *out = false;
    KR_TRY(kr_split_words(r->nodes, pairs, false, &words, &n));
    for (size_t i = 0; i < n; i++) {
        char *mark = strchr(words[i], '~');
        if (!mark || !kr_str_eq(mark + 1, id))
            continue;
        *mark = '\0';
        *out = *out || !is_dropped(r, words[i]);
    }
out:
    return s;
}

/* A set that moves with another one keeps the branches that are taken with those kept there. */
static kr_status drop_correlated(reducer *r, const kr_node *tree, const kr_node *set)
{
    kr_status s = KR_OK;
    const char *pairs = kr_node_attr(set, "correlatedBranches");
    const kr_node *leader = set_named(tree, attr(set, "correlatedWith"));
    const kr_node *with = leader ? leader->first : NULL;

    for (const kr_node *b = set->first; b; b = b->next) {
        bool kept = !with || !is_dropped(r, attr(with, "branchID"));
        if (pairs)
            KR_TRY(is_taken(r, pairs, attr(b, "branchID"), &kept));
        if (!kept)
            KR_TRY(kr_map_put(&r->dropped, attr(b, "branchID"), 0));
        with = with ? with->next : NULL;
    }
out:
    return s;
}

static kr_status drop_branches(reducer *r, const kr_node *tree)
{
    kr_status s = KR_OK;
    size_t most = 0, keep = r->t->job->branch_count;

    for (kr_node *child = tree->first; child; child = child->next) {
        const kr_node *set = set_of(child);
        size_t n = 0;
        if (set && kr_node_attr(set, "correlatedWith")) {
            KR_TRY(drop_correlated(r, tree, set));
        } else if (set && chooses_sources(set)) {
            for (const kr_node *b = set->first; b; b = b->next)
                if (n++ >= keep)
                    KR_TRY(kr_map_put(&r->dropped, attr(b, "branchID"), 0));
            most = n > most ? n : most;
        }
    }
    if (keep > most)
        s = kr_fail(r->t->ctx, KR_EINPUT,
                    "branch_count is %zu, but no sourceModel or extendModel branch set of %s has "
                    "more than %zu branches",
                    keep, r->t->path, most);
out:
    return s;
}

/* ------------------------------------------------------------------ what stays */

static kr_status set_attr(reducer *r, kr_node *node, const char *name, const char *value)
{
    kr_status s = KR_OK;
    kr_attr *attrs;

    KR_ANEW(attrs, r->nodes, node->nattrs);
    memcpy(attrs, node->attrs, node->nattrs * sizeof *attrs);
    for (size_t i = 0; i < node->nattrs; i++)
        if (kr_str_eq(attrs[i].name, name))
            attrs[i].value = value;
    node->attrs = attrs;
out:
    return s;
}

/* Leave out of an attribute the words that name a branch which goes, alone or in a pair. *left is
 * false where none stays. */
static kr_status clean_attr(reducer *r, kr_node *set, const char *name, bool *left)
{
    kr_status s = KR_OK;
    const char *text = kr_node_attr(set, name);
    char **words, *list;
    size_t n;

    *left = true;
    if (!text || !*text)
        return KR_OK;
    *left = false;
    KR_TRY(kr_split_words(r->nodes, text, false, &words, &n));
    KR_ANEW(list, r->nodes, strlen(text) + 2);
    for (size_t i = 0, at = 0; i < n; i++) {
        char *mark = strchr(words[i], '~');
        bool gone = is_dropped(r, words[i]);
        if (mark) {
            *mark = '\0';
            gone = is_dropped(r, words[i]) || is_dropped(r, mark + 1);
            *mark = '~';
        }
        if (!gone)
            at += (size_t)sprintf(list + at, *left ? " %s" : "%s", words[i]);
        *left = *left || !gone;
    }
    KR_TRY(set_attr(r, set, name, list));
out:
    return s;
}

/* Weights that sum to 1. Those that are no numbers are for the reading to find. */
static kr_status rescale(reducer *r, kr_node *set)
{
    double sum = 0, w;

    for (kr_node *b = set->first; b; b = b->next) {
        kr_node *node = kr_node_child(b, "uncertaintyWeight");
        if (!node || !kr_parse_double(node->text, &w))
            return KR_OK;
        sum += w;
    }
    if (!(sum > 0))
        return kr_fail_at(r->t->ctx, r->t->path, set->line,
                          "the first %zu branches of '%s' have no weight; give a larger "
                          "branch_count",
                          r->t->job->branch_count, attr(set, "branchSetID"));
    for (kr_node *b = set->first; b; b = b->next) {
        kr_node *node = kr_node_child(b, "uncertaintyWeight");
        if (!kr_parse_double(node->text, &w))
            continue;
        node->text = kr_arena_printf(r->nodes, "%.17g", w / sum);
        if (!node->text)
            return KR_ENOMEM;
        node->text_len = strlen(node->text);
    }
    return KR_OK;
}

static kr_status prune(reducer *r, kr_node *set)
{
    size_t before = count_branches(set);
    kr_node **to = &set->first;

    for (kr_node *b = set->first; b; b = b->next)
        if (!is_dropped(r, attr(b, "branchID"))) {
            *to = b;
            to = &b->next;
        }
    *to = NULL;
    return count_branches(set) < before ? rescale(r, set) : KR_OK;
}

kr_status kr_smlt_reduce(kr_smlt *t, kr_arena *nodes, kr_node *tree)
{
    kr_status s = KR_OK;
    reducer r = {.t = t, .nodes = nodes};
    kr_node **to = &tree->first;

    if (t->job->branch_count == 0)
        return KR_OK;
    kr_map_init(&r.dropped, t->ctx, KR_ACCOUNT_READING);
    KR_TRY(drop_branches(&r, tree));
    for (kr_node *child = tree->first; child; child = child->next) {
        kr_node *set = set_of(child);
        bool follows = true, pairs;
        if (set) {
            KR_TRY(prune(&r, set));
            KR_TRY(clean_attr(&r, set, "applyToBranches", &follows));
            KR_TRY(clean_attr(&r, set, "correlatedBranches", &pairs));
        }
        if (!follows) /* any branch that stays */
            continue;
        *to = child;
        to = &child->next;
    }
    *to = NULL;
out:
    kr_map_clear(&r.dropped);
    return s;
}
