/* costly */
/* The registry walked: what holds for every model of every instruction set, whatever its equations.
 */
#include "gmm/contexts.h"

#include "input/csv.h"

/* arguments.csv */
static kr_csv further;

static size_t results_of(const kr_gmm *gmm)
{
    return gmm->has_tau_phi ? 4 : 2;
}

static void check_record(const kr_gmm_class *cls)
{
    assert_true(cls->name && cls->name[0]);
    assert_true(cls->title && strlen(cls->title) > 10);
    assert_true(!cls->doi || kr_str_starts(cls->doi, "10."));
    assert_true(cls->doi || strstr(cls->title, "no DOI"));
    assert_true(cls->trt && cls->trt[0]);
    assert_true(cls->measures != 0 && cls->eval);
    assert_true(KR_HAS(cls->needs, MAG));
    assert_true(cls->mag_lo < cls->mag_hi && cls->dist_hi > 0.0);
    for (const kr_gmm_param *p = cls->params; p && p->name; p++)
        assert_true(p->about && p->about[0]);
}

static void test_records(void **state)
{
    (void)state;
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets), *mine = kr_gmm_classes();
    assert_true(nsets > 0);
    assert_string_equal(mine->isa, kr_isa_name());
    for (size_t s = 0; s < nsets; s++) {
        assert_int_equal(sets[s].n, mine->n);
        for (size_t i = 0; i < sets[s].n; i++) {
            const kr_gmm_class *cls = sets[s].classes[i];
            check_record(cls);
            assert_string_equal(cls->name, mine->classes[i]->name);
            assert_ptr_equal(kr_gmm_find(cls->name), mine->classes[i]);
        }
    }
    assert_null(kr_gmm_find("NoSuchModel"));
    assert_null(kr_gmm_nearest("Qxyzzyqqqqqqq"));
    assert_string_equal(kr_gmm_nearest("BooreAtkinson208"), "BooreAtkinson2008");
}

/* Finite values, positive sigma, and its parts where the model gives them. Published totals are
 * rounded apart from their parts. */
static void check_values(const kr_gmm *gmm, const results *r)
{
    for (size_t m = 0; m < gmm->nimts; m++) {
        for (size_t i = 0; i < N; i++) {
            size_t k = m * STRIDE + i;
            double sigma = r->value[1][k], tau = r->value[2][k], phi = r->value[3][k];
            if (!isfinite(r->value[0][k]) || !isfinite(sigma) || !(sigma > 0.0))
                fail_msg("%s %s: mean %g, sigma %g", gmm->cls->name, gmm->imts[m].name,
                         r->value[0][k], sigma);
            if (!gmm->has_tau_phi)
                continue;
            assert_true(tau >= 0.0 && phi >= 0.0 && tau + phi > 0.0);
            double whole = tau * tau + phi * phi;
            if (!gmm->cls->own_total && !(fabs(sigma * sigma - whole) <= 0.02 * whole))
                fail_msg("%s %s: sigma %g, tau %g, phi %g", gmm->cls->name, gmm->imts[m].name,
                         sigma, tau, phi);
        }
        for (size_t i = N; i < STRIDE; i++)
            assert_true(r->value[0][m * STRIDE + i] == untouched);
    }
}

static void test_absent(void **state)
{
    (void)state;
    assert_non_null(kr_gmm_absent(0));
    for (size_t i = 0; kr_gmm_absent(i); i++) {
        if (kr_gmm_find(kr_gmm_absent(i)))
            fail_msg("%s is there: take it from gmm_absent.c", kr_gmm_absent(i));
        assert_true(kr_gmm_is_absent(kr_gmm_absent(i)));
    }
    assert_false(kr_gmm_is_absent("BooreAtkinson2008"));
}

static void check_class_values(const kr_gmm_class *cls, const char *arguments)
{
    static results r;
    subject sub;
    begin(&sub, cls, arguments);
    long before = kr_mem_count(sub.ctx);
    eval(sub.gmm, 0, N, true, &r);
    assert_int_equal(kr_mem_count(sub.ctx), before);
    check_values(sub.gmm, &r);
    end(&sub);
}

