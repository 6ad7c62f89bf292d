/* The memory of a calculation, fixed before it starts. */
#include "run/plan.h"

#include "base/clock.h"
#include "base/machine.h"
#include "base/mem.h"
#include "base/str.h"
#include "output/report.h"
#include "run/check.h"
#include "run/disagg.h"
#include "run/journal.h"
#include "run/memory.h"
#include "run/sampling.h"

#include <math.h>

/* Names, texts and heads of blocks that nothing below counts. */
static const size_t SMALL_THINGS = 64 * 1024;

/* Resident memory beyond what is accounted, on top of what the process has after reading: HDF5 with
 * its caches, pages of programs that are used for the first time, ends of pages; stack and heap of
 * each further thread. */
static const size_t LIBRARIES = 6 << 20, THREAD = 256 << 10;

/* Half of what the machine lets the process have. */
static size_t default_limit(void)
{
    size_t machine = kr_machine_memory("");
    return machine ? machine / 2 : (size_t)4 << 30;
}

size_t kr_calc_limit(const kr_calc *calc)
{
    return calc->options->memory_limit ? calc->options->memory_limit : default_limit();
}

static size_t max(size_t a, size_t b)
{
    return a > b ? a : b;
}

/* ------------------------------------------------------------------ parts */

/* What multi-fault sources come to know of the sites, once: for each rupture its greatest U and its
 * middle, and a box for every block of them. */
static size_t met_bytes(const kr_calc *calc)
{
    size_t bytes = 0;
    for (size_t c = 0; c < calc->tree->ncomponents; c++) {
        const kr_component *component = &calc->tree->components[c];
        for (size_t i = 0; i < component->nsources; i++)
            if (component->sources[i].source->kind == KR_SOURCE_MULTI_FAULT)
                bytes += 1024 + 9 * kr_hazard_source_ruptures(calc->hazard, c, i);
    }
    return bytes;
}

/* Single realizations: those of a site, or a block for each thread; and what makes them. */
static size_t rlzs_bytes(const kr_calc *calc, int threads)
{
    const kr_job *job = calc->job;
    if (!calc->store_rlzs)
        return 0;
    if (calc->amplifier)
        return calc->tree->nrlzs * job->nimts * kr_job_curve_levels(job) * sizeof(float) +
               kr_amplifier_scratch_bytes(calc->amplifier);
    return kr_calc_rlzs_bytes(calc, threads);
}

/* Maps that results.h5 has room for: of the realizations that are stored together, then of the
 * statistics of a tile; rooms grow to twice their size, or as needed. */
static size_t map_bytes(const kr_calc *calc, size_t nsites)
{
    const kr_job *job = calc->job;
    size_t maps = job->nimts * job->poes.n, stats = nsites * calc->nstats * maps, rlzs = 0;
    if (calc->store_rlzs && calc->amplifier)
        rlzs = calc->tree->nrlzs * maps;
    return (stats > rlzs && rlzs ? max(stats, 2 * rlzs) : max(stats, rlzs)) * sizeof(float);
}

static size_t brackets_bytes(const kr_calc *calc, size_t nsites)
{
    const kr_job *job = calc->job;
    if (!calc->statistics || kr_statistics_way(calc->statistics) != KR_BRACKETED)
        return 0;
    return nsites * 2 * kr_statistics_quantiles(calc->statistics) * job->nimts *
           kr_job_curve_levels(job) * sizeof(double);
}

static void fill_tile(const kr_calc *calc, size_t nsites, kr_plan_memory *p)
{
    const kr_job *job = calc->job;
    const kr_tree *tree = calc->tree;
    size_t total = job->nimts * job->nlevels, curve = job->nimts * kr_job_curve_levels(job);
    size_t tile = kr_hazard_tile_bytes(calc->hazard, nsites, p->threads);
    p->rates = tree->nrates * nsites * total * sizeof(double);
    p->hazard =
        (tile > p->rates ? tile - p->rates : 0) + kr_hazard_list_bytes(calc->hazard, nsites);
    p->curves = nsites * calc->nstats * curve * sizeof(float) + brackets_bytes(calc, nsites);
    p->scratch = (size_t)p->stats_threads * (calc->amplifier
                                                 ? kr_amplifier_scratch_bytes(calc->amplifier)
                                                 : kr_statistics_scratch_bytes(calc->statistics));
    p->scratch += (size_t)p->stats_threads * kr_calc_note_bytes(calc);
    p->rlzs = rlzs_bytes(calc, p->stats_threads);
    p->maps = map_bytes(calc, nsites);
    p->uncertainty = kr_calc_uncertainty_bytes(calc);
    p->checks = kr_calc_checks_bytes(calc);
    p->sampling = kr_calc_sampling_bytes(calc, nsites, p->stats_threads);
    p->report = kr_report_disagg_bytes(&calc->spec);
    if (job->disagg_by_src)
        p->by_source = nsites * total * tree->nbase_ids * sizeof(float) +
                       tree->nweights * tree->nrates * sizeof(double);
}

