/* What is not in kr_hazard_tile_bytes, and what of that is never touched. */
#include "hazard/unit.h"

size_t kr_hazard_list_bytes(const kr_hazard *h, size_t nsites)
{
    const size_t one = 4 * sizeof(size_t);
    size_t n = 0;
    for (size_t i = 0; i < h->nworks; i++)
        n += h->works[i]->nblocks *
             ((nsites + h->works[i]->site_block - 1) / h->works[i]->site_block);
    return n * one;
}

size_t kr_hazard_untouched_bytes(const kr_hazard *h, size_t nsites, int threads)
{
    size_t most = 0, block = 1;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t n = w->nmembers * w->component->ngsims * w->site_block;
        block = n > most ? w->site_block : block;
        most = n > most ? n : most;
    }
    size_t sums = threads > 1 ? 2 * (size_t)threads : 1; /* as many as tile.c has */
    if (h->with_probs)
        sums += (size_t)threads;
    return nsites < block ? sums * kr_sums_size(h) * sizeof(double) / block * (block - nsites) : 0;
}
