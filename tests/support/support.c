#include "support/support.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

kr_ctx *kt_ctx(void)
{
    kr_ctx *ctx = NULL;

    assert_int_equal(kr_ctx_create(&ctx), KR_OK);
    return ctx;
}

void kt_ctx_end(kr_ctx **ctx)
{
    for (int i = 0; i < KR_ACCOUNT_COUNT; i++)
        if (kr_ctx_account(*ctx, (kr_account)i).current != 0)
            fail_msg("%lld bytes left in '%s'",
                     (long long)kr_ctx_account(*ctx, (kr_account)i).current,
                     kr_account_name((kr_account)i));
    assert_int_equal(kr_ctx_memory(*ctx).current, 0);
    kr_ctx_destroy(ctx);
}

void kt_assert_ok(kr_ctx *ctx, kr_status status, const char *call, const char *file, int line)
{
    if (status != KR_OK) {
        print_error("%s: %s\n%s\n", call, kr_status_text(status), kr_ctx_error(ctx));
        _fail(file, line);
    }
}

void kt_assert_fails(kr_ctx *ctx, kr_status got, kr_status status, const char *text,
                     const char *call, const char *file, int line)
{
    if (got != status || !strstr(kr_ctx_error(ctx), text)) {
        print_error("%s: %s\nrecorded: %s\nexpected: %s, %s\n", call, kr_status_text(got),
                    kr_ctx_error(ctx), kr_status_text(status), text);
        _fail(file, line);
    }
    kr_ctx_clear_error(ctx);
}

long kt_fail_allocations(kt_scenario scenario, void *user, long step)
{
    kr_ctx *ctx = kt_ctx();

    kt_ok(ctx, scenario(ctx, user));
    long n = kr_mem_count(ctx);
    kt_ctx_end(&ctx);
    for (long k = 1; k <= n; k += step) {
        ctx = kt_ctx();
        kr_mem_fail_at(ctx, k);
        kr_status s = scenario(ctx, user);
        bool reached = kr_mem_count(ctx) >= k;
        if (s != (reached ? KR_ENOMEM : KR_OK))
            fail_msg("allocation %ld of %ld failed, and the end was: %s", k, n, kr_status_text(s));
        if (reached)
            assert_string_not_equal(kr_ctx_error(ctx), "");
        kt_ctx_end(&ctx);
    }
    return n;
}

long kt_fail_each_allocation(kt_scenario scenario, void *user)
{
    return kt_fail_allocations(scenario, user, 1);
}

/* Folders that are there still when the test ends, as after one that failed. */
static char *left[64];
static pid_t owner;

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    (void)st;
    (void)kind;
    (void)where;
    return remove(path);
}

static void remove_left(void)
{
    for (size_t i = 0; i < sizeof left / sizeof left[0] && getpid() == owner; i++)
        if (left[i])
            (void)nftw(left[i], remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

static void keep_in_mind(char *dir)
{
    if (!owner)
        assert_int_equal(atexit(remove_left), 0);
    owner = getpid();
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        if (!left[i]) {
            left[i] = dir;
            return;
        }
}

char *kt_dir_create(void)
{
    const char *tmp = getenv("TMPDIR");
    char *dir = malloc(4096);

    assert_non_null(dir);
    snprintf(dir, 4096, "%s/kauri-test-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir));
    keep_in_mind(dir);
    return dir;
}

void kt_dir_remove(char **dir)
{
    assert_int_equal(nftw(*dir, remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++)
        left[i] = left[i] == *dir ? NULL : left[i];
    free(*dir);
    *dir = NULL;
}

const char *kt_path(const char *dir, const char *name)
{
    static char paths[8][4096];
    static int next;
    char *path = paths[next++ % 8];

    assert_true(snprintf(path, sizeof paths[0], "%s/%s", dir, name) < (int)sizeof paths[0]);
    return path;
}

void kt_write_file(const char *path, const void *data, size_t n)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(data, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

void kt_write_text(const char *path, const char *text)
{
    kt_write_file(path, text, strlen(text));
}

unsigned char *kt_read_file(const char *path, size_t *n)
{
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    assert_int_equal(fseek(f, 0, SEEK_END), 0);
    long size = ftell(f);
    assert_true(size >= 0);
    rewind(f);
    unsigned char *data = malloc((size_t)size + 1);
    assert_non_null(data);
    assert_int_equal(fread(data, 1, (size_t)size, f), size);
    data[size] = '\0';
    fclose(f);
    *n = (size_t)size;
    return data;
}

uint64_t kt_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15U;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
    z = (z ^ z >> 27) * 0x94d049bb133111ebU;
    return z ^ z >> 31;
}

double kt_random_unit(uint64_t *state)
{
    return (double)(kt_random(state) >> 11) * 0x1p-53;
}

uint64_t kt_ulps(double a, double b)
{
    uint64_t x, y;

    if (a == b)
        return 0;
    if (isnan(a) || isnan(b) || signbit(a) != signbit(b))
        return UINT64_MAX;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x > y ? x - y : y - x;
}

void kt_assert_close(double a, double b, double rtol, double atol, const char *file, int line)
{
    if (!(fabs(a - b) <= rtol * fabs(b) + atol)) {
        print_error("%.17g is not close to %.17g (rtol %g, atol %g)\n", a, b, rtol, atol);
        _fail(file, line);
    }
}

void kt_assert_same(double a, double b, const char *file, int line)
{
    bool same = isnan(a) ? isnan(b) != 0 : a == b && !signbit(a) == !signbit(b);

    if (!same) {
        print_error("%.17g is not %.17g\n", a, b);
        _fail(file, line);
    }
}
