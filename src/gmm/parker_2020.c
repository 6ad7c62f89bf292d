/* Parker et al. (2020), PEER report 2020/03: see parker_2020.h. */
#include "gmm/parker_2020.h"

static const kr_gmm_param params[] = {PLACE, {.name = NULL}};

static const variant inter = {false, false, false}, inter_b = {false, false, true};
static const variant slab = {true, false, false}, slab_b = {true, false, true};

#define INTER   OF_INTER, .needs = NEEDS_INTER, .variant = &inter
#define INTER_B OF_INTER, .needs = NEEDS_INTER | BASIN, .variant = &inter_b
#define SLAB    OF_SLAB, .needs = NEEDS_SLAB, .variant = &slab
#define SLAB_B  OF_SLAB, .needs = NEEDS_SLAB | BASIN, .variant = &slab_b

KR_GMM(parker_2020_sinter) = {INTER, .name = "ParkerEtAl2020SInter", .params = params};
KR_GMM(parker_2020_sinter_b) = {INTER_B, .name = "ParkerEtAl2020SInterB", .params = params};
KR_GMM(parker_2020_sslab) = {SLAB, .name = "ParkerEtAl2020SSlab", .params = params};
KR_GMM(parker_2020_sslab_b) = {SLAB_B, .name = "ParkerEtAl2020SSlabB", .params = params};
