/* Distances of all windows of a mesh. */
#include "base/file.h"
#include "geo/surface_int.h"

#include <math.h>
#include <string.h>

/* Sites that are worked on at a time, so that what is kept of all nodes fits in the caches. */
enum { STRIP = 64 };
/* Bytes for distances to the segments of rows; at least one row is kept. */
static const double row_bytes = 64e6;

/* Distances of all windows of one size. */
typedef struct window_table {
    size_t rows, cols;
    double *km; /* of window (i, j) and site s: [(i * across + j) * capacity + s] */
    size_t room;
} window_table;

/* Distances (as chords) to the segments of a row, each taken as the first of a trace, one in the
 * middle, and the last; and the nearest of `cols` - 3 in the middle. Arrays of capacity for each
 * segment. */
typedef struct row_slot {
    bool used;
    size_t row, cols; /* cols 0: `least` is not there */
    double *first, *middle, *last, *least;
} row_slot;

struct kr_window_work {
    kr_surface_room room;
    kr_surface_kind kind;
    kr_mesh mesh;
    const kr_site_soa *sites;
    kr_hash128 content;
    size_t capacity;
    window_table rrup, rjb;
    double *nodes, *across; /* for one strip of sites */
    size_t nodes_room, across_room;
    row_slot *slot;
    size_t nslots;
    double *slot_block;
    size_t slot_room;
};

kr_status kr_window_work_create(kr_ctx *ctx, kr_window_work **out)
{
    kr_status s = KR_OK;
    kr_window_work *work = NULL;

    *out = NULL;
    KR_NEW(work, ctx, KR_ACCOUNT_RUPTURES, 1);
    kr_surface_room_init(&work->room, ctx);
    *out = work;
out:
    return s;
}

void kr_window_work_destroy(kr_window_work **work)
{
    kr_window_work *w = *work;

    if (!w)
        return;
    kr_surface_room_clear(&w->room);
    kr_free(w->rrup.km);
    kr_free(w->rjb.km);
    kr_free(w->nodes);
    kr_free(w->across);
    kr_free(w->slot);
    kr_free(w->slot_block);
    kr_free(w);
    *work = NULL;
}

void kr_window_work_keep(kr_window_work *work, struct kr_outlines *outlines)
{
    work->room.outlines = outlines;
}

/* ---- mesh and sites ---- */

static kr_hash128 content_of(kr_surface_kind kind, const kr_mesh *mesh, const kr_site_soa *sites)
{
    kr_hash128 h;
    size_t shape[3] = {(size_t)kind, mesh->rows, mesh->cols};
    size_t bytes = mesh->cols * sizeof(double);

    kr_hash_init(&h);
    kr_hash_bytes(&h, shape, sizeof shape);
    for (size_t i = 0; i < mesh->rows; i++) {
        kr_hash_bytes(&h, mesh->x + i * mesh->stride, bytes);
        kr_hash_bytes(&h, mesh->y + i * mesh->stride, bytes);
        kr_hash_bytes(&h, mesh->z + i * mesh->stride, bytes);
    }
    kr_hash_bytes(&h, sites->x, sites->n * sizeof(double));
    kr_hash_bytes(&h, sites->y, sites->n * sizeof(double));
    kr_hash_bytes(&h, sites->z, sites->n * sizeof(double));
    return h;
}

/* Make room for `need` numbers, keeping none. */
static kr_status fit(kr_ctx *ctx, double **block, size_t *room, size_t need)
{
    kr_status s = KR_OK;

    if (need <= *room)
        return KR_OK;
    kr_free(*block);
    *block = NULL;
    *room = 0;
    KR_NEW(*block, ctx, KR_ACCOUNT_RUPTURES, need);
    *room = need;
out:
    return s;
}

