/* A realization at one site. S[g] is the sum of the rates of a path's components under the
 * ground-motion model g, at all levels; the rates of a realization are the sum of S[g_t] over the
 * tectonic region types t. */
#include "stats/realize.h"

#include <string.h>

struct kr_realizer {
    const kr_tree *tree;
    size_t total;
    bool rounded;
    kr_site_rates in;
    size_t path; /* that the sums are of; KR_UNNUMBERED: none */
    uint32_t *branches, *components;
    size_t *gsims;
    double *sums;  /* ngsims x total */
    double *rates; /* total */
};

kr_status kr_realizer_create(kr_ctx *ctx, const kr_tree *tree, size_t total, bool rounded,
                             kr_realizer **out)
{
    kr_status s = KR_OK;
    kr_realizer *z;

    *out = NULL;
    KR_NEW(z, ctx, KR_ACCOUNT_STATS, 1);
    z->tree = tree;
    z->total = total;
    z->rounded = rounded;
    z->path = KR_UNNUMBERED;
    KR_NEW(z->branches, ctx, KR_ACCOUNT_STATS, tree->nsets + 1);
    KR_NEW(z->components, ctx, KR_ACCOUNT_STATS, tree->most_components + 1);
    KR_NEW(z->gsims, ctx, KR_ACCOUNT_STATS, tree->ntrts + 1);
    KR_NEW(z->sums, ctx, KR_ACCOUNT_STATS, tree->ngsims * total);
    KR_NEW(z->rates, ctx, KR_ACCOUNT_STATS, total);
    *out = z;
    z = NULL;
out:
    kr_realizer_destroy(&z);
    return s;
}

void kr_realizer_destroy(kr_realizer **realizer)
{
    kr_realizer *z = *realizer;

    if (!z)
        return;
    kr_free(z->branches);
    kr_free(z->components);
    kr_free(z->gsims);
    kr_free(z->sums);
    kr_free(z->rates);
    kr_free(z);
    *realizer = NULL;
}

size_t kr_realizer_bytes(const kr_tree *tree, size_t total)
{
    return (tree->nsets + tree->most_components) * sizeof(uint32_t) + tree->ntrts * sizeof(size_t) +
           (tree->ngsims + 1) * total * sizeof(double);
}

void kr_realizer_site(kr_realizer *z, const kr_site_rates *rates)
{
    z->in = *rates;
    z->path = KR_UNNUMBERED;
}

static void sum_components(kr_realizer *z, size_t n)
{
    const kr_tree *tree = z->tree;

    memset(z->sums, 0, tree->ngsims * z->total * sizeof *z->sums);
    for (size_t i = 0; i < n; i++) {
        const kr_component *c = &tree->components[z->components[i]];
        for (size_t k = 0; k < c->ngsims; k++) {
            const double *rates = z->in.rates + (c->first_rate + k) * z->in.stride;
            double *sums = z->sums + c->gsims[k] * z->total;
            for (size_t l = 0; l < z->total; l++)
                sums[l] += z->rounded ? kr_rate_kept(rates[l]) : rates[l];
        }
    }
}

static const double *sum_regions(kr_realizer *z, const size_t *gsims)
{
    memset(z->rates, 0, z->total * sizeof *z->rates);
    for (size_t t = 0; t < z->tree->ntrts; t++) {
        const double *sums = z->sums + gsims[t] * z->total;
        for (size_t l = 0; l < z->total; l++)
            z->rates[l] += sums[l];
    }
    return z->rates;
}

const double *kr_realizer_rates(kr_realizer *z, size_t r)
{
    kr_realization rlz;

    kr_tree_realization(z->tree, r, z->gsims, &rlz);
    if (rlz.path != z->path)
        sum_components(z, kr_tree_path_components(z->tree, rlz.path, z->branches, z->components));
    z->path = rlz.path;
    return sum_regions(z, rlz.gsims);
}
