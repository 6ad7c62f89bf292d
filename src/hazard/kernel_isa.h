/* Declarations of the copies of the kernels, one for each instruction set. */
#ifndef KR_HAZARD_KERNEL_ISA_H
#define KR_HAZARD_KERNEL_ISA_H

#include "hazard/kernel.h"
#include "num/isa_name.h"

#define KR_DECLARE_KERNELS(isa)                                                                    \
    void kr_add_poes_##isa(const kr_truncation *t, const double *levels, size_t nlevels,           \
                           double mean, double sigma, double weight, double *rates);               \
    void kr_add_pmf_##isa(const double *poes, size_t nlevels, const double *probs, size_t nprobs,  \
                          double *rates);
#ifdef __x86_64__
KR_DECLARE_KERNELS(v2)
KR_DECLARE_KERNELS(v3)
KR_DECLARE_KERNELS(v4)
#else
KR_DECLARE_KERNELS(base)
#endif

#endif
