/* Structures put together from parts, and the sum of their weights. */
#include "tree/structure_inside.h"

#include <string.h>

void kr_structure_builder_init(kr_structure_builder *b, kr_ctx *ctx, kr_arena *arena)
{
    *b = (kr_structure_builder){.ctx = ctx, .arena = arena, .small = KR_BLOCK_STATES_SMALL};
}

void kr_structure_builder_clear(kr_structure_builder *b)
{
    kr_free(b->parts);
    kr_structure_builder_init(b, b->ctx, b->arena);
}

kr_status kr_structure_push(kr_structure_builder *b, const kr_part *part, uint32_t *number)
{
    kr_status s = KR_OK;

    KR_GROW(b->parts, b->parts_cap, b->nparts + 1, b->ctx, KR_ACCOUNT_TREE);
    *number = (uint32_t)b->nparts;
    b->parts[b->nparts++] = *part;
out:
    return s;
}

static kr_status structure_copy(kr_arena *arena, const uint32_t *from, size_t n,
                                const uint32_t **out)
{
    kr_status s = KR_OK;
    uint32_t *copy;

    KR_ANEW(copy, arena, n);
    if (n > 0)
        memcpy(copy, from, n * sizeof *copy);
    *out = copy;
out:
    return s;
}

kr_status kr_structure_add_mix(kr_structure_builder *b, uint32_t choice, const uint32_t *states,
                               const uint32_t *children, size_t n, uint32_t *part)
{
    kr_status s = KR_OK;
    kr_part mix = {.kind = KR_PART_MIX, .nchildren = n, .choice = choice};

    KR_TRY(structure_copy(b->arena, states, n, &mix.fixed));
    KR_TRY(structure_copy(b->arena, children, n, &mix.children));
    for (size_t i = 0; i < n; i++)
        mix.states += b->parts[children[i]].states;
    KR_TRY(kr_structure_push(b, &mix, part));
out:
    return s;
}

kr_status kr_structure_add_sum(kr_structure_builder *b, const uint32_t *children, size_t n,
                               uint32_t *part)
{
    kr_status s = KR_OK;
    kr_part sum = {.kind = n == 0 ? KR_PART_BLOCK : KR_PART_SUM, .states = 1, .nchildren = n};

    if (n == 1) {
        *part = children[0];
        return KR_OK;
    }
    sum.nstates = n == 0;
    KR_TRY(structure_copy(b->arena, children, n, &sum.children));
    for (size_t i = 0; i < n; i++)
        sum.states *= b->parts[children[i]].states;
    KR_TRY(kr_structure_push(b, &sum, part));
out:
    return s;
}

kr_status kr_structure_finish(kr_structure_builder *b, uint32_t root, kr_structure *out)
{
    kr_status s = KR_OK;
    kr_part *parts;

    if (b->nparts == 0 || root != b->nparts - 1)
        return kr_fail(b->ctx, KR_EINTERNAL, "a structure of %zu parts whose root is part %u",
                       b->nparts, root);
    KR_ANEW(parts, b->arena, b->nparts);
    memcpy(parts, b->parts, b->nparts * sizeof *parts);
    out->parts = parts;
    out->nparts = b->nparts;
    out->realizations = parts[root].states;
out:
    return s;
}

kr_status kr_structure_add_problem(kr_structure_builder *b, const kr_problem *problem,
                                   const uint32_t *choices, size_t n, uint32_t *part)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_term *terms;
    const kr_term **reduced;
    kr_division d = {.b = b, .choices = problem->choices};

    kr_arena_init(&arena, b->ctx, KR_ACCOUNT_TREE);
    KR_ANEW(d.place, &arena, problem->nchoices);
    KR_ANEW(terms, &arena, problem->nterms);
    KR_ANEW(reduced, &arena, problem->nterms);
    for (size_t i = 0; i < problem->nterms; i++) {
        terms[i] = problem->terms[i];
        KR_TRY(kr_term_reduce(&arena, problem->choices, &terms[i]));
        reduced[i] = &terms[i];
    }
    for (size_t i = 0; i < n; i++)
        d.place[choices[i]] = 1;
    for (size_t i = 0; i < problem->nterms; i++)
        for (size_t k = 0; k < terms[i].nchoices; k++)
            if (d.place[terms[i].choices[k]] == 0) {
                s = kr_fail(b->ctx, KR_EINTERNAL, "a term depends on the choice '%s' of elsewhere",
                            problem->choices[terms[i].choices[k]].name);
                goto out;
            }
    KR_TRY(kr_divide(&d, &(kr_tied_terms){n, choices, problem->nterms, reduced}, part));
out:
    kr_arena_clear(&arena);
    return s;
}

kr_status kr_structure_divide(kr_ctx *ctx, kr_arena *arena, const kr_problem *problem,
                              kr_structure *out)
{
    kr_status s = KR_OK;
    kr_structure_builder b;
    uint32_t *all = NULL, root;

    kr_structure_builder_init(&b, ctx, arena);
    KR_NEW(all, ctx, KR_ACCOUNT_TREE, problem->nchoices);
    for (size_t i = 0; i < problem->nchoices; i++)
        all[i] = (uint32_t)i;
    KR_TRY(kr_structure_add_problem(&b, problem, all, problem->nchoices, &root));
    KR_TRY(kr_structure_finish(&b, root, out));
    out->ncolumns = problem->ncolumns;
    out->nchoices = problem->nchoices;
    out->choices = problem->choices;
    out->scale = 1;
    /* The parts have the same product, but summed over the states of mixes. */
    out->realizations = 1;
    for (size_t i = 0; i < problem->nchoices; i++)
        out->realizations *= (double)problem->choices[i].nstates;
out:
    kr_free(all);
    kr_structure_builder_clear(&b);
    return s;
}

static double structure_weight(const kr_structure *structure, const kr_part *part, size_t column)
{
    double total = part->kind == KR_PART_MIX ? 0 : 1;

    if (part->kind == KR_PART_BLOCK) {
        for (size_t i = 0; i < part->nchoices; i++) {
            const kr_choice *choice = &structure->choices[part->choices[i]];
            double sum = 0;
            for (size_t k = 0; k < choice->nstates; k++)
                sum += choice->weights[column * choice->nstates + k];
            total *= sum;
        }
        return total;
    }
    for (size_t i = 0; i < part->nchildren; i++) {
        double below = structure_weight(structure, &structure->parts[part->children[i]], column);
        if (part->kind == KR_PART_MIX) {
            const kr_choice *choice = &structure->choices[part->choice];
            total += choice->weights[column * choice->nstates + part->fixed[i]] * below;
        } else {
            total *= below;
        }
    }
    return total;
}

double kr_structure_total(const kr_structure *structure, size_t column)
{
    return structure->scale *
           structure_weight(structure, &structure->parts[structure->nparts - 1], column);
}
