/* The Mersenne Twister MT19937, as numpy's RandomState(seed) draws from it: logic trees are sampled
 * with the same numbers as in the reference. */
#ifndef KR_NUM_MT19937_H
#define KR_NUM_MT19937_H

#include <stdint.h>

enum { KR_MT19937_N = 624 };

typedef struct kr_mt19937 {
    uint32_t state[KR_MT19937_N];
    int next; /* of the state words; KR_MT19937_N: all are used up */
} kr_mt19937;

/** Seed (init_genrand of Matsumoto and Nishimura, 2002). */
void kr_mt19937_init(kr_mt19937 *mt, uint32_t seed);

/** The next 32 bits. */
uint32_t kr_mt19937_u32(kr_mt19937 *mt);

/** The next number of [0, 1) with 53 bits: RandomState.random_sample(). */
double kr_mt19937_double(kr_mt19937 *mt);

#endif
