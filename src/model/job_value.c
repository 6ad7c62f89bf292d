/* Values of job parameters, by kind. */
#include "model/job_int.h"

#include "base/str.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The value on one line and not too long; never half a UTF-8 character. */
static void value_excerpt(const char *value, char *out, size_t size)
{
    size_t n = 0;
    const char *p = value;

    for (; *p && n + 4 < size; p++) {
        if (!kr_is_space(*p))
            out[n++] = *p;
        else if (n && out[n - 1] != ' ')
            out[n++] = ' ';
    }
    if (((unsigned char)*p & 0xc0) == 0x80) {
        while (n && ((unsigned char)out[n - 1] & 0xc0) == 0x80)
            n--;
        n -= n > 0;
    }
    while (n && out[n - 1] == ' ')
        n--;
    if (*p) {
        memcpy(out + n, "...", 3);
        n += 3;
    }
    out[n] = '\0';
}

kr_status kr_job_bad(kr_job_reader *r, const kr_ini_entry *entry, const char *expected)
{
    char excerpt[64] = "";

    if (!*entry->value)
        return kr_fail_at(r->ctx, entry->file, entry->line, "%s is empty; %s", entry->key,
                          expected);
    value_excerpt(entry->value, excerpt, sizeof excerpt);
    return kr_fail_at(r->ctx, entry->file, entry->line, "%s is '%s'; %s", entry->key, excerpt,
                      expected);
}

bool kr_job_is_name(const char *text)
{
    size_t n = 0;

    for (; text[n]; n++)
        if (!isalnum((unsigned char)text[n]) && !strchr("_-:", text[n]))
            return false;
    return n > 0 && n <= 75;
}

/* ------------------------------------------------------------------ one number */

static bool value_bool(const char *text, int *out)
{
    *out = kr_str_eq(text, "1") || kr_str_ieq(text, "true");
    return *out || !*text || kr_str_eq(text, "0") || kr_str_ieq(text, "false");
}

static kr_status value_set_bool(kr_job_reader *r, const kr_job_key *key, const kr_ini_entry *entry,
                                void *to)
{
    int value = 0;

    if (!value_bool(entry->value, &value))
        return kr_job_bad(r, entry, "true or false was expected");
    if (to && key->kind == KR_KEY_TRISTATE)
        *(int *)to = value;
    else if (to)
        *(bool *)to = value != 0;
    return KR_OK;
}

static kr_status value_set_count(kr_job_reader *r, const kr_job_key *key, const kr_ini_entry *entry,
                                 void *to)
{
    long long value = 0;
    int flag = 0;

    if (kr_parse_int(entry->value, &value)) {
        if (value < 0 && key->kind == KR_KEY_COUNT)
            return kr_job_bad(r, entry, "a whole number of 0 or more was expected");
    } else if (key->kind == KR_KEY_COUNT && *entry->value && value_bool(entry->value, &flag)) {
        value = flag;
    } else {
        return kr_job_bad(r, entry,
                          key->kind == KR_KEY_COUNT ? "a whole number of 0 or more was expected"
                                                    : "a whole number was expected");
    }
    if (to)
        *(size_t *)to = (size_t)value;
    return KR_OK;
}

static kr_status value_set_float(kr_job_reader *r, const kr_job_key *key, const kr_ini_entry *entry,
                                 void *to)
{
    double x = NAN;
    bool given = *entry->value || key->kind != KR_KEY_FLOAT_OR_NONE;
    bool zero = key->kind == KR_KEY_FLOAT;

    if (given && (!kr_parse_double(entry->value, &x) || !isfinite(x) || x < 0 || (x == 0 && !zero)))
        return kr_job_bad(r, entry,
                          zero ? "a number of 0 or more was expected"
                               : "a number above 0 was expected");
    if (to)
        *(double *)to = x;
    return KR_OK;
}

/* ------------------------------------------------------------------ several */

