/* The site term of Canada's assessment of 2015 for models of rock with vs30 = 760 m/s.
 *
 * Soil: Boore and Atkinson (2008), see boore_atkinson_site.h, but with the motion of each measure
 * itself where their equations have PGA on rock, as in the reference. Rock: the same equations up
 * to 2000 m/s ("base"), or the ratios of Atkinson and Boore (2006), doi:10.1785/0120050245, with
 * the logarithm of their factor linear in that of vs30 ("linear"). */
#ifndef KR_GMM_NRCAN15_SITE_H
#define KR_GMM_NRCAN15_SITE_H

#include "boore_atkinson_site.tab.h"
#include "gmm/boore_atkinson_site.h"
#include "gmm/gmm.h"
#include "nrcan15_site.tab.h"
#include "num/vmath.h"

#define NRCAN15_ROCK_VS30 760.0

static const kr_gmm_table nrcan15_soil_table =
    KR_GMM_TABLE(boore_atkinson_site, BOORE_ATKINSON_SITE);
static const kr_gmm_table nrcan15_rock_table = KR_GMM_TABLE(nrcan15_site, NRCAN15_SITE);

typedef struct nrcan15_site {
    bool linear;
    double *soil, *rock; /* rows of the measures */
} nrcan15_site;

typedef struct nrcan15_shared {
    boore_atkinson_site soil;
    double rock[KR_GMM_BATCH]; /* 0 at 760 m/s to 1 at 2000 m/s */
} nrcan15_shared;

static inline kr_status nrcan15_site_init(kr_ctx *ctx, const kr_gmm *gmm, bool linear,
                                          nrcan15_site *site)
{
    kr_status s = KR_OK;
    site->linear = linear;
    KR_TRY(kr_gmm_rows(ctx, gmm, &nrcan15_soil_table, &site->soil));
    KR_TRY(kr_gmm_rows(ctx, gmm, &nrcan15_rock_table, &site->rock));
out:
    return s;
}

static inline void nrcan15_site_fill(const nrcan15_site *site, size_t n,
                                     const double *restrict vs30, nrcan15_shared *sh)
{
    const double hardest = site->linear ? 2000.0 : 1999.0;
    const double by_width = 1.0335019728090535; /* 1 / ln(2000 / 760) */
    double v[KR_GMM_BATCH];

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        v[i] = vs30[i] >= 2000.0 ? hardest : vs30[i];
    boore_atkinson_site_fill(&sh->soil, n, v);
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        sh->rock[i] = v[i] > NRCAN15_ROCK_VS30 ? by_width * sh->soil.linear[i] : 0.0;
}

/* Add the term of measure m; `mean` is that of rock at first. */
static inline void nrcan15_site_add(const nrcan15_site *site, size_t m, size_t n,
                                    nrcan15_shared *sh, double *restrict mean)
{
    const boore_atkinson_site_row c =
        boore_atkinson_site_load(site->soil + m * BOORE_ATKINSON_SITE_NCOL);
    const double ln_c = log(site->rock[m * NRCAN15_SITE_NCOL]);
    const double hard = site->linear ? 0.0 : 1.0;

    boore_atkinson_site_fill_pga(&sh->soil, n, mean);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double slope = c.b1 * sh->soil.one[i] + c.b2 * sh->soil.two[i];
        double term = c.blin * sh->soil.linear[i] + slope * sh->soil.pga[i];
        double rock = hard * term - (1.0 - hard) * ln_c * sh->rock[i];
        mean[i] += sh->rock[i] > 0.0 ? rock : term;
    }
}

#endif
