/* Boore, D. M. and Atkinson, G. M. (2008). Ground-motion prediction equations for the average
 * horizontal component of PGA, PGV, and 5%-damped PSA at spectral periods between 0.01 s and 10.0
 * s. Earthquake Spectra 24(1), 99-138. doi:10.1193/1.2830434
 *
 * Departures: the faulting style always comes from the rake, so that the coefficients of an
 * unspecified style (e1, and the sigmas that go with it) are not used.
 *
 * Atkinson, G. M. (2010). Ground-motion prediction equations for Hawaii from a referenced empirical
 * approach. Bull. Seism. Soc. Am. 100(2), 751-761. doi:10.1785/0120090098
 *
 * Departures: distances below 1 km count as 1 km; sigma is that of the paper's table, 0.26 in
 * logarithms to base 10, for all measures.
 *
 * Atkinson, G. M. and Boore, D. M. (2011). Modifications to existing ground-motion prediction
 * equations in light of new data. Bull. Seism. Soc. Am. 101(3), 1121-1135. doi:10.1785/0120100270
 *
 * BooreAtkinson2011 is the model of 2008 with equation 5. Atkinson2008prime brings that to eastern
 * North America by the factors of Atkinson, G. M. (2008). Ground-motion prediction equations for
 * eastern North America from a referenced empirical approach. Bull. Seism. Soc. Am. 98(3),
 * 1304-1318. doi:10.1785/0120070199. Its deviations are those of 2008. */
#include "atkinson_2008_prime.tab.h"
#include "boore_atkinson_2008.tab.h"
#include "boore_atkinson_site.tab.h"
#include "gmm/boore_atkinson_site.h"
#include "gmm/gmm.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(boore_atkinson_2008, BOORE_ATKINSON_2008);
static const kr_gmm_table site_table = KR_GMM_TABLE(boore_atkinson_site, BOORE_ATKINSON_SITE);

static const kr_gmm_table prime_table = KR_GMM_TABLE(atkinson_2008_prime, ATKINSON_2008_PRIME);

static const double ref_mag = 4.5, ref_dist = 1.0; /* Mref, and Rref in km */

typedef struct state {
    double pga[BOORE_ATKINSON_2008_NCOL];
    double *site;  /* rows of the site table */
    double *prime; /* rows of the table for eastern North America */
} state;

/* Faulting style as weights of its coefficients. */
typedef struct styles {
    double strike_slip[KR_GMM_BATCH], normal[KR_GMM_BATCH], reverse[KR_GMM_BATCH];
} styles;

static kr_status init(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    kr_gmm_row(&table, &kr_gmm_pga, st->pga);
    KR_TRY(kr_gmm_rows(ctx, gmm, &site_table, &st->site));
out:
    return s;
}

static void fill_styles(styles *style, size_t n, const double *rake)
{
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = rake[i], a = fabs(r);
        double slip = a <= 30.0 ? 1.0 : 0.0;
        style->strike_slip[i] = 180.0 - a <= 30.0 ? 1.0 : slip;
        double rv = r > 30.0 ? 1.0 : 0.0;
        style->reverse[i] = r < 150.0 ? rv : 0.0;
        double nm = r > -150.0 ? 1.0 : 0.0;
        style->normal[i] = r < -30.0 ? nm : 0.0;
    }
}

/* Equations 3 to 5: magnitude and distance, on rock with vs30 = 760 m/s. */
static void eval_rock(const double *row, size_t n, const kr_gmm_batch *batch, const styles *style,
                      double *restrict out)
{
    const boore_atkinson_2008_row c = boore_atkinson_2008_load(row);
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double m = mag[i] - c.Mh;
        double below = m * (c.e5 + c.e6 * m), above = c.e7 * m;
        double f_mag = c.e2 * style->strike_slip[i] + c.e3 * style->normal[i] +
                       c.e4 * style->reverse[i] + (mag[i] <= c.Mh ? below : above);
        double r = sqrt(rjb[i] * rjb[i] + c.h * c.h);
        double f_dist = (c.c1 + c.c2 * (mag[i] - ref_mag)) * log(r / ref_dist);
        out[i] = f_mag + f_dist + c.c3 * (r - ref_dist);
    }
}

/* Equation 1 but for sigma. */
static void eval_mean(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double ln_pga[KR_GMM_BATCH];
    styles style;
    boore_atkinson_site site;

    fill_styles(&style, n, batch->col[KR_COL_RAKE]);
    eval_rock(st->pga, n, batch, &style, ln_pga);
    boore_atkinson_site_fill(&site, n, batch->col[KR_COL_VS30]);
    boore_atkinson_site_fill_pga(&site, n, ln_pga);
    for (size_t m = 0; m < gmm->nimts; m++) {
        double *mean = out->mean + m * out->stride;
        eval_rock(gmm->rows + m * BOORE_ATKINSON_2008_NCOL, n, batch, &style, mean);
        boore_atkinson_site_add(st->site + m * BOORE_ATKINSON_SITE_NCOL, n, &site, mean);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    eval_mean(gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        boore_atkinson_2008_row c =
            boore_atkinson_2008_load(gmm->rows + m * BOORE_ATKINSON_2008_NCOL);
        kr_gmm_fill(out->sigma + m * out->stride, n, c.std);
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, c.sigma);
    }
}

