/* results.h5 read back: the tree that it carries makes the same realizations; what is damaged or of
 * another format is refused; its size is known before. */
#include "output/report.h"
#include "output/stored.h"
#include "tree/forest.h"

#include "base/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A run with component rates that are made up. */
typedef struct finished {
    kt_tree t;
    kr_arena arena;
    kr_sites *sites;
    kr_results_spec spec;
    double *rates;
    char out[512];
} finished;

static void begin(finished *f, const char *extra)
{
    kr_stat *stats;
    uint64_t random = 11;
    *f = (finished){.rates = NULL};
    kt_forest_read(&f->t, extra, KR_COMPAT_EXACT);
    kr_ctx *ctx = f->t.ctx;
    const kr_job *job = f->t.job;
    size_t n = f->t.tree->nrates * job->nimts * job->nlevels;
    kr_arena_init(&f->arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_sites_read(ctx, job, 0, &f->sites));
    kt_ok(ctx, kr_stats_of_job(job, &f->arena, &stats, &f->spec.nstats));
    snprintf(f->out, sizeof f->out, "%s/out", f->t.dir);
    f->spec = (kr_results_spec){.dir = f->out,
                                .job = job,
                                .sites = f->sites,
                                .tree = f->t.tree,
                                .stats = stats,
                                .nstats = f->spec.nstats,
                                .start_date = "2024-11-22T18:00:00",
                                .isa = "v3"};
    f->rates = malloc(n * sizeof *f->rates);
    assert_non_null(f->rates);
    for (size_t i = 0; i < n; i++)
        f->rates[i] = exp(-40 + 40 * kt_random_unit(&random));
}

static void end(finished *f)
{
    free(f->rates);
    kr_sites_destroy(&f->sites);
    kr_arena_clear(&f->arena);
    kt_tree_end(&f->t);
}

static void write_run(const finished *f)
{
    kr_ctx *ctx = f->t.ctx;
    kr_results *results = NULL;
    float *stats = calloc(f->spec.nstats * 4, sizeof *stats);
    const kr_results_tile tile = {.nsites = 1, .component_rates = f->rates, .stats = stats};
    kt_ok(ctx, kr_results_create(ctx, f->spec.dir, &results));
    kt_ok(ctx, kr_results_begin(results, &f->spec));
    kt_ok(ctx, kr_results_put_tile(results, &tile));
    kt_ok(ctx, kr_results_finish(results));
    kr_results_destroy(&results);
    free(stats);
}

/* What is stored is what was there. */
static void check(finished *f, const kr_stored *x)
{
    const kr_job *a = f->t.job, *b = x->job;
    size_t n = f->t.tree->nrates * a->nimts * a->nlevels, got;
    void *rates;
    assert_int_equal(a->nimts, b->nimts);
    assert_int_equal(a->nlevels, b->nlevels);
    assert_memory_equal(a->levels, b->levels, a->nimts * a->nlevels * sizeof(double));
    kt_same(a->investigation_time, b->investigation_time);
    assert_int_equal(a->compat, b->compat);
    assert_int_equal(a->use_rates, b->use_rates);
    assert_true(b->mean == a->mean && b->std == a->std && b->cov == a->cov && b->min == a->min);
    assert_int_equal(a->quantiles.n, b->quantiles.n);
    for (size_t i = 0; i < a->quantiles.n; i++)
        kt_same(a->quantiles.x[i], b->quantiles.x[i]);
    assert_int_equal(x->sites->n, 1);
    kt_same(x->sites->param[KR_COL_VS30][0], f->sites->param[KR_COL_VS30][0]);
    kt_ok(x->ctx, kr_h5_read(x->file, "component_rates", KR_H5_F64, &f->arena, &rates, &got));
    assert_int_equal(n, got);
    for (size_t i = 0; i < n; i++) {
        double got_rate = ((double *)rates)[i], want = f->rates[i];
        if (a->component_rates_precision == KR_PRECISION_F32)
            kt_close(got_rate, want, 6e-8, 0);
        else
            kt_same(got_rate, want);
    }
}

