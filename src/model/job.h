/* The job: every classical parameter, checked. Immutable after kr_job_read. */
#ifndef KR_MODEL_JOB_H
#define KR_MODEL_JOB_H

#include "base/arena.h"
#include "model/disagg_kind.h"
#include "model/imt.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum kr_mode { KR_MODE_CLASSICAL, KR_MODE_PRECLASSICAL, KR_MODE_DISAGGREGATION } kr_mode;
typedef enum kr_sampling {
    KR_EARLY_WEIGHTS,
    KR_LATE_WEIGHTS,
    KR_EARLY_LATIN,
    KR_LATE_LATIN
} kr_sampling;
typedef enum kr_compat { KR_COMPAT_OQ_3_21, KR_COMPAT_EXACT } kr_compat;

/* The definition of quantiles; unset: the one of the compatibility in force. */
typedef enum kr_definition {
    KR_DEFINITION_UNSET,
    KR_DEFINITION_REFERENCE,
    KR_DEFINITION_HALF_WEIGHT,
    KR_DEFINITION_MERGED
} kr_definition;

/* How component rates are stored in results.h5. */
typedef enum kr_precision { KR_PRECISION_F64, KR_PRECISION_F32, KR_PRECISION_NONE } kr_precision;

/* A number by tectonic region type, with a default (the entry whose trt is "default"). */
typedef struct kr_by_trt {
    size_t n;
    const char **trt;
    double *value;
} kr_by_trt;

/* Integration distance by tectonic region type: km as a piecewise linear function of magnitude. */
typedef struct kr_magdist {
    const char *trt; /* or "default" */
    int line;        /* in the job file; 0 where it follows from others */
    size_t n;
    double *mag, *dist_km; /* increasing magnitudes */
} kr_magdist;

typedef struct kr_names {
    size_t n;
    const char **name;
} kr_names;

typedef struct kr_numbers {
    size_t n;
    double *x;
} kr_numbers;

typedef struct kr_reqv {
    const char *trt, *path;
} kr_reqv;

/* Disaggregation (calculation_mode = disaggregation). */
typedef struct kr_job_disagg {
    size_t nkinds;
    const kr_disagg_kind **kinds; /* disagg_outputs */
    bool levels_given;            /* iml_disagg: the level of each measure is its only one */
    kr_numbers edges[KR_DIMS];    /* disagg_bin_edges; n = 0: they are to be made */
    double mag_bin_width;
    double distance_bin_width_km;    /* NaN: one bin */
    double coordinate_bin_width_deg; /* at least, but for rounding to a whole number of bins */
    size_t epsilon_bins;
    bool epsilon_star;
    size_t rlzs; /* num_rlzs_disagg: those nearest to the mean; 0: all */
    kr_numbers rlz_index;
    kr_numbers poes; /* poes_disagg; the same as `poes` of the job */
    bool tree_mean, tree_variance, tree_quantiles, tree_branches, tree_occurrence; /* statistics */
    bool tree_sources, tree_sections; /* and what these have of the mean */
    kr_precision cells_precision;     /* how rates by cell are stored, for new levels and weights */
    kr_numbers levels; /* one of each measure, in place of the job's (kauri stats); n = 0: none */
} kr_job_disagg;

/* A file named in the job, for the log and for provenance. */
typedef struct kr_job_file {
    const char *key, *path;
} kr_job_file;

/* Of investigation_time: beyond, annual rates would not be finite, or nothing would be left. */
#define KR_YEARS_MIN 1e-9
#define KR_YEARS_MAX 1e9

