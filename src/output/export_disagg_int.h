/* The inside of tables of disaggregation:
 *
 *   export_disagg_site.c   bins, levels and the comment of a site
 *   export_disagg_table.c  one table
 *   export_disagg.c        which tables there are; the summary */
#ifndef KR_OUTPUT_EXPORT_DISAGG_INT_H
#define KR_OUTPUT_EXPORT_DISAGG_INT_H

#include "output/export_int.h"

/* The tables of one site. */
typedef struct kr_disagg_writer {
    kr_exporter *e;
    size_t site;
    const char *group;  /* of results.h5: "disagg-stats", "disagg-tree/variance" */
    const char *suffix; /* of the tables' names: "mean-" */
    bool rlzs_named;    /* the comment tells of realizations */
    bool negative;      /* there may be numbers below 0 */
    bool traditional;   /* rates as parts of those of all bins, not probabilities */
    size_t set;         /* of levels */
    size_t npoes, nrlzs;
    const uint32_t *rlzs;
    const double *levels;     /* measures x poes */
    double *poes;             /* measures x poes */
    size_t *measures, *order; /* in the order of rows; likewise probabilities */
    const char *comment;      /* what is the same for all tables of the site */
    kr_arena arena;           /* of the site */

    /* of a table */
    const kr_disagg_kind *kind;
    size_t dims[KR_H5_MAX_RANK], cells, columns;
    int rank;
    const double *centres[KR_DISAGG_MOST_DIMS]; /* NULL: TRT */
    const char *const *trts;
    size_t ntrts;
    const char **heads; /* of columns */
    kr_table *t;
} kr_disagg_writer;

/** KR_EINPUT: a dataset does not fit the others. */
kr_status kr_disagg_writer_damaged(const kr_disagg_writer *w, const char *name);

/** The edges of the bins of an axis at the site, in the arena of the site. */
KR_MUST_CHECK kr_status kr_disagg_writer_edges(kr_disagg_writer *w, kr_disagg_dim dim, double **out,
                                               size_t *n);

/** All of the site that holds for each of its tables, in its arena. */
KR_MUST_CHECK kr_status kr_disagg_writer_site(kr_disagg_writer *w);

/** The table w->kind of w->group; none where all of its numbers are 0. */
KR_MUST_CHECK kr_status kr_disagg_writer_table(kr_disagg_writer *w);

#endif
