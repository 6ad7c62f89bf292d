/* Results of a finished run, as everything that reads them back does. A small job is run once; the
 * input is a byte that chooses full enumeration or samples, then edits of its results.h5
 * (support/h5.h). Whatever they are, the file is refused in one line, or what is made from it is
 * made of probabilities. */
#include "support/folder.h"
#include "support/h5.h"

#include "base/ctx.h"
#include "base/h5.h"
#include "kauri/run.h"
#include "output/stored.h"
#include "output/stored_disagg.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static kr_status info(kr_ctx *ctx, const char *dir, FILE *out)
{
    kr_status s = KR_OK;
    KR_TRY(kr_info_results(ctx, dir, false, out));
    KR_TRY(kr_info_results(ctx, dir, true, out));
out:
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 1 << 14, KINDS = 3 };

static const char job[] =
    "[general]\ncalculation_mode = classical\ndescription = a test\n"
    "source_model_logic_tree_file = sources.xml\ngsim_logic_tree_file = gmms.xml\n"
    "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
    "width_of_mfd_bin = 0.5\nreference_vs30_value = 600\n"
    "reference_depth_to_1pt0km_per_sec = 50\nreference_depth_to_2pt5km_per_sec = 1\n"
    "intensity_measure_types_and_levels = {'PGA': [0.01, 0.1, 0.5], 'SA(1.0)': [0.01, 0.1, 0.5]}\n"
    "mean = true\nstd = true\nquantiles = 0.5 0.9\npoes = 0.1 0.002\nhazard_maps = true\n"
    "uniform_hazard_spectra = true\nindividual_rlzs = true\ndisagg_by_src = true\n"
    "uncertainty = true\nsites = 0 0.5, 0.2 0.5 -1\n";

#define NRML                                                                                       \
    "<nrml xmlns='http://openquake.org/xmlns/nrml/0.5' xmlns:gml='http://www.opengis.net/gml'>"
#define POINT(id, lon)                                                                             \
    "<pointSource id='" id "' name='n'><pointGeometry><gml:Point><gml:pos>" lon " 0.1</gml:pos>"   \
    "</gml:Point><upperSeismoDepth>0</upperSeismoDepth><lowerSeismoDepth>10</lowerSeismoDepth>"    \
    "</pointGeometry><magScaleRel>WC1994</magScaleRel><ruptAspectRatio>1</ruptAspectRatio>"        \
    "<truncGutenbergRichterMFD aValue='3' bValue='1' minMag='5' maxMag='6'/><nodalPlaneDist>"      \
    "<nodalPlane probability='1' strike='0' dip='90' rake='0'/></nodalPlaneDist><hypoDepthDist>"   \
    "<hypoDepth probability='1' depth='5'/></hypoDepthDist></pointSource>"
#define GROUP(trt, source) "<sourceGroup tectonicRegion='" trt "'>" source "</sourceGroup>"
#define BRANCH(id, value, weight)                                                                  \
    "<logicTreeBranch branchID='" id "'><uncertaintyModel>" value                                  \
    "</uncertaintyModel><uncertaintyWeight>" weight "</uncertaintyWeight></logicTreeBranch>"
#define SET(id, type, filter, branches)                                                            \
    "<logicTreeBranchSet branchSetID='" id "' uncertaintyType='" type "' " filter ">" branches     \
    "</logicTreeBranchSet>"
#define TREE(sets) NRML "<logicTree logicTreeID='lt'>" sets "</logicTree></nrml>"

static const char model[] =
    NRML "<sourceModel name='m'>" GROUP("Active Shallow Crust", POINT("a", "0.1"))
        GROUP("Stable", POINT("c", "0.3")) "</sourceModel></nrml>";
static const char sources[] = TREE(SET("m", "sourceModel", "", BRANCH("m1", "model.xml", "1"))
                                       SET("b", "bGRRelative", "applyToSources='a'",
                                           BRANCH("b1", "-0.1", "0.4") BRANCH("b2", "0.1", "0.6")));
