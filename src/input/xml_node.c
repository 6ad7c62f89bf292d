#include "input/xml.h"

#include "base/str.h"

#include <math.h>
#include <string.h>

const char *kr_node_attr(const kr_node *node, const char *name)
{
    for (size_t i = 0; i < node->nattrs; i++) {
        if (kr_str_eq(node->attrs[i].name, name))
            return node->attrs[i].value;
    }
    return NULL;
}

kr_node *kr_node_child(const kr_node *node, const char *tag)
{
    kr_node *child = node->first;
    while (child && !kr_str_eq(child->tag, tag))
        child = child->next;
    return child;
}

kr_node *kr_node_next(const kr_node *node)
{
    kr_node *next = node->next;
    while (next && !kr_str_eq(next->tag, node->tag))
        next = next->next;
    return next;
}

const kr_node *kr_node_like(const kr_node *node, const char *tag)
{
    size_t limit = strlen(tag) / 6; /* upper and lower are no slips */

    for (const kr_node *child = node->first; child; child = child->next)
        if (!kr_str_eq(child->tag, tag) &&
            kr_nearest_within(child->tag, &tag, 1, limit > 1 ? limit : 1))
            return child;
    return NULL;
}

kr_status kr_node_need(kr_ctx *ctx, const kr_node *node, const char *tag, kr_node **out)
{
    *out = kr_node_child(node, tag);
    if (*out)
        return KR_OK;
    const kr_node *like = kr_node_like(node, tag);
    if (like)
        return kr_fail_at(ctx, node->file, node->line,
                          "<%s> has no <%s>; exactly one is needed, not the <%s> of line %d",
                          node->tag, tag, like->tag, like->line);
    return kr_fail_at(ctx, node->file, node->line, "<%s> has no <%s>; exactly one is needed",
                      node->tag, tag);
}

kr_status kr_node_attr_text(kr_ctx *ctx, const kr_node *node, const char *name, const char **out)
{
    *out = kr_node_attr(node, name);
    if (*out)
        return KR_OK;
    return kr_fail_at(ctx, node->file, node->line, "<%s> has no attribute '%s'; it is needed",
                      node->tag, name);
}

kr_status kr_node_attr_double(kr_ctx *ctx, const kr_node *node, const char *name, double *out)
{
    const char *text = NULL;
    kr_status s = kr_node_attr_text(ctx, node, name, &text);
    if (s != KR_OK)
        return s;
    if (kr_parse_double(text, out) && isfinite(*out))
        return KR_OK;
    return kr_fail_at(ctx, node->file, node->line, "%s='%.40s' of <%s>; a number is needed", name,
                      text, node->tag);
}

kr_status kr_node_double(kr_ctx *ctx, const kr_node *node, double *out)
{
    if (kr_parse_double(node->text, out) && isfinite(*out))
        return KR_OK;
    return kr_fail_at(ctx, node->file, node->line, "<%s> holds '%.40s'; one number is needed",
                      node->tag, node->text);
}

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

kr_status kr_node_doubles(kr_ctx *ctx, const kr_node *node, kr_arena *arena, double **out,
                          size_t *n)
{
    kr_status s = KR_OK;
    const char *p = node->text, *end = p + node->text_len, *stop = NULL;
    double *list = NULL;
    size_t count = 0, i = 0;

    *n = 0;
    for (bool blank = true; p < end; p++) {
        bool now = is_blank(*p);
        count += blank && !now;
        blank = now;
    }
    KR_ANEW(list, arena, count);
    for (p = node->text; i < count; i++, p = stop) {
        while (is_blank(*p))
            p++;
        stop = kr_read_double(p, end, &list[i]);
        if (!stop || (stop < end && !is_blank(*stop))) {
            int len = 0;
            while (len < 40 && p + len < end && !is_blank(p[len]))
                len++;
            return kr_fail_at(ctx, node->file, node->line,
                              "<%s> holds '%.*s', which is not a number; numbers separated by "
                              "blanks are needed",
                              node->tag, len, p);
        }
        if (!isfinite(list[i]))
            return kr_fail_at(ctx, node->file, node->line,
                              "number %zu of <%s> is not finite; finite numbers are needed", i + 1,
                              node->tag);
    }
    *out = list;
    *n = count;
out:
    return s;
}
