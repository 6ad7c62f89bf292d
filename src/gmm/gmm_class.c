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

static bool class_is(const kr_gmm_class *cls, const char *name)
{
    if (kr_str_eq(cls->name, name))
        return true;
    for (const char *const *alias = cls->aliases; alias && *alias; alias++)
        if (kr_str_eq(*alias, name))
            return true;
    return false;
}

const kr_gmm_class *kr_gmm_find(const char *name)
{
    const kr_gmm_set *set = kr_gmm_classes();
    for (size_t i = 0; i < set->n; i++)
        if (class_is(set->classes[i], name))
            return set->classes[i];
    return NULL;
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
    const char *best = NULL;
    for (size_t i = 0; i < set->n; i++) {
        const kr_gmm_class *cls = set->classes[i];
        best = nearer(name, best, cls->name);
        for (const char *const *alias = cls->aliases; alias && *alias; alias++)
            best = nearer(name, best, *alias);
    }
    return best;
}
