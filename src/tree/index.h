/* A map from 64-bit keys to 32-bit numbers: interning of states, units and sets of paths. */
#ifndef KR_TREE_INDEX_H
#define KR_TREE_INDEX_H

#include "base/file.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kr_index {
    kr_ctx *ctx;
    struct kr_index_slot *slots; /* owned */
    size_t capacity, count;
} kr_index;

void kr_index_init(kr_index *index, kr_ctx *ctx);
void kr_index_clear(kr_index *index);

/** Put or replace; value < UINT32_MAX. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_index_put(kr_index *index, uint64_t key, uint32_t value);

/** True and *value if the key is there. */
bool kr_index_get(const kr_index *index, uint64_t key, uint32_t *value);

/* Contents by their hash: equal hashes, equal numbers. */
typedef struct kr_intern {
    kr_index index;
    kr_hash128 *hashes; /* owned */
    size_t n, cap;
} kr_intern;

void kr_intern_init(kr_intern *intern, kr_ctx *ctx);
void kr_intern_clear(kr_intern *intern);

/** The number of the content with that hash; *fresh: it is new, and the number is the count before.
 */
KR_MUST_CHECK kr_status kr_intern_put(kr_intern *intern, kr_hash128 hash, uint32_t *out,
                                      bool *fresh);

/** One key of two numbers. */
static inline uint64_t kr_index_pair(uint32_t a, uint32_t b)
{
    return (uint64_t)a << 32 | b;
}

#endif
