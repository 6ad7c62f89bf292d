/* What is leapt over in XML, sixteen bytes at a time. */
#include "input/xml_reader.h"

#include <string.h>

typedef unsigned char sixteen __attribute__((vector_size(16), aligned(1), may_alias));

static bool any_set(sixteen x)
{
    uint64_t half[2];
    memcpy(half, &x, sizeof half);
    return (half[0] | half[1]) != 0;
}

/* Can a tag begin at p that is not of another element than `name`, by the letter in its middle? */
static bool may_matter(const char *p, const kr_xml_name *name)
{
    size_t k = name->len / 2;
    return *p == '<' && (p[1] == '!' || p[1] == '?' || p[1 + k] == name->text[k] ||
                         (p[1] == '/' && p[2 + k] == name->text[k]));
}

char *kr_xml_next_tag(char *p, char *end, const kr_xml_name *name, int *lines)
{
    const size_t k = name->len / 2;
    const ptrdiff_t reach = (ptrdiff_t)k + 18;
    const sixteen letter = (sixteen){0} + (unsigned char)name->text[k];

    for (bool found = false; end - p >= reach && !found;) {
        sixteen count = {0};
        for (int i = 0; i < 255 && end - p >= reach; i++, p += 16) { /* as far as a byte counts */
            sixteen x = *(const sixteen *)p, y = *(const sixteen *)(p + 1);
            sixteen open = *(const sixteen *)(p + 1 + k), close = *(const sixteen *)(p + 2 + k);
            sixteen matter = (sixteen)(y == '!') | (sixteen)(y == '?') | (sixteen)(open == letter) |
                             ((sixteen)(y == '/') & (sixteen)(close == letter));
            found = any_set((sixteen)(x == '<') & matter);
            if (found)
                break;
            count -= (sixteen)(x == '\n');
        }
        for (int i = 0; i < 16; i++)
            *lines += count[i];
    }
    for (; p < end && !(end - p < reach ? *p == '<' : may_matter(p, name)); p++)
        *lines += *p == '\n';
    return p < end ? p : NULL;
}
