/* Multi-fault sources: what is known of their ruptures before sites and after. An item is a
 * rupture. */
#include "rupture/multi_int.h"

#include <math.h>
#include <omp.h>

/* ---- before sites ---- */

static kr_status check_probabilities(const kr_fault *fault)
{
    const kr_source *source = fault->source;
    const kr_multi_fault *m = source->multi;

    if (!fault->job->infer_occur_rates)
        return KR_OK;
    for (size_t i = 0; i < m->n; i++) {
        if (!(m->probs[i * m->nprobs] > 0.0))
            return kr_fail_at(fault->ctx, source->file, source->line,
                              "source '%s': rupture %zu has a probability of %g to stay away; with "
                              "infer_occur_rates it must be greater than 0",
                              source->id, i + 1, m->probs[i * m->nprobs]);
    }
    return KR_OK;
}

static kr_status multi_make(kr_fault *fault, kr_surfaces *surfaces)
{
    kr_status s = KR_OK;
    const kr_multi_fault *m = fault->source->multi;
    kr_multi *multi = NULL;

    KR_TRY(check_probabilities(fault));
    KR_TRY(kr_surfaces_need_sections(surfaces, fault->source));
    KR_ANEW(multi, &fault->arena, 1);
    multi->sections = kr_surfaces_sections(surfaces);
    multi->ruptures = m;
    multi->nalternatives = 1;
    multi->exact = fault->job->compat == KR_COMPAT_EXACT;
    for (size_t i = 0; i < m->n; i++) {
        kr_parts parts = kr_multi_parts(multi, i);
        multi->most = parts.n > multi->most ? parts.n : multi->most;
    }
    fault->of.multi = multi;
    fault->nitems = m->n;
    fault->block = KR_MULTI_BLOCK;
    fault->by_extent = true;
    KR_ANEW(multi->cut_km, &fault->arena, m->n);
out:
    return s;
}

static uint64_t multi_ruptures(const kr_fault *fault, size_t item)
{
    (void)fault;
    (void)item;
    return 1;
}

/* At some tens of sites, fifty sections cost as much as the ground motion of the rupture. */
static double multi_cost(const kr_fault *fault, size_t item)
{
    return 1.0 + 0.02 * (double)kr_multi_parts(fault->of.multi, item).n;
}

/* ---- close sections ---- */

static bool any_within(const kr_site_soa *sites, float lon, float lat, double km)
{
    kr_vec3 p = kr_to_cartesian((double)lon, (double)lat, 0.0);

    for (size_t j = 0; j < sites->n; j++) {
        double dx = sites->x[j] - p.x, dy = sites->y[j] - p.y, dz = sites->z[j] - p.z;
        if (sqrt(dx * dx + dy * dy + dz * dz) <= km)
            return true;
    }
    return false;
}

/* With few sites, only sections with an end near one of them count for the parameters of ruptures
 * (docs/theory.md, 7); in exact, and with many, all do. */
static kr_status find_close(kr_fault *fault, const kr_site_soa *sites, double last_km)
{
    kr_status s = KR_OK;
    kr_multi *multi = fault->of.multi;
    const kr_sections *sections = multi->sections;

    if (multi->exact || sites->n > fault->job->max_sites_disagg)
        return KR_OK;
    KR_ANEW(multi->close, &fault->arena, sections->n);
    for (size_t k = 0; k < sections->n; k++) {
        const kr_section_params *p = &sections->params[k];
        multi->close[k] =
            sections->surface[k] && (any_within(sites, p->tl_lon, p->tl_lat, last_km) ||
                                     any_within(sites, p->tr_lon, p->tr_lat, last_km));
    }
out:
    return s;
}

static kr_status find_canterbury(kr_fault *fault)
{
    kr_status s = KR_OK;
    kr_multi *multi = fault->of.multi;
    const kr_sections *sections = multi->sections;

    KR_ANEW(multi->cshm, &fault->arena, sections->n);
    for (size_t k = 0; k < sections->n; k++)
        multi->cshm[k] = sections->surface[k] && kr_mesh_in_canterbury(&sections->surface[k]->mesh);
out:
    return s;
}

/* ---- blocks: bounds and cuts ---- */

/* Room for the boxes and the magnitudes of a block. */
typedef struct block_room {
    double *lon, *lat; /* 2 x ruptures */
    double *mag, *cut;
    size_t *kept;
} block_room;

