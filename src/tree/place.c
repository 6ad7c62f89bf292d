/* The sources as they stand in the files, and ids that stand for several contents. */
#include "base/phase.h"
#include "base/str.h"
#include "tree/build.h"

#include <stdlib.h>
#include <string.h>

static size_t place_count(const kr_source_file *file)
{
    size_t n = 0;

    for (size_t g = 0; g < file->ngroups; g++)
        n += file->groups[g].nsources;
    return n;
}

kr_status kr_build_places(kr_build *b)
{
    kr_status s = KR_OK;
    kr_smlt *t = b->smlt;
    kr_file_wanted *wanted = NULL;
    size_t n = 0;
    const char *phase = kr_phase_begin(b->ctx, "reading sources");

    KR_ANEW(wanted, &b->scratch, t->nfiles + 1);
    for (size_t f = 0; f < t->nfiles; f++)
        if (t->files[f].needed || t->files[f].sections)
            wanted[n++] = (kr_file_wanted){t->files[f].path, t->files[f].sections, 0};
    KR_TRY(kr_model_read_all(b->ctx, b->model, b->job, wanted, n));
    for (size_t f = 0, i = 0; f < t->nfiles; f++)
        if (t->files[f].needed || t->files[f].sections)
            t->files[f].model_file = wanted[i++].file;
    KR_TRY(kr_model_check_sections(b->ctx, b->model));
    kr_phase_begin(b->ctx, phase);
    KR_ANEW(b->first_place, &b->scratch, t->nfiles + 1);
    for (size_t f = 0; f < t->nfiles; f++) {
        if (t->files[f].needed)
            b->nplaces += place_count(&b->model->files[t->files[f].model_file]);
        b->first_place[f + 1] = b->nplaces;
    }
    KR_ANEW(b->places, &b->scratch, b->nplaces);
    for (size_t f = 0, i = 0; f < t->nfiles; f++) {
        if (!t->files[f].needed)
            continue;
        const kr_source_file *file = &b->model->files[t->files[f].model_file];
        for (size_t g = 0; g < file->ngroups; g++)
            for (size_t k = 0; k < file->groups[g].nsources; k++, i++) {
                const kr_source *source = file->groups[g].sources[k];
                b->places[i] = (kr_place){source, &file->groups[g], source->id, (uint32_t)f, 0};
            }
    }
out:
    return s;
}

typedef struct place_key {
    const char *key, *path;
    uint32_t place;
} place_key;

static int place_compare(const void *pa, const void *pb)
{
    const place_key *a = pa, *b = pb;
    int c = strcmp(a->key, b->key);

    if (c == 0)
        c = strcmp(a->path, b->path);
    return c != 0 ? c : a->place < b->place ? -1 : a->place > b->place;
}

/* The id without ".1" and ":1": fragments of one source. */
static const char *place_key_of(kr_build *b, const kr_place *p)
{
    char *text, *to;

    if (kr_group_atomic(p->group) || !strpbrk(p->id, ".:"))
        return p->id;
    text = kr_arena_strdup(&b->scratch, p->id);
    if (!text)
        return NULL;
    to = text;
    for (const char *from = p->id; *from;) {
        size_t digits = *from == '.' || *from == ':' ? strspn(from + 1, "0123456789") : 0;
        if (digits > 0)
            from += 1 + digits;
        else
            *to++ = *from++;
    }
    *to = '\0';
    return text;
}

bool kr_place_same(const kr_place *a, const kr_place *b)
{
    return kr_hash_equal(a->source->digest, b->source->digest) &&
           kr_str_eq(a->source->trt, b->source->trt) && kr_str_eq(a->source->name, b->source->name);
}

