/* A source that stands several times in one path counts so often, and not more often than can be
 * told. */
#include "support/model.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char job[] =
    "[general]\ncalculation_mode = classical\ndescription = a test\n"
    "source_model_logic_tree_file = source_tree.xml\ngsim_logic_tree_file = gmm_tree.xml\n"
    "investigation_time = 50\ntruncation_level = 3\nmaximum_distance = 200\n"
    "width_of_mfd_bin = 0.2\nreference_vs30_value = 600\nsites = 0 0\n"
    "intensity_measure_types_and_levels = {'PGA': [0.01, 0.1, 0.5]}\n";

/* So many files with the same source in the branch "a", one in the branch "b"; read all of it. */
static kr_status read_repeated(kt_model *t, size_t times)
{
    char many[4096], *p = many, name[32];
    static const char *const models[] = {"BooreAtkinson2008"};
    size_t n;

    *t = (kt_model){.dir = kt_dir_create(), .ctx = kt_ctx()};
    for (size_t i = 0; i < times; i++)
        p += sprintf(p, "s%zu.xml ", i);
    const char *const branches[] = {many, "source.xml"};
    kt_model_write(t->dir, job, kt_point_source("a", NULL, 0, 0),
                   kt_branch_set("m", "sourceModel", "", 2, branches),
                   kt_branch_set("g", "gmpeModel",
                                 "applyToTectonicRegionType='Active Shallow Crust'", 1, models));
    unsigned char *source = kt_read_file(kt_path(t->dir, "source.xml"), &n);
    for (size_t i = 0; i < times; i++) {
        sprintf(name, "s%zu.xml", i);
        kt_write_file(kt_path(t->dir, name), source, n);
    }
    free(source);
    kt_ok(t->ctx,
          kr_job_read(t->ctx, kt_path(t->dir, "job.ini"), NULL, 0, KR_COMPAT_OQ_3_21, &t->job));
    kt_ok(t->ctx, kr_model_create(t->ctx, &t->model));
    return kr_tree_read(t->ctx, t->job, t->model, &t->tree);
}

static void several(void **state)
{
    (void)state;
    kt_model t;
    uint32_t branches[8], components[16];

    kr_status s = read_repeated(&t, 5);
    kt_ok(t.ctx, s);
    assert_int_equal(t.tree->npaths, 2);
    assert_int_equal(t.tree->ncomponents, 1);
    assert_int_equal(t.tree->most_components, 5);
    assert_int_equal(kr_tree_path_components(t.tree, 0, branches, components), 5);
    assert_int_equal(components[4], 0);
    assert_int_equal(kr_tree_path_components(t.tree, 1, branches, components), 1);
    kt_model_end(&t);
}

static void too_many(void **state)
{
    (void)state;
    kt_model t;

    kr_status s = read_repeated(&t, 255);
    kt_ok(t.ctx, s);
    assert_int_equal(t.tree->most_components, 255);
    kt_model_end(&t);
    s = read_repeated(&t, 256);
    kt_fails(t.ctx, s, KR_EINPUT,
             "source_tree.xml: a source stands more than 255 times in the files of one path of the "
             "logic tree; once is enough, with a larger rate");
    kt_model_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(several), cmocka_unit_test(too_many)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
