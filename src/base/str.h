/* Text helpers: trimming, splitting, exact and fast number reading, nearest names. */
#ifndef KR_BASE_STR_H
#define KR_BASE_STR_H

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

bool kr_is_space(char c); /* blank, tab, CR, LF, VT, FF; independent of the locale */
static inline bool kr_str_eq(const char *a, const char *b)
{
    return *a == *b && strcmp(a, b) == 0; /* most words that differ do at their first letter */
}
bool kr_str_ieq(const char *a, const char *b); /* ASCII, ignoring case */
bool kr_str_starts(const char *text, const char *prefix);
bool kr_str_ends(const char *text, const char *suffix);

/* What a noun ends with beside a number of things, whole or real. */
#define KR_PLURAL(n) ((n) == 1 ? "" : "s")

/** Bytes of the UTF-8 character that a text begins with (1 for its end); 0: it is none. */
size_t kr_utf8_length(const char *text);

/** Each byte of a text that belongs to no UTF-8 character becomes '?'. */
void kr_utf8_clean(char *text);

/** Trim white space at both ends in place; returns the new start inside `text`. */
char *kr_trim(char *text);

/** Read a correctly rounded decimal number (as strtod in the C locale, also nan, inf and infinity
 * in any case, but no hexadecimal) from [p, end). Returns the first byte after it, or NULL if no
 * number starts at p. No white space is skipped. */
const char *kr_read_double(const char *p, const char *end, double *out);

/** The whole text, white space trimmed, as a number; false if it is not exactly one. */
bool kr_parse_double(const char *text, double *out);
/** The same for a decimal integer; false also if it does not fit. */
bool kr_parse_int(const char *text, long long *out);

/** Split at white space (and commas if `commas`) into the arena. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_split_words(kr_arena *arena, const char *text, bool commas,
                                       char ***words, size_t *n);

/** All numbers of the first len bytes of a text, separated by white space (and commas if `commas`).
 * On a word that is no number *bad points to it (in the arena) and KR_EINPUT comes back with no
 * failure recorded. */
KR_MUST_CHECK kr_status kr_parse_doubles(kr_arena *arena, const char *text, size_t len, bool commas,
                                         double **out, size_t *n, const char **bad);

/** The candidate nearest to `word` by edit distance, ignoring case, or NULL if none is near (more
 * than a third of the letters, at least 1, differ). The first of equals; words over 127 bytes are
 * never near. */
const char *kr_nearest(const char *word, const char *const *candidates, size_t n);

/** The same where at most `limit` letters differ. */
const char *kr_nearest_within(const char *word, const char *const *candidates, size_t n,
                              size_t limit);

/** Python's repr of a float: the shortest text that reads back ("0.1", "1.0", "1e-05"). Returns buf
 * (>= 32). */
char *kr_repr_double(double x, char *buf);

#endif
