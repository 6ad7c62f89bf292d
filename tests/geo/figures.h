/* Figures of the reference from a text file: numbers apart by white space, lines with # are
 * remarks. They are taken one after the other; the file must be used up in the end. */
#ifndef KR_TESTS_GEO_FIGURES_H
#define KR_TESTS_GEO_FIGURES_H

#include "base/str.h"
#include "geo/line.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct figures {
    const double *value;
    size_t n, at;
} figures;

static inline figures figures_open(kr_arena *arena, const char *name)
{
    const char *root = getenv("KAURI_SOURCE_DIR"), *bad = NULL;
    char path[1024], *text;
    double *value = NULL;
    size_t size = 0, n = 0;
    bool remark = false;

    assert_non_null(root);
    snprintf(path, sizeof path, "%s/tests/geo/figures/%s", root, name);
    text = (char *)kt_read_file(path, &size);
    for (size_t i = 0; i < size; i++) {
        remark = text[i] != '\n' && (remark || text[i] == '#');
        if (remark)
            text[i] = ' ';
    }
    assert_int_equal(kr_parse_doubles(arena, text, size, false, &value, &n, &bad), KR_OK);
    free(text);
    return (figures){value, n, 0};
}

static inline double figure(figures *f)
{
    assert_true(f->at < f->n);
    return f->value[f->at++];
}

static inline size_t figure_count(figures *f)
{
    return (size_t)figure(f);
}

static inline kr_point3 figure_point(figures *f)
{
    kr_point3 p = {.lon = figure(f)};

    p.lat = figure(f);
    p.depth = figure(f);
    return p;
}

static inline void figures_end(const figures *f)
{
    assert_int_equal(f->at, f->n);
}

/* n points in an arena. */
static inline kr_point3 *figure_points(figures *f, size_t n, kr_arena *arena)
{
    kr_point3 *p = kr_arena_alloc(arena, n, sizeof *p);

    assert_non_null(p);
    for (size_t i = 0; i < n; i++)
        p[i] = figure_point(f);
    return p;
}

/* How far apart two points may be: figures have 10 decimals; near the poles a degree of longitude
 * is short. */
static inline void same_point3(kr_point3 got, kr_point3 expected, double km)
{
    double h = kr_geodetic_km(got.lon, got.lat, expected.lon, expected.lat);

    if (!(h <= km) || !(fabs(got.depth - expected.depth) <= km))
        print_error("%.12g %.12g %.12g instead of %.12g %.12g %.12g\n", got.lon, got.lat, got.depth,
                    expected.lon, expected.lat, expected.depth);
    assert_true(h <= km);
    kt_close(got.depth, expected.depth, 0, km);
}

#endif
