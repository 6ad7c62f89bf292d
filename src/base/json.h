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
