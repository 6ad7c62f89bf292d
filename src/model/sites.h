/* The sites of a job, in the order of their ids. Immutable after kr_sites_read. */
#ifndef KR_MODEL_SITES_H
#define KR_MODEL_SITES_H

#include "model/column.h"
#include "model/job.h"

typedef struct kr_sites {
    kr_arena arena;
    size_t n;
    double *lon, *lat;           /* degrees, 5 decimals */
    double *depth;               /* km, positive down */
    double *param[KR_COL_COUNT]; /* site columns; NULL where the job has none */
    const char **custom_site_id; /* NULL if the job has none */
} kr_sites;

/** Build the sites from whatever the job names (sites, csv, site model, region, exposure), with all
 * site parameters that `required` (a set of site columns) asks for; a required one that cannot be
 * given is KR_EINPUT. Owned by the caller: kr_sites_destroy. */
KR_MUST_CHECK kr_status kr_sites_read(kr_ctx *ctx, const kr_job *job, kr_columns required,
                                      kr_sites **out);
void kr_sites_destroy(kr_sites **sites);

/** The usual depth to a shear-wave velocity of 1 km/s (m) and of 2.5 km/s (km) for a vs30 (m/s) in
 * California: Chiou and Youngs (2014), Campbell and Bozorgnia (2014). */
double kr_site_z1pt0(double vs30);
double kr_site_z2pt5(double vs30);

#endif
