#include "base/str.h"

#include <string.h>

bool kr_is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static char str_lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool kr_str_ieq(const char *a, const char *b)
{
    while (*a && str_lower(*a) == str_lower(*b)) {
        a++;
        b++;
    }
    return str_lower(*a) == str_lower(*b);
}

bool kr_str_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool kr_str_ends(const char *text, const char *suffix)
{
    size_t n = strlen(text), m = strlen(suffix);

    return n >= m && strcmp(text + n - m, suffix) == 0;
}

char *kr_trim(char *text)
{
    while (kr_is_space(*text))
        text++;
    size_t n = strlen(text);
    while (n > 0 && kr_is_space(text[n - 1]))
        n--;
    text[n] = '\0';
    return text;
}

static bool str_separates(char c, bool commas)
{
    return kr_is_space(c) || (commas && c == ',');
}

/* The next word of [p, end): its first byte, and *stop behind its last; NULL at the end. */
static const char *str_word(const char *p, const char *end, bool commas, const char **stop)
{
    while (p < end && str_separates(*p, commas))
        p++;
    if (p == end)
        return NULL;
    *stop = p;
    while (*stop < end && !str_separates(**stop, commas))
        ++*stop;
    return p;
}

static size_t str_count_words(const char *p, const char *end, bool commas)
{
    size_t n = 0;

    for (const char *stop = p; str_word(stop, end, commas, &stop); n++)
        continue;
    return n;
}

kr_status kr_split_words(kr_arena *arena, const char *text, bool commas, char ***words, size_t *n)
{
    const char *end = text + strlen(text), *stop = text, *word;
    size_t count = str_count_words(text, end, commas), i = 0;

    *words = NULL;
    *n = 0;
    char **list = kr_arena_alloc(arena, count + 1, sizeof *list);
    if (!list)
        return KR_ENOMEM;
    while ((word = str_word(stop, end, commas, &stop))) {
        list[i] = kr_arena_strndup(arena, word, (size_t)(stop - word));
        if (!list[i++])
            return KR_ENOMEM;
    }
    *words = list;
    *n = count;
    return KR_OK;
}

kr_status kr_parse_doubles(kr_arena *arena, const char *text, size_t len, bool commas, double **out,
                           size_t *n, const char **bad)
{
    const char *end = text + len, *stop = text, *word;
    size_t count = str_count_words(text, end, commas), i = 0;

    *out = NULL;
    *n = 0;
    *bad = NULL;
    double *list = kr_arena_alloc(arena, count, sizeof *list);
    if (!list)
        return KR_ENOMEM;
    for (const char *p = text; i < count; p = stop, i++) {
        while (str_separates(*p, commas))
            p++;
        word = p;
        stop = kr_read_double(word, end, &list[i]);
        if (!stop || (stop < end && !str_separates(*stop, commas))) {
            str_word(word, end, commas, &stop);
            *bad = kr_arena_strndup(arena, word, (size_t)(stop - word));
            return *bad ? KR_EINPUT : KR_ENOMEM;
        }
    }
    *out = list;
    *n = count;
    return KR_OK;
}

enum { NEAREST_MAX = 127 }; /* letters of the longest word compared */

/* Letters to change, insert, drop or swap with their neighbour to make b of a. */
static size_t str_distance(const char *a, const char *b)
{
    size_t rows[3][NEAREST_MAX + 1], n = strlen(b);
    size_t *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= n; j++)
        above[j] = before[j] = j;
    for (size_t i = 1; a[i - 1]; i++) {
        row[0] = i;
        for (size_t j = 1; j <= n; j++) {
            char x = str_lower(a[i - 1]), y = str_lower(b[j - 1]);
            size_t best = above[j - 1] + (x != y);
            if (above[j] + 1 < best)
                best = above[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            if (i > 1 && j > 1 && x == str_lower(b[j - 2]) && y == str_lower(a[i - 2]) &&
                before[j - 2] + 1 < best)
                best = before[j - 2] + 1;
            row[j] = best;
        }
        size_t *oldest = before;
        before = above;
        above = row;
        row = oldest;
    }
    return above[n];
}

const char *kr_nearest(const char *word, const char *const *candidates, size_t n)
{
    size_t limit = strlen(word) / 3;

    return kr_nearest_within(word, candidates, n, limit > 1 ? limit : 1);
}

const char *kr_nearest_within(const char *word, const char *const *candidates, size_t n,
                              size_t limit)
{
    const char *nearest = NULL;

    if (strlen(word) > NEAREST_MAX)
        return NULL;
    for (size_t i = 0; i < n; i++) {
        if (strlen(candidates[i]) > NEAREST_MAX)
            continue;
        size_t d = str_distance(word, candidates[i]);
        if (d <= limit) {
            nearest = candidates[i];
            if (d == 0)
                break;
            limit = d - 1;
        }
    }
    return nearest;
}

size_t kr_utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    bool surrogate = p[0] == 0xed && p[1] > 0x9f, long_form = p[0] == 0xe0 && p[1] < 0xa0;
    bool beyond = (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
    return surrogate || long_form || beyond ? 0 : n;
}

void kr_utf8_clean(char *text)
{
    for (char *p = text; *p;) {
        size_t n = kr_utf8_length(p);
        if (n == 0)
            *p = '?';
        p += n ? n : 1;
    }
}
