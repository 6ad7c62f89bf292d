#include "geo/gc2.h"

#include <math.h>

static const double pi = 3.14159265358979323846;

/* Places are taken in blocks that leave room for a product per segment and place. */
enum { BLOCK = 64, PRODUCTS = 4096 };

static double to_rad(double degrees)
{
    return degrees * (pi / 180.0);
}

static double to_deg(double radians)
{
    return radians * (180.0 / pi);
}

/* ---- one line ---- */

static kr_status project_line(kr_ctx *ctx, kr_line line, kr_arena *arena, kr_gc2_line *out)
{
    kr_status s = KR_OK;
    double *lon = NULL, *lat = NULL, *x = NULL, *y = NULL;
    kr_bbox box;

    KR_ANEW(lon, arena, line.n);
    KR_ANEW(lat, arena, line.n);
    KR_ANEW(x, arena, line.n);
    KR_ANEW(y, arena, line.n);
    for (size_t i = 0; i < line.n; i++) {
        lon[i] = line.p[i].lon;
        lat[i] = line.p[i].lat;
    }
    if (!kr_bbox_of(lon, lat, line.n, &box)) {
        s = kr_fail(ctx, KR_EINPUT,
                    "the top of a fault spans too many longitudes; less than 180 degrees are "
                    "allowed");
        goto out;
    }
    out->ortho = kr_ortho_of(&box);
    for (size_t i = 0; i < line.n; i++)
        kr_ortho_project(&out->ortho, lon[i], lat[i], &x[i], &y[i]);
    out->x = x;
    out->y = y;
out:
    return s;
}

/* Lengths and directions of the projected segments. */
static kr_status measure_segments(kr_ctx *ctx, kr_arena *arena, kr_gc2_line *out)
{
    kr_status s = KR_OK;
    double *length = NULL, *ux = NULL, *uy = NULL;

    KR_ANEW(length, arena, out->nsegments);
    KR_ANEW(ux, arena, out->nsegments);
    KR_ANEW(uy, arena, out->nsegments);
    for (size_t i = 0; i < out->nsegments; i++) {
        double dx = out->x[i + 1] - out->x[i], dy = out->y[i + 1] - out->y[i];

        length[i] = sqrt(dx * dx + dy * dy);
        if (!(length[i] > 0.0)) {
            s = kr_fail(ctx, KR_EINPUT,
                        "the top of a fault has two neighbouring points at one place, longitude "
                        "%g latitude %g; all must differ",
                        out->first.lon, out->first.lat);
            goto out;
        }
        ux[i] = dx / length[i];
        uy[i] = dy / length[i];
    }
    out->length = length;
    out->ux = ux;
    out->uy = uy;
out:
    return s;
}

/* What sets of lines ask again and again. */
static void prepare_sets(kr_gc2_line *out)
{
    double r = to_rad(out->azimuth), back = to_rad(kr_lon_360(out->azimuth + 180.0));

    out->sin_length = sin(r) * out->length_km;
    out->cos_length = cos(r) * out->length_km;
    out->sin_back = sin(back) * out->length_km;
    out->cos_back = cos(back) * out->length_km;
    out->sin_lambda = sin(out->ortho.lambda0);
    out->cos_lambda = cos(out->ortho.lambda0);
}

static kr_gc2_end end_of(kr_lonlat p)
{
    return (kr_gc2_end){to_rad(p.lon), cos(to_rad(p.lat)), kr_unit_vector(p.lon, p.lat)};
}

kr_status kr_gc2_line_make(kr_ctx *ctx, kr_line line, kr_arena *arena, kr_gc2_line *out)
{
    kr_status s = KR_OK;
    kr_gc2_line made = {0};

    *out = made;
    if (line.n < 2 || line.n > PRODUCTS) {
        s = kr_fail(ctx, KR_EINPUT, "the top of a fault has %zu points; 2 to %d are allowed",
                    line.n, PRODUCTS);
        goto out;
    }
    made.nsegments = line.n - 1;
    made.first = (kr_lonlat){line.p[0].lon, line.p[0].lat};
    made.last = (kr_lonlat){line.p[line.n - 1].lon, line.p[line.n - 1].lat};
    made.length_km = kr_line_length_km(line);
    made.azimuth = kr_line_azimuth(line);
    made.ends[0] = end_of(made.first);
    made.ends[1] = end_of(made.last);
    KR_TRY(project_line(ctx, line, arena, &made));
    KR_TRY(measure_segments(ctx, arena, &made));
    prepare_sets(&made);
    *out = made;
out:
    return s;
}

