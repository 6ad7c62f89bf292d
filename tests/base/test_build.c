/* The identity of the build that runs: the one that stands in its file. */
#include "base/build.h"

#include "support/support.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The digits after `before` in what a command prints; false if they are not there. */
static bool printed(const char *command, const char *before, char *out, size_t size)
{
    char line[1000];
    bool found = false;
    FILE *p = popen(command, "r"); /* NOLINT(cert-env33-c): a text of this file */
    while (p && fgets(line, sizeof line, p)) {
        const char *at = strstr(line, before);
        if (at) {
            snprintf(out, size, "%.*s", (int)strcspn(at + strlen(before), " \n"),
                     at + strlen(before));
            found = true;
        }
    }
    if (p)
        pclose(p);
    return found;
}

static void test_identity(void **state)
{
    (void)state;
    char id[KR_BUILD_ID], wanted[KR_BUILD_ID], command[PATH_MAX + 40];
    assert_int_equal(strlen(kr_build_id(id)), 40);
    const char *(*function)(char *) = kr_build_id;
    const void *place;
    memcpy(&place, &function, sizeof place);
    Dl_info object; /* this program, or the library that the tests share */
    assert_true(dladdr(place, &object));
    snprintf(command, sizeof command, "readelf -n '%s' 2>/dev/null", object.dli_fname);
    if (!printed(command, "Build ID: ", wanted, sizeof wanted))
        skip(); /* no readelf */
    assert_string_equal(id, wanted);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_identity)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
