#include "base/eta.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* A part tells its speed when it has done so much since it was told first. */
static const double ENOUGH = 0.02;

/* Beside what was seen of a part, what was foretold of it counts as so much of it. */
static const double FORETOLD = 0.03;

/* What was foretold is corrected by this factor at most, and by one over it at least. */
static const double MOST = 5;

/* Parts are foretold one by one: that one of them is off by up to this factor says nothing of the
 * others. Beyond it the machine is slower, or faster, than when it was tried. */
static const double USUAL = 1.35;

static kr_eta_part *part_of(kr_eta *e, const char *name)
{
    for (size_t i = 0; i < e->n; i++)
        if (strcmp(e->parts[i].name, name) == 0)
            return &e->parts[i];
    if (e->n == KR_ETA_PARTS)
        return NULL;
    if (e->now == e->n) /* none is under way, and stays so */
        e->now++;
    e->parts[e->n] = (kr_eta_part){.name = name, .foretold = NAN};
    return &e->parts[e->n++];
}

void kr_eta_expect(kr_eta *e, const char *name, double seconds)
{
    kr_eta_part *part = part_of(e, name);
    if (part)
        part->foretold = seconds;
}

void kr_eta_enter(kr_eta *e, const char *name, double now)
{
    if (e->now < e->n)
        e->parts[e->now].spent += now - e->entered;
    const kr_eta_part *part = name ? part_of(e, name) : NULL;
    e->now = part ? (size_t)(part - e->parts) : e->n;
    e->entered = now;
}

static double spent(const kr_eta *e, size_t i, double now)
{
    return e->parts[i].spent + (i == e->now ? now - e->entered : 0);
}

void kr_eta_reach(kr_eta *e, const char *name, double done, double now)
{
    kr_eta_part *part = part_of(e, name);
    if (!part)
        return;
    if (part->told++ == 0) {
        part->from = done;
        part->then = spent(e, (size_t)(part - e->parts), now);
    }
    part->done = done < 1 ? done : 1;
}

void kr_eta_work(kr_eta *e, const char *name, double worked, double left)
{
    kr_eta_part *part = part_of(e, name);
    if (!part)
        return;
    if (!(part->work_from > 0))
        part->work_from = worked;
    part->work = worked - part->work_from;
    part->ahead = left;
}

static bool knows_speed(const kr_eta_part *part)
{
    return part->done - part->from >= ENOUGH;
}

/* How many times longer it takes than was foretold. */
static double slowness(const kr_eta *e, double now)
{
    double took = 0, foretold = 0;
    for (size_t i = 0; i < e->n; i++) {
        const kr_eta_part *part = &e->parts[i];
        if (!knows_speed(part) || isnan(part->foretold))
            continue;
        took += spent(e, i, now) - part->then;
        foretold += part->foretold * (part->done - part->from);
    }
    if (!(foretold > 0))
        return 1;
    double factor = took / foretold;
    if (factor > 1 / USUAL && factor < USUAL)
        return 1;
    return fmin(MOST, fmax(1 / MOST, factor));
}

/* From how fast it was; the less it has done, the more what was foretold counts beside. */
static double left_of(const kr_eta_part *part, double took, double factor)
{
    double seconds = took - part->then, done = part->done - part->from;
    if (part->work > 0)
        return seconds / part->work * part->ahead;
    if (!isnan(part->foretold)) {
        seconds += FORETOLD * part->foretold * factor;
        done += FORETOLD;
    }
    return seconds / done * (1 - part->done);
}

double kr_eta_left(const kr_eta *e, double now)
{
    double left = 0, factor = slowness(e, now);
    size_t known = 0;
    for (size_t i = 0; i < e->n; i++) {
        const kr_eta_part *part = &e->parts[i];
        double took = spent(e, i, now);
        if (knows_speed(part))
            left += left_of(part, took, factor);
        else if (isnan(part->foretold))
            continue;
        else if (part->told)
            left += part->foretold * factor * (1 - part->done);
        else /* it never tells: what is not over yet */
            left += fmax(0, part->foretold * factor - took);
        known++;
    }
    return known ? left : NAN;
}
