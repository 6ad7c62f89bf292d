/* The inside of extended sources: fault.c creates them, fault_maker.c walks over their items, and
 * each kind has a table of functions:
 *
 *   fault_float.c  ruptures floating on a mesh: simple, complex and kite faults
 *   fault_whole.c  whole surfaces: characteristic faults and ruptures given one by one
 *   fault_multi.c  ruptures of sections */
#ifndef KR_RUPTURE_FAULT_INT_H
#define KR_RUPTURE_FAULT_INT_H

#include "rupture/batch.h"
#include "rupture/directivity.h"
#include "rupture/fault.h"
#include "rupture/near.h"
#include "rupture/site_set.h"

typedef struct kr_fault_way {
    /* Make the bins, the items, the bounds and what is of the kind. */
    kr_status (*make)(kr_fault *fault, kr_surfaces *surfaces);
    void (*clear)(kr_fault *fault); /* NULL: all is in the arena */
    /* Do two faults whose sources and magnitudes are alike make the same ruptures, but for rates?
     * NULL: never. */
    bool (*alike)(const kr_fault *a, const kr_fault *b);
    uint64_t (*ruptures)(const kr_fault *fault, size_t item);
    double (*cost)(const kr_fault *fault, size_t item);
    kr_status (*meet_sites)(kr_fault *fault, const char *trt, kr_columns columns,
                            const kr_site_soa *job_sites, int threads); /* NULL: nothing to do */
    /* The pairs of an item with the sites `maker->near` (at least one), by kr_batch_append_row. */
    kr_status (*run)(kr_fault_maker *maker, const kr_fault *fault, size_t item);
    /* Bytes that a maker comes to hold for the fault, at `nsites` sites; NULL: next to nothing. */
    size_t (*room)(const kr_fault *fault, unsigned wanted, size_t nsites);
    /* Pairs to expect of an item with the sites `maker->near`. */
    double (*estimate)(kr_fault_maker *maker, const kr_fault *fault, size_t item);
} kr_fault_way;

extern const kr_fault_way kr_floating_way, kr_whole_way, kr_multi_way;

struct kr_fault {
    kr_ctx *ctx;
    kr_arena arena;
    const kr_job *job;
    const kr_source *source;
    const char *trt; /* by which maximum distances go */
    const kr_fault_way *way;
    kr_outlines *outlines;
    bool whole;   /* not split by the reference */
    kr_bins bins; /* of its distribution; n = 0 where ruptures have magnitudes of their own */
    size_t nitems;
    /* the reference splits sources into blocks, and looks for sites around each */
    size_t block;             /* items of a block */
    const uint32_t *block_of; /* by item; NULL: item / block */
    const kr_bbox *bounds;    /* of each block; west NaN: the reference drops the block */
    bool by_extent; /* bounds are those of surfaces (west > east at the date line, no limit
                       of 180 degrees), not of an outline */
    union {
        struct kr_floats *floats; /* float_int.h */
        struct kr_wholes *wholes;
        struct kr_multi *multi;
    } of;
};

struct kr_fault_maker {
    kr_ctx *ctx;
    kr_fault_setup setup;
    const kr_magdist *limits;
    unsigned wanted;   /* distances, RRUP always among them */
    bool few;          /* the job has few sites */
    double last_km;    /* last maximum distance */
    kr_lon_range lons; /* of the job's sites */
    double *lon_360;   /* of the tile's sites */
    kr_bbox bounds;    /* for which `near` is filled */
    bool by_extent, has_bounds;
    kr_site_set near;    /* sites of the tile inside the box */
    kr_site_set part;    /* some of them */
    uint32_t *keep, *id; /* room for all sites */
    kr_dist_out dist;    /* those wanted, room for all sites; scratch of the way */
    kr_dist_out other;   /* RRUP, RJB, CLON and CLAT of one of several parts */
    float *single[6];    /* room for all sites: t, u, w of a part, and their sums */
    kr_surface_work work;
    kr_window_work *windows;
    kr_directivity directivity;  /* where rcdpp is wanted */
    struct kr_multi_work *multi; /* of fault_multi.c: NULL until a multi-fault source comes */
    kr_batch batch;
};

/** Free what fault_multi.c keeps in a maker; safe on NULL. */
void kr_multi_work_destroy(struct kr_multi_work **work);

/** The maximum distance of each of n magnitudes: ruptures are taken in groups of equal magnitude up
 * to the second decimal, cut off, and the least magnitude of a group decides. -1: out of range. */
void kr_fault_cuts(const kr_job *job, const kr_magdist *limits, const double *mags, size_t n,
                   double *cuts);

/** Sites of a set (`near` or `part`) within the cut: positions in the set go to maker->keep,
 * numbers in the tile to maker->id; returns how many. */
size_t kr_fault_keep(kr_fault_maker *maker, const kr_site_set *sites, const double *rrup,
                     double cut_km);

/** Fill the rupture columns but rate and number. */
void kr_rupture_row_fill(kr_rupture_row *row, double mag, double rake,
                         const kr_surface_params *params, kr_point3 hypo, bool in_cshm);

/** True if a node is strictly inside the polygon of the Canterbury earthquakes. */
bool kr_mesh_in_canterbury(const kr_mesh *mesh);

#endif
