/* Convolution of a distribution on a grid with a few steps upwards. */
#ifndef KR_STATS_CONVOLVE_H
#define KR_STATS_CONVOLVE_H

#include <stddef.h>
#include <stdint.h>

/* So many cells upwards, with this weight. */
typedef struct kr_taps {
    size_t n;
    const uint32_t *shift; /* increasing */
    const double *weight;
} kr_taps;

/** out[i] = sum over the taps of weight * in[i - shift], for i < nout; in has n cells, and zeros
 * around them. Terms are added in the order of the taps, on every instruction set. */
typedef void kr_convolve_kernel(const double *in, size_t n, const kr_taps *taps, double *out,
                                size_t nout);

kr_convolve_kernel kr_convolve;

#endif