static void round_trip(const char *extra, size_t realizations)
{
    finished f;
    kr_stored *x, *again;
    begin(&f, extra);
    write_run(&f);
    kt_ok(f.t.ctx, kr_stored_open(f.t.ctx, f.out, &x));
    kt_ok(f.t.ctx, kr_stored_tree(x));
    check(&f, x);
    assert_int_equal(kt_same_realizations(f.t.tree, x->tree, NULL, 0), realizations);
    kt_ok(f.t.ctx, kr_stored_open(f.t.ctx, f.out, &again));
    kt_ok(f.t.ctx, kr_stored_tree(again));
    assert_int_equal(again->tree->nsets, f.t.tree->nsets);
    kr_stored_close(&again);
    assert_null(again);
    kr_stored_close(&x);
    end(&f);
}

static void trees(void **state)
{
    (void)state;
    round_trip("std = true\ncov = true\nquantiles = 0.1 0.5", 32);
    round_trip("component_rates_precision = float32\nmin = true", 32);
    round_trip("number_of_logic_tree_samples = 40", 40);
    round_trip("number_of_logic_tree_samples = 25\nsampling_method = late_weights", 25);
    round_trip("disagg_by_src = true", 32);
}

static void format(const finished *f, const char *name, double version, const char *text)
{
    kr_ctx *ctx = f->t.ctx;
    kr_h5 *file;
    kr_stored *x;
    const char *path = kt_path(f->out, "results.h5");
    kt_ok(ctx, kr_h5_create(ctx, path, &file));
    kt_ok(ctx, kr_h5_set_attr_text(file, "/", "format", name));
    if (version != 0)
        kt_ok(ctx, kr_h5_set_attr_double(file, "/", "format_version", version));
    kt_ok(ctx, kr_h5_close(&file));
    kt_fails(ctx, kr_stored_open(ctx, f->out, &x), KR_EINPUT, text);
    assert_null(x);
}

static void formats(void **state)
{
    finished f;
    kr_stored *x;
    (void)state;
    begin(&f, "");
    kt_fails(f.t.ctx, kr_stored_open(f.t.ctx, f.out, &x), KR_EINPUT, "no results.h5 there");
    assert_int_equal(mkdir(f.out, 0777), 0);
    const char *ours = "kauri results";
    format(&f, ours, 0, "not a results file of Kauri");
    format(&f, "another", 2, "not a results file of Kauri");
    format(&f, ours, NAN, "not a results file of Kauri");
    format(&f, ours, 1, "format 1, computed by an earlier version; run the job again");
    format(&f, ours, 3, "format 3, computed by a later version; this one reads format 2");
    format(&f, ours, 2, "the file is damaged");
    end(&f);
}

static void refuse_damaged(const finished *f, const char *text)
{
    kr_stored *x;
    write_run(f);
    kt_ok(f->t.ctx, kr_stored_open(f->t.ctx, f->out, &x));
    kt_fails(f->t.ctx, kr_stored_tree(x), KR_EINPUT, text);
    assert_null(x->tree);
    kr_stored_close(&x);
}

/* Numbers that point nowhere, or round in circles. */
static void damaged(void **state)
{
    finished f;
    (void)state;
    begin(&f, "");
    kr_tree *tree = f.t.tree;
    uint32_t next = tree->branches[0].next;
    tree->branches[0].next = tree->branches[0].set;
    refuse_damaged(&f, "'tree/branches/next' does not fit the rest: the file is damaged");
    tree->branches[0].next = (uint32_t)tree->nsets;
    refuse_damaged(&f, "'tree/branches/next' does not fit");
    tree->branches[0].next = next;
    tree->components[0].base_source = 77;
    refuse_damaged(&f, "'tree/components/base_source' does not fit");
    tree->components[0].base_source = -1;
    size_t trt = tree->components[0].trt;
    tree->components[0].trt = tree->ntrts;
    refuse_damaged(&f, "'tree/components/trt' does not fit");
    tree->components[0].trt = trt;
    tree->diagrams.nodes[0].set++;
    refuse_damaged(&f, "'tree/diagrams/");
    tree->diagrams.nodes[0].set--;
    end(&f);
}

static void refuse_opening(const finished *f, const char *text)
{
    kr_stored *x;
    write_run(f);
    kt_fails(f->t.ctx, kr_stored_open(f->t.ctx, f->out, &x), KR_EINPUT, text);
    assert_null(x);
}

