/* What a disaggregation takes. */
#include "hazard/disagg_int.h"

/* How many cells a component has: those found, or at most. */
typedef size_t (*count_fn)(const kr_disagg_work *work, size_t component);

static size_t most_atomic(const kr_disagg_work *d, count_fn ncells)
{
    const kr_tree *tree = d->hazard->tree;
    size_t most = 0;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        size_t n = tree->components[c].ngsims * ncells(d, c) * kr_disagg_stride(d);
        if (tree->components[c].group && n > most)
            most = n;
    }
    return most;
}

static size_t cells_found(const kr_disagg_work *d, size_t component)
{
    return d->sets[component].n;
}

size_t kr_disagg_most_atomic(const kr_disagg_work *d)
{
    return most_atomic(d, cells_found);
}

/* No more than it has ruptures, or than there are. */
static size_t cells_at_most(const kr_disagg_work *d, size_t component)
{
    uint64_t ruptures = d->hazard->sizes[component].ruptures;
    return ruptures < d->binner.ncells ? (size_t)ruptures : d->binner.ncells;
}

size_t kr_disagg_most_members(const kr_hazard *h)
{
    size_t most = 1;
    for (size_t i = 0; i < h->nworks; i++)
        most = h->works[i]->nmembers > most ? h->works[i]->nmembers : most;
    return most;
}

size_t kr_disagg_row_size(const kr_disagg_work *d)
{
    return (kr_disagg_stride(d) + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD;
}

/* What the makers come to hold at one site. */
static size_t makers_bytes(const kr_disagg_work *d)
{
    const kr_hazard *h = d->hazard;
    size_t faults = 0, points = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        kr_columns columns = kr_family_columns(h, h->works[i]->family) | d->extra;
        for (size_t k = 0; k < h->works[i]->nready; k++) {
            const kr_ready *r = h->works[i]->ready[k];
            size_t *most = r->fault ? &faults : &points;
            size_t room = r->fault ? kr_fault_room_bytes(r->fault, columns, 1)
                                   : kr_point_maker_bytes(r->split, columns, 1);
            *most = room > *most ? room : *most;
        }
    }
    return faults + points;
}

enum { HEADS = 96 * 64 };

/* Rows of numbers grow in steps of the kernel's; here with each level, so that bytes do as well. */
static size_t unit_bytes(const kr_disagg_work *d, count_fn ncells)
{
    size_t members = kr_disagg_most_members(d->hazard);
    size_t row = kr_disagg_stride(d) + KR_KERNEL_PAD;
    size_t numbers = KR_POES_ROWS * d->most_padded + (KR_POES_ROWS + 1 + members) * row +
                     2 * most_atomic(d, ncells) + members * KR_GMM_BATCH + KR_CONTEXTS_CAPACITY;
    size_t small = KR_CONTEXTS_CAPACITY + members + KR_POES_ROWS;
    return kr_motions_bytes(d->hazard) + kr_gathered_bytes(d->hazard, d->extra) +
           numbers * sizeof(double) + small * sizeof(uint32_t) + makers_bytes(d) + HEADS;
}

static size_t result_bytes(const kr_disagg_work *d, count_fn ncells)
{
    const kr_tree *tree = d->hazard->tree;
    size_t sum = sizeof(kr_disagg) + HEADS;
    for (size_t c = 0; c < tree->ncomponents; c++) {
        const kr_component *component = &tree->components[c];
        size_t n = ncells(d, c);
        sum += sizeof(kr_disagg_part) + 3 * 64 + n * sizeof(kr_disagg_cell) +
               component->ngsims * n * kr_disagg_stride(d) * sizeof(double);
        if (component->group && component->group->mutex_sources)
            sum += d->binner.mag.n * sizeof(double);
    }
    return sum;
}

/* All that is held at the end, when most is. */
static size_t all_bytes(const kr_disagg_work *d, int threads, count_fn ncells)
{
    const kr_hazard *h = d->hazard;
    size_t words = kr_cell_words(&d->binner) * (sizeof(uint64_t) + sizeof(uint32_t)) + 128;
    return result_bytes(d, ncells) + (size_t)threads * unit_bytes(d, ncells) +
           h->tree->ncomponents * (sizeof(kr_cell_set) + words) +
           kr_section_table_bytes(kr_surfaces_sections(h->surfaces), kr_all_columns(h) | d->extra,
                                  kr_disagg_table_sites(d, kr_all_columns(h)));
}

