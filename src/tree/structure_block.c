/* Blocks: their tables, one for each set of choices that terms depend on.
 *
 * Every table costs whoever computes the states one addition for each of them. So a table whose
 * choices are among those of another goes into it, its rates repeated, where these repetitions are
 * few beside the states. */
#include "tree/structure_inside.h"

#include <math.h>

enum {
    BLOCK_AXES_MAX = 64,     /* each has two states or more */
    BLOCK_REPEATED_MIN = 64, /* so many repeated rates always pay, */
    BLOCK_REPEATED_OF = 4,   /* and a fourth of the states */
    BLOCK_TABLES_MERGED = 1024
};

/* A table: terms of the same choices, those from `first` on. */
typedef struct block_table {
    const kr_term *like;
    size_t first, n;
    size_t nrows;
    double nrates; /* with those of the tables that go into it */
    size_t into;   /* the table that it goes into, or itself */
    uint32_t *starts, *rates;
} block_table;

typedef struct block_maker {
    kr_division *d;
    kr_arena arena; /* for what follows */
    const kr_term **terms;
    size_t ntables;
    block_table *tables;
} block_maker;

static bool block_within(const kr_term *a, const kr_term *b)
{
    size_t k = 0;

    for (size_t i = 0; i < a->nchoices; i++) {
        while (k < b->nchoices && b->choices[k] < a->choices[i])
            k++;
        if (k == b->nchoices || b->choices[k] != a->choices[i])
            return false;
    }
    return a->nchoices < b->nchoices;
}

/* Terms of the same choices are neighbours. */
static kr_status block_find_tables(block_maker *m, size_t nterms)
{
    kr_status s = KR_OK;

    for (size_t i = 0; i < nterms; i++)
        m->ntables += i == 0 || kr_terms_compare(m->terms[i - 1], m->terms[i]) != 0;
    KR_ANEW(m->tables, &m->arena, m->ntables);
    for (size_t i = 0, n = 0; i < nterms; i++) {
        const kr_term *term = m->terms[i];
        if (i == 0 || kr_terms_compare(m->terms[i - 1], term) != 0) {
            block_table *new = &m->tables[n];
            *new = (block_table){.like = term, .first = i, .nrows = 1, .into = n};
            for (size_t k = 0; k < term->nchoices; k++)
                new->nrows *= m->d->choices[term->choices[k]].nstates;
            n++;
        }
        m->tables[n - 1].n++;
        m->tables[n - 1].nrates += (double)term->nentries;
    }
out:
    return s;
}

/* The smallest table that holds the choices of table t, or t. */
static size_t block_around(const block_maker *m, size_t t)
{
    size_t best = t;

    for (size_t i = 0; i < m->ntables; i++)
        if (block_within(m->tables[t].like, m->tables[i].like) &&
            (best == t || m->tables[i].nrows < m->tables[best].nrows))
            best = i;
    return best;
}

/* Tables of few choices first, so that what went into a table can go on with it. */
static void block_merge(block_maker *m, size_t nstates)
{
    double most = fmax(BLOCK_REPEATED_MIN, (double)nstates / BLOCK_REPEATED_OF);
    size_t left = m->ntables;

    for (size_t naxes = 0; left > 0 && m->ntables <= BLOCK_TABLES_MERGED; naxes++)
        for (size_t t = 0; t < m->ntables; t++) {
            block_table *a = &m->tables[t];
            if (a->like->nchoices != naxes)
                continue;
            left--;
            size_t around = block_around(m, t);
            block_table *b = &m->tables[around];
            double repeated = a->nrates * (double)b->nrows / (double)a->nrows;
            if (around == t || repeated > most)
                continue;
            a->into = around;
            b->nrates += repeated;
        }
}

/* Count the rates of a term in the rows of a table, or put them before the starts of the rows: in
 * all rows that agree with an entry. */
