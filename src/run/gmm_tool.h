/* What `kauri gmm` does: list the ground-motion models, evaluate them for tables and scenarios,
 * compare them with verification tables. */
#ifndef KR_RUN_GMM_TOOL_H
#define KR_RUN_GMM_TOOL_H

#include "gmm/gmm.h"

#include <stdio.h>

typedef enum kr_gmm_form { KR_FORM_TEXT, KR_FORM_CSV, KR_FORM_MARKDOWN, KR_FORM_JSON } kr_gmm_form;

/** The models whose name, title or tectonic region holds the text (any for NULL), ignoring case.
 */
KR_MUST_CHECK kr_status kr_gmm_list(kr_ctx *ctx, const char *text, kr_gmm_form form, FILE *out);

/** All of one model, and of what its name stands for; of a name that is none, what kr_gmm_list
 * has. */
KR_MUST_CHECK kr_status kr_gmm_tell(kr_ctx *ctx, const char *name, FILE *out);

/* A model as a user writes it: a name, or a TOML table as logic trees have it; and arguments
 * "key=value" beside it. */
typedef struct kr_gmm_named {
    const char *text;
    const char *const *args;
    size_t nargs;
} kr_gmm_named;

/** An instance of it; files are relative to the working folder. */
KR_MUST_CHECK kr_status kr_gmm_named_create(kr_ctx *ctx, const kr_gmm_named *model,
                                            const kr_imt *imts, size_t nimts, kr_arena *arena,
                                            const kr_gmm **out);

/** The measures of a text such as "PGA,SA(0.2),1.0". */
KR_MUST_CHECK kr_status kr_gmm_read_imts(kr_ctx *ctx, const char *text, kr_arena *arena,
                                         kr_imt **out, size_t *n);

/** Evaluate a model for the rows of a table: its columns of inputs, then median and deviations of
 * each measure, as CSV. imts: a text; NULL: those that the table has columns for. */
KR_MUST_CHECK kr_status kr_gmm_evaluate(kr_ctx *ctx, const kr_gmm_named *model, const char *path,
                                        const char *imts, FILE *out);

/* Where a scenario goes. */
typedef struct kr_scenario_output {
    bool csv, svg;
    const char *prefix; /* of <prefix>.csv and .svg; NULL: CSV to standard output */
} kr_scenario_output;

/** Evaluate models over the range of a scenario (run/gmm_scenario.h). */
KR_MUST_CHECK kr_status kr_gmm_scenario(kr_ctx *ctx, const kr_gmm_named *models, size_t nmodels,
                                        const char *text, const char *imts,
                                        const kr_scenario_output *to);

/** Compare models with verification tables, a line each: `path` is a JSON list of models, their
 * arguments, tables and tolerances; the tables are in the folder `verification` beside it, files
 * of arguments in `tables`. verbose: also values that differ more than by their last digit, and
 * the models that are missing. KR_EDIFFER if any fails. */
KR_MUST_CHECK kr_status kr_gmm_verify(kr_ctx *ctx, const char *path, bool verbose, FILE *out);

#endif
