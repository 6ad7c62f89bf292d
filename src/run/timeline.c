#include "run/timeline.h"

#include "base/beside.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/phase.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

static const char head[] = "seconds,phase,resident_bytes,accounted_bytes,accounted_peak_bytes\n";

struct kr_timeline {
    kr_ctx *ctx;
    char *path;
    int fd;
    double zero; /* wall clock of second 0 */
    kr_beside thread;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t wake;
    bool over, failed;
    double cpu;     /* seconds of the thread that writes */
    double last;    /* seconds of the last line */
    size_t lines;   /* written */
    size_t returns; /* lines of phases that began again before it was time for a line */
    unsigned seen;  /* a bit for each phase that has a line */
};

_Static_assert(KR_PHASES_MAX <= 32, "a bit for each");

double kr_timeline_period(size_t lines)
{
    return ldexp(KR_TIMELINE_SECONDS, (int)(lines / KR_TIMELINE_LINES));
}

/* The second of the next line. */
static double line_due(const kr_timeline *t)
{
    return t->last + kr_timeline_period(t->lines);
}

/* Under the lock, by any thread. One write a line: it is in the file if the process is killed. */
static void put_line(kr_timeline *t)
{
    char line[160];
    double now = kr_wall_seconds() - t->zero;
    unsigned phase;
    const char *name = kr_phase_name(t->ctx, &phase);
    kr_account_use use = kr_ctx_memory(t->ctx);
    int n = snprintf(line, sizeof line, "%.3f,%.60s,%zu,%lld,%lld\n", now, name,
                     kr_ctx_resident(t->ctx), (long long)use.current, (long long)use.peak);
    if (n < 0 || write(t->fd, line, (size_t)n) != n)
        t->failed = true;
    if (phase < KR_PHASES_MAX)
        t->seen |= 1U << phase;
    t->last = now;
    t->lines++;
}

static void phase_began(void *user)
{
    kr_timeline *t = user;
    unsigned phase;
    pthread_mutex_lock(&t->lock);
    kr_phase_name(t->ctx, &phase);
    bool due = (phase < KR_PHASES_MAX && !(t->seen >> phase & 1U)) ||
               kr_wall_seconds() - t->zero >= line_due(t);
    if (!due && t->returns < KR_TIMELINE_RETURNS) {
        t->returns++;
        due = true;
    }
    if (due)
        put_line(t);
    pthread_mutex_unlock(&t->lock);
}

static struct timespec clock_at(double seconds)
{
    return (struct timespec){.tv_sec = (time_t)seconds,
                             .tv_nsec = (long)(1e9 * (seconds - (double)(time_t)seconds))};
}

static void sample(void *user)
{
    kr_timeline *t = user;
    pthread_mutex_lock(&t->lock);
    while (!t->over) {
        const struct timespec at = clock_at(t->zero + line_due(t));
        pthread_cond_timedwait(&t->wake, &t->lock, &at);
        if (!t->over && kr_wall_seconds() - t->zero >= line_due(t))
            put_line(t);
    }
    struct timespec cpu = {0};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &cpu);
    t->cpu = (double)cpu.tv_sec + 1e-9 * (double)cpu.tv_nsec;
    pthread_mutex_unlock(&t->lock);
}

static kr_status start_thread(kr_timeline *t)
{
    enum { STACK = 256 * 1024 };
    return kr_beside_begin(&t->thread, sample, t, STACK)
               ? KR_OK
               : kr_fail(t->ctx, KR_ENOMEM, "out of memory: no thread can be made");
}

static kr_status open_file(kr_timeline *t)
{
    char reason[128];
    t->fd = open(t->path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (t->fd >= 0 && flock(t->fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK)
        return kr_fail(t->ctx, KR_EIO, "%s: another run is writing it", t->path);
    if (t->fd < 0 || ftruncate(t->fd, 0) != 0 ||
        write(t->fd, head, sizeof head - 1) != (ssize_t)sizeof head - 1)
        return kr_fail(t->ctx, KR_EIO, "%s: %s", t->path, strerror_r(errno, reason, sizeof reason));
    return KR_OK;
}

static bool make_locks(kr_timeline *t)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0)
        return false;
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* that of kr_wall_seconds */
    bool made = pthread_cond_init(&t->wake, &attr) == 0;
    pthread_condattr_destroy(&attr);
    if (made && pthread_mutex_init(&t->lock, NULL) != 0) {
        pthread_cond_destroy(&t->wake);
        made = false;
    }
    return made;
}

