#include "hazard/disagg_bins.h"

#include <math.h>
#include <string.h>

/* ---- cells ---- */

/* Longitudes that go on beyond 180. */
static kr_status unwrap(const kr_disagg_axis *lon, kr_arena *arena, kr_disagg_axis *out)
{
    kr_status s = KR_OK;
    double *edges;
    KR_ANEW(edges, arena, lon->n + 1);
    for (size_t i = 0; i <= lon->n; i++) {
        edges[i] = lon->edges[i];
        if (i > 0 && edges[i] < edges[i - 1])
            edges[i] += 360 * ceil((edges[i - 1] - edges[i]) / 360);
    }
    *out = (kr_disagg_axis){lon->n, edges};
out:
    return s;
}

/* The reference's cross_idl. */
static bool is_over_date_line(double a, double b)
{
    return a * b < 0 && fabs(a - b) > 180;
}

kr_status kr_binner_make(const kr_disagg_bins *bins, bool exact, kr_arena *arena, kr_binner *out)
{
    kr_status s = KR_OK;
    const kr_disagg_axis *lon = &bins->lon;
    if (bins->mag.n * bins->dist.n > UINT32_MAX / 2 / (lon->n * bins->lat.n))
        return kr_fail(arena->ctx, KR_EINPUT,
                       "a disaggregation has %zu x %zu x %zu x %zu bins of magnitude, distance, "
                       "longitude and latitude; fewer bins are needed",
                       bins->mag.n, bins->dist.n, lon->n, bins->lat.n);
    *out = (kr_binner){.exact = exact,
                       .crossing = is_over_date_line(lon->edges[0], lon->edges[lon->n]),
                       .mag = bins->mag,
                       .dist = bins->dist,
                       .lon = *lon,
                       .lat = bins->lat,
                       .ncells = (uint32_t)(bins->mag.n * bins->dist.n * lon->n * bins->lat.n)};
    if (exact)
        KR_TRY(unwrap(lon, arena, &out->lon));
out:
    return s;
}

bool kr_binner_wants_place(const kr_binner *b)
{
    return b->lon.n > 1 || b->lat.n > 1;
}

/* Edges below x, or (`or_at`) not above it. */
static size_t count_below(const kr_disagg_axis *axis, double x, bool or_at)
{
    size_t low = 0, high = axis->n + 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        bool below = or_at ? axis->edges[middle] <= x : axis->edges[middle] < x;
        low = below ? middle + 1 : low;
        high = below ? high : middle;
    }
    return low;
}

/* From edges at or below to the bin; numpy's index -1 is the last element. */
static size_t bin_of(const kr_binner *b, const kr_disagg_axis *axis, double x)
{
    size_t n = count_below(axis, x, true);
    if (n == 0)
        return b->exact ? 0 : axis->n - 1;
    return n <= axis->n ? n - 1 : axis->n - 1;
}

/* Degrees from a to the east until b, in [-180, 180). */
static double degrees_east(double a, double b)
{
    double x = fmod(b - a + 180, 360);
    return (x < 0 ? x + 360 : x) - 180;
}

/* The reference's own way where its edges run over the date line. */
static size_t bin_over_date_line(const kr_disagg_axis *axis, double x)
{
    size_t bin = 0;
    for (size_t i = 0; i < axis->n; i++)
        if (degrees_east(x, axis->edges[i + 1]) > 0 &&
            (i == 0 || degrees_east(axis->edges[i], x) >= 0))
            bin = i;
    return bin;
}

static size_t bin_of_lon(const kr_binner *b, double x)
{
    const double *edges = b->lon.edges;
    double first = edges[0], last = edges[b->lon.n];
    if (!b->exact)
        return b->crossing ? bin_over_date_line(&b->lon, x) : bin_of(b, &b->lon, x);
    x = first + fmod(x - first, 360);
    x = x < first ? x + 360 : x;
    if (x > last && first + 360 - x < x - last)
        return 0;
    return bin_of(b, &b->lon, x);
}

uint32_t kr_binner_cell(const kr_binner *b, double mag, double rrup, double lon, double lat)
{
    if (!b->exact) { /* what the reference reads back */
        mag = (double)(float)mag;
        rrup = (double)(float)rrup;
        lon = (double)(float)lon;
        lat = (double)(float)lat;
    }
    size_t m = count_below(&b->mag, mag, false), place = 0;
    m = m > 0 ? m - 1 : 0;
    if (m == b->mag.n && !b->exact)
        return KR_NO_CELL;
    m = m == b->mag.n ? m - 1 : m;
    if (kr_binner_wants_place(b))
        place = bin_of_lon(b, lon) * b->lat.n + bin_of(b, &b->lat, lat);
    size_t d = bin_of(b, &b->dist, rrup);
    return (uint32_t)((m * b->dist.n + d) * b->lon.n * b->lat.n + place);
}

kr_disagg_cell kr_binner_place(const kr_binner *b, uint32_t cell)
{
    size_t lat = cell % b->lat.n, rest = cell / b->lat.n;
    size_t lon = rest % b->lon.n;
    rest /= b->lon.n;
    return (kr_disagg_cell){(uint32_t)(rest / b->dist.n), (uint32_t)(rest % b->dist.n),
                            (uint32_t)lon, (uint32_t)lat};
}

/* ---- epsilon ---- */

/* What the normal distribution has between a and b, with the digits of small parts. */
static double between(double a, double b)
{
    if (a > 0)
        return 0.5 * (erfc(a * M_SQRT1_2) - erfc(b * M_SQRT1_2));
    if (b < 0)
        return 0.5 * (erfc(-b * M_SQRT1_2) - erfc(-a * M_SQRT1_2));
    return 0.5 * (erf(b * M_SQRT1_2) - erf(a * M_SQRT1_2));
}

kr_status kr_bands_make(const kr_disagg_bins *bins, double level, bool exact, kr_arena *arena,
                        kr_bands *out)
{
    kr_status s = KR_OK;
    size_t n = bins->eps.n;
    double *edges, *part, *rest, whole = between(-level, level);
    KR_ANEW(edges, arena, n + 1);
    memcpy(edges, bins->eps.edges, (n + 1) * sizeof *edges);
    if (exact) {
        edges[0] = fmin(edges[0], -level);
        edges[n] = fmax(edges[n], level);
    }
    KR_ANEW(part, arena, n);
    KR_ANEW(rest, arena, n + 1);
    for (size_t e = n; e-- > 0;) {
        double low = fmin(fmax(edges[e], -level), level);
        double high = fmin(fmax(edges[e + 1], -level), level);
        part[e] = between(low, high) / whole;
        rest[e] = rest[e + 1] + part[e];
    }
    *out = (kr_bands){n, bins->epsilon_star, exact, edges, part, rest};
out:
    return s;
}
