#include "input/value.h"

#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

/* Lists in lists beyond this are no job parameters. */
enum { VALUE_MAX_DEPTH = 50, VALUE_MAX_KEYS = 10000, VALUE_MAX_LOGSCALE = 1000000 };

typedef struct py_reader {
    kr_ctx *ctx;
    kr_arena *arena;
    const char *file, *p, *end;
    int line;
    int depth;
} py_reader;

static kr_status py_value(py_reader *r, kr_value *out);

/* ------------------------------------------------------------------ places */

static kr_status py_fail(const py_reader *r, const char *what)
{
    size_t n = strcspn(r->p, "\r\n");

    if (r->p >= r->end || n == 0)
        return kr_fail_at(r->ctx, r->file, r->line, "%s at the end of the line", what);
    return kr_fail_at(r->ctx, r->file, r->line, "%s at '%.*s%s'", what, n > 30 ? 30 : (int)n, r->p,
                      n > 30 ? "..." : "");
}

/* White space, line ends and comments. */
static void py_skip(py_reader *r)
{
    while (r->p < r->end) {
        if (*r->p == '#')
            while (r->p < r->end && *r->p != '\n')
                r->p++;
        else if (kr_is_space(*r->p)) {
            r->line += *r->p == '\n' && r->line > 0;
            r->p++;
        } else
            return;
    }
}

