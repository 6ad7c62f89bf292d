/* csv2tab: a coefficient table as CSV becomes a C header with a typed row.
 *
 *   csv2tab TABLE.csv TABLE.tab.h
 *
 * Lines that start with '#' are comments. The first other line is the header: IMT (or imt), then
 * the names of the coefficients. Each further line is one intensity measure: PGA, PGV, SA(0.1), a
 * bare period in seconds, or the name of another measure. Anything that is not exactly that
 * stops with file:line, so that a slip in a table stops the build.
 *
 * A header that starts with `name` makes a table of texts: no cell is quoted, and the last one
 * takes the rest of its line, commas and all. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LINE_LEN = 16384, MAX_COL = 512, MAX_ROW = 4096, NAME_LEN = 64 };

struct table {
    const char *path;
    char stem[NAME_LEN];
    int line;
    int ncol;
    int nrow;
    bool texts;
    char column[MAX_COL][NAME_LEN]; /* as printed in the table */
    char member[MAX_COL][NAME_LEN]; /* as a C identifier */
    char imt[MAX_ROW][NAME_LEN];
    double period[MAX_ROW];
    char *cell[MAX_ROW]; /* the row's numbers or texts, as C text separated by ", " */
};

static const char *const keywords[] = {
    "auto",    "break",     "case",          "char",   "const",    "continue",     "default",
    "do",      "double",    "else",          "enum",   "extern",   "float",        "for",
    "goto",    "if",        "inline",        "int",    "long",     "register",     "restrict",
    "return",  "short",     "signed",        "sizeof", "static",   "struct",       "switch",
    "typedef", "union",     "unsigned",      "void",   "volatile", "while",        "bool",
    "true",    "false",     "asm",           "typeof", "nullptr",  "thread_local", "alignas",
    "alignof", "constexpr", "static_assert",
};

static FILE *output;
static const char *output_path;

__attribute__((noreturn, format(printf, 2, 3))) static void fail(const struct table *t,
                                                                 const char *format, ...)
{
    va_list ap;
    fprintf(stderr, "%s:%d: ", t->path, t->line);
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    if (output) {
        fclose(output);
        remove(output_path);
    }
    exit(1);
}

/* Cuts white space from both ends of s, in place. */
static char *trim(char *s)
{
    while (isspace((unsigned char)*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && isspace((unsigned char)s[n - 1]))
        s[--n] = '\0';
    return s;
}

/* Returns the next cell of *rest, or NULL after the last one. */
static char *next_cell(char **rest)
{
    char *cell = *rest;
    if (!cell)
        return NULL;
    char *comma = strchr(cell, ',');
    if (comma)
        *comma = '\0';
    *rest = comma ? comma + 1 : NULL;
    return trim(cell);
}

/* The whole of s is a plain decimal number: no hexadecimal, infinity or nan. */
static bool is_number(const char *s, double *value)
{
    char *end;
    if (*s == '\0' || strspn(s, "0123456789+-.eE") != strlen(s))
        return false;
    errno = 0;
    *value = strtod(s, &end);
    return *end == '\0' && end != s && isfinite(*value) && !(errno == ERANGE && *value != 0.0);
}

static void copy_name(const struct table *t, char *to, const char *from)
{
    if (*from == '\0')
        fail(t, "an empty name");
    if (strlen(from) >= NAME_LEN)
        fail(t, "a name longer than %d characters: '%s'", NAME_LEN - 1, from);
    for (const char *p = from; *p; p++)
        if (!isprint((unsigned char)*p) || *p == '"' || *p == '\\')
            fail(t, "a character that a name cannot have in '%s'", from);
    memcpy(to, from, strlen(from) + 1);
}

/* Makes a C identifier of a column name: other characters become '_', a leading digit gets one
 * in front, a keyword one behind. */
static void member_name(const struct table *t, char *to, const char *from)
{
    size_t n = 0;
    if (isdigit((unsigned char)from[0]))
        to[n++] = '_';
    for (const char *p = from; *p; p++) {
        if (n + 2 >= NAME_LEN)
            fail(t, "a name longer than %d characters: '%s'", NAME_LEN - 3, from);
        to[n++] = (char)(isalnum((unsigned char)*p) ? *p : '_');
    }
    to[n] = '\0';
    for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++) {
        if (strcmp(to, keywords[i]) == 0) {
            to[n] = '_';
            to[n + 1] = '\0';
            break;
        }
    }
}

