#include "base/digest_map.h"

#include "base/pages.h"

/* Digests and numbers in the order of their coming; beside them an open-addressed table that is
 * small enough to stay in a cache. */
typedef struct kr_digest_entry {
    kr_hash128 digest;
    size_t number;
} entry;

typedef struct kr_digest_place {
    uint32_t mark;  /* another part of the digest: entries are seldom looked at in vain */
    uint32_t place; /* of the entry, + 1; 0: free */
} place;

enum { LEAST = 64 };

void kr_digest_map_init(kr_digest_map *map, kr_ctx *ctx, kr_account account)
{
    *map = (kr_digest_map){.ctx = ctx, .account = account};
}

void kr_digest_map_clear(kr_digest_map *map)
{
    kr_free(map->entries);
    kr_free(map->places);
    *map = (kr_digest_map){.ctx = map->ctx, .account = map->account};
}

static uint32_t mark_of(kr_hash128 digest)
{
    return (uint32_t)digest.b;
}

/* The place of a digest, or the free one where it belongs. */
static place *find(const kr_digest_map *map, kr_hash128 digest)
{
    size_t i = (size_t)digest.a & (map->capacity - 1);
    for (;; i = (i + 1) & (map->capacity - 1)) {
        place *at = &map->places[i];
        if (!at->place || (at->mark == mark_of(digest) &&
                           kr_hash_equal(map->entries[at->place - 1].digest, digest)))
            return at;
    }
}

/* A table of twice the capacity, at most half full. Entries differ: each goes to the next free
 * place. */
static kr_status grow(kr_digest_map *map)
{
    kr_status s = KR_OK;
    size_t capacity = map->capacity ? 2 * map->capacity : LEAST;
    place *places;
    KR_GROW(map->entries, map->entries_cap, capacity / 2, map->ctx, map->account);
    KR_NEW(places, map->ctx, map->account, capacity);
    kr_pages_touch(places, 0, capacity * sizeof *places); /* all will be looked at */
    for (size_t k = 0; k < map->n; k++) {
        kr_hash128 digest = map->entries[k].digest;
        size_t i = (size_t)digest.a & (capacity - 1);
        while (places[i].place)
            i = (i + 1) & (capacity - 1);
        places[i] = (place){mark_of(digest), (uint32_t)k + 1};
    }
    kr_free(map->places);
    map->places = places;
    map->capacity = capacity;
out:
    return s;
}

kr_status kr_digest_map_at(kr_digest_map *map, kr_hash128 digest, size_t **number)
{
    kr_status s = KR_OK;
    if (2 * (map->n + 1) > map->capacity)
        KR_TRY(grow(map));
    place *at = find(map, digest);
    if (!at->place) {
        if (map->n >= UINT32_MAX - 1)
            return kr_fail(map->ctx, KR_ENOMEM, "more than %u different things in one table",
                           UINT32_MAX - 1);
        map->entries[map->n] = (entry){.digest = digest};
        *at = (place){mark_of(digest), (uint32_t)++map->n};
    }
    *number = &map->entries[at->place - 1].number;
out:
    return s;
}
