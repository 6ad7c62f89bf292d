/* The inside of a realizer; see stats.h. */
#ifndef KR_STATS_REALIZER_H
#define KR_STATS_REALIZER_H

#include "base/mem.h"
#include "stats/stats.h"

struct kr_realizer {
    kr_ctx *ctx;
    const kr_tree *tree;
    const kr_job *job;
    double *weights;      /* nweights x nrlzs */
    size_t *sample_path;  /* of each sampled realization; NULL in full enumeration */
    size_t *sample_gsims; /* nrlzs x ntrts */
};

struct kr_realizer_scratch {
    double *component_rates; /* nrates, at one level */
    double *partial;         /* npaths x ngsims */
    double *rates, *values;  /* nrlzs each */
    kr_weighted *sorted;     /* nrlzs */
};

#endif
