/* What units keep for the contexts of a batch, and the batch in the order of its sites. */
#include "hazard/unit.h"

/* ---- room ---- */

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
    size_t numbers = 2 * KR_POES_ROWS * h->padded + members * KR_GMM_BATCH + with_sites;
    if (h->with_probs)
        numbers += kr_sums_size(h);
    return kr_motions_bytes(h) + kr_gathered_bytes(h, 0) + numbers * sizeof(double) +
           members * (KR_GMM_BATCH + 1 + sizeof(uint32_t)) + HEADS;
}

kr_status kr_accumulate_init(kr_unit *u)
{
    kr_status s = KR_OK;
    const kr_hazard *h = u->hazard;
    size_t with_sites, members = most_members(h, &with_sites);
    KR_TRY(kr_gathered_init(h, 0, &u->gathered));
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
    kr_gathered_clear(&u->gathered);
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
        u->gathered.order[first[b->site[i]]++] = (uint32_t)i;
    return !ordered;
}

const kr_contexts *kr_arrange(kr_unit *u, const kr_contexts *b, bool copy)
{
    return !order_by_site(u, b) && !copy ? b : kr_gather(&u->gathered, b);
}
