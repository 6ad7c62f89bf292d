/* Extended sources (faults, multi-fault and non-parametric sources) as contexts.
 *
 *   kr_fault        a source with its surfaces, cut into items: a magnitude of a floating fault, a
 *                   characteristic surface, a rupture (immutable, shared by threads)
 *   kr_fault_maker  one for each thread and tile
 *
 * Like kr_split and kr_point_maker for points; the batches are the same kr_contexts. */
#ifndef KR_RUPTURE_FAULT_H
#define KR_RUPTURE_FAULT_H

#include "rupture/rupture.h"
#include "rupture/section_table.h"
#include "rupture/surfaces.h"

typedef struct kr_fault kr_fault;

/** Prepare a source that is not pointlike. `surfaces` keeps its geometry and must outlive it, as
 * must the source. @param trt the tectonic region type by which maximum distances go, that of the
 * makers. @param atomic in a mutex group or a cluster, which the reference never splits.
 * KR_EINPUT at the source's line (a magnitude whose rupture has no place, ...). Owned by the
 * caller: kr_fault_destroy. */
KR_MUST_CHECK kr_status kr_fault_create(kr_ctx *ctx, const kr_job *job, kr_surfaces *surfaces,
                                        const kr_source *source, const char *trt, bool atomic,
                                        kr_fault **out);
void kr_fault_destroy(kr_fault **fault);

const kr_source *kr_fault_source(const kr_fault *fault);
size_t kr_fault_nitems(const kr_fault *fault);

/** As kr_split_alike and its kin, for sources whose ruptures have rates of magnitudes; never alike
 * are multi-fault (see kr_multi_share) and non-parametric sources. */
bool kr_fault_alike(const kr_fault *a, const kr_fault *b);
kr_hash128 kr_fault_likeness(const kr_fault *fault);
size_t kr_fault_count_rates(const kr_fault *fault);
void kr_fault_rates(const kr_fault *fault, double *out);
KR_MUST_CHECK kr_status kr_fault_alternatives(kr_fault *fault, size_t n, const double *rates);

/* Multi-fault sources of several components, and what becomes of them. */
typedef struct kr_multi_sharing {
    size_t n;
    kr_fault *const *faults; /* of n sources, made and before they meet sites */
    const size_t *of;        /* the alternative of each: 0 to nalternatives - 1, not decreasing */
    size_t nalternatives;
    const kr_site_soa *job_sites;
    const char *trt;
    size_t most; /* alternatives of a shared source at most */
    int threads; /* 0 is 1 */
    /* results, owned by the caller */
    size_t nshared; /* sources that stand for several alternatives */
    struct kr_multi_shared {
        kr_fault *fault;
        size_t n, first; /* alternatives first, first + 1, ... first + n - 1 */
    } * shared;
    kr_fault **own; /* of each of the n: ruptures that no other alternative has; NULL: none
                       left; faults[i]: all */
} kr_multi_sharing;

/** Find ruptures that several alternatives have: the same sections, magnitude and rake, and the
 * same sites and maximum distance. */
KR_MUST_CHECK kr_status kr_multi_share(kr_ctx *ctx, kr_multi_sharing *sharing);

/** The sections of a rupture (kr_contexts.rupture) of a multi-fault source, by their numbers in the
 * model; n is 0 for other kinds. */
const uint32_t *kr_fault_sections(const kr_fault *fault, size_t rupture, size_t *n);

/** Ruptures of one item, and of all; no ruptures are built. */
uint64_t kr_fault_item_ruptures(const kr_fault *fault, size_t item);
uint64_t kr_fault_count_ruptures(const kr_fault *fault);

/** Work of an item relative to a rupture of a point (the number of nodes and sections counts). */
double kr_fault_item_cost(const kr_fault *fault, size_t item);

/** Bytes that a maker of these columns comes to hold for the fault, at `nsites` sites. */
size_t kr_fault_room_bytes(const kr_fault *fault, kr_columns columns, size_t nsites);

/** What depends on the job's sites and the tectonic region: which sections are close, and with RY0
 * among the columns the greatest U of every multi-fault rupture (by several threads). Called before
 * the makers; for no columns as often as one likes, then once for those that are needed. */
KR_MUST_CHECK kr_status kr_fault_meet_sites(kr_ctx *ctx, kr_fault *fault, const char *trt,
                                            kr_columns columns, const kr_site_soa *job_sites,
                                            int threads);

typedef struct kr_fault_setup {
    const kr_job *job;
    const char *trt;
    kr_columns columns;      /* wanted; rrup is always computed for the cut */
    const kr_sites *sites;   /* of the block of sites */
    const kr_site_soa *tile; /* the same sites */
    const kr_site_soa *job_sites;
    const kr_section_table *sections; /* of the whole tile; NULL: no multi-fault source */
    size_t first_in_table;            /* where the block's sites begin in it */
    kr_columns extra;                 /* as in kr_point_setup */
} kr_fault_setup;

typedef struct kr_fault_maker kr_fault_maker;
KR_MUST_CHECK kr_status kr_fault_maker_create(kr_ctx *ctx, const kr_fault_setup *setup,
                                              kr_fault_maker **out);
void kr_fault_maker_destroy(kr_fault_maker **maker);

/** Make the contexts of items [first, first + count) and hand them to the visitor. */
KR_MUST_CHECK kr_status kr_fault_maker_run(kr_fault_maker *maker, const kr_fault *fault,
                                           size_t first, size_t count, kr_visit visit, void *user);

/** Contexts to expect from all items in this block of sites; no ruptures are built. */
double kr_fault_maker_estimate(kr_fault_maker *maker, const kr_fault *fault);

#endif
