#include "input/ini.h"

#include "base/file.h"
#include "base/map.h"
#include "base/str.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

/* Job files are small; what is larger is something else. */
static const size_t ini_max_bytes = 64u << 20;

typedef struct ini_reader {
    kr_ctx *ctx;
    kr_ini *ini;
    size_t capacity;
    kr_map keys, sections; /* to the lines of their first appearance */
    const char *section;   /* NULL before the first */
    bool open;             /* indented lines continue the last entry */
    size_t indent;         /* of the last entry */
    char *value;           /* end of the value of the last entry: text is appended here */
} ini_reader;

/* ------------------------------------------------------------------ bytes */

/* Length of the well-formed UTF-8 sequence at p, 0 if there is none. */
static size_t ini_utf8_length(const unsigned char *p, const unsigned char *end)
{
    static const unsigned char lead[4][2] = {
        {0x00, 0x7f}, {0xc2, 0xdf}, {0xe0, 0xef}, {0xf0, 0xf4}};
    for (size_t n = 1; n <= 4; n++) {
        if (p[0] < lead[n - 1][0] || p[0] > lead[n - 1][1])
            continue;
        if ((size_t)(end - p) < n)
            return 0;
        for (size_t i = 1; i < n; i++)
            if ((p[i] & 0xc0) != 0x80)
                return 0;
        return n;
    }
    return 0;
}

static kr_status ini_check_bytes(const ini_reader *r, const char *text, size_t len)
{
    const unsigned char *p = (const unsigned char *)text, *end = p + len;
    int line = 1;

    while (p < end) {
        size_t n = ini_utf8_length(p, end);
        if (*p == '\0' || n == 0)
            return kr_fail_at(r->ctx, r->ini->path, line,
                              "byte 0x%02x is not UTF-8 text; write the job file in UTF-8",
                              (unsigned)*p);
        line += *p == '\n';
        p += n;
    }
    return KR_OK;
}

/* ------------------------------------------------------------------ lines */

static kr_status ini_start_section(ini_reader *r, const char *text, char *close, int line)
{
    kr_status s = KR_OK;
    const char *name = text + 1;
    int64_t first = 0;

    *close = '\0';
    if (kr_map_get(&r->sections, name, &first))
        return kr_fail_at(r->ctx, r->ini->path, line,
                          "section [%s] began at line %d already; write its keys there", name,
                          (int)first);
    KR_TRY(kr_map_put(&r->sections, name, line));
    r->section = name;
    r->open = false;
out:
    return s;
}

static kr_status ini_add(ini_reader *r, const kr_ini_entry *entry)
{
    kr_status s = KR_OK;
    int64_t first = 0;

    if (kr_map_get(&r->keys, entry->key, &first))
        return kr_fail_at(r->ctx, r->ini->path, entry->line,
                          "'%s' is defined at line %d already; keep one of the two", entry->key,
                          (int)first);
    KR_TRY(kr_map_put(&r->keys, entry->key, entry->line));
    KR_GROW(r->ini->entries, r->capacity, r->ini->n + 1, r->ctx, KR_ACCOUNT_READING);
    r->ini->entries[r->ini->n++] = *entry;
out:
    return s;
}

/* `key = value` or `key: value`, whichever sign comes first. */
static kr_status ini_start_entry(ini_reader *r, char *text, size_t indent, int line)
{
    kr_status s = KR_OK;
    char *sign = strpbrk(text, "=:");

    if (!r->section)
        return kr_fail_at(r->ctx, r->ini->path, line,
                          "text before the first section; begin the file with a line [general]");
    if (!sign)
        return kr_fail_at(r->ctx, r->ini->path, line,
                          "'%.40s' is neither [section] nor key = value", text);
    *sign = '\0';
    char *value = kr_trim(sign + 1);
    char *key = kr_trim(text);
    if (!*key)
        return kr_fail_at(r->ctx, r->ini->path, line, "a key is missing before '='");
    for (char *p = key; *p; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    KR_TRY(ini_add(r, &(kr_ini_entry){r->section, key, value, r->ini->path, line, line}));
    r->open = true;
    r->indent = indent;
    r->value = value + strlen(value);
out:
    return s;
}

/* A line of the value of the open entry. The value's bytes lie before the line in the same buffer,
 * so moving the text down to them never overtakes the reading. */
static void ini_continue(ini_reader *r, const char *text)
{
    size_t n = strlen(text);

    *r->value++ = '\n';
    memmove(r->value, text, n);
    r->value += n;
    *r->value = '\0';
}

static kr_status ini_line(ini_reader *r, char *line, int number)
{
    size_t indent = 0;
    while (kr_is_space(line[indent]))
        indent++;
    char *text = kr_trim(line);

    /* Comments keep their line end, so that a place in a value can be told as a line of the file.
     */
    if (*text == '\0' || *text == '#' || *text == ';') {
        if (r->open)
            ini_continue(r, "");
        return KR_OK;
    }
    if (r->open && indent > r->indent) {
        ini_continue(r, text);
        return KR_OK;
    }
    char *close = *text == '[' ? strrchr(text, ']') : NULL;
    if (close && close > text + 1)
        return ini_start_section(r, text, close, number);
    return ini_start_entry(r, text, indent, number);
}

/* The entries know their values as const text; they are trimmed through the buffer they lie in. */
static void ini_trim_values(kr_ini *ini, char *text)
{
    for (size_t i = 0; i < ini->n; i++) {
        kr_ini_entry *entry = &ini->entries[i];
        const char *first = entry->value;
        char *value = kr_trim(text + (first - text));
        for (const char *p = first; p < value; p++)
            entry->value_line += *p == '\n';
        entry->value = value;
    }
}

/* ------------------------------------------------------------------ the file */

static kr_status ini_lines(ini_reader *r, char *text)
{
    kr_status s = KR_OK;
    char *p = text;

    for (int number = 1; *p; number++) {
        char *end = p + strcspn(p, "\r\n");
        char *next = end;
        if (*end)
            next = end[0] == '\r' && end[1] == '\n' ? end + 2 : end + 1;
        *end = '\0';
        KR_TRY(ini_line(r, p, number));
        p = next;
        if (number == INT_MAX)
            break;
    }
out:
    return s;
}

kr_status kr_ini_read(kr_ctx *ctx, const char *path, kr_arena *arena, kr_ini *out)
{
    kr_status s = KR_OK;
    ini_reader r = {.ctx = ctx, .ini = out};
    kr_ini_entry *entries = NULL;
    char *text = NULL;
    size_t len = 0;

    *out = (kr_ini){0};
    kr_map_init(&r.keys, ctx, KR_ACCOUNT_READING);
    kr_map_init(&r.sections, ctx, KR_ACCOUNT_READING);
    KR_ASTR(out->path, arena, path);
    KR_TRY(kr_file_read(ctx, path, ini_max_bytes, arena, &text, &len));
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    KR_TRY(ini_check_bytes(&r, text, len));
    KR_TRY(ini_lines(&r, text));
    ini_trim_values(out, text);
    KR_ANEW(entries, arena, out->n);
    if (out->n)
        memcpy(entries, out->entries, out->n * sizeof *entries);
out:
    kr_free(out->entries);
    kr_map_clear(&r.keys);
    kr_map_clear(&r.sections);
    out->entries = entries;
    if (s != KR_OK)
        out->n = 0;
    return s;
}
