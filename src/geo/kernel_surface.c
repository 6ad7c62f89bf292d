/* Distances from the nodes, traces and outlines of surfaces to sites, compiled once for each
 * instruction set, vectorised over sites. rrup is made of + - * / and square roots only, so it is
 * the same on every instruction set. */
#include "geo/surface_kernels.h"
#include "num/isa_name.h"
#include "num/vmath.h"

#include <string.h>

#define SIMD   _Pragma("omp simd")
#define INLINE static inline __attribute__((always_inline))

/* Sites that are worked on at a time: what is kept of them fits in the first cache. */
enum { TILE = 256, STRIP = 32 };

static const double radius = KR_EARTH_RADIUS_KM;
static const double degree = 3.14159265358979323846 / 180.0;

#define SITE(t, j) ((kr_vec3){(t)->x[j], (t)->y[j], (t)->z[j]})

INLINE double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

INLINE double distance2(kr_vec3 a, kr_vec3 b)
{
    double x = a.x - b.x, y = a.y - b.y, z = a.z - b.z;

    return x * x + y * y + z * z;
}

/* The arc (km) whose sine is s, which rounding may have brought outside [-1, 1]. */
INLINE double arc_of(double s)
{
    double above = s - 1.0, below = s + 1.0;

    return radius * asin(s - ((above > 0.0 ? above : 0.0) + (below < 0.0 ? below : 0.0)));
}

INLINE double lesser(double a, double b)
{
    return b < a ? b : a;
}

/* The nearer to zero; a if they are equally near. */
INLINE double nearer_of(double a, double b)
{
    return fabs(b) < fabs(a) ? b : a;
}

/* ---- nodes ---- */

static void chords2(const kr_soa3 *sites, kr_vec3 p, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = distance2(SITE(sites, j), p);
}

static void nearest_value(const kr_soa3 *sites, size_t from, size_t to, const kr_soa3 *nodes,
                          double *least2)
{
    for (size_t k = 0; k < nodes->n; k++) {
        kr_vec3 p = SITE(nodes, k);
        SIMD for (size_t j = from; j < to; j++)
        {
            double d = distance2(SITE(sites, j), p);
            least2[j] = lesser(least2[j], d);
        }
    }
}

static void nearest_index(const kr_soa3 *sites, size_t from, size_t to, const kr_soa3 *nodes,
                          double number, double *least2, double *index)
{
    for (size_t k = 0; k < nodes->n; k++) {
        kr_vec3 p = SITE(nodes, k);
        double own = number + (double)k;
        SIMD for (size_t j = from; j < to; j++)
        {
            double d = distance2(SITE(sites, j), p), old = least2[j];
            index[j] = d < old ? own : index[j];
            least2[j] = lesser(old, d);
        }
    }
}

static void nearest(const kr_soa3 *sites, const kr_soa3 *nodes, double number, double *least2,
                    double *index)
{
    for (size_t from = 0; from < sites->n; from += TILE) {
        size_t to = from + TILE < sites->n ? from + TILE : sites->n;
        if (index)
            nearest_index(sites, from, to, nodes, number, least2, index);
        else
            nearest_value(sites, from, to, nodes, least2);
    }
}

static void lower(size_t n, const double *a, double *io)
{
    SIMD for (size_t j = 0; j < n; j++) io[j] = lesser(io[j], a[j]);
}

static void root(size_t n, double factor, const double *in, double *out)
{
    SIMD for (size_t j = 0; j < n; j++) out[j] = factor * sqrt(in[j]);
}

/* ---- traces ---- */

static void arc(const kr_soa3 *sites, kr_vec3 pole, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = arc_of(dot(SITE(sites, j), pole));
}

/* Distances to the segments of a trace are compared by the chord (on the unit sphere) of an arc as
 * long as they are: it takes no arcsine, which is left to the nearest one. */

/* The chord of the arc whose sine is s >= 0, up to a quarter of the circle. */
INLINE double chord_of_sine(double s)
{
    double cosine2 = 1.0 - s * s;

    return s * sqrt(2.0 / (1.0 + sqrt(cosine2 > 0.0 ? cosine2 : 0.0)));
}

