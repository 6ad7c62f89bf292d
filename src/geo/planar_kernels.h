/* The table of kernels of kernel_planar.c, one for each instruction set. */
#ifndef KR_GEO_PLANAR_KERNELS_H
#define KR_GEO_PLANAR_KERNELS_H

#include "geo/planar.h"

typedef struct kr_planar_kernels {
    void (*place)(const kr_shapes *shapes, size_t n, const kr_origin *origin, unsigned wanted,
                  kr_planars *out);
    void (*to_site)(const kr_planars *ruptures, const kr_shapes *shapes, size_t n,
                    const kr_site_soa *sites, size_t j, unsigned wanted, const kr_dist_out *out);
    void (*to_sites)(const kr_planars *ruptures, const kr_shapes *shapes, size_t i,
                     const kr_site_soa *sites, unsigned wanted, const kr_dist_out *out);
    void (*chords)(const kr_site_soa *sites, kr_vec3 p, double *out);
} kr_planar_kernels;

#endif
