/* Ground motion tabulated in an HDF5 file, in the layout of OpenQuake's GMPETable:
 *
 *   Mw            magnitudes, ascending
 *   Distances     distance x 1 x magnitude, ascending, in km; attribute `metric` names the distance
 *   IMLs/PGA, /PGV  medians, distance x 1 x magnitude, in g and cm/s
 *   IMLs/SA       medians, distance x period x magnitude, in g
 *   IMLs/T        periods in s, ascending
 *   Total/...     total standard deviations, laid out as IMLs
 *
 * Periods are interpolated at loading, in logarithms of period and value. */
#ifndef KR_GMM_GMM_H5_TABLE_H
#define KR_GMM_GMM_H5_TABLE_H

#include "gmm/gmm.h"

/* One quantity for one measure, to be interpolated between magnitudes. */
typedef struct kr_gmm_h5_part {
    double *lg;    /* nmag x ndist: logarithms to base 10 */
    double *slope; /* (nmag - 1) x ndist: per unit of magnitude, from each magnitude to the next */
} kr_gmm_h5_part;

typedef struct kr_gmm_h5_table {
    size_t nmag, ndist;
    kr_column metric;
    double *mag;                  /* nmag */
    double *dist;                 /* nmag x ndist */
    kr_gmm_h5_part *mean, *sigma; /* one for each measure; sigma NULL where it was not wanted */
} kr_gmm_h5_table;

/* Where a table is and what of it is wanted. */
typedef struct kr_gmm_h5_source {
    const char *path;  /* of a file, or the table's name where it is part of the program */
    const char *data;  /* the data file (gmm_data.h) that holds the table; NULL: path is a file */
    const char *group; /* the table's group in it */
    bool sigma;        /* standard deviations, too */
    const kr_imt *imts;
    size_t nimts;
} kr_gmm_h5_source;

/** Load the measures into the instance's arena. KR_EINPUT: not such a file, a measure that it does
 * not have, a period out of its range. */
KR_MUST_CHECK kr_status kr_gmm_h5_table_load(kr_ctx *ctx, const kr_gmm *gmm,
                                             const kr_gmm_h5_source *source,
                                             kr_gmm_h5_table *table);

/** Load the table that the text `name` (as "nga_east_usgs_1.hdf5"; folders before it do not count)
 * means in a data file that is part of the program. KR_EINPUT: no such table. */
KR_MUST_CHECK kr_status kr_gmm_h5_table_builtin(kr_ctx *ctx, const kr_gmm *gmm, const char *data,
                                                const char *name, const kr_gmm_h5_source *wanted,
                                                kr_gmm_h5_table *table);

/** Whether a table that is part of the program has a measure, "PGA". KR_EINPUT: no such table. */
KR_MUST_CHECK kr_status kr_gmm_h5_table_has(kr_ctx *ctx, const kr_gmm *gmm, const char *data,
                                            const char *name, const char *measure, bool *out);

#endif
