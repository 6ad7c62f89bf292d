/* A map from 128-bit digests to numbers. */
#ifndef KR_BASE_DIGEST_MAP_H
#define KR_BASE_DIGEST_MAP_H

#include "base/file.h"
#include "base/mem.h"

typedef struct kr_digest_map {
    kr_ctx *ctx;
    kr_account account;
    size_t n, entries_cap, capacity;
    struct kr_digest_entry *entries; /* n */
    struct kr_digest_place *places;  /* capacity, a power of two */
} kr_digest_map;

/** An empty map; kr_digest_map_clear frees it. */
void kr_digest_map_init(kr_digest_map *map, kr_ctx *ctx, kr_account account);
void kr_digest_map_clear(kr_digest_map *map);

/** The number of a digest, to be read and changed until the next call; 0 for a new one. */
KR_MUST_CHECK kr_status kr_digest_map_at(kr_digest_map *map, kr_hash128 digest, size_t **number);

#endif
