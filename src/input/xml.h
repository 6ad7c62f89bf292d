/* XML, streamed. Plain documents are read in place (xml_scan.c); what is seldom or wrong in one is
 * left to expat, which goes on from there (xml.c, the only place that touches expat). The reader
 * asks a handler at every start tag what to do with the element: enter it (and ask again for its
 * children), collect it with all it contains as a tree of nodes that is handed over at its end tag
 * and forgotten afterwards, skip it, or leap over it: then its content may be malformed without
 * being noticed, as is right where the document is read a second time. Memory is bounded by the
 * largest collected element.
 *
 * Tags and attributes are named without their namespace prefix. Limits (each an error that says
 * so): nesting 100, attribute length 1 MiB, text of one element 256 MiB, entity declarations are
 * refused. */
#ifndef KR_INPUT_XML_H
#define KR_INPUT_XML_H

#include "base/arena.h"

#include <stdbool.h>

typedef struct kr_attr {
    const char *name, *value;
} kr_attr;

typedef struct kr_node {
    const char *tag;
    const char *ns;   /* namespace of the tag; "" if it has none */
    const char *file; /* path of the document; not copied */
    int line;         /* of the start tag */
    const kr_attr *attrs;
    size_t nattrs;
    char *text; /* character data directly inside, without blanks before; "" if none */
    size_t text_len;
    struct kr_node *first, *next; /* children, next sibling */
} kr_node;

typedef enum kr_xml_action { KR_XML_ENTER, KR_XML_COLLECT, KR_XML_SKIP, KR_XML_LEAP } kr_xml_action;

typedef struct kr_xml_handler {
    void *user;
    /* A start tag: `node` has tag, line and attributes only, valid during the call; `depth` is 0
     * for the root, `parent` the tag of the enclosing element or "". Sets *action. */
    kr_status (*start)(void *user, const kr_node *node, int depth, const char *parent,
                       kr_xml_action *action);
    /* A collected element, complete; valid during the call. */
    kr_status (*element)(void *user, const kr_node *node);
    /* The end tag of an entered element (may be NULL). */
    kr_status (*end)(void *user, const char *tag, int depth);
} kr_xml_handler;

/** Read a document. Malformed XML, a missing or unreadable file: KR_EINPUT with file and line.
 * Statuses of the handler end the reading and come back. Thread-safe: every call has its own
 * parser. */
KR_MUST_CHECK kr_status kr_xml_read(kr_ctx *ctx, const char *path, const kr_xml_handler *handler);

/** Collect a whole (small) document into the arena; `path` must live as long as the nodes. */
KR_MUST_CHECK kr_status kr_xml_load(kr_ctx *ctx, const char *path, kr_arena *arena, kr_node **root);

/** The attribute's value or NULL; the first child with that tag or NULL; next sibling with the same
 * tag or NULL. */
const char *kr_node_attr(const kr_node *node, const char *name);
kr_node *kr_node_child(const kr_node *node, const char *tag);
kr_node *kr_node_next(const kr_node *node);

/** The first child whose tag is nearly this one, a slip of the pen, or NULL. */
const kr_node *kr_node_like(const kr_node *node, const char *tag);

/** Required things: missing or malformed is KR_EINPUT naming file, line, element, attribute and
 * what is right. */
KR_MUST_CHECK kr_status kr_node_need(kr_ctx *ctx, const kr_node *node, const char *tag,
                                     kr_node **out);
KR_MUST_CHECK kr_status kr_node_attr_text(kr_ctx *ctx, const kr_node *node, const char *name,
                                          const char **out);
KR_MUST_CHECK kr_status kr_node_attr_double(kr_ctx *ctx, const kr_node *node, const char *name,
                                            double *out);
KR_MUST_CHECK kr_status kr_node_double(kr_ctx *ctx, const kr_node *node, double *out);
/** All numbers of the element's text (white space separated; empty text gives n = 0), in the arena.
 */
KR_MUST_CHECK kr_status kr_node_doubles(kr_ctx *ctx, const kr_node *node, kr_arena *arena,
                                        double **out, size_t *n);

#endif
