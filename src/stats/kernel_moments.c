/* Moments of the states of a block, compiled once for each instruction set. Sums are made of sums
 * of pieces, those of lanes that the compiler keeps in vectors: the error of millions of additions
 * stays below 1e-12, and the order is the same for every copy. */
#include "num/isa_name.h"
#include "num/vmath.h"
#include "stats/moments_int.h"

/* What is summed must be known where the loop is. */
#define INLINE static inline __attribute__((always_inline))

enum { LANES = 8, PIECE = 1024 };

/* Both probabilities of a rate in one number: u = -expm1(-rate) below a half, else
 * -x = -exp(-rate). Each is the other's complement where it is the larger, so neither loses digits.
 * All of x up to a multiple of KR_MOMENTS_PAD. */
static void fold(double *x, size_t n)
{
    for (size_t i = 0; i < n; i += KR_MOMENTS_PAD) {
#pragma omp simd
        for (size_t k = i; k < i + KR_MOMENTS_PAD; k++) {
            double u = -expm1(-x[k]), none = -exp(-x[k]);
            x[k] = u < 0.5 ? u : none;
        }
    }
}

/* What is read of a number: itself; or of a folded probability, that of exceedance or of none. */
typedef enum reading { AS_IS, POE, PNE, ONE } reading;

INLINE double read_as(reading as, double t)
{
    double larger = 1 - fabs(t), smaller = fabs(t);
    bool none = copysign(1, t) < 0; /* x may be so small that it is -0 */
    switch (as) {
    case AS_IS:
        return t;
    case POE:
        return none ? larger : smaller;
    case PNE:
        return none ? smaller : larger;
    case ONE:
        return 1;
    }
    return t;
}

/* A sum: of w (t - centre) or w (t - centre)^2, t read in this way. */
typedef struct term {
    reading as;
    int power;
} term;

INLINE double term_of(term it, double t, double centre)
{
    double d = read_as(it.as, t) - centre;
    return it.power == 2 ? d * d : d;
}

/* Two sums at a time. */
typedef struct pair {
    double a, b;
} pair;

INLINE pair piece_sums(const double *w, const double *t, size_t n, term a, term b, double centre)
{
    double as[LANES] = {0}, bs[LANES] = {0};
    pair sums = {0, 0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES) {
#pragma omp simd
        for (size_t k = 0; k < LANES; k++) {
            as[k] += w[i + k] * term_of(a, t[i + k], centre);
            bs[k] += w[i + k] * term_of(b, t[i + k], centre);
        }
    }
    for (; i < n; i++) {
        as[i % LANES] += w[i] * term_of(a, t[i], centre);
        bs[i % LANES] += w[i] * term_of(b, t[i], centre);
    }
    for (size_t k = 0; k < LANES; k++) {
        sums.a += as[k];
        sums.b += bs[k];
    }
    return sums;
}

INLINE pair weighted_sums(const double *w, const double *t, size_t n, term a, term b, double centre)
{
    pair sums = {0, 0};
    for (size_t i = 0; i < n; i += PIECE) {
        pair piece = piece_sums(w + i, t + i, n - i < PIECE ? n - i : PIECE, a, b, centre);
        sums.a += piece.a;
        sums.b += piece.b;
    }
    return sums;
}

/* Of the deviations from the mean. That of a rounded mean is not quite 0 in the mean. */
INLINE double variance(const double *w, const double *t, size_t n, double weight, reading as,
                       double mean)
{
    pair sums = weighted_sums(w, t, n, (term){as, 1}, (term){as, 2}, mean);
    double rest = sums.a / weight;
    return fmax(sums.b / weight - rest * rest, 0);
}

static void find_range(const double *x, size_t n, kr_moments *m)
{
    double least = x[0], most = x[0];
#pragma omp simd reduction(min : least) reduction(max : most)
    for (size_t i = 1; i < n; i++) {
        least = x[i] < least ? x[i] : least;
        most = x[i] > most ? x[i] : most;
    }
    m->rate_min = least;
    m->rate_max = most;
}

extern kr_moments_kernel KR_ISA_NAME(kr_moments_of_states);
void KR_ISA_NAME(kr_moments_of_states)(double *x, const double *w, size_t n, kr_moments *m)
{
    find_range(x, n, m);
    pair rates = weighted_sums(w, x, n, (term){AS_IS, 1}, (term){ONE, 1}, 0);
    double weight = m->weight = rates.b;
    if (!(weight > 0))
        return;
    m->rate_mean = rates.a / weight;
    m->rate_variance = variance(w, x, n, weight, AS_IS, m->rate_mean);
    for (size_t i = n; i % KR_MOMENTS_PAD; i++)
        x[i] = 0;
    fold(x, n);
    pair poes = weighted_sums(w, x, n, (term){POE, 1}, (term){PNE, 1}, 0);
    m->poe_mean = poes.a / weight;
    m->pne_mean = poes.b / weight;
    m->poe_variance = m->poe_mean < m->pne_mean ? variance(w, x, n, weight, POE, m->poe_mean)
                                                : variance(w, x, n, weight, PNE, m->pne_mean);
}
