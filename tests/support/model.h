/* Small jobs written by tests: a folder with a job, its trees and a source model. */
#ifndef KR_TESTS_MODEL_H
#define KR_TESTS_MODEL_H

#include "model/job.h"
#include "model/sites.h"
#include "tree/tree.h"

typedef struct kt_model {
    char *dir;
    kr_ctx *ctx;
    kr_job *job;
    kr_model *model;
    kr_tree *tree;
} kt_model;

/** Write into a folder job.ini from `job` (which names source_tree.xml and gmm_tree.xml),
 * source.xml with the sources (or, NRML 0.5, groups of them), and both trees. The texts of the
 * trees are the branch sets only. */
void kt_model_write(const char *dir, const char *job, const char *sources, const char *source_sets,
                    const char *gmm_sets);

/** The same in a new folder, and read all of it. */
void kt_model_make(kt_model *m, const char *job, const char *sources, const char *source_sets,
                   const char *gmm_sets);
void kt_model_end(kt_model *m);

/** Text of a point source of Active Shallow Crust (`trt` other than NULL: of that one) at lon, lat;
 * in a static buffer, one of eight. */
const char *kt_point_source(const char *id, const char *trt, double lon, double lat);

/** Text of a branch set of n branches with equal weights and these values. */
const char *kt_branch_set(const char *id, const char *type, const char *filter, size_t n,
                          const char *const *values);

#endif
