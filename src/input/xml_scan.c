/* XML as nearly all documents are: UTF-8 without a document type, read in place from one buffer.
 * What is seldom (CDATA, processing instructions, numeric character references, other encodings)
 * and what is wrong is left to expat, which goes on at that byte: only it says what is wrong. So
 * everything read here must be well formed beyond doubt, with names and namespaces; in doubt it is
 * not read. */
#include "base/mem.h"
#include "base/str.h"
#include "input/xml_bytes.h"
#include "input/xml_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum {
    SCAN_ATTRS = 64,                                /* of one tag */
    SCAN_BINDINGS = 32,                             /* of prefixes */
    SCAN_TOKEN = KR_XML_ATTRIBUTE + 2 * KR_XML_PUSH /* bytes of the longest */
};

/* A namespace declaration: the prefix, "" for the default, of the elements from that depth on. */
typedef struct binding {
    const char *prefix;
    const kr_xml_name *uri;
    int depth;
} binding;

/* An attribute as it stands in the buffer. */
typedef struct scan_attr {
    char *name, *value;
    size_t name_len, value_len;
    kr_xml_name *entry;
    bool folds;    /* has line ends or tabs, which are read as blanks */
    bool entities; /* has references to entities */
} scan_attr;

typedef struct scan {
    kr_xml_reader *r;
    char *buffer;   /* ends with a 0 behind the last byte */
    size_t cap;     /* without that 0 */
    char *at, *end; /* what is not read yet */
    long long base; /* place of the buffer's first byte in the file */
    long long leap; /* place where the content begins that is leapt over */
    bool last;      /* nothing follows in the file */
    bool begun;     /* the root was met */
    int line;       /* of `at` */
    unsigned epoch; /* of the bindings; never 0 */
    size_t nbindings;
    binding bindings[SCAN_BINDINGS];
    scan_attr attrs[SCAN_ATTRS];
    unsigned char class[256];
} scan;

/* ------------------------------------------------------------------ the parts of a tag */

/* The value that begins behind its quotation mark; NULL if it is not whole and plain. */
static char *scan_value(const scan *sc, char *p, scan_attr *attr, int *line)
{
    char quote = p[-1];
    size_t len = 0;

    attr->value = p;
    attr->folds = attr->entities = false;
    for (;; p++) {
        while (sc->class[(unsigned char)*p] & IN_VALUE)
            p++;
        if (*p == quote) {
            attr->value_len = (size_t)(p - attr->value);
            return p;
        }
        if (*p == '\n' || *p == '\t') {
            attr->folds = true;
            *line += *p == '\n';
        } else if (*p == '&') {
            if (!kr_xml_entity(p, &len))
                return NULL;
            attr->entities = true;
        } else if (*p != '"' && *p != '\'') {
            len = kr_xml_utf8_length(p);
            if (len == 0)
                return NULL;
            p += len - 1;
        }
    }
}

/* The attributes from p to the end of the tag; NULL if they are not whole and plain. */
static char *scan_attrs(scan *sc, char *p, size_t *n, int *line)
{
    for (*n = 0;; ++*n) {
        char *blank = p;
        p = kr_xml_skip_blanks(sc->class, p, line);
        if (*p == '>' || *p == '/')
            return p;
        scan_attr *attr = &sc->attrs[*n];
        if (p == blank || *n == SCAN_ATTRS - 1)
            return NULL;
        attr->name = p;
        p = kr_xml_skip_name(sc->class, p);
        if (!p)
            return NULL;
        attr->name_len = (size_t)(p - attr->name);
        p = kr_xml_skip_blanks(sc->class, p, line);
        if (*p != '=')
            return NULL;
        p = kr_xml_skip_blanks(sc->class, p + 1, line);
        if (*p != '"' && *p != '\'')
            return NULL;
        p = scan_value(sc, p + 1, attr, line);
        if (!p)
            return NULL;
        p++;
    }
}