/* The chord of the arc x, 0 to 2 (radians): the series of the sine. */
INLINE double chord_of_arc(double x)
{
    double h = 0.5 * x, q = h * h;
    double tail = 1.0 / 156.0 * (1.0 - q / 210.0 * (1.0 - q / 272.0 * (1.0 - q / 342.0)));
    double body = 1.0 - q / 42.0 * (1.0 - q / 72.0 * (1.0 - q / 110.0 * (1.0 - q * tail)));

    return x * (1.0 - q / 6.0 * (1.0 - q / 20.0 * body));
}

/* Behind its beginning the distance to a half circle is that to the beginning, with the sign of
 * the side. */
INLINE double semi_arc_to(kr_vec3 p, const kr_arc_segment *s)
{
    double side = dot(p, s->pole), ahead = dot(p, s->along_a);
    double great = chord_of_sine(fabs(side)), start = sqrt(distance2(p, s->a));
    double away = ahead > 0.0 ? great : start;

    return side < 0.0 ? -away : away;
}

static void semi_arc(const kr_soa3 *sites, const kr_arc_segment *s, double sign, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = sign * semi_arc_to(SITE(sites, j), s);
}

/* Beside the segment the distance to its great circle, else the chord (taken as an arc, as the
 * reference does) to the nearer end. */
INLINE double segment_to(kr_vec3 p, const kr_arc_segment *s)
{
    double side = dot(p, s->pole);
    double ends = chord_of_arc(sqrt(lesser(distance2(p, s->a), distance2(p, s->b))));
    double great = chord_of_sine(fabs(side));
    double ahead = dot(p, s->along_a) >= 0.0 ? great : ends;
    double away = dot(p, s->along_b) <= 0.0 ? ahead : ends;

    return side < 0.0 ? -away : away;
}

static void segment(const kr_soa3 *sites, const kr_arc_segment *s, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = segment_to(SITE(sites, j), s);
}

static void arc_of_chord(size_t n, double *io)
{
    SIMD for (size_t j = 0; j < n; j++) io[j] = 2.0 * arc_of(0.5 * io[j]);
}

static void nearer(size_t n, const double *a, double *io)
{
    SIMD for (size_t j = 0; j < n; j++) io[j] = nearer_of(io[j], a[j]);
}

INLINE double between_to(kr_vec3 p, kr_vec3 pole1, kr_vec3 pole2)
{
    double a = dot(p, pole1), b = dot(p, pole2);
    double same = 0.5 + copysign(0.5, a * b);

    return arc_of(same * lesser(fabs(a), fabs(b)));
}

static void between(const kr_soa3 *sites, kr_vec3 pole1, kr_vec3 pole2, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = between_to(SITE(sites, j), pole1, pole2);
}

static void geodetic(const kr_soa3 *sites, kr_vec3 p, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++)
    {
        out[j] = 2.0 * arc_of(0.5 * sqrt(distance2(SITE(sites, j), p)));
    }
}

/* Add a turn to a negative angle. */
INLINE double turn(double degrees)
{
    return degrees + (degrees < 0.0 ? 360.0 : 0.0);
}

INLINE double azimuth_to(kr_vec3 p, const kr_sphere_frame *at, double less)
{
    return turn(turn(atan2(dot(p, at->east), dot(p, at->north)) / degree) - less);
}

static void azimuth(const kr_soa3 *sites, const kr_sphere_frame *at, double less, double *out)
{
    SIMD for (size_t j = 0; j < sites->n; j++) out[j] = azimuth_to(SITE(sites, j), at, less);
}

/* ---- outlines ---- */

/* What is kept of a strip of sites while the edges of an outline pass. */
typedef struct strip {
    _Alignas(64) double x[STRIP], y[STRIP], least2[STRIP], sign[STRIP];
} strip;

/* The distance to an edge, and a change of sign if it crosses the ray to the east. */
static void pass_edge(strip *s, double ax, double ay, double bx, double by)
{
    double dx = bx - ax, dy = by - ay, length2 = dx * dx + dy * dy;
    double inverse = length2 > 0.0 ? 1.0 / length2 : 0.0;

    SIMD for (size_t j = 0; j < STRIP; j++)
    {
        double x1 = ax - s->x[j], y1 = ay - s->y[j], x2 = bx - s->x[j], y2 = by - s->y[j];
        double along = -(x1 * dx + y1 * dy), off = x1 * dy - y1 * dx;
        double end2 = along > 0.0 ? x2 * x2 + y2 * y2 : x1 * x1 + y1 * y1;
        double inner = along > 0.0 ? (along < length2 ? 1.0 : 0.0) : 0.0;
        double d = inner != 0.0 ? off * off * inverse : end2;
        double above1 = y1 > 0.0 ? 1.0 : 0.0, above2 = y2 > 0.0 ? 1.0 : 0.0;
        double east = off * (above2 - above1) > 0.0 ? -1.0 : 1.0;
        s->least2[j] = lesser(s->least2[j], d);
        s->sign[j] = s->sign[j] * east;
    }
}

