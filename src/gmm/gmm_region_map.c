/* Maps of regions. A grid of cells tells at once where a place is, unless the border of a region
 * runs through its cell. */
#include "gmm/gmm_region_map.h"

#include "base/str.h"
#include "gmm/gmm_data.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BORDER = -1 };

static const double cell_size = 0.25; /* degrees */

typedef struct ring {
    size_t n; /* vertices; the last is the first again */
    double *lon, *lat;
    double west, east, south, north;
} ring;

struct kr_region_map {
    size_t n, nmeasures, nvertices;
    kr_imt *imts;
    double *values; /* region x measure x (value, standard error) */
    ring *rings;
    double west, south;
    size_t nx, ny;
    int16_t *cells; /* region, 0 or BORDER */
};

static double read_number(const char **text)
{
    char *end;
    double x = strtod(*text, &end);
    assert(end != *text);
    *text = end;
    return x;
}

/* The next word, up to a blank. */
static void read_word(const char **text, char *word, size_t size)
{
    size_t n = 0;
    *text += strspn(*text, " \n");
    n = strcspn(*text, " \n");
    assert(n < size);
    memcpy(word, *text, n);
    word[n] = '\0';
    *text += n;
    (void)size;
}

static void read_ring(const char **text, ring *r)
{
    r->west = r->south = INFINITY;
    r->east = r->north = -INFINITY;
    for (size_t i = 0; i < r->n; i++) {
        r->lon[i] = read_number(text);
        r->lat[i] = read_number(text);
        r->west = fmin(r->west, r->lon[i]);
        r->east = fmax(r->east, r->lon[i]);
        r->south = fmin(r->south, r->lat[i]);
        r->north = fmax(r->north, r->lat[i]);
    }
}

static kr_status read_text(kr_arena *arena, const char *text, kr_region_map *map)
{
    kr_status s = KR_OK;
    double *value, *lon, *lat;

    map->n = (size_t)read_number(&text);
    map->nmeasures = (size_t)read_number(&text);
    map->nvertices = (size_t)read_number(&text);
    KR_ANEW(lon, arena, map->nvertices);
    KR_ANEW(lat, arena, map->nvertices);
    KR_ANEW(map->imts, arena, map->nmeasures);
    KR_ANEW(map->values, arena, map->n * map->nmeasures * 2);
    KR_ANEW(map->rings, arena, map->n);
    for (size_t m = 0; m < map->nmeasures; m++) {
        char word[32];
        read_word(&text, word, sizeof word);
        int known = kr_imt_parse(word, &map->imts[m]);
        assert(known);
        (void)known;
    }
    value = map->values;
    for (size_t k = 0; k < map->n; k++) {
        map->rings[k].n = (size_t)read_number(&text);
        for (size_t m = 0; m < 2 * map->nmeasures; m++)
            *value++ = read_number(&text);
        map->rings[k].lon = lon;
        map->rings[k].lat = lat;
        read_ring(&text, &map->rings[k]);
        lon += map->rings[k].n;
        lat += map->rings[k].n;
    }
out:
    return s;
}

/* Inside the ring and not on it. */
static bool is_inside(const ring *r, double x, double y)
{
    bool odd = false;
    if (x < r->west || x > r->east || y < r->south || y > r->north)
        return false;
    for (size_t i = 0; i + 1 < r->n; i++) {
        double x1 = r->lon[i] - x, y1 = r->lat[i] - y;
        double x2 = r->lon[i + 1] - x, y2 = r->lat[i + 1] - y;
        double side = x1 * y2 - x2 * y1;
        bool within = fmin(x1, x2) <= 0.0 && fmax(x1, x2) >= 0.0;
        if (side == 0.0 && within && fmin(y1, y2) <= 0.0 && fmax(y1, y2) >= 0.0)
            return false;
        if ((y1 > 0.0) != (y2 > 0.0) && (side > 0.0) == (y2 > y1))
            odd = !odd;
    }
    return odd;
}

static size_t cell_of(double x, double from, size_t n)
{
    double k = floor((x - from) / cell_size);
    return k < 0.0 ? 0 : k >= (double)n ? n - 1 : (size_t)k;
}

