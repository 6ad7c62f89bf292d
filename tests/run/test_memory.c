/* The report of memory: flame graphs and table against plain sums, the timeline, whole runs. */
#include "kauri/run.h"

#include "base/ctx_int.h"
#include "base/file.h"
#include "base/str.h"
#include "input/json.h"
#include "input/xml.h"
#include "run/memory.h"
#include "run/timeline.h"
#include "support/model.h"
#include "support/support.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

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

/* ---- flame graphs ---- */

enum { HOLDERS = 300 };

static const double PIXELS = 1180; /* the width of everything */

static kr_memory random_memory(uint64_t seed, kr_holder holders[HOLDERS])
{
    static const char *const phases[] = {"reading", "hazard", "statistics", ""};
    static const char *const files[] = {"src/a.c", "src/b/c.c", "src/d.c"};
    static const char *const functions[] = {"read <x>", "make", "a_function_with_a_long_name"};
    kr_memory m = {.holders = holders, .nholders = HOLDERS};
    for (size_t i = 0; i < HOLDERS; i++) {
        double u = kt_random_unit(&seed);
        holders[i] = (kr_holder){
            files[kt_random(&seed) % 3],  functions[kt_random(&seed) % 3],
            (int)(kt_random(&seed) % 40), (kr_account)(kt_random(&seed) % KR_ACCOUNT_COUNT),
            phases[kt_random(&seed) % 4], 1 + (int64_t)(1e7 * u * u * u * u * u * u)};
        m.peak.bytes += holders[i].bytes;
        m.held[holders[i].account] += holders[i].bytes;
    }
    m.peak.phase = "hazard";
    m.peak.resident = (size_t)m.peak.bytes + 1000;
    m.all.peak = m.peak.bytes;
    return m;
}

/* The bytes of all holders below a frame named "a / b / c". */
static int64_t bytes_below(const kr_memory *m, const char *path, bool bottom_up)
{
    int64_t sum = 0;
    size_t length = strlen(path);
    for (size_t i = 0; i < m->nholders; i++) {
        const kr_holder *h = &m->holders[i];
        char whole[300];
        const char *phase = h->phase[0] ? h->phase : "(no phase)";
        const char *account = kr_account_name(h->account);
        if (bottom_up)
            snprintf(whole, sizeof whole, "%s:%d / %s / %s / %s /", h->file, h->line, h->function,
                     account, phase);
        else
            snprintf(whole, sizeof whole, "%s / %s / %s / %s:%d /", phase, account, h->function,
                     h->file, h->line);
        if (strncmp(whole, path, length) == 0 && strncmp(whole + length, " /", 2) == 0)
            sum += h->bytes;
    }
    return sum;
}

static size_t count_slashes(const char *path)
{
    size_t n = 0;
    for (const char *at = path; (at = strstr(at, " / ")); at++)
        n++;
    return n;
}

/* Every frame: its text, width and place. Widths of a level add up to those above. */
static void check_flame(kr_ctx *ctx, const kr_memory *m, bool bottom_up)
{
    kr_arena arena;
    kr_node *root;
    const char *path = kt_path(dir, "flame.svg");
    double end[5] = {0}, sum[5] = {0};
    size_t named = 0;
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_memory_flame(m, &arena, bottom_up, out));
    assert_int_equal(fclose(out), 0);
    kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
    assert_string_equal(root->tag, "svg");
    for (const kr_node *g = kr_node_child(root, "g"); g; g = kr_node_next(g)) {
        char text[300];
        double mb, x, width;
        const kr_node *rect = kr_node_child(g, "rect");
        snprintf(text, sizeof text, "%s", kr_node_child(g, "title")->text);
        char *colon = strrchr(text, ':');
        assert_non_null(colon);
        *colon = '\0';
        assert_int_equal(sscanf(colon + 1, " %lf MB", &mb), 1);
        kt_ok(ctx, kr_node_attr_double(ctx, rect, "x", &x));
        kt_ok(ctx, kr_node_attr_double(ctx, rect, "width", &width));
        kt_close(width, 1e6 * mb / (double)m->peak.bytes * PIXELS, 0, 0.6);
        size_t level = kr_str_eq(text, "accounted") ? 0 : 1 + count_slashes(text);
        assert_in_range(level, 0, 4);
        assert_true(x >= end[level] - 0.02); /* side by side */
        end[level] = x + width;
        sum[level] += mb;
        if (level > 0 && !kr_str_ends(text, " others")) {
            kt_close(1e6 * mb, (double)bytes_below(m, text, bottom_up), 0, 501);
            named++;
        }
    }
    kt_close(sum[0], (double)m->peak.bytes / 1e6, 0, 6e-4);
    kt_close(sum[1], sum[0], 0, 0.1); /* in steps of a thousandth of a MB */
    for (int level = 2; level < 5; level++)
        assert_true(sum[level] <= sum[level - 1] + 0.1 && sum[level] > 0.5 * sum[0]);
    assert_true(named > 20);
    kr_arena_clear(&arena);
}

