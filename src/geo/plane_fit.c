#include "geo/plane_fit.h"

#include "geo/sphere.h"

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

/* One rotation of Jacobi's method: make a[p][q] zero; the columns of v are turned along. */
static void rotate(matrix a, matrix v, int p, int q)
{
    double theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    double t = copysign(1.0, theta) / (fabs(theta) + sqrt(theta * theta + 1.0));
    double c = 1.0 / sqrt(t * t + 1.0), s = t * c;

    for (int k = 0; k < 3; k++) {
        double x = a[k][p], y = a[k][q];
        a[k][p] = c * x - s * y;
        a[k][q] = s * x + c * y;
    }
    for (int k = 0; k < 3; k++) {
        double x = a[p][k], y = a[q][k];
        a[p][k] = c * x - s * y;
        a[q][k] = s * x + c * y;
    }
    for (int k = 0; k < 3; k++) {
        double x = v[k][p], y = v[k][q];
        v[k][p] = c * x - s * y;
        v[k][q] = s * x + c * y;
    }
}

/* The eigenvector of the least eigenvalue of a symmetric matrix. */
static kr_vec3 least_direction(matrix m)
{
    matrix a, v = {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}};
    int least = 0;

    memcpy(a, m, sizeof a);
    for (int sweep = 0; sweep < 30; sweep++) {
        for (int p = 0; p < 2; p++) {
            for (int q = p + 1; q < 3; q++) {
                if (a[p][q] != 0.0)
                    rotate(a, v, p, q);
            }
        }
    }
    for (int k = 1; k < 3; k++) {
        if (a[k][k] < a[least][least])
            least = k;
    }
    return (kr_vec3){v[0][least], v[1][least], v[2][least]};
}

/* A vector w with x - 2 w (w . x) / (w . w) along the first axis of the n coordinates from `from`
 * on, as LAPACK chooses it; false if x is there already. */
static int householder(const double *x, int from, double *w)
{
    double rest = 0.0;

    for (int k = 0; k < 3; k++)
        w[k] = k < from ? 0.0 : x[k];
    for (int k = from + 1; k < 3; k++)
        rest = hypot(rest, x[k]);
    if (rest == 0.0)
        return 0;
    w[from] += copysign(hypot(x[from], rest), x[from]);
    return 1;
}

static void reflect(const double *w, double *x)
{
    double ww = w[0] * w[0] + w[1] * w[1] + w[2] * w[2];
    double f = 2.0 * (w[0] * x[0] + w[1] * x[1] + w[2] * x[2]) / ww;

    for (int k = 0; k < 3; k++)
        x[k] -= f * w[k];
}

/* The third column of the orthogonal matrix that LAPACK multiplies M by from the left to make it
 * bidiagonal: two Householder reflections, the second one of the second column after the first
 * reflection and one of the rows in between. The last left singular vector of a flat cloud is on
 * its side. */
static kr_vec3 side_of_lapack(matrix m)
{
    double column[3][3], row[3], w1[3], w2[3], wr[3], axis[3] = {0.0, 0.0, 1.0};
    int first, second;

    for (int j = 0; j < 3; j++) {
        for (int i = 0; i < 3; i++)
            column[j][i] = m[i][j];
    }
    first = householder(column[0], 0, w1);
    for (int j = 0; first && j < 3; j++)
        reflect(w1, column[j]);
    for (int j = 0; j < 3; j++)
        row[j] = j ? column[j][0] : 0.0;
    if (householder(row, 1, wr)) {
        double ww = wr[1] * wr[1] + wr[2] * wr[2];
        for (int i = 0; i < 3; i++)
            column[1][i] -= wr[1] * 2.0 * (wr[1] * column[1][i] + wr[2] * column[2][i]) / ww;
    }
    second = householder(column[1], 1, w2);
    if (second)
        reflect(w2, axis);
    if (first)
        reflect(w1, axis);
    return (kr_vec3){axis[0], axis[1], axis[2]};
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
    kr_vec3 v = least_direction(m), side = side_of_lapack(m);
    if (v.x * side.x + v.y * side.y + v.z * side.z < 0.0)
        v = (kr_vec3){-v.x, -v.y, -v.z};
    double flat = hypot(v.x, v.y);
    if (!(flat > 0.0))
        return;
    double phi = acos(fmin(1.0, fmax(-1.0, v.y / flat))) / degree;
    double turned = (v.x < 0.0 ? 360.0 - phi : phi) - 90.0;
    *strike = kr_lon_360(turned);
    *dip = 90.0 - acos(fmin(1.0, flat / hypot(flat, v.z))) / degree;
}