/* Numbers that cannot be what they are called. */
static void impossible(void **state)
{
    finished f;
    (void)state;
    begin(&f, "quantiles = 0.5");
    kr_job *job = f.t.job;
    double time = job->investigation_time, level = job->levels[1], lon = f.sites->lon[0];
    job->investigation_time = NAN;
    refuse_opening(&f, "'investigation_time' does not fit");
    job->investigation_time = time;
    job->levels[1] = job->levels[0];
    refuse_opening(&f, "'imtls/levels' does not fit");
    job->levels[1] = INFINITY;
    refuse_opening(&f, "'imtls/levels' does not fit");
    job->levels[1] = level;
    f.sites->lon[0] = 181;
    refuse_opening(&f, "'sitecol/lon' does not fit");
    f.sites->lon[0] = lon;
    double lat = f.sites->lat[0], bracket = job->quantile_bracket;
    f.sites->lat[0] = -91;
    refuse_opening(&f, "'sitecol/lat' does not fit");
    f.sites->lat[0] = lat;
    f.sites->depth[0] = NAN;
    refuse_opening(&f, "'sitecol/depth' does not fit");
    f.sites->depth[0] = 0;
    job->quantile_bracket = -1;
    refuse_opening(&f, "'quantile_bracket' does not fit");
    job->quantile_bracket = bracket;
    end(&f);
}

static void size(void **state)
{
    static const char *const precisions[] = {"float64", "float32", "none"};
    double bytes[3];
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        finished f;
        char extra[128];
        snprintf(extra, sizeof extra, "component_rates_precision = %s", precisions[i]);
        begin(&f, extra);
        write_run(&f);
        bytes[i] = kr_results_rates_bytes(&f.spec);
        double all = kr_results_predicted_bytes(&f.spec);
        assert_true((double)kr_file_size(kt_path(f.out, "results.h5")) <= all);
        all += kr_report_predicted_bytes(&f.spec);
        kt_ok(f.t.ctx, kr_results_check_space(f.t.ctx, &f.spec, all));
        kt_ok(f.t.ctx, kr_results_check_space(f.t.ctx, &f.spec, -1));
        kt_fails(f.t.ctx, kr_results_check_space(f.t.ctx, &f.spec, all - 1), KR_ENOFIT,
                 "set component_rates_precision = float32 or none");
        if (i == 0)
            kt_same(bytes[0], 8.0 * (double)(f.t.tree->nrates * 2 * 2));
        end(&f);
    }
    kt_same(bytes[1], bytes[0] / 2);
    kt_same(bytes[2], 0);
}

static kr_status open_again(kr_ctx *ctx, void *user)
{
    kr_status s = KR_OK;
    kr_stored *x = NULL;
    KR_TRY(kr_stored_open(ctx, user, &x));
    KR_TRY(kr_stored_tree(x));
out:
    kr_stored_close(&x);
    return s;
}

static void allocations(void **state)
{
    finished f;
    (void)state;
    begin(&f, "quantiles = 0.5");
    write_run(&f);
    assert_true(kt_fail_each_allocation(open_again, f.out) > 20);
    end(&f);
}

/* A flame graph beside results that have none is shown up to 4 MiB; beyond that it is left out, and
 * the page can say so. */
static void flame(void **state)
{
    (void)state;
    finished f;
    begin(&f, "");
    write_run(&f);
    for (int large = 0; large < 2; large++) {
        char *file = strdup(kt_path(f.out, "results.h5")), *page = strdup(kt_path(f.out, "r.html"));
        char *svg = strdup(kt_path(f.out, "memory-top-down.svg"));
        size_t n = large ? KR_FLAME_BYTES_MAX + 1 : 9, length;
        char *text = malloc(n);
        memset(text, 'x', n);
        kt_write_file(svg, text, n);
        const kr_report_spec spec = {.results = &f.spec, .file = file, .flame = svg};
        kt_ok(f.t.ctx, kr_report_write(f.t.ctx, &spec, page));
        char *html = (char *)kt_read_file(page, &length);
        assert_non_null(
            strstr(html, large ? "id=\"b-flame\" data-left-out=\"4194305\"></script>"
                               : "id=\"b-flame\" data-left-out=\"0\">eHh4eHh4eHh4</script>"));
        assert_non_null(strstr(html, "\"warnings\":null"));
        free(html);
        free(text);
        free(file);
        free(page);
        free(svg);
    }
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees),       cmocka_unit_test(formats), cmocka_unit_test(damaged),
        cmocka_unit_test(impossible),  cmocka_unit_test(size),    cmocka_unit_test(flame),
        cmocka_unit_test(allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
