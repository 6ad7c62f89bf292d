/* Accounted memory. Every block belongs to an account of a context; current and peak bytes of each
 * account are always known, and for the moment of the peak what each call site held (kr_ctx_peak).
 * Blocks are 64-byte aligned, zeroed, and freed with kr_free. Each counts
 * with its bytes and the 64 of its head. */
#ifndef KR_BASE_MEM_H
#define KR_BASE_MEM_H

#include "base/ctx.h"
#include "base/ledger.h"

#include <stddef.h>

/** n * size zeroed bytes, 64-byte aligned, or NULL after recording the failure (n*size == 0 gives a
 * valid block). Thread-safe. Owned by the caller: kr_free. */
#define kr_alloc(ctx, account, n, size) kr_alloc_at((ctx), (account), (n), (size), KR_HERE)
void *kr_alloc_at(kr_ctx *ctx, kr_account account, size_t n, size_t size, const kr_call_site *site);

/** Resize a block of kr_alloc (NULL: allocate); new bytes are zeroed. On failure NULL, the old
 * block stays valid. Account, call site and phase are those of the first allocation. */
#define kr_realloc(ctx, account, block, n, size)                                                   \
    kr_realloc_at((ctx), (account), (block), (n), (size), KR_HERE)
void *kr_realloc_at(kr_ctx *ctx, kr_account account, void *block, size_t n, size_t size,
                    const kr_call_site *site);

/** Free a block of kr_alloc; accepts NULL. */
void kr_free(void *block);

/* In a function with `s` and `out:`: allocate n zeroed elements for the pointer p. */
#define KR_NEW(p, ctx, account, n)                                                                 \
    do {                                                                                           \
        (p) = kr_alloc((ctx), (account), (n), sizeof *(p));                                        \
        if (!(p)) {                                                                                \
            s = KR_ENOMEM;                                                                         \
            goto out;                                                                              \
        }                                                                                          \
    } while (0)

/* In a function with `s` and `out:`: make room for `need` elements in the growing array p of
 * capacity cap (size_t). */
#define KR_GROW(p, cap, need, ctx, account)                                                        \
    do {                                                                                           \
        if ((size_t)(need) > (cap)) {                                                              \
            size_t new_cap_ = (cap) < 8 ? 8 : 2 * (cap);                                           \
            if (new_cap_ < (size_t)(need))                                                         \
                new_cap_ = (size_t)(need);                                                         \
            void *new_p_ = kr_realloc((ctx), (account), (p), new_cap_, sizeof *(p));               \
            if (!new_p_) {                                                                         \
                s = KR_ENOMEM;                                                                     \
                goto out;                                                                          \
            }                                                                                      \
            (p) = new_p_;                                                                          \
            (cap) = new_cap_;                                                                      \
        }                                                                                          \
    } while (0)

/** Tests: let the k-th allocation from now on fail (1 = the next); 0 switches it off. */
void kr_mem_fail_at(kr_ctx *ctx, long k);

/** Tests: the number of allocations of this context so far. */
long kr_mem_count(const kr_ctx *ctx);

/** Set the most bytes that all accounts together may hold (SIZE_MAX, as at the start: no limit). An
 * allocation that would pass it fails with KR_ENOMEM. */
void kr_mem_set_limit(kr_ctx *ctx, size_t bytes);

/** Bytes that may still be taken below the limit (SIZE_MAX: no limit). Whoever sizes buffers by it
 * leaves some for the others. */
size_t kr_mem_limit(const kr_ctx *ctx);

/** Resident memory of this process in bytes, from the kernel; 0 where it cannot be told. */
size_t kr_resident_bytes(void);
size_t kr_resident_peak_bytes(void);

/** The same, and the context remembers the most that was seen: the kernel's own peak is counted
 * less exactly and can be below it. The second is the greater of both. Any thread. */
size_t kr_ctx_resident(kr_ctx *ctx);
size_t kr_ctx_resident_peak(kr_ctx *ctx);

#endif
