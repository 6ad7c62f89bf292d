/* Single realizations: computed, packed and stored block by block. */
#include "run/check.h"
#include "run/journal.h"

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
    *out = (scratch){.realizer = NULL};
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

/* The curves of a block, of the sites first .. first + nsites - 1 whose rates these are; looked at
 * before they are stored. */
static kr_status compute(const kr_calc *calc, const scratch *it, const kr_rlzs_block *block,
                         size_t first, size_t nsites, const double *rates)
{
    kr_status s = KR_OK;
    size_t total = calc->job->nimts * calc->job->nlevels;
    float *curve = kr_rlzs_writer_curves(it->writer);
    for (size_t site = block->site; s == KR_OK && site < block->site + block->nsites; site++) {
        const kr_site_rates in = {site, rates + (site - first) * total, nsites * total};
        kr_realizer_site(it->realizer, &in);
        for (size_t r = block->first; r < block->first + block->n; r++, curve += total)
            kr_poes_of_rates(kr_realizer_rates(it->realizer, r), total, curve);
        s = kr_calc_check_curves(calc, site, block->first, block->n, curve - block->n * total);
    }
    return s;
}

static kr_note note_of(const kr_rlzs_block *block, bool maps)
{
    return (kr_note){maps ? KR_NOTE_MAPS : KR_NOTE_CURVES, block->site, block->first};
}

/* A block that an interrupted run packed. It has room where its numbers would be; the rare one that
 * did not become smaller is computed again. */
static bool take(const kr_calc *calc, const scratch *it, const kr_rlzs_block *block)
{
    kr_h5_packed packed[2] = {{NULL, 0}, {NULL, 0}};
    for (int maps = 0; maps < (calc->job->poes.n ? 2 : 1); maps++) {
        size_t room;
        void *to = kr_rlzs_writer_room(it->writer, maps, &room);
        packed[maps] =
            (kr_h5_packed){to, kr_journal_take_any(calc->journal, note_of(block, maps), to, room)};
        if (!packed[maps].n)
            return false;
    }
    kr_rlzs_writer_take(it->writer, block, packed[0], packed[1]);
    return true;
}

/* Only what is packed is kept. */
static kr_status keep(const kr_calc *calc, const scratch *it, const kr_rlzs_block *block)
{
    kr_status s = KR_OK;
    for (int maps = 1; maps >= 0; maps--) {
        kr_h5_packed packed = kr_rlzs_writer_packed(it->writer, maps);
        if (packed.bytes)
            KR_TRY(kr_journal_keep(calc->journal, note_of(block, maps), packed.bytes, packed.n));
    }
out:
    return s;
}

kr_status kr_calc_tile_rlzs(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    size_t nblocks = kr_results_rlzs_blocks(&calc->spec, nsites);
    atomic_int status;
    atomic_init(&status, KR_OK);
    kr_calc_turn(calc, "single realizations");
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
            bool kept = s == KR_OK && take(calc, &mine, &block);
            if (s == KR_OK && !kept)
                s = compute(calc, &mine, &block, first, nsites, rates);
            if (s == KR_OK && !kept)
                kr_rlzs_writer_pack(mine.writer, &block);
#pragma omp ordered
            {
                if (s == KR_OK && atomic_load(&status) == KR_OK)
                    s = kr_rlzs_writer_put(mine.writer);
                if (s == KR_OK && !kept)
                    s = keep(calc, &mine, &block);
                if (s != KR_OK)
                    atomic_store(&status, (int)s);
                kr_progress(calc->ctx, "single realizations",
                            (double)first + (double)nsites * (double)(i + 1) / (double)nblocks,
                            (double)calc->sites->n);
            }
        }
        scratch_destroy(&mine);
    }
    return (kr_status)atomic_load(&status);
}