kr_status kr_timeline_begin(kr_ctx *ctx, const char *path, kr_timeline **out)
{
    kr_status s = KR_OK;
    kr_timeline *t;
    *out = NULL;
    KR_NEW(t, ctx, KR_ACCOUNT_OTHER, 1);
    *t = (kr_timeline){.ctx = ctx, .fd = -1};
    t->zero = kr_wall_seconds() - kr_phases_wall(ctx);
    if (!make_locks(t)) {
        kr_free(t);
        return kr_fail(ctx, KR_ENOMEM, "out of memory: no lock can be made");
    }
    *out = t;
    KR_NEW(t->path, ctx, KR_ACCOUNT_OTHER, strlen(path) + 1);
    memcpy(t->path, path, strlen(path));
    KR_TRY(open_file(t));
    put_line(t);
    KR_TRY(start_thread(t));
    kr_phase_watch(ctx, phase_began, t);
out:
    if (s != KR_OK)
        (void)kr_timeline_end(out, NULL);
    return s;
}

kr_status kr_timeline_end(kr_timeline **timeline, double *seconds)
{
    kr_timeline *t = *timeline;
    kr_status s = KR_OK;
    if (!t)
        return KR_OK;
    if (t->thread.running) {
        kr_phase_watch(t->ctx, NULL, NULL);
        pthread_mutex_lock(&t->lock);
        put_line(t);
        t->over = true;
        pthread_cond_signal(&t->wake);
        pthread_mutex_unlock(&t->lock);
        kr_beside_end(&t->thread);
    }
    if (seconds)
        *seconds = t->cpu;
    if (t->fd >= 0 && close(t->fd) != 0)
        t->failed = true;
    if (t->failed)
        s = kr_fail(t->ctx, KR_EIO, "%s: a line could not be written", t->path);
    pthread_mutex_destroy(&t->lock);
    pthread_cond_destroy(&t->wake);
    kr_free(t->path);
    kr_free(t);
    *timeline = NULL;
    return s;
}

/* ------------------------------------------------------------------ reading */

/* The fields of a line, which ends at `end`; false if it is none of ours. */
static bool read_line(char *line, char *end, kr_timeline_point *p)
{
    char *field[5];
    size_t n = 0;
    *end = '\0';
    for (char *at = line; at; n++) {
        char *comma = strchr(at, ',');
        if (n == 5)
            return false;
        field[n] = at;
        if (comma)
            *comma++ = '\0';
        at = comma;
    }
    p->phase = field[1];
    return n == 5 && kr_parse_double(field[0], &p->seconds) &&
           kr_parse_double(field[2], &p->resident) && kr_parse_double(field[3], &p->accounted) &&
           kr_parse_double(field[4], &p->peak);
}

kr_status kr_timeline_read(kr_ctx *ctx, const char *path, kr_arena *arena,
                           kr_timeline_point **points, size_t *n)
{
    kr_status s = KR_OK;
    char *text;
    size_t length, lines = 0;
    int at = 1;
    *n = 0;
    KR_TRY(kr_file_read(ctx, path, 0, arena, &text, &length));
    for (size_t i = 0; i < length; i++)
        lines += text[i] == '\n';
    if (!kr_str_starts(text, head)) {
        s = kr_fail_at(ctx, path, 1, "no timeline of memory; its first line is '%.*s'",
                       (int)sizeof head - 2, head);
        goto out;
    }
    KR_ANEW(*points, arena, lines);
    for (char *line = text + sizeof head - 1, *end; (end = strchr(line, '\n')); line = end + 1) {
        at++;
        if (!read_line(line, end, &(*points)[*n])) {
            s = kr_fail_at(ctx, path, at, "a line has seconds, a phase and three numbers of bytes");
            goto out;
        }
        ++*n;
    }
out:
    return s;
}
