#include "hazard/gather.h"

static size_t most_columns(const kr_hazard *h, kr_columns extra)
{
    size_t most = 0;
    for (size_t f = 0; f < h->nfamilies; f++) {
        size_t n = 2; /* rrup, and one more for padding */
        for (int c = 0; c < KR_COL_COUNT; c++)
            n += (size_t)((h->families[f].columns | extra) >> c & 1);
        most = n > most ? n : most;
    }
    return most;
}

size_t kr_gathered_bytes(const kr_hazard *h, kr_columns extra)
{
    return KR_CONTEXTS_CAPACITY *
           ((most_columns(h, extra) + 4) * sizeof(double) + 2 * sizeof(uint32_t));
}

kr_status kr_gathered_init(const kr_hazard *h, kr_columns extra, kr_gathered *g)
{
    kr_status s = KR_OK;
    kr_ctx *ctx = h->ctx;
    kr_contexts *b = &g->batch;
    KR_NEW(g->columns, ctx, KR_ACCOUNT_RATES, most_columns(h, extra) * KR_CONTEXTS_CAPACITY);
    KR_NEW(b->rate, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->weight, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->rates, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->probs, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(b->site, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
    KR_NEW(g->order, ctx, KR_ACCOUNT_RATES, KR_CONTEXTS_CAPACITY);
out:
    return s;
}

void kr_gathered_clear(kr_gathered *g)
{
    kr_free(g->columns);
    kr_free(g->batch.rate);
    kr_free(g->batch.weight);
    kr_free((void *)g->batch.rates);
    kr_free((void *)g->batch.probs);
    kr_free(g->batch.site);
    kr_free(g->order);
}

const kr_contexts *kr_gather(kr_gathered *g, const kr_contexts *b)
{
    kr_contexts *out = &g->batch;
    double *room = g->columns;
    size_t padded = (b->n + 7) / 8 * 8;
    for (size_t i = b->n; i < padded; i++)
        g->order[i] = g->order[b->n - 1];
    for (int c = 0; c < KR_COL_COUNT; c++) {
        out->col[c] = b->col[c] ? room : NULL;
        for (size_t i = 0; b->col[c] && i < padded; i++)
            room[i] = b->col[c][g->order[i]];
        room += b->col[c] ? KR_CONTEXTS_CAPACITY : 0;
    }
    for (size_t i = 0; i < b->n; i++) {
        size_t k = g->order[i];
        out->rate[i] = b->rate[k];
        out->weight[i] = b->weight[k];
        out->rates[i] = b->rates[k];
        out->probs[i] = b->probs[k];
        out->site[i] = b->site[k];
    }
    out->n = b->n;
    out->nprobs = b->nprobs;
    out->source = b->source;
    return out;
}
