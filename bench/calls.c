/* Preloaded into a run with KAURI_ISA=v2, counts the elements that pass through glibc's vector
 * functions (libmvec) and writes them to the file $KAURI_CALLS at exit, a line `function elements`
 * each. The copies of a kernel or model for other instruction sets call the same functions for the
 * same elements, more of them at a time. One thread only. */
#include <dlfcn.h>
#include <emmintrin.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The real function of a name, looked up at its first call. */
static void find(void *function, const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) {
        fprintf(stderr, "calls: %s is not in the libraries\n", name);
        abort();
    }
    memcpy(function, &found, sizeof found); /* ISO C has no cast from an object to a function */
}

#define EXPORT __attribute__((visibility("default")))
#define COUNT(name, symbol)                                                                        \
    static uint64_t name##_elements;                                                               \
    EXPORT __m128d symbol(__m128d x);                                                              \
    EXPORT __m128d symbol(__m128d x)                                                               \
    {                                                                                              \
        static __m128d (*real)(__m128d);                                                           \
        if (!real)                                                                                 \
            find(&real, #symbol);                                                                  \
        name##_elements += 2;                                                                      \
        return real(x);                                                                            \
    }
#define COUNT2(name, symbol)                                                                       \
    static uint64_t name##_elements;                                                               \
    EXPORT __m128d symbol(__m128d x, __m128d y);                                                   \
    EXPORT __m128d symbol(__m128d x, __m128d y)                                                    \
    {                                                                                              \
        static __m128d (*real)(__m128d, __m128d);                                                  \
        if (!real)                                                                                 \
            find(&real, #symbol);                                                                  \
        name##_elements += 2;                                                                      \
        return real(x, y);                                                                         \
    }

COUNT(exp, _ZGVbN2v_exp)
COUNT(log, _ZGVbN2v_log)
COUNT(log1p, _ZGVbN2v_log1p)
COUNT(erfc, _ZGVbN2v_erfc)
COUNT(tanh, _ZGVbN2v_tanh)
COUNT(cosh, _ZGVbN2v_cosh)
COUNT2(pow, _ZGVbN2vv_pow)

__attribute__((destructor)) static void write_counts(void)
{
    const char *path = getenv("KAURI_CALLS"); /* NOLINT(concurrency-mt-unsafe) */
    FILE *f = path ? fopen(path, "w") : NULL;
    if (!f)
        return;
#define LINE(name) fprintf(f, #name " %" PRIu64 "\n", name##_elements)
    LINE(exp), LINE(log), LINE(log1p), LINE(erfc), LINE(tanh), LINE(cosh), LINE(pow);
    fclose(f);
}
