#!/bin/bash
# The command `annotate`: order, error records, exit statuses, ends of its output.
set -u
cd "$(dirname "$0")"
: "${BUILD:=build}"
copydesk=../../$BUILD/copydesk
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

expect() { # NAME CONDITION-AS-COMMAND...
    local name=$1
    shift
    if "$@" >"$work/why" 2>&1; then echo "ok $name"; else echo "not ok $name: $* $(head -c 300 "$work/why" | tr '\n' ' ')"; fi
}
ids() { grep -oE '^\{"schema":"copydesk/1","id":"[^"]*"' "$1" | cut -d'"' -f8; }

# 3,000 articles of our own writing, numbered, of different lengths
awk 'BEGIN { for (i = 1; i <= 3000; i++) { printf "{\"id\":\"%d\",\"title\":\"Report %d from Nairobi\",\"body\":\"", i, i
    for (k = 0; k < i % 40; k++) printf "The governor of Lagos, Bola Ade, met the Chamber of Commerce on day %d. ", k
    print "The end.\"}" } }' >"$work/many.jsonl"

"$copydesk" annotate --threads 4 "$work/many.jsonl" >"$work/records"
seq 3000 >"$work/expected"
ids "$work/records" >"$work/ids"
expect records_come_in_input_order cmp "$work/expected" "$work/ids"

without_times() { sed -E 's/"enriched":"[^"]*","micros":[0-9]+//' "$1"; }
"$copydesk" annotate --threads 1 "$work/many.jsonl" >"$work/single"
expect threads_do_not_change_records cmp <(without_times "$work/records") <(without_times "$work/single")

printf '%s\n' '{"id":"1","body":"One."}' 'not json' '' '{"id":"2","body":"Two."' '{"id":"3","body":"Three."}' '[]' >"$work/mixed.jsonl"
"$copydesk" annotate "$work/mixed.jsonl" >"$work/records" 2>"$work/errors"
expect bad_lines_make_the_exit_status_1 test $? -eq 1
expect good_lines_go_on test "$(ids "$work/records" | tr '\n' ' ')" = "1 3 "
expect bad_lines_are_reported_with_their_number \
    test "$(grep -oE '"line":[0-9]+' "$work/errors" | tr '\n' ' ')" = '"line":2 "line":4 "line":6 '
expect error_records_are_json /usr/bin/python3 -c 'import json, sys
for line in open(sys.argv[1], encoding="utf-8"): assert set(json.loads(line)) >= {"file", "line", "status", "message"}' "$work/errors"

"$copydesk" annotate "$work/nowhere.jsonl" "$work/mixed.jsonl" >"$work/records" 2>"$work/errors"
expect a_missing_file_is_reported grep -q '"status":"not_found"' "$work/errors"
expect the_next_file_goes_on test "$(ids "$work/records" | wc -l)" -eq 2

expect standard_input_is_read test "$("$copydesk" annotate <"$work/many.jsonl" | wc -l)" -eq 3000
expect no_input_is_no_fault "$copydesk" annotate </dev/null

{ "$copydesk" annotate "$work/many.jsonl"; echo $? >"$work/status"; } 2>"$work/errors" | head -n 1 >/dev/null
expect a_reader_that_leaves_is_no_fault test "$(cat "$work/status")" -eq 0
expect a_reader_that_leaves_is_not_talked_about test ! -s "$work/errors"

"$copydesk" annotate "$work/many.jsonl" >/dev/full 2>"$work/errors"
expect a_full_disk_has_its_exit_status test $? -eq 6
expect a_full_disk_gives_one_clear_line test "$(grep -c 'No space left on device' "$work/errors")" -eq 1 -a "$(wc -l <"$work/errors")" -eq 1

# an answer comes while the input is still open
mkfifo "$work/pipe"
"$copydesk" annotate <"$work/pipe" >"$work/records" &
pid=$!
exec 3>"$work/pipe"
echo '{"id":"1","body":"One."}' >&3
for _ in $(seq 50); do [ -s "$work/records" ] && break; sleep 0.1; done
expect a_slow_input_is_answered_at_once test -s "$work/records"
exec 3>&-
wait $pid

expect an_unknown_option_is_refused test "$("$copydesk" annotate --colour </dev/null 2>/dev/null; echo $?)" -eq 2
expect a_missing_model_has_its_exit_status test "$("$copydesk" annotate --models-topics /nowhere </dev/null 2>/dev/null; echo $?)" -eq 3
head -c 100 ../../worker/models/topics.model >"$work/cut.model"
expect a_truncated_model_has_its_exit_status test "$("$copydesk" annotate --models-topics "$work/cut.model" </dev/null 2>/dev/null; echo $?)" -eq 3

# 48,000 articles: memory must not grow with their number
for _ in $(seq 16); do cat "$work/many.jsonl"; done >"$work/huge.jsonl"
"$copydesk" annotate --threads 2 --stats "$work/huge.jsonl" 2>"$work/stats" >/dev/null
megabytes=$(grep -oE 'peak memory [0-9]+' "$work/stats" | grep -oE '[0-9]+')
expect memory_stays_below_200_megabytes test "${megabytes:-999}" -le 200
