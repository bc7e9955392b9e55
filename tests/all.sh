#!/bin/bash
# All tests, in the order in which a fault is cheapest to find. Each part is a script or program of tests/run.sh's
# kind, so one closing line counts them all.
set -u
cd "$(dirname "$0")/.."
: "${BUILD:=build}"
parts=()
for program in "$BUILD"/tests/unit/* "$BUILD"/tests/stream/*; do
    [[ -x $program && ! -d $program && $program != *.o && $program != *.d ]] && parts+=("$program")
done
for script in tests/unit/*_test.sh tests/golden/*_test.sh tests/stream/*_test.sh tests/kafka/*_test.sh tests/fuzz/*_test.sh tests/sanitizers_test.sh; do
    [[ -x $script ]] && parts+=("$script")
done
export BUILD
exec tests/run.sh "${parts[@]}"
