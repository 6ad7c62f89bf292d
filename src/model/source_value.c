#include "base/str.h"
#include "geo/sphere.h"
#include "model/source_read.h"

#include <math.h>
#include <string.h>

#define ID_MAX 75

kr_status kr_attr_positive(kr_ctx *ctx, const kr_node *node, const char *name, double *out)
{
    kr_status s = kr_node_attr_double(ctx, node, name, out);
    if (s == KR_OK && *out < 0)
        return kr_fail_at(ctx, node->file, node->line,
                          "%s=%g of <%s> is negative; it must be 0 or "
                          "more",
                          name, *out, node->tag);
    return s;
}

kr_status kr_child_double(kr_ctx *ctx, const kr_node *node, const char *tag, double *out)
{
    kr_node *child = NULL;
    kr_status s = kr_node_need(ctx, node, tag, &child);
    return s == KR_OK ? kr_node_double(ctx, child, out) : s;
}

kr_status kr_child_list(kr_ctx *ctx, const kr_node *node, const char *tag, kr_arena *arena,
                        double **out, size_t *n)
{
    kr_node *child = NULL;
    kr_status s = kr_node_need(ctx, node, tag, &child);
    if (s != KR_OK)
        return s;
    kr_node inside = *child;
    while (inside.text_len > 0 && kr_is_space(*inside.text))
        inside.text++, inside.text_len--;
    while (inside.text_len > 0 && kr_is_space(inside.text[inside.text_len - 1]))
        inside.text[--inside.text_len] = '\0';
    if (inside.text_len >= 2 && *inside.text == '[' && inside.text[inside.text_len - 1] == ']') {
        inside.text[inside.text_len - 1] = '\0';
        inside.text++;
        inside.text_len -= 2;
    }
    s = kr_node_doubles(ctx, &inside, arena, out, n);
    if (s == KR_OK && *n == 0)
        return kr_fail_at(ctx, child->file, child->line, "<%s> is empty; numbers are needed", tag);
    return s;
}

kr_status kr_child_mag(kr_ctx *ctx, const kr_node *node, double *out)
{
    kr_status s = kr_child_double(ctx, node, "magnitude", out);
    if (s == KR_OK && !(*out > 0 && *out <= KR_MAG_MAX))
        return kr_fail_at(ctx, node->file, node->line,
                          "magnitude %g of <%s>; it must be more than 0 and at most %d", *out,
                          node->tag, KR_MAG_MAX);
    return s;
}

kr_status kr_child_rake(kr_ctx *ctx, const kr_node *node, double *out)
{
    kr_status s = kr_child_double(ctx, node, "rake", out);
    if (s == KR_OK && !(*out > -180 && *out <= 180))
        return kr_fail_at(ctx, node->file, node->line,
                          "rake %g of <%s>; it must be more than -180 and at most 180", *out,
                          node->tag);
    return s;
}

kr_status kr_attr_probs(kr_ctx *ctx, const kr_node *node, double **list, size_t *cap, size_t *n)
{
    kr_status s = KR_OK;
    const char *text = NULL;

    KR_TRY(kr_node_attr_text(ctx, node, "probs_occur", &text));
    const char *p = text, *end = text + strlen(text);
    for (*n = 0;; ++*n) {
        while (kr_is_space(*p) || *p == ',')
            p++;
        if (p == end)
            break;
        KR_GROW(*list, *cap, *n + 1, ctx, KR_ACCOUNT_READING);
        double *x = &(*list)[*n];
        p = kr_read_double(p, end, x);
        if (!p || !(p == end || kr_is_space(*p) || *p == ',') || !(*x >= 0 && *x <= 1))
            return kr_fail_at(ctx, node->file, node->line,
                              "probs_occur='%.60s' of <%s>; numbers from 0 to 1 are needed", text,
                              node->tag);
    }
    if (*n == 0)
        return kr_fail_at(ctx, node->file, node->line,
                          "probs_occur of <%s> is empty; numbers from 0 to 1 are needed",
                          node->tag);
out:
    return s;
}

kr_status kr_attr_id(kr_ctx *ctx, const kr_node *node, const char **out)
{
    const char *id = NULL;
    kr_status s = kr_node_attr_text(ctx, node, "id", &id);
    if (s != KR_OK)
        return s;
    size_t len = strlen(id);
    for (size_t i = 0; i < len; i++) {
        bool letter = (id[i] >= 'a' && id[i] <= 'z') || (id[i] >= 'A' && id[i] <= 'Z');
        if (!letter && !(id[i] >= '0' && id[i] <= '9') && !strchr("_-:", id[i]))
            return kr_fail_at(ctx, node->file, node->line,
                              "the id '%.80s' is not valid; letters, digits, '_', '-' and ':' are",
                              id);
    }
    if (len == 0 || len > ID_MAX)
        return kr_fail_at(ctx, node->file, node->line,
                          "the id '%.80s' has %zu characters; 1 to %d are allowed", id, len,
                          ID_MAX);
    *out = id;
    return KR_OK;
}

kr_status kr_round_lon_lat(kr_ctx *ctx, const kr_node *node, double *lon, double *lat)
{
    *lon = kr_round(*lon, 5) + 0.0; /* -0 becomes 0 */
    *lat = kr_round(*lat, 5) + 0.0;
    if (!(fabs(*lon) <= 180))
        return kr_fail_at(ctx, node->file, node->line,
                          "longitude %g is out of range; it must be between -180 and 180", *lon);
    if (!(fabs(*lat) <= 90))
        return kr_fail_at(ctx, node->file, node->line,
                          "latitude %g is out of range; it must be between -90 and 90", *lat);
    return KR_OK;
}