/* The value ends with a 0 from now on, and its references and line ends are replaced. */
static void settle_value(scan_attr *attr)
{
    char *to = attr->value;
    size_t len = 0;

    attr->value[attr->value_len] = '\0';
    if (!attr->folds && !attr->entities)
        return;
    for (const char *p = attr->value; *p; p += len) {
        char c = *p;
        len = 1;
        if (c == '&')
            c = kr_xml_entity(p, &len);
        *to++ = c == '\n' || c == '\t' ? ' ' : c;
    }
    *to = '\0';
    attr->value_len = (size_t)(to - attr->value);
}

/* ------------------------------------------------------------------ namespaces */

/* A declaration that is allowed and has no character that is replaced. */
static bool declaration_plain(const scan_attr *attr)
{
    static const char *const reserved[] = {"http://www.w3.org/XML/1998/namespace",
                                           "http://www.w3.org/2000/xmlns/"};

    if (attr->folds || attr->entities)
        return false;
    for (size_t i = 0; i < 2; i++) {
        if (attr->value_len == strlen(reserved[i]) &&
            memcmp(attr->value, reserved[i], attr->value_len) == 0)
            return false;
    }
    const char *prefix = attr->entry->text + attr->entry->local;
    return attr->entry->local == 0 || (attr->value_len > 0 && strncmp(prefix, "xml", 3) != 0);
}

/* The namespace of a name with its prefix; NULL if it is not declared. */
static const kr_xml_name *scan_resolve(scan *sc, kr_xml_name *name)
{
    size_t len = name->local > 0 ? name->local - 1 : 0;

    if (name->epoch == sc->epoch)
        return name->ns;
    name->ns = NULL;
    for (size_t i = sc->nbindings; i-- > 0 && !name->ns;) {
        const char *prefix = sc->bindings[i].prefix;
        if (strncmp(prefix, name->text, len) == 0 && prefix[len] == '\0')
            name->ns = sc->bindings[i].uri;
    }
    if (!name->ns && len == 0)
        name->ns = kr_xml_name_of(sc->r, "", 0);
    name->epoch = sc->epoch;
    return name->ns;
}

/* The names of n attributes: declarations are taken, prefixes must be declared and local names
 * differ. Returns false if expat should look at them. */
static bool scan_names(scan *sc, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        scan_attr *attr = &sc->attrs[i];
        attr->entry = kr_xml_name_of(sc->r, attr->name, attr->name_len);
        if (!attr->entry || attr->entry->odd)
            return false;
        for (size_t k = 0; k < i; k++) {
            const kr_xml_name *a = sc->attrs[k].entry, *b = attr->entry;
            if (a == b || ((a->local > 0 || b->local > 0) &&
                           strcmp(a->text + a->local, b->text + b->local) == 0))
                return false;
        }
        if (!attr->entry->declares)
            continue;
        if (sc->nbindings == SCAN_BINDINGS || !declaration_plain(attr))
            return false;
        kr_xml_name *uri = kr_xml_name_of(sc->r, attr->value, attr->value_len);
        if (!uri)
            return false;
        const char *prefix = attr->entry->local > 0 ? attr->entry->text + attr->entry->local : "";
        sc->bindings[sc->nbindings++] = (binding){prefix, uri, sc->r->depth};
        sc->epoch++;
    }
    for (size_t i = 0; i < n; i++) {
        kr_xml_name *name = sc->attrs[i].entry;
        if (name->local > 0 && !name->declares && !scan_resolve(sc, name))
            return false;
    }
    return true;
}

/* Declarations of elements that are closed end. */
static void scan_unbind(scan *sc)
{
    while (sc->nbindings > 0 && sc->bindings[sc->nbindings - 1].depth >= sc->r->depth) {
        sc->nbindings--;
        sc->epoch++;
    }
}

/* ------------------------------------------------------------------ tokens */

