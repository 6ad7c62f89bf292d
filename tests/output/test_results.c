/* results.h5 written piece by piece and read back, the tables made from it, and what a run that
 * fails leaves behind. */
#include "output/results.h"
#include "support/model.h"
#include "support/paths.h"
#include "support/support.h"

#include "base/file.h"
#include "base/h5.h"
#include "base/str.h"

#include <dirent.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MANY_SITES = 70, FEW_SITES = 2 };

/* A job with results to store; the curves are random numbers. */
typedef struct made {
    kt_model model;
    kr_arena arena;
    kr_sites *sites;
    kr_results_spec spec;
    size_t curve;
    double *rates;
    float *stats, *rlzs, *by_source;
    bool site_by_site; /* are single realizations put */
    char out[4096];
} made;

static const char *job_text(size_t nsites)
{
    static char text[8192];
    size_t used = (size_t)snprintf(
        text, sizeof text,
        "[general]\ncalculation_mode = classical\ndescription = a test\n"
        "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"
        "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
        "width_of_mfd_bin = 0.2\nreference_vs30_value = 600\n"
        "reference_depth_to_1pt0km_per_sec = 50\nreference_depth_to_2pt5km_per_sec = 1\n"
        "intensity_measure_types_and_levels = {'PGA': [0.01, 0.1, 0.5], 'PGV': [1, 10, 50], "
        "'SA(1.0)': [0.01, 0.1, 0.5]}\nmean = true\nquantiles = 0.5\npoes = 0.1 0.002\n"
        "hazard_maps = true\nuniform_hazard_spectra = true\nindividual_rlzs = true\n"
        "disagg_by_src = true\nsites = ");
    for (size_t i = 0; i < nsites; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%.2f 0.5 %s", i ? ", " : "",
                                 0.01 * (double)i, i == 1 ? "-1" : "0");
    return text;
}

static void make_model(kt_model *m, size_t nsites)
{
    static const char *const one[] = {"source.xml"}, *const db[] = {"-0.1", "0.1"};
    static const char *const crust[] = {"BooreAtkinson2008", "AkkarBommer2010"};
    static const char *const stable[] = {"CampbellBozorgnia2008", "AbrahamsonSilva2008"};
    char sources[6000], sets[4000], gmms[4000];
    snprintf(sources, sizeof sources, "%s%s", kt_point_source("a", NULL, 0.1, 0),
             kt_point_source("c", "Stable", 0.4, 0.1));
    snprintf(sets, sizeof sets, "%s%s", kt_branch_set("m", "sourceModel", "", 1, one),
             kt_branch_set("b", "bGRRelative", "applyToSources='a'", 2, db));
    snprintf(gmms, sizeof gmms, "%s%s",
             kt_branch_set("g", "gmpeModel", "applyToTectonicRegionType='Active Shallow Crust'", 2,
                           crust),
             kt_branch_set("h", "gmpeModel", "applyToTectonicRegionType='Stable'", 2, stable));
    kt_model_make(m, job_text(nsites), sources, sets, gmms);
}

static float *random_curves(size_t n, size_t nlevels, uint64_t *random)
{
    float *x = malloc(n * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < n; i++) /* falling, with zeros at the end of some */
        x[i] = i % nlevels == 0 ? (float)kt_random_unit(random)
                                : x[i - 1] * (float)(kt_random(random) % 4) / 4;
    return x;
}

