/* Ruptures that stand in a HDF5 file beside the source model: model.hdf5 of model.xml. */
#ifndef KR_MODEL_SOURCE_H5_H
#define KR_MODEL_SOURCE_H5_H

#include "model/source_read.h"

/* Ruptures of a multi-fault source, rounded as in the reference. */
typedef struct kr_multi_h5 {
    size_t n, nprobs;
    float *mag, *rake;
    double *probs;   /* n x nprobs */
    char **sections; /* of each: ids separated by blanks */
} kr_multi_h5;

/* Ruptures of a non-parametric source with gridded surfaces. */
typedef struct kr_given_h5 {
    size_t n, nprobs, npoints;
    double *mag, *rake;
    float *hypo;     /* n x (longitude, latitude, depth) */
    double *probs;   /* n x nprobs */
    float *mesh;     /* npoints x (longitude, latitude, depth) */
    uint32_t *slice; /* n x (first point, first point that is not in it) */
} kr_given_h5;

/** Read and check the datasets of the source's group, into the reader's scratch memory. A missing
 * file, group or dataset, wrong shapes, or values out of range: KR_EINPUT. */
KR_MUST_CHECK kr_status kr_multi_h5_read(kr_source_reader *r, const kr_source *source,
                                         kr_multi_h5 *out);
KR_MUST_CHECK kr_status kr_given_h5_read(kr_source_reader *r, const kr_source *source,
                                         kr_given_h5 *out);

#endif
