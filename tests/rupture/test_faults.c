/* every instruction set */
/* Contexts of extended sources against figures of the reference, for every kind. */
#include "rupture/fault_world.h"

/* ---- figures ---- */

static const char *name_of(size_t v)
{
    static const char *const fixed[] = {"rupture", "site", "rate", "nprobs", "probs"};

    return v < FIXED ? fixed[v] : kr_column_name(column_of(v - FIXED));
}

static void compare(const char *what, const kr_source *source, size_t k, size_t v, double got,
                    double expected, double rel, double abs)
{
    if (fabs(got - expected) <= abs + rel * fabs(expected))
        return;
    /* the greatest depth of a mesh that lacks nodes is no number in the reference */
    if (v == FIXED + 5 && isnan(expected) && isfinite(got))
        return;
    print_error("%s %s, pair %zu, %s: %.14g instead of %.14g (%.2g)\n", what, source->id, k,
                name_of(v), got, expected, fabs(got - expected));
    if (!getenv("KT_SHOW"))
        fail();
}

static void check_source(world *w, const char *what, const kr_source *source)
{
    kr_fault *fault = NULL;
    uint64_t nruptures = (uint64_t)figure(w);
    size_t npairs = (size_t)figure(w), step = (size_t)figure(w);
    const double *sums = w->figure + w->at;

    w->at += WIDTH;
    kt_ok(w->ctx,
          kr_fault_create(w->ctx, &w->job, w->surfaces, source, source->trt, false, &fault));
    assert_int_equal(kr_fault_count_ruptures(fault), nruptures);
    pairs p = all_pairs(w, fault);
    if (p.n != npairs)
        print_error("%s %s: %zu pairs instead of %zu\n", what, source->id, p.n, npairs);
    assert_int_equal(p.n, npairs);
    for (size_t k = 0; k < npairs; k += step) {
        for (size_t v = 0; v < WIDTH; v++)
            compare(what, source, k, v, p.row[k * WIDTH + v], figure(w), 1e-9, 1e-9);
    }
    for (size_t v = 0; v < WIDTH; v++) {
        double sum = 0;
        for (size_t k = 0; k < p.n; k++)
            sum += p.row[k * WIDTH + v];
        compare("the sum of", source, 0, v, sum, sums[v], 1e-9, 1e-7);
    }
    free(p.row);
    kr_fault_destroy(&fault);
}

/* In the order of the figures. */
static const char *const ids[] = {
    "simple",        "steep",       "hypos",        "complex",    "kite",        "kite-simple",
    "kite-vertical", "char-simple", "char-complex", "char-plane", "char-planes", "char-kite",
    "char-kites",    "char-kites2", "given",        "given3",     "char-grid"};

static void check_model(const char *name, double floor_km, double step, bool split)
{
    world w;

    begin(&w, name);
    w.job.minimum_distance_km = floor_km;
    w.job.floating_x_step = w.job.floating_y_step = step;
    w.job.split_sources = split;
    for (size_t i = 0; i < sizeof ids / sizeof ids[0]; i++)
        check_source(&w, name, source_of(&w, ids[i]));
    assert_int_equal(w.at, w.nfigures);
    end(&w);
}

static void test_reference(void **state)
{
    (void)state;
    check_model("faults", 0, 0, true);
}

static void test_date_line(void **state)
{
    (void)state;
    check_model("faults_dateline", 0, 0, true);
}

/* Kite faults float by steps; short distances are raised. */
static void test_steps_and_floor(void **state)
{
    (void)state;
    check_model("faults_steps", 20, 0.5, true);
}

/* Without splitting, kite magnitudes are as written, and close ones share a maximum distance. */
static void test_not_split(void **state)
{
    (void)state;
    check_model("faults_whole", 0, 0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reference),
        cmocka_unit_test(test_date_line),
        cmocka_unit_test(test_steps_and_floor),
        cmocka_unit_test(test_not_split),
    };
    return cmocka_run_group_tests_name("rupture.faults", tests, NULL, NULL);
}
