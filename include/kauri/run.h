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
    size_t memory_limit; /* bytes; 0: half of the machine's memory */
    FILE *info;          /* where a preclassical job tells what it holds; NULL: nowhere */
} kr_run_options;

/** Run a job: hazard, statistics, results.h5 and tables. Logs and progress go to the context. */
KR_API KR_MUST_CHECK kr_status kr_run(kr_ctx *ctx, const kr_run_options *options);

/** Tell what a job holds (a path to a job file) without computing hazard, as text on `out`. */
KR_API KR_MUST_CHECK kr_status kr_info_job(kr_ctx *ctx, const kr_run_options *options, FILE *out);

/** Tell what a finished run holds (its folder). */
KR_API KR_MUST_CHECK kr_status kr_info_results(kr_ctx *ctx, const char *dir, FILE *out);

/** Write the sources of a job (options: job, parameters, exact; dir is needed) as GeoJSON into the
 * folder: points, areas, fault traces and outlines, sections. Each source as its file has it,
 * before any change by the logic tree. Of `out` (may be NULL) a line for each file. */
KR_API KR_MUST_CHECK kr_status kr_sources_write(kr_ctx *ctx, const kr_run_options *options,
                                                FILE *out);

/* How two result folders differ. */
typedef struct kr_comparison {
    size_t tables, differing; /* tables compared; tables that differ or lack a twin */
    double worst;             /* largest relative difference above atol */
} kr_comparison;

/** Compare two result folders table by table, one line for each on `out`: numbers agree within
 * atol + rtol * |a|; texts must be equal. KR_EDIFFER if any table differs, KR_EINPUT if there is
 * nothing to compare. */
KR_API KR_MUST_CHECK kr_status kr_compare(kr_ctx *ctx, const char *a, const char *b, double rtol,
                                          double atol, FILE *out, kr_comparison *result);

#ifdef __cplusplus
}
#endif
#endif
