#include "run/provenance.h"

#include "run/calc.h"
#include "run/text.h"

#include <string.h>

/* New statistics have the options of the run that they are of. */
kr_status kr_calc_fill_provenance(kr_calc *calc)
{
    kr_status s = KR_OK;
    if (!calc->in_force.n && calc->hazard)
        KR_TRY(kr_job_list_options(calc->job, &calc->arena, &calc->in_force));
    if (!calc->provenance.inputs_sha256[0]) /* the spec is filled more than once */
        KR_TRY(kr_provenance_make(&calc->in_force, calc->inputs, calc->ninputs, &calc->arena,
                                  &calc->provenance));
    calc->spec.provenance = calc->provenance;
out:
    return s;
}

/* ------------------------------------------------------------------ as text */

static kr_status tell_text(kr_h5 *file, const char *object, const char *name, const char *label,
                           kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    char *text = NULL;
    if (!kr_h5_exists(file, object))
        return KR_OK;
    KR_TRY(kr_h5_attr_text(file, object, name, arena, &text));
    if (text)
        kr_text_row(out, label, "%s", text);
out:
    return s;
}

static kr_status tell_checks(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    double levels = 0, count = 0, worst = 0;
    bool found;
    char *way = NULL;
    if (!kr_h5_exists(file, "checks"))
        return KR_OK;
    KR_TRY(kr_h5_attr_text(file, "checks", "realizations", arena, &way));
    KR_TRY(kr_h5_attr_double(file, "checks", "levels", &levels, &found));
    KR_TRY(kr_h5_attr_double(file, "checks", "count", &count, &found));
    KR_TRY(kr_h5_attr_double(file, "checks", "worst", &worst, &found));
    if (levels > 0)
        kr_text_row(out, "checks", "%.15g levels against %.15g realizations (%s), within %.1g",
                    levels, count, way ? way : "", worst);
    else
        kr_text_row(out, "checks", "%s", way ? way : "");
out:
    return s;
}

/* Values of several lines and long ones are cut, as those of the job are. */
static kr_status tell_options(kr_h5 *file, kr_arena *arena, FILE *out)
{
    kr_status s = KR_OK;
    char **keys, **values;
    size_t n, m;
    if (!kr_h5_exists(file, "options/key"))
        return KR_OK;
    KR_TRY(kr_h5_read_strings(file, "options/key", arena, &keys, &n));
    KR_TRY(kr_h5_read_strings(file, "options/value", arena, &values, &m));
    fprintf(out, "\n");
    for (size_t i = 0; i < n && i < m; i++) {
        size_t line = strcspn(values[i], "\n");
        kr_text_row(out, i ? "" : "options in force", "%s = %.*s%s", keys[i],
                    (int)(line < 200 ? line : 200), values[i],
                    values[i][line] || line > 200 ? " ..." : "");
    }
out:
    return s;
}

kr_status kr_provenance_tell(kr_h5 *file, kr_arena *arena, FILE *out)
{
    static const char *const definitions[] = {"probability", "rate",     "mean",     "std",
                                              "cov",         "min, max", "quantile", "map"};
    kr_status s = KR_OK;
    const char *label = "definitions";
    KR_TRY(tell_text(file, "/", "number_format", "number_format", arena, out));
    KR_TRY(tell_text(file, "/", "inputs_sha256", "inputs_sha256", arena, out));
    KR_TRY(tell_text(file, "/", "options_sha256", "options_sha256", arena, out));
    KR_TRY(tell_checks(file, arena, out));
    for (size_t i = 0; i < sizeof definitions / sizeof definitions[0]; i++) {
        char *text = NULL;
        if (kr_h5_exists(file, "definitions"))
            KR_TRY(kr_h5_attr_text(file, "definitions", definitions[i], arena, &text));
        if (!text)
            continue;
        kr_text_row(out, label, "%s: %s", definitions[i], text);
        label = "";
    }
    KR_TRY(tell_options(file, arena, out));
out:
    return s;
}
