/* Lanzano, G., D'Amico, M., Felicetta, C., Puglia, R., Luzi, L., Pacor, F. and Bindi, D. (2016).
 * Ground-motion prediction equations for region-specific probabilistic seismic-hazard analysis.
 * Bull. Seism. Soc. Am. 106(1), 73-92. doi:10.1785/0120150096
 *
 * Attenuation is that of the Po plain or of the eastern Alps as the site lies south or north of a
 * line. Departures: none; vs30 below 180 m/s is class C. */
#include "gmm/hinged_form.h"
#include "lanzano_2016_rhypo.tab.h"
#include "lanzano_2016_rjb.tab.h"

static const kr_gmm_table rjb_table = KR_GMM_TABLE(lanzano_2016_rjb, LANZANO_2016_RJB);
static const kr_gmm_table rhypo_table = KR_GMM_TABLE(lanzano_2016_rhypo, LANZANO_2016_RHYPO);

static const double mag_ref = 5.0, dist_hinge = 70.0;

/* Slopes of log10(R / 70 km): at M 5 and for each magnitude; near and far in the north, near and
 * far in the south. */
typedef struct slopes {
    double at[4], by_mag[4], depth;
} slopes;

/* All but distance and basin. */
#define FORM(c)                                                                                    \
    {                                                                                              \
        .constant = (c).a, .mag_hinge = mag_ref, .below1 = (c).b1, .below2 = (c).b2,               \
        .above1 = (c).b1, .above2 = (c).b2, .normal = (c).fNF, .reverse = (c).fTF,                 \
        .slip = (c).fUN, .of_class = {(c).sA, (c).sB, (c).sC, (c).sC}, .tau = (c).tau,             \
        .phi = (c).phi, .sigma = (c).SigmaTot                                                      \
    }
#define SLOPES(c, depth_)                                                                          \
    {                                                                                              \
        .at = {(c).c11, (c).c12, (c).c13, (c).c14},                                                \
        .by_mag = {(c).c21, (c).c22, (c).c23, (c).c24}, .depth = (depth_)                          \
    }

/* Equations 1 to 5; returns the coefficient of the basin. */
static double coeffs_rjb(const double *row, hinged *form, slopes *path)
{
    lanzano_2016_rjb_row c = lanzano_2016_rjb_load(row);
    *form = (hinged)FORM(c);
    *path = (slopes)SLOPES(c, c.h);
    return c.dbas;
}

static double coeffs_rhypo(const double *row, hinged *form, slopes *path)
{
    lanzano_2016_rhypo_row c = lanzano_2016_rhypo_load(row);
    *form = (hinged)FORM(c);
    *path = (slopes)SLOPES(c, 0.0);
    return c.dbas;
}

/* 1 north of the line and on it, otherwise 0. */
static void fill_north(size_t n, const kr_gmm_batch *batch, double *restrict north)
{
    const double *restrict lon = batch->col[KR_COL_LON], *restrict lat = batch->col[KR_COL_LAT];
#pragma omp simd
    for (size_t i = 0; i < n; i++)
        north[i] = lat[i] - (-0.33 * lon[i] + 48.3) >= 0.0 ? 1.0 : 0.0;
}

static void add_path(const slopes *path, double basin, size_t n, const hinged_shared *sh,
                     const double *restrict north, const double *restrict bas,
                     double *restrict mean)
{
    const slopes p = *path;
    const double ln10 = 2.302585092994045684;
    const double *restrict mag = sh->mag, *restrict dist = sh->dist;

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double dm = mag[i] - mag_ref, square = dist[i] * dist[i] + p.depth * p.depth;
        double r = sqrt(square > 1e-12 ? square : 1e-12);
        double near_n = p.at[0] + p.by_mag[0] * dm, far_n = p.at[1] + p.by_mag[1] * dm;
        double near_s = p.at[2] + p.by_mag[2] * dm, far_s = p.at[3] + p.by_mag[3] * dm;
        double slope_n = r <= dist_hinge ? near_n : far_n;
        double slope_s = r <= dist_hinge ? near_s : far_s;
        double slope = north[i] > 0.0 ? slope_n : slope_s;
        mean[i] += slope * log(r / dist_hinge) + (bas[i] == 1.0 ? ln10 * basin : 0.0);
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    size_t n = kr_gmm_padded(batch->n), ncol = gmm->cls->table->ncol;
    bool rjb = gmm->cls->table == &rjb_table;
    double north[KR_GMM_BATCH];
    hinged_shared sh;

    hinged_begin(&sh, n, batch, rjb ? KR_COL_RJB : KR_COL_RHYPO);
    hinged_styles(&sh, n, batch->col[KR_COL_RAKE]);
    hinged_ec8(&sh, n, batch->col[KR_COL_VS30]);
    fill_north(n, batch, north);
    for (size_t m = 0; m < gmm->nimts; m++) {
        const double *row = gmm->rows + m * ncol;
        hinged form;
        slopes path;
        double basin = rjb ? coeffs_rjb(row, &form, &path) : coeffs_rhypo(row, &form, &path);
        form = hinged_log10(form, hinged_earth(&gmm->imts[m]));
        hinged_eval(&form, m, n, &sh, out);
        add_path(&path, basin, n, &sh, north, batch->col[KR_COL_BAS], out->mean + m * out->stride);
    }
}

#define LANZANO_2016                                                                               \
    .title = "Lanzano, D'Amico, Felicetta, Puglia, Luzi and others (2016), BSSA 106(1)",           \
    .doi = "10.1785/0120150096", .trt = "Active Shallow Crust",                                    \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .mag_lo = 4.0, .mag_hi = 6.5, .dist_hi = 200.0, .eval = eval
#define LANZANO_2016_NEEDS                                                                         \
    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(VS30) | KR_BIT(LON) | KR_BIT(LAT) | KR_BIT(BAS))

KR_GMM(lanzano_2016_rjb) = {
    LANZANO_2016,
    .name = "LanzanoEtAl2016_RJB",
    .needs = LANZANO_2016_NEEDS | KR_BIT(RJB),
    .table = &rjb_table,
};

KR_GMM(lanzano_2016_rhypo) = {
    LANZANO_2016,
    .name = "LanzanoEtAl2016_Rhypo",
    .needs = LANZANO_2016_NEEDS | KR_BIT(RHYPO),
    .table = &rhypo_table,
};
