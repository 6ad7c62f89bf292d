/* Which branch sets apply to which sources: classes, and the bundles of sources that share one in a
 * file. */
#include "base/str.h"
#include "tree/build.h"

#include <string.h>

/* Branch sets by what they filter. */
typedef struct filters {
    kr_map by_id; /* source id -> list */
    size_t nlists;
    struct filter_list {
        uint32_t *sets; /* owned */
        size_t n, cap;
    } * lists; /* owned */
    size_t lists_cap;
    uint8_t *hit; /* lists whose id some source has; in the arena */
} filters;

static kr_status class_list_add(kr_build *b, filters *f, const char *id, uint32_t set)
{
    kr_status s = KR_OK;
    int64_t k;

    if (!kr_map_get(&f->by_id, id, &k)) {
        KR_GROW(f->lists, f->lists_cap, f->nlists + 1, b->ctx, KR_ACCOUNT_READING);
        memset(&f->lists[f->nlists], 0, sizeof *f->lists);
        k = (int64_t)f->nlists++;
        KR_TRY(kr_map_put(&f->by_id, id, k));
    }
    KR_GROW(f->lists[k].sets, f->lists[k].cap, f->lists[k].n + 1, b->ctx, KR_ACCOUNT_READING);
    f->lists[k].sets[f->lists[k].n++] = set;
out:
    return s;
}

static kr_status class_filters(kr_build *b, filters *f)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < b->smlt->nsets; i++) {
        const kr_lt_set *set = &b->smlt->sets[i];
        for (size_t k = 0; set->kind == KR_LT_CHANGE && set->by_source && k < set->sources.n; k++)
            KR_TRY(class_list_add(b, f, set->sources.name[k], (uint32_t)i));
    }
    KR_ANEW(f->hit, &b->scratch, f->nlists + 1);
out:
    return s;
}

static bool class_has(const struct filter_list *list, uint32_t set)
{
    for (size_t i = 0; list && i < list->n; i++)
        if (list->sets[i] == set)
            return true;
    return false;
}

/* The class with these sets, new or known. */
static kr_status class_intern(kr_build *b, const uint32_t *sets, size_t n, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t *copy;

    for (size_t c = 0; c < b->nclasses; c++)
        if (b->classes[c].n == n &&
            (n == 0 || memcmp(b->classes[c].sets, sets, n * sizeof *sets) == 0)) {
            *out = (uint32_t)c;
            return KR_OK;
        }
    KR_GROW(b->classes, b->classes_cap, b->nclasses + 1, b->ctx, KR_ACCOUNT_READING);
    KR_ANEW(copy, &b->scratch, n + 1);
    if (n > 0)
        memcpy(copy, sets, n * sizeof *sets);
    *out = (uint32_t)b->nclasses;
    b->classes[b->nclasses++] = (kr_class){n, copy};
out:
    return s;
}

/* The lists of sets that name the source; with --compat exact the id as written counts, also cut at
 * ':'. */
static void class_lists(kr_build *b, filters *f, const kr_place *p, int64_t out[2])
{
    char cut[128];
    size_t n = strcspn(p->source->id, ":");

    out[0] = out[1] = -1;
    if (b->job->compat != KR_COMPAT_EXACT) {
        kr_map_get(&f->by_id, p->id, &out[0]);
    } else {
        kr_map_get(&f->by_id, p->source->id, &out[0]);
        if (p->source->id[n] && n < sizeof cut) {
            memcpy(cut, p->source->id, n);
            cut[n] = '\0';
            kr_map_get(&f->by_id, cut, &out[1]);
        }
    }
    for (int i = 0; i < 2; i++)
        if (out[i] >= 0)
            f->hit[out[i]] = 1;
}

/* Is the source of the type that applyToSourceType names? "area" names areaSource. */
static bool class_type_is(const kr_source *source, const char *type)
{
    const char *tag = kr_source_tag(source->kind);

    return kr_str_starts(tag, type) && kr_str_eq(tag + strlen(type), "Source");
}

