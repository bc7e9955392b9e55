#!/bin/bash
# Unit and embedded-broker tests under the address and undefined behaviour sanitizers, and under the thread
# sanitizer: one line each. What is left out of libraries, and why: tests/thread_sanitizer.supp.
cd "$(dirname "$0")/.." || exit 1
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1"
export TSAN_OPTIONS="suppressions=$PWD/tests/thread_sanitizer.supp:second_deadlock_stack=1"
export UBSAN_OPTIONS="print_stacktrace=1"
status=0

run_under() {
    local name=$1 sanitizers=$2 output
    if output=$(env -u BUILD "${MAKE:-make}" -j"$(nproc)" SANITIZE="$sanitizers" CFLAGS="-O1 -g" unit 2>&1); then
        echo "ok $name: $(tail -n 1 <<<"$output")"
    else
        echo "not ok $name: a test fails or a sanitizer speaks"
        grep -vE '^(ok|  cc|  link)' <<<"$output" | tail -n 60
        status=1
    fi
}

run_under address_and_undefined_sanitizer address,undefined
run_under thread_sanitizer thread
exit $status
