#include "base/map.h"

#include <string.h>

struct kr_map_slot {
    const char *key; /* NULL: free */
    uint64_t hash;
    int64_t value;
};

static uint64_t map_hash(const char *key)
{
    uint64_t h = 0xcbf29ce484222325U;

    for (const unsigned char *p = (const unsigned char *)key; *p; p++)
        h = (h ^ *p) * 0x100000001b3U;
    return h ^ h >> 32; /* FNV's low bits alone are weak, and they choose the slot */
}

void kr_map_init_at(kr_map *map, kr_ctx *ctx, kr_account account, const kr_call_site *site)
{
    *map = (kr_map){ctx, account, NULL, 0, 0, site};
}

void kr_map_clear(kr_map *map)
{
    kr_free(map->slots);
    map->slots = NULL;
    map->capacity = map->count = 0;
}

/* The slot of the key, or the free one where it belongs. The capacity is a power of two and never
 * full. */
static struct kr_map_slot *map_find(struct kr_map_slot *slots, size_t capacity, const char *key,
                                    uint64_t hash)
{
    size_t i = (size_t)hash & (capacity - 1);

    while (slots[i].key && (slots[i].hash != hash || strcmp(slots[i].key, key) != 0))
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static kr_status map_grow(kr_map *map)
{
    size_t capacity = map->capacity ? 2 * map->capacity : 16;
    struct kr_map_slot *slots =
        kr_alloc_at(map->ctx, map->account, capacity, sizeof *slots, map->site);

    if (!slots)
        return KR_ENOMEM;
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].key)
            *map_find(slots, capacity, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    kr_free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
    return KR_OK;
}

kr_status kr_map_put(kr_map *map, const char *key, int64_t value)
{
    uint64_t hash = map_hash(key);

    if (4 * (map->count + 1) > 3 * map->capacity) {
        kr_status s = map_grow(map);
        if (s != KR_OK)
            return s;
    }
    struct kr_map_slot *slot = map_find(map->slots, map->capacity, key, hash);
    if (!slot->key) {
        slot->key = key;
        slot->hash = hash;
        map->count++;
    }
    slot->value = value;
    return KR_OK;
}

bool kr_map_get(const kr_map *map, const char *key, int64_t *value)
{
    if (map->count == 0)
        return false;
    const struct kr_map_slot *slot = map_find(map->slots, map->capacity, key, map_hash(key));
    if (!slot->key)
        return false;
    if (value)
        *value = slot->value;
    return true;
}
