/* Tiles of sites: component rates, statistics, storage. */
#include "base/clock.h"
#include "num/stride.h"
#include "run/check.h"
#include "run/disagg.h"
#include "run/journal.h"
#include "run/sampling.h"
#include "stats/weights.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

/* The reference forms rates from probabilities of no exceedance: below this a rate is lost in
 * rounding. */
static const double SMALLEST_RATE = 1.1e-16;

/* Mean annual rates by source (disagg_by_src): sites x levels x sources. */
static kr_status rates_by_source(const kr_calc *calc, size_t nsites, const double *rates,
                                 float **out)
{
    kr_status s = KR_OK;
    const kr_tree *tree = calc->tree;
    const kr_job *job = calc->job;
    size_t total = job->nimts * job->nlevels, sources = tree->nbase_ids;
    const double *weights = calc->rate_weights;
    float *by = NULL;
    KR_NEW(by, calc->ctx, KR_ACCOUNT_STATS, nsites * total * sources);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++) {
            size_t rate = tree->components[c].first_rate + k;
            for (size_t i = 0; i < nsites * total; i++) {
                size_t w = tree->nweights > 1 ? 1 + i % total / job->nlevels : 0;
                double x = rates[rate * nsites * total + i];
                if (x < SMALLEST_RATE && job->compat == KR_COMPAT_OQ_3_21)
                    continue;
                by[i * sources + (size_t)tree->components[c].base_source] +=
                    (float)(x * weights[w * tree->nrates + rate] / job->investigation_time);
            }
        }
    *out = by;
out:
    return s;
}

static kr_status check_interrupted(const kr_calc *calc)
{
    return kr_interrupted(calc->ctx) ? kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted") : KR_OK;
}

/* Numbers of all curves of one site. */
static size_t curve_size(const kr_calc *calc)
{
    return calc->job->nimts * kr_job_curve_levels(calc->job);
}

/* Numbers of the brackets of one site; 0 unless quantiles are bracketed. */
static size_t bracket_size(const kr_calc *calc)
{
    if (!calc->statistics || kr_statistics_way(calc->statistics) != KR_BRACKETED)
        return 0;
    return 2 * kr_statistics_quantiles(calc->statistics) * curve_size(calc);
}

/* Results of a tile on their way to the file. */
typedef struct tile_stats {
    float *stats, *by_source, *ranges, *whole;
    double *brackets;
} tile_stats;

/* The rates of site i of a tile. */
static kr_site_rates rates_of_site(const kr_calc *calc, size_t first, size_t nsites, size_t i,
                                   const double *rates)
{
    size_t total = calc->job->nimts * calc->job->nlevels;
    return (kr_site_rates){first + i, rates + i * total, nsites * total};
}

/* What a thread needs for the statistics of a site. */
typedef struct site_scratch {
    kr_statistics_scratch *plain;
    kr_amplifier_scratch *amplified;
    unsigned char *note; /* what is kept of a unit */
} site_scratch;

/* Bytes of a unit's statistics and brackets: of all measures, or of one. */
static size_t unit_bytes(const kr_calc *calc, size_t measures)
{
    size_t imts = calc->job->nimts;
    return (calc->nstats * curve_size(calc) * sizeof(float) + bracket_size(calc) * sizeof(double)) /
           imts * measures;
}

size_t kr_calc_note_bytes(const kr_calc *calc)
{
    return unit_bytes(calc, calc->amplifier ? calc->job->nimts : 1);
}

static kr_status site_scratch_create(kr_calc *calc, site_scratch *out)
{
    kr_status s = KR_OK;
    *out = (site_scratch){.plain = NULL};
    if (calc->journal)
        KR_NEW(out->note, calc->ctx, KR_ACCOUNT_STATS, kr_calc_note_bytes(calc));
    if (calc->amplifier)
        return kr_amplifier_scratch_create(calc->ctx, calc->amplifier, &out->amplified);
    s = kr_statistics_scratch_create(calc->ctx, calc->statistics, &out->plain);
out:
    return s;
}

static void site_scratch_destroy(site_scratch *scratch)
{
    kr_statistics_scratch_destroy(&scratch->plain);
    kr_amplifier_scratch_destroy(&scratch->amplified);
    kr_free(scratch->note);
}

/* Note how long a unit took, a site or one of its measures; one thread at a time. */
static void note_unit(kr_calc *calc, size_t site, const char *measure, double seconds)
{
    kr_spread *all = &calc->site_units;
    if (kr_spread_add(all, seconds))
        snprintf(all->slowest, sizeof all->slowest, "%s%ssite %zu at %g %g", measure ? measure : "",
                 measure ? ", " : "", site, calc->sites->lon[site], calc->sites->lat[site]);
}

/* Statistics of a tile's site at one measure; on soil, of all measures. */
static void stats_of_unit(const kr_calc *calc, const site_scratch *scratch,
                          const kr_site_rates *site, size_t i, size_t measure,
                          const tile_stats *out)
{
    float *stats = out->stats + i * calc->nstats * curve_size(calc);
    double *brackets = out->brackets ? out->brackets + i * bracket_size(calc) : NULL;
    if (calc->amplifier)
        kr_amplifier_site(calc->amplifier, scratch->amplified, site, calc->stats, calc->nstats,
                          stats, NULL);
    else
        kr_statistics_measure(calc->statistics, scratch->plain, site, measure, stats, brackets);
}