static void outline_strip(const kr_outline *o, strip *s)
{
    for (size_t j = 0; j < STRIP; j++) {
        s->least2[j] = INFINITY;
        s->sign[j] = 1.0;
    }
    for (size_t r = 0; r < o->nrings; r++) {
        for (size_t i = o->first[r]; i + 1 < o->first[r + 1]; i++)
            pass_edge(s, o->x[i], o->y[i], o->x[i + 1], o->y[i + 1]);
    }
}

static void outline(const kr_soa3 *sites, const kr_outline *o, double *out)
{
    strip s;
    double c = cos(o->ortho.lambda0), d = sin(o->ortho.lambda0);
    kr_vec3 east = {-d, c, 0.0};
    kr_vec3 north = {-o->ortho.sin_phi0 * c, -o->ortho.sin_phi0 * d, o->ortho.cos_phi0};

    for (size_t from = 0; from < sites->n; from += STRIP) {
        size_t n = from + STRIP < sites->n ? STRIP : sites->n - from;
        for (size_t j = 0; j < STRIP; j++) {
            size_t k = from + (j < n ? j : n - 1);
            s.x[j] = radius * dot(SITE(sites, k), east);
            s.y[j] = radius * dot(SITE(sites, k), north);
        }
        outline_strip(o, &s);
        for (size_t j = 0; j < n; j++)
            out[from + j] = s.sign[j] < 0.0 ? 0.0 : sqrt(s.least2[j]);
    }
}

/* ---- windows ---- */

static void start_strip(double *best)
{
    for (size_t j = 0; j < STRIP; j++)
        best[j] = INFINITY;
}

/* Sliding windows by blocks as wide as a window (van Herk, Gil and Werman): the best of a window is
 * that of the end of one block and of the beginning of the next, both built up step by step.
 * `pick` prefers its first argument, which is always the earlier one. */
#define SLIDE(name, pick)                                                                          \
    static void name##_strip(const kr_slide *s, size_t from, size_t m)                             \
    {                                                                                              \
        _Alignas(64) double best[STRIP];                                                           \
        size_t count = s->n + 1 - s->width;                                                        \
        for (size_t block = 0; block < count; block += s->width) {                                 \
            size_t next = block + s->width;                                                        \
            start_strip(best);                                                                     \
            for (size_t k = next; k-- > block;) {                                                  \
                const double *in = s->in + k * s->in_step + from;                                  \
                SIMD for (size_t j = 0; j < m; j++) best[j] = pick(in[j], best[j]);                \
                if (k < count)                                                                     \
                    memcpy(s->out + k * s->out_step + from, best, m * sizeof *best);               \
            }                                                                                      \
            start_strip(best);                                                                     \
            for (size_t k = next; k < s->n && k + 1 < next + s->width; k++) {                      \
                const double *in = s->in + k * s->in_step + from;                                  \
                double *out = s->out + (k + 1 - s->width) * s->out_step + from;                    \
                SIMD for (size_t j = 0; j < m; j++)                                                \
                {                                                                                  \
                    best[j] = pick(best[j], in[j]);                                                \
                    out[j] = pick(out[j], best[j]);                                                \
                }                                                                                  \
            }                                                                                      \
        }                                                                                          \
    }                                                                                              \
    static void name(const kr_slide *s)                                                            \
    {                                                                                              \
        for (size_t from = 0; from < s->sites; from += STRIP)                                      \
            name##_strip(s, from, s->sites - from < STRIP ? s->sites - from : STRIP);              \
    }
SLIDE(slide_least, lesser)
SLIDE(slide_nearest, nearer_of)

extern const kr_surface_kernels KR_ISA_NAME(kr_surface_kernels);
const kr_surface_kernels KR_ISA_NAME(kr_surface_kernels) = {
    chords2, nearest, lower,    root,    arc,     semi_arc,    segment,      arc_of_chord,
    nearer,  between, geodetic, azimuth, outline, slide_least, slide_nearest};
