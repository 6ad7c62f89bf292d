/* Parker et al. (2020), PEER report 2020/03: see parker_2020.h. */
#include "gmm/parker_2020.h"

#define PARAMS(region_, part, basin_)                                                              \
    {                                                                                              \
        PLACE(region_, part, basin_),                                                              \
        {                                                                                          \
            .name = NULL                                                                           \
        }                                                                                          \
    }
static const kr_gmm_param world[] = PARAMS(NULL, NULL, NULL);
static const kr_gmm_param aleutian[] = PARAMS("AK", "Aleutian", NULL);
static const kr_gmm_param alaska[] = PARAMS("AK", NULL, NULL);
static const kr_gmm_param cam_n[] = PARAMS("CAM", "CAM_N", NULL);
static const kr_gmm_param cam_s[] = PARAMS("CAM", "CAM_S", NULL);
static const kr_gmm_param sa_n[] = PARAMS("SA", "SA_N", NULL);
static const kr_gmm_param sa_s[] = PARAMS("SA", "SA_S", NULL);
static const kr_gmm_param taiwan_e[] = PARAMS("TW", "TW_E", NULL);
static const kr_gmm_param taiwan_w[] = PARAMS("TW", "TW_W", NULL);
static const kr_gmm_param cascadia[] = PARAMS("Cascadia", NULL, NULL);
static const kr_gmm_param cascadia_out[] = PARAMS("Cascadia", NULL, "out");
static const kr_gmm_param cascadia_seattle[] = PARAMS("Cascadia", NULL, "Seattle");
static const kr_gmm_param japan_pac[] = PARAMS("JP", "JP_Pac", NULL);
static const kr_gmm_param japan_phi[] = PARAMS("JP", "JP_Phi", NULL);

static const variant inter = {false, false, false}, inter_b = {false, false, true};
static const variant slab = {true, false, false}, slab_b = {true, false, true};

#define INTER   OF_INTER, .needs = NEEDS_INTER, .variant = &inter
#define INTER_B OF_INTER, .needs = NEEDS_INTER | BASIN, .variant = &inter_b
#define SLAB    OF_SLAB, .needs = NEEDS_SLAB, .variant = &slab
#define SLAB_B  OF_SLAB, .needs = NEEDS_SLAB | BASIN, .variant = &slab_b

KR_GMM(parker_2020_sinter) = CLASS(INTER, "ParkerEtAl2020SInter", world);
KR_GMM(parker_2020_sinter_b) = CLASS(INTER_B, "ParkerEtAl2020SInterB", world);
KR_GMM(parker_2020_sinter_aleutian) = PRESET(INTER, "ParkerEtAl2020SInterAleutian",
                                             "ParkerEtAl2020SInter", aleutian);
KR_GMM(parker_2020_sinter_alaska) = PRESET(INTER, "ParkerEtAl2020SInterAlaska",
                                           "ParkerEtAl2020SInter", alaska);
KR_GMM(parker_2020_sinter_cam_n) = PRESET(INTER, "ParkerEtAl2020SInterCAMN", "ParkerEtAl2020SInter",
                                          cam_n);
KR_GMM(parker_2020_sinter_cam_s) = PRESET(INTER, "ParkerEtAl2020SInterCAMS", "ParkerEtAl2020SInter",
                                          cam_s);
KR_GMM(parker_2020_sinter_sa_n) = PRESET(INTER, "ParkerEtAl2020SInterSAN", "ParkerEtAl2020SInter",
                                         sa_n);
KR_GMM(parker_2020_sinter_sa_s) = PRESET(INTER, "ParkerEtAl2020SInterSAS", "ParkerEtAl2020SInter",
                                         sa_s);
KR_GMM(parker_2020_sinter_taiwan_e) = PRESET(INTER, "ParkerEtAl2020SInterTaiwanE",
                                             "ParkerEtAl2020SInter", taiwan_e);
KR_GMM(parker_2020_sinter_taiwan_w) = PRESET(INTER, "ParkerEtAl2020SInterTaiwanW",
                                             "ParkerEtAl2020SInter", taiwan_w);
