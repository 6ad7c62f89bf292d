/* Groups of sources while a source model is read. */
#ifndef KR_MODEL_SOURCE_GROUP_H
#define KR_MODEL_SOURCE_GROUP_H

#include "model/source_read.h"

/* A group that grows. Memory of the lists is the caller's: kr_group_build_clear. */
typedef struct kr_group_build {
    kr_group group;
    size_t index;              /* order in the file */
    const kr_source **sources; /* kept ones */
    size_t n, cap;
    size_t nchildren; /* elements in the file, those left out included */
    double *weights;  /* srcs_weights, or NULL */
    size_t nweights;
} kr_group_build;

/** Read the attributes of a sourceGroup. */
KR_MUST_CHECK kr_status kr_group_read(kr_source_reader *r, const kr_node *node,
                                      kr_group_build *out);

/** Add the source that is child number `child` (from 0) of the group's element. */
KR_MUST_CHECK kr_status kr_group_add(kr_source_reader *r, kr_group_build *group, size_t child,
                                     kr_source *source);

/** The checks that need all sources of a group. */
KR_MUST_CHECK kr_status kr_group_check(kr_source_reader *r, const kr_group_build *group);

void kr_group_build_clear(kr_group_build *group);

/** Order groups as the reference does (by number of sources, then tectonic region type), leave out
 * empty ones and copy them into the arena. */
KR_MUST_CHECK kr_status kr_groups_finish(kr_source_reader *r, kr_group_build *groups, size_t n,
                                         bool sort_sources, kr_source_file *out);

/** Tell about ids that appear more than once in a file: an error if `strict`, else a line of log.
 */
KR_MUST_CHECK kr_status kr_groups_check_ids(kr_source_reader *r, const kr_source_file *file,
                                            bool strict);

#endif
