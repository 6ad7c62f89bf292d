/* Declarations of the copies of kernel_poes.c, one for each instruction set. */
#ifndef KR_NUM_POE_ISA_H
#define KR_NUM_POE_ISA_H

#include "config.h"
#include "num/isa_name.h"

#include <stddef.h>

#define KR_DECLARE_POES(isa) void kr_poes_of_rates_##isa(const double *rates, size_t n, float *out);
KR_ISA_LIST(KR_DECLARE_POES)

#endif
