/* Ruptures that float on the mesh of a fault: simple, complex and kite faults. An item is what
 * ruptures of one or several magnitudes have in common: where they are. */
#include "rupture/float_int.h"

#include <math.h>
#include <string.h>

/* Distances kept at a time, and the sites that are taken together at least. */
enum { ROOM = 1 << 21, LEAST_SITES = 64 };

/* ---- what there is ---- */

static size_t places(const kr_floats *f, const kr_float_item *item)
{
    return item->list.at ? item->list.n
                         : (f->surface->mesh.rows - item->size.rows + 1) *
                               (f->surface->mesh.cols - item->size.cols + 1);
}

static size_t hypos(const kr_source *source)
{
    return source->nhypos ? source->nhypos * source->nslips : 1;
}

static uint64_t ruptures(const kr_fault *fault, size_t item)
{
    const kr_floats *f = fault->of.floats;

    return (uint64_t)places(f, &f->items[item]) * f->items[item].nmags * hypos(fault->source);
}

/* Nodes of an average window. */
static double window_nodes(const kr_float_item *item)
{
    double sum = 0.0;

    if (!item->list.at)
        return (double)item->size.rows * (double)item->size.cols;
    for (size_t i = 0; i < item->list.n; i++) {
        const kr_float *w = &item->list.at[i];
        sum += (double)(w->row1 - w->row0) * (double)(w->col1 - w->col0);
    }
    return item->list.n ? sum / (double)item->list.n : 0.0;
}

static double cost(const kr_fault *fault, size_t item)
{
    const kr_floats *f = fault->of.floats;
    const kr_float_item *x = &f->items[item];

    return (double)places(f, x) *
           ((double)(x->nmags * hypos(fault->source)) + window_nodes(x) / 16.0);
}

/* Directivity asks for directions of slip, and for the patches of a simple fault. */
static kr_status meet_sites(kr_fault *fault, const char *trt, kr_columns columns,
                            const kr_site_soa *job_sites, int threads)
{
    const kr_source *source = fault->source;

    (void)trt;
    (void)job_sites;
    (void)threads;
    if (KR_HAS(columns, RCDPP) && source->nhypos == 0)
        return kr_fail_at(
            fault->ctx, source->file, source->line,
            "source '%s': a ground-motion model needs rcdpp, which only simple faults "
            "with a hypoList and a slipList have",
            source->id);
    return KR_OK;
}

static bool same_item(const kr_float_item *a, const kr_float_item *b)
{
    return a->first_mag == b->first_mag && a->nmags == b->nmags && a->size.rows == b->size.rows &&
           a->size.cols == b->size.cols && a->list.n == b->list.n && a->mirrored == b->mirrored &&
           (a->list.at == b->list.at ||
            (a->list.at && b->list.at &&
             memcmp(a->list.at, b->list.at, a->list.n * sizeof *a->list.at) == 0)) &&
           (a->list.number == b->list.number ||
            (a->list.number && b->list.number &&
             memcmp(a->list.number, b->list.number, a->list.n * sizeof *a->list.number) == 0));
}

static bool alike(const kr_fault *a, const kr_fault *b)
{
    const kr_floats *f = a->of.floats, *g = b->of.floats;

    if (f->surface != g->surface || f->nmags != g->nmags)
        return false;
    for (size_t m = 0; m < f->nmags; m++)
        if (f->mags[m].mag != g->mags[m].mag || f->mags[m].bin != g->mags[m].bin ||
            f->mags[m].nplaces != g->mags[m].nplaces || f->mags[m].cut_km != g->mags[m].cut_km ||
            f->mags[m].first != g->mags[m].first)
            return false;
    for (size_t i = 0; i < a->nitems; i++)
        if (!same_item(&f->items[i], &g->items[i]))
            return false;
    return true;
}

/* ---- runs ---- */

/* Windows of one size, some or all of an item's. */
typedef struct windows {
    const kr_fault *fault;
    const kr_float_item *item;
    const kr_mesh *mesh;
    const kr_site_set *sites;
    size_t first, n; /* in the item's list */
    kr_float_size size;
    double cut_km; /* greatest of the item's magnitudes */
} windows;

