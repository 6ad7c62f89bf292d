/* Ground-motion models.
 *
 * A model is new files only: src/gmm/<family>.c (equations, one KR_GMM record for each class), its
 * coefficients in src/gmm/<family>.csv and its test values in tests/gmm/. A class is immutable; an
 * instance (kr_gmm) is a class with its arguments and the job's measures, made once before anything
 * is computed and then shared by all threads.
 *
 * A batch gives one context (a rupture at a site) for each element, in structure-of-arrays form; a
 * model evaluates all measures of the instance at once and computes what they share once. It
 * allocates nothing. */
#ifndef KR_GMM_GMM_H
#define KR_GMM_GMM_H

#include "base/arena.h"
#include "input/value.h"
#include "model/column.h"
#include "model/imt.h"
#include "model/jump.h"

#include <stdbool.h>
#include <stddef.h>

enum {
    KR_GMM_BATCH = 256
}; /* most contexts of one batch; a model may keep arrays of this size on its stack */

/* Contexts: n of them; every column that the model needs is readable up to n rounded up to a
 * multiple of 8 (the padding holds copies of real contexts, so that vector code needs no tail). mag
 * has 3 decimals. */
typedef struct kr_gmm_batch {
    size_t n;
    const double *col[KR_COL_COUNT];
    double *scratch; /* room for kr_gmm.scratch doubles on a border of 64 bytes; NULL if that is 0.
                        What is in it does not matter */
} kr_gmm_batch;

/* Results, element i of measure m at [m * stride + i]. mean: natural logarithm of the median (g,
 * cm/s; MMI: the value itself); sigma: total standard deviation. tau and phi are NULL where not
 * asked for. */
typedef struct kr_gmm_out {
    double *mean, *sigma, *tau, *phi;
    size_t stride; /* a multiple of 8, at least n */
} kr_gmm_out;

typedef enum kr_gmm_component {
    KR_COMPONENT_AVERAGE_HORIZONTAL,
    KR_COMPONENT_GMROTI50,
    KR_COMPONENT_ROTD50,
    KR_COMPONENT_ROTD100,
    KR_COMPONENT_GMROTD100,
    KR_COMPONENT_RANDOM_HORIZONTAL,
    KR_COMPONENT_GREATER_OF_TWO,
    KR_COMPONENT_HORIZONTAL,
    KR_COMPONENT_MEDIAN_HORIZONTAL,
    KR_COMPONENT_PEAK_SRSS,
    KR_COMPONENT_VERTICAL,
    KR_COMPONENT_VERTICAL_TO_HORIZONTAL,
    KR_COMPONENT_UNKNOWN
} kr_gmm_component;

/* A coefficient table: a row for each measure. Made by the build from <family>.csv. */
typedef struct kr_gmm_table {
    size_t nrow, ncol;
    const char *const *imt;    /* names of the measures, "PGA", "SA(0.1)" */
    const double *period;      /* s for SA; not used for others */
    const double *data;        /* nrow x ncol */
    const char *const *column; /* names of the coefficients */
} kr_gmm_table;

typedef enum kr_gmm_param_kind {
    KR_PARAM_NUMBER,
    KR_PARAM_BOOL,
    KR_PARAM_TEXT,
    KR_PARAM_FILE,
    KR_PARAM_ANY
} kr_gmm_param_kind;

/* An argument that the class takes, as the reference names it. */
typedef struct kr_gmm_param {
    const char *name;
    kr_gmm_param_kind kind;
    double number;    /* default of NUMBER and BOOL */
    const char *text; /* default of TEXT and FILE; NULL: none */
    bool required;
    const char *about;
} kr_gmm_param;

struct kr_gmm;

