/* What is not in kr_hazard_tile_bytes, and what of that is never touched. */
#include "base/mem.h"
#include "hazard/kernel.h"
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

size_t kr_hazard_preparing_bytes(const kr_hazard *h, size_t nsites)
{
    size_t most = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        kr_columns columns = kr_family_columns(h, w->family);
        for (size_t k = 0; k < w->nready; k++) {
            const kr_ready *r = w->ready[k];
            size_t room = r->fault ? kr_fault_room_bytes(r->fault, columns, nsites)
                                   : kr_point_maker_bytes(r->split, columns, nsites);
            most = room > most ? room : most;
        }
    }
    return most;
}

/* ------------------------------------------------------------------ other levels */

/* A hazard with works and a job of its own. */
typedef struct sized {
    kr_hazard hazard;
    kr_job job;
    kr_work *works;
} sized;

kr_status kr_hazard_sized(const kr_hazard *h, size_t nlevels, kr_hazard **out)
{
    kr_status s = KR_OK;
    sized *x = NULL;
    *out = NULL;
    KR_NEW(x, h->ctx, KR_ACCOUNT_OTHER, 1);
    x->hazard = *h;
    x->job = *h->job;
    x->job.nlevels = nlevels;
    x->hazard.job = &x->job;
    x->hazard.padded = (nlevels + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD;
    x->hazard.works = NULL;
    KR_NEW(x->works, h->ctx, KR_ACCOUNT_OTHER, h->nworks);
    KR_NEW(x->hazard.works, h->ctx, KR_ACCOUNT_OTHER, h->nworks);
    for (size_t i = 0; i < h->nworks; i++) {
        x->works[i] = *h->works[i];
        x->hazard.works[i] = &x->works[i];
        kr_work_size(&x->hazard, &x->works[i]);
    }
    *out = &x->hazard;
    x = NULL;
out:
    if (x) {
        kr_free(x->works);
        kr_free(x->hazard.works);
    }
    kr_free(x);
    return s;
}

void kr_hazard_sized_destroy(kr_hazard **hazard)
{
    sized *x = (sized *)*hazard; /* it is the first member */
    if (!x)
        return;
    kr_free(x->works);
    kr_free(x->hazard.works);
    kr_free(x);
    *hazard = NULL;
}
