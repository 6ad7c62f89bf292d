/* Whole calculations. */
#ifndef KAURI_RUN_H
#define KAURI_RUN_H

#include "kauri/context.h"

#include <stdbool.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A parameter given beside the job file. */
typedef struct kr_parameter {
    const char *key, *value;
} kr_parameter;

typedef struct kr_run_options {
    const char *job; /* path of the job file */
    const char *dir; /* folder of the results; NULL: JOB-results in the job's export_dir or beside
                        the job */
    const kr_parameter *parameters; /* replace or add to those of the job */
    size_t nparameters;
    bool csv;            /* write the CSV tables */
    bool exact;          /* --compat exact */
    int threads;         /* 0: as many as the machine has */
    size_t memory_limit; /* bytes; 0: half of what the machine and its control groups let the
                            process have */
    size_t fit;          /* kr_info_job: bytes; it also tells how much more would fit in them */
    bool json;  /* kr_info_job: as JSON; kr_run: a summary of the results as JSON on `info` */
    bool fresh; /* begin again where an interrupted run would be continued */
    bool memory_report; /* write who held what memory, and memory over time, into the folder of the
                           results, which is made when the run begins and stays if it fails */
    FILE *info;         /* where a preclassical job tells what it holds; NULL: nowhere */
} kr_run_options;

/** Run a job: hazard, statistics, results.h5 and tables. Logs and progress go to the context. */
KR_API KR_MUST_CHECK kr_status kr_run(kr_ctx *ctx, const kr_run_options *options);

/** The memory of all calculations of a context so far as a table: who held what at the peak. */
KR_API KR_MUST_CHECK kr_status kr_memory_table(kr_ctx *ctx, FILE *out);

/** Draw memory-timeline.svg from the memory-timeline.csv in the folder of a run with
 * memory_report that was killed; a run that ends does it itself. KR_EINPUT, KR_EIO. */
KR_API KR_MUST_CHECK kr_status kr_memory_draw(kr_ctx *ctx, const char *dir);

/** Tell what a job holds (a path to a job file) without computing hazard, as text on `out`. */
KR_API KR_MUST_CHECK kr_status kr_info_job(kr_ctx *ctx, const kr_run_options *options, FILE *out);

/** Tell what a finished run holds (its folder), as text or as JSON. */
KR_API KR_MUST_CHECK kr_status kr_info_results(kr_ctx *ctx, const char *dir, bool json, FILE *out);

/** Write the sources of a job (options: job, parameters, exact; dir is needed) as GeoJSON into the
 * folder: points, areas, fault traces and outlines, sections. Each source as its file has it,
 * before any change by the logic tree. Of `out` (may be NULL) a line for each file. */
KR_API KR_MUST_CHECK kr_status kr_sources_write(kr_ctx *ctx, const kr_run_options *options,
                                                FILE *out);

typedef struct kr_export_options {
    const char *dir;         /* of a finished run */
    const char *const *what; /* kinds of tables, as kr_export_results lists them */
    size_t nwhat;
    const char *rlz;    /* number, path or name of the one realization to compute; or NULL */
    const char *sites;  /* "0,5-9", or NULL: all */
    const char *imt;    /* one measure, or NULL: all */
    const char *stat;   /* one statistic, or NULL: all */
    const char *output; /* folder of the tables, NULL: the current one; "-": `out` */
    bool list;          /* tell what there is on `out`, and write nothing */
    bool replace;       /* tables that are there already */
} kr_export_options;

/** Write tables of a finished run, which stays as it is. Tables that are there already are an
 * error unless they are to be replaced. KR_EINPUT, KR_EIO. */
KR_API KR_MUST_CHECK kr_status kr_export_results(kr_ctx *ctx, const kr_export_options *options,
                                                 FILE *out);

/** Write the report of a finished run, one HTML file that needs nothing else: to `output`, or where
 * that is NULL to DIR/report.html, as the run itself did. KR_EINPUT, KR_EIO. */
KR_API KR_MUST_CHECK kr_status kr_report_results(kr_ctx *ctx, const char *dir, const char *output);

typedef struct kr_plot_options {
    const char *dir;    /* of a finished run */
    const char *what;   /* curve, fan, uhs, map, tornado, tree */
    const char *output; /* path of the picture: its ending says whether it is SVG, PNG or PDF */
    size_t nsites, nimts, nstats; /* 0: what is usual */
    const char *const *sites;     /* "3", "174.5,-41.2" (the nearest one), an id */
    const char *const *imts, *const *stats;
    double poe; /* in the investigation time; NaN: those of the job, or its first */
    double dpi; /* of PNG; 0: 200 */
} kr_plot_options;