static kr_status class_of(kr_build *b, const filters *f, const kr_source *source,
                          const int64_t lists[2], uint32_t *out)
{
    kr_status s = KR_OK;
    const struct filter_list *l0 = lists[0] >= 0 ? &f->lists[lists[0]] : NULL;
    const struct filter_list *l1 = lists[1] >= 0 ? &f->lists[lists[1]] : NULL;
    uint32_t *sets = NULL;
    size_t n = 0;

    KR_NEW(sets, b->ctx, KR_ACCOUNT_READING, b->smlt->nsets + 1);
    for (size_t i = 0; i < b->smlt->nsets; i++) {
        const kr_lt_set *set = &b->smlt->sets[i];
        bool applies = set->kind == KR_LT_CHANGE;
        if (set->trt)
            applies = applies && kr_str_eq(set->trt, source->trt);
        if (set->source_type)
            applies = applies && class_type_is(source, set->source_type);
        if (set->by_source)
            applies = applies && (class_has(l0, (uint32_t)i) || class_has(l1, (uint32_t)i));
        if (applies)
            sets[n++] = (uint32_t)i;
    }
    KR_TRY(class_intern(b, sets, n, out));
out:
    kr_free(sets);
    return s;
}

/* Sources that a filter names but that no source is called, after renaming: the filter has no
 * effect. */
static void class_warn(kr_build *b, const filters *f)
{
    for (size_t i = 0; i < b->smlt->nsets; i++) {
        const kr_lt_set *set = &b->smlt->sets[i];
        for (size_t k = 0; set->kind == KR_LT_CHANGE && k < set->sources.n; k++) {
            int64_t list;
            if (kr_map_get(&f->by_id, set->sources.name[k], &list) && !f->hit[list])
                kr_warn_at(
                    b->ctx, b->smlt->path, set->line,
                    "the branch set '%s' is not applied to the source '%s': no source is named "
                    "exactly so "
                    "after the reference's renaming (or the job leaves it out); see --compat exact",
                    set->id, set->sources.name[k]);
        }
    }
}

/* A number of a tectonic region type for the cache of classes (with the kind of source). */
static uint32_t class_trt(kr_build *b, const char *trt)
{
    uint32_t i = 0;

    while (i < b->smlt->ntrts && !kr_str_eq(b->smlt->trts[i], trt))
        i++;
    return i;
}

static kr_status class_assign(kr_build *b, filters *f)
{
    kr_status s = KR_OK;
    kr_index cache;

    kr_index_init(&cache, b->ctx);
    for (size_t i = 0; i < b->nplaces; i++) {
        kr_place *p = &b->places[i];
        int64_t lists[2];
        uint64_t key;
        bool simple;

        class_lists(b, f, p, lists);
        simple = lists[1] < 0 && class_trt(b, p->source->trt) < b->smlt->ntrts;
        key = kr_index_pair(class_trt(b, p->source->trt) * 16 + (uint32_t)p->source->kind,
                            (uint32_t)(lists[0] + 1));
        if (simple && kr_index_get(&cache, key, &p->class))
            continue;
        KR_TRY(class_of(b, f, p->source, lists, &p->class));
        if (simple)
            KR_TRY(kr_index_put(&cache, key, p->class));
    }
out:
    kr_index_clear(&cache);
    return s;
}

/* The class of an atomic group: all sets that apply to one of its sources. */
static kr_status class_of_group(kr_build *b, size_t first, size_t n, uint32_t *out)
{
    kr_status s = KR_OK;
    uint32_t *sets = NULL;
    size_t count = 0;

    KR_NEW(sets, b->ctx, KR_ACCOUNT_READING, b->smlt->nsets + 1);
    for (uint32_t i = 0; i < b->smlt->nsets; i++) {
        bool any = false;
        for (size_t p = first; p < first + n && !any; p++) {
            const kr_class *c = &b->classes[b->places[p].class];
            for (size_t k = 0; k < c->n; k++)
                any = any || c->sets[k] == i;
        }
        if (any)
            sets[count++] = i;
    }
    KR_TRY(class_intern(b, sets, count, out));
out:
    kr_free(sets);
    return s;
}