/* Share the memory for rows among as many slots as there may be rows. */
static kr_status fit_slots(kr_window_work *w)
{
    kr_status s = KR_OK;
    size_t segments = w->mesh.cols > 1 ? w->mesh.cols - 1 : 1;
    size_t row = 4 * segments * w->capacity;
    double many = row_bytes / ((double)row * sizeof(double));
    size_t n = many < (double)w->mesh.rows ? (size_t)many : w->mesh.rows;

    kr_free(w->slot);
    w->slot = NULL;
    w->nslots = 0;
    n = n ? n : 1;
    KR_TRY(fit(w->room.ctx, &w->slot_block, &w->slot_room, n * row));
    KR_NEW(w->slot, w->room.ctx, KR_ACCOUNT_RUPTURES, n);
    w->nslots = n;
    for (size_t i = 0; i < n; i++) {
        row_slot *t = &w->slot[i];
        t->first = w->slot_block + i * row;
        t->middle = t->first + segments * w->capacity;
        t->last = t->middle + segments * w->capacity;
        t->least = t->last + segments * w->capacity;
    }
out:
    return s;
}

size_t kr_windows_bytes(const kr_mesh *mesh, unsigned wanted, size_t nsites)
{
    size_t capacity = (nsites + 7) / 8 * 8, tables = wanted & KR_DIST_BIT(RJB) ? 2 : 1;
    double nodes = (double)mesh->rows * (double)mesh->cols;
    double bytes = nodes * (double)(tables * capacity + 2 * STRIP) * sizeof(double);

    if (wanted & KR_DIST_BIT(RX))
        bytes += fmin(row_bytes, 4 * nodes * (double)capacity * sizeof(double));
    return (size_t)bytes;
}

kr_status kr_windows_set(kr_window_work *work, kr_surface_kind kind, const kr_mesh *mesh,
                         const kr_site_soa *sites)
{
    kr_status s = KR_OK;
    kr_hash128 content = content_of(kind, mesh, sites);
    bool same =
        work->sites && kr_hash_equal(content, work->content) && work->capacity == sites->capacity;

    work->kind = kind;
    work->mesh = *mesh;
    work->sites = sites;
    if (same)
        return KR_OK;
    work->sites = NULL;
    work->capacity = sites->capacity;
    work->rrup.rows = work->rjb.rows = 0;
    work->nslots = 0;
    KR_TRY(kr_surface_room_fit(&work->room, sites->capacity));
    size_t nodes = mesh->rows * mesh->cols * STRIP;
    KR_TRY(fit(work->room.ctx, &work->nodes, &work->nodes_room, nodes));
    KR_TRY(fit(work->room.ctx, &work->across, &work->across_room, nodes));
    work->content = content;
    work->sites = sites;
out:
    return s;
}

/* ---- the nearest node of each window ---- */

/* Nodes as the distance is measured: at their depth, or on the unit sphere. */
typedef struct node_table {
    const double *x, *y, *z;
    kr_soa3 sites;
    double factor; /* from chords to km */
} node_table;

/* Squares of the chords from all nodes to a strip of sites; a missing node is far away. */
static void strip_chords(const kr_window_work *w, const node_table *t, size_t from, size_t n)
{
    kr_soa3 sites = {n, t->sites.x + from, t->sites.y + from, t->sites.z + from};

    for (size_t i = 0; i < w->mesh.rows; i++) {
        for (size_t j = 0; j < w->mesh.cols; j++) {
            size_t k = i * w->mesh.stride + j;
            double *out = w->nodes + (i * w->mesh.cols + j) * STRIP;
            if (!isnan(t->x[k])) {
                w->room.k->chords2(&sites, (kr_vec3){t->x[k], t->y[k], t->z[k]}, out);
                continue;
            }
            for (size_t s = 0; s < n; s++)
                out[s] = INFINITY;
        }
    }
}

