/* Rates and probabilities of no exceedance from probabilities of exceedance, compiled once for each
 * instruction set. */
#include "hazard/kernel_isa.h"
#include "num/vmath.h"

/* What the probabilities lack to 1; what rounding of their sum makes is not meant. */
static double missing_of(const double *probs, size_t nprobs)
{
    double sum = 0;
    for (size_t k = 0; k < nprobs; k++)
        sum += probs[k];
    return fabs(1 - sum) > 4e-16 ? 1 - sum : 0;
}

/* 1 - sum p[k] (1 - x)^k is summed as such, from a[k] = 1 - (1 - x)^k = a[k-1] + (1 - a[k-1]) x:
 * small probabilities keep their digits. */
void KR_ISA_NAME(kr_add_pmf)(const double *restrict poes, size_t nlevels, const double *probs,
                             size_t nprobs, double *restrict rates)
{
    const double certain = 1 - 0x1p-53; /* a rate stays finite */
    double missing = missing_of(probs, nprobs);

    for (size_t l = 0; l < nlevels; l += KR_KERNEL_PAD) {
        double q[KR_KERNEL_PAD], a[KR_KERNEL_PAD];
#pragma omp simd
        for (size_t i = 0; i < KR_KERNEL_PAD; i++) {
            a[i] = 0;
            q[i] = missing;
        }
        for (size_t k = 1; k < nprobs; k++) {
#pragma omp simd
            for (size_t i = 0; i < KR_KERNEL_PAD; i++) {
                a[i] += (1 - a[i]) * poes[l + i];
                q[i] += probs[k] * a[i];
            }
        }
#pragma omp simd
        for (size_t i = 0; i < KR_KERNEL_PAD; i++) {
            double x = q[i] > 0 ? q[i] : 0;
            x = x < certain ? x : certain;
            rates[l + i] -= log1p(-x);
        }
    }
}

void KR_ISA_NAME(kr_add_rates)(const double *restrict poes, size_t stride, size_t nlevels,
                               const uint32_t *rows, const double *weights, size_t n,
                               double *restrict sums)
{
    for (size_t j = 0; j < n; j++) {
        const double *row = poes + rows[j] * stride;
        double weight = weights[j];
#pragma omp simd
        for (size_t l = 0; l < nlevels; l++)
            sums[l] += weight * row[l];
    }
}

void KR_ISA_NAME(kr_add_probs)(const double *restrict poes, size_t stride, size_t nlevels,
                               const uint32_t *rows, const double *probs, size_t n,
                               double *restrict none)
{
    for (size_t j = 0; j < n; j++) {
        const double *row = poes + rows[j] * stride;
        double prob = probs[j];
#pragma omp simd
        for (size_t l = 0; l < nlevels; l++)
            none[l] += prob * (row[l] - row[l] * none[l]);
    }
}

void KR_ISA_NAME(kr_take_rates)(size_t nlevels, double *restrict none, double *restrict sums)
{
    const double certain = 1 - 0x1p-53; /* a rate stays finite */
#pragma omp simd
    for (size_t l = 0; l < nlevels; l++) {
        double x = none[l] < certain ? none[l] : certain;
        sums[l] -= log1p(-x);
        none[l] = 0;
    }
}

void KR_ISA_NAME(kr_occur)(size_t nlevels, const double *probs, size_t nprobs, double *poes)
{
    double missing = missing_of(probs, nprobs);
#pragma omp simd
    for (size_t l = 0; l < nlevels; l++) {
        double a = 0, q = missing, poe = poes[l];
        for (size_t k = 1; k < nprobs; k++) {
            a += (1 - a) * poe;
            q += probs[k] * a;
        }
        q = q > 0 ? q : 0;
        poes[l] = q < 1 ? q : 1;
    }
}
