/* The ground-motion logic tree of nzshm-model: branch sets of one tectonic region type each, models
 * as a name and arguments. */
#include "base/str.h"
#include "tree/gsim_tree.h"
#include "tree/nshm.h"

#include <string.h>

static const char *const top_keys[] = {"title", "version", "branch_sets", "correlations", NULL};
static const char *const set_keys[] = {"short_name", "long_name", "branches", NULL};
static const char *const branch_keys[] = {
    "branch_id", "weight", "gsim_name", "gsim_args", "tectonic_region_type", NULL};

/* The names that models have in the OpenQuake that the model was made with, patched for New
 * Zealand; where a region is named, only with it. */
static const struct {
    const char *old, *present, *region;
} renamed[] = {
    {"AbrahamsonGulerce2020SInter", "NZNSHM2022_AbrahamsonGulerce2020SInter", "GLO"},
    {"AbrahamsonGulerce2020SSlab", "NZNSHM2022_AbrahamsonGulerce2020SSlab", "GLO"},
    {"KuehnEtAl2020SInter", "NZNSHM2022_KuehnEtAl2020SInter", "GLO"},
    {"KuehnEtAl2020SSlab", "NZNSHM2022_KuehnEtAl2020SSlab", "GLO"},
    {"ParkerEtAl2021SInter", "NZNSHM2022_ParkerEtAl2020SInter", NULL},
    {"ParkerEtAl2021SSlab", "NZNSHM2022_ParkerEtAl2020SSlab", NULL},
};

/* Models whose modified standard deviations were no argument there: they were always used. */
static const char *const modified[] = {
    "Atkinson2022Crust",
    "Atkinson2022SInter",
    "Atkinson2022SSlab",
    "NZNSHM2022_KuehnEtAl2020SInter",
    "NZNSHM2022_KuehnEtAl2020SSlab",
    "NZNSHM2022_ParkerEtAl2020SInter",
    "NZNSHM2022_ParkerEtAl2020SSlab",
};

enum {
    NRENAMED = sizeof renamed / sizeof *renamed,
    NMODIFIED = sizeof modified / sizeof *modified
};

/* ------------------------------------------------------------------ models as text */

static kr_status gsim_text(kr_nshm *m, const kr_value *value, char **out)
{
    static const char signs[] = "\"\\\b\f\n\r\t", written[] = "\"\\bfnrt";
    kr_status s = KR_OK;
    char *to;

    KR_ANEW(to, m->arena, 2 * strlen(value->text) + 3);
    *out = to;
    *to++ = '"';
    for (const char *p = value->text; *p; p++) {
        const char *at = strchr(signs, *p);
        if (at)
            *to++ = '\\';
        *to++ = at ? written[at - signs] : *p;
    }
    *to++ = '"';
    *to = '\0';
out:
    return s;
}

/* A value as TOML writes it. */
static kr_status gsim_value(kr_nshm *m, const char *key, const kr_value *value, char **out)
{
    kr_status s = KR_OK;
    char number[32], *item;

    switch (value->kind) {
    case KR_VALUE_TEXT:
        return gsim_text(m, value, out);
    case KR_VALUE_BOOL:
        KR_ASTR(*out, m->arena, value->number != 0 ? "true" : "false");
        break;
    case KR_VALUE_INT:
        *out = kr_arena_printf(m->arena, "%.0f", value->number);
        break;
    case KR_VALUE_FLOAT:
        KR_ASTR(*out, m->arena, kr_repr_double(value->number, number));
        break;
    case KR_VALUE_LIST:
        KR_ASTR(*out, m->arena, "[");
        for (size_t i = 0; i < value->n; i++) {
            KR_TRY(gsim_value(m, key, &value->items[i], &item));
            *out = kr_arena_printf(m->arena, "%s%s%s", *out, i > 0 ? ", " : "", item);
            if (!*out)
                return KR_ENOMEM;
        }
        *out = kr_arena_printf(m->arena, "%s]", *out);
        break;
    default:
        return kr_fail_at(m->ctx, m->path, value->line,
                          "the argument '%.60s' is %s; a text, a number, a truth value or a list "
                          "was expected",
                          key, value->kind == KR_VALUE_DICT ? "an object" : "null");
    }
    if (!*out)
        s = KR_ENOMEM;
out:
    return s;
}

