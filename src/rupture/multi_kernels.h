/* The table of kernels of kernel_multi.c, one for each instruction set. */
#ifndef KR_RUPTURE_MULTI_KERNELS_H
#define KR_RUPTURE_MULTI_KERNELS_H

#include <stddef.h>

/* Rows of t, u, w over sites, the three `stride` apart, and the shift of u. */
typedef struct kr_tuw_row {
    const float *t;
    float shift;
} kr_tuw_row;

typedef struct kr_multi_kernels {
    /* out[j] = least of rows[i][j] over nrows > 0 rows, for j < n */
    void (*least)(const double *const *rows, size_t nrows, size_t n, double *out);
    /* T and U of n sites: means of t and of u + shift weighted by w, in single precision, summed in
     * the order of the rows. */
    void (*coordinates)(const kr_tuw_row *rows, size_t nrows, size_t stride, size_t n, float *t,
                        float *u);
} kr_multi_kernels;

#endif
