#include "num/single.h"

#include <math.h>

/* p[0] + p[1] x + ... by Horner's rule, each step rounded once. */
static float polynomial(const float *p, int degree, float x)
{
    float sum = p[degree];
    for (int i = degree - 1; i >= 0; i--)
        sum = fmaf(sum, x, p[i]);
    return sum;
}

/* exp(x) = 2^k exp(r) with r = x - k ln 2 in two parts (Cody and Waite), exp(r) as a quotient of
 * polynomials. The figures are those of numpy's simd_exp_FLOAT. */
float kr_exp_single(float x)
{
    static const float above[] = {9.999999999980870924916e-01F, 7.257664613233124478488e-01F,
                                  2.473615434895520810817e-01F, 5.114512081637298353406e-02F,
                                  6.757896990527504603057e-03F, 5.082762527590693718096e-04F};
    static const float below[] = {1.0F, -2.742335390411667452936e-01F,
                                  2.159509375685829852307e-02F};
    float k = rintf(x * 1.44269504088896340736F);
    float r = fmaf(k, -6.93145752e-1F, x);
    r = fmaf(k, -1.42860677e-6F, r);
    return ldexpf(polynomial(above, 5, r) / polynomial(below, 2, r), (int)k);
}

/* The quadrant of x and what is left of it, x - k pi / 2 in three parts (Cody and Waite). */
static float reduce(float x, int *quadrant)
{
    float k = rintf(x * 0x1.45f306p-1F);
    float r = fmaf(k, -0x1.921fb0p+00F, x);
    r = fmaf(k, -0x1.5110b4p-22F, r);
    *quadrant = (int)k;
    return fmaf(k, -0x1.846988p-48F, r);
}

/* Sine or cosine of what is left, as the quadrant asks; the figures are those of numpy's
 * simd_sincos_f32. */
static float turned(float r, int quadrant)
{
    static const float sine[] = {0, -0x1.555556p-03F, 0x1.11119ap-07F, -0x1.a06bbap-13F,
                                 0x1.7d3bbcp-19F};
    static const float cosine[] = {1, -0x1.000000p-01F, 0x1.55553cp-05F, -0x1.6c06dcp-10F,
                                   0x1.98e616p-16F};
    float value =
        quadrant & 1 ? polynomial(cosine, 4, r * r) : fmaf(polynomial(sine, 4, r * r), r, r);
    return quadrant & 2 ? -value : value;
}

float kr_sin_single(float x)
{
    int quadrant;
    float r = reduce(x, &quadrant);
    return turned(r, quadrant);
}

float kr_cos_single(float x)
{
    int quadrant;
    float r = reduce(x, &quadrant);
    return turned(r, quadrant + 1);
}