static void begin(made *x, size_t nsites)
{
    static const kr_input_file inputs[] = {
        {.key = "job_ini", .path = "a/job.ini", .size = 12, .sha256 = "00ff"},
        {.key = "source_model", .path = "a/source.xml", .size = 5000000000, .sha256 = "abcd"}};
    uint64_t random = 5;
    kr_stat *stats;
    *x = (made){0};
    make_model(&x->model, nsites);
    kr_ctx *ctx = x->model.ctx;
    const kr_job *job = x->model.job;
    const kr_tree *tree = x->model.tree;
    kr_arena_init(&x->arena, ctx, KR_ACCOUNT_OTHER);
    kt_ok(ctx, kr_sites_read(ctx, job, KR_BIT(Z1PT0), &x->sites));
    snprintf(x->out, sizeof x->out, "%s/deep/out", x->model.dir);
    x->spec = (kr_results_spec){.dir = x->out,
                                .job = job,
                                .sites = x->sites,
                                .tree = tree,
                                .store_rlzs = true,
                                .start_date = "2024-11-22T18:00:00",
                                .isa = "v3",
                                .inputs = inputs,
                                .ninputs = 2};
    kt_ok(ctx, kr_stats_of_job(job, &x->arena, &stats, &x->spec.nstats));
    x->spec.stats = stats;
    x->curve = job->nimts * job->nlevels;
    x->rates = malloc(tree->nrates * nsites * x->curve * sizeof *x->rates);
    for (size_t i = 0; i < tree->nrates * nsites * x->curve; i++)
        x->rates[i] = exp(-30 + 30 * kt_random_unit(&random));
    x->stats = random_curves(nsites * x->spec.nstats * x->curve, job->nlevels, &random);
    x->rlzs = random_curves(nsites * tree->nrlzs * x->curve, job->nlevels, &random);
    x->by_source = random_curves(nsites * x->curve * tree->nbase_ids, 3, &random);
}

static void end(made *x)
{
    free(x->rates);
    free(x->stats);
    free(x->rlzs);
    free(x->by_source);
    kr_sites_destroy(&x->sites);
    kr_arena_clear(&x->arena);
    kt_model_end(&x->model);
}

/* Single realizations, by blocks or site by site. */
static kr_status put_rlzs(const made *x, kr_results *results, size_t first, size_t n)
{
    kr_status s = KR_OK;
    size_t rlzs = x->spec.tree->nrlzs;
    kr_rlzs_writer *writer = NULL;
    for (size_t i = 0; i < n && x->site_by_site; i++)
        KR_TRY(kr_results_put_rlzs(results, first + i, x->rlzs + (first + i) * rlzs * x->curve));
    if (x->site_by_site)
        goto out;
    KR_TRY(kr_rlzs_writer_create(results, &writer));
    for (size_t b = 0; b < kr_results_rlzs_blocks(&x->spec, n); b++) {
        const kr_rlzs_block block = kr_results_rlzs_block(&x->spec, first, n, b);
        float *to = kr_rlzs_writer_curves(writer);
        for (size_t i = 0; i < block.nsites; i++, to += block.n * x->curve)
            memcpy(to, x->rlzs + ((block.site + i) * rlzs + block.first) * x->curve,
                   block.n * x->curve * sizeof *to);
        kr_rlzs_writer_pack(writer, &block);
        KR_TRY(kr_rlzs_writer_put(writer));
    }
out:
    kr_rlzs_writer_destroy(&writer);
    return s;
}

/* Everything of sites [first, first + n). */
static kr_status put(const made *x, kr_ctx *ctx, kr_results *results, size_t first, size_t n)
{
    kr_status s = KR_OK;
    size_t nrates = x->spec.tree->nrates, all = x->sites->n;
    double *rates = NULL;
    KR_NEW(rates, ctx, KR_ACCOUNT_OTHER, nrates * n * x->curve);
    for (size_t r = 0; r < nrates; r++)
        memcpy(rates + r * n * x->curve, x->rates + (r * all + first) * x->curve,
               n * x->curve * sizeof *rates);
    kr_results_tile tile = {.first_site = first,
                            .nsites = n,
                            .component_rates = rates,
                            .stats = x->stats + first * x->spec.nstats * x->curve,
                            .rates_by_source =
                                x->by_source + first * x->curve * x->spec.tree->nbase_ids};
    KR_TRY(kr_results_put_tile(results, &tile));
    if (x->spec.store_rlzs)
        KR_TRY(put_rlzs(x, results, first, n));
out:
    kr_free(rates);
    return s;
}