KR_GMM(parker_2020_sinter_cascadia) = PRESET(INTER_B, "ParkerEtAl2020SInterCascadia",
                                             "ParkerEtAl2020SInterB", cascadia);
KR_GMM(parker_2020_sinter_cascadia_out) = PRESET(INTER_B, "ParkerEtAl2020SInterCascadiaOut",
                                                 "ParkerEtAl2020SInterB", cascadia_out);
KR_GMM(parker_2020_sinter_cascadia_seattle) = PRESET(INTER_B, "ParkerEtAl2020SInterCascadiaSeattle",
                                                     "ParkerEtAl2020SInterB", cascadia_seattle);
KR_GMM(parker_2020_sinter_japan_pac) = PRESET(INTER_B, "ParkerEtAl2020SInterJapanPac",
                                              "ParkerEtAl2020SInterB", japan_pac);
KR_GMM(parker_2020_sinter_japan_phi) = PRESET(INTER_B, "ParkerEtAl2020SInterJapanPhi",
                                              "ParkerEtAl2020SInterB", japan_phi);

KR_GMM(parker_2020_sslab) = CLASS(SLAB, "ParkerEtAl2020SSlab", world);
KR_GMM(parker_2020_sslab_b) = CLASS(SLAB_B, "ParkerEtAl2020SSlabB", world);
KR_GMM(parker_2020_sslab_aleutian) = PRESET(SLAB, "ParkerEtAl2020SSlabAleutian",
                                            "ParkerEtAl2020SSlab", aleutian);
KR_GMM(parker_2020_sslab_alaska) = PRESET(SLAB, "ParkerEtAl2020SSlabAlaska", "ParkerEtAl2020SSlab",
                                          alaska);
KR_GMM(parker_2020_sslab_cam_n) = PRESET(SLAB, "ParkerEtAl2020SSlabCAMN", "ParkerEtAl2020SSlab",
                                         cam_n);
KR_GMM(parker_2020_sslab_cam_s) = PRESET(SLAB, "ParkerEtAl2020SSlabCAMS", "ParkerEtAl2020SSlab",
                                         cam_s);
KR_GMM(parker_2020_sslab_sa_n) = PRESET(SLAB, "ParkerEtAl2020SSlabSAN", "ParkerEtAl2020SSlab",
                                        sa_n);
KR_GMM(parker_2020_sslab_sa_s) = PRESET(SLAB, "ParkerEtAl2020SSlabSAS", "ParkerEtAl2020SSlab",
                                        sa_s);
KR_GMM(parker_2020_sslab_taiwan_e) = PRESET(SLAB, "ParkerEtAl2020SSlabTaiwanE",
                                            "ParkerEtAl2020SSlab", taiwan_e);
KR_GMM(parker_2020_sslab_taiwan_w) = PRESET(SLAB, "ParkerEtAl2020SSlabTaiwanW",
                                            "ParkerEtAl2020SSlab", taiwan_w);
KR_GMM(parker_2020_sslab_cascadia) = PRESET(SLAB_B, "ParkerEtAl2020SSlabCascadia",
                                            "ParkerEtAl2020SSlabB", cascadia);
KR_GMM(parker_2020_sslab_cascadia_out) = PRESET(SLAB_B, "ParkerEtAl2020SSlabCascadiaOut",
                                                "ParkerEtAl2020SSlabB", cascadia_out);
KR_GMM(parker_2020_sslab_cascadia_seattle) = PRESET(SLAB_B, "ParkerEtAl2020SSlabCascadiaSeattle",
                                                    "ParkerEtAl2020SSlabB", cascadia_seattle);
KR_GMM(parker_2020_sslab_japan_pac) = PRESET(SLAB_B, "ParkerEtAl2020SSlabJapanPac",
                                             "ParkerEtAl2020SSlabB", japan_pac);
KR_GMM(parker_2020_sslab_japan_phi) = PRESET(SLAB_B, "ParkerEtAl2020SSlabJapanPhi",
                                             "ParkerEtAl2020SSlabB", japan_phi);
