/* CSV tables under the reference's names, made from a finished results.h5. */
#ifndef KR_OUTPUT_EXPORT_H
#define KR_OUTPUT_EXPORT_H

#include "output/results.h"
#include "tree/pick.h"

#include <stdio.h>

/* Kinds of tables. X(bit, name on the command line, what it is) */
#define KR_EXPORT_LIST(X)                                                                          \
    X(CURVES, "hcurves", "hazard curves: hazard_curve-mean-PGA.csv")                               \
    X(MAPS, "hmaps", "hazard maps: hazard_map-mean.csv")                                           \
    X(GEOJSON, "hmaps_geojson", "hazard maps as GeoJSON: hazard_map-mean.geojson")                 \
    X(GEOPACKAGE, "hmaps_gpkg", "hazard maps as GeoPackage, a layer each: hazard_maps.gpkg")       \
    X(SPECTRA, "uhs", "uniform hazard spectra: hazard_uhs-mean.csv")                               \
    X(REALIZATIONS, "realizations", "the realizations and their weights: realizations.csv")        \
    X(BY_SOURCE, "mean_rates_by_src", "mean rates by source: mean_rates_by_src-0.csv")             \
    X(DISAGG, "disagg", "disaggregation of the mean: Mag_Dist-mean-0.csv")                         \
    X(DISAGG_RLZS, "disagg_rlzs", "disaggregation of realizations: Mag_Dist-0.csv")                \
    X(DISAGG_PARTS, "disagg_traditional",                                                          \
      "the same as parts of the rate of all bins: Mag_Dist-traditional-0.csv")                     \
    X(DISAGG_TREE, "disagg_tree", "of statistics of the whole tree: Mag_Dist-variance-0.csv")      \
    X(DISAGG_SOURCES, "disagg_sources", "what sources have of the mean: disagg_sources-0.csv")     \
    X(DISAGG_SECTIONS, "disagg_sections",                                                          \
      "what fault sections have of the mean: disagg_sections-0.csv")                               \
    X(SECTIONS_GEOJSON, "sections_geojson", "the same as GeoJSON: disagg_sections-0.geojson")      \
    X(DISAGG_SUMMARY, "disagg_summary", "means and modes of bins: disagg_summary.csv")             \
    X(COMPONENTS, "components", "what the component rates are of: components.csv")                 \
    X(RATES, "component_rates", "annual rates of components: component_rates-PGA.csv")             \
    X(VARIANCE, "variance_shares",                                                                 \
      "branch sets' shares of the variance of rates: variance_shares-PGA.csv")                     \
    X(TORNADO, "tornado", "what each branch does to the mean: tornado-PGA.csv")                    \
    X(DERIVATIVES, "weight_derivatives",                                                           \
      "of mean and quantiles with respect to weights: weight_derivatives-PGA.csv")

enum {
#define X(bit, name, what) KR_EXPORT_##bit##_PLACE,
    KR_EXPORT_LIST(X)
#undef X
        KR_EXPORT_KINDS
};
enum {
#define X(bit, name, what) KR_EXPORT_##bit = 1 << KR_EXPORT_##bit##_PLACE,
    KR_EXPORT_LIST(X)
#undef X
};

enum {
    KR_EXPORT_DISAGG_ANY =
        KR_EXPORT_DISAGG | KR_EXPORT_DISAGG_RLZS | KR_EXPORT_DISAGG_PARTS | KR_EXPORT_DISAGG_TREE
};

/* Which tables, and what of them. */
typedef struct kr_export_choice {
    unsigned what;
    const char *file; /* the results.h5 */
    const char *dir;  /* folder of the tables */
    FILE *stream;     /* where they go instead, one after another; NULL: files in `dir` */
    bool replace;     /* tables of that name; otherwise they are an error */
    const size_t *sites;
    size_t nsites;      /* rows of those sites only; 0: all */
    const char *imt;    /* one measure; NULL: all */
    const char *stat;   /* one statistic, NULL: all */
    bool stored_rlzs;   /* the stored realizations too */
    const kr_pick *rlz; /* this realization alone; NULL: none */
} kr_export_choice;

/** Bytes that tables of a disaggregation take while they are written, about; 0 without one. */
size_t kr_export_disagg_bytes(const kr_results_spec *results);

/** Write the tables; all of them or, where that fails, none (but for a stream). *ntables: their
 * number. KR_EIO, KR_EINPUT (a table is there already; nothing stored that they could be made
 * from), KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_export(kr_ctx *ctx, const kr_results_spec *spec,
                                  const kr_export_choice *choice, size_t *ntables);

#endif
