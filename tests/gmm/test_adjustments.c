/* Arguments that cannot be: numbers for each measure, tapers, inner models, maps. */
#include "gmm/walk.h"

static void test_failures(void **state)
{
    (void)state;
    static const struct {
        const char *name, *toml, *measure, *text;
    } cases[] = {
        {"KothaEtAl2020", "dl2l = 0.5", "PGA",
         "argument 'dl2l' of KothaEtAl2020: a number for each measure is needed, like {\"PGA\" = "
         "0.1, \"SA(0.2)\" = 0.15}"},
        {"KothaEtAl2020", "dl2l = {PGA = 0.1}", "SA(0.2)",
         "argument 'dl2l' of KothaEtAl2020: nothing is given for SA(0.2)"},
        {"KothaEtAl2020", "c3 = {XYZ = 0.1}", "PGA",
         "argument 'c3' of KothaEtAl2020: 'XYZ' is not a measure"},
        {"KothaEtAl2020ESHM20", "c3 = {PGA = 'x'}", "PGA",
         "argument 'c3' of KothaEtAl2020ESHM20: a number is needed for PGA"},
        {"KothaEtAl2020regional", "", "SA(0.33)",
         "SA(0.33) is not among the measures of the maps of KothaEtAl2020regional"},
        {"BCHydroESHM20SInter", "faba_taper_model = 'Linear'\na = 1", "PGA",
         "argument 'a' of BCHydroESHM20SInter: not one of faba_taper_model = 'Linear'"},
        {"BCHydroESHM20SInter", "faba_taper_model = 'SFunc'\na = 1", "PGA",
         "arguments 'a' and 'b' of BCHydroESHM20SInter: a may not be greater than b"},
        {"BCHydroESHM20SSlab", "faba_taper_model = 'Sigmoid'\nc = 0", "PGA",
         "argument 'c' of BCHydroESHM20SSlab: a number greater than 0 is needed"},
        {"SandikkayaDinsever2018", "gmpe_name = 'TusaLanger2016Rhypo'", "PGA",
         "SandikkayaDinsever2018 needs a model with deviations between and within events; "
         "TusaLanger2016Rhypo has none"},
        {"AmeriEtAl2017RjbStressDrop", "norm_stress_drop = 0", "PGA",
         "argument 'norm_stress_drop' of AmeriEtAl2017RjbStressDrop: a number greater than 0 is "
         "needed"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        kr_ctx *ctx = kt_ctx();
        kr_arena arena;
        const kr_gmm *gmm;
        char text[512];
        kr_imt imt = gw_imt(cases[i].measure);
        kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
        snprintf(text, sizeof text, "tree.xml:7: %s", cases[i].text);
        kt_fails(ctx,
                 gw_create(ctx, kr_gmm_find(cases[i].name), cases[i].toml, &imt, 1, &arena, &gmm),
                 KR_EINPUT, text);
        kr_arena_clear(&arena);
        kt_ctx_end(&ctx);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_failures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
