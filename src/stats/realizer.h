/* The inside of a realizer; see stats.h. */
#ifndef KR_STATS_REALIZER_H
#define KR_STATS_REALIZER_H

#include "base/mem.h"
#include "stats/stats.h"

struct kr_realizer {
    kr_ctx *ctx;
    const kr_tree *tree;
    const kr_job *job;
    const kr_soil *soil;  /* or NULL */
    double *weights;      /* nweights x nrlzs */
    size_t *sample_path;  /* of each sampled realization; NULL in full enumeration */
    size_t *sample_gsims; /* nrlzs x ntrts */
};

struct kr_realizer_scratch {
    double *component_rates; /* nrates, at one level */
    double *partial;         /* npaths x ngsims */
    double *rates, *values;  /* nrlzs each */
    kr_weighted *sorted;     /* nrlzs */

    /* With site amplification by convolution, of one measure: */
    double *rock;             /* nrlzs x nlevels: curves of the realizations */
    double *soil;             /* soil_intensities x nrlzs */
    double *room, *amplified; /* 2 nlevels; soil_intensities */
};

#endif