/* Give all cells of the box one value. */
static void mark(kr_region_map *map, const double box[4], int16_t value)
{
    size_t i1 = cell_of(box[1], map->west, map->nx), j1 = cell_of(box[3], map->south, map->ny);
    for (size_t j = cell_of(box[2], map->south, map->ny); j <= j1; j++)
        for (size_t i = cell_of(box[0], map->west, map->nx); i <= i1; i++)
            map->cells[j * map->nx + i] = value;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* Give the cells of row j whose middle is inside the ring a number; `cuts` is room for where the
 * ring crosses the middle of the row. */
static void draw_row(kr_region_map *map, const ring *r, size_t j, int16_t number, double *cuts)
{
    double y = map->south + ((double)j + 0.5) * cell_size;
    size_t n = 0;

    for (size_t i = 0; i + 1 < r->n; i++) {
        double y1 = r->lat[i] - y, y2 = r->lat[i + 1] - y;
        if ((y1 > 0.0) != (y2 > 0.0))
            cuts[n++] = r->lon[i] + (r->lon[i + 1] - r->lon[i]) * (y1 / (y1 - y2));
    }
    qsort(cuts, n, sizeof *cuts, by_size);
    for (size_t k = 0; k + 1 < n; k += 2) {
        double first = (cuts[k] - map->west) / cell_size - 0.5;
        double last = (cuts[k + 1] - map->west) / cell_size - 0.5;
        for (size_t i = (size_t)ceil(fmax(first, 0.0)); (double)i <= last; i++)
            map->cells[j * map->nx + i] = number;
    }
}

/* Cells that lie in region k as a whole get its number, whatever is below; those on its border
 * BORDER. A long side is cut into parts shorter than a cell. */
static void draw(kr_region_map *map, size_t k, double *cuts)
{
    const ring *r = &map->rings[k];
    size_t j1 = cell_of(r->north, map->south, map->ny);

    for (size_t j = cell_of(r->south, map->south, map->ny); j <= j1; j++)
        draw_row(map, r, j, (int16_t)(k + 1), cuts);
    for (size_t i = 0; i + 1 < r->n; i++) {
        double dx = r->lon[i + 1] - r->lon[i], dy = r->lat[i + 1] - r->lat[i];
        size_t parts = 1 + (size_t)(fmax(fabs(dx), fabs(dy)) / cell_size);
        for (size_t p = 0; p < parts; p++) {
            double t1 = (double)p / (double)parts, t2 = (double)(p + 1) / (double)parts;
            double x1 = r->lon[i] + t1 * dx, x2 = r->lon[i] + t2 * dx;
            double y1 = r->lat[i] + t1 * dy, y2 = r->lat[i] + t2 * dy;
            mark(map,
                 (const double[]){fmin(x1, x2) - 1e-9, fmax(x1, x2) + 1e-9, fmin(y1, y2) - 1e-9,
                                  fmax(y1, y2) + 1e-9},
                 BORDER);
        }
    }
}

static kr_status make_cells(kr_arena *arena, kr_region_map *map)
{
    kr_status s = KR_OK;
    double east = -INFINITY, north = -INFINITY, *cuts;

    map->west = map->south = INFINITY;
    for (size_t k = 0; k < map->n; k++) {
        map->west = fmin(map->west, map->rings[k].west - cell_size);
        map->south = fmin(map->south, map->rings[k].south - cell_size);
        east = fmax(east, map->rings[k].east);
        north = fmax(north, map->rings[k].north);
    }
    map->nx = (size_t)((east - map->west) / cell_size) + 2;
    map->ny = (size_t)((north - map->south) / cell_size) + 2;
    KR_ANEW(map->cells, arena, map->nx * map->ny);
    KR_ANEW(cuts, arena, map->nvertices);
    for (size_t k = 0; k < map->n; k++)
        draw(map, k, cuts);
out:
    return s;
}

kr_status kr_region_map_read(kr_ctx *ctx, const kr_gmm *gmm, const char *name,
                             const kr_region_map **out)
{
    kr_status s = KR_OK;
    const kr_gmm_data *data = kr_gmm_data_find(name);
    kr_region_map *map;

    (void)ctx;
    assert(data);
    KR_ANEW(map, gmm->arena, 1);
    KR_TRY(read_text(gmm->arena, (const char *)data->bytes, map));
    KR_TRY(make_cells(gmm->arena, map));
    *out = map;
out:
    return s;
}

size_t kr_region_map_count(const kr_region_map *map)
{
    return map->n;
}

bool kr_region_map_values(const kr_region_map *map, const kr_imt *imt, double epsilon, double *out)
{
    for (size_t m = 0; m < map->nmeasures; m++) {
        if (!kr_str_eq(map->imts[m].name, imt->name))
            continue;
        out[0] = 0.0;
        for (size_t k = 0; k < map->n; k++) {
            const double *value = map->values + (k * map->nmeasures + m) * 2;
            out[k + 1] = value[0] + epsilon * value[1];
        }
        return true;
    }
    return false;
}

static int64_t find(const kr_region_map *map, double lon, double lat)
{
    double i = floor((lon - map->west) / cell_size), j = floor((lat - map->south) / cell_size);
    if (!(i >= 0.0 && j >= 0.0 && i < (double)map->nx && j < (double)map->ny))
        return 0;
    int16_t cell = map->cells[(size_t)j * map->nx + (size_t)i];
    if (cell != BORDER)
        return cell;
    for (size_t k = map->n; k > 0; k--)
        if (is_inside(&map->rings[k - 1], lon, lat))
            return (int64_t)k;
    return 0;
}

void kr_region_map_find(const kr_region_map *map, size_t n, const double *lon, const double *lat,
                        int64_t *out)
{
    for (size_t i = 0; i < n; i++) {
        bool same = i > 0 && lon[i] == lon[i - 1] && lat[i] == lat[i - 1];
        out[i] = same ? out[i - 1] : find(map, lon[i], lat[i]);
    }
}