static void block_place(const block_maker *m, const kr_term *term, block_table *to, bool put)
{
    size_t own[BLOCK_AXES_MAX], step[BLOCK_AXES_MAX], size[BLOCK_AXES_MAX], digit[BLOCK_AXES_MAX];
    size_t nfree = 0, stride = 1;

    for (size_t k = to->like->nchoices, i = term->nchoices; k-- > 0;) {
        size_t nstates = m->d->choices[to->like->choices[k]].nstates;
        if (i > 0 && term->choices[i - 1] == to->like->choices[k]) {
            own[--i] = stride;
        } else {
            step[nfree] = stride;
            digit[nfree] = 0;
            size[nfree++] = nstates;
        }
        stride *= nstates;
    }
    for (size_t e = term->nentries; e-- > 0;) {
        size_t row = 0, f = 0;
        for (size_t i = 0; i < term->nchoices; i++)
            row += term->states[e * term->nchoices + i] * own[i];
        do {
            if (put)
                to->rates[--to->starts[row]] = term->rates[e];
            else
                to->starts[row]++;
            /* The next row: all combinations of the other axes, back to the first. */
            for (f = 0; f < nfree; f++) {
                row += step[f];
                if (++digit[f] < size[f])
                    break;
                row -= step[f] * size[f];
                digit[f] = 0;
            }
        } while (f < nfree);
    }
}

static void block_place_all(block_maker *m, bool put)
{
    for (size_t t = m->ntables; t-- > 0;) {
        const block_table *from = &m->tables[t];
        size_t to = t;
        while (m->tables[to].into != to)
            to = m->tables[to].into;
        for (size_t i = from->n; i-- > 0;)
            block_place(m, m->terms[from->first + i], &m->tables[to], put);
    }
}

/* The tables that are left, in the arena of the structure. */
static kr_status block_write(block_maker *m, kr_part *part)
{
    kr_status s = KR_OK;
    kr_arena *arena = m->d->b->arena;
    kr_rate_table *out;

    for (size_t t = 0; t < m->ntables; t++) {
        if (m->tables[t].into != t)
            continue;
        part->ntables++;
        KR_ANEW(m->tables[t].starts, arena, m->tables[t].nrows + 1);
    }
    block_place_all(m, false);
    KR_ANEW(out, arena, part->ntables);
    part->tables = out;
    for (size_t t = 0; t < m->ntables; t++) {
        block_table *table = &m->tables[t];
        if (table->into != t)
            continue;
        /* Each row ends where the next begins; filled from its end to its beginning. */
        for (size_t i = 1; i <= table->nrows; i++)
            table->starts[i] += table->starts[i - 1];
        uint32_t *axes;
        KR_ANEW(axes, arena, table->like->nchoices);
        for (size_t k = 0; k < table->like->nchoices; k++)
            axes[k] = m->d->place[table->like->choices[k]];
        KR_ANEW(table->rates, arena, table->starts[table->nrows]);
        *out++ =
            (kr_rate_table){table->like->nchoices, axes, table->nrows, table->starts, table->rates};
    }
    block_place_all(m, true);
out:
    return s;
}

kr_status kr_divide_block(kr_division *d, const kr_tied_terms *bundle, uint32_t *part)
{
    kr_status s = KR_OK;
    kr_part block = {.kind = KR_PART_BLOCK, .nchoices = bundle->nchoices, .nstates = 1};
    block_maker m = {.d = d};
    uint32_t *choices;

    kr_arena_init(&m.arena, d->b->ctx, KR_ACCOUNT_TREE);
    KR_ANEW(choices, d->b->arena, bundle->nchoices);
    for (size_t i = 0; i < bundle->nchoices; i++) {
        choices[i] = bundle->choices[i];
        d->place[choices[i]] = (uint32_t)i;
        block.nstates *= d->choices[choices[i]].nstates;
    }
    block.choices = choices;
    block.states = (double)block.nstates;
    KR_ANEW(m.terms, &m.arena, bundle->nterms);
    KR_TRY(kr_terms_sort(d->b->ctx, bundle, m.terms));
    KR_TRY(block_find_tables(&m, bundle->nterms));
    block_merge(&m, block.nstates);
    KR_TRY(block_write(&m, &block));
    d->states += block.states;
    KR_TRY(kr_structure_push(d->b, &block, part));
out:
    kr_arena_clear(&m.arena);
    return s;
}
