#include "support/h5.h"
#include "support/folder.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORDS = 64, VALUES = 65536, RANK = 8, TEXT = 256, EDITS = 200, GROWS = 1 << 16 };

/* The words of an edit, and the file. */
typedef struct edit {
    hid_t file;
    char *word[WORDS];
    size_t n;
} edit;

/* What a dataset holds: numbers or texts. */
typedef struct values {
    size_t n;
    double *x;
    char **text; /* NULL: numbers */
    int rank;
    hsize_t dims[RANK];
    char type[8];
} values;

static void values_end(values *v)
{
    for (size_t i = 0; v->text && i < v->n; i++)
        free(v->text[i]);
    free(v->text);
    free(v->x);
    *v = (values){0};
}

/* "3x2"; false: too many. */
static bool read_dims(const char *word, values *v, size_t most)
{
    size_t count = 1;

    v->rank = 0;
    if (strcmp(word, "-") == 0)
        return true;
    for (const char *p = word; v->rank < RANK;) {
        char *end = NULL;
        unsigned long long dim = strtoull(p, &end, 10);
        if (end == p)
            return false;
        v->dims[v->rank++] = dim;
        if (dim > 0 && count > most / dim)
            return false;
        count *= dim;
        if (*end != 'x')
            return true;
        p = end + 1;
    }
    return false;
}

static size_t dims_count(const values *v)
{
    size_t n = 1;
    for (int i = 0; i < v->rank; i++)
        n *= v->dims[i];
    return n;
}

/* ------------------------------------------------------------------ reading */

static hid_t text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

static bool read_texts(hid_t id, hid_t type, values *v)
{
    hid_t memory = H5Tcopy(type);
    char **raw = calloc(v->n + 1, sizeof *raw);
    bool ok = raw && H5Tis_variable_str(type) > 0 &&
              H5Dread(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, raw) >= 0;

    v->text = calloc(v->n + 1, sizeof *v->text);
    for (size_t i = 0; ok && i < v->n; i++)
        v->text[i] = strdup(raw[i] ? raw[i] : "");
    if (ok) {
        hid_t space = H5Dget_space(id);
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, raw);
        H5Sclose(space);
    }
    H5Tclose(memory);
    free(raw);
    return ok;
}

static bool read_values(hid_t file, const char *path, values *v)
{
    *v = (values){.type = "f8"};
    hid_t id = H5Dopen2(file, path, H5P_DEFAULT);
    if (id < 0)
        return false;
    hid_t space = H5Dget_space(id), type = H5Dget_type(id);
    hsize_t dims[H5S_MAX_RANK];
    bool ok = H5Sget_simple_extent_ndims(space) <= RANK;
    if (ok) {
        v->rank = H5Sget_simple_extent_dims(space, dims, NULL);
        for (int i = 0; i < v->rank; i++)
            v->dims[i] = dims[i];
        hssize_t count = H5Sget_simple_extent_npoints(space);
        ok = count >= 0 && count <= VALUES;
        v->n = ok ? (size_t)count : 0;
    }
    H5T_class_t kind = H5Tget_class(type);
    if (ok && kind == H5T_STRING) {
        memcpy(v->type, "text", 5);
        ok = read_texts(id, type, v);
    } else if (ok && (kind == H5T_FLOAT || kind == H5T_INTEGER)) {
        (void)snprintf(v->type, sizeof v->type, "%c%d",
                       kind == H5T_FLOAT                   ? 'f'
                       : H5Tget_sign(type) == H5T_SGN_NONE ? 'u'
                                                           : 'i',
                       (int)H5Tget_size(type) % 10);
        v->x = calloc(v->n + 1, sizeof *v->x);
        ok = v->x && H5Dread(id, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, v->x) >= 0;
    } else {
        ok = false;
    }
    H5Tclose(type);
    H5Sclose(space);
    H5Dclose(id);
    if (!ok)
        values_end(v);
    return ok;
}

/* ------------------------------------------------------------------ writing */