/* A segment as it is met on a way along the line. */
typedef struct segment {
    double x, y, ux, uy, length;
} segment;

static segment segment_of(const kr_gc2_line *line, kr_gc2_way way, size_t i)
{
    size_t m = line->nsegments;
    size_t from = way == KR_GC2_FORWARD ? i : m - i;
    size_t k = way == KR_GC2_REVERSED ? m - 1 - i : i;
    double sign = way == KR_GC2_FORWARD ? 1.0 : -1.0;

    return (segment){line->x[from], line->y[from], sign * line->ux[k], sign * line->uy[k],
                     line->length[k]};
}

/* The integral of 1 / r^2 over a segment, seen at (u, t): with a singularity on the segment, which
 * the reference cuts off at 100 m (Spudich and Chiou 2015, equations 5 to 7). *on: the place is on
 * the segment. */
static inline double weight_at(double u, double t, double length, double *on)
{
    const double tolerance = 0.1;
    int beside = fabs(t) >= tolerance;
    int within = u >= -tolerance && u <= length + tolerance;
    double st = beside ? t : 1.0;
    double su = within ? -1.0 : u; /* a place off the segment: no division by zero */
    double far = (atan((length - u) / st) - atan(-u / st)) / st;
    double off = 1.0 / (su - length) - 1.0 / su;
    double cut = 1.0 / (-0.01 - length) + 1.0 / 0.01;

    *on = !beside && within ? 1.0 : *on;
    return beside ? far : (within ? cut : off);
}

/* Sums over segments at the places of a block. */
typedef struct block {
    double x[BLOCK], y[BLOCK];
    double w[BLOCK], u[BLOCK], t[BLOCK], on[BLOCK];
    double t_weight[PRODUCTS]; /* t x weight by segment and place */
} block;

static void block_sums(const kr_gc2_line *line, kr_gc2_way way, size_t n, block *b)
{
    double along = 0.0;

    for (size_t k = 0; k < n; k++) {
        b->w[k] = 0.0;
        b->u[k] = 0.0;
        b->t[k] = 0.0;
        b->on[k] = 0.0;
    }
    for (size_t i = 0; i < line->nsegments; i++) {
        segment g = segment_of(line, way, i);
        double *tw = &b->t_weight[i * n];

        for (size_t k = 0; k < n; k++) {
            double dx = b->x[k] - g.x, dy = b->y[k] - g.y;
            double u = dx * g.ux + dy * g.uy;
            double t = dx * g.uy + dy * -g.ux;
            double w = weight_at(u, t, g.length, &b->on[k]);

            tw[k] = t * w;
            b->w[k] += w;
            b->u[k] += (u + along) * w;
        }
        along += g.length;
    }
    for (size_t i = 0; i < line->nsegments; i++) {
        for (size_t k = 0; k < n; k++)
            b->t[k] += b->t_weight[i * n + k] / b->w[k];
    }
}

void kr_gc2_line_tuw(const kr_gc2_line *line, kr_gc2_way way, const double *lon, const double *lat,
                     size_t n, float *t, float *u, float *w)
{
    block b;
    size_t most = PRODUCTS / line->nsegments;

    if (most > BLOCK)
        most = BLOCK;
    for (size_t from = 0; from < n; from += most) {
        size_t m = n - from < most ? n - from : most;

        for (size_t k = 0; k < m; k++)
            kr_ortho_project(&line->ortho, lon[from + k], lat[from + k], &b.x[k], &b.y[k]);
        block_sums(line, way, m, &b);
        for (size_t k = 0; k < m; k++) {
            t[from + k] = (float)(b.on[k] != 0.0 ? 0.0 : b.t[k]);
            u[from + k] = (float)(b.u[k] / b.w[k]);
            w[from + k] = (float)b.w[k];
        }
    }
}

/* ---- sets of lines: order and direction ---- */

/* Mean of the azimuths weighted by lengths, in [0, 360). `flipped` NULL: no line is. */
static double mean_azimuth(const kr_gc2_line *const *lines, const bool *flipped, size_t n)
{
    double sine = 0.0, cosine = 0.0;

    for (size_t i = 0; i < n; i++) {
        bool back = flipped && flipped[i];
        sine += back ? lines[i]->sin_back : lines[i]->sin_length;
        cosine += back ? lines[i]->cos_back : lines[i]->cos_length;
    }
    return kr_lon_360(to_deg(atan2(sine, cosine)));
}

/* The azimuths within the half circle around an average. */
typedef struct half_circle {
    double from, to;
    bool whole; /* does not go through north */
} half_circle;

