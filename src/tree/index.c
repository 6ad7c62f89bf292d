#include "tree/index.h"

struct kr_index_slot {
    uint64_t key;
    uint32_t value; /* plus 1; 0: free */
};

void kr_index_init(kr_index *index, kr_ctx *ctx)
{
    index->ctx = ctx;
    index->slots = NULL;
    index->capacity = index->count = 0;
}

void kr_index_clear(kr_index *index)
{
    kr_free(index->slots);
    index->slots = NULL;
    index->capacity = index->count = 0;
}

/* The finalizer of SplitMix64: neighbouring keys land far apart. */
static uint64_t index_mix(uint64_t x)
{
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9u;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

static struct kr_index_slot *index_slot(const kr_index *index, uint64_t key)
{
    size_t i = (size_t)index_mix(key) & (index->capacity - 1);

    while (index->slots[i].value != 0 && index->slots[i].key != key)
        i = (i + 1) & (index->capacity - 1);
    return &index->slots[i];
}

static kr_status index_grow(kr_index *index)
{
    kr_index old = *index;
    size_t capacity = old.capacity ? 2 * old.capacity : 64;
    struct kr_index_slot *slots = kr_alloc(old.ctx, KR_ACCOUNT_TREE, capacity, sizeof *slots);

    if (!slots)
        return KR_ENOMEM;
    index->slots = slots;
    index->capacity = capacity;
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].value != 0)
            *index_slot(index, old.slots[i].key) = old.slots[i];
    kr_free(old.slots);
    return KR_OK;
}

kr_status kr_index_put(kr_index *index, uint64_t key, uint32_t value)
{
    struct kr_index_slot *slot;

    if (2 * (index->count + 1) > index->capacity) {
        kr_status s = index_grow(index);
        if (s != KR_OK)
            return s;
    }
    slot = index_slot(index, key);
    index->count += slot->value == 0;
    slot->key = key;
    slot->value = value + 1;
    return KR_OK;
}

bool kr_index_get(const kr_index *index, uint64_t key, uint32_t *value)
{
    const struct kr_index_slot *slot;

    if (index->count == 0)
        return false;
    slot = index_slot(index, key);
    if (slot->value == 0)
        return false;
    *value = slot->value - 1;
    return true;
}

void kr_intern_init(kr_intern *intern, kr_ctx *ctx)
{
    kr_index_init(&intern->index, ctx);
    intern->hashes = NULL;
    intern->n = intern->cap = 0;
}

void kr_intern_clear(kr_intern *intern)
{
    kr_index_clear(&intern->index);
    kr_free(intern->hashes);
    intern->hashes = NULL;
    intern->n = intern->cap = 0;
}

kr_status kr_intern_put(kr_intern *intern, kr_hash128 hash, uint32_t *out, bool *fresh)
{
    kr_status s = KR_OK;
    uint64_t key = hash.a;

    *fresh = false;
    for (; kr_index_get(&intern->index, key, out); key++)
        if (kr_hash_equal(intern->hashes[*out], hash))
            return KR_OK;
    KR_GROW(intern->hashes, intern->cap, intern->n + 1, intern->index.ctx, KR_ACCOUNT_TREE);
    *out = (uint32_t)intern->n;
    KR_TRY(kr_index_put(&intern->index, key, *out));
    intern->hashes[intern->n++] = hash;
    *fresh = true;
out:
    return s;
}
