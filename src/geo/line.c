/* One of the few files that touch GEOS. */
#include "geo/line.h"

#define GEOS_USE_ONLY_R_API
#include <geos_c.h>

#include <math.h>
#include <string.h>

static const double same_point_km = 1e-3;
static const double surely_apart_deg = 1e-4; /* of latitude: 11 m */
static const double same_place_km = 1e-5;    /* of a resampled point and the vertex before it */
static const double same_place_deg = 0.01;   /* of two points of a vertical line */
static const double nearly_a_step = 0.9999;
static const double straight_on_deg = 30.0;
static const size_t max_points = 1000000;

static double point_distance(kr_point3 a, kr_point3 b)
{
    return kr_distance_km(a.lon, a.lat, a.depth, b.lon, b.lat, b.depth);
}

static double point_azimuth(kr_point3 a, kr_point3 b)
{
    return kr_azimuth(a.lon, a.lat, b.lon, b.lat);
}

static bool same_point(kr_point3 a, kr_point3 b)
{
    return !(fabs(a.lat - b.lat) > surely_apart_deg) && point_distance(a, b) <= same_point_km;
}

size_t kr_line_clean(kr_point3 *p, size_t n)
{
    size_t left = 0;

    for (size_t i = 0; i < n; i++) {
        if (left == 0 || !same_point(p[i], p[left - 1]))
            p[left++] = p[i];
    }
    return left;
}

double kr_line_length_km(kr_line line)
{
    double km = 0.0;

    for (size_t i = 1; i < line.n; i++)
        km += point_distance(line.p[i], line.p[i - 1]);
    return km;
}

double kr_line_azimuth(kr_line line)
{
    static const double degree = 3.14159265358979323846 / 180.0;
    double sine = 0.0, cosine = 0.0;

    if (line.n == 2)
        return point_azimuth(line.p[0], line.p[1]);
    for (size_t i = 1; i < line.n; i++) {
        kr_point3 a = line.p[i - 1], b = line.p[i];
        double angle = point_azimuth(a, b) * degree;
        double km = kr_geodetic_km(a.lon, a.lat, b.lon, b.lat);
        sine += sin(angle) * km;
        cosine += cos(angle) * km;
    }
    return kr_lon_360(atan2(sine, cosine) / degree);
}

/* ---- straight pieces ---- */

/* A straight way in equal steps, each an arc (radians) and some depth. */
typedef struct way {
    kr_point3 from;
    double azimuth, arc, down_km;
} way;

static way way_of(kr_point3 from, double azimuth, double horizontal_km, double vertical_km,
                  size_t n)
{
    double steps = n ? (double)n : 1.0;

    return (way){from, azimuth, horizontal_km / KR_EARTH_RADIUS_KM / steps, vertical_km / steps};
}

/* The point after k > 0 steps. */
static kr_point3 on_the_way(const way *w, size_t k)
{
    kr_lonlat q = kr_point_at_arc(w->from.lon, w->from.lat, w->azimuth, (double)k * w->arc);

    return (kr_point3){q.lon, q.lat, (double)k * w->down_km + w->from.depth};
}

void kr_points_towards(kr_point3 p, double azimuth, double horizontal_km, double vertical_km,
                       size_t n, kr_point3 *out)
{
    way w = way_of(p, azimuth, horizontal_km, vertical_km, n - 1);

    out[0] = p;
    for (size_t k = 1; k < n; k++)
        out[k] = on_the_way(&w, k);
}

/* A straight piece cut in steps of exactly one length. */
typedef struct steps {
    size_t n;                                   /* whole steps: the rounded quotient */
    double azimuth, horizontal_km, vertical_km; /* of all steps together */
} steps;

/* The length is rounded before the division, so that pieces of equal lengths up to the last digits
 * get equal numbers of steps. */
static steps steps_between(kr_point3 a, kr_point3 b, double spacing_km)
{
    double h = kr_geodetic_km(a.lon, a.lat, b.lon, b.lat), v = b.depth - a.depth;
    double total = kr_round_half_up(sqrt(h * h + v * v), 7);
    double n = kr_round_half_up(total / spacing_km, 0);
    double factor;

    if (!(n >= 1.0))
        return (steps){0, 0.0, 0.0, 0.0};
    n = fmin(n, (double)max_points);
    factor = spacing_km * n / total;
    return (steps){(size_t)n, point_azimuth(a, b), h * factor, v * factor};
}

static kr_status too_many(kr_ctx *ctx, double spacing_km)
{
    return kr_fail(
        ctx, KR_EINPUT,
        "a line of more than %zu points at a spacing of %g km; the spacing must be wider",
        max_points, spacing_km);
}

