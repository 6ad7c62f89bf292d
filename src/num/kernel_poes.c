/* 1 - exp(-rate) for vectors, compiled once for each instruction set. */
#include "num/poe_isa.h"
#include "num/vec.h"

#include <string.h>

enum { CHUNK = 8, VECS = CHUNK / KR_VEC };

/* Above this rate the probability is 1 in double precision. */
static const double CERTAIN = 40;

/* (exp(f) - 1 - f) / f^2 for |f| <= ln(2) / 2, as a polynomial whose error is 1.1e-16 at most:
 * 4e-17 of exp(f) - 1. */
static inline kr_vec series(kr_vec f)
{
    kr_vec f2 = f * f;
    kr_vec even = kr_vec_all(0x1.289185613a3d6p-22), odd = kr_vec_all(0x1.af38a9b0ec855p-26);
    even = kr_vec_fma(even, f2, kr_vec_all(0x1.a019b90d2ae7ap-16));
    odd = kr_vec_fma(odd, f2, kr_vec_all(0x1.71de0dae63bb3p-19));
    even = kr_vec_fma(even, f2, kr_vec_all(0x1.6c16c1788bd90p-10));
    odd = kr_vec_fma(odd, f2, kr_vec_all(0x1.a01a01a7c41d5p-13));
    even = kr_vec_fma(even, f2, kr_vec_all(0x1.5555555553d63p-5));
    odd = kr_vec_fma(odd, f2, kr_vec_all(0x1.11111111109b3p-7));
    even = kr_vec_fma(even, f2, kr_vec_all(0x1.0000000000001p-1));
    odd = kr_vec_fma(odd, f2, kr_vec_all(0x1.5555555555556p-3));
    return kr_vec_fma(odd, f, even);
}

/* With -rate = k ln 2 + f, |f| <= ln(2) / 2, and s = 2^k, both exact or nearly so:
 * 1 - exp(-rate) = (1 - s) - s (exp(f) - 1). For k = 0 that is f + f^2 series(f), whose first term
 * is exact; for k < 0 it is at least 0.29, and what s (exp(f) - 1) <= 0.21 errs by is less than
 * half a unit in its last place. */
static inline kr_vec poe(kr_vec rate)
{
    const double magic = 0x1.8p52; /* x + magic - magic is x, rounded; its last bits hold it */
    kr_vec x = -kr_vec_min(kr_vec_all(CERTAIN), rate);
    kr_vec rounded = kr_vec_fma(x, kr_vec_all(0x1.71547652b82fep0), kr_vec_all(magic));
    kr_vec k = rounded - kr_vec_all(magic);
    kr_vec f = kr_vec_fnma(k, kr_vec_all(0x1.62e42feep-1), x); /* ln 2 in two parts */
    f = kr_vec_fnma(k, kr_vec_all(0x1.a39ef35793c76p-33), f);

    kr_vec p = kr_vec_fma(f * f, series(f), f);

    kr_vec one = kr_vec_all(1);
    kr_vec s =
        (kr_vec)(((kr_vec_bits)rounded << 52) + (kr_vec_bits)one); /* 2^k: k in the exponent */
    return kr_vec_fnma(s, p, one - s);
}

static inline void chunk(const double *rates, double *to)
{
    for (int v = 0; v < VECS; v++)
        kr_vec_store(to + v * KR_VEC, poe(kr_vec_load(rates + v * KR_VEC)));
}

void KR_ISA_NAME(kr_poes_of_rates)(const double *rates, size_t n, float *out)
{
    double to[CHUNK], rest[CHUNK] = {0};
    size_t i = 0;

    for (; i + CHUNK <= n; i += CHUNK) {
        chunk(rates + i, to);
        for (int l = 0; l < CHUNK; l++)
            out[i + (size_t)l] = (float)to[l];
    }
    if (i == n)
        return;
    memcpy(rest, rates + i, (n - i) * sizeof *rest);
    chunk(rest, to);
    for (size_t l = 0; i + l < n; l++)
        out[i + l] = (float)to[l];
}