static const char gmms[] =
    TREE(SET("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'",
             BRANCH("g1", "BooreAtkinson2008", "0.3") BRANCH("g2", "AkkarBommer2010", "0.7"))
             SET("h", "gmpeModel", "applyToTectonicRegionType='Stable'",
                 BRANCH("h1", "CampbellBozorgnia2008", "1")));

/* A tree in full, a sampled one, and a disaggregation. */
static fz_bytes bases[KINDS];

static void make_base(size_t kind)
{
    static const kr_parameter samples[] = {{"number_of_logic_tree_samples", "7"},
                                           {"uncertainty", "false"}};
    static const kr_parameter disagg[] = {{"calculation_mode", "disaggregation"},
                                          {"mag_bin_width", "0.5"},
                                          {"distance_bin_width", "50"},
                                          {"coordinate_bin_width", "1"},
                                          {"num_epsilon_bins", "2"},
                                          {"disagg_outputs", "TRT_Mag_Dist_Eps Mag_Lon_Lat"},
                                          {"num_rlzs_disagg", "2"},
                                          {"uncertainty", "false"}};
    kr_ctx *ctx = NULL;
    (void)mkdir(fz_path("job"), 0700);
    if (kr_ctx_create(&ctx) != KR_OK)
        abort();
    fz_write("job/job.ini", job, sizeof job - 1);
    fz_write("job/model.xml", model, sizeof model - 1);
    fz_write("job/sources.xml", sources, sizeof sources - 1);
    fz_write("job/gmms.xml", gmms, sizeof gmms - 1);
    const kr_run_options options = {.job = fz_path("job/job.ini"),
                                    .dir = fz_path("run"),
                                    .threads = 1,
                                    .parameters = kind == 1 ? samples : disagg,
                                    .nparameters = kind == 0   ? 0
                                                   : kind == 1 ? 2
                                                               : 8};
    if (kr_run(ctx, &options) != KR_OK) {
        fprintf(stderr, "%s\n", kr_ctx_error(ctx));
        abort();
    }
    kr_ctx_destroy(&ctx);
    bases[kind] = fz_read("run/results.h5");
    fz_h5_learn(bases[kind]);
    fz_remove("run");
}

/* One of the readers, each with a context of its own; false: it refused. */
typedef kr_status (*reader)(kr_ctx *ctx, const char *dir, FILE *out);

static bool use(reader reads, const char *dir, FILE *out)
{
    kr_ctx *ctx = NULL;
    if (kr_ctx_create(&ctx) != KR_OK)
        abort();
    kr_status s = reads(ctx, dir, out);
    if (s != KR_OK && *kr_ctx_error(ctx) == '\0')
        abort(); /* a failure says why */
    if (strchr(kr_ctx_error(ctx), '\n') || s == KR_EINTERNAL) {
        fprintf(stderr, "%s\n", kr_ctx_error(ctx));
        abort(); /* in one line, and it is the file that is wrong */
    }
    if (kr_ctx_memory(ctx).current != 0)
        abort();
    kr_ctx_destroy(&ctx);
    return s == KR_OK;
}

static kr_status list(kr_ctx *ctx, const char *dir, FILE *out)
{
    return kr_export_results(ctx, &(kr_export_options){.dir = dir, .list = true}, out);
}

static kr_status export_all(kr_ctx *ctx, const char *dir, FILE *out)
{
    static const char *const what[] = {"hcurves",           "hmaps",     "uhs", "realizations",
                                       "mean_rates_by_src", "components"};
    return kr_export_results(
        ctx, &(kr_export_options){.dir = dir, .what = what, .nwhat = 6, .output = "-"}, out);
}

static kr_status export_rates(kr_ctx *ctx, const char *dir, FILE *out)
{
    static const char *const what[] = {"component_rates", "variance_shares", "tornado",
                                       "weight_derivatives"};
    return kr_export_results(
        ctx, &(kr_export_options){.dir = dir, .what = what, .nwhat = 4, .output = "-"}, out);
}

static kr_status export_one(kr_ctx *ctx, const char *dir, FILE *out)
{
    static const char *const what[] = {"hcurves"};
    const kr_export_options options = {
        .dir = dir, .what = what, .nwhat = 1, .rlz = "1", .sites = "1", .output = "-"};
    return kr_export_results(ctx, &options, out);
}

