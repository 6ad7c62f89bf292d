/* Vectors of doubles as wide as the registers, for files that are compiled once for each
 * instruction set. The operators + - * work on them element by element. A product and a sum are
 * fused only where kr_vec_fma says so, never by the compiler: every element of an array gets the
 * same operations, wherever it stands. Where there is no fused operation (x86-64-v2), kr_vec_fma
 * rounds twice. */
#ifndef KR_NUM_VEC_H
#define KR_NUM_VEC_H

#include "config.h"

#include <stdbool.h>
#include <stdint.h>

#ifdef __x86_64__
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#if KAURI_SCALAR
enum { KR_VEC = 1 };
#elif defined(__AVX512F__)
enum { KR_VEC = 8 }; /* elements */
#elif defined(__AVX2__)
enum { KR_VEC = 4 };
#else
enum { KR_VEC = 2 };
#endif

/* Before a loop over a few vectors: unrolled, so that they stay in registers. Not where sanitizers
 * look: the compiler would take minutes over the copies of their checks. */
#if KAURI_SANITIZE
#define KR_UNROLL
#else
#define KR_UNROLL _Pragma("GCC unroll 8")
#endif

typedef double kr_vec __attribute__((vector_size(8 * KR_VEC), may_alias));
typedef uint64_t kr_vec_bits __attribute__((vector_size(8 * KR_VEC), may_alias));
typedef double kr_vec_anywhere __attribute__((vector_size(8 * KR_VEC), may_alias, aligned(8)));

static inline kr_vec kr_vec_load(const double *p)
{
    return *(const kr_vec_anywhere *)p;
}

static inline void kr_vec_store(double *p, kr_vec x)
{
    *(kr_vec_anywhere *)p = x;
}

/* All elements x. */
static inline kr_vec kr_vec_all(double x);

/* a b + c and c - a b. */
static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c);
static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c);

/* Where a < b, `yes`, elsewhere, NaN included, `no`. */
static inline kr_vec kr_vec_if_less(kr_vec a, kr_vec b, kr_vec yes, kr_vec no);

/* a > b ? a : b and a < b ? a : b: b where one is NaN. */
static inline kr_vec kr_vec_max(kr_vec a, kr_vec b);
static inline kr_vec kr_vec_min(kr_vec a, kr_vec b);

/* Is any bit set? */
static inline bool kr_vec_any(kr_vec_bits x);

#if defined(__AVX512F__)

static inline kr_vec kr_vec_all(double x)
{
    return _mm512_set1_pd(x);
}

static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c)
{
    return _mm512_fmadd_pd(a, b, c);
}

static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c)
{
    return _mm512_fnmadd_pd(a, b, c);
}

static inline kr_vec kr_vec_if_less(kr_vec a, kr_vec b, kr_vec yes, kr_vec no)
{
    return _mm512_mask_blend_pd(_mm512_cmp_pd_mask(a, b, _CMP_LT_OQ), no, yes);
}

static inline kr_vec kr_vec_max(kr_vec a, kr_vec b)
{
    return _mm512_max_pd(a, b);
}

static inline kr_vec kr_vec_min(kr_vec a, kr_vec b)
{
    return _mm512_min_pd(a, b);
}

static inline bool kr_vec_any(kr_vec_bits x)
{
    return _mm512_test_epi64_mask((__m512i)x, (__m512i)x) != 0;
}

#elif defined(__AVX2__)

static inline kr_vec kr_vec_all(double x)
{
    return _mm256_set1_pd(x);
}

static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c)
{
    return _mm256_fmadd_pd(a, b, c);
}

static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c)
{
    return _mm256_fnmadd_pd(a, b, c);
}

static inline kr_vec kr_vec_if_less(kr_vec a, kr_vec b, kr_vec yes, kr_vec no)
{
    return _mm256_blendv_pd(no, yes, _mm256_cmp_pd(a, b, _CMP_LT_OQ));
}

static inline kr_vec kr_vec_max(kr_vec a, kr_vec b)
{
    return _mm256_max_pd(a, b);
}

static inline kr_vec kr_vec_min(kr_vec a, kr_vec b)
{
    return _mm256_min_pd(a, b);
}

static inline bool kr_vec_any(kr_vec_bits x)
{
    return !_mm256_testz_si256((__m256i)x, (__m256i)x);
}

#elif defined(__SSE4_1__)

static inline kr_vec kr_vec_all(double x)
{
    return _mm_set1_pd(x);
}

static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c)
{
    return a * b + c;
}

static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c)
{
    return c - a * b;
}

static inline kr_vec kr_vec_if_less(kr_vec a, kr_vec b, kr_vec yes, kr_vec no)
{
    return _mm_blendv_pd(no, yes, _mm_cmplt_pd(a, b));
}

static inline kr_vec kr_vec_max(kr_vec a, kr_vec b)
{
    return _mm_max_pd(a, b);
}

static inline kr_vec kr_vec_min(kr_vec a, kr_vec b)
{
    return _mm_min_pd(a, b);
}

static inline bool kr_vec_any(kr_vec_bits x)
{
    return !_mm_testz_si128((__m128i)x, (__m128i)x);
}

#else

static inline kr_vec kr_vec_all(double x)
{
    return x - (kr_vec){0};
}

static inline kr_vec kr_vec_if_less(kr_vec a, kr_vec b, kr_vec yes, kr_vec no)
{
    kr_vec_bits less = (kr_vec_bits)(a < b);
    return (kr_vec)((less & (kr_vec_bits)yes) | (~less & (kr_vec_bits)no));
}

static inline kr_vec kr_vec_max(kr_vec a, kr_vec b)
{
    return kr_vec_if_less(b, a, a, b);
}

static inline kr_vec kr_vec_min(kr_vec a, kr_vec b)
{
    return kr_vec_if_less(a, b, a, b);
}

static inline bool kr_vec_any(kr_vec_bits x)
{
    uint64_t all = 0;
    for (int i = 0; i < KR_VEC; i++)
        all |= x[i];
    return all != 0;
}

#ifdef __aarch64__
static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c)
{
    return (kr_vec)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c)
{
    return (kr_vec)vfmsq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}
#else
static inline kr_vec kr_vec_fma(kr_vec a, kr_vec b, kr_vec c)
{
    return a * b + c;
}

static inline kr_vec kr_vec_fnma(kr_vec a, kr_vec b, kr_vec c)
{
    return c - a * b;
}
#endif

#endif

#endif
