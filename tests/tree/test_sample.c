/* Sampling: the reference's streams, choices, paths and weights. */
#include "tree/make.h"

#include "tree/sample.h"

static FILE *open_figures(const char *name)
{
    char path[4096];
    const char *root = getenv("KAURI_SOURCE_DIR");
    FILE *f;

    snprintf(path, sizeof path, "%s/tests/tree/%s", root ? root : ".", name);
    f = fopen(path, "r");
    if (!f)
        print_message("cannot open %s\n", path);
    assert_non_null(f);
    assert_non_null(fgets(path, sizeof path, f)); /* the comment */
    return f;
}

static kr_sampling method_of(const char *name)
{
    if (strcmp(name, "early_weights") == 0)
        return KR_EARLY_WEIGHTS;
    if (strcmp(name, "late_weights") == 0)
        return KR_LATE_WEIGHTS;
    return strcmp(name, "early_latin") == 0 ? KR_EARLY_LATIN : KR_LATE_LATIN;
}

static void matrices(void **state)
{
    FILE *f = open_figures("random.txt");
    char line[4096], method[32];
    int blocks = 0;

    (void)state;
    while (fgets(line, sizeof line, f)) {
        kr_ctx *ctx = kt_ctx();
        double *x;
        unsigned long seed, rows, cols;
        char *p = line;

        blocks++;
        p = strchr(line, ' ');
        *p++ = '\0';
        snprintf(method, sizeof method, "%.31s", line);
        seed = strtoul(p, &p, 10);
        rows = strtoul(p, &p, 10);
        cols = strtoul(p, &p, 10);
        kt_ok(ctx, kr_sample_matrix(ctx, (uint32_t)seed, rows, cols, method_of(method), &x));
        for (size_t i = 0; i < rows; i++) {
            assert_non_null(fgets(line, sizeof line, f));
            p = line;
            for (size_t j = 0; j < cols; j++)
                kt_same(x[i * cols + j], strtod(p, &p));
        }
        kr_free(x);
        kt_ctx_end(&ctx);
    }
    fclose(f);
    assert_true(blocks >= 10);
}

static void picks(void **state)
{
    const double w[] = {0.2, 0.5, 0.3};

    (void)state;
    assert_int_equal(kr_sample_pick(w, 3, 0, KR_EARLY_WEIGHTS), 0);
    assert_int_equal(kr_sample_pick(w, 3, 0.2, KR_EARLY_WEIGHTS), 0);
    assert_int_equal(kr_sample_pick(w, 3, 0.2000001, KR_EARLY_LATIN), 1);
    assert_int_equal(kr_sample_pick(w, 3, 0.9999999, KR_EARLY_WEIGHTS), 2);
    assert_int_equal(kr_sample_pick(w, 3, 1, KR_EARLY_WEIGHTS), 2);
    assert_int_equal(kr_sample_pick(w, 3, 1.0 / 3, KR_LATE_WEIGHTS), 0);
    assert_int_equal(kr_sample_pick(w, 3, 0.34, KR_LATE_WEIGHTS), 1);
    assert_int_equal(kr_sample_pick(w, 3, 0.99, KR_LATE_LATIN), 2);
    assert_int_equal(kr_sample_pick(w, 1, 0.99, KR_LATE_WEIGHTS), 0);
    for (size_t n = 2; n < 200; n++) { /* equal shares, but for the rounding of the steps */
        double equal[200];
        for (size_t k = 0; k < n; k++)
            equal[k] = 1;
        for (size_t k = 0; k < n; k++)
            assert_int_equal(
                kr_sample_pick(equal, n, ((double)k + 0.5) / (double)n, KR_LATE_WEIGHTS), k);
    }
}

static const char smlt[] = KT_SET(
    "sourceModel", "s", "", KT_BRANCH("b0", "sm.xml", "0.7") KT_BRANCH("b1", "sm2.xml", "0.3"))
    KT_SET("bGRRelative", "u1", "applyToTectonicRegionType='" KT_SCC "'",
           KT_BRANCH("x1", "0.1", "0.2") KT_BRANCH("x2", "0", "0.5") KT_BRANCH("x3", "-0.1", "0.3"))
        KT_SET("maxMagGRRelative", "u2", "applyToTectonicRegionType='" KT_SCC "'",
               KT_BRANCH("y1", "0.2", "0.25") KT_BRANCH("y2", "-0.1", "0.75"));
static const char glt[] = KT_GLT(KT_ASC, KT_BRANCH("g00", "BooreAtkinson2008", "0.6")
                                             KT_BRANCH("g01", "SadighEtAl1997", "0.1")
                                                 KT_BRANCH("g02", "ChiouYoungs2008", "0.3"))
    KT_GLT(KT_SCC, KT_BRANCH("g10", "ToroEtAl2002", "0.8") KT_BRANCH("g11", "Campbell2003", "0.2"));

