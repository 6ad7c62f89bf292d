/* Whether two runs stored the same bits: curves, maps, component rates and the finest tables of a
 * disaggregation.
 *
 *   bench_same DIR DIR
 *
 * Prints a line for each dataset; the exit status is 1 if one differs or is in one folder only. */
#include "base/h5.h"

#include <stdio.h>
#include <string.h>

static const char *const datasets[] = {"component_rates",
                                       "hcurves-stats",
                                       "hcurves-rlzs",
                                       "hmaps-stats",
                                       "hmaps-rlzs",
                                       "disagg-stats/TRT_Mag_Dist_Eps",
                                       "disagg-tree/mean/TRT_Mag_Dist_Eps"};

typedef struct half {
    kr_h5 *file;
    size_t dims[KR_H5_MAX_RANK];
    int rank;
} half;

/* Row by row of the first dimension. */
static kr_status compare(kr_ctx *ctx, const char *name, half *a, half *b, bool *same)
{
    kr_status s = KR_OK;
    size_t start[KR_H5_MAX_RANK] = {0}, count[KR_H5_MAX_RANK], n = 1;
    double *x = NULL, *y = NULL;
    KR_TRY(kr_h5_dims(a->file, name, a->dims, &a->rank));
    KR_TRY(kr_h5_dims(b->file, name, b->dims, &b->rank));
    size_t bytes = (size_t)a->rank * sizeof *a->dims;
    *same = a->rank == b->rank && memcmp(a->dims, b->dims, bytes) == 0;
    if (!*same)
        return KR_OK;
    memcpy(count, a->dims, bytes);
    count[0] = 1;
    for (int i = 0; i < a->rank; i++)
        n *= count[i];
    KR_NEW(x, ctx, KR_ACCOUNT_OUTPUT, n);
    KR_NEW(y, ctx, KR_ACCOUNT_OUTPUT, n);
    for (start[0] = 0; start[0] < a->dims[0] && *same; start[0]++) {
        KR_TRY(kr_h5_read_slab(a->file, name, KR_H5_F64, start, count, x));
        KR_TRY(kr_h5_read_slab(b->file, name, KR_H5_F64, start, count, y));
        *same = memcmp(x, y, n * sizeof *x) == 0;
    }
out:
    kr_free(x);
    kr_free(y);
    return s;
}

static kr_status compare_all(kr_ctx *ctx, half *a, half *b, bool *all)
{
    kr_status s = KR_OK;
    size_t compared = 0;
    for (size_t i = 0; i < sizeof datasets / sizeof datasets[0]; i++) {
        bool in_a = kr_h5_exists(a->file, datasets[i]), in_b = kr_h5_exists(b->file, datasets[i]);
        bool same = in_a && in_b;
        if (!in_a && !in_b)
            continue;
        if (same)
            KR_TRY(compare(ctx, datasets[i], a, b, &same));
        printf("%-34s %s\n", datasets[i], same ? "the same bits" : "DIFFERS");
        *all &= same;
        compared++;
    }
    *all &= compared > 0;
out:
    return s;
}

int main(int argc, char **argv)
{
    kr_ctx *ctx = NULL;
    half halves[2] = {{0}};
    bool same = true;
    kr_status s = KR_OK;
    if (argc != 3 || kr_ctx_create(&ctx) != KR_OK) {
        fprintf(stderr, "usage: bench_same DIR DIR\n");
        return 2;
    }
    for (int i = 0; i < 2 && s == KR_OK; i++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/results.h5", argv[i + 1]);
        s = kr_h5_open(ctx, path, &halves[i].file);
    }
    if (s == KR_OK)
        s = compare_all(ctx, &halves[0], &halves[1], &same);
    if (s != KR_OK)
        fprintf(stderr, "bench_same: %s\n", kr_ctx_error(ctx));
    kr_h5_discard(&halves[0].file);
    kr_h5_discard(&halves[1].file);
    kr_ctx_destroy(&ctx);
    return s != KR_OK || !same;
}
