#include "tree/name.h"

#include <string.h>

enum { LETTERS_ASCII = 89, LETTERS = 183 };

static const char ascii[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}!#$%&'()*+-/"
    "0123456789:;<=>?@";
_Static_assert(sizeof ascii - 1 == LETTERS_ASCII, "the alphabet begins with 89 letters");

static unsigned long name_code_point(size_t i)
{
    unsigned long c;

    if (i < LETTERS) {
        c = 0xa1 + (unsigned long)(i - LETTERS_ASCII);
        return c >= 0xad ? c + 1 : c; /* without the soft hyphen */
    }
    c = 0x100 + (unsigned long)(i - LETTERS);
    return c >= 0xd800 ? c + 0x800 : c; /* without surrogates */
}

size_t kr_letter(size_t i, char *out)
{
    unsigned long c;

    if (i < LETTERS_ASCII) {
        out[0] = ascii[i];
        return 1;
    }
    c = name_code_point(i);
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | (c >> 18 & 0x07));
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

size_t kr_letter_pair(size_t i, char out[2 * KR_LETTER_MAX])
{
    size_t n = kr_letter(i / LETTERS, out);

    return n + kr_letter(i % LETTERS, out + n);
}

int kr_branch_order(const char *a, bool a_last, const char *b, bool b_last)
{
    size_t i = 0;
    int x, y;

    while (a[i] && a[i] == b[i])
        i++;
    x = a[i] ? (unsigned char)a[i] : a_last ? 0 : '~';
    y = b[i] ? (unsigned char)b[i] : b_last ? 0 : '~';
    return x - y;
}