/* Atkinson (2010), equations 2 to 5: the factor for Hawaii. */
static void add_hawaii(const kr_imt *imt, size_t n, const kr_gmm_batch *batch,
                       double *restrict mean)
{
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double *restrict rjb = batch->col[KR_COL_RJB];
    double frequency = 50.0;
    if (imt->kind == KR_IMT_PGV)
        frequency = 2.0;
    else if (imt->kind == KR_IMT_SA)
        frequency = 1.0 / imt->period;
    double lf = log10(frequency);
    double x1 = fmin(-0.18 + 0.17 * lf, 0.0);
    double shallow = fmax(0.217 - 0.321 * lf, 0.0);
    double deep = fmin(0.263 + 0.0924 * lf, 0.35);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double x0 = depth[i] < 20.0 ? shallow : 0.2;
        x0 = depth[i] > 35.0 ? deep : x0;
        double r = rjb[i] > 1.0 ? rjb[i] : 1.0;
        mean[i] += x0 * M_LN10 + x1 * log(r);
    }
}

static void eval_hawaii(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n);
    eval_mean(gmm, batch, out);
    for (size_t m = 0; m < gmm->nimts; m++) {
        add_hawaii(&gmm->imts[m], n, batch, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, 0.26 * M_LN10);
    }
}

static kr_status init_prime(kr_ctx *ctx, kr_gmm *gmm)
{
    kr_status s = KR_OK;
    state *st = gmm->state;

    KR_TRY(init(ctx, gmm));
    KR_TRY(kr_gmm_rows(ctx, gmm, &prime_table, &st->prime));
out:
    return s;
}

/* Atkinson and Boore (2011), equation 5: small earthquakes are weaker, mostly far away. */
static void fill_small(size_t n, const kr_gmm_batch *batch, double *restrict out)
{
    const double *restrict mag = batch->col[KR_COL_MAG];
    const double *restrict rjb = batch->col[KR_COL_RJB];

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double constant = 3.888 - 0.674 * mag[i], slope = 2.933 - 0.510 * mag[i];
        constant = constant > 0.0 ? constant : 0.0;
        slope = slope > 0.0 ? slope : 0.0;
        out[i] = constant * M_LN10 - slope * log(rjb[i] + 10.0);
    }
}

/* Add a term of all measures and a line in rjb. */
static void add_terms(size_t n, const double *restrict term, const double line[2],
                      const double *restrict rjb, double *restrict mean)
{
    const double constant = line[0] * M_LN10, slope = line[1] * M_LN10;
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        mean[i] += term[i] + (constant + slope * rjb[i]);
}

static void eval_2011(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const state *st = gmm->state;
    static const double none[2] = {0.0, 0.0};
    size_t n = kr_gmm_padded(batch->n);
    double small[KR_GMM_BATCH];

    eval(gmm, batch, out);
    fill_small(n, batch, small);
    for (size_t m = 0; m < gmm->nimts; m++)
        add_terms(n, small, st->prime ? st->prime + m * ATKINSON_2008_PRIME_NCOL : none,
                  batch->col[KR_COL_RJB], out->mean + m * out->stride);
}

KR_GMM(boore_atkinson_2008) = {
    .name = "BooreAtkinson2008",
    .title = "Boore and Atkinson (2008), Earthquake Spectra 24(1)",
    .doi = "10.1193/1.2830434",
    .trt = "Active Shallow Crust",
    .component = KR_COMPONENT_GMROTI50,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .has_tau_phi = true,
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 5.0,
    .mag_hi = 8.0,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval,
};

KR_GMM(atkinson_2010_hawaii) = {
    .name = "Atkinson2010Hawaii",
    .title = "Atkinson (2010), Bull. Seism. Soc. Am. 100(2)",
    .doi = "10.1785/0120090098",
    .trt = "Volcanic",
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(HYPO_DEPTH) | KR_BIT(RJB) | KR_BIT(VS30),
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA),
    .table = &table,
    .state_size = sizeof(state),
    .mag_lo = 5.0,
    .mag_hi = 7.5,
    .dist_hi = 200.0,
    .init = init,
    .eval = eval_hawaii,
};

#define ATKINSON_2011                                                                              \
    .component = KR_COMPONENT_GMROTI50,                                                            \
    .needs = KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(RJB) | KR_BIT(VS30),                              \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(state), .mag_lo = 3.5, .mag_hi = 8.0, .dist_hi = 400.0,  \
    .eval = eval_2011

KR_GMM(boore_atkinson_2011) = {
    ATKINSON_2011,
    .name = "BooreAtkinson2011",
    .title = "Atkinson and Boore (2011), Bull. Seism. Soc. Am. 101(3)",
    .doi = "10.1785/0120100270",
    .trt = "Active Shallow Crust",
    .init = init,
};

KR_GMM(atkinson_2008_prime) = {
    ATKINSON_2011,
    .name = "Atkinson2008prime",
    .title = "Atkinson (2008), Bull. Seism. Soc. Am. 98(3), as changed in 2011",
    .doi = "10.1785/0120070199",
    .trt = "Stable Shallow Crust",
    .init = init_prime,
};
