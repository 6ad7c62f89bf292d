/* The source logic tree of nzshm-model, version 2. Its branch sets are independent of each other
 * but for `correlations`, lists of branches "SET:ID" of which the first leads: the others are taken
 * with it, and their weights do not count. In NRML the first set is the root and the others extend
 * the model; a set that moves with another stands behind it. */
#include "base/file.h"
#include "base/str.h"
#include "tree/nshm.h"
#include "tree/nshm_map.h"
#include "tree/source_tree.h"

#include <stdio.h>
#include <string.h>

typedef struct nshm_set {
    const kr_value *value, *branches;
    const char *name;
    const char **ids; /* of the branches, unique in the tree */
    uint32_t leader;  /* the set that it moves with, or KR_LT_NONE */
    uint32_t *with;   /* for each branch of the leader that of this set, or KR_LT_NONE */
    bool leads;
} nshm_set;

typedef struct nshm_tree {
    kr_nshm json;
    kr_smlt *t;
    kr_nshm_map map;
    kr_map branches; /* "SET:ID" -> set << 32 | branch */
    nshm_set *sets;
    size_t nsets;
} nshm_tree;

static const char *const top_keys[] = {
    "title", "version", "branch_sets", "correlations", "logic_tree_version", NULL};
static const char *const set_keys[] = {"short_name", "long_name", "branches", NULL};
static const char *const branch_keys[] = {
    "branch_id", "weight", "values", "sources", "rupture_rate_scaling", "tectonic_region_types",
    NULL};
static const char *const source_keys[] = {"nrml_id",
                                          "rupture_rate_scaling",
                                          "inversion_id",
                                          "rupture_set_id",
                                          "inversion_solution_type",
                                          "type",
                                          NULL};

/* ------------------------------------------------------------------ sets and names */

static kr_status nshm_version(nshm_tree *n)
{
    kr_nshm *m = &n->json;
    const kr_value *version = kr_value_get(&m->top, "logic_tree_version");

    if (version && version->kind == KR_VALUE_INT && version->number == 2)
        return KR_OK;
    return kr_fail_at(m->ctx, m->path, version ? version->line : m->top.line,
                      "no source logic tree of nzshm-model that can be read; \"logic_tree_version\""
                      ": 2 was expected");
}

static bool nshm_plain(const char *name)
{
    return name[strcspn(name, " \t\r\n~")] == '\0';
}

static kr_status nshm_read_set(nshm_tree *n, const kr_value *value, nshm_set *set)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    const kr_value *name;

    *set = (nshm_set){.value = value, .leader = KR_LT_NONE};
    KR_TRY(kr_nshm_keys(m, value, "a branch set", set_keys));
    KR_TRY(kr_nshm_get(m, value, "a branch set", "short_name", KR_VALUE_TEXT, true, &name));
    KR_TRY(kr_nshm_get(m, value, "a branch set", "branches", KR_VALUE_LIST, true, &set->branches));
    set->name = name->text;
    if (!*set->name || !nshm_plain(set->name))
        return kr_fail_at(m->ctx, m->path, name->line,
                          "the short_name '%.60s' cannot be used; a name without blanks and '~' "
                          "was expected",
                          set->name);
    if (set->branches->n == 0)
        return kr_fail_at(m->ctx, m->path, set->branches->line,
                          "the branch set '%.60s' is empty; it needs a branch", set->name);
out:
    return s;
}

/* The name of a branch within its set: its branch_id, or its position where it has none. */
static kr_status nshm_branch_name(nshm_tree *n, const kr_value *branch, size_t place,
                                  const char **out)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    const kr_value *id;

    KR_TRY(kr_nshm_keys(m, branch, "a branch", branch_keys));
    KR_TRY(kr_nshm_get(m, branch, "a branch", "branch_id", KR_VALUE_TEXT, false, &id));
    if (id && *id->text) {
        *out = id->text;
        if (!nshm_plain(id->text))
            s = kr_fail_at(m->ctx, m->path, id->line,
                           "the branch_id '%.60s' cannot be used; one without blanks and '~' was "
                           "expected",
                           id->text);
        goto out;
    }
    *out = kr_arena_printf(m->arena, "%zu", place);
    if (!*out)
        s = KR_ENOMEM;
out:
    return s;
}

/* The ids of all branches: as written if that tells them apart in the whole tree, else behind the
 * names of their sets. */
