/* The innermost loop: from means and sigmas to exceedance and rates. Built once for each
 * instruction set (kernel_poe.c); kr_kernels gives the set for this machine. */
#ifndef KR_HAZARD_KERNEL_H
#define KR_HAZARD_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Levels of one measure as the kernel takes them: ln(level) (or the level itself for linear
 * measures), padded to a multiple of 8 with +infinity-like numbers that nothing exceeds. Arrays
 * that run over padded levels are 64-byte aligned. */
enum { KR_KERNEL_PAD = 8 };

/* The truncated normal distribution of residuals: poe = (0.5 erfc(x / sqrt 2) - tail) * scale,
 * clipped to [0, 1], for x = (ln level - mean) / sigma (docs/theory.md, 9). */
enum { KR_TRUNCATION_TERMS = 32 };
typedef struct kr_truncation {
    double level; /* sigmas */
    double tail;  /* 1 - Phi(level) */
    double scale; /* 1 / (2 Phi(level) - 1) */
    double by;    /* sqrt(2) / level */
    int nterms;   /* of the polynomial Q that the kernels take up to a level of 5; 0 beyond it */
    double terms[KR_TRUNCATION_TERMS];
} kr_truncation;

kr_truncation kr_truncation_of(double level);

/* What is summed: n contexts, context j with poes[rows[j] * stride + l] at level l of nlevels, for
 * one member or several (alternatives that share their contexts), each with its own weights: of
 * member k = members[i], i < nmembers (or of k = i where members is NULL), weights[k *
 * weights_stride + j] and sums[k * sums_stride + l]. */
typedef struct kr_summing {
    const double *poes;
    size_t stride, nlevels; /* the latter a multiple of KR_KERNEL_PAD */
    const uint32_t *rows;
    size_t n;
    const double *weights;
    size_t weights_stride;
    const uint32_t *members;
    size_t nmembers;
    double *sums;
    size_t sums_stride;
} kr_summing;

typedef struct kr_kernels {
    const char *isa;
    /* out[j * stride + l] = weight * poe(l), or with `add` += weight * poe(l), for the contexts j
     * of n, each with a mean and a sigma; stride >= nlevels, a multiple of KR_KERNEL_PAD. */
    void (*poes)(const kr_truncation *t, const double *levels, size_t nlevels, size_t n,
                 const double *mean, const double *sigma, double weight, bool add, size_t stride,
                 double *out);
    /* Of each member: sums[l] += sum over j of weights[j] * poes[rows[j] * stride + l], in the
     * order of j. Its bits do not depend on the other members. */
    void (*add_rates)(const kr_summing *summing);
    /* The same of none[l] in the place of sums[l], and probabilities for weights: none[l] = 1 - (1
     * - none[l]) * product over j of (1 - weights[j] * poes[rows[j] * stride + l]), with the digits
     * of small probabilities kept: relatively wrong by at most (n + 3) 2^-53 after n contexts in
     * all, as long as no number passes 1/2 (take_rates empties them); kernel_sums.c has the proof.
     */
    void (*add_probs)(const kr_summing *summing);
    /* sums[l] += -ln(1 - none[l]); none[l] = 0 */
    void (*take_rates)(size_t nlevels, double *none, double *sums);
    /* poes[l] = 1 - sum over k of probs[k] (1 - poes[l])^k for a rupture that occurs k times with
     * probability probs[k], k = 0 .. nprobs - 1; the sum is at most 1 (docs/theory.md, 10). */
    void (*occur)(size_t nlevels, const double *probs, size_t nprobs, double *poes);
} kr_kernels;

/** The kernels for this machine (num/isa.h). */
const kr_kernels *kr_kernels_here(void);

/** All kernels built, for tests. */
const kr_kernels *kr_kernels_all(size_t *n);

#endif
