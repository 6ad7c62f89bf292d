/* JSON on its way to a stream, member by member. Whoever writes it sees to it that what is opened
 * is closed; failures of the stream are for its owner to see. */
#ifndef KR_BASE_JSON_H
#define KR_BASE_JSON_H

#include "base/ctx.h"

#include <stdbool.h>
#include <stdio.h>

typedef struct kr_json {
    FILE *out;
    int depth;
    bool more; /* something stands before, in the same object or array */
} kr_json;

/* Text that is held back until it is known whether it is to be seen: all of it, or none. */
typedef struct kr_held {
    FILE *file; /* to be written to */
    char *text;
    size_t n;
} kr_held;

/** Begin to hold back. KR_ENOMEM. On success kr_held_end must follow. */
KR_MUST_CHECK kr_status kr_held_begin(kr_ctx *ctx, kr_held *held);

/** End it; with `status` KR_OK hand all of it to `out`. Returns `status`, or KR_ENOMEM where it was
 * not held whole. */
KR_MUST_CHECK kr_status kr_held_end(kr_ctx *ctx, kr_held *held, kr_status status, FILE *out);

/** Begin an object or an array: the value of a member where `key` is not NULL. */
void kr_put_begin(kr_json *j, const char *key, char bracket);

/** End it, with '}' or ']'. After the outermost a line ends. */
void kr_put_end(kr_json *j, char bracket);

/** A text (NULL: null), whose bytes that are no UTF-8 become question marks; a number, in the
 * fewest digits that give it again (null where it is not finite); a count; true or false. */
void kr_put_text(kr_json *j, const char *key, const char *text);
void kr_put_number(kr_json *j, const char *key, double x);
void kr_put_count(kr_json *j, const char *key, size_t n);
void kr_put_flag(kr_json *j, const char *key, bool x);

#endif
