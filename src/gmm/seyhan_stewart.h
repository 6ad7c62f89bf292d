/* The site amplification of Boore et al. (2014) for models that are made for one kind of rock.
 *
 * Seyhan, E. and Stewart, J. P. (2014). Semi-empirical nonlinear site amplification from NGA-West2
 * data and simulations. Earthquake Spectra 30(3), 1241-1256. doi:10.1193/063013EQS181M; the numbers
 * of the equations are those of Boore et al. (2014), doi:10.1193/070113EQS184M, whose table
 * (boore_2014.csv) holds the coefficients. */
#ifndef KR_GMM_SEYHAN_STEWART_H
#define KR_GMM_SEYHAN_STEWART_H

#include "gmm/gmm.h"
#include "num/vmath.h"

static const double seyhan_stewart_v_ref = 760.0, seyhan_stewart_f3 = 0.1;

/* The coefficients of one measure. */
typedef struct seyhan_stewart {
    double c, ln_vc; /* ln(Vc / 760) */
    double f4, f5, rock;
} seyhan_stewart;

static inline seyhan_stewart seyhan_stewart_of(double c, double vc, double f4, double f5)
{
    return (seyhan_stewart){c, log(vc / seyhan_stewart_v_ref), f4, f5, exp(f5 * 400.0)};
}

/* Equation 6; ln_vs30 is ln(vs30 / 760). */
KR_GMM_INLINE double seyhan_stewart_linear(const seyhan_stewart *s, double ln_vs30)
{
    return s->c * (ln_vs30 < s->ln_vc ? ln_vs30 : s->ln_vc);
}

/* Equation 7's logarithm, of ln(PGA / g) at 760 m/s. */
KR_GMM_INLINE double seyhan_stewart_strong(double ln_pga)
{
    return log((exp(ln_pga) + seyhan_stewart_f3) / seyhan_stewart_f3);
}

/* Equations 7 and 8. */
KR_GMM_INLINE double seyhan_stewart_nonlinear(const seyhan_stewart *s, double vs30, double strong)
{
    double v = vs30 < 760.0 ? vs30 : 760.0;
    return s->f4 * (exp(s->f5 * (v - 360.0)) - s->rock) * strong;
}

/* What takes a model of rock, with vs30 of 760 m/s or more, to the sites. At 760 m/s and more there
 * is no non-linear part. */
typedef struct seyhan_stewart_sites {
    double ln_rock;               /* ln(vs30 / 760) of the model's rock */
    double ln_vs30[KR_GMM_BATCH]; /* of the sites */
    double strong[KR_GMM_BATCH];
} seyhan_stewart_sites;

/* ln_pga is that of the model's rock. */
static inline void seyhan_stewart_fill(seyhan_stewart_sites *sites, const seyhan_stewart *pga,
                                       double rock_vs30, size_t count, const double *restrict vs30,
                                       const double *restrict ln_pga)
{
    const size_t n = kr_gmm_padded(count);
    const double ln_rock = log(rock_vs30 / seyhan_stewart_v_ref);
    const double to_760 = seyhan_stewart_linear(pga, ln_rock);

    sites->ln_rock = ln_rock;
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        sites->ln_vs30[i] = log(vs30[i] / seyhan_stewart_v_ref);
        sites->strong[i] = seyhan_stewart_strong(ln_pga[i] - to_760);
    }
}

static inline void seyhan_stewart_add(const seyhan_stewart_sites *sites, const seyhan_stewart *site,
                                      size_t count, const double *restrict vs30,
                                      double *restrict mean)
{
    const size_t n = kr_gmm_padded(count);
    const seyhan_stewart s = *site;
    const double from_rock = seyhan_stewart_linear(&s, sites->ln_rock);

#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += seyhan_stewart_linear(&s, sites->ln_vs30[i]) - from_rock +
                   seyhan_stewart_nonlinear(&s, vs30[i], sites->strong[i]);
}

#endif
