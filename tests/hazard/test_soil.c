/* every instruction set */
/* Site amplification against direct sums, and against what needs no sum: without amplification the
 * curve on soil is that on rock. */
#include "hazard/soil.h"
#include "support/model.h"
#include "support/support.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const JOB =
    "[general]\ncalculation_mode = classical\ndescription = test\n"
    "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"
    "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = "
    "0.2\n"
    "site_model_file = sites.csv\namplification_csv = amp.csv\n"
    "intensity_measure_types_and_levels = {'PGA': logscale(0.01, 2, 12), "
    "'SA(1.0)': logscale(0.01, 2, 12)}\n%s";

static const char *const SITES =
    "lon,lat,vs30,vs30measured,ampcode\n0,0,760,1,A\n0.1,0,760,1,B\n0.2,0,760,1,A\n";

typedef struct fixture {
    char *dir;
    kr_ctx *ctx;
    kr_job *job;
    kr_model *model;
    kr_tree *tree;
    kr_sites *sites;
    kr_soil *soil;
} fixture;

static void begin(fixture *f, const char *more, const char *table, kr_compat compat)
{
    static const char *const one[] = {"source.xml"}, *const gmm[] = {"BooreAtkinson2008"};
    char job[2048];
    *f = (fixture){.dir = kt_dir_create(), .ctx = kt_ctx()};
    snprintf(job, sizeof job, JOB, more);
    kt_write_text(kt_path(f->dir, "amp.csv"), table);
    kt_write_text(kt_path(f->dir, "sites.csv"), SITES);
    kt_model_write(f->dir, job, kt_point_source("a", NULL, 0.1, 0),
                   kt_branch_set("m", "sourceModel", "", 1, one),
                   kt_branch_set("g", "gmpeModel",
                                 "applyToTectonicRegionType='Active Shallow Crust'", 1, gmm));
    kt_ok(f->ctx, kr_job_read(f->ctx, kt_path(f->dir, "job.ini"), NULL, 0, compat, &f->job));
    kt_ok(f->ctx, kr_model_create(f->ctx, &f->model));
    kt_ok(f->ctx, kr_tree_read(f->ctx, f->job, f->model, &f->tree));
    kt_ok(f->ctx, kr_sites_read(f->ctx, f->job, KR_BIT(AMPCODE), &f->sites));
    kt_ok(f->ctx, kr_soil_create(f->ctx, f->job, f->sites, &f->soil));
}

static void end(fixture *f)
{
    kr_soil_destroy(&f->soil);
    kr_sites_destroy(&f->sites);
    kr_tree_destroy(&f->tree);
    kr_model_destroy(&f->model);
    kr_job_destroy(&f->job);
    kt_ctx_end(&f->ctx);
    kt_dir_remove(&f->dir);
}

static double phi(double x)
{
    return 0.5 * erfc(-x / sqrt(2));
}

/* Linear between points, constant outside. */
static double plain_interp(double x, const double *xs, const double *ys, size_t n)
{
    if (x <= xs[0])
        return ys[0];
    for (size_t i = 1; i < n; i++)
        if (x <= xs[i])
            return ys[i - 1] + (ys[i] - ys[i - 1]) * (x - xs[i - 1]) / (xs[i] - xs[i - 1]);
    return ys[n - 1];
}

/* ------------------------------------------------------------------ convolution */

#define SOIL "soil_intensities = 0.05 0.1 0.2 0.4 0.8\n"

static const char *const TABLE =
    "#,,,,vs30_ref=760\nampcode,level,PGA,SA(1.0),sigma_PGA,sigma_SA(1.0)\n"
    "A,0.01,2,1.8,0.3,0.2\nB,0.02,1.2,1.1,0.1,0.2\nA,0.5,1.1,1.3,0.4,0.3\nB,1,0.9,1,0.2,0.3\n";

/* A falling curve of probabilities. */
static void make_curve(const kr_job *job, double *poes)
{
    for (size_t l = 0; l < job->nlevels; l++)
        poes[l] = 0.9 * exp(-2.5 * log1p(20 * job->levels[l]));
}

static double plain_amplified(const fixture *f, const double *poes, double soil, size_t code)
{
    static const double levels[2][2] = {{0.01, 0.5}, {0.02, 1}},
                        factor[2][2] = {{2, 1.1}, {1.2, 0.9}};
    static const double sigma[2][2] = {{0.3, 0.4}, {0.1, 0.2}};
    const kr_job *job = f->job;
    double ln_level[12], ln_poe[12], sum = 0;
    for (size_t l = 0; l < 12; l++) {
        ln_level[l] = log(job->levels[l]);
        ln_poe[l] = log(poes[l]);
    }
    double ratio = 1.1; /* 2 x 0.9 is more */
    for (double x = job->levels[0]; x * ratio <= job->levels[11]; x *= ratio) {
        double middle = (x + x * ratio) / 2;
        double p = exp(plain_interp(log(x), ln_level, ln_poe, 12)) -
                   exp(plain_interp(log(x * ratio), ln_level, ln_poe, 12));
        double a = plain_interp(middle, levels[code], factor[code], 2);
        sum += p * (1 - phi(log(soil / (a * middle)) /
                            plain_interp(middle, levels[code], sigma[code], 2)));
    }
    return sum;
}