/* Copies what stats_of_unit gives to a note, or back. */
static void move_unit(const kr_calc *calc, size_t i, size_t measure, const tile_stats *out,
                      unsigned char *note, bool back)
{
    size_t levels = kr_job_curve_levels(calc->job), imts = calc->job->nimts;
    size_t n = (calc->amplifier ? imts : 1) * levels;
    size_t quantiles = bracket_size(calc) ? kr_statistics_quantiles(calc->statistics) : 0;
    for (size_t k = 0; k < calc->nstats; k++, note += n * sizeof *out->stats) {
        float *at = out->stats + ((i * calc->nstats + k) * imts + measure) * levels;
        memcpy(back ? (void *)at : note, back ? note : (void *)at, n * sizeof *at);
    }
    for (size_t k = 0; k < quantiles; k++, note += 2 * n * sizeof *out->brackets) {
        double *at = out->brackets + ((i * quantiles + k) * imts + measure) * levels * 2;
        memcpy(back ? (void *)at : note, back ? note : (void *)at, 2 * n * sizeof *at);
    }
}

/* A unit that an interrupted run computed; otherwise it is computed and kept. */
static kr_status take_or_compute(kr_calc *calc, const site_scratch *scratch,
                                 const kr_site_rates *site, size_t i, size_t measure,
                                 const tile_stats *out)
{
    const kr_note note = {KR_NOTE_STATS, site->site, measure};
    size_t bytes = kr_calc_note_bytes(calc);
    if (kr_journal_take(calc->journal, note, scratch->note, bytes)) {
        move_unit(calc, i, measure, out, scratch->note, true);
        return KR_OK;
    }
    stats_of_unit(calc, scratch, site, i, measure, out);
    if (!calc->journal)
        return KR_OK;
    move_unit(calc, i, measure, out, scratch->note, false);
    return kr_journal_keep(calc->journal, note, scratch->note, bytes);
}

/* Statistics of the sites of a tile, over threads. */
static kr_status stats_of_sites(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                                tile_stats *out)
{
    size_t each = calc->amplifier ? 1 : calc->job->nimts, nunits = nsites * each;
    /* Neighbours in the file take times alike: those that come first tell of the others. */
    size_t step = kr_stride_over(nsites);
    atomic_int status;
    atomic_size_t done;
    pthread_mutex_t noting = PTHREAD_MUTEX_INITIALIZER;
    atomic_init(&status, KR_OK);
    atomic_init(&done, 0);
#pragma omp parallel num_threads(calc->stats_threads)
    {
        site_scratch scratch;
        kr_status mine = site_scratch_create(calc, &scratch);
#pragma omp for schedule(dynamic, 1)
        for (size_t i = 0; i < nunits; i++) {
            if (mine == KR_OK)
                mine = check_interrupted(calc);
            if (mine != KR_OK)
                continue;
            double began = kr_wall_seconds();
            size_t measure = i % each, k = i / each * step % nsites;
            const kr_site_rates site = rates_of_site(calc, first, nsites, k, rates);
            mine = take_or_compute(calc, &scratch, &site, k, measure, out);
            pthread_mutex_lock(&noting);
            note_unit(calc, site.site, calc->amplifier ? NULL : calc->job->imts[measure].name,
                      kr_wall_seconds() - began);
            pthread_mutex_unlock(&noting);
            kr_progress(calc->ctx, "statistics",
                        (double)(first * each + atomic_fetch_add(&done, 1) + 1),
                        (double)(calc->sites->n * each));
        }
        if (mine != KR_OK)
            atomic_store(&status, (int)mine);
        site_scratch_destroy(&scratch);
    }
    pthread_mutex_destroy(&noting);
    return (kr_status)atomic_load(&status);
}

/* Statistics and single realizations on soil, site by site. */
static kr_status amplified_rlzs(kr_calc *calc, size_t first, size_t nsites, const double *rates,
                                float *stats)
{
    kr_status s = KR_OK;
    size_t curve = curve_size(calc), all = calc->tree->nrlzs * curve * sizeof(float);
    size_t of_stats = calc->nstats * curve;
    kr_amplifier_scratch *scratch = NULL;
    float *curves = NULL;
    KR_NEW(curves, calc->ctx, KR_ACCOUNT_STATS, calc->tree->nrlzs * curve);
    KR_TRY(kr_amplifier_scratch_create(calc->ctx, calc->amplifier, &scratch));
    for (size_t i = 0; i < nsites; i++) {
        const kr_site_rates site = rates_of_site(calc, first, nsites, i, rates);
        double began = kr_wall_seconds();
        KR_TRY(check_interrupted(calc));
        const kr_note notes[2] = {{KR_NOTE_STATS, site.site, 0}, {KR_NOTE_SOIL, site.site, 0}};
        float *mine = stats + i * of_stats;
        if (!kr_journal_take(calc->journal, notes[0], mine, of_stats * sizeof *mine) ||
            !kr_journal_take(calc->journal, notes[1], curves, all)) {
            kr_amplifier_site(calc->amplifier, scratch, &site, calc->stats, calc->nstats, mine,
                              curves);
            KR_TRY(kr_journal_keep(calc->journal, notes[0], mine, of_stats * sizeof *mine));
            KR_TRY(kr_journal_keep(calc->journal, notes[1], curves, all));
        }
        note_unit(calc, site.site, NULL, kr_wall_seconds() - began);
        KR_TRY(kr_calc_check_curves(calc, first + i, 0, calc->tree->nrlzs, curves));
        kr_phase_begin(calc->ctx, "storing");
        KR_TRY(kr_results_put_rlzs(calc->results, first + i, curves));
        kr_phase_begin(calc->ctx, "statistics");
        kr_progress(calc->ctx, "statistics", (double)(first + i + 1), (double)calc->sites->n);
    }
out:
    kr_amplifier_scratch_destroy(&scratch);
    kr_free(curves);
    return s;
}