size_t kr_disagg_bytes(const kr_hazard *h, const kr_disagg_bins *bins, size_t nlevels, int threads)
{
    kr_binner binner = {.mag = bins->mag,
                        .dist = bins->dist,
                        .lon = bins->lon,
                        .lat = bins->lat,
                        .ncells =
                            (uint32_t)(bins->mag.n * bins->dist.n * bins->lon.n * bins->lat.n)};
    kr_disagg_work d = {.hazard = h,
                        .exact = h->job->compat == KR_COMPAT_EXACT,
                        .nlevels = nlevels,
                        .binner = binner,
                        .bands = {.n = bins->eps.n},
                        .most_padded = nlevels + KR_KERNEL_PAD,
                        .extra = KR_BIT(MAG) | KR_BIT(RRUP) | KR_BIT(CLON) | KR_BIT(CLAT)};
    return all_bytes(&d, threads, cells_at_most);
}

kr_status kr_disagg_measure(kr_hazard *h, size_t site, const kr_disagg_bins *bins, int threads,
                            kr_disagg_size *out)
{
    kr_status s = KR_OK;
    kr_disagg_work d = {.most_padded = KR_KERNEL_PAD};
    KR_TRY(kr_disagg_begin(&d, h, site, bins));
    if (!h->met)
        KR_TRY(kr_hazard_meet(h, KR_BIT(RY0), threads)); /* without what takes long */
    KR_TRY(kr_disagg_make_site(&d, 0, threads));
    KR_TRY(kr_disagg_make_result(&d));
    KR_TRY(kr_disagg_find_cells(&d, threads));
    *out = (kr_disagg_size){.bytes = all_bytes(&d, threads, cells_found)};
    for (size_t c = 0; c < h->tree->ncomponents; c++) {
        out->cells += d.sets[c].n;
        out->rows += d.sets[c].n * h->tree->components[c].ngsims;
    }
    d.nlevels++;
    d.most_padded++;
    out->level_bytes = all_bytes(&d, threads, cells_found) - out->bytes;
out:
    kr_disagg_destroy(&d.out);
    kr_disagg_end(&d);
    return s;
}

/* Rooms for what the sources of the greatest atomic group add. */
static size_t groups_bytes(const kr_hazard *h, size_t nlevels)
{
    size_t most = 0;
    for (size_t i = 0; i < h->nworks; i++) {
        const kr_work *w = h->works[i];
        size_t numbers = w->component->ngsims * nlevels;
        size_t n = w->component->group ? (w->nsegments + 3) * numbers + w->nsegments : 0;
        most = n > most ? n : most;
    }
    return most * sizeof(double);
}

size_t kr_disagg_sources_bytes(const kr_hazard *h, size_t nlevels, int threads)
{
    const kr_disagg_work d = {.hazard = h, .exact = h->job->compat == KR_COMPAT_EXACT};
    size_t row = nlevels + KR_KERNEL_PAD, members = kr_disagg_most_members(h), sources = 0;
    for (size_t c = 0; c < h->tree->ncomponents; c++)
        sources += h->tree->components[c].nsources;
    size_t rows = sources + h->model->nsections, units = 0;
    for (size_t i = 0; i < h->nworks; i++)
        units += h->works[i]->nblocks;
    size_t numbers = rows * nlevels + (KR_POES_ROWS + 1) * row + KR_GMM_BATCH * (nlevels + members);
    size_t each = numbers * sizeof(double) + rows * (sizeof(uint32_t) + 1) +
                  members * sizeof(size_t) + groups_bytes(h, nlevels) + kr_motions_bytes(h) +
                  makers_bytes(&d) + HEADS;
    size_t places = 2 * sources + h->tree->ncomponents * 2 + 2 * units;
    return rows * nlevels * sizeof(double) + places * sizeof(void *) + (size_t)threads * each +
           kr_section_table_bytes(kr_surfaces_sections(h->surfaces), kr_all_columns(h),
                                  kr_disagg_table_sites(&d, kr_all_columns(h))) +
           16384;
}