typedef struct kr_gmm_class {
    const char *name;        /* the reference's class name */
    const char *title, *doi; /* authors, year, source; DOI or NULL */
    const char *trt;         /* tectonic region type it is made for */
    kr_gmm_component component;
    kr_columns needs;  /* rupture, distance and site columns */
    unsigned measures; /* KR_IMT_BIT(SA) | ... */
    bool has_tau_phi;  /* gives tau and phi */
    bool own_total;    /* sigma is not the root of tau^2 + phi^2, but published or made apart */
    const kr_gmm_param *params; /* ends with a NULL name; may be NULL */
    bool takes_all;             /* other arguments, too: init finds them in kr_gmm.given */
    const kr_gmm_table
        *table; /* interpolated in log period for each measure into kr_gmm.rows; may be NULL */
    size_t state_size;   /* zeroed bytes at kr_gmm.state */
    const void *variant; /* constants that tell the classes of one family apart; may be NULL */
    double mag_lo, mag_hi, dist_hi; /* declared range of use, for documentation and tests */
    /* Finish an instance: read arguments, further tables and files into the state, adjust needs.
     * May be NULL. */
    kr_status (*init)(kr_ctx *ctx, struct kr_gmm *gmm);
    /* Evaluate. Pure, allocates nothing. tau and phi are filled if the class has them and they are
     * asked for. */
    void (*eval)(const struct kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out);
    /* Instances that differ in the number `shift_by` only share one evaluation: `eval` does not
     * look at it, and the mean grows by it times what `shift` gives for each measure and context
     * (in the shape of kr_gmm_out.mean); nothing else depends on it. Both may be NULL. */
    const char *shift_by;
    void (*shift)(const struct kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride);
    /* Where its motions jump with the rake, the dip or the depth of a rupture: a list that holds
     * all such places. NULL: not told, kr_gmm_jumps_all. */
    const kr_jumps *jumps;
} kr_gmm_class;

/* A file that an argument names. */
typedef struct kr_gmm_file {
    const char *path;
    const struct kr_gmm_file *next;
} kr_gmm_file;

/* The value of an argument after defaults. */
typedef struct kr_gmm_arg {
    bool given;
    double number;
    const char *text;
    const kr_value *value;
} kr_gmm_arg;

/* One of several motions whose exceedance probabilities are averaged: an instance, with a factor of
 * its standard deviation. */
typedef struct kr_gmm_part {
    const struct kr_gmm *gmm;
    double weight, sigma_factor;
} kr_gmm_part;

typedef struct kr_gmm {
    const kr_gmm_class *cls;
    kr_arena *arena;  /* of the instance's parts; usable in init only */
    const char *file; /* where the arguments stand, for messages */
    int line;
    const char *dir; /* folder that relative files of the arguments start from */
    bool forget_inner;
    kr_columns needs;
    kr_gmm_component component; /* as the class; a model that evaluates others may set it in init */
    bool has_tau_phi;           /* as the class; a model that evaluates others may set it in init */
    size_t scratch;   /* doubles that eval needs at kr_gmm_batch.scratch; a multiple of 8 */
    double rock_vs30; /* m/s of the rock it is made for; NaN: it does not tell, infinity: nor
                         does the model in it */
    double epsilon;   /* the number shift_by; 0 where init found that it is no mere shift */
    const char *key;  /* class and arguments but shift_by; NULL where they cannot be told */
    size_t nimts;
    const kr_imt *imts;
    const kr_gmm_arg
        *args; /* one for each class parameter, in that order; values are valid in init only */
    const kr_value *given;    /* the arguments as written, a dict or NULL; valid in init only */
    size_t nparts;            /* 0, or the motions whose exceedance probabilities are averaged */
    const kr_gmm_part *parts; /* these have no parts, or are the instance itself (mixture_model) */
    double *rows;             /* nimts x table->ncol, interpolated */
    void *state;
    bool to_geometric_mean;    /* horiz_comp_to_geom_mean */
    bool lenient;              /* as kr_gmm_spec.lenient, also of the models within */
    const kr_gmm_file **files; /* as kr_gmm_spec.files */
    double mag_min; /* a smaller magnitude is an error of the job (tables only); else -infinity */
    double vs30_gap[2]; /* m/s; a site between is an error of the job; equal: none */
    double *conversion; /* to_geometric_mean: nimts x 3 (median, sigma, ratio); NULL if nothing
                           changes */
} kr_gmm;

