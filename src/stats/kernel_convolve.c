/* Convolution with a few taps, compiled once for each instruction set. No product is fused with a
 * sum, so every copy gives the same bits. */
#include "num/isa_name.h"
#include "stats/convolve.h"

#include <string.h>

#define SIMD _Pragma("omp simd")

/* Cells that are finished one after another: they stay in the fastest cache. */
enum { TILE = 1024 };

static void add_one(double *restrict out, const double *restrict in, double w, size_t n)
{
    SIMD for (size_t i = 0; i < n; i++) out[i] += w * in[i];
}

static void add_four(double *restrict out, const double *const *in, const double *w, size_t n)
{
    const double *restrict a = in[0], *restrict b = in[1], *restrict c = in[2], *restrict d = in[3];
    double wa = w[0], wb = w[1], wc = w[2], wd = w[3];
    SIMD for (size_t i = 0; i < n; i++) out[i] =
        (((out[i] + wa * a[i]) + wb * b[i]) + wc * c[i]) + wd * d[i];
}

/* The cells first .. end, all written. Four taps at a time where all of them cover the tile. */
static void tile(const double *in, size_t n, const kr_taps *taps, double *out, size_t first,
                 size_t end)
{
    const double *from[4];
    double weight[4];
    size_t held = 0;
    memset(out + first, 0, (end - first) * sizeof *out);
    for (size_t t = 0; t < taps->n && taps->shift[t] < end; t++) {
        size_t shift = taps->shift[t], low = shift > first ? shift : first;
        size_t high = n + shift < end ? n + shift : end;
        if (low >= high)
            continue;
        if (low == first && high == end) {
            from[held] = in + (first - shift);
            weight[held++] = taps->weight[t];
            if (held < 4)
                continue;
            add_four(out + first, from, weight, end - first);
            held = 0;
            continue;
        }
        for (size_t k = 0; k < held; k++)
            add_one(out + first, from[k], weight[k], end - first);
        held = 0;
        add_one(out + low, in + (low - shift), taps->weight[t], high - low);
    }
    for (size_t k = 0; k < held; k++)
        add_one(out + first, from[k], weight[k], end - first);
}

extern kr_convolve_kernel KR_ISA_NAME(kr_convolve);
void KR_ISA_NAME(kr_convolve)(const double *in, size_t n, const kr_taps *taps, double *out,
                              size_t nout)
{
    for (size_t first = 0; first < nout; first += TILE)
        tile(in, n, taps, out, first, nout - first < TILE ? nout : first + TILE);
}
