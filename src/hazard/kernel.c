#include "hazard/kernel.h"

#include "base/str.h"
#include "hazard/kernel_isa.h"
#include "num/isa.h"

#define KERNELS(isa)                                                                               \
    {#isa,          kr_poes_##isa, kr_add_rates_##isa, kr_add_probs_##isa, kr_take_rates_##isa,    \
     kr_occur_##isa},

static const kr_kernels all[] = {KR_ISA_LIST(KERNELS)};

const kr_kernels *kr_kernels_all(size_t *n)
{
    *n = sizeof all / sizeof all[0];
    return all;
}

const kr_kernels *kr_kernels_here(void)
{
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (kr_str_eq(all[i].isa, kr_isa_name()))
            return &all[i];
    return &all[0];
}