static kr_status block_room_init(block_room *room, kr_ctx *ctx)
{
    kr_status s = KR_OK;

    KR_NEW(room->lon, ctx, KR_ACCOUNT_RUPTURES, 2 * KR_MULTI_BLOCK);
    KR_NEW(room->lat, ctx, KR_ACCOUNT_RUPTURES, 2 * KR_MULTI_BLOCK);
    KR_NEW(room->mag, ctx, KR_ACCOUNT_RUPTURES, KR_MULTI_BLOCK);
    KR_NEW(room->cut, ctx, KR_ACCOUNT_RUPTURES, KR_MULTI_BLOCK);
    KR_NEW(room->kept, ctx, KR_ACCOUNT_RUPTURES, KR_MULTI_BLOCK);
out:
    return s;
}

static void block_room_clear(block_room *room)
{
    kr_free(room->lon);
    kr_free(room->lat);
    kr_free(room->mag);
    kr_free(room->cut);
    kr_free(room->kept);
}

static kr_status too_wide(const kr_fault *fault, const char *what, size_t first)
{
    return kr_fail_at(fault->ctx, fault->source->file, fault->source->line,
                      "source '%s': %s %zu extends over more than 180 degrees of longitude",
                      fault->source->id, what, first + 1);
}

static kr_status meet_block(kr_fault *fault, const kr_magdist *limits, size_t first,
                            kr_multi_scratch *scratch, block_room *room, kr_bbox *bounds)
{
    kr_multi *multi = fault->of.multi;
    size_t end = first + KR_MULTI_BLOCK, n = 0;
    kr_bbox box;

    end = end < multi->ruptures->n ? end : multi->ruptures->n;
    for (size_t i = first; i < end; i++) {
        kr_parts parts = kr_multi_close_parts(multi, kr_multi_parts(multi, i), scratch);
        multi->cut_km[i] = -1.0;
        if (parts.n == 0)
            continue;
        if (!kr_multi_box(multi->sections, parts, scratch, &box))
            return too_wide(fault, "rupture", i);
        room->lon[2 * n] = box.west;
        room->lon[2 * n + 1] = box.east;
        room->lat[2 * n] = box.north;
        room->lat[2 * n + 1] = box.south;
        room->mag[n] = (double)multi->ruptures->mag[i];
        room->kept[n++] = i;
    }
    bounds->west = NAN;
    if (n == 0)
        return KR_OK;
    if (!kr_bbox_of(room->lon, room->lat, 2 * n, bounds))
        return too_wide(fault, "the block of ruptures from", first);
    kr_fault_cuts(fault->job, limits, room->mag, n, room->cut);
    for (size_t k = 0; k < n; k++)
        multi->cut_km[room->kept[k]] = room->cut[k];
    return KR_OK;
}

static kr_status meet_blocks(kr_fault *fault, const kr_magdist *limits, kr_multi_scratch *scratch)
{
    kr_status s = KR_OK;
    block_room room = {NULL, NULL, NULL, NULL, NULL};
    kr_bbox *bounds = NULL;
    size_t n = fault->of.multi->ruptures->n;

    KR_ANEW(bounds, &fault->arena, (n + KR_MULTI_BLOCK - 1) / KR_MULTI_BLOCK);
    KR_TRY(block_room_init(&room, fault->ctx));
    for (size_t b = 0; b * KR_MULTI_BLOCK < n; b++)
        KR_TRY(meet_block(fault, limits, b * KR_MULTI_BLOCK, scratch, &room, &bounds[b]));
    fault->bounds = bounds;
out:
    block_room_clear(&room);
    return s;
}

/* ---- the greatest U and the hypocentre ---- */

/* Of straight lines from end to end, close sections only, as the reference does it; in exact of the
 * tops of all sections, as T and U. */
static float greatest_u(const kr_multi *multi, kr_parts all, kr_multi_scratch *scratch)
{
    bool exact = multi->exact;
    kr_parts parts = exact ? all : kr_multi_close_parts(multi, all, scratch);

    for (size_t i = 0; i < parts.n; i++)
        scratch->line[i] = exact ? &multi->sections->surface[parts.section[i]]->tor
                                 : &multi->sections->straight[parts.section[i]];
    scratch->set.n = parts.n;
    if (!kr_gc2_set_order(scratch->line, parts.n, scratch->order, &scratch->set))
        return 0.0F; /* not reached: such a rupture is refused before */
    return kr_gc2_u_max(scratch->line, &scratch->set, exact ? KR_GC2_REVERSED : KR_GC2_NEGATED,
                        scratch->u_max);
}

static double nearest_node_square(const kr_mesh *mesh, kr_vec3 p)
{
    double least = INFINITY;

    for (size_t i = 0; i < mesh->rows; i++) {
        for (size_t k = i * mesh->stride; k < i * mesh->stride + mesh->cols; k++) {
            double dx = mesh->x[k] - p.x, dy = mesh->y[k] - p.y, dz = mesh->z[k] - p.z;
            double square = dx * dx + dy * dy + dz * dz;
            least = square < least ? square : least; /* false for missing nodes */
        }
    }
    return least;
}

