/* The results of a run: results.h5, written while the run goes, and the CSV tables made from it.
 *
 * results.h5 (format 2) carries the reference's dataset names where it has one: sitecol, full_lt,
 * weights, hcurves-stats, hcurves-rlzs, hmaps-stats, hmaps-rlzs, mean_rates_by_src; and besides
 * them the component rates, the tree, the inputs with their digests and the parameters. */
#ifndef KR_OUTPUT_RESULTS_H
#define KR_OUTPUT_RESULTS_H

#include "base/h5.h"
#include "hazard/disagg_sums.h"
#include "model/job_options.h"
#include "model/sites.h"
#include "output/drawn.h"
#include "output/performance.h"
#include "output/warned.h"
#include "stats/sampling.h"
#include "stats/uncertainty.h"

enum { KR_RESULTS_FORMAT = 2 };

/* Above this number of realizations an unset individual_rlzs stores none; above the second the
 * table of realizations has no rows. */
enum { KR_RLZS_STORED_UNASKED = 10000, KR_RLZS_LISTED = 1000000 };

/* More single realizations are not stored, however large the disk is. */
enum { KR_RLZS_STORED_MOST = 10000000 };

/* Above this number the source-model paths are not listed with their texts: the tree says them. */
enum { KR_PATHS_LISTED = 20000 };

/* An input file and its content. */
typedef struct kr_input_file {
    const char *key, *path;
    long long size;
    char sha256[65];
} kr_input_file;

/* How results came about, besides their inputs. */
typedef struct kr_provenance {
    kr_job_options options;  /* in force, defaults included */
    char options_sha256[65]; /* of "key = value" on a line each */
    char inputs_sha256[65];  /* of the digests of the inputs, in order, on a line each */
} kr_provenance;

/** Digests of options, which are borrowed, and inputs. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_provenance_make(const kr_job_options *options,
                                           const kr_input_file *inputs, size_t ninputs,
                                           kr_arena *arena, kr_provenance *out);

/** The value of an option; NULL if it is not among them. */
const char *kr_provenance_option(const kr_provenance *p, const char *key);

/* A statistic of the whole tree that is disaggregated. */
typedef struct kr_disagg_statistic {
    char name[48];  /* "mean", "variance", "quantile-0.5", "branches" */
    size_t columns; /* 1; of branches as many as all choices have states */
    size_t set;     /* of levels: 0 those of the mean, then of each quantile */
} kr_disagg_statistic;

/* Realizations that stand together in a chunk: put best as many at a time, or times as many. */
enum { KR_DISAGG_RLZS = 8 };

/* Whose parts of the rate of the mean are stored: of sources, of fault sections; either or both. */
typedef struct kr_results_shares {
    bool sources, sections;
    size_t nsources, nsections;
    const char *const *source, *const *trt; /* base ids; tectonic region types, ", " between */
    const char *const *section, *const *section_name; /* "" without a name */
    size_t nparts, npoints;                           /* of all sections seen from above */
    const uint32_t *part_section, *part_points;       /* of each part */
    const uint8_t *part_outline;                      /* 1: a ring, 0: a line */
    const double *lon, *lat;                          /* degrees */
} kr_results_shares;

/* The rates of all components by cell: what new levels, weights and tables are made from, without
 * ruptures. A row is of one model in one cell, its numbers those of bands of epsilon. */
typedef struct kr_results_cells {
    kr_precision precision;
    size_t nown, nlevels;    /* levels: those of the tables first, then those of the curves */
    const uint32_t *measure; /* of each level */
    size_t chunk;            /* rows that are stored together: those of a site begin with one */
    const size_t *first_cell, *first_row; /* nsites + 1 */
    bool exclusive;                       /* some groups have exclusive sources */
} kr_results_cells;

/* What a disaggregation stores. */
typedef struct kr_results_disagg {
    const kr_disagg_edges *edges;
    size_t npoes; /* levels of each measure */
    size_t nimts; /* measures that are put together */
    size_t nrlzs; /* of each site; 0: the mean of all alone */
    bool mean;
    size_t nsets;
    size_t nstatistics;
    const kr_disagg_statistic *statistics;
    const kr_results_shares *shares; /* or NULL */
    const kr_results_cells *cells;   /* or NULL */
} kr_results_disagg;

/** The greatest chunk of rows, of a site that has the most of them. */
size_t kr_results_cells_chunk(size_t most_rows, size_t neps);

/* Of the mean over the whole tree at one level: means, and the bin that has most. */
enum { KR_DISAGG_SUMMARY = 7 };
#define KR_DISAGG_SUMMARY_NAMES                                                                    \
    "mean_mag", "mean_dist", "mean_eps", "mode_mag", "mode_dist", "mode_eps", "mode_share"

