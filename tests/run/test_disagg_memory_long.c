/* A disaggregation whose memory runs out at every single place. */
/* timeout: 1200 */
#include "run/disagg_job.h"

static void test_each_allocation(void **state)
{
    (void)state;
    kr_run_options o = options_of(write_memory_job());
    assert_true(kt_fail_each_allocation(run_with_report, &o) > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_each_allocation, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
