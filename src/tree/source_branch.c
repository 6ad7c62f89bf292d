/* Branches of a branch set, and which branches a branch set follows. */
#include "base/str.h"
#include "tree/source_tree.h"

#include <math.h>
#include <string.h>

static const double weight_tolerance = 1e-7;

/* The text of an uncertaintyModel with runs of white space made one blank. */
static char *branch_text(kr_arena *arena, const kr_node *model)
{
    char *text = kr_arena_strdup(arena, model->text);
    char *to = text;

    if (!text)
        return NULL;
    for (const char *p = kr_trim(text); *p; p++) {
        if (!kr_is_space(*p))
            *to++ = *p;
        else if (!kr_is_space(p[1]) && p[1])
            *to++ = ' ';
    }
    *to = '\0';
    return text;
}

static kr_status branch_weight(kr_smlt *t, const kr_node *node, double *weight)
{
    kr_status s = KR_OK;
    kr_node *child;

    KR_TRY(kr_node_need(t->ctx, node, "uncertaintyWeight", &child));
    KR_TRY(kr_node_double(t->ctx, child, weight));
    if (!(*weight >= 0 && *weight <= 1))
        return kr_fail_at(t->ctx, t->path, child->line, "the weight %g is outside of 0 to 1",
                          *weight);
out:
    return s;
}

/* One branch; *keep: it stands for itself, else it is merged into an empty one. */
static kr_status branch_read(kr_smlt *t, const kr_node *node, uint32_t set, kr_lt_branch *out,
                             bool *keep)
{
    kr_status s = KR_OK;
    kr_node *model;
    const char *id;
    const kr_lt_set *of = &t->sets[set];
    bool files = of->kind == KR_LT_SOURCE_MODEL || of->kind == KR_LT_EXTEND;

    if (!kr_str_eq(node->tag, "logicTreeBranch"))
        return kr_fail_at(t->ctx, t->path, node->line, "<%s> where a <logicTreeBranch> belongs",
                          node->tag);
    KR_TRY(kr_node_attr_text(t->ctx, node, "branchID", &id));
    if (kr_map_get(&t->branch_map, id, NULL))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "the branchID '%s' is not unique; give every branch its own", id);
    if (*id == '\0' || strchr(id, '~') || kr_str_eq(id, "."))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "the branchID '%s' cannot be used; choose one that is not empty, not '.' "
                          "and without '~'",
                          id);
    for (size_t i = 0; i < node->nattrs; i++)
        if (kr_str_starts(node->attrs[i].name, "correlated"))
            return kr_fail_at(t->ctx, t->path, node->line,
                              "%.40s on a logicTreeBranch; it belongs to its logicTreeBranchSet",
                              node->attrs[i].name);
    KR_ASTR(out->id, t->arena, id);
    KR_TRY(branch_weight(t, node, &out->weight));
    KR_TRY(kr_node_need(t->ctx, node, "uncertaintyModel", &model));
    out->line = model->line;
    out->set = set;
    out->child = KR_LT_NONE;
    out->text = branch_text(t->arena, model);
    if (!out->text) {
        s = KR_ENOMEM;
        goto out;
    }
    *keep = true;
    if (!files) {
        KR_TRY(kr_smlt_value(t, of->type, model, &out->change));
        goto out;
    }
    KR_TRY(kr_smlt_files(t, model, out));
    *keep = out->nfiles > 0 && (!*t->job->smlt_branch || strstr(id, t->job->smlt_branch));
out:
    return s;
}

/* The checks of a whole set: weights and repeated values. */
static kr_status branch_check_set(kr_smlt *t, const kr_node *node, const kr_lt_branch *all,
                                  size_t n)
{
    kr_status s = KR_OK;
    kr_map values;
    double sum = 0;
    bool filled = false;

    kr_map_init(&values, t->ctx, KR_ACCOUNT_READING);
    for (size_t i = 0; i < n; i++) {
        sum += all[i].weight;
        filled = filled || *all[i].text;
    }
    if (!(fabs(sum - 1) <= weight_tolerance)) {
        s = kr_fail_at(t->ctx, t->path, node->line,
                       "the weights of branch set '%s' sum to %.9g; they must sum to 1",
                       kr_node_attr(node, "branchSetID"), sum);
        goto out;
    }
    for (size_t i = 0; filled && !t->described && i < n; i++) {
        if (kr_map_get(&values, all[i].text, NULL)) {
            s = kr_fail_at(
                t->ctx, t->path, all[i].line,
                "the value '%.60s' is repeated in the branch set; give each branch its own",
                all[i].text);
            goto out;
        }
        KR_TRY(kr_map_put(&values, all[i].text, 0));
    }
out:
    kr_map_clear(&values);
    return s;
}

/* The branches that the job leaves out, as one empty branch at the end. In the reference the empty
 * branch takes the id of the last branch of the file in its list of names, and its own id is in no
 * list: later sets then follow the wrong branches. */
