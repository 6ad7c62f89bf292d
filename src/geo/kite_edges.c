#include "geo/kite_grid.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A run of neighbouring profiles that reach down to a row. */
typedef struct run {
    size_t first, end; /* profiles in the order of the pass */
    size_t row;
} run;

/* New nodes on a run, from the `first` new profile on. */
typedef struct part {
    size_t first, row;
    kr_line nodes;
} part;

/* A new profile seen from above: a straight line, x at all y if it is upright. */
typedef struct course {
    bool upright;
    double slope, intercept;
} course;

typedef struct edge {
    size_t row, n;
    kr_point3 *p;
} edge;

typedef struct pass {
    kr_kite_grid profiles; /* in the order of the pass */
    double edge_km;
    kr_ortho ortho;
    kr_arena *arena;
    run *runs;
    size_t nruns;
    part *parts;
    size_t nparts;
    course *courses;
    size_t ncourses, capacity;
    edge *edges; /* in the order in which they are met */
    size_t nedges;
    const char *problem;
} pass;

kr_status kr_kite_grid_make(kr_arena *arena, size_t rows, size_t cols, kr_kite_grid *out)
{
    kr_status s = KR_OK;

    *out = (kr_kite_grid){rows, cols, NULL};
    KR_ANEW(out->p, arena, rows * cols);
    for (size_t k = 0; k < rows * cols; k++)
        out->p[k] = (kr_point3){NAN, NAN, NAN};
out:
    return s;
}

static kr_status take_profiles(const kr_kite_grid *profiles, size_t from, int step, pass *ps)
{
    kr_status s = KR_OK;
    size_t n = step > 0 ? profiles->rows - from : from + 1, cols = profiles->cols;

    KR_TRY(kr_kite_grid_make(ps->arena, n, cols, &ps->profiles));
    for (size_t i = 0; i < n; i++)
        memcpy(kr_kite_at(&ps->profiles, i, 0),
               kr_kite_at(profiles, step > 0 ? from + i : from - i, 0),
               cols * sizeof *ps->profiles.p);
out:
    return s;
}

/* One projection for both passes; no longitude is wrapped, the middle of the box comes out right
 * across the date line, too. */
static kr_ortho projection(const kr_kite_grid *profiles)
{
    kr_bbox box = {INFINITY, INFINITY, -INFINITY, -INFINITY};

    for (size_t k = 0; k < profiles->rows * profiles->cols; k++) {
        kr_point3 p = profiles->p[k];

        if (!isfinite(p.lon))
            continue;
        box.west = fmin(box.west, p.lon);
        box.east = fmax(box.east, p.lon);
        box.south = fmin(box.south, p.lat);
        box.north = fmax(box.north, p.lat);
    }
    return kr_ortho_of(&box);
}

/* By first profile, then the longest one first, then by row. */
static int compare_runs(const void *a, const void *b)
{
    const run *x = a, *y = b;

    if (x->first != y->first)
        return x->first < y->first ? -1 : 1;
    if (x->end != y->end)
        return x->end > y->end ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static kr_status find_runs(pass *ps)
{
    kr_status s = KR_OK;
    size_t n = ps->profiles.rows;

    KR_ANEW(ps->runs, ps->arena, ps->profiles.cols * (n / 2 + 1));
    for (size_t row = 0; row < ps->profiles.cols; row++) {
        for (size_t i = 0; i < n; i++) {
            size_t first = i;

            while (i < n && isfinite(kr_kite_at(&ps->profiles, i, row)->lon))
                i++;
            if (i > first + 1)
                ps->runs[ps->nruns++] = (run){first, i, row};
        }
    }
    qsort(ps->runs, ps->nruns, sizeof *ps->runs, compare_runs);
out:
    return s;
}

/* ---- runs from the first profile: resampled ---- */

static kr_status resample_run(kr_ctx *ctx, pass *ps, const kr_point3 *p, size_t n, part *out)
{
    kr_status s = KR_OK;
    bool ok;

    KR_TRY(kr_line_resample(ctx, (kr_line){n, p}, ps->edge_km, true, ps->arena, &out->nodes, &ok));
    if (!ok)
        ps->problem = "an edge of a kite surface cannot be resampled at the mesh spacing; profiles "
                      "must be apart and the spacing smaller than the fault";
    /* What is left of the last step is cut off. */
    else if (out->nodes.n >= 3)
        out->nodes.n--;
out:
    return s;
}

/* ---- other runs: where they meet the new profiles ---- */

/* Least squares; false if all x are the same. */
static bool regression(const double *x, const double *y, size_t n, course *out)
{
    double xm = 0.0, ym = 0.0, xx = 0.0, xy = 0.0;

    for (size_t i = 0; i < n; i++) {
        xm += x[i];
        ym += y[i];
    }
    xm /= (double)n;
    ym /= (double)n;
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - xm) * (x[i] - xm);
        xy += (x[i] - xm) * (y[i] - ym);
    }
    if (!(xx > 0.0))
        return false;
    out->upright = false;
    out->slope = xy / xx;
    out->intercept = ym - out->slope * xm;
    return true;
}

