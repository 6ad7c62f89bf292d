/* HDF5: tables, whose rows have fields of several types. */
#include "base/h5_int.h"
#include "base/mem.h"

#include <string.h>

static size_t column_size(const kr_h5_column *c)
{
    return c->text_bytes ? c->text_bytes : kr_h5_type_size(c->type);
}

/* A new type for texts of so many bytes, filled up with zeros. */
static hid_t fixed_text_type(size_t bytes)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    if (H5Tset_size(type, bytes) >= 0 && H5Tset_strpad(type, H5T_STR_NULLPAD) >= 0)
        return type;
    H5Tclose(type);
    return H5I_INVALID_HID;
}

/* A new type of rows, without gaps: as they stand in the file, or in this machine's memory.
 * Negative on failure. */
static hid_t row_type(const kr_h5_column *columns, size_t n, size_t size, bool stored)
{
    hid_t row = H5Tcreate(H5T_COMPOUND, size);
    size_t offset = 0;
    for (size_t i = 0; i < n; offset += column_size(&columns[i++])) {
        const kr_h5_column *c = &columns[i];
        hid_t text = c->text_bytes ? fixed_text_type(c->text_bytes) : H5I_INVALID_HID;
        hid_t number = stored ? kr_h5_stored(c->type) : kr_h5_native(c->type);
        bool bad = H5Tinsert(row, c->name, offset, c->text_bytes ? text : number) < 0;
        if (text >= 0)
            H5Tclose(text);
        if (bad) {
            H5Tclose(row);
            return H5I_INVALID_HID;
        }
    }
    return row;
}

static void fill_rows(const kr_h5_column *columns, size_t n, size_t size, size_t nrows, char *rows)
{
    size_t offset = 0;
    for (size_t i = 0; i < n; i++) {
        size_t width = column_size(&columns[i]);
        for (size_t r = 0; r < nrows; r++)
            memcpy(rows + r * size + offset, (const char *)columns[i].values + r * width, width);
        offset += width;
    }
}

kr_status kr_h5_write_rows(kr_h5 *file, const char *name, const kr_h5_column *columns,
                           size_t ncolumns, size_t nrows)
{
    kr_status s = KR_OK;
    size_t size = 0;
    char *rows = NULL;
    hid_t stored = H5I_INVALID_HID, native = H5I_INVALID_HID, dataset = H5I_INVALID_HID;
    const kr_h5_shape shape = {.rank = 1, .dims = {nrows}, .count = nrows};

    for (size_t i = 0; i < ncolumns; i++)
        size += column_size(&columns[i]);
    KR_NEW(rows, file->ctx, KR_ACCOUNT_OUTPUT, nrows * size + 1);
    fill_rows(columns, ncolumns, size, nrows, rows);
    stored = row_type(columns, ncolumns, size, true);
    if (stored >= 0)
        native = row_type(columns, ncolumns, size, false);
    if (native < 0) {
        s = kr_h5_fail(file, KR_EIO, "cannot create the dataset", name);
        goto out;
    }
    KR_TRY(kr_h5_create_dataset(file, name, stored, &shape, NULL, &dataset));
    if (nrows > 0 && H5Dwrite(dataset, native, H5S_ALL, H5S_ALL, H5P_DEFAULT, rows) < 0)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
    if (H5Dclose(dataset) < 0 && s == KR_OK)
        s = kr_h5_fail(file, KR_EIO, "cannot write the dataset", name);
out:
    if (native >= 0)
        H5Tclose(native);
    if (stored >= 0)
        H5Tclose(stored);
    kr_free(rows);
    return s;
}