static kr_status write_all(const made *x, kr_ctx *ctx)
{
    kr_status s = KR_OK;
    kr_results *results = NULL;
    KR_TRY(kr_results_create(ctx, x->spec.dir, &results));
    KR_TRY(kr_results_begin(results, &x->spec));
    for (size_t first = 0; first < x->sites->n; first += 64)
        KR_TRY(put(x, ctx, results, first, x->sites->n - first < 64 ? x->sites->n - first : 64));
    KR_TRY(kr_results_finish(results));
out:
    kr_results_destroy(&results);
    return s;
}

/* ---- reading back ---- */

static void assert_floats(kr_h5 *file, kr_arena *arena, const char *name, const size_t want[4],
                          const float *values)
{
    size_t dims[KR_H5_MAX_RANK], n;
    int rank;
    void *data;
    kt_ok(arena->ctx, kr_h5_dims(file, name, dims, &rank));
    assert_int_equal(rank, 4);
    for (int d = 0; d < 4; d++)
        assert_int_equal(dims[d], want[d]);
    kt_ok(arena->ctx, kr_h5_read(file, name, KR_H5_F32, arena, &data, &n));
    assert_memory_equal(data, values, n * sizeof(float));
}

static void assert_doubles(kr_h5 *file, kr_arena *arena, const char *name, const double *values,
                           size_t want)
{
    size_t n;
    void *data;
    kt_ok(arena->ctx, kr_h5_read(file, name, KR_H5_F64, arena, &data, &n));
    assert_int_equal(n, want);
    assert_memory_equal(data, values, n * sizeof(double));
}

static char **strings(kr_h5 *file, kr_arena *arena, const char *name, size_t want)
{
    char **texts;
    size_t n;
    kt_ok(arena->ctx, kr_h5_read_strings(file, name, arena, &texts, &n));
    assert_int_equal(n, want);
    return texts;
}

static void *numbers(kr_h5 *file, kr_arena *arena, const char *name, kr_h5_type type, size_t *n)
{
    void *data;
    kt_ok(arena->ctx, kr_h5_read(file, name, type, arena, &data, n));
    return data;
}

static void check_head(const made *x, kr_h5 *file, kr_arena *arena)
{
    static const char *const texts[][2] = {{"format", "kauri results"},
                                           {"date", "2024-11-22T18:00:00"},
                                           {"description", "a test"},
                                           {"compat", "oq-3.21"},
                                           {"isa", "v3"}};
    double time = 0;
    bool found;
    char *text;
    size_t n;
    for (size_t i = 0; i < 5; i++) {
        kt_ok(arena->ctx, kr_h5_attr_text(file, "/", texts[i][0], arena, &text));
        assert_string_equal(text, texts[i][1]);
    }
    kt_ok(arena->ctx, kr_h5_attr_double(file, "/", "investigation_time", &time, &found));
    kt_same(time, 50);
    kt_ok(arena->ctx, kr_h5_attr_double(file, "/", "format_version", &time, &found));
    kt_same(time, KR_RESULTS_FORMAT);
    assert_string_equal(strings(file, arena, "imtls/imt", 3)[0], x->spec.job->imts[0].name);
    assert_doubles(file, arena, "imtls/levels", x->spec.job->levels, x->curve);
    assert_string_equal(strings(file, arena, "stats", 2)[1], "quantile-0.5");
    assert_doubles(file, arena, "poes", x->spec.job->poes.x, 2);
    assert_string_equal(strings(file, arena, "inputs/path", 2)[1], "a/source.xml");
    assert_string_equal(strings(file, arena, "inputs/sha256", 2)[0], "00ff");
    assert_true(((int64_t *)numbers(file, arena, "inputs/size", KR_H5_I64, &n))[1] == 5000000000);
    assert_string_equal(strings(file, arena, "job/key", x->spec.job->ngiven)[0],
                        x->spec.job->given_keys[0]);
}

