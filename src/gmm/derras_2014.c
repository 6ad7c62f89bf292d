/* Derras, B., Bard, P. Y. and Cotton, F. (2014). Towards fully data driven ground-motion prediction
 * models for Europe. Bull. Earthq. Eng. 12, 495-516. doi:10.1007/s10518-013-9481-0
 *
 * A neural network of five inputs, one hidden layer of five nodes and one output for each measure.
 * ...RhypoGermany takes ruptures without a surface (of width up to 1 m) by their hypocentral
 * distance.
 *
 * Departures, as in OpenQuake 3.21: inputs are scaled as in the electronic supplement, from -1
 * to 1. Strike slip is style 4. */
#include "derras_2014.tab.h"
#include "gmm/gmm.h"
#include "gmm/median_factor.h"
#include "num/vmath.h"

static const kr_gmm_table table = KR_GMM_TABLE(derras_2014, DERRAS_2014);

enum { NODES = 5, INPUTS = 5 };

static const double ln10 = 2.302585092994045684;

/* Weights and bias of the hidden layer: of log distance, magnitude, log vs30, depth and style. */
static const double weight[NODES][INPUTS] = {
    {2.64789163499967, -1.07021796037281, 0.17408775755006, 0.0921912871948344,
     -0.0137636792052785},
    {-1.90867543649709, -0.535017368544537, -0.705141622684165, 0.167611582811541,
     -0.0266104896709684},
    {0.203542142916709, 1.78055763562862, -0.0804945913340041, 0.0135963560304775,
     0.061508209289909},
    {-0.69273749797066, 0.441505231956003, 0.775579972551313, -0.0317177329335344,
     -0.163065710494178},
    {0.0161628210842544, 0.218141338606675, -1.60609944707351, -0.0416362555063091,
     0.0260579832482612}};
static const double bias[NODES] = {-1.27123248786939, 1.51261102820133, 0.591089008801986,
                                   -0.126622688054921, -0.415721221840192};

/* What all measures share: the nodes of the hidden layer. */
typedef struct shared {
    double node[NODES][KR_GMM_BATCH];
} shared;

/* Whether the class is that for Germany. */
static const bool general = false, germany = true;

static kr_status init_germany(kr_ctx *ctx, kr_gmm *gmm)
{
    return median_factor_ln(ctx, gmm, gmm->state);
}

/* x from lo..hi to -1..1. */
KR_GMM_INLINE double scaled(double x, double lo, double hi)
{
    return 2.0 * ((x - lo) / (hi - lo)) - 1.0;
}

/* Distances to the surface of a rupture of usual size for that magnitude. */
static void fill_distance(size_t n, const kr_gmm_batch *batch, bool by_rhypo, double *restrict out)
{
    const double *restrict rjb = batch->col[KR_COL_RJB];
    for (size_t i = 0; i < n; i++)
        out[i] = rjb[i];
    if (!by_rhypo)
        return;
    const double *restrict width = batch->col[KR_COL_WIDTH];
    const double *restrict rhypo = batch->col[KR_COL_RHYPO];
    const double *restrict mag = batch->col[KR_COL_MAG];
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double over = rhypo[i] - (4.853 + 1.347e-6 * exp(8.163 * log(mag[i])));
        double square = over >= 3.0 ? over * over - 9.0 : 0.0;
        double usual = sqrt(square > 0.0 ? square : 0.0);
        out[i] = width[i] <= 1e-3 ? usual : out[i];
    }
}

static void fill_inputs(size_t n, const kr_gmm_batch *batch, double input[INPUTS][KR_GMM_BATCH])
{
    const double *restrict mag = batch->col[KR_COL_MAG], *restrict rake = batch->col[KR_COL_RAKE];
    const double *restrict vs30 = batch->col[KR_COL_VS30];
    const double *restrict depth = batch->col[KR_COL_HYPO_DEPTH];
    const double ln_r_hi = log(547.0), ln_r_lo = log(0.1);
    const double ln_v_hi = log(1597.7), ln_v_lo = log(92.0);

#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double r = input[0][i], style = 4.0;
        double up = rake[i] > 45.0 ? 3.0 : 4.0, down = rake[i] < -45.0 ? 1.0 : 4.0;
        style = rake[i] < 135.0 ? up : style;
        style = rake[i] > -135.0 && rake[i] < 0.0 ? down : style;
        input[0][i] = scaled(log(r > 0.1 ? r : 0.1), ln_r_lo, ln_r_hi);
        input[1][i] = scaled(mag[i], 3.6, 7.6);
        input[2][i] = scaled(log(vs30[i]), ln_v_lo, ln_v_hi);
        input[3][i] = scaled(depth[i], 0.0, 25.0);
        input[4][i] = scaled(style, 1.0, 4.0);
    }
}