/* What is known before the hazard is computed. Everything is borrowed and must outlive the results.
 */
typedef struct kr_results_spec {
    const char *dir;
    const kr_job *job;
    const kr_sites *sites;
    const kr_tree *tree;
    const kr_stat *stats;
    size_t nstats;
    bool store_rlzs;
    kr_way way;                        /* how the statistics are taken */
    const kr_sampling_error *sampling; /* of a sampled tree; or NULL */
    const kr_results_disagg *disagg;   /* or NULL */
    const char *start_date;            /* YYYY-MM-DDTHH:MM:SS */
    const char *isa;
    const kr_input_file *inputs;
    size_t ninputs;
    kr_provenance provenance;
    const kr_drawn_sources *drawn; /* or NULL where they are not known */
} kr_results_spec;

typedef struct kr_results kr_results;

/** Create DIR (with parents) and keep other runs out of it. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_results_create(kr_ctx *ctx, const char *dir, kr_results **out);

/** Begin DIR/results.h5.part with all that is known. KR_EIO, KR_ENOMEM, KR_ENOFIT. */
KR_MUST_CHECK kr_status kr_results_begin(kr_results *results, const kr_results_spec *spec);

/* The curves of consecutive sites, as computed (shapes in the order named). */
typedef struct kr_results_tile {
    size_t first_site, nsites;
    const double *component_rates; /* rates, sites, measures x levels */
    const float *stats;            /* sites, statistics, measures x levels */
    const double *brackets;        /* sites, quantiles, measures x levels, 2; or NULL */
    const float *rates_by_source;  /* sites, measures x levels, sources; or NULL */
    const float *ranges;           /* with sampling: sites, its statistics, measures x levels, 2 */
    const float *whole;            /* and sites, its statistics, measures x levels; or NULL */
} kr_results_tile;

KR_MUST_CHECK kr_status kr_results_put_tile(kr_results *results, const kr_results_tile *tile);

/* Single realizations are stored in blocks, a chunk each: some of the realizations of a site, or
 * all of those of some sites. */
typedef struct kr_rlzs_block {
    size_t site, nsites, first, n;
} kr_rlzs_block;

/** The number of blocks of consecutive sites, of which the first one begins a tile; one of them. */
size_t kr_results_rlzs_blocks(const kr_results_spec *spec, size_t nsites);
kr_rlzs_block kr_results_rlzs_block(const kr_results_spec *spec, size_t first_site, size_t nsites,
                                    size_t block);

/* Makes blocks ready for the file; one for each thread. */
typedef struct kr_rlzs_writer kr_rlzs_writer;

/** The results must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_rlzs_writer_create(kr_results *results, kr_rlzs_writer **out);
void kr_rlzs_writer_destroy(kr_rlzs_writer **writer);     /* accepts NULL in *writer */
size_t kr_rlzs_writer_bytes(const kr_results_spec *spec); /* that it takes */

/** Where the curves of a block go: sites x realizations x (measures x levels). */
float *kr_rlzs_writer_curves(kr_rlzs_writer *writer);

/** Maps of the curves that are there; both are packed. Any thread. */
void kr_rlzs_writer_pack(kr_rlzs_writer *writer, const kr_rlzs_block *block);

/** What was packed: single curves, maps; without bytes where the dataset is so small that it is not
 * packed, or has not been asked for. Until the next block. */
kr_h5_packed kr_rlzs_writer_packed(const kr_rlzs_writer *writer, bool maps);

/** Room for what an earlier writer packed: that of the numbers themselves. */
void *kr_rlzs_writer_room(kr_rlzs_writer *writer, bool maps, size_t *bytes);

/** Take a block as an earlier writer packed it; the bytes must stay until it is put. */
void kr_rlzs_writer_take(kr_rlzs_writer *writer, const kr_rlzs_block *block, kr_h5_packed curves,
                         kr_h5_packed maps);

/** What was packed goes into the file. One thread at a time; always in the order of the blocks, so
 * that the same results make the same file. */
KR_MUST_CHECK kr_status kr_rlzs_writer_put(kr_rlzs_writer *writer);

/** The curves of all realizations of one site, by the thread that leads. */
KR_MUST_CHECK kr_status kr_results_put_rlzs(kr_results *results, size_t site, const float *curves);

/** Shares of variance and means by branch of one site and measure, with the job's `uncertainty`. */
KR_MUST_CHECK kr_status kr_results_put_uncertainty(kr_results *results, size_t site, size_t measure,
                                                   const kr_uncertainty *u);

/** Of the disaggregation of a site: its levels (sets x measures x probabilities), the numbers of
 * its realizations, its summary (measures x probabilities x KR_DISAGG_SUMMARY). */
