/* Generalized coordinates T and U (Spudich and Chiou 2015, "GC2") of polylines and of sets of
 * polylines, as the reference computes them (docs/theory.md, 6): in single precision where
 * it does. */
#ifndef KR_GEO_GC2_H
#define KR_GEO_GC2_H

#include "geo/line.h"

#include <stdint.h>

/* An end of a line, with what sets of lines ask of it again and again. */
typedef struct kr_gc2_end {
    double lon_rad, cos_lat;
    kr_vec3 unit; /* on the sphere of radius 1 */
} kr_gc2_end;

/* A polyline ready for coordinates; its arrays live in the arena it was made in. */
typedef struct kr_gc2_line {
    size_t nsegments;
    kr_ortho ortho;
    const double *x, *y;           /* km, projected: nsegments + 1 */
    const double *length;          /* km, of the segments */
    const double *ux, *uy;         /* unit vectors along the segments */
    kr_lonlat first, last;         /* ends */
    double length_km, azimuth;     /* of the line as a whole */
    double sin_length, cos_length; /* length times sine and cosine of the azimuth */
    double sin_back, cos_back;     /* the same of the opposite azimuth */
    double sin_lambda, cos_lambda; /* of the middle of its projection */
    kr_gc2_end ends[2];
} kr_gc2_line;

KR_MUST_CHECK kr_status kr_gc2_line_make(kr_ctx *ctx, kr_line line, kr_arena *arena,
                                         kr_gc2_line *out);

/* How a line is taken. */
typedef enum kr_gc2_way {
    KR_GC2_FORWARD,
    KR_GC2_REVERSED, /* the points in reverse order */
    KR_GC2_NEGATED   /* the reference's reversal in multi-surfaces: the points are reversed, the
                        segments' lengths are not, and their vectors only negated */
} kr_gc2_way;

/** T, U and the weight W of n places (degrees) relative to one line; nothing allocated. */
void kr_gc2_line_tuw(const kr_gc2_line *line, kr_gc2_way way, const double *lon, const double *lat,
                     size_t n, float *t, float *u, float *w);

/* The order and direction in which the lines of a set are taken. */
typedef struct kr_gc2_set {
    size_t n;
    uint32_t *order; /* line number of each place in the order */
    bool *flipped;   /* by line number */
    float *shift;    /* along the mean strike, by place in the order, km */
} kr_gc2_set;

/** Order a set of lines; `out` has arrays for n >= 1 (the caller's). `scratch` has room for 7 n
 * doubles. False (and nothing of use in *out) if the lines span inconsistent longitudes. */
KR_MUST_CHECK bool kr_gc2_set_order(const kr_gc2_line *const *lines, size_t n, double *scratch,
                                    kr_gc2_set *out);

/** Add a line's part, or finish: t and u become T and U. Sums are in single precision. */
void kr_gc2_add(float shift, const float *t, const float *u, const float *w, size_t n, float *sum_t,
                float *sum_u, float *sum_w);
void kr_gc2_finish(const float *sum_w, size_t n, float *sum_t, float *sum_u);

/** The greatest |U| of the ends of all lines. `scratch`: kr_gc2_u_max_scratch(n) bytes, aligned to
 * 64. */
size_t kr_gc2_u_max_scratch(size_t n);
float kr_gc2_u_max(const kr_gc2_line *const *lines, const kr_gc2_set *set, kr_gc2_way flipped_way,
                   void *scratch);

#endif
