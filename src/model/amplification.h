/* A table of site amplification: functions of the level of motion on rock, by the sites' codes.
 *
 * Columns: ampcode; level (g on rock; without it a function is one factor); from_mag and from_rrup
 * (amplification_method = kernel); a median factor for each measure; sigma_<measure>, the standard
 * deviation of its logarithm (0 without it). A comment line gives vs30_ref, the m/s of the rock. */
#ifndef KR_MODEL_AMPLIFICATION_H
#define KR_MODEL_AMPLIFICATION_H

#include "model/sites.h"

/* A function of the level on rock, for all measures of the job. */
typedef struct kr_amp_function {
    size_t code;                /* index */
    double from_mag, from_rrup; /* it holds from these on; 0 without them */
    size_t nlevels;             /* 1: the same for all levels */
    double *level;              /* increasing */
    double *median, *sigma;     /* nimts x nlevels */
    int line;                   /* of its first row */
} kr_amp_function;

typedef struct kr_amplification {
    kr_arena arena;
    const char *path;
    double vs30_ref;  /* m/s; NaN if the table does not tell */
    double max_sigma; /* of all measures of the table */
    double min_mag;   /* the smallest from_mag */
    size_t ncodes, nfunctions;
    const char **codes;
    kr_amp_function *functions; /* in the order of the table; those of a code need not follow each
                                   other */
} kr_amplification;

/** Read the table that the job names. Owned by the caller: kr_amplification_destroy. KR_EINPUT with
 * file and line. */
KR_MUST_CHECK kr_status kr_amplification_read(kr_ctx *ctx, const kr_job *job,
                                              kr_amplification **out);
void kr_amplification_destroy(kr_amplification **amplification);

/** The code of each site as an index, into code[sites->n]. A site without code takes the only one.
 * KR_EINPUT for a code that the table lacks, and where curves are convolved for a vs30 that differs
 * from vs30_ref by more than vs30_tolerance. */
KR_MUST_CHECK kr_status kr_amplification_codes(kr_ctx *ctx, const kr_job *job,
                                               const kr_amplification *amplification,
                                               const kr_sites *sites, uint32_t *code);

/** Median and sigma of a measure at a level on rock: linear between the function's levels, constant
 * beyond. */
void kr_amp_function_at(const kr_amp_function *function, size_t measure, double level,
                        double *median, double *sigma);

#endif
