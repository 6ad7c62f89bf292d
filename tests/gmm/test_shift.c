/* Models whose variants share one evaluation: that they may, and where they may not. */
#include "gmm/walk.h"

enum { N = 64, MEASURES = 4, SIZE = MEASURES * N };

static const double quantile = 1.28155;

typedef struct results {
    double mean[SIZE], sigma[SIZE], tau[SIZE], phi[SIZE];
} results;

static double columns[KR_COL_COUNT][N];

static void fill_columns(void)
{
    uint64_t seed = 7;
    for (size_t i = 0; i < N; i++) {
        double u = kt_random_unit(&seed), rjb = i % 9 == 0 ? 0.0 : 400.0 * u * u * u;
        double ztor = 20.0 * kt_random_unit(&seed);
        columns[KR_COL_MAG][i] = 4.5 + 4.4 * kt_random_unit(&seed);
        columns[KR_COL_RAKE][i] = 360.0 * kt_random_unit(&seed) - 180.0;
        columns[KR_COL_DIP][i] = 20.0 + 70.0 * kt_random_unit(&seed);
        columns[KR_COL_ZTOR][i] = ztor;
        columns[KR_COL_WIDTH][i] = 12.0;
        columns[KR_COL_HYPO_DEPTH][i] = ztor + 5.0;
        columns[KR_COL_RJB][i] = rjb;
        columns[KR_COL_RRUP][i] = columns[KR_COL_RHYPO][i] = sqrt(rjb * rjb + ztor * ztor) + 0.1;
        columns[KR_COL_RX][i] = i % 2 ? rjb : -rjb;
        columns[KR_COL_RY0][i] = 0.3 * rjb;
        columns[KR_COL_VS30][i] = 150.0 + 1200.0 * kt_random_unit(&seed);
        columns[KR_COL_VS30MEASURED][i] = (double)(i % 2);
        columns[KR_COL_Z1PT0][i] = 300.0 * kt_random_unit(&seed);
        columns[KR_COL_Z2PT5][i] = 3.0 * kt_random_unit(&seed);
        columns[KR_COL_BACKARC][i] = (double)(i / 2 % 2);
    }
}

static kr_gmm_batch batch_for(const kr_gmm *gmm)
{
    kr_gmm_batch batch = {.n = N, .scratch = gw_scratch(gmm)};
    for (size_t c = 0; c < KR_COL_COUNT; c++)
        batch.col[c] = columns[c];
    return batch;
}

/* A variant of the class for measures of which the first has this name. */
static const kr_gmm *make(kr_ctx *ctx, kr_arena *arena, const char *name, const char *toml,
                          const char *first)
{
    const kr_imt imts[MEASURES] = {gw_imt(first), gw_imt("SA(0.4)"), gw_imt("SA(1.0)"),
                                   gw_imt("SA(2.5)")};
    const kr_gmm *gmm;
    kt_ok(ctx, gw_create(ctx, kr_gmm_find(name), toml, imts, MEASURES, arena, &gmm));
    return gmm;
}

static void eval(const kr_gmm *gmm, bool central, results *r)
{
    const kr_gmm_batch batch = batch_for(gmm);
    const kr_gmm_out out = {r->mean, r->sigma, gmm->has_tau_phi ? r->tau : NULL,
                            gmm->has_tau_phi ? r->phi : NULL, N};
    (central ? kr_gmm_eval_central : kr_gmm_eval)(gmm, &batch, &out);
}

/* What both share is the same to the last bit, and each is that and its epsilon times the shift. */
static void check_pair(const kr_gmm *a, const kr_gmm *b)
{
    static results central[2], whole;
    static double shift[SIZE];
    const kr_gmm_batch batch = batch_for(b);

    assert_true(kr_gmm_alike(a, b) && b->epsilon != 0.0);
    eval(a, true, &central[0]);
    eval(b, true, &central[1]);
    size_t shared = a->has_tau_phi ? sizeof central[0] : 2 * sizeof central[0].mean;
    assert_memory_equal(&central[0], &central[1], shared);
    kr_gmm_shift(b, &batch, shift, N);
    eval(b, false, &whole);
    assert_memory_equal(whole.sigma, central[0].sigma, sizeof whole.sigma);
    for (size_t i = 0; i < SIZE; i++) {
        assert_true(shift[i] > 0.0);
        kt_same(whole.mean[i], central[0].mean[i] + b->epsilon * shift[i]);
    }
}

