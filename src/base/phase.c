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

void kr_phase_end(kr_ctx *ctx)
{
    kr_phase_table *t = &ctx->phases;
    unsigned now = atomic_load(&t->now);
    if (now == KR_PHASES_MAX)
        return;
    kr_phase_use *use = &t->use[now];
    use->wall += kr_wall_seconds() - t->wall_began;
    use->cpu += kr_cpu_seconds() - t->cpu_began;
    use->accounted = kr_ctx_memory(ctx).current;
    use->resident = kr_resident_bytes();
    atomic_store(&t->now, KR_PHASES_MAX);
}

void kr_phase_begin(kr_ctx *ctx, const char *name)
{
    kr_phase_table *t = &ctx->phases;
    kr_phase_end(ctx);
    unsigned now = phase_find(t, name);
    t->use[now].times++;
    t->wall_began = kr_wall_seconds();
    t->cpu_began = kr_cpu_seconds();
    atomic_store(&t->now, now);
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
