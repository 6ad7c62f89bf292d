/* The settings side by side, as Markdown and as CSV. */
#include "base/json.h"
#include "base/str.h"
#include "run/scaling.h"

#include <math.h>
#include <string.h>

/* Phases with less than this part of the wall time of every run are left to the CSV table. */
static const double MAIN_PHASE = 0.05;

/* ------------------------------------------------------------------ cells */

/* A text in a cell of Markdown: no bar, no line end. */
static void put_text(FILE *out, const char *text)
{
    for (const char *p = text; *p; p++) {
        if (*p == '|' || *p == '\\')
            fputc('\\', out);
        fputc(*p == '\n' ? ' ' : *p, out);
    }
}

static void put_number(FILE *out, const char *format, double x)
{
    fputs(" ", out);
    if (!isnan(x))               /* nothing where it is not known */
        fprintf(out, format, x); /* NOLINT(clang-diagnostic-format-nonliteral) */
    fputs(" |", out);
}

static bool is_main_phase(const kr_scaling_study *z, size_t phase)
{
    for (size_t i = 0; i < z->ndone; i++) {
        const kr_setting *setting = &z->settings[i];
        if (setting->nruns && kr_setting_phase(setting, phase, true) >=
                                  MAIN_PHASE * kr_setting_figure(setting, KR_F_WALL))
            return true;
    }
    return false;
}

/* Probabilities and motions are compared where both runs have them and they differ. */
static bool any_percent(const kr_scaling_study *z)
{
    for (size_t i = 0; i < z->ndone; i++)
        for (int t = 0; t < KR_PERIODS; t++) {
            const kr_difference *d = &z->settings[i].difference;
            if (z->settings[i].nruns && !(isnan(d->poe[t]) && isnan(d->motion[t])))
                return true;
        }
    return false;
}

/* ------------------------------------------------------------------ Markdown */

static void put_percents(FILE *out, const double x[KR_PERIODS])
{
    char text[KR_PERIODS][32];
    for (int t = 0; t < KR_PERIODS; t++)
        snprintf(text[t], sizeof text[t], isnan(x[t]) ? "-" : "%+.2g %%", x[t]);
    if (isnan(x[0]) && isnan(x[1]))
        fputs(" |", out);
    else
        fprintf(out, " %s, %s |", text[0], text[1]);
}

static void head(const kr_scaling_study *z, FILE *out)
{
    const kr_scaling_options *o = z->options;
    size_t columns = 0;
    fputs("|", out);
    for (size_t k = 0; k < o->nvary; k++, columns++) {
        fputs(" ", out);
        put_text(out, o->vary[k].key);
        fputs(" |", out);
    }
    fputs(" realizations | all: processor, wall s |", out);
    for (size_t i = 0; i < z->nphases; i++)
        if (is_main_phase(z, i)) {
            fprintf(out, " %s: processor, wall s |", z->phases[i]);
            columns++;
        }
    fputs(" resident MB | accounted MB | results MB | beside the first |", out);
    if (any_percent(z))
        fputs(" probability at 475, 2475 years | motion at 475, 2475 years |", out);
    fputs("\n|", out);
    for (columns += any_percent(z) ? 8 : 6; columns > 0; columns--)
        fputs(" --- |", out);
    fputs("\n", out);
}

static void put_two(FILE *out, double cpu, double wall)
{
    if (isnan(cpu) || isnan(wall))
        fputs(" |", out);
    else
        fprintf(out, " %.2f, %.2f |", cpu, wall);
}

static const char *const verdicts[] = {
    "", "the first", "equal", "curves equal", "equal where shared", "differs"};

static void line(const kr_scaling_study *z, const kr_setting *setting, FILE *out)
{
    fputs("|", out);
    for (size_t k = 0; k < z->options->nvary; k++) {
        fputs(" ", out);
        put_text(out, kr_setting_value(z, setting, k));
        fputs(" |", out);
    }
    bool done = setting->nruns > 0;
    put_number(out, "%.15g", done ? kr_setting_figure(setting, KR_F_REALIZATIONS) : NAN);
    put_two(out, done ? kr_setting_figure(setting, KR_F_CPU) : NAN,
            done ? kr_setting_figure(setting, KR_F_WALL) : NAN);
    for (size_t i = 0; i < z->nphases; i++)
        if (is_main_phase(z, i))
            put_two(out, done ? kr_setting_phase(setting, i, false) : NAN,
                    done ? kr_setting_phase(setting, i, true) : NAN);
    for (kr_figure f = KR_F_RESIDENT; f <= KR_F_SIZE; f++)
        put_number(out, "%.2f", done ? kr_setting_figure(setting, f) / 1e6 : NAN);
    if (setting->reason[0]) {
        fprintf(out, " status %d: ", setting->exit_status);
        put_text(out, setting->reason);
        fputs(any_percent(z) ? " | | |\n" : " |\n", out);
        return;
    }
    fprintf(out, " %s |", verdicts[setting->difference.verdict]);
    if (any_percent(z)) {
        put_percents(out, setting->difference.poe);
        put_percents(out, setting->difference.motion);
    }
    fputs("\n", out);
}