static kr_status branch_add_empty(kr_smlt *t, const kr_lt_branch *empty, const char *last_id,
                                  uint32_t *index)
{
    kr_status s = KR_OK;
    bool exact = t->job->compat == KR_COMPAT_EXACT;

    KR_TRY(kr_smlt_add_branch(t, index));
    t->branches[*index] = *empty;
    KR_TRY(kr_map_put(&t->branch_map, exact ? empty->id : last_id, *index));
out:
    return s;
}

static void branch_make_empty(kr_lt_branch *branch)
{
    branch->text = "";
    branch->files = NULL;
    branch->nfiles = 0;
}

static kr_status branch_add_all(kr_smlt *t, kr_lt_branch *all, const bool *keep, size_t n,
                                uint32_t set)
{
    kr_status s = KR_OK;
    kr_lt_branch empty = {0};
    uint32_t *list;
    size_t kept = 0;

    KR_ANEW(list, t->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        if (!keep[i] && t->sets[set].whole)
            branch_make_empty(&all[i]);
        else if (!keep[i]) {
            double sum = empty.weight + all[i].weight;
            empty = all[i];
            branch_make_empty(&empty);
            empty.weight = sum;
            continue;
        }
        KR_TRY(kr_smlt_add_branch(t, &list[kept]));
        all[i].number = (uint32_t)kept;
        t->branches[list[kept]] = all[i];
        KR_TRY(kr_map_put(&t->branch_map, all[i].id, list[kept++]));
        for (size_t f = 0; f < all[i].nfiles; f++)
            t->files[all[i].files[f]].needed = true;
    }
    if (empty.id) {
        empty.number = (uint32_t)kept;
        KR_TRY(branch_add_empty(t, &empty, all[n - 1].id, &list[kept++]));
    }
    t->sets[set].branches = list;
    t->sets[set].nbranches = kept;
    t->nnamed += kept;
    if (empty.id && keep[n - 1] && t->job->compat != KR_COMPAT_EXACT)
        t->nnamed--; /* the empty branch has taken the id of the last one */
out:
    return s;
}

kr_status kr_smlt_branches(kr_smlt *t, const kr_node *node, uint32_t set)
{
    kr_status s = KR_OK;
    kr_lt_branch *all = NULL;
    bool *keep = NULL;
    size_t n = 0;
    kr_map names;

    kr_map_init(&names, t->ctx, KR_ACCOUNT_READING);
    for (const kr_node *b = node->first; b; b = b->next)
        n++;
    KR_NEW(all, t->ctx, KR_ACCOUNT_READING, n + 1);
    KR_NEW(keep, t->ctx, KR_ACCOUNT_READING, n + 1);
    n = 0;
    for (const kr_node *b = node->first; b; b = b->next, n++) {
        KR_TRY(branch_read(t, b, set, &all[n], &keep[n]));
        if (kr_map_get(&names, all[n].id, NULL)) {
            s = kr_fail_at(t->ctx, t->path, b->line,
                           "the branchID '%s' is not unique; give every branch its own", all[n].id);
            goto out;
        }
        KR_TRY(kr_map_put(&names, all[n].id, 0));
    }
    KR_TRY(branch_check_set(t, node, all, n));
    KR_TRY(branch_add_all(t, all, keep, n, set));
out:
    kr_map_clear(&names);
    kr_free(all);
    kr_free(keep);
    return s;
}

/* A set of one branch "." that stands where a set does not apply. */
static kr_status branch_add_dummy(kr_smlt *t, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t set, *list;

    KR_TRY(kr_smlt_add_set(t, &set));
    KR_TRY(kr_smlt_add_branch(t, out));
    KR_ANEW(list, t->arena, 1);
    list[0] = *out;
    t->sets[set].id = t->sets[set].type = "dummy";
    t->sets[set].kind = KR_LT_DUMMY;
    t->sets[set].branches = list;
    t->sets[set].nbranches = 1;
    t->branches[*out].id = ".";
    t->branches[*out].text = "";
    t->branches[*out].weight = 1;
    t->branches[*out].set = set;
out:
    return s;
}

/* What applyToBranches names. */
typedef struct named {
    char **words;
    size_t n;
    kr_map map; /* the words, for looking them up among many branches */
} named;

static kr_status branch_named(kr_smlt *t, uint32_t set, named *out)
{
    kr_status s = KR_OK;

    if (!t->sets[set].to_branches)
        return KR_OK;
    KR_TRY(kr_split_words(t->arena, t->sets[set].to_branches, false, &out->words, &out->n));
    for (size_t i = 0; i < out->n; i++)
        KR_TRY(kr_map_put(&out->map, out->words[i], 0));
out:
    return s;
}

static bool branch_in(const char *id, const named *list)
{
    return kr_map_get(&list->map, id, NULL);
}

static kr_status branch_open(kr_smlt *t, uint32_t branch)
{
    kr_status s = KR_OK;

    KR_GROW(t->next_open, t->next_cap, t->nnext + 1, t->ctx, KR_ACCOUNT_TREE);
    t->next_open[t->nnext++] = branch;
out:
    return s;
}

/* Put a set under the branches that applyToBranches names; a dummy that stood there is forgotten.
 */