typedef struct kr_job {
    kr_arena arena;
    const char *path, *description;
    const char *dir; /* the job's folder; "" for the working folder */
    kr_mode mode;
    kr_compat compat;
    double investigation_time; /* years; NaN if absent */
    double truncation_level;   /* sigmas; 0 is stored as 1e-9 */

    size_t nimts, nlevels; /* every measure has the same number of levels */
    kr_imt *imts;          /* by increasing period, stable */
    double *levels;        /* nimts x nlevels */

    kr_magdist
        *maximum_distance; /* after the cut by minimum_magnitude; "default" last if present */
    size_t nmaximum_distance;
    kr_by_trt minimum_magnitude;
    kr_by_trt pointsource_distance; /* NaN where given by magnitude: no point source may use it */
    double minimum_distance_km, ps_grid_spacing_km;
    int collapse_level;
    bool split_sources, shift_hypo, horiz_comp_to_geom_mean, infer_occur_rates;
    bool lenient_gsim_arguments; /* unknown arguments of models are left out with a warning */
    double rupture_mesh_spacing_km, complex_fault_mesh_spacing_km;
    double width_of_mfd_bin, area_source_discretization_km; /* NaN if absent */
    double floating_x_step, floating_y_step;

    const char *source_model_logic_tree_file, *gsim_logic_tree_file,
        *source_map_file; /* full paths; NULL if absent */
    const char *gsim;     /* the text of `gsim`, or NULL */
    int gsim_line;
    size_t samples;                               /* 0: full enumeration */
    size_t branch_count, site_count, level_count; /* a smaller job; 0: all */
    uint32_t random_seed;
    kr_sampling sampling_method;
    bool oversampling_forbidden;
    const char *smlt_branch; /* "" if absent */
    kr_names source_id, source_nodes, discard_trts, collapse_gsim_logic_tree;

    kr_definition quantile_definition;
    double quantile_bracket; /* relative width wanted where quantiles can only be bracketed */
    bool min, cov;           /* also statistics */
    bool sharing;            /* ruptures of several components are computed once */
    bool factoring;          /* realizations are not visited one by one where parts will do */
    bool collapsing;         /* pointsource_distance, ps_grid_spacing, collapse_level count */
    bool uncertainty;        /* shares of variance and means by branch are stored */
    bool use_rates, mean, std, max, hazard_maps, uniform_hazard_spectra, disagg_by_src;
    int individual_rlzs; /* -1 unset, 0, 1 */
    kr_precision component_rates_precision;
    kr_numbers quantiles, poes;
    size_t max_sites_disagg;
    kr_job_disagg disagg; /* read in every mode, checked where it is that of disaggregation */

    double reference_vs30_value, reference_depth_to_1pt0km_per_sec,
        reference_depth_to_2pt5km_per_sec; /* NaN */
    bool reference_vs30_measured, reference_backarc, prefer_global_site_params;
    double override_vs30; /* NaN if absent */

    const char *sites; /* the text of `sites`, or NULL; likewise below */
    int sites_line;
    kr_names site_model_files; /* also sites_csv */
    kr_names exposure_files;
    const char *region; /* "lon lat, lon lat, ..." */
    int region_line;
    double region_grid_spacing_km; /* NaN if absent */
    size_t tile_no, tile_count;    /* tile_spec, 0 of 0 if absent */
    double
        asset_hazard_distance_km; /* sites of a site model farther from every asset are left out */
    bool discard_assets;          /* assets farther from every site are left out (else an error) */

    const char *amplification_file; /* table of site amplification; NULL if absent */
    bool amplification_kernel;      /* by context, else of the curves of realizations */
    kr_numbers soil_intensities;    /* with the latter: levels of the curves on soil */
    int vs30_tolerance;             /* m/s; below 0: any */

    kr_reqv *reqv;
    size_t nreqv;
    kr_names reqv_ignore_sources;

    const char *export_dir; /* NULL if absent */
    kr_job_file *files;     /* every input file the job names */
    size_t nfiles;
    const char **given_keys, **given_values; /* all parameters as written, for provenance */
    size_t ngiven;
} kr_job;

/* One `-p key=value`. */
typedef struct kr_override {
    const char *key, *value;
} kr_override;

/** Change what a job of a finished run disaggregates: poes_disagg, iml_disagg, disagg_outputs,
 * disagg_statistics, num_rlzs_disagg, rlz_index; checked as those of a job are. What is read stays
 * in the arena. KR_EINPUT; KR_EUSAGE where it is none of these. */
KR_MUST_CHECK kr_status kr_job_change_disagg(kr_ctx *ctx, kr_job *job, const kr_override *changes,
                                             size_t nchanges, const char *file, kr_arena *arena);

/** Read and check a job file. Overrides replace or add parameters. Paths are relative to the job's
 * folder. The job is owned by the caller: kr_job_destroy. KR_EINPUT with file and line. Unknown
 * keys warn with the nearest known one; keys that only schedule work are accepted with a note; keys
 * that change numbers and are not honoured are errors. */
KR_MUST_CHECK kr_status kr_job_read(kr_ctx *ctx, const char *path, const kr_override *overrides,
                                    size_t noverrides, kr_compat compat, kr_job **out);
void kr_job_destroy(kr_job **job);

/* What a parameter of a job does. */
typedef enum kr_key_use {
    KR_KEY_UNKNOWN,
    KR_KEY_WITHOUT_EFFECT, /* schedules work elsewhere, or belongs to other calculations */
    KR_KEY_WITH_EFFECT     /* or is refused */
} kr_key_use;

/** What a parameter of this name, present or old, does. Of one that is not known, `nearest` (room
 * for `size`) is the known name that comes nearest, or "". KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_job_key_check(kr_ctx *ctx, const char *name, kr_key_use *use,
                                         char *nearest, size_t size);

/** The names of the parameters that have an effect, by number from 0 (input files aside); NULL
 * after the last. */
const char *kr_job_parameter(size_t i);

/** The maximum distance (km) for a magnitude of a tectonic region type: linear interpolation, 0
 * outside the range of magnitudes. `entry` from kr_job_magdist. */
const kr_magdist *kr_job_magdist(const kr_job *job,
                                 const char *trt); /* falls back to default; NULL if absent */
double kr_magdist_at(const kr_magdist *entry, double mag);

/** The levels of a measure that hazard curves are given at: those on soil where curves are
 * convolved with site amplification, else `levels`. */
static inline size_t kr_job_curve_levels(const kr_job *job)
{
    return job->soil_intensities.n ? job->soil_intensities.n : job->nlevels;
}
static inline const double *kr_job_curve_level(const kr_job *job, size_t measure)
{
    return job->soil_intensities.n ? job->soil_intensities.x : job->levels + measure * job->nlevels;
}

/** "float64", "float32", "none". */
const char *kr_precision_name(kr_precision precision);

/** The value for a tectonic region type, else the default, else `fallback`. */
double kr_by_trt_get(const kr_by_trt *by, const char *trt, double fallback);

#endif
