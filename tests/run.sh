#!/bin/sh
# Run test programs and count their results. A test program prints one line per test:
#     ok NAME | not ok NAME: REASON | skip NAME: WHAT IS MISSING
# anything else is shown only when the program fails. A program that dies without a line counts as one failure.
#     tests/run.sh PROGRAM...         closing line: N passed, N failed[, N skipped]
set -u
passed=0 failed=0 skipped=0
output=$(mktemp)
trap 'rm -f "$output"' EXIT

for program in "$@"; do
    "$program" >"$output" 2>&1 </dev/null
    status=$?
    ok=$(grep -c '^ok ' "$output")
    bad=$(grep -c '^not ok ' "$output")
    skip=$(grep -c '^skip ' "$output")
    grep -E '^(ok|not ok|skip) ' "$output"
    if [ "$status" -ne 0 ] || [ "$bad" -gt 0 ]; then
        [ "$bad" -eq 0 ] && bad=1 && echo "not ok $program: exit status $status"
        grep -vE '^(ok|not ok|skip) ' "$output" | tail -n 60 | sed 's/^/    /'
    elif [ $((ok + skip)) -eq 0 ]; then
        bad=1
        echo "not ok $program: it ran no test"
    fi
    passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + skip))
done

summary="$passed passed, $failed failed"
[ "$skipped" -gt 0 ] && summary="$summary, $skipped skipped"
echo "$summary"
[ "$failed" -eq 0 ]