/* The least of all windows for a strip of sites: first along the rows, then down the columns. */
static void strip_windows(const kr_window_work *w, const node_table *t, const window_table *out,
                          size_t from, size_t n)
{
    size_t cols = w->mesh.cols, across = cols - out->cols + 1, down = w->mesh.rows - out->rows + 1;

    strip_chords(w, t, from, n);
    for (size_t i = 0; i < w->mesh.rows; i++) {
        kr_slide row = {
            cols, out->cols, n, w->nodes + i * cols * STRIP, STRIP, w->across + i * across * STRIP,
            STRIP};
        w->room.k->slide_least(&row);
    }
    for (size_t j = 0; j < across; j++) {
        kr_slide column = {w->mesh.rows,          out->rows,      n,
                           w->across + j * STRIP, across * STRIP, out->km + j * w->capacity + from,
                           across * w->capacity};
        w->room.k->slide_least(&column);
    }
    for (size_t k = 0; k < down * across; k++) {
        double *km = out->km + k * w->capacity + from;
        w->room.k->root(n, t->factor, km, km);
    }
}

static kr_status fill_table(kr_window_work *w, const node_table *t, size_t rows, size_t cols,
                            window_table *out)
{
    kr_status s = KR_OK;
    size_t down = w->mesh.rows - rows + 1, across = w->mesh.cols - cols + 1;

    if (out->rows == rows && out->cols == cols)
        return KR_OK;
    out->rows = 0;
    KR_TRY(fit(w->room.ctx, &out->km, &out->room, down * across * w->capacity));
    out->rows = rows;
    out->cols = cols;
    for (size_t from = 0; from < t->sites.n; from += STRIP) {
        if (kr_interrupted(w->room.ctx)) {
            out->rows = 0;
            s = kr_fail(w->room.ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        strip_windows(w, t, out, from, t->sites.n - from < STRIP ? t->sites.n - from : STRIP);
    }
out:
    return s;
}

kr_status kr_windows_rrup(kr_window_work *work, size_t rows, size_t cols, const double **out)
{
    kr_status s = KR_OK;
    node_table t = {work->mesh.x, work->mesh.y, work->mesh.z, kr_sites_xyz(work->sites), 1.0};

    KR_TRY(fill_table(work, &t, rows, cols, &work->rrup));
    *out = work->rrup.km;
out:
    return s;
}

static const double *table_at(const kr_window_work *w, const window_table *t, size_t row,
                              size_t col)
{
    return t->km + (row * (w->mesh.cols - t->cols + 1) + col) * w->capacity;
}

/* Who asked for rrup of all windows of a size will ask for the other distances of most of them,
 * too: these are found together then. */
static bool is_one_of_many(const kr_window_work *w, const kr_mesh *window)
{
    return w->rrup.rows == window->rows && w->rrup.cols == window->cols;
}

/* ---- rx ---- */

static void fill_segments(kr_window_work *w, row_slot *t)
{
    kr_soa3 unit = kr_sites_unit(w->sites);

    for (size_t j = 0; j + 1 < w->mesh.cols; j++) {
        kr_point3 a = kr_mesh_node(&w->mesh, t->row, j), b = kr_mesh_node(&w->mesh, t->row, j + 1);
        kr_arc_segment forth = kr_segment_of(a, b), back = kr_segment_of(b, a);
        w->room.k->semi_arc(&unit, &back, -1.0, t->first + j * w->capacity);
        w->room.k->segment(&unit, &forth, t->middle + j * w->capacity);
        w->room.k->semi_arc(&unit, &forth, 1.0, t->last + j * w->capacity);
    }
}

/* The slot of a row with the nearest of the middle segments of windows of `cols` nodes. */
static kr_status slot_of(kr_window_work *w, size_t row, size_t cols, const row_slot **out)
{
    kr_status s = KR_OK;
    row_slot *t = NULL;

    if (!w->nslots)
        KR_TRY(fit_slots(w));
    t = &w->slot[row % w->nslots];
    if (!t->used || t->row != row) {
        t->used = true;
        t->row = row;
        t->cols = 0;
        fill_segments(w, t);
    }
    if (cols > 3 && t->cols != cols) {
        kr_slide middle = {w->mesh.cols - 1, cols - 3,    kr_padded(w->sites->n),
                           t->middle,        w->capacity, t->least,
                           w->capacity};
        w->room.k->slide_nearest(&middle);
        t->cols = cols;
    }
    *out = t;
out:
    return s;
}

static kr_status window_rx(kr_window_work *w, const kr_mesh *window, size_t row, size_t col,
                           double *out)
{
    kr_status s = KR_OK;
    size_t n = kr_padded(w->sites->n), cols = window->cols;
    const row_slot *t = NULL;

    if (cols == 2 || !is_one_of_many(w, window)) {
        if (!kr_mesh_rx(&w->room, window, w->sites, out))
            s = kr_fail(w->room.ctx, KR_EINPUT, "a rupture has no node in its first row");
        return s;
    }
    KR_TRY(slot_of(w, row, cols, &t));
    memcpy(out, t->first + col * w->capacity, n * sizeof *out);
    if (cols > 3)
        w->room.k->nearer(n, t->least + (col + 1) * w->capacity, out);
    w->room.k->nearer(n, t->last + (col + cols - 2) * w->capacity, out);
    w->room.k->arc_of_chord(n, out);
out:
    return s;
}

/* ---- all distances of a window ---- */

static kr_status window_rjb(kr_window_work *w, const kr_mesh *window, size_t row, size_t col,
                            double *out)
{
    kr_status s = KR_OK;
    node_table t = {w->mesh.ux, w->mesh.uy, w->mesh.uz, kr_sites_unit(w->sites),
                    KR_EARTH_RADIUS_KM};

    /* the ring of a kite surface may be elsewhere than its nodes */
    if (w->kind == KR_SURFACE_KITE || !is_one_of_many(w, window))
        return kr_mesh_rjb(&w->room, w->kind, window, w->sites, out);
    KR_TRY(fill_table(w, &t, window->rows, window->cols, &w->rjb));
    memcpy(out, table_at(w, &w->rjb, row, col), t.sites.n * sizeof *out);
    KR_TRY(kr_near_rjb(&w->room, w->kind, window, w->sites, out));
out:
    return s;
}

static kr_status window_rrup(kr_window_work *w, const kr_mesh *window, size_t row, size_t col,
                             double *out)
{
    size_t n = kr_padded(w->sites->n);

    if (is_one_of_many(w, window)) {
        memcpy(out, table_at(w, &w->rrup, row, col), n * sizeof *out);
        return KR_OK;
    }
    kr_nearest_nodes(&w->room, window, w->sites, w->room.least2, NULL);
    w->room.k->root(n, 1.0, w->room.least2, out);
    return KR_OK;
}

kr_status kr_window_distances(kr_window_work *work, size_t row, size_t col, size_t rows,
                              size_t cols, const kr_surface_params *params, unsigned wanted,
                              const kr_dist_out *out)
{
    kr_status s = KR_OK;
    kr_mesh window = kr_mesh_window(&work->mesh, row, col, rows, cols);

    if (!work->sites->n)
        return KR_OK;
    if (wanted & KR_DIST_BIT(RRUP))
        KR_TRY(window_rrup(work, &window, row, col, out->of[KR_DIST_RRUP]));
    if (wanted & KR_DIST_BIT(RJB))
        KR_TRY(window_rjb(work, &window, row, col, out->of[KR_DIST_RJB]));
    if (wanted & KR_DIST_BIT(RX))
        KR_TRY(window_rx(work, &window, row, col, out->of[KR_DIST_RX]));
    if (wanted & KR_DIST_BIT(RY0))
        kr_mesh_ry0(&work->room, &window, params->strike, work->sites, out->of[KR_DIST_RY0]);
    if (wanted & KR_DIST_BIT(AZIMUTH))
        kr_middle_azimuth(&work->room, params, work->sites, out->of[KR_DIST_AZIMUTH]);
    if (wanted & KR_CLOSEST_BITS) {
        kr_nearest_nodes(&work->room, &window, work->sites, work->room.least2, work->room.index);
        kr_closest_places(&work->room, &window, work->sites, wanted, out);
    }
out:
    return s;
}
