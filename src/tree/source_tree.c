#include "tree/source_notes.h"

#include "base/file.h"
#include "base/str.h"
#include "input/json.h"
#include "model/source_names.h"

#include <math.h>
#include <string.h>

/* Types that need applyToSources with exactly one source. */
static const char *const one_source[] = {"abGRAbsolute",
                                         "bGRAbsolute",
                                         "maxMagGRAbsolute",
                                         "simpleFaultGeometryAbsolute",
                                         "setMSRAbsolute",
                                         "complexFaultGeometryAbsolute",
                                         "truncatedGRFromSlipAbsolute"};

static bool tree_listed(const char *word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (kr_str_eq(word, list[i]))
            return true;
    return false;
}

kr_status kr_smlt_add_set(kr_smlt *t, uint32_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(t->sets, t->sets_cap, t->nsets + 1, t->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)t->nsets++;
    t->sets[*out] = (kr_lt_set){.moves_with = KR_LT_NONE};
out:
    return s;
}

kr_status kr_smlt_add_branch(kr_smlt *t, uint32_t *out)
{
    kr_status s = KR_OK;

    KR_GROW(t->branches, t->branches_cap, t->nbranches + 1, t->ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)t->nbranches++;
    memset(&t->branches[*out], 0, sizeof *t->branches);
    t->branches[*out].child = KR_LT_NONE;
out:
    return s;
}

bool kr_smlt_has_trt(const kr_smlt *t, const char *trt)
{
    return tree_listed(trt, t->trts, t->ntrts);
}

static const char *node_text(const kr_node *node, const char *name)
{
    const char *text = kr_node_attr(node, name);
    return text ? text : "";
}

static kr_status tree_check_sources(kr_smlt *t, const kr_node *node, const kr_names *sources)
{
    for (size_t i = 0; i < sources->n; i++) {
        int64_t k;
        const char *first = NULL;
        bool several = false;

        if (!kr_map_get(&t->id_map, sources->name[i], &k) && t->job->branch_count)
            continue; /* in a branch that the job leaves out */
        if (!kr_map_get(&t->id_map, sources->name[i], &k))
            return kr_fail_at(
                t->ctx, t->path, node->line,
                "applyToSources names '%s', which no source model has; name source ids that exist",
                sources->name[i]);
        for (size_t f = 0; f < t->ids[k].nfiles; f++) {
            const kr_lt_file *file = &t->files[t->ids[k].files[f]];
            several = several || file->shared || (first && !kr_str_eq(first, file->branch));
            first = file->branch;
        }
        if (several && !kr_node_attr(node, "applyToBranches"))
            return kr_fail_at(t->ctx, t->path, node->line,
                              "the source '%s' belongs to several branches; add applyToBranches to "
                              "applyToSources",
                              sources->name[i]);
    }
    return KR_OK;
}

/* applyToSourceType, which the reference ignores: with --compat exact it counts. */
static kr_status tree_check_type(kr_smlt *t, const kr_node *node, const char *type)
{
    static const char *const kinds[] = {"point",       "multiPoint",   "area",
                                        "simpleFault", "complexFault", "characteristicFault",
                                        "kiteFault",   "multiFault",   "nonParametric"};
    const char *kind = kr_node_attr(node, "applyToSourceType");

    if (!kind)
        return KR_OK;
    if (t->job->compat != KR_COMPAT_EXACT) {
        kr_warn_at(t->ctx, t->path, node->line,
                   "applyToSourceType is ignored, as the reference ignores it: the branch set "
                   "applies to all types; --compat exact honours it");
        return KR_OK;
    }
    if (kr_str_eq(type, "sourceModel"))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "a sourceModel branch set has no applyToSourceType; it applies to all "
                          "sources");
    if (!tree_listed(kind, kinds, sizeof kinds / sizeof *kinds))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "applyToSourceType='%.40s' is no type of source; point, multiPoint, area "
                          "or the like was expected",
                          kind);
    return KR_OK;
}

