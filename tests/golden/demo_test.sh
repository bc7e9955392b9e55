#!/bin/bash
# `copydesk demo` as a person meets it: from any folder, in time, in plain marks when it is not on a terminal.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
program=$(realpath "$BUILD/copydesk")
output=$(mktemp)
trap 'rm -f "$output"' EXIT

check() { # NAME CONDITION...
    local name=$1
    shift
    if "$@"; then echo "ok demo_$name"; else echo "not ok demo_$name: see copydesk demo"; fi
}
has() { grep -qF -- "$1" "$output"; }
has_no() { ! has "$1"; }

samples=$(ls tests/golden/articles | wc -l)
(cd / && timeout 60 "$program" demo --all) >"$output"
status=$?
check ends_by_itself test "$status" -eq 0
check shows_every_sample_once has "$((samples + 1)) messages in: $((samples - 1)) enriched, 1 dead letter, 1 tombstone"
check marks_people has "[Antony Blinken PERSON]"
check joins_names has "also Blinken"
check says_why_a_letter_is_dead has "not valid JSON"
check has_no_escapes_in_a_pipe has_no $'\033['