/* A new type. */
static hid_t type_of(const char *name)
{
    static const struct {
        const char *name;
        size_t which;
    } names[] = {{"f8", 0}, {"f4", 1}, {"i8", 2}, {"i4", 3}, {"u4", 4},
                 {"u1", 5}, {"F8", 6}, {"i1", 7}, {"u8", 8}};
    const hid_t types[] = {H5T_IEEE_F64LE, H5T_IEEE_F32LE, H5T_STD_I64LE,
                           H5T_STD_I32LE,  H5T_STD_U32LE,  H5T_STD_U8LE,
                           H5T_IEEE_F64BE, H5T_STD_I8LE,   H5T_STD_U64LE};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i].name) == 0)
            return H5Tcopy(types[names[i].which]);
    if (strcmp(name, "text") == 0)
        return text_type();
    if (name[0] == 's') {
        size_t size = strtoul(name + 1, NULL, 10);
        hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, size > 0 && size < TEXT ? size : 4);
        H5Tset_strpad(type, H5T_STR_NULLPAD);
        return type;
    }
    hid_t row = H5Tcreate(H5T_COMPOUND, 2 * sizeof(double));
    H5Tinsert(row, "a", 0, H5T_NATIVE_DOUBLE);
    H5Tinsert(row, "b", sizeof(double), H5T_NATIVE_DOUBLE);
    return row;
}

static void remove_path(hid_t file, const char *path)
{
    (void)H5Ldelete(file, path, H5P_DEFAULT);
}

/* A dataset in the place of what is there; the caller closes it. */
static hid_t create(hid_t file, const char *path, const values *v, hid_t type, hid_t plan)
{
    hid_t links = H5Pcreate(H5P_LINK_CREATE);
    H5Pset_create_intermediate_group(links, 1);
    hid_t space = v->rank > 0 ? H5Screate_simple(v->rank, v->dims, NULL) : H5Screate(H5S_SCALAR);
    remove_path(file, path);
    hid_t id = H5Dcreate2(file, path, type, space, links, plan, H5P_DEFAULT);
    H5Sclose(space);
    H5Pclose(links);
    return id;
}

/* Value i as what the type wants in memory: a number, or a text in one of two ways. */
static double number_at(const values *v, size_t i)
{
    if (v->n == 0)
        return 0;
    return v->text ? strtod(v->text[i % v->n] ? v->text[i % v->n] : "", NULL) : v->x[i % v->n];
}

static const char *text_at(const values *v, size_t i, char buffer[TEXT])
{
    if (v->n == 0)
        return "";
    if (v->text)
        return v->text[i % v->n] ? v->text[i % v->n] : "";
    (void)snprintf(buffer, TEXT, "%.10g", v->x[i % v->n]);
    return buffer;
}

static void write_texts(hid_t id, hid_t type, const values *v, size_t n)
{
    char buffer[TEXT];
    bool variable = H5Tis_variable_str(type) > 0;
    size_t size = variable ? sizeof(char *) : H5Tget_size(type);
    char *rows = calloc(n + 1, size);
    if (!rows)
        return;
    for (size_t i = 0; i < n; i++) {
        const char *text = text_at(v, i, buffer);
        if (variable) {
            char *copy = strdup(text);
            memcpy(rows + i * size, &copy, sizeof copy);
        } else {
            memcpy(rows + i * size, text, strnlen(text, size));
        }
    }
    (void)H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows);
    for (size_t i = 0; variable && i < n; i++) {
        char *copy;
        memcpy(&copy, rows + i * size, sizeof copy);
        free(copy);
    }
    free(rows);
}

static void write_values(hid_t file, const char *path, const values *v)
{
    hid_t type = type_of(v->type), id = create(file, path, v, type, H5P_DEFAULT);
    size_t n = dims_count(v), width = strcmp(v->type, "row") == 0 ? 2 : 1;

    if (id >= 0 && n > 0 && H5Tget_class(type) == H5T_STRING) {
        write_texts(id, type, v, n);
    } else if (id >= 0 && n > 0) {
        double *x = calloc(n * width, sizeof *x);
        for (size_t i = 0; x && i < n * width; i++)
            x[i] = number_at(v, i);
        if (x)
            (void)H5Dwrite(id, width == 2 ? type : H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           x);
        free(x);
    }
    if (id >= 0)
        H5Dclose(id);
    H5Tclose(type);
}

/* ------------------------------------------------------------------ edits of datasets */

static void edit_make(const edit *e)
{
    values v = {0};
    if (e->n < 4 || !read_dims(e->word[3], &v, VALUES))
        return;
    (void)snprintf(v.type, sizeof v.type, "%s", e->word[2]);
    v.n = e->n - 4;
    v.text = calloc(v.n + 1, sizeof *v.text);
    for (size_t i = 0; v.text && i < v.n; i++)
        v.text[i] = strdup(e->word[i + 4]);
    if (v.text)
        write_values(e->file, e->word[1], &v);
    values_end(&v);
}

