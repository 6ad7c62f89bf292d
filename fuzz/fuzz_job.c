/* Job files, beside files of the names that the first inputs use. */
#include "base/ctx.h"
#include "model/job.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[64];
static const char *const beside[] = {"ssmLT.xml", "gmmLT.xml", "sites.csv"};

static void write_file(const char *name, const void *data, size_t size)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
        abort();
}

static void remove_folder(void)
{
    char path[128];
    for (size_t i = 0; i < 4; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, i < 3 ? beside[i] : "job.ini");
        (void)unlink(path);
    }
    (void)rmdir(folder);
}

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "/tmp/kauri-fuzz-XXXXXX");
    if (!mkdtemp(folder))
        abort();
    for (size_t i = 0; i < 3; i++)
        write_file(beside[i], "0,0\n", 4);
    (void)atexit(remove_folder);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    kr_ctx *ctx = NULL;
    kr_job *job = NULL;
    char path[128];

    if (!folder[0])
        make_folder();
    if (size > 1 << 20 || kr_ctx_create(&ctx) != KR_OK)
        return 0;
    write_file("job.ini", data, size);
    (void)snprintf(path, sizeof path, "%s/job.ini", folder);
    kr_status s = kr_job_read(ctx, path, NULL, 0, KR_COMPAT_OQ_3_21, &job);
    if (s != KR_OK && kr_ctx_error(ctx)[0] == '\0')
        abort();
    if (s == KR_OK && job->nimts == 0 && job->mode == KR_MODE_CLASSICAL)
        abort();
    kr_job_destroy(&job);
    kr_ctx_destroy(&ctx);
    return 0;
}
