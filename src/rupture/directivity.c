#include "rupture/directivity.h"

#include <math.h>
#include <string.h>

static const double pi = 3.14159265358979323846;

enum { MOST_TRIES = 1000000 };

/* ---- vectors ---- */

static kr_vec3 minus(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static kr_vec3 scaled(kr_vec3 a, double k)
{
    return (kr_vec3){a.x * k, a.y * k, a.z * k};
}

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static kr_vec3 cross(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}

static double length(kr_vec3 a)
{
    return sqrt(dot(a, a));
}

static bool close_to(kr_vec3 a, kr_vec3 b, double tolerance)
{
    return fabs(a.x - b.x) <= tolerance && fabs(a.y - b.y) <= tolerance &&
           fabs(a.z - b.z) <= tolerance;
}

/* East, north and up from an origin, km. */
static kr_vec3 local(kr_point3 p, kr_point3 origin)
{
    double azimuth = kr_azimuth(origin.lon, origin.lat, p.lon, p.lat) * (pi / 180.0);
    double km = kr_geodetic_km(origin.lon, origin.lat, p.lon, p.lat);

    return (kr_vec3){km * sin(azimuth), km * cos(azimuth), origin.depth - p.depth};
}

/* ---- patches ---- */

/* A patch of the rupture between two corners of its top edge: top left, top right, bottom right,
 * bottom left; and its plane, normal . x = offset. */
typedef struct patch {
    kr_point3 corner[4];
    kr_vec3 at[4];
    kr_vec3 normal;
    double offset;
} patch;

static patch patch_of(const kr_directivity *d, size_t k, kr_point3 origin)
{
    double far_km = (d->lower_km - d->upper_km) / tan(d->dip * (pi / 180.0));
    kr_point3 a = d->edge[k], b = d->edge[k + 1], last = d->edge[d->nedge - 1];
    double down =
        fmod(kr_azimuth(d->edge[0].lon, d->edge[0].lat, last.lon, last.lat) + 90.0, 360.0);
    kr_lonlat below_b = kr_point_at(b.lon, b.lat, down, far_km);
    kr_lonlat below_a = kr_point_at(a.lon, a.lat, down, far_km);
    patch p = {.corner = {{a.lon, a.lat, d->upper_km},
                          {b.lon, b.lat, d->upper_km},
                          {below_b.lon, below_b.lat, d->lower_km},
                          {below_a.lon, below_a.lat, d->lower_km}}};

    for (int i = 0; i < 4; i++)
        p.at[i] = local(p.corner[i], origin);
    p.normal = cross(minus(p.at[1], p.at[0]), minus(p.at[2], p.at[0]));
    p.offset = dot(p.at[0], p.normal);
    return p;
}

/* The patch of the hypocentre: the first whose plane is near, else the one with the least offset.
 */
static size_t first_patch(const kr_directivity *d, kr_point3 hypo)
{
    double least = INFINITY;
    size_t best = 0;

    for (size_t k = 0; k + 1 < d->nedge; k++) {
        double offset = patch_of(d, k, hypo).offset;
        if (fabs(offset) <= 25.0)
            return k;
        if (offset < least) {
            least = offset;
            best = k;
        }
    }
    return best;
}

/* ---- the direct point ---- */

/* Solve a 3 x 3 system with partial pivoting. */
static kr_vec3 solve(double m[3][4])
{
    double x[3];

    for (int c = 0; c < 3; c++) {
        int best = c;
        for (int r = c + 1; r < 3; r++)
            best = fabs(m[r][c]) > fabs(m[best][c]) ? r : best;
        for (int k = 0; k < 4 && best != c; k++) {
            double t = m[c][k];
            m[c][k] = m[best][k];
            m[best][k] = t;
        }
        for (int r = c + 1; r < 3; r++) {
            double f = m[r][c] / m[c][c];
            for (int k = c; k < 4; k++)
                m[r][k] -= f * m[c][k];
        }
    }
    for (int r = 2; r >= 0; r--) {
        x[r] = m[r][3];
        for (int k = r + 1; k < 3; k++)
            x[r] -= m[r][k] * x[k];
        x[r] /= m[r][r];
    }
    return (kr_vec3){x[0], x[1], x[2]};
}

/* The point nearest to two lines in space. */
static kr_vec3 meeting_point(const kr_vec3 start[2], const kr_vec3 end[2])
{
    double m[3][4] = {{0}};

    for (int k = 0; k < 2; k++) {
        kr_vec3 v = minus(end[k], start[k]);
        v = scaled(v, 1.0 / length(v));
        double n[3] = {v.x, v.y, v.z}, a[3] = {start[k].x, start[k].y, start[k].z};
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 3; j++) {
                double e = n[i] * n[j] - (i == j ? 1.0 : 0.0);
                m[i][j] += e;
                m[i][3] += e * a[j];
            }
        }
    }
    return solve(m);
}

