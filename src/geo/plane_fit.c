#include "geo/plane_fit.h"

#include "geo/sphere.h"
#include "geo/svd3.h"

#include <math.h>
#include <string.h>

static const double degree = 3.14159265358979323846 / 180.0;

typedef double matrix[3][3];

static kr_vec3 projected(const kr_ortho *o, double lon, double lat, double depth)
{
    kr_vec3 p = {0.0, 0.0, -depth};

    kr_ortho_project(o, lon, lat, &p.x, &p.y);
    return p;
}

/* Sums of products of the coordinates around their mean. */
static void scatter(const kr_ortho *o, const double *lon, const double *lat, const double *depth,
                    size_t n, matrix m)
{
    kr_vec3 sum = {0.0, 0.0, 0.0};
    double count = 0.0;

    memset(m, 0, sizeof(matrix));
    for (size_t k = 0; k < n; k++) {
        if (isnan(lon[k]))
            continue;
        kr_vec3 p = projected(o, lon[k], lat[k], depth[k]);
        sum = (kr_vec3){sum.x + p.x, sum.y + p.y, sum.z + p.z};
        count += 1.0;
    }
    for (size_t k = 0; k < n; k++) {
        if (isnan(lon[k]))
            continue;
        kr_vec3 p = projected(o, lon[k], lat[k], depth[k]);
        double d[3] = {p.x - sum.x / count, p.y - sum.y / count, p.z - sum.z / count};
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++)
                m[i][j] += d[i] * d[j];
        }
    }
}

void kr_plane_fit(const double *lon, const double *lat, const double *depth, size_t n,
                  double *strike, double *dip)
{
    kr_bbox box;
    matrix m;

    *strike = 0.0;
    *dip = 0.0;
    if (!kr_bbox_of(lon, lat, n, &box))
        return;
    kr_ortho ortho = kr_ortho_of(&box);
    scatter(&ortho, lon, lat, depth, n, m);
    kr_vec3 v = kr_svd3_last(m);
    double flat = hypot(v.x, v.y);
    if (!(flat > 0.0))
        return;
    double phi = acos(fmin(1.0, fmax(-1.0, v.y / flat))) / degree;
    double turned = (v.x < 0.0 ? 360.0 - phi : phi) - 90.0;
    *strike = kr_lon_360(turned);
    *dip = 90.0 - acos(fmin(1.0, flat / hypot(flat, v.z))) / degree;
}
