#include "stats/block.h"

#include "support/structure.h"

#include <stdlib.h>
#include <string.h>

/* Values and weights of every block of random structures against their sums and products. */
static void check_blocks(const kt_structure *t)
{
    const kr_structure *s = &t->s;
    double *values = malloc((kr_blocks_max_states(s) + 1) * sizeof *values);
    double *scratch = malloc((kr_blocks_max_scratch(s) + 1) * sizeof *scratch);
    for (size_t p = 0; p < s->nparts; p++)
        for (size_t column = 0; column < 2 && s->parts[p].kind == KR_PART_BLOCK; column++) {
            kt_list all;
            kt_list_part(s, t->rates, column, p, &all);
            assert_int_equal(all.n, s->parts[p].nstates);
            assert_true(all.n <= kr_blocks_max_states(s));
            assert_true(kr_block_scratch(s, &s->parts[p]) <= kr_blocks_max_scratch(s));
            kr_block_values(s, &s->parts[p], t->rates, scratch, values);
            for (size_t i = 0; i < all.n; i++)
                kt_close(values[i], (double)all.rate[i], 1e-14, 0);
            kr_block_weights(s, &s->parts[p], column, values);
            for (size_t i = 0; i < all.n; i++)
                kt_close(values[i], (double)all.weight[i], 1e-14, 0);
            kt_list_free(&all);
        }
    free(values);
    free(scratch);
}

/* Numbers of all states, brought back to the rates, against what one rate of 1 makes of the states.
 */
static void check_back(const kt_structure *t, uint64_t *random)
{
    const kr_structure *s = &t->s;
    size_t nstates = kr_blocks_max_states(s);
    double *x = malloc((nstates + 1) * sizeof *x), *one = calloc(s->nrates + 1, sizeof *one);
    double *scratch = malloc((kr_blocks_max_scratch(s) + 1) * sizeof *scratch);
    double *back = malloc((s->nrates + 1) * sizeof *back);
    double *values = malloc((nstates + 1) * sizeof *values);
    assert_true(x && one && scratch && back && values);
    for (size_t p = 0; p < s->nparts; p++) {
        const kr_part *block = &s->parts[p];
        if (block->kind != KR_PART_BLOCK)
            continue;
        for (size_t i = 0; i < block->nstates; i++)
            x[i] = kt_random_unit(random) - 0.5;
        for (size_t r = 0; r < s->nrates; r++)
            back[r] = 3; /* what is there stays */
        kr_block_add_back(s, block, x, scratch, back);
        for (size_t r = 0; r < s->nrates; r++) {
            double sum = 3;
            one[r] = 1;
            kr_block_values(s, block, one, scratch, values);
            one[r] = 0;
            for (size_t i = 0; i < block->nstates; i++)
                sum += values[i] * x[i];
            kt_close(back[r], sum, 1e-13, 1e-13);
        }
    }
    free(x);
    free(one);
    free(scratch);
    free(back);
    free(values);
}

static void test_random_blocks(void **state)
{
    (void)state;
    uint64_t random = 5;
    for (int trial = 0; trial < 5000; trial++) {
        kr_ctx *ctx = kt_ctx();
        kt_structure t;
        kt_structure_random(&t, ctx, &random, 300);
        check_blocks(&t);
        if (trial % 10 == 0)
            check_back(&t, &random);
        kt_structure_clear(&t);
        kt_ctx_end(&ctx);
    }
}

/* Choices of `nstates` each, with one table over every pair, listed from the last to the first. */
typedef struct pairs {
    kr_choice choice[16];
    double weights[8];
    uint32_t axes[120][2], choices[16], first[65], rates[120][64];
    kr_rate_table tables[120];
    kr_part part;
    kr_structure s;
} pairs;

static void make_pairs(pairs *z, size_t n, size_t nstates)
{
    size_t ntables = n * (n - 1) / 2, t = ntables, rows = nstates * nstates;
    memset(z, 0, sizeof *z);
    for (size_t i = 0; i < nstates; i++)
        z->weights[i] = 1.0 / (double)(i + 2);
    for (uint32_t row = 0; row < 65; row++)
        z->first[row] = row;
    z->part = (kr_part){.kind = KR_PART_BLOCK, .nchoices = n, .nstates = 1, .ntables = ntables};
    for (uint32_t a = 0; a < n; a++) {
        z->choice[a] = (kr_choice){.nstates = nstates, .weights = z->weights};
        z->choices[a] = a;
        z->part.nstates *= nstates;
        for (uint32_t b = a + 1; b < n; b++) {
            t--;
            z->axes[t][0] = a;
            z->axes[t][1] = b;
            for (size_t row = 0; row < rows; row++)
                z->rates[t][row] = (uint32_t)(t * rows + row);
            z->tables[t] = (kr_rate_table){2, z->axes[t], rows, z->first, z->rates[t]};
        }
    }
    z->part.choices = z->choices;
    z->part.tables = z->tables;
    z->s = (kr_structure){.ncolumns = 1,
                          .nchoices = n,
                          .choices = z->choice,
                          .nrates = ntables * rows,
                          .nparts = 1,
                          .parts = &z->part};
}

static double pairs_value(const pairs *z, size_t n, size_t nstates, size_t state,
                          const double *rates)
{
    size_t digit[16];
    double sum = 0;
    for (size_t i = n; i-- > 0; state /= nstates)
        digit[i] = state % nstates;
    for (size_t t = 0; t < z->part.ntables; t++)
        sum += rates[z->rates[t][digit[z->axes[t][0]] * nstates + digit[z->axes[t][1]]]];
    return sum;
}

/* Every choice meets every other; integers, so that any order of summation gives the same. */
static void test_tables_of_all_pairs(void **state)
{
    (void)state;
    const size_t sizes[][2] = {{16, 2}, {8, 3}, {2, 8}, {5, 7}, {9, 1}};
    pairs *z = malloc(sizeof *z);
    double *rates = malloc(120 * 64 * sizeof *rates), *values = malloc((1 << 16) * sizeof *values);
    uint64_t random = 9;
    for (size_t i = 0; i < 120 * 64; i++)
        rates[i] = (double)(kt_random(&random) % 1000000);
    for (size_t k = 0; k < sizeof sizes / sizeof sizes[0]; k++) {
        size_t n = sizes[k][0], nstates = sizes[k][1];
        make_pairs(z, n, nstates);
        double *scratch = malloc(kr_blocks_max_scratch(&z->s) * sizeof *scratch);
        assert_true(kr_blocks_max_states(&z->s) <= 1 << 16);
        kr_block_values(&z->s, &z->part, rates, scratch, values);
        for (size_t i = 0; i < z->part.nstates; i++)
            kt_same(values[i], pairs_value(z, n, nstates, i, rates));
        free(scratch);
    }
    free(values);
    free(rates);
    free(z);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_random_blocks),
        cmocka_unit_test(test_tables_of_all_pairs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