kr_status kr_points_between(kr_ctx *ctx, kr_point3 a, kr_point3 b, double spacing_km,
                            kr_arena *arena, kr_line *out)
{
    kr_status s = KR_OK;
    steps cut = steps_between(a, b, spacing_km);
    kr_point3 *p = NULL;

    *out = (kr_line){0, NULL};
    if (cut.n >= max_points)
        return too_many(ctx, spacing_km);
    KR_ANEW(p, arena, cut.n + 1);
    kr_points_towards(a, cut.azimuth, cut.horizontal_km, cut.vertical_km, cut.n + 1, p);
    *out = (kr_line){cut.n + 1, p};
out:
    return s;
}

kr_status kr_line_resample_to(kr_ctx *ctx, kr_line line, size_t n, kr_arena *arena, kr_line *out)
{
    kr_status s = KR_OK;
    double step = kr_line_length_km(line) / (double)(n - 1);
    double reached = 0.0, last = 0.0; /* lengths up to the end of the segment, of the segment */
    size_t segment = 0;               /* the one that ends at that vertex */
    kr_point3 *p = NULL;

    *out = (kr_line){0, NULL};
    if (n > max_points)
        return too_many(ctx, step);
    KR_ANEW(p, arena, n);
    p[0] = line.p[0];
    for (size_t i = 1; i < n; i++) {
        double target = (double)i * step;
        while (target > reached && segment + 1 < line.n) {
            last = point_distance(line.p[segment], line.p[segment + 1]);
            reached += last;
            segment++;
        }
        kr_point3 a = line.p[segment ? segment - 1 : 0], b = line.p[segment];
        double offset = target - (reached - last);
        p[i] = a;
        if (!(offset < same_place_km)) {
            steps cut = steps_between(a, b, offset);
            way w = way_of(a, cut.azimuth, cut.horizontal_km, cut.vertical_km, cut.n);
            p[i] = on_the_way(&w, 1);
        }
    }
    *out = (kr_line){kr_line_clean(p, n), p};
out:
    return s;
}

/* ---- resampling at a constant distance ---- */

/* A walk along a line in the local space: orthographic x and y of the line's box, depth as z. */
typedef struct walk {
    kr_line line;
    const kr_vec3 *vertex;
    double step;
    kr_ortho ortho;
    kr_arena *arena;
    kr_point3 *out;
    size_t n, capacity;
    kr_vec3 here; /* the last point, in the local space */
} walk;

static kr_vec3 minus(kr_vec3 a, kr_vec3 b)
{
    return (kr_vec3){a.x - b.x, a.y - b.y, a.z - b.z};
}

static kr_vec3 plus(kr_vec3 a, double factor, kr_vec3 b)
{
    return (kr_vec3){a.x + factor * b.x, a.y + factor * b.y, a.z + factor * b.z};
}

static kr_vec3 over(kr_vec3 a, double divisor)
{
    return (kr_vec3){a.x / divisor, a.y / divisor, a.z / divisor};
}

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

static double straight(kr_vec3 a, kr_vec3 b)
{
    kr_vec3 d = minus(a, b);

    return sqrt(dot(d, d));
}

static bool within(double x, double a, double b)
{
    return x >= fmin(a, b) && x <= fmax(a, b);
}

static kr_status add_point(kr_ctx *ctx, walk *w, kr_point3 p)
{
    kr_status s = KR_OK;

    if (w->n >= max_points)
        return too_many(ctx, w->step);
    if (w->n == w->capacity) {
        size_t capacity = w->capacity ? 2 * w->capacity : 64;
        kr_point3 *wider = NULL;
        KR_ANEW(wider, w->arena, capacity);
        if (w->n)
            memcpy(wider, w->out, w->n * sizeof *wider);
        w->out = wider;
        w->capacity = capacity;
    }
    w->out[w->n++] = p;
out:
    return s;
}

/* Go to a point of the local space. */
static kr_status go_to(kr_ctx *ctx, walk *w, kr_vec3 there)
{
    kr_lonlat p = kr_ortho_unproject(&w->ortho, there.x, there.y);

    w->here = there;
    return add_point(ctx, w, (kr_point3){p.lon, p.lat, there.z});
}

/* The vertex farthest away among those from `first` on that are within a step. */
static size_t last_within_step(const walk *w, size_t first)
{
    size_t found = first;
    double farthest = -1.0;

    for (size_t i = first; i < w->line.n; i++) {
        double d = straight(w->vertex[i], w->here);
        if (d <= w->step && d > farthest) {
            farthest = d;
            found = i;
        }
    }
    return found;
}

/* Where the segment from b back to a leaves the sphere of one step around the walker; false if it
 * does not. The quadratic equation is that of the place on the segment, counted from b. */
