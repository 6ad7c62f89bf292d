/* The chi-square distribution. */
#ifndef KR_NUM_CHI_SQUARE_H
#define KR_NUM_CHI_SQUARE_H

/** The probability that a chi-square variable with `dof` > 0 degrees of freedom is at most x >= 0.
 */
double kr_chi_square_cdf(double x, double dof);

/** The value that such a variable exceeds with probability 1 - p; 0 < p < 1, dof >= 1. Some 13
 * digits for dof up to 1000. */
double kr_chi_square_quantile(double p, double dof);

#endif
