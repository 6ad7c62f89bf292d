/* New statistics of finished runs, under way. */
#ifndef KR_RUN_RESTAT_H
#define KR_RUN_RESTAT_H

#include "output/stored.h"
#include "output/stored_cells.h"
#include "run/calc.h"
#include "tree/merge.h"

typedef struct kr_restat {
    kr_ctx *ctx;
    const kr_stats_options *options;
    kr_run_options run_options;
    kr_arena arena;
    size_t nruns;
    kr_stored **runs;     /* owned */
    bool by_sites;        /* the sites of the runs one after another; else all runs have the same */
    size_t *first_site;   /* nruns + 1: sites of the runs, where they come one after another */
    kr_merge_rate *rates; /* owned; where each component rate is found; NULL: as in the runs */
    size_t *chosen;       /* --sites: which of all sites each is; NULL: all of them */
    bool disaggregates;   /* the run stored rates by cell, and they are disaggregated again */
    kr_calc calc;
} kr_restat;

/** Open the runs, and see that they go together. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_restat_open(kr_restat *r);

/** calc.job: the runs' with the statistics that are wanted now. KR_EUSAGE. */
KR_MUST_CHECK kr_status kr_restat_job(kr_restat *r);

/** Is there a disaggregation to be made again, and how? Then parameters of the job, mode included.
 * KR_EINPUT, KR_EUSAGE where it is asked for and cannot be. */
KR_MUST_CHECK kr_status kr_restat_disagg_job(kr_restat *r, kr_job *job);

/** calc.disagg; nothing where there is none. Needs calc.sites and calc.tree. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_restat_disagg(kr_restat *r);

/** calc.source_map and calc.warnings, from those of the runs; nothing where one of them has none.
 * Needs calc.sites. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_restat_seen(kr_restat *r, kr_warnings *warnings);

/** calc.sites, calc.tree and where the rates are found. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_restat_sites(kr_restat *r);
KR_MUST_CHECK kr_status kr_restat_tree(kr_restat *r);

/** Component rates of sites [first, first + n): rates x sites x levels, as kr_calc_tile_stats takes
 * them. */
KR_MUST_CHECK kr_status kr_restat_read(kr_restat *r, size_t first, size_t n, double *rates);

#endif
