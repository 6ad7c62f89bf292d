#include "base/phase.h"

#include "base/clock.h"
#include "base/ctx_int.h"
#include "base/mem.h"

#include <math.h>
#include <string.h>

/* The number of a phase by its name; a new one if there is room. */
static unsigned phase_find(kr_phase_table *t, const char *name)
{
    for (unsigned i = 0; i < t->n; i++)
        if (strcmp(t->use[i].name, name) == 0)
            return i;
    if (t->n == KR_PHASES_MAX)
        return KR_PHASES_MAX - 1;
    t->use[t->n].name = name;
    return t->n++;
}

/* `now` is the number of the phase under way, or KR_PHASES_MAX. */
static void phase_leave(kr_phase_table *t, unsigned now, kr_ctx *ctx)
{
    if (now == KR_PHASES_MAX)
        return;
    kr_phase_use *use = &t->use[now];
    int64_t peak = atomic_load(&t->peak);
    double wall = kr_wall_seconds(), cpu = kr_cpu_seconds();
    size_t resident = kr_ctx_resident(ctx);
    use->wall += wall - t->wall_began;
    use->cpu += cpu - t->cpu_began;
    use->accounted = kr_ctx_memory(ctx).current;
    use->accounted_peak = peak > use->accounted_peak ? peak : use->accounted_peak;
    use->resident = resident;
    use->grown += (int64_t)resident - (int64_t)t->resident;
    t->wall_began = wall; /* the next one begins here: nothing passes between them */
    t->cpu_began = cpu;
    t->resident = resident;
    atomic_store(&t->now, KR_PHASES_MAX);
}

static void phase_enter(kr_phase_table *t, const char *name, const kr_ctx *ctx)
{
    unsigned now = phase_find(t, name);
    t->use[now].times++;
    atomic_store(&t->peak, kr_ctx_memory(ctx).current);
    atomic_store(&t->now, now);
    if (t->watch)
        t->watch(t->watcher);
}

const char *kr_phase_begin(kr_ctx *ctx, const char *name)
{
    kr_phase_table *t = &ctx->phases;
    unsigned before = atomic_load(&t->now);
    phase_leave(t, before, ctx);
    if (before == KR_PHASES_MAX) {
        t->wall_began = kr_wall_seconds();
        t->cpu_began = kr_cpu_seconds();
        t->resident = kr_ctx_resident(ctx);
    }
    if (t->n == 0)
        t->began = t->wall_began;
    if (name)
        phase_enter(t, name, ctx);
    return before == KR_PHASES_MAX ? NULL : t->use[before].name;
}

void kr_phase_end(kr_ctx *ctx)
{
    kr_phase_table *t = &ctx->phases;
    phase_leave(t, atomic_load(&t->now), ctx);
}

void kr_phases_forget(kr_ctx *ctx)
{
    kr_phase_table *t = &ctx->phases;
    if (atomic_load(&t->now) != KR_PHASES_MAX)
        return;
    memset(t->use, 0, sizeof t->use);
    t->n = 0;
}

void kr_phases_start(kr_ctx *ctx, const char *name)
{
    kr_phase_table *t = &ctx->phases;
    kr_phase_end(ctx);
    kr_phases_forget(ctx);
    t->cpu_began = 0;
    t->wall_began = t->began = kr_wall_seconds() - kr_cpu_seconds();
    t->resident = 0;
    phase_enter(t, name, ctx);
}

double kr_phases_wall(const kr_ctx *ctx)
{
    const kr_phase_table *t = &ctx->phases;
    return t->n ? t->wall_began - t->began : 0;
}

size_t kr_phases(const kr_ctx *ctx, kr_phase_use out[KR_PHASES_MAX])
{
    memcpy(out, ctx->phases.use, ctx->phases.n * sizeof *out);
    return ctx->phases.n;
}

unsigned kr_phase_now(const kr_ctx *ctx)
{
    return atomic_load_explicit(&ctx->phases.now, memory_order_relaxed);
}

const char *kr_phase_name(const kr_ctx *ctx, unsigned *number)
{
    *number = atomic_load(&ctx->phases.now); /* the name was written before */
    return *number < KR_PHASES_MAX ? ctx->phases.use[*number].name : "";
}

void kr_phase_watch(kr_ctx *ctx, void (*watch)(void *user), void *user)
{
    ctx->phases.watch = watch;
    ctx->phases.watcher = user;
}

/* Welford's recurrence. */
bool kr_spread_add(kr_spread *s, double seconds)
{
    double before = seconds - s->mean;
    s->n++;
    s->mean += before / (double)s->n;
    s->squares += before * (seconds - s->mean);
    s->least = s->n == 1 || seconds < s->least ? seconds : s->least;
    if (s->n > 1 && seconds <= s->most)
        return false;
    s->most = seconds;
    return true;
}

double kr_spread_deviation(const kr_spread *s)
{
    return s->n < 2 ? 0 : sqrt(s->squares / (double)(s->n - 1));
}