kr_status kr_job_floats(kr_job_reader *r, const kr_ini_entry *entry, double low, double high,
                        kr_numbers *out)
{
    kr_status s = KR_OK;
    const char *bad = NULL;

    s = kr_parse_doubles(r->arena, entry->value, strlen(entry->value), true, &out->x, &out->n,
                         &bad);
    if (s == KR_EINPUT)
        return kr_fail_at(r->ctx, entry->file, entry->line,
                          "%s holds '%.40s'; numbers were expected%s", entry->key, bad,
                          strchr(entry->value, '\n') && isalpha((unsigned char)*bad)
                              ? " (an indented line goes on with the value before it)"
                              : "");
    for (size_t i = 0; s == KR_OK && i < out->n; i++)
        if (!(out->x[i] >= low && out->x[i] <= high))
            return kr_fail_at(r->ctx, entry->file, entry->line,
                              "%s holds %g; numbers between %g and %g were expected%s", entry->key,
                              out->x[i], low, high,
                              high == 1 && out->x[i] > 1 && out->x[i] <= 100 ? ", as 0.1 for 10 %"
                                                                             : "");
    return s;
}

/* Whole numbers, as in "475, 2475" or "[475, 2475]". */
kr_status kr_job_counts(kr_job_reader *r, const kr_ini_entry *entry, kr_numbers *out)
{
    const char *text = entry->value;
    size_t len = strlen(text);
    const char *bad = NULL;

    while (len && (*text == '[' || *text == ']'))
        text++, len--;
    while (len && (text[len - 1] == '[' || text[len - 1] == ']'))
        len--;
    kr_status s = kr_parse_doubles(r->arena, text, len, true, &out->x, &out->n, &bad);
    if (s == KR_ENOMEM)
        return s;
    for (size_t i = 0; s == KR_OK && i < out->n; i++)
        if (!(out->x[i] >= 0 && out->x[i] < 1e15 && floor(out->x[i]) == out->x[i]))
            s = KR_EINPUT;
    if (s != KR_OK || out->n == 0)
        return kr_job_bad(r, entry, "whole numbers of 0 or more were expected");
    return KR_OK;
}

static kr_status value_set_names(kr_job_reader *r, const kr_ini_entry *entry, kr_names *to)
{
    kr_status s = KR_OK;
    char **words = NULL;
    size_t n = 0;
    const char **names = NULL;

    KR_TRY(kr_split_words(r->arena, entry->value, true, &words, &n));
    KR_ANEW(names, r->arena, n);
    for (size_t i = 0; i < n; i++) {
        if (!kr_job_is_name(words[i]))
            return kr_fail_at(
                r->ctx, entry->file, entry->line,
                "%s holds '%.80s'; names of letters, digits, '_', '-' and ':' with at "
                "most 75 characters were expected",
                entry->key, words[i]);
        names[i] = words[i];
    }
    if (to)
        *to = (kr_names){n, names};
out:
    return s;
}

static kr_status value_check_choice(kr_job_reader *r, const kr_job_key *key,
                                    const kr_ini_entry *entry)
{
    size_t n = strlen(entry->value);
    char expected[128] = "one of ";
    size_t at = strlen(expected);

    for (const char *p = key->choices;;) {
        size_t len = strcspn(p, "|");
        if (len == n && strncmp(p, entry->value, n) == 0)
            return KR_OK;
        if (!p[len])
            break;
        p += len + 1;
    }
    for (const char *p = key->choices; *p && at + 20 < sizeof expected; p++) {
        expected[at++] = *p == '|' ? ',' : *p;
        if (*p == '|')
            expected[at++] = ' ';
    }
    memcpy(expected + at, " was expected", 14);
    return kr_job_bad(r, entry, expected);
}

/* ------------------------------------------------------------------ literals */

/* The failure of a literal says where; it shall also say of what. */
static kr_status value_name_key(kr_job_reader *r, const kr_ini_entry *entry)
{
    size_t n = strlen(entry->file);
    char *text = kr_arena_strdup(r->arena, kr_ctx_error(r->ctx)), *rest = NULL;
    int line = 0;

    if (!text)
        return KR_ENOMEM;
    if (strncmp(text, entry->file, n) != 0 || text[n] != ':')
        return KR_EINPUT;
    rest = text + n + 1;
    if (isdigit((unsigned char)*rest)) { /* none of -p */
        line = (int)strtol(rest, &rest, 10);
        rest += *rest == ':';
    }
    kr_ctx_clear_error(r->ctx);
    return kr_fail_at(r->ctx, entry->file, line, "%s:%s", entry->key, rest);
}

