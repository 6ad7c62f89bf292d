/* The ground-motion models by name. */
#include "gmm/gmm.h"

#include "base/str.h"
#include "num/isa.h"

#include <stdio.h>

static const char *const imt_kind_name[KR_IMT_KIND_COUNT] = {
    [KR_IMT_PGA] = "PGA",       [KR_IMT_PGV] = "PGV",         [KR_IMT_PGD] = "PGD",
    [KR_IMT_SA] = "SA",         [KR_IMT_AVGSA] = "AvgSA",     [KR_IMT_SDI] = "SDi",
    [KR_IMT_CAV] = "CAV",       [KR_IMT_IA] = "IA",           [KR_IMT_RSD575] = "RSD575",
    [KR_IMT_RSD595] = "RSD595", [KR_IMT_RSD2080] = "RSD2080", [KR_IMT_MMI] = "MMI",
    [KR_IMT_JMA] = "JMA",       [KR_IMT_EAS] = "EAS",         [KR_IMT_FAS] = "FAS",
    [KR_IMT_DRVT] = "DRVT",     [KR_IMT_LSD] = "LSD",
};

void kr_gmm_list_measures(unsigned measures, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t k = 0; k < KR_IMT_KIND_COUNT && used < size; k++)
        if (measures >> k & 1u)
            used += (size_t)snprintf(text + used, size - used, "%s%s", used ? ", " : "",
                                     imt_kind_name[k]);
}

const kr_gmm_set *kr_gmm_classes(void)
{
    size_t n;
    const kr_gmm_set *sets = kr_gmm_sets(&n);
    const char *isa = kr_isa_name();
    for (size_t i = 0; i < n; i++)
        if (kr_str_eq(sets[i].isa, isa))
            return &sets[i];
    return &sets[0];
}

static const kr_gmm_class *find_class(const char *name)
{
    const kr_gmm_set *set = kr_gmm_classes();
    for (size_t i = 0; i < set->n; i++)
        if (kr_str_eq(set->classes[i]->name, name))
            return set->classes[i];
    return NULL;
}

const kr_gmm_class *kr_gmm_find(const char *name)
{
    const kr_gmm_class *cls = find_class(name);
    const kr_gmm_alias *alias = cls ? NULL : kr_gmm_alias_find(name);
    return alias ? find_class(alias->model) : cls;
}

/* The better of two candidates for a misspelt name; either may be NULL. */
static const char *nearer(const char *name, const char *best, const char *candidate)
{
    const char *const both[] = {best ? best : candidate, candidate};
    size_t limit = strlen(name) / 8; /* names differ by little, and mean other hazard */
    const char *near = kr_nearest_within(name, both, 2, limit > 1 ? limit : 1);
    return near ? near : best;
}

const char *kr_gmm_nearest(const char *name)
{
    const kr_gmm_set *set = kr_gmm_classes();
    const kr_gmm_alias *alias;
    const char *best = NULL;
    for (size_t i = 0; i < set->n; i++)
        best = nearer(name, best, set->classes[i]->name);
    for (size_t i = 0; (alias = kr_gmm_alias_at(i)); i++)
        if (find_class(alias->model))
            best = nearer(name, best, alias->name);
    for (size_t i = 0; kr_gmm_absent(i); i++)
        best = nearer(name, best, kr_gmm_absent(i));
    return best;
}
