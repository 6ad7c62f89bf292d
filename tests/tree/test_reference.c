/* realizations.csv of every reference case: paths and weights to the last digit written. */
#include "support/paths.h"
#include "support/support.h"

#include "tree/tree.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int compared, with_sources, skipped;

static void join(char *out, size_t size, const char *a, const char *b, const char *c)
{
    int n = snprintf(out, size, "%s/%s%s", a, b, c);
    assert_in_range(n, 1, size - 1);
}

/* The rows of the tree as the reference writes them, against its file. */
static void compare_rows(const char *path, const kr_tree *tree)
{
    FILE *f = fopen(path, "r");
    char line[8192], row[8192], name[4096];
    size_t r = 0;

    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] == '#' || strncmp(line, "rlz_id", 6) == 0 || !line[0])
            continue;
        assert_true(r < tree->nrlzs);
        kt_rlz_name(tree, r, name, sizeof name);
        snprintf(row, sizeof row, "%zu,%s,%.7e", r, name,
                 (double)(float)kr_tree_weight_exported(tree, r));
        if (strchr(line, '"')) { /* quoted where the alphabet has quotes */
            char *to = line;
            for (char *p = line; *p; p++)
                if (*p != '"')
                    *to++ = *p;
            *to = '\0';
        }
        if (strcmp(row, line) != 0)
            print_message("%s\n  got      %s\n  expected %s\n", path, row, line);
        assert_string_equal(row, line);
        r++;
    }
    assert_int_equal(r, tree->nrlzs);
    fclose(f);
}

/* One job; kinds of sources and parameters that come later are left out. */
static void compare_job(const char *folder, const char *job_name, const char *csv)
{
    char path[4096];
    kr_ctx *ctx = kt_ctx();
    kr_job *job = NULL;
    kr_model *model = NULL;
    kr_tree *tree = NULL;

    join(path, sizeof path, folder, job_name, ".ini");
    if (kr_job_read(ctx, path, NULL, 0, KR_COMPAT_OQ_3_21, &job) != KR_OK) {
        assert_non_null(strstr(kr_ctx_error(ctx), "not available yet"));
        skipped++;
    } else {
        kt_ok(ctx, kr_model_create(ctx, &model));
        if (kr_tree_read(ctx, job, model, &tree) == KR_OK) {
            with_sources++;
        } else {
            assert_non_null(strstr(kr_ctx_error(ctx), "not available yet"));
            kr_ctx_clear_error(ctx);
            kt_ok(ctx, kr_tree_read(ctx, job, NULL, &tree));
        }
        compare_rows(csv, tree);
        compared++;
    }
    kr_tree_destroy(&tree);
    kr_model_destroy(&model);
    kr_job_destroy(&job);
    kt_ctx_end(&ctx);
}

static void visit_case(const char *folder)
{
    char expected[4096], csv[4096];
    DIR *dir;
    struct dirent *entry;

    join(expected, sizeof expected, folder, "expected", "");
    dir = opendir(expected);
    if (!dir)
        return;
    while ((entry = readdir(dir))) { // NOLINT(concurrency-mt-unsafe)
        FILE *f;
        if (entry->d_name[0] == '.')
            continue;
        join(csv, sizeof csv, expected, entry->d_name, "/realizations.csv");
        f = fopen(csv, "r");
        if (!f)
            continue;
        fclose(f);
        compare_job(folder, entry->d_name, csv);
    }
    closedir(dir);
}

static void visit_suite(const char *folder)
{
    char path[4096];
    DIR *dir = opendir(folder);
    struct dirent *entry;

    if (!dir)
        return;
    while ((entry = readdir(dir))) // NOLINT(concurrency-mt-unsafe)
        if (entry->d_name[0] != '.') {
            join(path, sizeof path, folder, entry->d_name, "");
            visit_case(path);
        }
    closedir(dir);
}

static void all_cases(void **state)
{
    const char *root = getenv("KAURI_REFERENCE");
    char path[4096];
    DIR *dir;
    struct dirent *entry;

    (void)state;
    if (!root || !(dir = opendir(root))) {
        print_message("KAURI_REFERENCE is not set: skipped\n");
        skip();
        return;
    }
    while ((entry = readdir(dir))) // NOLINT(concurrency-mt-unsafe)
        if (entry->d_name[0] != '.') {
            join(path, sizeof path, root, entry->d_name, "");
            visit_suite(path);
        }
    closedir(dir);
    print_message("%d compared, %d of them with their sources, %d left out\n", compared,
                  with_sources, skipped);
    assert_true(compared > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_cases)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
