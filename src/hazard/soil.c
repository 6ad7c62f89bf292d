#include "hazard/soil.h"

#include "base/mem.h"
#include "gmm/gmm.h"
#include "num/interp.h"

#include <math.h>
#include <string.h>

/* kernel: edges of the intervals of motion on rock, and how many deviations of the amplification
 * they reach beyond the levels on soil; a multiple of the kernel's padding. */
enum { EDGES = 40 };
static const double REACH = 4;

struct kr_soil {
    kr_ctx *ctx;
    const kr_job *job;
    kr_arena arena;
    kr_amplification *table;
    uint32_t *code; /* of each site */

    /* kernel */
    size_t padded;
    double *edges;    /* nimts x EDGES, natural logarithms */
    double **exceed;  /* of each function: nimts x (EDGES - 1) x padded; NULL if never used */
    size_t *function; /* oq-3.21: of each code */

    /* convolution */
    size_t ngrid;
    double *grid, *log_grid; /* levels on rock; log10 */
    double *log_levels;      /* log10 of the job's levels */
    double *soil_exceed;     /* codes x nimts x (ngrid - 1) x soil_intensities */
};

/* Probability that a median amplified from `rock` exceeds `level`; without deviation a step. */
static double exceedance(double level, double rock, double median, double sigma)
{
    double x = log(level / rock) - log(median);
    if (sigma > 0)
        return 0.5 * erfc(x / sigma * M_SQRT1_2);
    return x > 0 ? 0 : (x < 0 ? 1 : 0.5);
}

/* ------------------------------------------------------------------ kernel */

static void make_edges(kr_soil *soil)
{
    const kr_job *job = soil->job;
    double beyond = REACH * soil->table->max_sigma;
    for (size_t m = 0; m < job->nimts; m++) {
        const double *levels = job->levels + m * job->nlevels;
        double first = log(levels[0]) - beyond, last = log(levels[job->nlevels - 1]) + beyond;
        for (size_t k = 0; k < EDGES; k++)
            soil->edges[m * EDGES + k] = first + (double)k * ((last - first) / (EDGES - 1));
    }
}

static kr_status make_exceedance(kr_soil *soil, size_t function)
{
    kr_status s = KR_OK;
    const kr_job *job = soil->job;
    double *to;
    if (soil->exceed[function])
        return KR_OK;
    KR_ANEW(to, &soil->arena, job->nimts * (EDGES - 1) * soil->padded);
    soil->exceed[function] = to;
    for (size_t m = 0; m < job->nimts; m++)
        for (size_t k = 0; k + 1 < EDGES; k++, to += soil->padded) {
            const double *edge = soil->edges + m * EDGES + k;
            double rock = (exp(edge[0]) + exp(edge[1])) / 2, median, sigma;
            kr_amp_function_at(&soil->table->functions[function], m, rock, &median, &sigma);
            for (size_t l = 0; l < job->nlevels; l++)
                to[l] = exceedance(job->levels[m * job->nlevels + l], rock, median, sigma);
        }
out:
    return s;
}

/* The function of a code that holds for a magnitude and distance: from the largest not above them,
 * else the smallest. */
static size_t find_function(const kr_amplification *t, size_t code, double mag, double rrup)
{
    size_t best = t->nfunctions;
    for (size_t i = 0; i < t->nfunctions; i++) {
        const kr_amp_function *f = &t->functions[i],
                              *b = &t->functions[best < t->nfunctions ? best : i];
        double x = f->from_mag <= mag ? f->from_mag : -1 - f->from_mag; /* higher is better */
        double y = f->from_rrup <= rrup ? f->from_rrup : -1 - f->from_rrup;
        double bx = b->from_mag <= mag ? b->from_mag : -1 - b->from_mag;
        double by = b->from_rrup <= rrup ? b->from_rrup : -1 - b->from_rrup;
        if (f->code == code && (best == t->nfunctions || x > bx || (x == bx && y > by)))
            best = i;
    }
    return best;
}

