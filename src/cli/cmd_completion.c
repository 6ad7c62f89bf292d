/* Scripts that let a shell complete the command line, made of the records of all commands. */
#include "base/str.h"
#include "cli/cli.h"
#include "model/job.h"

#include <getopt.h>
#include <string.h>

/* ------------------------------------------------------------------ words */

static bool offers(const char *words, const char *what)
{
    return words && strstr(words, what);
}

/* What `words` offers besides files and folders. */
static void put_words(const char *words, const char *between)
{
    const char *name;
    if (offers(words, CLI_PARAMETER))
        for (size_t i = 0; (name = kr_job_parameter(i)); i++)
            printf("%s=%s", name, between);
    for (size_t n; words && *words; words += n + strspn(words + n, " ")) {
        n = strcspn(words, " ");
        if (*words != '<')
            printf("%.*s%s", (int)n, words, between);
    }
}

/* A text in single quotes of any of the shells, which know no escape there. */
static void put_quoted(const char *text, const char *escaped)
{
    for (; *text; text++) {
        if (strchr(escaped, *text))
            putchar('\\');
        putchar(*text == '\'' ? '"' : *text);
    }
}

/* The first sentence of a text, or all of it. */
static void put_gist(const char *text, const char *escaped)
{
    char gist[80];
    snprintf(gist, sizeof gist, "%.*s", (int)strcspn(text, ";:("), text);
    size_t n = strlen(gist);
    while (n && (gist[n - 1] == ' ' || gist[n - 1] == ','))
        gist[--n] = '\0';
    put_quoted(gist, escaped);
}

static const char *const others[][2] = {{"help", "tell more of a command or a topic"},
                                        {"version", "print the version"}};

/* ------------------------------------------------------------------ bash */

static void bash_value(const cli_option *o)
{
    if (o->id < 256)
        printf("%s-%c", "", o->id);
    if (o->name)
        printf("%s--%s", o->id < 256 ? "|" : "", o->name);
    printf(") ");
    if (offers(o->words, CLI_FILE))
        printf("_kauri_files -f \"$cur\"");
    else if (offers(o->words, CLI_DIR))
        printf("_kauri_files -d \"$cur\"");
    else if (o->words) {
        printf("COMPREPLY=($(compgen -W '");
        put_words(o->words, " ");
        printf("' -- \"$cur\"))%s",
               offers(o->words, "=") ? "; compopt -o nospace 2>/dev/null" : "");
    } else
        printf("COMPREPLY=()");
    printf("; return ;;\n");
}

static void bash_command(const cli_command *c)
{
    printf("    %s)\n        case $prev in\n", c->name);
    for (const cli_option *o = c->options; o && o->id; o++)
        if (o->value) {
            printf("        ");
            bash_value(o);
        }
    printf("        esac\n        options='--help");
    for (const cli_option *o = c->options; o && o->id; o++) {
        if (o->id < 256)
            printf(" -%c", o->id);
        if (o->name)
            printf(" --%s", o->name);
    }
    printf("' words='");
    put_words(c->words, " ");
    printf("' kind=%s ;;\n", offers(c->words, CLI_FILE)  ? "-f"
                             : offers(c->words, CLI_DIR) ? "-d"
                                                         : "");
}

static void print_bash(void)
{
    printf("# Completion of kauri for bash: eval \"$(kauri completion bash)\"\n"
           "_kauri_files() { # -f|-d CUR: names may have blanks\n"
           "    local names\n"
           "    mapfile -t names < <(compgen \"$1\" -- \"$2\")\n"
           "    COMPREPLY+=(\"${names[@]}\")\n"
           "    compopt -o filenames 2>/dev/null\n"
           "}\n"
           "_kauri() {\n"
           "    COMPREPLY=()\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
           "    local options='' words='' kind=''\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W '");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        printf("%s ", (*c)->name);
    printf("help version' -- \"$cur\"))\n        return\n    fi\n    case ${COMP_WORDS[1]} in\n");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        bash_command(*c);
    printf("    help) words='");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        printf("%s ", (*c)->name);
    for (const cli_topic *t = cli_topics(); t->name; t++)
        printf("%s ", t->name);
    printf("' ;;\n    esac\n"
           "    case $cur in\n"
           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
           "    *)\n"
           "        COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
           "        [ -z \"$kind\" ] || _kauri_files $kind \"$cur\"\n"
           "        ;;\n"
           "    esac\n"
           "}\n"
           "complete -F _kauri kauri\n");
}

/* ------------------------------------------------------------------ zsh */

static void zsh_action(const char *words)
{
    if (offers(words, CLI_FILE))
        printf("_files");
    else if (offers(words, CLI_DIR) && !strchr(words, ' '))
        printf("_files -/");
    else if (offers(words, "=")) { /* no blank follows them */
        printf("{compadd -S \"\" -- ");
        put_words(words, " ");
        printf("}");
    } else if (words) {
        printf("(");
        put_words(words, " ");
        printf(")");
    } else
        printf(" ");
}

static void zsh_option(const cli_option *o, const char *form)
{
    printf(" \\\n            '*%s[", form);
    put_gist(o->text, "[]:");
    printf("]");
    if (o->value) {
        printf(":");
        put_quoted(o->value, "[]:");
        printf(":");
        zsh_action(o->words);
    }
    printf("'");
}

