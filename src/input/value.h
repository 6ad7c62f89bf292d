/* Values written as Python literals (job files) or TOML (ground-motion models). */
#ifndef KR_INPUT_VALUE_H
#define KR_INPUT_VALUE_H

#include "base/arena.h"

#include <stdbool.h>

typedef enum kr_value_kind {
    KR_VALUE_NONE,
    KR_VALUE_BOOL,
    KR_VALUE_INT,
    KR_VALUE_FLOAT,
    KR_VALUE_TEXT,
    KR_VALUE_LIST,
    KR_VALUE_DICT
} kr_value_kind;

typedef struct kr_value {
    kr_value_kind kind;
    double number;          /* BOOL (0 or 1), INT, FLOAT */
    const char *text;       /* TEXT */
    struct kr_value *items; /* LIST (also tuples), DICT values */
    const char **keys;      /* DICT, in the order written */
    size_t n;               /* of items */
    int line;               /* where it begins */
} kr_value;

/** Read a Python literal: None, booleans, numbers, strings (single, double quoted), lists, tuples,
 * dicts, and logscale(a, b, n) as a list of numbers. On error KR_EINPUT naming file, line and the
 * place. */
KR_MUST_CHECK kr_status kr_value_read_python(kr_ctx *ctx, const char *file, int line,
                                             const char *text, kr_arena *arena, kr_value *out);

/** Read `Name` or a TOML table "[Name]" with lines `key = value` (and sub-tables [Name.sub], inline
 * tables, arrays) into its name and a dict. */
KR_MUST_CHECK kr_status kr_value_read_toml(kr_ctx *ctx, const char *file, int line,
                                           const char *text, kr_arena *arena, const char **name,
                                           kr_value *dict);

/** Append an item to a list, or a key (borrowed) with its item to a dict, growing it in the arena.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_value_add(kr_arena *arena, kr_value *list, const char *key,
                                     const kr_value *item);

/** The value of a key of a dict, or NULL. */
const kr_value *kr_value_get(const kr_value *dict, const char *key);

bool kr_value_is_number(const kr_value *value); /* BOOL, INT or FLOAT */

#endif
