/* What the two parsers of XML share: the elements that are open, what is collected of them, and
 * the handler's part in it. For the files xml*.c only. */
#ifndef KR_INPUT_XML_READER_H
#define KR_INPUT_XML_READER_H

#include "input/xml.h"

#include <stdint.h>

enum {
    KR_XML_DEPTH = 100,
    KR_XML_ATTRIBUTE = 1024 * 1024,
    KR_XML_NAMES = 4096, /* slots of the table of names; a power of two */
    KR_XML_ATTRS = 256,  /* attributes of one element */
    KR_XML_PUSH = 64 * 1024
};

/* A name that was met, of an element, an attribute or a namespace: names repeat, so nodes share
 * them. */
typedef struct kr_xml_name {
    const char *text;
    const struct kr_xml_name *ns; /* xml_scan.c: the namespace of a tag ... */
    unsigned epoch;               /* ... as it was then */
    uint32_t len;
    uint32_t local; /* where the part behind the prefix begins */
    bool odd;       /* not a name with at most one prefix */
    bool xml;       /* begins with xml: reserved */
    bool declares;  /* xmlns, or has that prefix */
} kr_xml_name;

/* An element that is open. */
typedef struct kr_xml_frame {
    kr_xml_action action;
    int line;
    kr_node *node, *last; /* collected: the node and its youngest child */
    char *text;           /* kept between elements of the same depth */
    size_t len, cap;
    const char *tag;
    const kr_xml_name *name; /* as written, while it is known */
} kr_xml_frame;

typedef struct kr_xml_reader {
    kr_ctx *ctx;
    const char *path;
    const kr_xml_handler *handler;
    kr_status status;                /* the first failure */
    kr_arena names, own, *nodes;     /* names; the element at hand; where nodes go */
    kr_node *root;                   /* kr_xml_load: the document */
    kr_xml_name *name[KR_XML_NAMES]; /* NULL: not met yet */
    size_t nnames;
    /* The start tag at hand: attributes whose values are borrowed from the parser. */
    int line;
    size_t nattrs;
    kr_attr attrs[KR_XML_ATTRS];
    size_t value_len[KR_XML_ATTRS];
    char empty[1];
    int depth; /* open elements */
    kr_xml_frame frames[KR_XML_DEPTH];
} kr_xml_reader;

/** The entry of a name, which lives as long as the nodes; NULL after recording the failure in
 * r->status. */
kr_xml_name *kr_xml_name_of(kr_xml_reader *r, const char *text, size_t len);

/** An attribute of the start tag at hand. */
KR_MUST_CHECK kr_status kr_xml_attr(kr_xml_reader *r, const char *name, const char *value,
                                    size_t len);

/** A start tag with r->line and its attributes; an end tag; text inside the open element. */
KR_MUST_CHECK kr_status kr_xml_start(kr_xml_reader *r, const char *tag, const char *ns);
KR_MUST_CHECK kr_status kr_xml_end(kr_xml_reader *r);
KR_MUST_CHECK kr_status kr_xml_text(kr_xml_reader *r, const char *text, size_t len);

/** The next '<' from p on where a tag of an element of that name, a comment or an instruction may
 * begin; those close to `end` all count. NULL if there is none. Counts the lines before it. */
char *kr_xml_next_tag(char *p, char *end, const kr_xml_name *name, int *lines);

/** Read the file as far as it is plain: UTF-8, no document type, nothing that is seldom and
 * nothing that is wrong. *stop: the byte from where another parser must go on, or -1 at the end of
 * the document. */
KR_MUST_CHECK kr_status kr_xml_scan(kr_xml_reader *r, int fd, long long *stop);

#endif
