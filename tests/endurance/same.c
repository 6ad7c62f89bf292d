/* Whether two results.h5 hold the same bits: all groups, datasets in their own type, attributes.
 *
 *   results_same A.h5 B.h5
 *
 * Two runs of one job differ in when they were made and how long it took, so that the root's
 * attribute `date` and whatever is named performance... are not compared. Exits with 1 and a line
 * that names the first difference; 2 where a file cannot be read. */
#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DIFFERS = 1, BAD = 2 };

static void stop(int status, const char *where, const char *what)
{
    printf("%s: %s\n", where, what);
    fflush(stdout);
    _Exit(status); /* HDF5 cannot be closed from within its own iteration */
}

/* The value of a call of HDF5, which must not be negative. */
static hid_t need(hid_t id, const char *where)
{
    if (id < 0)
        stop(BAD, where, "cannot be read");
    return id;
}

static void *room(size_t n)
{
    void *p = calloc(n ? n : 1, 1);
    if (!p)
        stop(BAD, "memory", "ran out");
    return p;
}

/* ------------------------------------------------------------------ values */

static bool same_values(hid_t type, const char *a, const char *b, size_t n);

static bool same_strings(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *x, *y;
        memcpy((void *)&x, a + i * sizeof x, sizeof x);
        memcpy((void *)&y, b + i * sizeof y, sizeof y);
        if (!x != !y || (x && strcmp(x, y) != 0))
            return false;
    }
    return true;
}

static bool same_members(hid_t type, const char *a, const char *b, size_t n)
{
    size_t size = H5Tget_size(type);
    for (unsigned m = 0; m < (unsigned)need(H5Tget_nmembers(type), "members"); m++) {
        hid_t member = need(H5Tget_member_type(type, m), "member");
        size_t at = H5Tget_member_offset(type, m);
        bool same = true;
        for (size_t i = 0; i < n && same; i++)
            same = same_values(member, a + i * size + at, b + i * size + at, 1);
        H5Tclose(member);
        if (!same)
            return false;
    }
    return true;
}

/* n values of a type; strings of variable length by what they say. */
static bool same_values(hid_t type, const char *a, const char *b, size_t n)
{
    if (need(H5Tis_variable_str(type), "type"))
        return same_strings(a, b, n);
    if (H5Tget_class(type) == H5T_COMPOUND)
        return same_members(type, a, b, n);
    if (H5Tdetect_class(type, H5T_VLEN) || H5Tdetect_class(type, H5T_REFERENCE))
        stop(BAD, "type", "is none that can be compared");
    return memcmp(a, b, n * H5Tget_size(type)) == 0;
}

static void compare_shapes(const char *where, hid_t types[2], hid_t spaces[2])
{
    hsize_t dims[2][H5S_MAX_RANK] = {{0}};
    int rank[2];
    for (int i = 0; i < 2; i++) {
        need(types[i], where);
        rank[i] =
            (int)need(H5Sget_simple_extent_dims(need(spaces[i], where), dims[i], NULL), where);
    }
    if (H5Sget_simple_extent_type(spaces[0]) != H5Sget_simple_extent_type(spaces[1]) ||
        rank[0] != rank[1] || memcmp(dims[0], dims[1], sizeof dims[0]) != 0)
        stop(DIFFERS, where, "the shapes differ");
    if (need(H5Tequal(types[0], types[1]), where) == 0)
        stop(DIFFERS, where, "the types differ");
}

/* Two datasets or two attributes; closes neither. */
static void compare_contents(const char *where, const hid_t ids[2], bool attribute)
{
    hid_t types[2], spaces[2];
    char *values[2];
    for (int i = 0; i < 2; i++) {
        types[i] = attribute ? H5Aget_type(ids[i]) : H5Dget_type(ids[i]);
        spaces[i] = attribute ? H5Aget_space(ids[i]) : H5Dget_space(ids[i]);
    }
    compare_shapes(where, types, spaces);
    size_t n = (size_t)need(H5Sget_simple_extent_npoints(spaces[0]), where);
    for (int i = 0; i < 2; i++) {
        values[i] = room(n * H5Tget_size(types[i]));
        need(attribute ? H5Aread(ids[i], types[i], values[i])
                       : H5Dread(ids[i], types[i], H5S_ALL, H5S_ALL, H5P_DEFAULT, values[i]),
             where);
    }
    if (!same_values(types[0], values[0], values[1], n))
        stop(DIFFERS, where, "the values differ");
    for (int i = 0; i < 2; i++) {
        H5Dvlen_reclaim(types[i], spaces[i], H5P_DEFAULT, values[i]);
        free(values[i]);
        H5Tclose(types[i]);
        H5Sclose(spaces[i]);
    }
}

