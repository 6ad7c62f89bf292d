/* Reading the file of the ground-motion tree. */
#include "base/file.h"
#include "base/map.h"
#include "base/str.h"
#include "input/json.h"
#include "tree/gsim_tree.h"
#include "tree/name.h"

#include <math.h>
#include <string.h>

static const double weight_tolerance = 1e-7;

static kr_status read_weight(kr_glt *g, const kr_node *node, double *out)
{
    kr_status s = kr_node_double(g->ctx, node, out);

    if (s == KR_OK && !(*out >= 0 && *out <= 1))
        s = kr_fail_at(g->ctx, g->path, node->line, "the weight %g is outside of 0 to 1", *out);
    return s;
}

/* The default weight, then weights of single measures. */
static kr_status read_weights(kr_glt *g, const kr_node *node, kr_glt_branch *out)
{
    kr_status s = KR_OK;
    kr_node *w;
    size_t n = 0;

    KR_TRY(kr_node_need(g->ctx, node, "uncertaintyWeight", &w));
    if (kr_node_attr(w, "imt"))
        return kr_fail_at(
            g->ctx, g->path, w->line,
            "the first uncertaintyWeight has an imt; the first one is the default, without imt");
    KR_TRY(read_weight(g, w, &out->weight));
    for (const kr_node *v = kr_node_next(w); v; v = kr_node_next(v))
        n++;
    KR_ANEW(out->imts, g->arena, n + 1);
    KR_ANEW(out->imt_weights, g->arena, n + 1);
    for (const kr_node *v = kr_node_next(w); v; v = kr_node_next(v)) {
        kr_imt imt;
        const char *name;

        KR_TRY(kr_node_attr_text(g->ctx, v, "imt", &name));
        if (!kr_imt_parse(name, &imt))
            return kr_fail_at(g->ctx, g->path, v->line, "imt='%s' is no intensity measure", name);
        for (size_t i = 0; i < out->nimts; i++)
            if (kr_str_eq(out->imts[i], imt.name))
                return kr_fail_at(g->ctx, g->path, v->line,
                                  "a second weight for %s; give one for each measure", imt.name);
        KR_TRY(read_weight(g, v, &out->imt_weights[out->nimts]));
        KR_ASTR(out->imts[out->nimts], g->arena, imt.name);
        out->nimts++;
    }
out:
    return s;
}

static double read_weight_for(const kr_glt_branch *b, const char *imt)
{
    for (size_t i = 0; imt && i < b->nimts; i++)
        if (kr_str_eq(b->imts[i], imt))
            return b->imt_weights[i];
    return b->weight;
}

/* For the default and each measure of the first branch the sum must be 1 (or 0). */
static kr_status read_check_sums(kr_glt *g, const kr_node *set, const kr_glt_branch *b, size_t n)
{
    if (n == 0)
        return kr_fail_at(g->ctx, g->path, set->line, "the branch set is empty; it needs a branch");
    for (size_t k = 0; k <= b[0].nimts; k++) {
        const char *imt = k == 0 ? NULL : b[0].imts[k - 1];
        double sum = 0;
        for (size_t i = 0; i < n; i++)
            sum += read_weight_for(&b[i], imt);
        if (sum != 0 && !(fabs(sum - 1) < weight_tolerance))
            return kr_fail_at(g->ctx, g->path, set->line,
                              "the weights%s%s of branch set '%s' sum to %.9g; they must sum to 1",
                              imt ? " for " : "", imt ? imt : "", kr_node_attr(set, "branchSetID"),
                              sum);
    }
    return KR_OK;
}

/* Sets of the source-model tree can move with each other; those of this tree cannot. */
static kr_status read_not_correlated(const kr_glt *g, const kr_node *node)
{
    static const char *const names[] = {"correlatedWith", "correlatedBranches"};

    for (size_t i = 0; i < node->nattrs; i++)
        if (kr_nearest(node->attrs[i].name, names, 2))
            return kr_fail_at(g->ctx, g->path, node->line,
                              "%.40s is not known in ground-motion trees; remove it",
                              node->attrs[i].name);
    return KR_OK;
}

static kr_status read_branch(kr_glt *g, const kr_node *node, const kr_glt_branch *like,
                             uint32_t number, kr_glt_branch *out)
{
    kr_status s = KR_OK;
    kr_node *model;
    char letter[KR_LETTER_MAX];
    size_t n = kr_letter(number, letter);

    if (!kr_str_eq(node->tag, "logicTreeBranch"))
        return kr_fail_at(g->ctx, g->path, node->line, "<%s> where a <logicTreeBranch> belongs",
                          node->tag);
    if (node->nattrs > 1 && (s = read_not_correlated(g, node)) != KR_OK)
        return s;
    *out = *like;
    out->number = number;
    out->id = kr_arena_printf(g->arena, "g%.*s%u", (int)n, letter, (unsigned)like->set);
    if (!out->id)
        return KR_ENOMEM;
    KR_TRY(read_weights(g, node, out));
    KR_TRY(kr_node_need(g->ctx, node, "uncertaintyModel", &model));
    KR_TRY(kr_glt_model(g, model, out));
out:
    return s;
}

