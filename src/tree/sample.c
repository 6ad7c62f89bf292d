#include "tree/sample.h"

#include "base/mem.h"
#include "num/mt19937.h"

#include <math.h>
#include <stdlib.h>

typedef struct sample_key {
    double x;
    size_t row;
} sample_key;

static int sample_compare(const void *pa, const void *pb)
{
    const sample_key *a = pa, *b = pb;

    if (a->x != b->x)
        return a->x < b->x ? -1 : 1;
    return a->row < b->row ? -1 : a->row > b->row;
}

/* x := (argsort(x) + x) / rows, column by column. */
static kr_status sample_latin(kr_ctx *ctx, double *x, size_t rows, size_t cols)
{
    kr_status s = KR_OK;
    sample_key *keys = NULL;

    KR_NEW(keys, ctx, KR_ACCOUNT_READING, rows);
    for (size_t j = 0; j < cols; j++) {
        for (size_t i = 0; i < rows; i++)
            keys[i] = (sample_key){x[i * cols + j], i};
        qsort(keys, rows, sizeof *keys, sample_compare);
        for (size_t i = 0; i < rows; i++)
            x[i * cols + j] = ((double)keys[i].row + x[i * cols + j]) / (double)rows;
    }
out:
    kr_free(keys);
    return s;
}

kr_status kr_sample_matrix(kr_ctx *ctx, uint32_t seed, size_t rows, size_t cols, kr_sampling method,
                           double **out)
{
    kr_status s = KR_OK;
    double *x = NULL;
    kr_mt19937 mt;

    *out = NULL;
    if (cols > 0 && rows > SIZE_MAX / cols)
        return kr_fail(ctx, KR_EINPUT,
                       "number_of_logic_tree_samples = %zu is too large for %zu branch sets", rows,
                       cols);
    KR_NEW(x, ctx, KR_ACCOUNT_READING, rows * cols);
    kr_mt19937_init(&mt, seed);
    for (size_t i = 0; i < rows * cols; i++)
        x[i] = kr_mt19937_double(&mt);
    if (kr_sampling_latin(method))
        KR_TRY(sample_latin(ctx, x, rows, cols));
    *out = x;
    x = NULL;
out:
    kr_free(x);
    return s;
}

/* The first k with sum of weights[0..k] >= x. */
static size_t sample_by_weight(const double *weights, size_t n, double x)
{
    double sum = 0;

    for (size_t k = 0; k < n; k++) {
        sum += weights[k];
        if (sum >= x)
            return k;
    }
    return n - 1;
}

/* The first k with x <= value k of the sequence 1/n, 2/n ... below 1, with the rounding of
 * numpy.arange: its values are start + k * ((start + step) - start). */
static size_t sample_equal(size_t n, double x)
{
    double step = 1.0 / (double)n;
    double delta = (step + step) - step;
    size_t count = (size_t)ceil((1 - step) / step);

    for (size_t k = 0; k < count && k < n - 1; k++) {
        double value = k == 0 ? step : k == 1 ? step + step : step + (double)k * delta;
        if (value >= x)
            return k;
    }
    return n - 1;
}

size_t kr_sample_pick(const double *weights, size_t n, double x, kr_sampling method)
{
    return kr_sampling_late(method) ? sample_equal(n, x) : sample_by_weight(weights, n, x);
}