static bool between(double x, double a, double b)
{
    return x > fmin(a, b) && x < fmax(a, b);
}

/* Where the segment a-b of an edge (course `on`) meets a new profile. */
static bool meet(const pass *ps, const kr_vec3 *a, const kr_vec3 *b, course on, course profile,
                 kr_point3 *out)
{
    double apart = profile.slope - on.slope, x = profile.intercept, y;
    kr_lonlat place;

    if (!profile.upright) {
        if (apart == 0.0)
            return false;
        x = (on.intercept - profile.intercept) / apart;
    }
    y = x * on.slope + on.intercept;
    if (!between(x, a->x, b->x) || !between(y, a->y, b->y))
        return false;
    place = kr_ortho_unproject(&ps->ortho, x, y);
    *out = (kr_point3){place.lon, place.lat, (b->z - a->z) * ((x - a->x) / (b->x - a->x)) + a->z};
    return true;
}

static kr_vec3 plane_point(const pass *ps, kr_point3 p)
{
    kr_vec3 v = {0.0, 0.0, p.depth};

    kr_ortho_project(&ps->ortho, p.lon, p.lat, &v.x, &v.y);
    return v;
}

static kr_status intersect_run(pass *ps, const kr_point3 *p, size_t n, part *out)
{
    kr_status s = KR_OK;
    kr_point3 *found = NULL;
    size_t nfound = 0, first = SIZE_MAX;

    KR_ANEW(found, ps->arena, (n - 1) * ps->ncourses + 1);
    for (size_t i = 0; i + 1 < n; i++) {
        kr_vec3 a = plane_point(ps, p[i]), b = plane_point(ps, p[i + 1]);
        const double x[] = {a.x, b.x}, y[] = {a.y, b.y};
        course on;

        if (!regression(x, y, 2, &on)) {
            ps->problem = "an edge of a kite surface that begins below its first profile runs "
                          "exactly to the north; profiles must be apart in longitude";
            goto out;
        }
        for (size_t k = 0; k < ps->ncourses; k++) {
            if (meet(ps, &a, &b, on, ps->courses[k], &found[nfound])) {
                nfound++;
                first = k < first ? k : first;
            }
        }
    }
    if (nfound == 0)
        ps->problem = "an edge of a kite surface meets none of the profiles made from the longer "
                      "edges; profiles must not differ that much, or the spacing be smaller";
    out->first = first;
    out->nodes = (kr_line){nfound, found};
out:
    return s;
}

static kr_status add_course(pass *ps, const double *x, const double *y, size_t n)
{
    kr_status s = KR_OK;
    const double same_place_km = 1e-5;
    course c = {true, 0.0, x[0]};
    bool upright = true;

    for (size_t i = 1; i < n; i++)
        upright = upright && fabs(x[0] - x[i]) < same_place_km;
    if (!upright && !regression(x, y, n, &c)) {
        ps->problem = "a profile of a kite surface has no direction";
        goto out;
    }
    if (ps->ncourses == ps->capacity) {
        size_t capacity = ps->capacity ? 2 * ps->capacity : 64;
        course *wider = NULL;

        KR_ANEW(wider, ps->arena, capacity);
        if (ps->ncourses > 0)
            memcpy(wider, ps->courses, ps->ncourses * sizeof *wider);
        ps->courses = wider;
        ps->capacity = capacity;
    }
    ps->courses[ps->ncourses++] = c;
out:
    return s;
}

/* The courses of the new profiles whose parts begin at new profile number `first`. The reference
 * compares this number of a new profile with that of an old one: reproduced. */
static kr_status add_courses(pass *ps, size_t first)
{
    kr_status s = KR_OK;
    double *x = NULL, *y = NULL;

    KR_ANEW(x, ps->arena, ps->nparts + 1);
    KR_ANEW(y, ps->arena, ps->nparts + 1);
    for (size_t k = 0;; k++) {
        size_t n = 0;

        for (size_t i = 0; i < ps->nparts; i++) {
            const part *pt = &ps->parts[i];

            if (pt->first == first && k < pt->nodes.n) {
                kr_vec3 v = plane_point(ps, pt->nodes.p[k]);

                x[n] = v.x;
                y[n++] = v.y;
            }
        }
        if (n == 0)
            break;
        KR_TRY(add_course(ps, x, y, n));
    }
out:
    return s;
}

