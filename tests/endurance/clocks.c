/* Clocks that jump, to be loaded before the program: the time of day lies years back and jumps by
 * hours, back and forth, at every look at it; the steady clock jumps forward by minutes now and
 * then. */
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { YEARS_BACK = 20 * 365 * 86400, HOUR = 3600 };

static atomic_uint looks;

#define SEEN __attribute__((visibility("default")))

SEEN int clock_gettime(clockid_t id, struct timespec *out)
{
    int status = (int)syscall(SYS_clock_gettime, id, out);
    unsigned n = atomic_fetch_add(&looks, 1);
    if (status == 0 && id == CLOCK_REALTIME)
        out->tv_sec -= YEARS_BACK + (n % 2 ? 7 : -5) * (long)(n % 13) * HOUR;
    if (status == 0 && id == CLOCK_MONOTONIC)
        out->tv_sec += (long)(n / 50) * 600;
    return status;
}

SEEN time_t time(time_t *out)
{
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_REALTIME, &now);
    if (out)
        *out = now.tv_sec;
    return now.tv_sec;
}