kr_status kr_job_literal(kr_job_reader *r, const kr_ini_entry *entry, kr_value *out)
{
    if (!*entry->value)
        return kr_job_bad(r, entry, "a value was expected");
    kr_status s =
        kr_value_read_python(r->ctx, entry->file, entry->value_line, entry->value, r->arena, out);
    return s == KR_EINPUT ? value_name_key(r, entry) : s;
}

kr_status kr_job_by_trt(kr_job_reader *r, const kr_ini_entry *entry, kr_by_trt *out)
{
    static const char expected[] =
        "a number or numbers by tectonic region type, as in {\"default\": 100}, were expected";
    kr_status s = KR_OK;
    kr_value value = {0};

    KR_TRY(kr_job_literal(r, entry, &value));
    bool one = kr_value_is_number(&value);
    if (!one && (value.kind != KR_VALUE_DICT || value.n == 0))
        return kr_job_bad(r, entry, expected);
    *out = (kr_by_trt){.n = one ? 1 : value.n};
    KR_ANEW(out->trt, r->arena, out->n);
    KR_ANEW(out->value, r->arena, out->n);
    for (size_t i = 0; i < out->n; i++) {
        const kr_value *item = one ? &value : &value.items[i];
        out->trt[i] = one ? "default" : value.keys[i];
        out->value[i] = NAN;
        if (item->kind == KR_VALUE_LIST && kr_str_eq(entry->key, "pointsource_distance")) {
            kr_warn_at(
                r->ctx, entry->file, item->line,
                "pointsource_distance of '%s' is given by magnitude, which is not supported; "
                "point sources of that type are refused",
                out->trt[i]);
            continue;
        }
        if (!kr_value_is_number(item))
            return kr_job_bad(r, entry, expected);
        if (!(item->number >= 0))
            return kr_fail_at(r->ctx, entry->file, item->line,
                              "%s of '%s' is %g; a number of 0 or more was expected", entry->key,
                              out->trt[i], item->number);
        out->value[i] = item->number;
    }
out:
    return s;
}

static kr_status value_check_literal(kr_job_reader *r, const kr_ini_entry *entry)
{
    kr_value value = {0};

    return *entry->value ? kr_job_literal(r, entry, &value) : KR_OK;
}

/* ------------------------------------------------------------------ any of them */

kr_status kr_job_set(kr_job_reader *r, const kr_job_key *key, const kr_ini_entry *entry)
{
    kr_numbers numbers = {0};
    kr_status s = KR_OK;
    void *to = key->offset == KR_KEY_NOWHERE ? NULL : (char *)r->job + key->offset;

    switch (key->kind) {
    case KR_KEY_FILLED:
        if (!*entry->value)
            return kr_job_bad(r, entry, "some text was expected");
        /* fall through */
    case KR_KEY_TEXT:
        if (to)
            *(const char **)to = *entry->value ? entry->value : NULL;
        return KR_OK;
    case KR_KEY_BOOL:
    case KR_KEY_TRISTATE:
        return value_set_bool(r, key, entry, to);
    case KR_KEY_COUNT:
    case KR_KEY_INT:
        return value_set_count(r, key, entry, to);
    case KR_KEY_FLOAT:
    case KR_KEY_POSITIVE:
    case KR_KEY_FLOAT_OR_NONE:
        return value_set_float(r, key, entry, to);
    case KR_KEY_PROBABILITIES:
        s = kr_job_floats(r, entry, 0, 1, &numbers);
        break;
    case KR_KEY_FLOATS:
        s = kr_job_floats(r, entry, 0, HUGE_VAL, &numbers);
        break;
    case KR_KEY_COUNTS:
        s = kr_job_counts(r, entry, &numbers);
        break;
    case KR_KEY_NAMES:
        return value_set_names(r, entry, to);
    case KR_KEY_CHOICE:
        return value_check_choice(r, key, entry);
    case KR_KEY_BY_TRT: {
        kr_by_trt by = {0};
        return kr_job_by_trt(r, entry, to ? to : &by);
    }
    case KR_KEY_LITERAL:
        return value_check_literal(r, entry);
    case KR_KEY_SPECIAL:
        return key->special(r, entry);
    }
    if (s == KR_OK && to)
        *(kr_numbers *)to = numbers;
    return s;
}