static void write_models(kt_tree *t)
{
    char one[2048], two[4096];

    for (int file = 0; file < 2; file++) {
        kt_source(one, sizeof one, "p1", KT_ASC, 3);
        snprintf(two, sizeof two,
                 "<sourceGroup name='a' tectonicRegion='" KT_ASC "'>%s</sourceGroup>", one);
        kt_source(one, sizeof one, "q", KT_SCC, 3);
        snprintf(two + strlen(two), sizeof two - strlen(two),
                 "<sourceGroup name='b' tectonicRegion='" KT_SCC "'>%s</sourceGroup>", one);
        kt_tree_file(t, file == 0 ? "sm.xml" : "sm2.xml", "sourceModel", two);
    }
    kt_tree_file(t, "smlt.xml", "logicTree", smlt);
    kt_tree_file(t, "glt.xml", "logicTree", glt);
}

/* "b0_x1_y1~gA0_gA1" of realization r. */
static void path_text(const kr_tree *tree, size_t r, char *out, size_t size)
{
    size_t gsims[8];
    kr_realization rlz;
    size_t n;

    kr_tree_realization(tree, r, gsims, &rlz);
    n = (size_t)snprintf(out, size, "%s~", kt_path_at(tree, rlz.path)->path);
    for (size_t i = 0; i + 1 < n; i++)
        if (out[i] == '~')
            out[i] = '_';
    out[n - 1] = '~';
    for (size_t t = 0; t < tree->ntrts; t++)
        n += (size_t)snprintf(out + n, size - n, "%s%s", t > 0 ? "_" : "",
                              tree->gsims[rlz.gsims[t]].branch_id);
}

static void samples(void **state)
{
    FILE *f = open_figures("sampling.txt");
    char line[4096], extra[512], got[512];
    int blocks = 0;

    (void)state;
    while (fgets(line, sizeof line, f)) {
        kt_tree t;
        char *seed = strchr(line, ' '), *number;

        *seed++ = '\0';
        number = strchr(seed, ' ');
        *number++ = '\0';
        kt_tree_begin(&t);
        write_models(&t);
        snprintf(extra, sizeof extra,
                 "sampling_method = %.31s\nnumber_of_logic_tree_samples = %lu\n", line,
                 strtoul(number, NULL, 10));
        if (strcmp(seed, "42") == 0) {
            kt_ok(t.ctx, kt_tree_read(&t, extra, KR_COMPAT_OQ_3_21));
        } else {
            kr_override o = {"random_seed", seed};
            kt_ok(t.ctx, kt_tree_read(&t, extra, KR_COMPAT_OQ_3_21));
            kt_tree_forget(&t);
            kt_ok(t.ctx,
                  kr_job_read(t.ctx, kt_path(t.dir, "job.ini"), &o, 1, KR_COMPAT_OQ_3_21, &t.job));
            kt_ok(t.ctx, kr_model_create(t.ctx, &t.model));
            kt_ok(t.ctx, kr_tree_read(t.ctx, t.job, t.model, &t.tree));
        }
        blocks++;
        assert_int_equal(t.tree->nrlzs, strtoul(number, NULL, 10));
        for (size_t r = 0; r < t.tree->nrlzs; r++) {
            char *weight;
            assert_non_null(fgets(line, sizeof line, f));
            weight = strchr(line, ' ');
            *weight++ = '\0';
            path_text(t.tree, r, got, sizeof got);
            assert_string_equal(got, line);
            kt_same(kr_tree_weight(t.tree, r, 0), strtod(weight, NULL));
        }
        kt_tree_end(&t);
    }
    fclose(f);
    assert_int_equal(blocks, 12);
}

/* In samples a component knows only the models that its realizations use. */
static void sampled_rates(void **state)
{
    kt_tree t;
    uint32_t rates[16];

    (void)state;
    kt_tree_begin(&t);
    write_models(&t);
    kt_ok(t.ctx, kt_tree_read(&t, "number_of_logic_tree_samples = 3", KR_COMPAT_OQ_3_21));
    for (size_t r = 0; r < t.tree->nrlzs; r++) {
        size_t gsims[4], n = kt_rates(t.tree, r, rates);
        kr_realization rlz;
        kr_tree_realization(t.tree, r, gsims, &rlz);
        assert_int_equal(n, kt_path_at(t.tree, rlz.path)->ncomponents);
        for (size_t i = 0; i < n; i++) {
            const kr_component *c =
                &t.tree->components[kt_path_at(t.tree, rlz.path)->components[i]];
            assert_in_range(rates[i], c->first_rate, c->first_rate + c->ngsims - 1);
            assert_int_equal(c->gsims[rates[i] - c->first_rate], gsims[c->trt]);
        }
    }
    assert_true(t.tree->nrates <= 3 * t.tree->ncomponents);
    kt_tree_end(&t);
}

static void oversampling(void **state)
{
    kt_tree t;

    (void)state;
    kt_tree_begin(&t);
    write_models(&t);
    kt_fails(t.ctx,
             kt_tree_read(&t, "number_of_logic_tree_samples = 72\noversampling = forbid",
                          KR_COMPAT_OQ_3_21),
             KR_EINPUT, "there are only 72 realizations");
    kt_tree_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matrices),      cmocka_unit_test(picks),        cmocka_unit_test(samples),
        cmocka_unit_test(sampled_rates), cmocka_unit_test(oversampling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
