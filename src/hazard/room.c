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

enum { PAGE = 4096 };

/* Of the sums of one model at fewer sites than a block has, the end is not touched: the pages that
 * it fills by itself, one at its ends apart. */
size_t kr_hazard_untouched_bytes(const kr_hazard *h, size_t nsites, int threads)
{
    size_t most = 0, stripes = 0, block = 1;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t models = w->nmembers * w->component->ngsims;
        if (models * w->site_block <= most)
            continue;
        most = models * w->site_block;
        stripes = models;
        block = w->site_block;
    }
    size_t sums = threads > 1 ? 2 * (size_t)threads : 1; /* as many as tile.c has */
    if (h->with_probs)
        sums += (size_t)threads;
    size_t idle = nsites < block ? (block - nsites) * kr_curve_size(h) * sizeof(double) : 0;
    return idle > PAGE ? sums * stripes * (idle - PAGE) : 0;
}
