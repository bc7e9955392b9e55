#!/bin/bash
# Unit and embedded-broker tests under the address and undefined behaviour sanitizers, and under the thread
# sanitizer: one line each. What is left out of libraries, and why: tests/thread_sanitizer.supp.
cd "$(dirname "$0")/.." || exit 1
export ASAN_OPTIONS="detect_stack_use_after_return=1:strict_string_checks=1"
export TSAN_OPTIONS="suppressions=$PWD/tests/thread_sanitizer.supp:second_deadlock_stack=1"
export UBSAN_OPTIONS="print_stacktrace=1"

run_under() {
    local name=$1 sanitizers=$2 output
    shift 2
    if output=$(env -u BUILD "${MAKE:-make}" SANITIZE="$sanitizers" CFLAGS="-O1 -g" "$@" unit 2>&1); then
        echo "ok $name: $(tail -n 1 <<<"$output")"
    else
        echo "not ok $name: a test fails or a sanitizer speaks"
        grep -vE '^(ok|  cc|  link)' <<<"$output" | tail -n 60
        return 1
    fi
}

# Both at once: the embedded-broker tests mostly wait. Without html_test under the thread sanitizer: it has one thread,
# and measures how long hostile markup takes, which that sanitizer makes many times longer.
threaded=$(ls tests/unit/*.c tests/stream/*.c | grep -v html_test | sed 's|^|build/thread/|; s|\.c$||' | tr '\n' ' ')
status=0
run_under address_and_undefined_sanitizer address,undefined &
address=$!
run_under thread_sanitizer thread UNIT="$threaded" || status=1
wait $address || status=1
exit $status
