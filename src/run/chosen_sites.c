#include "run/chosen_sites.h"

#include "base/str.h"

#include <string.h>

/* A number, or two with a dash between. */
static bool read_range(char *word, size_t all, size_t *first, size_t *last)
{
    char *dash = strchr(word, '-');
    long long from, to;
    if (dash)
        *dash = '\0';
    if (!kr_parse_int(word, &from) || (dash && !kr_parse_int(dash + 1, &to)))
        return false;
    to = dash ? to : from;
    if (from < 0 || to < from || (size_t)to >= all)
        return false;
    *first = (size_t)from;
    *last = (size_t)to;
    return true;
}

kr_status kr_chosen_sites(kr_ctx *ctx, kr_arena *arena, const char *text, size_t all, size_t **out,
                          size_t *n)
{
    kr_status s = KR_OK;
    char **words;
    size_t nwords, total = 0, first, last, *sites = NULL;
    KR_TRY(kr_split_words(arena, text, true, &words, &nwords));
    for (int pass = 0; pass < 2; pass++) {
        KR_ANEW(sites, arena, total + 1);
        total = 0;
        for (size_t i = 0; i < nwords; i++) {
            char *word = kr_arena_strdup(arena, words[i]);
            KR_TRY(word ? KR_OK : KR_ENOMEM);
            if (!read_range(word, all, &first, &last))
                goto bad;
            for (size_t k = first; k <= last; k++, total++)
                if (pass == 1)
                    sites[total] = k;
        }
    }
    if (total > 0) {
        *out = sites;
        *n = total;
        return KR_OK;
    }
bad:
    s = kr_fail(ctx, KR_EUSAGE,
                "--sites %s: numbers and ranges from 0 to %zu were expected, such as 0,5-9", text,
                all - 1);
out:
    return s;
}