/* Each returns true if the token at `at` was read. False: it is not whole or not plain, `at` still
 * stands there; or r->status tells of a failure. */
static bool scan_failed(scan *sc, kr_status s)
{
    if (s != KR_OK)
        sc->r->status = s;
    return s != KR_OK;
}

static bool scan_end(scan *sc)
{
    kr_xml_reader *r = sc->r;
    int line = sc->line;

    if (r->depth == 0)
        return false;
    const kr_xml_name *name = r->frames[r->depth - 1].name;
    if ((size_t)(sc->end - sc->at) < name->len + 3U ||
        memcmp(sc->at + 2, name->text, name->len) != 0)
        return false;
    char *p = kr_xml_skip_blanks(sc->class, sc->at + 2 + name->len, &line);
    if (*p != '>')
        return false;
    sc->at = p + 1;
    r->line = sc->line = line;
    if (scan_failed(sc, kr_xml_end(r)))
        return false;
    scan_unbind(sc);
    return true;
}

/* Hand over a start tag with n attributes. */
static kr_status scan_hand_over(scan *sc, const kr_xml_name *tag, const kr_xml_name *ns, size_t n)
{
    kr_status s = KR_OK;
    kr_xml_reader *r = sc->r;
    int depth = r->depth;

    r->nattrs = 0;
    for (size_t i = 0; i < n; i++) {
        scan_attr *attr = &sc->attrs[i];
        if (attr->entry->declares)
            continue;
        settle_value(attr);
        KR_TRY(
            kr_xml_attr(r, attr->entry->text + attr->entry->local, attr->value, attr->value_len));
    }
    KR_TRY(kr_xml_start(r, tag->text + tag->local, ns->text));
    r->frames[depth].name = tag;
    sc->begun = true;
    sc->leap = sc->base + (sc->at - sc->buffer);
out:
    return s;
}

static bool scan_start(scan *sc)
{
    kr_xml_reader *r = sc->r;
    int line = sc->line;
    size_t n = 0;
    char *name = sc->at + 1, *p = kr_xml_skip_name(sc->class, name);

    if (!p || (r->depth == 0 && sc->begun))
        return false;
    size_t len = (size_t)(p - name);
    p = scan_attrs(sc, p, &n, &line);
    bool empty = p && *p == '/';
    if (!p || (empty && *++p != '>'))
        return false;
    r->line = sc->line;
    size_t nbindings = sc->nbindings;
    kr_xml_name *tag = kr_xml_name_of(r, name, len);
    const kr_xml_name *ns = NULL;
    if (tag && !tag->odd && !tag->xml && scan_names(sc, n))
        ns = scan_resolve(sc, tag);
    if (!ns) {
        sc->nbindings = nbindings;
        sc->epoch++;
        return false;
    }
    sc->at = p + 1;
    sc->line = line;
    if (scan_failed(sc, scan_hand_over(sc, tag, ns, n)))
        return false;
    if (empty) {
        if (scan_failed(sc, kr_xml_end(r)))
            return false;
        scan_unbind(sc);
    }
    return true;
}

static bool scan_comment(scan *sc)
{
    int line = sc->line;
    char *p = sc->at + 4;

    if (strncmp(sc->at, "<!--", 4) != 0)
        return false;
    for (;; p++) {
        while (sc->class[(unsigned char)*p] & IN_COMMENT)
            p++;
        if (*p == '-' && p[1] == '-')
            break;
        if (*p == '\n') {
            line++;
        } else if (*p != '-' && !(*p == '\r' && p[1] == '\n')) {
            size_t len = kr_xml_utf8_length(p);
            if (len == 0)
                return false;
            p += len - 1;
        }
    }
    if (p[2] != '>')
        return false;
    sc->at = p + 3;
    sc->line = line;
    return true;
}