/* An id that a file or branch has twice: logged by the reference, an error with disagg_by_src. */
static kr_status place_check_twice(kr_build *b, const place_key *keys, size_t n, bool *twice)
{
    *twice = false;
    for (size_t i = 1; i < n; i++)
        for (size_t j = 0; j < i; j++) {
            const kr_place *p = &b->places[keys[j].place], *q = &b->places[keys[i].place];
            if (!kr_str_eq(p->source->id, q->source->id) ||
                !kr_str_eq(b->smlt->files[p->file].branch, b->smlt->files[q->file].branch))
                continue;
            if (b->job->disagg_by_src)
                return kr_fail_at(b->ctx, q->source->file, q->source->line,
                                  "the source id '%s' is already in %s of the same branch; with "
                                  "disagg_by_src ids must "
                                  "be unique",
                                  q->source->id, p->source->file);
            kr_warn_at(b->ctx, q->source->file, q->source->line,
                       "the source '%s' is already in %s:%d, of the same branch; both count, under "
                       "one name; another id for one of them would tell them apart",
                       q->source->id, p->source->file, p->source->line);
            *twice = true;
            return KR_OK;
        }
    return KR_OK;
}

static kr_status place_suffix(kr_build *b, kr_place *p)
{
    kr_status s = KR_OK;
    const char *branch = b->smlt->files[p->file].branch;

    if (strpbrk(branch, ".:;"))
        return kr_fail_at(b->ctx, b->smlt->path, 0,
                          "the branchID '%s' cannot mark the source '%s', which has several "
                          "contents; use a branchID "
                          "without '.', ':' and ';'",
                          branch, p->source->id);
    p->id = kr_arena_printf(&b->tree->arena, "%s!%s", p->source->id, branch);
    if (!p->id)
        s = KR_ENOMEM;
    return s;
}

/* Places of one id. */
static kr_status place_rename_run(kr_build *b, const place_key *keys, size_t n)
{
    kr_status s = KR_OK;
    const kr_place *first = &b->places[keys[0].place];
    bool same = true, twice;

    for (size_t i = 0; i < n; i++) {
        const kr_place *p = &b->places[keys[i].place];
        if (kr_group_atomic(p->group)) {
            const kr_place *other = &b->places[keys[i == 0 ? 1 : 0].place];
            return kr_fail_at(b->ctx, p->source->file, p->source->line,
                              "the source '%s' of a mutually exclusive group or cluster is also in "
                              "%s:%d; such sources "
                              "cannot be repeated",
                              p->source->id, other->source->file, other->source->line);
        }
        same = same && kr_place_same(first, p);
    }
    KR_TRY(place_check_twice(b, keys, n < 100 ? n : 100, &twice));
    if (same)
        return KR_OK;
    b->tree->nduplicate_ids++;
    if (b->job->compat == KR_COMPAT_EXACT)
        return KR_OK;
    if (b->tree->nduplicate_ids <= 5 && !(twice && n == 2)) /* of one branch: told */
        kr_warn_at(b->ctx, first->source->file, first->source->line,
                   "the source id '%s' has several contents (in %zu places); each is named with "
                   "its branch, '%s!%s'",
                   keys[0].key, n, first->source->id, b->smlt->files[first->file].branch);
    for (size_t i = 0; i < n; i++)
        KR_TRY(place_suffix(b, &b->places[keys[i].place]));
out:
    return s;
}

kr_status kr_build_rename(kr_build *b)
{
    kr_status s = KR_OK;
    place_key *keys = NULL;

    KR_NEW(keys, b->ctx, KR_ACCOUNT_READING, b->nplaces);
    for (size_t i = 0; i < b->nplaces; i++) {
        keys[i] = (place_key){place_key_of(b, &b->places[i]),
                              b->smlt->files[b->places[i].file].path, (uint32_t)i};
        if (!keys[i].key) {
            s = KR_ENOMEM;
            goto out;
        }
    }
    qsort(keys, b->nplaces, sizeof *keys, place_compare);
    for (size_t i = 0, n; i < b->nplaces; i += n) {
        for (n = 1; i + n < b->nplaces && kr_str_eq(keys[i].key, keys[i + n].key); n++)
            ;
        if (n > 1)
            KR_TRY(place_rename_run(b, keys + i, n));
    }
    if (b->tree->nduplicate_ids > 0)
        kr_info(b->ctx, "Found different sources with same ID: %zu", b->tree->nduplicate_ids);
out:
    kr_free(keys);
    return s;
}