static bool gsim_bare(const char *key)
{
    return *key && key[strspn(key, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                   "0123456789_")] == '\0';
}

/* "[Name]" and its arguments, one a line; a bare name without arguments. */
static kr_status gsim_model(kr_nshm *m, const kr_value *name, const char *present,
                            const kr_value *args, bool add_modified, char **out)
{
    kr_status s = KR_OK;
    bool any = add_modified || (args && args->n > 0);

    *out = kr_arena_printf(m->arena, any ? "[%s]" : "%s", present);
    if (!*out)
        return KR_ENOMEM;
    if (!gsim_bare(name->text))
        return kr_fail_at(m->ctx, m->path, name->line,
                          "gsim_name '%.60s' is no name of a ground-motion model", name->text);
    for (size_t i = 0; args && i < args->n; i++) {
        char *value;
        if (!gsim_bare(args->keys[i]))
            return kr_fail_at(m->ctx, m->path, args->items[i].line,
                              "'%.60s' is no name of an argument", args->keys[i]);
        KR_TRY(gsim_value(m, args->keys[i], &args->items[i], &value));
        *out = kr_arena_printf(m->arena, "%s\n%s = %s", *out, args->keys[i], value);
        if (!*out)
            return KR_ENOMEM;
    }
    if (add_modified)
        *out = kr_arena_printf(m->arena, "%s\nmodified_sigma = \"true\"", *out);
    if (!*out)
        s = KR_ENOMEM;
out:
    return s;
}

/* ------------------------------------------------------------------ old names */

static const char *gsim_present(const char *name, const kr_value *args)
{
    for (size_t i = 0; i < NRENAMED; i++) {
        const kr_value *region = args ? kr_value_get(args, "region") : NULL;
        if (!kr_str_eq(name, renamed[i].old))
            continue;
        if (!renamed[i].region ||
            (region && region->kind == KR_VALUE_TEXT && kr_str_eq(region->text, renamed[i].region)))
            return renamed[i].present;
    }
    return name;
}

/* Is the file written for the patched OpenQuake? Some model has an old name then. */
static bool gsim_is_old(const kr_nshm *m, const kr_value **first)
{
    for (size_t i = 0; i < m->sets->n; i++) {
        const kr_value *branches = kr_value_get(&m->sets->items[i], "branches");
        for (size_t b = 0; branches && branches->kind == KR_VALUE_LIST && b < branches->n; b++) {
            const kr_value *name = kr_value_get(&branches->items[b], "gsim_name");
            const kr_value *args = kr_value_get(&branches->items[b], "gsim_args");
            if (!name || name->kind != KR_VALUE_TEXT)
                continue;
            *first = name;
            if (gsim_present(name->text, args) != name->text)
                return true;
        }
    }
    return false;
}

static bool gsim_needs_modified(const char *name, const kr_value *args)
{
    for (size_t i = 0; i < NMODIFIED; i++)
        if (kr_str_eq(name, modified[i]))
            return !args || !kr_value_get(args, "modified_sigma");
    return false;
}

/* ------------------------------------------------------------------ nodes */

