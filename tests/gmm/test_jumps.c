/* Where motions jump with the rake, the dip or the depth: nowhere but at the places that the models
 * tell (kr_gmm_class.jumps), looked for at all round values. */
/* costly */
#include "gmm/contexts.h"

#include "input/csv.h"

/* Contexts that are tried at each value, and values in one evaluation: each context three times, at
 * the value and at its neighbours. */
enum { TRIED = 17, VALUES = N / (3 * TRIED) };

/* The rounding of a smooth equation stays far below, a change of its form far above. */
static const double jump_least = 1e-9;

/* arguments.csv */
static kr_csv further;

/* Of kr_gmm_jumps_all: has some model such a jump? */
static bool found[64];

static void fill(kr_column column, double first, double step)
{
    for (size_t i = 0; i < (size_t)VALUES * TRIED; i++) {
        double x = first + step * (double)(i / TRIED);
        double tried[3] = {nextafter(x, -INFINITY), x, nextafter(x, INFINITY)};
        for (size_t k = 0; k < 3; k++) {
            for (size_t c = 0; c < KR_COL_COUNT; c++)
                columns[c][N + 3 * i + k] = columns[c][5 + i % TRIED];
            columns[column][N + 3 * i + k] = tried[k];
        }
    }
}

static bool jumps(const kr_gmm *gmm, const results *r, size_t value)
{
    for (size_t k = 0; k < 2; k++)
        for (size_t m = 0; m < gmm->nimts; m++)
            for (size_t i = value * TRIED; i < (value + 1) * TRIED; i++) {
                const double *x = r->value[k] + m * STRIDE + 3 * i;
                if (fabs(x[0] - x[1]) > jump_least || fabs(x[2] - x[1]) > jump_least)
                    return true;
            }
    return false;
}

static void check_jump(const kr_gmm *gmm, kr_column column, double at)
{
    for (size_t i = 0; i < kr_gmm_jumps_all.n; i++)
        if (kr_gmm_jumps_all.of[i].column == column && kr_gmm_jumps_all.of[i].at == at)
            found[i] = true;
    if (!kr_gmm_jumps_at(gmm, &(kr_jump){column, at}))
        fail_msg("%s jumps at %s = %g", gmm->cls->name, kr_column_name(column), at);
}

static void look(const kr_gmm *gmm, kr_column column, double first, double last, double step)
{
    static results r;
    if (!(gmm->needs >> column & 1))
        return;
    for (double x = first; x <= last; x += VALUES * step) {
        fill(column, x, step);
        eval(gmm, N, (size_t)3 * VALUES * TRIED, false, &r);
        for (size_t i = 0; i < VALUES; i++)
            if (jumps(gmm, &r, i))
                check_jump(gmm, column, x + step * (double)i);
    }
}

static void test_nowhere_else(void **state)
{
    (void)state;
    const kr_gmm_set *set = kr_gmm_classes();
    for (size_t c = 0; c < set->n; c++) {
        const char *arguments;
        for (size_t k = 0; (arguments = gw_arguments(&further, set->classes[c], k)); k++) {
            subject sub;
            begin(&sub, set->classes[c], arguments);
            look(sub.gmm, KR_COL_RAKE, -180.0, 180.0, 0.5);
            look(sub.gmm, KR_COL_DIP, 0.5, 90.0, 0.5);
            look(sub.gmm, KR_COL_HYPO_DEPTH, 0.5, 130.0, 0.5);
            end(&sub);
        }
    }
    for (size_t i = 0; i < kr_gmm_jumps_all.n; i++)
        if (!found[i])
            fail_msg("no model jumps at %s = %g", kr_column_name(kr_gmm_jumps_all.of[i].column),
                     kr_gmm_jumps_all.of[i].at);
}

/* The lists of families are parts of the list of all. */
static void test_lists(void **state)
{
    (void)state;
    const kr_gmm_set *set = kr_gmm_classes();
    kr_gmm untold = {.cls = &(kr_gmm_class){.name = "any"}, .needs = ~(kr_columns)0};
    for (size_t c = 0; c < set->n; c++)
        for (size_t i = 0; set->classes[c]->jumps && i < set->classes[c]->jumps->n; i++)
            assert_true(kr_gmm_jumps_at(&untold, &set->classes[c]->jumps->of[i]));
    untold.needs = KR_BIT(DIP);
    assert_true(kr_gmm_jumps_at(&untold, &(kr_jump){KR_COL_DIP, 70.0}));
    assert_false(kr_gmm_jumps_at(&untold, &(kr_jump){KR_COL_RAKE, 30.0}));
    assert_false(kr_gmm_jumps_at(&untold, &(kr_jump){KR_COL_DIP, 70.5}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nowhere_else),
        cmocka_unit_test(test_lists),
    };
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    if (kr_csv_read(ctx, gw_path("arguments.csv"), true, &arena, &further) != KR_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
    return failed;
}
