#include "base/spool.h"

#include <string.h>

enum { SPOOL_CHUNK = 64 * 1024 - 192 };

struct kr_spool_chunk {
    struct kr_spool_chunk *next;
    size_t used;
    char data[SPOOL_CHUNK];
};

void kr_spool_init_at(kr_spool *spool, kr_ctx *ctx, kr_account account, const kr_call_site *site)
{
    *spool = (kr_spool){.ctx = ctx, .account = account, .site = site};
}

static kr_status spool_grow(kr_spool *spool)
{
    struct kr_spool_chunk *chunk =
        kr_alloc_at(spool->ctx, spool->account, 1, sizeof *chunk, spool->site);
    if (!chunk)
        return KR_ENOMEM;
    if (spool->last)
        spool->last->next = chunk;
    else
        spool->first = spool->at = chunk;
    spool->last = chunk;
    return KR_OK;
}

kr_status kr_spool_write(kr_spool *spool, const void *data, size_t n)
{
    const char *p = data;

    while (n > 0) {
        if (!spool->last || spool->last->used == SPOOL_CHUNK) {
            kr_status s = spool_grow(spool);
            if (s != KR_OK)
                return s;
        }
        struct kr_spool_chunk *chunk = spool->last;
        size_t part = SPOOL_CHUNK - chunk->used < n ? SPOOL_CHUNK - chunk->used : n;
        memcpy(chunk->data + chunk->used, p, part);
        chunk->used += part;
        spool->bytes += part;
        p += part;
        n -= part;
    }
    return KR_OK;
}

/* How many bytes are left to read, up to n. */
static size_t spool_left(const kr_spool *spool, size_t n)
{
    size_t left = 0, read = spool->read;

    for (const struct kr_spool_chunk *c = spool->at; c && left < n; c = c->next, read = 0)
        left += c->used - read;
    return left;
}

bool kr_spool_read(kr_spool *spool, void *out, size_t n)
{
    char *p = out;

    if (spool_left(spool, n) < n)
        return false;
    while (n > 0) {
        if (spool->read == spool->at->used) {
            spool->at = spool->at->next;
            spool->read = 0;
            continue;
        }
        size_t left = spool->at->used - spool->read, part = left < n ? left : n;
        memcpy(p, spool->at->data + spool->read, part);
        spool->read += part;
        p += part;
        n -= part;
    }
    return true;
}

void kr_spool_rewind(kr_spool *spool)
{
    spool->at = spool->first;
    spool->read = 0;
}

void kr_spool_reset(kr_spool *spool)
{
    struct kr_spool_chunk *first = spool->first;

    if (first) {
        spool->first = first->next;
        first->next = NULL;
        first->used = 0;
    }
    kr_spool_clear(spool);
    spool->first = spool->last = spool->at = first;
}

void kr_spool_clear(kr_spool *spool)
{
    for (struct kr_spool_chunk *c = spool->first, *next; c; c = next) {
        next = c->next;
        kr_free(c);
    }
    spool->first = spool->last = spool->at = NULL;
    spool->read = spool->bytes = 0;
}
