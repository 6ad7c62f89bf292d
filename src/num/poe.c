#include "num/poe.h"

#include "num/isa.h"
#include "num/poe_isa.h"

void kr_poes_of_rates(const double *rates, size_t n, float *out)
{
#ifdef __x86_64__
    switch (kr_isa_level()) {
    case 4:
        kr_poes_of_rates_v4(rates, n, out);
        return;
    case 3:
        kr_poes_of_rates_v3(rates, n, out);
        return;
    default:
        kr_poes_of_rates_v2(rates, n, out);
        return;
    }
#else
    kr_poes_of_rates_base(rates, n, out);
#endif
}
