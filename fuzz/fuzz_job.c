/* Job files, beside files of the names that the first inputs use. */
#include "base/ctx.h"
#include "model/job.h"
#include "support/doc.h"
#include "support/folder.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void make_files(void)
{
    static const char *const beside[] = {"ssmLT.xml", "gmmLT.xml", "sites.csv"};
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++)
        fz_write(beside[i], "0,0\n", 4);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx = NULL;
    kr_job *job = NULL;
    static bool made;

    if (!made)
        make_files();
    made = true;
    if (size > 1 << 20 || kr_ctx_create(&ctx) != KR_OK)
        return 0;
    fz_write("job.ini", data, size);
    kr_status s = kr_job_read(ctx, fz_path("job.ini"), NULL, 0, KR_COMPAT_OQ_3_21, &job);
    if (s != KR_OK && kr_ctx_error(ctx)[0] == '\0')
        abort();
    if (s == KR_OK && job->nimts == 0 && job->mode == KR_MODE_CLASSICAL)
        abort();
    kr_job_destroy(&job);
    kr_ctx_destroy(&ctx);
    return 0;
}

static bool change(fz_doc *d, fz_bytes other)
{
    return fz_change_lines(d, (fz_span){0, d->n}, other);
}

FZ_MUTATOR(change)
