/* Multi-fault sources, read rupture by rupture. */
#ifndef KR_MODEL_SOURCE_MULTI_H
#define KR_MODEL_SOURCE_MULTI_H

#include "base/spool.h"
#include "model/source_read.h"

/* A source of which ruptures are being read: what they hold goes to the spool and, when their
 * number is known, from there to arrays of the right length. */
typedef struct kr_multi_build {
    kr_source *source;
    size_t n, nprobs, nsections;
    kr_hash128 marks, probs, lists; /* of magnitudes and rakes, probabilities, sections so far */
    kr_spool spool;
    double *row; /* probabilities of the rupture at hand */
    size_t row_cap;
    uint32_t *list; /* and its sections */
    size_t list_cap;
    unsigned char *packed; /* one list of sections as it is in the spool */
    size_t packed_cap;
    uint32_t section; /* the last of them, */
    int step;         /* and the way to the one that is tried next: 1 or -1 */
} kr_multi_build;

void kr_multi_build_init(kr_multi_build *b, kr_ctx *ctx);
void kr_multi_build_clear(kr_multi_build *b);

/** Begin with the start tag of a multiFaultSource. */
KR_MUST_CHECK kr_status kr_multi_begin(kr_source_reader *r, kr_multi_build *b, const kr_node *node,
                                       const char *trt);

/** Add an element multiPlanesRupture, complete. */
KR_MUST_CHECK kr_status kr_multi_add(kr_source_reader *r, kr_multi_build *b, const kr_node *node);

/** End the source. One without ruptures has them in the HDF5 file beside the source model: in a
 * group with its id the datasets mag, rake, probs_occur (a row for each rupture) and rupture_idxs
 * (ids of sections, separated by blanks). */
KR_MUST_CHECK kr_status kr_multi_end(kr_source_reader *r, kr_multi_build *b, kr_source **out);

#endif