/* Everything but the tables, and all rates by magnitude: they are amounts. */
static kr_status disaggregation(kr_ctx *ctx, const char *dir, FILE *out)
{
    kr_status s = KR_OK;
    kr_stored *run = NULL;
    kr_stored_disagg *d;
    double *rates;
    (void)out;
    KR_TRY(kr_stored_open(ctx, dir, &run));
    KR_TRY(kr_stored_disagg_open(ctx, run->path, run->file, run->sites->n, run->job->nimts,
                                 &run->arena, &d));
    if (!d || !kr_stored_disagg_kind(d, KR_DIM_BIT(KR_DIM_MAG)))
        goto out;
    kr_disagg_slab slab = {0,        0,
                           d->nimts, 0,
                           d->npoes, d->mean ? KR_DISAGG_MEAN : KR_DISAGG_RLZS,
                           0,        d->mean ? 1 : d->nrlzs};
    size_t n = kr_stored_disagg_cells(d, KR_DIM_BIT(KR_DIM_MAG)) * d->nimts * d->npoes;
    KR_ANEW(rates, &run->arena, n * slab.ntargets);
    KR_TRY(kr_stored_disagg_read(d, &slab, KR_DIM_BIT(KR_DIM_MAG), rates));
    for (size_t i = 0; i < n * slab.ntargets; i++)
        if (!(rates[i] >= 0 && rates[i] < 1e9))
            abort();
out:
    kr_stored_close(&run);
    return s;
}

static kr_status new_statistics(kr_ctx *ctx, const char *dir, FILE *out)
{
    const char *const dirs[] = {dir};
    const kr_stats_options options = {.dirs = dirs,
                                      .ndirs = 1,
                                      .output = fz_path("new"),
                                      .statistics = "mean std max",
                                      .quantiles = "0.1 0.5",
                                      .copy_rates = true,
                                      .threads = 1};
    (void)out;
    return kr_stats_results(ctx, &options);
}

static kr_status report(kr_ctx *ctx, const char *dir, FILE *out)
{
    (void)out;
    return kr_report_results(ctx, dir, fz_path("report.html"));
}

/* Probabilities but for the standard deviation, which is below 1 as well. */
static kr_status check_statistics(kr_ctx *ctx, const char *dir, FILE *out)
{
    kr_status s = KR_OK;
    kr_stored *run = NULL;
    void *poes = NULL;
    size_t n = 0;

    (void)out;
    KR_TRY(kr_stored_open(ctx, dir, &run));
    KR_TRY(kr_h5_read(run->file, "hcurves-stats", KR_H5_F32, &run->arena, &poes, &n));
    for (size_t i = 0; i < n; i++) {
        float x = ((const float *)poes)[i];
        if (!(x >= 0 && x <= 1))
            abort();
    }
out:
    kr_stored_close(&run);
    return s;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const reader readers[] = {info,         list,           export_all, export_one,
                                     export_rates, disaggregation, report};
    static FILE *out;

    if (bases[0].n == 0) {
        for (size_t k = 0; k < KINDS; k++)
            make_base(k);
        out = fopen("/dev/null", "w");
        if (!out || mkdir(fz_path("dir"), 0700) != 0)
            abort();
    }
    if (size == 0 || size > MOST)
        return 0;
    fz_h5_make("dir/results.h5", bases[data[0] % KINDS],
               (fz_bytes){(const char *)data + 1, size - 1});
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        (void)use(readers[i], fz_path("dir"), out);
    if (use(new_statistics, fz_path("dir"), out) && !use(check_statistics, fz_path("new"), out))
        abort(); /* what was made is right */
    fz_remove("new");
    return 0;
}

static bool change(fz_doc *d, fz_bytes other)
{
    if (fz_random(d, 30) == 0)
        return fz_replace(d, (fz_span){0, 1}, &"012"[fz_random(d, KINDS)], 1);
    return fz_change_h5(d, (fz_span){1, d->n}, other);
}

FZ_MUTATOR(change)
