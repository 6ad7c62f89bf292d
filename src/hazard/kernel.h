/* The innermost loop: from means and sigmas to exceedance and rates. Built once for each
 * instruction set (kernel_poe.c); kr_kernels gives the set for this machine. */
#ifndef KR_HAZARD_KERNEL_H
#define KR_HAZARD_KERNEL_H

#include <stddef.h>

/* Levels of one measure as the kernel takes them: ln(level) (or the level itself for linear
 * measures), padded to a multiple of 8 with +infinity-like numbers that nothing exceeds. */
enum { KR_KERNEL_PAD = 8 };

/* The truncated normal distribution of residuals: poe = (0.5 erfc(x / sqrt 2) - tail) * scale,
 * clipped to [0, 1], for x = (ln level - mean) / sigma (reference-behaviour 5.1). */
typedef struct kr_truncation {
    double level; /* sigmas */
    double tail;  /* 1 - Phi(level) */
    double scale; /* 1 / (2 Phi(level) - 1) */
} kr_truncation;

kr_truncation kr_truncation_of(double level);

typedef struct kr_kernels {
    const char *isa;
    /* rates[l] += weight * poe(l) for one context; nlevels and the arrays are padded. */
    void (*add_poes)(const kr_truncation *t, const double *levels, size_t nlevels, double mean,
                     double sigma, double weight, double *rates);
    /* rates[l] += -ln(sum over k of probs[k] (1 - poes[l])^k) for a rupture that occurs k times
     * with probability probs[k], k = 0 .. nprobs - 1; the sum is at most 1
     * (reference-behaviour 5.1). nlevels and the arrays are padded. */
    void (*add_pmf)(const double *poes, size_t nlevels, const double *probs, size_t nprobs,
                    double *rates);
} kr_kernels;

/** The kernels for this machine (num/isa.h). */
const kr_kernels *kr_kernels_here(void);

/** All kernels built, for tests. */
const kr_kernels *kr_kernels_all(size_t *n);

#endif
