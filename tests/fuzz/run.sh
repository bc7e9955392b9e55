#!/bin/bash
# Run each fuzzer for a while from its committed corpus, some at a time, and say how many inputs it tried.
#     tests/fuzz/run.sh SECONDS JOBS PROGRAM...
set -u
seconds=$1 jobs=$2
shift 2
root=$(cd "$(dirname "$0")" && pwd)
export LSAN_OPTIONS="suppressions=$root/leaks.supp:print_suppressions=0"

fuzz_one() {
    program=$1
    name=$(basename "$program" _fuzz)
    found=$(dirname "$program")/found/$name
    log=$found/log
    mkdir -p "$found/corpus"
    nice -n 19 "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=1024 -max_len=16384 -print_final_stats=1 \
        -artifact_prefix="$found/" "$found/corpus" "$root/corpus/$name" >"$log" 2>&1
    status=$?
    runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    if [ $status -eq 0 ]; then
        echo "ok fuzz $name: ${runs:-?} executions in $seconds s, no finding"
    else
        echo "not ok fuzz $name: status $status after ${runs:-?} executions, see $log"
    fi
    return $status
}
export -f fuzz_one
export seconds root
printf '%s\n' "$@" | xargs -P "$jobs" -I{} bash -c 'fuzz_one {}'
