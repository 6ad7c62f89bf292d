#include "input/json.h"

#include "base/file.h"
#include "base/map.h"
#include "base/str.h"
#include "base/zip.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { JSON_MAX_DEPTH = 50, JSON_MAX_BYTES = 256 << 20 };

typedef struct json_reader {
    kr_ctx *ctx;
    kr_arena *arena;
    const char *file, *p, *end; /* *end is NUL */
    int line, depth;
} json_reader;

static kr_status json_value(json_reader *r, kr_value *out);

static kr_status json_fail(const json_reader *r, const char *what)
{
    size_t n = strcspn(r->p, "\r\n");

    if (r->p >= r->end)
        return kr_fail_at(r->ctx, r->file, r->line, "%s at the end of the file", what);
    if (n == 0)
        return kr_fail_at(r->ctx, r->file, r->line, "%s at the end of the line", what);
    return kr_fail_at(r->ctx, r->file, r->line, "%s at '%.*s%s'", what, n > 30 ? 30 : (int)n, r->p,
                      n > 30 ? "..." : "");
}

static void json_skip(json_reader *r)
{
    for (; *r->p == ' ' || *r->p == '\t' || *r->p == '\n' || *r->p == '\r'; r->p++)
        r->line += *r->p == '\n';
}

static bool json_take(json_reader *r, char c)
{
    json_skip(r);
    if (r->p >= r->end || *r->p != c)
        return false;
    r->p++;
    return true;
}

static bool json_word(json_reader *r, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(r->p, word, n) != 0)
        return false;
    r->p += n;
    return true;
}

/* ------------------------------------------------------------------ scalars */

static const char *json_digits(const char *p)
{
    return p + strspn(p, "0123456789");
}

/* -? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)? */
static kr_status json_number(json_reader *r, kr_value *out)
{
    const char *p = r->p + (*r->p == '-'), *next = json_digits(p);
    bool whole = true;

    if (next == p || (*p == '0' && next > p + 1))
        return json_fail(r, "a value was expected");
    p = next;
    if (*p == '.') {
        whole = false;
        next = json_digits(p + 1);
        if (next == p + 1)
            return json_fail(r, "a number without digits after its point");
        p = next;
    }
    if (*p == 'e' || *p == 'E') {
        whole = false;
        p += p[1] == '+' || p[1] == '-' ? 2 : 1;
        next = json_digits(p);
        if (next == p)
            return json_fail(r, "a number without digits in its exponent");
        p = next;
    }
    if (kr_read_double(r->p, p, &out->number) != p)
        return json_fail(r, "a number was expected");
    out->kind = whole ? KR_VALUE_INT : KR_VALUE_FLOAT;
    r->p = p;
    return KR_OK;
}

/* Length of the UTF-8 sequence at p; 0 if there is none (also for surrogates and overlong forms).
 */
static size_t json_utf8(const unsigned char *p)
{
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4 || (p[1] & 0xC0) != 0x80)
        return 0;
    if (p[0] < 0xE0)
        return 2;
    if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
        (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F) || (p[2] & 0xC0) != 0x80)
        return 0;
    if (p[0] < 0xF0)
        return 3;
    return (p[3] & 0xC0) == 0x80 ? 4 : 0;
}

static bool json_hex4(const char *p, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < 4; i++) {
        const char *digits = "0123456789abcdef0123456789ABCDEF";
        const char *at = p[i] ? strchr(digits, p[i]) : NULL;
        if (!at)
            return false;
        *out = *out << 4 | ((uint32_t)(at - digits) & 15);
    }
    return true;
}

static char *json_encode(uint32_t code, char *to)
{
    if (code < 0x80) {
        *to++ = (char)code;
    } else if (code < 0x800) {
        *to++ = (char)(0xC0 | code >> 6);
        *to++ = (char)(0x80 | (code & 63));
    } else if (code < 0x10000) {
        *to++ = (char)(0xE0 | code >> 12);
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    } else {
        *to++ = (char)(0xF0 | code >> 18);
        *to++ = (char)(0x80 | (code >> 12 & 63));
        *to++ = (char)(0x80 | (code >> 6 & 63));
        *to++ = (char)(0x80 | (code & 63));
    }
    return to;
}

/* "\u" and four hexadecimal digits, or two of these for a character beyond 0xFFFF; p is behind the
 * u.
 */
static kr_status json_unicode(json_reader *r, char **to)
{
    uint32_t code, low;

    if (!json_hex4(r->p, &code))
        return json_fail(r, "four hexadecimal digits were expected");
    if (code == 0)
        return json_fail(r, "a text holds the character 0, which no text may hold,");
    if (code >= 0xD800 && code < 0xE000) {
        if (code >= 0xDC00 || r->p[4] != '\\' || r->p[5] != 'u' || !json_hex4(r->p + 6, &low) ||
            low < 0xDC00 || low > 0xDFFF)
            return json_fail(r, "a pair of surrogates is not complete");
        code = 0x10000 + ((code - 0xD800) << 10 | (low - 0xDC00));
        r->p += 6;
    }
    r->p += 4;
    *to = json_encode(code, *to);
    return KR_OK;
}