static bool py_take(py_reader *r, char c)
{
    py_skip(r);
    if (r->p >= r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

/* A word, not followed by another letter or digit. */
static bool py_take_word(py_reader *r, const char *word)
{
    size_t n = strlen(word);

    if ((size_t)(r->end - r->p) < n || memcmp(r->p, word, n) != 0)
        return false;
    if (r->p + n < r->end && (isalnum((unsigned char)r->p[n]) || r->p[n] == '_'))
        return false;
    r->p += n;
    return true;
}

/* ------------------------------------------------------------------ scalars */

static kr_status py_number(py_reader *r, kr_value *out)
{
    const char *p = r->p;
    bool negative = false;

    while (p < r->end && (*p == '+' || *p == '-' || kr_is_space(*p))) {
        negative ^= *p == '-';
        p++;
    }
    if (p >= r->end || !(isdigit((unsigned char)*p) || *p == '.'))
        return py_fail(r, "a value was expected");
    const char *next = kr_read_double(p, r->end, &out->number);
    if (!next || (next < r->end && (isalnum((unsigned char)*next) || *next == '_' || *next == '.')))
        return py_fail(r, "a number was expected");
    out->kind = KR_VALUE_INT;
    for (; p < next; p++)
        if (*p == '.' || *p == 'e' || *p == 'E')
            out->kind = KR_VALUE_FLOAT;
    if (negative)
        out->number = -out->number;
    r->p = next;
    return KR_OK;
}

static const char *py_escape(char c)
{
    switch (c) {
    case 'n':
        return "\n";
    case 't':
        return "\t";
    case 'r':
        return "\r";
    case '\\':
        return "\\";
    case '\'':
        return "'";
    case '"':
        return "\"";
    default:
        return NULL;
    }
}

/* One quoted string, appended to the text; `to` has room for all that is left of the input. */
static kr_status py_quoted(py_reader *r, char **to)
{
    char quote = *r->p++;

    while (r->p < r->end && *r->p != quote) {
        if (*r->p == '\n')
            return kr_fail_at(r->ctx, r->file, r->line, "a string has no closing %c", quote);
        if (*r->p == '\\' && r->p + 1 < r->end) {
            const char *escaped = py_escape(r->p[1]);
            if (escaped) {
                *(*to)++ = *escaped;
                r->p += 2;
                continue;
            }
        }
        *(*to)++ = *r->p++;
    }
    if (r->p >= r->end)
        return kr_fail_at(r->ctx, r->file, r->line, "a string has no closing %c", quote);
    r->p++;
    return KR_OK;
}

/* The length of adjacent strings as written: an upper bound of what they say. */
static size_t py_text_bound(const py_reader *r)
{
    py_reader scan = *r;
    size_t n = 0;

    while (scan.p < scan.end && (*scan.p == '"' || *scan.p == '\'')) {
        char quote = *scan.p++;
        while (scan.p < scan.end && *scan.p != quote && *scan.p != '\n') {
            bool escape = *scan.p == '\\' && scan.p + 1 < scan.end;
            scan.p += escape ? 2 : 1;
            n += 2;
        }
        if (scan.p < scan.end)
            scan.p++;
        py_skip(&scan);
    }
    return n + 1;
}

static kr_status py_text(py_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    char *text = NULL;

    KR_ANEW(text, r->arena, py_text_bound(r));
    *out = (kr_value){.kind = KR_VALUE_TEXT, .text = text};
    do {
        KR_TRY(py_quoted(r, &text));
        py_skip(r);
    } while (r->p < r->end && (*r->p == '"' || *r->p == '\''));
    *text = '\0';
out:
    return s;
}

/* ------------------------------------------------------------------ containers */

/* Items up to the closing sign. A tuple of one without a comma is the item itself. */
static kr_status py_list(py_reader *r, char close, kr_value *out)
{
    kr_status s = KR_OK;
    bool comma = false;

    *out = (kr_value){.kind = KR_VALUE_LIST};
    while (!py_take(r, close)) {
        kr_value item = {0};
        if (out->n && !comma)
            return py_fail(r, "',' or a closing bracket was expected");
        KR_TRY(py_value(r, &item));
        KR_TRY(kr_value_add(r->arena, out, NULL, &item));
        comma = py_take(r, ',');
    }
    if (close == ')' && out->n == 1 && !comma) {
        kr_value only = out->items[0];
        *out = only;
    }
out:
    return s;
}

static kr_status py_dict_item(py_reader *r, kr_value *dict)
{
    kr_status s = KR_OK;
    kr_value key = {0}, item = {0};
    const char *name = NULL;

    KR_TRY(py_value(r, &key));
    if (key.kind == KR_VALUE_TEXT) {
        name = key.text;
    } else if (kr_value_is_number(&key)) {
        char text[32];
        KR_ASTR(name, r->arena, kr_repr_double(key.number, text));
    } else {
        return py_fail(r, "a key must be a string or a number");
    }
    if (!py_take(r, ':'))
        return py_fail(r, "':' was expected");
    KR_TRY(py_value(r, &item));
    for (size_t i = 0; i < dict->n; i++)
        if (kr_str_eq(dict->keys[i], name)) {
            kr_warn_at(r->ctx, r->file, r->line, "the key '%s' is given twice; the last one counts",
                       name);
            dict->items[i] = item;
            return KR_OK;
        }
    if (dict->n >= VALUE_MAX_KEYS)
        return py_fail(r, "more than 10,000 keys");
    KR_TRY(kr_value_add(r->arena, dict, name, &item));
out:
    return s;
}

static kr_status py_dict(py_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    bool comma = true;

    *out = (kr_value){.kind = KR_VALUE_DICT};
    while (!py_take(r, '}')) {
        if (!comma)
            return py_fail(r, "',' or '}' was expected");
        KR_TRY(py_dict_item(r, out));
        comma = py_take(r, ',');
    }
out:
    return s;
}

/* logscale(a, b, n): n numbers from a to b, equally spaced in their logarithms. */
static kr_status py_logscale(py_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    kr_value args = {0};
    int line = r->line;

    if (!py_take(r, '('))
        return py_fail(r, "'(' was expected after logscale");
    KR_TRY(py_list(r, ')', &args));
    if (args.kind != KR_VALUE_LIST || args.n != 3 || !kr_value_is_number(&args.items[0]) ||
        !kr_value_is_number(&args.items[1]) || args.items[2].kind != KR_VALUE_INT)
        return kr_fail_at(
            r->ctx, r->file, line,
            "logscale needs two numbers and a count, as in logscale(0.005, 2.13, 45)");
    double a = args.items[0].number, b = args.items[1].number, n = args.items[2].number;
    if (!(a > 0))
        return kr_fail_at(r->ctx, r->file, line, "logscale begins with %g; it must be above 0", a);
    if (!(b > a))
        return kr_fail_at(r->ctx, r->file, line, "logscale goes from %g to %g; it must go up", a,
                          b);
    if (!(n >= 2 && n <= VALUE_MAX_LOGSCALE))
        return kr_fail_at(r->ctx, r->file, line,
                          "logscale of %.0f numbers; the count must be between 2 and %d", n,
                          (int)VALUE_MAX_LOGSCALE);
    double delta = log(b / a);
    *out = (kr_value){.kind = KR_VALUE_LIST};
    KR_ANEW(out->items, r->arena, (size_t)n);
    out->n = (size_t)n;
    for (size_t k = 0; k < out->n; k++)
        out->items[k] =
            (kr_value){.kind = KR_VALUE_FLOAT, .number = exp(delta * (double)k / (n - 1)) * a};
out:
    return s;
}

static kr_status py_value(py_reader *r, kr_value *out)
{
    kr_status s = KR_OK;

    *out = (kr_value){0};
    if (r->depth >= VALUE_MAX_DEPTH)
        return kr_fail_at(r->ctx, r->file, r->line, "brackets are nested more than %d deep",
                          (int)VALUE_MAX_DEPTH);
    r->depth++;
    py_skip(r);
    int line = r->line;
    if (r->p >= r->end)
        s = py_fail(r, "a value was expected");
    else if (*r->p == '{')
        r->p++, s = py_dict(r, out);
    else if (*r->p == '[')
        r->p++, s = py_list(r, ']', out);
    else if (*r->p == '(')
        r->p++, s = py_list(r, ')', out);
    else if (*r->p == '"' || *r->p == '\'')
        s = py_text(r, out);
    else if (py_take_word(r, "None"))
        out->kind = KR_VALUE_NONE;
    else if (py_take_word(r, "True"))
        *out = (kr_value){.kind = KR_VALUE_BOOL, .number = 1};
    else if (py_take_word(r, "False"))
        *out = (kr_value){.kind = KR_VALUE_BOOL};
    else if (py_take_word(r, "logscale"))
        s = py_logscale(r, out);
    else
        s = py_number(r, out);
    out->line = line;
    r->depth--;
    return s;
}

kr_status kr_value_read_python(kr_ctx *ctx, const char *file, int line, const char *text,
                               kr_arena *arena, kr_value *out)
{
    kr_status s = KR_OK;
    py_reader r = {ctx, arena, file, text, text + strlen(text), line, 0};

    KR_TRY(py_value(&r, out));
    if (py_take(&r, ',')) { /* a tuple without parentheses */
        kr_value rest = {0}, list = {.kind = KR_VALUE_LIST, .line = line};
        KR_TRY(kr_value_add(arena, &list, NULL, out));
        for (py_skip(&r); r.p < r.end; py_skip(&r)) {
            KR_TRY(py_value(&r, &rest));
            KR_TRY(kr_value_add(arena, &list, NULL, &rest));
            if (!py_take(&r, ','))
                break;
        }
        *out = list;
    }
    py_skip(&r);
    if (r.p < r.end)
        return py_fail(&r, "nothing more was expected");
out:
    return s;
}

/* ------------------------------------------------------------------ any value */

/* Room for one more in arrays that double: the capacity is the power of two at or above n. */
static bool value_is_full(size_t n)
{
    return (n & (n - 1)) == 0;
}

kr_status kr_value_add(kr_arena *arena, kr_value *list, const char *key, const kr_value *item)
{
    kr_status s = KR_OK;

    if (value_is_full(list->n)) {
        size_t capacity = list->n ? 2 * list->n : 1;
        kr_value *items = NULL;
        KR_ANEW(items, arena, capacity);
        if (list->n)
            memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        if (list->kind == KR_VALUE_DICT) {
            const char **keys = NULL;
            KR_ANEW(keys, arena, capacity);
            for (size_t i = 0; i < list->n; i++)
                keys[i] = list->keys[i];
            list->keys = keys;
        }
    }
    list->items[list->n] = *item;
    if (list->kind == KR_VALUE_DICT)
        list->keys[list->n] = key;
    list->n++;
out:
    return s;
}

const kr_value *kr_value_get(const kr_value *dict, const char *key)
{
    if (dict->kind != KR_VALUE_DICT)
        return NULL;
    for (size_t i = 0; i < dict->n; i++)
        if (kr_str_eq(dict->keys[i], key))
            return &dict->items[i];
    return NULL;
}

bool kr_value_is_number(const kr_value *value)
{
    return value->kind == KR_VALUE_BOOL || value->kind == KR_VALUE_INT ||
           value->kind == KR_VALUE_FLOAT;
}