/* One of the parts of the XML declaration, name='value'; NULL if it is not there. */
static char *declared(const scan *sc, char *p, const char *name, const char *value, int *line)
{
    size_t len = strlen(name), value_len = strlen(value);
    char *start = kr_xml_skip_blanks(sc->class, p, line);

    if (start == p || strncmp(start, name, len) != 0)
        return NULL;
    p = kr_xml_skip_blanks(sc->class, start + len, line);
    if (*p != '=')
        return NULL;
    p = kr_xml_skip_blanks(sc->class, p + 1, line);
    char quote = *p++;
    if ((quote != '"' && quote != '\'') || strncmp(p, value, value_len) != 0)
        return NULL;
    return p[value_len] == quote ? p + value_len + 1 : NULL;
}

/* At the beginning of the file: the byte order mark and the XML declaration. */
static bool scan_declaration(scan *sc)
{
    static const char *const encodings[] = {"UTF-8", "utf-8", "utf8"};
    int line = sc->line;
    char *p = sc->at, *next = NULL;

    if (strncmp(p, "\xEF\xBB\xBF", 3) == 0)
        p += 3;
    if (strncmp(p, "<?xml", 5) == 0) {
        p = declared(sc, p + 5, "version", "1.0", &line);
        for (size_t i = 0; p && i < 3 && !next; i++)
            next = declared(sc, p, "encoding", encodings[i], &line);
        if (!p)
            return false;
        p = kr_xml_skip_blanks(sc->class, next ? next : p, &line);
        if (p[0] != '?' || p[1] != '>')
            return false;
        p += 2;
    }
    sc->at = p;
    sc->line = line;
    return true;
}

static bool scan_text(scan *sc, char *p, const char *from)
{
    size_t len = (size_t)(p - from);
    sc->at = p;
    return len == 0 || !scan_failed(sc, kr_xml_text(sc->r, from, len));
}

/* Text up to the next tag or comment. What was read of it counts, whole or not. */
static bool scan_content(scan *sc)
{
    char *p = sc->at, *from = p;
    size_t len = 0;

    for (;; p += len) {
        while (sc->class[(unsigned char)*p] & IN_TEXT)
            p++;
        len = 1;
        if (*p == '\n') {
            sc->line++;
        } else if (*p == '<') {
            return scan_text(sc, p, from);
        } else if (*p == '&' || *p == '\r') {
            char c = *p == '&' ? kr_xml_entity(p, &len) : '\0';
            bool known = c || (*p == '\r' && p[1] == '\n');
            if (!scan_text(sc, p, from) || !known)
                return false;
            from = p + len;
            if (c && scan_failed(sc, kr_xml_text(sc->r, &c, 1)))
                return false;
            if (!c) { /* the LF goes with its CR */
                from = p + 1;
                len = 2;
                sc->line++;
            }
            sc->at = p + len;
        } else if (*p == ']') {
            if (p[1] == ']' || p[1] == '\0') {
                (void)!scan_text(sc, p, from);
                return false;
            }
        } else {
            len = kr_xml_utf8_length(p);
            if (len == 0) {
                (void)!scan_text(sc, p, from);
                return false;
            }
        }
    }
}

static int count_lines(const char *from, const char *to)
{
    int n = 0;
    for (; from < to; from++)
        n += *from == '\n';
    return n;
}

/* Whether nobody looks at what the innermost element contains. */
static bool leaps(const kr_xml_reader *r)
{
    return r->depth > 0 && r->frames[r->depth - 1].action == KR_XML_LEAP;
}

/* The rest of what is leapt over, with the end tag. False where the end is not in the buffer, or
 * not beyond doubt: at an element of the same name, CDATA, an instruction. */
