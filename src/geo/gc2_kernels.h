/* The table of kernels of kernel_gc2.c, one for each instruction set. */
#ifndef KR_GEO_GC2_KERNELS_H
#define KR_GEO_GC2_KERNELS_H

#include "geo/sphere.h"

/* A straight line in its projection: from (x, y) along (ux, uy). */
typedef struct kr_gc2_straight {
    double sin_lambda0, cos_lambda0, sin_phi0, cos_phi0;
    double x, y, ux, uy, length; /* km */
    float shift;                 /* of u */
} kr_gc2_straight;

/* Places on the sphere of radius 1, a multiple of 8. */
typedef struct kr_gc2_places {
    size_t n;
    const double *x, *y, *z;
} kr_gc2_places;

typedef struct kr_gc2_kernels {
    /* Add (u + shift) w and w of a straight line, in single precision. */
    void (*add_u)(const kr_gc2_straight *line, const kr_gc2_places *places, float *sum_u,
                  float *sum_w);
} kr_gc2_kernels;

#endif