static kr_status json_escape(json_reader *r, char **to)
{
    static const char signs[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char c = r->p[1];
    const char *at = c ? strchr(signs, c) : NULL;

    if (c == 'u') {
        r->p += 2;
        return json_unicode(r, to);
    }
    if (!at)
        return json_fail(r, "an escape that JSON does not have");
    *(*to)++ = meant[at - signs];
    r->p += 2;
    return KR_OK;
}

/* The text between the quotes; p is at the first. */
static kr_status json_text(json_reader *r, const char **out)
{
    kr_status s = KR_OK;
    const char *close = r->p + 1;
    char *to;

    while (*close && *close != '"' && *close != '\n')
        close += *close == '\\' && close[1] ? 2 : 1;
    if (*close != '"')
        return json_fail(r, "a text without a closing '\"'");
    KR_ANEW(to, r->arena, (size_t)(close - r->p));
    *out = to;
    r->p++;
    while (r->p < close) {
        size_t n = json_utf8((const unsigned char *)r->p);
        if (n == 0)
            return kr_fail_at(r->ctx, r->file, r->line,
                              "a text that is not UTF-8; convert the file");
        if ((unsigned char)*r->p < 0x20)
            return json_fail(r, "a control character in a text");
        if (*r->p == '\\') {
            KR_TRY(json_escape(r, &to));
            continue;
        }
        memcpy(to, r->p, n);
        to += n;
        r->p += n;
    }
    *to = '\0';
    r->p++;
out:
    return s;
}

/* ------------------------------------------------------------------ containers */

static kr_status json_array(json_reader *r, kr_value *out)
{
    kr_status s = KR_OK;

    out->kind = KR_VALUE_LIST;
    if (json_take(r, ']'))
        return KR_OK;
    do {
        kr_value item;
        KR_TRY(json_value(r, &item));
        KR_TRY(kr_value_add(r->arena, out, NULL, &item));
    } while (json_take(r, ','));
    if (!json_take(r, ']'))
        s = json_fail(r, "',' or ']' was expected");
out:
    return s;
}

static kr_status json_object(json_reader *r, kr_value *out)
{
    kr_status s = KR_OK;
    kr_map keys;

    kr_map_init(&keys, r->ctx, KR_ACCOUNT_READING);
    out->kind = KR_VALUE_DICT;
    if (json_take(r, '}'))
        goto out;
    do {
        kr_value item;
        const char *key;

        json_skip(r);
        if (*r->p != '"') {
            s = json_fail(r, "a key in quotes was expected");
            goto out;
        }
        KR_TRY(json_text(r, &key));
        if (kr_map_get(&keys, key, NULL)) {
            s = kr_fail_at(r->ctx, r->file, r->line, "the key '%.60s' is given twice; keep one",
                           key);
            goto out;
        }
        KR_TRY(kr_map_put(&keys, key, 0));
        if (!json_take(r, ':')) {
            s = json_fail(r, "':' was expected");
            goto out;
        }
        KR_TRY(json_value(r, &item));
        KR_TRY(kr_value_add(r->arena, out, key, &item));
    } while (json_take(r, ','));
    if (!json_take(r, '}'))
        s = json_fail(r, "',' or '}' was expected");
out:
    kr_map_clear(&keys);
    return s;
}

static kr_status json_value(json_reader *r, kr_value *out)
{
    kr_status s = KR_OK;

    json_skip(r);
    *out = (kr_value){.line = r->line};
    if (r->depth == JSON_MAX_DEPTH)
        return kr_fail_at(r->ctx, r->file, r->line, "brackets are nested more than %d deep",
                          (int)JSON_MAX_DEPTH);
    r->depth++;
    if (r->p >= r->end) {
        s = json_fail(r, "a value was expected");
    } else if (*r->p == '"') {
        out->kind = KR_VALUE_TEXT;
        s = json_text(r, &out->text);
    } else if (*r->p == '[') {
        r->p++, s = json_array(r, out);
    } else if (*r->p == '{') {
        r->p++, s = json_object(r, out);
    } else if (json_word(r, "true")) {
        out->kind = KR_VALUE_BOOL;
        out->number = 1;
    } else if (json_word(r, "false")) {
        out->kind = KR_VALUE_BOOL;
    } else if (!json_word(r, "null")) {
        s = json_number(r, out);
    }
    r->depth--;
    return s;
}

kr_status kr_json_read(kr_ctx *ctx, const char *path, kr_arena *arena, kr_value *out)
{
    kr_status s = KR_OK;
    kr_arena scratch;
    char *text;
    size_t len;

    kr_arena_init(&scratch, ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_file_read(ctx, path, JSON_MAX_BYTES, &scratch, &text, &len));
    json_reader r = {ctx, arena, path, text, text + len, 1, 0};
    if (strncmp(text, "\xEF\xBB\xBF", 3) == 0)
        r.p += 3;
    KR_TRY(json_value(&r, out));
    json_skip(&r);
    if (r.p < r.end)
        s = json_fail(&r, "nothing more was expected");
out:
    kr_arena_clear(&scratch);
    return s;
}

bool kr_json_is(const char *path)
{
    unsigned char head[256];
    FILE *file;
    size_t n, i = 0;

    if (kr_str_ends(path, ".json") || kr_zip_part(path))
        return kr_str_ends(path, ".json");
    file = fopen(path, "rb");
    if (!file)
        return false;
    n = fread(head, 1, sizeof head, file);
    (void)fclose(file);
    if (n >= 3 && memcmp(head, "\xEF\xBB\xBF", 3) == 0)
        i = 3;
    while (i < n && kr_is_space((char)head[i]))
        i++;
    return i < n && head[i] == '{';
}
