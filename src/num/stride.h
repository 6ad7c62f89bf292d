/* Steps through a list that lie all over it however few are made. */
#ifndef KR_NUM_STRIDE_H
#define KR_NUM_STRIDE_H

#include <stddef.h>

static inline size_t kr_common_divisor(size_t a, size_t b)
{
    while (b > 0) {
        size_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

/** From one of n to the next, about the golden section of n: i * stride % n, i from 0 to n - 1, is
 * each of them once, since the two have no divisor in common. */
static inline size_t kr_stride_over(size_t n)
{
    size_t stride = (size_t)(0.6180339887498949 * (double)n) + 1;
    while (kr_common_divisor(n, stride) > 1)
        stride++;
    return stride;
}

#endif
