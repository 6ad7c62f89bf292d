/* Names in NRML that mean nothing: an attribute or element that nobody reads has no effect, which
 * is what a private one wants and a misspelt one does not. */
#ifndef KR_MODEL_SOURCE_NAMES_H
#define KR_MODEL_SOURCE_NAMES_H

#include "input/xml.h"

typedef struct kr_name_pair {
    const char *tag, *name;
    bool child, inside; /* of a child: there are names to look at in it */
} kr_name_pair;

/* What was looked at in one document. Elements of a document share their names, so that addresses
 * tell them apart. */
typedef struct kr_source_names {
    kr_ctx *ctx;
    kr_name_pair *seen;
    size_t n;
} kr_source_names;

/** Begin a document. KR_ENOMEM. */
KR_MUST_CHECK kr_status kr_source_names_init(kr_source_names *names, kr_ctx *ctx);
void kr_source_names_clear(kr_source_names *names);

/** Warn of attributes of an element that are not known there but look like one that is; of
 * sourceGroup and logicTreeBranchSet of all that are not known. Once for each name of each
 * element's tag in the document. */
void kr_source_names_attrs(kr_source_names *names, const kr_node *node);

/** The same for an element and what is in it, as far as names are known there, and for the names of
 * elements. */
void kr_source_names_all(kr_source_names *names, const kr_node *node);

#endif
