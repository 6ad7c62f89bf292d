/* TOML as ground-motion models are written in: tables, dotted keys, strings, numbers, booleans,
 * arrays and inline tables. Dates and arrays of tables are not read. */
#include "input/value.h"

#include "base/str.h"

#include <assert.h>
#include <ctype.h>
#include <math.h>
#include <string.h>

enum { TOML_MAX_DEPTH = 50, TOML_MAX_PATH = 16 };

typedef struct toml_reader {
    kr_ctx *ctx;
    kr_arena *arena;
    const char *file, *p, *end;
    int line;
    int depth;
} toml_reader;

/* A dotted key. */
typedef struct toml_path {
    const char *part[TOML_MAX_PATH];
    size_t n;
} toml_path;

static kr_status toml_value(toml_reader *r, kr_value *out);

static kr_status toml_fail(const toml_reader *r, const char *what)
{
    size_t n = strcspn(r->p, "\r\n");

    if (r->p >= r->end || n == 0)
        return kr_fail_at(r->ctx, r->file, r->line, "%s at the end of the line", what);
    return kr_fail_at(r->ctx, r->file, r->line, "%s at '%.*s%s'", what, n > 30 ? 30 : (int)n, r->p,
                      n > 30 ? "..." : "");
}

/* Blanks; line ends and comments too if `lines`. */
static void toml_skip(toml_reader *r, bool lines)
{
    while (r->p < r->end) {
        if (*r->p == '#')
            while (r->p < r->end && *r->p != '\n')
                r->p++;
        else if (*r->p == '\n' && !lines)
            return;
        else if (kr_is_space(*r->p)) {
            r->line += *r->p == '\n' && r->line > 0;
            r->p++;
        } else
            return;
    }
}

