/* A simple rupture and a site, for scenarios of which a few quantities are given.
 *
 * The rupture is a plane; the site lies across the middle of its length, on the side that it dips
 * to (the hanging wall) unless a negative rx is given. What is not given, degrees and km:
 *   rake         0
 *   dip          90; 40 for reverse slip (rake 30 to 150), 50 for normal slip (-150 to -30)
 *   width        Wells and Coppersmith (1994, no DOI) for magnitude and slip; between ztor and zbot
 *                where these are given
 *   hypo_depth   60 % down the plane
 *   ztor         so that hypo_depth is 5.63 + 0.68 mag (strike slip) or 11.24 - 0.2 mag, at least
 *                0: Kaklamanos, Baise and Boore (2011, doi:10.1193/1.3650372), who also have the
 *                dips; never deeper than the nearest rrup or rhypo wanted
 *   zbot         the lower end of the plane
 *   rjb, rrup, rx, repi, rhypo  all from the one that is given; the epicentre is above hypo_depth
 *                on the plane; rjb = 0 is above the plane's lower edge
 *   ry0, rvolc, rcdpp, strike, in_cshm, depth, backarc, vs30measured   0
 *   azimuth      90, on the other side of the epicentre 270
 *   vs30         760 m/s
 *   z1pt0, z2pt5 of Chiou and Youngs (2014) and Campbell and Bozorgnia (2014), California. */
#ifndef KR_RUN_GMM_PLANE_H
#define KR_RUN_GMM_PLANE_H

#include "base/ctx.h"
#include "model/column.h"

#include <stdbool.h>

/** The distances of which one determines the others. */
#define KR_PLANE_DISTANCES (KR_BIT(RJB) | KR_BIT(RRUP) | KR_BIT(RX) | KR_BIT(REPI) | KR_BIT(RHYPO))

/** Add to the `known` quantities x, which hold mag and one of KR_PLANE_DISTANCES, all those above.
 * nearest: the least value of that distance for this rupture. KR_EUSAGE where quantities contradict
 * each other. */
KR_MUST_CHECK kr_status kr_plane_fill(kr_ctx *ctx, double x[KR_COL_COUNT], double nearest,
                                      kr_columns *known);

#endif
