/* Parker et al. (2022) as in New Zealand's assessment of 2022: see parker_2020.h. */
#include "gmm/parker_2020.h"

/* Standard deviation of the median of the global model in New Zealand's assessment. */
static double sigma_mu(bool slab, const kr_imt *imt)
{
    const double period = imt->kind == KR_IMT_SA ? imt->period : 0.0;
    if (!slab)
        return 0.4;
    if (period < 0.15)
        return 0.35;
    return period < 2.0 ? 0.35 - (0.35 - 0.22) * (log(period / 0.15) / log(2.0 / 0.15)) : 0.22;
}

static void shift(const kr_gmm *gmm, const kr_gmm_batch *batch, double *out, size_t stride)
{
    const variant *v = gmm->cls->variant;
    for (size_t m = 0; m < gmm->nimts; m++)
        kr_gmm_fill(out + m * stride, batch->n, sigma_mu(v->slab, &gmm->imts[m]));
}

#define NZ_PARAMS(modified)                                                                        \
    {                                                                                              \
        PLACE,                                                                                     \
            {.name = "sigma_mu_epsilon",                                                           \
             .kind = KR_PARAM_NUMBER,                                                              \
             .about = "standard deviations of the median added to it (global model)"},             \
            {.name = "modified_sigma",                                                             \
             .kind = KR_PARAM_BOOL,                                                                \
             .number = (modified),                                                                 \
             .about = "the variability depends on how much the soil yields"},                      \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }
static const kr_gmm_param nz_params[] = NZ_PARAMS(0.0);
static const kr_gmm_param nz_modified[] = NZ_PARAMS(1.0);

static const variant nz_inter = {false, true, false}, nz_inter_b = {false, true, true};
static const variant nz_slab = {true, true, false}, nz_slab_b = {true, true, true};

#define SHIFTED    .shift_by = "sigma_mu_epsilon", .shift = shift
#define NZ_INTER   OF_INTER, SHIFTED, .needs = NEEDS_INTER, .variant = &nz_inter
#define NZ_INTER_B OF_INTER, SHIFTED, .needs = NEEDS_INTER | BASIN, .variant = &nz_inter_b
#define NZ_SLAB    OF_SLAB, SHIFTED, .needs = NEEDS_SLAB | ARC, .variant = &nz_slab
#define NZ_SLAB_B  OF_SLAB, SHIFTED, .needs = NEEDS_SLAB | ARC | BASIN, .variant = &nz_slab_b

#define NZ_PARKER(kind, title, params_)                                                            \
    {                                                                                              \
        kind, .name = (title), .params = (params_)                                                 \
    }

KR_GMM(nznshm2022_parker_2020_sinter) = NZ_PARKER(NZ_INTER, "NZNSHM2022_ParkerEtAl2020SInter",
                                                  nz_params);
KR_GMM(nznshm2022_parker_2020_sinter_b) = NZ_PARKER(NZ_INTER_B, "NZNSHM2022_ParkerEtAl2020SInterB",
                                                    nz_params);
KR_GMM(nznshm2022_parker_2020_sslab) = NZ_PARKER(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlab",
                                                 nz_params);
KR_GMM(nznshm2022_parker_2020_sslab_b) = NZ_PARKER(NZ_SLAB_B, "NZNSHM2022_ParkerEtAl2020SSlabB",
                                                   nz_params);

/* The names that New Zealand's tree has for OpenQuake as patched for it, where the variability of
 * yielding soil was the rule. */
KR_GMM(parker_2021_sinter) = NZ_PARKER(NZ_INTER, "ParkerEtAl2021SInter", nz_modified);
KR_GMM(parker_2021_sslab) = NZ_PARKER(NZ_SLAB, "ParkerEtAl2021SSlab", nz_modified);
