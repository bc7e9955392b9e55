#!/bin/bash
# The checker must see what goes wrong: a forger publishes what a worker should have, but for one planted mistake.
set -u
cd "$(dirname "$0")/../.." || exit 1
# shellcheck source=tests/kafka/lib.sh
. tests/kafka/lib.sh

plan=(--count 600 --poison 20 --tombstones 10)
article=100 # neither poison nor tombstone, and not the last one of its partition

# plant TEST MISTAKE STATUS PATTERN: after this mistake, verify ends with STATUS and prints a line like PATTERN.
plant() {
    local test=$1 mistake=$2 expected_status=$3 pattern=$4 status
    local names=(--group "$test" --raw raw --enriched "$test.enriched" --deadletter "$test.dead")
    local log=$dir/$test.log
    if ! check topics "$test.enriched" "$test.dead" >"$log" 2>&1 ||
        ! check forge --mistake "$mistake" --first $article "${plan[@]}" "${names[@]}" >>"$log" 2>&1; then
        fail "$test" "cannot forge: $(tail -n 1 "$log")"
        return
    fi
    check verify --wait 1 "${plan[@]}" "${names[@]}" >"$log" 2>&1
    status=$?
    if [ $status -eq "$expected_status" ] && grep -qE "$pattern" "$log"; then
        pass "$test"
    else
        fail "$test" "status $status, $(tail -n 1 "$log")"
    fi
}

tests=(checker_accepts_the_right_output checker_sees_a_loss checker_sees_a_double checker_sees_a_late_message
    checker_sees_an_altered_record checker_sees_a_key_in_two_partitions checker_sees_an_uncommitted_offset)
start_broker "${tests[@]}"
if ! check topics raw || ! check produce "${plan[@]}" --raw raw; then
    fail checker_test "cannot produce"
fi
clean='0 not committed, 0 lost, 0 doubled, 0 out of order, 0 altered, 0 misplaced, 0 unexpected$'
plant "${tests[0]}" none 0 "^600 in: .* [1-9][0-9]* dead letters, [1-9][0-9]* tombstones, $clean"
plant "${tests[1]}" drop 1 "^lost: message $article "
plant "${tests[2]}" twice 1 "^doubled: .* article-0000$article comes a second time"
plant "${tests[3]}" late 1 "^out of order: .* article-0000$article .* stands behind"
plant "${tests[4]}" alter 1 "^altered: .* article-0000$article"
plant "${tests[5]}" misplace 1 "^misplaced: "
plant "${tests[6]}" uncommit 1 "^not finished: "