/* ------------------------------------------------------------------ all */

/* What is held together, when. */
static void add_up(const kr_calc *calc, kr_plan_memory *p)
{
    size_t always = p->held + SMALL_THINGS + kr_journal_memory(calc);
    size_t during = always + p->met + p->results;
    size_t tile = during + p->outlines + p->rates;
    p->beginning = always + p->listed + p->results;
    p->hazard_phase = tile + p->hazard;
    if (p->tile_sites < calc->sites->n)
        p->hazard_phase += kr_results_kept_bytes(&calc->spec);
    p->statistics_phase = tile + p->packing + p->curves + p->maps + p->sampling + p->by_source +
                          max(max(p->scratch, p->rlzs), max(p->uncertainty, p->checks));
    size_t beside = during + p->packing + p->maps; /* outlines take what is left then */
    p->disagg =
        kr_calc_disagg_bytes(calc, p->limit > beside ? p->limit - beside : 0, &p->disagg_imts);
    p->disagg_phase = p->disagg ? beside + p->outlines + p->disagg : 0;
    p->writing_tables = during + p->outlines + p->maps + max(p->tables, p->report);
    p->peak = max(max(max(p->reading, p->beginning), p->disagg_phase),
                  max(max(p->hazard_phase, p->statistics_phase), p->writing_tables));
    size_t touched =
        p->hazard_phase - kr_hazard_untouched_bytes(calc->hazard, p->tile_sites, p->threads);
    size_t most = max(max(p->reading, p->beginning), max(touched, p->statistics_phase));
    most = max(most, p->disagg_phase);
    p->resident =
        max(calc->now.resident_peak, calc->now.resident + max(most, p->writing_tables) - p->held +
                                         LIBRARIES + (size_t)p->threads * THREAD);
}

/* Tables are written in blocks of what is left. */
static void fill_tables(const kr_calc *calc, kr_plan_memory *p)
{
    size_t others = p->held + SMALL_THINGS + kr_journal_memory(calc) + p->met + p->results +
                    p->outlines + p->maps;
    if (calc->options->csv)
        p->tables = kr_results_tables_bytes(&calc->spec, others < p->limit ? p->limit - others : 0);
}

kr_plan_memory kr_calc_plan_tile(const kr_calc *calc, size_t limit, size_t nsites,
                                 int stats_threads)
{
    kr_plan_memory p = {.limit = limit,
                        .threads = calc->threads,
                        .stats_threads = stats_threads,
                        .tile_sites = nsites,
                        .held = calc->now.accounted,
                        .reading = calc->now.accounted_peak};
    p.met = met_bytes(calc);
    p.listed = calc->now.listed;
    p.results = kr_results_open_bytes(&calc->spec);
    p.packing = kr_results_packing_bytes(&calc->spec);
    fill_tile(calc, p.tile_sites, &p);
    fill_tables(calc, &p);
    add_up(calc, &p);
    return p;
}

/* Threads for the statistics: fewer where their lists do not fit side by side. */
static kr_plan_memory least_plan(const kr_calc *calc, size_t limit)
{
    int threads = calc->threads;
    size_t nsites = calc->sites->n < KR_SITE_BLOCK ? calc->sites->n : KR_SITE_BLOCK;
    kr_plan_memory p = kr_calc_plan_tile(calc, limit, nsites, threads);
    while (threads > 1 && p.statistics_phase > limit)
        p = kr_calc_plan_tile(calc, limit, nsites, --threads);
    return p;
}

/* Bytes for the outlines of faults: a sixteenth of the limit or 128 MB; at most half of what is
 * left beside the smallest tile, and the smallest blocks of tables. */
static size_t outline_bytes(const kr_calc *calc, const kr_plan_memory *least)
{
    size_t most = least->limit / 16 < (size_t)128 << 20 ? least->limit / 16 : (size_t)128 << 20;
    size_t tables = least->writing_tables;
    if (calc->options->csv)
        tables = tables - max(least->tables, least->report) +
                 max(kr_results_tables_bytes(&calc->spec, 0), least->report);
    size_t needed = max(max(least->hazard_phase, least->statistics_phase), tables);
    needed = max(needed, least->disagg_phase);
    size_t left = (least->limit - needed) / 2;
    return kr_hazard_keep_outlines(calc->hazard, most < left ? most : left);
}

