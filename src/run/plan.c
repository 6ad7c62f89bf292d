/* The memory of a calculation, fixed before it starts. */
#include "base/mem.h"
#include "run/sampling.h"
#include "stats/realize.h"

#include <unistd.h>

/* Half of the machine's memory. */
static size_t default_limit(void)
{
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGE_SIZE);
    return pages > 0 && size > 0 ? (size_t)pages / 2 * (size_t)size : (size_t)4 << 30;
}

size_t kr_calc_limit(const kr_calc *calc)
{
    return calc->options->memory_limit ? calc->options->memory_limit : default_limit();
}

/* Bytes needed beyond what is held already to compute and store a tile. */
static size_t tile_bytes(const kr_calc *calc, size_t nsites)
{
    const kr_job *job = calc->job;
    size_t curve = job->nimts * kr_job_curve_levels(job);
    size_t values = nsites * calc->nstats * (curve + job->nimts * job->poes.n);
    if (calc->store_rlzs) /* curves and maps of the sites that are stored together */
        values +=
            kr_calc_rlzs_bytes(calc) / (curve * sizeof(float)) * (curve + job->nimts * job->poes.n);
    if (job->disagg_by_src)
        values += nsites * job->nimts * job->nlevels * calc->tree->nbase_ids;
    return kr_hazard_tile_bytes(calc->hazard, nsites, calc->threads) + values * sizeof(float) +
           kr_calc_uncertainty_bytes(calc) + kr_calc_sampling_bytes(calc, nsites) +
           (calc->store_rlzs ? kr_realizer_bytes(calc->tree, job->nimts * job->nlevels) : 0) +
           (size_t)calc->stats_threads * (calc->amplifier
                                              ? kr_amplifier_scratch_bytes(calc->amplifier)
                                              : kr_statistics_scratch_bytes(calc->statistics));
}

/* Bytes for the outlines of faults: a sixteenth of the limit or 128 MB; at most half of what is
 * left beside the smallest tile. */
static size_t outline_bytes(kr_calc *calc, size_t limit, size_t left)
{
    size_t most = limit / 16 < (size_t)128 << 20 ? limit / 16 : (size_t)128 << 20;
    return kr_hazard_keep_outlines(calc->hazard, most < left / 2 ? most : left / 2);
}

/* Threads for the statistics: fewer where their lists do not fit side by side. */
static void choose_threads(kr_calc *calc, size_t held, size_t least, size_t limit)
{
    calc->stats_threads = calc->threads;
    while (calc->stats_threads > 1 && held + tile_bytes(calc, least) > limit)
        calc->stats_threads--;
}

kr_status kr_calc_plan(kr_calc *calc)
{
    size_t limit = kr_calc_limit(calc);
    size_t held = (size_t)kr_ctx_memory(calc->ctx).current, n = calc->sites->n;
    size_t least = n < KR_SITE_BLOCK ? n : KR_SITE_BLOCK;
    choose_threads(calc, held, least, limit);
    if (held + tile_bytes(calc, least) > limit)
        return kr_fail(calc->ctx, KR_ENOFIT,
                       "%s: needs %.1f MB of memory, the limit is %.1f MB; give a higher "
                       "--memory-limit or ask for fewer levels, statistics or single realizations",
                       calc->job->path, (double)(held + tile_bytes(calc, least)) / 1e6,
                       (double)limit / 1e6);
    size_t kept = outline_bytes(calc, limit, limit - held - tile_bytes(calc, least));
    size_t blocks = (n + KR_SITE_BLOCK - 1) / KR_SITE_BLOCK, low = 1, high = blocks;
    while (low < high) { /* the largest number of blocks that fits */
        size_t middle = (low + high + 1) / 2;
        if (held + kept + tile_bytes(calc, middle * KR_SITE_BLOCK) <= limit)
            low = middle;
        else
            high = middle - 1;
    }
    calc->tile_sites = low * KR_SITE_BLOCK < n ? low * KR_SITE_BLOCK : n;
    kr_mem_set_limit(calc->ctx, limit);
    kr_info(calc->ctx, "memory: %.1f MB held, %.1f MB for tiles of %zu sites, limit %.1f MB",
            (double)held / 1e6, (double)tile_bytes(calc, calc->tile_sites) / 1e6, calc->tile_sites,
            (double)limit / 1e6);
    return KR_OK;
}
