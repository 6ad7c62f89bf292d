/* The table of kernels of kernel_surface.c, one for each instruction set. All work on arrays of
 * sites, aligned to 64 bytes; `n` is a multiple of 8. */
#ifndef KR_GEO_SURFACE_KERNELS_H
#define KR_GEO_SURFACE_KERNELS_H

#include "geo/joyner_boore.h"

/* Cartesian coordinates of n sites. */
typedef struct kr_soa3 {
    size_t n;
    const double *x, *y, *z;
} kr_soa3;

/* A segment of a trace on the unit sphere: its ends, the pole of its great circle (to the right),
 * and the directions with the azimuth of the segment at both ends (that of the first end: the
 * reference's `along` at the second end is a little off the great circle). */
typedef struct kr_arc_segment {
    kr_vec3 a, b, pole, along_a, along_b;
} kr_arc_segment;

/* A frame on the unit sphere. */
typedef struct kr_sphere_frame {
    kr_vec3 up, east, north;
} kr_sphere_frame;

/* Windows along a list of n arrays: array k is at in + k * in_step, and the result for the window
 * of `width` arrays that begins at k at out + k * out_step; sites [0, sites) of each. */
typedef struct kr_slide {
    size_t n, width, sites;
    const double *in;
    size_t in_step;
    double *out;
    size_t out_step;
} kr_slide;

typedef struct kr_surface_kernels {
    /* squares of the chords to p */
    void (*chords2)(const kr_soa3 *sites, kr_vec3 p, double *out);
    /* lower the squares of distances to those of `nnodes` nodes, NaN or not, and note the number
     * of the node, counted from `number` on (index NULL: not wanted) */
    void (*nearest)(const kr_soa3 *sites, const kr_soa3 *nodes, double number, double *least2,
                    double *index);
    /* io = min(io, a); io = sqrt(in) * factor */
    void (*lower)(size_t n, const double *a, double *io);
    void (*root)(size_t n, double factor, const double *in, double *out);
    /* signed distances (km) to a great circle */
    void (*arc)(const kr_soa3 *sites, kr_vec3 pole, double *out);
    /* signed distances to the half of the great circle ahead of a segment's first end, and to the
     * segment, as the reference defines them: as chords on the unit sphere of arcs of that length;
     * and these as km */
    void (*semi_arc)(const kr_soa3 *sites, const kr_arc_segment *segment, double sign, double *out);
    void (*segment)(const kr_soa3 *sites, const kr_arc_segment *segment, double *out);
    void (*arc_of_chord)(size_t n, double *io);
    /* io = a where |a| < |io| */
    void (*nearer)(size_t n, const double *a, double *io);
    /* 0 between two great circles, else the distance to the nearer one */
    void (*between)(const kr_soa3 *sites, kr_vec3 pole1, kr_vec3 pole2, double *out);
    void (*geodetic)(const kr_soa3 *sites, kr_vec3 p, double *out);
    /* azimuths seen from a frame less an angle, [0, 360) */
    void (*azimuth)(const kr_soa3 *sites, const kr_sphere_frame *at, double less, double *out);
    /* distances (km) to an outline, 0 inside; the sites are unit vectors */
    void (*outline)(const kr_soa3 *sites, const kr_outline *outline, double *out);
    /* the least, or the one with the least absolute value (the first of equals), of windows; at a
     * cost that does not depend on their width */
    void (*slide_least)(const kr_slide *slide);
    void (*slide_nearest)(const kr_slide *slide);
} kr_surface_kernels;

/** The kernels for this machine. */
const kr_surface_kernels *kr_surface_kernels_here(void);

#endif
