#include "model/column.h"

#include <string.h>

typedef struct column_info {
    const char *name, *unit;
    kr_column_kind kind;
} column_info;

static const column_info columns[] = {
#define X(id, name, kind, unit) {name, unit, KR_COLUMN_##kind},
    KR_COLUMN_LIST(X)
#undef X
};

const char *kr_column_name(kr_column column)
{
    return columns[column].name;
}

const char *kr_column_unit(kr_column column)
{
    return columns[column].unit;
}

kr_column_kind kr_column_kind_of(kr_column column)
{
    return columns[column].kind;
}

kr_column kr_column_find(const char *name)
{
    unsigned i = 0;

    while (i < KR_COL_COUNT && strcmp(columns[i].name, name) != 0)
        i++;
    return (kr_column)i;
}

int kr_column_is_word(kr_column column)
{
    return strcmp(columns[column].unit, "word") == 0;
}

/* FNV-1a, folded to the 52 bits that a double holds exactly. No word is 0. */
double kr_column_code(const char *word)
{
    uint64_t h = 0xcbf29ce484222325u;

    if (!*word)
        return 0;
    for (const char *p = word; *p; p++)
        h = (h ^ (unsigned char)*p) * 0x100000001b3u;
    return (double)((h ^ (h >> 52)) & (((uint64_t)1 << 52) - 1));
}
