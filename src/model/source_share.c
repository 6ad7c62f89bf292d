#include "model/source_share.h"

#include "base/mem.h"

struct kr_shared {
    kr_hash128 digest;
    const void *array; /* NULL: free */
};

/* The slot of the digest, or the free one where it belongs. The capacity is a power of two and
 * never full. */
static struct kr_shared *find(struct kr_shared *slots, size_t capacity, kr_hash128 digest)
{
    size_t i = (size_t)digest.a & (capacity - 1);

    while (slots[i].array && !kr_hash_equal(slots[i].digest, digest))
        i = (i + 1) & (capacity - 1);
    return &slots[i];
}

const void *kr_shared_find(const kr_model *model, kr_hash128 digest)
{
    return model->shared ? find(model->shared, model->shared_cap, digest)->array : NULL;
}

static kr_status grow(kr_model *model, kr_ctx *ctx)
{
    size_t capacity = model->shared_cap ? 2 * model->shared_cap : 16;
    struct kr_shared *slots = kr_alloc(ctx, KR_ACCOUNT_MODEL, capacity, sizeof *slots);

    if (!slots)
        return KR_ENOMEM;
    for (size_t i = 0; i < model->shared_cap; i++) {
        if (model->shared[i].array)
            *find(slots, capacity, model->shared[i].digest) = model->shared[i];
    }
    kr_free(model->shared);
    model->shared = slots;
    model->shared_cap = capacity;
    return KR_OK;
}

kr_status kr_shared_add(kr_model *model, kr_ctx *ctx, kr_hash128 digest, const void *array)
{
    if (4 * (model->nshared + 1) > 3 * model->shared_cap) {
        kr_status s = grow(model, ctx);
        if (s != KR_OK)
            return s;
    }
    struct kr_shared *slot = find(model->shared, model->shared_cap, digest);
    model->nshared += !slot->array;
    *slot = (struct kr_shared){digest, array};
    return KR_OK;
}

void kr_shared_clear(kr_model *model)
{
    kr_free(model->shared);
    model->shared = NULL;
    model->nshared = model->shared_cap = 0;
}
