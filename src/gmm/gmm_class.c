/* The ground-motion models by name. */
#include "gmm/gmm.h"

#include "base/str.h"
#include "num/isa.h"

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
    return kr_nearest(name, both, 2) ? kr_nearest(name, both, 2) : best;
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
    return best;
}
