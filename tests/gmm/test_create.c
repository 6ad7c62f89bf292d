/* Making instances: arguments, measures, tables, components, and what is said when they are wrong.
 */
#include "gmm/walk.h"

#include "num/isa.h"

#include <math.h>

static kr_status create(kr_ctx *ctx, const char *name, const char *toml, const char *measure,
                        kr_arena *arena, const kr_gmm **out)
{
    char text[512];
    const char *read_name;
    kr_value args;
    kr_imt imts[1] = {gw_imt(measure)};

    snprintf(text, sizeof text, "[%s]\n%s\n", name, toml);
    kr_status s = kr_value_read_toml(ctx, "tree.xml", 7, text, arena, &read_name, &args);
    if (s != KR_OK)
        return s;
    kr_gmm_spec spec = {
        .name = read_name, .args = &args, .file = "tree.xml", .dir = gw_path("data"), .line = 7};
    return kr_gmm_create(ctx, &spec, imts, 1, arena, out);
}

/* A model, its arguments, a measure, and the failure after "tree.xml:7: ". */
typedef struct failure {
    const char *name, *toml, *measure, *text;
} failure;

static void check_failures(const failure *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        char text[512];
        const kr_gmm *gmm;

        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        kr_status s = create(ctx, cases[i].name, cases[i].toml, cases[i].measure, &arena, &gmm);
        assert_int_equal(s, KR_EINPUT);
        snprintf(text, sizeof text, "tree.xml:7: %s", cases[i].text);
        assert_string_equal(kr_ctx_error(ctx), text);
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
}