typedef struct direct_point {
    kr_vec3 at;
    double path_km; /* from the hypocentre */
    bool goes_on;   /* on the edge to the next patch */
} direct_point;

/* Where the line from the hypocentre to the projected site leaves the patch, or that projection if
 * it is inside. What counts as on the edge is widened until something is found. */
static direct_point find_direct(const patch *p, kr_vec3 hypo, kr_vec3 projected)
{
    double whole = length(minus(projected, hypo));
    direct_point out = {projected, 0.0, false};
    bool found = false;

    for (int tries = 0; tries < MOST_TRIES && !found; tries++) {
        double tolerance = tries ? 0.0001 * tries : 0.0001;
        double west = INFINITY, east = -INFINITY, south = INFINITY, north = -INFINITY;
        for (int k = 0; k < 4; k++) {
            west = fmin(west, p->at[k].x - tolerance);
            east = fmax(east, p->at[k].x + tolerance);
            south = fmin(south, p->at[k].y - tolerance);
            north = fmax(north, p->at[k].y + tolerance);
        }
        for (int k = 0; k < 4; k++) {
            kr_vec3 a = p->at[k], b = p->at[(k + 1) % 4];
            kr_vec3 x = meeting_point((kr_vec3[2]){a, projected}, (kr_vec3[2]){b, hypo});
            kr_vec3 v1 = minus(x, hypo), v2 = minus(projected, hypo), v3 = minus(b, a),
                    v4 = minus(x, a);
            double path = length(v1);
            if (close_to(scaled(v1, 1.0 / path), scaled(v2, 1.0 / whole), tolerance) &&
                close_to(scaled(v3, 1.0 / length(v3)), scaled(v4, 1.0 / length(v4)), tolerance) &&
                whole >= path && x.x >= west && x.x <= east && x.y >= south && x.y <= north)
                return (direct_point){x, path, k == 1};
            if (!found && projected.x >= west && projected.x <= east && projected.y >= south &&
                projected.y <= north) {
                out = (direct_point){projected, whole, false};
                found = true;
            }
        }
    }
    return out;
}

/* ---- DPP ---- */

/* The contribution of a patch: isochrone velocity ratio x path x mean radiation pattern. */
static double contribution(const patch *p, kr_vec3 site, kr_vec3 hypo, kr_vec3 projected,
                           double path, double slip)
{
    double z = length(minus(projected, site)), l = length(minus(projected, hypo));
    kr_vec3 u = minus(p->at[1], p->at[0]), v = minus(projected, hypo);
    double phi = atan2(length(cross(u, v)), dot(u, v)) - slip * (pi / 180.0);
    double f = fmax(
        kr_geodetic_km(p->corner[0].lon, p->corner[0].lat, p->corner[1].lon, p->corner[1].lat),
        kr_geodetic_km(p->corner[2].lon, p->corner[2].lat, p->corner[3].lon, p->corner[3].lat));
    double rd, rhypo, logarithm, ix, in, iphi, radiation, ratio = 0.8;

    if (dot(site, p->normal) - p->offset > 0.0)
        z = -z;
    rd = sqrt((l - path) * (l - path) + z * z);
    rhypo = sqrt(l * l + z * z);
    logarithm = z * log((l + rhypo) / (l - path + rd));
    ix = cos(phi) * (2.0 * z * (l / rhypo - (l - path) / rd) - logarithm);
    in = cos(phi) * (-2.0 * z * z * (1.0 / rhypo - 1.0 / rd) - (rhypo - rd));
    iphi = sin(phi) * logarithm;
    radiation = sqrt(ix * ix + in * in + iphi * iphi) / path;
    if (path > 0.0)
        ratio = 1.0 / (1.0 / 0.8 - (rhypo - rd) / path);
    return ratio * fmax(path, 0.1 * f) * fmax(radiation, 0.2);
}

static double dpp(const kr_directivity *d, size_t first, kr_point3 hypo, double slip, double lon,
                  double lat)
{
    kr_point3 origin = d->edge[0], from = hypo;
    kr_vec3 site = local((kr_point3){lon, lat, 0.0}, origin);
    double sum = 0.0;

    for (size_t k = first; k + 1 < d->nedge; k++) {
        patch p = patch_of(d, k, origin);
        double share = (p.offset - dot(p.normal, site)) / dot(p.normal, p.normal);
        kr_vec3 start = local(from, origin), n = scaled(p.normal, share);
        kr_vec3 projected = {site.x + n.x, site.y + n.y, site.z + n.z};
        direct_point direct = find_direct(&p, start, projected);
        kr_lonlat at =
            kr_point_at(origin.lon, origin.lat, atan2(direct.at.x, direct.at.y) * (180.0 / pi),
                        hypot(direct.at.x, direct.at.y));
        sum += contribution(&p, site, start, projected, direct.path_km, slip);
        if (!direct.goes_on)
            break;
        from = (kr_point3){at.lon, at.lat, origin.depth - direct.at.z};
    }
    /* cppcheck-suppress invalidFunctionArg; an edge has two points or more */
    return log(sum);
}

