#include "config.h"
#include "num/isa.h"
#include "num/isa_name.h"
#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_choice(void **state)
{
    (void)state;
    assert_int_equal(kr_isa_choose(4, NULL), 4);
    assert_int_equal(kr_isa_choose(4, "v2"), 2);
    assert_int_equal(kr_isa_choose(4, "v3"), 3);
    assert_int_equal(kr_isa_choose(4, "v4"), 4);
    assert_int_equal(kr_isa_choose(3, "v4"), 3); /* what the processor lacks */
    assert_int_equal(kr_isa_choose(2, "v3"), 2);
    assert_int_equal(kr_isa_choose(3, "v2"), 2);
    assert_int_equal(kr_isa_choose(0, "v2"), 0);
    static const char *const strange[] = {"", "v1", "v5", "V3", "v33", " v3", "base", "3"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++)
        assert_int_equal(kr_isa_choose(4, strange[i]), 4);
}

/* The choice of a fresh process in that environment. */
static int level_with(const char *value)
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        if (value)
            setenv("KAURI_ISA", value, 1);
        else
            unsetenv("KAURI_ISA");
        int level = kr_isa_level();
        setenv("KAURI_ISA", "v2", 1); /* comes too late */
        _exit(kr_isa_level() == level ? level : 99);
    }
    int status = 0;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_environment(void **state)
{
    (void)state;
    int here = kr_isa_supported();

    assert_int_equal(level_with(NULL), here);
    assert_int_equal(level_with("nonsense"), here);
    if (here >= 2)
        assert_int_equal(level_with("v2"), 2);
    if (here >= 3)
        assert_int_equal(level_with("v3"), 3);
    assert_int_equal(level_with("v4"), here);
}

static void test_has(void **state)
{
    (void)state;
    static const char *const names[] = {"v2", "v3", "v4"};
    for (int level = 2; level <= 4; level++)
        assert_int_equal(kr_isa_has(names[level - 2]), kr_isa_supported() >= level);
    assert_int_equal(kr_isa_has("base"), kr_isa_supported() == 0);
    assert_false(kr_isa_has("v9"));
    assert_false(kr_isa_has(""));
}

static void test_names(void **state)
{
    (void)state;
    static const char *const names[] = {"base", NULL, "v2", "v3", "v4"};
    int level = kr_isa_level();

    assert_true(level == 0 || (level >= 2 && level <= 4));
    assert_string_equal(kr_isa_name(), names[level]);
#if defined(__x86_64__) && !KAURI_SCALAR
    assert_true(kr_isa_supported() >= 2);
#else
    assert_int_equal(kr_isa_supported(), 0);
#endif
}

#define KR_ISA v3
static int KR_ISA_NAME(twice)(int x)
{
    return 2 * x;
}

static void test_name_of_a_copy(void **state)
{
    (void)state;
    assert_int_equal(twice_v3(4), 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),
        cmocka_unit_test(test_environment),
        cmocka_unit_test(test_has),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_name_of_a_copy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
