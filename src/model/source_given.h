/* Non-parametric sources, read rupture by rupture. */
#ifndef KR_MODEL_SOURCE_GIVEN_H
#define KR_MODEL_SOURCE_GIVEN_H

#include "model/source_read.h"

/* A source of which ruptures are being read. */
typedef struct kr_given_build {
    kr_source *source;
    kr_given_rupture *ruptures;
    size_t n, cap, nprobs;
    double *row; /* probabilities of the rupture at hand */
    size_t row_cap;
    double *weights; /* rup_weights, or NULL */
    size_t nweights;
} kr_given_build;

void kr_given_build_clear(kr_given_build *b);

/** Begin with the start tag of a nonParametricSeismicSource. */
KR_MUST_CHECK kr_status kr_given_begin(kr_source_reader *r, kr_given_build *b, const kr_node *node,
                                       const char *trt);

/** Add an element simpleFaultRupture, complexFaultRupture, singlePlaneRupture, multiPlanesRupture
 * or griddedRupture, complete. */
KR_MUST_CHECK kr_status kr_given_add(kr_source_reader *r, kr_given_build *b, const kr_node *node);

/** End the source. One without ruptures has them in the HDF5 file beside the source model: in a
 * group with its id the datasets magnitude, rake, hypocenter, probs_occur, mesh3d and slice. */
KR_MUST_CHECK kr_status kr_given_end(kr_source_reader *r, kr_given_build *b, kr_source **out);

#endif
