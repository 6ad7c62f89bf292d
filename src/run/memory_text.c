/* The report of memory as text and as JSON. */
#include "base/clock.h"
#include "kauri/run.h"
#include "kauri/version.h"
#include "run/memory.h"

#include <inttypes.h>
#include <math.h>

/* Holders of less than this share of the peak are one line, and at most so many have their own. */
static const double SMALL = 0.01;
enum { MOST_LINES = 30 };

static double mb(int64_t bytes)
{
    return (double)bytes / 1e6;
}

static double percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100 * (double)part / (double)whole : 0;
}

static void put_holder(const kr_holder *h, int64_t whole, FILE *out)
{
    fprintf(out, "%10.2f %6.1f  %-15s %-22s %s:%d %s\n", mb(h->bytes), percent(h->bytes, whole),
            kr_account_name(h->account), h->phase, h->file[0] ? h->file : "(unknown)", h->line,
            h->function);
}

static void put_holders(const kr_memory *m, FILE *out)
{
    int64_t rest = 0;
    size_t others = 0;
    fprintf(out, "%10s %6s  %-15s %-22s %s\n", "MB", "%", "account", "taken in phase", "by");
    for (size_t i = 0; i < m->nholders; i++) {
        const kr_holder *h = &m->holders[i];
        if (i < MOST_LINES && (double)h->bytes >= SMALL * (double)m->peak.bytes) {
            put_holder(h, m->peak.bytes, out);
        } else {
            others++;
            rest += h->bytes;
        }
    }
    if (others)
        fprintf(out, "%10.2f %6.1f  %zu others\n", mb(rest), percent(rest, m->peak.bytes), others);
    fprintf(out, "%10.2f %6.1f  accounted\n", mb(m->peak.bytes), 100.0);
    if (m->peak.resident && kr_memory_outside(m) >= 0)
        fprintf(out, "%10.2f         in no account: program, libraries, stacks\n",
                mb(kr_memory_outside(m)));
    else if (m->peak.resident)
        fprintf(out, "%10.2f         at least are accounted and not touched, so not resident\n",
                mb(-kr_memory_outside(m)));
    if (m->peak.resident)
        fprintf(out, "%10.2f         resident\n", mb((int64_t)m->peak.resident));
}

static void put_accounts(const kr_memory *m, FILE *out)
{
    fprintf(out, "%10s %6s %10s\n", "MB then", "%", "its peak");
    for (int a = 0; a < KR_ACCOUNT_COUNT; a++)
        if (m->accounts[a].peak > 0)
            fprintf(out, "%10.2f %6.1f %10.2f  %s\n", mb(m->held[a]),
                    percent(m->held[a], m->peak.bytes), mb(m->accounts[a].peak),
                    kr_account_name((kr_account)a));
}

void kr_memory_text(const kr_memory *m, FILE *out)
{
    const kr_holder *refused = &m->peak.refused;
    fprintf(out, "memory: accounted at most %.2f MB", mb(m->all.peak));
    if (m->resident_peak)
        fprintf(out, ", resident at most %.2f MB", mb((int64_t)m->resident_peak));
    fprintf(out, "\nat the peak, after %.2f s%s%s:\n", m->peak.seconds,
            m->peak.phase[0] ? " in " : "", m->peak.phase);
    put_holders(m, out);
    put_accounts(m, out);
    if (refused->bytes)
        fprintf(out, "refused: %.2f MB for '%s' in %s, %s:%d %s\n", mb(refused->bytes),
                kr_account_name(refused->account), refused->phase[0] ? refused->phase : "no phase",
                refused->file, refused->line, refused->function);
}

kr_status kr_memory_table(kr_ctx *ctx, FILE *out)
{
    kr_status s = KR_OK;
    kr_arena arena;
    kr_memory m;
    kr_arena_init(&arena, ctx, KR_ACCOUNT_OTHER);
    KR_TRY(kr_memory_take(ctx, &arena, &m));
    kr_memory_text(&m, out);
out:
    kr_arena_clear(&arena);
    return s;
}

/* ------------------------------------------------------------------ JSON */

/* Names of the program's own: nothing in them needs an escape. `first`: members before the others.
 */