static bool step_onto_segment(const walk *w, kr_vec3 a, kr_vec3 b, kr_vec3 *there)
{
    kr_vec3 along = minus(a, b), away = minus(b, w->here);
    double p = dot(along, along), q = 2.0 * dot(along, away);
    kr_vec3 h = w->here;
    double r = h.x * h.x + h.y * h.y + h.z * h.z + b.x * b.x + b.y * b.y + b.z * b.z -
               2.0 * dot(h, b) - w->step * w->step;
    double inside = q * q - 4.0 * p * r;

    if (!(inside >= 0.0) || p == 0.0)
        return false;
    *there = plus(b, (-q + sqrt(inside)) / (2.0 * p), along);
    if (!within(there->x, a.x, b.x) || !within(there->y, a.y, b.y) || !within(there->z, a.z, b.z))
        *there = plus(b, (-q - sqrt(inside)) / (2.0 * p), along);
    return true;
}

/* Steps onto the segment that ends at vertex `end`, and along it. */
static kr_status walk_segment(kr_ctx *ctx, walk *w, size_t end, bool *ok)
{
    kr_status s = KR_OK;
    kr_vec3 a = w->vertex[end - 1], b = w->vertex[end], there = w->here, unit;
    double left;

    *ok = step_onto_segment(w, a, b, &there);
    if (!*ok)
        return KR_OK;
    KR_TRY(go_to(ctx, w, there));
    left = straight(b, w->here);
    unit = over(minus(b, w->here), left);
    while (left > w->step * nearly_a_step) {
        KR_TRY(go_to(ctx, w, plus(w->here, w->step, unit)));
        left = straight(b, w->here);
    }
out:
    return s;
}

/* Does the last step lead towards the end of the line, rather than past it? */
static bool leads_on(const walk *w)
{
    kr_point3 before, last, end = w->line.p[w->line.n - 1];

    if (w->n < 2)
        return true;
    before = w->out[w->n - 2];
    last = w->out[w->n - 1];
    if (fabs(before.lon - last.lon) < same_place_deg &&
        fabs(before.lat - last.lat) < same_place_deg)
        return !(end.depth < last.depth);
    return fabs(point_azimuth(before, last) - point_azimuth(last, end)) < straight_on_deg;
}

/* The end is within a step: one more point if that brings the walker nearer to it. */
static kr_status finish(kr_ctx *ctx, walk *w, bool keep_end)
{
    size_t n = w->line.n;
    double half = w->step / 2.0, left = straight(w->here, w->vertex[n - 1]);
    bool on = leads_on(w);

    if (keep_end)
        return add_point(ctx, w, w->line.p[n - 1]);
    if ((on && left > half) || (!on && left < half)) {
        kr_vec3 none = {0.0, 0.0, 0.0}, last = minus(w->vertex[n - 1], w->vertex[n - 2]);
        kr_vec3 next = over(plus(none, w->step, last), sqrt(dot(last, last)));
        return go_to(ctx, w, plus(w->here, 1.0, next));
    }
    return KR_OK;
}

/* The vertices in the local space; *ok false if there is no box around them. */
static kr_status project(kr_line line, kr_arena *arena, walk *w, bool *ok)
{
    kr_status s = KR_OK;
    kr_bbox box;
    kr_vec3 *vertex = NULL;
    double *lon = NULL, *lat = NULL;

    KR_ANEW(vertex, arena, line.n);
    KR_ANEW(lon, arena, line.n);
    KR_ANEW(lat, arena, line.n);
    for (size_t i = 0; i < line.n; i++) {
        lon[i] = line.p[i].lon;
        lat[i] = line.p[i].lat;
    }
    *ok = kr_bbox_of(lon, lat, line.n, &box);
    if (!*ok)
        goto out;
    w->ortho = kr_ortho_of(&box);
    for (size_t i = 0; i < line.n; i++) {
        kr_ortho_project(&w->ortho, lon[i], lat[i], &vertex[i].x, &vertex[i].y);
        vertex[i].z = line.p[i].depth;
    }
    w->vertex = vertex;
out:
    return s;
}

/* Neighbours that are the same number by number count once. */
static size_t drop_repeated(kr_point3 *p, size_t n)
{
    size_t left = 0;

    for (size_t i = 0; i < n; i++) {
        if (left == 0 || p[i].lon != p[left - 1].lon || p[i].lat != p[left - 1].lat ||
            p[i].depth != p[left - 1].depth)
            p[left++] = p[i];
    }
    return left;
}

