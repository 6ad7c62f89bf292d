/* Bytes of XML: their classes, blanks, names, characters. For the files xml*.c only. */
#ifndef KR_INPUT_XML_BYTES_H
#define KR_INPUT_XML_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Classes of bytes. */
enum { NAME_FIRST = 1, NAME_CHAR = 2, IN_TEXT = 4, IN_VALUE = 8, IN_COMMENT = 16, BLANK = 32 };

/* The classes of all bytes. */
static inline void kr_xml_classes(unsigned char class[256])
{
    for (int c = 0x20; c < 0x80; c++) {
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
        bool more = (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
        class[c] =
            (unsigned char)((letter ? NAME_FIRST | NAME_CHAR
                             : more ? NAME_CHAR
                                    : 0) |
                            (c == '<' || c == '&' || c == ']' ? 0 : IN_TEXT) |
                            (strchr("<&'\"", c) ? 0 : IN_VALUE) | (c == '-' ? 0 : IN_COMMENT));
    }
    class['\t'] = IN_TEXT | IN_COMMENT | BLANK;
    class[' '] |= BLANK;
    class['\n'] = BLANK;
}

/* The bytes of the character at p beyond ASCII, 0 if it is none or four bytes long. The 0 behind
 * the buffer belongs to none. */
static inline size_t kr_xml_utf8_length(const char *p)
{
    const unsigned char *b = (const unsigned char *)p;

    if (b[0] >= 0xC2 && b[0] < 0xE0)
        return (b[1] & 0xC0) == 0x80 ? 2 : 0;
    if (b[0] < 0xE0 || b[0] >= 0xF0)
        return 0;
    unsigned char from = b[0] == 0xE0 ? 0xA0 : 0x80, to = b[0] == 0xED ? 0x9F : 0xBF;
    if (b[1] < from || b[1] > to || (b[2] & 0xC0) != 0x80)
        return 0;
    return b[0] == 0xEF && b[1] == 0xBF && b[2] >= 0xBE ? 0 : 3; /* U+FFFE and U+FFFF */
}

/* Behind the blanks at p. A CR counts only before its LF. */
static inline char *kr_xml_skip_blanks(const unsigned char *class, char *p, int *line)
{
    for (;; p++) {
        if (!(class[(unsigned char)*p] & BLANK) && !(*p == '\r' && p[1] == '\n'))
            return p;
        *line += *p == '\n';
    }
}

static inline char *kr_xml_skip_name(const unsigned char *class, char *p)
{
    if (!(class[(unsigned char)*p] & NAME_FIRST))
        return NULL;
    while (class[(unsigned char)*p] & NAME_CHAR)
        p++;
    return p;
}

/* The character that the reference at p stands for, and its length; 0 if it is none of the five. */
static inline char kr_xml_entity(const char *p, size_t *len)
{
    static const struct {
        const char *text;
        size_t len;
        char c;
    } entities[] = {{"&lt;", 4, '<'},
                    {"&gt;", 4, '>'},
                    {"&amp;", 5, '&'},
                    {"&quot;", 6, '"'},
                    {"&apos;", 6, '\''}};

    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
        if (strncmp(p, entities[i].text, entities[i].len) == 0) {
            *len = entities[i].len;
            return entities[i].c;
        }
    }
    return '\0';
}

#endif