/* One class record. The name of the symbol carries the instruction set of this copy of the file. */
#define KR_GMM_CAT_(a, b, c) a##b##_##c
#define KR_GMM_CAT(a, b, c)  KR_GMM_CAT_(a, b, c)
#define KR_GMM(id)           const kr_gmm_class KR_GMM_CAT(kr_gmm_, id, KR_ISA)

/* Generated: the classes, once for each instruction set built. */
typedef struct kr_gmm_set {
    const char *isa; /* "v2", "v3", "v4" or "base" */
    const kr_gmm_class *const *classes;
    size_t n;
} kr_gmm_set;
const kr_gmm_set *kr_gmm_sets(size_t *n);

/** The set for this machine (num/isa.h). */
const kr_gmm_set *kr_gmm_classes(void);

/* A name that stands for a model with arguments: a row of gmm_alias.csv. */
typedef struct kr_gmm_alias {
    const char *name, *model;
    const char *arguments; /* lines of TOML, with ';' between them */
} kr_gmm_alias;

/** The alias of that name, or NULL. */
const kr_gmm_alias *kr_gmm_alias_find(const char *name);

/** The aliases by number, from 0; NULL after the last. */
const kr_gmm_alias *kr_gmm_alias_at(size_t i);

/* Lists of kr_gmm_class.jumps: the places of all models, which hold all others, and of families. */
extern const kr_jumps kr_gmm_jumps_all, kr_gmm_jumps_30_150, kr_gmm_jumps_30_60;

/** True where the motions of an instance may jump. */
bool kr_gmm_jumps_at(const kr_gmm *gmm, const kr_jump *where);

/** The class of that name in the machine's set, or the one that an alias stands for, or NULL. */
const kr_gmm_class *kr_gmm_find(const char *name);

/** The vs30 (m/s) of the rock that a class is made for, NaN where none is declared. */
double kr_gmm_reference_vs30(const char *name);

/** The models of the reference that are not there yet: the i-th, NULL after the last. */
const char *kr_gmm_absent(size_t i);

/** True if it is one of them. */
bool kr_gmm_is_absent(const char *name);

/** The class, alias or absent model nearest to a misspelt name (an eighth of the letters may
 * differ, at least 1), or NULL. Aliases of classes that are missing do not count. */
const char *kr_gmm_nearest(const char *name);

/** "PGA, SA" of a set of measures; the text is cut where it does not fit. */
void kr_gmm_list_measures(unsigned measures, char *text, size_t size);

/* What an instance is made of. */
typedef struct kr_gmm_spec {
    const char *name;
    const kr_value *args; /* a dict; may be NULL */
    const char *file, *dir;
    int line;
    bool to_geometric_mean;
    bool forget_preset;        /* an alias is the class that it stands for, without its arguments */
    bool forget_inner;         /* the same for models inside of this one */
    bool lenient;              /* an unknown argument is left out with a warning; else it fails */
    bool change_preset;        /* args may replace those of an alias; else that fails */
    const kr_gmm_file **files; /* NULL, or a list that the files of the arguments are put before,
                                  in the arena */
} kr_gmm_spec;

/** Make an instance for the measures, in the arena (which owns it). KR_EINPUT at file:line: unknown
 * class or argument (with the nearest known), a value of the wrong kind, a measure that the class
 * does not have, a period out of its table's range, a file that cannot be read. */
KR_MUST_CHECK kr_status kr_gmm_create(kr_ctx *ctx, const kr_gmm_spec *spec, const kr_imt *imts,
                                      size_t nimts, kr_arena *arena, const kr_gmm **out);

/** The same for a class found before (spec->name is not looked at): for tests of a set of another
 * machine. */
