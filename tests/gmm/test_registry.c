/* The registry walked: what holds for every model of every instruction set, whatever its equations.
 */
#include "gmm/walk.h"

#include "input/csv.h"

enum { N = KR_GMM_BATCH, STRIDE = KR_GMM_BATCH + 8, MAX_MEASURES = 20 };

/* Random contexts with a margin, so that batches can start anywhere. */
static double columns[KR_COL_COUNT][N + 2 * KR_GMM_BATCH];

typedef struct results {
    double value[4][MAX_MEASURES * STRIDE]; /* mean, sigma, tau, phi */
} results;

static const double untouched = -12345.0;

static double between(uint64_t *seed, double lo, double hi)
{
    return lo + (hi - lo) * kt_random_unit(seed);
}

/* Contexts over the declared range of the class, edges among them. */
static void fill_columns(const kr_gmm_class *cls)
{
    static const double rakes[] = {-180.0, -90.0, -60.0, -30.0, 0.0, 30.0, 90.0, 150.0, 180.0};
    static const char *const classes[] = {"A", "B", "C", "D"};
    static const char *const ec8[] = {"A", "B", "C", "D", "E", "F"};
    static const char *const p18[] = {"A", "B1", "B2", "C1", "C2", "C3", "D", "E"};
    static const char *const units[] = {"HOLOCENE", "CRETACEOUS", "UNKNOWN", "GRANITE"};
    static const double vs30s[] = {180.0, 300.0,  360.0,  500.0, 750.0,
                                   760.0, 1100.0, 1130.0, 2000.0};
    uint64_t seed = 42;
    for (size_t i = 0; i < sizeof columns[0] / sizeof columns[0][0]; i++) {
        bool edge = i % 4 == 0;
        double mag = rint(between(&seed, cls->mag_lo, cls->mag_hi) * 1000.0) / 1000.0;
        double rjb = i % 7 == 0 ? 0.0 : cls->dist_hi * pow(kt_random_unit(&seed), 3.0);
        double ztor = i % 5 == 0 ? 0.0 : between(&seed, 0.0, 20.0);
        double dip = i % 3 == 0 ? 90.0 : between(&seed, 15.0, 90.0);
        double rrup = fmax(sqrt(rjb * rjb + ztor * ztor), 0.01);
        columns[KR_COL_MAG][i] = edge ? rint(2.0 * mag) / 2.0 : mag;
        columns[KR_COL_RAKE][i] = edge ? rakes[i / 4 % 9] : between(&seed, -180.0, 180.0);
        columns[KR_COL_DIP][i] = dip;
        columns[KR_COL_STRIKE][i] = between(&seed, 0.0, 360.0);
        columns[KR_COL_ZTOR][i] = ztor;
        columns[KR_COL_ZBOT][i] = ztor + 10.0;
        columns[KR_COL_WIDTH][i] = between(&seed, 1.0, 30.0);
        columns[KR_COL_HYPO_DEPTH][i] = ztor + between(&seed, 0.0, 10.0);
        columns[KR_COL_RJB][i] = rjb;
        columns[KR_COL_RRUP][i] = rrup;
        columns[KR_COL_RX][i] = edge ? 0.0 : between(&seed, -rjb - 1.0, rjb + 1.0);
        columns[KR_COL_RY0][i] = 0.5 * rjb;
        columns[KR_COL_RHYPO][i] = rrup + 1.0;
        columns[KR_COL_REPI][i] = rjb + 0.5;
        columns[KR_COL_RCDPP][i] = edge ? 0.0 : between(&seed, -0.5, 1.5);
        columns[KR_COL_IN_CSHM][i] = (double)(i % 2);
        columns[KR_COL_LON][i] = between(&seed, 172.60, 172.66); /* in and around Christchurch */
        columns[KR_COL_LAT][i] = between(&seed, -43.55, -43.51);
        columns[KR_COL_VS30][i] = edge ? vs30s[i / 4 % 9] : between(&seed, 120.0, 2500.0);
        columns[KR_COL_VS30MEASURED][i] = (double)(i % 2);
        columns[KR_COL_SITECLASS][i] = kr_column_code(classes[i / 3 % 4]);
        columns[KR_COL_EC8][i] = kr_column_code(ec8[i / 3 % 6]);
        columns[KR_COL_EC8_P18][i] = kr_column_code(p18[i / 3 % 8]);
        columns[KR_COL_H800][i] = edge ? 0.0 : between(&seed, 0.0, 150.0);
        columns[KR_COL_GEOLOGY][i] = kr_column_code(units[i / 5 % 4]);
        columns[KR_COL_REGION][i] = (double)(i / 3 % 6);
        columns[KR_COL_SLOPE][i] = edge ? 0.0 : between(&seed, 0.0, 0.5);
        columns[KR_COL_KAPPA0][i] = between(&seed, 0.005, 0.06);
        columns[KR_COL_XVF][i] = edge ? 0.0 : between(&seed, -200.0, 200.0);
        columns[KR_COL_FREEFACE_RATIO][i] = edge ? between(&seed, 0.0, 20.0) : 0.0;
        columns[KR_COL_T_15][i] = between(&seed, 0.5, 15.0);
        columns[KR_COL_F_15][i] = between(&seed, 0.0, 70.0);
        columns[KR_COL_D50_15][i] = between(&seed, 0.0, 5.0);
        columns[KR_COL_AMPLFACTOR][i] = between(&seed, -0.5, 0.5);
        columns[KR_COL_BACKARC][i] = (double)(i / 2 % 2);
        columns[KR_COL_Z1PT0][i] = edge ? 0.0 : between(&seed, 0.0, 2000.0);
        columns[KR_COL_Z2PT5][i] = edge ? 0.0 : between(&seed, 0.0, 8.0);
    }
}

/* arguments.csv */
static kr_csv further;

/* Evaluate n contexts from `start` on, as they lie in an array of their own. */
static void eval(const kr_gmm *gmm, size_t start, size_t n, bool all, results *r)
{
    kr_gmm_batch batch = {.n = n, .scratch = gw_scratch(gmm)};
    kr_gmm_out out = {r->value[0], r->value[1], all ? r->value[2] : NULL, all ? r->value[3] : NULL,
                      STRIDE};
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        if (gmm->needs >> c & 1u)
            batch.col[c] = columns[c] + start;
    for (size_t k = 0; k < 4; k++)
        for (size_t i = 0; i < MAX_MEASURES * STRIDE; i++)
            r->value[k][i] = untouched;
    kr_gmm_eval(gmm, &batch, &out);
}

static size_t results_of(const kr_gmm *gmm)
{
    return gmm->has_tau_phi ? 4 : 2;
}

typedef struct subject {
    kr_ctx *ctx;
    kr_arena arena;
    const kr_gmm *gmm;
} subject;

static void begin(subject *s, const kr_gmm_class *cls, const char *arguments)
{
    kr_imt imts[MAX_MEASURES];
    size_t n = gw_measures(cls, arguments, imts, MAX_MEASURES);
    s->ctx = kt_ctx();
    kr_arena_init(&s->arena, s->ctx, KR_ACCOUNT_GMM);
    kt_ok(s->ctx, gw_create(s->ctx, cls, arguments, imts, n, &s->arena, &s->gmm));
    fill_columns(cls);
}

static void end(subject *s)
{
    kr_arena_clear(&s->arena);
    kt_ctx_end(&s->ctx);
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
