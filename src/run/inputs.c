/* The input files and their digests. */
#include "base/beside.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/str.h"
#include "run/calc.h"

#include <stdatomic.h>
#include <string.h>

/* Files whose digests are taken by one thread after the other, beside what the run does. Failures
 * are told to nobody: they come again when it is the digests' turn. */
struct kr_digesting {
    kr_beside beside;
    kr_ctx *quiet;
    kr_input_file *files;
    size_t n;
    atomic_size_t next;
    atomic_bool stop;
};

static kr_status add_input(kr_calc *calc, size_t *cap, const char *key, const char *path)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < calc->ninputs; i++)
        if (kr_str_eq(calc->inputs[i].path, path))
            return KR_OK;
    if (calc->ninputs == *cap) { /* the arena keeps the shorter ones: few files, doubling */
        kr_input_file *more;
        *cap = *cap ? 2 * *cap : 16;
        KR_ANEW(more, &calc->arena, *cap);
        if (calc->ninputs)
            memcpy(more, calc->inputs, calc->ninputs * sizeof *more);
        calc->inputs = more;
    }
    kr_input_file *file = &calc->inputs[calc->ninputs];
    file->key = key;
    file->path = path;
    file->size = (long long)kr_file_size(path);
    calc->ninputs++;
out:
    return s;
}

kr_status kr_calc_list_inputs(kr_calc *calc)
{
    kr_status s = KR_OK;
    size_t cap = 0;
    if (calc->ninputs)
        return KR_OK;
    KR_TRY(add_input(calc, &cap, "job_ini", calc->job->path));
    for (size_t i = 0; i < calc->job->nfiles; i++)
        KR_TRY(add_input(calc, &cap, calc->job->files[i].key, calc->job->files[i].path));
    for (size_t i = 0; i < calc->model->nfiles; i++)
        KR_TRY(add_input(calc, &cap, "source_model", calc->model->files[i].path));
    const char *path;
    for (size_t i = 0; (path = kr_hazard_file(calc->hazard, i)); i++)
        KR_TRY(add_input(calc, &cap, "ground_motion_model", path));
out:
    return s;
}

/* Takes files until none is left. */
static void digest_files(void *user)
{
    struct kr_digesting *d = user;
    size_t i;
    while (!atomic_load(&d->stop) && (i = atomic_fetch_add(&d->next, 1)) < d->n)
        (void)!kr_file_digest(d->quiet, d->files[i].path, d->files[i].sha256);
}

kr_status kr_calc_digest_begin(kr_calc *calc)
{
    kr_status s = KR_OK;
    enum { STACK = 256 * 1024 };
    struct kr_digesting *d;
    KR_TRY(kr_calc_list_inputs(calc));
    KR_NEW(d, calc->ctx, KR_ACCOUNT_OTHER, 1);
    calc->digesting = d;
    d->files = calc->inputs;
    d->n = calc->ninputs;
    atomic_init(&d->next, 0);
    atomic_init(&d->stop, false);
    KR_TRY(kr_ctx_create(&d->quiet));
    if (calc->threads > 1)
        (void)!kr_beside_begin(&d->beside, digest_files, d, STACK);
out:
    return s;
}

void kr_calc_digest_end(kr_calc *calc)
{
    struct kr_digesting *d = calc->digesting;
    if (!d)
        return;
    atomic_store(&d->stop, true);
    kr_beside_end(&d->beside);
    kr_ctx_destroy(&d->quiet);
    kr_free(d);
    calc->digesting = NULL;
}

kr_status kr_calc_digest(kr_calc *calc)
{
    kr_status s = KR_OK;
    struct kr_digesting *d = calc->digesting;
    kr_calc_phase(calc, "digests");
#pragma omp parallel num_threads(calc->threads) if (calc->threads > 1)
    digest_files(d);
    kr_beside_end(&d->beside);
    for (size_t i = 0; i < d->n; i++)
        if (!d->files[i].sha256[0]) /* what fails is told in order */
            KR_TRY(kr_file_digest(calc->ctx, d->files[i].path, d->files[i].sha256));
out:
    kr_calc_digest_end(calc);
    return s;
}