KR_MUST_CHECK kr_status kr_gmm_create_of(kr_ctx *ctx, const kr_gmm_class *cls,
                                         const kr_gmm_spec *spec, const kr_imt *imts, size_t nimts,
                                         kr_arena *arena, const kr_gmm **out);

/** The arguments of an alias with those that spec gives beside it, a dict in the arena. */
KR_MUST_CHECK kr_status kr_gmm_alias_args(kr_ctx *ctx, const kr_gmm_alias *alias,
                                          const kr_gmm_spec *spec, kr_arena *arena, kr_value *out);

/** Evaluate a batch of up to KR_GMM_BATCH contexts: the class, then the conversion of the component
 * where asked, then the shift. */
void kr_gmm_eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out);

/** True if kr_gmm_eval_central and kr_gmm_shift give the same for both instances: they have the
 * same class, measures and arguments but for the number `shift_by` of the class. */
bool kr_gmm_alike(const kr_gmm *a, const kr_gmm *b);

/** kr_gmm_eval without the shift, whose mean is kr_gmm.epsilon times kr_gmm_shift more. */
void kr_gmm_eval_central(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out);

/** What a unit of epsilon adds to the mean of each measure at [m * stride + i]; for an instance
 * whose epsilon is not 0. */
void kr_gmm_shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride);

/** How many motions an instance stands for: their exceedance probabilities are averaged. */
static inline size_t kr_gmm_count_parts(const kr_gmm *gmm)
{
    return gmm->nparts > 0 ? gmm->nparts : 1;
}

/** Part i of an instance that has this weight itself. */
static inline kr_gmm_part kr_gmm_part_at(const kr_gmm *gmm, size_t i, double weight)
{
    kr_gmm_part part = {gmm, 1.0, 1.0};
    if (gmm->nparts > 0)
        part = gmm->parts[i];
    part.weight *= weight;
    return part;
}

/* For init functions. */

/** The argument of that name (a parameter of the class). */
const kr_gmm_arg *kr_gmm_arg_of(const kr_gmm *gmm, const char *name);

/** The place of a text argument among the n names that it may have. KR_EINPUT with all of them for
 * any other text. */
KR_MUST_CHECK kr_status kr_gmm_choice(kr_ctx *ctx, const kr_gmm *gmm, const char *arg,
                                      const char *const *names, size_t n, size_t *out);

/** A table's row for a measure, interpolated linearly in log period between SA rows; false if the
 * table has none. */
bool kr_gmm_row(const kr_gmm_table *table, const kr_imt *imt, double *row);

/** The rows of a further table for the measures of the instance, nimts x ncol in its arena.
 * KR_EINPUT if a measure has none, as for the table of the class. */
KR_MUST_CHECK kr_status kr_gmm_rows(kr_ctx *ctx, const kr_gmm *gmm, const kr_gmm_table *table,
                                    double **out);

/* For models that evaluate others: init makes them, eval gives them a batch whose scratch begins
 * after the model's own. */

typedef struct kr_gmm_inner_spec {
    const char *name;
    const kr_value *args;       /* a dict; may be NULL */
    const char *const *without; /* keys of it that are not the inner model's; NULL or ends so */
    const kr_imt *imts;
    size_t nimts;
    bool averages; /* it may be an average of probabilities */
} kr_gmm_inner_spec;

/** Make an inner instance, in the arena and for the place of `gmm`. Its needs become needs of
 * `gmm`; gmm->scratch is at least its scratch afterwards, and the caller adds its own when all are
 * made. KR_EINPUT as kr_gmm_create. */
KR_MUST_CHECK kr_status kr_gmm_inner(kr_ctx *ctx, kr_gmm *gmm, const kr_gmm_inner_spec *spec,
                                     const kr_gmm **out);

/** The same for the model named by the argument `gmpe_name` with all arguments that the class of
 * `gmm` does not know. */
KR_MUST_CHECK kr_status kr_gmm_inner_named(kr_ctx *ctx, kr_gmm *gmm, const kr_imt *imts,
                                           size_t nimts, const kr_gmm **out);

