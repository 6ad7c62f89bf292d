/* Every parameter of a job that has a bearing on its numbers, with the value in force. */
#ifndef KR_MODEL_JOB_OPTIONS_H
#define KR_MODEL_JOB_OPTIONS_H

#include "model/job.h"

/* Parameters and values as text. */
typedef struct kr_job_options {
    size_t n;
    const char **keys, **values;
} kr_job_options;

/** Those of a job, defaults included, in the order of the table of parameters; "none" where one is
 * not set and has no value. Places and names of sites are the text that was given. In the arena.
 * KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_job_list_options(const kr_job *job, kr_arena *arena,
                                            kr_job_options *out);

#endif
