/* The memory that a process may have, from files as the kernel shows them, below a folder. */
#include "base/machine.h"

#include "support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char *dir;

static int set_up(void **state)
{
    (void)state;
    dir = kt_dir_create();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    kt_dir_remove(&dir);
    return 0;
}

/* Write a file below the folder with all folders above it. */
static void put(const char *name, const char *text)
{
    char path[4096];
    snprintf(path, sizeof path, "%s%s", dir, name);
    for (char *p = path + strlen(dir) + 1; (p = strchr(p, '/')) != NULL; p++) {
        *p = '\0';
        mkdir(path, 0777);
        *p = '/';
    }
    kt_write_text(path, text);
}

static void is(size_t bytes)
{
    assert_int_equal(kr_machine_memory_of_files(dir), bytes);
}

static const size_t MACHINE = (size_t)8000000 * 1024;

static void put_machine(void)
{
    put("/proc/meminfo", "MemTotal:        8000000 kB\nMemFree:         100 kB\n");
}

#define V2 "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"
#define V1                                                                                         \
    "34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"                                  \
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"

static void test_no_limits(void **state)
{
    (void)state;
    is(0);
    put_machine();
    is(MACHINE);
    put("/proc/self/cgroup", "0::/user.slice\n");
    is(MACHINE); /* nothing is mounted */
    put("/proc/self/mountinfo", V2);
    is(MACHINE); /* a group without files of limits, as the uppermost */
    put("/sys/fs/cgroup/user.slice/memory.max", "max\n");
    is(MACHINE);
    put("/sys/fs/cgroup/user.slice/memory.max", "9223372036854771712\n");
    is(MACHINE);
}

/* The least of the process's group and those above, of memory.max and memory.high. */
static void test_version_2(void **state)
{
    (void)state;
    put_machine();
    put("/proc/self/mountinfo", "30 1 8:1 / / rw - ext4 /dev/sda1 rw\n" V2);
    put("/proc/self/cgroup", "0::/user.slice/job/step\n");
    put("/sys/fs/cgroup/user.slice/memory.max", "4000000000\n");
    is(4000000000);
    put("/sys/fs/cgroup/user.slice/job/step/memory.max", "3000000000\n");
    is(3000000000);
    put("/sys/fs/cgroup/user.slice/job/memory.high", "2000000000\n");
    is(2000000000);
    put("/sys/fs/cgroup/user.slice/job/memory.max", "1000000000\n");
    is(1000000000);
    put("/sys/fs/cgroup/user.slice/other/memory.max", "5\n"); /* another group */
    is(1000000000);
    put("/sys/fs/cgroup/memory.max", "900000000\n"); /* a container's own top */
    is(900000000);
}

static void test_version_1(void **state)
{
    (void)state;
    put_machine();
    put("/proc/self/mountinfo", V1);
    put("/proc/self/cgroup", "9:name=systemd:/\n4:cpu,cpuacct:/cpu\n3:hugetlb,memory:/a/b\n0::/\n");
    put("/sys/fs/cgroup/memory/cpu/memory.limit_in_bytes", "7\n");
    put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
    is(MACHINE);
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3000000000\n");
    is(3000000000);
    put("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "2000000000\n");
    is(2000000000);
    put("/sys/fs/cgroup/memory/a/b/memory.max", "5\n"); /* none of version 1 */
    is(2000000000);
}

/* Both versions side by side, as systemd mounts them: each with its own path. */
static void test_both(void **state)
{
    (void)state;
    put_machine();
    put("/proc/self/mountinfo", V1 "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "4:memory:/a\n0::/b\n");
    put("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3000000000\n");
    put("/sys/fs/cgroup/unified/b/memory.max", "2000000000\n");
    is(2000000000);
}

/* A container that sees a part of the hierarchy only, at a place with a blank in its name. */
static void test_mounted_in_part(void **state)
{
    (void)state;
    put_machine();
    put("/proc/self/mountinfo", "41 31 0:38 /docker/abc /my\\040groups rw - cgroup2 cgroup2 rw\n");
    put("/proc/self/cgroup", "0::/docker/abc/inner\n");
    put("/my groups/inner/memory.max", "2000000000\n");
    is(2000000000);
    put("/my groups/memory.max", "1000000000\n");
    is(1000000000);
    put("/proc/self/cgroup", "0::/docker/abcdef\n"); /* not below it: the mounted top counts */
    put("/my groups/def/memory.max", "5\n");
    is(1000000000);
    put("/proc/self/cgroup", "0::/../other\n");
    is(1000000000);
}

/* Lines that are none, and numbers that are none. */
static void test_nonsense(void **state)
{
    (void)state;
    put_machine();
    put("/proc/self/mountinfo", "\n - \n41 31 - cgroup2\n" V2);
    put("/proc/self/cgroup", "nothing\n0:\n0::\n\n0::/a\n");
    put("/sys/fs/cgroup/a/memory.max", "-1\n");
    put("/sys/fs/cgroup/a/memory.high", "");
    is(MACHINE);
    put("/sys/fs/cgroup/a/memory.high", "0\n"); /* nobody could run there: not a limit to plan by */
    is(MACHINE);
    put("/proc/meminfo", "MemFree: 1 kB\n");
    is(0);
}

/* The limits of the process count too. */
static void test_process(void **state)
{
    (void)state;
    struct rlimit old, r, now;
    put_machine();
    assert_int_equal(getrlimit(RLIMIT_DATA, &old), 0);
    r = (struct rlimit){(rlim_t)3000000000, old.rlim_max};
    if (old.rlim_cur != RLIM_INFINITY || setrlimit(RLIMIT_DATA, &r) != 0)
        skip();
    assert_int_equal(getrlimit(RLIMIT_DATA, &now), 0);
    if (now.rlim_cur != r.rlim_cur) /* an emulator that keeps no limits */
        skip();
    assert_int_equal(kr_machine_memory(dir), 3000000000);
    assert_int_equal(setrlimit(RLIMIT_DATA, &old), 0);
    assert_true(kr_machine_memory(dir) <= MACHINE);
}

/* The machine itself has some. */
static void test_here(void **state)
{
    (void)state;
    size_t bytes = kr_machine_memory("");
    assert_true(bytes == 0 || bytes > (size_t)1 << 20);
    assert_true(bytes < (size_t)1 << 48);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_no_limits),       TEST(test_version_2), TEST(test_version_1), TEST(test_both),
        TEST(test_mounted_in_part), TEST(test_nonsense),  TEST(test_process),   TEST(test_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