/* The filters of a branch set, against what was read before it. */
static kr_status tree_check_filters(kr_smlt *t, const kr_node *node, const char *type)
{
    kr_status s = KR_OK;
    const char *trt = kr_node_attr(node, "applyToTectonicRegionType");
    const char *sources = kr_node_attr(node, "applyToSources");
    kr_names names = {0, NULL};

    if (kr_str_eq(type, "gmpeModel"))
        return kr_fail_at(
            t->ctx, t->path, node->line,
            "gmpeModel in the source-model tree; it belongs to the ground-motion tree, "
            "gsim_logic_tree_file: are the two swapped?");
    if (sources) {
        char **words;
        KR_TRY(kr_split_words(t->arena, sources, false, &words, &names.n));
        KR_ANEW(names.name, t->arena, names.n + 1);
        for (size_t i = 0; i < names.n; i++)
            names.name[i] = words[i];
    }
    if (kr_str_eq(type, "sourceModel") && (trt || sources))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "a sourceModel branch set has no %s; it applies to all sources",
                          trt ? "applyToTectonicRegionType" : "applyToSources");
    if (trt && sources)
        return kr_fail_at(
            t->ctx, t->path, node->line,
            "applyToTectonicRegionType and applyToSources together; a branch set has one of them");
    if (trt && !kr_smlt_has_trt(t, trt) && !t->only_source && !t->job->branch_count)
        return kr_fail_at(
            t->ctx, t->path, node->line,
            "applyToTectonicRegionType='%s', but no source has it; name one that exists", trt);
    if (tree_listed(type, one_source, sizeof one_source / sizeof *one_source) && names.n != 1)
        return kr_fail_at(t->ctx, t->path, node->line,
                          "%s needs applyToSources with one source id; %zu are given", type,
                          names.n);
    if (kr_str_starts(type, "simpleFaultDip") && !sources)
        return kr_fail_at(t->ctx, t->path, node->line, "%s needs applyToSources", type);
    KR_TRY(tree_check_sources(t, node, &names));
    KR_TRY(tree_check_type(t, node, type));
out:
    return s;
}

static kr_status tree_check_place(kr_smlt *t, const kr_node *node, const char *type, size_t place)
{
    if (place == 0 && !kr_str_eq(type, "sourceModel"))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "the first branch set is of type '%s'; it must be sourceModel", type);
    if (place > 0 && kr_str_eq(type, "sourceModel"))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "sourceModel in a later branch set; only the first one has it "
                          "(extendModel adds sources)");
    return KR_OK;
}

static kr_lt_kind tree_kind(const char *type)
{
    if (kr_str_eq(type, "sourceModel"))
        return KR_LT_SOURCE_MODEL;
    if (kr_str_eq(type, "extendModel"))
        return KR_LT_EXTEND;
    return kr_str_eq(type, "dummy") ? KR_LT_DUMMY : KR_LT_CHANGE;
}

/* Keep the ids of a filter; with one source in the job, that one alone. */
static kr_status tree_filter(kr_smlt *t, const kr_node *node, kr_lt_set *set)
{
    kr_status s = KR_OK;
    const char *sources = kr_node_attr(node, "applyToSources");
    const char *trt = kr_node_attr(node, "applyToTectonicRegionType");
    const char *to = kr_node_attr(node, "applyToBranches");
    const char *kind = kr_node_attr(node, "applyToSourceType");
    char **words;
    size_t n = 0;

    if (kind && t->job->compat == KR_COMPAT_EXACT)
        KR_ASTR(set->source_type, t->arena, kind);
    if (trt)
        KR_ASTR(set->trt, t->arena, trt);
    if (to && *to)
        KR_ASTR(set->to_branches, t->arena, to);
    if (!sources)
        return KR_OK;
    set->by_source = true;
    KR_TRY(kr_split_words(t->arena, sources, false, &words, &n));
    KR_ANEW(set->sources.name, t->arena, n + 1);
    for (size_t i = 0; i < n; i++)
        if ((!t->only_source || kr_str_eq(words[i], t->only_source)) &&
            (!t->job->branch_count || kr_map_get(&t->id_map, words[i], NULL)))
            set->sources.name[set->sources.n++] = words[i];
out:
    return s;
}

