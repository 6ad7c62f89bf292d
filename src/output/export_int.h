/* Tables on their way out of results.h5. */
#ifndef KR_OUTPUT_EXPORT_INT_H
#define KR_OUTPUT_EXPORT_INT_H

#include "base/h5.h"
#include "output/export.h"
#include "output/geopackage.h"
#include "output/table.h"

/* Curves and maps of some realizations at all sites, in memory. */
typedef struct kr_export_block {
    size_t first, n;      /* realizations */
    float *curves, *maps; /* sites x n x measures x levels, or probabilities; owned */
} kr_export_block;

typedef struct kr_exporter {
    kr_ctx *ctx;
    const kr_results_spec *spec;
    const kr_export_choice *choice;
    kr_arena arena; /* of one table */
    kr_h5 *file;
    bool depths; /* some site is not at sea level: maps and spectra show depths */
    const size_t *sites;
    size_t nsites; /* rows */
    size_t kinds;  /* realizations and statistics so far, for the progress */
    kr_export_block block;
    kr_arena paths;
    const char *provenance; /* the end of every comment */
    kr_geopackage *package; /* of all maps; NULL: not wanted */
    size_t nlayers;         /* of it */
    char **written;         /* the tables so far: all appear, or none */
    size_t ntables, written_cap;
} kr_exporter;

/* One kind of curve: a realization or a statistic. */
typedef struct kr_export_kind {
    bool rlz;          /* a realization, of the block; else a stored statistic */
    size_t index;      /* its number */
    char name[48];     /* "mean", "quantile-0.1", "rlz-000" */
    const char *label; /* what the comment says; the name, or longer */
} kr_export_kind;

/** Begin and end a table. `name` NULL: memory ran out. */
KR_MUST_CHECK kr_status kr_export_begin(kr_exporter *e, const char *name, kr_table *out);
KR_MUST_CHECK kr_status kr_export_end(kr_exporter *e, kr_table *table, kr_status status);

/** The comment of a table; `more` begins with ", " or is empty. NULL where memory ran out, as in
 * all texts here: the table takes it for what it is. */
const char *kr_export_comment(kr_exporter *e, const char *more);

bool kr_export_wants(const kr_exporter *e, size_t measure);

/** The first columns of a table with a row for each site, or several, and what stands in them for
 * site i; how many they are. */
void kr_export_site_header(const kr_exporter *e, kr_table *t, bool depth);
void kr_export_site_fields(const kr_exporter *e, kr_table *t, size_t i, bool depth);
size_t kr_export_site_columns(const kr_exporter *e, bool depth);

/** Tables of one kind of curves: those of curves, maps and spectra that are wanted. */
KR_MUST_CHECK kr_status kr_export_curves(kr_exporter *e, const kr_export_kind *kind);

/** The values of hazard maps of all sites, in the arena: sites x measures x probabilities. */
KR_MUST_CHECK kr_status kr_export_read_maps(kr_exporter *e, const kr_export_kind *kind,
                                            float **out);

/** Which of them are wanted, in the order of a table's columns: order[c] = measure * npoes +
 * probability (of spectra those with a period alone, by probability); their names. Returns how
 * many; both have room for measures x probabilities. */
size_t kr_export_map_columns(kr_exporter *e, bool spectra, size_t *order, const char **names);

/** Hazard maps as features: of one kind of curves; the GeoPackage is begun before the first and
 * ended, with the status so far, after the last. */
KR_MUST_CHECK kr_status kr_export_features(kr_exporter *e, const kr_export_kind *kind);
KR_MUST_CHECK kr_status kr_export_begin_package(kr_exporter *e);
KR_MUST_CHECK kr_status kr_export_end_package(kr_exporter *e, kr_status status);

/** Remember a complete file that has not its name yet. */
KR_MUST_CHECK kr_status kr_export_written(kr_exporter *e, const char *path);

/** A file of that path may be written: KR_EIO where there is one already that is to stay. */
KR_MUST_CHECK kr_status kr_export_may_write(const kr_exporter *e, const char *path);

/** Tables that are not of curves. */
KR_MUST_CHECK kr_status kr_export_realizations(kr_exporter *e);
KR_MUST_CHECK kr_status kr_export_by_source(kr_exporter *e, size_t site);
KR_MUST_CHECK kr_status kr_export_components(kr_exporter *e);
KR_MUST_CHECK kr_status kr_export_rates(kr_exporter *e, size_t measure);

/** Disaggregation of a site: of the mean, or where that is not stored of realizations, and of these
 * where they are wanted. */
KR_MUST_CHECK kr_status kr_export_disagg(kr_exporter *e, size_t site);
KR_MUST_CHECK kr_status kr_export_disagg_summary(kr_exporter *e);

/* The levels that a site was disaggregated at: measures x npoes; 0: not reached. */
typedef struct kr_export_levels {
    size_t npoes;
    const double *levels, *poes;
    const size_t *measures, *order; /* of rows: measures, and levels of each */
} kr_export_levels;
KR_MUST_CHECK kr_status kr_export_disagg_levels(kr_exporter *e, size_t site, kr_arena *arena,
                                                kr_export_levels *out);

/** What sources and sections have of a site's rates at these levels: the tables of the three kinds
 * that are wanted. */
KR_MUST_CHECK kr_status kr_export_shares(kr_exporter *e, size_t site);

/** A GeoJSON file, or a part of the stream; `put` adds its features. Without any there is none. */
typedef kr_status kr_export_put(void *user, kr_geojson *json);
KR_MUST_CHECK kr_status kr_export_geojson(kr_exporter *e, const char *name, const char *about,
                                          kr_export_put *put, void *user);

/** Measures in the order of their names, as the reference sorts its rows. */
void kr_export_sort_measures(const kr_job *job, size_t *order);

/** Sampling error of a measure, where the run has it. */
KR_MUST_CHECK kr_status kr_export_sampling(kr_exporter *e, size_t measure);

/** Where the uncertainty comes from: those of the three kinds that are wanted. */
KR_MUST_CHECK kr_status kr_export_uncertainty(kr_exporter *e, size_t measure);

/** Realizations so many at a time fit into a bounded block. */
size_t kr_export_block_size(const kr_exporter *e);

/** Fill the block with stored realizations, or with one computed from the component rates. */
KR_MUST_CHECK kr_status kr_export_read_block(kr_exporter *e, size_t first, size_t n);
KR_MUST_CHECK kr_status kr_export_compute_block(kr_exporter *e, const kr_pick *pick);
void kr_export_clear_block(kr_exporter *e);

#endif
