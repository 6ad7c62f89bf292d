/* Sources as read: point, multi-point and area sources in groups. Immutable; a logic tree makes
 * changed copies that share geometry with the original. */
#ifndef KR_MODEL_SOURCE_H
#define KR_MODEL_SOURCE_H

#include "base/file.h"
#include "model/job.h"
#include "model/mfd.h"
#include "model/msr.h"

typedef enum kr_source_kind {
    KR_SOURCE_POINT,
    KR_SOURCE_MULTIPOINT,
    KR_SOURCE_AREA
} kr_source_kind;

typedef struct kr_nodal_plane {
    double prob, strike, dip, rake; /* degrees */
} kr_nodal_plane;

typedef struct kr_hypo_depth {
    double prob, depth_km;
} kr_hypo_depth;

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
    size_t nmfds;             /* 1, or one for each point of a multi-point source */
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
    bool mutex_sources; /* src_interdep = mutex */
    bool cluster;
    double grp_probability;
    double occurrence_rate; /* cluster: annual rate; NaN if absent */
    size_t nsources;
    const kr_source *const *sources;
} kr_group;

/* One source model file. */
typedef struct kr_source_file {
    const char *path;
    double investigation_time; /* NaN if the file has none */
    size_t ngroups;
    kr_group *groups;
} kr_source_file;

/* All source model files of a job, each read once. */
typedef struct kr_model {
    kr_arena arena;
    size_t nfiles, files_cap;
    kr_source_file *files;
} kr_model;

KR_MUST_CHECK kr_status kr_model_create(kr_ctx *ctx, kr_model **out);
void kr_model_destroy(kr_model **model);

/** Read a NRML 0.4 or 0.5 source model (once: a path already read gives the same file again).
 * Sources that the job's source_id, source_nodes or discard_trts leave out are not kept. The
 * pointer is valid until the next call. */
KR_MUST_CHECK kr_status kr_model_read(kr_ctx *ctx, kr_model *model, const kr_job *job,
                                      const char *path, size_t *file_index);

/** Recompute the digest after a change. */
void kr_source_hash(kr_source *source);

/** Tag of the source in NRML ("pointSource"). */
const char *kr_source_tag(kr_source_kind kind);

#endif