static half_circle half_circle_around(double average)
{
    return (half_circle){kr_lon_360(average - 90.0), kr_lon_360(average + 90.0),
                         average >= 90.0 && average <= 270.0};
}

static bool goes_along(double azimuth, const half_circle *half)
{
    bool after = azimuth >= half->from, before = azimuth < half->to;

    return half->whole ? after && before : after || before;
}

/* The part of the lengths, seen along the average direction, of lines that go along it. By the sine
 * and cosine of a difference, or (`exact`) with the figures of the reference. */
static double part_along(const kr_gc2_line *const *lines, size_t n, double average, bool exact)
{
    const half_circle half = half_circle_around(average);
    double along = 0.0, all = 0.0, s = sin(to_rad(average)), c = cos(to_rad(average));

    for (size_t i = 0; i < n; i++) {
        const kr_gc2_line *line = lines[i];
        double part = fabs(line->sin_length * s + line->cos_length * c);
        if (exact)
            part = line->length_km * fabs(cos(to_rad(fabs(line->azimuth - average))));
        all += part;
        if (goes_along(line->azimuth, &half))
            along += part;
    }
    return all > 0.0 ? along / all : 0.0;
}

/* The greater part of the length, seen along the average direction, keeps its direction; the other
 * lines are flipped. Returns the mean azimuth after that. */
static double flip_lines(const kr_gc2_line *const *lines, size_t n, bool *flipped)
{
    double average = mean_azimuth(lines, NULL, n), along = part_along(lines, n, average, false);
    const half_circle half = half_circle_around(average);

    if (!(fabs(along - 0.5) > 1e-9)) /* up to the last digits */
        along = part_along(lines, n, average, true);
    for (size_t i = 0; i < n; i++)
        flipped[i] = goes_along(lines[i]->azimuth, &half) != (along > 0.5);
    return mean_azimuth(lines, flipped, n);
}

static void swap_order(uint32_t *order, size_t i, size_t j)
{
    uint32_t kept = order[i];

    order[i] = order[j];
    order[j] = kept;
}

static void order_if(const double *key, uint32_t *order, size_t low, size_t high)
{
    if (key[order[high]] < key[order[low]])
        swap_order(order, low, high);
}

/* Divide [low, high] by the median of the first, the middle and the last; returns its place. */
static size_t divide(const double *key, uint32_t *order, size_t low, size_t high)
{
    size_t middle = (low + high) / 2, i = low, j = high - 1;
    double pivot;

    order_if(key, order, low, middle);
    order_if(key, order, middle, high);
    order_if(key, order, low, middle);
    pivot = key[order[middle]];
    swap_order(order, middle, high);
    for (;; i++, j--) {
        while (i < high && key[order[i]] < pivot)
            i++;
        while (j > low && pivot < key[order[j]])
            j--;
        if (i >= j)
            break;
        swap_order(order, i, j);
    }
    swap_order(order, i, high);
    return i;
}

static void insertion_sort(const double *key, uint32_t *order, size_t low, size_t high)
{
    for (size_t i = low + 1; i <= high; i++) {
        uint32_t k = order[i];
        size_t j = i;

        for (; j > low && key[k] < key[order[j - 1]]; j--)
            order[j] = order[j - 1];
        order[j] = k;
    }
}

/* Order by increasing key. Lines with equal keys come in the order of the reference's sort, which
 * is not stable above 15 lines: quicksort by the median of three until few are left. */
static void sort_by(const double *key, uint32_t *order, size_t n)
{
    struct {
        size_t low, end;
    } todo[64];
    size_t ntodo = 0;

    for (size_t i = 0; i < n; i++)
        order[i] = (uint32_t)i;
    todo[ntodo].low = 0;
    todo[ntodo++].end = n;
    while (ntodo > 0) {
        size_t low = todo[--ntodo].low, end = todo[ntodo].end;

        while (end > low + 15) {
            size_t i = divide(key, order, low, end - 1);

            /* the larger part waits */
            if (end - 1 - i > i - low) {
                todo[ntodo].low = i + 1;
                todo[ntodo++].end = end;
                end = i;
            } else {
                todo[ntodo].low = low;
                todo[ntodo++].end = i;
                low = i + 1;
            }
        }
        if (end > low)
            insertion_sort(key, order, low, end - 1);
    }
}

typedef struct ends {
    double *lon, *lat, *x; /* first and last of each line */
    kr_ortho ortho;
} ends;

