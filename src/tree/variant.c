/* The sources of every unit: changed copies, equal ones merged, and the paths of each. */
#include "tree/build.h"

#include <string.h>

/* Changed sources of (bundle, state), made once. */
typedef struct copies {
    kr_build *b;
    kr_index index;
    const kr_source ***lists; /* owned */
    size_t n, cap;
} copies;

static bool variant_changes(const kr_build *b, uint32_t class, uint32_t set)
{
    const kr_class *c = &b->classes[class];

    for (size_t i = 0; i < c->n; i++)
        if (c->sets[i] == set)
            return true;
    return false;
}

static kr_status variant_add_list(copies *c, uint32_t bundle, uint32_t state,
                                  const kr_source **list)
{
    kr_status s = KR_OK;

    KR_GROW(c->lists, c->cap, c->n + 1, c->b->ctx, KR_ACCOUNT_READING);
    KR_TRY(kr_index_put(&c->index, kr_index_pair(bundle, state), (uint32_t)c->n));
    c->lists[c->n++] = list;
out:
    return s;
}

/* The sources of a bundle in a state: those of the state before, changed by its branch. */
static kr_status variant_step(copies *c, uint32_t bundle, uint32_t state, const kr_source **before,
                              const kr_source ***out)
{
    kr_status s = KR_OK;
    kr_build *b = c->b;
    const kr_bundle *of = &b->bundles[bundle];
    const kr_source **list;

    KR_ANEW(list, &b->scratch, of->n);
    for (size_t i = 0; i < of->n; i++) {
        const kr_place *place = &b->places[of->places[i]];
        list[i] = before ? before[i] : place->source;
        if (before) {
            const kr_lt_branch *branch = &b->smlt->branches[b->states[state].branch];
            if (variant_changes(b, place->class, branch->set))
                KR_TRY(kr_source_change(b->ctx, &b->tree->arena, before[i], &branch->change,
                                        &list[i]));
        }
    }
    KR_TRY(variant_add_list(c, bundle, state, list));
    *out = list;
out:
    return s;
}

static kr_status variant_sources(copies *c, uint32_t bundle, uint32_t state, const kr_source ***out)
{
    kr_status s = KR_OK;
    kr_build *b = c->b;
    uint32_t k, at = state;
    uint32_t *todo = NULL;
    size_t n = 0, depth = 0;
    const kr_source **list = NULL;

    for (uint32_t x = state; x != 0; x = b->states[x].parent)
        depth++;
    KR_NEW(todo, b->ctx, KR_ACCOUNT_READING, depth + 1);
    for (;; at = b->states[at].parent) {
        if (kr_index_get(&c->index, kr_index_pair(bundle, at), &k)) {
            list = c->lists[k];
            break;
        }
        todo[n++] = at;
        if (at == 0)
            break;
    }
    while (n > 0)
        KR_TRY(variant_step(c, bundle, todo[--n], list, &list));
    *out = list;
out:
    kr_free(todo);
    return s;
}

static void variant_hash_source(kr_hash128 *h, const kr_source *source)
{
    kr_hash_text(h, source->trt);
    kr_hash_text(h, source->name);
    kr_hash_bytes(h, &source->kind, sizeof source->kind);
    kr_hash_bytes(h, &source->digest, sizeof source->digest);
}

static kr_status variant_extend(kr_build *b, kr_variant *v, uint32_t unit)
{
    return kr_diagram_add(&b->tree->diagrams, v->presence, b->units[unit].presence, &v->presence);
}

/* Sources [i, i + n) of a unit: a variant, new or known. */
static kr_status variant_add(kr_build *b, uint32_t unit, const kr_source *const *sources, size_t n,
                             size_t i)
{
    kr_status s = KR_OK;
    const kr_bundle *bundle = &b->bundles[b->units[unit].bundle];
    kr_hash128 h;
    uint32_t k;
    bool fresh;

    kr_hash_init(&h);
    for (size_t j = i; j < i + n; j++) {
        kr_hash_text(&h, b->places[bundle->places[j]].id);
        variant_hash_source(&h, sources[j]);
    }
    KR_TRY(kr_intern_put(&b->by_content, h, &k, &fresh));
    if (!fresh)
        return variant_extend(b, &b->variants[k], unit);
    KR_GROW(b->variants, b->variants_cap, b->nvariants + 1, b->ctx, KR_ACCOUNT_READING);
    b->nvariants++;
    b->variants[k] = (kr_variant){.sources = sources + i,
                                  .place = bundle->places[i],
                                  .bundle = b->units[unit].bundle,
                                  .position = b->units[unit].position,
                                  .presence = b->units[unit].presence,
                                  .atomic = bundle->group != NULL};
out:
    return s;
}

kr_status kr_build_variants(kr_build *b)
{
    kr_status s = KR_OK;
    copies c = {.b = b};

    kr_index_init(&c.index, b->ctx);
    for (uint32_t u = 0; u < b->nunits; u++) {
        const kr_bundle *bundle = &b->bundles[b->units[u].bundle];
        const kr_source **sources;
        KR_TRY(variant_sources(&c, b->units[u].bundle, b->units[u].state, &sources));
        if (bundle->group)
            KR_TRY(variant_add(b, u, sources, bundle->n, 0));
        for (size_t i = 0; !bundle->group && i < bundle->n; i++)
            KR_TRY(variant_add(b, u, sources, 1, i));
    }
out:
    kr_index_clear(&c.index);
    kr_free(c.lists);
    return s;
}