static kr_float window_at(const windows *w, size_t k)
{
    const kr_float_list *list = &w->item->list;
    size_t across = w->mesh->cols - w->size.cols + 1;
    uint32_t row, col;

    if (list->at)
        return list->at[w->first + k];
    row = (uint32_t)(k / across);
    col = (uint32_t)(k % across);
    return (kr_float){row, col, row + w->size.rows, col + w->size.cols};
}

static uint32_t number_at(const windows *w, size_t k)
{
    const kr_float_list *list = &w->item->list;

    return list->number ? list->number[w->first + k] : (uint32_t)(w->first + k);
}

static double greatest_cut(const kr_floats *f, const kr_float_item *item)
{
    double cut = -1.0;

    for (size_t m = 0; m < item->nmags; m++)
        cut = fmax(cut, f->mags[item->first_mag + m].cut_km);
    return cut;
}

/* The directivity parameter of the first n sites kept. */
static void directivity(kr_fault_maker *maker, const windows *w, const kr_rupture_row *row,
                        double slip, size_t n)
{
    const kr_site_soa *sites = &w->sites->soa;
    kr_point3 hypo = {row->of[KR_COL_HYPO_LON], row->of[KR_COL_HYPO_LAT],
                      row->of[KR_COL_HYPO_DEPTH]};

    for (size_t k = 0; k < n; k++) {
        uint32_t j = maker->keep[k];
        kr_directivity_at(&maker->directivity, hypo, slip, &sites->lon[j], &sites->lat[j],
                          &maker->dist.of[KR_DIST_RRUP][j], 1, &maker->dist.of[KR_DIST_RCDPP][j]);
    }
}

/* The pairs of one window with one hypocentre; distances are in maker->dist. */
static kr_status put_window(kr_fault_maker *maker, const windows *w, size_t k, size_t hypo,
                            kr_rupture_row *row)
{
    kr_status s = KR_OK;
    const kr_source *source = w->fault->source;
    const kr_floats *f = w->fault->of.floats;
    const kr_bins *bins = &w->fault->bins;
    size_t nslips = source->nhypos ? source->nslips : 1;
    double weight = source->nhypos ? source->hypos[hypo].weight : 1.0;

    for (size_t m = 0; m < w->item->nmags; m++) {
        const kr_float_mag *mag = &f->mags[w->item->first_mag + m];
        size_t n;
        if (mag->cut_km < 0.0)
            continue;
        n = kr_fault_keep(maker, w->sites, maker->dist.of[KR_DIST_RRUP], mag->cut_km);
        row->of[KR_COL_MAG] = kr_round(mag->mag, 3);
        for (size_t i = 0; n && i < nslips; i++) {
            row->rate = mag->rate;
            if (row->rates) {
                row->rates = bins->alternatives + mag->bin * bins->nalternatives;
                row->rate = 1.0 / (double)mag->nplaces;
            }
            row->rate *= weight * (source->nhypos ? source->slips[i].weight : 1.0);
            row->number = mag->first + number_at(w, k) * (uint32_t)hypos(source) +
                          (uint32_t)(hypo * nslips + i);
            if (maker->wanted & KR_DIST_BIT(RCDPP))
                directivity(maker, w, row, source->slips[i].angle, n);
            KR_TRY(
                kr_batch_append_row(&maker->batch, row, &maker->dist, maker->keep, maker->id, n));
        }
    }
out:
    return s;
}

static kr_point3 hypocentre(const kr_source *source, const kr_mesh *window,
                            const kr_surface_params *params, size_t hypo)
{
    kr_float_size node = {(uint32_t)window->rows, (uint32_t)window->cols};

    if (source->nhypos) {
        node = kr_hypo_node(&source->hypos[hypo], source->geometries[0].spacing_km, node);
        return kr_mesh_node(window, node.rows, node.cols);
    }
    if (source->kind == KR_SOURCE_KITE_FAULT)
        return kr_kite_centre(window);
    return params->middle;
}