static void read_header(struct table *t, char *line)
{
    char *rest = line;
    const char *first = next_cell(&rest);
    t->texts = strcmp(first, "name") == 0;
    if (!t->texts && strcasecmp(first, "IMT") != 0)
        fail(t, "the first column is '%s', not 'IMT' or 'name'", first);
    for (char *cell; (cell = next_cell(&rest));) {
        if (t->ncol == MAX_COL)
            fail(t, "more than %d columns", MAX_COL);
        copy_name(t, t->column[t->ncol], cell);
        member_name(t, t->member[t->ncol], cell);
        for (int i = 0; i < t->ncol; i++)
            if (strcmp(t->member[i], t->member[t->ncol]) == 0)
                fail(t, "columns '%s' and '%s' would have the same name", t->column[i], cell);
        t->ncol++;
    }
    if (t->ncol == 0)
        fail(t, "no column after 'IMT'");
}

/* Period of an intensity measure in seconds: 0 for PGA, -1 for PGV, -2 for what has none. */
static double imt_period(const struct table *t, const char *imt)
{
    double period;
    char inner[NAME_LEN];
    if (strcmp(imt, "PGA") == 0)
        return 0.0;
    if (strcmp(imt, "PGV") == 0)
        return -1.0;
    bool spectral = strncmp(imt, "SA(", 3) == 0;
    if (spectral) {
        size_t n = strlen(imt);
        if (imt[n - 1] != ')')
            fail(t, "not an intensity measure: '%s'", imt);
        memcpy(inner, imt + 3, n - 4);
        inner[n - 4] = '\0';
        imt = inner;
    }
    if (is_number(imt, &period)) {
        if (!(period > 0.0) && !(period == 0.0 && !spectral))
            fail(t, "not a period: '%s'", imt);
        return period;
    }
    if (spectral || !isalpha((unsigned char)imt[0]))
        fail(t, "not an intensity measure: '%s'", imt);
    return -2.0;
}

static void read_row(struct table *t, char *line)
{
    if (t->nrow == MAX_ROW)
        fail(t, "more than %d rows", MAX_ROW);
    char *rest = line;
    const char *imt = next_cell(&rest);
    int r = t->nrow;
    copy_name(t, t->imt[r], imt);
    t->period[r] = imt_period(t, imt);
    for (int i = 0; i < r; i++)
        if (strcmp(t->imt[i], imt) == 0 || (t->period[r] >= 0.0 && t->period[i] == t->period[r]))
            fail(t, "measure '%s' appears twice", imt);

    size_t length = 0;
    int n = 0;
    char *text = malloc((size_t)t->ncol * (NAME_LEN + 4) + 1);
    if (!text)
        fail(t, "out of memory");
    text[0] = '\0';
    for (char *cell; (cell = next_cell(&rest)); n++) {
        double value;
        if (n == t->ncol)
            fail(t, "more than %d cells", t->ncol + 1);
        if (strlen(cell) >= NAME_LEN || !is_number(cell, &value))
            fail(t, "column '%s': not a number: '%s'", t->column[n], cell);
        length += (size_t)snprintf(text + length, NAME_LEN + 4, "%s%s%s", n ? ", " : "", cell,
                                   strpbrk(cell, ".eE") ? "" : ".0");
    }
    if (n != t->ncol)
        fail(t, "%d cells where the header has %d", n + 1, t->ncol + 1);
    t->cell[t->nrow++] = text;
}

/* A text as a C string; returns the place behind it. */
static char *quote(char *to, const char *text)
{
    *to++ = '"';
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            *to++ = '\\';
        *to++ = *text;
    }
    *to++ = '"';
    *to = '\0';
    return to;
}

static void read_texts(struct table *t, char *line)
{
    if (t->nrow == MAX_ROW)
        fail(t, "more than %d rows", MAX_ROW);
    char *rest = line, *text = malloc(2 * strlen(line) + 8 * (size_t)(t->ncol + 1));
    if (!text)
        fail(t, "out of memory");
    copy_name(t, t->imt[t->nrow], next_cell(&rest));
    for (int i = 0; i < t->nrow; i++)
        if (strcmp(t->imt[i], t->imt[t->nrow]) == 0)
            fail(t, "'%s' appears twice", t->imt[i]);
    char *end = quote(text, t->imt[t->nrow]);
    for (int i = 0; i < t->ncol; i++) {
        if (!rest)
            fail(t, "%d cells where the header has %d", i + 1, t->ncol + 1);
        *end++ = ',';
        *end++ = ' ';
        end = quote(end, i == t->ncol - 1 ? trim(rest) : next_cell(&rest));
    }
    t->cell[t->nrow++] = text;
}

static void read_table(struct table *t)
{
    static char line[LINE_LEN];
    FILE *f = fopen(t->path, "r");
    if (!f)
        fail(t, "cannot read: %s", strerror(errno));
    while (fgets(line, sizeof line, f)) {
        t->line++;
        if (!strchr(line, '\n') && !feof(f))
            fail(t, "a line longer than %d characters", LINE_LEN - 2);
        const char *s = trim(line);
        if (*s == '#' || *s == '\0')
            continue;
        if (t->ncol == 0)
            read_header(t, line);
        else if (t->texts)
            read_texts(t, line);
        else
            read_row(t, line);
    }
    if (ferror(f))
        fail(t, "cannot read: %s", strerror(errno));
    fclose(f);
    if (t->nrow == 0)
        fail(t, "no rows");
}

