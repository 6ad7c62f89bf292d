#include "base/outfile.h"

#include "base/create.h"
#include "base/mem.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The stream's own writing would end at an interrupted call, and forget the reason of a failure
 * before the last. */
static ssize_t outfile_write(void *cookie, const char *data, size_t n)
{
    kr_outfile *out = cookie;
    size_t done = 0;

    while (done < n && out->reason == 0) {
        ssize_t r = write(out->fd, data + done, n - done);
        if (r >= 0)
            done += (size_t)r;
        else if (errno != EINTR)
            out->reason = errno;
    }
    return (ssize_t)done;
}

static kr_status outfile_fail(const kr_outfile *out, const char *what, int reason)
{
    char text[128];

    return kr_fail(out->ctx, reason == ENOMEM ? KR_ENOMEM : KR_EIO, "%s: %s: %s", out->path, what,
                   strerror_r(reason, text, sizeof text));
}

static char *outfile_name(kr_ctx *ctx, const char *path, const char *ending)
{
    size_t n = strlen(path), m = strlen(ending);
    char *name = kr_alloc(ctx, KR_ACCOUNT_OUTPUT, n + m + 1, 1);

    if (name) {
        memcpy(name, path, n);
        memcpy(name + n, ending, m);
    }
    return name;
}

static int outfile_create(const char *path)
{
    if (!kr_clear_way(path))
        return -1;
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
}

/* Open the temporary file, or with `direct` what stands there. */
static kr_status outfile_open(kr_ctx *ctx, const char *path, bool direct, kr_outfile *out)
{
    const cookie_io_functions_t io = {.write = outfile_write};

    *out = (kr_outfile){.ctx = ctx, .fd = -1};
    out->path = outfile_name(ctx, path, "");
    out->temporary = direct ? NULL : outfile_name(ctx, path, ".part");
    if (!out->path || (!direct && !out->temporary))
        return KR_ENOMEM;
    out->fd = direct ? open(path, O_WRONLY | O_CLOEXEC) : outfile_create(out->temporary);
    if (out->fd < 0)
        return outfile_fail(out, "cannot be written", errno);
    out->file = fopencookie(out, "wb", io);
    if (!out->file)
        return outfile_fail(out, "cannot be written", ENOMEM);
    return KR_OK;
}

kr_status kr_outfile_begin(kr_ctx *ctx, const char *path, kr_outfile *out)
{
    return outfile_open(ctx, path, false, out);
}

kr_status kr_outfile_begin_any(kr_ctx *ctx, const char *path, kr_outfile *out)
{
    struct stat st;
    char text[128];
    bool there = stat(path, &st) == 0;

    if (!there && errno != ENOENT) { /* it could be a device, which is not to be replaced */
        *out = (kr_outfile){.ctx = ctx, .fd = -1};
        return kr_fail(ctx, KR_EIO, "%s: cannot be written: %s", path,
                       strerror_r(errno, text, sizeof text));
    }
    return outfile_open(ctx, path, there && !S_ISREG(st.st_mode), out);
}

kr_status kr_outfile_begin_part(kr_ctx *ctx, const char *path, kr_outfile *out)
{
    kr_status s = outfile_open(ctx, path, false, out);

    out->stays = true;
    return s;
}

kr_status kr_outfile_flush(kr_outfile *out)
{
    bool bad = fflush(out->file) != 0 || ferror(out->file) != 0;

    if (!bad && out->reason == 0)
        return KR_OK;
    /* A stream that cannot tell why has had no memory for its buffer. */
    return outfile_fail(out, "writing failed", out->reason ? out->reason : ENOMEM);
}

kr_status kr_outfile_end(kr_outfile *out, kr_status status)
{
    if (out->file && status == KR_OK)
        status = kr_outfile_flush(out);
    if (out->file)
        (void)fclose(out->file); /* all has been written, or is not wanted */
    /* It gets its name when nothing can take its content any more. */
    if (status == KR_OK && out->temporary && !out->stays && fsync(out->fd) != 0)
        status = outfile_fail(out, "cannot be made to stay", errno);
    if (out->fd >= 0 && close(out->fd) != 0 && status == KR_OK)
        status = outfile_fail(out, "writing failed", errno);
    if (status == KR_OK && out->temporary && !out->stays && rename(out->temporary, out->path) != 0)
        status = outfile_fail(out, "cannot be put in place", errno);
    if (status != KR_OK && out->temporary && out->fd >= 0)
        unlink(out->temporary);
    kr_free(out->temporary);
    kr_free(out->path);
    *out = (kr_outfile){.fd = -1};
    return status;
}

void kr_outfile_discard(kr_outfile *out)
{
    kr_status s = kr_outfile_end(out, KR_EINTERRUPTED);
    (void)s; /* what is not wanted cannot fail */
}