static void check_sites(const made *x, kr_h5 *file, kr_arena *arena)
{
    size_t n, all = x->sites->n;
    const uint32_t *sids = numbers(file, arena, "sitecol/sids", KR_H5_U32, &n);
    assert_int_equal(n, all);
    for (uint32_t i = 0; i < n; i++)
        assert_int_equal(sids[i], i);
    assert_doubles(file, arena, "sitecol/lon", x->sites->lon, all);
    assert_doubles(file, arena, "sitecol/lat", x->sites->lat, all);
    assert_doubles(file, arena, "sitecol/depth", x->sites->depth, all);
    assert_doubles(file, arena, "sitecol/vs30", x->sites->param[KR_COL_VS30], all);
    assert_doubles(file, arena, "sitecol/z1pt0", x->sites->param[KR_COL_Z1PT0], all);
}

static void check_curves(const made *x, kr_h5 *file, kr_arena *arena)
{
    size_t dims[KR_H5_MAX_RANK], n = x->sites->n, rlzs = x->spec.tree->nrlzs;
    int rank;
    assert_floats(file, arena, "hcurves-stats", (const size_t[]){n, 2, 3, 3}, x->stats);
    assert_floats(file, arena, "hcurves-rlzs", (const size_t[]){n, rlzs, 3, 3}, x->rlzs);
    assert_floats(file, arena, "mean_rates_by_src/array", (const size_t[]){n, 3, 3, 2},
                  x->by_source);
    assert_string_equal(strings(file, arena, "mean_rates_by_src/src_id", 2)[1], "c");
    kt_ok(arena->ctx, kr_h5_dims(file, "component_rates", dims, &rank));
    assert_int_equal(rank, 4);
    assert_int_equal(dims[0], x->spec.tree->nrates);
    assert_int_equal(dims[1], n);
    assert_doubles(file, arena, "component_rates", x->rates, x->spec.tree->nrates * n * x->curve);
}

/* The maps are those of the curves. */
static void check_maps(const made *x, kr_h5 *file, kr_arena *arena, const char *name,
                       const float *curves, size_t kinds)
{
    const kr_job *job = x->spec.job;
    size_t n = x->sites->n * kinds * job->nimts;
    float *maps = malloc(n * 2 * sizeof *maps);
    double scratch[6];
    for (size_t i = 0; i < n; i++)
        kr_hazard_map(curves + i * 3, job->levels + i % 3 * 3, 3, job->poes.x, 2, scratch,
                      maps + i * 2);
    assert_floats(file, arena, name, (const size_t[]){x->sites->n, kinds, 3, 2}, maps);
    free(maps);
}

/* From the file alone follows which component rates a realization is the sum of. */
static void check_tree(const made *x, kr_h5 *file, kr_arena *arena)
{
    const kr_tree *tree = x->spec.tree;
    size_t n, nlisted;
    const uint32_t *component = numbers(file, arena, "components/rate_component", KR_H5_U32, &n);
    const uint32_t *gsim = numbers(file, arena, "components/rate_gsim", KR_H5_U32, &n);
    const float *weights = numbers(file, arena, "weights", KR_H5_F32, &nlisted);
    const uint32_t *path = numbers(file, arena, "realizations/path", KR_H5_U32, &nlisted);
    uint32_t models[8];
    assert_true(tree->ntrts <= 8);
    assert_int_equal(n, tree->nrates);
    assert_int_equal(nlisted, tree->nrlzs);
    for (size_t r = 0; r < tree->nrlzs; r++) {
        uint32_t wanted[64];
        size_t found = 0, nwanted = kt_rates(tree, r, wanted);
        kt_ok(arena->ctx,
              kr_h5_read_slab(file, "realizations/gsims", KR_H5_U32, (const size_t[]){r, 0},
                              (const size_t[]){1, tree->ntrts}, models));
        for (uint32_t k = 0; k < n; k++) {
            bool used = false, chosen = false;
            const kt_source_path *listed = kt_path_at(tree, path[r]);
            for (size_t i = 0; i < listed->ncomponents; i++)
                used = used || listed->components[i] == component[k];
            for (size_t t = 0; t < tree->ntrts; t++)
                chosen = chosen || models[t] == gsim[k];
            if (used && chosen)
                assert_int_equal(wanted[found++], k);
        }
        assert_int_equal(found, nwanted);
        kt_same((double)weights[r], (double)(float)kr_tree_weight(tree, r, 0));
    }
    assert_string_equal(strings(file, arena, "full_lt/source_model_lt/uvalue", 3)[1], "-0.1");
    assert_string_equal(strings(file, arena, "full_lt/gsim_lt/trt", 4)[3], "Stable");
    assert_string_equal(strings(file, arena, "full_lt/sm_data/path", 2)[0],
                        kt_path_at(tree, 0)->path);
}

