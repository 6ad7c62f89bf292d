/* The deviations of NGA-East between events and within events at one station.
 *
 * Al Atik, L. (2015). NGA-East: ground-motion standard deviation models for central and eastern
 * North America. PEER report 2015/07. No DOI; the numbers of the equations are those of the report.
 */
#ifndef KR_GMM_NGA_EAST_SIGMA_H
#define KR_GMM_NGA_EAST_SIGMA_H

#include "gmm/gmm.h"
#include "nga_east_phi_cena.tab.h"
#include "nga_east_phi_cena_constant.tab.h"
#include "nga_east_phi_global.tab.h"
#include "num/chi_square.h"

#include <math.h>
#include <string.h>

static const kr_gmm_table nga_east_phi_tables[] = {
    KR_GMM_TABLE(nga_east_phi_global, NGA_EAST_PHI_GLOBAL),
    KR_GMM_TABLE(nga_east_phi_cena, NGA_EAST_PHI_CENA),
    KR_GMM_TABLE(nga_east_phi_cena_constant, NGA_EAST_PHI_CENA_CONSTANT),
};

_Static_assert((int)NGA_EAST_PHI_GLOBAL_NCOL == (int)NGA_EAST_PHI_CENA_NCOL, "the same columns");
_Static_assert((int)NGA_EAST_PHI_GLOBAL_NCOL == (int)NGA_EAST_PHI_CENA_CONSTANT_NCOL,
               "the same columns");

enum { NGA_EAST_GLOBAL, NGA_EAST_CENA, NGA_EAST_CENA_CONSTANT };
enum { NGA_EAST_STEPS = 4 }; /* magnitudes 4.5, 5, 5.5 and 6.5 */

/* Between-event deviations, means and their standard deviations: table 5.1 and those of central
 * and eastern North America, as values at the four steps. */
typedef struct nga_east_tau {
    double mean[NGA_EAST_STEPS], sd[NGA_EAST_STEPS];
} nga_east_tau;

static const nga_east_tau nga_east_tau_pgv[] = {
    [NGA_EAST_GLOBAL] = {{0.3733, 0.3639, 0.3434, 0.3236}, {0.0558, 0.0554, 0.0477, 0.0449}},
    [NGA_EAST_CENA] = {{0.3477, 0.3477, 0.3281, 0.3092}, {0.0554, 0.0554, 0.0477, 0.0449}},
    [NGA_EAST_CENA_CONSTANT] = {{0.3441, 0.3441, 0.3441, 0.3441}, {0.0554, 0.0554, 0.0554, 0.0554}},
};
static const nga_east_tau nga_east_tau_sa[] = {
    [NGA_EAST_GLOBAL] = {{0.4518, 0.4270, 0.3863, 0.3508}, {0.0671, 0.0688, 0.0661, 0.0491}},
    [NGA_EAST_CENA] = {{0.3730, 0.3730, 0.3375, 0.3064}, {0.0688, 0.0688, 0.0661, 0.0491}},
    [NGA_EAST_CENA_CONSTANT] = {{0.3695, 0.3695, 0.3695, 0.3695}, {0.0688, 0.0688, 0.0688, 0.0688}},
};

/* Equations 5.1 to 5.5; a quantile of NaN means the mean. */
static inline double nga_east_at_quantile(double mean, double sd, double quantile)
{
    if (isnan(quantile))
        return mean;
    double mean2 = mean * mean, sd2 = sd * sd;
    double scale = sd2 / (2.0 * mean2), dof = 2.0 * mean2 * mean2 / sd2;
    return sqrt(scale * kr_chi_square_quantile(quantile, dof));
}

/* The argument, NaN where it is not given or None. */
static inline kr_status nga_east_read_quantile(kr_ctx *ctx, const kr_gmm *gmm, const char *name,
                                               double *out)
{
    const kr_gmm_arg *arg = kr_gmm_arg_of(gmm, name);
    *out = NAN;
    if (!arg->given || (arg->value->kind == KR_VALUE_NONE) ||
        (arg->value->kind == KR_VALUE_TEXT && strcmp(arg->value->text, "None") == 0))
        return KR_OK;
    if (!kr_value_is_number(arg->value) || !(arg->value->number > 0.0) ||
        !(arg->value->number < 1.0))
        return kr_gmm_fail(ctx, gmm, "argument '%s' of %s: a number between 0 and 1 is needed",
                           name, gmm->cls->name);
    *out = arg->value->number;
    return KR_OK;
}

static inline const nga_east_tau *nga_east_tau_of(size_t model, const char *imt)
{
    return strcmp(imt, "PGV") == 0 ? &nga_east_tau_pgv[model] : &nga_east_tau_sa[model];
}

/* A table of the instance's own values: the measures of `from`, ncol columns. */
static inline kr_status nga_east_new_table(const kr_gmm *gmm, const kr_gmm_table *from, size_t ncol,
                                           kr_gmm_table *table, double **data)
{
    kr_status s = KR_OK;
    KR_ANEW(*data, gmm->arena, from->nrow * ncol);
    *table = *from;
    table->ncol = ncol;
    table->data = *data;
    table->column = NULL;
out:
    return s;
}

/* Columns a and b at the quantile, for the measures of the phi_ss model. */
static inline kr_status nga_east_phi_at_quantile(const kr_gmm *gmm, size_t model, double quantile,
                                                 kr_gmm_table *table)
{
    kr_status s = KR_OK;
    const kr_gmm_table *from = &nga_east_phi_tables[model];
    double *data;

    KR_TRY(nga_east_new_table(gmm, from, 2, table, &data));
    for (size_t r = 0; r < from->nrow; r++) {
        nga_east_phi_global_row c = nga_east_phi_global_load(from->data + r * from->ncol);
        data[2 * r] = nga_east_at_quantile(c.mean_a, c.var_a, quantile);
        data[2 * r + 1] = nga_east_at_quantile(c.mean_b, c.var_b, quantile);
    }
out:
    return s;
}

#endif
