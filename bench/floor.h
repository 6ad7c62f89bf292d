/* Loops over library functions, one copy for each instruction set as the kernels have
 * (kernel_floor.c of this folder); n is a multiple of 8. */
#ifndef KR_BENCH_FLOOR_H
#define KR_BENCH_FLOOR_H

#include "config.h"

#include <stddef.h>

typedef void floor_loop(size_t n, const double *x, double *out);

#define FLOOR_DECLARE(isa)                                                                         \
    floor_loop floor_exceedances_##isa, floor_exponentials_##isa, floor_logarithms_##isa;
KR_ISA_LIST(FLOOR_DECLARE)

#endif