static kr_status tree_read_set(kr_smlt *t, const kr_node *node, size_t place)
{
    kr_status s = KR_OK;
    const char *type, *id;
    uint32_t set;
    kr_lt_set filters = {.moves_with = KR_LT_NONE};

    if (!kr_str_eq(node->tag, "logicTreeBranchSet"))
        return kr_fail_at(t->ctx, t->path, node->line, "<%s> where a <logicTreeBranchSet> belongs",
                          node->tag);
    KR_TRY(kr_node_attr_text(t->ctx, node, "uncertaintyType", &type));
    KR_TRY(kr_node_attr_text(t->ctx, node, "branchSetID", &id));
    KR_TRY(tree_check_filters(t, node, type));
    KR_TRY(tree_filter(t, node, &filters));
    filters.whole = kr_node_attr(node, "correlatedWith") || kr_map_get(&t->leaders, id, NULL);
    if (filters.by_source && filters.sources.n == 0 && !filters.whole)
        return KR_OK; /* for sources that the job leaves out */
    if (filters.trt && t->job->branch_count && !kr_smlt_has_trt(t, filters.trt) && !filters.whole)
        return KR_OK; /* likewise */
    if (kr_map_get(&t->set_map, id, NULL))
        return kr_fail_at(t->ctx, t->path, node->line,
                          "the branchSetID '%s' is not unique; give every set its own", id);
    KR_TRY(tree_check_place(t, node, type, place));
    KR_TRY(kr_smlt_add_set(t, &set));
    KR_ASTR(filters.id, t->arena, id);
    KR_ASTR(filters.type, t->arena, type);
    filters.kind = tree_kind(type);
    filters.line = node->line;
    filters.ordinal = (uint32_t)t->nordinals++;
    t->sets[set] = filters;
    KR_TRY(kr_map_put(&t->set_map, filters.id, set));
    KR_TRY(kr_smlt_branches(t, node, set));
    KR_TRY(kr_smlt_correlate(t, node, set));
    KR_TRY(kr_smlt_attach(t, set));
out:
    return s;
}

/* A branching level holds one branch set. */
static kr_status tree_level(kr_smlt *t, const kr_node *node, const kr_node **out)
{
    *out = node;
    if (!kr_str_eq(node->tag, "logicTreeBranchingLevel"))
        return KR_OK;
    if (!node->first || node->first->next)
        return kr_fail_at(t->ctx, t->path, node->line,
                          "the branching level '%s' has %s; it needs exactly one branch set",
                          node_text(node, "branchingLevelID"),
                          node->first ? "several children" : "no branch set");
    *out = node->first;
    return KR_OK;
}

/* Names that nobody looks for but that were meant to be found. */
static kr_status tree_spelling(kr_smlt *t, const kr_node *root)
{
    kr_source_names names;
    kr_status s = kr_source_names_init(&names, t->ctx);

    if (s == KR_OK)
        kr_source_names_all(&names, root);
    kr_source_names_clear(&names);
    return s;
}

static kr_status tree_parse(kr_smlt *t, const kr_node *tree)
{
    kr_status s = KR_OK;
    const kr_node *set;
    size_t place = 0;

    if (!tree->first)
        return kr_fail_at(t->ctx, t->path, tree->line,
                          "the logic tree is empty; it needs a sourceModel branch set");
    for (const kr_node *node = tree->first; node; node = node->next) {
        KR_TRY(tree_level(t, node, &set));
        KR_TRY(kr_smlt_leader(t, set));
    }
    for (const kr_node *node = tree->first; node; node = node->next, place++) {
        KR_TRY(tree_level(t, node, &set));
        KR_TRY(tree_read_set(t, set, place));
    }
    KR_TRY(kr_smlt_check_correlated(t));
out:
    return s;
}