static void test_convolution(void **state)
{
    fixture f;
    double poes[12], room[24], out[5];
    (void)state;

    begin(&f, SOIL, TABLE, KR_COMPAT_OQ_3_21);
    make_curve(f.job, poes);
    for (size_t site = 0; site < 3; site++) {
        kr_soil_convolve(f.soil, site, 0, poes, room, out);
        for (size_t l = 0; l < 5; l++)
            kt_close(out[l], plain_amplified(&f, poes, f.job->soil_intensities.x[l], site == 1),
                     1e-11, 0);
    }
    memset(poes, 0, sizeof poes); /* no hazard on rock, none on soil */
    kr_soil_convolve(f.soil, 0, 1, poes, room, out);
    for (size_t l = 0; l < 5; l++)
        kt_same(out[l], 0);
    end(&f);
}

/* A factor of 1 with no deviation gives the curve on rock, within one step of the sum. */
static void test_convolution_of_rock(void **state)
{
    fixture f;
    double poes[12], room[24], out[5], ln_level[12], ln_poe[12];
    (void)state;

    begin(&f, SOIL, "#vs30_ref=760\nampcode,PGA,SA(1.0)\nA,1,1\nB,1,1\n", KR_COMPAT_OQ_3_21);
    make_curve(f.job, poes);
    for (size_t l = 0; l < 12; l++) {
        ln_level[l] = log(f.job->levels[l]);
        ln_poe[l] = log(poes[l]);
    }
    kr_soil_convolve(f.soil, 0, 0, poes, room, out);
    for (size_t l = 0; l < 5; l++) {
        double x = log(f.job->soil_intensities.x[l]);
        assert_true(out[l] <= exp(plain_interp(x - log(1.1), ln_level, ln_poe, 12)));
        assert_true(out[l] >= exp(plain_interp(x + log(1.1), ln_level, ln_poe, 12)) - poes[11]);
    }
    end(&f);
}

/* ------------------------------------------------------------------ kernel */

#define KERNEL "amplification_method = kernel\n"

static const char *const FUNCTIONS =
    "#\nampcode,from_mag,from_rrup,level,PGA,SA(1.0),sigma_PGA,sigma_SA(1.0)\n"
    "A,4,0,0.01,2,1.8,0.3,0.2\nA,4,0,0.5,1.1,1.3,0.4,0.3\n"
    "A,4,50,0.01,2.2,1.9,0.3,0.2\nA,6,0,0.01,3,2.8,0.3,0.2\nA,6,80,0.01,3.2,2.9,0.3,0.2\n"
    "B,4,0,0.01,1,1,0,0\n";

static void amplify(const fixture *f, size_t site, double mag, double rrup, double *out)
{
    kr_truncation t = kr_truncation_of(3);
    memset(out, 0, 16 * sizeof *out);
    kr_soil_add_poes(f->soil, kr_soil_at(f->soil, site, mag, rrup), 0, kr_kernels_here(), &t,
                     (const double[]){log(0.2), 0.6}, 1, out);
}

static double plain_truncated(double x)
{
    double bound = phi(3);
    return fmin(fmax((bound - phi(x)) / (2 * bound - 1), 0), 1);
}

static void test_kernel(void **state)
{
    static const double level[] = {0.01, 0.5}, factor[] = {2, 1.1}, sigma[] = {0.3, 0.4};
    fixture f;
    double out[16];
    (void)state;

    begin(&f, KERNEL, FUNCTIONS, KR_COMPAT_OQ_3_21);
    amplify(&f, 0, 7, 100, out); /* whatever the rupture: the function of the smallest ones */
    double first = log(0.01) - 4 * 0.4, step = (log(2) - log(0.01) + 8 * 0.4) / 39;
    for (size_t l = 0; l < 12; l++) {
        double sum = 0;
        for (int k = 0; k < 39; k++) {
            double low = first + k * step, rock = (exp(low) + exp(low + step)) / 2;
            double p = plain_truncated((low - log(0.2)) / 0.6) -
                       plain_truncated((low + step - log(0.2)) / 0.6);
            sum +=
                p * (1 - phi(log(f.job->levels[l] / (rock * plain_interp(rock, level, factor, 2))) /
                             plain_interp(rock, level, sigma, 2)));
        }
        kt_close(out[l], sum, 1e-10, 1e-14);
    }
    amplify(&f, 1, 7, 100, out); /* not amplified */
    for (size_t l = 0; l < 12; l++) {
        double x = log(f.job->levels[l]);
        assert_true(out[l] <= plain_truncated((x - step - log(0.2)) / 0.6) + 1e-12);
        assert_true(out[l] >= plain_truncated((x + step - log(0.2)) / 0.6) - 1e-12);
    }
    end(&f);
}

/* In exact the function follows magnitude and distance. */
static void test_functions(void **state)
{
    fixture f;
    (void)state;

    begin(&f, KERNEL, FUNCTIONS, KR_COMPAT_EXACT);
    const double *near = kr_soil_at(f.soil, 0, 5, 10);
    assert_ptr_equal(near, kr_soil_at(f.soil, 2, 4, 0));
    assert_ptr_equal(near, kr_soil_at(f.soil, 0, 3.5, 49.9));
    assert_ptr_not_equal(near, kr_soil_at(f.soil, 0, 5, 50));
    assert_ptr_not_equal(near, kr_soil_at(f.soil, 0, 6, 10));
    assert_ptr_not_equal(kr_soil_at(f.soil, 0, 6, 79), kr_soil_at(f.soil, 0, 6, 80));
    assert_ptr_equal(kr_soil_at(f.soil, 0, 6, 79), kr_soil_at(f.soil, 0, 7, 60));
    assert_ptr_equal(kr_soil_at(f.soil, 1, 4, 0), kr_soil_at(f.soil, 1, 8, 300));
    assert_int_equal(kr_soil_table(f.soil)->nfunctions, 5);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_convolution),
        cmocka_unit_test(test_convolution_of_rock),
        cmocka_unit_test(test_kernel),
        cmocka_unit_test(test_functions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
