#include "stats/convolve.h"

#include "config.h"
#include "num/isa.h"

#include <string.h>

#define X(isa) extern kr_convolve_kernel kr_convolve_##isa;
KR_ISA_LIST(X)
#undef X

/* The level is 0 where there is one copy only, else 2 for the first. */
static kr_convolve_kernel *find_kernel(void)
{
    static kr_convolve_kernel *const copies[] = {
#define X(isa) kr_convolve_##isa,
        KR_ISA_LIST(X)
#undef X
    };
    int level = kr_isa_level();
    return copies[level > 2 ? level - 2 : 0];
}

/* Few cells: the taps are spread out cell by cell, so that nothing is done between them. */
static void scatter(const double *in, size_t n, const kr_taps *taps, double *out, size_t nout)
{
    memset(out, 0, nout * sizeof *out);
    for (size_t t = 0; t < taps->n; t++)
        for (size_t i = 0; i < n && i + taps->shift[t] < nout; i++)
            out[i + taps->shift[t]] += taps->weight[t] * in[i];
}

void kr_convolve(const double *in, size_t n, const kr_taps *taps, double *out, size_t nout)
{
    if (n < 16)
        scatter(in, n, taps, out, nout);
    else
        find_kernel()(in, n, taps, out, nout);
}
