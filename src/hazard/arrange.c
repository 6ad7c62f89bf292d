/* What units keep for the contexts of a batch, and the batch in the order of its sites. */
#include "hazard/unit.h"

/* ---- room ---- */

static size_t most_columns(const kr_hazard *h)
{
    size_t most = 0;
    for (size_t f = 0; f < h->nfamilies; f++) {
        size_t n = 2; /* rrup, and one more for padding */
        for (int c = 0; c < KR_COL_COUNT; c++)
            n += (size_t)(h->families[f].columns >> c & 1);
        most = n > most ? n : most;
    }
    return most;
}

static size_t most_members(const kr_hazard *h, size_t *with_sites)
{
    size_t most = 0;
    *with_sites = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        most = w->nmembers > most ? w->nmembers : most;
        if (w->nmembers * w->site_block > *with_sites)
            *with_sites = w->nmembers * w->site_block;
    }
    return most;
}

/* Each block counts with its head: those here and of the makers. */
enum { HEADS = 96 * 64 };

size_t kr_accumulate_bytes(const kr_hazard *h)
{
    size_t with_sites, members = most_members(h, &with_sites);
    size_t numbers = 2 * KR_POES_ROWS * h->padded + members * KR_GMM_BATCH + with_sites +
                     (most_columns(h) + 4) * KR_CONTEXTS_CAPACITY;
    if (h->with_probs)
        numbers += kr_sums_size(h);
    return kr_motions_bytes(h) + numbers * sizeof(double) +
           members * (KR_GMM_BATCH + 1 + sizeof(uint32_t)) +
           2 * KR_CONTEXTS_CAPACITY * sizeof(uint32_t) + HEADS;
}

static kr_status batch_init(kr_unit *u)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = u->hazard->ctx;
    kr_contexts *b = &u->batch;
    KR_NEW(u->columns, ctx, KR_ACCOUNT_RATES, most_columns(u->hazard) * KR_CONTEXTS_CAPACITY);
    KR_NEW(b->rate, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->weight, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->rates, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->probs, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->site, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(u->order, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
out:
    return s;
}

kr_status kr_accumulate_init(kr_unit *u)
{
    kr_status s = KR_OK;
    const kr_hazard *h = u->hazard;
    size_t with_sites, members = most_members(h, &with_sites);
    KR_TRY(batch_init(u));
    KR_TRY(kr_motions_init(h, h->motions, &u->motions));
    KR_NEW(u->poes, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS * h->padded);
    KR_NEW(u->changed, h->ctx, KR_ACCOUNT_RATES, KR_POES_ROWS * h->padded);
    KR_NEW(u->weights, h->ctx, KR_ACCOUNT_RATES, members * KR_GMM_BATCH);
    KR_NEW(u->breaks, h->ctx, KR_ACCOUNT_RATES, members * KR_GMM_BATCH);
    KR_NEW(u->state, h->ctx, KR_ACCOUNT_RATES, members);
    KR_NEW(u->plain, h->ctx, KR_ACCOUNT_RATES, members);
    KR_NEW(u->bound, h->ctx, KR_ACCOUNT_RATES, with_sites);
    if (h->with_probs)
        KR_NEW(u->none, h->ctx, KR_ACCOUNT_RATES, kr_sums_size(h));
    for (size_t i = 0; i < KR_POES_ROWS; i++)
        u->rows[i] = (uint32_t)i;
out:
    return s;
}

void kr_accumulate_clear(kr_unit *u)
{
    kr_free(u->columns);
    kr_free(u->batch.rate);
    kr_free(u->batch.weight);
    kr_free((void *)u->batch.rates);
    kr_free((void *)u->batch.probs);
    kr_free(u->batch.site);
    kr_free(u->order);
    kr_motions_clear(&u->motions);
    kr_free(u->poes);
    kr_free(u->changed);
    kr_free(u->weights);
    kr_free(u->breaks);
    kr_free(u->state);
    kr_free(u->plain);
    kr_free(u->bound);
    kr_free(u->none);
}

/* ---- contexts by site ---- */

/* Write the numbers of the contexts in the order of their sites, and within a site as they are.
 * False if they are so already. */
static bool order_by_site(kr_unit *u, const kr_contexts *b)
{
    uint32_t first[KR_SITE_BLOCK + 1] = {0};
    bool ordered = true;
    for (size_t i = 0; i < b->n; i++) {
        ordered = ordered && (i == 0 || b->site[i - 1] <= b->site[i]);
        first[b->site[i] + 1]++;
    }
    for (size_t k = 0; k < KR_SITE_BLOCK; k++)
        first[k + 1] += first[k];
    for (size_t i = 0; i < b->n; i++)
        u->order[first[b->site[i]]++] = (uint32_t)i;
    return !ordered;
}

/* The contexts in the order of their sites, in room of the unit: columns may then be changed. */
static void gather(kr_unit *u, const kr_contexts *b)
{
    kr_contexts *out = &u->batch;
    double *room = u->columns;
    size_t padded = (b->n + 7) / 8 * 8;
    for (size_t i = b->n; i < padded; i++)
        u->order[i] = u->order[b->n - 1];
    for (int c = 0; c < KR_COL_COUNT; c++) {
        out->col[c] = b->col[c] ? room : NULL;
        for (size_t i = 0; b->col[c] && i < padded; i++)
            room[i] = b->col[c][u->order[i]];
        room += b->col[c] ? KR_CONTEXTS_CAPACITY : 0;
    }
    for (size_t i = 0; i < b->n; i++) {
        size_t k = u->order[i];
        out->rate[i] = b->rate[k];
        out->weight[i] = b->weight[k];
        out->rates[i] = b->rates[k];
        out->probs[i] = b->probs[k];
        out->site[i] = b->site[k];
    }
    out->n = b->n;
    out->nprobs = b->nprobs;
    out->source = b->source;
}

const kr_contexts *kr_arrange(kr_unit *u, const kr_contexts *b, bool copy)
{
    if (!order_by_site(u, b) && !copy)
        return b;
    gather(u, b);
    return &u->batch;
}