/** Draw a figure of a finished run, which stays as it is. The picture is there when it is complete.
 * KR_EINPUT: the results lack what it needs; KR_EUSAGE: the choice is wrong; KR_EIO. */
KR_API KR_MUST_CHECK kr_status kr_plot_results(kr_ctx *ctx, const kr_plot_options *options);

typedef struct kr_stats_options {
    const char *const *dirs; /* of finished runs: of one logic tree at several sites, or of
                                several branches of one at the same sites */
    size_t ndirs;
    const char *output;                  /* folder of the new results */
    const char *source_tree, *gsim_tree; /* logic trees with new weights, or NULL */
    const char *statistics;              /* "mean std cov min max", or NULL: those of the run */
    const char *quantiles;               /* "0.05 0.95", "" for none, or NULL: those of the run */
    const char *definition;              /* of quantiles, or NULL: that of the run */
    const char *sites;                   /* these sites only, "0,5-9", or NULL: all */
    const kr_parameter *parameters;      /* of the disaggregation that is made again */
    size_t nparameters;
    bool csv, copy_rates; /* tables; store the component rates again */
    bool replace;         /* results that are there already */
    int threads;          /* as in kr_run_options */
    size_t memory_limit;
} kr_stats_options;

/** New statistics from the component rates of finished runs, which stay as they are: results.h5
 * (and tables) in a new folder. KR_EINPUT, KR_EIO, KR_ENOFIT. */
KR_API KR_MUST_CHECK kr_status kr_stats_results(kr_ctx *ctx, const kr_stats_options *options);

/** See whether a finished run is as it was written: its files against their digests, the inputs
 * that are still there against theirs, the structure of results.h5, and its curves: finite, within
 * 0 and 1, not rising with the level. A line for each on `out`, or all as JSON. KR_EDIFFER if
 * something is changed, missing or unsound; an input that is no longer there is none of it.
 * KR_EINPUT: not the folder of a finished run, or of another format. */
KR_API KR_MUST_CHECK kr_status kr_verify(kr_ctx *ctx, const char *dir, bool json, FILE *out);

/* How two result folders differ. */
typedef struct kr_comparison {
    size_t tables, differing; /* tables compared; tables that differ or lack a twin */
    double worst;             /* largest relative difference above atol */
} kr_comparison;

/** Compare two result folders table by table, one line for each on `out`, or all as JSON: numbers
 * agree within atol + rtol * |a|; texts must be equal. KR_EDIFFER if any table differs, KR_EINPUT
 * if there is nothing to compare. */
KR_API KR_MUST_CHECK kr_status kr_compare(kr_ctx *ctx, const char *a, const char *b, double rtol,
                                          double atol, bool json, FILE *out, kr_comparison *result);

/* A key and the values that it is to have. Besides the parameters of a job: "threads",
 * "memory_limit", "compat", "isa" (v2, v3, v4), "job" and "program" (paths of job files, of builds
 * of Kauri), "branches", "sites" and "levels" (numbers: the job's branch_count, site_count and
 * level_count). */
typedef struct kr_vary {
    const char *key;
    const char *const *values;
    size_t nvalues;
} kr_vary;

typedef struct kr_scaling_options {
    kr_run_options run;  /* of all settings; `dir`: folder of the tables and all results, NULL: a
                            temporary one; csv and info do not count */
    const char *program; /* path of the kauri that runs the settings */
    const kr_vary *vary;
    size_t nvary;
    bool one_at_a_time; /* the first values of all, then one key changed; else all combinations */
    bool json;          /* the figures of all runs as JSON to `out`, in place of the table */
    int pairs;          /* 0; or compare two settings by so many runs of each, in turn */
} kr_scaling_options;

/** Run a job under several settings, each in a process of its own, and write one table in Markdown
 * to `out`; with a folder also scaling.md and scaling.csv. A setting that fails is a line of it.
 * KR_EUSAGE; KR_EINTERRUPTED, with the table of what was done; KR_EINPUT if all fail. */
KR_API KR_MUST_CHECK kr_status kr_scaling(kr_ctx *ctx, const kr_scaling_options *options,
                                          FILE *out);

#ifdef __cplusplus
}
#endif
#endif
