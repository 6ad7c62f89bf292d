/* HDF5: attributes. */
#include "base/h5_int.h"

#include <string.h>

enum { TEXT_MAX_BYTES = 1 << 26 };

/* The attribute, or an invalid id with KR_OK if the object has none of that name. */
static kr_status attr_open(kr_h5 *file, const char *object, const char *attr, hid_t *id)
{
    *id = H5I_INVALID_HID;
    if (!kr_h5_exists(file, object))
        return kr_h5_fail_absent(file, "group or dataset", object);
    htri_t there = H5Aexists_by_name(file->id, object, attr, H5P_DEFAULT);
    if (there == 0)
        return KR_OK;
    if (there > 0)
        *id = H5Aopen_by_name(file->id, object, attr, H5P_DEFAULT, H5P_DEFAULT);
    return *id >= 0 ? KR_OK : kr_h5_fail(file, KR_EINPUT, "cannot open the attribute", attr);
}

/* Type and a check that the attribute is one value of the wanted kind. */
static kr_status attr_single(kr_h5 *file, const char *attr, hid_t id, bool text, hid_t *type)
{
    kr_h5_shape shape;
    hid_t space = H5Aget_space(id);

    if (space < 0)
        return kr_h5_fail(file, KR_EINPUT, "cannot measure the attribute", attr);
    kr_status s = kr_h5_space_shape(file, attr, space, &shape);
    H5Sclose(space);
    *type = H5Aget_type(id);
    if (*type < 0 && s == KR_OK)
        return kr_h5_fail(file, KR_EINPUT, "cannot tell the type of the attribute", attr);
    H5T_class_t kind = H5Tget_class(*type);
    bool fits =
        text ? kind == H5T_STRING : kind == H5T_INTEGER || kind == H5T_FLOAT || kind == H5T_ENUM;
    if (s == KR_OK && (shape.count != 1 || !fits))
        s = kr_fail(file->ctx, KR_EINPUT, "%s: the attribute '%s' is not a single %s", file->path,
                    attr, text ? "string" : "number");
    return s;
}

static kr_status attr_read_fixed(kr_h5 *file, const char *attr, hid_t id, hid_t type,
                                 kr_arena *arena, char **out)
{
    size_t size = H5Tget_size(type);

    if (size > TEXT_MAX_BYTES)
        return kr_fail(file->ctx, KR_EINPUT, "%s: the attribute '%s' has %zu bytes, too many",
                       file->path, attr, size);
    char *text = kr_arena_alloc(arena, size + 1, 1);
    if (!text)
        return KR_ENOMEM;
    if (H5Aread(id, type, text) < 0)
        return kr_h5_fail(file, KR_EIO, "cannot read the attribute", attr);
    text[kr_h5_fixed_length(text, size, H5Tget_strpad(type))] = '\0';
    *out = text;
    return KR_OK;
}

static kr_status attr_read_variable(kr_h5 *file, const char *attr, hid_t id, kr_arena *arena,
                                    char **out)
{
    unsigned char raw[KR_H5_REFERENCE_BYTES];
    hid_t type;
    kr_status s = kr_h5_reference_type(file, attr, &type);

    if (s == KR_OK && H5Aread(id, type, raw) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot read the attribute", attr);
    if (s == KR_OK)
        s = kr_h5_follow(file, attr, raw, 1, arena, out);
    H5Tclose(type);
    return s;
}

kr_status kr_h5_attr_text(kr_h5 *file, const char *object, const char *attr, kr_arena *arena,
                          char **out)
{
    hid_t id, type = H5I_INVALID_HID;

    *out = NULL;
    kr_status s = attr_open(file, object, attr, &id);
    if (s != KR_OK || id < 0)
        return s;
    KR_TRY(attr_single(file, attr, id, true, &type));
    if (H5Tis_variable_str(type) > 0)
        s = attr_read_variable(file, attr, id, arena, out);
    else
        s = attr_read_fixed(file, attr, id, type, arena, out);
out:
    H5Tclose(type);
    H5Aclose(id);
    return s;
}

kr_status kr_h5_attr_double(kr_h5 *file, const char *object, const char *attr, double *out,
                            bool *found)
{
    hid_t id, type = H5I_INVALID_HID;
    double x = 0;

    *found = false;
    kr_status s = attr_open(file, object, attr, &id);
    if (s != KR_OK || id < 0)
        return s;
    KR_TRY(attr_single(file, attr, id, false, &type));
    if (H5Aread(id, H5T_NATIVE_DOUBLE, &x) < 0) {
        s = kr_h5_fail(file, KR_EIO, "cannot read the attribute", attr);
        goto out;
    }
    *out = x;
    *found = true;
out:
    H5Tclose(type);
    H5Aclose(id);
    return s;
}

/* Write an attribute, replacing one of the same name; a missing object becomes a group. `data`
 * NULL: it has no elements. */
static kr_status attr_write(kr_h5 *file, const char *object, const char *attr, hid_t type,
                            hid_t space, const void *data)
{
    kr_status s = KR_OK;

    if (!kr_h5_exists(file, object)) {
        hid_t links = H5Pcreate(H5P_LINK_CREATE);
        H5Pset_create_intermediate_group(links, 1);
        hid_t group = H5Gcreate2(file->id, object, links, H5P_DEFAULT, H5P_DEFAULT);
        if (group < 0)
            s = kr_h5_fail(file, KR_EIO, "cannot create the group", object);
        else
            H5Gclose(group);
        H5Pclose(links);
    } else if (H5Aexists_by_name(file->id, object, attr, H5P_DEFAULT) > 0) {
        if (H5Adelete_by_name(file->id, object, attr, H5P_DEFAULT) < 0)
            s = kr_h5_fail(file, KR_EIO, "cannot replace the attribute", attr);
    }
    if (s != KR_OK)
        return s;
    hid_t id = H5Acreate_by_name(file->id, object, attr, type, space, H5P_DEFAULT, H5P_DEFAULT,
                                 H5P_DEFAULT);
    if (id < 0 || (data && H5Awrite(id, type, data) < 0))
        s = kr_h5_fail(file, KR_EIO, "cannot write the attribute", attr);
    if (id >= 0)
        H5Aclose(id);
    return s;
}

kr_status kr_h5_set_attr_text(kr_h5 *file, const char *object, const char *attr, const char *text)
{
    hid_t type = kr_h5_text_type(), space = H5Screate(H5S_SCALAR);
    kr_status s = attr_write(file, object, attr, type, space, &text);

    H5Sclose(space);
    H5Tclose(type);
    return s;
}

kr_status kr_h5_set_attr_double(kr_h5 *file, const char *object, const char *attr, double x)
{
    hid_t space = H5Screate(H5S_SCALAR);
    kr_status s = attr_write(file, object, attr, H5T_NATIVE_DOUBLE, space, &x);

    H5Sclose(space);
    return s;
}

kr_status kr_h5_set_attr_strings(kr_h5 *file, const char *object, const char *attr,
                                 const char *const *texts, size_t n)
{
    hsize_t dims = n;
    hid_t type = kr_h5_text_type(), space = H5Screate_simple(1, &dims, NULL);
    kr_status s = attr_write(file, object, attr, type, space, n > 0 ? texts : NULL);

    H5Sclose(space);
    H5Tclose(type);
    return s;
}
