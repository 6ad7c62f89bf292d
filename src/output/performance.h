/* Where the time of a run went: the record that results.h5 holds and that the log ends with. */
#ifndef KR_OUTPUT_PERFORMANCE_H
#define KR_OUTPUT_PERFORMANCE_H

#include "base/phase.h"
#include "hazard/hazard.h"

typedef struct kr_performance {
    kr_phase_use phases[KR_PHASES_MAX];
    size_t nphases;
    double wall, cpu; /* seconds since the process began */
    int threads;
    int64_t accounted_peak;
    size_t resident_peak;
    kr_hazard_work work;
    kr_spread sites; /* seconds of the statistics of single sites */
} kr_performance;

#endif
