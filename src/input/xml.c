#include "input/xml.h"

#include "base/mem.h"
#include "base/str.h"

#include <errno.h>
#include <expat.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    XML_PUSH = 64 * 1024,
    XML_DEPTH = 100,
    XML_ATTRIBUTE = 1024 * 1024,
    XML_TEXT = 256 * 1024 * 1024,
    XML_NAMES = 4096, /* slots of the table of names; a power of two */
    XML_ATTRS = 256   /* attributes of one element */
};
#define XML_SEPARATOR '\x1f'

/* An element that is open. */
typedef struct frame {
    kr_xml_action action;
    int line;
    kr_node *node, *last; /* collected: the node and its youngest child */
    char *text;           /* kept between elements of the same depth */
    size_t len, cap;
    const char *tag;
} frame;

/* A name that was met: names repeat, so nodes share them. */
typedef struct name_entry {
    const char *text;
    size_t len;
} name_entry;

typedef struct reader {
    kr_ctx *ctx;
    const char *path;
    const kr_xml_handler *handler;
    XML_Parser parser;
    kr_status status;
    kr_arena names, own, *nodes;
    kr_node *root; /* kr_xml_load: the document */
    name_entry name[XML_NAMES];
    size_t nnames;
    const name_entry *last_ns[2]; /* of the names before */
    kr_attr attrs[XML_ATTRS];     /* of the start tag at hand */
    size_t name_len[XML_ATTRS], value_len[XML_ATTRS];
    char empty[1];
    int depth; /* open elements */
    frame frames[XML_DEPTH];
} reader;

static int reader_line(const reader *r)
{
    return (int)XML_GetCurrentLineNumber(r->parser);
}

static void reader_stop(reader *r, kr_status status)
{
    if (r->status == KR_OK)
        r->status = status;
    (void)XML_StopParser(r->parser, XML_FALSE);
}

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
    return (size_t)(first >> 48) & (XML_NAMES - 1);
}

/* The entry of a name, which lives as long as the nodes; NULL after recording the failure. */
static const name_entry *reader_name(reader *r, const char *text, size_t len)
{
    name_entry *e = &r->name[name_hash(text, len)];
    while (e->text && (e->len != len || memcmp(e->text, text, len) != 0))
        e = e + 1 < r->name + XML_NAMES ? e + 1 : r->name;
    if (e->text)
        return e;
    if (r->nnames >= XML_NAMES / 2) {
        r->status = kr_fail_at(r->ctx, r->path, reader_line(r),
                               "more than %d different names of elements and attributes; no NRML "
                               "document has so many",
                               (int)XML_NAMES / 2);
        return NULL;
    }
    e->text = kr_arena_strndup(r->handler ? &r->names : r->nodes, text, len);
    e->len = len;
    r->nnames++;
    return e->text ? e : NULL;
}

/* The namespace at the beginning of an element's name: nearly always one of the last two. */
static const name_entry *reader_namespace(reader *r, const char *name)
{
    for (int i = 0; i < 2; i++) {
        const name_entry *ns = r->last_ns[i];
        if (ns && ns->len > 0 && strncmp(name, ns->text, ns->len) == 0 &&
            name[ns->len] == XML_SEPARATOR)
            return ns;
    }
    const char *sep = strchr(name, XML_SEPARATOR);
    r->last_ns[1] = r->last_ns[0];
    r->last_ns[0] = reader_name(r, name, sep ? (size_t)(sep - name) : 0);
    return r->last_ns[0];
}

static const char *local_part(const char *name)
{
    const char *sep = strchr(name, XML_SEPARATOR);
    return sep ? sep + 1 : name;
}

/* The attributes of a start tag, in r->attrs, borrowed from the parser. */
static kr_status reader_attrs(reader *r, const XML_Char **atts, size_t *n)
{
    *n = 0;
    for (size_t i = 0; atts[i]; i += 2) {
        if (*n == XML_ATTRS)
            return kr_fail_at(r->ctx, r->path, reader_line(r),
                              "more than %d attributes in one element; at most %d are read",
                              (int)XML_ATTRS, (int)XML_ATTRS);
        const char *name = local_part(atts[i]);
        r->name_len[*n] = strlen(name);
        r->value_len[*n] = strlen(atts[i + 1]);
        if (r->value_len[*n] > XML_ATTRIBUTE)
            return kr_fail_at(r->ctx, r->path, reader_line(r),
                              "the attribute %.40s is longer than %d characters; "
                              "long lists belong into the text of an element",
                              name, (int)XML_ATTRIBUTE);
        r->attrs[*n] = (kr_attr){name, atts[i + 1]};
        ++*n;
    }
    return KR_OK;
}

/* Copy the node of a start tag into the arena of nodes, in one block with its attributes, which are
 * borrowed from the parser, and their values. */
static kr_status reader_keep(reader *r, const kr_node *from, kr_node **out)
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
        const name_entry *name = reader_name(r, from->attrs[i].name, r->name_len[i]);
        if (!name)
            return r->status != KR_OK ? r->status : KR_ENOMEM;
        memcpy(value, from->attrs[i].value, r->value_len[i]);
        attrs[i] = (kr_attr){name->text, value};
        value += r->value_len[i] + 1;
    }
    *out = node;
    return KR_OK;
}

