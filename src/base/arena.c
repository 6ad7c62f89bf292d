#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_ASAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(ARENA_ASAN)
/* Blocks of one chunk are neighbours; the gaps let the sanitizer see a step over the end. */
#include <sanitizer/asan_interface.h>
#define ARENA_GAP        16
#define ARENA_HIDE(p, n) __asan_poison_memory_region((p), (n))
#define ARENA_SHOW(p, n) __asan_unpoison_memory_region((p), (n))
#else
#define ARENA_GAP        0
#define ARENA_HIDE(p, n) ((void)(p), (void)(n))
#define ARENA_SHOW(p, n) ((void)(p), (void)(n))
#endif

enum {
    CHUNK_MIN = 4 * 1024,
    CHUNK_MAX = 1024 * 1024,
    KEEP_MAX = 16 * 1024 * 1024, /* the largest chunk that a reset keeps */
    BIG_BLOCK = 4096,            /* from here blocks are aligned to 64 */
};

struct kr_arena_chunk {
    struct kr_arena_chunk *next;
    size_t size, used; /* of the bytes that follow the head */
};

enum { HEAD = 64 };
_Static_assert(sizeof(struct kr_arena_chunk) <= HEAD, "the head keeps the data aligned");

static char *chunk_data(struct kr_arena_chunk *chunk)
{
    return (char *)chunk + HEAD;
}

void kr_arena_init(kr_arena *arena, kr_ctx *ctx, kr_account account)
{
    *arena = (kr_arena){ctx, account, NULL, 0};
}

/* A chunk with room for `need` bytes. One that a single block fills goes behind the newest, which
 * may have room left. */
static struct kr_arena_chunk *arena_grow(kr_arena *arena, size_t need, const kr_call_site *site)
{
    struct kr_arena_chunk *first = arena->first;
    size_t size = CHUNK_MIN - HEAD;

    if (first)
        size = 2 * (first->size + HEAD) < CHUNK_MAX ? 2 * (first->size + HEAD) - HEAD
                                                    : CHUNK_MAX - HEAD;
    bool alone = need > size / 4;
    if (alone)
        size = need;
    struct kr_arena_chunk *chunk = kr_alloc_at(arena->ctx, arena->account, 1, HEAD + size, site);
    if (!chunk)
        return NULL;
    chunk->size = size;
    if (alone && first) {
        chunk->next = first->next;
        first->next = chunk;
    } else {
        chunk->next = first;
        arena->first = chunk;
    }
    ARENA_HIDE(chunk_data(chunk), size);
    return chunk;
}

void *kr_arena_alloc_at(kr_arena *arena, size_t n, size_t size, const kr_call_site *site)
{
    struct kr_arena_chunk *chunk = arena->first;
    size_t bytes, need;

    if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 2) {
        kr_fail(arena->ctx, KR_ENOMEM, "out of memory: %zu times %zu bytes for '%s'", n, size,
                kr_account_name(arena->account));
        return NULL;
    }
    size_t align = bytes >= BIG_BLOCK ? 64 : 16;
    need = bytes + ARENA_GAP;
    size_t at = chunk ? (chunk->used + align - 1) / align * align : 0;
    if (!chunk || at > chunk->size || need > chunk->size - at) {
        chunk = arena_grow(arena, need, site);
        if (!chunk)
            return NULL;
        at = 0;
    }
    chunk->used = at + need;
    arena->used += bytes;
    ARENA_SHOW(chunk_data(chunk) + at, bytes);
    return chunk_data(chunk) + at;
}

void kr_arena_reset(kr_arena *arena)
{
    struct kr_arena_chunk *keep = NULL;

    for (struct kr_arena_chunk *c = arena->first; c; c = c->next)
        if (c->size <= KEEP_MAX && (!keep || c->size > keep->size))
            keep = c;
    for (struct kr_arena_chunk *c = arena->first, *next; c; c = next) {
        next = c->next;
        if (c != keep)
            kr_free(c);
    }
    if (keep) {
        ARENA_SHOW(chunk_data(keep), keep->size);
        memset(chunk_data(keep), 0, keep->used);
        ARENA_HIDE(chunk_data(keep), keep->size);
        keep->used = 0;
        keep->next = NULL;
    }
    arena->first = keep;
    arena->used = 0;
}

void kr_arena_clear(kr_arena *arena)
{
    for (struct kr_arena_chunk *c = arena->first, *next; c; c = next) {
        next = c->next;
        kr_free(c);
    }
    arena->first = NULL;
    arena->used = 0;
}

char *kr_arena_strdup_at(kr_arena *arena, const char *text, const kr_call_site *site)
{
    return kr_arena_strndup_at(arena, text, strlen(text), site);
}

char *kr_arena_strndup_at(kr_arena *arena, const char *text, size_t n, const kr_call_site *site)
{
    size_t len = strnlen(text, n);
    char *copy = kr_arena_alloc_at(arena, len + 1, 1, site);

    if (copy && len > 0)
        memcpy(copy, text, len);
    return copy;
}

char *kr_arena_printf_at(kr_arena *arena, const kr_call_site *site, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0) {
        kr_fail(arena->ctx, KR_EINTERNAL, "cannot format a text by '%s'", format);
        return NULL;
    }
    char *text = kr_arena_alloc_at(arena, (size_t)n + 1, 1, site);
    if (!text)
        return NULL;
    va_start(args, format);
    vsnprintf(text, (size_t)n + 1, format, args);
    va_end(args);
    return text;
}