/* The <logicTree> of the file: as NRML, or of the New Zealand model's JSON. */
static kr_status tree_load(kr_smlt *t, kr_arena *nodes, kr_node **tree)
{
    kr_status s = KR_OK;
    kr_node *root;

    if (kr_json_is(t->path))
        return kr_smlt_nshm(t, nodes, tree);
    if (t->job->source_map_file)
        kr_warn_at(t->ctx, t->path, 0,
                   "the tree names files, not ids of sources: source_map_file has no effect");
    KR_TRY(kr_xml_load(t->ctx, t->path, nodes, &root));
    KR_TRY(tree_spelling(t, root));
    if (!kr_str_eq(root->tag, "nrml"))
        return kr_fail_at(t->ctx, t->path, root->line,
                          "the document is a <%s>; a NRML file begins with <nrml>", root->tag);
    KR_TRY(kr_node_need(t->ctx, root, "logicTree", tree));
out:
    return s;
}

/* A job with one source_id reads a tree that is reduced to it; the id may name its file after '!'
 * and a fragment after
 * '@'. */
static kr_status tree_reduce(kr_smlt *t)
{
    kr_status s = KR_OK;
    char *id, *mark;

    if (t->job->source_id.n != 1)
        return KR_OK;
    KR_ASTR(id, t->arena, t->job->source_id.name[0]);
    mark = strchr(id, '!');
    if (mark) {
        *mark = '\0';
        t->only_file = mark + 1;
    }
    mark = strchr(id, '@');
    if (mark)
        *mark = '\0';
    t->only_source = id;
out:
    return s;
}

kr_status kr_smlt_read(kr_ctx *ctx, const kr_job *job, int threads, kr_arena *arena, kr_smlt *t)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    kr_node *tree;

    memset(t, 0, sizeof *t);
    t->ctx = ctx;
    t->job = job;
    t->arena = arena;
    t->path = job->source_model_logic_tree_file;
    kr_arena_init(&scratch, ctx, KR_ACCOUNT_READING);
    kr_map_init(&t->branch_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&t->set_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&t->file_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&t->id_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&t->trt_map, ctx, KR_ACCOUNT_TREE);
    kr_map_init(&t->leaders, ctx, KR_ACCOUNT_READING);
    kr_map_init(&t->note_of, ctx, KR_ACCOUNT_READING);
    if (!t->path)
        return kr_fail(ctx, KR_EINPUT, "%s: source_model_logic_tree_file is missing", job->path);
    t->dir = kr_path_dir(arena, t->path);
    if (!t->dir) {
        s = KR_ENOMEM;
        goto out;
    }
    KR_TRY(tree_reduce(t));
    KR_TRY(tree_load(t, &scratch, &tree));
    KR_TRY(kr_smlt_reduce(t, &scratch, tree));
    KR_TRY(kr_smlt_look_ahead(t, &scratch, tree, threads));
    KR_TRY(tree_parse(t, tree));
    kr_smlt_nshm_check(t);
out:
    kr_smlt_look_end(t);
    kr_map_clear(&t->leaders); /* its keys go with the nodes */
    kr_arena_clear(&scratch);
    return s;
}

void kr_smlt_clear(kr_smlt *t)
{
    for (size_t i = 0; i < t->nids; i++)
        kr_free(t->ids[i].files);
    kr_free(t->sets);
    kr_free(t->branches);
    kr_free(t->files);
    kr_free(t->ids);
    kr_free(t->trts);
    kr_free(t->open);
    kr_free(t->next_open);
    kr_map_clear(&t->branch_map);
    kr_map_clear(&t->set_map);
    kr_map_clear(&t->file_map);
    kr_map_clear(&t->id_map);
    kr_map_clear(&t->trt_map);
    memset(t, 0, sizeof *t);
}

double kr_smlt_count(const kr_smlt *t)
{
    kr_status s = KR_OK;
    double total = 0, *count = NULL;

    KR_NEW(count, t->ctx, KR_ACCOUNT_READING, t->nsets + 1);
    for (size_t i = t->nsets; i-- > 0;) { /* what follows a branch was read after it */
        size_t n = t->sets[i].moves_with == KR_LT_NONE ? t->sets[i].nbranches : 1;
        for (size_t b = 0; b < n; b++) {
            uint32_t child = t->branches[t->sets[i].branches[b]].child;
            count[i] += child == KR_LT_NONE ? 1 : count[child];
        }
    }
    total = t->nsets > 0 ? count[0] : 0;
out:
    kr_free(count);
    return s == KR_OK ? total : NAN;
}