static void zsh_command(const cli_command *c)
{
    char form[64];
    printf("        %s)\n            _arguments '--help[print help]'", c->name);
    for (const cli_option *o = c->options; o && o->id; o++) {
        if (o->id < 256) {
            snprintf(form, sizeof form, "-%c", o->id);
            zsh_option(o, form);
        }
        if (o->name) {
            snprintf(form, sizeof form, "--%s", o->name);
            zsh_option(o, form);
        }
    }
    if (c->words && strchr(c->words, ' ')) {
        printf(" \\\n            '1:folder:_files -/' '*:what:(");
        put_words(c->words, " ");
        printf(")'");
    } else if (c->words) {
        printf(" \\\n            '*:file:");
        zsh_action(c->words);
        printf("'");
    }
    printf(" ;;\n");
}

static void print_zsh(void)
{
    printf(
        "#compdef kauri\n"
        "# Completion of kauri for zsh: eval \"$(kauri completion zsh)\", or as _kauri in $fpath\n"
        "_kauri() {\n"
        "    local -a commands\n"
        "    commands=(");
    for (const cli_command *const *c = cli_commands(); *c; c++) {
        printf("\n        '%s:", (*c)->name);
        put_gist((*c)->about, ":");
        printf("'");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        printf("\n        '%s:%s'", others[i][0], others[i][1]);
    printf(")\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe command commands\n"
           "        return\n"
           "    fi\n"
           "    local command=$words[2]\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $command in\n");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        zsh_command(*c);
    printf("        help)\n            _arguments '1:topic:(");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        printf("%s ", (*c)->name);
    for (const cli_topic *t = cli_topics(); t->name; t++)
        printf("%s ", t->name);
    /* A file of $fpath is the function when it is called first. */
    printf(
        ")' ;;\n    esac\n}\n"
        "if [ \"${funcstack[1]}\" = _kauri ]; then _kauri \"$@\"; else compdef _kauri kauri; fi\n");
}

/* ------------------------------------------------------------------ fish */

static void fish_option(const cli_command *c, const cli_option *o)
{
    printf("complete -c kauri -n '__fish_seen_subcommand_from %s'", c->name);
    if (o->id < 256)
        printf(" -s %c", o->id);
    if (o->name)
        printf(" -l %s", o->name);
    if (o->value && (offers(o->words, CLI_FILE) || offers(o->words, CLI_DIR)))
        printf(" -r -F");
    else if (o->value) {
        printf(" -x");
        if (o->words) {
            printf(" -a '");
            put_words(o->words, " ");
            printf("'");
        }
    }
    printf(" -d '");
    put_gist(o->text, "\\");
    printf("'\n");
}

static void print_fish(void)
{
    printf("# Completion of kauri for fish: kauri completion fish | source\n"
           "complete -c kauri -n __fish_use_subcommand -f\n");
    for (const cli_command *const *c = cli_commands(); *c; c++) {
        printf("complete -c kauri -n __fish_use_subcommand -a %s -d '", (*c)->name);
        put_gist((*c)->about, "\\");
        printf("'\n");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        printf("complete -c kauri -n __fish_use_subcommand -a %s -d '%s'\n", others[i][0],
               others[i][1]);
    for (const cli_command *const *c = cli_commands(); *c; c++) {
        for (const cli_option *o = (*c)->options; o && o->id; o++)
            fish_option(*c, o);
        printf("complete -c kauri -n '__fish_seen_subcommand_from %s' -l help -d 'print help'\n",
               (*c)->name);
        if ((*c)->words && (*(*c)->words != '<' || strchr((*c)->words, ' '))) {
            printf("complete -c kauri%s -n '__fish_seen_subcommand_from %s' -a '",
                   *(*c)->words == '<' ? "" : " -f", (*c)->name);
            put_words((*c)->words, " ");
            printf("'\n");
        }
    }
    printf("complete -c kauri -f -n '__fish_seen_subcommand_from help' -a '");
    for (const cli_command *const *c = cli_commands(); *c; c++)
        printf("%s ", (*c)->name);
    for (const cli_topic *t = cli_topics(); t->name; t++)
        printf("%s ", t->name);
    printf("'\n");
}

/* ------------------------------------------------------------------ the command */

static int run(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (int id = 1; id;) {
        int status = cli_next_option(&cli_cmd_completion, argc, argv, &id);
        if (status >= 0)
            return status;
    }
    for (size_t i = 0; argc - optind == 1 && i < sizeof shells / sizeof shells[0]; i++)
        if (kr_str_eq(argv[optind], shells[i].name)) {
            shells[i].print();
            return 0;
        }
    return cli_usage(&cli_cmd_completion, "the name of a shell is wanted: bash, zsh or fish");
}

const cli_command cli_cmd_completion = {
    .name = "completion",
    .synopsis = "completion bash|zsh|fish",
    .about = "print a script that lets a shell complete commands and options",
    .lead =
        "For the shell that runs: eval \"$(kauri completion bash)\", the same with zsh, or kauri "
        "completion fish | source. For good, that line in ~/.bashrc, in ~/.zshrc after compinit, "
        "or the script as ~/.config/fish/completions/kauri.fish.",
    .words = "bash zsh fish",
    .run = run,
};