static void edit_shape(const edit *e)
{
    values v, shape = {0};
    if (e->n < 3 || !read_dims(e->word[2], &shape, VALUES) || !read_values(e->file, e->word[1], &v))
        return;
    v.rank = shape.rank;
    memcpy(v.dims, shape.dims, sizeof v.dims);
    write_values(e->file, e->word[1], &v);
    values_end(&v);
}

static void edit_type(const edit *e)
{
    values v;
    if (e->n < 3 || !read_values(e->file, e->word[1], &v))
        return;
    (void)snprintf(v.type, sizeof v.type, "%s", e->word[2]);
    write_values(e->file, e->word[1], &v);
    values_end(&v);
}

static void set_value(values *v, size_t i, const char *word)
{
    if (!v->text) {
        v->x[i] = strtod(word, NULL);
        return;
    }
    free(v->text[i]);
    v->text[i] = strdup(word);
}

static void edit_value(const edit *e)
{
    values v;
    bool one = strcmp(e->word[0], "value") == 0;
    if (e->n < (one ? 4U : 3U) || !read_values(e->file, e->word[1], &v))
        return;
    if (one && v.n > 0)
        set_value(&v, strtoul(e->word[2], NULL, 10) % v.n, e->word[3]);
    for (size_t i = 0; !one && i < v.n; i++)
        set_value(&v, i, e->word[2]);
    write_values(e->file, e->word[1], &v);
    values_end(&v);
}

/* Datasets only: HDF5 1.10.8 cannot close a file after it failed to copy some groups. */
static void edit_copy(const edit *e)
{
    values v;
    if (e->n < 3 || !read_values(e->file, e->word[1], &v))
        return;
    write_values(e->file, e->word[2], &v);
    values_end(&v);
}

static void edit_claim(const edit *e)
{
    values v = {0};
    if (e->n < 3 || !read_dims(e->word[2], &v, (size_t)1 << 62) || v.rank == 0)
        return;
    hsize_t chunk[RANK];
    for (int i = 0; i < v.rank; i++)
        chunk[i] = v.dims[i] < 4 ? (v.dims[i] ? v.dims[i] : 1) : 4;
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(plan, v.rank, chunk);
    H5Pset_deflate(plan, 1);
    hid_t id = create(e->file, e->word[1], &v, H5T_IEEE_F64LE, plan);
    if (id >= 0)
        H5Dclose(id);
    H5Pclose(plan);
}

static void edit_outside(const edit *e)
{
    values v;
    if (e->n < 3 || !read_values(e->file, e->word[1], &v))
        return;
    hid_t plan = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_external(plan, e->word[2], 0, H5F_UNLIMITED);
    hid_t id = create(e->file, e->word[1], &v, H5T_IEEE_F64LE, plan);
    if (id >= 0)
        H5Dclose(id);
    H5Pclose(plan);
    values_end(&v);
}

/* ------------------------------------------------------------------ other edits */