/* Call `check` for every class of every set that runs here, with all arguments. */
static void walk(void (*check)(const kr_gmm_class *, const char *))
{
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets);
    for (size_t s = 0; s < nsets; s++)
        for (size_t i = 0; i < sets[s].n && gw_runs(&sets[s]); i++)
            for (size_t k = 0; gw_arguments(&further, sets[s].classes[i], k); k++)
                check(sets[s].classes[i], gw_arguments(&further, sets[s].classes[i], k));
}

static void test_values(void **state)
{
    (void)state;
    walk(check_class_values);
}

static void assert_same_bits(const kr_gmm *gmm, const results *part, const results *whole,
                             size_t start, size_t n, size_t nresults)
{
    for (size_t k = 0; k < nresults; k++)
        for (size_t m = 0; m < gmm->nimts; m++)
            if (memcmp(part->value[k] + m * STRIDE, whole->value[k] + m * STRIDE + start,
                       n * sizeof(double)) != 0)
                fail_msg("%s %s: %zu contexts from %zu on differ from the whole", gmm->cls->name,
                         gmm->imts[m].name, n, start);
}

static void check_class_positions(const kr_gmm_class *cls, const char *arguments)
{
    static results whole, part;
    subject sub;
    begin(&sub, cls, arguments);
    eval(sub.gmm, 0, N, true, &whole);
    for (size_t n = 1; n <= N; n += n < 20 ? 1 : 13) {
        size_t start = (n * 7) % (N - n + 1);
        eval(sub.gmm, start, n, n % 2 == 0, &part);
        assert_same_bits(sub.gmm, &part, &whole, start, n, n % 2 == 0 ? results_of(sub.gmm) : 2);
    }
    end(&sub);
}

/* The same bits for any number of contexts, wherever they stand, with and without tau and phi. */
static void test_positions(void **state)
{
    (void)state;
    walk(check_class_positions);
}

/* Class i of all sets. */
static void check_sets_agree(size_t i, const char *arguments)
{
    static results first, other;
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets);
    subject sub;
    begin(&sub, sets[0].classes[i], arguments);
    eval(sub.gmm, 0, N, true, &first);
    end(&sub);
    for (size_t s = 1; s < nsets && gw_runs(&sets[s]); s++) {
        begin(&sub, sets[s].classes[i], arguments);
        eval(sub.gmm, 0, N, true, &other);
        for (size_t k = 0; k < results_of(sub.gmm); k++)
            for (size_t m = 0; m < sub.gmm->nimts; m++)
                for (size_t j = m * STRIDE; j < m * STRIDE + N; j++)
                    kt_close(other.value[k][j], first.value[k][j], 1e-12, 1e-12);
        end(&sub);
    }
}

/* The copies for the instruction sets differ in rounding only. */
static void test_sets_agree(void **state)
{
    (void)state;
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets);
    for (size_t i = 0; i < sets[0].n; i++)
        for (size_t k = 0; gw_arguments(&further, sets[0].classes[i], k); k++)
            check_sets_agree(i, gw_arguments(&further, sets[0].classes[i], k));
}

/* Every alias of a class that is there makes an instance with finite values. */
static void test_aliases(void **state)
{
    (void)state;
    static results r;
    const kr_gmm_alias *alias;
    size_t n = 0, missing = 0;
    for (size_t i = 0; (alias = kr_gmm_alias_at(i)); i++) {
        const kr_gmm_class *cls = kr_gmm_find(alias->name);
        assert_ptr_equal(kr_gmm_alias_find(alias->name), alias);
        assert_ptr_equal(cls, kr_gmm_find(alias->model));
        n += cls != NULL;
        missing += !cls;
        if (!cls)
            continue;
        subject sub;
        begin(&sub, cls, gw_lines(alias->arguments));
        eval(sub.gmm, 0, N, true, &r);
        check_values(sub.gmm, &r);
        end(&sub);
    }
    print_message("%zu aliases, %zu more of classes that are missing\n", n, missing);
    assert_int_equal(n + missing, 315);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records),   cmocka_unit_test(test_values),
        cmocka_unit_test(test_positions), cmocka_unit_test(test_sets_agree),
        cmocka_unit_test(test_aliases),   cmocka_unit_test(test_absent),
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