static void test_read_back(void **state)
{
    (void)state;
    static const size_t counts[] = {FEW_SITES, 64, MANY_SITES};
    for (size_t i = 0; i < 6; i++) {
        made x;
        kr_h5 *file;
        kr_arena arena;
        begin(&x, counts[i % 3]);
        x.site_by_site = i >= 3;
        kr_ctx *ctx = x.model.ctx;
        kt_ok(ctx, write_all(&x, ctx));
        assert_false(kr_file_exists(kt_path(x.out, "results.h5.part")));
        kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
        kt_ok(ctx, kr_h5_open(ctx, kt_path(x.out, "results.h5"), &file));
        check_head(&x, file, &arena);
        check_sites(&x, file, &arena);
        check_curves(&x, file, &arena);
        check_maps(&x, file, &arena, "hmaps-stats", x.stats, x.spec.nstats);
        check_maps(&x, file, &arena, "hmaps-rlzs", x.rlzs, x.spec.tree->nrlzs);
        check_tree(&x, file, &arena);
        kr_h5_discard(&file);
        kr_arena_clear(&arena);
        end(&x);
    }
}

/* Blocks follow each other, begin where chunks begin, and hold every realization of every site
 * once. */
static void check_blocks(size_t nsites, size_t nrlzs, size_t levels, size_t at_most)
{
    kr_sites sites = {.n = nsites};
    kr_tree tree = {.nrlzs = nrlzs};
    kr_job job = {.nimts = 2, .nlevels = levels};
    const kr_results_spec spec = {.job = &job, .sites = &sites, .tree = &tree};
    for (size_t first = 0; first < nsites; first += 64) {
        size_t n = nsites - first < 64 ? nsites - first : 64, site = first, rlz = 0;
        for (size_t b = 0; b < kr_results_rlzs_blocks(&spec, n); b++) {
            const kr_rlzs_block block = kr_results_rlzs_block(&spec, first, n, b);
            assert_int_equal(block.site, site);
            assert_int_equal(block.first, rlz);
            assert_true(block.n > 0 && block.nsites > 0);
            assert_true(block.n * block.nsites * 2 * levels * sizeof(float) <= at_most);
            assert_true(block.nsites == 1 || block.n == nrlzs);
            assert_true(block.nsites == 1 || block.site % 2 == 0);
            rlz += block.n;
            site += rlz == nrlzs ? block.nsites : 0;
            rlz = rlz == nrlzs ? 0 : rlz;
        }
        assert_int_equal(site, first + n);
        assert_int_equal(rlz, 0);
    }
}

static void test_blocks(void **state)
{
    (void)state;
    check_blocks(1, 1, 3, 1 << 20);
    check_blocks(131, 8, 3, 1 << 20);
    check_blocks(131, 400, 50, 1 << 20);
    check_blocks(67, 4860, 100, 1 << 20);
    check_blocks(3, 1 << 20, 29, 1 << 20);
    check_blocks(2, 3, 200000, 1600000); /* a curve that is larger than a chunk may be */
}

static void test_chunks(void **state)
{
    (void)state;
    assert_int_equal(kr_results_chunk_sites(1), 64);
    assert_int_equal(kr_results_chunk_sites(16384), 64);
    assert_int_equal(kr_results_chunk_sites(16385), 32);
    assert_int_equal(kr_results_chunk_sites(1 << 20), 1);
    assert_int_equal(kr_results_chunk_sites((size_t)1 << 40), 1);
}

/* ---- what is left ---- */

