#include "num/isa.h"

#include "config.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static const char *const isa_names[] = {"base", "base", "v2", "v3", "v4"};

#if defined(__x86_64__) && !KAURI_SCALAR
/* The names of the levels themselves are known to newer compilers only. What is not asked for here
 * (lzcnt, movbe, f16c, cmpxchg16b) every processor with the rest has. */
int kr_isa_supported(void)
{
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("ssse3") || !__builtin_cpu_supports("sse4.2") ||
        !__builtin_cpu_supports("popcnt"))
        return 0;
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma") ||
        !__builtin_cpu_supports("bmi") || !__builtin_cpu_supports("bmi2"))
        return 2;
    if (!__builtin_cpu_supports("avx512f") || !__builtin_cpu_supports("avx512vl") ||
        !__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512cd") ||
        !__builtin_cpu_supports("avx512dq"))
        return 3;
    return 4;
}
#else
int kr_isa_supported(void)
{
    return 0;
}
#endif

int kr_isa_choose(int supported, const char *wanted)
{
    for (int level = 2; wanted && level <= supported; level++)
        if (strcmp(wanted, isa_names[level]) == 0)
            return level;
    return supported;
}

/* Threads that meet here choose the same. */
static atomic_int chosen = -1;

int kr_isa_level(void)
{
    int level = atomic_load_explicit(&chosen, memory_order_relaxed);

    if (level < 0) {
        /* Nothing here changes the environment. NOLINTNEXTLINE(concurrency-mt-unsafe) */
        level = kr_isa_choose(kr_isa_supported(), getenv("KAURI_ISA"));
        atomic_store_explicit(&chosen, level, memory_order_relaxed);
    }
    return level;
}

bool kr_isa_has(const char *name)
{
    return strcmp(name, isa_names[kr_isa_choose(kr_isa_supported(), name)]) == 0;
}

bool kr_isa_keep(const char *name)
{
    int none = -1, level = kr_isa_choose(kr_isa_supported(), name);
    if (kr_isa_has(name))
        atomic_compare_exchange_strong(&chosen, &none, level);
    return strcmp(name, kr_isa_name()) == 0;
}

const char *kr_isa_name(void)
{
    return isa_names[kr_isa_level()];
}