/* Does anything depend on where the middle of a window is? */
static bool wants_middle(const kr_fault_maker *maker)
{
    const kr_columns of_place = KR_BIT(HYPO_LON) | KR_BIT(HYPO_LAT);
    const unsigned from_it =
        KR_DIST_BIT(RHYPO) | KR_DIST_BIT(REPI) | KR_DIST_BIT(RCDPP) | KR_DIST_BIT(AZIMUTH);

    return (maker->setup.columns & of_place) || (maker->wanted & from_it);
}

/* The pairs of window number k; its rrup is in maker->dist. */
static kr_status run_window(kr_fault_maker *maker, const windows *w, size_t k)
{
    kr_status s = KR_OK;
    const kr_source *source = w->fault->source;
    kr_float at = window_at(w, k);
    size_t rows = at.row1 - at.row0, cols = at.col1 - at.col0;
    kr_mesh window = kr_mesh_window(w->mesh, at.row0, at.col0, rows, cols);
    unsigned of_hypo = KR_DIST_BIT(RHYPO) | KR_DIST_BIT(REPI);
    unsigned wanted = maker->wanted & ~(of_hypo | KR_DIST_BIT(RRUP) | KR_DIST_BIT(RCDPP));
    bool in_cshm = KR_HAS(maker->setup.columns, IN_CSHM) && kr_mesh_in_canterbury(&window);
    kr_surface_params params;
    kr_rupture_row row = {.weight = 1.0, .rates = w->fault->bins.alternatives};

    if (kr_fault_keep(maker, w->sites, maker->dist.of[KR_DIST_RRUP], w->cut_km) == 0)
        goto out;
    kr_window_params_of(w->fault->of.floats->surface->kind, &window, wants_middle(maker), &params);
    if (wanted)
        KR_TRY(kr_window_distances(maker->windows, at.row0, at.col0, rows, cols, &params, wanted,
                                   &maker->dist));
    if (maker->wanted & KR_DIST_BIT(RCDPP))
        KR_TRY(kr_directivity_set(&maker->directivity, &window, &params));
    for (size_t h = 0; h < (source->nhypos ? source->nhypos : 1); h++) {
        kr_point3 hypo = hypocentre(source, &window, &params, h);
        if (maker->wanted & of_hypo)
            kr_hypo_distances(hypo, &w->sites->soa, maker->dist.of[KR_DIST_RHYPO],
                              maker->dist.of[KR_DIST_REPI]);
        kr_rupture_row_fill(&row, 0.0, source->rake, &params, hypo, in_cshm);
        KR_TRY(put_window(maker, w, k, h, &row));
    }
out:
    return s;
}

