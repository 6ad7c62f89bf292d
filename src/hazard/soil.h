/* Site amplification: what motion on rock becomes on soil.
 *
 * By `kernel` the exceedance of each context is amplified: the distribution of motion on rock is
 * cut into intervals, each of which exceeds a level on soil with the probability that the function
 * of the site gives. By `convolution` the same is done with the rock curve of each realization. */
#ifndef KR_HAZARD_SOIL_H
#define KR_HAZARD_SOIL_H

#include "hazard/kernel.h"
#include "model/amplification.h"

typedef struct kr_soil kr_soil;

/** Read the job's table and make ready what its method needs. Everything must outlive it; owned by
 * the caller: kr_soil_destroy. KR_EINPUT: the table, codes or vs30 of sites, or models for softer
 * rock than the table's. */
KR_MUST_CHECK kr_status kr_soil_create(kr_ctx *ctx, const kr_job *job, const kr_sites *sites,
                                       kr_soil **out);
void kr_soil_destroy(kr_soil **soil);
const kr_amplification *kr_soil_table(const kr_soil *soil);

/** kernel: what amplifies the contexts of a magnitude and distance at a site; an argument of
 * kr_soil_add_poes. */
const double *kr_soil_at(const kr_soil *soil, size_t site, double mag, double rrup);

/** kernel: add weight x probability of exceedance on soil to `rates`, for the motion on rock of one
 * context; `motion`: its mean and sigma. */
void kr_soil_add_poes(const kr_soil *soil, const double *at, size_t measure,
                      const kr_kernels *kernels, const kr_truncation *t, const double motion[2],
                      double weight, double *rates);

/** convolution: the probabilities at the job's soil_intensities that follow from those at its
 * levels. `room` has place for 2 * nlevels numbers. */
void kr_soil_convolve(const kr_soil *soil, size_t site, size_t measure, const double *poes,
                      double *room, double *out);

#endif
