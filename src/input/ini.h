/* Job files as bytes: sections, keys, values, lines. The syntax is that of Python's ConfigParser
 * without interpolation, as the reference has it: keys lower-cased, '=' or ':' separates,
 * '#' and ';' start full-line comments, indented lines continue a value, no inline comments, UTF-8
 * with optional BOM. */
#ifndef KR_INPUT_INI_H
#define KR_INPUT_INI_H

#include "base/arena.h"

typedef struct kr_ini_entry {
    const char *section, *key, *value; /* value trimmed, continuation lines joined by '\n' */
    const char *file;                  /* path of the job file, or "-p" for overrides */
    int line;                          /* of the key; 0 for overrides */
    int value_line;                    /* of the first character of the value; 0 for overrides */
} kr_ini_entry;

typedef struct kr_ini {
    const char *path;
    kr_ini_entry *entries;
    size_t n;
} kr_ini;

/** Read a job file into the arena. Repeated keys or sections, text before the first section, a line
 * that is neither: KR_EINPUT with file and line. */
KR_MUST_CHECK kr_status kr_ini_read(kr_ctx *ctx, const char *path, kr_arena *arena, kr_ini *out);

#endif