static kr_status nshm_ids(nshm_tree *n)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    kr_map seen;
    bool unique = true;

    kr_map_init(&seen, m->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < n->nsets; i++) {
        nshm_set *set = &n->sets[i];
        KR_ANEW(set->ids, m->arena, set->branches->n);
        for (size_t b = 0; b < set->branches->n; b++) {
            const char *key;

            KR_TRY(nshm_branch_name(n, &set->branches->items[b], b, &set->ids[b]));
            key = kr_arena_printf(m->arena, "%s:%s", set->name, set->ids[b]);
            if (!key) {
                s = KR_ENOMEM;
                goto out;
            }
            if (kr_map_get(&n->branches, key, NULL)) {
                s = kr_fail_at(m->ctx, m->path, set->branches->items[b].line,
                               "a second branch '%.60s' in branch set '%.60s'; give every branch "
                               "its own branch_id, every set its own short_name",
                               set->ids[b], set->name);
                goto out;
            }
            KR_TRY(kr_map_put(&n->branches, key, (int64_t)(i << 32 | b)));
            unique = unique && !kr_map_get(&seen, set->ids[b], NULL);
            KR_TRY(kr_map_put(&seen, set->ids[b], 0));
        }
    }
    for (size_t i = 0; !unique && i < n->nsets; i++)
        for (size_t b = 0; b < n->sets[i].branches->n; b++) {
            nshm_set *set = &n->sets[i];
            set->ids[b] = kr_arena_printf(m->arena, "%s%s", set->name, set->ids[b]);
            if (!set->ids[b]) {
                s = KR_ENOMEM;
                goto out;
            }
        }
out:
    kr_map_clear(&seen);
    return s;
}

/* ------------------------------------------------------------------ correlations */

static kr_status nshm_reference(nshm_tree *n, const kr_value *text, uint32_t *set, uint32_t *branch)
{
    kr_nshm *m = &n->json;
    int64_t k;

    if (text->kind != KR_VALUE_TEXT)
        return kr_fail_at(m->ctx, m->path, text->line,
                          "'correlations' holds something else than \"SET:BRANCH\"");
    if (!kr_map_get(&n->branches, text->text, &k))
        return kr_fail_at(m->ctx, m->path, text->line,
                          "'correlations' names '%.60s', which is no branch; \"short_name:"
                          "branch_id\" was expected",
                          text->text);
    *set = (uint32_t)(k >> 32);
    *branch = (uint32_t)k;
    return KR_OK;
}

/* One branch that is taken with a branch of the leader. */
static kr_status nshm_follow(nshm_tree *n, const kr_value *text, uint32_t leader, uint32_t lead)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    uint32_t set = 0, branch = 0;
    nshm_set *f;

    KR_TRY(nshm_reference(n, text, &set, &branch));
    f = &n->sets[set];
    if (set == leader || f->leads || (f->leader != KR_LT_NONE && f->leader != leader))
        return kr_fail_at(m->ctx, m->path, text->line,
                          "'correlations' lets '%.60s' move with '%.60s', but it %s; a set moves "
                          "with one other, which moves with none",
                          f->name, n->sets[leader].name,
                          set == leader ? "is that set"
                          : f->leads    ? "leads another set"
                                        : "moves with another one");
    if (f->leader == KR_LT_NONE) {
        f->leader = leader;
        KR_ANEW(f->with, m->arena, n->sets[leader].branches->n);
        for (size_t i = 0; i < n->sets[leader].branches->n; i++)
            f->with[i] = KR_LT_NONE;
    }
    if (f->with[lead] != KR_LT_NONE)
        return kr_fail_at(m->ctx, m->path, text->line,
                          "'correlations' names a second branch of '%.60s' for '%.60s'; one is "
                          "taken with each",
                          f->name, n->sets[leader].ids[lead]);
    f->with[lead] = branch;
out:
    return s;
}

static kr_status nshm_correlations(nshm_tree *n)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    const kr_value *list;

    KR_TRY(kr_nshm_get(m, &m->top, "the logic tree", "correlations", KR_VALUE_LIST, false, &list));
    for (size_t i = 0; list && i < list->n; i++) {
        const kr_value *group = &list->items[i];
        uint32_t leader = 0, lead = 0;

        if (group->kind != KR_VALUE_LIST || group->n < 2)
            return kr_fail_at(m->ctx, m->path, group->line,
                              "'correlations' holds something else than lists of two branches or "
                              "more, as in [\"HIK:0\", \"PUY:0\"]");
        KR_TRY(nshm_reference(n, &group->items[0], &leader, &lead));
        if (n->sets[leader].leader != KR_LT_NONE)
            return kr_fail_at(m->ctx, m->path, group->line,
                              "'correlations' begins with a branch of '%.60s', which moves with "
                              "'%.60s'; a set that leads moves with none",
                              n->sets[leader].name, n->sets[n->sets[leader].leader].name);
        n->sets[leader].leads = true;
        for (size_t k = 1; k < group->n; k++)
            KR_TRY(nshm_follow(n, &group->items[k], leader, lead));
    }
