/* Changes of the edits that make an HDF5 file. */
#include "support/h5.h"

#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAMES = 512, NAME = 96, LINE = 400 };

/* Objects ("tree/sets") and attributes ("/ format") of the base. */
static char objects[NAMES][NAME], attributes[NAMES][2 * NAME];
static size_t nobjects, nattributes;

static herr_t add_attribute(hid_t object, const char *name, const H5A_info_t *info, void *data)
{
    (void)object, (void)info;
    if (nattributes < NAMES)
        (void)snprintf(attributes[nattributes++], sizeof attributes[0], "%s %s", (const char *)data,
                       name);
    return 0;
}

static herr_t add_object(hid_t file, const char *name, const H5O_info_t *info, void *data)
{
    (void)info, (void)data;
    char path[NAME];
    hsize_t at = 0;
    if (nobjects == NAMES || strlen(name) >= NAME)
        return 0;
    (void)snprintf(path, sizeof path, "%s", strcmp(name, ".") == 0 ? "/" : name);
    if (strcmp(path, "/") != 0)
        (void)snprintf(objects[nobjects++], NAME, "%s", path);
    (void)H5Aiterate_by_name(file, name, H5_INDEX_NAME, H5_ITER_INC, &at, add_attribute, path,
                             H5P_DEFAULT);
    return 0;
}

void fz_h5_learn(fz_bytes base)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    char *copy = malloc(base.n);
    if (!copy)
        abort();
    memcpy(copy, base.p, base.n);
    H5Pset_fapl_core(access, (size_t)1 << 16, 0);
    H5Pset_file_image(access, copy, base.n);
    hid_t file = H5Fopen("base", H5F_ACC_RDONLY, access);
    if (file < 0 || H5Ovisit(file, H5_INDEX_NAME, H5_ITER_INC, add_object, NULL) < 0)
        abort();
    H5Fclose(file);
    H5Pclose(access);
    free(copy);
}

static const char *some_object(fz_doc *d)
{
    return nobjects > 0 ? objects[fz_random(d, nobjects)] : "a";
}

static const char *some_dims(fz_doc *d, bool claimed)
{
    static const char *const few[] = {"-",  "0",   "1",   "2",   "3",   "4",   "5",     "7",
                                      "16", "0x2", "2x0", "1x1", "2x3", "3x2", "1x2x3", "2x2x2x2"};
    static const char *const many[] = {
        "100000000",   "2147483648",   "4294967296",       "4294967295x4294967295", "1x1000000000",
        "65536x65536", "3x1000000000", "1x2x1000000000x3", "1000000000000000000",   "268435456"};
    return claimed ? many[fz_random(d, sizeof many / sizeof *many)]
                   : few[fz_random(d, sizeof few / sizeof *few)];
}

/* A new line. */
static void make_line(fz_doc *d, char line[LINE])
{
    static const char *const types[] = {"f8", "f4", "i8", "i4",   "u4",  "u1",
                                        "F8", "s4", "s1", "text", "row", "i1"};
    static const char *const words[] = {"mean", "quantile-0.5", "PGA", "SA(1.0)", "a", "x,y", "1"};
    const char *object = some_object(d), *other = some_object(d);
    const char *word =
        fz_random(d, 4) ? fz_hard_number(d) : words[fz_random(d, sizeof words / sizeof *words)];

    if (!*word)
        word = "5";
    switch (fz_random(d, 20)) {
    case 0:
        (void)snprintf(line, LINE, "delete %s\n", object);
        break;
    case 1:
    case 2:
    case 3:
        (void)snprintf(line, LINE, "shape %s %s\n", object, some_dims(d, false));
        break;
    case 4:
    case 5:
        (void)snprintf(line, LINE, "type %s %s\n", object,
                       types[fz_random(d, sizeof types / sizeof *types)]);
        break;
    case 6:
        (void)snprintf(line, LINE, "fill %s %s\n", object, word);
        break;
    case 7:
        (void)snprintf(line, LINE, "claim %s %s\n", object, some_dims(d, true));
        break;
    case 8:
        (void)snprintf(line, LINE, "%s %s %s\n", fz_random(d, 2) ? "copy" : "swap", object, other);
        break;
    case 9:
        (void)snprintf(line, LINE, "%s %s %s\n", fz_random(d, 3) ? "link" : "outer", object, other);
        break;
    case 10:
        (void)snprintf(line, LINE, "group %s\n", object);
        break;
    case 11:
    case 12:
    case 13:
        (void)snprintf(line, LINE, "%s %s %s\n", fz_random(d, 4) ? "attr" : "noattr",
                       nattributes > 0 ? attributes[fz_random(d, nattributes)] : "/ a", word);
        break;
    case 14:
        (void)snprintf(line, LINE, "cut %zu\n", fz_random(d, 1001));
        break;
    default:
        (void)snprintf(line, LINE, "value %s %zu %s\n", object, fz_random(d, 40), word);
        break;
    }
}

bool fz_change_h5(fz_doc *d, fz_span in, fz_bytes other)
{
    char line[LINE];

    if (fz_random(d, 2) && in.end > in.at)
        return fz_change_lines(d, in, other);
    make_line(d, line);
    size_t at = in.at + fz_random(d, in.end - in.at + 1);
    while (at > in.at && d->p[at - 1] != '\n')
        at--;
    return fz_replace_text(d, (fz_span){at, at}, line);
}