KR_MUST_CHECK kr_status kr_results_put_disagg_site(kr_results *results, size_t site,
                                                   const double *levels, const uint32_t *rlzs,
                                                   const double *summary);

/** The tables of a group ("disagg-rlzs", "disagg-stats", "disagg-tree/mean") at all levels of
 * measures from `measure` on, whose columns from `first` on are the targets. */
KR_MUST_CHECK kr_status kr_results_put_disagg(kr_results *results, size_t site, size_t measure,
                                              const char *group, size_t first,
                                              const kr_disagg_sums *sums);

/** What sources and sections have of the rate of a site at all levels of `count` measures from
 * `measure` on (shares->nlevels of them): rates in the investigation time, stored as annual ones.
 */
KR_MUST_CHECK kr_status kr_results_put_shares(kr_results *results, size_t site, size_t measure,
                                              size_t count, const kr_disagg_sources *shares);

/** The cells of a site, and all stored levels there (0: none). */
KR_MUST_CHECK kr_status kr_results_put_cells(kr_results *results, size_t site,
                                             const kr_disagg *disagg, const double *levels);

/** The rates of a site at its first `n` levels, which are stored as levels `first` on. */
KR_MUST_CHECK kr_status kr_results_put_cell_rates(kr_results *results, size_t site, size_t first,
                                                  size_t n, const kr_disagg *disagg);

/** Memory of the latter beside what is given; of the cells' lists while the file is begun. */
size_t kr_results_cells_bytes(const kr_results_spec *spec);

/** Bytes that results.h5 takes at the most (packed, it takes less); known before anything is
 * computed. */
double kr_results_predicted_bytes(const kr_results_spec *spec);
double kr_results_rates_bytes(const kr_results_spec *spec);  /* of these for component rates */
double kr_results_cells_stored(const kr_results_spec *spec); /* and for rates by cell */

/** Accounted memory: while the file is begun, beside what is kept as long as it is open; at most,
 * but for what the paths hold, which is taken from some of them. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_results_listed_bytes(kr_ctx *ctx, const kr_results_spec *spec,
                                                size_t *out);
size_t kr_results_open_bytes(const kr_results_spec *spec);

/** What is held beside while curves are stored; and of that until the next tile is stored. */
size_t kr_results_packing_bytes(const kr_results_spec *spec);
size_t kr_results_kept_bytes(const kr_results_spec *spec);

/** Accounted memory of kr_results_export_csv where `left` bytes may be taken; the realizations that
 * it then holds at a time. */
size_t kr_results_tables_bytes(const kr_results_spec *spec, size_t left);
size_t kr_results_block_rlzs(const kr_results_spec *spec, size_t left);

/** KR_ENOFIT if results.h5 may take more than what the disk has; free < 0: unknown. */
KR_MUST_CHECK kr_status kr_results_check_space(kr_ctx *ctx, const kr_results_spec *spec,
                                               double free);

/* What was checked while the run went. */
typedef struct kr_results_checks {
    const char *way;     /* "all" realizations were added up, some "drawn", or "none: ..." */
    size_t levels;       /* that were held against them */
    double realizations; /* of each */
    double worst;        /* relative difference of a mean (all) or a mean rate (drawn) */
} kr_results_checks;
KR_MUST_CHECK kr_status kr_results_put_checks(kr_results *results, const kr_results_checks *checks);

/** The warnings until now. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_results_put_warnings(kr_results *results, const kr_warned *warned);

/** Where the time went until now: the last that is put before kr_results_finish. */
KR_MUST_CHECK kr_status kr_results_put_performance(kr_results *results, const kr_performance *p);

/** Size of the finished file; -1 if it cannot be told. */
long long kr_results_bytes(const kr_results *results);

/** Sites that are stored together when each takes so many bytes: a power of two up to 64. */
size_t kr_results_chunk_sites(size_t bytes_per_site);

/** Realizations of one site that are stored together, where not all of them are. */
size_t kr_results_chunk_rlzs(size_t bytes_per_rlz);

/** Complete the file and give it its name, results.h5. Tables that an earlier run left in the
 * folder are removed: they tell of other results. */
KR_MUST_CHECK kr_status kr_results_finish(kr_results *results);

/** Write the CSV tables that the reference exports for such a job; all of them or, where that
 * fails, none. Returns their number. KR_EIO, KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_results_export_csv(kr_ctx *ctx, const kr_results_spec *spec,
                                              size_t *ntables);

/** A number that tells whether two runs had the same parameters and inputs. */
unsigned kr_results_checksum(const kr_results_spec *spec);

/** Give up: close and remove what is not complete. Accepts NULL, sets it NULL. Also after a finish.
 */
void kr_results_destroy(kr_results **results);

#endif