/* The section nearest to the middle of the box of the close sections. */
static uint32_t middle_section(const kr_multi *multi, kr_parts all, kr_multi_scratch *scratch)
{
    uint32_t nearest = all.section[0];
    double least = INFINITY;
    kr_bbox box;
    kr_lonlat middle;
    kr_vec3 p;

    if (all.n == 1 ||
        !kr_multi_box(multi->sections, kr_multi_close_parts(multi, all, scratch), scratch, &box))
        return nearest;
    middle = kr_middle_point(box.west, box.north, box.east, box.south);
    p = kr_to_cartesian(middle.lon, middle.lat, 0.0);
    for (size_t i = 0; i < all.n; i++) {
        double square = nearest_node_square(&multi->sections->surface[all.section[i]]->mesh, p);
        nearest = square < least ? all.section[i] : nearest;
        least = square < least ? square : least;
    }
    return nearest;
}

static void meet_rupture(const kr_multi *multi, size_t i, kr_multi_scratch *scratch)
{
    kr_parts parts = kr_multi_parts(multi, i);

    if (multi->cut_km[i] < 0.0)
        return;
    if (multi->u_max)
        multi->u_max[i] = greatest_u(multi, parts, scratch);
    if (multi->middle)
        multi->middle[i] = middle_section(multi, parts, scratch);
}

static bool wants_hypo(const kr_job *job, kr_columns columns)
{
    bool given =
        KR_HAS(columns, HYPO_LON) || KR_HAS(columns, HYPO_LAT) || KR_HAS(columns, HYPO_DEPTH);
    bool used = KR_HAS(columns, RHYPO) || KR_HAS(columns, REPI) || KR_HAS(columns, AZIMUTH);

    return given || (used && job->compat == KR_COMPAT_EXACT);
}

/* Neighbours by one thread: threads that write into one line of a cache wait for each other. */
static kr_status meet_ruptures(kr_fault *fault, kr_columns columns, int threads)
{
    kr_status s = KR_OK;
    kr_multi *multi = fault->of.multi;
    kr_multi_scratch *room = NULL;
    size_t n = multi->ruptures->n;

    if (KR_HAS(columns, RY0))
        KR_ANEW(multi->u_max, &fault->arena, n);
    if (wants_hypo(fault->job, columns))
        KR_ANEW(multi->middle, &fault->arena, n);
    if (!multi->u_max && !multi->middle)
        return KR_OK;
    KR_NEW(room, fault->ctx, KR_ACCOUNT_RUPTURES, (size_t)threads);
    for (int t = 0; t < threads; t++)
        KR_TRY(kr_multi_scratch_init(&room[t], fault->ctx, multi->most));
#pragma omp parallel for num_threads(threads) schedule(dynamic, 128)
    for (size_t i = 0; i < n; i++)
        meet_rupture(multi, i, &room[omp_get_thread_num()]);
out:
    for (int t = 0; room && t < threads; t++)
        kr_multi_scratch_clear(&room[t]);
    kr_free(room);
    return s;
}

static kr_status multi_meet_sites(kr_fault *fault, const char *trt, kr_columns columns,
                                  const kr_site_soa *job_sites, int threads)
{
    kr_status s = KR_OK;
    const kr_magdist *limits = NULL;
    kr_multi_scratch scratch = {0};

    KR_TRY(kr_limits_find(fault->ctx, fault->job, trt, &limits));
    if (!fault->bounds) {
        KR_TRY(find_close(fault, job_sites, kr_last_distance(limits)));
        KR_TRY(kr_multi_scratch_init(&scratch, fault->ctx, fault->of.multi->most));
        KR_TRY(meet_blocks(fault, limits, &scratch));
    }
    if (KR_HAS(columns, IN_CSHM) && !fault->of.multi->cshm)
        KR_TRY(find_canterbury(fault));
    KR_TRY(meet_ruptures(fault, columns, threads > 0 ? threads : 1));
out:
    kr_multi_scratch_clear(&scratch);
    return s;
}

const kr_fault_way kr_multi_way = {.make = multi_make,
                                   .ruptures = multi_ruptures,
                                   .cost = multi_cost,
                                   .meet_sites = multi_meet_sites,
                                   .run = kr_multi_run,
                                   .room = kr_multi_room,
                                   .estimate = kr_multi_estimate};

const uint32_t *kr_fault_sections(const kr_fault *fault, size_t rupture, size_t *n)
{
    kr_parts parts = {NULL, 0};

    if (fault->source->kind == KR_SOURCE_MULTI_FAULT)
        parts = kr_multi_parts(fault->of.multi, rupture);
    *n = parts.n;
    return parts.section;
}
