/* Sources as read, in groups. Immutable; a logic tree makes changed copies that share with the
 * original what it does not change. */
#ifndef KR_MODEL_SOURCE_H
#define KR_MODEL_SOURCE_H

#include "base/file.h"
#include "base/map.h"
#include "model/geometry.h"
#include "model/job.h"
#include "model/mfd.h"
#include "model/msr.h"

#include <pthread.h>

typedef enum kr_source_kind {
    KR_SOURCE_POINT,
    KR_SOURCE_MULTIPOINT,
    KR_SOURCE_AREA,
    KR_SOURCE_SIMPLE_FAULT,
    KR_SOURCE_COMPLEX_FAULT,
    KR_SOURCE_CHARACTERISTIC,
    KR_SOURCE_KITE_FAULT,
    KR_SOURCE_MULTI_FAULT,
    KR_SOURCE_NON_PARAMETRIC,
    KR_SOURCE_KINDS
} kr_source_kind;

/** Points and areas, whose ruptures are planes around points. */
static inline bool kr_source_is_pointlike(kr_source_kind kind)
{
    return kind <= KR_SOURCE_AREA;
}

typedef struct kr_nodal_plane {
    double prob, strike, dip, rake; /* degrees */
} kr_nodal_plane;

typedef struct kr_hypo_depth {
    double prob, depth_km;
} kr_hypo_depth;

/* Simple faults: places of the hypocentre as fractions along strike and down dip; directions of
 * slip, degrees. */
typedef struct kr_hypo_place {
    double along_strike, down_dip, weight;
} kr_hypo_place;

typedef struct kr_slip_angle {
    double angle, weight;
} kr_slip_angle;

/* The ruptures of a multi-fault source: arrays of n, or of n x nprobs. */
typedef struct kr_multi_fault {
    size_t n;
    size_t nprobs;     /* probabilities of 0, 1, ... occurrences of each rupture */
    const float *mag;  /* rounded to 2 decimals, then to single precision, as in the reference */
    const float *rake; /* degrees */
    const double *probs;
    const uint32_t *first;   /* n + 1, into section */
    const uint32_t *section; /* numbers in kr_model.sections */
    kr_hash128 digest;       /* of everything above */
    uint32_t same[2];        /* the first two ruptures of one magnitude and the same sections,
                                counted from 1; 0: there are none */
} kr_multi_fault;

/* One rupture of a non-parametric source. */
typedef struct kr_given_rupture {
    double mag, rake;
    kr_point3 hypo;
    double weight; /* of the source's rup_weights; NaN if it has none */
    size_t nprobs;
    const double *probs;
    size_t ngeometries; /* several: a surface in parts */
    const kr_geometry *geometries;
} kr_given_rupture;

typedef enum kr_tom_kind { KR_TOM_POISSON, KR_TOM_NEGATIVE_BINOMIAL } kr_tom_kind;

typedef struct kr_source {
    kr_source_kind kind;
    const char *id; /* as written */
    const char *name;
    const char *trt; /* tectonic region type */
    const char *file;
    int line;
    double upper_depth_km, lower_depth_km, aspect;
    kr_msr msr;
    size_t nplanes, ndepths;
    const kr_nodal_plane *planes; /* repeated values merged, in the reference's order */
    const kr_hypo_depth *depths;
    size_t npoints; /* point: 1; multi-point: n; area: vertices of the polygon, not closed */
    const double *lon, *lat;
    double discretization_km; /* area: attribute, or the job's; NaN elsewhere */
    double rake;              /* simple, complex, kite and characteristic faults */
    size_t ngeometries;       /* faults: 1; characteristic: 1, or the parts of a surface */
    const kr_geometry *geometries;
    size_t nhypos, nslips; /* simple faults: both 0, or both not */
    const kr_hypo_place *hypos;
    const kr_slip_angle *slips;
    const kr_multi_fault *multi; /* multi-fault sources */
    size_t ngiven;               /* non-parametric sources */
    const kr_given_rupture *given;
    bool weighted_ruptures; /* exclusive ruptures: rup_weights in a group with rup_interdep */
    size_t nmfds;           /* 1, or one for each point of a multi-point source */
    const kr_mfd *mfds;
    const kr_mfd *mfds_written; /* before any change by a logic tree; as many */
    kr_tom_kind tom;
    double tom_alpha, tom_mu;
    double mutex_weight; /* in a mutex group, else 1 */
    kr_hash128 digest;   /* of everything that changes numbers except the id */
} kr_source;

typedef struct kr_group {
    const char *name, *trt, *file;
    int line;
    bool mutex_sources;  /* src_interdep = mutex */
    bool mutex_ruptures; /* rup_interdep = mutex */
    bool cluster;
    double grp_probability;
    double occurrence_rate; /* cluster: annual rate; NaN if absent */
    size_t nsources;
    const kr_source *const *sources;
} kr_group;

/* A fault section: sections are known by their ids over all files of the job. */
typedef struct kr_section {
    const char *id;
    const char *name; /* NULL: it has none */
    const char *file; /* NULL: named by a rupture, not defined by any file read so far */
    int line;
    size_t ngeometries;
    const kr_geometry *geometries;
} kr_section;

/* One source model file, or a file of sections (which has no groups). */
typedef struct kr_source_file {
    const char *path;
    double investigation_time; /* NaN if the file has none */
    size_t ngroups;
    kr_group *groups;
} kr_source_file;

/* All source model files of a job, each read once. */
typedef struct kr_model {
    int threads;          /* that may read files side by side; 0 is 1 */
    pthread_mutex_t lock; /* while they do: of `shared`, and of the HDF5 library */
    kr_arena arena;
    size_t narenas, arenas_cap;
    kr_arena *arenas; /* of threads that read together */
    size_t nfiles, files_cap;
    kr_source_file *files;
    kr_map section_of; /* id -> index */
    size_t nsections, sections_cap;
    kr_section *sections; /* in the order of their first appearance */
    size_t nshared, shared_cap;
    struct kr_shared *shared; /* arrays that several sources may have, by content */
} kr_model;

KR_MUST_CHECK kr_status kr_model_create(kr_ctx *ctx, kr_model **out);
void kr_model_destroy(kr_model **model);

/** Read a NRML 0.4 or 0.5 source model (once: a path already read gives the same file again).
 * Sources that the job's source_id, source_nodes or discard_trts leave out are not kept. The
 * pointer is valid until the next call. */
KR_MUST_CHECK kr_status kr_model_read(kr_ctx *ctx, kr_model *model, const kr_job *job,
                                      const char *path, size_t *file_index);

/* A file to read; `sections`: it is known to be one of sections. */
typedef struct kr_file_wanted {
    const char *path;
    bool sections;
    size_t file; /* out: its index */
} kr_file_wanted;

/** Read files as kr_model_read does: those of sections first, then the others, side by side in
 * model->threads threads. What is read, told and said of wrong input is the same for any number of
 * threads, as if they were read one after the other. */
KR_MUST_CHECK kr_status kr_model_read_all(kr_ctx *ctx, kr_model *model, const kr_job *job,
                                          kr_file_wanted *list, size_t n);

/** After all files are read: KR_EINPUT at a source's line if a rupture names a section that no file
 * has. Ruptures that a source has twice are told, in one warning for all sources. */
KR_MUST_CHECK kr_status kr_model_check_sections(kr_ctx *ctx, const kr_model *model);

/** Recompute the digest after a change. */
void kr_source_hash(kr_source *source);

/** Tag of the source in NRML ("pointSource"). */
const char *kr_source_tag(kr_source_kind kind);

#endif
