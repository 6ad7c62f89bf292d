/* Floating faults: float_make.c finds out where ruptures are, fault_float.c makes their contexts.
 */
#ifndef KR_RUPTURE_FLOAT_INT_H
#define KR_RUPTURE_FLOAT_INT_H

#include "rupture/fault_int.h"
#include "rupture/float_size.h"
#include "rupture/surfaces_int.h"

typedef struct kr_float_mag {
    double mag, rate; /* rate of one place */
    size_t bin;       /* among the fault's */
    size_t nplaces;
    double cut_km;  /* maximum distance; -1: out of range */
    uint32_t first; /* number of the first rupture */
} kr_float_mag;

/* Magnitudes, one after the other, whose ruptures are in the same places. */
typedef struct kr_float_item {
    size_t first_mag, nmags;
    kr_float_size size; /* with a list: of no meaning */
    kr_float_list list; /* without: every place of `size` */
    bool mirrored;      /* windows of the mirrored mesh */
} kr_float_item;

typedef struct kr_floats {
    const kr_surface *surface;
    const kr_mesh *mirror; /* NULL: not needed */
    size_t nmags;
    kr_float_mag *mags;
    kr_float_item *items;
} kr_floats;

kr_status kr_floats_make(kr_fault *fault, kr_surfaces *surfaces);

#endif
