/* What results.h5 and the tables say of how they were made. */
#include "base/digest.h"
#include "output/results_int.h"

#include <string.h>

/* ------------------------------------------------------------------ digests */

kr_status kr_provenance_make(const kr_job_options *options, const kr_input_file *inputs,
                             size_t ninputs, kr_arena *arena, kr_provenance *out)
{
    kr_status s = KR_OK;
    const char **lines;
    *out = (kr_provenance){.options = *options};
    KR_ANEW(lines, arena, options->n > ninputs ? options->n : ninputs);
    for (size_t i = 0; i < options->n; i++)
        if (!(lines[i] = kr_arena_printf(arena, "%s = %s", options->keys[i], options->values[i])))
            return KR_ENOMEM;
    kr_texts_digest(lines, options->n, out->options_sha256);
    for (size_t i = 0; i < ninputs; i++)
        lines[i] = inputs[i].sha256;
    kr_texts_digest(lines, ninputs, out->inputs_sha256);
out:
    return s;
}

const char *kr_provenance_option(const kr_provenance *p, const char *key)
{
    for (size_t i = 0; i < p->options.n; i++)
        if (kr_str_eq(p->options.keys[i], key))
            return p->options.values[i];
    return NULL;
}

/* Values hold no '=': what reads the reference's comments splits there. */
const char *kr_provenance_comment(const kr_results_spec *spec, kr_arena *arena)
{
    const kr_provenance *p = &spec->provenance;
    const char *definition = kr_provenance_option(p, "quantile_definition");
    if (!p->options.n)
        return "";
    return kr_arena_printf(
        arena,
        ", compat='%s', isa='%s', quantile_definition='%s', number_format='decimal, 7 digits', "
        "inputs_sha256='%s', options_sha256='%s'",
        spec->job->compat == KR_COMPAT_EXACT ? "exact" : "oq-3.21", spec->isa,
        definition ? definition : "", p->inputs_sha256, p->options_sha256);
}

/* ------------------------------------------------------------------ definitions */

static const char *quantile_text(const char *definition)
{
    if (kr_str_eq(definition, "half-weight"))
        return "of rates: interpolation of values in order over (c - w / 2) / sum(w), c the "
               "cumulative weight with their own";
    if (kr_str_eq(definition, "merged"))
        return "interpolation of values in order over their cumulative weights, equal values as "
               "one";
    return "interpolation of values in order, equal ones by weight, over their cumulative weights: "
           "numpy.interp(q, cumsum(w), x)";
}

static kr_status write_definitions(kr_h5 *f, const kr_results_spec *spec)
{
    kr_status s = KR_OK;
    const kr_job *job = spec->job;
    bool exact = job->compat == KR_COMPAT_EXACT;
    const char *definition = kr_provenance_option(&spec->provenance, "quantile_definition");
    const char *const all[][2] = {
        {"probability", "of exceedance at least once in investigation_time years"},
        {"rate", "-ln(1 - probability), for investigation_time years"},
        {"mean", job->use_rates ? "1 - exp(-sum(w r) / sum(w)) of rates r"
                                : "sum(w p) / sum(w) of probabilities p"},
        {"std", exact ? "sqrt(sum(w (x - mean)^2) / sum(w))"
                      : "sqrt(sum(w (x - mean)^2)), of component rates in single precision"},
        {"cov", "std / mean"},
        {"min, max", "over all realizations, also those of weight 0"},
        {"quantile", quantile_text(definition ? definition : "")},
        {"map", "the level where the curve falls to the probability, interpolated linearly in the "
                "logarithms of both"}};
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        KR_TRY(kr_h5_set_attr_text(f, "definitions", all[i][0], all[i][1]));
out:
    return s;
}

/* ------------------------------------------------------------------ results.h5 */

kr_status kr_results_write_provenance(kr_h5 *f, const kr_results_spec *spec)
{
    kr_status s = KR_OK;
    const kr_provenance *p = &spec->provenance;
    KR_TRY(kr_h5_set_attr_text(f, "/", "number_format",
                               "IEEE 754: binary32 in curves and maps, binary64 in statistics on "
                               "their way; sums in a fixed order; tables have 7 digits"));
    KR_TRY(kr_h5_set_attr_text(f, "/", "inputs_sha256", p->inputs_sha256));
    KR_TRY(kr_h5_set_attr_text(f, "/", "options_sha256", p->options_sha256));
    if (p->options.n) {
        KR_TRY(kr_h5_write_strings(f, "options/key", p->options.keys, p->options.n, false));
        KR_TRY(kr_h5_write_strings(f, "options/value", p->options.values, p->options.n, false));
    }
    KR_TRY(write_definitions(f, spec));
out:
    return s;
}

double kr_results_provenance_bytes(const kr_results_spec *spec)
{
    double bytes = 8192;
    for (size_t i = 0; i < spec->provenance.options.n; i++)
        bytes += 80 + (double)strlen(spec->provenance.options.keys[i]) +
                 (double)strlen(spec->provenance.options.values[i]);
    return bytes;
}

kr_status kr_results_put_checks(kr_results *r, const kr_results_checks *checks)
{
    kr_status s = KR_OK;
    KR_TRY(kr_h5_set_attr_text(r->file, "checks", "realizations", checks->way));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "levels", (double)checks->levels));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "count", checks->realizations));
    KR_TRY(kr_h5_set_attr_double(r->file, "checks", "worst", checks->worst));
out:
    return s;
}
