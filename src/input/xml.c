#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "input/xml_reader.h"

#include <errno.h>
#include <expat.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define XML_SEPARATOR '\x1f'

/* Expat, which reads what kr_xml_scan leaves: all that is seldom or wrong. */
typedef struct expat_reader {
    kr_xml_reader *r;
    XML_Parser parser;
    XML_Index from;                /* what stands before was read already */
    const kr_xml_name *last_ns[2]; /* of the names before */
} expat_reader;

static int expat_line(const expat_reader *x)
{
    return (int)XML_GetCurrentLineNumber(x->parser);
}

static void expat_stop(expat_reader *x, kr_status status)
{
    if (x->r->status == KR_OK)
        x->r->status = status;
    (void)XML_StopParser(x->parser, XML_FALSE);
}

/* Whether the event at hand counts. */
static bool expat_counts(const expat_reader *x)
{
    return x->r->status == KR_OK && XML_GetCurrentByteIndex(x->parser) >= x->from;
}

/* The namespace at the beginning of an element's name: nearly always one of the last two. */
static const kr_xml_name *expat_namespace(expat_reader *x, const char *name)
{
    for (int i = 0; i < 2; i++) {
        const kr_xml_name *ns = x->last_ns[i];
        if (ns && ns->len > 0 && strncmp(name, ns->text, ns->len) == 0 &&
            name[ns->len] == XML_SEPARATOR)
            return ns;
    }
    const char *sep = strchr(name, XML_SEPARATOR);
    x->last_ns[1] = x->last_ns[0];
    x->last_ns[0] = kr_xml_name_of(x->r, name, sep ? (size_t)(sep - name) : 0);
    return x->last_ns[0];
}

/* The entry of a name without its namespace. */
static const kr_xml_name *expat_local(expat_reader *x, const char *name)
{
    const char *sep = strchr(name, XML_SEPARATOR);
    if (sep)
        name = sep + 1;
    return kr_xml_name_of(x->r, name, strlen(name));
}

static kr_status expat_start(expat_reader *x, const XML_Char *name, const XML_Char **atts)
{
    kr_status s = KR_OK;
    kr_xml_reader *r = x->r;

    r->line = expat_line(x);
    r->nattrs = 0;
    const kr_xml_name *ns = expat_namespace(x, name);
    const kr_xml_name *tag = ns ? expat_local(x, name) : NULL;
    if (!tag)
        return r->status;
    for (size_t i = 0; atts[i]; i += 2) {
        const kr_xml_name *attr = expat_local(x, atts[i]);
        if (!attr)
            return r->status;
        KR_TRY(kr_xml_attr(r, attr->text, atts[i + 1], strlen(atts[i + 1])));
    }
    KR_TRY(kr_xml_start(r, tag->text, ns->text));
out:
    return s;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **atts)
{
    expat_reader *x = user;
    if (!expat_counts(x))
        return;
    kr_status s = expat_start(x, name, atts);
    if (s != KR_OK)
        expat_stop(x, s);
}

/* The end of an element without content stands behind its tag and has no bytes. */
static void XMLCALL on_end(void *user, const XML_Char *name)
{
    expat_reader *x = user;
    (void)name;
    if (!expat_counts(x) ||
        (XML_GetCurrentByteIndex(x->parser) == x->from && XML_GetCurrentByteCount(x->parser) == 0))
        return;
    kr_status s = kr_xml_end(x->r);
    if (s != KR_OK)
        expat_stop(x, s);
}

/* A text may have been read in part, up to between two of its characters. */
static void XMLCALL on_text(void *user, const XML_Char *text, int len)
{
    expat_reader *x = user;
    XML_Index skip = x->from - XML_GetCurrentByteIndex(x->parser);

    if (x->r->status != KR_OK || x->r->depth == 0)
        return;
    if (skip > 0 && (skip >= len || len != XML_GetCurrentByteCount(x->parser)))
        return;
    if (skip > 0)
        text += skip, len -= (int)skip;
    kr_status s = kr_xml_text(x->r, text, (size_t)len);
    if (s != KR_OK)
        expat_stop(x, s);
}

