/* The data files that are part of the program are those of src/gmm/data, byte by byte. */
#include "gmm/gmm_data.h"
#include "support/support.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *folder, const char *name)
{
    char path[4096];
    size_t n;

    snprintf(path, sizeof path, "%s/%s", folder, name);
    unsigned char *bytes = kt_read_file(path, &n);
    const kr_gmm_data *data = kr_gmm_data_find(name);
    assert_non_null(data);
    assert_string_equal(data->name, name);
    assert_int_equal(data->end - data->bytes, n);
    assert_memory_equal(data->bytes, bytes, n);
    assert_int_equal(*data->end, 0);
    free(bytes);
}

static void test_files(void **state)
{
    (void)state;
    char folder[2048];
    const char *root = getenv("KAURI_SOURCE_DIR");
    size_t n = 0;

    snprintf(folder, sizeof folder, "%s/src/gmm/data", root ? root : ".");
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    for (struct dirent *e = readdir(dir); e; e = readdir(dir)) {
        if (e->d_name[0] == '.' || strncmp(e->d_name, "README", 6) == 0)
            continue;
        check(folder, e->d_name);
        n++;
    }
    closedir(dir);
    assert_true(n > 0);
    assert_null(kr_gmm_data_find("README.md"));
    assert_null(kr_gmm_data_find(""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
