/* What a report holds stands in a script element of HTML: nothing in a text ends it; numbers read
 * back as they are; base64. */
#include "output/report_int.h"
#include "support/support.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *written;
static size_t length;

static FILE *begin(void)
{
    FILE *out = open_memstream(&written, &length);
    assert_non_null(out);
    return out;
}

static void end(FILE *out, const char *wanted)
{
    fclose(out);
    assert_string_equal(written, wanted);
    free(written);
}

static void text_is(const char *text, size_t most, const char *wanted)
{
    FILE *out = begin();
    kr_json_text(out, text, most);
    end(out, wanted);
}

static void test_texts(void **state)
{
    (void)state;
    text_is(NULL, 0, "null");
    text_is("", 0, "\"\"");
    text_is("a \"b\" \\ c", 0, "\"a \\\"b\\\" \\\\ c\"");
    text_is("</script><!--&", 0, "\"\\u003c/script\\u003e\\u003c!--\\u0026\"");
    text_is("\n\t\x01\x7f", 0, "\"\\u000a\\u0009\\u0001\\u007f\"");
    text_is("abcdef", 6, "\"abcdef\"");
    text_is("abcdef", 3, "\"abc...\"");
    text_is("ab\xc3\xa4x", 3, "\"ab...\""); /* no half letters */
    text_is("ab\xc3\xa4x", 4, "\"ab\xc3\xa4...\"");
    FILE *out = begin();
    kr_json_texts(out, (const char *const[]){"a", "b"}, 2, 0);
    end(out, "[\"a\",\"b\"]");
}

static void test_numbers(void **state)
{
    static const double numbers[] = {0.1, 1.0 / 3, DBL_MIN, DBL_MAX, 5e-324, -1e-12, 123456789.125};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        FILE *out = begin();
        kr_json_number(out, numbers[i]);
        fclose(out);
        assert_true(strtod(written, NULL) == numbers[i]);
        free(written);
    }
    FILE *out = begin();
    kr_json_numbers(out, (const double[]){1, NAN, -3, INFINITY, 979776, 0.5}, 6);
    end(out, "[1,null,-3,null,979776,0.5]");
    out = begin();
    kr_json_indices(out, (const uint32_t[]){3, 0}, 2);
    end(out, "[3,0]");
}

static void test_base64(void **state)
{
    static const char *const wanted[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                         "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"}; /* RFC 4648 */
    (void)state;
    for (size_t n = 0; n <= 6; n++) {
        FILE *out = begin();
        kr_base64 b = {.out = out};
        for (size_t i = 0; i < n; i++)
            kr_base64_put(&b, &"foobar"[i], 1);
        kr_base64_end(&b);
        end(out, wanted[n]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