static bool project_ends(const kr_gc2_line *const *lines, size_t n, ends *e)
{
    kr_bbox box;

    for (size_t i = 0; i < n; i++) {
        e->lon[2 * i] = lines[i]->first.lon;
        e->lat[2 * i] = lines[i]->first.lat;
        e->lon[2 * i + 1] = lines[i]->last.lon;
        e->lat[2 * i + 1] = lines[i]->last.lat;
    }
    if (!kr_bbox_of(e->lon, e->lat, 2 * n, &box))
        return false;
    e->ortho = kr_ortho_of(&box);
    for (size_t i = 0; i < 2 * n; i++) {
        const kr_gc2_end *end = &lines[i / 2]->ends[i % 2];

        e->x[i] = end->cos_lat * sin(end->lon_rad - e->ortho.lambda0) * KR_EARTH_RADIUS_KM;
    }
    return true;
}

/* The end from which the set starts: the westmost or the eastmost one. It goes to the plane and
 * back, as in the reference. */
static kr_lonlat origin_of(const ends *e, size_t n, bool from_west)
{
    size_t best = 0;
    double x, y;

    for (size_t i = 1; i < 2 * n; i++) {
        if (from_west ? e->x[i] < e->x[best] : e->x[i] > e->x[best])
            best = i;
    }
    kr_ortho_project(&e->ortho, e->lon[best], e->lat[best], &x, &y);
    return kr_ortho_unproject(&e->ortho, x, y);
}

/* Where shifts are measured from: unit vectors to the origin and along the mean strike there. */
typedef struct start {
    kr_vec3 up, along, across;
} start;

static start start_at(kr_lonlat origin, double strike)
{
    double lon = to_rad(origin.lon), lat = to_rad(origin.lat), a = to_rad(strike);
    kr_vec3 east = {-sin(lon), cos(lon), 0.0};
    kr_vec3 north = {-sin(lat) * cos(lon), -sin(lat) * sin(lon), cos(lat)};
    double c = cos(a), s = sin(a);

    return (start){kr_unit_vector(origin.lon, origin.lat),
                   {c * north.x + s * east.x, c * north.y + s * east.y, c * north.z},
                   {c * east.x - s * north.x, c * east.y - s * north.y, -s * north.z}};
}

static double dot(kr_vec3 a, kr_vec3 b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

/* How far along the mean strike a line begins: the distance times the cosine of its direction. */
static double shift_of(const start *from, kr_vec3 to)
{
    kr_vec3 d = {to.x - from->up.x, to.y - from->up.y, to.z - from->up.z};
    double along = dot(d, from->along), across = dot(d, from->across);
    double flat = sqrt(along * along + across * across);
    double distance = 2.0 * KR_EARTH_RADIUS_KM * asin(kr_lesser(sqrt(dot(d, d)) / 2.0, 1.0));

    return flat > 0.0 ? along / flat * distance : 0.0;
}

bool kr_gc2_set_order(const kr_gc2_line *const *lines, size_t n, double *scratch, kr_gc2_set *out)
{
    ends e = {scratch, scratch + 2 * n, scratch + 4 * n, {0.0, 0.0, 0.0}};
    double *west = scratch + 6 * n;
    double strike;
    bool from_west;
    start from;

    out->n = n;
    if (!project_ends(lines, n, &e))
        return false;
    for (size_t i = 0; i < n; i++)
        west[i] = e.x[2 * i + 1] < e.x[2 * i] ? e.x[2 * i + 1] : e.x[2 * i];
    strike = flip_lines(lines, n, out->flipped);
    from_west = strike <= 180.0; /* 0 too: the reference takes |strike| < 0.1 for eastward */
    from = start_at(origin_of(&e, n, from_west), strike);
    sort_by(west, out->order, n);
    if (!from_west) {
        for (size_t i = 0; i < n / 2; i++)
            swap_order(out->order, i, n - 1 - i);
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t k = out->order[i];

        out->shift[i] = (float)shift_of(&from, lines[k]->ends[out->flipped[k]].unit);
    }
    return true;
}

/* ---- sums over the lines of a set ---- */

void kr_gc2_add(float shift, const float *t, const float *u, const float *w, size_t n, float *sum_t,
                float *sum_u, float *sum_w)
{
    for (size_t k = 0; k < n; k++) {
        sum_t[k] += t[k] * w[k];
        sum_u[k] += (u[k] + shift) * w[k];
        sum_w[k] += w[k];
    }
}

void kr_gc2_finish(const float *sum_w, size_t n, float *sum_t, float *sum_u)
{
    for (size_t k = 0; k < n; k++) {
        sum_t[k] /= sum_w[k];
        sum_u[k] /= sum_w[k];
    }
}