kr_status kr_line_resample(kr_ctx *ctx, kr_line line, double spacing_km, bool keep_end,
                           kr_arena *arena, kr_line *out, bool *ok)
{
    kr_status s = KR_OK;
    walk w = {.line = line, .step = spacing_km, .arena = arena};
    size_t first = 0, at;

    *out = (kr_line){0, NULL};
    *ok = line.n >= 2 && spacing_km > 0.0;
    if (!*ok)
        goto out;
    KR_TRY(project(line, arena, &w, ok));
    if (!*ok)
        goto out;
    w.here = w.vertex[0];
    KR_TRY(add_point(ctx, &w, line.p[0]));
    while ((at = last_within_step(&w, first)) + 1 < line.n) {
        KR_TRY(walk_segment(ctx, &w, at + 1, ok));
        if (!*ok)
            goto out;
        first = at + 1;
    }
    KR_TRY(finish(ctx, &w, keep_end));
    w.n = drop_repeated(w.out, w.n);
    *ok = w.n >= 2;
    if (*ok)
        *out = (kr_line){w.n, w.out};
out:
    return s;
}

/* ---- shapes in the plane ---- */

/* A sequence of points of a plane, closed if asked; NULL on failure. */
static GEOSCoordSequence *sequence(GEOSContextHandle_t h, const double *x, const double *y,
                                   size_t n, bool closed)
{
    size_t total = n + (closed ? 1 : 0);
    GEOSCoordSequence *seq = NULL;

    if (total > UINT32_MAX)
        return NULL;
    seq = GEOSCoordSeq_create_r(h, (unsigned)total, 2);
    for (size_t i = 0; seq && i < total; i++) {
        if (!GEOSCoordSeq_setX_r(h, seq, (unsigned)i, x[i % n]) ||
            !GEOSCoordSeq_setY_r(h, seq, (unsigned)i, y[i % n])) {
            GEOSCoordSeq_destroy_r(h, seq);
            return NULL;
        }
    }
    return seq;
}

static bool plane_line_is_simple(const double *x, const double *y, size_t n)
{
    GEOSContextHandle_t h = GEOS_init_r();
    GEOSCoordSequence *seq = h ? sequence(h, x, y, n, false) : NULL;
    GEOSGeometry *line = seq ? GEOSGeom_createLineString_r(h, seq) : NULL;
    bool simple = line && GEOSisSimple_r(h, line) == 1;

    if (line)
        GEOSGeom_destroy_r(h, line);
    if (h)
        GEOS_finish_r(h);
    return simple;
}

/* True if every step goes forwards, seen along the way from the first point to the last: such a
 * line, as nearly all traces are, does not meet itself. */
static bool goes_forwards(const double *x, const double *y, size_t n)
{
    double dx = x[n - 1] - x[0], dy = y[n - 1] - y[0], least = 1e-9 * (dx * dx + dy * dy);
    bool forwards = least > 0;

    for (size_t i = 1; forwards && i < n; i++)
        forwards = (x[i] - x[i - 1]) * dx + (y[i] - y[i - 1]) * dy > least;
    return forwards;
}

bool kr_line_crosses_itself(kr_line line)
{
    kr_ctx *ctx = NULL;
    kr_arena arena;
    walk w = {.line = line};
    double *x = NULL, *y = NULL;
    bool crosses = true, ok = false;

    if (line.n <= 3)
        return false;
    if (kr_ctx_create(&ctx) != KR_OK)
        return true;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    x = kr_arena_alloc(&arena, line.n, sizeof *x);
    y = kr_arena_alloc(&arena, line.n, sizeof *y);
    if (x && y && project(line, &arena, &w, &ok) == KR_OK && ok) {
        for (size_t i = 0; i < line.n; i++) {
            x[i] = w.vertex[i].x;
            y[i] = w.vertex[i].y;
        }
        crosses = !goes_forwards(x, y, line.n) && !plane_line_is_simple(x, y, line.n);
    }
    kr_arena_clear(&arena);
    kr_ctx_destroy(&ctx);
    return crosses;
}

bool kr_ring_is_valid(const double *x, const double *y, size_t n)
{
    GEOSContextHandle_t h = GEOS_init_r();
    GEOSCoordSequence *seq = h ? sequence(h, x, y, n, true) : NULL;
    GEOSGeometry *ring = seq ? GEOSGeom_createLinearRing_r(h, seq) : NULL;
    GEOSGeometry *polygon = ring ? GEOSGeom_createPolygon_r(h, ring, NULL, 0) : NULL;
    bool valid = polygon && GEOSisValid_r(h, polygon) == 1;

    if (polygon)
        GEOSGeom_destroy_r(h, polygon);
    else if (ring)
        GEOSGeom_destroy_r(h, ring);
    if (h)
        GEOS_finish_r(h);
    return valid;
}