static bool toml_take(toml_reader *r, char c, bool lines)
{
    toml_skip(r, lines);
    if (r->p >= r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* ------------------------------------------------------------------ strings and keys */

static bool toml_is_triple(const toml_reader *r, char quote)
{
    return r->end - r->p >= 3 && r->p[0] == quote && r->p[1] == quote && r->p[2] == quote;
}

static char toml_unescape(char c)
{
    switch (c) {
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'r':
        return '\r';
    default:
        return c;
    }
}

/* The closing quote of a string that starts at r->p, or NULL. */
static const char *toml_string_end(const toml_reader *r, char quote, size_t quotes)
{
    toml_reader at = *r;

    for (; at.p < r->end; at.p++) {
        if (quotes == 1 && *at.p == '\n')
            return NULL;
        if (*at.p == quote && (quotes == 1 || toml_is_triple(&at, quote)))
            return at.p;
        if (*at.p == '\\' && quote == '"')
            at.p++;
    }
    return NULL;
}

static kr_status toml_string(toml_reader *r, const char **out)
{
    kr_status s = KR_OK;
    char quote = *r->p, *text = NULL;
    size_t n = 0, quotes = toml_is_triple(r, quote) ? 3 : 1;

    r->p += quotes;
    if (quotes == 3 && r->p < r->end && *r->p == '\n')
        r->line++, r->p++;
    const char *end = toml_string_end(r, quote, quotes);
    if (!end)
        return kr_fail_at(r->ctx, r->file, r->line, "a string has no closing %c", quote);
    KR_ANEW(text, r->arena, (size_t)(end - r->p) + 1);
    for (; r->p < end; r->p++) {
        r->line += *r->p == '\n' && r->line > 0;
        if (*r->p == '\\' && quote == '"')
            text[n++] = toml_unescape(*++r->p);
        else
            text[n++] = *r->p;
    }
    r->p += quotes;
    *out = text;
out:
    return s;
}

static bool toml_is_key(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '-' || (unsigned char)c >= 0x80;
}

static kr_status toml_key(toml_reader *r, toml_path *path)
{
    kr_status s = KR_OK;

    path->n = 0;
    do {
        if (path->n == TOML_MAX_PATH)
            return toml_fail(r, "a key has too many parts");
        toml_skip(r, false);
        const char *start = r->p;
        if (r->p < r->end && (*r->p == '"' || *r->p == '\'')) {
            KR_TRY(toml_string(r, &path->part[path->n]));
        } else {
            while (r->p < r->end && toml_is_key(*r->p))
                r->p++;
            if (r->p == start)
                return toml_fail(r, "a key was expected");
            path->part[path->n] = kr_arena_strndup(r->arena, start, (size_t)(r->p - start));
            if (!path->part[path->n])
                return KR_ENOMEM;
        }
        path->n++;
    } while (toml_take(r, '.', false));
out:
    return s;
}

/* ------------------------------------------------------------------ values */

static bool toml_word(toml_reader *r, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
        return false;
    if (r->p + n < r->end && toml_is_key(r->p[n]))
        return false;
    r->p += n;
    return true;
}

static kr_status toml_number(toml_reader *r, kr_value *out)
{
    char digits[64];
    size_t n = 0;
    const char *p = r->p;

    out->kind = KR_VALUE_INT;
    for (; p < r->end && (toml_is_key(*p) || *p == '.' || *p == '+'); p++) {
        if (*p == '_')
            continue;
        if (n + 1 >= sizeof digits)
            return toml_fail(r, "a number is too long");
        if (*p == '.' || *p == 'e' || *p == 'E' || *p == 'n')
            out->kind = KR_VALUE_FLOAT;
        digits[n++] = *p;
    }
    digits[n] = '\0';
    const char *start = digits[0] == '+' ? digits + 1 : digits;
    if (n == 0 || !kr_parse_double(start, &out->number))
        return toml_fail(r, "a value was expected (text is written in quotes)");
    r->p = p;
    return KR_OK;
}

static kr_status toml_array(toml_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    bool comma = true;

    *out = (kr_value){.kind = KR_VALUE_LIST};
    while (!toml_take(r, ']', true)) {
        kr_value item = {0};
        if (!comma)
            return toml_fail(r, "',' or ']' was expected");
        KR_TRY(toml_value(r, &item));
        KR_TRY(kr_value_add(r->arena, out, NULL, &item));
        comma = toml_take(r, ',', true);
    }
out:
    return s;
}

/* The table at the path below `dict`, made where it is missing; *out stays valid until the next
 * call. */
static kr_status toml_table(toml_reader *r, kr_value *dict, const toml_path *path, size_t n,
                            kr_value **out)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < n; i++) {
        size_t k = 0;
        while (k < dict->n && !kr_str_eq(dict->keys[k], path->part[i]))
            k++;
        if (k == dict->n)
            KR_TRY(kr_value_add(r->arena, dict, path->part[i],
                                &(kr_value){.kind = KR_VALUE_DICT, .line = r->line}));
        dict = &dict->items[k];
        if (dict->kind != KR_VALUE_DICT)
            return kr_fail_at(r->ctx, r->file, r->line, "'%s' is a value and a table at once",
                              path->part[i]);
    }
    *out = dict;
out:
    return s;
}

/* `key = value` into a table. */
static kr_status toml_pair(toml_reader *r, kr_value *root, const toml_path *at)
{
    kr_status s = KR_OK;
    toml_path key = {0};
    kr_value item = {0}, *dict = root;

    KR_TRY(toml_key(r, &key));
    assert(key.n > 0);
    if (!toml_take(r, '=', false))
        return toml_fail(r, "'=' was expected");
    KR_TRY(toml_value(r, &item));
    if (at)
        KR_TRY(toml_table(r, dict, at, at->n, &dict));
    KR_TRY(toml_table(r, dict, &key, key.n - 1, &dict));
    const char *name = key.part[key.n - 1];
    if (kr_value_get(dict, name))
        return kr_fail_at(r->ctx, r->file, r->line, "'%s' is given twice; keep one of the two",
                          name);
    if (dict->n >= 10000)
        return toml_fail(r, "more than 10,000 keys");
    KR_TRY(kr_value_add(r->arena, dict, name, &item));
out:
    return s;
}

