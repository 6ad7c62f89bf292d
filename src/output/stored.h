/* A finished run, read back from its results.h5: what tables, single realizations and new
 * statistics are made from. Nothing of the job's input files is needed. */
#ifndef KR_OUTPUT_STORED_H
#define KR_OUTPUT_STORED_H

#include "base/h5.h"
#include "output/results.h"

typedef struct kr_stored {
    kr_ctx *ctx;
    kr_arena arena;
    const char *dir, *path; /* the folder; its results.h5 */
    kr_h5 *file;
    kr_job *job; /* as far as stored: measures, levels, statistics, what was asked to be exported */
    kr_sites *sites;
    kr_tree *tree; /* NULL until kr_stored_tree */
    size_t nstats; /* of the stored statistics */
    const char **stats;
    bool has_rates, has_rlzs; /* component rates, single realizations are stored */
    bool disagg_statistics;   /* statistics of the whole tree are disaggregated */
    size_t nsources;          /* of the table of rates by source; 0 without it */
    const char **sources;
    const char *start_date, *isa;
    kr_input_file *inputs;
    size_t ninputs;
    kr_provenance provenance; /* no options where an earlier version wrote none */
} kr_stored;

/** Open DIR/results.h5. KR_EINPUT: no finished run, of another format, or damaged. Owned by the
 * caller: kr_stored_close. */
KR_MUST_CHECK kr_status kr_stored_open(kr_ctx *ctx, const char *dir, kr_stored **out);
void kr_stored_close(kr_stored **stored);

/* What a folder without complete results may be. */
typedef enum kr_folder_state {
    KR_FOLDER_OTHER,       /* none of ours */
    KR_FOLDER_INTERRUPTED, /* a run can go on there */
    KR_FOLDER_LIVE         /* a run is under way there */
} kr_folder_state;

/** Look at the files of a folder. A run on another machine, or in another container, is not seen to
 * be under way. */
kr_folder_state kr_folder_look(kr_ctx *ctx, const char *dir);

/** KR_EINPUT: there is no results.h5 in the folder; says why, and what to do. */
kr_status kr_folder_fail(kr_ctx *ctx, const char *dir);

/** Make its tree again, once. */
KR_MUST_CHECK kr_status kr_stored_tree(kr_stored *stored);

/** What its tables and its report are made from: what is not known of a run that is over is left
 * empty. The arena holds what is not the run's own. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_stored_spec(const kr_stored *stored, kr_arena *arena,
                                       kr_results_spec *out);

/** KR_EINPUT where the run did not store its component rates; `what` needs them. */
KR_MUST_CHECK kr_status kr_stored_need_rates(const kr_stored *stored, const char *what);

/** KR_EINPUT unless the file is a results file of this format. */
KR_MUST_CHECK kr_status kr_stored_check_format(kr_ctx *ctx, const char *path, kr_h5 *file);

/** The tree that the group tree/ of an open results.h5 describes. `path` is for messages. Owned by
 * the caller: kr_tree_destroy. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_tree_load(kr_ctx *ctx, const char *path, kr_h5 *file, kr_tree **out);

#endif
