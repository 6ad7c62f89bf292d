#include "input/xml_reader.h"

#include "base/mem.h"
#include "base/str.h"

#include <string.h>

enum { TEXT_MAX = 256 * 1024 * 1024 };

/* A hash of the first and last bytes and the length of a name. */
static size_t name_hash(const char *text, size_t len)
{
    uint64_t first = 0, last = 0;

    if (len >= sizeof first) {
        memcpy(&first, text, sizeof first);
        memcpy(&last, text + len - sizeof last, sizeof last);
    } else {
        for (size_t i = 0; i < len; i++)
            first = first << 8 | (unsigned char)text[i];
    }
    first = (first ^ (last << 29 | last >> 35) ^ len) * 0x9e3779b97f4a7c15U;
    return (size_t)(first >> 48) & (KR_XML_NAMES - 1);
}

/* What a name means: where its parts are, and whether it is one of XML's own. */
static void name_split(kr_xml_name *name)
{
    const char *colon = memchr(name->text, ':', name->len);

    name->xml = strncmp(name->text, "xml", 3) == 0;
    name->declares =
        strncmp(name->text, "xmlns", 5) == 0 && (name->len == 5 || colon == name->text + 5);
    if (!colon)
        return;
    name->local = (uint32_t)(colon + 1 - name->text);
    char first = name->text[name->local];
    name->odd = colon == name->text || strchr(colon + 1, ':') ||
                !((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '_');
}

kr_xml_name *kr_xml_name_of(kr_xml_reader *r, const char *text, size_t len)
{
    size_t slot = name_hash(text, len);
    kr_xml_name *e = NULL;

    for (; (e = r->name[slot]); slot = (slot + 1) & (KR_XML_NAMES - 1)) {
        if (e->len == len && memcmp(e->text, text, len) == 0)
            return e;
    }
    if (r->nnames >= KR_XML_NAMES / 2) {
        r->status = kr_fail_at(r->ctx, r->path, r->line,
                               "more than %d different names of elements and attributes; no NRML "
                               "document has so many",
                               (int)KR_XML_NAMES / 2);
        return NULL;
    }
    char *copy = kr_arena_strndup(r->handler ? &r->names : r->nodes, text, len);
    e = kr_arena_alloc(&r->names, 1, sizeof *e);
    if (!copy || !e) {
        r->status = KR_ENOMEM;
        return NULL;
    }
    r->name[slot] = e;
    *e = (kr_xml_name){.text = copy, .len = (uint32_t)len};
    name_split(e);
    r->nnames++;
    return e;
}

kr_status kr_xml_attr(kr_xml_reader *r, const char *name, const char *value, size_t len)
{
    if (r->nattrs == KR_XML_ATTRS)
        return kr_fail_at(r->ctx, r->path, r->line,
                          "more than %d attributes in one element; at most %d are read",
                          (int)KR_XML_ATTRS, (int)KR_XML_ATTRS);
    if (len > KR_XML_ATTRIBUTE)
        return kr_fail_at(r->ctx, r->path, r->line,
                          "the attribute %.40s is longer than %d characters; "
                          "long lists belong into the text of an element",
                          name, (int)KR_XML_ATTRIBUTE);
    r->value_len[r->nattrs] = len;
    r->attrs[r->nattrs++] = (kr_attr){name, value};
    return KR_OK;
}

/* Copy the node of a start tag into the arena of nodes, in one block with its attributes and their
 * values. */
static kr_status reader_keep(kr_xml_reader *r, const kr_node *from, kr_node **out)
{
    size_t n = from->nattrs, bytes = sizeof(kr_node) + n * sizeof(kr_attr);

    for (size_t i = 0; i < n; i++)
        bytes += r->value_len[i] + 1;
    char *block = kr_arena_alloc(r->nodes, bytes, 1);
    if (!block)
        return KR_ENOMEM;
    kr_node *node = (kr_node *)(void *)block;
    kr_attr *attrs = (kr_attr *)(void *)(block + sizeof *node);
    char *value = block + sizeof *node + n * sizeof *attrs;
    *node = *from;
    node->attrs = attrs;
    for (size_t i = 0; i < n; i++) {
        memcpy(value, from->attrs[i].value, r->value_len[i]);
        attrs[i] = (kr_attr){from->attrs[i].name, value};
        value += r->value_len[i] + 1;
    }
    *out = node;
    return KR_OK;
}

kr_status kr_xml_start(kr_xml_reader *r, const char *tag, const char *ns)
{
    kr_status s = KR_OK;
    kr_xml_frame *parent = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
    const kr_node node = {.tag = tag,
                          .ns = ns,
                          .file = r->path,
                          .line = r->line,
                          .attrs = r->attrs,
                          .nattrs = r->nattrs,
                          .text = r->empty};

    if (r->depth == KR_XML_DEPTH)
        return kr_fail_at(r->ctx, r->path, r->line,
                          "elements are nested deeper than %d; no NRML document is",
                          (int)KR_XML_DEPTH);
    kr_xml_frame *f = &r->frames[r->depth];
    f->len = 0;
    f->last = NULL;
    f->node = NULL;
    f->name = NULL;
    f->line = node.line;
    f->tag = tag;
    f->action = parent ? parent->action : KR_XML_COLLECT;
    if (r->handler && (!parent || parent->action == KR_XML_ENTER))
        KR_TRY(r->handler->start(r->handler->user, &node, r->depth, parent ? parent->tag : "",
                                 &f->action));
    if (f->action == KR_XML_COLLECT) {
        KR_TRY(reader_keep(r, &node, &f->node));
        if (parent && parent->node) {
            if (parent->last)
                parent->last->next = f->node;
            else
                parent->node->first = f->node;
            parent->last = f->node;
        }
    }
    r->depth++;
out:
    return s;
}

kr_status kr_xml_end(kr_xml_reader *r)
{
    kr_status s = KR_OK;
    kr_xml_frame *f = &r->frames[--r->depth];
    if (f->action == KR_XML_SKIP || f->action == KR_XML_LEAP)
        return KR_OK;
    if (f->action == KR_XML_ENTER) {
        if (r->handler->end)
            s = r->handler->end(r->handler->user, f->tag, r->depth);
        return s;
    }
    if (f->len > 0 || !r->handler) { /* the empty text of the reader ends with it */
        f->node->text = kr_arena_alloc(r->nodes, f->len + 1, 1);
        if (!f->node->text)
            return KR_ENOMEM;
        if (f->len > 0)
            memcpy(f->node->text, f->text, f->len);
        f->node->text_len = f->len;
    }
    if (r->depth > 0 && r->frames[r->depth - 1].action == KR_XML_COLLECT)
        return KR_OK;
    if (!r->handler) {
        r->root = f->node;
        return KR_OK;
    }
    s = r->handler->element(r->handler->user, f->node);
    kr_arena_reset(&r->own);
    return s;
}

kr_status kr_xml_text(kr_xml_reader *r, const char *text, size_t len)
{
    kr_status s = KR_OK;
    kr_xml_frame *f = &r->frames[r->depth - 1];

    if (f->action != KR_XML_COLLECT)
        return KR_OK;
    if (f->len + len > TEXT_MAX)
        return kr_fail_at(r->ctx, r->path, f->line,
                          "the text of <%s> is longer than %d MiB; split the element", f->tag,
                          (int)TEXT_MAX / (1024 * 1024));
    while (f->len == 0 && len > 0 && (*text == ' ' || (*text >= '\t' && *text <= '\r')))
        text++, len--; /* most text is the indentation between elements */
    if (len == 0)
        return KR_OK;
    KR_GROW(f->text, f->cap, f->len + len, r->ctx, KR_ACCOUNT_READING);
    memcpy(f->text + f->len, text, len);
    f->len += len;
out:
    return s;
}
