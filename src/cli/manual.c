/* The manual page: what --help and `kauri help` tell, in the language of man. */
#include "cli/cli.h"

#include <ctype.h>
#include <string.h>

/* n bytes of text, so that nothing of it is taken for a request or a hyphen. */
static void put_text(FILE *out, const char *text, size_t n, bool begins_line)
{
    for (size_t i = 0; i < n; i++) {
        if (begins_line && i == 0 && text[i] == '.')
            fputs("\\&", out);
        if (text[i] == '-')
            fputs("\\-", out);
        else if (text[i] == '\'') /* as typed, not curled */
            fputs("\\(aq", out);
        else if (text[i] == '~')
            fputs("\\(ti", out);
        else if (text[i] == '^')
            fputs("\\(ha", out);
        else if (text[i] == '\\')
            fputs("\\e", out);
        else
            fputc(text[i], out);
    }
}

/* One paragraph, in lines of some length. */
static void put_paragraph(FILE *out, const char *text, size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n;) {
        size_t word = strcspn(text + i, " \n");
        word = word < n - i ? word : n - i;
        if (at && at + 1 + word > 100) {
            fputc('\n', out);
            at = 0;
        } else if (at) {
            fputc(' ', out);
        }
        put_text(out, text + i, word, at == 0);
        at += word + 1;
        i += word;
        while (i < n && (text[i] == ' ' || text[i] == '\n'))
            i++;
    }
    fputc('\n', out);
}

static void put_verbatim(FILE *out, const char *text, size_t n)
{
    fputs(".PP\n.RS\n.nf\n", out);
    for (size_t i = 0; i < n;) {
        size_t line = strcspn(text + i, "\n");
        put_text(out, text + i + 2, line - 2, true);
        fputc('\n', out);
        i += line + 1;
    }
    fputs(".fi\n.RE\n", out);
}

/* Where a paragraph, or lines that begin with a blank, end. */
static size_t block_length(const char *text)
{
    bool verbatim = *text == ' ';
    size_t n = 0;
    while (text[n] && text[n] != '\n') {
        n += strcspn(text + n, "\n");
        if (text[n] && (text[n + 1] == ' ') == verbatim && text[n + 1] != '\n')
            n++;
    }
    return n;
}

static void put_blocks(FILE *out, const char *text)
{
    for (bool first = true; *text; first = false) {
        size_t n = block_length(text);
        if (*text == ' ') {
            put_verbatim(out, text, n);
        } else {
            if (!first)
                fputs(".PP\n", out);
            put_paragraph(out, text, n);
        }
        text += n + strspn(text + n, "\n");
    }
}

static void put_synopsis(FILE *out, const cli_command *c)
{
    size_t n = strlen(c->name);
    fprintf(out, ".HP\n.B kauri %s\n", c->name);
    put_paragraph(out, c->synopsis + n + (c->synopsis[n] == ' '),
                  strlen(c->synopsis + n + (c->synopsis[n] == ' ')));
}

static void put_command(FILE *out, const cli_command *c)
{
    char form[64], about[256];
    fprintf(out, ".SS kauri %s\n", c->name);
    snprintf(about, sizeof about, "%s.", c->about);
    about[0] = (char)toupper((unsigned char)about[0]);
    put_paragraph(out, about, strlen(about));
    if (c->lead) {
        fputs(".PP\n", out);
        put_blocks(out, c->lead);
    }
    for (const cli_option *o = c->options; o && o->id; o++) {
        fputs(".TP\n.B \"", out);
        cli_option_form(o, form);
        put_text(out, form, strlen(form), true);
        fputs("\"\n", out);
        put_paragraph(out, o->text, strlen(o->text));
    }
    if (c->help) {
        fputs(".PP\n.nf\n", out);
        put_text(out, c->help, strlen(c->help), true);
        fputs(".fi\n", out);
    }
}

void cli_print_manual(FILE *out)
{
    fputs(".\\\" Made by `kauri help --man` of src/cli; `make man` makes it anew.\n"
          ".TH KAURI 1 \"\" \"Kauri\" \"User commands\"\n.nh\n.ad l\n.SH NAME\n"
          "kauri \\- probabilistic seismic hazard for models with very large logic trees\n"
          ".SH SYNOPSIS\n",
          out);
    for (const cli_command *const *c = cli_commands(); *c; c++)
        put_synopsis(out, *c);
    fputs(".HP\n.B kauri help\n[COMMAND|TOPIC]\n.HP\n.B kauri version\n.SH DESCRIPTION\n"
          "Kauri reads OpenQuake job files and NRML models as they are and computes the same "
          "numbers.\nMemory and time follow the size of the model, not the number of logic\\-tree "
          "realizations.\n.SH COMMANDS\n",
          out);
    for (const cli_command *const *c = cli_commands(); *c; c++)
        put_command(out, *c);
    for (const cli_topic *t = cli_topics(); t->name; t++) {
        fputs(".SH ", out);
        for (const char *p = t->name; *p; p++)
            fputc(*p == '-' ? ' ' : toupper((unsigned char)*p), out);
        fputc('\n', out);
        put_blocks(out, t->text);
    }
}