static void edit_links(const edit *e)
{
    const char *what = e->word[0];
    if (e->n == 2 && strcmp(what, "delete") == 0) {
        remove_path(e->file, e->word[1]);
    } else if (e->n == 2 && strcmp(what, "group") == 0) {
        remove_path(e->file, e->word[1]);
        hid_t id = H5Gcreate2(e->file, e->word[1], H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        if (id >= 0)
            H5Gclose(id);
    }
    if (e->n < 3)
        return;
    if (strcmp(what, "swap") == 0) {
        (void)H5Lmove(e->file, e->word[1], e->file, "moved", H5P_DEFAULT, H5P_DEFAULT);
        (void)H5Lmove(e->file, e->word[2], e->file, e->word[1], H5P_DEFAULT, H5P_DEFAULT);
        (void)H5Lmove(e->file, "moved", e->file, e->word[2], H5P_DEFAULT, H5P_DEFAULT);
    } else if (strcmp(what, "link") == 0) {
        remove_path(e->file, e->word[1]);
        (void)H5Lcreate_soft(e->word[2], e->file, e->word[1], H5P_DEFAULT, H5P_DEFAULT);
    } else if (strcmp(what, "outer") == 0) {
        remove_path(e->file, e->word[1]);
        (void)H5Lcreate_external(e->word[2], "/", e->file, e->word[1], H5P_DEFAULT, H5P_DEFAULT);
    }
}

static void edit_attributes(const edit *e)
{
    if (e->n < 3)
        return;
    (void)H5Adelete_by_name(e->file, e->word[1], e->word[2], H5P_DEFAULT);
    if (e->n < 4)
        return;
    char *end = NULL, *text = e->word[3];
    double x[16], number = strtod(text, &end);
    hsize_t n = strtoul(text, NULL, 10) % 16;
    bool many = strcmp(e->word[0], "attrs") == 0, is_text = !many && *end != '\0';
    for (size_t i = 0; i < 16; i++)
        x[i] = number;
    hid_t type = is_text ? text_type() : H5Tcopy(H5T_IEEE_F64LE);
    hid_t space = many ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t id = H5Acreate_by_name(e->file, e->word[1], e->word[2], type, space, H5P_DEFAULT,
                                 H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0) {
        (void)H5Awrite(id, is_text ? type : H5T_NATIVE_DOUBLE,
                       is_text ? (const void *)&text : (const void *)x);
        H5Aclose(id);
    }
    H5Sclose(space);
    H5Tclose(type);
}

static void apply(const edit *e)
{
    static const struct {
        const char *name;
        void (*does)(const edit *);
    } edits[] = {
        {"make", edit_make},       {"shape", edit_shape},      {"type", edit_type},
        {"value", edit_value},     {"fill", edit_value},       {"claim", edit_claim},
        {"copy", edit_copy},       {"swap", edit_links},       {"delete", edit_links},
        {"group", edit_links},     {"link", edit_links},       {"outer", edit_links},
        {"attr", edit_attributes}, {"attrs", edit_attributes}, {"noattr", edit_attributes},
        {"outside", edit_outside},
    };
    for (size_t i = 0; e->n >= 2 && i < sizeof edits / sizeof *edits; i++)
        if (strcmp(e->word[0], edits[i].name) == 0)
            edits[i].does(e);
}

/* ------------------------------------------------------------------ files */

/* The words of the next line; false: there is none. The text is cut up. */
static bool next_edit(char **text, edit *e)
{
    char *line = strsep(text, "\n"), *at = NULL;
    if (!line)
        return false;
    e->n = 0;
    for (char *word = strtok_r(line, " \t\r", &at); word && e->n < WORDS;
         word = strtok_r(NULL, " \t\r", &at))
        e->word[e->n++] = word;
    return true;
}

static hid_t open_base(fz_bytes base)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = H5I_INVALID_HID;
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    H5Pset_fapl_core(access, GROWS, 0);
    if (base.n > 0) {
        char *copy = malloc(base.n);
        if (!copy)
            abort();
        memcpy(copy, base.p, base.n);
        H5Pset_file_image(access, copy, base.n);
        file = H5Fopen("fuzz", H5F_ACC_RDWR, access);
        free(copy);
    } else {
        file = H5Fcreate("fuzz", H5F_ACC_TRUNC, H5P_DEFAULT, access);
    }
    H5Pclose(access);
    if (file < 0)
        abort();
    return file;
}

/* What is done to the bytes. */
static void apply_raw(const edit *e, char *image, size_t *n)
{
    if (e->n == 2 && strcmp(e->word[0], "cut") == 0)
        *n -= (size_t)((double)*n * (double)(strtoul(e->word[1], NULL, 10) % 1001) / 1000);
    if (e->n == 3 && strcmp(e->word[0], "byte") == 0 && *n > 0)
        image[strtoul(e->word[1], NULL, 10) % *n] = (char)strtol(e->word[2], NULL, 10);
}

static char *copy_text(fz_bytes text)
{
    char *copy = malloc(text.n + 1);
    if (!copy)
        abort();
    memcpy(copy, text.p, text.n);
    copy[text.n] = '\0';
    return copy;
}

void fz_h5_make(const char *name, fz_bytes base, fz_bytes edits)
{
    char *text = copy_text(edits), *again = copy_text(edits), *p = text;
    H5dont_atexit();
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    edit e = {.file = open_base(base)};

    for (int i = 0; i < EDITS && next_edit(&p, &e); i++)
        apply(&e);
    H5Fflush(e.file, H5F_SCOPE_LOCAL);
    ssize_t n = H5Fget_file_image(e.file, NULL, 0);
    char *image = n > 0 ? malloc((size_t)n) : NULL;
    if (!image || H5Fget_file_image(e.file, image, (size_t)n) != n)
        abort();
    H5Fclose(e.file);
    size_t left = (size_t)n;
    p = again;
    for (int i = 0; i < EDITS && next_edit(&p, &e); i++)
        apply_raw(&e, image, &left);
    fz_write(name, image, left);
    free(image);
    free(text);
    free(again);
}