/* The function that OpenQuake takes for all ruptures: its search ends at the smallest magnitude of
 * the table and the smallest distance of the code. */
static kr_status first_function(const kr_soil *soil, size_t code, size_t *out)
{
    const kr_amplification *t = soil->table;
    double rrup = INFINITY;
    for (size_t i = 0; i < t->nfunctions; i++)
        if (t->functions[i].code == code)
            rrup = fmin(rrup, t->functions[i].from_rrup);
    for (*out = 0; *out < t->nfunctions; ++*out)
        if (t->functions[*out].code == code && t->functions[*out].from_mag == t->min_mag &&
            t->functions[*out].from_rrup == rrup)
            return KR_OK;
    return kr_fail_at(soil->ctx, t->path, 0,
                      "ampcode %s has no rows for from_mag %g and from_rrup %g, the smallest ones; "
                      "they were expected",
                      t->codes[code], t->min_mag, rrup);
}

static kr_status make_kernel(kr_soil *soil)
{
    kr_status s = KR_OK;
    const kr_job *job = soil->job;
    const kr_amplification *t = soil->table;
    soil->padded = (job->nlevels + KR_KERNEL_PAD - 1) / KR_KERNEL_PAD * KR_KERNEL_PAD;
    KR_ANEW(soil->edges, &soil->arena, job->nimts * EDGES);
    KR_ANEW(soil->exceed, &soil->arena, t->nfunctions);
    KR_ANEW(soil->function, &soil->arena, t->ncodes);
    make_edges(soil);
    for (size_t c = 0; c < t->ncodes && job->compat != KR_COMPAT_EXACT; c++) {
        KR_TRY(first_function(soil, c, &soil->function[c]));
        KR_TRY(make_exceedance(soil, soil->function[c]));
    }
    for (size_t i = 0; i < t->nfunctions && job->compat == KR_COMPAT_EXACT; i++)
        KR_TRY(make_exceedance(soil, i));
out:
    return s;
}

const double *kr_soil_at(const kr_soil *soil, size_t site, double mag, double rrup)
{
    size_t code = soil->code[site];
    bool exact = soil->job->compat == KR_COMPAT_EXACT;
    return soil->exceed[exact ? find_function(soil->table, code, mag, rrup) : soil->function[code]];
}

void kr_soil_add_poes(const kr_soil *soil, const double *at, size_t measure,
                      const kr_kernels *kernels, const kr_truncation *t, const double motion[2],
                      double weight, double *rates)
{
    double above[EDGES];
    const double *exceed = at + measure * (EDGES - 1) * soil->padded;
    kernels->poes(t, soil->edges + measure * EDGES, EDGES, 1, &motion[0], &motion[1], 1, false,
                  EDGES, above);
    for (size_t k = 0; k + 1 < EDGES; k++, exceed += soil->padded) {
        double within = weight * (above[k] - above[k + 1]);
        if (!(within > 0))
            continue;
        for (size_t l = 0; l < soil->padded; l++)
            rates[l] += within * exceed[l];
    }
}

/* ------------------------------------------------------------------ convolution */

/* The step of the grid follows the levels on soil. */
static double grid_ratio(const kr_numbers *soil)
{
    double ratio = INFINITY;
    for (size_t i = 1; i < soil->n; i++)
        ratio = fmin(ratio, soil->x[i] / soil->x[i - 1]);
    return fmin(fmax(ratio * 0.9, 1.05), 1.1);
}

static kr_status make_grid(kr_soil *soil)
{
    kr_status s = KR_OK;
    const kr_job *job = soil->job;
    double ratio = grid_ratio(&job->soil_intensities), last = job->levels[job->nlevels - 1];
    size_t n = 1;
    for (double x = job->levels[0]; x < last; x *= ratio)
        n++;
    KR_ANEW(soil->grid, &soil->arena, n);
    KR_ANEW(soil->log_grid, &soil->arena, n);
    KR_ANEW(soil->log_levels, &soil->arena, job->nlevels);
    soil->ngrid = n;
    for (size_t i = 0; i < n; i++) {
        soil->grid[i] = i ? soil->grid[i - 1] * ratio : job->levels[0];
        soil->log_grid[i] = log10(soil->grid[i]);
    }
    for (size_t l = 0; l < job->nlevels; l++)
        soil->log_levels[l] = log10(job->levels[l]);
out:
    return s;
}