/* The tag, the namespace, the line and the attributes of a start tag. */
static kr_status reader_head(reader *r, const XML_Char *name, const XML_Char **atts, kr_node *node)
{
    const name_entry *ns = reader_namespace(r, name);
    if (!ns)
        return r->status != KR_OK ? r->status : KR_ENOMEM;
    const char *local = name + ns->len + (ns->len > 0 || *name == XML_SEPARATOR);
    const name_entry *tag = reader_name(r, local, strlen(local));
    if (!tag)
        return r->status != KR_OK ? r->status : KR_ENOMEM;
    *node = (kr_node){.tag = tag->text, .ns = ns->text, .file = r->path, .text = r->empty};
    node->line = reader_line(r);
    node->attrs = r->attrs;
    if (r->depth == XML_DEPTH)
        return kr_fail_at(r->ctx, r->path, node->line,
                          "elements are nested deeper than %d; no NRML document is",
                          (int)XML_DEPTH);
    return reader_attrs(r, atts, &node->nattrs);
}

static kr_status reader_start(reader *r, const XML_Char *name, const XML_Char **atts)
{
    kr_status s = KR_OK;
    frame *parent = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
    kr_node node;

    KR_TRY(reader_head(r, name, atts, &node));
    frame *f = &r->frames[r->depth];
    f->len = 0;
    f->last = NULL;
    f->node = NULL;
    f->line = node.line;
    f->tag = node.tag;
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

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **atts)
{
    reader *r = user;
    if (r->status != KR_OK)
        return;
    kr_status s = reader_start(r, name, atts);
    if (s != KR_OK)
        reader_stop(r, s);
}

static kr_status reader_end(reader *r)
{
    kr_status s = KR_OK;
    frame *f = &r->frames[--r->depth];
    if (f->action == KR_XML_SKIP)
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

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    reader *r = user;
    (void)name;
    if (r->status != KR_OK)
        return;
    kr_status s = reader_end(r);
    if (s != KR_OK)
        reader_stop(r, s);
}

static kr_status reader_text(reader *r, frame *f, const char *text, size_t len)
{
    kr_status s = KR_OK;
    if (f->len + len > XML_TEXT)
        return kr_fail_at(r->ctx, r->path, f->line,
                          "the text of <%s> is longer than %d MiB; split the element", f->tag,
                          (int)XML_TEXT / (1024 * 1024));
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

static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    reader *r = user;
    if (r->status != KR_OK || r->depth == 0)
        return;
    frame *f = &r->frames[r->depth - 1];
    if (f->action != KR_XML_COLLECT)
        return;
    kr_status s = reader_text(r, f, text, (size_t)len);
    if (s != KR_OK)
        reader_stop(r, s);
}

/* The parameters are expat's. NOLINTNEXTLINE(readability-function-size) */
static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter,
                              const XML_Char *value, int value_length, const XML_Char *base,
                              const XML_Char *system_id, const XML_Char *public_id,
                              const XML_Char *notation)
{
    reader *r = user;
    (void)is_parameter, (void)value, (void)value_length, (void)base;
    (void)system_id, (void)public_id, (void)notation;
    if (r->status != KR_OK)
        return;
    reader_stop(r, kr_fail_at(r->ctx, r->path, reader_line(r),
                              "the entity '%.40s' is declared; NRML documents declare none, write "
                              "its text instead",
                              name));
}

/* The rest of a character that begins with the byte p[0] in UTF-8, up to U+FFFF. */
static int XMLCALL decode_utf8(void *data, const char *p)
{
    const unsigned char *b = (const unsigned char *)p;
    (void)data;
    if (b[0] < 0xE0)
        return (b[1] & 0xC0) == 0x80 ? (b[0] & 0x1F) << 6 | (b[1] & 0x3F) : -1;
    if ((b[1] & 0xC0) != 0x80 || (b[2] & 0xC0) != 0x80)
        return -1;
    return (b[0] & 0x0F) << 12 | (b[1] & 0x3F) << 6 | (b[2] & 0x3F);
}

/* "utf8" is a name that expat does not know. */
static int XMLCALL on_encoding(void *data, const XML_Char *name, XML_Encoding *info)
{
    (void)data;
    if (!kr_str_ieq(name, "utf8"))
        return XML_STATUS_ERROR;
    for (int i = 0; i < 256; i++) {
        info->map[i] = i < 0x80 ? i : -1;
        if (i >= 0xC2 && i < 0xE0)
            info->map[i] = -2;
        if (i >= 0xE0 && i < 0xF0)
            info->map[i] = -3;
    }
    info->data = NULL;
    info->convert = decode_utf8;
    info->release = NULL;
    return XML_STATUS_OK;
}

