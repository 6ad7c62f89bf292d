/* Of Atkinson and Boore (2003), Bull. Seism. Soc. Am. 93(4), doi:10.1785/0120020156, for the models
 * that share it. */
#ifndef KR_GMM_ATKINSON_BOORE_2003_H
#define KR_GMM_ATKINSON_BOORE_2003_H

#include "gmm/gmm.h"

/* How much of the amplification strong motion takes, page 1706. */
static inline double atkinson_boore_2003_weakening(const kr_imt *imt)
{
    double period = imt->kind == KR_IMT_SA ? imt->period : 0.0;
    return period >= 1.0 ? 0.0 : period > 0.5 ? 1.0 / period - 1.0 : 1.0;
}

#endif
