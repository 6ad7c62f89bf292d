/* How much more of a job fits in so much memory: sites, levels, alternatives. Each for itself, in
 * the smallest tiles that there are, with one thread for the statistics. */
#include "run/plan.h"

#include "base/str.h"
#include "run/text.h"

#include <math.h>

/* The smallest plan for so many sites or more: a job of few sites has smaller tiles. */
static kr_plan_memory least_plan(const kr_calc *calc, size_t limit, size_t nsites)
{
    return kr_calc_plan_tile(calc, limit, nsites < KR_SITE_BLOCK ? nsites : KR_SITE_BLOCK, 1);
}

static double left_by(const kr_plan_memory *p)
{
    return (double)p->limit - (double)p->peak;
}

/* The job with another number of something, in so many bytes. */
typedef kr_status sized_plan(const kr_calc *calc, size_t limit, size_t n, kr_plan_memory *out);

/* The most that fits, from `here`, which does, on: doubled until it does not, then halved between.
 */
static kr_status find_most(const kr_calc *calc, size_t limit, size_t here, sized_plan *plan,
                           size_t *most)
{
    kr_status s = KR_OK;
    const size_t END = (size_t)1 << 48;
    size_t low = here, high = 2 * here;
    kr_plan_memory p;
    for (; high < END; low = high, high *= 2) {
        KR_TRY(plan(calc, limit, high, &p));
        if (p.peak > limit)
            break;
    }
    while (high < END && high - low > 1) {
        size_t middle = low + (high - low) / 2;
        KR_TRY(plan(calc, limit, middle, &p));
        *(p.peak <= limit ? &low : &high) = middle;
    }
    *most = low;
out:
    return s;
}

/* ------------------------------------------------------------------ sites */

/* Bytes that a site more takes all the time: its columns, its place on the sphere. */
static double bytes_per_site(const kr_calc *calc)
{
    const kr_sites *sites = calc->sites;
    size_t columns = 3;
#define X(name, what) columns++;
    KR_SITE_SOA_LIST(X)
#undef X
    for (int c = 0; c < KR_COL_COUNT; c++)
        columns += sites->param[c] != NULL;
    return (double)columns * sizeof(double) + (sites->custom_site_id ? 32 : 0);
}

/* ... and while sites are read, before sources are prepared: places on their way, in order, and
 * held against each other. */
static const double READING_SITE = 130;

/* Bytes of its number, and its id, on the way into results.h5. */
static double listed_per_site(const kr_calc *calc)
{
    return sizeof(uint32_t) + (calc->sites->custom_site_id ? sizeof(char *) : 0);
}

static kr_status plan_sites(const kr_calc *calc, size_t limit, size_t n, kr_plan_memory *out)
{
    double here = (double)calc->sites->n, more = (double)n - here, each = bytes_per_site(calc);
    double preparing = (double)kr_hazard_preparing_bytes(calc->hazard, n) -
                       (double)kr_hazard_preparing_bytes(calc->hazard, calc->sites->n);
    kr_sites sites = *calc->sites;
    kr_calc other = *calc;
    sites.n = n;
    other.sites = &sites;
    other.spec.sites = &sites; /* of them only the number is looked at */
    other.now.accounted += (size_t)(more * each);
    other.now.accounted_peak += (size_t)(more * each + fmax(preparing, more * READING_SITE));
    other.now.listed += (size_t)(more * listed_per_site(calc));
    *out = least_plan(&other, limit, KR_SITE_BLOCK);
    return KR_OK;
}

static double whole(double x)
{
    return x < 1e15 ? floor(x) : 1e15;
}

static kr_status tell_sites(kr_calc *calc, size_t limit, FILE *out)
{
    kr_status s = KR_OK;
    double here = (double)calc->sites->n, disk = kr_results_predicted_bytes(&calc->spec) / here;
    double free = kr_calc_disk_free(calc);
    size_t most = calc->sites->n, tile = KR_SITE_BLOCK, from = most > tile ? most : tile;
    kr_plan_memory block;
    KR_TRY(plan_sites(calc, limit, from, &block));
    if (block.peak > limit)
        tile = most; /* fewer than a block, and no block fits */
    else
        KR_TRY(find_most(calc, limit, from, plan_sites, &most));
    kr_text_row(out, "sites", "%zu instead of %.0f, computed in tiles of %zu", most, here, tile);
    kr_text_row(out, "", "results.h5 would then have up to %.4g GB, %.4g MB for each site",
                (double)most * disk / 1e9, disk / 1e6);
    if (free >= 0 && free < (double)most * disk)
        kr_text_row(out, "", "the disk has %.1f GB free: room for the results of %.0f sites",
                    free / 1e9, whole(free / disk));
out:
    return s;
}

