/* A calculation on its way through the pipeline; what every stage needs of it. */
#ifndef KR_RUN_CALC_H
#define KR_RUN_CALC_H

#include "base/eta.h"
#include "hazard/hazard.h"
#include "kauri/run.h"
#include "model/sites.h"
#include "output/results.h"
#include "run/source_map.h"
#include "stats/stats.h"
#include "tree/tree.h"

typedef struct kr_calc_sampling kr_calc_sampling;
typedef struct kr_calc_checks kr_calc_checks;

/* Memory after reading, which plans go by. */
typedef struct kr_calc_memory {
    size_t peak_before; /* of the context, by earlier calculations */
    size_t accounted, accounted_peak, resident, resident_peak;
    size_t listed;    /* what the beginning of results.h5 will take */
    double wall, cpu; /* seconds so far */
} kr_calc_memory;

typedef struct kr_calc {
    kr_ctx *ctx;
    const kr_run_options *options;
    kr_arena arena;
    int threads, stats_threads; /* of the hazard; of the statistics, where memory allows fewer */
    kr_job *job;
    kr_model *model;
    kr_tree *tree;
    kr_hazard *hazard;
    kr_sites *sites;
    kr_soil *soil; /* site amplification; NULL without */
    kr_input_file *inputs;
    size_t ninputs;
    struct kr_digesting *digesting; /* under way; or NULL */
    kr_stat *stats;
    size_t nstats;
    bool store_rlzs;
    kr_calc_memory now;
    size_t tile_sites;             /* sites computed at a time */
    kr_statistics *statistics;     /* of sums of component rates */
    kr_amplifier *amplifier;       /* or of curves on soil; the other is NULL */
    kr_calc_sampling *sampling;    /* of a sampled tree; or NULL: see run/sampling.h */
    kr_calc_checks *checks;        /* made with the first tile: see run/check.h */
    struct kr_calc_disagg *disagg; /* see run/disagg.h; NULL without */
    size_t *beyond;                /* see kr_calc_note_beyond; NULL without */
    double *rate_weights; /* with disagg_by_src: weight of each component rate in the mean */
    kr_hazard_work work;
    kr_spread
        site_units; /* seconds of statistics: units are sites at one measure, or sites on soil */
    kr_eta eta;     /* the time left: see run/foretell.c */
    unsigned phases_told;    /* bit i: phase i has its line of log */
    kr_job_options in_force; /* listed for the results; of new statistics those of the run */
    kr_provenance provenance;
    kr_results_spec spec;
    kr_results *results;
    const char *report; /* path of the report.html that was written, or NULL */
    const char *began;  /* date of this run, or of the one that it goes on with; NULL: to be told */
    struct kr_journal *journal;      /* of what is done; NULL: none is kept */
    struct kr_memory_report *memory; /* NULL: not asked for */
    kr_source_map source_map;        /* for the report */
    struct kr_warnings *warnings;    /* so far; NULL: they are not kept */
} kr_calc;

/** Read the job file of the options with their parameters. Owned by the caller: kr_job_destroy. */
KR_MUST_CHECK kr_status kr_options_job(kr_ctx *ctx, const kr_run_options *options, kr_job **out);

/** Read everything that a job names, then split the sources: what `run` and `info` share. Always
 * end with kr_calc_clear. */
KR_MUST_CHECK kr_status kr_calc_read(kr_calc *calc, kr_ctx *ctx, const kr_run_options *options);
KR_MUST_CHECK kr_status kr_calc_prepare(kr_calc *calc);
void kr_calc_clear(kr_calc *calc);

/** All input files, once; and their digests, which take time: with several threads one of them
 * begins beside what is done next. Every beginning needs its end, which kr_calc_digest and
 * kr_calc_clear are too (run/inputs.c). */
KR_MUST_CHECK kr_status kr_calc_list_inputs(kr_calc *calc);
KR_MUST_CHECK kr_status kr_calc_digest_begin(kr_calc *calc);
KR_MUST_CHECK kr_status kr_calc_digest(kr_calc *calc);
void kr_calc_digest_end(kr_calc *calc);

/** The log lines about job, tree, sources (what the reference's log says). */
void kr_calc_report(kr_calc *calc);

/** Write what the job holds, as text. */
KR_MUST_CHECK kr_status kr_calc_info(kr_calc *calc, FILE *out);

/** Write how the realizations fall apart into parts, and how their statistics are taken. */
void kr_calc_structure(const kr_calc *calc, FILE *out);

/** Look at what is held after reading: before a plan is made (run/plan.h). store_rlzs and the
 * sampling error must be there. */
KR_MUST_CHECK kr_status kr_calc_look(kr_calc *calc);

/** While a job is read it may take what is given, or half of the machine's memory where that is
 * more: so that a refusal can tell the figure. */
void kr_calc_guard_reading(kr_ctx *ctx, const kr_run_options *options);

/** Choose the tile from the memory limit, or refuse (KR_ENOFIT) with the figure that would be
 * needed. */
KR_MUST_CHECK kr_status kr_calc_plan(kr_calc *calc);

/** The memory limit that was given, or half of what the machine lets the process have. */
size_t kr_calc_limit(const kr_calc *calc);

/** The folder of the results; in the arena. NULL: KR_ENOMEM. */
const char *kr_calc_dir(kr_calc *calc);

