#include "gmm/gmm_japan_fronts.h"

#include "geo/surface_int.h"
#include "gmm/gmm.h"

/* National Research Institute for Earth Science and Disaster Prevention (2009). Technical reports
 * on national seismic hazard maps for Japan, section 3.5: lon, lat. */
static const double trench[][2] = {{143.5, 24.0},   {143.0, 29.0}, {141.9, 33.8}, {142.4, 35.8},
                                   {143.25, 36.55}, {143.8, 37.7}, {144.2, 39.2}, {144.3, 40.1},
                                   {144.65, 41.0},  {146.8, 42.0}, {153.0, 45.5}};
static const double volcanic_front[][2] = {
    {122.0, 24.5}, {124.0, 24.5}, {128.3, 27.9}, {129.7, 29.5}, {130.8, 31.5},
    {131.6, 33.4}, {132.0, 34.9}, {133.7, 35.3}, {134.9, 35.3}, {136.9, 36.2}};

void kr_japan_front_km(kr_japan_front front, size_t n, const double *lon, const double *lat,
                       double *out)
{
    _Alignas(64) double x[KR_GMM_BATCH], y[KR_GMM_BATCH], z[KR_GMM_BATCH];
    _Alignas(64) double nearest[KR_GMM_BATCH], one[KR_GMM_BATCH];
    const kr_surface_kernels *k = kr_surface_kernels_here();
    const kr_soa3 places = {n, x, y, z};
    const double(*node)[2] = front == KR_JAPAN_TRENCH ? trench : volcanic_front;
    size_t nsegments = front == KR_JAPAN_TRENCH ? sizeof trench / sizeof trench[0] - 1
                                                : sizeof volcanic_front / sizeof *node - 1;

    for (size_t i = 0; i < n; i++) {
        kr_vec3 p = kr_unit_vector(lon[i], lat[i]);
        x[i] = p.x;
        y[i] = p.y;
        z[i] = p.z;
    }
    for (size_t j = 0; j < nsegments; j++) {
        kr_point3 a = {node[j][0], node[j][1], 0.0}, b = {node[j + 1][0], node[j + 1][1], 0.0};
        kr_arc_segment forth = kr_segment_of(a, b), back = kr_segment_of(b, a);
        if (j == 0) {
            k->semi_arc(&places, &back, -1.0, nearest);
            continue;
        }
        if (j + 1 == nsegments)
            k->semi_arc(&places, &forth, 1.0, one);
        else
            k->segment(&places, &forth, one);
        k->nearer(n, one, nearest);
    }
    k->arc_of_chord(n, nearest);
    for (size_t i = 0; i < n; i++)
        out[i] = nearest[i];
}