static void put_ratios(FILE *out, const char *what, const kr_scaling_study *z, kr_figure figure)
{
    double ratio[KR_SCALING_PAIRS_MAX];
    const kr_setting *a = &z->settings[0], *b = &z->settings[1];
    size_t n = a->nruns < b->nruns ? a->nruns : b->nruns;
    for (size_t i = 0; i < n; i++)
        ratio[i] = b->runs[i].x[figure] / a->runs[i].x[figure];
    kr_ratios r = kr_ratios_of(ratio, n);
    fprintf(out, "| %s | %zu | %.3f | %.3f to %.3f |", what, r.n, r.median, r.least, r.most);
    if (r.n < 2) /* one pair tells nothing of the others */
        fputs(" | |\n", out);
    else
        fprintf(out, " %.3f to %.3f (%.1f %%) | %.3g |\n", r.low, r.high, 100 * r.level, r.p);
}

/* The second setting beside the first, pair by pair. */
static void put_pairs(const kr_scaling_study *z, FILE *out)
{
    if (z->options->pairs < 1 || !z->settings[0].nruns || !z->settings[1].nruns)
        return;
    fputs("\nThe second setting over the first, in pairs of runs:\n\n"
          "| ratio of | pairs | median | least to most | the true median is within | sign test p "
          "|\n| --- | --- | --- | --- | --- | --- |\n",
          out);
    put_ratios(out, "processor time", z, KR_F_CPU);
    put_ratios(out, "wall time", z, KR_F_WALL);
}

/* ------------------------------------------------------------------ powers */

enum { POINTS_MAX = 1000 };

/* A line of runs that differ in one key. */
typedef struct series {
    const kr_scaling_study *z;
    size_t key, n;
    const kr_setting *at[POINTS_MAX];
    double x[POINTS_MAX], y[POINTS_MAX];
} series;

static bool alike_but(const kr_scaling_study *z, const kr_setting *a, const kr_setting *b,
                      size_t key)
{
    for (size_t k = 0; k < z->options->nvary; k++)
        if (k != key && a->value[k] != b->value[k])
            return false;
    return true;
}

/* The number that a value stands for; of a job file its contexts. NaN if it is none. */
static double number_of(const kr_scaling_study *z, const kr_setting *setting, size_t key)
{
    double x;
    if (kr_str_eq(z->options->vary[key].key, "job"))
        return kr_setting_figure(setting, KR_F_CONTEXTS);
    return kr_parse_double(kr_setting_value(z, setting, key), &x) ? x : NAN;
}

/* By increasing numbers; equal ones once. */
static void add_point(series *s, const kr_setting *setting, double x)
{
    size_t k = s->n;
    if (s->n == POINTS_MAX || !(x > 0))
        return;
    for (size_t i = 0; i < s->n; i++)
        if (s->x[i] == x)
            return;
    for (; k > 0 && s->x[k - 1] > x; k--) {
        s->x[k] = s->x[k - 1];
        s->at[k] = s->at[k - 1];
    }
    s->x[k] = x;
    s->at[k] = setting;
    s->n++;
}

static void put_power(series *s, FILE *out, const char *what)
{
    const kr_scaling_study *z = s->z;
    const kr_power p = kr_power_of(s->x, s->y, s->n);
    if (p.n < 3)
        return;
    fputs("| ", out);
    put_text(out, z->options->vary[s->key].key);
    if (kr_str_eq(z->options->vary[s->key].key, "job"))
        fputs(" (contexts)", out);
    fputs(" |", out);
    for (size_t k = 0; k < z->options->nvary; k++)
        if (k != s->key) {
            fputs(" ", out);
            put_text(out, z->options->vary[k].key);
            fputs("=", out);
            put_text(out, kr_setting_value(z, s->at[0], k));
        }
    fprintf(out, " | %zu from %.6g to %.6g | %s | %.3f | %.3f |\n", s->n, s->x[0], s->x[s->n - 1],
            what, p.exponent, p.last);
}

