/* Magnitude-scaling relationships. */
#ifndef KR_MODEL_MSR_H
#define KR_MODEL_MSR_H

#include <stdbool.h>

typedef struct kr_msr {
    const char *name;
    int id;   /* index in the table of relationships */
    double c; /* the parameter of CScalingMSR, else 0 */
} kr_msr;

/** Find a relationship by name (also "CScalingMSR.C=4.2"); false if there is none. */
bool kr_msr_find(const char *name, kr_msr *out);

/** All names, for messages. */
const char *const *kr_msr_names(unsigned *n);

/** Median rupture area (km2) for a magnitude and rake (degrees; NaN: undefined). */
double kr_msr_area_km2(const kr_msr *msr, double mag, double rake);

/** Median magnitude for an area, and its standard deviation; false where the relationship has none.
 */
bool kr_msr_mag(const kr_msr *msr, double area_km2, double rake, double *mag, double *sigma);

#endif
