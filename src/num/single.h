/* Single precision as the reference has it, where its numbers depend on it. */
#ifndef KR_NUM_SINGLE_H
#define KR_NUM_SINGLE_H

/** exp(x) in single precision, with the bits of numpy's vector code (1.17 and later, AVX2 and
 * AVX-512), which is wrong by up to 2.5 units in the last place. x from -80 to 80. */
float kr_exp_single(float x);

/** sin(x) and cos(x) of radians, likewise, wrong by up to 1.5 units in the last place. x from
 * -70000 to 70000. */
float kr_sin_single(float x);
float kr_cos_single(float x);

#endif
