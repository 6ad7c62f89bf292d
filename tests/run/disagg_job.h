/* A small job of disaggregation: two sites, two types with two models each. */
#ifndef KR_TESTS_DISAGG_JOB_H
#define KR_TESTS_DISAGG_JOB_H

#include "kauri/run.h"

#include "base/file.h"
#include "base/phase.h"
#include "base/str.h"
#include "output/stored.h"
#include "stats/weights.h"
#include "support/model.h"
#include "support/support.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *dir;

static inline int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

/* Two tectonic region types with two models each; the last lines of the job are given. */
static inline const char *write_job(const char *last)
{
    static const char *const one[] = {"source.xml"};
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static const char *const trts[] = {"Active Shallow Crust", "Stable Continental Crust"};
    static char job[16384], sources[8192], sets[8192], filter[128];
    size_t used = 0;
    snprintf(sources, sizeof sources, "%s%s", kt_point_source("a", trts[0], 0.1, 0.2),
             kt_point_source("b", trts[1], -0.3, 0.1));
    for (size_t t = 0; t < 2; t++) {
        snprintf(filter, sizeof filter, "applyToTectonicRegionType='%s'", trts[t]);
        used += (size_t)snprintf(sets + used, sizeof sets - used, "%s",
                                 kt_branch_set(t ? "h" : "g", "gmpeModel", filter, 2, gmms));
    }
    snprintf(
        job, sizeof job,
        "[general]\ncalculation_mode = disaggregation\ndescription = test\nsites = 0 0, 0.2 0\n"
        "source_model_logic_tree_file = source_tree.xml\n"
        "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
        "truncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = 0.2\n"
        "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
        "reference_depth_to_2pt5km_per_sec = 1\nmag_bin_width = 0.5\n"
        "distance_bin_width = 15\ncoordinate_bin_width = 0.3\nnum_epsilon_bins = 5\n%s",
        last);
    kt_model_write(dir, job, sources, kt_branch_set("m", "sourceModel", "", 1, one), sets);
    return kt_path(dir, "job.ini");
}

static inline kr_run_options options_of(const char *job)
{
    static char path[4096], out[4096];
    snprintf(path, sizeof path, "%s", job);
    snprintf(out, sizeof out, "%s/out", dir);
    return (kr_run_options){.job = path, .dir = out, .csv = true, .threads = 1, .fresh = true};
}

static inline kr_stored *run(kr_ctx *ctx, const char *last, bool exact)
{
    kr_stored *stored;
    kr_run_options o = options_of(write_job(last));
    o.exact = exact;
    kt_ok(ctx, kr_run(ctx, &o));
    kt_ok(ctx, kr_stored_open(ctx, o.dir, &stored));
    kt_ok(ctx, kr_stored_tree(stored));
    return stored;
}

#define CURVE  "intensity_measure_types_and_levels = {'PGA': logscale(0.01, 2, 12)}\n"
#define LEVELS "iml_disagg = {'PGA': 0.15, 'SA(0.5)': 0.1}\n"

/* All of a dataset whose rank is `rank`. */
static inline double *read_all(kr_stored *x, const char *name, int rank,
                               size_t dims[KR_H5_MAX_RANK])
{
    void *p;
    size_t n;
    int found;
    kt_ok(x->ctx, kr_h5_dims(x->file, name, dims, &found));
    assert_int_equal(found, rank);
    kt_ok(x->ctx, kr_h5_read(x->file, name, KR_H5_F64, &x->arena, &p, &n));
    return p;
}

static inline double rate_of(double probability)
{
    return -log1p(-probability);
}

static inline void remove_results(void)
{
    char out[4096];
    snprintf(out, sizeof out, "%s", kt_path(dir, "out"));
    DIR *d = opendir(out);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (e->d_type == DT_REG)
            assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
    if (d) {
        closedir(d);
        assert_int_equal(rmdir(out), 0);
    }
}

/* ---- progress ---- */

/* Sites whose rates and tables are made, told by the progress of a run; it ends at all of them. */
static struct {
    double nsites, rates, tables;
} reached;

static inline void follow(void *user, const char *phase, double done, double total)
{
    (void)user;
    double *to = kr_str_eq(phase, "disaggregation")          ? &reached.rates
                 : kr_str_eq(phase, "disaggregation tables") ? &reached.tables
                                                             : NULL;
    if (!to)
        return;
    assert_true(total == reached.nsites && done >= *to && done <= total);
    *to = done;
}

static inline void follow_sites(kr_ctx *ctx, double nsites)
{
    reached.nsites = nsites;
    reached.rates = reached.tables = 0;
    kr_ctx_set_progress(ctx, follow, NULL);
}

static inline bool all_reached(void)
{
    return reached.rates == reached.nsites && reached.tables == reached.nsites;
}

/* ---- tables of two runs ---- */

typedef struct two_runs {
    kr_stored *a, *b;
    size_t site; /* of a */
    double rtol;
} two_runs;

/* Compares a table of both; how many numbers it has. */
typedef size_t compare_fn(const two_runs *runs, const char *name);

static inline size_t compare_group(const two_runs *runs, const char *group, compare_fn *compare)
{
    char **names, name[128];
    size_t n = 0, compared = 0;
    bool there = kr_h5_exists(runs->a->file, group);
    assert_int_equal(there, kr_h5_exists(runs->b->file, group));
    if (there)
        kt_ok(runs->a->ctx, kr_h5_list(runs->a->file, group, &runs->a->arena, &names, &n));
    for (size_t i = 0; i < n; i++) {
        snprintf(name, sizeof name, "%s/%s", group, names[i]);
        compared += compare(runs, name);
    }
    return compared;
}

static inline void compare_groups(const two_runs *runs, compare_fn *compare)
{
    static const char *const groups[] = {"disagg-rlzs",
                                         "disagg-stats",
                                         "disagg-tree/mean",
                                         "disagg-tree/variance",
                                         "disagg-tree/branches",
                                         "disagg-tree/quantile-0.16",
                                         "disagg-tree/quantile-0.84",
                                         "disagg-tree/occurrence"};
    size_t compared = 0;
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++)
        compared += compare_group(runs, groups[g], compare);
    assert_true(compared > 50);
}

/* ---- memory that runs out ---- */

/* All statistics of the whole tree. */
static inline const char *write_memory_job(void)
{
    return write_job(
        CURVE "poes_disagg = 0.05\ndisagg_outputs = Mag TRT_Mag_Dist_Eps\n"
              "quantiles = 0.5\ndisagg_statistics = mean variance quantiles branches occurrence\n");
}

/* A report that cannot be made is told, and the results count. */
static inline kr_status run_with_report(kr_ctx *ctx, void *user)
{
    kr_status s = kr_run(ctx, user);
    if (s == KR_OK && !kr_file_exists(kt_path(dir, "out/report.html")))
        s = kr_fail(ctx, KR_ENOMEM, "no report");
    remove_results();
    return s;
}

#endif
