/* Combining the rows of sections into those of a rupture, compiled once for each instruction set.
 * No product is fused with a sum, so every copy gives the same bits. */
#include "num/isa_name.h"
#include "rupture/multi_kernels.h"

#define SIMD _Pragma("omp simd")

/* Sites of a chunk whose sums stay in registers. */
enum { CHUNK = 32 };

static void least(const double *const *rows, size_t nrows, size_t n, double *out)
{
    SIMD for (size_t j = 0; j < n; j++) out[j] = rows[0][j];
    for (size_t i = 1; i < nrows; i++) {
        const double *row = rows[i];
        SIMD for (size_t j = 0; j < n; j++) out[j] = row[j] < out[j] ? row[j] : out[j];
    }
}

static inline __attribute__((always_inline)) void chunk_coordinates(const kr_tuw_row *rows,
                                                                    size_t nrows, size_t stride,
                                                                    size_t first, size_t n,
                                                                    float *t, float *u)
{
    float sum_t[CHUNK] = {0}, sum_u[CHUNK] = {0}, sum_w[CHUNK] = {0};

    for (size_t i = 0; i < nrows; i++) {
        const float *ti = rows[i].t + first, *ui = ti + stride, *wi = ui + stride;
        float shift = rows[i].shift;
        SIMD for (size_t j = 0; j < n; j++)
        {
            sum_t[j] += ti[j] * wi[j];
            sum_u[j] += (ui[j] + shift) * wi[j];
            sum_w[j] += wi[j];
        }
    }
    SIMD for (size_t j = 0; j < n; j++)
    {
        t[first + j] = sum_t[j] / sum_w[j];
        u[first + j] = sum_u[j] / sum_w[j];
    }
}

static void coordinates(const kr_tuw_row *rows, size_t nrows, size_t stride, size_t n, float *t,
                        float *u)
{
    size_t first = 0;

    for (; first + CHUNK <= n; first += CHUNK)
        chunk_coordinates(rows, nrows, stride, first, CHUNK, t, u);
    if (first < n)
        chunk_coordinates(rows, nrows, stride, first, n - first, t, u);
}

extern const kr_multi_kernels KR_ISA_NAME(kr_multi_kernels);
const kr_multi_kernels KR_ISA_NAME(kr_multi_kernels) = {least, coordinates};
