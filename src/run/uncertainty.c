/* Where the uncertainty comes from, site by site into results.h5. */
#include "stats/uncertainty.h"
#include "run/journal.h"

static kr_uncertainty_spec uncertainty_spec(const kr_calc *calc)
{
    const kr_job *job = calc->job;
    return (kr_uncertainty_spec){.structure = &calc->tree->structure,
                                 .nlevels = job->nlevels,
                                 .poes = job->poes.x,
                                 .npoes = job->poes.n,
                                 .use_rates = job->use_rates};
}

kr_status kr_calc_check_uncertainty(const kr_calc *calc)
{
    const char *why = calc->tree->sampled
                          ? "the tree is sampled, and samples are no choice of branches"
                      : calc->amplifier ? "curves on soil by convolution are no sums of parts"
                                        : NULL;
    if (!calc->job->uncertainty || !why)
        return KR_OK;
    return kr_fail(calc->ctx, KR_EINPUT, "%s: uncertainty = true: %s; leave it out%s",
                   calc->job->path, why,
                   calc->tree->sampled ? ", or set number_of_logic_tree_samples = 0" : "");
}

size_t kr_calc_uncertainty_bytes(const kr_calc *calc)
{
    const kr_uncertainty_spec spec = uncertainty_spec(calc);
    return calc->job->uncertainty ? kr_uncertainty_bytes(&spec) : 0;
}

kr_status kr_calc_tile_uncertainty(kr_calc *calc, size_t first, size_t nsites, const double *rates)
{
    kr_status s = KR_OK;
    const kr_job *job = calc->job;
    const kr_uncertainty_spec spec = uncertainty_spec(calc);
    size_t total = job->nimts * job->nlevels;
    kr_uncertainty *u = NULL;
    KR_TRY(kr_uncertainty_create(calc->ctx, &spec, &u));
    for (size_t i = 0; i < nsites; i++) {
        for (size_t m = 0; m < job->nimts; m++) {
            size_t column = calc->tree->nweights > 1 ? 1 + m : 0,
                   bytes = u->nnumbers * sizeof *u->numbers;
            const kr_note note = {KR_NOTE_UNCERTAINTY, first + i, m};
            if (!kr_journal_take(calc->journal, note, u->numbers, bytes)) {
                kr_uncertainty_compute(u, job->levels + m * job->nlevels,
                                       rates + i * total + m * job->nlevels, nsites * total,
                                       column);
                KR_TRY(kr_journal_keep(calc->journal, note, u->numbers, bytes));
            }
            KR_TRY(kr_results_put_uncertainty(calc->results, first + i, m, u));
        }
        if (kr_interrupted(calc->ctx)) {
            s = kr_fail(calc->ctx, KR_EINTERRUPTED, "interrupted");
            goto out;
        }
        kr_progress(calc->ctx, "uncertainty and sources", (double)(first + i + 1),
                    (double)calc->sites->n);
    }
out:
    kr_uncertainty_destroy(&u);
    return s;
}