static kr_status make_convolution(kr_soil *soil)
{
    kr_status s = KR_OK;
    const kr_job *job = soil->job;
    const kr_amplification *t = soil->table;
    const kr_numbers *levels = &job->soil_intensities;
    double *to;
    KR_TRY(make_grid(soil));
    KR_ANEW(soil->soil_exceed, &soil->arena,
            t->ncodes * job->nimts * (soil->ngrid - 1) * levels->n);
    to = soil->soil_exceed;
    for (size_t i = 0; i < t->nfunctions; i++) /* one for each code, in their order */
        for (size_t m = 0; m < job->nimts; m++)
            for (size_t k = 0; k + 1 < soil->ngrid; k++) {
                double below = soil->grid[k], rock = (soil->grid[k + 1] - below) / 2 + below;
                double median, sigma;
                kr_amp_function_at(&t->functions[i], m, rock, &median, &sigma);
                for (size_t l = 0; l < levels->n; l++)
                    *to++ = exceedance(levels->x[l], rock, median, sigma);
            }
out:
    return s;
}

/* Below this a probability on rock counts as none. */
static const double SMALLEST_POE = 1e-100;

void kr_soil_convolve(const kr_soil *soil, size_t site, size_t measure, const double *poes,
                      double *room, double *out)
{
    const kr_job *job = soil->job;
    size_t nsoil = job->soil_intensities.n, n = 0;
    double *log_level = room, *log_poe = room + job->nlevels, top = 0;
    const double *exceed =
        soil->soil_exceed + (soil->code[site] * job->nimts + measure) * (soil->ngrid - 1) * nsoil;
    memset(out, 0, nsoil * sizeof *out);
    for (size_t l = 0; l < job->nlevels; l++)
        if (poes[l] > SMALLEST_POE) {
            log_level[n] = soil->log_levels[l];
            log_poe[n++] = log10(poes[l]);
            top = job->levels[l];
        }
    if (n == 0)
        return;
    double above = pow(10, kr_interp(soil->log_grid[0], log_level, log_poe, n));
    for (size_t k = 0; k + 1 < soil->ngrid && soil->grid[k + 1] <= top; k++, exceed += nsoil) {
        double next = pow(10, kr_interp(soil->log_grid[k + 1], log_level, log_poe, n));
        for (size_t l = 0; l < nsoil; l++)
            out[l] += (above - next) * exceed[l];
        above = next;
    }
}

/* ------------------------------------------------------------------ both */

kr_status kr_soil_create(kr_ctx *ctx, const kr_job *job, const kr_sites *sites, kr_soil **out)
{
    kr_status s = KR_OK;
    kr_soil *soil;
    *out = NULL;
    KR_NEW(soil, ctx, KR_ACCOUNT_SITES, 1);
    soil->ctx = ctx;
    soil->job = job;
    kr_arena_init(&soil->arena, ctx, KR_ACCOUNT_SITES);
    KR_TRY(kr_amplification_read(ctx, job, &soil->table));
    KR_ANEW(soil->code, &soil->arena, sites->n);
    KR_TRY(kr_amplification_codes(ctx, job, soil->table, sites, soil->code));
    KR_TRY(job->amplification_kernel ? make_kernel(soil) : make_convolution(soil));
    *out = soil;
    soil = NULL;
out:
    kr_soil_destroy(&soil);
    return s;
}

void kr_soil_destroy(kr_soil **soil)
{
    if (!*soil)
        return;
    kr_amplification_destroy(&(*soil)->table);
    kr_arena_clear(&(*soil)->arena);
    kr_free(*soil);
    *soil = NULL;
}

const kr_amplification *kr_soil_table(const kr_soil *soil)
{
    return soil->table;
}
