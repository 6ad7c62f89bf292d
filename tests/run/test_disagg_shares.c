/* What sources and sections have of a disaggregation, in whole runs: against component rates of the
 * same job with components split by source, and sections against sums by hand. */
/* timeout: 240 */
#include "kauri/run.h"

#include "output/stored.h"
#include "stats/weights.h"
#include "support/model.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

/* ---- the model: each rupture of two faults is a source of its own ---- */

enum { MULTI = 3, SECTIONS = 2, SITES = 2, IMTS = 2 };
static const char *const sections_of[MULTI] = {"f0", "f0,f1", "f1"};

#define NRML                                                                                       \
    "<?xml version='1.0'?>\n<nrml xmlns='http://openquake.org/xmlns/nrml/0.5' "                    \
    "xmlns:gml='http://www.opengis.net/gml'>\n"

static void write_branch(const char *name, double rate)
{
    char text[8192];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        NRML "<sourceModel name='m' investigation_time='50'><sourceGroup name='g' "
             "tectonicRegion='Active Shallow Crust'>%s%s",
        kt_point_source("a", NULL, 0.1, 0.2), kt_point_source("b", NULL, -0.3, 0.1));
    for (size_t i = 0; i < MULTI; i++)
        used += (size_t)snprintf(
            text + used, sizeof text - used,
            "<multiFaultSource id='m%zu' name='m'><multiPlanesRupture probs_occur='%.4f %.4f'>"
            "<magnitude>%g</magnitude><sectionIndexes indexes='%s'/><rake>90</rake>"
            "</multiPlanesRupture></multiFaultSource>\n",
            i, 1 - rate, rate, 6.4 + 0.2 * (double)i, sections_of[i]);
    snprintf(text + used, sizeof text - used, "</sourceGroup></sourceModel></nrml>\n");
    kt_write_text(kt_path(dir, name), text);
}

/* f0 dips, f1 stands upright. */
static void write_sections(void)
{
    kt_write_text(kt_path(dir, "sections.xml"), NRML
                  "<geometryModel name='s'><section id='f0' name='Harbour'><kiteSurface>"
                  "<profile><gml:LineString><gml:posList>0.1 0 0 0.15 -0.05 12</gml:posList>"
                  "</gml:LineString></profile>"
                  "<profile><gml:LineString><gml:posList>0.2 0.1 0 0.25 0.05 12</gml:posList>"
                  "</gml:LineString></profile></kiteSurface></section>"
                  "<section id='f1'><kiteSurface>"
                  "<profile><gml:LineString><gml:posList>0.2 0.1 0 0.2 0.1 12</gml:posList>"
                  "</gml:LineString></profile>"
                  "<profile><gml:LineString><gml:posList>0.3 0.2 0 0.3 0.2 12</gml:posList>"
                  "</gml:LineString></profile></kiteSurface></section></geometryModel></nrml>\n");
}

#define LEVELS "iml_disagg = {'PGA': 0.15, 'SA(0.5)': 0.1}\n"

static kr_stored *run(kr_ctx *ctx, const char *name, const char *last)
{
    static const char *const branches[] = {"one.xml sections.xml", "two.xml sections.xml"};
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static char path[4096], out[4096];
    char job[4096], sets[4096];
    kr_stored *stored;
    snprintf(job, sizeof job,
             "[general]\ncalculation_mode = disaggregation\ndescription = test\n"
             "sites = 0 0, 0.3 0\nsource_model_logic_tree_file = source_tree.xml\n"
             "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
             "truncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = 0.2\n"
             "rupture_mesh_spacing = 3\nreference_vs30_value = 600\n"
             "reference_depth_to_1pt0km_per_sec = 50\nreference_depth_to_2pt5km_per_sec = 1\n"
             "mag_bin_width = 0.5\ndistance_bin_width = 15\ncoordinate_bin_width = 0.3\n"
             "num_epsilon_bins = 1\ndisagg_outputs = TRT\n" LEVELS "%s",
             last);
    snprintf(sets, sizeof sets, "%s",
             kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2,
                           gmms));
    kt_model_write(dir, job, "", kt_branch_set("m", "sourceModel", "", 2, branches), sets);
    write_branch("one.xml", 0.02);
    write_branch("two.xml", 0.05);
    write_sections();
    snprintf(path, sizeof path, "%s", kt_path(dir, "job.ini"));
    snprintf(out, sizeof out, "%s", kt_path(dir, name));
    kr_run_options o = {
        .job = path, .dir = out, .csv = true, .threads = 2, .fresh = true, .exact = true};
    kt_ok(ctx, kr_run(ctx, &o));
    kt_ok(ctx, kr_stored_open(ctx, out, &stored));
    kt_ok(ctx, kr_stored_tree(stored));
    return stored;
}

