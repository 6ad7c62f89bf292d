/* Single realizations: computed, packed and stored block by block. */
#include "run/calc.h"

#include "num/poe.h"
#include "stats/realize.h"

#include <stdatomic.h>

/* What a thread needs. */
typedef struct scratch {
    kr_realizer *realizer;
    kr_rlzs_writer *writer;
} scratch;

static kr_status scratch_create(kr_calc *calc, scratch *out)
{
    kr_status s = KR_OK;
    *out = (scratch){NULL, NULL};
    KR_TRY(kr_realizer_create(calc->ctx, calc->tree, calc->job->nimts * calc->job->nlevels, false,
                              &out->realizer));
    KR_TRY(kr_rlzs_writer_create(calc->results, &out->writer));
out:
    return s;
}

static void scratch_destroy(scratch *it)
{
    kr_realizer_destroy(&it->realizer);
    kr_rlzs_writer_destroy(&it->writer);
}

size_t kr_calc_rlzs_bytes(const kr_calc *calc, int threads)
{
    return (size_t)threads * (kr_rlzs_writer_bytes(&calc->spec) +
                              kr_realizer_bytes(calc->tree, calc->job->nimts * calc->job->nlevels));
}

/* The curves of a block, of the sites first .. first + nsites - 1 whose rates these are. */
static void compute(const kr_calc *calc, const scratch *it, const kr_rlzs_block *block,
                    size_t first, size_t nsites, const double *rates)
{
    size_t total = calc->job->nimts * calc->job->nlevels;
    float *curve = kr_rlzs_writer_curves(it->writer);
    for (size_t site = block->site; site < block->site + block->nsites; site++) {
        const kr_site_rates in = {site, rates + (site - first) * total, nsites * total};
        kr_realizer_site(it->realizer, &in);
        for (size_t r = block->first; r < block->first + block->n; r++, curve += total)
            kr_poes_of_rates(kr_realizer_rates(it->realizer, r), total, curve);
    }
}

kr_status kr_calc_tile_rlzs(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    size_t nblocks = kr_results_rlzs_blocks(&calc->spec, nsites);
    atomic_int status;
    atomic_init(&status, KR_OK);
    kr_phase_begin(calc->ctx, "single realizations");
#pragma omp parallel num_threads(calc->stats_threads)
    {
        scratch mine;
        kr_status s = scratch_create(calc, &mine);
        if (s != KR_OK)
            atomic_store(&status, (int)s);
#pragma omp for ordered schedule(dynamic, 1)
        for (size_t i = 0; i < nblocks; i++) {
            const kr_rlzs_block block = kr_results_rlzs_block(&calc->spec, first, nsites, i);
            if (kr_interrupted(calc->ctx) && s == KR_OK)
                s = kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted");
            if (s == KR_OK) {
                compute(calc, &mine, &block, first, nsites, rates);
                kr_rlzs_writer_pack(mine.writer, &block);
            }
#pragma omp ordered
            {
                if (s == KR_OK && atomic_load(&status) == KR_OK)
                    s = kr_rlzs_writer_put(mine.writer);
                if (s != KR_OK)
                    atomic_store(&status, (int)s);
                kr_progress(calc->ctx, "single realizations", (double)(i + 1), (double)nblocks);
            }
        }
        scratch_destroy(&mine);
    }
    return (kr_status)atomic_load(&status);
}