/* With many windows of one size their distances are found together. */
static kr_status run_windows(kr_fault_maker *maker, const windows *w)
{
    kr_status s = KR_OK;
    size_t nsites = w->sites->soa.n, stride = w->sites->soa.capacity;
    size_t across = w->mesh->cols - w->size.cols + 1;
    bool together = w->n * w->size.rows * w->size.cols > 4 * w->mesh->rows * w->mesh->cols;
    const double *rrup = NULL;

    if (together)
        KR_TRY(kr_windows_rrup(maker->windows, w->size.rows, w->size.cols, &rrup));
    for (size_t k = 0; k < w->n; k++) {
        kr_float at = window_at(w, k);
        if (kr_interrupted(maker->ctx)) {
            s = kr_fail(maker->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        if (together)
            memcpy(maker->dist.of[KR_DIST_RRUP], rrup + (at.row0 * across + at.col0) * stride,
                   nsites * sizeof *rrup);
        else
            KR_TRY(kr_window_distances(maker->windows, at.row0, at.col0, w->size.rows, w->size.cols,
                                       NULL, KR_DIST_BIT(RRUP), &maker->dist));
        KR_TRY(run_window(maker, w, k));
    }
out:
    return s;
}

/* All windows of an item with some sites. */
static kr_status run_sites(kr_fault_maker *maker, windows *w)
{
    kr_status s = KR_OK;
    const kr_float_list *list = &w->item->list;

    KR_TRY(kr_windows_set(maker->windows, w->fault->of.floats->surface->kind, w->mesh,
                          &w->sites->soa));
    if (!list->at) {
        KR_TRY(run_windows(maker, w));
        goto out;
    }
    for (w->first = 0; w->first < list->n; w->first += w->n) {
        const kr_float *at = &list->at[w->first];
        w->size = (kr_float_size){at->row1 - at->row0, at->col1 - at->col0};
        for (w->n = 1; w->first + w->n < list->n; w->n++) {
            const kr_float *next = at + w->n;
            if (next->row1 - next->row0 != w->size.rows || next->col1 - next->col0 != w->size.cols)
                break;
        }
        KR_TRY(run_windows(maker, w));
    }
out:
    return s;
}

/* Sites [first, first + n) of those near. */
static const kr_site_set *some_sites(kr_fault_maker *maker, size_t first, size_t n)
{
    kr_site_set *part = &maker->part;

    for (size_t k = 0; k < n; k++) {
        maker->keep[k] = (uint32_t)(first + k);
        part->id[k] = maker->near.id[first + k];
    }
    kr_site_set_take(part, &maker->near.soa, maker->keep, n);
    return part;
}

/* The distances of all windows of a size take room for all sites at once: many sites are taken in
 * parts. */
static kr_status run(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    kr_status s = KR_OK;
    const kr_floats *f = fault->of.floats;
    const kr_float_item *x = &f->items[item];
    size_t all = maker->near.soa.n, n = places(f, x), most = n ? ROOM / n : all;
    windows w = {.fault = fault,
                 .item = x,
                 .mesh = x->mirrored ? f->mirror : &f->surface->mesh,
                 .size = x->size,
                 .cut_km = greatest_cut(f, x)};

    if (w.cut_km < 0.0)
        goto out;
    most = most < LEAST_SITES ? LEAST_SITES : most;
    for (size_t first = 0; first < all; first += most) {
        w.sites = all <= most ? &maker->near
                              : some_sites(maker, first, all - first < most ? all - first : most);
        w.n = n;
        KR_TRY(run_sites(maker, &w));
    }
out:
    return s;
}

static size_t room(const kr_fault *fault, unsigned wanted, size_t nsites)
{
    const kr_floats *f = fault->of.floats;
    size_t least = SIZE_MAX;

    for (size_t i = 0; i < fault->nitems; i++) {
        size_t n = places(f, &f->items[i]);
        least = n < least ? n : least;
    }
    if (least == SIZE_MAX || least == 0)
        return 0;
    size_t most = ROOM / least < LEAST_SITES ? LEAST_SITES : ROOM / least;
    return kr_windows_bytes(&f->surface->mesh, wanted, nsites < most ? nsites : most);
}

/* Sites within the maximum distance of the fault's middle, and half its extent more. */
static double estimate(kr_fault_maker *maker, const kr_fault *fault, size_t item)
{
    const kr_floats *f = fault->of.floats;
    const kr_float_item *x = &f->items[item];
    const kr_surface_params *p = &f->surface->params;
    double half = kr_geodetic_km(p->box.west, p->box.south, p->box.east, p->box.north) / 2.0;
    size_t sites = 0;

    kr_chords(&maker->near.soa, kr_to_cartesian(p->middle.lon, p->middle.lat, p->middle.depth),
              maker->near.chord);
    for (size_t m = 0; m < x->nmags; m++) {
        double reach = f->mags[x->first_mag + m].cut_km + half;
        for (size_t j = 0; reach > half && j < maker->near.soa.n; j++)
            sites += maker->near.chord[j] <= reach;
    }
    return (double)sites * (double)places(f, x) * (double)hypos(fault->source);
}

const kr_fault_way kr_floating_way = {.make = kr_floats_make,
                                      .alike = alike,
                                      .meet_sites = meet_sites,
                                      .ruptures = ruptures,
                                      .cost = cost,
                                      .run = run,
                                      .room = room,
                                      .estimate = estimate};