/* ------------------------------------------------------------------ levels */

/* Bytes of a level of a measure in the job, and as text among the options on their way into
 * results.h5, in room that doubles. */
static const double LEVEL = 650;

static kr_status plan_levels(const kr_calc *calc, size_t limit, size_t n, kr_plan_memory *out)
{
    kr_status s = KR_OK;
    kr_job job = *calc->job;
    kr_calc other = *calc;
    kr_hazard *hazard;
    job.nlevels = n;
    other.now.accounted += (size_t)(LEVEL * (double)((n - calc->job->nlevels) * job.nimts));
    other.job = &job;
    other.spec.job = &job; /* of its levels only the number is looked at */
    KR_TRY(kr_hazard_sized(calc->hazard, n, &hazard));
    other.hazard = hazard;
    *out = least_plan(&other, limit, calc->sites->n);
    kr_hazard_sized_destroy(&hazard);
out:
    return s;
}

static kr_status tell_levels(const kr_calc *calc, size_t limit, FILE *out)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    size_t most;
    KR_TRY(find_most(calc, limit, job->nlevels, plan_levels, &most));
    kr_text_row(out, "levels", "%zu for each of the %zu measures instead of %zu", most, job->nimts,
                job->nlevels);
out:
    return s;
}

/* ------------------------------------------------------------------ branches */

/* Branches that bring sources, and the sets that they are in. */
static size_t source_branches(const kr_tree *tree, size_t *nsets)
{
    size_t n = 0;
    *nsets = 0;
    for (size_t i = 0; i < tree->nsets; i++)
        if (kr_str_eq(tree->sets[i].type, "sourceModel") ||
            kr_str_eq(tree->sets[i].type, "extendModel")) {
            n += tree->sets[i].nbranches;
            ++*nsets;
        }
    *nsets += *nsets == 0;
    return n;
}

/* Components that a branch brings, in the mean: those of a path, shared among its sets. */
static double components_per_branch(const kr_calc *calc, size_t nsets)
{
    const kr_tree *tree = calc->tree;
    double sum = 0;
    for (size_t c = 0; c < tree->ncomponents; c++)
        sum += tree->components[c].nsources
                   ? tree->components[c].sources[0].shared_by / (tree->paths > 1 ? tree->paths : 1)
                   : 0;
    return fmax(1, sum / (double)nsets);
}

/* A further branch brings components of its own, each as large as the mean of those here: of what
 * the model and its ruptures hold, of the rates of a tile, of the scratch of the statistics. */
static void tell_branches(const kr_calc *calc, const kr_plan_memory *least, FILE *out)
{
    const kr_tree *tree = calc->tree;
    size_t nsets, here = source_branches(tree, &nsets);
    double n = (double)(tree->ncomponents ? tree->ncomponents : 1);
    double model = (double)kr_ctx_account(calc->ctx, KR_ACCOUNT_MODEL).current +
                   (double)kr_ctx_account(calc->ctx, KR_ACCOUNT_RUPTURES).current +
                   (double)kr_ctx_account(calc->ctx, KR_ACCOUNT_TREE).current;
    double one = (model + (double)(least->met + least->rates + least->scratch)) / n;
    double each = components_per_branch(calc, nsets);
    kr_text_row(out, "branches", "%.0f of source models instead of %zu",
                whole((double)here + left_by(least) / (each * one)), here);
    kr_text_row(out, "",
                "if each new one brings %.3g components of its own (%.3g MB each, the mean of the "
                "%zu here); branches that share sources cost less",
                each, one / 1e6, tree->ncomponents);
}

kr_status kr_calc_tell_fit(kr_calc *calc, size_t bytes, FILE *out)
{
    kr_status s = KR_OK;
    const kr_plan_memory least = least_plan(calc, bytes, calc->sites->n);
    char size[32];
    if (least.peak > bytes) {
        kr_text_row(out, "fits", "no: the job needs %.1f MB, and --fit is %s",
                    ceil((double)least.peak / 1e5) / 10, kr_plan_size(bytes, size));
        return KR_OK;
    }
    kr_text_row(out, "fits", "yes: the job needs %.1f MB. In %s one of these could grow as far as",
                ceil((double)least.peak / 1e5) / 10, kr_plan_size(bytes, size));
    KR_TRY(tell_sites(calc, bytes, out));
    KR_TRY(tell_levels(calc, bytes, out));
    tell_branches(calc, &least, out);
out:
    return s;
}