/* Equation 2, the hidden layer. */
static void fill_nodes(shared *sh, size_t n, double input[INPUTS][KR_GMM_BATCH])
{
    for (size_t k = 0; k < NODES; k++) {
        double *restrict node = sh->node[k];
        const double w0 = weight[k][0], w1 = weight[k][1], w2 = weight[k][2], w3 = weight[k][3];
        const double w4 = weight[k][4], b = bias[k];
#pragma omp simd
        for (size_t i = 0; i < n; i++)
            node[i] = tanh(w0 * input[0][i] + w1 * input[1][i] + w2 * input[2][i] +
                           w3 * input[3][i] + w4 * input[4][i] + b);
    }
}

static void eval_mean(const derras_2014_row *row, double offset, size_t n, const shared *sh,
                      double *restrict mean)
{
    const derras_2014_row c = *row;
    const double half = 0.5 * (c.tmax - c.tmin);
#pragma omp simd
    for (size_t i = 0; i < n; i++) {
        double out = c.W_21 * sh->node[0][i] + c.W_22 * sh->node[1][i] + c.W_23 * sh->node[2][i] +
                     c.W_24 * sh->node[3][i] + c.W_25 * sh->node[4][i] + c.B_2;
        mean[i] = ln10 * ((out + 1.0) * half + c.tmin) + offset;
    }
}

static void eval(const kr_gmm *gmm, const kr_gmm_batch *batch, const kr_gmm_out *out)
{
    const bool *by_rhypo = gmm->cls->variant;
    const double *ln_factor = gmm->state;
    size_t n = kr_gmm_padded(batch->n);
    double input[INPUTS][KR_GMM_BATCH];
    shared sh;

    fill_distance(n, batch, *by_rhypo, input[0]);
    fill_inputs(n, batch, input);
    fill_nodes(&sh, n, input);
    for (size_t m = 0; m < gmm->nimts; m++) {
        derras_2014_row c = derras_2014_load(gmm->rows + m * DERRAS_2014_NCOL);
        double ln_unit = gmm->imts[m].kind == KR_IMT_PGV ? log(100.0) : -log(9.80665);
        eval_mean(&c, ln_unit + *ln_factor, n, &sh, out->mean + m * out->stride);
        kr_gmm_fill(out->sigma + m * out->stride, n, ln10 * sqrt(c.tau * c.tau + c.phi * c.phi));
        kr_gmm_fill(kr_gmm_at(out->tau, out, m), n, ln10 * c.tau);
        kr_gmm_fill(kr_gmm_at(out->phi, out, m), n, ln10 * c.phi);
    }
}

#define DERRAS_2014                                                                                \
    .title = "Derras, Bard and Cotton (2014), Bull. Earthq. Eng. 12",                              \
    .doi = "10.1007/s10518-013-9481-0", .trt = "Active Shallow Crust",                             \
    .component = KR_COMPONENT_AVERAGE_HORIZONTAL,                                                  \
    .measures = KR_IMT_BIT(PGA) | KR_IMT_BIT(PGV) | KR_IMT_BIT(SA), .has_tau_phi = true,           \
    .table = &table, .state_size = sizeof(double), .mag_lo = 3.6, .mag_hi = 7.6, .dist_hi = 547.0, \
    .eval = eval
#define DERRAS_2014_NEEDS                                                                          \
    (KR_BIT(MAG) | KR_BIT(RAKE) | KR_BIT(HYPO_DEPTH) | KR_BIT(VS30) | KR_BIT(RJB))

KR_GMM(derras_2014) = {
    DERRAS_2014,
    .name = "DerrasEtAl2014",
    .needs = DERRAS_2014_NEEDS,
    .variant = &general,
};

KR_GMM(derras_2014_germany) = {
    DERRAS_2014,
    .name = "DerrasEtAl2014RhypoGermany",
    .needs = DERRAS_2014_NEEDS | KR_BIT(RHYPO) | KR_BIT(WIDTH),
    .params = median_factor_params,
    .variant = &germany,
    .init = init_germany,
};
