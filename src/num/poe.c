#include "num/poe.h"

#include "config.h"
#include "num/isa.h"
#include "num/poe_isa.h"

/* The level is 0 where there is one copy only, else 2 for the first. */
void kr_poes_of_rates(const double *rates, size_t n, float *out)
{
    static void (*const copies[])(const double *, size_t, float *) = {
#define COPY(isa) kr_poes_of_rates_##isa,
        KR_ISA_LIST(COPY)
#undef COPY
    };
    int level = kr_isa_level();
    copies[level > 2 ? level - 2 : 0](rates, n, out);
}
