/* The time of a calculation, from pieces of its work. */
#include "run/plan.h"

#include "base/clock.h"
#include "base/file.h"

#include <math.h>
#include <unistd.h>

/* Statistics are tried for so much of the time that pieces of the hazard are. */
static const double STATISTICS = 0.4;

/* SHA-256 of a byte. */
static const double DIGEST_SECONDS = 2.5e-9;

/* A thread more is worth so much of the first where they share the work. */
static const double THREAD_GAIN = 0.95;

/* The files that are known before their digests are made. */
static double input_bytes(const kr_calc *calc)
{
    double sum = 0;
    for (size_t i = 0; i < calc->job->nfiles; i++)
        sum += (double)kr_file_size(calc->job->files[i].path);
    for (size_t i = 0; i < calc->model->nfiles; i++)
        sum += (double)kr_file_size(calc->model->files[i].path);
    return sum;
}

double kr_plan_speed(int threads)
{
    long here = sysconf(_SC_NPROCESSORS_ONLN);
    int used = here > 0 && here < threads ? (int)here : threads;
    return 1 + THREAD_GAIN * (double)(used - 1);
}

kr_status kr_calc_plan_time(kr_calc *calc, double least, double most, kr_plan_time *out)
{
    kr_status s = KR_OK;
    *out = (kr_plan_time){.reading = calc->now.wall,
                          .reading_cpu = calc->now.cpu,
                          .digests = DIGEST_SECONDS * input_bytes(calc)};
    KR_TRY(kr_hazard_sample(calc->hazard, 1, least, most, &out->hazard));
    double tried = fmax(least, out->hazard.spent - out->hazard.meeting);
    KR_TRY(kr_calc_calibrate(calc, &out->hazard, STATISTICS * tried, &out->stats));
    const kr_hazard_cost *h = &out->hazard;
    const kr_stats_cost *t = &out->stats;
    double together = h->meeting + h->sections + h->units + t->statistics + t->rlzs + t->others;
    double alone = out->digests + h->adding + t->storing + t->tables;
    out->cpu = out->reading_cpu + together + alone;
    out->wall = out->reading + together / kr_plan_speed(calc->threads) + alone;
out:
    kr_hazard_cost_clear(&out->hazard);
    return s;
}