/** Name and arguments of `key = {Model = {arguments}}` into `out`. KR_EINPUT unless it is one
 * model.
 */
KR_MUST_CHECK kr_status kr_gmm_inner_table(kr_ctx *ctx, const kr_gmm *gmm, const char *key,
                                           const kr_value *table, kr_gmm_inner_spec *out);

/** Room of `doubles` before that of the inner models; returns where that begins. To be called once,
 * when these are made. */
size_t kr_gmm_own_scratch(kr_gmm *gmm, size_t doubles);

/** Fail at the line of the model: "file:line: ...". Returns KR_EINPUT. */
kr_status kr_gmm_fail(kr_ctx *ctx, const kr_gmm *gmm, const char *format, ...) KR_PRINTF(3, 4);

/** KR_EINPUT where one of n sites has a vs30 (m/s) for which the model gives nothing. */
KR_MUST_CHECK kr_status kr_gmm_check_vs30(kr_ctx *ctx, const kr_gmm *gmm, const double *vs30,
                                          size_t n);

/** The measure PGA, which many models need beside those asked for. */
extern const kr_imt kr_gmm_pga;

/* For eval functions.
 *
 * In a vector loop a value that is used in one arm of a ?: only may be computed under a mask, with
 * the argument 0 where it is not needed, and a logarithm of 0 is slow. A function of libmvec
 * therefore goes into such a choice as a factor of 0.0 or 1.0. */

/** The trip count of a loop over contexts: n (1 to KR_GMM_BATCH) rounded up to a multiple of 8, so
 * that every element goes through the same vector code wherever it stands. */
static inline size_t kr_gmm_padded(size_t n)
{
    size_t padded = (n + 7) & ~(size_t)7;
    if (padded < 8 || padded > KR_GMM_BATCH)
        __builtin_unreachable();
    return padded;
}

/** Measure m's part of the results `base` (out->mean, out->tau, ...), NULL where those are not
 * asked for. */
static inline double *kr_gmm_at(double *base, const kr_gmm_out *out, size_t m)
{
    return base ? base + m * out->stride : NULL;
}

/** Give all of n elements one value; nothing if out is NULL. */
static inline void kr_gmm_fill(double *out, size_t n, double value)
{
    for (size_t i = 0; out && i < n; i++)
        out[i] = value;
}

/** The square roots of n variances; nothing if out is NULL. */
static inline void kr_gmm_sqrt(double *restrict out, size_t n, const double *restrict variance)
{
    for (size_t i = 0; out && i < n; i++)
        out[i] = __builtin_sqrt(variance[i]);
}

/* A helper inside a vector loop: inlined, or the loop would not become one. */
#define KR_GMM_INLINE static inline __attribute__((always_inline))

/* The table that the build made of <stem>.csv as a kr_gmm_table: KR_GMM_TABLE(toy_1999, TOY_1999).
 */
#define KR_GMM_TABLE(stem, STEM)                                                                   \
    {                                                                                              \
        STEM##_NROW, STEM##_NCOL, stem##_imt, stem##_period, stem##_table, stem##_column           \
    }

/* For gmm_*.c only. */

/** The argument `mixture_model` that every class has: parts of one model with other deviations. */
KR_MUST_CHECK kr_status kr_gmm_read_mixture(kr_ctx *ctx, kr_gmm *gmm, const kr_value *mixture);
extern const char kr_gmm_mixture[];

/** What converts a component to the geometric mean for one measure: mean - ln(out[0]),
 * sqrt((sigma^2 - out[1]^2) / out[2]^2). Returns 1 if it converts, 0 if the component needs no
 * conversion, -1 if none is known. */
int kr_gmm_component_factors(kr_gmm_component component, const kr_imt *imt, double out[3]);

/** Convert means and sigmas of a batch in place. */
void kr_gmm_component_convert(const double *conversion, size_t nimts, size_t n,
                              const kr_gmm_out *out);

#endif
