#include "base/clock.h"
#include "support/support.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void test_status_texts(void **state)
{
    (void)state;
    assert_int_equal(kr_exit_status(KR_OK), 0);
    assert_int_equal(kr_exit_status(KR_EINPUT), 1);
    assert_int_equal(kr_exit_status(KR_EUSAGE), 2);
    assert_int_equal(kr_exit_status(KR_ENOFIT), 3);
    assert_int_equal(kr_exit_status(KR_ENOMEM), 3);
    assert_int_equal(kr_exit_status(KR_EINTERRUPTED), 4);
    assert_int_equal(kr_exit_status(KR_EINTERNAL), 5);
    assert_int_equal(kr_exit_status(KR_EDIFFER), 6);
    assert_int_equal(kr_exit_status(KR_EIO), 7);
    assert_string_equal(kr_status_text(KR_ENOMEM), "out of memory");
    int strange = 4711;
    assert_int_equal(kr_exit_status((kr_status)strange), 5);
    assert_non_null(kr_status_text((kr_status)strange));
}

static void test_first_failure_is_kept(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();

    assert_string_equal(kr_ctx_error(ctx), "");
    assert_int_equal(kr_fail(ctx, KR_EIO, "first %d", 1), KR_EIO);
    assert_int_equal(kr_fail(ctx, KR_EINTERNAL, "second"), KR_EINTERNAL);
    assert_string_equal(kr_ctx_error(ctx), "first 1");
    kr_ctx_clear_error(ctx);
    assert_string_equal(kr_ctx_error(ctx), "");
    assert_int_equal(kr_fail_at(ctx, "job.ini", 12, "no '%s'", "sites"), KR_EINPUT);
    assert_string_equal(kr_ctx_error(ctx), "job.ini:12: no 'sites'");
    kr_ctx_clear_error(ctx);
    kr_status s = kr_fail_at(ctx, "job.ini", 0, "empty");
    assert_int_equal(s, KR_EINPUT);
    assert_string_equal(kr_ctx_error(ctx), "job.ini: empty");
    kt_ctx_end(&ctx);
    kr_ctx_destroy(&ctx);
    kr_ctx_destroy(NULL);
    assert_int_equal(kr_fail(NULL, KR_EIO, "nobody listens"), KR_EIO);
}

static void test_failure_is_one_clean_line(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();

    kr_fail(ctx, KR_EINPUT, "a\nb\tc\x1b[31m\n\n");
    assert_string_equal(kr_ctx_error(ctx), "a b c [31m");
    kr_ctx_clear_error(ctx);

    /* A long text ends in dots, and never inside a character. */
    char *text = malloc(10001);
    for (int shift = 0; shift < 3; shift++) {
        for (int i = 0; i < 10000; i++)
            text[i] = i < shift ? 'x' : "\xe2\x82\xac"[(i - shift) % 3];
        text[10000] = '\0';
        kr_fail(ctx, KR_EINPUT, "%s", text);
        const char *error = kr_ctx_error(ctx);
        size_t n = strlen(error);
        assert_in_range(n, 2000, 2047);
        assert_string_equal(error + n - 3, "...");
        assert_int_equal((n - 3 - (size_t)shift) % 3, 0);
        kr_ctx_clear_error(ctx);
        kr_fail_at(ctx, text, 3, "after a long name");
        assert_string_equal(kr_ctx_error(ctx) + strlen(kr_ctx_error(ctx)) - 3, "...");
        kr_ctx_clear_error(ctx);
    }
    free(text);
    kt_ctx_end(&ctx);
}

typedef struct seen {
    int lines, calls;
    kr_log_level level;
    char line[100], phase[100];
    double done, total;
} seen;

static void on_log(void *user, kr_log_level level, const char *line)
{
    seen *s = user;

    s->lines++;
    s->level = level;
    snprintf(s->line, sizeof s->line, "%s", line);
}

static void on_progress(void *user, const char *phase, double done, double total)
{
    seen *s = user;

    s->calls++;
    s->done = done;
    s->total = total;
    snprintf(s->phase, sizeof s->phase, "%s", phase);
}

