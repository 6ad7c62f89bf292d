/* A job under several settings: what the parts of `kauri scaling` share. */
#ifndef KR_RUN_SCALING_H
#define KR_RUN_SCALING_H

#include "base/arena.h"
#include "kauri/run.h"
#include "output/stored.h"

/* What is measured of a run; NaN where it is not known. The phases follow, by their names. */
typedef enum kr_figure {
    KR_F_CPU,  /* seconds, of the whole process */
    KR_F_WALL, /* likewise */
    KR_F_RESIDENT,
    KR_F_ACCOUNTED,
    KR_F_SIZE, /* bytes; the first two at the peak, the third of the results */
    KR_F_REALIZATIONS,
    KR_F_SITES,
    KR_F_LEVELS, /* of all measures */
    KR_F_CONTEXTS,
    KR_F_COMPUTED,
    KR_F_MEANS,
    KR_F_EXCEEDANCES,
    KR_F_PRODUCTS,
    KR_F_COUNT
} kr_figure;

enum {
    KR_SCALING_PHASES = 64,
    KR_SCALING_PAIRS_MAX = 1000,
    KR_SCALING_WARNINGS = 50,
    KR_REASON_SIZE = 512
};

typedef struct kr_run_figures {
    double x[KR_F_COUNT];
    double cpu[KR_SCALING_PHASES], wall[KR_SCALING_PHASES]; /* of each phase */
} kr_run_figures;

/* How the curves of a run are, beside those of the first. */
typedef enum kr_verdict {
    KR_VERDICT_NONE,   /* nothing to compare */
    KR_VERDICT_FIRST,  /* it is the first */
    KR_VERDICT_EQUAL,  /* all that both have stored is the same, bit for bit */
    KR_VERDICT_CURVES, /* the curves of statistics are, not all else */
    KR_VERDICT_SHARED, /* other sites, statistics or measures: those of both have equal curves */
    KR_VERDICT_DIFFERS
} kr_verdict;

enum { KR_PERIODS = 2 };
extern const double kr_scaling_years[KR_PERIODS]; /* 475, 2475 */

typedef struct kr_difference {
    kr_verdict verdict;
    /* The largest over sites, measures and statistics, in per cent: of the probability at the
     * motion of the first run, and of the motion at the probability; NaN where nothing is found. */
    double poe[KR_PERIODS], motion[KR_PERIODS];
} kr_difference;

/* One setting. */
typedef struct kr_setting {
    const size_t *value;         /* of each varied key, which of its values */
    int exit_status;             /* of the last run; above 128: ended by a signal */
    char reason[KR_REASON_SIZE]; /* why there are no results; "": there are */
    size_t nruns;
    kr_run_figures *runs; /* of all that ended well */
    kr_difference difference;
} kr_setting;

typedef struct kr_scaling_study {
    kr_ctx *ctx;
    const kr_scaling_options *options;
    kr_arena arena;
    size_t nsettings, ndone; /* in all; tried so far */
    kr_setting *settings;
    size_t repeats;
    const char *dir;       /* of the results */
    bool temporary;        /* removed in the end */
    const char *first_dir; /* results of the first run that ended well; NULL before */
    size_t nphases;
    const char *phases[KR_SCALING_PHASES];
    const char *warnings[KR_SCALING_WARNINGS]; /* of the runs, each passed on once */
    size_t nwarnings;
} kr_scaling_study;

static inline const char *kr_setting_value(const kr_scaling_study *z, const kr_setting *setting,
                                           size_t key)
{
    return z->options->vary[key].values[setting->value[key]];
}

/** The number of a phase by its name, a new one if there is room; else the last. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_scaling_phase(kr_scaling_study *z, const char *name, size_t *out);

/* scaling_child.c */
/** Run the job under a setting in a process of its own, results in `dir`. What went wrong in it
 * goes to the setting; figures only if nothing did. KR_EINTERRUPTED, after the process has ended;
 * KR_EIO where none can be started. */
KR_MUST_CHECK kr_status kr_scaling_run(kr_scaling_study *z, kr_setting *setting, const char *dir,
                                       kr_run_figures *figures);

/* scaling_results.c */
/** The figures that results hold. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_scaling_read(kr_scaling_study *z, const kr_stored *run,
                                        kr_run_figures *figures);
/** Compare with the first run. KR_EINPUT. */
KR_MUST_CHECK kr_status kr_scaling_compare(kr_ctx *ctx, const kr_stored *first,
                                           const kr_stored *run, kr_difference *out);

/* scaling_figures.c */
/** The median over the runs of a setting, NaN without any; of a phase. */
double kr_setting_figure(const kr_setting *setting, kr_figure figure);
double kr_setting_phase(const kr_setting *setting, size_t phase, bool wall);
/** The median of n numbers, which are put in order. NaN for none. */
double kr_median(double *x, size_t n);

/* Ratios of two settings measured in pairs. */
typedef struct kr_ratios {
    size_t n;
    double median, least, most;
    double low, high; /* of the interval that holds the true median with the probability `level` */
    double level;     /* 0.95 or the next above that n pairs allow; less for fewer than six */
    double p;         /* of a sign test: that more pairs or as many fall on one side by chance */
} kr_ratios;

/** From b[i] / a[i]; pairs that are equal count for no side. n > 0. The ratios are put in order. */
kr_ratios kr_ratios_of(double *ratio, size_t n);

/* A power law y ~ x^exponent through the logarithms of points. */
typedef struct kr_power {
    size_t n;
    double exponent, last; /* by least squares; between the last two */
} kr_power;

/** Of points with increasing x; those that are not above 0 are left out. n = 0: fewer than three.
 */
kr_power kr_power_of(const double *x, const double *y, size_t n);

/* scaling_table.c */
/** The table, the A/B test and the powers as Markdown. */
void kr_scaling_markdown(const kr_scaling_study *z, FILE *out);
/** The same figures as the CSV table, as JSON. */
void kr_scaling_json(const kr_scaling_study *z, FILE *out);
/** A line for each run; failed settings have one too. */
void kr_scaling_csv(const kr_scaling_study *z, FILE *out);

#endif