static void test_failures(void **state)
{
    (void)state;
    static const failure cases[] = {
        {"BooreAtkinson2009", "", "PGA",
         "unknown ground-motion model 'BooreAtkinson2009'; did you mean 'BooreAtkinson2008'? "
         "`kauri gmm --list` has those that are available"},
        {"MacedoEtAl2019SInter", "", "PGA",
         "unknown ground-motion model 'MacedoEtAl2019SInter': OpenQuake 3.21 has none of this "
         "name, either; `kauri gmm --list` has those that are available"},
        {"PhungEtAl2020SSlb", "", "PGA",
         "unknown ground-motion model 'PhungEtAl2020SSlb'; did you mean 'PhungEtAl2020SSlab', "
         "which is not available yet? `kauri gmm --list` has those that are available"},
        {"BooreEtAl2014LowQJapanBasin", "region = 'CAL'", "PGA",
         "BooreEtAl2014LowQJapanBasin stands for BooreEtAl2014LowQ with the argument 'region', "
         "which cannot be given once more; BooreEtAl2014LowQ takes it"},
        {"BooreAtkinson2008", "region = 'CAL'", "PGA",
         "BooreAtkinson2008 has no argument 'region'; it takes none; "
         "lenient_gsim_arguments = true leaves it out with a warning"},
        {"AtkinsonBoore2006", "scalefac = 1", "PGA",
         "AtkinsonBoore2006 has no argument 'scalefac'; did you mean 'scale_fac'?"},
        {"AtkinsonBoore2006", "zzz = 1", "PGA",
         "AtkinsonBoore2006 has no argument 'zzz'; it takes mag_eq, scale_fac; "
         "lenient_gsim_arguments = true leaves it out with a warning"},
        {"AtkinsonBoore2006", "scale_fac = 'x'", "PGA",
         "argument 'scale_fac' of AtkinsonBoore2006: a number is needed"},
        {"AtkinsonBoore2006", "scale_fac = true", "PGA",
         "argument 'scale_fac' of AtkinsonBoore2006: a number is needed"},
        {"AtkinsonBoore2006", "mag_eq = 3", "PGA",
         "argument 'mag_eq' of AtkinsonBoore2006: a text is needed"},
        {"AtkinsonBoore2006", "mag_eq = 'Mb'", "PGA",
         "argument 'mag_eq' of AtkinsonBoore2006: 'Mb' is none of Mblg87, Mblg96, Mw, NA"},
        {"AbrahamsonEtAl2014", "region = 'NZL'", "PGA",
         "argument 'region' of AbrahamsonEtAl2014: 'NZL' is none of CHN, JPN, TWN"},
        {"BooreEtAl2014", "region = 'NZL'", "PGA",
         "argument 'region' of BooreEtAl2014: 'NZL' is none of nobasin, CAL, JPN"},
        {"BooreEtAl2014", "sof = 2", "PGA",
         "argument 'sof' of BooreEtAl2014: true or false is needed"},
        {"BooreEtAl2014", "sigma_mu_epsilom = 1", "PGA",
         "BooreEtAl2014 has no argument 'sigma_mu_epsilom'; did you mean 'sigma_mu_epsilon'?"},
        {"ChiouYoungs2014", "stress_par_target = 140", "PGA",
         "arguments 'stress_par_host' and 'stress_par_target' of ChiouYoungs2014: both are needed, "
         "greater than 0"},
        {"ChiouYoungs2014", "stress_par_target = 140\nstress_par_host = 100", "PGV",
         "PGV is not defined for ChiouYoungs2014"},
        {"CauzziEtAl2014", "adjustment_factor = 0", "PGA",
         "argument 'adjustment_factor' of CauzziEtAl2014: a number greater than 0 is needed"},
        {"Atkinson2022Crust", "epistemic = 'Middle'", "PGA",
         "argument 'epistemic' of Atkinson2022Crust: 'Middle' is none of Central, Lower, Upper"},
        {"Atkinson2022Crust", "modified_sigma = 'false'", "PGA",
         "argument 'modified_sigma' of Atkinson2022Crust: true or false is needed"},
        {"Stafford2022", "mu_branch = 'lower'", "PGA",
         "argument 'mu_branch' of Stafford2022: 'lower' is none of Lower, Central, Upper"},
        {"Stafford2022", "sigma_branch = 'Mean'", "PGA",
         "argument 'sigma_branch' of Stafford2022: 'Mean' is none of Lower, Central, Upper"},
        {"Stafford2022", "", "PGV", "PGV is not a measure of Stafford2022, which gives PGA, SA"},
        {"FrankelEtAl1996MwNSHMP2008", "", "SA(0.15)",
         "SA(0.15) is not a measure of FrankelEtAl1996MwNSHMP2008, which gives PGA and SA at 0.1, "
         "0.2, 0.3, 0.5, 1 and 2 s only"},
        {"ToroEtAl2002", "", "PGV", "PGV is not a measure of ToroEtAl2002, which gives PGA, SA"},
        {"BooreAtkinson2008", "", "SA(11.0)",
         "SA(11.0) is out of the period range defined for BooreAtkinson2008 (0.01 to 10.0 "
         "seconds)"},
        {"SadighEtAl1997", "", "SA(0.07)",
         "SA(0.07) is out of the period range defined for SadighEtAl1997 (0.075 to 4.0 seconds)"},
        {"GMPETable", "", "PGA", "GMPETable needs the argument 'gmpe_table', the name of a file"},
        {"GMPETable", "gmpe_table = 1", "PGA",
         "argument 'gmpe_table' of GMPETable: the name of a file is needed"},
        {"ParkerEtAl2020SInter", "m_b = 7.9", "PGA",
         "ParkerEtAl2020SInter has no argument 'm_b'; it takes region, saturation_region, basin; "
         "lenient_gsim_arguments = true leaves it out with a warning"},
        {"ParkerEtAl2020SInter", "region = 'NZ'", "PGA",
         "argument 'region' of ParkerEtAl2020SInter: 'NZ' is none of AK, CAM, Cascadia, JP, SA, "
         "TW"},
        {"NZNSHM2022_ParkerEtAl2020SSlab", "region = 'SA'", "PGA",
         "arguments 'region' and 'saturation_region' of NZNSHM2022_ParkerEtAl2020SSlab: there is "
         "no "
         "model for 'SA' and ''; regions and their parts are AK (Aleutian), Cascadia, CAM (CAM_N, "
         "CAM_S), JP (JP_Pac, JP_Phi), SA (SA_N, SA_S), TW (TW_E, TW_W)"},
        {"KuehnEtAl2020SInter", "region = 'ALU'", "PGA",
         "argument 'region' of KuehnEtAl2020SInter: 'ALU' is none of GLO, USA-AK, CAS, CAM, JPN, "
         "NZL, SAM, TWN"},
        {"AbrahamsonGulerce2020SInter", "", "PGV",
         "PGV is not a measure of AbrahamsonGulerce2020SInter, which gives PGA, SA"},
        {"AbrahamsonEtAl2015SInter", "theta_6_adjustment = 0.001", "PGA",
         "AbrahamsonEtAl2015SInter has no argument 'theta_6_adjustment'; did you mean "
         "'theta6_adjustment'?"},
    };
    check_failures(cases, sizeof cases / sizeof cases[0]);
}

