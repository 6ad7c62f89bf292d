/* The inside of run/disagg.h. */
#ifndef KR_RUN_DISAGG_INT_H
#define KR_RUN_DISAGG_INT_H

#include "output/stored_cells.h"
#include "run/disagg.h"

/* Motions count as of a level that are so much of it away from it at most. */
#define KR_DISAGG_STEP 0.005

/* A level of the mean curve at a site. */
typedef struct kr_disagg_spot {
    size_t site, level;
} kr_disagg_spot;

struct kr_calc_disagg {
    kr_disagg_edges *edges;
    kr_results_disagg stored;
    size_t nlevels; /* of a set: measures x probabilities, or measures */
    double *levels; /* sites x sets x nlevels */
    uint32_t *rlzs; /* sites x stored.nrlzs */
    size_t at_once; /* tables of targets that are held together */
    size_t nstates; /* of all choices of the tree, where branches are disaggregated; else 0 */
    size_t between; /* the set of levels below those of the mean, then of those above; 0: none */
    size_t bare_bytes, level_bytes; /* that the rates of a site take: without a level, of each */
    kr_results_cells cells;         /* precision none: rates by cell are not stored */
    size_t together; /* levels that are computed together: those of the tables of stored.nimts
                        measures; where these are all, then others that are stored */
    const kr_stored_cells *from; /* rates come from a finished run; NULL: they are computed */
    kr_cells_of of;              /* whose they are then */
    size_t nbetween;             /* levels so far that are between those of the run */
    const size_t *site_of;       /* and the number that each site has there */
    double *own;         /* sites x nlevels: probabilities that the mean curve has at the levels */
    size_t nlast;        /* levels of it that are the last, and exceeded with more than was asked */
    kr_disagg_spot last; /* the first of these */
    unsigned beyond;     /* as that of kr_disagg, of all sites */
    size_t nnone;        /* levels without hazard: of no curve as high, or without a rupture */
    kr_disagg_spot none; /* the first of these */
    double left_out;     /* the greatest part of a rate that bins leave out, and where */
    kr_disagg_spot left_at;
};

/* A site on its way through the stage. */
typedef struct kr_disagg_stage {
    kr_calc *calc;
    struct kr_calc_disagg *d;
    size_t site;
    kr_disagg *disagg;
    kr_disagg_sums *sums; /* of as many targets as are held together */
    double *weights;      /* of component rates */
    uint32_t *branches, *rates;
    double *summary; /* nlevels x KR_DISAGG_SUMMARY */
    size_t nput;     /* targets x levels of the site that are in the results */
    size_t nfound;   /* times that rates of the site were made */

    /* A pass: all levels of some measures. */
    size_t measure;
    size_t first, nlevels; /* its levels of a set, of d->nlevels */

    /* of the whole tree: run/disagg_tree.c */
    double *mean;     /* weights of component rates in the mean: columns x rates */
    double *given;    /* and in that given each state: columns x states x rates */
    double *by_level; /* of each level: nlevels x rates */
    double *total;    /* component rates over all bins, at one level */
    kr_job modal_job; /* with one table */
    const kr_disagg_kind *modal_kind;
    kr_disagg_sums *modal; /* magnitude, distance, epsilon */
} kr_disagg_stage;

/** What the sums have for these levels into a group of the results, from a column on. */
KR_MUST_CHECK kr_status kr_disagg_put(const kr_disagg_stage *stage, const char *group,
                                      size_t column);

/** The rates of a site take so many bytes, without a level and for each: the greatest count. */
void kr_disagg_note_size(struct kr_calc_disagg *d, size_t bare, size_t level);

/** So many targets more are in the results: tells progress. KR_EINTERRUPTED. */
KR_MUST_CHECK kr_status kr_disagg_tell_put(kr_disagg_stage *stage, size_t ntargets);

/** Room for statistics of the whole tree; kr_disagg_tree_end, also after a failure. */
KR_MUST_CHECK kr_status kr_disagg_tree_begin(kr_disagg_stage *stage);
void kr_disagg_tree_end(kr_disagg_stage *stage);

/** Rates by cell that are stored (run/disagg_cells.c): which levels, how many rows; the bytes that
 * the rates of a site take follow. Then, of a site, all into the results: with its rates at the
 * first levels, or (stage->disagg NULL) without; others are computed here. Both do nothing where
 * none are stored. */
KR_MUST_CHECK kr_status kr_disagg_cells_begin(kr_calc *calc, struct kr_calc_disagg *d);
KR_MUST_CHECK kr_status kr_disagg_put_cells(kr_disagg_stage *stage);

/** Levels of a site: of all tables, then those of curves that are stored with them. */
size_t kr_disagg_levels(const struct kr_calc_disagg *d);
kr_disagg_level kr_disagg_level_at(const kr_disagg_stage *stage, size_t level);

/** stage->disagg, anew, at levels from `first` on; computed, or from a finished run. */
KR_MUST_CHECK kr_status kr_disagg_find(kr_disagg_stage *stage, size_t first, size_t n);

/** Passes (run/disagg_passes.c): how often the rates of a site are made for its tables, and for
 * tables and rates by cell. */
size_t kr_disagg_passes(const kr_calc *calc);
size_t kr_disagg_turns(const kr_calc *calc);

/** Those that are asked for, of the site's rates, into the results; and the site's summary. */
KR_MUST_CHECK kr_status kr_disagg_tree_site(kr_disagg_stage *stage);

/** The summary of a level that nothing exceeds: NaN throughout. */
void kr_disagg_no_summary(double *summary);

/** The mean over the whole tree, into a group of the results. */
KR_MUST_CHECK kr_status kr_disagg_put_mean(kr_disagg_stage *stage, const char *group);

/** What sources and sections have (run/disagg_shares.c): what is to be stored, KR_EINPUT where the
 * job has no sections; bytes that a site takes, so many measures at a time; a site, once its rates
 * by bin are given back. All do nothing where it is not asked for. */
KR_MUST_CHECK kr_status kr_disagg_shares_begin(kr_calc *calc, struct kr_calc_disagg *d);
size_t kr_disagg_shares_bytes(const kr_calc *calc, const struct kr_calc_disagg *d, size_t nimts);
KR_MUST_CHECK kr_status kr_disagg_put_shares(kr_disagg_stage *stage);

/** What the user is warned of (run/disagg_warn.c). Of a site with its mean curve: probabilities of
 * its levels (own). */
void kr_disagg_note_levels(const kr_calc *calc, size_t site, const float *curve);

/** Of a site with its rates by bin, after kr_disagg_tree_site: what bins leave out. */
void kr_disagg_note_bins(kr_disagg_stage *stage);

/** One line for levels that are not those of their probabilities, one for sites and probabilities
 * that have none, before the first site; after the last one for ruptures beyond the edges that the
 * job gives, and one for levels that are given and never exceeded. */
void kr_disagg_warn_levels(kr_calc *calc);
void kr_disagg_warn_bins(const kr_calc *calc);

/** Cells of the table that the summary is made of. */
size_t kr_disagg_modal_cells(const kr_disagg_edges *edges);

#endif