static void test_frames_are_as_wide_as_their_bytes(void **state)
{
    (void)state;
    kr_holder holders[HOLDERS];
    kr_ctx *ctx = kt_ctx();
    for (uint64_t seed = 1; seed <= 10; seed++) {
        const kr_memory m = random_memory(seed, holders);
        check_flame(ctx, &m, false);
        check_flame(ctx, &m, true);
    }
    kt_ctx_end(&ctx);
}

static void test_nothing_is_drawn_of_nothing(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_node *root;
    const kr_memory m = {.peak.phase = ""};
    const char *path = kt_path(dir, "empty.svg");
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    kt_ok(ctx, kr_memory_flame(&m, &arena, false, out));
    fclose(out);
    kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
    out = fopen(path, "w");
    assert_non_null(out);
    kr_timeline_draw(NULL, 0, 0, out);
    fclose(out);
    kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- the timeline ---- */

static void test_lines_of_a_timeline(void **state)
{
    (void)state;
    static const char *const names[] = {"one", "two", "three"};
    kr_ctx *ctx = kt_ctx();
    kr_timeline *t, *second;
    kr_timeline_point *points;
    kr_arena arena;
    size_t n, seen[3] = {0};
    const char *path = kt_path(dir, "timeline.csv");
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kr_phase_begin(ctx, "zero");
    kt_ok(ctx, kr_timeline_begin(ctx, path, &t));
    kt_fails(ctx, kr_timeline_begin(ctx, path, &second), KR_EIO, "another run is writing it");
    assert_null(second);
    for (int i = 0; i < 30000; i++) /* many changes of phase: a line each would be too much */
        kr_phase_begin(ctx, names[i % 3]);
    void *held = kr_alloc(ctx, KR_ACCOUNT_GMM, 1000000, 1);
    usleep(250000);
    kr_free(held);
    kr_phase_end(ctx);
    double wall = kr_phases_wall(ctx);
    double cpu = -1;
    kt_ok(ctx, kr_timeline_end(&t, &cpu));
    assert_true(cpu >= 0 && cpu <= wall + 1);
    assert_null(t);
    kt_ok(ctx, kr_timeline_read(ctx, path, &arena, &points, &n));
    assert_true((double)n <= 6 + KR_TIMELINE_RETURNS + wall / KR_TIMELINE_SECONDS);
    assert_string_equal(points[0].phase, "zero");
    for (size_t i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++)
            seen[k] += kr_str_eq(points[i].phase, names[k]);
        assert_true(i == 0 || points[i].seconds >= points[i - 1].seconds);
        assert_true(points[i].accounted <= points[i].peak);
    }
    assert_true(seen[0] && seen[1] && seen[2]);
    assert_true(points[n - 1].peak >= 1e6 && points[n - 1].accounted < 1e6);
    assert_true(points[n - 1].seconds <= wall + 1 && points[n - 1].seconds >= 0.25);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static void test_a_day_has_some_thousand_lines(void **state)
{
    (void)state;
    size_t lines = 0;
    for (double t = 0; t < 86400; t += kr_timeline_period(lines))
        lines++;
    assert_in_range(lines, 1000, 5000);
    assert_true(kr_timeline_period(0) == KR_TIMELINE_SECONDS);
}

static void test_what_is_cut_off_is_left_out(void **state)
{
    (void)state;
    static const char head[] =
        "seconds,phase,resident_bytes,accounted_bytes,accounted_peak_bytes\n";
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_timeline_point *p;
    char text[400];
    size_t n;
    const char *path = kt_path(dir, "cut.csv");
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    snprintf(text, sizeof text, "%s0.5,,10,20,30\n1.25,hazard,40,50,60\n2,haz", head);
    kt_write_text(path, text);
    kt_ok(ctx, kr_timeline_read(ctx, path, &arena, &p, &n));
    assert_int_equal(n, 2);
    assert_string_equal(p[0].phase, "");
    assert_true(p[1].seconds == 1.25 && p[1].resident == 40 && p[1].accounted == 50 &&
                p[1].peak == 60);
    kt_write_text(path, head);
    kt_ok(ctx, kr_timeline_read(ctx, path, &arena, &p, &n));
    assert_int_equal(n, 0);
    snprintf(text, sizeof text, "%s1,hazard,2\n", head);
    kt_write_text(path, text);
    kt_fails(ctx, kr_timeline_read(ctx, path, &arena, &p, &n), KR_EINPUT, "cut.csv:2: ");
    snprintf(text, sizeof text, "%s1,a,2,3,4,5\n", head);
    kt_write_text(path, text);
    kt_fails(ctx, kr_timeline_read(ctx, path, &arena, &p, &n), KR_EINPUT, "cut.csv:2: ");
    kt_write_text(path, "lon,lat\n");
    kt_fails(ctx, kr_timeline_read(ctx, path, &arena, &p, &n), KR_EINPUT, "cut.csv:1: ");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Each phase has its own stretch of the drawing, and its name stays within or is left out. */
static void test_names_of_phases_stay_in_their_boxes(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "distances of sections", "hazard",
                                        "ground-motion models"};
    enum { POINTS = 60 };
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_node *root;
    kr_timeline_point points[POINTS];
    const char *path = kt_path(dir, "bands.svg");
    size_t named = 0, bands = 0;
    double seconds = 0;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    for (size_t i = 0; i < POINTS; i++) {
        points[i] = (kr_timeline_point){seconds, names[i % 4], 2e6, 1e6, 1e6};
        seconds += 0.001 * (double)(1 + i * i % 97);
    }
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    kr_timeline_draw(points, POINTS, 0, out);
    assert_int_equal(fclose(out), 0);
    kt_ok(ctx, kr_xml_load(ctx, path, &arena, &root));
    for (const kr_node *g = kr_node_child(root, "g"); g; g = kr_node_next(g)) {
        const kr_node *rect = kr_node_child(g, "rect"), *text = kr_node_child(g, "text");
        double x, width, at, length;
        assert_non_null(kr_node_child(g, "title"));
        kt_ok(ctx, kr_node_attr_double(ctx, rect, "x", &x));
        kt_ok(ctx, kr_node_attr_double(ctx, rect, "width", &width));
        bands++;
        if (!text)
            continue;
        kt_ok(ctx, kr_node_attr_double(ctx, text, "x", &at));
        kt_ok(ctx, kr_node_attr_double(ctx, text, "textLength", &length));
        assert_true(at >= x && at + length <= x + width);
        named++;
    }
    assert_true(bands > 30 && named > 5 && named < bands);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* ---- whole runs ---- */

/* 200 sites, 300 levels: some MB. */
static const char *write_job(void)
{
    static const char *const one[] = {"source.xml"};
    static const char *const gmms[] = {"BooreAtkinson2008", "SadighEtAl1997"};
    static char job[16384], sites[8192], path[4096];
    size_t used = 0;
    for (int i = 0; i < 200; i++)
        used += (size_t)snprintf(sites + used, sizeof sites - used, "%s%.2f %.2f", i ? ", " : "",
                                 0.1 * (i % 20), 0.1 * (double)(i / 20));
    snprintf(job, sizeof job,
             "[general]\ncalculation_mode = classical\ndescription = test\nsites = %s\n"
             "source_model_logic_tree_file = source_tree.xml\n"
             "gsim_logic_tree_file = gmm_tree.xml\ninvestigation_time = 50\n"
             "truncation_level = 3\nmaximum_distance = 200\nwidth_of_mfd_bin = 0.2\n"
             "reference_vs30_value = 600\nreference_depth_to_1pt0km_per_sec = 50\n"
             "reference_depth_to_2pt5km_per_sec = 1\nintensity_measure_types_and_levels = "
             "{'PGA': logscale(0.005, 2, 150), 'SA(0.5)': logscale(0.005, 2, 150)}\n"
             "quantiles = 0.5\npoes = 0.1\nhazard_maps = true\n",
             sites);
    kt_model_write(dir, job, kt_point_source("a", NULL, 0.1, 0),
                   kt_branch_set("m", "sourceModel", "", 1, one),
                   kt_branch_set("g", "gmpeModel",
                                 "applyToTectonicRegionType='Active Shallow Crust'", 2, gmms));
    snprintf(path, sizeof path, "%s/job.ini", dir);
    return path;
}

static const char *out_path(const char *folder, const char *name)
{
    static char paths[4][4096];
    static int next;
    next = (next + 1) % 4;
    snprintf(paths[next], sizeof paths[next], "%s/%s/%s", dir, folder, name);
    return paths[next];
}

static double number_of(const kr_value *dict, const char *key)
{
    const kr_value *v = kr_value_get(dict, key);
    assert_non_null(v);
    assert_true(kr_value_is_number(v));
    return v->number;
}

static const char *const report_files[] = {"memory.json", "memory-top-down.svg",
                                           "memory-bottom-up.svg", "memory-timeline.csv",
                                           "memory-timeline.svg"};

/* All files are there and can be read; the JSON adds up. Returns the accounted peak. */
static double check_report(kr_ctx *ctx, const char *folder, const char *ended)
{
    kr_arena arena;
    kr_value json;
    kr_node *root;
    kr_timeline_point *points;
    size_t n;
    double sum = 0, accounts = 0;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_json_read(ctx, out_path(folder, "memory.json"), &arena, &json));
    assert_string_equal(kr_value_get(&json, "ended")->text, ended);
    const kr_value *holders = kr_value_get(&json, "holders");
    for (size_t i = 0; i < holders->n; i++)
        sum += number_of(&holders->items[i], "bytes");
    const kr_value *list = kr_value_get(&json, "accounts");
    assert_int_equal(list->n, KR_ACCOUNT_COUNT);
    for (size_t i = 0; i < list->n; i++)
        accounts += number_of(&list->items[i], "bytes");
    double peak = number_of(&json, "accounted_peak");
    assert_true(sum == number_of(kr_value_get(&json, "peak"), "accounted") && sum == accounts);
    assert_true(sum <= peak && sum >= 0.99 * peak);
    assert_true(number_of(&json, "resident_peak") > peak);
    const kr_value *cost = kr_value_get(&json, "report");
    double processor = number_of(cost, "processor_seconds");
    assert_true(processor >= 0 && processor < number_of(cost, "of_seconds"));
    assert_true(number_of(cost, "copies") > 0);
    for (int i = 0; i < 5; i++)
        if (kr_str_ends(report_files[i], ".svg"))
            kt_ok(ctx, kr_xml_load(ctx, out_path(folder, report_files[i]), &arena, &root));
    kt_ok(ctx, kr_timeline_read(ctx, out_path(folder, "memory-timeline.csv"), &arena, &points, &n));
    assert_true(n >= 3 && points[n - 1].peak <= peak);
    for (size_t i = 0; i < n; i++)
        assert_true(points[i].resident <= number_of(&json, "resident_peak"));
    kr_arena_clear(&arena);
    return peak;
}

/* Run with and without: the same results, and the report costs less than 1 % of memory; what it
 * does beside is bounded by numbers that do not grow with the work. */
static void test_the_report_of_a_run(void **state)
{
    (void)state;
    kr_run_options o = {.job = write_job(), .csv = true, .threads = 1};
    double peak[2];
    kr_comparison result;
    for (int with = 0; with < 2; with++) {
        kr_ctx *ctx = kt_ctx();
        o.dir = out_path(with ? "with" : "without", "");
        o.memory_report = with;
        kt_ok(ctx, kr_run(ctx, &o));
        peak[with] = (double)kr_ctx_memory(ctx).peak;
        assert_true((double)ctx->ledger.copies <= 1 + log(peak[with] / 64) / log1p(KR_LEDGER_STEP));
        if (with)
            assert_true(check_report(ctx, "with", "done") == peak[1]);
        for (int i = 0; !with && i < 5; i++)
            assert_false(kr_file_exists(out_path("without", report_files[i])));
        kt_ctx_end(&ctx);
    }
    assert_true(peak[0] > 1e6);
    assert_true(peak[1] <= 1.01 * peak[0]);
    kr_ctx *ctx = kt_ctx();
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    kt_ok(ctx, kr_compare(ctx, out_path("without", ""), out_path("with", ""), 0, 0, false, out,
                          &result));
    assert_true(result.tables > 3 && result.worst == 0);
    kt_ok(ctx, kr_memory_table(ctx, out));
    fclose(out);
    o.dir = out_path("with", ""); /* once more without: the report would be of another run */
    o.memory_report = false;
    kt_ok(ctx, kr_run(ctx, &o));
    for (int i = 0; i < 5; i++)
        assert_false(kr_file_exists(out_path("with", report_files[i])));
    kt_ctx_end(&ctx);
}

/* Memory that runs out in the middle: the report says who asked for how much. */
static void test_the_report_of_a_run_that_memory_ended(void **state)
{
    (void)state;
    kr_run_options o = {.job = write_job(), .threads = 1, .memory_report = true};
    kr_ctx *ctx = kt_ctx();
    kr_peak peak;
    o.dir = out_path("whole", "");
    kt_ok(ctx, kr_run(ctx, &o));
    long n = kr_mem_count(ctx);
    kt_ctx_end(&ctx);
    ctx = kt_ctx();
    kr_mem_fail_at(ctx, n / 2);
    o.dir = out_path("ended", "");
    kt_fails(ctx, kr_run(ctx, &o), KR_ENOMEM, "out of memory");
    check_report(ctx, "ended", "out of memory");
    kr_ctx_peak(ctx, &peak, NULL, 0);
    assert_true(peak.refused.bytes > 0 && peak.refused.line > 0);
    unsigned char *text = kt_read_file(out_path("ended", "memory.json"), &(size_t){0});
    assert_non_null(strstr((char *)text, peak.refused.function));
    assert_non_null(strstr((char *)text, "\"refused\": {\"by\": \"allocation\""));
    assert_non_null(strstr((char *)text, "\"error\": \"out of memory"));
    free(text);
    kt_ctx_end(&ctx);
    ctx = kt_ctx(); /* refused before it computes */
    o.memory_limit = 200000;
    o.dir = out_path("refused", "");
    assert_int_equal(kr_run(ctx, &o), KR_ENOFIT);
    kr_ctx_clear_error(ctx);
    check_report(ctx, "refused", "would not fit the memory limit");
    kr_arena arena;
    kr_value json;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_json_read(ctx, out_path("refused", "memory.json"), &arena, &json));
    assert_string_equal(kr_value_get(kr_value_get(&json, "refused"), "by")->text, "plan");
    assert_true(number_of(kr_value_get(&json, "refused"), "bytes") > 200000);
    assert_non_null(strstr(kr_value_get(&json, "error")->text, "the limit is 0.2 MB"));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

static kr_status report_once(kr_ctx *ctx, void *user)
{
    kr_memory_report *r = NULL;
    FILE *out = fopen("/dev/null", "w");
    assert_non_null(out);
    kr_status s = kr_memory_report_begin(ctx, user, 0, &r);
    s = kr_memory_report_end(&r, s);
    if (s == KR_OK)
        s = kr_memory_table(ctx, out);
    fclose(out);
    return s;
}

static void test_each_allocation_can_fail(void **state)
{
    (void)state;
    char path[4096];
    snprintf(path, sizeof path, "%s/each", dir);
    assert_true(kt_fail_each_allocation(report_once, path) > 5);
}

static void test_a_folder_that_cannot_be_written(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_run_options o = {.job = write_job(), .threads = 1, .memory_report = true};
    kt_write_text(kt_path(dir, "file"), "x");
    o.dir = out_path("file", "under");
    kt_fails(ctx, kr_run(ctx, &o), KR_EIO, "/file: is a file, and a folder is wanted");
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_frames_are_as_wide_as_their_bytes),
        cmocka_unit_test(test_nothing_is_drawn_of_nothing),
        cmocka_unit_test(test_lines_of_a_timeline),
        cmocka_unit_test(test_a_day_has_some_thousand_lines),
        cmocka_unit_test(test_what_is_cut_off_is_left_out),
        cmocka_unit_test(test_names_of_phases_stay_in_their_boxes),
        cmocka_unit_test(test_the_report_of_a_run),
        cmocka_unit_test(test_the_report_of_a_run_that_memory_ended),
        cmocka_unit_test(test_each_allocation_can_fail),
        cmocka_unit_test(test_a_folder_that_cannot_be_written),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
