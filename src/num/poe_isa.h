/* Declarations of the copies of kernel_poes.c, one for each instruction set. */
#ifndef KR_NUM_POE_ISA_H
#define KR_NUM_POE_ISA_H

#include "num/isa_name.h"

#include <stddef.h>

#define KR_DECLARE_POES(isa) void kr_poes_of_rates_##isa(const double *rates, size_t n, float *out);
#ifdef __x86_64__
KR_DECLARE_POES(v2)
KR_DECLARE_POES(v3)
KR_DECLARE_POES(v4)
#else
KR_DECLARE_POES(base)
#endif

#endif
