/* Kuehn, N., Bozorgnia, Y., Campbell, K. W. and Gregor, N. (2020). Partially non-ergodic
 * ground-motion model for subduction regions using the NGA-Subduction database. PEER report
 * 2020/04, chapter 6 and its tables. */
#include "gmm/gmm_kuehn_2020_mu.h"

#include "kuehn_2020_mu_ak.tab.h"
#include "kuehn_2020_mu_cam.tab.h"
#include "kuehn_2020_mu_cas.tab.h"
#include "kuehn_2020_mu_glo.tab.h"
#include "kuehn_2020_mu_jpn.tab.h"
#include "kuehn_2020_mu_nzl.tab.h"
#include "kuehn_2020_mu_sam.tab.h"
#include "kuehn_2020_mu_twn.tab.h"

const double kr_kuehn_2020_mags[KR_KUEHN_2020_MAGS] = {4.0, 4.5, 5.0, 5.5, 6.0, 6.5,
                                                       7.0, 7.5, 8.0, 8.5, 9.0, 9.5};

/* 500 and 800 km stand among five distances a decade. */
const double kr_kuehn_2020_dists[KR_KUEHN_2020_DISTS] = {
    10.0,
    15.848931924611133,
    25.118864315095795,
    39.810717055349734,
    63.09573444801933,
    100.0,
    158.48931924611142,
    251.18864315095823,
    398.1071705534973,
    500.0,
    630.957344480193,
    800.0,
    1000.0,
};

const kr_gmm_table *kr_kuehn_2020_mu(size_t region)
{
    static const kr_gmm_table tables[] = {
        KR_GMM_TABLE(kuehn_2020_mu_glo, KUEHN_2020_MU_GLO),
        KR_GMM_TABLE(kuehn_2020_mu_ak, KUEHN_2020_MU_AK),
        KR_GMM_TABLE(kuehn_2020_mu_cas, KUEHN_2020_MU_CAS),
        KR_GMM_TABLE(kuehn_2020_mu_cam, KUEHN_2020_MU_CAM),
        KR_GMM_TABLE(kuehn_2020_mu_jpn, KUEHN_2020_MU_JPN),
        KR_GMM_TABLE(kuehn_2020_mu_nzl, KUEHN_2020_MU_NZL),
        KR_GMM_TABLE(kuehn_2020_mu_sam, KUEHN_2020_MU_SAM),
        KR_GMM_TABLE(kuehn_2020_mu_twn, KUEHN_2020_MU_TWN),
    };
    return &tables[region];
}