/* ------------------------------------------------------------------ objects */

/* A dataset, group or attribute with the same name in both files. */
typedef struct pair {
    hid_t ids[2];
    char path[1024]; /* "" is the root */
} pair;

static bool is_skipped(const char *path, const char *name)
{
    return strncmp(name, "performance", 11) == 0 || (!*path && strcmp(name, "date") == 0);
}

static void join(char *out, size_t size, const char *path, const char *sign, const char *name)
{
    if (snprintf(out, size, "%s%s%s", path, sign, name) >= (int)size)
        stop(BAD, name, "has too long a path");
}

static herr_t compare_attribute(hid_t of, const char *name, const H5A_info_t *info, void *user)
{
    const pair *p = user;
    char where[1100];
    hid_t ids[2];
    (void)of;
    (void)info;
    join(where, sizeof where, p->path, "@", name);
    if (is_skipped(p->path, name))
        return 0;
    if (need(H5Aexists(p->ids[1], name), where) == 0)
        stop(DIFFERS, where, "is in one of them only");
    for (int i = 0; i < 2; i++)
        ids[i] = need(H5Aopen(p->ids[i], name, H5P_DEFAULT), where);
    compare_contents(where, ids, true);
    H5Aclose(ids[0]);
    H5Aclose(ids[1]);
    return 0;
}

static herr_t compare_link(hid_t of, const char *name, const H5L_info_t *info, void *user);

/* What both hold; what only the second holds is found by their numbers. */
static void compare_objects(pair *p)
{
    hsize_t numbers[2] = {0, 0};
    H5I_type_t kind = H5Iget_type(p->ids[0]);
    const char *where = *p->path ? p->path : "/";
    if (kind != H5Iget_type(p->ids[1]))
        stop(DIFFERS, where, "is not the same kind of object");
    for (int i = 0; i < 2; i++)
        numbers[i] = (hsize_t)need(H5Aget_num_attrs(p->ids[i]), where);
    if (numbers[0] != numbers[1])
        stop(DIFFERS, where, "the numbers of attributes differ");
    need(H5Aiterate2(p->ids[0], H5_INDEX_NAME, H5_ITER_INC, NULL, compare_attribute, p), where);
    if (kind == H5I_DATASET)
        compare_contents(where, p->ids, false);
    if (kind != H5I_GROUP)
        return;
    for (int i = 0; i < 2; i++) {
        H5G_info_t group;
        need(H5Gget_info(p->ids[i], &group), where);
        numbers[i] = group.nlinks;
    }
    if (numbers[0] != numbers[1])
        stop(DIFFERS, where, "the numbers of members differ");
    need(H5Literate(p->ids[0], H5_INDEX_NAME, H5_ITER_INC, NULL, compare_link, p), where);
}

static herr_t compare_link(hid_t of, const char *name, const H5L_info_t *info, void *user)
{
    const pair *p = user;
    pair inner;
    (void)of;
    (void)info;
    join(inner.path, sizeof inner.path, p->path, "/", name);
    if (need(H5Lexists(p->ids[1], name, H5P_DEFAULT), inner.path) == 0)
        stop(DIFFERS, inner.path, "is in one of them only");
    if (is_skipped(p->path, name))
        return 0;
    for (int i = 0; i < 2; i++)
        inner.ids[i] = need(H5Oopen(p->ids[i], name, H5P_DEFAULT), inner.path);
    compare_objects(&inner);
    H5Oclose(inner.ids[0]);
    H5Oclose(inner.ids[1]);
    return 0;
}

int main(int argc, char **argv)
{
    pair root = {.path = ""};
    hid_t files[2];
    if (argc != 3) {
        fprintf(stderr, "usage: results_same A.h5 B.h5\n");
        return BAD;
    }
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    for (int i = 0; i < 2; i++) {
        files[i] = need(H5Fopen(argv[i + 1], H5F_ACC_RDONLY, H5P_DEFAULT), argv[i + 1]);
        root.ids[i] = need(H5Gopen2(files[i], "/", H5P_DEFAULT), argv[i + 1]);
    }
    compare_objects(&root);
    for (int i = 0; i < 2; i++) {
        H5Gclose(root.ids[i]);
        H5Fclose(files[i]);
    }
    return 0;
}