/* Attributes of a branch set and its branches; appended where the tectonic region type is in use.
 */
static kr_status read_set(kr_glt *g, const kr_node *node, bool used, const kr_glt_branch *like)
{
    kr_status s = KR_OK;
    kr_glt_branch *all = NULL;
    kr_map texts;
    size_t n = 0;

    kr_map_init(&texts, g->ctx, KR_ACCOUNT_READING);
    for (const kr_node *b = node->first; b; b = b->next)
        n++;
    KR_NEW(all, g->ctx, KR_ACCOUNT_READING, n + 1);
    n = 0;
    for (const kr_node *b = node->first; b; b = b->next, n++) {
        KR_TRY(read_branch(g, b, like, (uint32_t)n, &all[n]));
        if (kr_map_get(&texts, all[n].text, NULL)) {
            s = kr_fail_at(g->ctx, g->path, all[n].part.line,
                           "the model '%s' is repeated in the branch set; give each branch its own",
                           all[n].part.name);
            goto out;
        }
        KR_TRY(kr_map_put(&texts, all[n].text, 0));
    }
    KR_TRY(read_check_sums(g, node, all, n));
    if (used) {
        KR_GROW(g->branches, g->cap, g->n + n, g->ctx, KR_ACCOUNT_TREE);
        memcpy(g->branches + g->n, all, n * sizeof *all);
        g->n += n;
    }
out:
    kr_map_clear(&texts);
    kr_free(all);
    return s;
}

static kr_status read_attributes(kr_glt *g, const kr_node *node, kr_map *sets, kr_map *trts,
                                 kr_glt_branch *like)
{
    kr_status s = KR_OK;
    const char *type, *id, *trt;

    if (!kr_str_eq(node->tag, "logicTreeBranchSet"))
        return kr_fail_at(g->ctx, g->path, node->line, "<%s> where a <logicTreeBranchSet> belongs",
                          node->tag);
    KR_TRY(read_not_correlated(g, node));
    KR_TRY(kr_node_attr_text(g->ctx, node, "uncertaintyType", &type));
    if (!kr_str_eq(type, "gmpeModel"))
        return kr_fail_at(g->ctx, g->path, node->line,
                          "the uncertaintyType is '%s'; a ground-motion tree has gmpeModel only",
                          type);
    KR_TRY(kr_node_attr_text(g->ctx, node, "branchSetID", &id));
    KR_TRY(kr_node_attr_text(g->ctx, node, "applyToTectonicRegionType", &trt));
    if (kr_map_get(sets, id, NULL))
        return kr_fail_at(g->ctx, g->path, node->line,
                          "the branchSetID '%s' is not unique; give every set its own", id);
    if (kr_map_get(trts, trt, NULL))
        return kr_fail_at(g->ctx, g->path, node->line,
                          "a second branch set for '%s'; a tectonic region type has one branch set",
                          trt);
    KR_ASTR(like->set_id, g->arena, id);
    KR_ASTR(like->trt, g->arena, trt);
    KR_GROW(g->named, g->named_cap, g->nnamed + 1, g->ctx, KR_ACCOUNT_TREE);
    g->named[g->nnamed++] = like->trt;
    KR_TRY(kr_map_put(sets, like->set_id, 0));
    KR_TRY(kr_map_put(trts, like->trt, 0));
out:
    return s;
}

/* True if the set's models are in use: '*' stands for all types when it is the only set. */
static bool read_used(kr_glt *g, const kr_node *tree, const char *trt, const char **trts,
                      size_t ntrts)
{
    for (size_t i = 0; i < ntrts; i++)
        if (kr_str_eq(trt, trts[i]))
            return true;
    if (!kr_str_eq(trt, "*") || tree->first->next)
        return false;
    g->star = true;
    return true;
}

/* A distance for a type that neither has models nor a minimum magnitude is a slip of the pen. */
static kr_status check_distances(const kr_glt *g, const kr_map *types)
{
    const kr_job *job = g->job;

    for (size_t i = 0; i < job->nmaximum_distance; i++) {
        const kr_magdist *d = &job->maximum_distance[i];
        if (d->line > 0 && !kr_str_eq(d->trt, "default") && !kr_map_get(types, d->trt, NULL) &&
            !kr_map_get(types, "*", NULL))
            return kr_fail_at(g->ctx, job->path, d->line,
                              "maximum_distance names '%s', which is not a tectonic region type of "
                              "%s",
                              d->trt, g->path);
    }
    return KR_OK;
}

