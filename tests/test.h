/* test.h - twenty lines are enough for tests (after sds' testhelp.h).
 *
 *     static void counts_code_points(void) { EXPECT(cd_utf8_count(...) == 3); }
 *     int main(void) { TEST(counts_code_points); return TEST_RESULT(); }
 *
 * A test goes on after a failed expectation; its line says "not ok" with the first one. See tests/run.sh. */
#ifndef COPYDESK_TESTS_TEST_H
#define COPYDESK_TESTS_TEST_H

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static struct {
    bool failed;
    int failures;
    char reason[400];
} test_state;

__attribute__((unused, format(printf, 1, 2))) static void test_fail(const char *format, ...)
{
    if (test_state.failed)
        return;
    test_state.failed = true;
    __builtin_va_list arguments;
    __builtin_va_start(arguments, format);
    vsnprintf(test_state.reason, sizeof test_state.reason, format, arguments);
    __builtin_va_end(arguments);
}

#define EXPECT(condition)                                                                                    \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            test_fail("%s:%d: %s", __FILE__, __LINE__, #condition);                                          \
    } while (0)

#define EXPECT_STRING(actual, expected)                                                                      \
    do {                                                                                                     \
        const char *a_ = (actual), *e_ = (expected);                                                         \
        if (!a_ || strcmp(a_, e_) != 0)                                                                      \
            test_fail("%s:%d: got \"%s\", expected \"%s\"", __FILE__, __LINE__, a_ ? a_ : "(null)", e_);     \
    } while (0)

#define EXPECT_SLICE(actual, expected)                                                                       \
    do {                                                                                                     \
        struct cd_slice a_ = (actual);                                                                       \
        const char *e_ = (expected);                                                                         \
        if (a_.length != strlen(e_) || (a_.length && memcmp(a_.bytes, e_, a_.length) != 0))                  \
            test_fail("%s:%d: got \"%.*s\", expected \"%s\"", __FILE__, __LINE__, (int)a_.length,            \
                      a_.bytes ? a_.bytes : "", e_);                                                         \
    } while (0)

static inline void test_run(const char *name, void (*test)(void))
{
    test_state.failed = false;
    test();
    test_state.failures += test_state.failed;
    if (test_state.failed)
        printf("not ok %s: %s\n", name, test_state.reason);
    else
        printf("ok %s\n", name);
    fflush(stdout);
}

#define TEST(name)    test_run(#name, name)
#define TEST_RESULT() (test_state.failures ? 1 : 0)

#endif
