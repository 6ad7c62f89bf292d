/* Points given as text. */
#include "model/sites_int.h"

#include "base/str.h"
#include "geo/sphere.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kr_status kr_point_check(kr_ctx *ctx, const char *file, kr_site_point *point)
{
    double lon = kr_round(point->lon, 5), lat = kr_round(point->lat, 5);

    if (!(lon >= -180 && lon <= 180))
        return kr_fail_at(ctx, file, point->line,
                          "longitude %g; degrees from -180 to 180 were expected", point->lon);
    if (!(lat >= -90 && lat <= 90))
        return kr_fail_at(ctx, file, point->line,
                          "latitude %g; degrees from -90 to 90 were expected", point->lat);
    if (!isfinite(point->depth))
        return kr_fail_at(ctx, file, point->line, "depth %g; km were expected", point->depth);
    point->lon = lon;
    point->lat = lat;
    return KR_OK;
}

static bool point_separator(char c)
{
    return kr_is_space(c) || c == ',';
}

kr_status kr_point_read(kr_ctx *ctx, const char *file, int line, const char *p, const char *end,
                        kr_site_point *out)
{
    double x[3] = {0, 0, 0};
    size_t n = 0;
    const char *start = p;

    while (end > start && point_separator(end[-1]))
        end--;
    while (start < end && point_separator(*start))
        start++;
    for (p = start; p && p < end && n < 4; n++) {
        double value = 0;
        p = kr_read_double(p, end, &value);
        if (p && p < end && !point_separator(*p))
            p = NULL;
        if (n < 3)
            x[n] = value;
        while (p && p < end && point_separator(*p))
            p++;
    }
    if (!p || p < end || n < 2 || n > 3) {
        size_t len = strcspn(start, "\r\n");
        if (len > (size_t)(end - start))
            len = (size_t)(end - start);
        return kr_fail_at(ctx, file, line,
                          "'%.*s' is no site; lon lat or lon lat depth was expected",
                          len > 40 ? 40 : (int)len, start);
    }
    *out = (kr_site_point){x[0], x[1], x[2], line};
    return kr_point_check(ctx, file, out);
}

kr_status kr_points_parse(kr_ctx *ctx, kr_arena *arena, const char *file, int line,
                          const char *text, kr_site_point **out, size_t *n)
{
    kr_status s = KR_OK;
    kr_site_point *points = NULL;
    size_t count = 1, i = 0;
    const char *end = text + strlen(text);

    *n = 0;
    for (const char *p = text; p < end; p++)
        count += *p == ',';
    KR_ANEW(points, arena, count);
    for (const char *p = text, *stop; i < count; p = stop + 1, i++) {
        for (; p < end && kr_is_space(*p); p++)
            line += *p == '\n' && line > 0;
        stop = p + strcspn(p, ",");
        KR_TRY(kr_point_read(ctx, file, line, p, stop, &points[i]));
        for (const char *q = p; q < stop; q++)
            line += *q == '\n' && line > 0;
    }
    KR_TRY(kr_points_check_distinct(ctx, file, points, count));
    *out = points;
    *n = count;
out:
    return s;
}

/* ------------------------------------------------------------------ order */

static int point_order(const void *a, const void *b)
{
    const kr_site_point *x = a, *y = b;

    if (x->lon != y->lon)
        return x->lon < y->lon ? -1 : 1;
    if (x->lat != y->lat)
        return x->lat < y->lat ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return (x->line > y->line) - (x->line < y->line);
}

void kr_points_sort(kr_site_point *points, size_t n)
{
    if (n)
        qsort(points, n, sizeof *points, point_order);
}

kr_status kr_points_check_distinct(kr_ctx *ctx, const char *file, const kr_site_point *points,
                                   size_t n)
{
    kr_status s = KR_OK;
    kr_site_point *sorted = NULL;

    KR_NEW(sorted, ctx, KR_ACCOUNT_SITES, n);
    if (n)
        memcpy(sorted, points, n * sizeof *sorted);
    kr_points_sort(sorted, n);
    for (size_t i = 1; i < n; i++)
        if (sorted[i].lon == sorted[i - 1].lon && sorted[i].lat == sorted[i - 1].lat) {
            int a = sorted[i].line, b = sorted[i - 1].line;
            s = kr_fail_at(ctx, file, a > b ? a : b,
                           "the site %g %g is given twice (first at line %d); keep one of the two",
                           sorted[i].lon, sorted[i].lat, a > b ? b : a);
            goto out;
        }
out:
    kr_free(sorted);
    return s;
}
