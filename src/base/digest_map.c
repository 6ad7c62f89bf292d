#include "base/digest_map.h"

#include "base/pages.h"

enum { LEAST = 64 };

typedef struct kr_digest_slot {
    kr_hash128 digest;
    size_t number;
    bool used;
} slot;

void kr_digest_map_init(kr_digest_map *map, kr_ctx *ctx, kr_account account)
{
    *map = (kr_digest_map){.ctx = ctx, .account = account};
}

void kr_digest_map_clear(kr_digest_map *map)
{
    kr_free(map->slots);
    map->slots = NULL;
    map->n = map->capacity = 0;
}

/* The slot of a digest, or the free one where it belongs. */
static slot *find(slot *slots, size_t capacity, kr_hash128 digest)
{
    size_t i = (size_t)digest.a & (capacity - 1);
    while (slots[i].used && !kr_hash_equal(slots[i].digest, digest))
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

static kr_status grow(kr_digest_map *map)
{
    kr_status s = KR_OK;
    size_t capacity = map->capacity ? 2 * map->capacity : LEAST;
    slot *slots;
    KR_NEW(slots, map->ctx, map->account, capacity);
    kr_pages_touch(slots, 0, capacity * sizeof *slots); /* all will be looked at */
    for (size_t i = 0; i < map->capacity; i++)
        if (map->slots[i].used)
            *find(slots, capacity, map->slots[i].digest) = map->slots[i];
    kr_free(map->slots);
    map->slots = slots;
    map->capacity = capacity;
out:
    return s;
}

kr_status kr_digest_map_at(kr_digest_map *map, kr_hash128 digest, size_t **number)
{
    kr_status s = KR_OK;
    if (2 * (map->n + 1) > map->capacity)
        KR_TRY(grow(map));
    slot *at = find(map->slots, map->capacity, digest);
    if (!at->used) {
        *at = (slot){.digest = digest, .used = true};
        map->n++;
    }
    *number = &at->number;
out:
    return s;
}