/* The hazard phase, if the runs have it; all; wall. */
static void put_powers_of(series *s, FILE *out)
{
    for (size_t i = 0; i < s->z->nphases; i++)
        if (kr_str_eq(s->z->phases[i], "hazard")) {
            for (size_t k = 0; k < s->n; k++)
                s->y[k] = kr_setting_phase(s->at[k], i, false);
            put_power(s, out, "processor time of hazard");
        }
    for (size_t k = 0; k < s->n; k++)
        s->y[k] = kr_setting_figure(s->at[k], KR_F_CPU);
    put_power(s, out, "processor time");
    for (size_t k = 0; k < s->n; k++)
        s->y[k] = kr_setting_figure(s->at[k], KR_F_WALL);
    put_power(s, out, "wall time");
}

/* The series that begins with a setting: none before it is alike but for the key. */
static bool find_series(const kr_scaling_study *z, size_t first, size_t key, series *s)
{
    *s = (series){.z = z, .key = key};
    for (size_t i = 0; i < z->ndone; i++) {
        const kr_setting *setting = &z->settings[i];
        if (!alike_but(z, setting, &z->settings[first], key))
            continue;
        if (i < first)
            return false;
        if (setting->nruns)
            add_point(s, setting, number_of(z, setting, key));
    }
    return s->n >= 3;
}

static void put_powers(const kr_scaling_study *z, FILE *out)
{
    series s;
    bool any = false;
    for (size_t k = 0; k < z->options->nvary; k++)
        for (size_t i = 0; i < z->ndone; i++) {
            if (!find_series(z, i, k, &s))
                continue;
            if (!any)
                fputs("\nPowers: time grows as the value to this exponent (1: in proportion), by "
                      "least squares of logarithms, and between the last two values:\n\n"
                      "| key | others | values | of | exponent | last |\n"
                      "| --- | --- | --- | --- | --- | --- |\n",
                      out);
            any = true;
            put_powers_of(&s, out);
        }
}

/* Why the same site differs where only the number of sites changed. */
static void put_other_sites(const kr_scaling_study *z, FILE *out)
{
    double sites = NAN;
    bool differs = false;
    for (size_t i = 0; i < z->ndone && isnan(sites); i++)
        if (z->settings[i].difference.verdict == KR_VERDICT_FIRST)
            sites = kr_setting_figure(&z->settings[i], KR_F_SITES);
    for (size_t i = 0; i < z->ndone; i++)
        if (z->settings[i].difference.verdict == KR_VERDICT_DIFFERS)
            differs = differs || kr_setting_figure(&z->settings[i], KR_F_SITES) != sites;
    if (differs)
        fputs("\nBeside other sites the same site can differ: which points are taken together far "
              "away (pointsource_distance, ps_grid_spacing) depends on all sites of the job. "
              "With -p collapsing=false none are.\n",
              out);
}

void kr_scaling_markdown(const kr_scaling_study *z, FILE *out)
{
    head(z, out);
    for (size_t i = 0; i < z->ndone; i++)
        line(z, &z->settings[i], out);
    put_other_sites(z, out);
    put_pairs(z, out);
    put_powers(z, out);
}

/* ------------------------------------------------------------------ CSV */

static const struct {
    kr_figure figure;
    const char *name;
    double unit;
} figures[] = {{KR_F_REALIZATIONS, "realizations", 1},
               {KR_F_SITES, "nsites", 1},
               {KR_F_LEVELS, "nlevels", 1},
               {KR_F_CPU, "cpu_s", 1},
               {KR_F_WALL, "wall_s", 1},
               {KR_F_RESIDENT, "resident_mb", 1e6},
               {KR_F_ACCOUNTED, "accounted_mb", 1e6},
               {KR_F_SIZE, "results_mb", 1e6},
               {KR_F_CONTEXTS, "contexts", 1},
               {KR_F_COMPUTED, "computed", 1},
               {KR_F_MEANS, "means", 1},
               {KR_F_EXCEEDANCES, "exceedances", 1},
               {KR_F_PRODUCTS, "products", 1}};

enum { NFIGURES = sizeof figures / sizeof *figures };

static void csv_text(FILE *out, const char *text)
{
    if (!strpbrk(text, ",\"\n")) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *p = text; *p; p++) {
        if (*p == '"')
            fputc('"', out);
        fputc(*p, out);
    }
    fputc('"', out);
}

static void csv_number(FILE *out, double x)
{
    if (isnan(x))
        fputs(",", out);
    else
        fprintf(out, ",%.10g", x);
}