static void set_stem(struct table *t)
{
    const char *base = strrchr(t->path, '/');
    base = base ? base + 1 : t->path;
    size_t n = strlen(base);
    if (n < 5 || n - 4 >= NAME_LEN || strcmp(base + n - 4, ".csv") != 0)
        fail(t, "the name of a table ends in .csv");
    memcpy(t->stem, base, n - 4);
    if (!isalpha((unsigned char)t->stem[0]))
        fail(t, "the name of a table starts with a letter");
    for (const char *p = t->stem; *p; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
            fail(t, "the name of a table is lower case letters, digits and _");
}

static void write_texts(const struct table *t, const char *upper, FILE *o)
{
    fprintf(o, "#define %s_NROW %d\n\n/* Initializers of the rows: name", upper, t->nrow);
    for (int i = 0; i < t->ncol; i++)
        fprintf(o, ", %s", t->column[i]);
    fprintf(o, ". */\n#define %s_ROWS \\\n", upper);
    for (int i = 0; i < t->nrow; i++)
        fprintf(o, "    {%s}, \\\n", t->cell[i]);
    fprintf(o, "\n#endif\n");
}

static void write_numbers(const struct table *t, const char *upper, FILE *o)
{
    const char *s = t->stem;
    fprintf(o, "#define %s_NROW %d\n#define %s_NCOL %d\n\n", upper, t->nrow, upper, t->ncol);

    fprintf(o, "/* Seconds; 0 is PGA, -1 PGV, -2 a measure without a period. */\n");
    fprintf(o, "__attribute__((unused)) static const double %s_period[%s_NROW] = {\n", s, upper);
    for (int i = 0; i < t->nrow; i++)
        fprintf(o, "    %.17g,\n", t->period[i]);
    fprintf(o, "};\n\n__attribute__((unused)) static const char *const %s_imt[%s_NROW] = {\n", s,
            upper);
    for (int i = 0; i < t->nrow; i++)
        fprintf(o, "    \"%s\",\n", t->imt[i]);
    fprintf(o, "};\n\n__attribute__((unused)) static const char *const %s_column[%s_NCOL] = {\n", s,
            upper);
    for (int i = 0; i < t->ncol; i++)
        fprintf(o, "    \"%s\",\n", t->column[i]);
    fprintf(o,
            "};\n\n__attribute__((unused)) static const double %s_table[%s_NROW * %s_NCOL] = {\n",
            s, upper, upper);
    for (int i = 0; i < t->nrow; i++)
        fprintf(o, "    %s, /* %s */\n", t->cell[i], t->imt[i]);
    fprintf(o, "};\n\n/* One row, a member a column. */\ntypedef struct %s_row {\n", s);
    for (int i = 0; i < t->ncol; i++)
        fprintf(o, "    double %s;\n", t->member[i]);
    fprintf(o, "} %s_row;\n_Static_assert(sizeof(%s_row) == %s_NCOL * sizeof(double), \"%s\");\n\n",
            s, s, upper, s);
    fprintf(o, "__attribute__((unused)) static inline %s_row %s_load(const double *row)\n{\n", s,
            s);
    fprintf(o, "    %s_row c;\n    memcpy(&c, row, sizeof c);\n    return c;\n}\n\n#endif\n", s);
}

static void write_table(const struct table *t, FILE *o)
{
    const char *s = t->stem;
    char upper[NAME_LEN];
    for (size_t i = 0; i <= strlen(s); i++)
        upper[i] = (char)toupper((unsigned char)s[i]);

    fprintf(o, "/* Generated from %s.csv by csv2tab: do not edit. */\n", s);
    fprintf(o, "#ifndef KR_%s_TAB_H\n#define KR_%s_TAB_H\n\n#include <string.h>\n\n", upper, upper);
    if (t->texts)
        write_texts(t, upper, o);
    else
        write_numbers(t, upper, o);
}

int main(int argc, char **argv)
{
    static struct table t;
    if (argc != 3) {
        fprintf(stderr, "usage: csv2tab TABLE.csv TABLE.tab.h\n");
        return 2;
    }
    t.path = argv[1];
    set_stem(&t);
    read_table(&t);

    output_path = argv[2];
    output = fopen(output_path, "w");
    if (!output)
        fail(&t, "cannot write %s: %s", output_path, strerror(errno));
    write_table(&t, output);
    int bad = ferror(output);
    if (fclose(output) != 0 || bad) {
        output = NULL;
        remove(output_path);
        fail(&t, "cannot write %s", output_path);
    }
    for (int i = 0; i < t.nrow; i++)
        free(t.cell[i]);
    return 0;
}
