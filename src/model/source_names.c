#include "model/source_names.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdint.h>
#include <stdio.h>

enum { SLOTS = 2048, FULL = SLOTS / 4 * 3, USED = 12, REST = 12 };

/* The names in an element: those that change something and may be missing, and the others. Of one
 * that must be there the reading says that it is missing. */
typedef struct known_names {
    const char *tag;
    bool strict; /* every other name is worth a warning */
    const char *used[USED], *rest[REST];
} known_names;

#define SOURCE(tag)                                                                                \
    {                                                                                              \
        tag, false, {"tectonicRegion", "tom"},                                                     \
        {                                                                                          \
            "id", "name", "alpha", "mu"                                                            \
        }                                                                                          \
    }

static const known_names attributes[] = {
    {"sourceModel", false, {"investigation_time"}, {"name", "id"}},
    {"sourceGroup",
     true,
     {"grp_probability", "src_interdep", "rup_interdep", "srcs_weights", "cluster",
      "occurrence_rate", "tom"},
     {"tectonicRegion", "name", "id", "alpha", "mu"}},
    SOURCE("pointSource"),
    SOURCE("multiPointSource"),
    SOURCE("areaSource"),
    SOURCE("simpleFaultSource"),
    SOURCE("complexFaultSource"),
    SOURCE("characteristicFaultSource"),
    SOURCE("kiteFaultSource"),
    {"multiFaultSource", false, {"tectonicRegion"}, {"id", "name"}},
    {"nonParametricSeismicSource", false, {"tectonicRegion", "rup_weights"}, {"id", "name"}},
    {"areaGeometry", false, {"discretization"}, {"id"}},
    {"truncGutenbergRichterMFD",
     false,
     {"aValue", "slipRate", "rigidity"},
     {"bValue", "minMag", "maxMag"}},
    {"YoungsCoppersmithMFD",
     false,
     {"characteristicRate", "totalMomentRate"},
     {"bValue", "binWidth", "minMag", "characteristicMag"}},
    {"logicTreeBranchingLevel", false, {"branchingLevelID"}, {"id"}},
    {"logicTreeBranchSet",
     true,
     {"applyToTectonicRegionType", "applyToSources", "applyToBranches", "applyToSourceType",
      "correlatedWith", "correlatedBranches"},
     {"uncertaintyType", "branchSetID", "name", "id"}},
    {"uncertaintyWeight", false, {"imt"}, {"id"}},
    {"logicTree", false, {NULL}, {NULL}},
    {"uncertaintyModel", false, {NULL}, {NULL}},
    {"faultActivityData", false, {"constant_term"}, {"slipRate", "rigidity", "recompute_mmax"}},
};

/* Where elements that may be missing, or stand more than once, are looked for by their names. */
static const known_names children[] = {
    {"simpleFaultSource",
     false,
     {"hypoList", "slipList"},
     {"simpleFaultGeometry", "magScaleRel", "ruptAspectRatio", "rake"}},
    {"multiPointSource", false, {"multiMFD"}, {"multiPointGeometry"}},
    {"multiMFD",
     false,
     {"bin_width"},
     {"min_mag", "max_mag", "a_val", "b_val", "occurRates", "magnitudes", "lengths"}},
    {"multiPlanesRupture",
     false,
     {"planarSurface", "kiteSurface"},
     {"magnitude", "rake", "hypocenter", "sectionIndexes"}},
    {"section", false, {"planarSurface", "kiteSurface"}, {NULL}},
    {"logicTreeBranch", false, {"uncertaintyModel", "uncertaintyWeight"}, {NULL}},
};

kr_status kr_source_names_init(kr_source_names *names, kr_ctx *ctx)
{
    kr_status s = KR_OK;

    *names = (kr_source_names){.ctx = ctx};
    KR_NEW(names->seen, ctx, KR_ACCOUNT_READING, SLOTS);
out:
    return s;
}

void kr_source_names_clear(kr_source_names *names)
{
    kr_free(names->seen);
    *names = (kr_source_names){0};
}