/* Files of a folder whose names end so; a folder that is not there has none. */
static size_t count_files(const char *dir, const char *suffix)
{
    size_t n = 0;
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        n += e->d_type == DT_REG && kr_str_ends(e->d_name, suffix);
    if (d)
        closedir(d);
    return n;
}

static void test_discarded(void **state)
{
    (void)state;
    made x;
    kr_results *results;
    begin(&x, FEW_SITES);
    kr_ctx *ctx = x.model.ctx;
    kt_ok(ctx, kr_results_create(ctx, x.spec.dir, &results));
    kt_ok(ctx, kr_results_begin(results, &x.spec));
    kt_ok(ctx, put(&x, ctx, results, 0, FEW_SITES));
    kr_results_destroy(&results);
    assert_false(kr_dir_exists(x.out)); /* it was not there before */
    kt_ok(ctx, kr_make_dirs(ctx, x.out));
    kt_write_text(kt_path(x.out, "results.h5"), "older");
    kt_ok(ctx, kr_results_create(ctx, x.spec.dir, &results));
    kt_ok(ctx, kr_results_begin(results, &x.spec));
    kr_results_destroy(&results);
    assert_int_equal(count_files(x.out, ""), 1);
    assert_int_equal(kr_file_size(kt_path(x.out, "results.h5")), 5);
    assert_int_equal(mkdir(kt_path(x.model.dir, "taken"), 0777), 0);
    assert_int_equal(mkdir(kt_path(x.model.dir, "taken/results.h5"), 0777), 0);
    x.spec.dir = kt_path(x.model.dir, "taken");
    kt_fails(ctx, write_all(&x, ctx), KR_EIO, "results.h5: cannot be put in place");
    assert_int_equal(count_files(kt_path(x.model.dir, "taken"), ""), 0);
    x.spec.dir = kt_path(x.model.dir, "job.ini");
    kt_fails(ctx, write_all(&x, ctx), KR_EIO, "job.ini");
    end(&x);
}

/* In a child: what the library loses after a failed write is no leak of ours. */
static int write_within(const made *x, rlim_t bytes)
{
    const struct rlimit limit = {bytes, bytes};
    kr_ctx *ctx = NULL;
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        kr_ctx_create(&ctx) != KR_OK)
        return 1;
    kr_status s = write_all(x, ctx);
    bool told = strstr(kr_ctx_error(ctx), "results.h5.part: cannot ") != NULL;
    return s == KR_EIO && told && kr_ctx_memory(ctx).current == 0 && !kr_dir_exists(x->out) ? 0 : 2;
}

/* A disk that is full sooner or later. */
static void test_disk_full(void **state)
{
    (void)state;
    made x;
    begin(&x, MANY_SITES);
    for (rlim_t bytes = 0; bytes < 40000; bytes = 2 * bytes + 1000) {
        int status = -1;
        fflush(NULL);
        pid_t pid = fork();
        if (pid == 0)
            _exit(write_within(&x, bytes));
        assert_int_equal(waitpid(pid, &status, 0), pid);
        if (status != 0)
            fail_msg("a file of at most %llu bytes: status %x", (unsigned long long)bytes,
                     (unsigned)status);
    }
    end(&x);
}

/* ---- tables ---- */

