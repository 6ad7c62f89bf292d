/* JSON (RFC 8259), strict, with the line of every value. jansson keeps no lines, and what is wrong
 * in a file of thousands of lines should be found. */
#ifndef KR_INPUT_JSON_H
#define KR_INPUT_JSON_H

#include "input/value.h"

/** Read a file (at most 256 MiB) into the arena: objects are dicts, arrays lists, null is
 * KR_VALUE_NONE, whole numbers without '.' and exponent are KR_VALUE_INT. Keys given twice, text
 * that is no UTF-8 or holds a NUL, and nesting beyond 50 are errors. KR_EINPUT naming file, line
 * and place. */
KR_MUST_CHECK kr_status kr_json_read(kr_ctx *ctx, const char *path, kr_arena *arena, kr_value *out);

/** Is it JSON? By the name (.json), or else by the content: it begins with '{'. False also where
 * it cannot be read. */
bool kr_json_is(const char *path);

#endif
