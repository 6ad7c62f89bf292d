/* Reading of NRML source models: what the files source_*.c share. */
#ifndef KR_MODEL_SOURCE_READ_H
#define KR_MODEL_SOURCE_READ_H

#include "input/xml.h"
#include "model/source.h"

#define KR_ELEVATION_MAX_KM                                                                        \
    (-8.848) /* depths are above it: nothing is higher than Mount Everest                          \
              */

#define KR_MAG_MAX       12   /* of a rupture: far above any earthquake */
#define KR_PMF_TOLERANCE 1e-7 /* of the sum of a probability mass function from 1 */

/* What converters of elements need. */
typedef struct kr_source_reader {
    kr_ctx *ctx;
    const kr_job *job;
    kr_model *model;
    kr_arena *arena;  /* of the model: everything that stays */
    bool together;    /* other files are read meanwhile: sections are only looked up */
    kr_arena scratch; /* forgotten after each source */
    /* The distributions of the source before: sources that repeat them share them. */
    const kr_nodal_plane *planes;
    const kr_hypo_depth *depths;
    size_t nplanes, ndepths;
} kr_source_reader;

/* Where a file is read into. */
typedef struct kr_source_place {
    kr_ctx *ctx;
    kr_model *model;
    kr_arena *arena; /* of the model, and of this thread alone */
    bool together;   /* as in kr_source_reader */
} kr_source_place;

/** Read the file out->path; the rest of `out` is written. Together with others: a rupture that
 * names a section not known so far is KR_EINPUT without a message; whoever sees it reads the file
 * again alone. */
KR_MUST_CHECK kr_status kr_source_file_read(const kr_source_place *at, const kr_job *job,
                                            kr_source_file *out);

/** The kind of source of a tag; false if it is none. */
bool kr_source_kind_find(const char *tag, kr_source_kind *out);

/** Convert an element of a source with everything in it; those that are read rupture by rupture
 * (multiFaultSource, nonParametricSeismicSource) are not converted here. */
KR_MUST_CHECK kr_status kr_source_convert(kr_source_reader *r, const kr_node *node, const char *trt,
                                          kr_source **out);

/** A new source with what all kinds have: kind, id, name ("" only if it is a multi-fault source),
 * type, place; not hashed. */
KR_MUST_CHECK kr_status kr_source_begin(kr_source_reader *r, const kr_node *node, const char *trt,
                                        kr_source_kind kind, kr_source **out);

/** The distributions of nodal planes and hypocentral depths: repeated values merged, checked. */
KR_MUST_CHECK kr_status kr_source_planes(kr_source_reader *r, const kr_node *node, kr_source *out);
KR_MUST_CHECK kr_status kr_source_depths(kr_source_reader *r, const kr_node *node, kr_source *out);

/** The scaling relationship, and the aspect of ruptures. */
KR_MUST_CHECK kr_status kr_source_msr(kr_source_reader *r, const kr_node *node, kr_source *out);
KR_MUST_CHECK kr_status kr_source_aspect(kr_source_reader *r, const kr_node *node, kr_source *out);

/** The one magnitude-frequency distribution of a source; of a multi-point source the multiMFD. */
KR_MUST_CHECK kr_status kr_source_mfds(kr_source_reader *r, const kr_node *node, kr_source *out);

/* Values with their checks; all fail at the node's line. */

/** An attribute, or the text of a child element, that is 0 or more. */
KR_MUST_CHECK kr_status kr_attr_positive(kr_ctx *ctx, const kr_node *node, const char *name,
                                         double *out);
KR_MUST_CHECK kr_status kr_child_double(kr_ctx *ctx, const kr_node *node, const char *tag,
                                        double *out);

/** The numbers of a child element; they may stand in brackets. */
KR_MUST_CHECK kr_status kr_child_list(kr_ctx *ctx, const kr_node *node, const char *tag,
                                      kr_arena *arena, double **out, size_t *n);

/** The text of child elements: a magnitude above 0, a rake above -180 and at most 180. */
KR_MUST_CHECK kr_status kr_child_mag(kr_ctx *ctx, const kr_node *node, double *out);
KR_MUST_CHECK kr_status kr_child_rake(kr_ctx *ctx, const kr_node *node, double *out);

/** The attribute probs_occur: one number or more from 0 to 1, separated by blanks or commas. The
 * list grows by need: the caller frees it. */
KR_MUST_CHECK kr_status kr_attr_probs(kr_ctx *ctx, const kr_node *node, double **list, size_t *cap,
                                      size_t *n);

/** The id of an element: 1 to 75 letters, digits, '_', '-' and ':'. */
KR_MUST_CHECK kr_status kr_attr_id(kr_ctx *ctx, const kr_node *node, const char **out);

/** Round a coordinate to 5 decimals and check it. */
KR_MUST_CHECK kr_status kr_round_lon_lat(kr_ctx *ctx, const kr_node *node, double *lon,
                                         double *lat);

#endif
