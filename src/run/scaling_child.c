/* One run in a process of its own: the program is started without a shell, its messages are read
 * from a pipe, its cost is what the kernel counted. */
#include "base/clock.h"
#include "base/str.h"
#include "run/scaling.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

extern char **environ;

static const char error_mark[] = "kauri: error: ", warning_mark[] = "kauri: warning: ",
                  isa_mark[] = "KAURI_ISA=";

enum {
    POLL_MS = 100, /* between looks at whether to stop */
    STATUS_SIGNAL = 128
};

/* ------------------------------------------------------------------ the command line */

typedef struct command {
    kr_arena *arena;
    const char **argv, **env;
    size_t n;
    const char *job, *program;
} command;

static kr_status add(command *c, const char *option, const char *value)
{
    c->argv[c->n++] = option;
    c->argv[c->n++] = value;
    return value ? KR_OK : KR_ENOMEM;
}

static kr_status add_parameter(command *c, const char *key, const char *value)
{
    return add(c, "-p", kr_arena_printf(c->arena, "%s=%s", key, value));
}

static bool is_varied(const kr_scaling_options *o, const char *key)
{
    for (size_t i = 0; i < o->nvary; i++)
        if (kr_str_eq(o->vary[i].key, key))
            return true;
    return false;
}

/* What all settings have, unless it is varied. */
static kr_status add_common(command *c, const kr_scaling_options *o)
{
    kr_status s = KR_OK;
    for (size_t i = 0; i < o->run.nparameters; i++)
        if (!is_varied(o, o->run.parameters[i].key))
            KR_TRY(add_parameter(c, o->run.parameters[i].key, o->run.parameters[i].value));
    if (o->run.threads > 0 && !is_varied(o, "threads"))
        KR_TRY(add(c, "--threads", kr_arena_printf(c->arena, "%d", o->run.threads)));
    if (o->run.memory_limit > 0 && !is_varied(o, "memory_limit"))
        KR_TRY(add(c, "--memory-limit", kr_arena_printf(c->arena, "%zu", o->run.memory_limit)));
    if (o->run.exact && !is_varied(o, "compat"))
        KR_TRY(add(c, "--compat", "exact"));
out:
    return s;
}

static kr_status add_varied(command *c, const char *key, const char *value)
{
    static const char *const counts[][2] = {
        {"branches", "branch_count"}, {"sites", "site_count"}, {"levels", "level_count"}};
    long long n;
    if (kr_str_eq(key, "threads"))
        return add(c, "--threads", value);
    if (kr_str_eq(key, "memory_limit"))
        return add(c, "--memory-limit", value);
    if (kr_str_eq(key, "compat"))
        return add(c, "--compat", value);
    if (kr_str_eq(key, "program")) {
        c->program = value;
        return KR_OK;
    }
    if (kr_str_eq(key, "job")) {
        c->job = value;
        return KR_OK;
    }
    if (kr_str_eq(key, "isa")) {
        c->env[0] = kr_arena_printf(c->arena, "%s%s", isa_mark, value);
        return c->env[0] ? KR_OK : KR_ENOMEM;
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) /* sites may be a list, too */
        if (kr_str_eq(key, counts[i][0]) && (i != 1 || kr_parse_int(value, &n)))
            return add_parameter(c, counts[i][1], value);
    return add_parameter(c, key, value);
}

/* The environment, with room in front for one more. */
static kr_status copy_environment(command *c)
{
    kr_status s = KR_OK;
    size_t n = 0;
    while (environ[n])
        n++;
    KR_ANEW(c->env, c->arena, n + 2);
    memcpy(c->env + 1, environ, (n + 1) * sizeof *c->env);
out:
    return s;
}

static kr_status make_command(const kr_scaling_study *z, const kr_setting *setting, const char *dir,
                              command *c)
{
    kr_status s = KR_OK;
    const kr_scaling_options *o = z->options;
    c->job = o->run.job;
    c->program = o->program;
    KR_ANEW(c->argv, c->arena, 2 * (o->run.nparameters + o->nvary) + 16);
    KR_TRY(copy_environment(c));
    c->argv[c->n++] = "kauri";
    c->argv[c->n++] = "run";
    c->argv[c->n++] = "-q";
    KR_TRY(add(c, "-o", dir));
    KR_TRY(add_common(c, o));
    for (size_t k = 0; k < o->nvary; k++)
        KR_TRY(add_varied(c, o->vary[k].key, kr_setting_value(z, setting, k)));
    KR_TRY(add(c, "--", c->job));
    if (!c->env[0]) {
        c->env++;
        goto out;
    }
    for (size_t i = 1; c->env[i]; i++) /* the one in front counts */
        if (kr_str_starts(c->env[i], isa_mark))
            c->env[i] = c->env[0];
out:
    return s;
}

/* ------------------------------------------------------------------ the process */

