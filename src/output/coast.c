#include "output/coast.h"

#include "output/output_data.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double UNIT = 0.01; /* degrees, of the numbers in the file */

typedef struct growing {
    kr_line *line;
    size_t n, cap;
} growing;

/* What is cut out. */
typedef struct cutting {
    kr_arena *arena, scratch; /* of what stays; of one ring */
    kr_box box;
    growing land, lines;
} cutting;

/* ------------------------------------------------------------------ the file */

/* The next number of a line; false at its end. */
static bool next_number(const char **at, long *out)
{
    const char *p = *at;
    bool minus = *p == '-';
    if (*p == '\n' || *p == '\0')
        return false;
    p += minus;
    for (*out = 0; *p >= '0' && *p <= '9'; p++)
        *out = 10 * *out + (*p - '0');
    *out = minus ? -*out : *out;
    *at = p + (*p == ' ');
    return true;
}

static size_t count_points(const char *line)
{
    size_t numbers = 1;
    for (; *line && *line != '\n'; line++)
        numbers += *line == ' ';
    return numbers / 2;
}

/* The box around the ring of a line, with which the line begins. */
static bool read_box(const char **at, kr_box *out)
{
    long x[4] = {0};
    for (int i = 0; i < 4; i++)
        if (!next_number(at, &x[i]))
            return false;
    *out = (kr_box){(double)x[0] * UNIT, (double)x[1] * UNIT, (double)x[2] * UNIT,
                    (double)x[3] * UNIT};
    return true;
}

/* The rest of a line as a ring. */
static kr_status read_ring(kr_arena *arena, const char **at, kr_line *out)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    size_t n = 0;
    long x = 0, y = 0, dx, dy;
    KR_ANEW(p, arena, count_points(*at));
    while (next_number(at, &dx) && next_number(at, &dy)) {
        x += dx;
        y += dy;
        p[n++] = (kr_point3){(double)x * UNIT, (double)y * UNIT, 0};
    }
    *out = (kr_line){n, p};
out:
    return s;
}

/* ------------------------------------------------------------------ land */

static double coordinate(kr_point3 p, int axis)
{
    return axis == 0 ? p.lon : p.lat;
}

/* The part of a ring with sign * (x - at) <= 0 along an axis (Sutherland and Hodgman 1974). `out`
 * has room for 2 n. */
static size_t cut_side(const kr_point3 *p, size_t n, int axis, double at, double sign,
                       kr_point3 *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++) {
        kr_point3 a = p[i], b = p[i + 1 < n ? i + 1 : 0];
        double xa = coordinate(a, axis), xb = coordinate(b, axis);
        bool a_in = sign * (xa - at) <= 0, b_in = sign * (xb - at) <= 0;
        if (a_in)
            out[kept++] = a;
        if (a_in != b_in) {
            double t = (at - xa) / (xb - xa);
            out[kept++] = axis == 0 ? (kr_point3){at, a.lat + t * (b.lat - a.lat), 0}
                                    : (kr_point3){a.lon + t * (b.lon - a.lon), at, 0};
        }
    }
    return kept;
}

static kr_status keep(const cutting *c, growing *to, const kr_point3 *p, size_t n)
{
    kr_status s = KR_OK;
    kr_point3 *kept;
    KR_ANEW(kept, c->arena, n);
    memcpy(kept, p, n * sizeof *kept);
    KR_GROW(to->line, to->cap, to->n + 1, c->arena->ctx, KR_ACCOUNT_OUTPUT);
    to->line[to->n++] = (kr_line){n, kept};
out:
    return s;
}

static kr_status add_land(cutting *c, kr_line ring)
{
    kr_status s = KR_OK;
    const double at[4] = {c->box.west, c->box.east, c->box.south, c->box.north};
    kr_point3 *now, *next;
    size_t n = ring.n;
    KR_ANEW(now, &c->scratch, n + 1);
    memcpy(now, ring.p, n * sizeof *now);
    for (int side = 0; side < 4; side++) {
        KR_ANEW(next, &c->scratch, 2 * n + 1);
        n = cut_side(now, n, side / 2, at[side], side % 2 ? 1 : -1, next);
        now = next;
    }
    if (n >= 3)
        KR_TRY(keep(c, &c->land, now, n));
out:
    return s;
}

/* ------------------------------------------------------------------ coast */

/* Where the plane is cut there is no coast. Rings may have been moved around the Earth. */
static bool is_cut(kr_point3 a, kr_point3 b)
{
    bool dated = fabs(remainder(a.lon - 180, 360)) < 1e-9 && fabs(a.lon - b.lon) < 1e-9;
    return dated || (a.lat == -90 && b.lat == -90) || fabs(a.lon - b.lon) > 180;
}

/* The part of a segment inside the box, as shares of its length (Liang and Barsky 1984). */
static bool cut_segment(kr_box box, kr_point3 a, kr_point3 b, double *first, double *last)
{
    const double d[4] = {a.lon - b.lon, b.lon - a.lon, a.lat - b.lat, b.lat - a.lat};
    const double room[4] = {a.lon - box.west, box.east - a.lon, a.lat - box.south,
                            box.north - a.lat};
    *first = 0;
    *last = 1;
    for (int i = 0; i < 4; i++) {
        if (d[i] == 0 && room[i] < 0)
            return false;
        if (d[i] < 0)
            *first = fmax(*first, room[i] / d[i]);
        if (d[i] > 0)
            *last = fmin(*last, room[i] / d[i]);
    }
    return *first < *last;
}

