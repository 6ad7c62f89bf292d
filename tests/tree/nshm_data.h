/* What the tests of nzshm-model's JSON share. */
#ifndef KR_TESTS_TREE_NSHM_DATA_H
#define KR_TESTS_TREE_NSHM_DATA_H

#include "tree/reader.h"

#define NZ_INTER "Subduction Interface"
#define NZ_SLAB  "Subduction Intraslab"

#define NSHM_SET(name, branches) "{\"short_name\": \"" name "\", \"branches\": [\n" branches "]}\n"

/* A file of tests/tree/data; free() it. */
static inline char *nshm_data(const char *name)
{
    const char *root = getenv("KAURI_SOURCE_DIR");
    char path[4096], *text;
    size_t n;

    snprintf(path, sizeof path, "%s/tests/tree/data/%s", root ? root : ".", name);
    text = (char *)kt_read_file(path, &n);
    text = realloc(text, n + 1);
    assert_non_null(text);
    text[n] = '\0';
    return text;
}

/* The text with the first `from` made `to`; free() it. */
static inline char *nshm_changed(const char *text, const char *from, const char *to)
{
    const char *at = strstr(text, from);
    char *out = malloc(strlen(text) + strlen(to) + 1);

    assert_non_null(at);
    assert_non_null(out);
    sprintf(out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
    return out;
}

/* The text with one byte changed or a piece left out; free() it. */
static inline char *nshm_damaged(const char *from, uint64_t *random)
{
    size_t len = strlen(from), at = kt_random(random) % len;
    size_t n = kt_random(random) % 2 ? 1 : 1 + kt_random(random) % 40;
    char *text = strdup(from);

    assert_non_null(text);
    n = at + n < len ? n : len - at;
    if (kt_random(random) % 2)
        memmove(text + at, text + at + n, len - at - n + 1);
    else
        text[at] = "0z{}[]\",:-\n"[kt_random(random) % 11];
    return text;
}

/* The status of reading that damaged text: a tree, or an error in one line that names the file. */
static inline bool nshm_is_told(const kt_reader *r, kr_status s, const char *file)
{
    const char *error = kr_ctx_error(r->at.ctx);

    if (s == KR_OK)
        return *error == '\0';
    return s == KR_EINPUT && strstr(error, file) && !strchr(error, '\n');
}

#endif