/* Between fork and exec: only what is safe there. */
static void become(const command *c, int messages)
{
    static const char text[] = "kauri: error: the program cannot be started\n";
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
#if defined(__linux__)
    prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing goes on where nobody waits for it */
#endif
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDOUT_FILENO);
    }
    dup2(messages, STDERR_FILENO);
    /* execve takes what it does not change without const. */
    execve(c->program, (char *const *)(uintptr_t)c->argv, (char *const *)(uintptr_t)c->env);
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0)
        _exit(126);
    _exit(127);
}

/* Messages of a process: warnings are passed on, the last that tells an error is kept. */
typedef struct listener {
    kr_scaling_study *study;
    char line[KR_REASON_SIZE]; /* as far as it came */
    size_t n;
    char *reason;
} listener;

/* What most runs say is said once. */
static void pass_on(kr_scaling_study *z, const char *text)
{
    for (size_t i = 0; i < z->nwarnings; i++)
        if (kr_str_eq(z->warnings[i], text))
            return;
    if (z->nwarnings == KR_SCALING_WARNINGS)
        return;
    const char *copy = kr_arena_strdup(&z->arena, text);
    if (copy)
        z->warnings[z->nwarnings++] = copy;
    kr_warn(z->ctx, "%s", text);
    if (z->nwarnings == KR_SCALING_WARNINGS)
        kr_warn(z->ctx, "further warnings of the runs are left out");
}

static void take_line(listener *l)
{
    const char *line = l->line;
    if (kr_str_starts(line, warning_mark))
        pass_on(l->study, line + strlen(warning_mark));
    if (!kr_str_starts(line, error_mark))
        return;
    char *usage = strstr(l->line, "; usage: ");
    if (usage) /* of kauri run, which nobody typed */
        *usage = '\0';
    snprintf(l->reason, sizeof l->line, "%s", line + strlen(error_mark));
}

static void listen_to(listener *l, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] != '\n') {
            if (l->n + 1 < sizeof l->line)
                l->line[l->n++] = text[i];
            continue;
        }
        l->line[l->n] = '\0';
        take_line(l);
        l->n = 0;
    }
}

/* Until the process closes its end. Asked to stop, the process is asked too, once. */
static void listen_until_end(kr_ctx *ctx, int messages, pid_t pid, listener *l)
{
    bool told = false;
    for (;;) {
        struct pollfd fd = {.fd = messages, .events = POLLIN};
        char text[4096];
        if (kr_interrupted(ctx) && !told) {
            kill(pid, SIGTERM);
            told = true;
        }
        if (poll(&fd, 1, POLL_MS) <= 0)
            continue;
        ssize_t n = read(messages, text, sizeof text);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return;
        listen_to(l, text, (size_t)n);
    }
}

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + 1e-6 * (double)t.tv_usec;
}

static kr_status start(kr_scaling_study *z, const command *c, int messages[2], pid_t *pid)
{
    char reason[128];
    if (pipe2(messages, O_CLOEXEC) != 0)
        return kr_fail(z->ctx, KR_EIO, "no pipe can be made: %s",
                       strerror_r(errno, reason, sizeof reason));
    *pid = fork();
    if (*pid == 0)
        become(c, messages[1]);
    close(messages[1]);
    if (*pid > 0)
        return KR_OK;
    close(messages[0]);
    return kr_fail(z->ctx, KR_EIO, "no process can be started: %s",
                   strerror_r(errno, reason, sizeof reason));
}

static void take_status(kr_setting *setting, int status)
{
    if (WIFSIGNALED(status)) {
        setting->exit_status = STATUS_SIGNAL + WTERMSIG(status);
        snprintf(setting->reason, sizeof setting->reason, "ended by signal %d", WTERMSIG(status));
        return;
    }
    setting->exit_status = WEXITSTATUS(status);
    if (setting->exit_status != 0 && !setting->reason[0])
        snprintf(setting->reason, sizeof setting->reason, "no reason was given");
}

kr_status kr_scaling_run(kr_scaling_study *z, kr_setting *setting, const char *dir,
                         kr_run_figures *figures)
{
    kr_status s = KR_OK;
    command c = {.arena = &z->arena};
    listener l = {.study = z, .reason = setting->reason};
    struct rusage use;
    int messages[2], status = 0;
    pid_t pid = -1;

    for (int f = 0; f < KR_F_COUNT; f++)
        figures->x[f] = NAN;
    KR_TRY(make_command(z, setting, dir, &c));
    double began = kr_wall_seconds();
    KR_TRY(start(z, &c, messages, &pid));
    setting->reason[0] = '\0';
    listen_until_end(z->ctx, messages[0], pid, &l);
    close(messages[0]);
    while (wait4(pid, &status, 0, &use) < 0)
        if (errno != EINTR)
            return kr_fail(z->ctx, KR_EIO, "a process was lost");
    figures->x[KR_F_WALL] = kr_wall_seconds() - began;
    figures->x[KR_F_CPU] = seconds(use.ru_utime) + seconds(use.ru_stime);
    figures->x[KR_F_RESIDENT] = 1024 * (double)use.ru_maxrss;
    take_status(setting, status);
    if (kr_interrupted(z->ctx))
        s = kr_fail(z->ctx, KR_EINTERRUPTED, "interrupted");
out:
    return s;
}