/* What is wrong with the XML, in words. */
static kr_status reader_malformed(reader *r)
{
    enum XML_Error code = XML_GetErrorCode(r->parser);
    const frame *f = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
    int line = reader_line(r);

    if (code == XML_ERROR_NO_MEMORY)
        return kr_fail(r->ctx, KR_ENOMEM, "out of memory while reading %s", r->path);
    bool cut = code == XML_ERROR_NO_ELEMENTS || code == XML_ERROR_UNCLOSED_TOKEN ||
               code == XML_ERROR_PARTIAL_CHAR || code == XML_ERROR_UNCLOSED_CDATA_SECTION;
    if (cut && f)
        return kr_fail_at(r->ctx, r->path, line,
                          "the file ends inside <%s> of line %d; it was cut short or </%s> is "
                          "missing",
                          f->tag, f->line, f->tag);
    if (cut)
        return kr_fail_at(r->ctx, r->path, line,
                          "the file has no XML element; a NRML document begins with <nrml>");
    if (code == XML_ERROR_TAG_MISMATCH && f)
        return kr_fail_at(r->ctx, r->path, line,
                          "an end tag that does not match; </%s> is wanted for <%s> of line %d",
                          f->tag, f->tag, f->line);
    if (code == XML_ERROR_UNKNOWN_ENCODING)
        return kr_fail_at(r->ctx, r->path, line,
                          "the encoding is not known; UTF-8 is, and ISO-8859-1");
    return kr_fail_at(r->ctx, r->path, line, "XML: %s", XML_ErrorString(code));
}

/* Push the file through the parser. An unfinished token may not grow without end: the parser would
 * look at its beginning again with every push. */
static kr_status reader_push(reader *r, int fd)
{
    XML_Index fed = 0;
    char text[128];

    for (bool last = false; !last;) {
        void *buffer = XML_GetBuffer(r->parser, XML_PUSH);
        if (!buffer)
            return kr_fail(r->ctx, KR_ENOMEM, "out of memory while reading %s", r->path);
        ssize_t n = read(fd, buffer, XML_PUSH);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return kr_fail(r->ctx, KR_EIO, "%s: cannot be read: %s", r->path,
                           strerror_r(errno, text, sizeof text));
        last = n == 0;
        fed += (XML_Index)n;
        if (XML_ParseBuffer(r->parser, (int)n, last) != XML_STATUS_OK)
            return r->status != KR_OK ? r->status : reader_malformed(r);
        if (fed - XML_GetCurrentByteIndex(r->parser) > XML_ATTRIBUTE + 2 * XML_PUSH)
            return kr_fail_at(r->ctx, r->path, reader_line(r),
                              "a tag or comment is longer than %d characters; long lists belong "
                              "into the text of an element",
                              (int)XML_ATTRIBUTE);
        if (kr_interrupted(r->ctx))
            return kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted while reading %s", r->path);
    }
    return KR_OK;
}

static kr_status xml_open(kr_ctx *ctx, const char *path, int *fd)
{
    struct stat st;
    char text[128];

    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe would hang the open */
    if (*fd < 0)
        return kr_fail(ctx, KR_EINPUT, "%s: cannot be opened: %s", path,
                       strerror_r(errno, text, sizeof text));
    if (fstat(*fd, &st) != 0 || !S_ISREG(st.st_mode))
        return kr_fail(ctx, KR_EINPUT, "%s: is not a regular file; an XML document is needed",
                       path);
    return KR_OK;
}

static kr_status xml_run(kr_ctx *ctx, const char *path, const kr_xml_handler *handler,
                         kr_arena *nodes, kr_node **root)
{
    kr_status s = KR_OK;
    reader *r = NULL;
    int fd = -1;

    KR_TRY(xml_open(ctx, path, &fd));
    KR_NEW(r, ctx, KR_ACCOUNT_READING, 1);
    r->ctx = ctx;
    r->path = path;
    r->handler = handler;
    kr_arena_init(&r->names, ctx, KR_ACCOUNT_READING);
    kr_arena_init(&r->own, ctx, KR_ACCOUNT_READING);
    r->nodes = nodes ? nodes : &r->own;
    r->parser = XML_ParserCreateNS(NULL, XML_SEPARATOR);
    if (!r->parser) {
        s = kr_fail(ctx, KR_ENOMEM, "out of memory while reading %s", path);
        goto out;
    }
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetEntityDeclHandler(r->parser, on_entity);
    XML_SetUnknownEncodingHandler(r->parser, on_encoding, NULL);
    KR_TRY(reader_push(r, fd));
    if (root)
        *root = r->root;
out:
    if (r) {
        for (int i = 0; i < XML_DEPTH; i++)
            kr_free(r->frames[i].text);
        kr_arena_clear(&r->names);
        kr_arena_clear(&r->own);
        if (r->parser)
            XML_ParserFree(r->parser);
        kr_free(r);
    }
    if (fd >= 0)
        (void)close(fd);
    return s;
}

kr_status kr_xml_read(kr_ctx *ctx, const char *path, const kr_xml_handler *handler)
{
    return xml_run(ctx, path, handler, NULL, NULL);
}

kr_status kr_xml_load(kr_ctx *ctx, const char *path, kr_arena *arena, kr_node **root)
{
    return xml_run(ctx, path, NULL, arena, root);
}
