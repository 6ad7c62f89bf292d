#include "output/drawn.h"

#include "output/stored_int.h"

#include <math.h>

static const char GROUP[] = "drawn_sources";

/* Thousandths of a degree; lines go around the Earth at most so often. */
enum { TURN = 360000, TURNS = 8 };

long kr_drawn_number(double degrees)
{
    return lround(degrees * 1000);
}

/* ------------------------------------------------------------------ writing */

static size_t points_of_lines(const kr_drawn_sources *drawn)
{
    size_t n = 0;
    for (size_t i = 0; i < drawn->nlines; i++)
        n += drawn->lines[i].n;
    return n;
}

static void put_points(const kr_point3 *p, size_t n, int32_t *out)
{
    for (size_t i = 0; i < n; i++) {
        out[2 * i] = (int32_t)kr_drawn_number(p[i].lon);
        out[2 * i + 1] = (int32_t)kr_drawn_number(p[i].lat);
    }
}

/* n places; a dataset of none is left out. */
static kr_status write_places(kr_h5 *file, const char *name, size_t n, const int32_t *places)
{
    return n ? kr_h5_write(file, name, KR_H5_I32, 2, (const size_t[]){n, 2}, places) : KR_OK;
}

kr_status kr_drawn_write(kr_h5 *file, const kr_drawn_sources *drawn, kr_arena *scratch)
{
    kr_status s = KR_OK;
    size_t n = points_of_lines(drawn), at = 0, nfirst = drawn->nlines + 1;
    int32_t *lines, *points;
    int64_t *first;
    KR_ANEW(lines, scratch, 2 * n + 1);
    KR_ANEW(points, scratch, 2 * drawn->npoints + 1);
    KR_ANEW(first, scratch, nfirst);
    for (size_t i = 0; i < drawn->nlines; i++) {
        put_points(drawn->lines[i].p, drawn->lines[i].n, lines + 2 * at);
        first[i + 1] = (int64_t)(at += drawn->lines[i].n);
    }
    put_points(drawn->points, drawn->npoints, points);
    KR_TRY(kr_h5_set_attr_double(file, GROUP, "left", (double)drawn->left));
    KR_TRY(kr_h5_write(file, "drawn_sources/line_first", KR_H5_I64, 1, &nfirst, first));
    KR_TRY(write_places(file, "drawn_sources/lines", n, lines));
    KR_TRY(write_places(file, "drawn_sources/points", drawn->npoints, points));
out:
    return s;
}

size_t kr_drawn_bytes(const kr_drawn_sources *drawn)
{
    if (!drawn)
        return 0;
    return 2 * sizeof(int32_t) * (points_of_lines(drawn) + drawn->npoints + 1) +
           sizeof(int64_t) * (drawn->nlines + 1);
}

/* ------------------------------------------------------------------ reading */

static kr_status read_places(const kr_reader *r, const char *name, size_t n, kr_point3 **out)
{
    kr_status s = KR_OK;
    int32_t *places;
    kr_point3 *p;
    KR_TRY(kr_reader_numbers(r, name, KR_H5_I32, 2 * n, &places));
    KR_ANEW(p, r->arena, n + 1);
    for (size_t i = 0; i < n; i++) {
        int32_t lon = places[2 * i], lat = places[2 * i + 1];
        if (lon < -TURNS * TURN || lon > TURNS * TURN || lat < -TURN / 4 || lat > TURN / 4)
            return kr_reader_damaged(r, name);
        p[i] = (kr_point3){.lon = lon / 1000.0, .lat = lat / 1000.0};
    }
    *out = p;
out:
    return s;
}

static kr_status read_lines(const kr_reader *r, kr_drawn_sources *drawn)
{
    kr_status s = KR_OK;
    size_t n, nfirst, *first;
    kr_point3 *points;
    kr_line *lines;
    KR_TRY(kr_reader_rows(r, "drawn_sources/lines", 2, &n));
    KR_TRY(read_places(r, "drawn_sources/lines", n, &points));
    KR_TRY(kr_reader_count(r, "drawn_sources/line_first", &nfirst));
    if (nfirst == 0)
        return kr_reader_damaged(r, "drawn_sources/line_first");
    KR_TRY(kr_reader_firsts(r, "drawn_sources/line_first", nfirst - 1, &first));
    if (first[nfirst - 1] != n)
        return kr_reader_damaged(r, "drawn_sources/line_first");
    KR_ANEW(lines, r->arena, nfirst);
    for (size_t i = 0; i + 1 < nfirst; i++)
        lines[i] = (kr_line){first[i + 1] - first[i], points + first[i]};
    drawn->nlines = nfirst - 1;
    drawn->lines = lines;
out:
    return s;
}

kr_status kr_drawn_read(kr_ctx *ctx, const char *path, kr_h5 *file, kr_arena *arena,
                        const kr_drawn_sources **out)
{
    kr_status s = KR_OK;
    const kr_reader r = {ctx, path, file, arena};
    kr_drawn_sources *drawn;
    kr_point3 *points;
    double left;
    bool found;
    *out = NULL;
    if (!kr_h5_exists(file, GROUP))
        return KR_OK;
    KR_ANEW(drawn, arena, 1);
    KR_TRY(kr_h5_attr_double(file, GROUP, "left", &left, &found));
    if (!found || !(left >= 0 && left < 1e15))
        return kr_reader_damaged(&r, GROUP);
    drawn->left = (size_t)left;
    KR_TRY(read_lines(&r, drawn));
    KR_TRY(kr_reader_rows(&r, "drawn_sources/points", 2, &drawn->npoints));
    KR_TRY(read_places(&r, "drawn_sources/points", drawn->npoints, &points));
    drawn->points = points;
    *out = drawn;
out:
    return s;
}
