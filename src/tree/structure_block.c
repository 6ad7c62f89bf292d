/* Blocks: their tables, one for each set of choices that terms depend on. */
#include "tree/structure_inside.h"

static size_t block_row(const kr_division *d, const kr_term *term, size_t entry)
{
    size_t row = 0;

    for (size_t i = 0; i < term->nchoices; i++)
        row = row * d->choices[term->choices[i]].nstates + term->states[entry * term->nchoices + i];
    return row;
}

/* One table of n terms that depend on the same choices. */
static kr_status block_table(kr_division *d, const kr_term *const *terms, size_t n,
                             kr_rate_table *out)
{
    kr_status s = KR_OK;
    kr_arena *arena = d->b->arena;
    const kr_term *like = terms[0];
    uint32_t *axes, *first, *rates;
    size_t total = 0;

    *out = (kr_rate_table){.naxes = like->nchoices, .nrows = 1};
    KR_ANEW(axes, arena, out->naxes);
    for (size_t i = 0; i < out->naxes; i++) {
        axes[i] = d->place[like->choices[i]];
        out->nrows *= d->choices[like->choices[i]].nstates;
    }
    for (size_t t = 0; t < n; t++)
        total += terms[t]->nentries;
    KR_ANEW(first, arena, out->nrows + 1);
    KR_ANEW(rates, arena, total);
    for (size_t t = 0; t < n; t++)
        for (size_t e = 0; e < terms[t]->nentries; e++)
            first[block_row(d, terms[t], e)]++;
    /* Row i ends where the next begins; filled from its end to its beginning. */
    for (size_t i = 1; i <= out->nrows; i++)
        first[i] += first[i - 1];
    for (size_t t = n; t-- > 0;)
        for (size_t e = terms[t]->nentries; e-- > 0;)
            rates[--first[block_row(d, terms[t], e)]] = terms[t]->rates[e];
    out->axes = axes;
    out->first = first;
    out->rates = rates;
out:
    return s;
}

static kr_status block_tables(kr_division *d, const kr_term *const *terms, size_t n, kr_part *part)
{
    kr_status s = KR_OK;
    kr_rate_table *tables;
    size_t ntables = 0;

    for (size_t i = 0; i < n; i++)
        ntables += i == 0 || kr_terms_compare(terms[i - 1], terms[i]) != 0;
    KR_ANEW(tables, d->b->arena, ntables);
    part->tables = tables;
    for (size_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n; end++)
            if (kr_terms_compare(terms[i], terms[end]) != 0)
                break;
        KR_TRY(block_table(d, terms + i, end - i, &tables[part->ntables++]));
    }
out:
    return s;
}

kr_status kr_divide_block(kr_division *d, const kr_bundle *bundle, uint32_t *part)
{
    kr_status s = KR_OK;
    kr_part block = {.kind = KR_PART_BLOCK, .nchoices = bundle->nchoices, .nstates = 1};
    const kr_term **terms = NULL;
    uint32_t *choices;

    KR_ANEW(choices, d->b->arena, bundle->nchoices);
    for (size_t i = 0; i < bundle->nchoices; i++) {
        choices[i] = bundle->choices[i];
        d->place[choices[i]] = (uint32_t)i;
        block.nstates *= d->choices[choices[i]].nstates;
    }
    block.choices = choices;
    block.states = (double)block.nstates;
    KR_NEW(terms, d->b->ctx, KR_ACCOUNT_TREE, bundle->nterms);
    KR_TRY(kr_terms_sort(d->b->ctx, bundle, terms));
    KR_TRY(block_tables(d, terms, bundle->nterms, &block));
    d->states += block.states;
    KR_TRY(kr_structure_push(d->b, &block, part));
out:
    kr_free(terms);
    return s;
}