/** KR_EINPUT where the folder, named by the job and not by the user, leads out of that of the job;
 * an export_dir that does is left out with a warning (run/folder.c). */
KR_MUST_CHECK kr_status kr_calc_check_folder(kr_calc *calc);

/** Are the curves of single realizations to be stored? */
bool kr_calc_stores_rlzs(const kr_calc *calc);

/** calc->in_force and spec.provenance (run/provenance.c). KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_calc_fill_provenance(kr_calc *calc);

/** calc->spec: what the results are to hold. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_calc_fill_spec(kr_calc *calc);

/** Bytes that the disk has left where the results are to go, whose folder need not be there yet; -1
 * if it cannot be told. KR_ENOFIT where they have not room there. */
double kr_calc_disk_free(kr_calc *calc);
KR_MUST_CHECK kr_status kr_calc_check_disk(kr_calc *calc);

/** Take the folder of the results; of a run, also what an interrupted one left there. */
KR_MUST_CHECK kr_status kr_calc_open_results(kr_calc *calc);

/** Write the CSV tables, if the options ask for them. */
KR_MUST_CHECK kr_status kr_calc_export_tables(kr_calc *calc);

/** Write report.html beside the results, and set `report`. They are complete already: a report that
 * cannot be made is told, and only KR_EIO and KR_EINTERRUPTED come back. */
KR_MUST_CHECK kr_status kr_calc_write_report(kr_calc *calc);

/* Warnings on their way to who gets the log; the first of them are kept for the report. */
enum { KR_WARNINGS_KEPT = 200 };
typedef struct kr_warnings {
    kr_log_taker taker;
    kr_arena arena;
    size_t n, left;   /* kept; not kept, since they are too many */
    bool lost;        /* there was no memory for one */
    kr_warned stored; /* of these, what results.h5 has */
    const char *texts[KR_WARNINGS_KEPT];
} kr_warnings;

/** Keep the warnings of a context from now on; and let go of them. */
void kr_warnings_begin(kr_warnings *w, kr_ctx *ctx);
void kr_warnings_end(kr_warnings *w, kr_ctx *ctx);

/** Keep those of a finished run too, without telling them again. */
void kr_warnings_add(kr_warnings *w, const kr_warned *of);

/** What is kept until now is in the results; NULL is accepted. And put it there: KR_EIO, KR_ENOMEM.
 */
void kr_warnings_stored(kr_warnings *w);
KR_MUST_CHECK kr_status kr_calc_put_warnings(kr_calc *calc);

/** Hazard, statistics and storage, tile by tile. */
KR_MUST_CHECK kr_status kr_calc_tiles(kr_calc *calc);

/** Statistics of one tile from its component rates, into the results. */
KR_MUST_CHECK kr_status kr_calc_tile_stats(kr_calc *calc, size_t first, size_t nsites,
                                           const double *rates);

/** Bytes of the largest note of a unit of statistics. */
size_t kr_calc_note_bytes(const kr_calc *calc);

/** Warn where maps or spectra of std or cov are asked for. The statistics must be known. */
void kr_calc_warn_spread(const kr_calc *calc);

/** Count the sites whose curves, stats[site][statistic][measure][level], end above a probability of
 * maps or spectra, for each measure and probability; and warn of them. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_calc_note_beyond(kr_calc *calc, size_t nsites, const float *stats);
void kr_calc_warn_beyond(const kr_calc *calc);

/** `uncertainty`: refused where the tree has no choices to tell apart; bytes it takes; the sites of
 * a tile, into the results. */
KR_MUST_CHECK kr_status kr_calc_check_uncertainty(const kr_calc *calc);
size_t kr_calc_uncertainty_bytes(const kr_calc *calc);
KR_MUST_CHECK kr_status kr_calc_tile_uncertainty(kr_calc *calc, size_t first, size_t nsites,
                                                 const double *rates);

/** Single realizations of the sites of a tile, computed and packed by all threads, into the
 * results; and the bytes that it takes. */
KR_MUST_CHECK kr_status kr_calc_tile_rlzs(kr_calc *calc, size_t first, size_t nsites,
                                          const double *rates);
size_t kr_calc_rlzs_bytes(const kr_calc *calc, int threads);

/** End the phase under way and begin another (NULL: none); one line of log for each phase that
 * ended since the last call: wall time, memory accounted and resident. Phases that alternate begin
 * with kr_phase_begin, and have their lines when they are all over. */
void kr_calc_phase(kr_calc *calc, const char *name);

/** The time left (run/foretell.c): the next part begins, as a phase too; it is done for all sites
 * before `site`. */
void kr_calc_turn(kr_calc *calc, const char *name);
void kr_calc_turned(kr_calc *calc, const char *name, size_t site);

/** Until kr_calc_foretell no time left is told. */
void kr_calc_foretell_later(kr_ctx *ctx);

/** How long the digests of tables will take, when these are begun; and that the digests are. */
void kr_calc_foretell_digests(kr_calc *calc, bool begun);

/** Put into the results where the time went, and complete them. */
KR_MUST_CHECK kr_status kr_calc_close_results(kr_calc *calc);

/** What the run took into the log, when it is over: the table of all phases, which is a detail
 * where the run was short. */
void kr_calc_performance_log(const kr_calc *calc);

#endif