static void test_shared(void **state)
{
    (void)state;
    static const struct {
        const char *name, *more;
    } cases[] = {
        {"AbrahamsonEtAl2014", ""},
        {"AbrahamsonEtAl2014", "region = 'JPN'"},
        {"BooreEtAl2014", ""},
        {"BooreEtAl2014", "region = 'CAL'"},
        {"CampbellBozorgnia2014", ""},
        {"ChiouYoungs2014", ""},
        {"Bradley2013", ""},
        {"Bradley2013Volc", ""},
        {"AbrahamsonEtAl2015SInter", ""},
        {"AbrahamsonEtAl2015SSlab", "ergodic = false"},
        {"AbrahamsonGulerce2020SInter", "region = 'CAS'"},
        {"NZNSHM2022_AbrahamsonGulerce2020SSlab", ""},
        {"KuehnEtAl2020SInter", "region = 'JPN'"},
        {"NZNSHM2022_KuehnEtAl2020SSlab", "modified_sigma = true"},
        {"NZNSHM2022_ParkerEtAl2020SInter", ""},
        {"NZNSHM2022_ParkerEtAl2020SSlab", "modified_sigma = true"},
    };
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const kr_gmm *variant[3];
        for (int k = 0; k < 3; k++) {
            char toml[256];
            snprintf(toml, sizeof toml, "%s\nsigma_mu_epsilon = %g", cases[i].more,
                     (k - 1) * quantile);
            variant[k] = make(ctx, &arena, cases[i].name, toml, "SA(0.3)");
        }
        check_pair(variant[1], variant[0]);
        check_pair(variant[1], variant[2]);
        check_pair(variant[0], variant[2]);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Two variants that differ in more than a shift are not alike. */
static void test_not_shared(void **state)
{
    (void)state;
    static const struct {
        const char *name, *a, *b;
        const char *first; /* measure */
    } cases[] = {
        /* the limit by PGA below 0.25 s stands between two additions of the shift */
        {"CampbellBozorgnia2014", "", "sigma_mu_epsilon = 1.28155", "SA(0.1)"},
        /* branches of the median come with those of sigma */
        {"Stafford2022", "mu_branch = 'Lower'", "sigma_branch = 'Upper'", "PGA"},
        {"Stafford2022", "", "mu_branch = 'Upper'", "PGA"},
        /* the alternatives of the median depend on magnitude and distance */
        {"Atkinson2022Crust", "", "epistemic = 'Upper'", "PGA"},
        {"Atkinson2022SInter", "epistemic = 'Lower'", "epistemic = 'Upper'", "PGA"},
        /* other arguments */
        {"AbrahamsonEtAl2014", "", "region = 'JPN'", "PGA"},
        {"NZNSHM2022_KuehnEtAl2020SInter", "", "modified_sigma = true", "PGA"},
    };
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const kr_gmm *a = make(ctx, &arena, cases[i].name, cases[i].a, cases[i].first);
        const kr_gmm *b = make(ctx, &arena, cases[i].name, cases[i].b, cases[i].first);
        if (kr_gmm_alike(a, b))
            fail_msg("%s: %s and %s", cases[i].name, cases[i].a, cases[i].b);
    }
    const kr_gmm *one = make(ctx, &arena, "BooreEtAl2014", "", "PGA");
    assert_false(kr_gmm_alike(one, make(ctx, &arena, "BooreEtAl2014", "", "SA(0.1)")));
    assert_true(kr_gmm_alike(one, make(ctx, &arena, "BooreEtAl2014", "", "PGA")));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shared),
        cmocka_unit_test(test_not_shared),
    };
    fill_columns();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
