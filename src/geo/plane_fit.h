/* The plane that fits a cloud of points best. */
#ifndef KR_GEO_PLANE_FIT_H
#define KR_GEO_PLANE_FIT_H

#include <stddef.h>

/** Strike, [0, 360), and dip, [0, 90], of the plane of least squares through n points (degrees, km;
 * points whose longitude is NaN are left out), fitted in the orthographic projection of their box
 * with the depth as third coordinate (docs/theory.md, 5). Which of the two opposite strikes
 * it is follows from the sign that LAPACK gives to the normal. A horizontal or missing plane has
 * strike 0 and dip 0. */
void kr_plane_fit(const double *lon, const double *lat, const double *depth, size_t n,
                  double *strike, double *dip);

#endif
