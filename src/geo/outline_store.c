/* A table of lists that only grow at their heads: readers need no lock. */
#include "geo/outline_store.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { BUCKETS = 1 << 15 };
/* Nothing is kept that needs more than this part of the memory that is left. */
static const size_t part_left = 8;

/* An outline with its rings, in one block. */
typedef struct kept {
    struct kept *next;
    const double *lon; /* of the first node */
    size_t rows, cols;
    kr_outline outline;
    _Alignas(16) char rings[];
} kept;

struct kr_outlines {
    kr_ctx *ctx;
    atomic_size_t most, bytes, count;
    _Atomic(kept *) *bucket;
};

kr_status kr_outlines_create(kr_ctx *ctx, size_t most_bytes, kr_outlines **out)
{
    kr_status s = KR_OK;
    kr_outlines *made = NULL;

    KR_NEW(made, ctx, KR_ACCOUNT_RUPTURES, 1);
    made->ctx = ctx;
    atomic_init(&made->most, most_bytes);
    atomic_init(&made->bytes, 0);
    atomic_init(&made->count, 0);
    KR_NEW(made->bucket, ctx, KR_ACCOUNT_RUPTURES, BUCKETS);
    for (size_t i = 0; i < BUCKETS; i++)
        atomic_init(&made->bucket[i], NULL);
    *out = made;
    made = NULL;
out:
    kr_outlines_destroy(&made);
    return s;
}

void kr_outlines_destroy(kr_outlines **outlines)
{
    kr_outlines *x = *outlines;

    if (!x)
        return;
    for (size_t i = 0; x->bucket && i < BUCKETS; i++) {
        for (kept *k = atomic_load(&x->bucket[i]), *next; k; k = next) {
            next = k->next;
            kr_free(k);
        }
    }
    kr_free(x->bucket);
    kr_free(x);
    *outlines = NULL;
}

void kr_outlines_limit(kr_outlines *outlines, size_t most_bytes)
{
    atomic_store(&outlines->most, most_bytes);
}

size_t kr_outlines_bytes(const kr_outlines *outlines)
{
    return atomic_load(&outlines->bytes);
}

size_t kr_outlines_count(const kr_outlines *outlines)
{
    return atomic_load(&outlines->count);
}

/* ---- one outline ---- */

static _Atomic(kept *) *bucket_of(const kr_outlines *x, const kr_mesh *mesh)
{
    uint64_t h = (uint64_t)(uintptr_t)mesh->lon / sizeof(double);

    h = (h * 0x9e3779b97f4a7c15u) ^ mesh->rows;
    h = (h * 0x9e3779b97f4a7c15u) ^ mesh->cols;
    h *= 0x9e3779b97f4a7c15u;
    return &x->bucket[h >> 32 & (BUCKETS - 1)];
}

static const kept *find(const kept *list, const kr_mesh *mesh)
{
    for (; list; list = list->next) {
        if (list->lon == mesh->lon && list->rows == mesh->rows && list->cols == mesh->cols)
            return list;
    }
    return NULL;
}

static size_t ring_bytes(const kr_outline *o)
{
    return (o->nrings + 1) * sizeof *o->first + 2 * o->first[o->nrings] * sizeof *o->x;
}

/* Count `bytes` more if there is room for them. */
static bool take(kr_outlines *x, size_t bytes)
{
    if (bytes > kr_mem_limit(x->ctx) / part_left)
        return false;
    if (atomic_fetch_add(&x->bytes, bytes) + bytes <= atomic_load(&x->most))
        return true;
    atomic_fetch_sub(&x->bytes, bytes);
    return false;
}

static void fill(kept *k, const kr_mesh *mesh, const kr_outline *o)
{
    size_t n = o->first[o->nrings];
    double *x = (double *)k->rings, *y = x + n;
    size_t *first = (size_t *)(y + n);

    memcpy(x, o->x, n * sizeof *x);
    memcpy(y, o->y, n * sizeof *y);
    memcpy(first, o->first, (o->nrings + 1) * sizeof *first);
    k->lon = mesh->lon;
    k->rows = mesh->rows;
    k->cols = mesh->cols;
    k->outline = (kr_outline){o->ortho, o->nrings, first, x, y};
}

/* Put a copy of the outline into the list, unless there is no room or another thread was faster. */
static kr_status keep(kr_outlines *x, _Atomic(kept *) *bucket, const kr_mesh *mesh,
                      const kr_outline *outline)
{
    kr_status s = KR_OK;
    size_t bytes = sizeof(kept) + ring_bytes(outline) + 64; /* and the head of a block */
    kept *mine = NULL, *head = atomic_load_explicit(bucket, memory_order_acquire);

    if (!take(x, bytes))
        return KR_OK;
    mine = kr_alloc(x->ctx, KR_ACCOUNT_RUPTURES, 1, bytes - 64);
    if (!mine) {
        s = KR_ENOMEM;
        goto out;
    }
    fill(mine, mesh, outline);
    do {
        if (find(head, mesh))
            goto out;
        mine->next = head;
    } while (!atomic_compare_exchange_weak_explicit(bucket, &head, mine, memory_order_release,
                                                    memory_order_acquire));
    mine = NULL;
    bytes = 0;
    atomic_fetch_add(&x->count, 1);
out:
    atomic_fetch_sub(&x->bytes, bytes);
    kr_free(mine);
    return s;
}

kr_status kr_outlines_get(kr_outlines *outlines, kr_ctx *ctx, const kr_mesh *mesh, kr_arena *arena,
                          kr_outline *out)
{
    kr_status s = KR_OK;
    _Atomic(kept *) *bucket = NULL;
    const kept *found = NULL;

    if (outlines) {
        bucket = bucket_of(outlines, mesh);
        found = find(atomic_load_explicit(bucket, memory_order_acquire), mesh);
    }
    if (found) {
        *out = found->outline;
        goto out;
    }
    KR_TRY(kr_outline_of_mesh(ctx, mesh, arena, out));
    if (outlines)
        KR_TRY(keep(outlines, bucket, mesh, out));
out:
    return s;
}
