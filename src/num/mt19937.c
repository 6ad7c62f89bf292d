/* M. Matsumoto and T. Nishimura (1998), Mersenne twister: a 623-dimensionally equidistributed
 * uniform pseudo-random number generator. ACM TOMACS 8, 3-30. doi:10.1145/272991.272995 */
#include "num/mt19937.h"

enum { SHIFT = 397 };

void kr_mt19937_init(kr_mt19937 *mt, uint32_t seed)
{
    mt->state[0] = seed;
    for (uint32_t i = 1; i < KR_MT19937_N; i++) {
        uint32_t last = mt->state[i - 1];
        mt->state[i] = 1812433253U * (last ^ last >> 30) + i;
    }
    mt->next = KR_MT19937_N;
}

static void mt_refill(kr_mt19937 *mt)
{
    uint32_t *s = mt->state;

    for (int i = 0; i < KR_MT19937_N; i++) {
        uint32_t y = (s[i] & 0x80000000U) | (s[(i + 1) % KR_MT19937_N] & 0x7fffffffU);
        s[i] = s[(i + SHIFT) % KR_MT19937_N] ^ y >> 1 ^ (y & 1 ? 0x9908b0dfU : 0);
    }
    mt->next = 0;
}

uint32_t kr_mt19937_u32(kr_mt19937 *mt)
{
    if (mt->next >= KR_MT19937_N)
        mt_refill(mt);
    uint32_t y = mt->state[mt->next++];
    y ^= y >> 11;
    y ^= y << 7 & 0x9d2c5680U;
    y ^= y << 15 & 0xefc60000U;
    return y ^ y >> 18;
}

double kr_mt19937_double(kr_mt19937 *mt)
{
    double high = kr_mt19937_u32(mt) >> 5, low = kr_mt19937_u32(mt) >> 6;

    return (high * 67108864.0 + low) / 9007199254740992.0;
}