static void test_log(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    seen s = {0};

    kr_info(ctx, "nobody listens");
    kr_ctx_set_log(ctx, on_log, &s);
    kr_info(ctx, "%d sites", 3);
    assert_int_equal(s.lines, 1);
    assert_int_equal(s.level, KR_LOG_INFO);
    assert_string_equal(s.line, "3 sites");
    kr_warn(ctx, "odd\nnumber");
    assert_int_equal(s.level, KR_LOG_WARNING);
    assert_string_equal(s.line, "odd number");
    kr_warn_at(ctx, "a.xml", 7, "odd");
    assert_string_equal(s.line, "a.xml:7: odd");
    kr_log(ctx, KR_LOG_DEBUG, "detail");
    assert_int_equal(s.level, KR_LOG_DEBUG);
    kr_ctx_set_log(ctx, NULL, NULL);
    kr_info(ctx, "nobody listens");
    assert_int_equal(s.lines, 4);
    assert_string_equal(kr_ctx_error(ctx), "");
    kr_info(NULL, "nobody at all");
    kt_ctx_end(&ctx);
}

static void test_progress_is_throttled(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();
    seen s = {0};

    kr_progress(ctx, "hazard", 1, 2);
    kr_progress(NULL, "hazard", 1, 2);
    kr_ctx_set_progress(ctx, on_progress, &s);
    double start = kr_wall_seconds();
    int n = 0;
    while (kr_wall_seconds() - start < 0.35)
        kr_progress(ctx, "hazard", n++, 1e9);
    double took = kr_wall_seconds() - start;
    assert_in_range(s.calls, 2, (int)(took * 10) + 2);
    int before = s.calls;
    kr_progress(ctx, "hazard", 1e9, 1e9);
    assert_int_equal(s.calls, before + 1);
    assert_string_equal(s.phase, "hazard");
    assert_true(s.done == 1e9 && s.total == 1e9);
    kt_ctx_end(&ctx);
}

static kr_ctx *signalled;

static void on_signal(int number)
{
    (void)number;
    kr_ctx_interrupt(signalled);
}

static void test_interrupt_from_a_signal(void **state)
{
    (void)state;
    kr_ctx *ctx = kt_ctx();

    assert_false(kr_interrupted(ctx));
    signalled = ctx;
    signal(SIGUSR1, on_signal);
    raise(SIGUSR1);
    signal(SIGUSR1, SIG_DFL);
    assert_true(kr_interrupted(ctx));
    kt_ctx_end(&ctx);
}

typedef struct crowd {
    kr_ctx *ctx;
    int index, rounds;
} crowd;

static void *fail_and_log(void *user)
{
    crowd *c = user;

    for (int i = 0; i < c->rounds; i++) {
        kr_fail(c->ctx, KR_EINPUT, "thread %d", c->index);
        kr_info(c->ctx, "thread %d", c->index);
        kr_progress(c->ctx, "crowd", i, 0);
        if (strncmp(kr_ctx_error(c->ctx), "thread ", 7) != 0)
            return c;
    }
    return NULL;
}

static void test_many_threads_fail_and_log(void **state)
{
    (void)state;
    enum { THREADS = 8, ROUNDS = 2000 };
    kr_ctx *ctx = kt_ctx();
    pthread_t threads[THREADS];
    crowd crowds[THREADS];
    seen s = {0};

    kr_ctx_set_log(ctx, on_log, &s);
    kr_ctx_set_progress(ctx, on_progress, &s);
    for (int i = 0; i < THREADS; i++) {
        crowds[i] = (crowd){ctx, i, ROUNDS};
        assert_int_equal(pthread_create(&threads[i], NULL, fail_and_log, &crowds[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        void *wrong = NULL;
        assert_int_equal(pthread_join(threads[i], &wrong), 0);
        assert_null(wrong);
    }
    assert_int_equal(s.lines, THREADS * ROUNDS);
    assert_int_equal(strlen(kr_ctx_error(ctx)), strlen("thread 0"));
    kt_ctx_end(&ctx);
}

static void test_clocks_go_on(void **state)
{
    (void)state;
    double wall = kr_wall_seconds(), cpu = kr_cpu_seconds();
    volatile double x = 1;

    while (kr_cpu_seconds() - cpu < 0.02)
        x = x * 1.0000001;
    assert_true(kr_wall_seconds() - wall > 0.005);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_texts),
        cmocka_unit_test(test_first_failure_is_kept),
        cmocka_unit_test(test_failure_is_one_clean_line),
        cmocka_unit_test(test_log),
        cmocka_unit_test(test_progress_is_throttled),
        cmocka_unit_test(test_interrupt_from_a_signal),
        cmocka_unit_test(test_many_threads_fail_and_log),
        cmocka_unit_test(test_clocks_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