static kr_status gsim_branch(kr_nshm *m, const kr_value *branch, bool old, const char **trt,
                             kr_node **out)
{
    kr_status s = KR_OK;
    const kr_value *name, *args, *weight, *region;
    const char *present;
    char *text;

    KR_TRY(kr_nshm_keys(m, branch, "a branch", branch_keys));
    KR_TRY(kr_nshm_get(m, branch, "a branch", "gsim_name", KR_VALUE_TEXT, true, &name));
    KR_TRY(kr_nshm_get(m, branch, "a branch", "gsim_args", KR_VALUE_DICT, false, &args));
    KR_TRY(kr_nshm_get(m, branch, "a branch", "weight", KR_VALUE_FLOAT, true, &weight));
    KR_TRY(
        kr_nshm_get(m, branch, "a branch", "tectonic_region_type", KR_VALUE_TEXT, true, &region));
    if (*trt && !kr_str_eq(*trt, region->text))
        return kr_fail_at(m->ctx, m->path, region->line,
                          "a branch for '%.60s' in a branch set for '%.60s'; a branch set has one "
                          "tectonic region type",
                          region->text, *trt);
    *trt = region->text;
    present = old ? gsim_present(name->text, args) : name->text;
    KR_TRY(gsim_model(m, name, present, args, old && gsim_needs_modified(present, args), &text));
    *out = kr_nshm_branch(m, "", text, name->line, weight);
    if (!*out)
        s = KR_ENOMEM;
out:
    return s;
}

static kr_status gsim_set(kr_nshm *m, const kr_value *set, bool old, kr_node **out)
{
    kr_status s = KR_OK;
    const kr_value *name, *branches;
    const char *trt = NULL;
    kr_node *node, *first = NULL, **last = &first;

    KR_TRY(kr_nshm_keys(m, set, "a branch set", set_keys));
    KR_TRY(kr_nshm_get(m, set, "a branch set", "short_name", KR_VALUE_TEXT, true, &name));
    KR_TRY(kr_nshm_get(m, set, "a branch set", "branches", KR_VALUE_LIST, true, &branches));
    if (branches->n == 0)
        return kr_fail_at(m->ctx, m->path, branches->line,
                          "the branch set '%.60s' is empty; it needs a branch", name->text);
    for (size_t b = 0; b < branches->n; b++, last = &(*last)->next)
        KR_TRY(gsim_branch(m, &branches->items[b], old, &trt, last));
    kr_attr attrs[] = {{"uncertaintyType", "gmpeModel"},
                       {"branchSetID", name->text},
                       {"applyToTectonicRegionType", trt}};
    node = kr_nshm_node(m, "logicTreeBranchSet", set->line, 3, attrs);
    if (!node)
        return KR_ENOMEM;
    node->first = first;
    *out = node;
out:
    return s;
}

static kr_status gsim_check(kr_nshm *m)
{
    kr_status s = KR_OK;
    const kr_value *list, *version = kr_value_get(&m->top, "logic_tree_version");

    if (version)
        return kr_fail_at(m->ctx, m->path, version->line,
                          "a source logic tree; the ground-motion logic tree of nzshm-model was "
                          "expected");
    KR_TRY(kr_nshm_get(m, &m->top, "the logic tree", "correlations", KR_VALUE_LIST, false, &list));
    if (list && list->n > 0)
        s = kr_fail_at(m->ctx, m->path, list->line,
                       "'correlations' is not known in ground-motion trees; remove it");
out:
    return s;
}

kr_status kr_glt_nshm(kr_glt *g, kr_arena *nodes, kr_node **tree)
{
    kr_status s = KR_OK;
    kr_nshm m;
    kr_node **last;
    const kr_value *first = NULL;
    bool old;

    KR_TRY(kr_nshm_open(g->ctx, g->path, nodes, top_keys, &m));
    KR_TRY(gsim_check(&m));
    old = gsim_is_old(&m, &first);
    if (old)
        kr_info(g->ctx,
                "%s:%d: '%s' is a name of the OpenQuake patched for New Zealand; its models are "
                "taken by their names of today, NZNSHM2022_..., with modified_sigma",
                g->path, first->line, first->text);
    *tree = kr_nshm_node(&m, "logicTree", m.top.line, 0, NULL);
    if (!*tree) {
        s = KR_ENOMEM;
        goto out;
    }
    last = &(*tree)->first;
    for (size_t i = 0; i < m.sets->n; i++, last = &(*last)->next)
        KR_TRY(gsim_set(&m, &m.sets->items[i], old, last));
out:
    kr_nshm_clear(&m);
    return s;
}
