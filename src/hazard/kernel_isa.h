/* Declarations of the copies of the kernels, one for each instruction set. */
#ifndef KR_HAZARD_KERNEL_ISA_H
#define KR_HAZARD_KERNEL_ISA_H

#include "config.h"
#include "hazard/kernel.h"
#include "num/isa_name.h"

#define KR_DECLARE_KERNELS(isa)                                                                    \
    void kr_poes_##isa(const kr_truncation *t, const double *levels, size_t nlevels, size_t n,     \
                       const double *mean, const double *sigma, double weight, bool add,           \
                       size_t stride, double *out);                                                \
    void kr_add_rates_##isa(const kr_summing *summing);                                            \
    void kr_add_probs_##isa(const kr_summing *summing);                                            \
    void kr_take_rates_##isa(size_t nlevels, double *none, double *sums);                          \
    void kr_occur_##isa(size_t nlevels, const double *probs, size_t nprobs, double *poes);
KR_ISA_LIST(KR_DECLARE_KERNELS)

#endif