static kr_status toml_inline(toml_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    bool comma = true;

    *out = (kr_value){.kind = KR_VALUE_DICT};
    while (!toml_take(r, '}', true)) {
        if (!comma)
            return toml_fail(r, "',' or '}' was expected");
        KR_TRY(toml_pair(r, out, NULL));
        comma = toml_take(r, ',', true);
    }
out:
    return s;
}

static kr_status toml_value(toml_reader *r, kr_value *out)
{
    kr_status s = KR_OK;

    *out = (kr_value){0};
    if (r->depth >= TOML_MAX_DEPTH)
        return kr_fail_at(r->ctx, r->file, r->line, "brackets are nested more than %d deep",
                          (int)TOML_MAX_DEPTH);
    r->depth++;
    toml_skip(r, false);
    int line = r->line;
    if (r->p >= r->end || *r->p == '\n')
        s = toml_fail(r, "a value was expected");
    else if (*r->p == '[')
        r->p++, s = toml_array(r, out);
    else if (*r->p == '{')
        r->p++, s = toml_inline(r, out);
    else if (*r->p == '"' || *r->p == '\'')
        out->kind = KR_VALUE_TEXT, s = toml_string(r, &out->text);
    else if (toml_word(r, "true"))
        *out = (kr_value){.kind = KR_VALUE_BOOL, .number = 1};
    else if (toml_word(r, "false"))
        *out = (kr_value){.kind = KR_VALUE_BOOL};
    else
        s = toml_number(r, out);
    out->line = line;
    r->depth--;
    return s;
}

/* ------------------------------------------------------------------ the text */

/* `Name` alone. */
static bool toml_bare_name(const char *text, const char **start, size_t *n)
{
    while (kr_is_space(*text))
        text++;
    *start = text;
    while (toml_is_key(*text))
        text++;
    *n = (size_t)(text - *start);
    while (kr_is_space(*text))
        text++;
    return *n > 0 && *text == '\0';
}

static kr_status toml_statement(toml_reader *r, kr_value *root, toml_path *at)
{
    kr_status s = KR_OK;
    kr_value *dict = NULL;

    if (*r->p == '[') {
        r->p++;
        KR_TRY(toml_key(r, at));
        if (!toml_take(r, ']', false))
            return toml_fail(r, "']' was expected");
        KR_TRY(toml_table(r, root, at, at->n, &dict));
    } else {
        KR_TRY(toml_pair(r, root, at));
    }
    toml_skip(r, false);
    if (r->p < r->end && *r->p != '\n')
        return toml_fail(r, "the end of the line was expected");
out:
    return s;
}

kr_status kr_value_read_toml(kr_ctx *ctx, const char *file, int line, const char *text,
                             kr_arena *arena, const char **name, kr_value *dict)
{
    kr_status s = KR_OK;
    toml_reader r = {ctx, arena, file, text, text + strlen(text), line, 0};
    toml_path at = {{NULL}, 0};
    kr_value root = {.kind = KR_VALUE_DICT};
    const char *start = NULL;
    size_t n = 0;

    *dict = (kr_value){.kind = KR_VALUE_DICT};
    if (toml_bare_name(text, &start, &n)) {
        *name = kr_arena_strndup(arena, start, n);
        return *name ? KR_OK : KR_ENOMEM;
    }
    for (toml_skip(&r, true); r.p < r.end; toml_skip(&r, true))
        KR_TRY(toml_statement(&r, &root, &at));
    if (root.n != 1 || root.items[0].kind != KR_VALUE_DICT)
        return kr_fail_at(ctx, file, line,
                          "a name is needed, as in BooreAtkinson2008 or [GMPETable] followed by "
                          "lines key = value");
    *name = root.keys[0];
    *dict = root.items[0];
out:
    return s;
}
