/* The inside of kr_job_read: the table of known keys and the parts that fill a job. */
#ifndef KR_MODEL_JOB_INT_H
#define KR_MODEL_JOB_INT_H

#include "base/ctx.h"
#include "input/ini.h"
#include "input/value.h"
#include "model/job.h"

typedef struct kr_job_reader {
    kr_ctx *ctx;
    kr_job *job;
    kr_arena *arena;       /* the job's */
    kr_ini_entry *entries; /* of the file, with the overrides; keys under their present names */
    size_t n;
    kr_numbers return_periods;
    const kr_ini_entry *levels, *iml_disagg; /* intensity_measure_types_and_levels, iml_disagg */
} kr_job_reader;

/* What a value looks like. */
typedef enum kr_key_kind {
    KR_KEY_TEXT,          /* anything */
    KR_KEY_FILLED,        /* anything but blanks */
    KR_KEY_BOOL,          /* true, false, 1, 0, empty (false) */
    KR_KEY_TRISTATE,      /* the same into an int that is -1 without it */
    KR_KEY_COUNT,         /* whole, 0 or more */
    KR_KEY_INT,           /* whole */
    KR_KEY_FLOAT,         /* 0 or more */
    KR_KEY_POSITIVE,      /* above 0 */
    KR_KEY_FLOAT_OR_NONE, /* above 0, or empty (NaN) */
    KR_KEY_PROBABILITIES,
    KR_KEY_COUNTS,
    KR_KEY_FLOATS,
    KR_KEY_NAMES,
    KR_KEY_CHOICE,
    KR_KEY_BY_TRT,  /* a number or {"name": number} */
    KR_KEY_LITERAL, /* any Python literal */
    KR_KEY_SPECIAL  /* its own function */
} kr_key_kind;

/* What is done with it. */
typedef enum kr_key_status {
    KR_KEY_HONOURED,
    KR_KEY_DISAGG,   /* the same in calculation_mode = disaggregation, else as KR_KEY_UNUSED */
    KR_KEY_SCHEDULE, /* only schedules work in the reference: accepted, one note lists them */
    KR_KEY_UNUSED,   /* of other calculations, no influence on classical hazard: likewise */
    KR_KEY_REFUSED   /* changes numbers and is not honoured yet: an error */
} kr_key_status;

typedef struct kr_job_key {
    const char *name;
    kr_key_kind kind;
    kr_key_status status;
    size_t offset;       /* of the member of kr_job, or KR_KEY_NOWHERE */
    const char *choices; /* "a|b|c" */
    kr_status (*special)(kr_job_reader *r, const kr_ini_entry *entry);
} kr_job_key;

#define KR_KEY_NOWHERE ((size_t)-1)

/* An input file: `name` with one of the endings _file, _csv, _hdf5. */
typedef struct kr_job_input {
    const char *name;
    kr_key_status status;
} kr_job_input;

/* job_keys.c */
const kr_job_key *kr_job_keys(size_t *n);
const kr_job_key *kr_job_key_find(const char *name);
const kr_job_input *kr_job_inputs(size_t *n);
/** The input file that a key with one of the endings stands for, or NULL. */
const kr_job_input *kr_job_input_find(const char *key);
/** The present name of an old one, or the name itself. */
const char *kr_job_key_present(const char *name);
/** The known key nearest to an unknown one, or NULL. */
KR_MUST_CHECK kr_status kr_job_key_nearest(kr_arena *arena, const char *name, const char **out);

/* job_value.c */
/** Record "key is 'value'; expected". Returns KR_EINPUT. */
kr_status kr_job_bad(kr_job_reader *r, const kr_ini_entry *entry, const char *expected);
/** Check a value of a key that is not special and put it where it belongs. */
KR_MUST_CHECK kr_status kr_job_set(kr_job_reader *r, const kr_job_key *key,
                                   const kr_ini_entry *entry);
KR_MUST_CHECK kr_status kr_job_by_trt(kr_job_reader *r, const kr_ini_entry *entry, kr_by_trt *out);
KR_MUST_CHECK kr_status kr_job_literal(kr_job_reader *r, const kr_ini_entry *entry, kr_value *out);
KR_MUST_CHECK kr_status kr_job_floats(kr_job_reader *r, const kr_ini_entry *entry, double low,
                                      double high, kr_numbers *out);
KR_MUST_CHECK kr_status kr_job_counts(kr_job_reader *r, const kr_ini_entry *entry, kr_numbers *out);
/** An identifier: letters, digits, '_', '-', ':'; at most 75. */
bool kr_job_is_name(const char *text);

/* job_files.c */
bool kr_job_is_path_key(const char *key);
KR_MUST_CHECK kr_status kr_job_set_file(kr_job_reader *r, const kr_ini_entry *entry);
/** `TRT = file.hdf5`, as [reqv] sections were written. */
KR_MUST_CHECK kr_status kr_job_set_reqv(kr_job_reader *r, const kr_ini_entry *entry);

/* job_levels.c */
/** iml_disagg, one level of each measure of the job: job->disagg.levels. */
KR_MUST_CHECK kr_status kr_job_set_iml(kr_job_reader *r, const kr_ini_entry *entry);
KR_MUST_CHECK kr_status kr_job_set_levels(kr_job_reader *r);

/* job_distance.c */
KR_MUST_CHECK kr_status kr_job_set_maximum_distance(kr_job_reader *r, const kr_ini_entry *entry);
KR_MUST_CHECK kr_status kr_job_set_minimum_magnitude(kr_job_reader *r, const kr_ini_entry *entry);
/** Cut the maximum distance by the minimum magnitude, when both are known. */
KR_MUST_CHECK kr_status kr_job_cut_distance(kr_job_reader *r);

/* job_check.c */
/** The entry of a key, or NULL. */
const kr_ini_entry *kr_job_entry(const kr_job_reader *r, const char *key);
/** Whatever several parameters must fulfil together. */
KR_MUST_CHECK kr_status kr_job_check(kr_job_reader *r);

/* job_disagg.c: disaggregation */
kr_status kr_job_set_outputs(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_edges(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_disagg_statistics(kr_job_reader *r, const kr_ini_entry *entry);
/** Before the rest is checked: poes and poes_disagg are one. */
KR_MUST_CHECK kr_status kr_job_derive_disagg(kr_job_reader *r);
KR_MUST_CHECK kr_status kr_job_check_disagg(kr_job_reader *r);
/** Of this what can be chosen anew after the run: levels, realizations, statistics. */
KR_MUST_CHECK kr_status kr_job_check_disagg_choice(kr_job_reader *r);

/* job_amplification.c */
kr_status kr_job_set_amplification(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_soil(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_tolerance(kr_job_reader *r, const kr_ini_entry *entry);
KR_MUST_CHECK kr_status kr_job_check_amplification(kr_job_reader *r);

/* job_special.c: keys with rules of their own */
kr_status kr_job_set_mode(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_truncation(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_seed(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_sampling(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_oversampling(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_vs30_type(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_collapse(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_discard(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_gsim(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_sites(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_region(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_tile(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_branch(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_imts(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_keep_levels(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_keep_iml(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_periods(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_asset_distance(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_definition(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_postproc(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_precision(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_cells_precision(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_parent(kr_job_reader *r, const kr_ini_entry *entry);
kr_status kr_job_set_exports(kr_job_reader *r, const kr_ini_entry *entry);

#endif