out:
    return s;
}

/* "HIK0~PUY0 HIK1~PUY1 ..." */
static kr_status nshm_pairs(nshm_tree *n, const nshm_set *set, char **out)
{
    kr_status s = KR_OK;
    const nshm_set *leader = &n->sets[set->leader];
    size_t size = 1, len = 0;

    for (size_t i = 0; i < leader->branches->n; i++)
        if (set->with[i] != KR_LT_NONE)
            size += strlen(leader->ids[i]) + strlen(set->ids[set->with[i]]) + 2;
    KR_ANEW(*out, n->json.arena, size);
    for (size_t i = 0; i < leader->branches->n; i++)
        if (set->with[i] != KR_LT_NONE)
            len += (size_t)snprintf(*out + len, size - len, "%s~%s ", leader->ids[i],
                                    set->ids[set->with[i]]);
out:
    return s;
}

/* ------------------------------------------------------------------ branches */

/* Rates that are to be multiplied: no source model file says so. */
static kr_status nshm_scaling(nshm_tree *n, const kr_value *object, const char *what)
{
    kr_status s = KR_OK;
    const kr_value *factor;

    KR_TRY(kr_nshm_get(&n->json, object, what, "rupture_rate_scaling", KR_VALUE_FLOAT, false,
                       &factor));
    if (factor && factor->number != 1)
        s = kr_fail_at(n->json.ctx, n->json.path, factor->line,
                       "'rupture_rate_scaling' of %s is %g and cannot be applied yet; scale the "
                       "rates in its files and write 1.0",
                       what, factor->number);
out:
    return s;
}

/* The regions that the tree names, each once. */
static kr_status nshm_regions(nshm_tree *n, const kr_value *branch)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    kr_names *names = &n->t->described_trts;
    const kr_value *list;

    KR_TRY(
        kr_nshm_get(m, branch, "a branch", "tectonic_region_types", KR_VALUE_LIST, false, &list));
    for (size_t i = 0; list && i < list->n; i++) {
        size_t k = 0;
        const char **grown;

        if (list->items[i].kind != KR_VALUE_TEXT)
            return kr_fail_at(m->ctx, m->path, list->items[i].line,
                              "'tectonic_region_types' holds something else than texts");
        while (k < names->n && !kr_str_eq(names->name[k], list->items[i].text))
            k++;
        if (k < names->n)
            continue;
        KR_ANEW(grown, n->t->arena, names->n + 1);
        if (names->n)
            memcpy(grown, names->name, names->n * sizeof *grown);
        KR_ASTR(grown[names->n], n->t->arena, list->items[i].text);
        names->name = grown;
        names->n++;
    }
out:
    return s;
}

/* The files of a branch's sources, with blanks between them. */
static kr_status nshm_files(nshm_tree *n, const kr_value *branch, char **out, int *line)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    const kr_value *sources, *id;
    const char *files;

    KR_TRY(kr_nshm_get(m, branch, "a branch", "sources", KR_VALUE_LIST, true, &sources));
    *line = sources->line;
    KR_ASTR(*out, m->arena, "");
    for (size_t i = 0; i < sources->n; i++) {
        const kr_value *source = &sources->items[i];

        KR_TRY(kr_nshm_keys(m, source, "a source", source_keys));
        KR_TRY(nshm_scaling(n, source, "a source"));
        KR_TRY(kr_nshm_get(m, source, "a source", "nrml_id", KR_VALUE_TEXT, true, &id));
        files = kr_nshm_map_find(&n->map, id->text);
        if (!files)
            return kr_fail_at(m->ctx, m->path, id->line,
                              "the nrml_id '%.60s' is not in %s; add a row with its files",
                              id->text, n->t->job->source_map_file);
        *out = kr_arena_printf(m->arena, "%s%s%s", *out, i > 0 ? " " : "", files);
        if (!*out)
            return KR_ENOMEM;
    }
out:
    return s;
}

static kr_status nshm_branch(nshm_tree *n, const nshm_set *set, size_t b, kr_node **out)
{
    kr_status s = KR_OK;
    kr_nshm *m = &n->json;
    const kr_value *branch = &set->branches->items[b], *weight;
    char *text;
    int line;

    KR_TRY(kr_nshm_get(m, branch, "a branch", "weight", KR_VALUE_FLOAT, true, &weight));
    KR_TRY(nshm_scaling(n, branch, "a branch"));
    KR_TRY(nshm_regions(n, branch));
    KR_TRY(nshm_files(n, branch, &text, &line));
    *out = kr_nshm_branch(m, set->ids[b], text, line, weight);
    if (!*out)
        s = KR_ENOMEM;
out:
    return s;
}

