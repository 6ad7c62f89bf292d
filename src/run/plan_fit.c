/* How much more of a job fits in so much memory: sites, levels, alternatives. Each for itself, in
 * the smallest tiles that there are, with one thread for the statistics. */
#include "run/plan.h"

#include "base/file.h"
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

/* ------------------------------------------------------------------ sites */

/* What a site more takes all the time: its columns, its place on the sphere, its number on the way
 * into results.h5; and its rows of CSV tables. */
static double bytes_per_site(const kr_calc *calc)
{
    const kr_sites *sites = calc->sites;
    size_t columns = 3;
#define X(name, what) columns++;
    KR_SITE_SOA_LIST(X)
#undef X
    for (int c = 0; c < KR_COL_COUNT; c++)
        columns += sites->param[c] != NULL;
    double bytes = (double)columns * sizeof(double) + sizeof(uint32_t);
    if (sites->custom_site_id)
        bytes += 32;
    if (calc->options->csv)
        bytes += (double)kr_results_tables_bytes(&calc->spec, 0) / (double)sites->n;
    return bytes;
}

static double whole(double x)
{
    return x < 1e15 ? floor(x) : 1e15;
}

static void tell_sites(const kr_calc *calc, const kr_plan_memory *least, FILE *out)
{
    const kr_plan_memory tile = least_plan(calc, least->limit, KR_SITE_BLOCK);
    double here = (double)calc->sites->n, disk = kr_results_predicted_bytes(&calc->spec) / here;
    double free = kr_disk_free(kr_dir_exists(calc->spec.dir) ? calc->spec.dir : calc->job->dir);
    double most = whole(here + fmax(0, left_by(&tile)) / bytes_per_site(calc));
    kr_text_row(out, "sites", "%.0f instead of %.0f, computed in tiles of %zu", most, here,
                tile.tile_sites);
    kr_text_row(out, "", "results.h5 would then have up to %.4g GB, %.4g MB for each site",
                most * disk / 1e9, disk / 1e6);
    if (free >= 0 && free < most * disk)
        kr_text_row(out, "", "the disk has %.1f GB free: room for the results of %.0f sites",
                    free / 1e9, whole(free / disk));
}

/* ------------------------------------------------------------------ levels */

/* All that is not the model itself is taken to grow with the levels; what does not, such as the
 * distances of fault sections, makes this a few too few. */
static void tell_levels(const kr_calc *calc, const kr_plan_memory *least, FILE *out)
{
    const kr_job *job = calc->job;
    double fixed = (double)(least->held + least->met + least->listed + least->outlines);
    double grows = (double)least->peak - fixed, room = (double)least->limit - fixed;
    double most = whole((double)job->nlevels * room / (grows > 1 ? grows : 1));
    kr_text_row(out, "levels", "%.0f for each of the %zu measures instead of %zu", most, job->nimts,
                job->nlevels);
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

void kr_calc_tell_fit(const kr_calc *calc, size_t bytes, FILE *out)
{
    const kr_plan_memory least = least_plan(calc, bytes, calc->sites->n);
    char size[32];
    if (least.peak > bytes) {
        kr_text_row(out, "fits", "no: the job needs %.1f MB, and --fit is %s",
                    ceil((double)least.peak / 1e5) / 10, kr_plan_size(bytes, size));
        return;
    }
    kr_text_row(out, "fits", "yes: the job needs %.1f MB. In %s one of these could grow as far as",
                ceil((double)least.peak / 1e5) / 10, kr_plan_size(bytes, size));
    tell_sites(calc, &least, out);
    tell_levels(calc, &least, out);
    tell_branches(calc, &least, out);
}