static void csv_head(const kr_scaling_study *z, FILE *out)
{
    for (size_t k = 0; k < z->options->nvary; k++) {
        csv_text(out, z->options->vary[k].key);
        fputs(",", out);
    }
    fputs("run,status,reason", out);
    for (size_t f = 0; f < NFIGURES; f++)
        fprintf(out, ",%s", figures[f].name);
    for (size_t i = 0; i < z->nphases; i++)
        fprintf(out, ",%s cpu_s,%s wall_s", z->phases[i], z->phases[i]);
    fputs(",beside_first,poe_475_percent,poe_2475_percent,motion_475_percent,"
          "motion_2475_percent\n",
          out);
}

/* Run `run` of a setting, or a setting without any. */
static void csv_line(const kr_scaling_study *z, const kr_setting *setting, size_t run, FILE *out)
{
    const kr_run_figures *x = run < setting->nruns ? &setting->runs[run] : NULL;
    for (size_t k = 0; k < z->options->nvary; k++) {
        csv_text(out, kr_setting_value(z, setting, k));
        fputs(",", out);
    }
    fprintf(out, "%zu,%d,", run + 1, x ? 0 : setting->exit_status);
    csv_text(out, x ? "" : setting->reason);
    for (size_t f = 0; f < NFIGURES; f++)
        csv_number(out, x ? x->x[figures[f].figure] / figures[f].unit : NAN);
    for (size_t i = 0; i < z->nphases; i++) {
        csv_number(out, x ? x->cpu[i] : NAN);
        csv_number(out, x ? x->wall[i] : NAN);
    }
    fprintf(out, ",%s", x ? verdicts[setting->difference.verdict] : "");
    for (int t = 0; t < KR_PERIODS; t++)
        csv_number(out, x ? setting->difference.poe[t] : NAN);
    for (int t = 0; t < KR_PERIODS; t++)
        csv_number(out, x ? setting->difference.motion[t] : NAN);
    fputs("\n", out);
}

void kr_scaling_csv(const kr_scaling_study *z, FILE *out)
{
    csv_head(z, out);
    for (size_t i = 0; i < z->ndone; i++) {
        const kr_setting *setting = &z->settings[i];
        for (size_t r = 0; r < setting->nruns; r++)
            csv_line(z, setting, r, out);
        if (setting->reason[0])
            csv_line(z, setting, setting->nruns, out);
    }
}

/* ------------------------------------------------------------------ JSON */

static void json_run(kr_json *j, const kr_scaling_study *z, const kr_setting *setting, size_t run)
{
    const kr_run_figures *x = run < setting->nruns ? &setting->runs[run] : NULL;
    kr_put_begin(j, NULL, '{');
    kr_put_begin(j, "setting", '{');
    for (size_t k = 0; k < z->options->nvary; k++)
        kr_put_text(j, z->options->vary[k].key, kr_setting_value(z, setting, k));
    kr_put_end(j, '}');
    kr_put_count(j, "run", run + 1);
    kr_put_number(j, "status", x ? 0 : setting->exit_status);
    kr_put_text(j, "reason", x ? NULL : setting->reason);
    for (size_t f = 0; x && f < NFIGURES; f++)
        kr_put_number(j, figures[f].name, x->x[figures[f].figure] / figures[f].unit);
    kr_put_begin(j, "phases", '[');
    for (size_t i = 0; x && i < z->nphases; i++) {
        kr_put_begin(j, NULL, '{');
        kr_put_text(j, "name", z->phases[i]);
        kr_put_number(j, "cpu_s", x->cpu[i]);
        kr_put_number(j, "wall_s", x->wall[i]);
        kr_put_end(j, '}');
    }
    kr_put_end(j, ']');
    if (x) {
        kr_put_text(j, "beside_first", verdicts[setting->difference.verdict]);
        kr_put_number(j, "poe_475_percent", setting->difference.poe[0]);
        kr_put_number(j, "poe_2475_percent", setting->difference.poe[1]);
        kr_put_number(j, "motion_475_percent", setting->difference.motion[0]);
        kr_put_number(j, "motion_2475_percent", setting->difference.motion[1]);
    }
    kr_put_end(j, '}');
}

void kr_scaling_json(const kr_scaling_study *z, FILE *out)
{
    kr_json j = {.out = out};
    kr_put_begin(&j, NULL, '{');
    kr_put_text(&j, "format", "kauri scaling 1");
    kr_put_begin(&j, "runs", '[');
    for (size_t i = 0; i < z->ndone; i++) {
        const kr_setting *setting = &z->settings[i];
        for (size_t r = 0; r < setting->nruns; r++)
            json_run(&j, z, setting, r);
        if (setting->reason[0])
            json_run(&j, z, setting, setting->nruns);
    }
    kr_put_end(&j, ']');
    kr_put_end(&j, '}');
}
