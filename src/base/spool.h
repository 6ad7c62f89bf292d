/* A queue of bytes that grows without moving and without slack: written to the end, then read from
 * the beginning. For what must be gathered before its size is known. */
#ifndef KR_BASE_SPOOL_H
#define KR_BASE_SPOOL_H

#include "base/mem.h"

#include <stdbool.h>

struct kr_spool_chunk;

typedef struct kr_spool {
    kr_ctx *ctx;
    kr_account account;
    struct kr_spool_chunk *first, *last, *at; /* at: being read */
    size_t read;                              /* of the chunk being read */
    size_t bytes;                             /* written */
    const kr_call_site *site;                 /* whom its memory counts for */
} kr_spool;

/** Make an empty spool in the caller's struct; nothing is allocated yet. */
#define kr_spool_init(spool, ctx, account) kr_spool_init_at((spool), (ctx), (account), KR_HERE)
void kr_spool_init_at(kr_spool *spool, kr_ctx *ctx, kr_account account, const kr_call_site *site);

KR_MUST_CHECK kr_status kr_spool_write(kr_spool *spool, const void *data, size_t n);

/** The next n bytes; false (and nothing read) if fewer are left. */
bool kr_spool_read(kr_spool *spool, void *out, size_t n);

/** Read from the beginning again. */
void kr_spool_rewind(kr_spool *spool);

/** Forget all bytes but keep one chunk for reuse; free everything (safe on a zeroed struct). */
void kr_spool_reset(kr_spool *spool);
void kr_spool_clear(kr_spool *spool);

#endif