static kr_point3 part_way(kr_point3 a, kr_point3 b, double t)
{
    if (t == 0 || t == 1)
        return t == 0 ? a : b;
    return (kr_point3){a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat), 0};
}

static kr_status keep_line(cutting *c, const kr_point3 *p, size_t n)
{
    return n < 2 ? KR_OK : keep(c, &c->lines, p, n);
}

static kr_status add_lines(cutting *c, kr_line ring)
{
    kr_status s = KR_OK;
    kr_point3 *p;
    size_t n = 0;
    double first, last;
    KR_ANEW(p, &c->scratch, ring.n + 2);
    for (size_t i = 0; i < ring.n; i++) {
        kr_point3 a = ring.p[i], b = ring.p[i + 1 < ring.n ? i + 1 : 0];
        bool in = !is_cut(a, b) && cut_segment(c->box, a, b, &first, &last);
        if (!in || first > 0) {
            KR_TRY(keep_line(c, p, n));
            n = 0;
        }
        if (!in)
            continue;
        if (n == 0)
            p[n++] = part_way(a, b, first);
        p[n++] = part_way(a, b, last);
        if (last < 1) {
            KR_TRY(keep_line(c, p, n));
            n = 0;
        }
    }
    KR_TRY(keep_line(c, p, n));
out:
    return s;
}

/* ------------------------------------------------------------------ all */

static bool overlap(kr_box a, kr_box b, double shift)
{
    return b.west + shift < a.east && b.east + shift > a.west && b.south < a.north &&
           b.north > a.south;
}

/* A ring wherever it is in the box: a box of more than a turn less a ring's width has it twice. */
static kr_status add_ring(cutting *c, kr_line ring, kr_box around)
{
    kr_status s = KR_OK;
    double first = 360 * ceil((c->box.west - around.east) / 360);
    for (int k = 0; first + 360 * k + around.west < c->box.east; k++) {
        double shift = first + 360 * k;
        kr_point3 *p;
        if (!overlap(c->box, around, shift))
            continue;
        KR_ANEW(p, &c->scratch, ring.n);
        for (size_t i = 0; i < ring.n; i++)
            p[i] = (kr_point3){ring.p[i].lon + shift, ring.p[i].lat, 0};
        KR_TRY(add_land(c, (kr_line){ring.n, p}));
        KR_TRY(add_lines(c, (kr_line){ring.n, p}));
    }
out:
    return s;
}

/* Does a ring come into the box, wherever it is moved around the Earth? */
static bool reaches(kr_box box, kr_box around)
{
    double first = 360 * ceil((box.west - around.east) / 360);
    for (int k = 0; first + 360 * k + around.west < box.east; k++)
        if (overlap(box, around, first + 360 * k))
            return true;
    return false;
}

static kr_status copy_lines(kr_arena *arena, const kr_line *lines, size_t n, const kr_line **out)
{
    kr_status s = KR_OK;
    kr_line *kept;
    KR_ANEW(kept, arena, n + 1);
    for (size_t i = 0; i < n; i++)
        kept[i] = lines[i];
    *out = kept;
out:
    return s;
}

kr_status kr_coast_within(kr_box box, kr_arena *arena, kr_coast *out)
{
    kr_status s = KR_OK;
    cutting c = {.arena = arena, .box = box};
    const kr_output_data *file = kr_output_data_find("coastline.txt");
    *out = (kr_coast){0};
    kr_arena_init(&c.scratch, arena->ctx, KR_ACCOUNT_OUTPUT);
    const char *at = file ? (const char *)file->bytes : "";
    while (*at) {
        kr_line ring;
        kr_box around;
        if (read_box(&at, &around) && reaches(box, around)) {
            KR_TRY(read_ring(&c.scratch, &at, &ring));
            KR_TRY(add_ring(&c, ring, around));
            kr_arena_reset(&c.scratch);
        }
        const char *line = memchr(at, '\n', (size_t)((const char *)file->end - at));
        at = line ? line + 1 : (const char *)file->end;
    }
    out->nland = c.land.n;
    out->nlines = c.lines.n;
    KR_TRY(copy_lines(arena, c.land.line, c.land.n, &out->land));
    KR_TRY(copy_lines(arena, c.lines.line, c.lines.n, &out->lines));
out:
    kr_free(c.land.line);
    kr_free(c.lines.line);
    kr_arena_clear(&c.scratch);
    return s;
}

/* ------------------------------------------------------------------ boxes */

double kr_box_lon(kr_box box, double lon)
{
    double x = lon - 360 * floor((lon - box.west) / 360);
    return x < box.west ? box.west : x; /* rounding */
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

kr_status kr_box_of(const double *lon, const double *lat, size_t n, kr_arena *scratch, kr_box *out)
{
    kr_status s = KR_OK;
    double *x, widest;
    size_t after = 0; /* the gap lies before x[after] */
    *out = (kr_box){0, INFINITY, 0, -INFINITY};
    KR_ANEW(x, scratch, n);
    for (size_t i = 0; i < n; i++) {
        x[i] = lon[i] - 360 * floor((lon[i] + 180) / 360);
        out->south = fmin(out->south, lat[i]);
        out->north = fmax(out->north, lat[i]);
    }
    qsort(x, n, sizeof *x, compare);
    widest = x[0] + 360 - x[n - 1];
    for (size_t i = 1; i < n; i++)
        if (x[i] - x[i - 1] > widest) {
            widest = x[i] - x[i - 1];
            after = i;
        }
    out->west = x[after];
    out->east = after ? x[after - 1] + 360 : x[n - 1];
out:
    return s;
}
