/* The time left of a run. */
#include "base/clock.h"
#include "base/phase.h"
#include "base/str.h"
#include "run/plan.h"

#include <math.h>

/* Trying pieces is not worth it where a run takes less than some seconds. By models of ruptures at
 * sites; by realizations at levels of sites. */
static const double UNITS = 2e7, REALIZATIONS = 1e9, MOST_LISTED = 1e6;

/* Seconds that pieces are tried. */
static const double LEAST = 0.05, MOST = 3;

static bool is_long(const kr_calc *calc)
{
    double sites = (double)calc->sites->n;
    double levels = (double)(calc->job->nimts * calc->job->nlevels);
    return kr_hazard_cost_of_units(calc->hazard) > UNITS ||
           fmin(calc->tree->rlzs, MOST_LISTED) * sites * levels > REALIZATIONS;
}

/* Called under the lock of the context, by one thread at a time. */
static double left(void *user, const char *phase, double part)
{
    kr_calc *calc = user;
    double now = kr_wall_seconds();
    kr_eta_reach(&calc->eta, phase, part, now);
    if (kr_str_eq(phase, "hazard")) {
        kr_hazard_time time;
        kr_hazard_left(calc->hazard, &time);
        kr_eta_work(&calc->eta, phase, time.spent, time.left);
    }
    return kr_eta_left(&calc->eta, now);
}

/* What is read, split and tried first says nothing of the whole. */
static double not_yet(void *user, const char *phase, double part)
{
    (void)user;
    (void)phase;
    (void)part;
    return INFINITY;
}

void kr_calc_foretell_later(kr_ctx *ctx)
{
    kr_ctx_set_left(ctx, not_yet, NULL);
}

kr_status kr_calc_foretell(kr_calc *calc, const kr_plan_memory *plan)
{
    kr_status s = KR_OK;
    kr_plan_time time;
    kr_ctx_set_left(calc->ctx, left, calc);
    /* What is tried takes no more than what is planned: there must be room for it twice. */
    if (!is_long(calc) || plan->peak > plan->limit - (plan->peak - plan->held))
        return KR_OK;
    KR_TRY(kr_calc_plan_time(calc, LEAST, MOST, &time));
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

/* Of a table, as measured in a file system of memory. */
static const double DIGEST_SECONDS = 1.6e-5;

void kr_calc_foretell_digests(kr_calc *calc, bool begun)
{
    static const char name[] = "digests of results";
    double rlzs = calc->store_rlzs ? (double)calc->tree->nrlzs : 0;
    double tables = (rlzs + (double)calc->nstats) * (double)(calc->job->nimts + 2);
    if (begun)
        kr_eta_enter(&calc->eta, name, kr_wall_seconds());
    else
        kr_eta_expect(&calc->eta, name, tables * DIGEST_SECONDS);
}
