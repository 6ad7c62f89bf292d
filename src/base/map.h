/* A map from strings to 64-bit numbers (open addressing, FNV-1a). Keys are borrowed: they must
 * outlive the map. */
#ifndef KR_BASE_MAP_H
#define KR_BASE_MAP_H

#include "base/mem.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kr_map {
    kr_ctx *ctx;
    kr_account account;
    struct kr_map_slot *slots;
    size_t capacity, count;
    const kr_call_site *site; /* whom its memory counts for */
} kr_map;

#define kr_map_init(map, ctx, account) kr_map_init_at((map), (ctx), (account), KR_HERE)
void kr_map_init_at(kr_map *map, kr_ctx *ctx, kr_account account, const kr_call_site *site);
void kr_map_clear(kr_map *map);

/** Put or replace. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_map_put(kr_map *map, const char *key, int64_t value);

/** True and *value (may be NULL) if the key is there. */
bool kr_map_get(const kr_map *map, const char *key, int64_t *value);

#endif