static kr_status make_parts(kr_ctx *ctx, pass *ps)
{
    kr_status s = KR_OK;
    kr_point3 *along = NULL;

    KR_ANEW(ps->parts, ps->arena, ps->nruns + 1);
    KR_ANEW(along, ps->arena, ps->profiles.rows);
    for (size_t i = 0; i < ps->nruns; i++) {
        run r = ps->runs[i];
        part *pt = &ps->parts[i];

        for (size_t k = r.first; k < r.end; k++)
            along[k - r.first] = *kr_kite_at(&ps->profiles, k, r.row);
        *pt = (part){0, r.row, {0, NULL}};
        if (r.first == ps->runs[0].first)
            KR_TRY(resample_run(ctx, ps, along, r.end - r.first, pt));
        else
            KR_TRY(intersect_run(ps, along, r.end - r.first, pt));
        if (ps->problem)
            goto out;
        ps->nparts++;
        if (i + 1 == ps->nruns || ps->runs[i + 1].first != r.first)
            KR_TRY(add_courses(ps, r.first));
    }
out:
    return s;
}

/* ---- parts to edges ---- */

/* An edge of one node from the first profile on is dropped, as in the reference. */
static kr_status append_part(pass *ps, const part *pt, edge *e)
{
    kr_status s = KR_OK;
    size_t gap = pt->first;
    kr_point3 *p = NULL;

    if (e->n > 0 && gap > 0) {
        if (gap < e->n) {
            ps->problem = "the parts of an edge of a kite surface overlap; profiles must not "
                          "differ that much, or the spacing be smaller";
            goto out;
        }
        gap -= e->n;
    }
    KR_ANEW(p, ps->arena, e->n + gap + pt->nodes.n);
    if (e->n > 0)
        memcpy(p, e->p, e->n * sizeof *p);
    for (size_t k = 0; k < gap; k++)
        p[e->n + k] = (kr_point3){NAN, NAN, NAN};
    if (pt->nodes.n > 0)
        memcpy(p + e->n + gap, pt->nodes.p, pt->nodes.n * sizeof *p);
    e->p = p;
    e->n += gap + pt->nodes.n;
out:
    return s;
}

static kr_status join_parts(pass *ps)
{
    kr_status s = KR_OK;

    KR_ANEW(ps->edges, ps->arena, ps->nparts + 1);
    for (size_t i = 0; i < ps->nparts; i++) {
        const part *pt = &ps->parts[i];
        size_t k = 0;

        while (k < ps->nedges && ps->edges[k].row != pt->row)
            k++;
        if (k == ps->nedges) {
            if (pt->first == 0 && pt->nodes.n < 2)
                continue;
            ps->edges[ps->nedges++] = (edge){pt->row, 0, NULL};
        }
        KR_TRY(append_part(ps, pt, &ps->edges[k]));
        if (ps->problem)
            goto out;
    }
out:
    return s;
}

/* The steps on the first part of an edge that goes on after a gap must be equal within 2 percent of
 * their squares. */
static bool evenly_sampled(const pass *ps, const edge *e)
{
    size_t first = 0, end;
    double one = 0.0;

    while (first < e->n && !isfinite(e->p[first].lon))
        first++;
    for (end = first; end < e->n && isfinite(e->p[end].lon);)
        end++;
    if (end == e->n)
        return true;
    for (size_t k = first; k + 2 < end; k++) {
        kr_vec3 a = plane_point(ps, e->p[k]), b = plane_point(ps, e->p[k + 1]);
        double d2 =
            (b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y) + (b.z - a.z) * (b.z - a.z);

        if (k == first)
            one = d2;
        if (!(fabs(d2 - one) <= 2e-2 * one))
            return false;
    }
    return true;
}

static kr_status lay_out(const pass *ps, kr_arena *arena, kr_kite_grid *out)
{
    kr_status s = KR_OK;
    size_t most = 0;

    for (size_t i = 0; i < ps->nedges; i++)
        most = ps->edges[i].n > most ? ps->edges[i].n : most;
    KR_TRY(kr_kite_grid_make(arena, ps->nedges, most, out));
    for (size_t i = 0; i < ps->nedges; i++)
        memcpy(kr_kite_at(out, i, 0), ps->edges[i].p, ps->edges[i].n * sizeof *out->p);
out:
    return s;
}

kr_status kr_kite_edges(kr_ctx *ctx, const kr_kite_grid *profiles, size_t from, int step,
                        double edge_km, kr_arena *arena, kr_kite_grid *out, const char **problem)
{
    kr_status s = KR_OK;
    pass ps = {.edge_km = edge_km, .ortho = projection(profiles), .arena = arena};

    *out = (kr_kite_grid){0, 0, NULL};
    KR_TRY(take_profiles(profiles, from, step, &ps));
    KR_TRY(find_runs(&ps));
    KR_TRY(make_parts(ctx, &ps));
    if (!ps.problem)
        KR_TRY(join_parts(&ps));
    for (size_t i = 0; !ps.problem && i < ps.nedges; i++) {
        if (!evenly_sampled(&ps, &ps.edges[i]))
            ps.problem = "the nodes along an edge of a kite surface are not equally spaced; "
                         "profiles must not differ that much";
    }
    if (!ps.problem && ps.nedges == 0)
        ps.problem = "a kite surface has no edge of two nodes; the mesh spacing must be smaller "
                     "than the fault";
    if (!ps.problem)
        KR_TRY(lay_out(&ps, arena, out));
    *problem = ps.problem;
out:
    return s;
}
