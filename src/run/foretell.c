/* The time left of a run. */
#include "base/clock.h"
#include "base/phase.h"
#include "run/plan.h"

#include <math.h>

/* Trying pieces takes a third of a second: where a run may take less than some seconds it is not
 * worth it. By ruptures at sites; by realizations at levels of sites. */
static const double RUPTURES = 5e7, REALIZATIONS = 5e9, MOST_LISTED = 1e6;

/* A job of a minute is worth pieces that take a second: the fewer they are, the less is known of
 * the paces of its works. */
static const double LONG = 4, CARE = 3;

/* How many times longer than where trying begins to be worth it, about. */
static double length_of(const kr_calc *calc)
{
    double ruptures = 0, sites = (double)calc->sites->n;
    double levels = (double)(calc->job->nimts * calc->job->nlevels);
    for (size_t c = 0; c < calc->tree->ncomponents; c++)
        ruptures += (double)kr_hazard_component_size(calc->hazard, c).ruptures;
    return fmax(ruptures * sites / RUPTURES,
                fmin(calc->tree->rlzs, MOST_LISTED) * sites * levels / REALIZATIONS);
}

/* Called under the lock of the context, by one thread at a time. */
static double left(void *user, const char *phase, double part)
{
    kr_calc *calc = user;
    double now = kr_wall_seconds();
    kr_eta_reach(&calc->eta, phase, part, now);
    return kr_eta_left(&calc->eta, now);
}

kr_status kr_calc_foretell(kr_calc *calc, const kr_plan_memory *plan)
{
    kr_status s = KR_OK;
    kr_plan_time time;
    kr_ctx_set_left(calc->ctx, left, calc);
    /* What is tried takes no more than what is planned: there must be room for it twice. */
    double length = length_of(calc);
    if (!(length > 1) || plan->peak > plan->limit - (plan->peak - plan->held))
        return KR_OK;
    KR_TRY(kr_calc_plan_time(calc, length > LONG ? CARE : 1, &time));
    const kr_hazard_cost *h = &time.hazard;
    double speed = kr_plan_speed(calc->threads);
    kr_eta_expect(&calc->eta, "hazard", (h->sections + h->units) / speed + h->adding);
    kr_eta_expect(&calc->eta, "statistics", time.stats.statistics / speed);
    if (time.stats.rlzs > 0)
        kr_eta_expect(&calc->eta, "single realizations", time.stats.rlzs / speed);
    kr_eta_expect(&calc->eta, "storing", time.stats.storing);
    if (time.stats.tables > 0)
        kr_eta_expect(&calc->eta, "tables", time.stats.tables);
    kr_info(calc->ctx, "about %.0f s to go", kr_eta_left(&calc->eta, kr_wall_seconds()));
out:
    return s;
}

void kr_calc_turn(kr_calc *calc, const char *name)
{
    kr_phase_begin(calc->ctx, name);
    kr_eta_enter(&calc->eta, name, kr_wall_seconds());
}

void kr_calc_turned(kr_calc *calc, const char *name, size_t site)
{
    kr_eta_reach(&calc->eta, name, (double)site / (double)calc->sites->n, kr_wall_seconds());
}