static kr_status branch_apply(kr_smlt *t, uint32_t set, const named *list)
{
    for (size_t i = 0; i < list->n; i++) {
        int64_t k;
        uint32_t child;

        if (!kr_map_get(&t->branch_map, list->words[i], &k))
            return kr_fail_at(
                t->ctx, t->path, t->sets[set].line,
                "applyToBranches names '%s', which is not defined before; name earlier branches",
                list->words[i]);
        if (!kr_str_eq(t->branches[k].id, list->words[i]))
            kr_warn_at(t->ctx, t->path, t->sets[set].line,
                       "the branch set '%s' follows the branches that smlt_branch leaves out, not "
                       "'%s', as in the reference; --compat exact lets it follow '%s'",
                       t->sets[set].id, list->words[i], list->words[i]);
        child = t->branches[k].child;
        if (child != KR_LT_NONE && t->sets[child].kind != KR_LT_DUMMY)
            return kr_fail_at(
                t->ctx, t->path, t->sets[set].line,
                "the branch '%s' is already followed by branch set '%s'; one set follows a branch",
                list->words[i], t->sets[child].id);
        while (child != KR_LT_NONE && t->sets[child].kind == KR_LT_DUMMY) {
            kr_lt_branch *dummy = &t->branches[t->sets[child].branches[0]];
            dummy->dead = *dummy->id == '.';
            child = dummy->child;
        }
        t->branches[k].child = set;
    }
    return KR_OK;
}

/* Of the open dummies the reference knows only the last one, by its name "."; and that name goes to
 * a new dummy as soon as another branch is left out (which of the two comes first is left to chance
 * there: this is the likelier case). The others end here: later sets do not follow them. True if
 * the name went to a new one, which then gets the dummy that was meant for the old one. */
static bool branch_forget_dummies(kr_smlt *t, uint32_t set, const named *list)
{
    bool keep_last = true, lost = false;

    for (size_t i = 0; i < t->nopen; i++) {
        const kr_lt_branch *b = &t->branches[t->open[i]];
        if (*b->id != '.' && !branch_in(b->id, list))
            keep_last = false;
    }
    for (size_t i = t->nopen; i-- > 0;) {
        kr_lt_branch *b = &t->branches[t->open[i]];
        if (*b->id != '.' || b->dead)
            continue;
        b->dead = !keep_last;
        lost = lost || b->dead;
        keep_last = false;
    }
    if (lost)
        kr_warn_at(t->ctx, t->path, t->sets[set].line,
                   "branch set '%s' leaves out branches that an earlier applyToBranches left out "
                   "already: no later set follows these, as is likeliest in the reference; "
                   "--compat exact lets later sets follow",
                   t->sets[set].id);
    return lost;
}

/* Open ends that applyToBranches leaves out get a dummy. */
static kr_status branch_fill(kr_smlt *t, uint32_t set, const named *list)
{
    kr_status s = KR_OK;
    uint32_t dummy = UINT32_MAX;
    bool renamed = t->job->compat != KR_COMPAT_EXACT && branch_forget_dummies(t, set, list);

    for (size_t i = 0; i < t->nopen; i++) {
        uint32_t b = t->open[i];
        int64_t k = b;

        if (t->branches[b].dead || branch_in(t->branches[b].id, list))
            continue;
        if (*t->branches[b].id != '.' && !kr_map_get(&t->branch_map, t->branches[b].id, &k))
            continue;
        KR_TRY(branch_add_dummy(t, &dummy));
        t->branches[k].child = t->branches[dummy].set;
        KR_TRY(branch_open(t, dummy));
    }
    if (renamed && dummy != UINT32_MAX) {
        uint32_t last = dummy;
        KR_TRY(branch_add_dummy(t, &dummy));
        t->branches[last].child = t->branches[dummy].set;
        KR_TRY(branch_open(t, dummy));
    }
out:
    return s;
}

static void branch_swap_open(kr_smlt *t)
{
    uint32_t *open = t->open;
    size_t cap = t->open_cap;

    t->open = t->next_open;
    t->open_cap = t->next_cap;
    t->nopen = t->nnext;
    t->next_open = open;
    t->next_cap = cap;
}

kr_status kr_smlt_attach(kr_smlt *t, uint32_t set)
{
    kr_status s = KR_OK;
    named list = {0};
    bool all = true;

    kr_map_init(&list.map, t->ctx, KR_ACCOUNT_READING);
    t->nnext = 0;
    KR_TRY(branch_named(t, set, &list));
    for (size_t i = 0; list.n > 0 && i < t->nopen; i++)
        all = all && (t->branches[t->open[i]].dead || branch_in(t->branches[t->open[i]].id, &list));
    for (size_t i = 0; i < t->sets[set].nbranches; i++)
        KR_TRY(branch_open(t, t->sets[set].branches[i]));
    if (all) {
        for (size_t i = 0; i < t->nopen; i++)
            if (!t->branches[t->open[i]].dead)
                t->branches[t->open[i]].child = set;
    } else {
        KR_TRY(branch_apply(t, set, &list));
        KR_TRY(branch_fill(t, set, &list));
    }
    branch_swap_open(t);
out:
    kr_map_clear(&list.map);
    return s;
}
