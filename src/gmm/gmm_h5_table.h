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
    kr_gmm_h5_part *mean, *sigma; /* one for each measure of the instance */
} kr_gmm_h5_table;

/** Load the measures of the instance into its arena. KR_EINPUT: not such a file, a measure that it
 * does not have, a period out of its range. */
KR_MUST_CHECK kr_status kr_gmm_h5_table_load(kr_ctx *ctx, const kr_gmm *gmm, const char *path,
                                             kr_gmm_h5_table *table);

#endif
