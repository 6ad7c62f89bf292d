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

#define NZ_PARAMS(region_, part, basin_, modified)                                                 \
    {                                                                                              \
        PLACE(region_, part, basin_),                                                              \
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

static const kr_gmm_param nz_world[] = NZ_PARAMS(NULL, NULL, NULL, 0.0);
static const kr_gmm_param nz_modified[] = NZ_PARAMS(NULL, NULL, NULL, 1.0);
static const kr_gmm_param nz_aleutian[] = NZ_PARAMS("AK", "Aleutian", NULL, 0.0);
static const kr_gmm_param nz_alaska[] = NZ_PARAMS("AK", NULL, NULL, 0.0);
static const kr_gmm_param nz_cam_n[] = NZ_PARAMS("CAM", "CAM_N", NULL, 0.0);
static const kr_gmm_param nz_cam_s[] = NZ_PARAMS("CAM", "CAM_S", NULL, 0.0);
static const kr_gmm_param nz_sa_n[] = NZ_PARAMS("SA", "SA_N", NULL, 0.0);
static const kr_gmm_param nz_sa_s[] = NZ_PARAMS("SA", "SA_S", NULL, 0.0);
static const kr_gmm_param nz_taiwan_e[] = NZ_PARAMS("TW", "TW_E", NULL, 0.0);
static const kr_gmm_param nz_taiwan_w[] = NZ_PARAMS("TW", "TW_W", NULL, 0.0);
static const kr_gmm_param nz_cascadia[] = NZ_PARAMS("Cascadia", NULL, NULL, 0.0);
static const kr_gmm_param nz_cascadia_out[] = NZ_PARAMS("Cascadia", NULL, "out", 0.0);
static const kr_gmm_param nz_cascadia_seattle[] = NZ_PARAMS("Cascadia", NULL, "Seattle", 0.0);
static const kr_gmm_param nz_japan_pac[] = NZ_PARAMS("JP", "JP_Pac", NULL, 0.0);
static const kr_gmm_param nz_japan_phi[] = NZ_PARAMS("JP", "JP_Phi", NULL, 0.0);

static const variant nz_inter = {false, true, false}, nz_inter_b = {false, true, true};
static const variant nz_slab = {true, true, false}, nz_slab_b = {true, true, true};

#define SHIFTED    .shift_by = "sigma_mu_epsilon", .shift = shift
#define NZ_INTER   OF_INTER, SHIFTED, .needs = NEEDS_INTER, .variant = &nz_inter
#define NZ_INTER_B OF_INTER, SHIFTED, .needs = NEEDS_INTER | BASIN, .variant = &nz_inter_b
#define NZ_SLAB    OF_SLAB, SHIFTED, .needs = NEEDS_SLAB | ARC, .variant = &nz_slab
#define NZ_SLAB_B  OF_SLAB, SHIFTED, .needs = NEEDS_SLAB | ARC | BASIN, .variant = &nz_slab_b

KR_GMM(nznshm2022_parker_2020_sinter) = CLASS(NZ_INTER, "NZNSHM2022_ParkerEtAl2020SInter",
                                              nz_world);
KR_GMM(nznshm2022_parker_2020_sinter_b) = CLASS(NZ_INTER_B, "NZNSHM2022_ParkerEtAl2020SInterB",
                                                nz_world);
KR_GMM(nznshm2022_parker_2020_sinter_aleutian) = PRESET(NZ_INTER,
                                                        "NZNSHM2022_ParkerEtAl2020SInterAleutian",
                                                        "NZNSHM2022_ParkerEtAl2020SInter",
                                                        nz_aleutian);
KR_GMM(nznshm2022_parker_2020_sinter_alaska) = PRESET(NZ_INTER,
                                                      "NZNSHM2022_ParkerEtAl2020SInterAlaska",
                                                      "NZNSHM2022_ParkerEtAl2020SInter", nz_alaska);
KR_GMM(nznshm2022_parker_2020_sinter_cam_n) = PRESET(NZ_INTER,
                                                     "NZNSHM2022_ParkerEtAl2020SInterCAMN",
                                                     "NZNSHM2022_ParkerEtAl2020SInter", nz_cam_n);
KR_GMM(nznshm2022_parker_2020_sinter_cam_s) = PRESET(NZ_INTER,
                                                     "NZNSHM2022_ParkerEtAl2020SInterCAMS",
                                                     "NZNSHM2022_ParkerEtAl2020SInter", nz_cam_s);
KR_GMM(nznshm2022_parker_2020_sinter_sa_n) = PRESET(NZ_INTER, "NZNSHM2022_ParkerEtAl2020SInterSAN",
                                                    "NZNSHM2022_ParkerEtAl2020SInter", nz_sa_n);
KR_GMM(nznshm2022_parker_2020_sinter_sa_s) = PRESET(NZ_INTER, "NZNSHM2022_ParkerEtAl2020SInterSAS",
                                                    "NZNSHM2022_ParkerEtAl2020SInter", nz_sa_s);
KR_GMM(nznshm2022_parker_2020_sinter_taiwan_e) = PRESET(NZ_INTER,
                                                        "NZNSHM2022_ParkerEtAl2020SInterTaiwanE",
                                                        "NZNSHM2022_ParkerEtAl2020SInter",
                                                        nz_taiwan_e);
KR_GMM(nznshm2022_parker_2020_sinter_taiwan_w) = PRESET(NZ_INTER,
                                                        "NZNSHM2022_ParkerEtAl2020SInterTaiwanW",
                                                        "NZNSHM2022_ParkerEtAl2020SInter",
                                                        nz_taiwan_w);
KR_GMM(nznshm2022_parker_2020_sinter_cascadia) = PRESET(NZ_INTER_B,
                                                        "NZNSHM2022_ParkerEtAl2020SInterCascadia",
                                                        "NZNSHM2022_ParkerEtAl2020SInterB",
                                                        nz_cascadia);
KR_GMM(nznshm2022_parker_2020_sinter_cascadia_out) =
    PRESET(NZ_INTER_B, "NZNSHM2022_ParkerEtAl2020SInterCascadiaOut",
           "NZNSHM2022_ParkerEtAl2020SInterB", nz_cascadia_out);
KR_GMM(nznshm2022_parker_2020_sinter_cascadia_seattle) =
    PRESET(NZ_INTER_B, "NZNSHM2022_ParkerEtAl2020SInterCascadiaSeattle",
           "NZNSHM2022_ParkerEtAl2020SInterB", nz_cascadia_seattle);
KR_GMM(nznshm2022_parker_2020_sinter_japan_pac) = PRESET(NZ_INTER_B,
                                                         "NZNSHM2022_ParkerEtAl2020SInterJapanPac",
                                                         "NZNSHM2022_ParkerEtAl2020SInterB",
                                                         nz_japan_pac);
KR_GMM(nznshm2022_parker_2020_sinter_japan_phi) = PRESET(NZ_INTER_B,
                                                         "NZNSHM2022_ParkerEtAl2020SInterJapanPhi",
                                                         "NZNSHM2022_ParkerEtAl2020SInterB",
                                                         nz_japan_phi);

KR_GMM(nznshm2022_parker_2020_sslab) = CLASS(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlab", nz_world);
KR_GMM(nznshm2022_parker_2020_sslab_b) = CLASS(NZ_SLAB_B, "NZNSHM2022_ParkerEtAl2020SSlabB",
                                               nz_world);
KR_GMM(nznshm2022_parker_2020_sslab_aleutian) = PRESET(NZ_SLAB,
                                                       "NZNSHM2022_ParkerEtAl2020SSlabAleutian",
                                                       "NZNSHM2022_ParkerEtAl2020SSlab",
                                                       nz_aleutian);
KR_GMM(nznshm2022_parker_2020_sslab_alaska) = PRESET(NZ_SLAB,
                                                     "NZNSHM2022_ParkerEtAl2020SSlabAlaska",
                                                     "NZNSHM2022_ParkerEtAl2020SSlab", nz_alaska);
KR_GMM(nznshm2022_parker_2020_sslab_cam_n) = PRESET(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlabCAMN",
                                                    "NZNSHM2022_ParkerEtAl2020SSlab", nz_cam_n);
KR_GMM(nznshm2022_parker_2020_sslab_cam_s) = PRESET(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlabCAMS",
                                                    "NZNSHM2022_ParkerEtAl2020SSlab", nz_cam_s);
KR_GMM(nznshm2022_parker_2020_sslab_sa_n) = PRESET(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlabSAN",
                                                   "NZNSHM2022_ParkerEtAl2020SSlab", nz_sa_n);
KR_GMM(nznshm2022_parker_2020_sslab_sa_s) = PRESET(NZ_SLAB, "NZNSHM2022_ParkerEtAl2020SSlabSAS",
                                                   "NZNSHM2022_ParkerEtAl2020SSlab", nz_sa_s);
KR_GMM(nznshm2022_parker_2020_sslab_taiwan_e) = PRESET(NZ_SLAB,
                                                       "NZNSHM2022_ParkerEtAl2020SSlabTaiwanE",
                                                       "NZNSHM2022_ParkerEtAl2020SSlab",
                                                       nz_taiwan_e);
KR_GMM(nznshm2022_parker_2020_sslab_taiwan_w) = PRESET(NZ_SLAB,
                                                       "NZNSHM2022_ParkerEtAl2020SSlabTaiwanW",
                                                       "NZNSHM2022_ParkerEtAl2020SSlab",
                                                       nz_taiwan_w);
KR_GMM(nznshm2022_parker_2020_sslab_cascadia) = PRESET(NZ_SLAB_B,
                                                       "NZNSHM2022_ParkerEtAl2020SSlabCascadia",
                                                       "NZNSHM2022_ParkerEtAl2020SSlabB",
                                                       nz_cascadia);
KR_GMM(nznshm2022_parker_2020_sslab_cascadia_out) =
    PRESET(NZ_SLAB_B, "NZNSHM2022_ParkerEtAl2020SSlabCascadiaOut",
           "NZNSHM2022_ParkerEtAl2020SSlabB", nz_cascadia_out);
KR_GMM(nznshm2022_parker_2020_sslab_cascadia_seattle) =
    PRESET(NZ_SLAB_B, "NZNSHM2022_ParkerEtAl2020SSlabCascadiaSeattle",
           "NZNSHM2022_ParkerEtAl2020SSlabB", nz_cascadia_seattle);
KR_GMM(nznshm2022_parker_2020_sslab_japan_pac) = PRESET(NZ_SLAB_B,
                                                        "NZNSHM2022_ParkerEtAl2020SSlabJapanPac",
                                                        "NZNSHM2022_ParkerEtAl2020SSlabB",
                                                        nz_japan_pac);
KR_GMM(nznshm2022_parker_2020_sslab_japan_phi) = PRESET(NZ_SLAB_B,
                                                        "NZNSHM2022_ParkerEtAl2020SSlabJapanPhi",
                                                        "NZNSHM2022_ParkerEtAl2020SSlabB",
                                                        nz_japan_phi);

/* The names that New Zealand's tree has for OpenQuake as patched for it, where the variability of
 * yielding soil was the rule. */
KR_GMM(parker_2021_sinter) = CLASS(NZ_INTER, "ParkerEtAl2021SInter", nz_modified);
KR_GMM(parker_2021_sslab) = CLASS(NZ_SLAB, "ParkerEtAl2021SSlab", nz_modified);
