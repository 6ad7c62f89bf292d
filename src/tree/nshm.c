#include "tree/nshm.h"

#include "base/str.h"
#include "input/json.h"

#include <string.h>

static const char *nshm_kind(kr_value_kind kind)
{
    switch (kind) {
    case KR_VALUE_NONE:
        return "null";
    case KR_VALUE_BOOL:
        return "a truth value";
    case KR_VALUE_INT:
    case KR_VALUE_FLOAT:
        return "a number";
    case KR_VALUE_TEXT:
        return "a text";
    case KR_VALUE_LIST:
        return "a list";
    default:
        return "an object";
    }
}

static bool nshm_is(const kr_value *value, kr_value_kind kind)
{
    return value->kind == kind || (kind == KR_VALUE_FLOAT && value->kind == KR_VALUE_INT);
}

kr_status kr_nshm_get(kr_nshm *m, const kr_value *object, const char *what, const char *key,
                      kr_value_kind kind, bool needed, const kr_value **out)
{
    const kr_value *value = kr_value_get(object, key);

    *out = NULL;
    if (!needed && (!value || value->kind == KR_VALUE_NONE))
        return KR_OK;
    if (!value)
        return kr_fail_at(m->ctx, m->path, object->line, "%s has no '%s'; %s was expected", what,
                          key, nshm_kind(kind));
    if (!nshm_is(value, kind))
        return kr_fail_at(m->ctx, m->path, value->line, "'%s' of %s is %s; %s was expected", key,
                          what, nshm_kind(value->kind), nshm_kind(kind));
    *out = value;
    return KR_OK;
}

kr_status kr_nshm_keys(kr_nshm *m, const kr_value *object, const char *what,
                       const char *const *known)
{
    kr_status s = KR_OK;
    size_t n = 0;

    if (object->kind != KR_VALUE_DICT)
        return kr_fail_at(m->ctx, m->path, object->line, "%s is %s; an object was expected", what,
                          nshm_kind(object->kind));
    while (known[n])
        n++;
    for (size_t i = 0; i < object->n; i++) {
        const char *key = object->keys[i], *near;
        size_t k = 0;
        while (k < n && !kr_str_eq(key, known[k]))
            k++;
        if (k < n || kr_map_get(&m->told, key, NULL))
            continue;
        KR_TRY(kr_map_put(&m->told, key, 0));
        near = kr_nearest(key, known, n);
        kr_warn_at(m->ctx, m->path, object->items[i].line,
                   "'%.60s' of %s is not known and has no effect%s%s%s", key, what,
                   near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
out:
    return s;
}

kr_status kr_nshm_open(kr_ctx *ctx, const char *path, kr_arena *arena, const char *const *known,
                       kr_nshm *m)
{
    kr_status s = KR_OK;

    *m = (kr_nshm){.ctx = ctx, .path = path, .arena = arena};
    kr_map_init(&m->told, ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_json_read(ctx, path, arena, &m->top));
    KR_TRY(kr_nshm_keys(m, &m->top, "the logic tree", known));
    KR_TRY(kr_nshm_get(m, &m->top, "the logic tree", "branch_sets", KR_VALUE_LIST, true, &m->sets));
    if (m->sets->n == 0)
        s = kr_fail_at(ctx, path, m->sets->line,
                       "'branch_sets' is empty; the logic tree needs a branch set");
out:
    return s;
}

void kr_nshm_clear(kr_nshm *m)
{
    kr_map_clear(&m->told);
}

kr_node *kr_nshm_node(kr_nshm *m, const char *tag, int line, size_t nattrs, const kr_attr *attrs)
{
    kr_node *node = kr_arena_alloc(m->arena, 1, sizeof *node);
    kr_attr *copy = kr_arena_alloc(m->arena, nattrs + 1, sizeof *copy);

    if (!node || !copy)
        return NULL;
    if (nattrs > 0)
        memcpy(copy, attrs, nattrs * sizeof *copy);
    *node = (kr_node){.tag = tag,
                      .ns = "",
                      .file = m->path,
                      .line = line,
                      .attrs = copy,
                      .nattrs = nattrs,
                      .text = kr_arena_strdup(m->arena, "")};
    return node->text ? node : NULL;
}

static kr_node *nshm_with_text(kr_nshm *m, const char *tag, int line, char *text)
{
    kr_node *node = kr_nshm_node(m, tag, line, 0, NULL);

    if (!node || !text)
        return NULL;
    node->text = text;
    node->text_len = strlen(text);
    return node;
}

kr_node *kr_nshm_branch(kr_nshm *m, const char *id, char *text, int line, const kr_value *weight)
{
    char number[32];
    kr_attr attr = {"branchID", id};
    kr_node *branch = kr_nshm_node(m, "logicTreeBranch", line, 1, &attr);
    kr_node *model = nshm_with_text(m, "uncertaintyModel", line, text);
    kr_node *w = nshm_with_text(m, "uncertaintyWeight", weight->line,
                                kr_arena_strdup(m->arena, kr_repr_double(weight->number, number)));

    if (!branch || !model || !w)
        return NULL;
    branch->first = model;
    model->next = w;
    return branch;
}
