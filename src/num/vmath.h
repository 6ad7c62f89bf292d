/* <math.h> with the vector forms of glibc's functions made known to the compiler.
 *
 * glibc declares the functions of libmvec under -ffast-math only, which would also let the compiler
 * reorder sums and forget infinities. Declared again here, loops over them are vectorised under
 * -fno-math-errno alone. Only gcc on x86-64 needs it (clang has -fveclib=libmvec). The vector forms
 * differ from the scalar ones by a few units in the last place, so arrays are padded: every element
 * then takes the same way. */
#ifndef KR_NUM_VMATH_H
#define KR_NUM_VMATH_H

#include <math.h>

#if defined(__GNUC__) && !defined(__clang__) && defined(__x86_64__) && defined(__GLIBC__)

#define KR_VECTOR __attribute__((__simd__("notinbranch"), __nothrow__, __leaf__))

extern double cos(double) KR_VECTOR;
extern double exp(double) KR_VECTOR;
extern double log(double) KR_VECTOR;
extern double pow(double, double) KR_VECTOR;
extern double sin(double) KR_VECTOR;

#if __GLIBC_PREREQ(2, 35)
extern double acos(double) KR_VECTOR;
extern double asin(double) KR_VECTOR;
extern double atan(double) KR_VECTOR;
extern double atan2(double, double) KR_VECTOR;
extern double cbrt(double) KR_VECTOR;
extern double cosh(double) KR_VECTOR;
extern double erf(double) KR_VECTOR;
extern double erfc(double) KR_VECTOR;
extern double exp2(double) KR_VECTOR;
extern double expm1(double) KR_VECTOR;
extern double hypot(double, double) KR_VECTOR;
extern double log10(double) KR_VECTOR;
extern double log1p(double) KR_VECTOR;
extern double log2(double) KR_VECTOR;
extern double sinh(double) KR_VECTOR;
extern double tan(double) KR_VECTOR;
extern double tanh(double) KR_VECTOR;
#endif

#undef KR_VECTOR
#endif

#endif