static double *read(kr_stored *x, const char *name, size_t want)
{
    void *all;
    size_t n;
    kt_ok(x->ctx, kr_h5_read(x->file, name, KR_H5_F64, &x->arena, &all, &n));
    assert_int_equal(n, want);
    return all;
}

/* Annual rates at the level of each site and measure, of the components that are of this source
 * (-1: of all). */
static void sum_rates(kr_stored *x, int source, double *out)
{
    const kr_tree *tree = x->tree;
    const double *rates = read(x, "component_rates", tree->nrates * SITES * IMTS);
    double *weights;
    kt_ok(x->ctx, kr_rate_weights(x->ctx, tree, &weights));
    memset(out, 0, SITES * IMTS * sizeof *out);
    for (size_t c = 0; c < tree->ncomponents; c++)
        for (size_t k = 0; k < tree->components[c].ngsims; k++) {
            size_t rate = tree->components[c].first_rate + k;
            for (size_t i = 0; i < SITES * IMTS; i++)
                if (source < 0 || tree->components[c].base_source == source)
                    out[i] += weights[rate] * rates[rate * SITES * IMTS + i] / 50;
        }
    kr_free(weights);
}

static void test_sources(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_stored *split = run(ctx, "split", "disagg_by_src = true\n");
    kr_stored *x = run(ctx, "whole", "disagg_statistics = sources\n");
    size_t n = 2 + MULTI, nids;
    double want[SITES * IMTS];
    char **ids, **trts;
    const double *rates = read(x, "disagg-sources/rate", SITES * IMTS * n);
    const double *total = read(x, "disagg-sources/total", SITES * IMTS);
    assert_false(kr_h5_exists(x->file, "disagg-sections"));
    kt_ok(ctx, kr_h5_read_strings(x->file, "disagg-sources/id", &x->arena, &ids, &nids));
    kt_ok(ctx,
          kr_h5_read_strings(x->file, "disagg-sources/tectonic_region", &x->arena, &trts, &nids));
    assert_int_equal(nids, n);
    assert_int_equal(split->tree->nbase_ids, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(ids[i], split->tree->base_ids[i]);
        assert_string_equal(trts[i], "Active Shallow Crust");
        sum_rates(split, (int)i, want);
        for (size_t k = 0; k < SITES * IMTS; k++) {
            assert_true(want[k] > 1e-7);
            kt_close(rates[k * n + i], want[k], 1e-10, 0);
        }
    }
    sum_rates(x, -1, want);
    for (size_t k = 0; k < SITES * IMTS; k++)
        kt_close(total[k], want[k], 1e-10, 0);
    kr_stored_close(&split);
    kr_stored_close(&x);
    kt_ctx_end(&ctx);
}

/* A section has what the sources have whose only rupture it is part of. */
static void test_sections(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_stored *x = run(ctx, "sections", "disagg_statistics = sources sections\n");
    size_t n = 2 + MULTI, nids;
    char **ids, **names;
    const double *of_sources = read(x, "disagg-sources/rate", SITES * IMTS * n);
    const double *rates = read(x, "disagg-sections/rate", SITES * IMTS * SECTIONS);
    kt_ok(ctx, kr_h5_read_strings(x->file, "disagg-sections/id", &x->arena, &ids, &nids));
    kt_ok(ctx, kr_h5_read_strings(x->file, "disagg-sections/name", &x->arena, &names, &nids));
    assert_int_equal(nids, SECTIONS);
    for (size_t s = 0; s < SECTIONS; s++) {
        assert_string_equal(names[s], strcmp(ids[s], "f0") == 0 ? "Harbour" : "");
        for (size_t k = 0; k < SITES * IMTS; k++) {
            double want = 0;
            for (size_t i = 0; i < MULTI; i++)
                if (strstr(sections_of[i], ids[s]))
                    want += of_sources[k * n + 2 + i]; /* after a and b */
            assert_true(want > 1e-5);
            kt_close(rates[k * SECTIONS + s], want, 1e-12, 0);
        }
    }
    kr_stored_close(&x);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sources),
        cmocka_unit_test(test_sections),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