/* Bundles of file f: one for each class among the sources of ordinary groups, one for each atomic
 * group. */
static kr_status class_bundle_file(kr_build *b, size_t f, uint32_t *class_bundle)
{
    kr_status s = KR_OK;
    size_t begin = b->first_place[f], end = b->first_place[f + 1];
    uint32_t *list;

    KR_ANEW(list, &b->scratch, end - begin + 1);
    for (size_t i = begin; i < end; i++) {
        const kr_place *p = &b->places[i];
        kr_bundle *bundle;
        size_t n = 0;

        if (kr_group_atomic(p->group)) {
            if (i > begin && b->places[i - 1].group == p->group)
                continue;
            bundle = &b->bundles[b->nbundles++];
            bundle->group = p->group;
            KR_TRY(class_of_group(b, i, p->group->nsources, &bundle->class));
            for (; n < p->group->nsources; n++)
                list[n] = (uint32_t)(i + n);
        } else {
            if (class_bundle[p->class] > f)
                continue; /* made for this file */
            class_bundle[p->class] = (uint32_t)f + 1;
            bundle = &b->bundles[b->nbundles++];
            bundle->class = p->class;
            for (size_t j = i; j < end; j++)
                if (b->places[j].class == p->class && !kr_group_atomic(b->places[j].group))
                    list[n++] = (uint32_t)j;
        }
        bundle->n = n;
        bundle->places = list;
        list += n;
    }
out:
    return s;
}

static kr_status class_bundles(kr_build *b)
{
    kr_status s = KR_OK;
    uint32_t *class_bundle;
    size_t most = 0, nclasses = b->nclasses;

    for (size_t i = 0; i < b->nplaces; i++)
        most += i == 0 || b->places[i].class != b->places[i - 1].class ||
                b->places[i].group != b->places[i - 1].group;
    KR_ANEW(b->bundles, &b->scratch, most + 1);
    KR_ANEW(b->first_bundle, &b->scratch, b->smlt->nfiles + 1);
    KR_ANEW(class_bundle, &b->scratch, nclasses + 1);
    for (size_t f = 0; f < b->smlt->nfiles; f++) {
        KR_TRY(class_bundle_file(b, f, class_bundle));
        b->first_bundle[f + 1] = b->nbundles;
    }
out:
    return s;
}

/* For each set the classes that it changes. */
static kr_status class_of_sets(kr_build *b)
{
    kr_status s = KR_OK;
    size_t *fill = NULL;

    KR_ANEW(b->first_class, &b->scratch, b->smlt->nsets + 1);
    for (size_t c = 0; c < b->nclasses; c++)
        for (size_t k = 0; k < b->classes[c].n; k++)
            b->first_class[b->classes[c].sets[k] + 1]++;
    for (size_t i = 0; i < b->smlt->nsets; i++)
        b->first_class[i + 1] += b->first_class[i];
    KR_ANEW(b->set_classes, &b->scratch, b->first_class[b->smlt->nsets] + 1);
    KR_NEW(fill, b->ctx, KR_ACCOUNT_READING, b->smlt->nsets + 1);
    for (size_t c = 0; c < b->nclasses; c++)
        for (size_t k = 0; k < b->classes[c].n; k++) {
            uint32_t set = b->classes[c].sets[k];
            b->set_classes[b->first_class[set] + fill[set]++] = (uint32_t)c;
        }
out:
    kr_free(fill);
    return s;
}

kr_status kr_build_classes(kr_build *b)
{
    kr_status s = KR_OK;
    filters f = {.nlists = 0};

    kr_map_init(&f.by_id, b->ctx, KR_ACCOUNT_READING);
    KR_TRY(class_filters(b, &f));
    KR_TRY(class_assign(b, &f));
    class_warn(b, &f);
    KR_TRY(class_bundles(b));
    KR_TRY(class_of_sets(b));
out:
    for (size_t i = 0; i < f.nlists; i++)
        kr_free(f.lists[i].sets);
    kr_free(f.lists);
    kr_map_clear(&f.by_id);
    return s;
}
