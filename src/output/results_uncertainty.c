/* Shares of variance and what each branch does to the mean, in results.h5. */
#include "output/results.h"
#include "output/results_int.h"

#include <string.h>

static size_t states_of(const kr_structure *structure)
{
    return kr_shares_first_state(structure, structure->nchoices);
}

/* Names of the choices and of their states. */
static kr_status write_names(kr_h5 *file, const kr_structure *structure, kr_arena *arena)
{
    kr_status s = KR_OK;
    size_t nstates = states_of(structure), n = 0;
    const char **choices, **states;
    uint32_t *choice;
    KR_ANEW(choices, arena, structure->nchoices + 1);
    KR_ANEW(states, arena, nstates + 1);
    KR_ANEW(choice, arena, nstates + 1);
    for (size_t c = 0; c < structure->nchoices; c++) {
        choices[c] = structure->choices[c].name;
        for (size_t k = 0; k < structure->choices[c].nstates; k++, n++) {
            states[n] = structure->choices[c].states[k];
            choice[n] = (uint32_t)c;
        }
    }
    if (n == 0)
        return KR_OK;
    KR_TRY(kr_h5_write_strings(file, "uncertainty/choice", choices, structure->nchoices, false));
    KR_TRY(kr_h5_write_strings(file, "uncertainty/state", states, nstates, false));
    KR_TRY(kr_h5_write(file, "uncertainty/state_choice", KR_H5_U32, 1, &nstates, choice));
out:
    return s;
}

/* A dataset of a site and measure a chunk. */
static kr_status make(kr_h5 *file, const char *name, size_t sites, size_t imts, size_t points,
                      size_t n)
{
    const size_t dims[4] = {sites, imts, points, n}, chunk[4] = {1, 1, points, n};
    return n ? kr_h5_make(file, name, KR_H5_F32, 4, dims, chunk) : KR_OK;
}

kr_status kr_results_make_uncertainty(kr_h5 *file, const kr_results_spec *spec, kr_arena *arena)
{
    kr_status s = KR_OK;
    const kr_job *job = spec->job;
    const kr_structure *structure = &spec->tree->structure;
    size_t sites = spec->sites->n, points = job->nlevels + job->poes.n;
    KR_TRY(write_names(file, structure, arena));
    KR_TRY(make(file, "uncertainty/level", sites, job->nimts, points, 1));
    KR_TRY(make(file, "uncertainty/std", sites, job->nimts, points, 1));
    KR_TRY(make(file, "uncertainty/share", sites, job->nimts, points, structure->nchoices + 1));
    KR_TRY(make(file, "uncertainty/branch_mean", sites, job->nimts, points, states_of(structure)));
    KR_TRY(
        make(file, "uncertainty/branch_derivative", sites, job->nimts, points, states_of(structure)));
out:
    return s;
}

static kr_status put(kr_h5 *file, const char *name, const size_t at[2], size_t points, size_t n,
                     const double *numbers, float *room)
{
    for (size_t i = 0; i < points * n; i++)
        room[i] = (float)numbers[i];
    return n ? kr_h5_write_slab(file, name, KR_H5_F32, (const size_t[]){at[0], at[1], 0, 0},
                                (const size_t[]){1, 1, points, n}, room)
             : KR_OK;
}

kr_status kr_results_write_uncertainty(kr_h5 *file, kr_ctx *ctx, size_t site, size_t measure,
                                       const kr_uncertainty *u)
{
    kr_status s = KR_OK;
    const size_t at[2] = {site, measure};
    size_t n = u->npoints, widest = u->nstates > u->nchoices ? u->nstates : u->nchoices + 1;
    float *room = NULL;
    KR_NEW(room, ctx, KR_ACCOUNT_OUTPUT, n * (widest + 1));
    KR_TRY(put(file, "uncertainty/level", at, n, 1, u->level, room));
    KR_TRY(put(file, "uncertainty/std", at, n, 1, u->std, room));
    KR_TRY(put(file, "uncertainty/share", at, n, u->nchoices + 1, u->share, room));
    KR_TRY(put(file, "uncertainty/branch_mean", at, n, u->nstates, u->conditional_poe, room));
    KR_TRY(put(file, "uncertainty/branch_derivative", at, n, u->nstates, u->derivative, room));
out:
    kr_free(room);
    return s;
}
