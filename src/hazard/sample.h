/* What the hazard of a job will cost, from a few pieces of its work that are really computed. */
#ifndef KR_HAZARD_SAMPLE_H
#define KR_HAZARD_SAMPLE_H

#include "hazard/hazard.h"

typedef struct kr_hazard_cost {
    /* Seconds of one processor. */
    double meeting;      /* of faults and sites; done by the sample, so measured */
    double sections;     /* distances of fault sections */
    double units;        /* contexts, ground motion, rates */
    double adding;       /* sums of units to the rates of a tile */
    kr_hazard_work work; /* counters of the whole; done and total are not set */
    size_t nsites;       /* some of the job's, for which: */
    double *rates;       /* component rates: sites x rates x nimts x nlevels */
    bool computed;       /* these are computed; else they are about so, from the pieces */
    size_t outlines;     /* bytes of the outlines of all ruptures */
    size_t pieces;       /* computed, and the seconds that it took */
    double spent;
} kr_hazard_cost;

/** Frees what kr_hazard_sample gave, also after a failure. */
void kr_hazard_cost_clear(kr_hazard_cost *cost);

/** Compute pieces of the units of work, drawn with a probability that follows their cost, at a few
 * places of the job's sites, for about a hundredth of what the whole will take, but of `least` to
 * `most` seconds; each stands for its share of the whole. Where there are a hundred sites or more,
 * some are computed whole for as long again. The faults have met the sites thereafter.
 * For a hazard that is not computed at the same time. */
KR_MUST_CHECK kr_status kr_hazard_sample(kr_hazard *hazard, int threads, double least, double most,
                                         kr_hazard_cost *out);

#endif