/* Models made of others. */
static void test_inner_failures(void **state)
{
    (void)state;
    static const failure cases[] = {
        {"ModifiableGMPE", "set_between_epsilon.epsilon_tau = 1", "PGA",
         "ModifiableGMPE needs the argument 'gmpe', a value"},
        {"ModifiableGMPE", "gmpe = 'BooreAtkinson2008'", "PGA",
         "ModifiableGMPE: 'gmpe' does not hold one model; write gmpe.Name = {}"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2009 = {}", "PGA",
         "unknown ground-motion model 'BooreAtkinson2009'; did you mean 'BooreAtkinson2008'? "
         "`kauri gmm --list` has those that are available"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008 = {region = 1}", "PGA",
         "BooreAtkinson2008 has no argument 'region'; it takes none; "
         "lenient_gsim_arguments = true leaves it out with a warning"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008 = {}\nset_scale_median_skalar = {}", "PGA",
         "ModifiableGMPE has no argument 'set_scale_median_skalar'; did you mean "
         "'set_scale_median_scalar'?"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008 = {}\nset_scale_median_scalar.factor = 1", "PGA",
         "set_scale_median_scalar of ModifiableGMPE has no argument 'factor'; it takes "
         "scaling_factor"},
        {"ModifiableGMPE",
         "gmpe.BooreAtkinson2008 = {}\nset_scale_median_scalar.scaling_factor = 'x'", "PGA",
         "set_scale_median_scalar of ModifiableGMPE needs 'scaling_factor', a number"},
        {"ModifiableGMPE",
         "gmpe.BooreAtkinson2008 = {}\nset_scale_median_scalar.scaling_factor = 0", "PGA",
         "set_scale_median_scalar of ModifiableGMPE: 'scaling_factor' must be greater than 0"},
        {"ModifiableGMPE",
         "gmpe.BooreAtkinson2008 = {}\nset_scale_median_vector.scaling_factor = {PGA = 1}",
         "SA(1.0)",
         "argument 'set_scale_median_vector.scaling_factor' of ModifiableGMPE: nothing is given "
         "for SA(1.0)"},
        {"ModifiableGMPE", "gmpe.SadighEtAl1997 = {}\nset_between_epsilon.epsilon_tau = 1", "PGA",
         "set_between_epsilon of ModifiableGMPE needs the standard deviation between events, which "
         "SadighEtAl1997 does not give"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008 = {}\nnrcan15_site_term.kind = 'soil'", "PGA",
         "nrcan15_site_term of ModifiableGMPE: 'kind' must be \"base\" or \"linear\""},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008 = {}\napply_swiss_amplification_sa = {}", "PGA",
         "apply_swiss_amplification_sa of ModifiableGMPE is for SA(0.3) and SA(0.6), not for PGA"},
        {"ModifiableGMPE", "gmpe.BooreAtkinson2008.mixture_model = {factors = [1], weights = [1]}",
         "PGA",
         "ModifiableGMPE cannot change an average of probabilities (BooreAtkinson2008 with "
         "mixture_model); put it inside"},
        {"BooreAtkinson2008", "mixture_model = {factors = [0.8, 1.2], weights = [0.5, 0.6]}", "PGA",
         "mixture_model of BooreAtkinson2008 has 2 factors and 2 weights of the sum 1.1; as many "
         "of each are needed, and the sum 1"},
        {"BooreAtkinson2008", "mixture_model = {factors = [0.8, 1.2]}", "PGA",
         "mixture_model of BooreAtkinson2008 needs 'weights', a list of positive numbers"},
        {"AvgGMPE", "", "PGA", "AvgGMPE without models; name at least one"},
        {"AvgGMPE", "b1.BooreAtkinson2008 = {}", "PGA",
         "AvgGMPE: 'b1' has no weight; write b1.BooreAtkinson2008.weight = number"},
        {"MultiGMPE", "PGA.BooreAtkinson2008 = {}", "SA(1.0)",
         "MultiGMPE names no model for SA(1.0); write 'SA(1.0)' = {Model = {}}"},
        {"MultiGMPE", "PGX.BooreAtkinson2008 = {}", "PGA",
         "MultiGMPE: 'PGX' is no intensity measure"},
        {"SplitSigmaGMPE", "gmpe_name = 'BooreAtkinson2008'", "PGA",
         "SplitSigmaGMPE needs either between_absolute or within_absolute"},
        {"NRCan15SiteTerm", "gmpe_name = 'ChiouYoungs2014'", "PGA",
         "NRCan15SiteTerm needs a model of rock with vs30 of 760 to 820 m/s; ChiouYoungs2014 is "
         "none"},
        {"CY14SiteTerm", "gmpe_name = 'BooreAtkinson2008'", "PGA",
         "CY14SiteTerm needs a model of rock with vs30 of 1100 to 1160 m/s; BooreAtkinson2008 is "
         "none"},
        {"GenericGmpeAvgSA", "gmpe_name = 'BooreAtkinson2008'\navg_periods = []", "AvgSA",
         "avg_periods of GenericGmpeAvgSA: a list of up to 200 periods in seconds is needed"},
        {"GenericGmpeAvgSA",
         "gmpe_name = 'BooreAtkinson2008'\navg_periods = [0.1, 5.0]\ncorr_func = 'akkar'", "AvgSA",
         "GenericGmpeAvgSA: the correlation of Akkar et al. (2014) is for periods of 0.01 to 4 s, "
         "not 5"},
        {"GmpeIndirectAvgSA", "gmpe_name = 'BooreAtkinson2008'\ncorr_func = 'none'", "AvgSA",
         "GmpeIndirectAvgSA needs measures with a period, like AvgSA(0.5), not AvgSA"},
        {"GmpeIndirectAvgSA", "gmpe_name = 'BooreAtkinson2008'\ncorr_func = 'none'", "AvgSA(9.0)",
         "SA(10.899999999999999) is out of the period range defined for BooreAtkinson2008 (0.01 to "
         "10.0 "
         "seconds)"},
    };
    check_failures(cases, sizeof cases / sizeof cases[0]);
}