static bool scan_leap(scan *sc)
{
    const kr_xml_name *name = sc->r->frames[sc->r->depth - 1].name;
    char *p = kr_xml_next_tag(sc->at, sc->end, name, &sc->line);

    for (; p; p = kr_xml_next_tag(p + 1, sc->end, name, &sc->line)) {
        const char *tag = p + 1 + (p[1] == '/');
        if ((size_t)(sc->end - p) < name->len + 4U || p[1] == '?')
            break;
        if (p[1] == '!') {
            char *end = strncmp(p, "<!--", 4) == 0 ? strstr(p + 4, "-->") : NULL;
            if (!end)
                break;
            sc->line += count_lines(p, end);
            p = end;
        } else if (memcmp(tag, name->text, name->len) == 0 &&
                   !(sc->class[(unsigned char)tag[name->len]] & NAME_CHAR)) {
            break;
        }
    }
    sc->at = p ? p : sc->end;
    return p && p[1] == '/' && scan_end(sc);
}

/* One token. */
static bool scan_token(scan *sc)
{
    if (leaps(sc->r))
        return scan_leap(sc);
    if (sc->base == 0 && sc->at == sc->buffer && !scan_declaration(sc))
        return false;
    if (*sc->at != '<') {
        if (sc->r->depth > 0)
            return scan_content(sc);
        char *p = kr_xml_skip_blanks(sc->class, sc->at, &sc->line);
        bool any = p > sc->at;
        sc->at = p;
        return any;
    }
    if (sc->at[1] == '/')
        return scan_end(sc);
    if (sc->at[1] == '!')
        return scan_comment(sc);
    return scan_start(sc);
}

/* ------------------------------------------------------------------ the file */

/* More of the file behind what is not read yet. */
static kr_status scan_fill(scan *sc, int fd)
{
    kr_status s = KR_OK;
    kr_xml_reader *r = sc->r;
    size_t left = (size_t)(sc->end - sc->at);
    char text[128];

    sc->base += sc->at - sc->buffer;
    if (left == sc->cap) {
        char *larger = kr_alloc(r->ctx, KR_ACCOUNT_READING, 2 * sc->cap + 1, 1);
        if (!larger)
            return KR_ENOMEM;
        memcpy(larger, sc->at, left);
        kr_free(sc->buffer);
        sc->buffer = larger;
        sc->cap *= 2;
    } else if (left > 0) {
        memmove(sc->buffer, sc->at, left);
    }
    sc->at = sc->buffer;
    sc->end = sc->buffer + left;
    while (sc->end < sc->buffer + sc->cap && !sc->last) {
        ssize_t n = read(fd, sc->end, (size_t)(sc->buffer + sc->cap - sc->end));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return kr_fail(r->ctx, KR_EIO, "%s: cannot be read: %s", r->path,
                           strerror_r(errno, text, sizeof text));
        sc->last = n == 0;
        sc->end += n;
    }
    *sc->end = '\0';
    if (kr_interrupted(r->ctx))
        s = kr_fail(r->ctx, KR_EINTERRUPTED, "interrupted while reading %s", r->path);
    return s;
}

kr_status kr_xml_scan(kr_xml_reader *r, int fd, long long *stop)
{
    kr_status s = KR_OK;
    scan *sc = NULL;

    *stop = 0;
    KR_NEW(sc, r->ctx, KR_ACCOUNT_READING, 1);
    sc->r = r;
    sc->cap = KR_XML_PUSH;
    sc->line = 1;
    sc->epoch = 1;
    kr_xml_classes(sc->class);
    KR_NEW(sc->buffer, r->ctx, KR_ACCOUNT_READING, sc->cap + 1);
    sc->at = sc->end = sc->buffer;
    do {
        KR_TRY(scan_fill(sc, fd));
        while (sc->at < sc->end && scan_token(sc))
            continue;
        KR_TRY(r->status);
    } while (!sc->last && sc->end - sc->at < SCAN_TOKEN);
    *stop = leaps(r) ? sc->leap : sc->base + (sc->at - sc->buffer);
    if (sc->last && sc->at == sc->end && r->depth == 0 && sc->begun)
        *stop = -1;
out:
    if (sc)
        kr_free(sc->buffer);
    kr_free(sc);
    return s;
}