static kr_status nshm_set_node(nshm_tree *n, const nshm_set *set, bool root, kr_node **out)
{
    kr_status s = KR_OK;
    bool moves = set->leader != KR_LT_NONE;
    char *pairs = NULL;
    kr_node *node, **last;

    if (moves)
        KR_TRY(nshm_pairs(n, set, &pairs));
    kr_attr attrs[] = {{"uncertaintyType", root ? "sourceModel" : "extendModel"},
                       {"branchSetID", set->name},
                       {"correlatedWith", moves ? n->sets[set->leader].name : NULL},
                       {"correlatedBranches", pairs}};
    node = kr_nshm_node(&n->json, "logicTreeBranchSet", set->value->line, moves ? 4 : 2, attrs);
    if (!node)
        return KR_ENOMEM;
    last = &node->first;
    for (size_t b = 0; b < set->branches->n; b++, last = &(*last)->next)
        KR_TRY(nshm_branch(n, set, b, last));
    *out = node;
out:
    return s;
}

/* ------------------------------------------------------------------ the tree */

/* In the order of the file, but for sets that move with a later one: these come right after it. */
static kr_status nshm_nodes(nshm_tree *n, kr_node **tree)
{
    kr_status s = KR_OK;
    kr_node **last;

    *tree = kr_nshm_node(&n->json, "logicTree", n->json.top.line, 0, NULL);
    if (!*tree)
        return KR_ENOMEM;
    last = &(*tree)->first;
    for (size_t i = 0; i < n->nsets; i++) {
        const nshm_set *set = &n->sets[i];
        if (set->leader != KR_LT_NONE && set->leader > i)
            continue;
        KR_TRY(nshm_set_node(n, set, last == &(*tree)->first, last));
        last = &(*last)->next;
        for (size_t k = 0; k < i; k++) {
            if (n->sets[k].leader != i)
                continue;
            kr_info(n->json.ctx, "%s:%d: branch set '%s' is put behind '%s', which it moves with",
                    n->json.path, n->sets[k].value->line, n->sets[k].name, set->name);
            KR_TRY(nshm_set_node(n, &n->sets[k], false, last));
            last = &(*last)->next;
        }
    }
out:
    return s;
}

static kr_status nshm_map(nshm_tree *n)
{
    const char *path = n->t->job->source_map_file;

    if (!path)
        return kr_fail_at(n->json.ctx, n->json.path, 0,
                          "the tree names its sources by ids; the job needs source_map_file, which "
                          "tells their files");
    n->t->dir = kr_path_dir(n->t->arena, path);
    if (!n->t->dir)
        return KR_ENOMEM;
    return kr_nshm_map_read(n->json.ctx, path, n->json.arena, &n->map);
}

kr_status kr_smlt_nshm(kr_smlt *t, kr_arena *nodes, kr_node **tree)
{
    kr_status s = KR_OK;
    nshm_tree n = {.t = t};

    t->described = true;
    kr_map_init(&n.branches, t->ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_nshm_open(t->ctx, t->path, nodes, top_keys, &n.json));
    KR_TRY(nshm_version(&n));
    KR_TRY(nshm_map(&n));
    n.nsets = n.json.sets->n;
    KR_ANEW(n.sets, nodes, n.nsets);
    for (size_t i = 0; i < n.nsets; i++)
        KR_TRY(nshm_read_set(&n, &n.json.sets->items[i], &n.sets[i]));
    KR_TRY(nshm_ids(&n));
    KR_TRY(nshm_correlations(&n));
    KR_TRY(nshm_nodes(&n, tree));
out:
    kr_map_clear(&n.branches);
    kr_nshm_map_clear(&n.map);
    kr_nshm_clear(&n.json);
    return s;
}

void kr_smlt_nshm_check(const kr_smlt *t)
{
    const kr_names *named = &t->described_trts;

    if (!t->described || t->only_source)
        return;
    for (size_t i = 0; i < named->n; i++)
        if (!kr_smlt_has_trt(t, named->name[i]))
            kr_warn_at(t->ctx, t->path, 0,
                       "'tectonic_region_types' names '%.60s', which no source has",
                       named->name[i]);
    for (size_t i = 0; named->n > 0 && i < t->ntrts; i++) {
        size_t k = 0;
        while (k < named->n && !kr_str_eq(named->name[k], t->trts[i]))
            k++;
        if (k == named->n)
            kr_warn_at(t->ctx, t->path, 0,
                       "sources have the tectonic region type '%.60s', which no "
                       "'tectonic_region_types' names",
                       t->trts[i]);
    }
}
