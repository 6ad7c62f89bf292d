/* The text of a ground-motion model: a name or a TOML table, with the attributes of the element
 * appended. */
#include "base/str.h"
#include "tree/gsim_tree.h"

#include <string.h>

static bool text_is_table(const char *text)
{
    while (kr_is_space(*text))
        text++;
    return *text == '[';
}

/* Every line trimmed; a bare name becomes "[name]". A text that is no table has its white space
 * made single blanks. */
static char *text_lines(kr_arena *arena, const char *text)
{
    char *copy = kr_arena_strdup(arena, text), *out, *to, *p;

    if (!copy)
        return NULL;
    p = kr_trim(copy);
    out = kr_arena_alloc(arena, strlen(p) + 3, 1);
    if (!out)
        return NULL;
    to = out;
    if (*p != '[') {
        *to++ = '[';
        for (; *p; p++)
            if (!kr_is_space(*p))
                *to++ = *p;
            else if (!kr_is_space(p[1]))
                *to++ = ' ';
        *to++ = ']';
        *to = '\0';
        return out;
    }
    while (*p) {
        size_t n = strcspn(p, "\n");
        char *next = p + n + (p[n] == '\n');
        p[n] = '\0';
        p = kr_trim(p);
        n = strlen(p);
        memcpy(to, p, n);
        to += n;
        if (*next)
            *to++ = '\n';
        p = next;
    }
    *to = '\0';
    return out;
}

/* An attribute's value in TOML: numbers, truth values and brackets as they are, words quoted. */
static char *text_attribute(kr_arena *arena, const char *text, const char *key, const char *value)
{
    double x;
    char number[32];
    char quote = strchr(value, '\'') ? '"' : '\'';

    if (kr_str_eq(value, "True") || kr_str_eq(value, "False"))
        return kr_arena_printf(arena, "%s\n%s = %s", text, key, *value == 'T' ? "true" : "false");
    if (*value && strchr("[{(", *value))
        return kr_arena_printf(arena, "%s\n%s = %s", text, key, value);
    if (*value && strchr("'\"", *value))
        return kr_arena_printf(arena, "%s\n%s = %s", text, key, value);
    if (!kr_parse_double(value, &x) || strpbrk(value, "nN"))
        return kr_arena_printf(arena, "%s\n%s = %c%s%c", text, key, quote, value, quote);
    if (value[strspn(value, "+-0123456789")] == '\0')
        return kr_arena_printf(arena, "%s\n%s = %s", text, key, value);
    return kr_arena_printf(arena, "%s\n%s = %s", text, key, kr_repr_double(x, number));
}

kr_status kr_glt_text(kr_glt *g, const char *file, int line, const char *text, kr_glt_branch *out)
{
    kr_status s = KR_OK;

    out->part.file = file;
    out->part.line = line;
    out->part.weight = 1;
    out->part.table = text_is_table(text);
    out->text = text_lines(g->arena, text);
    if (!out->text)
        return KR_ENOMEM;
    KR_TRY(kr_value_read_toml(g->ctx, file, line, out->text, g->arena, &out->part.name,
                              &out->part.args));
out:
    return s;
}

kr_status kr_glt_model(kr_glt *g, const kr_node *model, kr_glt_branch *out)
{
    kr_status s = KR_OK;
    char *text = text_lines(g->arena, model->text);

    if (!text)
        return KR_ENOMEM;
    if (kr_str_eq(text, "[]"))
        return kr_fail_at(g->ctx, g->path, model->line,
                          "an empty uncertaintyModel; it names a ground-motion model");
    for (size_t i = 0; i < model->nattrs; i++) {
        text = text_attribute(g->arena, text, model->attrs[i].name, model->attrs[i].value);
        if (!text)
            return KR_ENOMEM;
    }
    KR_TRY(kr_glt_text(g, g->path, model->line, text, out));
    out->part.table = text_is_table(model->text);
out:
    return s;
}
