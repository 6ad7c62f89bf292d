/* The 128-bit content hash: two lanes of multiply and rotate in the manner of MurmurHash3, each
 * of which sees every word and the other lane. */
#include "base/file.h"

#include <math.h>
#include <string.h>

static uint64_t hash_rotate(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

static void hash_word(kr_hash128 *h, uint64_t w)
{
    uint64_t j = hash_rotate(w * 0x87c37b91114253d5U, 31) * 0x4cf5ad432745937fU;
    uint64_t k = hash_rotate(w * 0x9e3779b97f4a7c15U, 33) * 0xbf58476d1ce4e5b9U;

    h->a = (hash_rotate(h->a ^ j, 27) + h->b) * 5 + 0x52dce729U;
    h->b = (hash_rotate(h->b ^ k, 31) + h->a) * 5 + 0x38495ab5U;
}

static uint64_t hash_avalanche(uint64_t x)
{
    x = (x ^ x >> 33) * 0xff51afd7ed558ccdU;
    x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53U;
    return x ^ x >> 33;
}

static void hash_finish(kr_hash128 *h)
{
    h->a = hash_avalanche(h->a + h->b);
    h->b = hash_avalanche(h->b + h->a);
}

void kr_hash_init(kr_hash128 *h)
{
    *h = (kr_hash128){0x6b61757269202020U, 0x9e3779b97f4a7c15U};
}

void kr_hash_bytes(kr_hash128 *h, const void *data, size_t n)
{
    const unsigned char *p = data;
    uint64_t w;

    /* The length, so that "ab", "c" is not "a", "bc"; the mask, so that it is not a number. */
    hash_word(h, n ^ 0xc3a5c85c97cb3127U);
    for (; n >= sizeof w; n -= sizeof w, p += sizeof w) {
        memcpy(&w, p, sizeof w);
        hash_word(h, w);
    }
    w = 0;
    if (n > 0) {
        memcpy(&w, p, n);
        hash_word(h, w);
    }
    hash_finish(h);
}

static uint64_t hash_number(double x)
{
    uint64_t w = 0x7ff8000000000000U; /* every NaN */

    if (x == 0)
        x = 0; /* drops the sign of -0 */
    if (!isnan(x))
        memcpy(&w, &x, sizeof w);
    return w;
}

void kr_hash_double(kr_hash128 *h, double x)
{
    hash_word(h, hash_number(x));
    hash_finish(h);
}

void kr_hash_doubles(kr_hash128 *h, const double *x, size_t n)
{
    hash_word(h, n ^ 0x9ae16a3b2f90404fU); /* neither a number nor a length of bytes */
    for (size_t i = 0; i < n; i++)
        hash_word(h, hash_number(x[i]));
    hash_finish(h);
}

void kr_hash_text(kr_hash128 *h, const char *text)
{
    kr_hash_bytes(h, text, strlen(text));
}

bool kr_hash_equal(kr_hash128 x, kr_hash128 y)
{
    return x.a == y.a && x.b == y.b;
}
