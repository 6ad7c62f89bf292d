/* The functions in loops, as the compiler makes them of num/vmath.h: near the exact values, right
 * at the special ones, and the same wherever in a padded array a value stands. */
#include "num/vmath.h"
#include "support/support.h"

#include <string.h>

enum { N = 8192 };

static double in[N], out[N], again[N];

typedef long double (*exact_fn)(long double);

#define LOOP(f)                                                                                    \
    static __attribute__((noinline)) void loop_##f(const double *restrict x, double *restrict y)   \
    {                                                                                              \
        _Pragma("omp simd") for (int i = 0; i < N; i++) y[i] = f(x[i]);                            \
    }
LOOP(exp)
LOOP(log)
LOOP(log10)
LOOP(log1p)
LOOP(log2)
LOOP(exp2)
LOOP(expm1)
LOOP(sin)
LOOP(cos)
LOOP(tan)
LOOP(asin)
LOOP(acos)
LOOP(atan)
LOOP(sinh)
LOOP(cosh)
LOOP(tanh)
LOOP(erf)
LOOP(erfc)
LOOP(cbrt)
LOOP(sqrt)

static const struct function {
    const char *name;
    void (*loop)(const double *restrict x, double *restrict y);
    exact_fn exact;
    double low, high; /* of the arguments */
    double ulps;      /* glibc promises 4 for its vector forms */
} functions[] = {
    {"exp", loop_exp, expl, -700, 700, 4},       {"log", loop_log, logl, 1e-300, 1e3, 4},
    {"log10", loop_log10, log10l, 1e-9, 1e9, 4}, {"log1p", loop_log1p, log1pl, -0.999, 1e3, 4},
    {"log2", loop_log2, log2l, 1e-9, 1e9, 4},    {"exp2", loop_exp2, exp2l, -1000, 1000, 4},
    {"expm1", loop_expm1, expm1l, -30, 30, 4},   {"sin", loop_sin, sinl, -10, 10, 4},
    {"cos", loop_cos, cosl, -10, 10, 4},         {"tan", loop_tan, tanl, -1.5, 1.5, 4},
    {"asin", loop_asin, asinl, -1, 1, 4},        {"acos", loop_acos, acosl, -1, 1, 4},
    {"atan", loop_atan, atanl, -50, 50, 4},      {"sinh", loop_sinh, sinhl, -100, 100, 4},
    {"cosh", loop_cosh, coshl, -100, 100, 4},    {"tanh", loop_tanh, tanhl, -10, 10, 4},
    {"erf", loop_erf, erfl, -5, 5, 4},           {"erfc", loop_erfc, erfcl, -5, 25, 5},
    {"cbrt", loop_cbrt, cbrtl, -1e6, 1e6, 4},    {"sqrt", loop_sqrt, sqrtl, 0, 1e6, 0.5},
};

static void test_near_the_exact_values(void **state)
{
    (void)state;
    uint64_t seed = 1;

    for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
        const struct function *f = &functions[k];
        double worst = 0;
        for (int i = 0; i < N; i++)
            in[i] = f->low + (f->high - f->low) * kt_random_unit(&seed);
        f->loop(in, out);
        for (int i = 0; i < N; i++) {
            long double exact = f->exact(in[i]);
            double unit = nextafter(fabs((double)exact), INFINITY) - fabs((double)exact);
            double error = (double)(fabsl(out[i] - exact) / unit);
            worst = error > worst ? error : worst;
            if (!(error <= f->ulps))
                fail_msg("%s(%.17g) = %.17g is %.1f units off", f->name, in[i], out[i], error);
        }
        print_message("%-6s %.2f ulp\n", f->name, worst);
    }
}

static __attribute__((noinline)) void loop_two(double y, double *restrict result)
{
#pragma omp simd
    for (int i = 0; i < N; i++)
        result[i] = pow(in[i], y) + atan2(in[i], y) + hypot(in[i], y);
}

static void test_functions_of_two(void **state)
{
    (void)state;
    uint64_t seed = 3;

    for (int i = 0; i < N; i++)
        in[i] = 1e-3 + 20 * kt_random_unit(&seed);
    loop_two(1.5, out);
    for (int i = 0; i < N; i++) {
        long double x = in[i];
        kt_close(out[i], (double)(powl(x, 1.5L) + atan2l(x, 1.5L) + hypotl(x, 1.5L)), 2e-15, 0);
    }
}

static void expect(double x, double e, double l, double c)
{
    for (int i = 0; i < N; i++)
        in[i] = 1;
    in[5] = x;
    loop_exp(in, out);
    kt_same(out[5], e);
    kt_close(out[4], 2.718281828459045, 1e-15, 0); /* the neighbours do not suffer */
    loop_log(in, out);
    kt_same(out[5], l);
    kt_close(out[4], 0, 0, 1e-300);
    loop_erfc(in, out);
    kt_same(out[5], c);
    kt_close(out[6], 0.15729920705028513, 1e-14, 0);
}

static void test_special_values(void **state)
{
    (void)state;
    expect(0, 1, -INFINITY, 1);
    expect(INFINITY, INFINITY, INFINITY, 0);
    expect(-INFINITY, 0, NAN, 2);
    expect(NAN, NAN, NAN, NAN);
    expect(1000, INFINITY, log(1000), 0);
}

static void test_place_does_not_matter(void **state)
{
    (void)state;
    uint64_t seed = 2;

    for (int i = 0; i < N; i++)
        in[i] = kt_random_unit(&seed);
    for (size_t k = 0; k < sizeof functions / sizeof functions[0]; k++) {
        for (int i = 0; i < N / 2; i++) { /* reversed */
            double x = in[i];
            in[i] = in[N - 1 - i];
            in[N - 1 - i] = x;
        }
        functions[k].loop(in, out);
        for (int i = 0; i < N / 2; i++) {
            double x = in[i];
            in[i] = in[N - 1 - i];
            in[N - 1 - i] = x;
        }
        functions[k].loop(in, again);
        for (int i = 0; i < N; i++)
            kt_same(out[i], again[N - 1 - i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_near_the_exact_values),
        cmocka_unit_test(test_functions_of_two),
        cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_place_does_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
