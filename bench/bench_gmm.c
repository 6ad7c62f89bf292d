/* Nanoseconds per (context, measure) for mean and sigma, of each ground-motion model and each
 * instruction set that this machine runs.
 *
 *   bench_gmm [NAME]     only models whose name holds NAME
 *
 * Prints CSV: model, instruction set, measures, best ns of the rounds. Models that need a file, and
 * those that give none of the measures, are left out. */
#include "base/clock.h"
#include "gmm/gmm.h"
#include "num/isa.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 600, REPEAT = 8, MEASURES = 12 };

static const char *const measures[MEASURES] = {
    "PGA",     "SA(0.1)", "SA(0.15)", "SA(0.2)", "SA(0.25)", "SA(0.3)",
    "SA(0.4)", "SA(0.5)", "SA(0.75)", "SA(1.0)", "SA(1.5)",  "SA(2.0)",
};

static double columns[KR_COL_COUNT][KR_GMM_BATCH];

/* Contexts as they come: ruptures of many magnitudes at sites between 1 and 300 km. */
static void fill_columns(void)
{
    static const struct {
        kr_column column;
        double lo, hi;
    } ranges[] = {
        {KR_COL_MAG, 5.0, 8.0},          {KR_COL_RAKE, -180.0, 180.0},
        {KR_COL_DIP, 20.0, 90.0},        {KR_COL_ZTOR, 0.0, 15.0},
        {KR_COL_WIDTH, 3.0, 20.0},       {KR_COL_HYPO_DEPTH, 5.0, 25.0},
        {KR_COL_RJB, 1.0, 300.0},        {KR_COL_RX, -300.0, 300.0},
        {KR_COL_VS30, 150.0, 1500.0},    {KR_COL_Z1PT0, 5.0, 800.0},
        {KR_COL_Z2PT5, 0.2, 5.0},        {KR_COL_RRUP, 20.0, 320.0},
        {KR_COL_VS30MEASURED, 0.0, 0.0},
    };
    uint64_t seed = 1;
    for (size_t c = 0; c < sizeof ranges / sizeof ranges[0]; c++)
        for (size_t i = 0; i < KR_GMM_BATCH; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            columns[ranges[c].column][i] =
                ranges[c].lo + (ranges[c].hi - ranges[c].lo) * (double)(seed >> 11) * 0x1p-53;
        }
}

static bool needs_file(const kr_gmm_class *cls)
{
    for (const kr_gmm_param *p = cls->params; p && p->name; p++)
        if (p->kind == KR_PARAM_FILE && p->required)
            return true;
    return false;
}

static double best_seconds(const kr_gmm *gmm)
{
    static double mean[MEASURES * KR_GMM_BATCH], sigma[MEASURES * KR_GMM_BATCH];
    kr_gmm_out out = {.mean = mean, .sigma = sigma, .stride = KR_GMM_BATCH};
    static _Alignas(64) double scratch[1 << 19];
    kr_gmm_batch batch = {.n = KR_GMM_BATCH, .scratch = scratch};
    double best = INFINITY;

    for (size_t c = 0; c < KR_COL_COUNT; c++)
        batch.col[c] = columns[c];
    for (int round = 0; round < ROUNDS; round++) {
        double start = kr_wall_seconds();
        for (int k = 0; k < REPEAT; k++)
            kr_gmm_eval(gmm, &batch, &out);
        best = fmin(best, kr_wall_seconds() - start);
    }
    return best;
}

/* The measures that a model gives. */
static size_t measures_of(kr_ctx *ctx, const kr_gmm_class *cls, const kr_gmm_spec *spec,
                          kr_arena *arena, kr_imt *imts)
{
    size_t n = 0;
    const kr_gmm *gmm;
    for (size_t m = 0; m < MEASURES; m++)
        if (kr_imt_parse(measures[m], &imts[n]) &&
            kr_gmm_create_of(ctx, cls, spec, &imts[n], 1, arena, &gmm) == KR_OK)
            n++;
    kr_ctx_clear_error(ctx);
    return n;
}

static int bench_class(kr_ctx *ctx, const kr_gmm_class *cls, const char *isa)
{
    kr_imt imts[MEASURES];
    kr_arena arena;
    kr_gmm_spec spec = {.name = cls->name, .file = "bench", .dir = "."};
    const kr_gmm *gmm;
    kr_status s = KR_OK;

    kr_arena_init(&arena, ctx, KR_ACCOUNT_GMM);
    size_t n = measures_of(ctx, cls, &spec, &arena, imts);
    if (n > 0)
        s = kr_gmm_create_of(ctx, cls, &spec, imts, n, &arena, &gmm);
    if (n > 0 && s == KR_OK)
        printf("%s,%s,%zu,%.3f\n", cls->name, isa, n,
               best_seconds(gmm) * 1e9 / ((double)(REPEAT * n) * KR_GMM_BATCH));
    if (s != KR_OK)
        fprintf(stderr, "%s\n", kr_ctx_error(ctx));
    kr_arena_clear(&arena);
    return s != KR_OK;
}

int main(int argc, char **argv)
{
    kr_ctx *ctx = NULL;
    size_t nsets;
    const kr_gmm_set *sets = kr_gmm_sets(&nsets);
    int bad = kr_ctx_create(&ctx) != KR_OK;

    fill_columns();
    printf("model,isa,measures,ns\n");
    for (size_t s = 0; s < nsets && !bad; s++) {
        int level = sets[s].isa[0] == 'v' ? sets[s].isa[1] - '0' : 0;
        for (size_t i = 0; i < sets[s].n && level <= kr_isa_supported(); i++) {
            const kr_gmm_class *cls = sets[s].classes[i];
            if (!needs_file(cls) && (argc < 2 || strstr(cls->name, argv[1])))
                bad |= bench_class(ctx, cls, sets[s].isa);
        }
    }
    kr_ctx_destroy(&ctx);
    return bad;
}