static void put_holder_json(const kr_holder *h, const char *first, FILE *out)
{
    fprintf(out,
            "{%s\"phase\": \"%s\", \"account\": \"%s\", \"function\": \"%s\", \"file\": \"%s\", "
            "\"line\": %d, \"bytes\": %" PRId64 "}",
            first, h->phase, kr_account_name(h->account), h->function, h->file, h->line, h->bytes);
}

/* Of any bytes, since it may hold names of files: '?' for what is not ASCII. */
static void put_text_json(const char *text, FILE *out)
{
    fputc('"', out);
    for (const unsigned char *p = (const unsigned char *)text; *p; p++) {
        if (*p == '"' || *p == '\\')
            fprintf(out, "\\%c", *p);
        else if (*p < ' ')
            fprintf(out, "\\u%04x", *p);
        else
            fputc(*p < 0x7f ? *p : '?', out);
    }
    fputc('"', out);
}

/* The whole run, or the first allocation that failed. */
static void put_refused_json(const kr_memory *m, FILE *out)
{
    fputs("  \"refused\": ", out);
    if (m->needed)
        fprintf(out, "{\"by\": \"plan\", \"bytes\": %zu}", m->needed);
    else if (m->peak.refused.bytes)
        put_holder_json(&m->peak.refused, "\"by\": \"allocation\", ", out);
    else
        fputs("null", out);
}

static void put_peak_json(const kr_memory *m, FILE *out)
{
    fprintf(out,
            "  \"peak\": {\"seconds\": %.3f, \"phase\": \"%s\", \"accounted\": %" PRId64
            ", \"resident\": %zu, \"in_no_account\": %" PRId64 "},\n",
            m->peak.seconds, m->peak.phase, m->peak.bytes, m->peak.resident, kr_memory_outside(m));
    put_refused_json(m, out);
}

static void put_phases_json(const kr_memory *m, FILE *out)
{
    fputs(",\n  \"phases\": [", out);
    for (size_t i = 0; i < m->nphases; i++) {
        const kr_phase_use *u = &m->phases[i];
        fprintf(out,
                "%s\n    {\"name\": \"%s\", \"wall_seconds\": %.3f, \"processor_seconds\": %.3f, "
                "\"accounted_at_end\": %" PRId64 ", \"accounted_peak\": %" PRId64
                ", \"resident_at_end\": %zu}",
                i ? "," : "", u->name, u->wall, u->cpu, u->accounted, u->accounted_peak,
                u->resident);
    }
    fputs("]", out);
}

void kr_memory_json(const kr_memory *m, FILE *out)
{
    fprintf(out,
            "{\n  \"format\": \"kauri memory report\",\n  \"format_version\": 1,\n"
            "  \"engine_version\": \"Kauri %s\",\n  \"ended\": \"%s\",\n  \"error\": ",
            KAURI_VERSION, kr_status_text(m->status));
    if (m->error[0])
        put_text_json(m->error, out);
    else
        fputs("null", out);
    fprintf(out,
            ",\n  \"wall_seconds\": %.3f,\n  \"memory_limit\": %zu,\n"
            "  \"accounted_peak\": %" PRId64 ",\n  \"resident_peak\": %zu,\n",
            m->wall, m->limit, m->all.peak, m->resident_peak);
    fprintf(out,
            "  \"report\": {\"processor_seconds\": %.4f, \"of_seconds\": %.4f, \"copies\": %zu},\n",
            m->cost, kr_cpu_seconds(), m->peak.copies);
    put_peak_json(m, out);
    fputs(",\n  \"accounts\": [", out);
    for (int a = 0; a < KR_ACCOUNT_COUNT; a++)
        fprintf(out,
                "%s\n    {\"name\": \"%s\", \"bytes\": %" PRId64 ", \"own_peak\": %" PRId64 "}",
                a ? "," : "", kr_account_name((kr_account)a), m->held[a], m->accounts[a].peak);
    fputs("]", out);
    put_phases_json(m, out);
    fputs(",\n  \"holders\": [", out);
    for (size_t i = 0; i < m->nholders; i++) {
        fputs(i ? ",\n    " : "\n    ", out);
        put_holder_json(&m->holders[i], "", out);
    }
    fputs("]\n}\n", out);
}