/* ---- the rupture ---- */

kr_status kr_directivity_init(kr_directivity *d, kr_ctx *ctx)
{
    *d = (kr_directivity){.ctx = ctx};
    return kr_surface_work_init(ctx, &d->work);
}

void kr_directivity_clear(kr_directivity *d)
{
    if (!d->ctx)
        return;
    kr_surface_work_clear(&d->work);
    kr_site_soa_clear(&d->grid);
    kr_free(d->rrup);
    kr_free(d->edge);
    *d = (kr_directivity){0};
}

static kr_vec3 node(const kr_mesh *m, size_t j)
{
    return (kr_vec3){m->x[j], m->y[j], m->z[j]};
}

/* The top edge without the nodes where it turns by less than 3 degrees. */
static kr_status take_edge(kr_directivity *d, const kr_mesh *m)
{
    kr_status s = KR_OK;

    KR_GROW(d->edge, d->edge_cap, m->cols, d->ctx, KR_ACCOUNT_RUPTURES);
    d->nedge = 0;
    d->edge[d->nedge++] = kr_mesh_node(m, 0, 0);
    for (size_t j = 1; j + 1 < m->cols; j++) {
        kr_vec3 a = minus(node(m, j), node(m, j - 1)), b = minus(node(m, j + 1), node(m, j));
        if (atan2(length(cross(a, b)), dot(a, b)) * (180.0 / pi) > 3.0)
            d->edge[d->nedge++] = kr_mesh_node(m, 0, j);
    }
    d->edge[d->nedge++] = kr_mesh_node(m, 0, m->cols - 1);
out:
    return s;
}

/* Places every 0.01 degrees up to 1 degree around the rupture. */
static kr_status take_grid(kr_directivity *d, const kr_bbox *box)
{
    kr_status s = KR_OK;
    const double step = 0.01, around = 1.0;
    double west = box->west - around, south = box->south - around;
    size_t nlon = (size_t)ceil((box->east + around + step - west) / step);
    size_t nlat = (size_t)ceil((box->north + around + step - south) / step), n = nlon * nlat;
    double *lon = NULL;

    KR_NEW(lon, d->ctx, KR_ACCOUNT_RUPTURES, 2 * n);
    if (n > d->grid.capacity) {
        kr_site_soa_clear(&d->grid);
        kr_free(d->rrup);
        d->rrup = NULL;
        KR_TRY(kr_site_soa_init(&d->grid, d->ctx, KR_ACCOUNT_RUPTURES, n));
        KR_NEW(d->rrup, d->ctx, KR_ACCOUNT_RUPTURES, d->grid.capacity);
    }
    for (size_t i = 0; i < n; i++) {
        lon[i] = west + (double)(i % nlon) * step;
        lon[n + i] = south + (double)(i / nlon) * step;
    }
    kr_site_soa_fill(&d->grid, lon, lon + n, NULL, n);
out:
    kr_free(lon);
    return s;
}

kr_status kr_directivity_set(kr_directivity *d, const kr_mesh *rupture,
                             const kr_surface_params *params)
{
    kr_status s = KR_OK;
    kr_surface surface = {.kind = KR_SURFACE_SIMPLE, .mesh = *rupture, .params = *params};
    kr_dist_out out = {{NULL}};
    bool ok = true;
    kr_bbox box;

    if (!kr_mesh_box(rupture, &box))
        box = (kr_bbox){NAN, NAN, NAN, NAN};
    d->upper_km = rupture->depth[0];
    d->lower_km = rupture->depth[(rupture->rows - 1) * rupture->stride];
    d->dip = params->dip;
    KR_TRY(take_edge(d, rupture));
    KR_TRY(take_grid(d, &box));
    out.of[KR_DIST_RRUP] = d->rrup;
    KR_TRY(kr_surface_distances(&surface, &d->grid, KR_DIST_BIT(RRUP), &d->work, &out, &ok));
out:
    return s;
}

void kr_directivity_at(const kr_directivity *d, kr_point3 hypo, double slip, const double *lon,
                       const double *lat, const double *rrup, size_t n, double *out)
{
    size_t first = first_patch(d, hypo);

    for (size_t j = 0; j < n; j++) {
        double sum = 0.0;
        size_t found = 0;
        for (size_t i = 0; i < d->grid.n; i++) {
            if (d->rrup[i] <= rrup[j] + 2.0 && d->rrup[i] >= rrup[j] - 2.0) {
                sum += dpp(d, first, hypo, slip, d->grid.lon[i], d->grid.lat[i]);
                found++;
            }
        }
        out[j] = dpp(d, first, hypo, slip, lon[j], lat[j]) - sum / (double)found;
    }
}