static void set_outlines(const kr_calc *calc, kr_plan_memory *p, size_t bytes)
{
    p->outlines = bytes;
    fill_tables(calc, p);
    add_up(calc, p);
}

kr_plan_memory kr_calc_plan_memory(const kr_calc *calc, size_t limit)
{
    kr_plan_memory best = least_plan(calc, limit);
    size_t n = calc->sites->n, blocks = (n + KR_SITE_BLOCK - 1) / KR_SITE_BLOCK;
    size_t low = 1, high = blocks;
    if (best.peak > limit)
        return best;
    size_t outlines = outline_bytes(calc, &best);
    set_outlines(calc, &best, outlines);
    while (low < high) { /* the largest number of blocks that fits */
        size_t middle = (low + high + 1) / 2, nsites = middle * KR_SITE_BLOCK;
        kr_plan_memory p =
            kr_calc_plan_tile(calc, limit, nsites < n ? nsites : n, best.stats_threads);
        set_outlines(calc, &p, outlines);
        if (p.peak <= limit) {
            low = middle;
            best = p;
        } else {
            high = middle - 1;
        }
    }
    return best;
}

void kr_plan_know_outlines(const kr_calc *calc, kr_plan_memory *p, size_t bytes)
{
    set_outlines(calc, p, bytes < p->outlines ? bytes : p->outlines);
}

/* ------------------------------------------------------------------ run */

kr_status kr_calc_look(kr_calc *calc)
{
    kr_status s = KR_OK;
    if (!calc->source_map.ctx && calc->sites->n > 0)
        KR_TRY(
            kr_source_map_make(calc->ctx, calc->job, calc->model, calc->sites, &calc->source_map));
    KR_TRY(kr_calc_fill_spec(calc));
    kr_account_use use = kr_ctx_memory(calc->ctx);
    calc->now.accounted = (size_t)use.current;
    calc->now.accounted_peak = calc->now.accounted;
    if ((size_t)use.peak > calc->now.peak_before)
        calc->now.accounted_peak = (size_t)use.peak;
    calc->now.wall = kr_phases_wall(calc->ctx);
    calc->now.cpu = kr_cpu_seconds();
    calc->now.resident = kr_ctx_resident(calc->ctx);
    calc->now.resident_peak = kr_ctx_resident_peak(calc->ctx);
    KR_TRY(kr_results_listed_bytes(calc->ctx, &calc->spec, &calc->now.listed));
out:
    return s;
}

void kr_calc_guard_reading(kr_ctx *ctx, const kr_run_options *options)
{
    kr_mem_set_limit(ctx, max(options->memory_limit, default_limit()));
}

kr_status kr_plan_check(const kr_calc *calc, const kr_plan_memory *p)
{
    char limit[32];
    if (p->peak <= p->limit)
        return KR_OK;
    return kr_fail(calc->ctx, KR_ENOFIT,
                   "%s: needs %.1f MB of memory, the limit is %s; give a higher --memory-limit or "
                   "ask for fewer levels, statistics or single realizations",
                   calc->job->path, ceil((double)p->peak / 1e5) / 10,
                   kr_plan_size(p->limit, limit));
}

kr_status kr_calc_plan(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t limit = kr_calc_limit(calc);
    KR_TRY(kr_calc_look(calc));
    kr_plan_memory p = kr_calc_plan_memory(calc, limit);
    s = kr_plan_check(calc, &p);
    if (s != KR_OK) {
        kr_memory_report_refuse(calc->memory, p.peak);
        goto out;
    }
    kr_calc_disagg_obey(calc, p.disagg_imts);
    calc->stats_threads = p.stats_threads;
    calc->tile_sites = p.tile_sites;
    char size[32];
    kr_info(
        calc->ctx,
        "memory: %.1f MB accounted at the peak, of at most %s; tiles of %zu site%s, %d thread%s",
        (double)p.peak / 1e6, kr_plan_size(limit, size), p.tile_sites, KR_PLURAL(p.tile_sites),
        p.threads, KR_PLURAL(p.threads));
    KR_TRY(kr_calc_foretell(calc, &p));
    kr_mem_set_limit(calc->ctx, limit);
out:
    return s;
}