static void assert_lines(const made *x, const char *name, size_t want, const char *second,
                         const char *third)
{
    size_t n, lines = 0;
    char *text = (char *)kt_read_file(kt_path(x->out, name), &n), *save;
    assert_true(n > 2 && text[0] == '#');
    for (char *line = strtok_r(text, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
        lines++;
        if (lines == 1)
            assert_non_null(strstr(line, ",\"generated_by='Kauri "));
        if (lines == 2)
            assert_string_equal(line, second);
        if (lines == 3 && third)
            assert_string_equal(line, third);
    }
    assert_int_equal(lines, want);
    free(text);
}

static void test_tables(void **state)
{
    (void)state;
    made x;
    size_t ntables = 0;
    char line[512];
    begin(&x, FEW_SITES);
    kr_ctx *ctx = x.model.ctx;
    size_t rlzs = x.spec.tree->nrlzs;
    kt_ok(ctx, write_all(&x, ctx));
    kt_ok(ctx, kr_results_export_csv(ctx, &x.spec, &ntables));
    assert_int_equal(rlzs, 8);
    assert_int_equal(ntables, (rlzs + 2) * (3 + 1 + 1) + 1 + 2);
    assert_int_equal(count_files(x.out, ".csv"), ntables);
    assert_int_equal(count_files(x.out, ""), ntables + 1);
    snprintf(line, sizeof line, "0.00000,0.50000,0.00000,%.6E,%.6E,%.6E", (double)x.stats[9],
             (double)x.stats[10], (double)x.stats[11]);
    assert_lines(&x, "quantile_curve-0.5-PGV.csv", 4,
                 "lon,lat,depth,poe-1.0000000,poe-10.0000000,poe-50.0000000", NULL);
    assert_lines(&x, "quantile_curve-0.5-PGA.csv", 4,
                 "lon,lat,depth,poe-0.0100000,poe-0.1000000,poe-0.5000000", line);
    assert_lines(&x, "hazard_curve-rlz-007-SA(1.0).csv", 4,
                 "lon,lat,depth,poe-0.0100000,poe-0.1000000,poe-0.5000000", NULL);
    assert_lines(&x, "hazard_uhs-mean.csv", 4,
                 "lon,lat,depth,0.100000~PGA,0.100000~SA(1.0),0.002000~PGA,0.002000~SA(1.0)", NULL);
    assert_lines(&x, "realizations.csv", rlzs + 2, "rlz_id,branch_path,weight",
                 "0,AAA~AA,1.2500000e-01");
    assert_true(kr_file_exists(kt_path(x.out, "hazard_map-rlz-000.csv")));
    assert_true(kr_file_exists(kt_path(x.out, "mean_rates_by_src-1.csv")));
    end(&x);
}

/* All tables or none. */
static void test_tables_fail(void **state)
{
    (void)state;
    made x;
    size_t ntables = 0;
    begin(&x, FEW_SITES);
    kr_ctx *ctx = x.model.ctx;
    kt_ok(ctx, write_all(&x, ctx));
    assert_int_equal(mkdir(kt_path(x.out, "realizations.csv"), 0777), 0);
    kt_fails(ctx, kr_results_export_csv(ctx, &x.spec, &ntables), KR_EIO, "realizations.csv");
    assert_int_equal(count_files(x.out, ".csv"), 0);
    assert_int_equal(count_files(x.out, ""), 1);
    end(&x);
}

static void remove_files(const char *dir)
{
    DIR *d = opendir(dir);
    for (struct dirent *e; d && (e = readdir(d)) != NULL;)
        if (e->d_type == DT_REG)
            assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
    if (d) {
        closedir(d);
        assert_int_equal(rmdir(dir), 0);
    }
}

static kr_status whole_way(kr_ctx *ctx, void *user)
{
    const made *x = user;
    kr_status s = KR_OK;
    size_t ntables = 0;
    KR_TRY(write_all(x, ctx));
    KR_TRY(kr_results_export_csv(ctx, &x->spec, &ntables));
out:
    if (s != KR_OK) /* a complete file or none, and nothing else */
        assert_int_equal(count_files(x->out, ""), count_files(x->out, "results.h5"));
    if (s != KR_OK && count_files(x->out, "") == 0)
        assert_false(kr_dir_exists(x->out));
    remove_files(x->out);
    return s;
}

static void test_allocations(void **state)
{
    (void)state;
    made x;
    begin(&x, FEW_SITES);
    x.spec.store_rlzs = false; /* fewer tables */
    assert_int_equal(kt_fail_each_allocation(whole_way, &x) > 20, 1);
    end(&x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_back),   cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_chunks),      cmocka_unit_test(test_discarded),
        cmocka_unit_test(test_disk_full),   cmocka_unit_test(test_tables),
        cmocka_unit_test(test_tables_fail), cmocka_unit_test(test_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