static kr_status read_sets(kr_glt *g, const kr_node *tree, const char **trts, size_t ntrts)
{
    kr_status s = KR_OK;
    kr_map sets, types;
    uint32_t place = 0;

    kr_map_init(&sets, g->ctx, KR_ACCOUNT_READING);
    kr_map_init(&types, g->ctx, KR_ACCOUNT_READING);
    for (const kr_node *node = tree->first; node; node = node->next, place++) {
        const kr_node *set = node;
        kr_glt_branch like = {.set = place};

        if (kr_str_eq(node->tag, "logicTreeBranchingLevel")) {
            set = node->first;
            if (!set || set->next) {
                s = kr_fail_at(g->ctx, g->path, node->line,
                               "a branching level with %s; it needs exactly one branch set",
                               set ? "several branch sets" : "no branch set");
                goto out;
            }
        }
        KR_TRY(read_attributes(g, set, &sets, &types, &like));
        KR_TRY(read_set(g, set, read_used(g, tree, like.trt, trts, ntrts), &like));
    }
    KR_TRY(check_distances(g, &types));
out:
    kr_map_clear(&sets);
    kr_map_clear(&types);
    return s;
}

/* `gsim = ...` of the job: one branch for all tectonic region types. */
static kr_status read_job_gsim(kr_glt *g)
{
    kr_status s = KR_OK;

    KR_GROW(g->branches, g->cap, 1, g->ctx, KR_ACCOUNT_TREE);
    memset(g->branches, 0, sizeof *g->branches);
    g->branches[0].trt = "*";
    g->branches[0].set_id = "bs1";
    g->branches[0].id = "gA0";
    g->branches[0].weight = 1;
    g->star = true;
    g->n = 1;
    KR_TRY(kr_glt_text(g, g->path, g->job->gsim_line, g->job->gsim, &g->branches[0]));
out:
    return s;
}

/* The <logicTree> of the file: as NRML, or of the New Zealand model's JSON. */
static kr_status read_tree(kr_glt *g, kr_arena *nodes, kr_node **tree)
{
    kr_status s = KR_OK;
    kr_node *root;

    if (kr_json_is(g->path))
        return kr_glt_nshm(g, nodes, tree);
    KR_TRY(kr_xml_load(g->ctx, g->path, nodes, &root));
    if (!kr_str_eq(root->tag, "nrml"))
        return kr_fail_at(g->ctx, g->path, root->line,
                          "the document is a <%s>; a NRML file begins with <nrml>", root->tag);
    KR_TRY(kr_node_need(g->ctx, root, "logicTree", tree));
out:
    return s;
}

/* Sources of a type that the tree does not name: one of the two is misspelt, or a set is missing.
 */
static kr_status fail_without_set(const kr_glt *g, const char *trt, const char *where)
{
    const char *near = NULL;

    for (size_t b = 0; b < g->nnamed; b++) {
        const char *const both[] = {near ? near : g->named[b], g->named[b]};
        const char *found = kr_nearest(trt, both, 2);
        near = found ? found : near;
    }
    where = where ? where : "the sources";
    if (near)
        return kr_fail_at(g->ctx, g->path, 0,
                          "no branch set for the tectonic region type '%s', which %s ha%s; there "
                          "is one for '%s': one of the two is misspelt",
                          trt, where, kr_str_eq(where, "the sources") ? "ve" : "s", near);
    return kr_fail_at(g->ctx, g->path, 0,
                      "no branch set for the tectonic region type '%s', which %s ha%s; write one "
                      "with applyToTectonicRegionType=\"%s\"",
                      trt, where, kr_str_eq(where, "the sources") ? "ve" : "s", trt);
}

kr_status kr_glt_parse(kr_glt *g, const kr_glt_trts *trts)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    kr_node *tree;

    kr_arena_init(&scratch, g->ctx, KR_ACCOUNT_READING);
    if (!g->job->gsim_logic_tree_file) {
        s = g->job->gsim
                ? read_job_gsim(g)
                : kr_fail(g->ctx, KR_EINPUT, "%s: gsim_logic_tree_file is missing", g->job->path);
        goto out;
    }
    KR_TRY(read_tree(g, &scratch, &tree));
    KR_TRY(read_sets(g, tree, trts->name, trts->n));
    for (size_t i = 0; !g->star && i < trts->n; i++) {
        size_t b = 0;
        while (b < g->n && !kr_str_eq(g->branches[b].trt, trts->name[i]))
            b++;
        if (b == g->n) {
            s = fail_without_set(g, trts->name[i], trts->where ? trts->where[i] : NULL);
            goto out;
        }
    }
out:
    kr_arena_clear(&scratch);
    return s;
}
