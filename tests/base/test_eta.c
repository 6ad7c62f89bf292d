/* The time left, of runs that are played with a clock of their own. */
#include "base/eta.h"
#include "support/support.h"

#include <math.h>

/* A run: tiles of hazard, statistics and storing, which really take so long in all, and were
 * foretold to take `factor` times less; tables in the end. */
typedef struct play {
    int tiles;
    double hazard, statistics, storing, tables; /* seconds */
    double factor;                              /* 0: nothing was foretold */
    double stop;                                /* what an interrupted run had done of the hazard */
    double worst; /* relative error of what was told after a quarter */
    int asked;
} play;

static void look(play *p, const kr_eta *eta, double now, double all)
{
    double told = kr_eta_left(eta, now), left = all - now;
    if (now < all / 4)
        return;
    p->asked++;
    if (isnan(told)) {
        p->worst = INFINITY;
        return;
    }
    /* near the end a fifth of what is left is nothing: of a hundredth of the whole */
    p->worst = fmax(p->worst, fabs(told - left) / fmax(left, all / 100));
}

static void run(play *p)
{
    enum { STEPS = 50 };
    kr_eta eta = {0};
    double now = 0;
    double all = p->hazard * (1 - p->stop) + p->statistics + p->storing + p->tables;
    if (p->factor > 0) {
        kr_eta_expect(&eta, "hazard", p->hazard / p->factor);
        kr_eta_expect(&eta, "statistics", p->statistics / p->factor);
        kr_eta_expect(&eta, "storing", p->storing / p->factor);
        if (p->tables > 0)
            kr_eta_expect(&eta, "tables", p->tables / p->factor);
    }
    for (int t = 0; t < p->tiles; t++) {
        kr_eta_enter(&eta, "hazard", now);
        for (int i = 1; i <= STEPS; i++) {
            double done = (t + (double)i / STEPS) / p->tiles;
            if (done <= p->stop + 1e-9)
                continue;
            now += p->hazard / p->tiles / STEPS;
            kr_eta_reach(&eta, "hazard", done, now);
            look(p, &eta, now, all);
        }
        kr_eta_enter(&eta, "statistics", now);
        for (int i = 1; i <= STEPS; i++) {
            now += p->statistics / p->tiles / STEPS;
            kr_eta_reach(&eta, "statistics", (t + (double)i / STEPS) / p->tiles, now);
            look(p, &eta, now, all);
        }
        kr_eta_enter(&eta, "storing", now);
        now += p->storing / p->tiles;
        kr_eta_reach(&eta, "storing", (double)(t + 1) / p->tiles, now);
        look(p, &eta, now, all);
    }
    kr_eta_enter(&eta, "tables", now);
    look(p, &eta, now, all);
    now += p->tables;
    kr_eta_enter(&eta, NULL, now);
    assert_true(fabs(now - all) < 1e-6 * all);
}

static void test_within_a_fifth(void **state)
{
    (void)state;
    static const play plays[] = {
        {.tiles = 1, .hazard = 100, .statistics = 20, .storing = 2, .factor = 1},
        {.tiles = 1, .hazard = 20, .statistics = 100, .storing = 2, .tables = 30, .factor = 1},
        /* the machine is slower, or faster, than when it was tried */
        {.tiles = 1, .hazard = 100, .statistics = 50, .storing = 5, .tables = 10, .factor = 3},
        {.tiles = 1, .hazard = 60, .statistics = 100, .storing = 5, .tables = 10, .factor = 0.5},
        {.tiles = 7, .hazard = 100, .statistics = 30, .storing = 10, .tables = 10, .factor = 2},
        /* gone on with */
        {.tiles = 1, .hazard = 100, .statistics = 60, .storing = 2, .factor = 2, .stop = 0.54},
        {.tiles = 5, .hazard = 100, .statistics = 30, .storing = 2, .factor = 2, .stop = 0.5},
    };
    for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++) {
        play p = plays[i];
        run(&p);
        if (!(p.worst <= 0.2) || p.asked < 30)
            fail_msg("run %zu: what was told is up to %.0f %% off, of %d times", i, 100 * p.worst,
                     p.asked);
    }
}

/* Where nothing was foretold several tiles tell themselves, and one tells its own part. */
static void test_nothing_foretold(void **state)
{
    (void)state;
    play p = {.tiles = 6, .hazard = 100, .statistics = 40, .storing = 1};
    run(&p);
    assert_true(p.worst < 0.35);
    kr_eta eta = {0};
    assert_true(isnan(kr_eta_left(&eta, 5)));
    kr_eta_enter(&eta, "hazard", 10);
    kr_eta_reach(&eta, "hazard", 0.1, 12);
    assert_true(isnan(kr_eta_left(&eta, 12)));
    kr_eta_reach(&eta, "hazard", 0.5, 20);
    assert_true(fabs(kr_eta_left(&eta, 20) - 10) < 1e-9);
    kr_eta_enter(&eta, NULL, 20);
    assert_true(fabs(kr_eta_left(&eta, 1000) - 10) < 1e-9); /* nobody works: it does not change */
}

/* More parts than there is room for are left out; a part that tells too much has ended. */
static void test_limits(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d", "e", "f", "g",
                                        "h", "j", "k", "l", "m", "i"};
    kr_eta eta = {0};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        kr_eta_expect(&eta, names[i], 1);
    assert_true(fabs(kr_eta_left(&eta, 0) - KR_ETA_PARTS) < 1e-12);
    kr_eta_enter(&eta, "i", 0);
    kr_eta_reach(&eta, "i", 0.5, 1);
    kr_eta_reach(&eta, "a", 0.1, 1);
    kr_eta_reach(&eta, "a", 1.5, 1);
    assert_true(fabs(kr_eta_left(&eta, 1) - (KR_ETA_PARTS - 1) * 0.2) < 1e-9 ||
                kr_eta_left(&eta, 1) <= KR_ETA_PARTS - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_within_a_fifth),
        cmocka_unit_test(test_nothing_foretold),
        cmocka_unit_test(test_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