kr_status kr_calc_tile_stats(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    kr_status s = KR_OK;
    tile_stats made = {.stats = NULL};
    kr_calc_turn(calc, "statistics");
    KR_NEW(made.stats, calc->ctx, KR_ACCOUNT_STATS, nsites * calc->nstats * curve_size(calc));
    if (bracket_size(calc))
        KR_NEW(made.brackets, calc->ctx, KR_ACCOUNT_STATS, nsites * bracket_size(calc));
    if (calc->store_rlzs && calc->amplifier)
        KR_TRY(amplified_rlzs(calc, first, nsites, rates, made.stats));
    else
        KR_TRY(stats_of_sites(calc, first, nsites, rates, &made));
    if (calc->store_rlzs && !calc->amplifier)
        KR_TRY(kr_calc_tile_rlzs(calc, first, nsites, rates));
    KR_TRY(kr_calc_disagg_tile(calc, first, nsites, rates, made.stats));
    if (calc->job->uncertainty || calc->job->disagg_by_src || calc->sampling)
        kr_calc_turn(calc, "uncertainty and sources");
    if (calc->job->uncertainty)
        KR_TRY(kr_calc_tile_uncertainty(calc, first, nsites, rates));
    if (calc->job->disagg_by_src)
        KR_TRY(rates_by_source(calc, nsites, rates, &made.by_source));
    KR_TRY(kr_calc_sampling_tile(calc, first, nsites, rates, &made.ranges, &made.whole));
    kr_calc_turn(calc, "storing");
    kr_results_tile tile = {.first_site = first,
                            .nsites = nsites,
                            .component_rates = rates,
                            .stats = made.stats,
                            .brackets = made.brackets,
                            .rates_by_source = made.by_source,
                            .ranges = made.ranges,
                            .whole = made.whole};
    KR_TRY(kr_calc_check_tile(calc, &tile));
    KR_TRY(kr_calc_note_beyond(calc, nsites, made.stats));
    KR_TRY(kr_results_put_tile(calc->results, &tile));
    kr_calc_turned(calc, "storing", first + nsites);
out:
    kr_free(made.stats);
    kr_free(made.brackets);
    kr_free(made.by_source);
    kr_free(made.ranges);
    kr_free(made.whole);
    return s;
}

/* The rates of a finished tile are kept when there is time for it, or more to be done when all
 * tiles are finished; and before the run ends early. */
static kr_status do_tile(kr_calc *calc, size_t first, size_t nsites, double *rates)
{
    kr_status s = KR_OK;
    bool kept = kr_journal_rates(calc, first, nsites, rates);
    if (kept)
        kr_hazard_pass(calc->hazard, nsites);
    else
        KR_TRY(kr_journal_tile(calc, first, nsites, rates));
    if (!kept && (calc->disagg || kr_journal_has_time_for_rates(calc, nsites))) {
        KR_TRY(kr_journal_keep_rates(calc, first, nsites, rates));
        kept = true;
    }
    s = kr_calc_tile_stats(calc, first, nsites, rates);
    if (s != KR_OK && !kept && kr_journal_keep_rates(calc, first, nsites, rates) != KR_OK)
        kr_info(calc->ctx, "the hazard of %zu sites could not be kept", nsites);
out:
    return s;
}

kr_status kr_calc_tiles(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t n = calc->sites->n, total = calc->job->nimts * calc->job->nlevels;
    double *rates = NULL;
    kr_calc_phase(calc, "hazard"); /* what came before has its line in the log now */
    KR_NEW(rates, calc->ctx, KR_ACCOUNT_RATES, calc->tree->nrates * calc->tile_sites * total);
    if (calc->job->disagg_by_src)
        KR_TRY(kr_rate_weights(calc->ctx, calc->tree, &calc->rate_weights));
    for (size_t first = 0; first < n; first += calc->tile_sites) {
        size_t nsites = n - first < calc->tile_sites ? n - first : calc->tile_sites;
        kr_calc_turn(calc, "hazard");
        KR_TRY(do_tile(calc, first, nsites, rates));
    }
out:
    kr_free(rates);
    return s;
}
