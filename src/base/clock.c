#include "base/clock.h"

#include <time.h>

static double clock_read(clockid_t id)
{
    struct timespec t = {0, 0};

    clock_gettime(id, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double kr_wall_seconds(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

double kr_cpu_seconds(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}
