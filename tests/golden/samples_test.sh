#!/bin/bash
# The sample articles against what a reader expects of them (tests/golden/expected): mentions, joined names, topics.
# Prints the scores and every mismatch; fails below the floors of floors.json and on what must hold.
set -u
cd "$(dirname "$0")/../.."
: "${BUILD:=build}"
records=$(mktemp -d)
trap 'rm -rf "$records"' EXIT

for file in tests/golden/articles/*; do
    name=$(basename "${file%.*}")
    [[ -e tests/golden/expected/$name.json ]] || continue
    "$BUILD/copydesk" annotate "$file" >"$records/$name.json" || { echo "not ok samples_$name: annotate failed"; exit 1; }
done
/usr/bin/python3 tests/golden/score_samples.py "$records" tests/golden/expected tests/golden/floors.json tests/golden/must_hold.json