static void test_table_failures(void **state)
{
    (void)state;
    static const struct {
        const char *file, *measure, *text;
    } cases[] = {
        {"no_such_file.hdf5", "PGA", "no such file, or it cannot be read: "},
        {"../models.csv", "PGA", "models.csv"},
        {"gmpe_table.hdf5", "SA(0.01)",
         "SA(0.01) is out of the period range defined for GMPETable (0.05 to 3.0 seconds in "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        char toml[256];
        const kr_gmm *gmm;

        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        snprintf(toml, sizeof toml, "gmpe_table = '%s'", cases[i].file);
        kt_fails(ctx, create(ctx, "GMPETable", toml, cases[i].measure, &arena, &gmm), KR_EINPUT,
                 cases[i].text);
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
}

/* Arguments and their defaults, needs and least magnitude that a file decides. */
static void test_arguments(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const kr_gmm *gmm;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, create(ctx, "AtkinsonBoore2006", "scale_fac = 2", "PGA", &arena, &gmm));
    assert_true(kr_gmm_arg_of(gmm, "scale_fac")->given);
    kt_same(kr_gmm_arg_of(gmm, "scale_fac")->number, 2.0);
    assert_false(kr_gmm_arg_of(gmm, "mag_eq")->given);
    assert_string_equal(kr_gmm_arg_of(gmm, "mag_eq")->text, "NA");
    assert_null(kr_gmm_arg_of(gmm, "other"));
    assert_true(isinf(gmm->mag_min));
    kt_ok(ctx, kr_gmm_check_vs30(ctx, gmm, (const double[]){50, 300, 2000}, 3));
    kt_ok(ctx, create(ctx, "Atkinson2022SSlab", "modified_sigma = 'true'", "PGA", &arena, &gmm));
    kt_same(kr_gmm_arg_of(gmm, "modified_sigma")->number, 1.0);
    kt_ok(ctx, create(ctx, "GMPETable", "gmpe_table = 'gmpe_table.hdf5'", "PGA", &arena, &gmm));
    assert_true(gmm->needs == (KR_BIT(MAG) | KR_BIT(RJB)));
    kt_same(gmm->mag_min, 4.5);
    kt_ok(ctx, create(ctx, "TusaLanger2016Rhypo", "", "PGA", &arena, &gmm));
    kt_ok(ctx, kr_gmm_check_vs30(ctx, gmm, (const double[]){180, 360, 2000}, 3));
    kt_fails(ctx, kr_gmm_check_vs30(ctx, gmm, (const double[]){400, 180.1}, 2), KR_EINPUT,
             "vs30 180.1, and TusaLanger2016Rhypo gives nothing between 180 and 360 m/s");
    kr_columns boore = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30);
    kt_ok(ctx, create(ctx, "BooreEtAl2014", "sof = 1", "PGA", &arena, &gmm));
    assert_true(gmm->needs == boore);
    kt_ok(ctx, create(ctx, "BooreEtAl2014", "sigma_mu_epsilon = 1", "PGA", &arena, &gmm));
    assert_true(gmm->needs == (boore | KR_BIT(RRUP)));
    kt_ok(ctx, create(ctx, "BooreEtAl2014", "region = 'CAL'\nsof = 0", "PGA", &arena, &gmm));
    assert_true(gmm->needs == ((boore | KR_BIT(Z1PT0)) & ~KR_BIT(RAKE)));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* An alias: its arguments, those given beside it, those that change it, none of them. */
static void test_alias(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const kr_gmm *gmm;
    kr_value args;
    const char *name;
    kr_imt pga = gw_imt("PGA");
    char text[] = "[BooreEtAl2014JapanBasin]\nregion = 'CAL'\n";
    kr_gmm_spec spec = {.name = "BooreEtAl2014JapanBasin", .args = &args};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, create(ctx, "BooreEtAl2014JapanBasin", "sigma_mu_epsilon = 1", "PGA", &arena, &gmm));
    assert_string_equal(gmm->cls->name, "BooreEtAl2014");
    assert_string_equal(kr_gmm_arg_of(gmm, "region")->text, "JPN");
    kt_same(kr_gmm_arg_of(gmm, "sigma_mu_epsilon")->number, 1.0);
    kt_ok(ctx, kr_value_read_toml(ctx, "tree.xml", 7, text, &arena, &name, &args));
    spec.change_preset = true;
    kt_ok(ctx, kr_gmm_create(ctx, &spec, &pga, 1, &arena, &gmm));
    assert_string_equal(kr_gmm_arg_of(gmm, "region")->text, "CAL");
    spec.forget_preset = true;
    spec.args = NULL;
    kt_ok(ctx, kr_gmm_create(ctx, &spec, &pga, 1, &arena, &gmm));
    assert_string_equal(kr_gmm_arg_of(gmm, "region")->text, "nobasin");
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* Left out with a warning where the job says so. */
static void test_lenient(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    const kr_gmm *gmm;
    kr_value args;
    const char *name;
    kr_imt pga = gw_imt("PGA");
    kr_gmm_spec spec = {.args = &args, .file = "tree.xml", .line = 7, .lenient = true};

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_value_read_toml(ctx, "tree.xml", 7, "[ParkerEtAl2020SInter]\nm_b = 7.9\n", &arena,
                                  &name, &args));
    spec.name = name;
    kt_ok(ctx, kr_gmm_create(ctx, &spec, &pga, 1, &arena, &gmm));
    assert_null(kr_gmm_arg_of(gmm, "m_b"));
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A region's basins need the depth that they are given by. */
static void test_regions_need(void **state)
{
    (void)state;
    static const struct {
        const char *name, *toml;
        kr_columns adds;
    } cases[] = {
        {"AbrahamsonGulerce2020SSlab", "region = 'NZL'", 0},
        {"AbrahamsonGulerce2020SSlab", "region = 'CAS'", KR_BIT(Z2PT5)},
        {"KuehnEtAl2020SInter", "region = 'JPN'", KR_BIT(Z2PT5)},
        {"KuehnEtAl2020SInter", "region = 'NZL'", KR_BIT(Z1PT0)},
        {"KuehnEtAl2020SInter", "region = 'SAM'", 0},
        {"NZNSHM2022_KuehnEtAl2020SSlab", "region = 'NZL'", 0},
        {"NZNSHM2022_KuehnEtAl2020SSlab", "region = 'TWN'", KR_BIT(Z1PT0)},
        {"ParkerEtAl2020SInter", "region = 'Cascadia'", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        const kr_gmm *gmm;
        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        kt_ok(ctx, create(ctx, cases[i].name, cases[i].toml, "PGA", &arena, &gmm));
        assert_true(gmm->needs == (gmm->cls->needs | cases[i].adds));
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
}

/* Rows are found by name or exact period, and interpolated in the logarithm of the period whatever
 * their order. */
static void test_interpolation(void **state)
{
    (void)state;
    static const char *const imt[] = {"PGA", "SA(1.0)", "SA(0.1)", "CAV", "10"};
    static const double period[] = {0.0, 1.0, 0.1, -2.0, 10.0};
    static const double data[] = {1.0, -1.0, 4.0, 8.0, 2.0, 6.0, 7.0, 7.0, 5.0, 1.0};
    static const char *const column[] = {"a", "b"};
    const kr_gmm_table table = {5, 2, imt, period, data, column};
    kr_imt damped = gw_imt("SA(1.0)"), found[] = {gw_imt("PGA"), gw_imt("CAV"), gw_imt("SA(0.1)")};
    double row[2];

    for (size_t i = 0; i < 3; i++) {
        static const double want[] = {1.0, 7.0, 2.0};
        assert_true(kr_gmm_row(&table, &found[i], row));
        kt_same(row[0], want[i]);
    }
    found[0] = gw_imt("SA(0.4)");
    assert_true(kr_gmm_row(&table, &found[0], row));
    double share = (log(0.4) - log(0.1)) / (log(1.0) - log(0.1));
    kt_same(row[0], (4.0 - 2.0) * share + 2.0);
    kt_same(row[1], (8.0 - 6.0) * share + 6.0);
    damped.damping = 10.0;
    assert_false(kr_gmm_row(&table, &damped, row));
    for (size_t i = 0; i < 3; i++) {
        static const char *const missing[] = {"SA(0.09)", "SA(10.1)", "PGV"};
        found[0] = gw_imt(missing[i]);
        assert_false(kr_gmm_row(&table, &found[0], row));
    }
}

static void test_components(void **state)
{
    (void)state;
    /* component, measure, and the three factors */
    static const struct {
        kr_gmm_component component;
        const char *measure;
        double median, sigma, ratio;
    } cases[] = {
        {KR_COMPONENT_GMROTI50, "PGA", 1.0, 0.02, 1.0},
        {KR_COMPONENT_GMROTI50, "PGV", 1.0, 0.03, 1.0},
        {KR_COMPONENT_GMROTI50, "SA(0.15)", 1.0, 0.03, 1.0},
        {KR_COMPONENT_GMROTI50, "SA(2.0)", 1.0, 0.04, 1.0},
        {KR_COMPONENT_RANDOM_HORIZONTAL, "PGA", 1.0, 0.07, 1.03},
        {KR_COMPONENT_RANDOM_HORIZONTAL, "SA(0.1)", 1.0, 0.07, 1.05},
        {KR_COMPONENT_RANDOM_HORIZONTAL, "SA(0.8)", 1.0, 0.11, 1.05},
        {KR_COMPONENT_GREATER_OF_TWO, "PGA", 1.117, 0.0, 1.0},
        {KR_COMPONENT_GREATER_OF_TWO, "PGV", 1.0, 0.0, 1.0},
        {KR_COMPONENT_GREATER_OF_TWO, "SA(0.05)", 1.117, 0.0, 1.0},
        {KR_COMPONENT_GREATER_OF_TWO, "SA(0.53)", 1.165, 0.0, 1.0},
        {KR_COMPONENT_GREATER_OF_TWO, "SA(20.0)", 1.266, 0.0, 1.0},
        {KR_COMPONENT_ROTD50, "PGA", 1.009, 0.0, 1.0},
        {KR_COMPONENT_ROTD50, "SA(4.59)", 1.042, 0.0, 1.0},
        {KR_COMPONENT_ROTD50, "SA(10.0)", 1.077, 0.0, 1.0},
    };
    double f[3];
    kr_imt pgv = gw_imt("PGV");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kr_imt imt = gw_imt(cases[i].measure);
        assert_int_equal(kr_gmm_component_factors(cases[i].component, &imt, f), 1);
        kt_close(f[0], cases[i].median, 1e-15, 0.0);
        kt_close(f[1], cases[i].sigma, 1e-14, 0.0);
        kt_same(f[2], cases[i].ratio);
    }
    assert_int_equal(kr_gmm_component_factors(KR_COMPONENT_RANDOM_HORIZONTAL, &pgv, f), -1);
    assert_int_equal(kr_gmm_component_factors(KR_COMPONENT_AVERAGE_HORIZONTAL, &pgv, f), 0);
}

/* An instance that converts: sigma loses the variance of the component. */
static void test_geometric_mean(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_imt imts[] = {gw_imt("PGA"), gw_imt("SA(1.0)")};
    kr_gmm_spec spec = {.name = "BooreAtkinson2008", .to_geometric_mean = true};
    static double mag[8], rake[8], rjb[8], vs30[8], mean[16], sigma[16];
    kr_gmm_batch batch = {.n = 1};
    kr_gmm_out out = {.mean = mean, .sigma = sigma, .stride = 8};
    const kr_gmm *gmm;

    for (size_t i = 0; i < 8; i++) {
        mag[i] = 6.0;
        rjb[i] = 30.0;
        vs30[i] = 760.0;
    }
    batch.col[KR_COL_MAG] = mag;
    batch.col[KR_COL_RAKE] = rake;
    batch.col[KR_COL_RJB] = rjb;
    batch.col[KR_COL_VS30] = vs30;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_gmm_create(ctx, &spec, imts, 2, &arena, &gmm));
    kr_gmm_eval(gmm, &batch, &out);
    kt_close(sigma[0], sqrt(0.564 * 0.564 - 0.02 * 0.02), 1e-15, 0.0);
    kt_close(sigma[8], sqrt(0.647 * 0.647 - 0.04 * 0.04), 1e-15, 0.0);
    spec.name = "SadighEtAl1997";
    kt_ok(ctx, kr_gmm_create(ctx, &spec, imts, 2, &arena, &gmm));
    assert_null(gmm->conversion);
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

/* A model with its arguments and measures. */
typedef struct recipe {
    const kr_gmm_class *cls;
    const char *arguments;
    kr_imt imts[2];
    size_t nimts;
} recipe;

static kr_status create_scenario(kr_ctx *ctx, void *user)
{
    const recipe *r = user;
    kr_arena arena;
    const kr_gmm *gmm;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kr_status s = gw_create(ctx, r->cls, r->arguments, r->imts, r->nimts, &arena, &gmm);
    kr_arena_clear(&arena);
    return s;
}

/* Create each model with every allocation failing in turn. */
static void test_failing_allocations(void **state)
{
    (void)state;
    const kr_gmm_set *set = kr_gmm_classes();
    kr_ctx *ctx = kt_ctx();
    kr_arena arena;
    kr_csv further;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    kt_ok(ctx, kr_csv_read(ctx, gw_path("arguments.csv"), true, &arena, &further));
    for (size_t i = 0; i < set->n; i++) {
        recipe r = {.cls = set->classes[i]};
        r.arguments = gw_arguments(&further, r.cls, 0);
        r.nimts = gw_measures(r.cls, r.arguments, r.imts, 2);
        assert_true(kt_fail_each_allocation(create_scenario, &r) > 0);
    }
    kr_arena_clear(&arena);
    kt_ctx_end(&ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
        cmocka_unit_test(test_inner_failures),
        cmocka_unit_test(test_table_failures),
        cmocka_unit_test(test_arguments),
        cmocka_unit_test(test_alias),
        cmocka_unit_test(test_lenient),
        cmocka_unit_test(test_regions_need),
        cmocka_unit_test(test_interpolation),
        cmocka_unit_test(test_components),
        cmocka_unit_test(test_geometric_mean),
        cmocka_unit_test(test_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
