/* An arena: many small blocks with one life. */
#ifndef KR_BASE_ARENA_H
#define KR_BASE_ARENA_H

#include "base/mem.h"

#include <stdarg.h>

struct kr_arena_chunk;

typedef struct kr_arena {
    kr_ctx *ctx;
    kr_account account;
    struct kr_arena_chunk *first; /* newest chunk first */
    size_t used;                  /* bytes handed out */
} kr_arena;

/** Make an empty arena in the caller's struct; nothing is allocated yet. */
void kr_arena_init(kr_arena *arena, kr_ctx *ctx, kr_account account);

/** n * size zeroed bytes aligned to 16 (64 from 4 KiB on), or NULL after recording the failure.
 * They live until the arena is reset or cleared. Not thread-safe. What an arena takes for more than
 * one block counts for the call that it was taken in. */
#define kr_arena_alloc(arena, n, size) kr_arena_alloc_at((arena), (n), (size), KR_HERE)
void *kr_arena_alloc_at(kr_arena *arena, size_t n, size_t size, const kr_call_site *site);

/** Forget all blocks but keep one chunk (of at most 16 MiB) for reuse. */
void kr_arena_reset(kr_arena *arena);

/** Free everything; the arena is as after kr_arena_init. Safe on a zeroed struct. */
void kr_arena_clear(kr_arena *arena);

/** A copy of the string, or of its first n bytes (fewer if it ends before) with a NUL appended;
 * NULL on failure. */
#define kr_arena_strdup(arena, text)     kr_arena_strdup_at((arena), (text), KR_HERE)
#define kr_arena_strndup(arena, text, n) kr_arena_strndup_at((arena), (text), (n), KR_HERE)
#define kr_arena_printf(arena, ...)      kr_arena_printf_at((arena), KR_HERE, __VA_ARGS__)
char *kr_arena_strdup_at(kr_arena *arena, const char *text, const kr_call_site *site);
char *kr_arena_strndup_at(kr_arena *arena, const char *text, size_t n, const kr_call_site *site);
char *kr_arena_printf_at(kr_arena *arena, const kr_call_site *site, const char *format, ...)
    KR_PRINTF(3, 4);

/* In a function with `s` and `out:`. */
#define KR_ANEW(p, arena, n)                                                                       \
    do {                                                                                           \
        (p) = kr_arena_alloc((arena), (n), sizeof *(p));                                           \
        if (!(p)) {                                                                                \
            s = KR_ENOMEM;                                                                         \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)
#define KR_ASTR(p, arena, text)                                                                    \
    do {                                                                                           \
        (p) = kr_arena_strdup((arena), (text));                                                    \
        if (!(p)) {                                                                                \
            s = KR_ENOMEM;                                                                         \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

#endif
