/* The structure of the tree as text: blocks, mixes, and the way of the statistics. */
#include "run/calc.h"
#include "run/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Parts that are described one by one; the others are counted. */
enum { PARTS_TOLD = 12, CHOICES_TOLD = 4 };

typedef struct teller {
    const kr_structure *structure;
    FILE *out;
    size_t told;
} teller;

/* "bs1 (36) x Active Shallow Crust (21)" */
static void choices_text(const kr_structure *structure, const kr_part *block, char *text,
                         size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < block->nchoices && used < size; i++) {
        const kr_choice *c = &structure->choices[block->choices[i]];
        if (i == CHOICES_TOLD) {
            snprintf(text + used, size - used, " and %zu more", block->nchoices - i);
            return;
        }
        snprintf(text + used, size - used, "%s%.60s (%zu)", i ? " x " : "", c->name, c->nstates);
        used += strlen(text + used);
    }
}

/* States that are enumerated in all of a part. */
static double enumerated(const kr_structure *structure, const kr_part *part)
{
    double sum = part->kind == KR_PART_BLOCK ? (double)part->nstates : 0;
    for (size_t k = 0; k < part->nchildren; k++)
        sum += enumerated(structure, &structure->parts[part->children[k]]);
    return sum;
}

static void tell(teller *t, const kr_part *part, const char *before)
{
    char text[512];
    if (t->told++ >= PARTS_TOLD)
        return;
    if (part->kind == KR_PART_BLOCK) {
        choices_text(t->structure, part, text, sizeof text);
        kr_text_row(t->out, "", "%sblock of %zu states%s%s", before, part->nstates,
                    *text ? ": " : "", text);
        return;
    }
    if (part->kind == KR_PART_MIX)
        kr_text_row(t->out, "",
                    "%smix over the %zu states of %.60s, %.15g combinations in %.15g states",
                    before, part->nchildren, t->structure->choices[part->choice].name, part->states,
                    enumerated(t->structure, part));
    else
        kr_text_row(t->out, "", "%ssum of %zu independent parts", before, part->nchildren);
}

/* The children of a part, and for a mix those of its first state. */
static void tell_below(teller *t, const kr_part *part)
{
    for (size_t k = 0; k < part->nchildren; k++)
        tell(t, &t->structure->parts[part->children[k]], "");
}

void kr_calc_structure(const kr_calc *calc, FILE *out)
{
    const kr_structure *structure = &calc->tree->structure;
    const kr_part *root = &structure->parts[structure->nparts - 1];
    teller t = {structure, out, 0};
    kr_text_row(out, "structure", "%.15g combinations in %.15g enumerated states",
                structure->realizations, enumerated(structure, root));
    if (calc->amplifier)
        kr_text_row(out, "statistics", "one by one: the curve of every realization is amplified");
    else
        kr_text_row(out, "statistics", "%s", kr_way_name(kr_statistics_way(calc->statistics)));
    tell(&t, root, "");
    if (root->kind == KR_PART_SUM)
        tell_below(&t, root);
    else if (root->kind == KR_PART_MIX && root->nchildren) {
        const kr_part *first = &structure->parts[root->children[0]];
        tell(&t, first, "each state: ");
        if (first->kind == KR_PART_SUM)
            tell_below(&t, first);
    }
    if (t.told > PARTS_TOLD)
        kr_text_row(out, "", "and %zu more parts", t.told - PARTS_TOLD);
}