/* The entry of a pair, *first: a new one; NULL past so many different names, of which nobody is
 * told any more. */
static kr_name_pair *find_pair(kr_source_names *names, kr_name_pair pair, bool *first)
{
    uint64_t hash =
        ((uint64_t)(uintptr_t)pair.tag * 31 + (uint64_t)(uintptr_t)pair.name) * 2 + pair.child;
    size_t i = (size_t)(hash * 0x9E3779B97F4A7C15u >> 53);

    *first = false;
    for (; names->seen[i].tag; i = (i + 1) % SLOTS) {
        kr_name_pair *p = &names->seen[i];
        if (p->name == pair.name && p->tag == pair.tag && p->child == pair.child)
            return p;
    }
    if (names->n == FULL)
        return NULL;
    names->n++;
    *first = true;
    names->seen[i] = pair;
    return &names->seen[i];
}

static const known_names *find_names(const known_names *table, size_t n, const char *tag)
{
    for (size_t i = 0; i < n; i++) {
        if (kr_str_eq(table[i].tag, tag))
            return &table[i];
    }
    return NULL;
}

static size_t count(const char *const *list, size_t max)
{
    size_t n = 0;
    while (n < max && list[n])
        n++;
    return n;
}

static bool is_listed(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++) {
        if (kr_str_eq(list[i], name))
            return true;
    }
    return false;
}

/* What could be meant, or an empty text. */
static void hint(const known_names *known, const char *name, bool child, char *out, size_t size)
{
    size_t n = count(known->used, USED), len = 0;
    const char *near = kr_nearest(name, known->used, n);

    out[0] = '\0';
    if (near) {
        (void)snprintf(out, size, child ? "did you mean <%s>?" : "did you mean %s?", near);
        return;
    }
    for (size_t i = 0; known->strict && i < n && len < size; i++)
        len += (size_t)snprintf(out + len, size - len, "%s%s%s", i > 0 ? ", " : "", known->used[i],
                                i + 1 < n ? "" : " would be known");
}

static void judge(kr_source_names *names, const kr_node *node, const char *name,
                  const kr_node *child)
{
    const known_names *known =
        child ? find_names(children, sizeof children / sizeof *children, node->tag)
              : find_names(attributes, sizeof attributes / sizeof *attributes, node->tag);
    char text[256];

    if (!known || is_listed(known->used, count(known->used, USED), name) ||
        is_listed(known->rest, count(known->rest, REST), name))
        return;
    hint(known, name, child != NULL, text, sizeof text);
    if (text[0] == '\0')
        return;
    if (child)
        kr_warn_at(names->ctx, child->file, child->line,
                   "<%.60s> in <%s> is not known and has no effect; %s", name, node->tag, text);
    else
        kr_warn_at(names->ctx, node->file, node->line,
                   "attribute '%.60s' of <%s> is not known and has no effect; %s", name, node->tag,
                   text);
}

static bool has_names(const char *tag)
{
    return find_names(attributes, sizeof attributes / sizeof *attributes, tag) ||
           find_names(children, sizeof children / sizeof *children, tag);
}

void kr_source_names_attrs(kr_source_names *names, const kr_node *node)
{
    bool first = false;

    for (size_t i = 0; i < node->nattrs; i++) {
        const char *name = node->attrs[i].name;
        (void)find_pair(names, (kr_name_pair){node->tag, name, false, false}, &first);
        if (first)
            judge(names, node, name, NULL);
    }
}

void kr_source_names_all(kr_source_names *names, const kr_node *node)
{
    bool first = false;

    kr_source_names_attrs(names, node);
    for (const kr_node *child = node->first; child; child = child->next) {
        kr_name_pair *pair =
            find_pair(names, (kr_name_pair){node->tag, child->tag, true, false}, &first);
        if (first) {
            judge(names, node, child->tag, child);
            pair->inside = has_names(child->tag);
        }
        if (pair && pair->inside)
            kr_source_names_all(names, child);
    }
}
