/* Shares of variance and what each branch does to the mean, in results.h5. */
#include "output/results.h"
#include "output/results_int.h"

#include <string.h>

static size_t states_of(const kr_structure *structure)
{
    return kr_shares_first_state(structure, structure->nchoices);
}

/* Names of the choices and of their states, and the weights of each column. */
static kr_status write_names(kr_h5 *file, const kr_structure *structure, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t nstates = states_of(structure), n = 0;
    const char **choices, **states;
    uint32_t *choice;
    double *weights;
    KR_ANEW(choices, arena, structure->nchoices + 1);
    KR_ANEW(states, arena, nstates + 1);
    KR_ANEW(choice, arena, nstates + 1);
    KR_ANEW(weights, arena, structure->ncolumns * nstates + 1);
    for (size_t c = 0; c < structure->nchoices; c++) {
        const kr_choice *of = &structure->choices[c];
        choices[c] = of->name;
        for (size_t k = 0; k < of->nstates; k++, n++) {
            states[n] = of->states[k];
            choice[n] = (uint32_t)c;
            for (size_t w = 0; w < structure->ncolumns; w++)
                weights[w * nstates + n] = of->weights[w * of->nstates + k];
        }
    }
    if (n == 0)
        return KR_OK;
    KR_TRY(
        kr_h5_write_strings(file, "uncertainty/branch_set", choices, structure->nchoices, false));
    KR_TRY(kr_h5_write_strings(file, "uncertainty/branch", states, nstates, false));
    KR_TRY(kr_h5_write(file, "uncertainty/branch_set_of", KR_H5_U32, 1, &nstates, choice));
    KR_TRY(kr_h5_write(file, "uncertainty/weight", KR_H5_F64, 2,
                       (const size_t[]){structure->ncolumns, nstates}, weights));
out:
    return s;
}

/* A dataset of numbers: one at a point, or as many as there are shares, or states. */
typedef struct dataset {
    const char *name;
    bool shares, states;
    const double *numbers;
} dataset;

enum { DATASETS = 8 };

static void list_datasets(const kr_uncertainty *u, dataset out[DATASETS])
{
    const kr_uncertainty none = {0};
    u = u ? u : &none;
    const dataset all[DATASETS] = {
        {"uncertainty/level", false, false, u->level},
        {"uncertainty/mean_poe", false, false, u->mean_poe},
        {"uncertainty/mean_rate", false, false, u->mean},
        {"uncertainty/std_rate", false, false, u->std},
        {"uncertainty/variance_shares", true, false, u->share},
        {"uncertainty/conditional_rate", false, true, u->conditional},
        {"uncertainty/conditional_poe", false, true, u->conditional_poe},
        {"uncertainty/mean_derivative", false, true, u->derivative},
    };
    memcpy(out, all, sizeof all);
}

static size_t width_of(const dataset *d, const kr_structure *structure)
{
    return d->shares ? structure->nchoices + 1 : d->states ? states_of(structure) : 1;
}

double kr_results_uncertainty_bytes(const kr_results_spec *spec)
{
    const kr_job *job = spec->job;
    dataset all[DATASETS];
    double width = 0;
    list_datasets(NULL, all);
    for (size_t i = 0; i < DATASETS; i++)
        width += (double)width_of(&all[i], &spec->tree->structure);
    return 4 * width * (double)(spec->sites->n * job->nimts * (job->nlevels + job->poes.n));
}

/* A site and measure a chunk; none without branches. */
kr_status kr_results_make_uncertainty(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    const kr_job *job = spec->job;
    size_t points = job->nlevels + job->poes.n;
    dataset all[DATASETS];
    list_datasets(NULL, all);
    KR_TRY(write_names(file, &spec->tree->structure, arena));
    for (size_t i = 0; i < DATASETS; i++) {
        size_t n = width_of(&all[i], &spec->tree->structure);
        if (n > 0)
            KR_TRY(kr_h5_make(file, all[i].name, KR_H5_F32, all[i].shares || all[i].states ? 4 : 3,
                              (const size_t[]){spec->sites->n, job->nimts, points, n},
                              (const size_t[]){1, 1, points, n}));
    }
out:
    return s;
}

kr_status kr_results_write_uncertainty(kr_h5 *file, kr_ctx *ctx, size_t site, size_t measure,
                                       const kr_uncertainty *u)
{
    kr_status s = KR_OK;
    size_t widest = u->nstates > u->nchoices ? u->nstates : u->nchoices + 1;
    float *room = NULL;
    dataset all[DATASETS];
    list_datasets(u, all);
    KR_NEW(room, ctx, KR_ACCOUNT_OUTPUT, u->npoints * widest);
    for (size_t i = 0; i < DATASETS; i++) {
        size_t n = width_of(&all[i], u->spec.structure);
        for (size_t k = 0; k < u->npoints * n; k++)
            room[k] = (float)all[i].numbers[k];
        if (n > 0)
            KR_TRY(kr_h5_write_slab(file, all[i].name, KR_H5_F32,
                                    (const size_t[]){site, measure, 0, 0},
                                    (const size_t[]){1, 1, u->npoints, n}, room));
    }
out:
    kr_free(room);
    return s;
}
