/* Ground-motion models for one rupture and site, over a range of distances, magnitudes, periods or
 * another quantity. */
#ifndef KR_RUN_GMM_SCENARIO_H
#define KR_RUN_GMM_SCENARIO_H

#include "run/gmm_tool.h"

/* What a model gives at one point; all NaN where it has not that period, inter and intra also where
 * it has them not. */
typedef struct kr_scenario_value {
    double median, total, inter, intra;
} kr_scenario_value;

typedef struct kr_scenario {
    const char *text; /* as it was given */
    kr_column over;   /* KR_COL_COUNT: periods */
    bool equal_ratios;
    size_t n; /* points, to KR_GMM_BATCH; 1: no range */
    double *at;
    kr_columns given, used; /* used: given, or needed by a model */
    const char *word[KR_COL_COUNT];
    double *columns; /* KR_COL_COUNT x KR_GMM_BATCH */
    size_t nimts;    /* for periods n, else those asked for */
    kr_imt *imts;
    size_t nmodels;
    const char **models;
    kr_scenario_value *values; /* see kr_scenario_at */
} kr_scenario;

/** Panels of a drawing: one for each measure, or one spectrum. */
static inline size_t kr_scenario_panels(const kr_scenario *sc)
{
    return sc->over == KR_COL_COUNT ? 1 : sc->nimts;
}

/** The result of a model in a panel at point i. */
static inline kr_scenario_value *kr_scenario_at(const kr_scenario *sc, size_t model, size_t panel,
                                                size_t i)
{
    return &sc->values[(model * kr_scenario_panels(sc) + panel) * sc->n + i];
}

/** The measure of point i in a panel. */
static inline const kr_imt *kr_scenario_imt(const kr_scenario *sc, size_t panel, size_t i)
{
    return &sc->imts[sc->over == KR_COL_COUNT ? i : panel];
}

/** Evaluate models for a text such as "mag=7 rrup=1:300 vs30=760": key=value each, one of them a
 * range lo:hi or lo:hi:n, or none; what is not given is that of a simple rupture (run/gmm_plane.h).
 * imts: a text; NULL: PGA, SA(1.0). KR_EUSAGE for what is wrong in the texts; KR_EINPUT for the
 * models. */
KR_MUST_CHECK kr_status kr_scenario_make(kr_ctx *ctx, const kr_gmm_named *models, size_t nmodels,
                                         const char *text, const char *imts, kr_arena *arena,
                                         kr_scenario *out);

/** A row for each model, measure and point: inputs, median, deviations. */
void kr_scenario_csv(const kr_scenario *sc, FILE *out);

/** The same as one drawing (SVG): for each measure medians, and below them total deviations. */
void kr_scenario_svg(const kr_scenario *sc, FILE *out);

#endif
