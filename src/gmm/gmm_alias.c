/* Names that stand for a model with arguments. */
#include "gmm/gmm.h"

#include "base/str.h"
#include "gmm_alias.tab.h"

static const kr_gmm_alias table[GMM_ALIAS_NROW] = {GMM_ALIAS_ROWS};

const kr_gmm_alias *kr_gmm_alias_at(size_t i)
{
    return i < GMM_ALIAS_NROW ? &table[i] : NULL;
}

const kr_gmm_alias *kr_gmm_alias_find(const char *name)
{
    for (size_t i = 0; i < GMM_ALIAS_NROW; i++)
        if (kr_str_eq(table[i].name, name))
            return &table[i];
    return NULL;
}

/* The arguments of the table as a dict. */
static kr_status read_preset(kr_ctx *ctx, const kr_gmm_alias *alias, const kr_gmm_spec *spec,
                             kr_arena *arena, kr_value *out)
{
    const char *name;
    char *text = kr_arena_printf(arena, "[%s]\n%s\n", alias->model, alias->arguments);
    if (!text)
        return KR_ENOMEM;
    for (char *p = text; *p; p++)
        if (*p == ';')
            *p = '\n';
    return kr_value_read_toml(ctx, spec->file ? spec->file : "-", spec->line, text, arena, &name,
                              out);
}

kr_status kr_gmm_alias_args(kr_ctx *ctx, const kr_gmm_alias *alias, const kr_gmm_spec *spec,
                            kr_arena *arena, kr_value *out)
{
    kr_status s = KR_OK;
    const kr_value *given = spec->args;

    KR_TRY(read_preset(ctx, alias, spec, arena, out));
    for (size_t k = 0; given && k < given->n; k++) {
        size_t i = 0;
        while (i < out->n && !kr_str_eq(out->keys[i], given->keys[k]))
            i++;
        if (i < out->n && !spec->change_preset)
            return kr_fail_at(ctx, spec->file, spec->line,
                              "%s stands for %s with the argument '%s', which cannot be given "
                              "once more; %s takes it",
                              alias->name, alias->model, given->keys[k], alias->model);
        if (i < out->n)
            out->items[i] = given->items[k];
        else
            KR_TRY(kr_value_add(arena, out, given->keys[k], &given->items[k]));
    }
out:
    return s;
}
