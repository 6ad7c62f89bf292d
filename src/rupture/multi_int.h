/* The inside of multi-fault sources: fault_multi.c prepares them, multi_params.c computes what
 * belongs to a rupture, multi_pairs.c its distances. */
#ifndef KR_RUPTURE_MULTI_INT_H
#define KR_RUPTURE_MULTI_INT_H

#include "rupture/fault_int.h"

/* The reference stores multi-fault sources in parts of so many ruptures; sites are looked for
 * around each. */
enum { KR_MULTI_BLOCK = 5000 };

typedef struct kr_multi {
    const kr_sections *sections;
    const kr_multi_fault *ruptures; /* where it stands for alternatives, probs are n x alternatives
                                       x nprobs */
    size_t nalternatives;           /* 1, unless it stands for several (multi_share.c) */
    const double *rates; /* n x nalternatives, with infer_occur_rates and several; else NULL */
    size_t most;         /* sections of a rupture */
    bool exact;          /* --compat exact */
    bool *close; /* by section; NULL: all are. The parameters of a rupture are those of its close
                    sections */
    bool *cshm;  /* by section: a node in the polygon of Canterbury; NULL if not wanted */
    /* by rupture */
    double *cut_km;   /* -1: the rupture is left out */
    float *u_max;     /* NULL without ry0 */
    uint32_t *middle; /* section whose middle is the hypocentre; NULL if not wanted */
} kr_multi;

/* Sections of a rupture. */
typedef struct kr_parts {
    const uint32_t *section;
    size_t n;
} kr_parts;

static inline kr_parts kr_multi_parts(const kr_multi *multi, size_t rupture)
{
    const uint32_t *first = &multi->ruptures->first[rupture];

    return (kr_parts){multi->ruptures->section + first[0], (size_t)(first[1] - first[0])};
}

/* Room for what is computed of a rupture of `most` sections. */
typedef struct kr_multi_scratch {
    size_t most;
    uint32_t *close; /* sections */
    float *area;
    double *lon, *lat; /* 2 x most */
    const kr_gc2_line **line;
    kr_gc2_set set;
    double *order;
    void *u_max;
} kr_multi_scratch;

KR_MUST_CHECK kr_status kr_multi_scratch_init(kr_multi_scratch *scratch, kr_ctx *ctx, size_t most);
size_t kr_multi_scratch_bytes(size_t most);
/** Safe on a zeroed struct. */
void kr_multi_scratch_clear(kr_multi_scratch *scratch);

/** The close ones among the parts, in the same order. */
kr_parts kr_multi_close_parts(const kr_multi *multi, kr_parts all, kr_multi_scratch *scratch);

/** Means over parts (n > 0), weighted by areas, in single precision in the order of the reference's
 * arithmetic. The strike only if wanted. Middle and box are not set. */
void kr_multi_means(const kr_sections *sections, kr_parts parts, bool strike,
                    kr_multi_scratch *scratch, kr_surface_params *out);

/** The box of parts; false if they extend over more than 180 degrees of longitude. */
bool kr_multi_box(const kr_sections *sections, kr_parts parts, kr_multi_scratch *scratch,
                  kr_bbox *out);

/** The annual rate that infer_occur_rates takes for a probability of no occurrence. */
double kr_multi_inferred_rate(const kr_job *job, double no_occurrence);

/* multi_pairs.c: see kr_fault_way. */
size_t kr_multi_room(const kr_fault *fault, unsigned wanted, size_t nsites);
kr_status kr_multi_run(kr_fault_maker *maker, const kr_fault *fault, size_t item);
double kr_multi_estimate(kr_fault_maker *maker, const kr_fault *fault, size_t item);

#endif
