/* A second way to the statistics of one level, to hold the first against.
 *
 * Realizations are made one by one as the tree defines them: a path of branches, a model for each
 * tectonic region type, the components on that path, the sum of their rates. Nothing of the
 * structure of the tree, of its blocks and lists is used. Where the tree is small all realizations
 * are listed, and every statistic follows from its definition. Where it is not, some are drawn by
 * their weights, and statistics are held against what must be true whatever was not drawn:
 *
 * - the mean rate is linear, the sum of the component rates times the weights of the paths and
 *   models that have them: it must be that of the parts to 1e-9;
 * - 1 - exp(-r) is concave, so with the mean rate R and the largest rate M the mean probability is
 *   from R (1 - exp(-M)) / M to 1 - exp(-R);
 * - no realization is outside of minimum and maximum;
 * - of n realizations drawn k are below a quantile of q with a probability of at most
 *   exp(-n D(k/n, q)), D(a, q) = a ln(a/q) + (1 - a) ln((1 - a)/(1 - q)), for k/n > q, and likewise
 *   above it (Chernoff 1952). An exponent beyond KR_WITNESS_EXPONENT is an error: by chance it
 *   happens once in 1e17 quantiles. */
#ifndef KR_STATS_WITNESS_H
#define KR_STATS_WITNESS_H

#include "stats/stats.h"

#define KR_WITNESS_EXPONENT 40.0

/* Realizations that are listed at most. */
enum { KR_WITNESS_LISTED = 8192 };

typedef struct kr_witness kr_witness;

/* What is held against a level. */
typedef struct kr_testimony {
    bool agrees;
    const char *what; /* the first that does not: name of a statistic, "mean rate", ... */
    double value;     /* of it */
    double low, high; /* what it must be within; of a drawn quantile: the weights below and up to it
                         as drawn */
    double worst;     /* relative difference of a mean from its definition, or of the mean rate */
} kr_testimony;

/** `samples`: realizations to draw; 0: list all, at most KR_WITNESS_LISTED. The tree and what
 * `spec` points to must outlive it. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_witness_create(kr_ctx *ctx, const kr_tree *tree,
                                          const kr_statistics_spec *spec, size_t samples,
                                          kr_witness **out);
void kr_witness_destroy(kr_witness **witness);

/** Bytes that it takes. */
size_t kr_witness_bytes(const kr_tree *tree, const kr_statistics_spec *spec, size_t samples);

/** Steps of some nanoseconds that a level takes. */
double kr_witness_steps(const kr_tree *tree, const kr_statistics_spec *spec, size_t samples);

/** Hold what is stored against level `level` (of all measures) of a site: stored[stat * levels],
 * brackets[2 * quantile * levels] (or NULL), where levels = nimts x nlevels. `draw` numbers the
 * sequence of realizations that are drawn. */
kr_testimony kr_witness_level(kr_witness *witness, const kr_site_rates *rates, size_t level,
                              const float *stored, const double *brackets, uint64_t draw);

#endif
