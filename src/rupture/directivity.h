/* The centred directivity parameter of Spudich et al. (2013) and Chiou and Spudich (PEER 2013/09)
 * as the reference computes it: the logarithm of the direct point parameter (DPP) at a site, less
 * its mean over the places of a grid that are as far from the rupture within 2 km. */
#ifndef KR_RUPTURE_DIRECTIVITY_H
#define KR_RUPTURE_DIRECTIVITY_H

#include "geo/surface.h"

typedef struct kr_directivity {
    kr_ctx *ctx;
    kr_surface_work work;
    kr_site_soa grid; /* around the rupture */
    size_t cap;
    double *rrup; /* of the grid */
    size_t edge_cap;
    kr_point3 *edge; /* corners of the top edge */
    size_t nedge;
    double upper_km, lower_km, dip;
} kr_directivity;

KR_MUST_CHECK kr_status kr_directivity_init(kr_directivity *d, kr_ctx *ctx);
/** Safe on a zeroed struct. */
void kr_directivity_clear(kr_directivity *d);

/** Take a rupture of a simple fault, of which the parameters are given. */
KR_MUST_CHECK kr_status kr_directivity_set(kr_directivity *d, const kr_mesh *rupture,
                                           const kr_surface_params *params);

/** The parameter at n sites, whose distances are given, for a hypocentre and a direction of slip
 * (degrees). */
void kr_directivity_at(const kr_directivity *d, kr_point3 hypo, double slip, const double *lon,
                       const double *lat, const double *rrup, size_t n, double *out);

#endif