/* The parameters are expat's. NOLINTNEXTLINE(readability-function-size) */
static void XMLCALL on_entity(void *user, const XML_Char *name, int is_parameter,
                              const XML_Char *value, int value_length, const XML_Char *base,
                              const XML_Char *system_id, const XML_Char *public_id,
                              const XML_Char *notation)
{
    expat_reader *x = user;
    (void)is_parameter, (void)value, (void)value_length, (void)base;
    (void)system_id, (void)public_id, (void)notation;
    if (x->r->status != KR_OK)
        return;
    expat_stop(x, kr_fail_at(x->r->ctx, x->r->path, expat_line(x),
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

/* What stands where no token begins is mostly one of two. */
static const char *expat_token_hint(const expat_reader *x)
{
    int offset = 0, size = 0;
    const char *text = XML_GetInputContext(x->parser, &offset, &size);

    for (int i = offset > 0 ? offset - 1 : 0; text && i < size && i <= offset + 1; i++) {
        if ((unsigned char)text[i] >= 0x80)
            return ": bytes that are no UTF-8; save the file as UTF-8, or name its encoding in "
                   "<?xml ...?>";
        if (text[i] == '&')
            return ": an ampersand is written &amp;";
    }
    return "";
}

/* What is wrong with the XML, in words. */
static kr_status expat_malformed(const expat_reader *x)
{
    const kr_xml_reader *r = x->r;
    enum XML_Error code = XML_GetErrorCode(x->parser);
    const kr_xml_frame *f = r->depth > 0 ? &r->frames[r->depth - 1] : NULL;
    int line = expat_line(x);

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
    return kr_fail_at(r->ctx, r->path, line, "XML: %s%s", XML_ErrorString(code),
                      code == XML_ERROR_INVALID_TOKEN ? expat_token_hint(x) : "");
}

/* Push the file through the parser. An unfinished token may not grow without end: the parser would
 * look at its beginning again with every push. */
static kr_status expat_push(expat_reader *x, int fd)
{
    kr_xml_reader *r = x->r;
    XML_Index fed = 0;
    char text[128];

    for (bool last = false; !last;) {
        void *buffer = XML_GetBuffer(x->parser, KR_XML_PUSH);
        if (!buffer)
            return kr_fail(r->ctx, KR_ENOMEM, "out of memory while reading %s", r->path);
        ssize_t n = pread(fd, buffer, KR_XML_PUSH, fed);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return kr_fail(r->ctx, KR_EIO, "%s: cannot be read: %s", r->path,
                           strerror_r(errno, text, sizeof text));
        last = n == 0;
        fed += (XML_Index)n;
        if (XML_ParseBuffer(x->parser, (int)n, last) != XML_STATUS_OK)
            return r->status != KR_OK ? r->status : expat_malformed(x);
        if (fed - XML_GetCurrentByteIndex(x->parser) > KR_XML_ATTRIBUTE + 2 * KR_XML_PUSH)
            return kr_fail_at(r->ctx, r->path, expat_line(x),
                              "a tag or comment is longer than %d characters; long lists belong "
                              "into the text of an element",
                              (int)KR_XML_ATTRIBUTE);
        if (kr_interrupted(r->ctx))
            return kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted while reading %s", r->path);
    }
    return KR_OK;
}

/* The document from its byte `from` on. */
static kr_status expat_read(kr_xml_reader *r, int fd, long long from)
{
    expat_reader x = {.r = r, .from = (XML_Index)from};

    x.parser = XML_ParserCreateNS(NULL, XML_SEPARATOR);
    if (!x.parser)
        return kr_fail(r->ctx, KR_ENOMEM, "out of memory while reading %s", r->path);
    XML_SetUserData(x.parser, &x);
    XML_SetElementHandler(x.parser, on_start, on_end);
    XML_SetCharacterDataHandler(x.parser, on_text);
    XML_SetEntityDeclHandler(x.parser, on_entity);
    XML_SetUnknownEncodingHandler(x.parser, on_encoding, NULL);
    kr_status s = expat_push(&x, fd);
    XML_ParserFree(x.parser);
    return s;
}

static kr_status xml_run(kr_ctx *ctx, const char *path, const kr_xml_handler *handler,
                         kr_arena *nodes, kr_node **root)
{
    kr_status s = KR_OK;
    kr_xml_reader *r = NULL;
    long long stop = 0;
    int64_t size;
    int fd = -1;

    KR_TRY(kr_file_open(ctx, path, &fd, &size));
    KR_NEW(r, ctx, KR_ACCOUNT_READING, 1);
    r->ctx = ctx;
    r->path = path;
    r->handler = handler;
    kr_arena_init(&r->names, ctx, KR_ACCOUNT_READING);
    kr_arena_init(&r->own, ctx, KR_ACCOUNT_READING);
    r->nodes = nodes ? nodes : &r->own;
    KR_TRY(kr_xml_scan(r, fd, &stop));
    if (stop >= 0)
        KR_TRY(expat_read(r, fd, stop));
    if (root)
        *root = r->root;
out:
    if (r) {
        for (int i = 0; i < KR_XML_DEPTH; i++)
            kr_free(r->frames[i].text);
        kr_arena_clear(&r->names);
        kr_arena_clear(&r->own);
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
